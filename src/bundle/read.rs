//! Bytes as a bundle: used where they lie, checked when they are used.
//!
//! In: the bytes of a file. Out: a [`Loaded`], whose methods give the records of the format, each access checked, so
//! that no bytes whatever can do more than answer "damaged". Loading decodes nothing and costs the same for any policy but
//! for the seals of its blocks.
//! Deliberately not here: opening files (`hook::map`), the full check of everything (`verify.rs`), evaluation (`vm`).

mod places;

use super::blocks::{Blocks, SEAL_BYTES};
use super::cold;
pub use super::error::ReadError;
use super::format::{
    ACTION_BYTES, ActionKind, BlockKind, CHECKSUM_AT, CHECKSUM_END, ENTRY_BYTES, Entry, FIELD_BYTES,
    HEADER_BYTES, MAGIC, NONE, POLICY_BYTES, PREDICATE_BYTES, Piece, RANGE_BYTES, SECTION_ENTRY_BYTES,
    SOURCE_BYTES, STATEMENT_BYTES, Section, Shape, Version, header_checksum, padded,
};
use super::index::{Index, Lists};
pub use super::info::{Meta, PredicateInfo, RuleInfo, SourceMeta, SourceText};
use super::isa::Instruction;
use super::program::Statement;
use crate::model::decision::Effect;
use crate::model::field::Root;
use crate::model::id::{FieldId, PredId, RuleId};
use crate::model::notes::Notes;
use crate::model::op::Op;
use crate::model::severity::Severity;

/// A bundle whose header, section table and block seals have been checked.
#[derive(Debug)]
pub struct Loaded<'a> {
    default: Effect,
    policy: [u32; 8],
    statements: &'a [[u8; STATEMENT_BYTES]],
    action_sets: &'a [[u8; RANGE_BYTES]],
    action_members: &'a [[u8; 4]],
    actions: &'a [[u8; ACTION_BYTES]],
    code: &'a [[u8; 4]],
    predicates: &'a [[u8; PREDICATE_BYTES]],
    fields: &'a [[u8; FIELD_BYTES]],
    keys: &'a [[u8; RANGE_BYTES]],
    operands: &'a [u8],
    table_entries: &'a [[u8; ENTRY_BYTES]],
    sources: &'a [[u8; SOURCE_BYTES]],
    lists: Lists<'a>,
    automaton_entries: &'a [[u8; RANGE_BYTES]],
    automata: &'a [u8],
    texts: &'a [u8],
    tables: &'a [u8],
    rule_entries: &'a [[u8; ENTRY_BYTES]],
    predicate_entries: &'a [[u8; ENTRY_BYTES]],
    records: &'a [u8],
    source_texts: &'a [u8],
    sections: Sections<'a>,
    blocks: Blocks<'a>,
    table_blocks: Blocks<'a>,
}

/// An action pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action<'a> {
    /// How it is written.
    pub kind: ActionKind,
    /// Its text.
    pub text: &'a [u8],
}

/// A predicate; how to read `operand` is up to `shape`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Predicate {
    /// Where it looks.
    pub field: FieldId,
    /// What it asks.
    pub op: Op,
    /// How its operand is given.
    pub shape: Shape,
    /// Two words, see [`Shape`].
    pub operand: [u32; 2],
}

/// A field path.
#[derive(Clone, Copy, Debug)]
pub struct Field<'a> {
    /// Where it starts.
    pub root: Root,
    /// Of a fact: which bound element it looks at, see [`crate::model::field::FieldPath::bound`].
    pub bound: u8,
    /// Of a fact: its number, see [`crate::model::fact::number`]; otherwise 0.
    pub fact: u16,
    keys: &'a [[u8; RANGE_BYTES]],
    texts: &'a [u8],
    blocks: &'a Blocks<'a>,
}

