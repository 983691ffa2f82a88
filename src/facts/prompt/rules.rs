//! The rules: what is said, in words, in lines, in scripts without spaces.
//!
//! In: the words or the lines of a text. Out: the signals of the rules that hold. One table for each form.
//! Deliberately not here: how a text becomes words (`words`), what is hidden (`hidden`).

use super::Signal;
use super::words::{Words, look_alike};

/// A rule over words: slots that must be filled in order, each at most `gap` words after the one before. A slot is a
/// list of words, `*` at the end of one for any ending.
struct Rule(&'static str, u32, usize, &'static [&'static str]);

/// What instructions are called.
const OBJECT: &str = "instruction* direction* directive* rule* guideline* prompt prompts command* order* constraint* programming assignment* restriction* training evidence";
/// Verbs of dropping.
const DROP: &str = "ignore ignores ignoring disregard disregarding forget forgetting override overrides overriding bypass neglect overlook";
/// Words for what came before.
const BEFORE: &str = "previous previously prior above earlier preceding former foregoing initial original";

const RULES: [Rule; 44] = [
    Rule("override_instructions", 100, 3, &[DROP, BEFORE, OBJECT]),
    Rule(
        "override_instructions",
        100,
        2,
        &["ignore ignoring disregard forget override drop", "your", OBJECT],
    ),
    Rule(
        "override_instructions",
        100,
        2,
        &["ignore disregard forget", "all any every", "instruction* direction* guideline* assignment*"],
    ),
    Rule("override_instructions", 100, 2, &["ignore disregard forget", "all any", "your", OBJECT]),
    Rule("override_instructions", 100, 0, &["ignore", "instructions"]),
    Rule("override_instructions", 100, 1, &["ignore disregard", "the", "above", "and"]),
    Rule(
        "override_instructions",
        100,
        1,
        &["forget", "everything all", "we weve i you that before above and about told said know"],
    ),
    Rule("override_instructions", 100, 1, &["ignore", "everything all", "and", "just only say output write"]),
    Rule("override_instructions", 60, 1, &["forget ignore", "everything"]),
    Rule(
        "override_instructions",
        100,
        3,
        &["ignore", "all any", "provided given", "context articles artikels documents"],
    ),
    Rule(
        "override_instructions",
        60,
        1,
        &["ignore disregard", "my our", "previous earlier prior", "request* message* question*"],
    ),
    Rule("override_instructions", 100, 2, &["ignore", "the", "user", "and"]),
    Rule(
        "override_instructions",
        100,
        2,
        &["not", "restricted bound limited", "by", "rules guidelines restrictions instructions"],
    ),
    Rule("new_task", 60, 3, &["now", "new", "task* assignment* instruction*"]),
    Rule("override_instructions", 100, 2, &["your", "instructions task", "are is", "now"]),
    Rule("override_instructions", 100, 3, &["strictly", "adhere", "following", "instruction*"]),
    Rule("override_instructions", 100, 4, &["before", "you", "solve", "task", "following", "first"]),
    Rule(
        "override_german",
        100,
        3,
        &["vergiss vergesse vergessen ignorier* missachte*", "alles", "davor gesagte vorher zuvor bisherige"],
    ),
    Rule(
        "override_german",
        100,
        3,
        &[
            "vergiss vergesse vergessen ignorier* missachte* streichen",
            "alle alles die meine deine obigen vorherigen",
            "anweisung* auftrage aufgabe* angaben instruktion* regeln vorherigen obigen",
        ],
    ),
    Rule("override_german", 100, 1, &["vergiss ignoriere", "alles"]),
    Rule(
        "override_german",
        100,
        5,
        &[
            "alle",
            "vorangegangenen vorherigen obigen bisherigen",
            "aufgaben anweisungen angaben",
            "streichen vergessen ignorieren",
        ],
    ),
    Rule(
        "override_french",
        100,
        3,
        &["ignore* ignorez oublie oubliez", "toutes les tes vos", "instruction* consigne* regle*"],
    ),
    Rule(
        "override_spanish",
        100,
        3,
        &[
            "ignora ignore ignorar olvida olvide",
            "todas las tus sus",
            "instruccion* ordenes reglas indicaciones",
        ],
    ),
    Rule(
        "override_italian",
        100,
        3,
        &["ignora ignorare dimentica dimenticate", "tutte le tue", "istruzion* regole"],
    ),
    Rule(
        "override_portuguese",
        100,
        3,
        &["ignore ignora esqueca esquece", "todas as suas", "instrucoes regras ordens"],
    ),
    Rule(
        "reveal_instructions",
        100,
        4,
        &[
            "repeat print show reveal output display share paste dump encode translate summarize put write give list leak expose",
            "your",
            "system initial hidden original secret first entire full",
            "prompt prompts instruction* message configuration rules",
        ],
    ),
    Rule(
        "reveal_instructions",
        100,
        3,
        &[
            "what",
            "are is were",
            "your",
            "initial system original first hidden secret",
            "prompt instruction* message rules",
        ],
    ),
    Rule(
        "reveal_instructions",
        100,
        4,
        &[
            "repeat print show reveal output display paste dump",
            "your all",
            "prompt prompts instruction*",
            "verbatim text start",
        ],
    ),
    Rule("reveal_instructions", 100, 2, &["repeat reveal leak", "your", "prompt instruction*"]),
    Rule("reveal_instructions", 100, 3, &["repeat", "the all", "instructions", "you", "given"]),
    Rule("reveal_instructions", 100, 3, &["show print repeat", "prompt", "text texts"]),
    Rule("reveal_instructions", 100, 2, &["repeat output print", "above", "text prompt words"]),
    Rule("reveal_instructions", 100, 2, &["output print repeat", "text prompt words", "above"]),
    Rule("reveal_instructions", 100, 3, &["of put about", "your", "system initial", "prompt instruction*"]),
    Rule("reveal_instructions", 100, 1, &["your", "system initial", "prompt instructions"]),
    Rule("reveal_instructions", 60, 1, &["my your", "instructions", "are"]),
    Rule(
        "reveal_instructions",
        60,
        2,
        &["output print display", "initialization initialisation system", "string configuration message"],
    ),
    Rule(
        "false_authority",
        100,
        2,
        &["im am", "your", "developer maintainer creator administrator technical"],
    ),
    Rule("false_authority", 100, 2, &["as", "your", "developer creator administrator"]),
    Rule("false_authority", 100, 0, &["administrator admin developer", "override"]),
    Rule("false_role", 100, 2, &["do", "anything", "now"]),
    Rule(
        "false_role",
        100,
        3,
        &["you", "are", "now", "bot ai dan unrestricted unfiltered immoral jailbroken forked"],
    ),
    Rule(
        "false_role",
        100,
        4,
        &["unrestricted unfiltered uncensored jailbroken", "ai bot assistant model mode"],
    ),
    Rule(
        "keep_from_user",
        60,
        4,
        &[
            "not dont never without",
            "tell telling inform informing mention alert alerting notify notifying",
            "the",
            "user",
        ],
    ),
];

/// The signals of words. Linear: each word is compared once with the words of slots that begin as it does, and a rule then
/// looks at what its words fill.
pub(super) fn of_words(words: &Words) -> Vec<Signal> {
    let table = Slots::of_rules();
    let filled: Vec<Filled> = words.iter().map(|word| table.filled_by(word)).collect();
    let mut firsts = Filled::default();
    table.firsts.iter().for_each(|first| firsts.add(*first));
    // PERF: few words begin any rule.
    let starts: Vec<(usize, &Filled)> =
        filled.iter().enumerate().filter(|(_, word)| word.shares(&firsts)).collect();
    let mut found = Vec::new();
    for (Rule(id, weight, gap, slots), first) in RULES.iter().chain(&MORE).zip(&table.firsts) {
        let last = first.saturating_add(slots.len());
        let holds = |(at, start): &(usize, &Filled)| {
            if !start.holds(*first) {
                return false;
            }
            let mut from = at.saturating_add(1);
            (first.saturating_add(1)..last).all(|slot| {
                let ahead = filled.get(from..).unwrap_or_default().iter().take(gap.saturating_add(1));
                let distance = ahead.into_iter().position(|word| word.holds(slot));
                from = from.saturating_add(distance.unwrap_or(0)).saturating_add(1);
                distance.is_some()
            })
        };
        if starts.iter().any(holds) {
            found.push(Signal { id, weight: *weight });
        }
    }
    found
}

/// Words of 64 bits for all slots of all rules.
const SLOT_WORDS: usize = 4;

/// The slots that a word fills, by number: those of all rules in the order of the table.
#[derive(Clone, Copy, Default)]
struct Filled([u64; SLOT_WORDS]);

impl Filled {
    fn holds(&self, slot: usize) -> bool {
        let bits = self.0.get(slot.div_euclid(64)).copied().unwrap_or_default();
        bits.wrapping_shr(u32::try_from(slot.rem_euclid(64)).unwrap_or_default()) & 1 == 1
    }

    /// Whether both have a slot.
    fn shares(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).any(|(own, other)| own & other != 0)
    }

    fn add(&mut self, slot: usize) {
        let bit = 1_u64.wrapping_shl(u32::try_from(slot.rem_euclid(64)).unwrap_or_default());
        if let Some(bits) = self.0.get_mut(slot.div_euclid(64)) {
            *bits |= bit;
        }
    }
}

/// All words of all slots, by how they begin.
struct Slots {
    /// The number of each rule's first slot.
    firsts: Vec<usize>,
    /// The first two bytes of a known word, the word or its stem, whether any ending will do, the slot.
    known: Vec<([u8; 2], &'static str, bool, usize)>,
    /// Where the words with a first byte begin in `known`, and end.
    ranges: [(usize, usize); 256],
}

impl Slots {
    fn of_rules() -> Self {
        let mut table = Self { firsts: Vec::new(), known: Vec::new(), ranges: [(0, 0); 256] };
        let mut number = 0_usize;
        for Rule(_, _, _, slots) in RULES.iter().chain(&MORE) {
            table.firsts.push(number);
            for slot in *slots {
                let words = slot.split(' ').map(|known| match known.strip_suffix('*') {
                    Some(stem) => (stem, true),
                    None => (known, false),
                });
                table.known.extend(words.map(|(word, open)| (beginning(word), word, open, number)));
                number = number.saturating_add(1);
            }
        }
        table.known.sort_unstable_by_key(|(begin, ..)| *begin);
        for (at, ([first, _], ..)) in table.known.iter().enumerate() {
            if let Some(range) = table.ranges.get_mut(usize::from(*first)) {
                *range = (if range.1 == 0 { at } else { range.0 }, at.saturating_add(1));
            }
        }
        table
    }

    fn filled_by(&self, word: &str) -> Filled {
        let begin = beginning(word);
        let [first, _] = begin;
        let (start, end) = self.ranges.get(usize::from(first)).copied().unwrap_or_default();
        let known = self.known.get(start..end).unwrap_or_default();
        let mut filled = Filled::default();
        // A stem of one letter would have to be looked for under that letter alone; there is none.
        let from = known.partition_point(|(other, ..)| *other < begin);
        for (_, known, open, slot) in known.iter().skip(from).take_while(|(other, ..)| *other == begin) {
            if word == *known || (*open && word.starts_with(known)) {
                filled.add(*slot);
            }
        }
        filled
    }
}

/// The first two bytes, zeros where there are none.
fn beginning(word: &str) -> [u8; 2] {
    let mut bytes = word.bytes();
    [bytes.next().unwrap_or(0), bytes.next().unwrap_or(0)]
}

/// Rules on what is to be done rather than on whose word counts.
const MORE: [Rule; 25] = [
    Rule(
        "false_role",
        60,
        3,
        &["answer respond act", "without no", "restriction* limits limitations filter* guidelines"],
    ),
    Rule("false_role", 100, 3, &["override", "restrictions safeguards safety", "of"]),
    Rule(
        "exfiltrate",
        60,
        6,
        &[
            "send forward email post upload export",
            "secret* credential* password* emails token* keys environment",
            "to",
        ],
    ),
    Rule(
        "exfiltrate",
        100,
        6,
        &[
            "send forward email post upload export envoyez",
            "valeur secret* credential* password* emails token* keys environment code",
            "attacker evil",
        ],
    ),
    Rule("exfiltrate", 100, 3, &["envoyez envoie sende manda envia", "valeur wert valore valor", "attacker"]),
    Rule("exfiltrate", 60, 3, &["return print send", "all", "environment", "variables"]),
    Rule(
        "bypass_approval",
        60,
        2,
        &["bypass skip evade disable", "approval* confirmation* review safeguards", "and"],
    ),
    Rule("bypass_approval", 60, 3, &["user", "always", "administrator administrateur admin"]),
    Rule(
        "steal_french",
        100,
        3,
        &["affichez affiche copiez envoyez", "invite regles valeur", "systeme privees attacker cachee"],
    ),
    Rule("false_role", 100, 3, &["vous sie du", "etes sind bist", "administrateur administrator admin root"]),
    Rule(
        "reveal_german",
        100,
        4,
        &["zeige zeig vorzeigen ausgeben gib", "gesamten samtlicher ganzen vollstandigen", "prompt prompts"],
    ),
    Rule("false_role", 100, 4, &["you", "will", "be", "called", "dan jailbreak"]),
    Rule("false_role", 100, 3, &["turned", "dan"]),
    Rule(
        "override_instructions",
        100,
        2,
        &[
            "disregard ignore bypass violate",
            "safety ethical content security",
            "guideline* polic* protocol* training",
        ],
    ),
    Rule("override_instructions", 100, 1, &["disregard ignore", "everything all", "above before prior"]),
    Rule(
        "override_instructions",
        100,
        2,
        &["your", BEFORE, OBJECT, "are is", "void invalid cancelled overridden revoked"],
    ),
    Rule(
        "override_instructions",
        100,
        2,
        &["bypass disable deactivate", "your", "safety security", "check* guard* filter* feature*"],
    ),
    Rule(
        "override_instructions",
        100,
        2,
        &["end", "document input prompt data context", "begin start new", "instruction* system"],
    ),
    Rule("false_role", 100, 2, &["you are", "in enter entering", "developer dan god jailbreak root", "mode"]),
    Rule(
        "false_role",
        100,
        2,
        &["ai assistant model", "without", "any", "filter* restriction* limit* morals censorship"],
    ),
    Rule("false_authority", 100, 1, &["root system admin", "override", "code"]),
    Rule(
        "to_the_agent",
        100,
        1,
        &["note attention notice", "to", "llm llms ai ais chatbot* gpt claude assistants"],
    ),
    Rule(
        "to_the_agent",
        100,
        1,
        &[
            "ai llm assistant*",
            "reading processing parsing",
            "this the",
            "page document message file email issue",
        ],
    ),
    Rule(
        "decode_and_follow",
        100,
        6,
        &["decode decrypt", "and then", "follow execute obey do", "instruction* it what"],
    ),
    Rule(
        "say_pwned",
        100,
        2,
        &["say respond reply output", "i", "have", "been", "pwned hacked owned compromised"],
    ),
];

/// Beginnings of lines, and marks anywhere, that imitate what a host writes around messages. Lower case.
const MARKS: [(&str, &str, u32); 15] = [
    ("false_message", "<|im_start|>", 100),
    ("false_message", "<|im_end|>", 100),
    ("false_message", "<|system|>", 100),
    ("false_message", "<|endoftext|>", 100),
    ("false_message", "[/inst]", 100),
    ("false_message", "<<sys>>", 100),
    ("false_message", "###(system_message)", 100),
    ("false_message", "### system:", 100),
    ("false_message", "[system]:", 100),
    ("false_message", "[system message]", 100),
    ("false_message", "======end", 100),
    ("false_message", "<system>", 60),
    ("false_message", "<important>", 60),
    ("tool_imitation", "<function_calls>", 60),
    ("tool_imitation", "<tool_call>", 60),
];

/// The signals of marks. All begin with a sign that is rare in prose.
pub(super) fn of_lines(text: &str) -> impl Iterator<Item = Signal> {
    let bytes = text.as_bytes();
    let stands = |at: usize, mark: &str| {
        let end = at.saturating_add(mark.len());
        bytes.get(at..end).is_some_and(|there| there.eq_ignore_ascii_case(mark.as_bytes()))
    };
    let mut seen = [false; MARKS.len()];
    for (at, _) in text.match_indices(['<', '[', '#', '=']) {
        for ((_, mark, _), seen) in MARKS.iter().zip(&mut seen) {
            *seen = *seen || stands(at, mark);
        }
    }
    let found = MARKS.iter().zip(seen).filter(|(_, seen)| *seen);
    let lower = text.to_ascii_lowercase();
    let message = lower.contains("important message from") && lower.contains("to you");
    found
        .map(|((id, _, weight), _)| Signal { id, weight: *weight })
        .chain(message.then_some(Signal { id: "false_message", weight: 100 }))
}

/// Pairs of words in scripts without spaces; both within this many characters.
const NEAR: usize = 32;
const PAIRS: [(&str, &[&str], &[&str]); 5] = [
    (
        "override_chinese",
        &["忽略", "无视", "忘记", "忘掉"],
        &["指令", "指示", "提示", "规则", "说明", "内容"],
    ),
    ("override_japanese", &["指示", "命令", "ルール", "プロンプト"], &["無視", "忘れ"]),
    ("override_korean", &["지시", "명령", "규칙", "프롬프트"], &["무시", "잊어"]),
    ("override_russian", &["игнорир", "забудь", "забудьте"], &["инструкц", "указан", "правил"]),
    ("override_arabic", &["تجاهل", "انس"], &["التعليمات", "الأوامر"]),
];

/// The signals of other scripts.
pub(super) fn of_scripts(text: &str) -> impl Iterator<Item = Signal> {
    let lower = if text.is_ascii() { String::new() } else { text.to_lowercase() };
    PAIRS.iter().filter_map(move |(id, first, second)| {
        // Where each word of the second kind begins.
        let places: Vec<(usize, Vec<usize>)> = second
            .iter()
            .map(|word| (word.len(), lower.match_indices(word).map(|(at, _)| at).collect()))
            .collect();
        let near = |(at, found): (usize, &str)| {
            let start = at.saturating_add(found.len());
            let after = lower.get(start..).unwrap_or_default();
            let end =
                after.char_indices().nth(NEAR).map_or(after.len(), |(end, _)| end).saturating_add(start);
            places.iter().any(|(length, places)| {
                let next = places.partition_point(|place| *place < start);
                places.get(next).is_some_and(|place| place.saturating_add(*length) <= end)
            })
        };
        let any = places.iter().any(|(_, places)| !places.is_empty());
        let holds = any && first.iter().any(|word| lower.match_indices(word).any(near));
        holds.then_some(Signal { id, weight: 100 })
    })
}

/// What is looked for where the letters of a text are joined.
const JOINED: [&str; 16] = [
    "ignoreprevious",
    "ignoreall",
    "ignoreyour",
    "ignoretheabove",
    "forgetprevious",
    "forgetall",
    "forgeteverything",
    "forgetyour",
    "disregardprevious",
    "disregardall",
    "overrideinstructions",
    "bypassapproval",
    "systemprompt",
    "toattacker",
    "revealyour",
    "exportthedatabase",
];

/// The signals of joined letters.
pub(super) fn of_joined(joined: &str) -> impl Iterator<Item = Signal> {
    let holds = JOINED.iter().any(|phrase| {
        let phrase: String = phrase.chars().map(look_alike).collect();
        joined.contains(&phrase)
    });
    holds.then_some(Signal { id: "spaced_out", weight: 100 }).into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_slots_have_a_bit_and_all_words_two_bytes_to_be_found_by() {
        let table = Slots::of_rules();
        let slots = table.known.iter().map(|(.., slot)| *slot).max().unwrap();
        assert!(slots < 64 * SLOT_WORDS, "{slots}");
        for (_, word, open, slot) in &table.known {
            assert!(!open || word.len() > 1, "{word}");
            assert!(table.filled_by(word).holds(*slot), "{word}");
        }
    }
}
