//! The spanned syntax tree of all dialects.

pub mod embedded;

use crate::diag::span::{Span, Spanned};
use crate::model::decision::Effect;
use crate::model::id::SourceId;
use crate::model::op::Op;
use crate::model::severity::Severity;
use crate::model::value::Value;

/// The language a file is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `statements:`, as the Python tool `agsec` 0.2.2 reads it.
    Statements,
    /// `rules:`, its older format.
    Rules,
    /// The policy language, `*.agsec`.
    Text,
}

/// One policy file.
#[derive(Clone, Debug)]
pub struct Document {
    /// The file.
    pub source: SourceId,
    /// Its language.
    pub dialect: Dialect,
    /// `version:`, e.g. `1.0`.
    pub version: Option<Spanned<String>>,
    /// `default:`, if stated.
    pub default: Option<Spanned<Effect>>,
    /// Statements or rules, in order.
    pub rules: Vec<RuleDecl>,
    /// Named sets and named conditions.
    pub lets: Vec<Let>,
    /// Values of settings.
    pub settings: Vec<Setting>,
    /// Files that are read along with this one.
    pub includes: Vec<Spanned<String>>,
    /// Inline cases.
    pub cases: Vec<Case>,
    /// Scalars of YAML that hold conditions, in order of their places.
    pub embedded: Vec<embedded::Embedded>,
}

impl Document {
    /// A document that says nothing yet.
    #[must_use]
    pub fn new(source: SourceId, dialect: Dialect) -> Self {
        Self {
            source,
            dialect,
            version: None,
            default: None,
            rules: Vec::new(),
            lets: Vec::new(),
            settings: Vec::new(),
            includes: Vec::new(),
            cases: Vec::new(),
            embedded: Vec::new(),
        }
    }
}

/// `let NAME = …`: a value or a condition with a name, known in all files of the layer.
#[derive(Clone, Debug)]
pub struct Let {
    /// E.g. `is_prod`.
    pub name: Spanned<String>,
    /// What it stands for.
    pub value: Named,
    /// The whole declaration.
    pub span: Span,
}

/// What a name stands for.
#[derive(Clone, Debug)]
pub enum Named {
    /// A value, e.g. `["*.pem", "id_rsa"]`, or a pattern.
    Value(Operand),
    /// A condition. A bare name is read as one, and may turn out to name a value.
    Condition(Expr),
}

/// `NAME = …` in `settings { … }`.
#[derive(Clone, Debug)]
pub struct Setting {
    /// E.g. `protected_branches`.
    pub name: Spanned<String>,
    /// Its value.
    pub value: Operand,
}

/// `test "…" { ACTION … } => EFFECT NAME`: an event and what the policies say about it.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it is called.
    pub name: Spanned<String>,
    /// An action, or the short name of one such as `bash`.
    pub action: Spanned<String>,
    /// The text after the action: its main parameter.
    pub text: Option<Spanned<String>>,
    /// Its parameters, where they are written out.
    pub params: Option<Spanned<Value<'static>>>,
    /// `context {…}`.
    pub context: Option<Spanned<Value<'static>>>,
    /// The effect expected.
    pub effect: Spanned<Effect>,
    /// The statement expected to decide.
    pub rule: Option<Spanned<String>>,
    /// The whole case.
    pub span: Span,
}

/// A statement or a rule.
#[derive(Clone, Debug)]
pub struct RuleDecl {
    /// `sid`.
    pub name: Option<Spanned<String>>,
    /// `effect` or `status`.
    pub effect: Spanned<Effect>,
    /// Action globs (statements) or one exact name or `*` (rules). Never empty: a missing key reads as `*`.
    pub actions: Vec<Spanned<String>>,
    /// The condition; `None` where there is none (true).
    pub when: Option<Expr>,
    /// The condition under which a deny or review does not apply.
    pub unless: Option<Expr>,
    /// `reason`.
    pub reason: Option<Spanned<String>>,
    /// `priority` of a rule; 0 where not stated.
    pub priority: i64,
    /// `severity`, e.g. `high`.
    pub severity: Option<Spanned<Severity>>,
    /// `tags`, e.g. `T1485`.
    pub tags: Vec<Spanned<String>>,
    /// `url`: where more is written about it.
    pub url: Option<Spanned<String>>,
    /// The whole declaration.
    pub span: Span,
}