impl<'a> Field<'a> {
    /// The keys below the root; `None` in the place of one that is damaged.
    pub fn keys(&self) -> impl Iterator<Item = Option<&'a str>> + Clone + use<'a> {
        let (texts, blocks) = (self.texts, self.blocks);
        self.keys.iter().map(move |range| {
            let [start, length] = words(range)?;
            std::str::from_utf8(blocks.check(piece(texts, start, length)?)?).ok()
        })
    }
}

impl<'a> Loaded<'a> {
    /// Checks header, section table and block seals; the rest is checked when it is used.
    ///
    /// # Errors
    /// What the bytes are instead of a bundle of this program's version.
    pub fn read(bytes: &'a [u8]) -> Result<Self, ReadError> {
        let damaged = ReadError::damaged(Section::Policy.name());
        let (hot_start, hot_end) = check_header(bytes)?;
        let table = Sections { bytes, hot_start, hot_end };
        let seals: &[[u8; SEAL_BYTES]] = table.records(Section::BlockSeals)?;
        let hot = bytes.get(hot_start..hot_end).ok_or(damaged)?;
        let blocks = Blocks::new(hot, seals).ok_or(ReadError::damaged(Section::BlockSeals.name()))?;
        let tables = table.bytes(Section::Tables)?;
        let table_blocks = Blocks::new(tables, table.records(Section::TableSeals)?)
            .ok_or(ReadError::damaged(Section::TableSeals.name()))?;
        let policy: &[[u8; POLICY_BYTES]] = table.records(Section::Policy)?;
        let policy = Some(policy).filter(|records| records.len() == 1).ok_or(damaged)?;
        let policy = blocks.record(policy, 0).and_then(|record| words::<8>(record)).ok_or(damaged)?;
        let [default, ..] = policy;
        let default = u8::try_from(default).ok().and_then(Effect::from_u8);
        let default = default.ok_or(damaged)?;
        Ok(Self {
            default,
            policy,
            statements: table.records(Section::Statements)?,
            action_sets: table.records(Section::ActionSets)?,
            action_members: table.records(Section::ActionMembers)?,
            actions: table.records(Section::Actions)?,
            code: table.records(Section::Code)?,
            predicates: table.records(Section::Predicates)?,
            fields: table.records(Section::Fields)?,
            keys: table.records(Section::Keys)?,
            operands: table.bytes(Section::Operands)?,
            table_entries: table.records(Section::TableEntries)?,
            sources: table.records(Section::Sources)?,
            lists: Lists {
                actions: table.records(Section::ActionIndex)?,
                predicates: table.records(Section::PredicateIndex)?,
                fields: table.records(Section::FieldIndex)?,
                numbers: table.records(Section::IndexLists)?,
                thresholds: table.records(Section::Thresholds)?,
                keys: table.records(Section::ThresholdKeys)?,
                keyed: table.records(Section::ThresholdPredicates)?,
            },
            automaton_entries: table.records(Section::AutomatonEntries)?,
            automata: table.bytes(Section::Automata)?,
            texts: table.bytes(Section::Texts)?,
            tables,
            rule_entries: table.records(Section::RuleEntries)?,
            predicate_entries: table.records(Section::PredicateEntries)?,
            records: table.bytes(Section::Records)?,
            source_texts: table.bytes(Section::SourceTexts)?,
            sections: table,
            blocks,
            table_blocks,
        })
    }

