//! Syntax trees to the intermediate form: types checked, the meaning of each dialect made explicit.
//!
//! In: the documents of one layer in load order. Out: its `Policy`, or what is wrong with it. An error anywhere means
//! no policy; warnings come beside one.
//! Deliberately not here: YAML (`syntax`), the meaning of a pattern (`ir::pattern`), optimising (`simplify` only folds).

use super::conditions::Conditions;
use super::fact::Scope;
use super::names::Names;
use super::test::Tests;
use super::{ActionPattern, Block, Combine, Cond, Policy, Rule, actions, cases, simplify};
use crate::diag::code::Code;
use crate::diag::diagnostic::{self, Diagnostic, Fix};
use crate::diag::source::{LineIndex, Sources};
use crate::diag::span::Span;
use crate::model::decision::Effect;
use crate::model::id::{RuleId, SourceId};
use crate::model::notes::Notes;
use crate::model::truth::Truth;
use crate::syntax::ast::{Dialect, Document, Expr, RuleDecl};
use std::collections::HashMap;

/// How a layer is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Whether the layer is an agent's overlay: its default is allow, so that it can only restrict.
    pub overlay: bool,
}

/// Lowers the documents of one layer, given in load order. `Some` unless a diagnostic is an error.
#[must_use]
pub fn lower(
    documents: &[Document],
    sources: Sources,
    options: &Options,
) -> (Option<Policy>, Vec<Diagnostic>) {
    let names = Names::collect(documents);
    let mut lowering = Lowering {
        tests: Tests::default(),
        conditions: Conditions::new(names),
        lines: HashMap::new(),
        diagnostics: Vec::new(),
    };
    let default = default(documents, options, &mut lowering.diagnostics);
    duplicate_sids(documents, &mut lowering.diagnostics);
    cases::check(documents, &mut lowering.diagnostics);
    actions::check(documents, &mut lowering.diagnostics);
    let mut rules = Vec::new();
    let mut first_match: Vec<(i64, RuleId)> = Vec::new();
    let mut statements = Vec::new();
    for document in documents {
        for decl in &document.rules {
            let id = RuleId::from(rules.len());
            match document.dialect {
                Dialect::Rules => first_match.push((decl.priority, id)),
                Dialect::Statements | Dialect::Text => statements.push(id),
            }
            rules.push(lowering.rule(decl, document, &sources));
        }
    }
    // A stable sort: equal priorities stay in load order.
    first_match.sort_by_key(|(priority, _)| std::cmp::Reverse(*priority));
    let first_match: Vec<RuleId> = first_match.into_iter().map(|(_, id)| id).collect();
    let blocks = [(Combine::FirstMatch, first_match), (Combine::DenyOverrides, statements)];
    let blocks = blocks.into_iter().filter(|(_, rules)| !rules.is_empty());
    let blocks = blocks.map(|(combine, rules)| Block { combine, rules }).collect();
    lowering.conditions.unused(&mut lowering.tests);
    let Lowering { tests, conditions, mut diagnostics, .. } = lowering;
    diagnostics.extend(conditions.finish());
    let (preds, fields, found) = tests.finish();
    diagnostics.extend(found);
    for one in &mut diagnostics {
        one.fix = one.fix.take().and_then(|fix| in_the_file(fix, documents, &sources));
    }
    diagnostic::sort(&mut diagnostics);
    if diagnostics.iter().any(Diagnostic::is_error) {
        // What is wrong may be what was to use the name.
        diagnostics.retain(|one| one.code != Code::UnusedName);
        return (None, diagnostics);
    }
    let policy = Policy { default, blocks, rules, preds, fields, sources };
    (Some(simplify::simplify(policy)), diagnostics)
}

/// A change of a condition as a change of the file that has it, quotes of YAML seen to.
fn in_the_file(fix: Fix, documents: &[Document], sources: &Sources) -> Option<Fix> {
    let Some(document) = documents.iter().find(|document| document.source == fix.span.source) else {
        return Some(fix);
    };
    let after = document.embedded.partition_point(|one| one.span.start <= fix.span.start);
    let around = after.checked_sub(1).and_then(|last| document.embedded.get(last));
    match around.filter(|one| one.holds(fix.span)) {
        Some(embedded) => embedded.rewritten(fix, &sources.get(document.source)?.text),
        None => Some(fix),
    }
}

