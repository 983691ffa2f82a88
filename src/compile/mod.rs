//! The compiler: from the IR of a layer to a program.
//!
//! In: an [`ir::Policy`], what the layer is called and where it came from. Out: a [`Program`] and figures about it, or
//! diagnostics. The same input gives the same program, whatever the machine: only ordered maps, no clock.
//! Deliberately not here: reading policy text (`syntax`), meaning (`ir::lower`), bytes (`bundle::write`).

mod actions;
pub mod automata;
mod emit;
mod index;
mod keys;
mod literals;
mod operand;
mod order;
pub mod required;
mod sparse;
mod tables;

use crate::bundle::cold::{NO_SEVERITY, PredicateRecord, RuleRecord};
use crate::bundle::format::ActionKind;
use crate::bundle::program::{Index, Predicate, Program};
use crate::diag::code::Code;
use crate::diag::diagnostic::{Diagnostic, Level};
use crate::diag::source::LineIndex;
use crate::diag::span::Span;
use crate::ir;
use crate::model::id::SourceId;
use crate::model::limits;
use std::collections::BTreeMap;

/// What the compiler is told besides the policy.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which layer it is, e.g. `project`.
    pub label: String,
    /// The absolute directory of the policy, e.g. `/home/dev/shop/policies`.
    pub directory: String,
    /// The digest of its sources, in hexadecimal.
    pub digest: String,
}

/// A program, and figures about it.
#[derive(Clone, Debug)]
pub struct Compiled {
    /// The program.
    pub program: Program,
    /// Figures for `agsec compile --stats`.
    pub stats: Stats,
}

/// How many there are of each thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Rules and statements.
    pub statements: usize,
    /// Places in conditions where a predicate is asked.
    pub conditions: usize,
    /// Different predicates.
    pub predicates: usize,
    /// Different fields.
    pub fields: usize,
    /// Different action patterns.
    pub action_patterns: usize,
    /// Instructions.
    pub instructions: usize,
    /// Automaton tables.
    pub automata: usize,
    /// Bytes of all automaton tables.
    pub automata_bytes: usize,
}

/// Compiles a layer.
///
/// # Errors
/// Patterns and conditions that are beyond the limits, all of them.
pub fn compile(policy: &ir::Policy, options: &Options) -> Result<Compiled, Vec<Diagnostic>> {
    let mut problems = Vec::new();
    let mut actions = Actions::default();
    let mut code = emit::Code::default();
    let mut conditions = 0;
    let mut statements = Vec::new();
    for place in order::statements(policy) {
        let rule = &policy.rules[place.rule.index()];
        match order::statement(rule, place, actions.set(&rule.actions), &mut code) {
            Ok(statement) => {
                conditions += emit::tests(&rule.when) + emit::tests(&rule.unless);
                statements.push(statement);
            }
            Err(emit::TooDeep) => problems.push(too_deep(rule.span)),
        }
    }
    let mut operands = operand::Operands::of(&policy.preds);
    let predicates: Vec<Predicate> = policy
        .preds
        .iter()
        .filter_map(|pred| {
            let operand = operands.operand(pred, &mut problems)?;
            Some(Predicate { field: pred.field, op: pred.op, operand })
        })
        .collect();
    if !problems.is_empty() {
        return Err(problems);
    }
    let index = index::build(policy, &statements, &actions, &predicates);
    let program = Program {
        label: options.label.clone(),
        directory: options.directory.clone(),
        digest: options.digest.clone(),
        default: policy.default,
        index,
        statements,
        action_sets: actions.sets,
        actions: actions.patterns,
        code: code.words,
        predicates,
        fields: policy.fields.clone(),
        tables: operands.tables,
        rules: policy.rules.iter().map(rule_record).collect(),
        predicate_records: predicate_records(policy),
        sources: policy.sources.files().iter().map(|file| (file.path.clone(), file.text.clone())).collect(),
    };
    if size_bound(&program) > limits::BUNDLE_BYTES {
        return Err(vec![too_large()]);
    }
    let stats = stats(&program, conditions);
    Ok(Compiled { program, stats })
}

/// Action patterns and sets, interned.
#[derive(Default)]
struct Actions {
    patterns: Vec<(ActionKind, String)>,
    sets: Vec<Vec<u32>>,
    known_patterns: BTreeMap<(ActionKind, String), u32>,
    known_sets: BTreeMap<Vec<u32>, u32>,
}

