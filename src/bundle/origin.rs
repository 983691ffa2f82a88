//! The texts that a bundle of any version was compiled from, so that they can be compiled again.
//!
//! In: bytes. Out: names and texts, if they can be found. Nothing is checked but what is needed to find them: whoever asks
//! knows the digest that the texts must have. Deliberately not here: bundles that are used (`read.rs`).
//!
//! For this each version of the layout keeps: the header's magic and its word with the number of sections, the section
//! table behind the header, `Sources` and `Texts` at their numbers, `SourceTexts` as the last section, and the records of
//! `Sources`.

use super::format::{HEADER_BYTES, MAGIC, SECTION_ENTRY_BYTES, SOURCE_BYTES, Section};
use super::read::{SourceText, words};

/// Where the header has the number of sections.
const SECTIONS_AT: usize = 20;

/// The texts, in load order; `None` where they cannot be found.
#[must_use]
pub fn texts(bytes: &[u8]) -> Option<Vec<SourceText<'_>>> {
    bytes.strip_prefix(&MAGIC)?;
    let [sections] = words(bytes.get(SECTIONS_AT..)?)?;
    let last = usize::try_from(sections).ok()?.checked_sub(1)?;
    let section = |number: usize| {
        let at = HEADER_BYTES.saturating_add(number.saturating_mul(SECTION_ENTRY_BYTES));
        let [start, length, ..] = words::<4>(bytes.get(at..)?)?;
        part(bytes, start, length)
    };
    let (names, texts) = (section(Section::Texts.index())?, section(last)?);
    let (records, []) = section(Section::Sources.index())?.as_chunks::<SOURCE_BYTES>() else { return None };
    let text = |record: &[u8; SOURCE_BYTES]| {
        let [name, name_length, start, length, ..] = words::<6>(record)?;
        let name = std::str::from_utf8(part(names, name, name_length)?).ok()?;
        Some(SourceText { name, text: std::str::from_utf8(part(texts, start, length)?).ok()? })
    };
    records.iter().map(text).collect()
}

fn part(bytes: &[u8], start: u32, length: u32) -> Option<&[u8]> {
    let start = usize::try_from(start).ok()?;
    bytes.get(start..)?.get(..usize::try_from(length).ok()?)
}
