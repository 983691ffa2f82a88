//! The operator table: what a condition can ask, declared once.
//!
//! In: nothing. Out: one row per operator, read by front ends (spelling, operand), lowering (types), the compiler
//! (strategy), docs and tests (examples). The meaning is written twice on purpose, in `oracle` and in `vm`.

/// An operator of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Op {
    /// `==`
    Eq = 0,
    /// `!=`
    Ne = 1,
    /// `>`
    Gt = 2,
    /// `<`
    Lt = 3,
    /// `>=`
    Ge = 4,
    /// `<=`
    Le = 5,
    /// `in`
    In = 6,
    /// `not_in`
    NotIn = 7,
    /// `contains`
    Contains = 8,
    /// `starts_with`
    StartsWith = 9,
    /// `ends_with`
    EndsWith = 10,
    /// `regex`
    Regex = 11,
    /// `exists`
    Exists = 12,
    /// `not_exists`
    NotExists = 13,
}

/// What an operator takes on its right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OperandKind {
    /// Nothing.
    None,
    /// Any value.
    Any,
    /// A number, a boolean or a string.
    Ordered,
    /// A list, or a string for a substring test.
    ListOrText,
    /// Anything; its text is used.
    Text,
    /// A regular expression in Python's syntax.
    Pattern,
}

/// How the compiler treats it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Text against a literal.
    Literal,
    /// Text against a pattern.
    Regex,
    /// A comparison of values.
    Compare,
    /// Membership.
    Set,
    /// Presence of the field.
    Presence,
}

/// One row of the operator table.
#[derive(Debug)]
pub struct OpSpec {
    /// The operator.
    pub op: Op,
    /// Its spelling in YAML, e.g. `not_in`.
    pub spelling: &'static str,
    /// Its spelling in the policy language, e.g. `not in`.
    pub infix: &'static str,
    /// What it takes on its right.
    pub operand: OperandKind,
    /// How the compiler treats it.
    pub strategy: Strategy,
    /// One line for people.
    pub summary: &'static str,
    /// Value, operand (both JSON) and the truth expected; run on oracle and VM by the suite.
    pub examples: &'static [(&'static str, &'static str, bool)],
}

