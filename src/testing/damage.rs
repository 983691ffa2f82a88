//! Properties of bundles that no compiler wrote.
//!
//! In: choices. Out: nothing, or a panic. Two kinds of damage: bytes changed by accident, which a checksum shows, and
//! bytes that lie under a right checksum, which must do no harm.
//! Deliberately not here: damage at every single byte of a small bundle (`tests/suite/bundle`).

use super::choices::Choices;
use super::event::event as generated_event;
use super::fact::facts as generated_facts;
use super::parity::{EVENTS, generated_bundle};
use super::policy::policy as generated_policy;
use crate::bundle::format::{CHECKSUM_AT, CHECKSUM_END, header_checksum};
use crate::bundle::isa::listing;
use crate::bundle::program::Program;
use crate::bundle::read::Loaded;
use crate::bundle::verify::verify;
use crate::bundle::write::write;
use crate::compile::{Options, compile};
use crate::facts::value::Given;
use crate::ir::Policy;
use crate::model::decision::{Effect, MatchedBy, Verdict};
use crate::model::event::Event;
use crate::vm::trace::{Full, Nothing};
use crate::vm::{Scratch, evaluate};

/// Most changes of one case.
const CHANGES: usize = 8;
/// Where a bundle says how long it is, and where its hot part ends.
const LENGTHS: std::ops::Range<usize> = 24..40;

