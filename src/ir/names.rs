//! Names of values, conditions and settings: what they stand for in one layer.
//!
//! In: the documents of a layer. Out: values for operands, with their places; the expressions of named conditions; and
//! findings about names that are unknown, doubled, taken, endless or of the wrong kind. A name is known in every file.
//! Deliberately not here: conditions themselves (`lower`), whether a value fits its operator (`test`).

use super::print::short;
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::names;
use crate::diag::span::{Span, Spanned};
use crate::model::fact::FactRoot;
use crate::model::limits::POLICY_DEPTH;
use crate::model::setting::{self, SETTINGS};
use crate::model::value::Value;
use crate::syntax::ast::{Content, Document, Expr, Let, Named, Operand, TextMap};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

/// Elements that one list may have after its names are replaced.
const ELEMENTS: usize = 100_000;

/// First names of fields, which nothing else can be called.
const RESERVED: [&str; 3] = ["params", "context", "settings"];

/// What the names of a layer stand for.
#[derive(Default)]
pub(super) struct Names<'d> {
    lets: BTreeMap<&'d str, &'d Let>,
    settings: BTreeMap<&'static str, Vec<Value<'static>>>,
    /// Named values that were looked up before; `None` for those that have none.
    values: HashMap<&'d str, Option<Resolved>>,
    /// The names that something has used.
    used: HashSet<&'d str>,
    /// Findings, each once however often a name is used.
    pub(super) diagnostics: Vec<Diagnostic>,
    told: HashSet<(Code, Span)>,
}

/// An operand whose names are replaced.
#[derive(Clone, Debug)]
pub(super) struct Resolved {
    pub(super) value: Value<'static>,
    /// Where it is written, which may be a `let` in another file.
    pub(super) span: Span,
    /// For a string: where its text stands.
    pub(super) places: TextMap,
    /// For a list that is written element by element: where each stands.
    pub(super) elements: Vec<Place>,
}

/// Where a value stands, and of a string its text.
pub(super) type Place = (Span, TextMap);

impl Resolved {
    /// A value that is told of one place.
    pub(super) fn at(value: Value<'static>, span: Span) -> Self {
        Self { value, span, places: TextMap::default(), elements: Vec::new() }
    }

    /// One element of a list, with its own place where that is known.
    pub(super) fn element(&self, index: usize, value: &Value<'static>) -> Self {
        match self.elements.get(index) {
            Some((span, places)) => Self { places: places.clone(), ..Self::at(value.clone(), *span) },
            None => Self::at(value.clone(), self.span),
        }
    }

    /// The places of the elements, one for each.
    fn into_places(self, count: usize) -> Vec<Place> {
        let whole = (self.span, TextMap::default());
        let mut places = self.elements;
        places.resize(count, whole);
        places
    }
}

impl<'d> Names<'d> {
    /// Collects the names of all documents.
    pub(super) fn collect(documents: &'d [Document]) -> Self {
        let mut names = Self::default();
        for named in documents.iter().flat_map(|document| &document.lets) {
            names.declare(named);
        }
        names.collect_settings(documents);
        names
    }

    fn declare(&mut self, named: &'d Let) {
        let name = &named.name;
        if let Err(found) = free(name) {
            self.report(*found);
            return;
        }
        if let Some(first) = self.lets.get(name.node.as_str()) {
            let message = format!("the name `{}` is given twice", short(&name.node));
            let found = Diagnostic::new(Code::DuplicateName, name.span, message);
            let found = found.also(first.name.span, "first given here");
            self.report(found.help("names are known in all files of the directory; choose another"));
            return;
        }
        self.lets.insert(&name.node, named);
    }

    fn collect_settings(&mut self, documents: &'d [Document]) {
        for stated in documents.iter().flat_map(|document| &document.settings) {
            let name = &stated.name;
            let Some(row) = setting::find(&name.node) else {
                self.unknown_setting(&name.node, name.span, true);
                continue;
            };
            let Some(resolved) = self.value(&stated.value) else { continue };
            let Value::List(elements) = resolved.value else {
                self.bad_setting(row.name, resolved.span);
                continue;
            };
            if elements.iter().any(|element| element.as_str().is_none()) {
                self.bad_setting(row.name, resolved.span);
                continue;
            }
            let all = self.settings.entry(row.name).or_default();
            let mut known: HashSet<Value<'static>> = all.iter().cloned().collect();
            all.extend(elements.into_iter().filter(|element| known.insert(element.clone())));
        }
        // What was looked up so far may have seen settings half collected.
        self.values.clear();
    }

    fn bad_setting(&mut self, name: &str, span: Span) {
        let message = format!("the setting `{name}` is a list of texts");
        let found = Diagnostic::new(Code::WrongOperand, span, message);
        self.report(found.help("write the texts in brackets: `[\"…\", \"…\"]`"));
    }

