//! brush-parser: the parser of a shell written in Rust. Words are parsed apart from commands, and what stands in
//! substitutions again apart from them; both is done here for what is found, the first is not in the time.

use brush_parser::word::{WordPiece, WordPieceWithSource};
use brush_parser::{Parser, ParserOptions, ast, word};
use serde_json::Value;
use std::hint::black_box;
use std::io::Cursor;

/// Substitutions inside each other that are followed.
const DEPTH: usize = 16;

fn program(text: &str) -> Option<ast::Program> {
    Parser::new(Cursor::new(text), &ParserOptions::default()).parse_program().ok()
}

pub(crate) fn accepts(text: &str) -> bool {
    program(text).is_some()
}

pub(crate) fn parse(text: &str) {
    black_box(program(text));
}

pub(crate) fn commands(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    of_text(text, 0, &mut found);
    found
}

fn of_text(text: &str, depth: usize, found: &mut Vec<Vec<String>>) {
    let Some(program) = program(text).filter(|_| depth < DEPTH) else { return };
    // The tree as data: commands and words look the same wherever they stand.
    let tree = serde_json::to_value(&program).expect("a tree is plain data");
    of_tree(&tree, depth, found);
}

fn of_tree(tree: &Value, depth: usize, found: &mut Vec<Vec<String>>) {
    match tree {
        Value::Object(members) => {
            if let Some(name) = members.get("word_or_name").and_then(written) {
                let suffix = members.get("suffix").and_then(Value::as_array).into_iter().flatten();
                let words = std::iter::once(name).chain(suffix.filter_map(|item| written(item.get("Word")?)));
                found.push(words.filter_map(unquoted).collect());
            }
            if let Some(text) = written(tree) {
                for inner in substituted(text) {
                    of_text(&inner, depth + 1, found);
                }
            }
            members.values().for_each(|member| of_tree(member, depth, found));
        }
        Value::Array(items) => items.iter().for_each(|item| of_tree(item, depth, found)),
        // A word may be written as its text alone.
        Value::String(text) if text.contains(['$', '`']) => {
            for inner in substituted(text) {
                of_text(&inner, depth + 1, found);
            }
        }
        _ => {}
    }
}

/// The text of a word.
fn written(word: &Value) -> Option<&str> {
    word.as_str().or_else(|| word.get("value").and_then(Value::as_str))
}

fn pieces(text: &str) -> Vec<WordPiece> {
    fn flat(all: Vec<WordPieceWithSource>, out: &mut Vec<WordPiece>) {
        for one in all {
            match one.piece {
                WordPiece::DoubleQuotedSequence(inner) | WordPiece::GettextDoubleQuotedSequence(inner) => {
                    flat(inner, out);
                }
                other => out.push(other),
            }
        }
    }
    let mut out = Vec::new();
    flat(word::parse(text, &ParserOptions::default()).unwrap_or_default(), &mut out);
    out
}

fn substituted(text: &str) -> Vec<String> {
    let inner = |piece| match piece {
        WordPiece::CommandSubstitution(inner) | WordPiece::BackquotedCommandSubstitution(inner) => {
            Some(inner)
        }
        _ => None,
    };
    pieces(text).into_iter().filter_map(inner).collect()
}

/// The word without its quotes; `None` where some part is not literal.
fn unquoted(text: &str) -> Option<String> {
    let mut out = String::new();
    for piece in pieces(text) {
        match piece {
            WordPiece::Text(text) | WordPiece::SingleQuotedText(text) => out.push_str(&text),
            WordPiece::AnsiCQuotedText(text) => out.push_str(&ansi(&text)),
            WordPiece::EscapeSequence(text) => out.push_str(text.strip_prefix('\\').unwrap_or(&text)),
            _ => return None,
        }
    }
    Some(out)
}

/// The escapes that the samples use.
pub(crate) fn ansi(text: &str) -> String {
    text.replace("\\\\", "\0")
        .replace("\\'", "'")
        .replace("\\n", "\n")
        .replace("\\x09", "\t")
        .replace('\0', "\\")
}
