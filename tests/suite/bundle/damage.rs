//! Changed, cut and arbitrary bytes.

use super::{answer, events, sample};
use agsec::bundle::blocks::{BLOCK, seal};
use agsec::bundle::format::{CHECKSUM_AT, CHECKSUM_END, HEADER_BYTES, header_checksum};
use agsec::bundle::isa::listing;
use agsec::bundle::read::Loaded;
use agsec::bundle::verify::verify;
use agsec::facts::value::Given;
use agsec::model::decision::{Effect, MatchedBy};
use agsec::model::event::Event;
use agsec::vm::trace::Full;
use agsec::vm::{self, Scratch};
use proptest::prelude::{any, prop, proptest};
use std::sync::LazyLock;

/// One bit, the highest, all.
const MASKS: [u8; 3] = [0x01, 0x80, 0xff];

/// The sample as a bundle; compiled once.
static SAMPLE: LazyLock<Vec<u8>> = LazyLock::new(|| sample().bytes());
/// The events; read once.
static EVENTS: LazyLock<Vec<Event<'static>>> = LazyLock::new(events);

#[test]
fn no_changed_byte_goes_unseen_or_changes_an_answer() {
    let bytes = SAMPLE.clone();
    let whole = Loaded::read(&bytes).expect("a bundle");
    let answers: Vec<_> = EVENTS.iter().map(|event| answer(&whole, event)).collect();
    assert!(answers.iter().all(Result::is_ok));
    let (mut refused, mut late) = (0, 0);
    for at in 0..bytes.len() {
        for mask in MASKS {
            let mut changed = bytes.clone();
            changed[at] ^= mask;
            let Ok(bundle) = Loaded::read(&changed) else {
                refused += 1;
                continue;
            };
            assert!(verify(&bundle).is_err(), "byte {at} ^ {mask:#x} is in no checked range");
            for (event, before) in EVENTS.iter().zip(&answers) {
                match answer(&bundle, event) {
                    Ok((verdict, _)) if verdict.matched_by == MatchedBy::Error => {
                        assert_eq!((verdict.effect, verdict.rule), (Effect::Deny, None));
                        late += 1;
                    }
                    Err(_) => late += 1,
                    now => assert_eq!(now, *before, "byte {at} ^ {mask:#x}"),
                }
            }
        }
    }
    assert!(refused > 1000 && late > 100, "{refused} refused on loading, {late} when used");
}

#[test]
fn no_length_but_its_own_is_read() {
    let bytes = SAMPLE.clone();
    for length in 0..bytes.len() {
        let error = Loaded::read(&bytes[..length]).expect_err("cut").to_string();
        assert!(error.starts_with("bundle is truncated: "), "{length}: {error}");
    }
    for extra in [1, 8, 4096] {
        let mut longer = bytes.clone();
        longer.resize(bytes.len() + extra, 0);
        assert!(Loaded::read(&longer).is_err());
    }
}

/// Uses everything of a bundle that may be anything.
fn use_all(bytes: &[u8]) {
    let Ok(bundle) = Loaded::read(bytes) else { return };
    let _ = (verify(&bundle), bundle.meta(), bundle.sources(), listing(&bundle));
    let mut scratch = Scratch::default();
    for event in EVENTS.iter() {
        let _ = answer(&bundle, event);
        let _ = vm::evaluate(&bundle, event, &Given::default(), &mut scratch, &mut Full::default());
    }
}

/// Makes the seals of the blocks and the header's checksum right again, as an attacker would.
fn reseal(bytes: &mut [u8]) {
    let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().expect("eight"));
    let [hot_end, hot_start] = [32, 48].map(|at| usize::try_from(number(at)).unwrap_or(0));
    let seals: Vec<u8> = (0..)
        .zip(bytes.get(hot_start..hot_end).unwrap_or_default().chunks(BLOCK))
        .flat_map(|(number, block)| seal(number, block).to_le_bytes())
        .collect();
    let first_seal = hot_start.checked_sub(seals.len()).filter(|first| *first >= HEADER_BYTES);
    if let Some(place) = first_seal.and_then(|first| bytes.get_mut(first..hot_start)) {
        place.copy_from_slice(&seals);
    }
    if let Some(behind) = bytes.get(CHECKSUM_END..hot_start) {
        let sum = header_checksum(&bytes[..CHECKSUM_AT], behind);
        bytes[CHECKSUM_AT..CHECKSUM_END].copy_from_slice(&sum.to_le_bytes());
    }
}

#[test]
fn every_byte_may_be_anything_although_the_checksum_is_right() {
    let bytes = SAMPLE.clone();
    for at in HEADER_BYTES..bytes.len() {
        for mask in MASKS {
            let mut changed = bytes.clone();
            changed[at] ^= mask;
            reseal(&mut changed);
            use_all(&changed);
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        use_all(&bytes);
        let mut headed = SAMPLE[..HEADER_BYTES].to_vec();
        headed.extend_from_slice(&bytes);
        let length = headed.len() as u64;
        headed[24..32].copy_from_slice(&length.to_le_bytes());
        headed[32..40].copy_from_slice(&length.to_le_bytes());
        headed[48..56].copy_from_slice(&(bytes.len() as u64 / 2).to_le_bytes());
        reseal(&mut headed);
        use_all(&headed);
    }

    #[test]
    fn several_changed_words_do_no_harm(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u32>()), 1..6)) {
        let mut bytes = SAMPLE.clone();
        for (at, word) in changes {
            let at = HEADER_BYTES + at.index((bytes.len() - HEADER_BYTES) / 4) * 4;
            // Small numbers reach further than any number.
            let word = if word % 2 == 0 { word % 64 } else { word };
            bytes[at..at + 4].copy_from_slice(&word.to_le_bytes());
        }
        reseal(&mut bytes);
        use_all(&bytes);
    }
}