    fn unknown_setting(&mut self, name: &str, span: Span, in_settings: bool) {
        let found = Diagnostic::new(Code::UnknownSetting, span, format!("unknown setting `{}`", short(name)));
        let known = SETTINGS.iter().map(|row| row.name);
        let near = names::nearest(name, known.clone(), 3);
        self.report(match near {
            // The same sort of name as was written: `settings.NAME` in a condition, `NAME` where settings are stated.
            Some(near) => {
                let fixed = if in_settings { near.to_owned() } else { format!("settings.{near}") };
                found.help(format!("did you mean `{near}`?")).fix(span, fixed)
            }
            None => found.help(format!("known are `{}`", known.collect::<Vec<_>>().join("`, `"))),
        });
    }

    /// Adds a finding, unless the same was found in the same place.
    pub(super) fn report(&mut self, found: Diagnostic) {
        if self.told.insert((found.code, found.label.0)) {
            self.diagnostics.push(found);
        }
    }

    /// The value of an operand; `None`, with a finding, where a name in it has none.
    pub(super) fn value(&mut self, operand: &Operand) -> Option<Resolved> {
        let mut stack = Vec::new();
        self.resolve(operand, &mut stack)
    }

    fn resolve(&mut self, operand: &Operand, stack: &mut Vec<&'d str>) -> Option<Resolved> {
        match &operand.content {
            Content::Value(value) => {
                Some(Resolved { places: operand.places.clone(), ..Resolved::at(value.clone(), operand.span) })
            }
            Content::Name(name) => self.named(name, operand.span, stack),
            Content::List(elements) => self.list(operand.span, elements, stack),
        }
    }

    /// A list; a name in it stands for its elements.
    fn list(&mut self, span: Span, elements: &[Operand], stack: &mut Vec<&'d str>) -> Option<Resolved> {
        let mut all = Vec::new();
        let mut places = Vec::new();
        let mut whole = true;
        for element in elements {
            let is_name = matches!(element.content, Content::Name(_));
            match self.resolve(element, stack) {
                Some(mut resolved) => match std::mem::replace(&mut resolved.value, Value::Null) {
                    Value::List(inner) if is_name => {
                        places.extend(resolved.into_places(inner.len()));
                        all.extend(inner);
                    }
                    value => {
                        places.push((resolved.span, resolved.places));
                        all.push(value);
                    }
                },
                None => whole = false,
            }
            if all.len() > ELEMENTS {
                let message = format!("this list stands for more than {ELEMENTS} elements");
                self.report(Diagnostic::new(Code::NamesTooLarge, span, message));
                return None;
            }
        }
        whole.then(|| Resolved { elements: places, ..Resolved::at(Value::List(all), span) })
    }

    /// What a name stands for, as a value.
    fn named(&mut self, name: &str, span: Span, stack: &mut Vec<&'d str>) -> Option<Resolved> {
        if let Some(setting) = name.strip_prefix("settings.") {
            return self.setting(setting, span);
        }
        let Some((key, named)) = self.lets.get_key_value(name).map(|(key, named)| (*key, *named)) else {
            self.unknown_value(name, span);
            return None;
        };
        self.used.insert(key);
        if let Some(known) = self.values.get(key) {
            return known.clone();
        }
        if !self.enter(key, named.name.span, stack) {
            return None;
        }
        let resolved = match &named.value {
            Named::Value(operand) => self.resolve(operand, stack),
            Named::Condition(Expr::Name(alias)) => self.named(&alias.node, alias.span, stack),
            Named::Condition(condition) => {
                let message = format!("`{}` is a condition, and a value is wanted here", short(name));
                let found = Diagnostic::new(Code::WrongName, span, message);
                self.report(found.also(condition.span(), "what it stands for"));
                None
            }
        };
        stack.pop();
        // Of a condition each use is told.
        if !matches!(&named.value, Named::Condition(condition) if !matches!(condition, Expr::Name(_))) {
            self.values.insert(key, resolved.clone());
        }
        resolved
    }

    /// Goes into a name; false, with a finding, where that would not end.
    fn enter(&mut self, name: &'d str, span: Span, stack: &mut Vec<&'d str>) -> bool {
        if stack.contains(&name) {
            let message = format!("the name `{}` stands for itself", short(name));
            let way: Vec<&str> = stack.iter().skip_while(|other| **other != name).copied().collect();
            let help = format!("the way is `{}`", short(&format!("{} → {name}", way.join(" → "))));
            self.report(Diagnostic::new(Code::NameCycle, span, message).help(help));
            return false;
        }
        if stack.len() >= POLICY_DEPTH {
            let message = format!("names stand for names more than {POLICY_DEPTH} deep");
            self.report(Diagnostic::new(Code::NamesTooLarge, span, message));
            return false;
        }
        stack.push(name);
        true
    }

