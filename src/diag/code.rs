//! The diagnostic table: every code with title, default level and explanation. A code is never reused.
//!
//! Hundreds group by stage: 00 reading files, 01 YAML, 02 structure, 03 conditions and types, 04 patterns, 05 compiling, 06 facts.

use super::diagnostic::Level;

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

/// The table, one row a code, in the order of the codes.
pub const CODES: &[CodeSpec] = &[
    error(
        Code::Unreadable,
        "E0001",
        "file cannot be read",
        "The policy file or directory does not exist or may not be read by this user.",
    ),
    error(
        Code::NotRegularFile,
        "E0002",
        "not a regular file",
        "Policy text is read from regular files only. A directory, a FIFO, a socket or a device (also behind a symbolic link) is refused without waiting for it.",
    ),
    error(
        Code::TooLarge,
        "E0003",
        "too much text",
        "A policy file, or all files of a directory together, are larger than agsec reads. The limits are far above any policy that people write; a generated policy can be split over several files or directories.",
    ),
    error(
        Code::NotUtf8,
        "E0004",
        "not UTF-8",
        "Policy files are UTF-8 text. A file saved as UTF-16 or in an 8-bit encoding has to be saved again.",
    ),
    error(
        Code::NoPolicyFiles,
        "E0005",
        "no policy files",
        "The directory holds no file whose name ends in `.yaml` or `.yml`. Names that begin with a dot do not count, and subdirectories are not searched.",
    ),
    error(
        Code::TooManyFiles,
        "E0006",
        "too many files",
        "The directory holds more policy files than agsec reads.",
    ),
    warning(
        Code::FileIgnored,
        "W0007",
        "file is not read",
        "Only names that end in `.yaml` or `.yml`, in lower case, are policy files. A file whose name nearly does is probably meant to be one.",
    ),
    warning(
        Code::TooManyFindings,
        "W0008",
        "too many findings",
        "The file has more mistakes than are listed. Mending those listed shows the rest. It is an error where one of those not listed is.",
    ),
    error(
        Code::NotYaml,
        "E0101",
        "not YAML",
        "The text does not follow the grammar of YAML; the message says what was met and where.",
    ),
    error(
        Code::BadCharacter,
        "E0102",
        "character not allowed",
        "YAML text may hold no control characters except tab and line breaks; a NUL or an escape character is a sign of a damaged or binary file. A byte order mark may stand only at the start. The line breaks of YAML 1.1 that YAML 1.2 no longer knows (U+0085, U+2028, U+2029) and a carriage return alone would be read differently by different tools. Inside double quotes each of them can be written as an escape.",
    ),
    error(Code::TabIndentation, "E0103", "tab in indentation", "YAML lines are indented with spaces only."),
    error(
        Code::DuplicateKey,
        "E0104",
        "duplicate key",
        "A mapping holds the same key twice. YAML readers keep one of the two without a word, so half of what is written would not count.",
    ),
    error(
        Code::AmbiguousScalar,
        "E0105",
        "unquoted value is ambiguous",
        "YAML 1.1 (which PyYAML follows) and YAML 1.2 read this unquoted value differently: `yes` is a boolean or a string, `010` is 8 or 10, `12:30` is 750 or a string. Quotes make it a string for both.",
    ),
    error(
        Code::Tag,
        "E0106",
        "tag not allowed",
        "Tags such as `!!python/object` or `!custom` ask the reader to build something other than plain data. Only `!!str`, `!!seq` and `!!map` are accepted, and no directives but `%YAML`.",
    ),
    error(
        Code::SeveralDocuments,
        "E0107",
        "several documents in one file",
        "A policy file is one YAML document; what follows a second `---` would not count. Put each document in a file of its own.",
    ),
    error(
        Code::TooDeep,
        "E0108",
        "nested too deeply",
        "Mappings and lists, aliases included, are nested deeper than agsec reads.",
    ),
    error(
        Code::TooManyNodes,
        "E0109",
        "aliases expand to too much",
        "The aliases of the file stand for more values than agsec reads. A few nested aliases can stand for billions of values.",
    ),
    error(
        Code::UnknownAlias,
        "E0110",
        "alias without anchor",
        "An alias `*name` stands for the value that was marked `&name` earlier in the same file.",
    ),
    error(
        Code::RecursiveAlias,
        "E0111",
        "alias inside its own anchor",
        "An alias that stands inside the value it refers to would be endless.",
    ),
    error(
        Code::ReadersDisagree,
        "E0112",
        "YAML readers disagree",
        "Two independent YAML readers give different structures for this file, or one of them refuses it, so what it means depends on the tool. Quoting values and using plain block style settles it.",
    ),
    error(
        Code::EmptyFile,
        "E0113",
        "empty policy file",
        "The file holds nothing but white space and comments. A policy file has `statements:`.",
    ),
    error(
        Code::KeyNotText,
        "E0114",
        "key is not a string",
        "Keys of a policy are strings. A number, a boolean, a null, a list or a mapping as a key is a slip; a field whose name looks like a number has to be quoted.",
    ),
    error(
        Code::BadMerge,
        "E0115",
        "`<<` without a mapping",
        "The merge key `<<` takes a mapping, or a list of mappings, usually by an alias.",
    ),
    error(
        Code::NotMapping,
        "E0201",
        "not a mapping",
        "A policy file is a mapping with the keys `version`, `default` and `statements`.",
    ),
    error(
        Code::NoStatements,
        "E0202",
        "neither `statements` nor `rules`",
        "A policy file says what it allows and denies under `statements:` (or under `rules:`, the older format).",
    ),
    error(
        Code::BothFormats,
        "E0203",
        "`statements` beside `rules`",
        "One file is either in the statements format or in the older rules format. The original tool ignores the rules of such a file without a word.",
    ),
    error(Code::WrongType, "E0204", "wrong type", "The value is of another type than this key takes."),
    error(
        Code::UnknownVersion,
        "E0205",
        "unknown version",
        "The version of the policy format is `1.0` (also written `1`).",
    ),
    error(
        Code::BadDefault,
        "E0206",
        "unknown default",
        "`default` is `allow`, `deny`, `block` (the same as deny) or `review`, in lower case.",
    ),
    error(
        Code::MissingKey,
        "E0207",
        "missing key",
        "A statement needs `effect`; a rule needs `action` and `status`.",
    ),
    error(
        Code::BadEffect,
        "E0208",
        "unknown effect",
        "`effect` is `allow`, `deny`, `block` (the same as deny) or `review`. A rule's `status` takes the same words in lower case.",
    ),
    error(
        Code::EmptyActions,
        "E0209",
        "no actions",
        "`actions` lists at least one action pattern, and no pattern is empty. Without the key a statement speaks of every action.",
    ),
    error(
        Code::MisspeltKey,
        "E0210",
        "misspelt key",
        "The key is nearly one that is missing here. Ignoring it would give the statement another meaning, so it is an error.",
    ),
    warning(Code::UnknownKey, "W0211", "unknown key", "The key is not part of the format and has no effect."),
    error(
        Code::DuplicateSid,
        "E0212",
        "duplicate sid",
        "Two statements of one file have the same `sid`, so a decision could not be traced to one of them.",
    ),
    warning(
        Code::SidInSeveralFiles,
        "W0213",
        "sid in several files",
        "Statements of different files have the same `sid`; a decision names the file, too, but people look for the sid.",
    ),
    error(
        Code::BadMatch,
        "E0214",
        "unknown match",
        "`match` is `all` (every condition has to hold; what holds when it is not given) or `any`.",
    ),
    error(
        Code::UnlessNotHere,
        "E0215",
        "`unless` not possible here",
        "`unless` names exceptions of a deny or review statement. An allow needs none: state the opposite in its `conditions`.",
    ),
    error(
        Code::BadPriority,
        "E0216",
        "priority is not an integer",
        "The priority of a rule is an integer of at most 64 bits; higher ones are asked first.",
    ),
    warning(
        Code::AllowByDefault,
        "W0217",
        "allowed by default",
        "A set of rules in the older format alone allows what no rule speaks of. State `default: deny` in a file with `statements:` to turn that round.",
    ),
    warning(
        Code::NothingStated,
        "W0218",
        "no statements",
        "The list is empty, so the file adds nothing but its default.",
    ),
    warning(
        Code::GlobInRule,
        "W0219",
        "pattern in an exact name",
        "The action of a rule in the older format is an exact name or `*`; other patterns match nothing.",
    ),
    warning(
        Code::DefaultWithoutEffect,
        "W0220",
        "`default` has no effect",
        "An overlay only restricts: what it does not speak of is left to the other layers, whatever its `default` says.",
    ),
    error(
        Code::UnknownOperator,
        "E0301",
        "unknown operator",
        "`op` is one of `==`, `!=`, `>`, `<`, `>=`, `<=`, `in`, `not_in`, `contains`, `starts_with`, `ends_with`, `regex`, `exists`, `not_exists`.",
    ),
    error(
        Code::MissingOperator,
        "E0302",
        "missing operator",
        "A condition written as a mapping needs `op`. To compare a field with one value, write the value alone.",
    ),
    error(
        Code::MissingOperand,
        "E0303",
        "missing value",
        "The operator compares with a `value`, and none is written. For an explicit null write `value: null`.",
    ),
    error(
        Code::WrongOperand,
        "E0304",
        "wrong type of value",
        "The operator takes another type of value: orderings take numbers or strings, `in` and `not_in` take a list, `regex` takes a string.",
    ),
    warning(
        Code::OperandIgnored,
        "W0305",
        "value without effect",
        "`exists` and `not_exists` ask only whether the field is there; their `value` is ignored.",
    ),
    error(
        Code::ContradictoryExists,
        "E0306",
        "`exists` with `value: false`",
        "`exists` ignores its `value`, so `value: false` would still ask that the field is there. Write `not_exists`.",
    ),
    warning(
        Code::SubstringTest,
        "W0307",
        "`in` with a string",
        "With a string, `in` asks whether the field's value is a part of that string, so an empty value always is. A list asks whether it is one of its elements.",
    ),
    warning(
        Code::ListEquality,
        "W0308",
        "comparison with a whole list",
        "A bare list means `==`: the field must hold exactly this list. To ask whether it is one of the elements, use `in`.",
    ),
    error(
        Code::NotFinite,
        "E0309",
        "number is not finite",
        "Infinities and `.nan` compare with nothing, so a condition on them can never be decided.",
    ),
    error(
        Code::EmptyField,
        "E0310",
        "empty field name",
        "A field is a dotted path such as `params.command`; each part names a key. An empty part matches nothing.",
    ),
    warning(
        Code::MisspeltRoot,
        "W0311",
        "misspelt field root",
        "Fields start with `params.` or `context.`; any other first part is looked up as a key of the parameters, and a field that is never there makes a condition that is never true.",
    ),
    error(
        Code::OperatorSyntax,
        "E0312",
        "operator needs quotes",
        "`>` and `>=` begin a block of text in YAML, and `!=` a tag, so these operators have to be quoted.",
    ),
    error(
        Code::BadPattern,
        "E0401",
        "pattern not valid",
        "The regular expression is not valid in Python's syntax, or uses a construct that cannot be matched in linear time; the message and the caret say which.",
    ),
    warning(
        Code::BackspaceInPattern,
        "W0402",
        "backspace in a pattern",
        "In double quotes YAML reads `\\b` as a backspace character, so the pattern has no word boundary there and the \
         condition is hardly ever true. Write `\\\\b`, or use single quotes.",
    ),
    error(
        Code::ConditionTooDeep,
        "E0501",
        "conditions nested too deep",
        "Conditions may be nested 64 deep, quantifiers over lists of facts 4 deep, lists that a path goes through included. Split the statement into several.",
    ),
    error(
        Code::PatternTooLarge,
        "E0502",
        "pattern too large",
        "A pattern is compiled to an automaton, whose size has a limit. Large counts and several unbounded gaps in one pattern multiply its size: use smaller counts, or several conditions.",
    ),
    error(
        Code::PolicyTooLarge,
        "E0503",
        "compiled policy too large",
        "The bundle of a layer has a limit of 1 GiB.",
    ),
    warning(
        Code::UnknownFact,
        "W0601",
        "unknown fact",
        "A dotted name whose first part is `shell`, `written`, `path`, `url`, `secret`, `prompt` or `git` is a fact where one of that name is declared. Any other is looked up in the parameters.",
    ),
    error(
        Code::FactOfAnotherKind,
        "E0602",
        "fact of another kind",
        "A record or a list of records is asked for by `exists`; tests name one of its columns. A text, a number or a boolean is compared with a value of its own type.",
    ),
];

const fn error(code: Code, text: &'static str, title: &'static str, doc: &'static str) -> CodeSpec {
    CodeSpec { code, text, title, level: Level::Error, doc }
}

const fn warning(code: Code, text: &'static str, title: &'static str, doc: &'static str) -> CodeSpec {
    CodeSpec { code, text, title, level: Level::Warning, doc }
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
