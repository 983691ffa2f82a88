//! Characters that are not seen, and text in them.
//!
//! In: a text. Out: the same as a model reads it, without what is invisible, and with what tag characters spell; whether
//! that is more than languages and emoji need.
//! Deliberately not here: what the text says.

/// A text made visible.
pub(super) struct Revealed {
    /// The visible text; `None` where it is the text itself.
    pub(super) text: Option<String>,
    /// Whether text was hidden on purpose.
    pub(super) hidden: bool,
}

/// Invisible characters between the letters of ordinary words, from which on they are no accident.
const INSIDE_WORDS: usize = 3;
/// Tag characters, from which on they are more than the flag of a region.
const TAGS: usize = 12;

/// Makes a text visible.
pub(super) fn reveal(text: &str) -> Revealed {
    if text.is_ascii() {
        return Revealed { text: None, hidden: false };
    }
    let mut out = String::with_capacity(text.len());
    let (mut tags, mut inside, mut turned) = (0_usize, 0_usize, false);
    let mut last = ' ';
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\u{e0020}'..='\u{e007e}' => {
                tags = tags.saturating_add(1);
                out.extend(char::from_u32(u32::from(char).saturating_sub(0xe0000)));
            }
            '\u{e0000}'..='\u{e007f}' => tags = tags.saturating_add(1),
            '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{ad}' | '\u{180e}' => {
                let between =
                    last.is_ascii_alphabetic() && chars.peek().is_some_and(char::is_ascii_alphabetic);
                inside = inside.saturating_add(usize::from(between));
            }
            // Turned text reads otherwise than it is stored.
            '\u{202d}' | '\u{202e}' => turned = true,
            '\u{ff01}'..='\u{ff5e}' => {
                out.extend(char::from_u32(u32::from(char).saturating_sub(0xfee0)));
            }
            other => out.push(other),
        }
        last = char;
    }
    Revealed { hidden: tags >= TAGS || inside >= INSIDE_WORDS || turned, text: Some(out) }
}