/// What holds when nothing else does.
///
/// Deny, unless every file with statements states another, then the strictest stated (those of rule files included).
/// A set of rules alone keeps the older format's allow unless it states another.
fn default(documents: &[Document], options: &Options, diagnostics: &mut Vec<Diagnostic>) -> Effect {
    let stated = || documents.iter().filter_map(|document| document.default.as_ref());
    if options.overlay {
        for default in stated().filter(|default| default.node != Effect::Allow) {
            let message = "the default of an overlay is always allow";
            diagnostics.push(
                Diagnostic::new(Code::DefaultWithoutEffect, default.span, message)
                    .help("remove it, and deny with statements"),
            );
        }
        return Effect::Allow;
    }
    let strictest = stated().map(|default| default.node).max();
    let mut with_statements = documents.iter().filter(|document| states(document)).peekable();
    if with_statements.peek().is_some() {
        let all_state = with_statements.all(|document| document.default.is_some());
        return strictest.filter(|_| all_state).unwrap_or(Effect::Deny);
    }
    let older = documents.iter().find(|document| document.dialect == Dialect::Rules);
    match (strictest, older) {
        (Some(effect), _) => effect,
        (None, None) => Effect::Deny,
        (None, Some(document)) => {
            let span = document.rules.first().map_or(Span::new(document.source, 0, 0), |rule| rule.span);
            let message = "what no rule speaks of is allowed";
            let help = "add `default: deny`, or `default: allow` if that is meant";
            diagnostics.push(Diagnostic::new(Code::AllowByDefault, span, message).help(help));
            Effect::Allow
        }
    }
}

fn duplicate_sids(documents: &[Document], diagnostics: &mut Vec<Diagnostic>) {
    let mut first: HashMap<&str, Span> = HashMap::new();
    let names = documents.iter().flat_map(|document| &document.rules).filter_map(|rule| rule.name.as_ref());
    for name in names {
        let Some(earlier) = first.get(name.node.as_str()).copied() else {
            first.insert(&name.node, name.span);
            continue;
        };
        let (code, message) = if earlier.source == name.span.source {
            (Code::DuplicateSid, format!("the sid `{}` is used twice in this file", name.node))
        } else {
            (Code::SidInSeveralFiles, format!("the sid `{}` is used in another file, too", name.node))
        };
        let found = Diagnostic::new(code, name.span, message).also(earlier, "first used here");
        diagnostics.push(found.help("give each statement a sid of its own"));
    }
}

/// Whether a file has statements, which need a default. One of names, settings and cases alone needs none.
fn states(document: &Document) -> bool {
    match document.dialect {
        Dialect::Statements => true,
        Dialect::Text => !document.rules.is_empty(),
        Dialect::Rules => false,
    }
}

struct Lowering<'d> {
    tests: Tests,
    conditions: Conditions<'d>,
    lines: HashMap<SourceId, LineIndex>,
    diagnostics: Vec<Diagnostic>,
}

impl<'d> Lowering<'d> {
    fn rule(&mut self, decl: &'d RuleDecl, document: &Document, sources: &Sources) -> Rule {
        let file = sources.get(document.source);
        let lines = self
            .lines
            .entry(document.source)
            .or_insert_with(|| LineIndex::new(file.map_or("", |file| file.text.as_str())));
        let line = lines.line(decl.span.start);
        let actions = decl.actions.iter().map(|action| match document.dialect {
            Dialect::Statements | Dialect::Text => pattern_action(&action.node),
            Dialect::Rules => exact_action(&action.node),
        });
        let mut actions: Vec<ActionPattern> = actions.collect();
        actions.sort();
        actions.dedup();
        if actions.contains(&ActionPattern::Any) {
            actions = vec![ActionPattern::Any];
        }
        let stem = || file.map_or(String::new(), |file| file.stem().to_owned());
        Rule {
            name: decl.name.as_ref().map_or_else(stem, |name| name.node.clone()),
            named: decl.name.is_some(),
            effect: decl.effect.node,
            actions,
            when: decl.when.as_ref().map_or(Cond::Const(Truth::True), |when| self.condition(when)),
            unless: decl.unless.as_ref().map_or(Cond::Const(Truth::False), |unless| self.condition(unless)),
            reason: decl.reason.as_ref().map_or_else(String::new, |reason| reason.node.clone()),
            notes: notes(decl),
            source: document.source,
            span: decl.span,
            line,
        }
    }

    fn condition(&mut self, expr: &'d Expr) -> Cond {
        self.conditions.lower(expr, &Scope::default(), &mut self.tests)
    }
}