    /// Which layer it is, and from what it was made.
    ///
    /// # Errors
    /// A text that is damaged in a way that the checksum does not show.
    pub fn meta(&self) -> Result<Meta<'a>, ReadError> {
        let [_, label, label_length, directory, directory_length, digest, digest_length, _] = self.policy;
        let files = self.sources.iter().map(|source| {
            let (name, entry) = self.source_entry(source)?;
            Ok(SourceMeta { name, bytes: entry.length })
        });
        Ok(Meta {
            label: self.str(label, label_length)?,
            directory: self.str(directory, directory_length)?,
            digest: self.str(digest, digest_length)?,
            files: files.collect::<Result<Vec<_>, ReadError>>()?,
        })
    }

    /// The texts it was compiled from, in load order, their seals checked.
    ///
    /// # Errors
    /// Damage.
    pub fn sources(&self) -> Result<Vec<SourceText<'a>>, ReadError> {
        let text = |(number, source): (u32, &[u8; SOURCE_BYTES])| {
            let (name, entry) = self.source_entry(source)?;
            let text = unseal(entry, self.source_texts, Piece::Source, number)?;
            let text = std::str::from_utf8(text).map_err(|_| ReadError::damaged(Piece::Source.name()))?;
            Ok(SourceText { name, text })
        };
        (0..).zip(self.sources).map(text).collect()
    }

    /// What holds when no statement applies.
    #[must_use]
    pub fn default_effect(&self) -> Effect {
        self.default
    }

    /// Statements in the order of decision; `None` in the place of one that is damaged.
    pub fn statements(&self) -> impl Iterator<Item = Option<Statement>> {
        self.statements.iter().map(|record| {
            self.blocks.check(record)?;
            statement(record)
        })
    }

    /// The statement at a place in the order of decision.
    #[must_use]
    pub fn statement(&self, place: u32) -> Option<Statement> {
        statement(self.blocks.record(self.statements, place)?)
    }

    /// Which statements an event can reach.
    #[must_use]
    pub fn index(&self) -> Index<'_> {
        Index::new(self.lists, &self.blocks)
    }

    /// The words of the gate or of the action automaton, which have yet to be checked with [`Loaded::blocks`].
    #[must_use]
    pub fn automaton(&self, which: Which) -> Option<&'a [u8]> {
        let [offset, length] = words(self.blocks.record(self.automaton_entries, which as u32)?)?;
        piece(self.automata, offset, length)
    }

    /// The blocks of the hot part.
    #[must_use]
    pub fn blocks(&self) -> &Blocks<'a> {
        &self.blocks
    }

    /// The members of an action set: numbers of action patterns.
    #[must_use]
    pub fn action_set(&self, set: u32) -> Option<impl Iterator<Item = u32> + use<'a>> {
        let [first, count] = words(self.blocks.record(self.action_sets, set)?)?;
        Some(self.blocks.run(self.action_members, first, count)?.iter().map(|word| u32::from_le_bytes(*word)))
    }

    /// An action pattern.
    #[must_use]
    pub fn action(&self, number: u32) -> Option<Action<'a>> {
        let [kind, start, length] = words(self.blocks.record(self.actions, number)?)?;
        Some(Action { kind: ActionKind::from_u32(kind)?, text: self.text(start, length)? })
    }

    /// The patterns of a set as a person would write them, for listings.
    #[must_use]
    pub fn action_texts(&self, set: Option<u32>) -> Vec<String> {
        let Some(set) = set else { return vec!["*".to_owned()] };
        let Some(members) = self.action_set(set) else { return vec!["(no such set)".to_owned()] };
        let text = |action: Action<'_>| String::from_utf8_lossy(action.text).into_owned();
        members.map(|number| self.action(number).map_or_else(|| "(damaged)".to_owned(), text)).collect()
    }

    /// The instruction at a place of the code.
    #[must_use]
    pub fn instruction(&self, at: u32) -> Option<Instruction> {
        Instruction::decode(u32::from_le_bytes(*self.blocks.record(self.code, at)?))
    }

    /// A predicate.
    #[must_use]
    pub fn predicate(&self, id: PredId) -> Option<Predicate> {
        let [field, kind, first, second] = words(self.blocks.record(self.predicates, id.0)?)?;
        let [op, shape, 0, 0] = kind.to_le_bytes() else { return None };
        Some(Predicate {
            field: FieldId(field),
            op: Op::from_u8(op)?,
            shape: Shape::from_u8(shape)?,
            operand: [first, second],
        })
    }

    /// A field path.
    #[must_use]
    pub fn field(&self, id: FieldId) -> Option<Field<'_>> {
        let [kind, first, count] = words(self.blocks.record(self.fields, id.0)?)?;
        let [root, bound, low, high] = kind.to_le_bytes();
        let (root, fact) = (Root::ALL.get(usize::from(root)).copied()?, u16::from_le_bytes([low, high]));
        let keys = self.blocks.run(self.keys, first, count)?;
        Some(Field { root, bound, fact, keys, texts: self.texts, blocks: &self.blocks })
    }

    /// A short text of the hot part, as bytes.
    #[must_use]
    pub fn text(&self, start: u32, length: u32) -> Option<&'a [u8]> {
        self.blocks.check(piece(self.texts, start, length)?)
    }

    /// An encoded operand.
    #[must_use]
    pub fn operand(&self, start: u32, length: u32) -> Option<&'a [u8]> {
        self.blocks.check(piece(self.operands, start, length)?)
    }

    /// What people want to know about a rule. Its seal is checked.
    ///
    /// # Errors
    /// Damage, or a rule that is not in this bundle.
    pub fn rule(&self, id: RuleId) -> Result<RuleInfo<'a>, ReadError> {
        let record = cold::rule(self.record(self.rule_entries, Piece::Rule, id.0)?)?;
        let damaged = ReadError::damaged(Piece::Rule.name());
        Ok(RuleInfo {
            sid: record.sid,
            named: record.named,
            reason: record.reason,
            effect: Effect::from_u8(record.effect).ok_or(damaged)?,
            file: self.source_name(record.source).ok_or(damaged)?,
            line: record.line,
            notes: Notes { severity: severity(record.severity)?, tags: record.tags, url: record.url },
        })
    }

    /// What people want to know about a predicate. Its seal is checked.
    ///
    /// # Errors
    /// Damage, or a predicate that is not in this bundle.
    pub fn predicate_info(&self, id: PredId) -> Result<PredicateInfo<'a>, ReadError> {
        let record = cold::predicate(self.record(self.predicate_entries, Piece::Predicate, id.0)?)?;
        let damaged = ReadError::damaged(Piece::Predicate.name());
        let predicate = self.predicate(id).ok_or(damaged)?;
        Ok(PredicateInfo {
            field: self.field_text(predicate.field).ok_or(damaged)?,
            op: predicate.op,
            operand: record.operand,
            file: self.source_name(record.source).ok_or(damaged)?,
            line: record.line,
        })
    }

    /// A predicate as a person would write it, for listings.
    #[must_use]
    pub fn predicate_text(&self, id: PredId) -> String {
        match self.predicate_info(id) {
            Ok(info) => format!("{} {} {}", info.field, info.op.spec().spelling, info.operand),
            Err(error) => format!("({error})"),
        }
    }

    /// A field path as a person would write it.
    #[must_use]
    pub fn field_text(&self, id: FieldId) -> Option<String> {
        let field = self.field(id)?;
        let parts =
            field.root.name().into_iter().map(Some).chain(field.keys()).collect::<Option<Vec<&str>>>()?;
        Some(parts.join("."))
    }

    /// How many there are of what a number may name.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            statements: self.statements.len(),
            action_sets: self.action_sets.len(),
            actions: self.actions.len(),
            instructions: self.code.len(),
            predicates: self.predicates.len(),
            fields: self.fields.len(),
            tables: self.table_entries.len(),
            rules: self.rule_entries.len(),
            sources: self.sources.len(),
        }
    }

    /// Every section with its size in bytes, for statistics.
    pub fn section_sizes(&self) -> impl Iterator<Item = (Section, usize)> + use<'a> {
        let sections = self.sections;
        Section::ALL.into_iter().map(move |section| (section, sections.bytes(section).map_or(0, <[u8]>::len)))
    }

    fn record(
        &self,
        entries: &[[u8; ENTRY_BYTES]],
        piece: Piece,
        number: u32,
    ) -> Result<&'a [u8], ReadError> {
        let entry = get(entries, number).and_then(entry);
        let entry = entry.ok_or(ReadError::damaged(piece.name()))?;
        unseal(entry, self.records, piece, number)
    }

    fn source_entry(&self, source: &[u8; SOURCE_BYTES]) -> Result<(&'a str, Entry), ReadError> {
        let damaged = ReadError::damaged(Section::Sources.name());
        self.blocks.check(source).ok_or(damaged)?;
        let (name, rest) = source.split_first_chunk::<RANGE_BYTES>().ok_or(damaged)?;
        let [start, length] = words(name).ok_or(damaged)?;
        let entry = rest.first_chunk::<ENTRY_BYTES>().and_then(entry).ok_or(damaged)?;
        Ok((self.str(start, length)?, entry))
    }

    fn source_name(&self, number: u32) -> Option<&'a str> {
        let [start, length, ..] = words::<6>(self.blocks.record(self.sources, number)?)?;
        self.str(start, length).ok()
    }

    fn str(&self, start: u32, length: u32) -> Result<&'a str, ReadError> {
        let text = self.text(start, length).and_then(|text| std::str::from_utf8(text).ok());
        text.ok_or(ReadError::damaged(Section::Texts.name()))
    }
}

