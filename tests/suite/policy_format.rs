//! The reference page of the policy format: its examples do what it says, its tables are the program's.
//! `AGSEC_BLESS=1` rewrites the table of codes at its end.

use agsec::diag::code::{CODES, Code};
use agsec::diag::diagnostic::Diagnostic;
use agsec::diag::source::{SourceFile, Sources};
use agsec::ir::lower::{Options, lower};
use agsec::model::op::OPS;
use agsec::syntax;
use std::fs;
use std::path::{Path, PathBuf};

fn page() -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/policy-format.md");
    let text = fs::read_to_string(&path).expect("the page is there");
    (path, text)
}

fn findings(text: &str) -> Vec<Diagnostic> {
    let mut sources = Sources::default();
    let file = SourceFile { path: "example.yaml".to_owned(), text: text.to_owned() };
    let id = sources.add(file.clone());
    let (document, mut diagnostics) = syntax::parse(&file, id);
    let documents: Vec<_> = document.into_iter().collect();
    diagnostics.extend(lower(&documents, sources, &Options::default()).1);
    diagnostics
}

#[test]
fn examples_of_the_policy_format_do_what_is_said() {
    let (_, text) = page();
    let blocks: Vec<&str> = text.split("```yaml").skip(1).collect();
    assert!(blocks.len() >= 8);
    for block in blocks {
        let (info, rest) = block.split_once('\n').expect("a line");
        let (example, _) = rest.split_once("```").expect("the block is closed");
        let found: Vec<Code> = findings(example).iter().map(|one| one.code).collect();
        match info.trim().strip_prefix("wrong=") {
            Some(code) => assert_eq!(found, [Code::from_text(code).expect("a code")], "{example}"),
            None => assert_eq!(found, [], "{example}"),
        }
    }
}

#[test]
fn the_policy_format_lists_the_operators() {
    let (_, text) = page();
    for row in &OPS {
        let line = text.lines().find(|line| line.starts_with(&format!("| `{}` |", row.spelling)));
        assert!(line.is_some_and(|line| line.ends_with(&format!("| {} |", row.summary))), "{}", row.spelling);
    }
}

#[test]
fn the_policy_format_lists_the_codes() {
    let (path, text) = page();
    let head = "| code | what |\n|---|---|\n";
    let (before, listed) = text.split_once(head).expect("the table of codes");
    let rows: String =
        CODES.iter().map(|row| format!("| `{}` | **{}.** {} |\n", row.text, row.title, row.doc)).collect();
    if std::env::var_os("AGSEC_BLESS").is_some() {
        fs::write(path, format!("{before}{head}{rows}")).expect("the page can be written");
    } else {
        assert_eq!(listed, rows);
    }
}