/// A bundle, and the same with changed bytes.
struct Mutated {
    whole: Vec<u8>,
    changed: Vec<u8>,
    events: Vec<(Event<'static>, Given)>,
    changes: Vec<(usize, u8)>,
}

impl Mutated {
    /// `None` where the policy is refused.
    fn new(input: &[u8]) -> Option<Self> {
        let mut choices = Choices::new(input);
        let mut changes: Vec<(usize, u8)> = Vec::new();
        for _ in 0..=choices.below(CHANGES) {
            changes.push((choices.below(65_536), 1 + byte(choices.below(255))));
        }
        let policy = generated_policy(&mut choices);
        let whole = generated_bundle(&policy)?;
        let events = events(&mut choices, &policy);
        let mut changed = whole.clone();
        for (at, mask) in &mut changes {
            *at %= whole.len();
            changed[*at] ^= *mask;
        }
        Some(Self { whole, changed, events, changes })
    }
}

fn events(choices: &mut Choices<'_>, policy: &Policy) -> Vec<(Event<'static>, Given)> {
    (0..EVENTS).map(|_| (generated_event(choices, policy), generated_facts(choices, policy))).collect()
}

/// A bundle with changed bytes is refused, or an evaluation says that it is damaged, or it decides as before; and what a
/// person is told is the same, or is refused.
///
/// # Panics
/// Where that does not hold.
pub fn mutated(input: &[u8]) {
    let Some(case) = Mutated::new(input) else { return };
    let whole = Loaded::read(&case.whole).expect("invariant: what was written is read");
    let Ok(changed) = Loaded::read(&case.changed) else { return };
    assert!(case.whole == case.changed || verify(&changed).is_err(), "a changed byte is in no checked range");
    for (event, facts) in &case.events {
        let before = evaluate(&whole, event, facts, &mut Scratch::default(), &mut Nothing);
        let now = evaluate(&changed, event, facts, &mut Scratch::default(), &mut Nothing);
        if now.matched_by == MatchedBy::Error {
            assert_eq!((now.effect, now.rule), (Effect::Deny, None), "a damaged bundle denies");
            continue;
        }
        assert_eq!(now, before, "verdict of the changed bundle (left) and of the whole one");
        if let Some(Ok(told)) = now.rule.map(|rule| changed.rule(rule)) {
            let first = before.rule.map(|rule| whole.rule(rule));
            assert_eq!(
                Some(Ok(told)),
                first,
                "what is told of the changed bundle (left) and of the whole one"
            );
        }
    }
}

/// What [`mutated`] makes of an input.
#[must_use]
pub fn show_mutated(input: &[u8]) -> String {
    let Some(case) = Mutated::new(input) else { return "a policy that is refused".to_owned() };
    format!("{} bytes, changed (place, mask): {:?}\n{:#?}", case.whole.len(), case.changes, case.events)
}

/// Bytes that no compiler wrote, and events that reach what they were made from.
struct Lying {
    how: String,
    bytes: Vec<u8>,
    events: Vec<(Event<'static>, Given)>,
}

impl Lying {
    /// `None` where the policy is refused.
    fn new(input: &[u8]) -> Option<Self> {
        let (&kind, rest) = input.split_first().unwrap_or((&0, &[]));
        if kind % 4 == 0 {
            return Some(Self { how: "as they are".to_owned(), bytes: rest.to_vec(), events: Vec::new() });
        }
        // The bundle that is lied about comes from the end of the input, so that the lies stay where they are.
        let (lies, made_from) = rest.split_at(rest.len().min(64));
        let mut choices = Choices::new(made_from);
        let policy = generated_policy(&mut choices);
        let events = events(&mut choices, &policy);
        let mut lies = Choices::new(lies);
        let real = generated_bundle(&policy)?;
        let (how, bytes) = match kind % 4 {
            1 => headed(&real, &mut lies, made_from),
            2 => patched(real, &mut lies),
            _ => {
                let compiled = compile(&policy, &Options::default());
                let mut program = compiled.expect("invariant: it was compiled before").program;
                let how = misled(&mut program, &mut lies);
                (how, write(&program))
            }
        };
        Some(Self { how, bytes, events })
    }
}

/// The start of a real bundle, any bytes behind it, and a right header.
fn headed(real: &[u8], lies: &mut Choices<'_>, any: &[u8]) -> (String, Vec<u8>) {
    let kept = LENGTHS.end + 24 + lies.below(real.len().min(65_000)).min(real.len() - LENGTHS.end - 24);
    let mut bytes = real[..kept].to_vec();
    bytes.extend_from_slice(any);
    let length = (bytes.len() as u64).to_le_bytes();
    bytes[LENGTHS].copy_from_slice(&[length, length].concat());
    reseal(&mut bytes);
    (format!("{kept} bytes of a bundle, then others"), bytes)
}

/// A real bundle with changed words under a right checksum.
fn patched(mut bytes: Vec<u8>, lies: &mut Choices<'_>) -> (String, Vec<u8>) {
    let mut changes = Vec::new();
    for _ in 0..=lies.below(CHANGES) {
        let at = 4 * lies.below((bytes.len() / 4).min(65_536));
        let word = word(lies);
        bytes[at..at + 4].copy_from_slice(&word.to_le_bytes());
        changes.push((at, word));
    }
    reseal(&mut bytes);
    (format!("changed (place, word): {changes:?}"), bytes)
}

/// A program with changed instructions, tables, automata and numbers; written, all its seals are right.
fn misled(program: &mut Program, lies: &mut Choices<'_>) -> String {
    let mut changes = Vec::new();
    for _ in 0..=lies.below(CHANGES) {
        let which = lies.below(5);
        let target = match which {
            0 => {
                let at = lies.below(program.code.len().max(1));
                if let Some(code) = program.code.get_mut(at) {
                    *code = word(lies);
                }
                changes.push(format!("instruction {at}"));
                continue;
            }
            1 => &mut program.index.gate,
            2 => &mut program.index.action_automaton,
            _ => {
                let table = lies.below(program.tables.len().max(1));
                let Some(table) = program.tables.get_mut(table) else { continue };
                table
            }
        };
        let at = lies.below(target.len().min(65_536));
        let value = byte(lies.below(256));
        if let Some(byte) = target.get_mut(at) {
            *byte = value;
        }
        changes.push(format!("{} at {at} = {value}", ["", "gate", "actions", "table", "table"][which]));
    }
    changes.join(", ")
}

/// A small number in half of the cases, since these reach further than any number.
fn word(lies: &mut Choices<'_>) -> u32 {
    let low = lies.below(65_536);
    let high = if lies.chance(50) { 0 } else { lies.below(65_536) };
    u32::try_from(high << 16 | low).expect("invariant: two times 16 bits")
}

fn byte(number: usize) -> u8 {
    u8::try_from(number).expect("invariant: below 256")
}

/// Makes the checksum of the hot part right again, as an attacker would.
fn reseal(bytes: &mut [u8]) {
    let end = bytes.get(32..40).and_then(|bytes| bytes.try_into().ok()).map(u64::from_le_bytes);
    let end = end.and_then(|end| usize::try_from(end).ok()).unwrap_or(0);
    if let Some(behind) = bytes.get(CHECKSUM_END..end) {
        let sum = header_checksum(&bytes[..CHECKSUM_AT], behind);
        bytes[CHECKSUM_AT..CHECKSUM_END].copy_from_slice(&sum.to_le_bytes());
    }
}

/// Any bytes are read, verified, listed and evaluated without harm; watching changes no verdict; and a bundle that
/// verifies never turns out damaged.
///
/// # Panics
/// Where that does not hold.
pub fn lying(input: &[u8]) {
    let Some(case) = Lying::new(input) else { return };
    let Ok(bundle) = Loaded::read(&case.bytes) else { return };
    let sound = verify(&bundle).is_ok();
    let _ = (bundle.meta(), bundle.sources(), listing(&bundle));
    let mut scratch = Scratch::default();
    for (event, facts) in &case.events {
        let verdict = evaluate(&bundle, event, facts, &mut scratch, &mut Nothing);
        let watched: Verdict = evaluate(&bundle, event, facts, &mut scratch, &mut Full::default());
        assert_eq!(watched, verdict, "verdict of the watched machine (left) and of the other");
        assert!(!sound || verdict.matched_by != MatchedBy::Error, "it verifies, and turns out damaged");
        let _ = verdict.rule.map(|rule| bundle.rule(rule));
    }
}

/// What [`lying`] makes of an input.
#[must_use]
pub fn show_lying(input: &[u8]) -> String {
    let Some(case) = Lying::new(input) else { return "a policy that is refused".to_owned() };
    format!("{}\n{}\n{:#?}", case.how, case.bytes.escape_ascii(), case.events)
}