/// One of the two automata that a bundle has once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Which {
    /// See `gate.rs`.
    Gate = 0,
    /// See `actions.rs`.
    Actions = 1,
}

/// How many there are of each thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each field is the number of what it is named after")]
pub struct Counts {
    pub statements: usize,
    pub action_sets: usize,
    pub actions: usize,
    pub instructions: usize,
    pub predicates: usize,
    pub fields: usize,
    pub tables: usize,
    pub rules: usize,
    pub sources: usize,
}

/// Checks the header and its checksum; says where the hot part starts and ends.
fn check_header(bytes: &[u8]) -> Result<(usize, usize), ReadError> {
    let found = bytes.len() as u64;
    let Some((magic, rest)) = bytes.split_first_chunk::<8>() else {
        // What is left of a bundle that was cut is told from a file that never was one.
        let cut = MAGIC.starts_with(bytes);
        return Err(if cut {
            ReadError::truncated(HEADER_BYTES as u64, found)
        } else {
            ReadError::not_a_bundle()
        });
    };
    if *magic != MAGIC {
        return Err(ReadError::not_a_bundle());
    }
    let truncated = ReadError::truncated(HEADER_BYTES as u64, found);
    let [format, semantics, unicode, sections] = words(rest).ok_or(truncated)?;
    for (version, found) in Version::ALL.into_iter().zip([format, semantics, unicode]) {
        if found != version.read() {
            return Err(ReadError::version(version, found));
        }
    }
    let (before, rest) = bytes.split_at_checked(CHECKSUM_AT).ok_or(truncated)?;
    let (sum, behind) = rest.split_first_chunk::<8>().ok_or(truncated)?;
    let damaged = ReadError::damaged("header");
    let (lengths, _) = before.get(24..).ok_or(truncated)?.as_chunks::<8>();
    let [length, hot_end] = lengths else { return Err(damaged) };
    let (length, hot_end) = (u64::from_le_bytes(*length), u64::from_le_bytes(*hot_end));
    if found < length {
        return Err(ReadError::truncated(length, found));
    }
    let hot_end = usize::try_from(hot_end).ok().filter(|_| found == length).ok_or(damaged)?;
    let hot_start = u64::from_le_bytes(*behind.first_chunk::<8>().ok_or(truncated)?);
    let hot_start = usize::try_from(hot_start).map_err(|_| damaged)?;
    let covered = hot_start.checked_sub(CHECKSUM_END).and_then(|length| behind.get(..length));
    if header_checksum(before, covered.ok_or(damaged)?) != u64::from_le_bytes(*sum) {
        return Err(ReadError::damaged("checksum of the header"));
    }
    if usize::try_from(sections) != Ok(Section::ALL.len()) {
        return Err(damaged);
    }
    Ok((hot_start, hot_end))
}