fn notes(decl: &RuleDecl) -> Notes {
    Notes {
        severity: decl.severity.as_ref().map(|severity| severity.node),
        tags: decl.tags.iter().map(|tag| tag.node.clone()).collect(),
        url: decl.url.as_ref().map_or_else(String::new, |url| url.node.clone()),
    }
}

/// A statement's action: a glob where it holds a wildcard.
fn pattern_action(text: &str) -> ActionPattern {
    if !text.is_empty() && text.bytes().all(|byte| byte == b'*') {
        ActionPattern::Any
    } else if text.contains(['*', '?', '[']) {
        ActionPattern::Glob(text.to_owned())
    } else {
        ActionPattern::Exact(text.to_owned())
    }
}

/// A rule's action: `*` alone is every action, everything else a name.
fn exact_action(text: &str) -> ActionPattern {
    if text == "*" { ActionPattern::Any } else { ActionPattern::Exact(text.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::SourceFile;

    fn lowered(texts: &[&str], overlay: bool) -> Policy {
        let mut sources = Sources::default();
        let mut documents = Vec::new();
        for (index, text) in texts.iter().enumerate() {
            let file = SourceFile { path: format!("{index}.yaml"), text: (*text).to_owned() };
            let id = sources.add(file.clone());
            documents.extend(crate::syntax::parse(&file, id).0);
        }
        assert_eq!(documents.len(), texts.len());
        let (policy, diagnostics) = lower(&documents, sources, &Options { overlay });
        policy.unwrap_or_else(|| panic!("{diagnostics:?}"))
    }

    #[test]
    fn the_default_is_deny_unless_every_file_with_statements_states_another() {
        const SILENT: &str = "statements: [{effect: allow}]";
        const ALLOW: &str = "default: allow\nstatements: [{effect: allow}]";
        const REVIEW: &str = "default: review\nstatements: []";
        const BLOCK: &str = "default: block\nstatements: []";
        const RULES: &str = "rules: [{action: a, status: deny}]";
        const RULES_DENY: &str = "default: deny\nrules: [{action: a, status: allow}]";
        let cases: [(&[&str], bool, Effect); 12] = [
            (&[], false, Effect::Deny),
            (&[SILENT], false, Effect::Deny),
            (&[ALLOW], false, Effect::Allow),
            (&[ALLOW, SILENT], false, Effect::Deny),
            (&[SILENT, ALLOW], false, Effect::Deny),
            (&[ALLOW, REVIEW], false, Effect::Review),
            (&[ALLOW, REVIEW, BLOCK], false, Effect::Deny),
            (&[RULES], false, Effect::Allow),
            (&[RULES, ALLOW], false, Effect::Allow),
            (&[RULES, SILENT], false, Effect::Deny),
            (&[RULES_DENY, ALLOW], false, Effect::Deny),
            (&[SILENT, BLOCK], true, Effect::Allow),
        ];
        for (texts, overlay, default) in cases {
            assert_eq!(lowered(texts, overlay).default, default, "{texts:?}");
        }
    }

    #[test]
    fn rules_come_first_by_priority_then_load_order() {
        let first =
            "rules:\n- {sid: a, action: x, status: deny}\n- {sid: b, action: x, status: deny, priority: 9}\n";
        let second = "rules:\n- {sid: c, action: x, status: deny, priority: 9}\n- {sid: d, action: x, status: deny, priority: -1}\n";
        let policy = lowered(&[first, "statements:\n- {sid: s, effect: deny}\n", second], false);
        let names = |block: &Block| -> Vec<&str> {
            block.rules.iter().map(|id| policy.rules[id.index()].name.as_str()).collect()
        };
        let combined: Vec<Combine> = policy.blocks.iter().map(|block| block.combine).collect();
        assert_eq!(combined, [Combine::FirstMatch, Combine::DenyOverrides]);
        assert_eq!(names(&policy.blocks[0]), ["b", "c", "a", "d"]);
        assert_eq!(names(&policy.blocks[1]), ["s"]);
    }

    #[test]
    fn equal_tests_are_one_predicate_and_unequal_values_are_told_apart() {
        let text = "statements:\n- {effect: deny, conditions: {params.a: 1}}\n- {effect: deny, conditions: {params.a: 1.0}}\n\
                    - {effect: deny, conditions: {params.a: \"1\"}}\n- {effect: review, conditions: {params.a: 1}}\n";
        let policy = lowered(&[text], false);
        assert_eq!((policy.preds.len(), policy.fields.len()), (3, 1));
        assert_eq!(policy.rules[0].when, policy.rules[3].when);
    }
}
