//! Properties of patterns and globs on texts.
//!
//! In: bytes, cut at each `0xff` (which no UTF-8 holds): the first piece is a pattern, the others are texts;
//! after a `0xfe`, choices for the generator of patterns. Out: nothing, or a panic.
//! Deliberately not here: patterns alone (`total`), comparison with CPython (`tests/compat`).

use super::build;
use super::choices::Choices;
use super::parity::check_events;
use super::pattern::{check_tables, pattern as generated_pattern, text as generated_text};
use crate::bundle::gate::fold_literal;
use crate::compile::automata::{Budget, Direction, build_direction};
use crate::compile::required;
use crate::facts::glob::fnmatchcase;
use crate::ir::pattern::{self, Pattern};
use crate::ir::{ActionPattern, Combine, Cond, Operand, Policy, Pred};
use crate::model::decision::Effect;
use crate::model::event::Event;
use crate::model::field::FieldPath;
use crate::model::id::{FieldId, PredId};
use crate::model::op::Op;
use crate::model::truth::Truth;
use crate::model::value::Value;
use crate::oracle;
use std::borrow::Cow;

/// What cuts an input.
const CUT: u8 = 0xff;
/// What begins an input that is choices of the generator instead.
const GENERATED: u8 = 0xfe;
/// Texts for a generated pattern.
const TEXTS: usize = 6;
/// Bytes of one input; the reference grows with the square.
const INPUT: usize = 256;
/// Steps of the reference matcher.
const STEPS: u64 = 20_000;
/// What one table may cost here; a real budget would make one case take a second.
const BUDGET: Budget = Budget { states: 2_000, bytes: 1 << 18, steps: 60_000 };

fn pieces(input: &[u8]) -> Vec<String> {
    let input = input.get(..INPUT).unwrap_or(input);
    if let Some((&GENERATED, choices)) = input.split_first() {
        let mut choices = Choices::new(choices);
        let pattern = generated_pattern(&mut choices);
        return std::iter::once(pattern).chain((0..TEXTS).map(|_| generated_text(&mut choices))).collect();
    }
    input.split(|byte| *byte == CUT).map(|piece| String::from_utf8_lossy(piece).into_owned()).collect()
}

/// The pieces of an input.
#[must_use]
pub fn show(input: &[u8]) -> String {
    format!("{:#?}", pieces(input))
}

/// The pattern of an input with its texts, the empty one first; `None` where it is refused.
fn pattern_and_texts(input: &[u8]) -> Option<(Pattern, Vec<String>)> {
    let mut pieces = pieces(input);
    let pattern = pattern::parse(&pieces[0]).ok()?;
    // The pattern's own text is often near a match.
    pieces.insert(0, String::new());
    Some((pattern, pieces))
}

/// The tables of a pattern, where they can be made, find what the reference finds.
///
/// # Panics
/// Where that does not hold.
pub fn tables(input: &[u8]) {
    let Some((pattern, texts)) = pattern_and_texts(input) else { return };
    check_tables(&pattern.text, &texts);
}

/// Every text that a pattern matches holds, folded, a literal that the pattern requires; and a policy of literal
/// conditions, which the machine gates, decides as the oracle does, which knows no gate.
///
/// # Panics
/// Where that does not hold.
pub fn gate(input: &[u8]) {
    if let Some((pattern, texts)) = pattern_and_texts(input)
        && let Some(clause) = required::clause(&pattern)
    {
        for text in &texts {
            if oracle::pattern::search(&pattern, text, STEPS) == Some(true) {
                let folded = fold_literal(text);
                let held = clause.iter().any(|literal| folded.contains(literal.as_str()));
                assert!(held, "{:?} matches {text:?} without any of {clause:?}", pattern.text);
            }
        }
    }
    let pieces = pieces(input);
    let last = pieces.last().map_or("", String::as_str);
    let joined = pieces.concat();
    let (upper, wide) = (joined.to_uppercase(), joined.replace(' ', "\n\t"));
    let texts = [last, &joined, &upper, &wide];
    let Some(policy) = literal_policy(&pieces, &texts) else { return };
    let text = |text: &'_ str| Value::String(Cow::Owned(text.to_owned()));
    let mut events = texts.map(|value| build::event(text(value))).to_vec();
    events.push(build::event(Value::List(pieces.iter().map(|piece| text(piece)).collect())));
    check_events(&policy, &events);
}