fn severity(number: u8) -> Result<Option<Severity>, ReadError> {
    match Severity::from_u8(number) {
        None if number == cold::NO_SEVERITY => Ok(None),
        None => Err(ReadError::damaged(Piece::Rule.name())),
        known => Ok(known),
    }
}

/// The section table.
#[derive(Clone, Copy, Debug)]
struct Sections<'a> {
    bytes: &'a [u8],
    hot_start: usize,
    hot_end: usize,
}

impl<'a> Sections<'a> {
    /// A section's bytes. The seals must lie where the header's checksum covers them, a hot section before the end of the
    /// hot part; that it does not lie before its start is seen when it is used, since it lies in no block then.
    fn bytes(&self, section: Section) -> Result<&'a [u8], ReadError> {
        let damaged = ReadError::damaged(section.name());
        let at = HEADER_BYTES.saturating_add(section.index().saturating_mul(SECTION_ENTRY_BYTES));
        let [offset, length, ..] = self.bytes.get(at..).and_then(words::<4>).ok_or(damaged)?;
        let within = match section.index() {
            ..Section::FIRST_HOT => self.bytes.get(..self.hot_start),
            Section::FIRST_HOT..Section::HOT_END => self.bytes.get(..self.hot_end),
            _ => Some(self.bytes),
        };
        let within = within.ok_or(damaged)?;
        piece(within, offset, length).ok_or(damaged)
    }

    /// A section's records.
    fn records<const N: usize>(&self, section: Section) -> Result<&'a [[u8; N]], ReadError> {
        match self.bytes(section)?.as_chunks::<N>() {
            (records, []) => Ok(records),
            (_, _) => Err(ReadError::damaged(section.name())),
        }
    }
}

