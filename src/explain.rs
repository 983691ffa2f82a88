//! Why a decision was made: the machine's own trace, with names, places and reasons.
//!
//! In: layers and one event. Out: the decision and, for each layer, every statement whose action matched with the value
//! and truth of each of its conditions; as data, as text for people, as JSON. Deliberately not here: deciding again (the
//! trace is the evaluator's own), payloads, colours.

use crate::facts::roots::{Facts, Setting};
use crate::hook::decide::{Decision, Layer, told};
use crate::model::decision::{Effect, MatchedBy, Verdict};
use crate::model::event::Event;
use crate::model::notes::Notes;
use crate::model::severity::Severity;
use crate::model::truth::Truth;
use crate::vm::trace::{Bound, Full, Listed, Stated, Tested};
use crate::vm::{self, Scratch};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Characters of a test that the text shows; JSON has all of it.
const TEST_CHARACTERS: usize = 160;

/// A decision with all that led to it.
#[derive(Clone, Debug)]
pub struct Explained {
    /// The action that was asked about.
    pub action: String,
    /// The decision of all layers.
    pub decision: Decision,
    /// The layers, outermost first.
    pub layers: Vec<ExplainedLayer>,
}

/// What one layer said.
#[derive(Clone, Debug)]
pub struct ExplainedLayer {
    /// Its name, e.g. `project`.
    pub name: String,
    /// The directory of its text; empty where that is not known.
    pub directory: String,
    /// What holds where no statement applies.
    pub default: Effect,
    /// Its decision.
    pub decision: Decision,
    /// The statements whose action matched, in the order of decision.
    pub statements: Vec<ExplainedStatement>,
}

/// A statement whose action matched.
#[derive(Clone, Debug)]
pub struct ExplainedStatement {
    /// `sid`, or the stem of the file.
    pub sid: String,
    /// What it says.
    pub effect: Effect,
    /// Its file.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
    /// Its reason; may be empty.
    pub reason: String,
    /// Its notes.
    pub notes: Notes,
    /// Its action patterns.
    pub actions: Vec<String>,
    /// The tests of its condition.
    pub conditions: Vec<ExplainedTest>,
    /// The tests of its `unless`.
    pub unless: Vec<ExplainedTest>,
    /// The lists of facts that may have more elements than are known.
    pub open: Vec<OpenList>,
    /// Condition and `unless` together; `None` where the bundle is damaged there.
    pub truth: Option<Truth>,
    /// Whether this statement made the layer's decision.
    pub decides: bool,
}

/// A list of facts that may have more elements than are known.
#[derive(Clone, Debug)]
pub struct OpenList {
    /// Its path, e.g. `shell.commands`.
    pub list: String,
    /// How many elements are known.
    pub known: usize,
    /// Why there may be others.
    pub why: &'static str,
}

/// One test.
#[derive(Clone, Debug)]
pub struct ExplainedTest {
    /// The field, e.g. `params.command`.
    pub field: String,
    /// Field, operator and operand, as a person would write them.
    pub text: String,
    /// The value and its decoded spellings as JSON, shortened; empty where the field is missing.
    pub seen: Vec<String>,
    /// The test's truth.
    pub truth: Truth,
    /// Why it is not known, or false of itself.
    pub why: Option<String>,
    /// Its file.
    pub file: String,
    /// Its line, from 1.
    pub line: u32,
}

