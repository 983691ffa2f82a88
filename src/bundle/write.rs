//! A program as bytes. The same program gives the same bytes.
//!
//! In: a [`Program`]. Out: a bundle as `format.rs` describes it.
//! Deliberately not here: files (written by `install`), any check of the program (`verify.rs`). A program too large for
//! the format is refused by the compiler before it comes here.

#![allow(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "compile side: lengths are those of a program that the compiler found small enough"
)]

use super::blocks::{BLOCK, SEAL_BYTES, seal};
use super::cold;
use super::format::{
    ALIGNMENT, CHECKSUM_AT, CHECKSUM_END, Entry, FORMAT_VERSION, HEADER_BYTES, MAGIC, NONE, Piece,
    SECTION_ENTRY_BYTES, SEMANTICS_VERSION, Section, Shape, UNICODE_VERSION, header_checksum, padded,
};
use super::operand;
use super::program::{Index, Operand, Predicate, Program, Statement};
use super::set;
use crate::model::fact;
use crate::model::field::Root;
use std::collections::BTreeMap;

/// Writes a bundle.
#[must_use]
pub fn write(program: &Program) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.policy(program);
    for statement in &program.statements {
        writer.statement(statement);
    }
    writer.actions(program);
    writer.words(Section::Code, &program.code);
    for predicate in &program.predicates {
        writer.predicate(predicate);
    }
    writer.fields(program);
    writer.index(&program.index);
    writer.tables(&program.tables);
    for rule in &program.rules {
        writer.sealed(Section::RuleEntries, Section::Records, Piece::Rule, &cold::encode(rule));
    }
    for record in &program.predicate_records {
        let bytes = cold::encode(record);
        writer.sealed(Section::PredicateEntries, Section::Records, Piece::Predicate, &bytes);
    }
    for (name, text) in &program.sources {
        writer.text(Section::Sources, name);
        writer.sealed(Section::Sources, Section::SourceTexts, Piece::Source, text.as_bytes());
    }
    writer.finish()
}

/// The sections as they grow.
#[derive(Default)]
struct Writer<'p> {
    sections: [Vec<u8>; Section::ALL.len()],
    /// Where each text lies that `Texts` has already.
    texts: BTreeMap<&'p str, u32>,
    /// How many pieces of each kind there are, by discriminant.
    pieces: [u32; 8],
}

impl<'p> Writer<'p> {
    fn section(&mut self, section: Section) -> &mut Vec<u8> {
        &mut self.sections[section.index()]
    }

    fn words(&mut self, section: Section, words: &[u32]) {
        let to = self.section(section);
        for word in words {
            to.extend_from_slice(&word.to_le_bytes());
        }
    }

    /// Appends the range of `text`, which goes to `Texts` once.
    fn text(&mut self, section: Section, text: &'p str) {
        let range = self.intern(text);
        self.words(section, &range);
    }

    fn intern(&mut self, text: &'p str) -> [u32; 2] {
        let end = word(self.sections[Section::Texts.index()].len());
        let start = *self.texts.entry(text).or_insert(end);
        if start == end {
            self.section(Section::Texts).extend_from_slice(text.as_bytes());
        }
        [start, word(text.len())]
    }

    fn policy(&mut self, program: &'p Program) {
        self.words(Section::Policy, &[u32::from(program.default as u8)]);
        self.text(Section::Policy, &program.label);
        self.text(Section::Policy, &program.directory);
        self.text(Section::Policy, &program.digest);
        self.words(Section::Policy, &[0]);
    }

    fn statement(&mut self, statement: &Statement) {
        let kind = u32::from(statement.effect as u8) | (u32::from(statement.block as u8) << 8);
        self.words(
            Section::Statements,
            &[
                statement.rule.0,
                kind,
                statement.order,
                statement.actions.unwrap_or(NONE),
                statement.when,
                statement.unless.unwrap_or(NONE),
            ],
        );
    }

    fn actions(&mut self, program: &'p Program) {
        let mut first = 0_u32;
        for set in &program.action_sets {
            let count = word(set.len());
            self.words(Section::ActionSets, &[first, count]);
            self.words(Section::ActionMembers, set);
            first = first.saturating_add(count);
        }
        for (kind, text) in &program.actions {
            self.words(Section::Actions, &[*kind as u32]);
            self.text(Section::Actions, text);
        }
    }

