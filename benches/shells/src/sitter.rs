//! tree-sitter-bash: a grammar for editors. Its parser never fails; a text counts as refused where the tree has an error.

use crate::brush::ansi;
use std::cell::RefCell;
use std::hint::black_box;
use tree_sitter::{Node, Parser, Tree};

thread_local! {
    static PARSER: RefCell<Parser> = RefCell::new({
        let mut parser = Parser::new();
        parser.set_language(&tree_sitter_bash::LANGUAGE.into()).expect("the grammar fits the library");
        parser
    });
}

fn tree(text: &str) -> Tree {
    PARSER.with_borrow_mut(|parser| parser.parse(text, None)).expect("no time limit was set")
}

pub(crate) fn accepts(text: &str) -> bool {
    !tree(text).root_node().has_error()
}

pub(crate) fn parse(text: &str) {
    black_box(tree(text));
}

pub(crate) fn commands(text: &str) -> Vec<Vec<String>> {
    let tree = tree(text);
    let (mut found, mut open) = (Vec::new(), vec![tree.root_node()]);
    while let Some(node) = open.pop() {
        let mut cursor = node.walk();
        if node.kind() == "command" {
            let name = node.child_by_field_name("name").and_then(|name| name.named_child(0));
            let arguments: Vec<Node<'_>> = node.children_by_field_name("argument", &mut cursor).collect();
            let words = name.into_iter().chain(arguments);
            found.push(words.filter_map(|word| unquoted(word, text)).collect());
        }
        let mut cursor = node.walk();
        open.extend(node.children(&mut cursor));
    }
    found
}

/// The word without its quotes; `None` where some part is not literal.
fn unquoted(word: Node<'_>, text: &str) -> Option<String> {
    let written = &text[word.byte_range()];
    let inside = |start: usize| written.get(start..written.len().checked_sub(1)?);
    match word.kind() {
        "word" | "number" => Some(without_backslashes(written, |_| true)),
        "raw_string" => inside(1).map(str::to_owned),
        "ansi_c_string" => inside(2).map(ansi),
        "string" => {
            let mut cursor = word.walk();
            let literal = word.named_children(&mut cursor).all(|part| part.kind() == "string_content");
            literal.then(|| inside(1).map(|text| without_backslashes(text, |c| "\\\"$`".contains(c))))?
        }
        "concatenation" => {
            let mut cursor = word.walk();
            word.named_children(&mut cursor).map(|part| unquoted(part, text)).collect()
        }
        _ => None,
    }
}

fn without_backslashes(text: &str, escapes: fn(char) -> bool) -> String {
    let (mut out, mut chars) = (String::new(), text.chars().peekable());
    while let Some(c) = chars.next() {
        match chars.peek() {
            Some(next) if c == '\\' && escapes(*next) => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out
}