    fn setting(&mut self, name: &str, span: Span) -> Option<Resolved> {
        let Some(row) = setting::find(name) else {
            self.unknown_setting(name, span, false);
            return None;
        };
        let default = || row.default.iter().map(|text| Value::String(Cow::Borrowed(*text))).collect();
        let elements = self.settings.get(row.name).cloned().unwrap_or_else(default);
        Some(Resolved::at(Value::List(elements), span))
    }

    /// The expression that a condition's name stands for, and its key for `leave`. `None`, with a finding, where there
    /// is none.
    pub(super) fn condition(
        &mut self,
        name: &Spanned<String>,
        stack: &mut Vec<&'d str>,
    ) -> Option<(&'d str, &'d Expr)> {
        let Some((key, named)) = self.lets.get_key_value(name.node.as_str()).map(|(key, one)| (*key, *one))
        else {
            self.unknown_condition(name);
            return None;
        };
        self.used.insert(key);
        match &named.value {
            Named::Condition(condition) => {
                self.enter(key, named.name.span, stack).then_some((key, condition))
            }
            Named::Value(value) => {
                let message = format!("`{}` is a value, and a condition is wanted here", short(&name.node));
                let found = Diagnostic::new(Code::WrongName, name.span, message);
                let help =
                    format!("compare a field with it, e.g. `params.file_path in {}`", short(&name.node));
                self.report(found.also(value.span, "what it stands for").help(help));
                None
            }
        }
    }

    fn unknown_condition(&mut self, name: &Spanned<String>) {
        if is_strange(&name.node) {
            return;
        }
        let written = short(&name.node);
        if name.node.contains('.') {
            let message = format!("nothing is asked about the field `{written}`");
            let help = format!("write an operator and a value, `{written} == true`, or `{written} exists`");
            self.report(Diagnostic::new(Code::UnknownName, name.span, message).help(help));
            return;
        }
        let found =
            Diagnostic::new(Code::UnknownName, name.span, format!("no condition is called `{written}`"));
        self.report(match names::nearest(&name.node, self.lets.keys().copied(), 2) {
            Some(near) => found.help(format!("did you mean `{}`?", short(near))).fix(name.span, near),
            None => found.help(format!(
                "name one, `let {written} = …`; to ask about a field write an operator, e.g. `{written} exists`"
            )),
        });
    }

    fn unknown_value(&mut self, name: &str, span: Span) {
        if is_strange(name) {
            return;
        }
        let written = short(name);
        if name.contains('.') {
            let message = format!("a field is compared with a value, and `{written}` is a field");
            let help = "two fields cannot be compared; a text stands in quotes";
            self.report(Diagnostic::new(Code::WrongName, span, message).help(help));
            return;
        }
        let found = Diagnostic::new(Code::UnknownName, span, format!("no value is called `{written}`"));
        self.report(match names::nearest(name, self.lets.keys().copied(), 2) {
            Some(near) => found.help(format!("did you mean `{}`?", short(near))).fix(span, near),
            None => found.help(format!("for a text write `\"{written}\"`")).fix(span, format!("\"{name}\"")),
        });
    }

    /// What has the name that a field begins with.
    pub(super) fn shadowing(&self, field: &str) -> Option<&'d Let> {
        self.declared(field.split('.').next().unwrap_or(field))
    }

    /// Whether a value or condition has this name.
    pub(super) fn declared(&self, name: &str) -> Option<&'d Let> {
        self.lets.get(name).copied()
    }

    /// Tells of the names that nothing has used so far.
    pub(super) fn report_unused(&mut self) {
        for named in self.all() {
            if !self.used.contains(named.name.node.as_str()) {
                let message = format!("nothing uses the name `{}`", short(&named.name.node));
                let found = Diagnostic::new(Code::UnusedName, named.name.span, message);
                self.report(found.help("remove it, or use it in a condition"));
            }
        }
    }

    /// All declarations, so that each is looked at even where nothing uses it.
    pub(super) fn all(&self) -> Vec<&'d Let> {
        self.lets.values().copied().collect()
    }
}

/// Whether a word has a character that words have not, which was reported where it was read.
fn is_strange(word: &str) -> bool {
    !word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '-'))
}

/// Whether something may be called this.
pub(super) fn free(name: &Spanned<String>) -> Result<(), Box<Diagnostic>> {
    let new = |message: String| Diagnostic::new(Code::ReservedName, name.span, message);
    if name.node.contains('.') {
        return Err(Box::new(new(format!("the name `{}` has a dot, as fields do", short(&name.node)))));
    }
    let is_root = FactRoot::from_name(&name.node).is_some();
    if is_root || RESERVED.contains(&name.node.as_str()) {
        let found = new(format!("`{}` begins fields, so it names nothing else", short(&name.node)));
        return Err(Box::new(found.help("choose another name")));
    }
    Ok(())
}