fn statement(record: &[u8; STATEMENT_BYTES]) -> Option<Statement> {
    let [rule, kind, order, actions, when, unless] = words(record)?;
    let [effect, block, 0, 0] = kind.to_le_bytes() else { return None };
    let block = match block {
        0 => BlockKind::Rules,
        1 => BlockKind::Statements,
        _ => return None,
    };
    Some(Statement {
        rule: RuleId(rule),
        effect: Effect::from_u8(effect)?,
        block,
        order,
        actions: (actions != NONE).then_some(actions),
        when,
        unless: (unless != NONE).then_some(unless),
    })
}

/// The first words of a record.
pub(super) fn words<const N: usize>(record: &[u8]) -> Option<[u32; N]> {
    let words = record.as_chunks::<4>().0.first_chunk::<N>()?;
    // PERF: a loop, because `array::map` is compiled to calls here, and this is called for every record.
    let mut numbers = [0; N];
    for (number, word) in numbers.iter_mut().zip(words) {
        *number = u32::from_le_bytes(*word);
    }
    Some(numbers)
}

fn entry(record: &[u8; ENTRY_BYTES]) -> Option<Entry> {
    let [offset, length] = words(record)?;
    let seal = u64::from_le_bytes(*record.last_chunk::<8>()?);
    Some(Entry { offset, length, seal })
}

pub(super) fn get<T>(records: &[T], number: u32) -> Option<&T> {
    records.get(usize::try_from(number).ok()?)
}

pub(super) fn run<T>(records: &[T], first: u32, count: u32) -> Option<&[T]> {
    let first = usize::try_from(first).ok()?;
    records.get(first..)?.get(..usize::try_from(count).ok()?)
}

fn piece(bytes: &[u8], start: u32, length: u32) -> Option<&[u8]> {
    run(bytes, start, length)
}

/// A piece whose seal has been checked, without its padding.
fn unseal(entry: Entry, area: &[u8], piece: Piece, number: u32) -> Result<&[u8], ReadError> {
    let damaged = ReadError::damaged(piece.name());
    let length = usize::try_from(entry.length).map_err(|_| damaged)?;
    let start = usize::try_from(entry.offset).map_err(|_| damaged)?;
    let padded = area.get(start..).and_then(|rest| rest.get(..padded(length))).ok_or(damaged)?;
    if entry.sealed(piece, number, padded) != entry.seal {
        return Err(damaged);
    }
    padded.get(..length).ok_or(damaged)
}
