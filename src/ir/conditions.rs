//! Expressions to conditions: connectives, names, quantifiers.
//!
//! In: expressions of the syntax tree. Out: conditions without names. What a name stands for is lowered once.
//! Deliberately not here: single tests (`test`), what names stand for (`names`).

use super::Cond;
use super::fact::{self, Looked, Scope};
use super::names::{self, Names};
use super::print::short;
use super::test::Tests;
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::span::Spanned;
use crate::model::fact::Kind;
use crate::model::truth::Truth;
use crate::syntax::ast::{Expr, Named, Quantified, Quantifier};
use std::collections::HashMap;

/// Parts that one named condition may have after its names are replaced.
const PARTS: usize = 10_000;

/// Lowers the conditions of one layer.
pub(super) struct Conditions<'d> {
    names: Names<'d>,
    /// The names that are being followed.
    stack: Vec<&'d str>,
    /// Named conditions that are lowered, with their sizes.
    known: HashMap<(&'d str, u8), (Cond, usize)>,
}

impl<'d> Conditions<'d> {
    pub(super) fn new(names: Names<'d>) -> Self {
        Self { names, stack: Vec::new(), known: HashMap::new() }
    }

    /// Tells of the names that nothing uses, and looks at them: their mistakes are mistakes.
    pub(super) fn unused(&mut self, tests: &mut Tests) {
        self.names.report_unused();
        for named in self.names.all() {
            match &named.value {
                Named::Value(value) => {
                    self.names.value(value);
                }
                // An alias of a value is one itself.
                Named::Condition(Expr::Name(alias)) if self.is_value(alias) => {}
                Named::Condition(_) => {
                    self.named(&named.name, &Scope::default(), tests);
                }
            }
        }
    }

    fn is_value(&self, alias: &Spanned<String>) -> bool {
        let value =
            |name: &str| matches!(self.names.declared(name).map(|one| &one.value), Some(Named::Value(_)));
        alias.node.starts_with("settings.") || value(&alias.node)
    }

    /// What was found.
    pub(super) fn finish(self) -> Vec<Diagnostic> {
        self.names.diagnostics
    }

    /// One expression.
    pub(super) fn lower(&mut self, expr: &'d Expr, scope: &Scope, tests: &mut Tests) -> Cond {
        match expr {
            Expr::All(parts, _) => Cond::All(self.parts(parts, scope, tests)),
            Expr::Any(parts, _) if parts.is_empty() => Cond::Const(Truth::True),
            Expr::Any(parts, _) => Cond::Any(self.parts(parts, scope, tests)),
            Expr::Not(part, _) => Cond::Not(Box::new(self.lower(part, scope, tests))),
            Expr::Test(test) => tests.lower(test, scope, &mut self.names),
            Expr::Name(name) => self.named(name, scope, tests),
            Expr::Quantified(quantified) => {
                self.quantified(quantified, scope, tests).unwrap_or(Cond::Const(Truth::False))
            }
        }
    }

    fn parts(&mut self, parts: &'d [Expr], scope: &Scope, tests: &mut Tests) -> Vec<Cond> {
        parts.iter().map(|part| self.lower(part, scope, tests)).collect()
    }

    /// `every` is "the list is there, and no element is otherwise", `no` is "not some". `None`, with a finding, where the
    /// list or the name is none.
    fn quantified(&mut self, quantified: &'d Quantified, scope: &Scope, tests: &mut Tests) -> Option<Cond> {
        let Quantified { quantifier, list, name, body, .. } = quantified;
        let named = self.element_name(name, scope);
        let looked = self.list(list, scope)?;
        let lists = tests.lists(&looked, scope, list.span)?;
        let inner = scope.inside(&name.node, &looked)?;
        let body = self.lower(body, &inner, tests);
        if !named {
            return None;
        }
        Some(match quantifier.node {
            Quantifier::Some => fact::some(&lists, body),
            Quantifier::No => Cond::Not(Box::new(fact::some(&lists, body))),
            Quantifier::Every => {
                let first = lists.first()?;
                let otherwise = fact::some(&lists, Cond::Not(Box::new(body)));
                Cond::All(vec![tests.exists(*first, list.span), Cond::Not(Box::new(otherwise))])
            }
        })
    }

    /// The list that a quantifier goes through.
    fn list(&mut self, list: &Spanned<String>, scope: &Scope) -> Option<Looked> {
        let written = short(&list.node);
        let Some(looked) = scope.fact(&list.node, false) else {
            if let Some(found) = fact::undeclared(list, false) {
                self.names.report(found);
                return None;
            }
            let message = format!("`{written}` is no list of facts");
            let found = Diagnostic::new(Code::NotList, list.span, message);
            let help = "lists of facts are e.g. `shell.commands`, `path.touched`, `url.used`; ask a list among the \
                        parameters what it `contains`";
            self.names.report(found.help(help));
            return None;
        };
        let whole = scope.fact(&list.node, true);
        if whole.as_ref().is_some_and(|whole| matches!(whole.kind, Kind::List(_))) {
            return Some(looked);
        }
        let kind = whole.map_or("no list", |whole| whole.kind.words());
        let message = format!("`{written}` is {kind}, and has no elements to go through");
        self.names.report(Diagnostic::new(Code::NotList, list.span, message));
        None
    }

    /// Whether an element may be called this here.
    fn element_name(&mut self, name: &Spanned<String>, scope: &Scope) -> bool {
        if let Err(found) = names::free(name) {
            self.names.report(*found);
            return false;
        }
        let first = self.names.declared(&name.node).map(|named| named.name.span);
        if first.is_none() && !scope.binds(&name.node) {
            return true;
        }
        let message = format!("the name `{}` is in use here", short(&name.node));
        let mut found = Diagnostic::new(Code::DuplicateName, name.span, message);
        if let Some(first) = first {
            found = found.also(first, "what it stands for");
        }
        self.names.report(found.help("call the element something else"));
        false
    }

    /// What a condition's name stands for; false, with a finding, where it stands for none.
    fn named(&mut self, name: &Spanned<String>, scope: &Scope, tests: &mut Tests) -> Cond {
        if scope.binds(&name.node) {
            let written = short(&name.node);
            let message = format!("nothing is asked about the element `{written}`");
            let help = format!("write an operator and a value, or `{written} exists`");
            self.names.report(Diagnostic::new(Code::UnknownName, name.span, message).help(help));
            return Cond::Const(Truth::False);
        }
        // How many elements are bound around it tells how those inside are counted.
        let at = scope.depth();
        if let Some((cond, _)) = self.known.get(&(name.node.as_str(), at)) {
            return cond.clone();
        }
        let Some((key, expr)) = self.names.condition(name, &mut self.stack) else {
            return Cond::Const(Truth::False);
        };
        let mut cond = self.lower(expr, &scope.without_names(), tests);
        self.stack.pop();
        let parts = size(&cond);
        if parts > PARTS {
            let message = format!("the condition that `{key}` stands for has more than {PARTS} parts");
            self.names.report(Diagnostic::new(Code::NamesTooLarge, name.span, message));
            cond = Cond::Const(Truth::False);
        }
        self.known.insert((key, at), (cond.clone(), parts));
        cond
    }
}

/// The parts of a condition.
fn size(cond: &Cond) -> usize {
    match cond {
        Cond::Const(_) | Cond::Pred(_) => 1,
        Cond::Not(inner) | Cond::Some { body: inner, .. } => size(inner).saturating_add(1),
        Cond::All(parts) | Cond::Any(parts) => parts.iter().map(size).fold(1, usize::saturating_add),
    }
}