/// Decides an event and keeps all that led to it. The layers are outermost first; `None` without layers.
#[must_use]
pub fn explain(layers: &[Layer<'_>], event: &Event<'_>, setting: Setting<'_>) -> Option<Explained> {
    let facts = Facts::new(event, setting);
    let mut scratch = Scratch::default();
    let mut explained = Vec::with_capacity(layers.len());
    let mut verdicts: Vec<Verdict> = Vec::with_capacity(layers.len());
    for layer in layers {
        let mut trace = Full::default();
        let verdict = vm::evaluate(&layer.bundle, event, &facts, &mut scratch, &mut trace);
        let mut decision = told(layer, &verdict, &event.action);
        if is_builtin(layer.name) && verdict.effect != Effect::Allow {
            decision.matched_by = MatchedBy::Builtin;
        }
        let meta = layer.bundle.meta().ok();
        explained.push(ExplainedLayer {
            name: layer.name.to_owned(),
            directory: meta.map(|meta| meta.directory.to_owned()).unwrap_or_default(),
            default: layer.bundle.default_effect(),
            decision,
            statements: trace.statements.iter().map(|stated| statement(layer, stated, &verdict)).collect(),
        });
        verdicts.push(verdict);
    }
    // The built-in layer lets everything pass that it does not speak of; that decides nothing.
    let silent = |index: usize| {
        explained.len() > 1
            && explained
                .get(index)
                .is_some_and(|layer| is_builtin(&layer.name) && layer.decision.effect == Effect::Allow)
    };
    let asked: Vec<usize> = (0..verdicts.len()).filter(|index| !silent(*index)).collect();
    let (chosen, _) = vm::combine(asked.iter().filter_map(|index| verdicts.get(*index).copied()))?;
    let position = *asked.get(chosen)?;
    let decision = explained.get(position)?.decision.clone();
    Some(Explained {
        action: event.action.clone().into_owned(),
        decision: Decision { position, ..decision },
        layers: explained,
    })
}

fn is_builtin(layer: &str) -> bool {
    layer == "builtin"
}

fn statement(layer: &Layer<'_>, stated: &Stated, verdict: &Verdict) -> ExplainedStatement {
    let rule = stated.statement.rule;
    let info = layer.bundle.rule(rule).ok();
    let tests = |tests: &[Tested]| tests.iter().map(|tested| test(layer, tested)).collect();
    ExplainedStatement {
        effect: stated.statement.effect,
        file: info.as_ref().map(|info| info.file.to_owned()).unwrap_or_default(),
        line: info.as_ref().map_or(0, |info| info.line),
        reason: info.as_ref().map(|info| info.reason.clone()).unwrap_or_default(),
        notes: info.as_ref().map(|info| info.notes.clone()).unwrap_or_default(),
        sid: info.map(|info| info.sid).unwrap_or_default(),
        actions: layer.bundle.action_texts(stated.statement.actions),
        conditions: tests(&stated.when_tests),
        unless: tests(&stated.unless_tests),
        open: stated.lists.iter().filter_map(|listed| open_list(layer, listed)).collect(),
        truth: stated.outcome.map(|outcome| outcome.truth),
        decides: verdict.rule == Some(rule),
    }
}

fn test(layer: &Layer<'_>, tested: &Tested) -> ExplainedTest {
    let info = layer.bundle.predicate_info(tested.predicate).ok();
    let missing = tested.seen.is_empty().then_some("the field is missing");
    let field = info.as_ref().map(|info| info.field.clone()).unwrap_or_default();
    let bound = layer.bundle.predicate(tested.predicate).and_then(|found| layer.bundle.field(found.field));
    let shown = indexed(&field, bound.map_or(0, |field| field.bound), &tested.elements);
    let text = layer.bundle.predicate_text(tested.predicate);
    let text = text.strip_prefix(&field).map_or_else(|| text.clone(), |rest| format!("{shown}{rest}"));
    let why = tested.why.map(vm::trace::Why::text).or(missing).map(str::to_owned);
    ExplainedTest {
        field: shown,
        text,
        seen: tested.seen.clone(),
        truth: tested.truth,
        why: tested.doubt.clone().or(why),
        file: info.as_ref().map(|info| info.file.to_owned()).unwrap_or_default(),
        line: info.map_or(0, |info| info.line),
    }
}

/// The path of a fact with the places of the elements that it goes through, e.g. `shell.commands[2].name`.
fn indexed(path: &str, bound: u8, elements: &[Bound]) -> String {
    let Some(around) = elements.get(..usize::from(bound)) else { return path.to_owned() };
    let last = around.last().map_or(0, |last| last.keys);
    let mut shown = String::new();
    for (number, key) in (1_usize..).zip(path.split('.')) {
        if number > 1 {
            shown.push('.');
        }
        shown.push_str(key);
        // Of several elements of lists with names of this length the innermost is that of the path.
        let here = around.iter().rev().find(|element| element.keys == number);
        if let Some(element) = here.filter(|_| number <= last) {
            shown.push_str(&format!("[{}]", element.place));
        }
    }
    shown
}

fn open_list(layer: &Layer<'_>, listed: &Listed) -> Option<OpenList> {
    let why = listed.why?.text();
    let bound = layer.bundle.field(listed.list)?.bound;
    let list = indexed(&layer.bundle.field_text(listed.list)?, bound, &listed.elements);
    Some(OpenList { list, known: listed.count, why })
}

/// An effect as a policy writes it.
fn written(effect: Effect) -> &'static str {
    match effect {
        Effect::Allow => "allow",
        Effect::Review => "review",
        Effect::Deny => "deny",
    }
}

/// As JSON.
#[must_use]
pub fn to_json(explained: &Explained) -> Value {
    json!({
        "action": explained.action,
        "decision": decision_json(&explained.decision),
        "layers": explained.layers.iter().map(layer_json).collect::<Vec<_>>(),
    })
}

fn decision_json(decision: &Decision) -> Value {
    json!({
        "status": decision.effect.status(),
        "matched_by": decision.matched_by.name(),
        "sid": decision.sid,
        "reason": decision.reason,
        "layer": decision.layer,
        "file": stated(&decision.file),
        "line": Some(decision.line).filter(|line| *line > 0),
        "indeterminate": decision.indeterminate,
        "severity": decision.notes.severity.map(Severity::name),
        "tags": decision.notes.tags,
        "url": stated(&decision.notes.url),
    })
}

