//! Policies written by hand, as the IR has them, and events for them.

use agsec::bundle::read::Loaded;
use agsec::compile::{self, Options};
use agsec::diag::source::{SourceFile, Sources};
use agsec::diag::span::Span;
use agsec::facts::value::Given;
use agsec::ir;
use agsec::model::decision::{Effect, Verdict};
use agsec::model::event::Event;
use agsec::model::field::FieldPath;
use agsec::model::id::{FieldId, PredId, RuleId, SourceId};
use agsec::model::notes::Notes;
use agsec::model::op::Op;
use agsec::model::truth::Truth;
use agsec::model::{json, value::Value};
use agsec::vm::{self, Scratch, trace::Nothing};
use agsec::{bundle, ir::Cond};
use std::sync::Arc;

/// A policy that grows.
pub(crate) struct Builder {
    pub(crate) policy: ir::Policy,
}

pub(crate) fn value(text: &str) -> Value<'static> {
    json::parse(text.as_bytes(), 64).expect("the test's JSON is right").into_owned()
}

impl Builder {
    pub(crate) fn new(default: Effect) -> Self {
        let mut sources = Sources::default();
        let text = "statements: []\n# a text to carry\n".to_owned();
        sources.add(SourceFile { path: "policies/01_base.yaml".to_owned(), text });
        let policy = ir::Policy {
            default,
            blocks: Vec::new(),
            rules: Vec::new(),
            preds: Vec::new(),
            fields: Vec::new(),
            sources,
        };
        Self { policy }
    }

    /// A test; `operand` is JSON and left out where there is none.
    pub(crate) fn test(&mut self, field: &str, op: Op, operand: &str) -> Cond {
        let path = FieldPath::parse(field);
        let known = self.policy.fields.iter().position(|known| *known == path);
        let field = FieldId::from(known.unwrap_or_else(|| {
            self.policy.fields.push(path);
            self.policy.fields.len() - 1
        }));
        let operand = match (op, operand) {
            (Op::Exists | Op::NotExists, _) => ir::Operand::None,
            (Op::Regex, text) => {
                let text = value(text).as_str().expect("a pattern is a string").to_owned();
                ir::Operand::Pattern(Arc::new(pattern(&text)))
            }
            (Op::StartsWith | Op::EndsWith, text) => ir::Operand::Text(value(text).text().into_owned()),
            (_, text) => ir::Operand::Value(value(text)),
        };
        let span = Span { source: SourceId(0), start: 16, end: 20 };
        self.policy.preds.push(ir::Pred { field, op, operand, called: None, span });
        Cond::Pred(PredId::from(self.policy.preds.len() - 1))
    }

    /// A statement or rule in the block of this kind; actions with special characters are globs.
    pub(crate) fn rule(
        &mut self,
        combine: ir::Combine,
        effect: Effect,
        actions: &[&str],
        when: Cond,
    ) -> RuleId {
        let id = RuleId::from(self.policy.rules.len());
        let action = |text: &&str| match *text {
            "*" => ir::ActionPattern::Any,
            glob if glob.contains(['*', '?', '[']) => ir::ActionPattern::Glob(glob.to_owned()),
            name => ir::ActionPattern::Exact(name.to_owned()),
        };
        self.policy.rules.push(ir::Rule {
            name: format!("rule-{}", id.0),
            named: id.0 % 2 == 0,
            effect,
            actions: actions.iter().map(action).collect(),
            when,
            unless: Cond::Const(Truth::False),
            reason: format!("reason {}", id.0),
            notes: Notes::default(),
            source: SourceId(0),
            span: Span { source: SourceId(0), start: 0, end: 1 },
            line: id.0 + 1,
        });
        match self.policy.blocks.iter_mut().find(|block| block.combine == combine) {
            Some(block) => block.rules.push(id),
            None => self.policy.blocks.push(ir::Block { combine, rules: vec![id] }),
        }
        id
    }

    pub(crate) fn statement(&mut self, effect: Effect, actions: &[&str], when: Cond) -> RuleId {
        self.rule(ir::Combine::DenyOverrides, effect, actions, when)
    }

    pub(crate) fn unless(&mut self, rule: RuleId, unless: Cond) {
        self.policy.rules[rule.index()].unless = unless;
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let options = Options {
            label: "project".to_owned(),
            directory: "/home/dev/shop/policies".to_owned(),
            digest: "0123abcd".to_owned(),
        };
        let compiled = compile::compile(&self.policy, &options).expect("the policy compiles");
        let bytes = bundle::write::write(&compiled.program);
        let loaded = Loaded::read(&bytes).expect("what was written can be read");
        bundle::verify::verify(&loaded).expect("what was written is right");
        bytes
    }

    pub(crate) fn decide(&self, event: &Event<'_>) -> Verdict {
        let bytes = self.bytes();
        decide(&Loaded::read(&bytes).expect("a bundle"), event)
    }
}

pub(crate) fn pattern(text: &str) -> ir::pattern::Pattern {
    ir::pattern::parse(text).expect("the test's pattern is right")
}

pub(crate) fn decide(bundle: &Loaded<'_>, event: &Event<'_>) -> Verdict {
    vm::evaluate(bundle, event, &Given::default(), &mut Scratch::default(), &mut Nothing)
}

/// An event with these params, in JSON.
pub(crate) fn event(action: &str, params: &str) -> Event<'static> {
    Event { action: action.to_owned().into(), params: value(params), context: value("{}") }
}
