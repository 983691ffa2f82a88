//! Answers whether shell texts are read without an error, for the comparison with bash
//! (`tests/compat/shell_syntax.py`).
//!
//! In: lines of JSON on standard input, each a text; with `--tree`, the tree is printed as well; the last argument
//! may name another shell: `zsh`, `sh`, `fish`.
//! Out: for each a line of JSON: `{"ok": bool}`, and `why` or `tree`.

#![allow(clippy::disallowed_methods, reason = "a program of its own reads its arguments")]

use agsec::facts::shell::ast::Dialect;
use agsec::facts::shell::parse;
use agsec::testing::shell::print;
use serde_json::json;
use std::io::{BufRead, Write};

fn main() -> std::io::Result<()> {
    let tree = std::env::args().any(|argument| argument == "--tree");
    let dialect = match std::env::args().next_back().as_deref() {
        Some("zsh") => Dialect::Zsh,
        Some("sh") => Dialect::Sh,
        Some("fish") => Dialect::Fish,
        _ => Dialect::Bash,
    };
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let text: String = serde_json::from_str(&line?)?;
        let script = parse(&text, dialect);
        let mut answer = json!({ "ok": script.errors().is_empty() });
        if let Some(error) = script.errors().first() {
            answer["why"] = json!(error.why.text());
            answer["at"] = json!(error.span.start);
        }
        if tree {
            answer["tree"] = json!(print(&script));
        }
        writeln!(output, "{answer}")?;
    }
    output.flush()
}