fn stated(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn layer_json(layer: &ExplainedLayer) -> Value {
    json!({
        "layer": layer.name,
        "directory": layer.directory,
        "default": written(layer.default),
        "decision": decision_json(&layer.decision),
        "statements": layer.statements.iter().map(statement_json).collect::<Vec<_>>(),
    })
}

fn statement_json(statement: &ExplainedStatement) -> Value {
    json!({
        "sid": statement.sid,
        "effect": written(statement.effect),
        "file": statement.file,
        "line": statement.line,
        "reason": statement.reason,
        "severity": statement.notes.severity.map(Severity::name),
        "tags": statement.notes.tags,
        "url": stated(&statement.notes.url),
        "actions": statement.actions,
        "truth": statement.truth.map(Truth::name),
        "decides": statement.decides,
        "conditions": statement.conditions.iter().map(test_json).collect::<Vec<_>>(),
        "unless": statement.unless.iter().map(test_json).collect::<Vec<_>>(),
        "open": statement.open.iter().map(open_json).collect::<Vec<_>>(),
    })
}

fn open_json(open: &OpenList) -> Value {
    json!({ "list": open.list, "known": open.known, "why": open.why })
}

fn test_json(test: &ExplainedTest) -> Value {
    // Whole values are handed out as values, shortened ones as the text that is left of them.
    let seen = test
        .seen
        .iter()
        .map(|text| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str())));
    let mut seen = seen.collect::<Vec<Value>>().into_iter();
    json!({
        "field": test.field,
        "test": test.text,
        "value": seen.next(),
        "decoded": seen.collect::<Vec<_>>(),
        "truth": test.truth.name(),
        "why": test.why,
        "file": test.file,
        "line": test.line,
    })
}

/// As text for people, without colours.
#[must_use]
pub fn to_text(explained: &Explained) -> String {
    let mut text = values(explained);
    for layer in &explained.layers {
        text.push_str(&format!("\n{} layer", layer.name));
        if !layer.directory.is_empty() {
            text.push_str(&format!(", {}", layer.directory));
        }
        text.push_str(&format!(": {}\n", layer.decision.effect.status()));
        for statement in &layer.statements {
            statement_text(statement, &mut text);
        }
        let decides = layer.decision.sid.is_none() && layer.decision.matched_by == MatchedBy::Default;
        text.push_str(&format!("{} default {}\n", marked(decides), written(layer.default)));
    }
    text
}

fn marked(decides: bool) -> &'static str {
    if decides { "→" } else { " " }
}

/// Every value that a test looked at, once, with its decoded spellings.
fn values(explained: &Explained) -> String {
    let mut values: BTreeMap<&str, &[String]> = BTreeMap::new();
    for statement in explained.layers.iter().flat_map(|layer| &layer.statements) {
        for test in statement.conditions.iter().chain(&statement.unless) {
            values.insert(&test.field, &test.seen);
        }
    }
    let mut text = String::new();
    for (field, seen) in values {
        match seen {
            [] => text.push_str(&format!("  {field} is missing\n")),
            [raw, decoded @ ..] => {
                text.push_str(&format!("  {field} = {raw}\n"));
                for view in decoded {
                    text.push_str(&format!("  {} also reads as {view}\n", " ".repeat(field.chars().count())));
                }
            }
        }
    }
    text
}

fn statement_text(statement: &ExplainedStatement, text: &mut String) {
    let truth = statement.truth.map_or("damaged", Truth::name);
    text.push_str(&format!(
        "{} {:6} {}  {}:{}  {truth}\n",
        marked(statement.decides),
        written(statement.effect),
        statement.sid,
        statement.file,
        statement.line
    ));
    if let Some(notes) = notes_text(&statement.notes) {
        text.push_str(&format!("      {notes}\n"));
    }
    tests_text(&statement.conditions, "", text);
    tests_text(&statement.unless, "unless ", text);
    for open in &statement.open {
        text.push_str(&format!(
            "      {} known in {}, and there may be more  ({})\n",
            open.known, open.list, open.why
        ));
    }
}

/// Notes in one line; `None` where nothing was noted.
#[must_use]
pub fn notes_text(notes: &Notes) -> Option<String> {
    if notes.is_empty() {
        return None;
    }
    let severity = notes.severity.map(|severity| format!("severity {}", severity.name()));
    let tags = Some(notes.tags.join(", ")).filter(|tags| !tags.is_empty());
    let tags = tags.map(|tags| format!("tags {tags}"));
    let url = stated(&notes.url).map(str::to_owned);
    Some([severity, tags, url].into_iter().flatten().collect::<Vec<_>>().join("; "))
}

fn tests_text(tests: &[ExplainedTest], before: &str, text: &mut String) {
    for test in tests {
        let why = test.why.as_ref().map(|why| format!("  ({why})")).unwrap_or_default();
        let cut = test.text.char_indices().nth(TEST_CHARACTERS).map(|(end, _)| end);
        let shown = cut.map_or_else(|| test.text.clone(), |end| format!("{}…", &test.text[..end]));
        text.push_str(&format!("      {:7} {before}{shown}{why}\n", test.truth.name()));
    }
}