/// A deny or a review for each piece, with the operators in turn; `None` where compiling a pattern, or the oracle's walk
/// of it over one of the texts, would take too long for a fuzzer.
fn literal_policy(pieces: &[String], texts: &[&str]) -> Option<Policy> {
    const OPERATORS: [Op; 7] =
        [Op::Regex, Op::Contains, Op::StartsWith, Op::Eq, Op::EndsWith, Op::In, Op::NotIn];
    let mut preds: Vec<Pred> = Vec::new();
    for (piece, op) in pieces.iter().zip(OPERATORS.into_iter().cycle()) {
        let text = Value::String(Cow::Owned(piece.clone()));
        let value = if op == Op::In { Value::List(vec![text]) } else { text };
        let Some(operand) = build::operand(op, value) else { continue };
        if let Operand::Pattern(pattern) = &operand {
            build_direction(pattern, Direction::RightToLeft, &BUDGET)?;
            for text in texts {
                oracle::pattern::search(pattern, text, STEPS)?;
            }
        }
        preds.push(build::pred(FieldId(0), op, operand));
    }
    let test = |index: usize| Cond::Pred(PredId::from(index));
    let never = Cond::Const(Truth::False);
    let mut rules = Vec::new();
    for index in 0..preds.len() {
        // Alone, under `not`, beside the one before: what may be keyed by its literal, and what may not.
        let when = match index % 3 {
            0 => test(index),
            1 => Cond::All(vec![test(index), Cond::Not(Box::new(test(index - 1)))]),
            _ => Cond::Any(vec![test(index), test(index - 1)]),
        };
        let effect = [Effect::Review, Effect::Deny][index % 2];
        rules.push(build::rule(index, effect, when, never.clone()));
    }
    let fields = vec![FieldPath::parse("params.value")];
    Some(Policy { preds, fields, ..build::block(Effect::Allow, Combine::DenyOverrides, rules) })
}

/// A glob matches a name as the regular expression does into which Python's `fnmatch.translate` makes it; and the
/// machine's automaton of action globs says the same as the oracle.
///
/// # Panics
/// Where that does not hold.
pub fn glob(input: &[u8]) {
    let pieces = pieces(input);
    let Some((glob, names)) = pieces.split_first() else { return };
    let translated = translated(glob);
    let pattern = pattern::parse(&translated)
        .unwrap_or_else(|error| panic!("{glob:?} becomes {translated:?}, which is refused: {error:?}"));
    let mut deny = build::rule(0, Effect::Deny, Cond::Const(Truth::True), Cond::Const(Truth::False));
    deny.actions = vec![ActionPattern::Glob(glob.clone())];
    let policy = build::block(Effect::Allow, Combine::DenyOverrides, vec![deny]);
    for name in names.iter().chain([glob]) {
        if let Some(expected) = oracle::pattern::search(&pattern, name, STEPS) {
            assert_eq!(fnmatchcase(glob, name), expected, "{glob:?} on {name:?}, as {translated:?}");
        }
    }
    let named = |name: &String| Event { action: Cow::Owned(name.clone()), ..build::event(Value::Null) };
    let events: Vec<Event<'_>> = pieces.iter().map(named).collect();
    check_events(&policy, &events);
}

/// The regular expression of a glob, by the rules of `fnmatch.translate`.
fn translated(glob: &str) -> String {
    let mut regex = String::from(r"\A(?s:");
    let mut rest = glob;
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        match first {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            '[' => match class_end(rest) {
                Some(end) => {
                    regex.push_str(&class(&rest[..end]));
                    rest = &rest[end + 1..];
                }
                None => regex.push_str(r"\["),
            },
            other => regex.push_str(&exactly(other)),
        }
    }
    regex.push_str(r")\Z");
    regex
}

/// A character as itself in a regular expression, in a class too.
fn exactly(character: char) -> String {
    if character.is_alphanumeric() || !character.is_ascii() {
        return character.to_string();
    }
    format!(r"\x{:02x}", u32::from(character))
}

/// Where the class that has just begun ends: a `]` that is not its first member.
fn class_end(rest: &str) -> Option<usize> {
    let start = usize::from(rest.starts_with('!'));
    let start = start + usize::from(rest[start..].starts_with(']'));
    rest[start..].find(']').map(|end| start + end)
}

/// A class. It is cut at the hyphens that make ranges; ranges that run backwards go with both their ends, the last one
/// first; and only then does a leading `!` negate. Without members a class matches nothing, negated anything.
fn class(text: &str) -> String {
    let mut chunks = chunks(&text.chars().collect::<Vec<_>>());
    for at in (1..chunks.len()).rev() {
        if chunks[at - 1].last() > chunks[at].first() {
            let behind = chunks.remove(at);
            chunks[at - 1].pop();
            chunks[at - 1].extend(&behind[1..]);
        }
    }
    let negated = chunks[0].first() == Some(&'!');
    if negated {
        chunks[0].remove(0);
    }
    let members: Vec<String> =
        chunks.iter().map(|chunk| chunk.iter().copied().map(exactly).collect()).collect();
    match (members.join("-"), negated) {
        (members, false) if members.is_empty() => "(?!)".to_owned(),
        (members, true) if members.is_empty() => ".".to_owned(),
        (members, negated) => format!("[{}{members}]", if negated { "^" } else { "" }),
    }
}

/// The pieces between hyphens that make ranges. The first character cannot be one, nor can the two after such a hyphen.
fn chunks(characters: &[char]) -> Vec<Vec<char>> {
    let mut chunks = Vec::new();
    let mut start = 0;
    let mut from = if characters.first() == Some(&'!') { 2 } else { 1 };
    let hyphen = |from: usize| {
        let found = characters.iter().skip(from).position(|character| *character == '-');
        found.map(|found| from + found)
    };
    while let Some(at) = hyphen(from) {
        chunks.push(characters[start..at].to_vec());
        start = at + 1;
        from = at + 3;
    }
    match (characters.get(start..).filter(|rest| !rest.is_empty()), chunks.last_mut()) {
        (Some(rest), _) => chunks.push(rest.to_vec()),
        (None, Some(last)) => last.push('-'),
        (None, None) => chunks.push(Vec::new()),
    }
    chunks
}