    fn predicate(&mut self, predicate: &'p Predicate) {
        let operands = self.sections[Section::Operands.index()].len();
        let bytes = &mut self.sections[Section::Operands.index()];
        let shape = match &predicate.operand {
            Operand::None => Shape::None,
            Operand::Text(_) => Shape::Text,
            Operand::Value(value) => {
                operand::encode(value, bytes);
                Shape::Value
            }
            Operand::ValueAndText(value, text) => {
                operand::encode(value, bytes);
                operand::encode_string(text, bytes);
                Shape::ValueAndText
            }
            Operand::List(elements) if elements.len() > set::LIST => {
                set::encode(elements, bytes);
                Shape::Set
            }
            Operand::List(elements) => {
                operand::encode_list(elements, bytes);
                Shape::List
            }
            Operand::Table(_) => Shape::Table,
        };
        let written = [word(operands), word(bytes.len() - operands)];
        let range = match &predicate.operand {
            Operand::None => [0, 0],
            Operand::Text(text) => self.intern(text),
            Operand::Value(_) | Operand::ValueAndText(..) | Operand::List(_) => written,
            Operand::Table(number) => [*number, 0],
        };
        let kind = u32::from(predicate.op as u8) | (u32::from(shape as u8) << 8);
        self.words(Section::Predicates, &[predicate.field.0, kind]);
        self.words(Section::Predicates, &range);
    }

    fn index(&mut self, index: &Index) {
        for action in &index.actions {
            self.list(Section::ActionIndex, &action.statements);
            self.list(Section::ActionIndex, &action.fields);
        }
        // Behind "every action": the patterns that are matched one by one.
        self.list(Section::ActionIndex, &index.singly);
        self.list(Section::ActionIndex, &[]);
        for keyed in &index.predicates {
            match keyed {
                Some(statements) => self.list(Section::PredicateIndex, statements),
                None => self.words(Section::PredicateIndex, &[NONE, 0]),
            }
        }
        for predicates in &index.fields {
            self.list(Section::FieldIndex, predicates);
        }
        for thresholds in &index.thresholds {
            for run in [&thresholds.points, &thresholds.least, &thresholds.most] {
                let first = word(self.section(Section::ThresholdPredicates).len() / 4);
                self.words(Section::Thresholds, &[first, word(run.len())]);
                for (key, predicate) in run {
                    self.section(Section::ThresholdKeys).extend_from_slice(&key.to_bits().to_le_bytes());
                    self.words(Section::ThresholdPredicates, &[*predicate]);
                }
            }
        }
        for automaton in [&index.gate, &index.action_automaton] {
            let area = self.section(Section::Automata);
            let range = [word(area.len()), word(automaton.len())];
            area.extend_from_slice(automaton);
            area.resize(padded(area.len()), 0);
            self.words(Section::AutomatonEntries, &range);
        }
    }

    /// Appends the numbers to the lists, and their range to a section.
    fn list(&mut self, section: Section, numbers: &[u32]) {
        let first = word(self.sections[Section::IndexLists.index()].len() / 4);
        self.words(Section::IndexLists, numbers);
        self.words(section, &[first, word(numbers.len())]);
    }

    fn fields(&mut self, program: &'p Program) {
        let mut first = 0_u32;
        for field in &program.fields {
            let count = word(field.keys.len());
            let fact = match field.root {
                Root::Fact => fact::number(field.keys.iter().map(String::as_str)).unwrap_or_default(),
                Root::Params | Root::Context | Root::Bare => 0,
            };
            let kind = u32::from(field.root as u8) | (u32::from(field.bound) << 8) | (u32::from(fact) << 16);
            self.words(Section::Fields, &[kind, first, count]);
            for key in &field.keys {
                self.text(Section::Keys, key);
            }
            first = first.saturating_add(count);
        }
    }

