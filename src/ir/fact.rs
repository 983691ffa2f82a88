//! Tests of facts: names resolved against the quantifiers around them, kinds checked, "some element" made explicit.
//!
//! In: a field name as written, the quantifiers around it. Out: a field path with its element, and the lists that have
//! to be gone through on the way there.
//! Deliberately not here: which facts there are (`model::fact`), operands (`test.rs`).

use super::{Cond, Operand};
use crate::diag::code::Code;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::names;
use crate::diag::span::{Span, Spanned};
use crate::model::fact::{self, FactRoot, Kind};
use crate::model::field::{FieldPath, Root};
use crate::model::id::FieldId;
use crate::model::limits::BINDERS;
use crate::model::op::Op;
use crate::model::value::Value;
use crate::syntax::ast::Test;

/// The quantifiers around a condition, outermost first.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    binders: Vec<Binder>,
    /// How many elements are bound, those without a name included.
    depth: u8,
}

#[derive(Clone, Debug)]
struct Binder {
    name: String,
    /// The keys of the list, absolute.
    keys: Vec<String>,
    bound: u8,
}

/// What a field name means where it stands.
#[derive(Clone, Debug)]
pub(super) struct Looked {
    /// The path, of the element that is bound last.
    pub(super) path: FieldPath,
    /// The lists to go through, outermost first.
    pub(super) lists: Vec<FieldPath>,
    /// What stands at the path.
    pub(super) kind: Kind,
}

impl Scope {
    /// The fact that a name means, or `None` where it is an ordinary field. A test whose operator speaks of a list as a
    /// whole (`contains`, `exists`, `not_exists`) does not go through the last one.
    pub(super) fn fact(&self, name: &str, whole: bool) -> Option<Looked> {
        let (keys, start, bound) = self.absolute(name)?;
        let depth = self.depth;
        let root = FactRoot::from_name(keys.first()?)?;
        let mut looked = Looked { path: path(&keys, bound), lists: Vec::new(), kind: root.kind() };
        for (at, key) in keys.iter().enumerate().skip(1) {
            looked.kind = looked.kind.column(key)?.1;
            let last = at + 1 == keys.len();
            if at >= start && !(last && whole) {
                looked.pass(&keys[..=at], depth);
            } else if at + 1 == start {
                // The list whose element is bound.
                looked.kind = looked.kind.element();
            }
        }
        Some(looked)
    }

    /// Keys, how many of them lie above the bound element, and which element that is.
    fn absolute(&self, name: &str) -> Option<(Vec<String>, usize, u8)> {
        let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
        if let Some(binder) = self.binders.iter().rev().find(|binder| binder.name == first) {
            let mut keys = binder.keys.clone();
            keys.extend(rest.into_iter().flat_map(|rest| rest.split('.')).map(str::to_owned));
            return Some((keys, binder.keys.len(), binder.bound));
        }
        let path = FieldPath::parse(name);
        (path.root == Root::Fact).then_some((path.keys, 1, 0))
    }

    /// Whether the first part of a name is that of a bound element.
    pub(super) fn binds(&self, name: &str) -> bool {
        let first = name.split('.').next().unwrap_or_default();
        self.binders.iter().any(|binder| binder.name == first)
    }

    /// The scope inside a quantifier that goes through these lists, the last of which gives the named elements.
    pub(super) fn inside(&self, name: &str, looked: &Looked) -> Option<Self> {
        let mut inner = self.clone();
        inner.depth = inner.depth.checked_add(u8::try_from(looked.lists.len()).ok()?)?;
        if usize::from(inner.depth) > BINDERS {
            return None;
        }
        let keys = looked.lists.last()?.keys.clone();
        inner.binders.push(Binder { name: name.to_owned(), keys, bound: inner.depth });
        Some(inner)
    }

    /// The column of a bound element with the name nearest to this one.
    pub(super) fn nearest_column(&self, name: &str) -> Option<String> {
        let first = name.split('.').next()?;
        let (keys, ..) = self.absolute(name)?;
        let written = keys.join(".");
        let binder = self.binders.iter().rev().find(|binder| binder.name == first)?;
        let list = binder.keys.join(".");
        let all = fact::all();
        let below = all.iter().filter_map(|(path, _)| path.strip_prefix(&list)?.strip_prefix('.'));
        let near = names::nearest(written.strip_prefix(&list)?.strip_prefix('.')?, below, 2)?;
        Some(format!("{first}.{near}"))
    }