impl Actions {
    /// The number of the set of these patterns; `None` where one of them matches every action.
    fn set(&mut self, patterns: &[ir::ActionPattern]) -> Option<u32> {
        let mut members = Vec::new();
        for pattern in patterns {
            members.push(match pattern {
                ir::ActionPattern::Any => return None,
                ir::ActionPattern::Exact(name) => self.pattern(ActionKind::Exact, name),
                ir::ActionPattern::Glob(glob) if glob.contains(['?', '[']) => {
                    self.pattern(ActionKind::Glob, glob)
                }
                ir::ActionPattern::Glob(glob) if glob.contains('*') => self.pattern(ActionKind::Stars, glob),
                ir::ActionPattern::Glob(name) => self.pattern(ActionKind::Exact, name),
            });
        }
        members.sort_unstable();
        members.dedup();
        let next = number(self.sets.len());
        Some(*self.known_sets.entry(members).or_insert_with_key(|members| {
            self.sets.push(members.clone());
            next
        }))
    }

    fn pattern(&mut self, kind: ActionKind, text: &str) -> u32 {
        let next = number(self.patterns.len());
        *self.known_patterns.entry((kind, text.to_owned())).or_insert_with_key(|key| {
            self.patterns.push(key.clone());
            next
        })
    }
}

/// A position as the format holds it.
fn number(index: usize) -> u32 {
    u32::try_from(index)
        .expect("invariant: a policy's text is far below 2^32 bytes, and so is all that it names")
}

fn rule_record(rule: &ir::Rule) -> RuleRecord {
    RuleRecord {
        sid: rule.name.clone(),
        named: rule.named,
        reason: rule.reason.clone(),
        effect: rule.effect as u8,
        source: rule.source.0,
        line: rule.line,
        severity: rule.notes.severity.map_or(NO_SEVERITY, |severity| severity as u8),
        tags: rule.notes.tags.clone(),
        url: rule.notes.url.clone(),
    }
}

/// The line breaks of each file are looked for once, since a file may hold thousands of predicates.
fn predicate_records(policy: &ir::Policy) -> Vec<PredicateRecord> {
    let lines: Vec<LineIndex> =
        policy.sources.files().iter().map(|file| LineIndex::new(&file.text)).collect();
    let record = |pred: &ir::Pred| PredicateRecord {
        operand: operand::text(pred),
        source: pred.span.source.0,
        line: lines.get(pred.span.source.index()).map_or(1, |lines| lines.line(pred.span.start)),
    };
    policy.preds.iter().map(record).collect()
}

fn stats(program: &Program, conditions: usize) -> Stats {
    Stats {
        statements: program.statements.len(),
        conditions,
        predicates: program.predicates.len(),
        fields: program.fields.len(),
        action_patterns: program.actions.len(),
        instructions: program.code.len(),
        automata: program.tables.len(),
        automata_bytes: program.tables.iter().map(Vec::len).sum(),
    }
}

/// At least the bytes that the bundle will have.
fn size_bound(program: &Program) -> u64 {
    /// More than any fixed-size record with its entry and padding.
    const RECORD: usize = 128;
    let texts = program.sources.iter().map(|(name, text)| name.len() + text.len());
    let rules = program.rules.iter().map(|rule| {
        let tags: usize = rule.tags.iter().map(|tag| tag.len() + 9).sum();
        rule.sid.len() + rule.reason.len() + rule.url.len() + tags
    });
    // Texts and encoded operands are no longer than a small multiple of what people read.
    let predicates = program.predicate_records.iter().map(|record| 16 * record.operand.len());
    let keys = program.fields.iter().flat_map(|field| &field.keys).map(|key| key.len() + RECORD);
    let actions = program.actions.iter().map(|(_, text)| text.len() + RECORD);
    let tables = program.tables.iter().map(|table| table.len() + RECORD);
    let records =
        program.rules.len() + program.predicates.len() + program.fields.len() + program.sources.len();
    let members: usize = program.action_sets.iter().map(|set| 4 * set.len() + RECORD).sum();
    let named = texts.chain(rules).chain(predicates).chain(keys).chain(actions).chain(tables).sum::<usize>();
    let index = index_bound(&program.index);
    (named + members + index + 3 * RECORD * records + 4 * program.code.len()) as u64
}

