//! A text as words to compare.
//!
//! In: a visible text. Out: its words in lower case without accents; where letters are spaced out or words run together,
//! the letters of the whole text joined.
//! Deliberately not here: meaning.

/// Words of a text that are kept; more are cut off.
const WORDS: usize = 1 << 15;
/// Bytes from which on a word is more than one.
const RUN_ON: usize = 40;
/// Letters of joined text that are looked at.
const JOINED: usize = 1 << 16;

/// The words of a text, behind each other. PERF: a text has many, and each of its own would be an allocation.
#[derive(Default)]
pub(super) struct Words {
    letters: String,
    ends: Vec<usize>,
}

impl Words {
    /// Reads a text.
    pub(super) fn of(text: &str) -> Self {
        let mut words = Self::default();
        let mut start = 0;
        for char in text.chars() {
            match char {
                // `don't` is one word.
                '\'' | '’' if words.letters.len() > start => {}
                _ if char.is_ascii_alphanumeric() => words.letters.push(char.to_ascii_lowercase()),
                _ if char.is_alphanumeric() => words.letters.extend(char.to_lowercase().map(plain)),
                _ => {
                    if words.letters.len() > start {
                        start = words.letters.len();
                        words.ends.push(start);
                    }
                }
            }
            if words.ends.len() >= WORDS {
                break;
            }
        }
        if words.letters.len() > start {
            words.ends.push(words.letters.len());
        }
        words
    }

    /// Each word, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> + Clone {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.letters.get(start..*end).unwrap_or_default())
    }

    /// All letters joined, digits read as the letters that they look like, and `l` as `i`, where the text is spaced out
    /// (`i g n o r e`) or cut into pieces; else of words that are too long for one; `None` where there are none.
    pub(super) fn joined(&self) -> Option<String> {
        let count = self.ends.len();
        let short = self.iter().filter(|word| word.chars().count() <= 4).count();
        let digits = self.iter().filter(|word| is_mixed(word)).count();
        let spaced = count >= 12
            && self.iter().filter(|word| word.chars().count() == 1).count() >= count.div_euclid(2);
        let cut = count >= 8 && short >= count.saturating_sub(2) && digits.saturating_mul(3) >= count;
        let kept = |word: &&str| spaced || cut || word.len() >= RUN_ON;
        let words = self.iter().filter(kept);
        let joined: String = words.flat_map(|word| word.chars()).take(JOINED).map(look_alike).collect();
        (!joined.is_empty()).then_some(joined)
    }
}

/// Whether a word has letters and digits.
fn is_mixed(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit()) && word.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// The letter that a digit is written for; `i` and `l` are not told apart, since `1` stands for both.
pub(super) fn look_alike(char: char) -> char {
    match char {
        '0' => 'o',
        '1' | 'l' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        other => other,
    }
}

/// Without its accent.
fn plain(char: char) -> char {
    match char {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'а' => 'a',
        'ç' | 'с' => 'c',
        'è' | 'é' | 'ê' | 'ë' | 'е' => 'e',
        'ì' | 'í' | 'î' | 'ï' | 'і' => 'i',
        'ñ' => 'n',
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'о' => 'o',
        'ù' | 'ú' | 'û' | 'ü' => 'u',
        'р' => 'p',
        'у' => 'y',
        'х' => 'x',
        other => other,
    }
}
