//! Shell texts: their trees, what is refused, limits, other shells.
//!
//! The rows are texts and their printed trees; `agsec::testing::shell` says how to read one.

use agsec::facts::shell::ast::{Dialect, NodeKind, Why};
use agsec::facts::shell::parse;
use agsec::testing::shell::print;
use agsec::testing::total;

/// Rows of `text`, a line `=>`, the tree, between lines `---`.
const ACCEPTED: &str = include_str!("../corpus/shell/accepted.txt");
const REFUSED: &str = include_str!("../corpus/shell/refused.txt");
const DIALECTS: &str = include_str!("../corpus/shell/dialects.txt");

fn rows(file: &str) -> Vec<(String, String)> {
    let rows = file.split("\n---\n").filter(|row| !row.trim().is_empty());
    rows.map(|row| {
        let (text, tree) = row.split_once("\n=> ").expect("a row has a text and a tree");
        (text.to_owned(), tree.trim_end().to_owned())
    })
    .collect()
}

#[test]
fn what_bash_accepts_is_this_tree_without_an_error() {
    for (text, tree) in rows(ACCEPTED) {
        let script = parse(&text, Dialect::Bash);
        assert_eq!(print(&script), tree, "{text}");
        assert_eq!(script.errors(), [], "{text}");
    }
}

#[test]
fn what_bash_refuses_is_opaque_where_it_is_wrong_and_kept_elsewhere() {
    for (text, tree) in rows(REFUSED) {
        let script = parse(&text, Dialect::Bash);
        assert_eq!(print(&script), tree, "{text}");
        assert_ne!(script.errors(), [], "{text}");
        assert!(tree.to_lowercase().contains("opaque"), "{text}");
    }
}

#[test]
fn what_other_shells_read_differently_is_opaque_there() {
    for (row, tree) in rows(DIALECTS) {
        let (shell, text) = row.split_once(": ").expect("a row names its shell");
        let dialect = match shell {
            "zsh" => Dialect::Zsh,
            "sh" => Dialect::Sh,
            "fish" => Dialect::Fish,
            _ => panic!("no dialect `{shell}`"),
        };
        assert_eq!(print(&parse(text, dialect)), tree, "{row}");
        assert!(tree.contains("opaque"), "{row}");
        assert!(!print(&parse(text, Dialect::Bash)).contains("opaque"), "bash reads `{text}`");
    }
}

#[test]
fn every_prefix_of_every_row_is_a_tree() {
    for file in [ACCEPTED, REFUSED] {
        for (text, _) in rows(file) {
            for (end, _) in text.char_indices() {
                total::shell(&text[..end]);
            }
        }
    }
}

/// Openings and endings of each construct that nests.
const NESTS: &[(&str, &str)] = &[
    ("(", ")"),
    ("((", "))"),
    ("{ ", "; }"),
    ("$(", ")"),
    ("$((", "))"),
    ("\"$(", ")\""),
    ("`", "`"),
    ("${x:-", "}"),
    ("\"${x:-", "}\""),
    ("<(", ")"),
    ("a=(", ")"),
    ("a[$(", ")]=1"),
    ("if a; then ", "; fi"),
    ("while a; do ", "; done"),
    ("for x in a; do ", "; done"),
    ("for ((;;)) do ", "; done"),
    ("case x in a) ", ";; esac"),
    ("[[ ( ", " ) ]]"),
    ("f() { ", "; }"),
    ("coproc ( ", " )"),
    ("coproc $(", ")"),
    ("a <<$(", ")"),
    ("! ", ""),
    ("time ", ""),
    ("a && ", "a"),
    ("a | ", "a"),
    ("cat <<E\n$(", "\nE\n)"),
    ("\"", "\""),
    ("$'\\", "'"),
    ("\\", ""),
    ("x=$(cat <<-E\n\t`a \\`", "\nE\n)"),
];

#[test]
fn nesting_of_every_construct_ends_whether_closed_or_not() {
    for (open, close) in NESTS {
        for text in [format!("{}a{}", open.repeat(3_000), close.repeat(3_000)), open.repeat(3_000)] {
            let script = parse(&text, Dialect::Bash);
            assert!(script.nodes().len() <= 40_000, "{open}: {} nodes", script.nodes().len());
            assert!(!print(&script).is_empty());
        }
    }
}

#[test]
fn beyond_the_depth_the_rest_is_opaque_and_said_to_be() {
    let text = format!("echo before; {}rm x{}", "( ".repeat(300), " )".repeat(300));
    let script = parse(&text, Dialect::Bash);
    assert!(script.errors().iter().any(|error| error.why == Why::TooDeep));
    assert!(script.nodes().iter().any(|node| node.kind == NodeKind::Opaque(Why::TooDeep)));
    assert!(print(&script).starts_with("(list (run echo before); (sub"));
}

#[test]
fn a_word_of_a_mebibyte_is_a_word_and_more_is_opaque() {
    let script = parse(&"x".repeat(1 << 20), Dialect::Bash);
    assert_eq!((script.nodes().len(), script.errors().len()), (2, 0));
    let script = parse(&"é".repeat(1 << 20), Dialect::Bash);
    assert_eq!(script.errors().len(), 1);
    assert!(script.nodes().iter().any(|node| node.kind == NodeKind::Opaque(Why::TooLarge)));
}

#[test]
fn a_hundred_thousand_commands_are_read_and_the_next_is_opaque() {
    let script = parse(&"a;".repeat(100_000), Dialect::Bash);
    assert_eq!(script.errors(), []);
    let script = parse(&"a;".repeat(100_001), Dialect::Bash);
    assert_eq!(script.errors().first().map(|error| error.why), Some(Why::TooLarge));
}

#[test]
fn odd_bytes_do_no_harm() {
    for text in [
        "\0",
        "a\0b",
        "rm\r\n",
        "\u{fffd}",
        "é'ü\"ß",
        "\\é",
        "$'\\xff\\u00e9\\0x'",
        "\u{2028}",
        "echo \u{a0}x",
    ] {
        total::shell(text);
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_a_tree(text in "[ -~\n\té]{0,60}") {
        total::shell(&text);
    }

    #[test]
    fn any_tokens_are_a_tree(tokens in proptest::collection::vec(0..TOKENS.len(), 0..24)) {
        let text: Vec<&str> = tokens.into_iter().filter_map(|token| TOKENS.get(token).copied()).collect();
        total::shell(&text.concat());
    }
}

const TOKENS: &[&str] = &[
    "a",
    "b ",
    " ",
    "\n",
    ";",
    "&",
    "|",
    "&&",
    "||",
    ";;",
    ";&",
    "(",
    ")",
    "((",
    "))",
    "{ ",
    "}",
    "[[ ",
    " ]]",
    "! ",
    "if ",
    "then ",
    "fi",
    "do ",
    "done",
    "for x in ",
    "while ",
    "case x in ",
    "esac",
    "function f ",
    "coproc ",
    "time ",
    "<",
    ">",
    "<<E\n",
    "\nE\n",
    "<<<",
    "&>",
    ">&2",
    "$(",
    "$((",
    "${",
    "`",
    "'",
    "\"",
    "$'",
    "\\",
    "#",
    "x=",
    "x=(",
    "f() ",
    "$x",
    "<(",
    "@(",
    "*",
    "[",
    "]",
    "${x:-",
    "${x/",
    "/",
    ":",
    "\\\n",
    "\\`",
    "\0",
    "é",
];