    /// The scope of a named condition that is used here: it sees no element.
    pub(super) fn without_names(&self) -> Self {
        Self { binders: Vec::new(), depth: self.depth }
    }

    /// How many elements are bound.
    pub(super) fn depth(&self) -> u8 {
        self.depth
    }

    /// Whether so many lists may be gone through here.
    pub(super) fn has_room(&self, lists: usize) -> bool {
        usize::from(self.depth) + lists <= BINDERS
    }
}

impl Looked {
    /// Goes through the list at these keys, if there is one.
    fn pass(&mut self, keys: &[String], depth: u8) {
        while let Kind::List(element) = self.kind {
            self.lists.push(path(keys, self.path.bound));
            self.path.bound = depth.saturating_add(u8::try_from(self.lists.len()).unwrap_or(u8::MAX));
            self.kind = *element;
        }
    }
}

fn path(keys: &[String], bound: u8) -> FieldPath {
    FieldPath { root: Root::Fact, keys: keys.to_vec(), bound }
}

/// Some element of each list, outermost first.
pub(super) fn some(lists: &[FieldId], body: Cond) -> Cond {
    lists.iter().rev().fold(body, |body, list| Cond::Some { list: *list, body: Box::new(body) })
}

/// What is wrong with a test of a fact of this kind; `None` where it can hold.
pub(super) fn misfit(
    field: &Spanned<String>,
    kind: Kind,
    op: Op,
    operand: &Operand,
    span: Span,
) -> Option<Diagnostic> {
    if matches!(op, Op::Exists | Op::NotExists) {
        return None;
    }
    if let Kind::Record(columns) = kind.element() {
        let message = format!("`{}` is {}, which is compared with nothing", field.node, kind.words());
        let help = columns
            .first()
            .map(|column| format!("name a column of it, e.g. `{}.{}`", field.node, column.name));
        let found = Diagnostic::new(Code::FactOfAnotherKind, field.span, message);
        return Some(help.map_or(found.clone(), |help| found.help(help)));
    }
    let Operand::Value(value) = operand else {
        if kind.element() == Kind::Text {
            return None;
        }
        let message =
            format!("`{}` is {}, and this operator takes a text", field.node, kind.element().words());
        return Some(
            Diagnostic::new(Code::FactOfAnotherKind, field.span, message).help("compare it with `==`"),
        );
    };
    let fits = |value: &Value<'_>| match (kind.element(), value) {
        (Kind::Text, Value::String(_)) | (Kind::Bool, Value::Bool(_)) | (Kind::Number, Value::Number(_)) => {
            true
        }
        // The substring test is on the text of any value.
        (Kind::Text | Kind::Bool | Kind::Number, _) => op == Op::Contains && !matches!(kind, Kind::List(_)),
        (Kind::List(_) | Kind::Record(_), _) => false,
    };
    let wrong = match (op, value) {
        (Op::In | Op::NotIn, Value::List(elements)) => elements.iter().any(|element| !fits(element)),
        (_, value) => !fits(value),
    };
    wrong.then(|| {
        let message = format!(
            "`{}` is {}, and never equal to a value of another type",
            field.node,
            kind.element().words()
        );
        Diagnostic::new(Code::FactOfAnotherKind, span, message).help("write a value of its type")
    })
}

/// What is unclear about a test in the policy language, where a list is not silently "some of its elements": a list as a
/// whole compared with one value, or "not" of one of many elements. `looked` goes through all lists but the last.
pub(super) fn unclear(test: &Test, looked: &Looked) -> Option<Diagnostic> {
    let (field, op) = (&test.field.node, test.op.node);
    let infix = op.spec().infix;
    if matches!(looked.kind, Kind::List(_)) && !op.of_whole() {
        let message = format!("`{field}` is {}, and `{infix}` compares one value", looked.kind.words());
        let found = Diagnostic::new(Code::FactOfAnotherKind, test.span, message);
        return Some(match op {
            Op::Eq => found.help(format!("write `{field} contains …`")).fix(test.op.span, "contains"),
            Op::In => {
                found.help(format!("write `{field} contains any […]`")).fix(test.op.span, "contains any")
            }
            Op::Ne | Op::NotIn => found.help(format!("write `not ({field} contains …)`")),
            Op::Gt | Op::Lt | Op::Ge | Op::Le | Op::StartsWith | Op::EndsWith | Op::Regex => {
                found.help(format!("write `some {field} as one {{ one {infix} … }}`"))
            }
            Op::Contains | Op::Exists | Op::NotExists => found,
        });
    }
    let list = looked.lists.last()?;
    let column = looked.path.keys.get(list.keys.len()..)?.join(".");
    matches!(op, Op::Ne | Op::NotIn | Op::NotExists).then(|| {
        let list = list.keys.join(".");
        let message =
            format!("`{list}` has many elements: is `{infix}` meant of some or of every one of them?");
        let help = format!("write `some {list} as one {{ one.{column} {infix} … }}`, or `every`");
        Diagnostic::new(Code::FactOfAnotherKind, test.span, message).help(help)
    })
}