/// The table, in the order of the discriminants.
pub const OPS: [OpSpec; 14] = [
    OpSpec {
        op: Op::Eq,
        spelling: "==",
        infix: "==",
        operand: OperandKind::Any,
        strategy: Strategy::Compare,
        summary: "equal, as Python compares JSON values; `== null` is `not_exists`",
        examples: &[
            ("\"prod\"", "\"prod\"", true),
            ("1", "1.0", true),
            ("true", "1", true),
            ("\"1\"", "1", false),
        ],
    },
    OpSpec {
        op: Op::Ne,
        spelling: "!=",
        infix: "!=",
        operand: OperandKind::Any,
        strategy: Strategy::Compare,
        summary: "present and not equal; `!= null` is `exists`",
        examples: &[("\"dev\"", "\"prod\"", true), ("1", "true", false), ("[1]", "[1.0]", false)],
    },
    OpSpec {
        op: Op::Gt,
        spelling: ">",
        infix: ">",
        operand: OperandKind::Ordered,
        strategy: Strategy::Compare,
        summary: "greater: two numbers, or two strings in code point order; anything else is unknown",
        examples: &[
            ("10", "9.5", true),
            ("\"b\"", "\"a\"", true),
            ("9007199254740993", "9007199254740992.0", true),
        ],
    },
    OpSpec {
        op: Op::Lt,
        spelling: "<",
        infix: "<",
        operand: OperandKind::Ordered,
        strategy: Strategy::Compare,
        summary: "less: two numbers, or two strings in code point order; anything else is unknown",
        examples: &[("1", "2", true), ("2", "1", false), ("\"B\"", "\"a\"", true)],
    },
    OpSpec {
        op: Op::Ge,
        spelling: ">=",
        infix: ">=",
        operand: OperandKind::Ordered,
        strategy: Strategy::Compare,
        summary: "greater or equal: two numbers, or two strings in code point order; anything else is unknown",
        examples: &[("2", "2.0", true), ("1", "2", false), ("true", "1", true)],
    },
    OpSpec {
        op: Op::Le,
        spelling: "<=",
        infix: "<=",
        operand: OperandKind::Ordered,
        strategy: Strategy::Compare,
        summary: "less or equal: two numbers, or two strings in code point order; anything else is unknown",
        examples: &[("2", "2.0", true), ("3", "2", false), ("\"a\"", "\"a\"", true)],
    },
    OpSpec {
        op: Op::In,
        spelling: "in",
        infix: "in",
        operand: OperandKind::ListOrText,
        strategy: Strategy::Set,
        summary: "equal to an element of the list; with a string, a substring of it",
        examples: &[
            ("\"US\"", "[\"US\", \"CA\"]", true),
            ("1.0", "[1]", true),
            ("\"bc\"", "\"abcd\"", true),
            ("\"x\"", "[]", false),
        ],
    },
    OpSpec {
        op: Op::NotIn,
        spelling: "not_in",
        infix: "not in",
        operand: OperandKind::ListOrText,
        strategy: Strategy::Set,
        summary: "present and equal to no element of the list; with a string, no substring of it",
        examples: &[
            ("\"FR\"", "[\"US\", \"CA\"]", true),
            ("\"US\"", "[\"US\"]", false),
            ("\"z\"", "\"abc\"", true),
        ],
    },
    OpSpec {
        op: Op::Contains,
        spelling: "contains",
        infix: "contains",
        operand: OperandKind::Any,
        strategy: Strategy::Literal,
        summary: "a list has the element; any other value's text has the operand's text in it",
        examples: &[
            ("[\"a\", \"b\"]", "\"a\"", true),
            ("[\"ab\"]", "\"a\"", false),
            ("12345", "34", true),
            ("{\"k\": 1}", "\"'k': 1\"", true),
        ],
    },
    OpSpec {
        op: Op::StartsWith,
        spelling: "starts_with",
        infix: "starts_with",
        operand: OperandKind::Text,
        strategy: Strategy::Literal,
        summary: "the value's text starts with the operand's text",
        examples: &[
            ("\"git push\"", "\"git\"", true),
            ("true", "\"Tr\"", true),
            ("\" git\"", "\"git\"", false),
        ],
    },
    OpSpec {
        op: Op::EndsWith,
        spelling: "ends_with",
        infix: "ends_with",
        operand: OperandKind::Text,
        strategy: Strategy::Literal,
        summary: "the value's text ends with the operand's text",
        examples: &[
            ("\"a.pem\"", "\".pem\"", true),
            ("10000.0", "\".0\"", true),
            ("\"a.PEM\"", "\".pem\"", false),
        ],
    },
    OpSpec {
        op: Op::Regex,
        spelling: "regex",
        infix: "matches",
        operand: OperandKind::Pattern,
        strategy: Strategy::Regex,
        summary: "Python 3.11 `re.search(operand, text of the value)`",
        examples: &[
            ("\"rm -rf /\"", "\"\\\\brm\\\\s\"", true),
            ("\"farm x\"", "\"\\\\brm\\\\s\"", false),
            ("[\"a\"]", "\"^\\\\['a'\\\\]$\"", true),
        ],
    },
    OpSpec {
        op: Op::Exists,
        spelling: "exists",
        infix: "exists",
        operand: OperandKind::None,
        strategy: Strategy::Presence,
        summary: "the field is present and not null",
        examples: &[("\"\"", "null", true), ("0", "null", true), ("null", "null", false)],
    },
    OpSpec {
        op: Op::NotExists,
        spelling: "not_exists",
        infix: "not exists",
        operand: OperandKind::None,
        strategy: Strategy::Presence,
        summary: "the field is missing or null",
        examples: &[("null", "null", true), ("false", "null", false)],
    },
];

impl Op {
    /// The operator's row.
    #[must_use]
    pub fn spec(self) -> &'static OpSpec {
        let [eq, ne, gt, lt, ge, le, is_in, not_in, contains, starts, ends, regex, exists, not_exists] = &OPS;
        match self {
            Self::Eq => eq,
            Self::Ne => ne,
            Self::Gt => gt,
            Self::Lt => lt,
            Self::Ge => ge,
            Self::Le => le,
            Self::In => is_in,
            Self::NotIn => not_in,
            Self::Contains => contains,
            Self::StartsWith => starts,
            Self::EndsWith => ends,
            Self::Regex => regex,
            Self::Exists => exists,
            Self::NotExists => not_exists,
        }
    }

    /// Whether it asks of a list as a whole, where others ask of its elements.
    #[must_use]
    pub fn of_whole(self) -> bool {
        match self {
            Self::Contains | Self::Exists | Self::NotExists => true,
            Self::Eq
            | Self::Ne
            | Self::Gt
            | Self::Lt
            | Self::Ge
            | Self::Le
            | Self::In
            | Self::NotIn
            | Self::StartsWith
            | Self::EndsWith
            | Self::Regex => false,
        }
    }

    /// The operator with this spelling in YAML.
    #[must_use]
    pub fn from_spelling(text: &str) -> Option<Self> {
        OPS.iter().find(|row| row.spelling == text).map(|row| row.op)
    }

    /// The operator with this discriminant, as stored in a bundle.
    #[must_use]
    pub fn from_u8(byte: u8) -> Option<Self> {
        OPS.get(usize::from(byte)).map(|row| row.op)
    }
}