    /// The tables, the seals of their blocks, and an entry for each that seals those of the blocks it lies in.
    fn tables(&mut self, tables: &[Vec<u8>]) {
        let mut places = Vec::with_capacity(tables.len());
        let area = self.section(Section::Tables);
        for table in tables {
            places.push(Entry { offset: word(area.len()), length: word(table.len()), seal: 0 });
            area.extend_from_slice(table);
            area.resize(padded(area.len()), 0);
        }
        let seals: Vec<[u8; SEAL_BYTES]> =
            (0..).zip(area.chunks(BLOCK)).map(|(number, block)| seal(number, block).to_le_bytes()).collect();
        for (number, place) in (0..).zip(places) {
            let (start, end) = (place.offset as usize, place.offset as usize + place.length as usize);
            let held = &seals[start / BLOCK..end.div_ceil(BLOCK)];
            let seal = place.sealed(Piece::Table, number, held.as_flattened());
            self.words(Section::TableEntries, &[place.offset, place.length]);
            self.section(Section::TableEntries).extend_from_slice(&seal.to_le_bytes());
        }
        self.section(Section::TableSeals).extend_from_slice(seals.as_flattened());
    }

    /// Appends a piece with its padding, and its entry.
    fn sealed(&mut self, entries: Section, pieces: Section, piece: Piece, bytes: &[u8]) {
        let area = self.section(pieces);
        let offset = area.len();
        area.extend_from_slice(bytes);
        area.resize(padded(area.len()), 0);
        let place = Entry { offset: word(offset), length: word(bytes.len()), seal: 0 };
        let number = self.pieces[piece as usize];
        self.pieces[piece as usize] = number.saturating_add(1);
        let seal = place.sealed(piece, number, &self.sections[pieces.index()][offset..]);
        self.words(entries, &[place.offset, place.length]);
        self.section(entries).extend_from_slice(&seal.to_le_bytes());
    }

    /// Header, section table, sections, checksum.
    fn finish(mut self) -> Vec<u8> {
        let mut entries = Vec::new();
        let mut at = HEADER_BYTES + Section::ALL.len() * SECTION_ENTRY_BYTES;
        let (mut hot_start, mut hot_end) = (0, 0);
        let hot_bytes: usize =
            self.sections[Section::FIRST_HOT..Section::HOT_END].iter().map(|hot| padded(hot.len())).sum();
        self.sections[Section::BlockSeals.index()] = vec![0; hot_bytes.div_ceil(BLOCK) * SEAL_BYTES];
        for (index, section) in self.sections.iter_mut().enumerate() {
            match index {
                Section::FIRST_HOT => hot_start = at,
                Section::HOT_END => hot_end = at,
                _ => {}
            }
            for number in [word(at), word(section.len()), 0, 0] {
                entries.extend_from_slice(&number.to_le_bytes());
            }
            section.resize(padded(section.len()), 0);
            at += section.len();
        }
        let mut bytes = Vec::with_capacity(at);
        bytes.extend_from_slice(&MAGIC);
        for number in [FORMAT_VERSION, SEMANTICS_VERSION, UNICODE_VERSION, word(Section::ALL.len())] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        for number in [at as u64, hot_end as u64, 0, hot_start as u64, 0] {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(&entries);
        for section in &self.sections {
            bytes.extend_from_slice(section);
        }
        let seals: Vec<u64> = (0..)
            .zip(bytes[hot_start..hot_end].chunks(BLOCK))
            .map(|(number, block)| seal(number, block))
            .collect();
        let first_seal = hot_start - seals.len() * SEAL_BYTES;
        for (place, seal) in bytes[first_seal..hot_start].chunks_mut(SEAL_BYTES).zip(seals) {
            place.copy_from_slice(&seal.to_le_bytes());
        }
        let sum = header_checksum(&bytes[..CHECKSUM_AT], &bytes[CHECKSUM_END..hot_start]);
        bytes[CHECKSUM_AT..CHECKSUM_END].copy_from_slice(&sum.to_le_bytes());
        bytes
    }
}

/// A length or offset as the format holds it.
fn word(number: usize) -> u32 {
    u32::try_from(number).expect("invariant: the compiler refuses what is larger than the limit of a bundle")
}

const _: () =
    assert!(HEADER_BYTES.is_multiple_of(ALIGNMENT) && SECTION_ENTRY_BYTES.is_multiple_of(ALIGNMENT));
