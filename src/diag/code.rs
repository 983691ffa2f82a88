//! The diagnostic table: every code with title, default level and explanation. A code is never reused.
//!
//! Hundreds group by stage: 00 reading files, 01 YAML, 02 structure, 03 conditions and types, 04 patterns, 05 compiling, 06
//! facts, 07 the policy language.

use super::diagnostic::Level;

mod table;

pub use table::CODES;

/// One row of the diagnostic table.
#[derive(Debug)]
pub struct CodeSpec {
    /// The code.
    pub code: Code,
    /// The stable text, e.g. `E0102`. E: error, W: warning.
    pub text: &'static str,
    /// A few words, e.g. `unknown operator`.
    pub title: &'static str,
    /// The level unless something raises it.
    pub level: Level,
    /// A paragraph for `agsec explain CODE` and the reference.
    pub doc: &'static str,
}

/// A diagnostic code; the title of its row says what it means. In the order of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Code {
    /// File cannot be read.
    Unreadable,
    /// Not a regular file.
    NotRegularFile,
    /// Too much text.
    TooLarge,
    /// Not UTF-8.
    NotUtf8,
    /// No policy files.
    NoPolicyFiles,
    /// Too many files.
    TooManyFiles,
    /// File is not read.
    FileIgnored,
    /// Too many findings.
    TooManyFindings,
    /// Not YAML.
    NotYaml,
    /// Character not allowed.
    BadCharacter,
    /// Tab in indentation.
    TabIndentation,
    /// Duplicate key.
    DuplicateKey,
    /// Unquoted value is ambiguous.
    AmbiguousScalar,
    /// Tag not allowed.
    Tag,
    /// Several documents in one file.
    SeveralDocuments,
    /// Nested too deeply.
    TooDeep,
    /// Aliases expand to too much.
    TooManyNodes,
    /// Alias without anchor.
    UnknownAlias,
    /// Alias inside its own anchor.
    RecursiveAlias,
    /// YAML readers disagree.
    ReadersDisagree,
    /// Empty policy file.
    EmptyFile,
    /// Key is not a string.
    KeyNotText,
    /// `<<` without a mapping.
    BadMerge,
    /// Not a mapping.
    NotMapping,
    /// Neither `statements` nor `rules`.
    NoStatements,
    /// `statements` beside `rules`.
    BothFormats,
    /// Wrong type.
    WrongType,
    /// Unknown version.
    UnknownVersion,
    /// Unknown default.
    BadDefault,
    /// Missing key.
    MissingKey,
    /// Unknown effect.
    BadEffect,
    /// No actions.
    EmptyActions,
    /// Misspelt key.
    MisspeltKey,
    /// Unknown key.
    UnknownKey,
    /// Duplicate sid.
    DuplicateSid,
    /// Sid in several files.
    SidInSeveralFiles,
    /// Unknown match.
    BadMatch,
    /// `unless` not possible here.
    UnlessNotHere,
    /// Priority is not an integer.
    BadPriority,
    /// Allowed by default.
    AllowByDefault,
    /// No statements.
    NothingStated,
    /// Pattern in an exact name.
    GlobInRule,
    /// `default` has no effect.
    DefaultWithoutEffect,
    /// Action nearly known.
    NearAction,
    /// Unknown operator.
    UnknownOperator,
    /// Missing operator.
    MissingOperator,
    /// Missing value.
    MissingOperand,
    /// Wrong type of value.
    WrongOperand,
    /// Value without effect.
    OperandIgnored,
    /// `exists` with `value: false`.
    ContradictoryExists,
    /// `in` with a string.
    SubstringTest,
    /// Comparison with a whole list.
    ListEquality,
    /// Number is not finite.
    NotFinite,
    /// Empty field name.
    EmptyField,
    /// Misspelt field root.
    MisspeltRoot,
    /// Operator needs quotes.
    OperatorSyntax,
    /// Pattern not valid.
    BadPattern,
    /// Backspace in a pattern.
    BackspaceInPattern,
    /// Conditions nested too deep.
    ConditionTooDeep,
    /// Pattern too large.
    PatternTooLarge,
    /// Compiled policy too large.
    PolicyTooLarge,
    /// Unknown fact.
    UnknownFact,
    /// Fact of another kind.
    FactOfAnotherKind,
    /// Not as the language has it.
    Unexpected,
    /// Not closed.
    NotClosed,
    /// Unknown escape.
    BadEscape,
    /// Clause twice.
    ClauseTwice,
    /// Unknown severity.
    UnknownSeverity,
    /// Unknown name.
    UnknownName,
    /// Name of something else.
    WrongName,
    /// Name twice.
    DuplicateName,
    /// Name that is taken.
    ReservedName,
    /// Name that stands for itself.
    NameCycle,
    /// Names stand for too much.
    NamesTooLarge,
    /// Unknown setting.
    UnknownSetting,
    /// No such fact.
    NoSuchFact,
    /// Not a list.
    NotList,
    /// Include not possible.
    BadInclude,
    /// Case not possible.
    BadCase,
    /// Cannot be said in the other form.
    NotConvertible,
    /// Name that nothing uses.
    UnusedName,
}

impl Code {
    /// The code's row.
    #[must_use]
    pub fn spec(self) -> &'static CodeSpec {
        CODES.get(self as usize).expect("invariant: every code has a row")
    }

    /// The code with this stable text, e.g. `E0102`.
    #[must_use]
    pub fn from_text(text: &str) -> Option<Self> {
        CODES.iter().find(|row| row.text == text).map(|row| row.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_stand_in_the_order_of_the_codes() {
        for (index, row) in CODES.iter().enumerate() {
            assert_eq!(row.code as usize, index, "{}", row.text);
            assert_eq!(Code::from_text(row.text), Some(row.code), "{} is used twice", row.text);
        }
    }

    #[test]
    fn the_first_letter_of_a_code_is_its_level() {
        for row in CODES {
            let letter = match row.level {
                Level::Error => "E",
                Level::Warning => "W",
            };
            assert!(row.text.starts_with(letter), "{}", row.text);
            assert!(row.doc.ends_with('.') && !row.title.ends_with('.'), "{}", row.text);
        }
    }
}