/// The bytes of the index and its automata.
fn index_bound(index: &Index) -> usize {
    let actions = index.actions.iter().map(|action| 4 + action.statements.len() + action.fields.len());
    let predicates = index.predicates.iter().map(|keyed| 2 + keyed.as_ref().map_or(0, Vec::len));
    let fields = index.fields.iter().map(|predicates| 2 + predicates.len());
    let words = index.singly.len() + actions.chain(predicates).chain(fields).sum::<usize>();
    let thresholds =
        index.thresholds.iter().map(|field| field.points.len() + field.least.len() + field.most.len());
    12 * thresholds.sum::<usize>()
        + 24 * index.thresholds.len()
        + 4 * words
        + index.gate.len()
        + index.action_automaton.len()
}

fn too_deep(span: Span) -> Diagnostic {
    Diagnostic {
        code: Code::ConditionTooDeep,
        level: Level::Error,
        message: format!("conditions are nested more than {} deep", crate::bundle::isa::SLOTS),
        label: (span, "in this statement".to_owned()),
        also: Vec::new(),
        help: Some("split the statement into several".to_owned()),
        fix: None,
    }
}

fn too_large() -> Diagnostic {
    Diagnostic {
        code: Code::PolicyTooLarge,
        level: Level::Error,
        message: format!("the compiled policy is larger than {} MiB", limits::BUNDLE_BYTES >> 20),
        label: (Span { source: SourceId(0), start: 0, end: 0 }, "all files together".to_owned()),
        also: Vec::new(),
        help: Some("remove statements, or write shorter patterns".to_owned()),
        fix: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::write::write;
    use crate::diag::source::{SourceFile, Sources};
    use crate::ir::{ActionPattern, Block, Combine, Cond, Operand, Policy, Pred, Rule};
    use crate::model::decision::Effect;
    use crate::model::field::FieldPath;
    use crate::model::id::{FieldId, PredId, RuleId};
    use crate::model::notes::Notes;
    use crate::model::op::Op;
    use crate::model::truth::Truth;

    const SPAN: Span = Span { source: SourceId(0), start: 0, end: 0 };

    /// Rules on the same actions, each asking a field of its own.
    fn policy(files: usize, actions: usize, rules: usize) -> Policy {
        let mut sources = Sources::default();
        for file in 0..files {
            sources.add(SourceFile { path: format!("{file}.yaml"), text: String::new() });
        }
        let actions: Vec<_> = (0..actions).map(|name| ActionPattern::Exact(format!("a{name}"))).collect();
        let rule = |index: usize| Rule {
            name: format!("r{index}"),
            named: true,
            effect: Effect::Deny,
            actions: actions.clone(),
            when: Cond::Pred(PredId::from(index)),
            unless: Cond::Const(Truth::False),
            reason: String::new(),
            notes: Notes::default(),
            source: SourceId(0),
            span: SPAN,
            line: 1,
        };
        let pred = |index: usize| Pred {
            field: FieldId::from(index),
            op: Op::Exists,
            operand: Operand::None,
            called: None,
            span: SPAN,
        };
        Policy {
            default: Effect::Allow,
            blocks: vec![Block {
                combine: Combine::DenyOverrides,
                rules: (0..rules).map(RuleId::from).collect(),
            }],
            rules: (0..rules).map(rule).collect(),
            preds: (0..rules).map(pred).collect(),
            fields: (0..rules).map(|index| FieldPath::parse(&format!("params.f{index}"))).collect(),
            sources,
        }
    }

    #[test]
    fn the_size_foreseen_is_at_least_that_of_the_bundle_and_not_many_times_as_much() {
        for (files, actions, rules) in [(1, 1, 1), (300, 1, 300), (1, 600, 600)] {
            let compiled = compile(&policy(files, actions, rules), &Options::default()).expect("small");
            let size = write(&compiled.program).len() as u64;
            let foreseen = size_bound(&compiled.program);
            assert!(
                (size..=10 * size).contains(&foreseen),
                "{files} {actions} {rules}: {foreseen} for {size}"
            );
        }
    }
}