/// A condition.
#[derive(Clone, Debug)]
pub enum Expr {
    /// All hold; true when empty.
    All(Vec<Expr>, Span),
    /// At least one holds; true when empty (`match: any` without conditions).
    Any(Vec<Expr>, Span),
    /// It does not hold.
    Not(Box<Expr>, Span),
    /// One test.
    Test(Test),
    /// A condition that has a name.
    Name(Spanned<String>),
    /// A condition on the elements of a list.
    Quantified(Quantified),
}

impl Expr {
    /// Its place.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::All(_, span) | Self::Any(_, span) | Self::Not(_, span) => *span,
            Self::Test(test) => test.span,
            Self::Name(name) => name.span,
            Self::Quantified(quantified) => quantified.span,
        }
    }
}

/// `some LIST as NAME { … }`.
#[derive(Clone, Debug)]
pub struct Quantified {
    /// How many of the elements.
    pub quantifier: Spanned<Quantifier>,
    /// The list as written, e.g. `shell.commands`; or a list of a bound element, e.g. `c.args`.
    pub list: Spanned<String>,
    /// What an element is called inside.
    pub name: Spanned<String>,
    /// What holds of the element.
    pub body: Box<Expr>,
    /// The whole.
    pub span: Span,
}

/// How many elements of a list a condition is to hold of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// At least one; false where the list is missing.
    Some,
    /// All; true of an empty list, false where it is missing.
    Every,
    /// None; true where the list is missing.
    No,
}

/// One test of a field.
#[derive(Clone, Debug)]
pub struct Test {
    /// The field path as written, e.g. `params.command`.
    pub field: Spanned<String>,
    /// The operator.
    pub op: Spanned<Op>,
    /// What it is compared with; `None` for `exists` and `not_exists`.
    pub operand: Option<Operand>,
    /// Whether the operand is a list of operands, of which one or all have to fit.
    pub each: Option<Each>,
    /// Whether it is a line of a mapping in YAML, where a test of a list means some of its elements.
    pub flat: bool,
    /// The whole test.
    pub span: Span,
}

/// How many of a list of operands have to fit: `ends_with any [".pem", ".key"]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Each {
    /// One of them.
    Any,
    /// All of them.
    All,
}

/// What a field is compared with.
#[derive(Clone, Debug)]
pub struct Operand {
    /// The value, or how it is called.
    pub content: Content,
    /// For a string: where its text stands in the source.
    pub places: TextMap,
    /// Whether it is a pattern between slashes; it means the same as any string.
    pub pattern: bool,
    /// Its place.
    pub span: Span,
}

impl Operand {
    /// An operand of which no parts are looked at.
    #[must_use]
    pub fn new(content: Content, span: Span) -> Self {
        Self { content, places: TextMap::default(), pattern: false, span }
    }

    /// A value that is written where it is used.
    #[must_use]
    pub fn value(value: Value<'static>, span: Span) -> Self {
        Self::new(Content::Value(value), span)
    }
}

/// The content of an operand.
#[derive(Clone, Debug)]
pub enum Content {
    /// A value.
    Value(Value<'static>),
    /// A named value, or `settings.NAME`.
    Name(String),
    /// A list with a name among its elements, which stands for its own elements.
    List(Vec<Operand>),
}

/// Where the parts of a scalar's text stand in the source, through quotes, escapes and line folding: pairs of an offset
/// in the text and the offset in the source, ascending. Between two pairs both run in parallel. Empty where unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextMap(pub Vec<(u32, u32)>);

impl TextMap {
    /// The offset in the source of an offset in the text.
    #[must_use]
    pub fn locate(&self, offset: u32) -> Option<u32> {
        let after = self.0.partition_point(|(text, _)| *text <= offset);
        let (text, source) = self.0.get(after.checked_sub(1)?)?;
        Some(source.saturating_add(offset.saturating_sub(*text)))
    }
}
