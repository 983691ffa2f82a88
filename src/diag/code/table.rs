//! The rows of the diagnostic table: what people see of each code.
//!
//! In: nothing. Out: one row a code, read by messages, `agsec explain` and the reference page.
//! Deliberately not here: the codes themselves (`code.rs`).

use super::{Code, CodeSpec};
use crate::diag::diagnostic::Level;

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
        "The directory holds no file whose name ends in `.yaml`, `.yml` or `.agsec`. Names that begin with a dot do not count, and subdirectories are not searched.",
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
        "Only names that end in `.yaml`, `.yml` or `.agsec`, in lower case, are policy files. A file whose name nearly does is probably meant to be one.",
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
        "Policy text may hold no control characters except tab and line breaks; a NUL or an escape character is a sign of a damaged or binary file. A byte order mark may stand only at the start. The line breaks of YAML 1.1 that YAML 1.2 no longer knows (U+0085, U+2028, U+2029) and a carriage return alone would be read differently by different tools. Inside double quotes each of them can be written as an escape.",
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
    warning(
        Code::NearAction,
        "W0221",
        "action nearly known",
        "The action differs in a letter or two from one that agents ask about, or is the short name of one, which cases alone know. If no program asks about it, the statement never applies.",
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
        "A record or a list of records is asked for by `exists`; tests name one of its columns. A text, a number or a boolean is compared with a value of its own type, and a list is asked what it `contains`.",
    ),
    error(
        Code::Unexpected,
        "E0701",
        "not as the language has it",
        "Something stands where the policy language has something else; the message says what could stand there.",
    ),
    error(
        Code::NotClosed,
        "E0702",
        "not closed",
        "A text, a field or a pattern begins and does not end. Texts in `\"` or `'` end on the same line; a text of several lines stands in `\"\"\"`.",
    ),
    error(
        Code::BadEscape,
        "E0703",
        "unknown escape",
        "A backslash in a text begins an escape, and this one has no meaning. Patterns are written between slashes, where a backslash is the pattern's own: `/\\d/`; so is every backslash in `r\"…\"`.",
    ),
    error(
        Code::ClauseTwice,
        "E0704",
        "stated twice",
        "A statement has each clause at most once, and a file states its default at most once.",
    ),
    error(
        Code::UnknownSeverity,
        "E0705",
        "unknown severity",
        "`severity` is `low`, `medium`, `high` or `critical`. It is a note for people and changes no decision.",
    ),
    error(
        Code::UnknownName,
        "E0706",
        "unknown name",
        "A word alone is the name of a condition, and a word after an operator is the name of a value; `let` gives both. A text stands in quotes.",
    ),
    error(
        Code::WrongName,
        "E0707",
        "name of something else",
        "The name stands for a value where a condition or a field is wanted, or for a condition where a value is wanted, or a field is compared with a field.",
    ),
    error(
        Code::DuplicateName,
        "E0708",
        "name twice",
        "A name is given once in all files of a layer, for it is known in all of them.",
    ),
    error(
        Code::ReservedName,
        "E0709",
        "name that is taken",
        "`params`, `context`, `settings` and the roots of facts begin fields, so they cannot be names of values, conditions or elements; nor can the words of the policy language. A name has no dots.",
    ),
    error(
        Code::NameCycle,
        "E0710",
        "name that stands for itself",
        "A name stands for something in which the same name is used, directly or by other names.",
    ),
    error(
        Code::NamesTooLarge,
        "E0711",
        "names stand for too much",
        "Names that use names can stand for conditions of any size; the limit is far above any condition that people write.",
    ),
    error(
        Code::UnknownSetting,
        "E0712",
        "unknown setting",
        "The reference page of the language lists the settings. Each is a list of texts.",
    ),
    error(
        Code::NoSuchFact,
        "E0713",
        "no such fact",
        "In the policy language a dotted name whose first part is `shell`, `written`, `path`, `url`, `secret`, `prompt` or `git` is a fact, and the reference page lists them. A parameter of that name is written with `params.` before it.",
    ),
    error(
        Code::NotList,
        "E0714",
        "not a list",
        "`some`, `every` and `no` go through the elements of a list of facts, e.g. `shell.commands`.",
    ),
    error(
        Code::BadInclude,
        "E0715",
        "include not possible",
        "`include` names a `.agsec` file below the policy directory, relative to the file that has it. Files outside, links that lead outside and files that include each other are refused. Files of the directory itself are read without it.",
    ),
    error(
        Code::BadCase,
        "E0716",
        "case not possible",
        "A case names a statement that is there, and a text alone stands for the main parameter of an action that has one, such as `bash`. A file `cases.yaml` has a list `cases` and is no policy.",
    ),
    error(
        Code::NotConvertible,
        "E0717",
        "not in the other form",
        "YAML has no `include`, inline cases or names of conditions, names of constants are not moved to its `let:`, and the policy language has no priorities and no parameters that are named like facts. `agsec convert` writes nothing where something would be lost.",
    ),
    warning(
        Code::UnusedName,
        "W0718",
        "name that nothing uses",
        "No condition of the layer uses the name, directly or by other names. It is left over, or a condition spells out what the name was meant for.",
    ),
];

const fn error(code: Code, text: &'static str, title: &'static str, doc: &'static str) -> CodeSpec {
    CodeSpec { code, text, title, level: Level::Error, doc }
}

const fn warning(code: Code, text: &'static str, title: &'static str, doc: &'static str) -> CodeSpec {
    CodeSpec { code, text, title, level: Level::Warning, doc }
}