/// What is said of a path below the root of facts that names none: a warning in YAML, where parameters may be called
/// like that, an error in the policy language.
pub(super) fn undeclared(field: &Spanned<String>, flat: bool) -> Option<Diagnostic> {
    let (root, _) = field.node.split_once('.')?;
    FactRoot::from_name(root)?;
    let near = nearest(&field.node);
    let name = super::print::short(&field.node);
    let found = if flat {
        let message = format!("there is no fact `{name}`; it is looked up in the parameters");
        Diagnostic::new(Code::UnknownFact, field.span, message)
    } else {
        Diagnostic::new(Code::NoSuchFact, field.span, format!("there is no fact `{name}`"))
    };
    Some(match near {
        Some(near) => found.help(format!("did you mean `{near}`?")).fix(field.span, near),
        None => found.help(format!("write `params.{name}` if that is a parameter")),
    })
}

/// The fact with the name nearest to this one.
pub(super) fn nearest(name: &str) -> Option<String> {
    let all = fact::all();
    names::nearest(name, all.iter().map(|(path, _)| path.as_str()), 3).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(looked: &Looked) -> (String, Vec<String>, Kind) {
        let field = crate::ir::print::field;
        (field(&looked.path), looked.lists.iter().map(field).collect(), looked.kind)
    }

    #[test]
    fn lists_on_the_way_are_gone_through_and_the_last_one_unless_it_is_asked_for_as_a_whole() {
        let scope = Scope::default();
        let look = |name, whole| scope.fact(name, whole).as_ref().map(shown);
        assert_eq!(
            look("shell.commands.flags", false),
            Some((
                "shell.commands.flags of 2".to_owned(),
                vec!["shell.commands".to_owned(), "shell.commands.flags of 1".to_owned()],
                Kind::Text
            ))
        );
        assert_eq!(
            look("shell.commands.flags", true),
            Some((
                "shell.commands.flags of 1".to_owned(),
                vec!["shell.commands".to_owned()],
                Kind::List(&Kind::Text)
            ))
        );
        assert_eq!(look("git.branch", false), Some(("git.branch".to_owned(), vec![], Kind::Text)));
        for name in ["params.x", "shell", "shell.command", "path"] {
            assert_eq!(look(name, false), None, "{name}");
        }
    }

    #[test]
    fn a_bound_name_means_its_element() {
        let outer = Scope::default();
        let list = outer.fact("shell.commands", false).unwrap();
        let scope = outer.inside("c", &list).unwrap();
        let look = |scope: &Scope, name, whole| scope.fact(name, whole).as_ref().map(shown);
        assert_eq!(
            look(&scope, "c.name", false),
            Some(("shell.commands.name of 1".to_owned(), vec![], Kind::Text))
        );
        let inner = scope.inside("f", &scope.fact("c.flags", false).unwrap()).unwrap();
        assert_eq!(
            look(&inner, "f", false),
            Some(("shell.commands.flags of 2".to_owned(), vec![], Kind::Text))
        );
        assert_eq!(
            look(&inner, "c.redirects.kind", false),
            Some((
                "shell.commands.redirects.kind of 3".to_owned(),
                vec!["shell.commands.redirects of 1".to_owned()],
                Kind::Text
            ))
        );
        assert_eq!(
            look(&inner, "path.touched.access", false).map(|looked| looked.0),
            Some("path.touched.access of 3".to_owned())
        );
        assert_eq!(look(&inner, "d.name", false), None);
    }
}
