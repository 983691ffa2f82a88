//! Signals in a text that it wants to take over an agent: instructions that override others, false roles, hidden text.
//!
//! In: a submitted prompt or the result of a tool. Out: which signals fire, each with a weight. Rules over words in one
//! table, so that a sentence may be worded in many ways; several languages; letters that are spaced out, replaced by
//! digits or hidden are read first.
//! A heuristic: it misses what is well disguised, and a person may write about such texts. Policies weigh it.
//! Deliberately not here: what is done about it.

mod hidden;
mod rules;
mod words;

use words::Words;

/// The sum of weights from which a text counts as an attempt, see [`is_injection`].
pub const THRESHOLD: u32 = 100;
/// Bytes of a text that are looked at; an attempt further behind is not seen.
pub const TEXT_BYTES: usize = 1 << 18;

/// A signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signal {
    /// Its name, e.g. `override_instructions`.
    pub id: &'static str,
    /// How much it says, 100 being enough alone.
    pub weight: u32,
}

/// The signals of a text, each once, the strongest of its kind. Linear in the text.
#[must_use]
pub fn signals(text: &str) -> Vec<Signal> {
    let text = text.get(..text.floor_char_boundary(TEXT_BYTES)).unwrap_or_default();
    let mut found: Vec<Signal> = Vec::new();
    let mut see = |signal: Signal| match found.iter_mut().find(|other| other.id == signal.id) {
        Some(other) => other.weight = other.weight.max(signal.weight),
        None => found.push(signal),
    };
    let revealed = hidden::reveal(text);
    if revealed.hidden {
        see(Signal { id: "hidden_text", weight: 100 });
    }
    let plain = revealed.text.as_deref().unwrap_or(text);
    rules::of_lines(plain).for_each(&mut see);
    rules::of_scripts(plain).for_each(&mut see);
    let words = Words::of(plain);
    rules::of_words(&words).into_iter().for_each(&mut see);
    if let Some(joined) = words.joined() {
        rules::of_joined(&joined).for_each(&mut see);
    }
    found
}

/// The sum of the weights of a text's signals.
#[must_use]
pub fn score(text: &str) -> u32 {
    sum(&signals(text))
}

fn sum(signals: &[Signal]) -> u32 {
    signals.iter().fold(0, |sum, signal| sum.saturating_add(signal.weight))
}

/// True where signals together are enough.
#[must_use]
pub fn are_enough(signals: &[Signal]) -> bool {
    sum(signals) >= THRESHOLD
}

/// True where the signals of a text together are enough.
#[must_use]
pub fn is_injection(text: &str) -> bool {
    score(text) >= THRESHOLD
}
