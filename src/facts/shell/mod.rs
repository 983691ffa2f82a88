//! Shell text as a tree.
//!
//! In: a text and the dialect that will run it. Out: a `Script`, always; what is not understood is an opaque node.
//! The language is bash 5.2's as `bash -c` reads it: no aliases, no history, no extended patterns outside of `[[ ]]`.
//! What another dialect does not know or reads differently has an opaque node beside what bash would read.
//! Deliberately not here: what the commands mean (`facts::command` and its readers).

mod ansi;
pub mod ast;
mod compound;
mod condition;
mod dialect;
mod heredoc;
mod lexer;
mod list;
mod parameter;
mod redirect;
mod script;
pub mod simple;
mod state;
mod word;

use crate::model::limits::SHELL_BYTES;
use ast::{After, Dialect, Link, NodeId, NodeKind, Script, Slice, Span, Why};
use lexer::Parser;
use state::{State, close};

pub use simple::commands;

/// Reads a text. Total and linear: any text gives a script, and what is not understood is opaque.
#[must_use]
pub fn parse(text: &str, dialect: Dialect) -> Script {
    let cut = text.floor_char_boundary(SHELL_BYTES);
    let (read, rest) = text.split_at_checked(cut).unwrap_or((text, ""));
    let mut state = State::new(text, dialect);
    let list = Parser::of(read, 0, &mut state).list();
    let root = if rest.is_empty() { list } else { too_large(&mut state, list, read.len()) };
    state.tree.root = root;
    state.tree
}

/// The list, and an opaque node for what lies behind the limit.
fn too_large(state: &mut State, list: NodeId, from: usize) -> NodeId {
    let end = state.tree.source;
    let span = Span { start: u32::try_from(from).unwrap_or(end), end };
    state.error(Why::TooLarge, span);
    let opaque = state.node(NodeKind::Opaque(Why::TooLarge), span, Slice::EMPTY);
    let mut links =
        vec![Link { node: list, after: After::Sequence }, Link { node: opaque, after: After::End }];
    let links = close(&mut links, 0, &mut state.tree.links);
    state.node(NodeKind::List(links), Span { start: 0, end }, Slice::EMPTY)
}

impl<'t, 's> Parser<'t, 's> {
    /// Reads `text`, which begins at `base` of the script's text.
    fn of(text: &'t str, base: u32, state: &'s mut State) -> Self {
        Self {
            bytes: text.as_bytes(),
            pos: 0,
            end: text.len(),
            base,
            quiet: false,
            closers: 0,
            after_word: false,
            substitution: false,
            pending: Vec::new(),
            state,
        }
    }
}
