//! The properties that are fuzzed, declared once: name, component, what holds.
//!
//! In: any bytes. Out: nothing, or a panic. Each fuzz target calls the function of its name here; the suite replays every
//! find through [`PROPERTIES`], and holds the table of `fuzz/README.md` against it.
//! Deliberately not here: the bodies (`total`, `parity`, `matching`, `damage`, `understanding`).

use super::choices::Choices;
use super::{damage, event, fact, language, matching, parity, policy, total, understanding};
use crate::facts::value::Given;
use crate::ir::print;
use crate::model::json;

/// A fuzz target.
#[derive(Clone, Copy, Debug)]
pub struct Property {
    /// The name of the target.
    pub name: &'static str,
    /// The room or file under test.
    pub component: &'static str,
    /// What holds, in one sentence.
    pub says: &'static str,
    /// Panics where it does not hold.
    pub check: fn(&[u8]),
    /// An input as a person reads it.
    pub show: fn(&[u8]) -> String,
}

/// All of them, by name.
pub const PROPERTIES: [Property; 18] = [
    Property {
        name: "bundle_mutated",
        component: "bundle::read, vm",
        says: "a real bundle with changed bytes is refused, gives the error verdict, or decides as before",
        check: bundle_mutated,
        show: damage::show_mutated,
    },
    Property {
        name: "bundle_read_total",
        component: "bundle::read, bundle::verify, vm",
        says: "any bytes behind a right checksum are read, verified, listed and evaluated; what verifies never turns out damaged",
        check: bundle_read_total,
        show: damage::show_lying,
    },
    Property {
        name: "code_scan_total",
        component: "facts::program",
        says: "any code is scanned in every language, the same each time, and files that it names have names",
        check: code_scan_total,
        show: show_text,
    },
    Property {
        name: "gate_hides_nothing",
        component: "compile::required, vm::candidates",
        says: "a text that a pattern matches holds a literal that the pattern requires, and gated conditions answer as ungated ones",
        check: gate_hides_nothing,
        show: matching::show,
    },
    Property {
        name: "glob_equals_python_translation",
        component: "facts::glob, compile::actions",
        says: "an action glob matches what the regular expression matches into which Python translates it",
        check: glob_equals_python_translation,
        show: matching::show,
    },
    Property {
        name: "hook_input_total",
        component: "hook, audit",
        says: "any payload is refused or decided on every platform, with an answer that blocks and a record of one line",
        check: hook_input_total,
        show: show_text,
    },
    Property {
        name: "json_parse_total",
        component: "model::json",
        says: "any bytes are refused or read, and what is written reads as the same value",
        check: json_parse_total,
        show: show_text,
    },
    Property {
        name: "language_parse_total",
        component: "syntax::text, syntax::print, ir::lower",
        says: "any text is a policy or has an error in it, and what is printed reads as the same policy and prints as itself",
        check: language_parse_total,
        show: show_text,
    },
    Property {
        name: "language_prints_itself",
        component: "syntax::text, syntax::print",
        says: "a generated file is read, keeps its comments when printed, and means the same",
        check: language_prints_itself,
        show: language::show,
    },
    Property {
        name: "path_resolve_total",
        component: "facts::path",
        says: "any path resolves to a tidy one that resolves to itself or is in doubt, and a path without a glob reaches itself",
        check: path_resolve_total,
        show: show_text,
    },
    Property {
        name: "pattern_parse_total",
        component: "ir::pattern, compile::automata",
        says: "any pattern is refused at a place inside it or read, and its tables are within budget and sound",
        check: pattern_parse_total,
        show: show_text,
    },
    Property {
        name: "regex_table_equals_reference",
        component: "compile::automata, vm::scan",
        says: "the tables of both directions find what a plain walk of the syntax tree finds",
        check: regex_table_equals_reference,
        show: matching::show,
    },
    Property {
        name: "shell_commands_found",
        component: "facts::shell::simple",
        says: "a command is found with the words that were quoted, in any quotes and inside of any constructs, wrappers and shells",
        check: shell_commands_found,
        show: understanding::show_found,
    },
    Property {
        name: "shell_commands_total",
        component: "facts::shell::simple, facts::program",
        says: "any text gives bounded commands in every dialect, classified without contradiction, and a plain command on the first line is the first",
        check: shell_commands_total,
        show: show_text,
    },
    Property {
        name: "shell_parse",
        component: "facts::shell",
        says: "any text is a tree whose parts lie in it, and a plain word that is added is found again",
        check: shell_parse,
        show: show_text,
    },
    Property {
        name: "url_parse_total",
        component: "facts::url",
        says: "any text is a URL of well-formed parts or none, and the URLs found in a text lie in it and read as themselves",
        check: url_parse_total,
        show: show_text,
    },
    Property {
        name: "vm_equals_oracle",
        component: "compile, vm",
        says: "the machine decides a generated policy as the oracle does, with the same rule and truths",
        check: vm_equals_oracle,
        show: show_generated,
    },
    Property {
        name: "yaml_parse_total",
        component: "syntax, ir::lower",
        says: "any text is a policy or has an error, and every finding lies in the text",
        check: yaml_parse_total,
        show: show_text,
    },
];

/// See [`PROPERTIES`].
pub fn bundle_mutated(input: &[u8]) {
    damage::mutated(input);
}

/// See [`PROPERTIES`].
pub fn bundle_read_total(input: &[u8]) {
    damage::lying(input);
}

/// See [`PROPERTIES`].
pub fn gate_hides_nothing(input: &[u8]) {
    matching::gate(input);
}

/// See [`PROPERTIES`].
pub fn glob_equals_python_translation(input: &[u8]) {
    matching::glob(input);
}

/// See [`PROPERTIES`].
pub fn hook_input_total(input: &[u8]) {
    total::hook(input);
}

/// See [`PROPERTIES`].
pub fn json_parse_total(input: &[u8]) {
    total::json(input);
}

/// See [`PROPERTIES`].
pub fn language_parse_total(input: &[u8]) {
    language::total(&String::from_utf8_lossy(input));
}

/// See [`PROPERTIES`].
pub fn language_prints_itself(input: &[u8]) {
    language::prints(input);
}

/// See [`PROPERTIES`].
pub fn pattern_parse_total(input: &[u8]) {
    total::pattern(&String::from_utf8_lossy(input));
}

/// See [`PROPERTIES`].
pub fn regex_table_equals_reference(input: &[u8]) {
    matching::tables(input);
}

/// See [`PROPERTIES`].
pub fn vm_equals_oracle(input: &[u8]) {
    parity::check_generated(input, false);
}

/// See [`PROPERTIES`].
pub fn shell_parse(input: &[u8]) {
    total::shell(&String::from_utf8_lossy(input));
}

/// See [`PROPERTIES`].
pub fn yaml_parse_total(input: &[u8]) {
    total::policy(&String::from_utf8_lossy(input));
}

/// See [`PROPERTIES`].
pub fn code_scan_total(input: &[u8]) {
    understanding::code(&String::from_utf8_lossy(input));
}

/// See [`PROPERTIES`].
pub fn path_resolve_total(input: &[u8]) {
    understanding::paths(&String::from_utf8_lossy(input));
}

/// See [`PROPERTIES`].
pub fn shell_commands_found(input: &[u8]) {
    understanding::found(input);
}

/// See [`PROPERTIES`].
pub fn shell_commands_total(input: &[u8]) {
    understanding::total(&String::from_utf8_lossy(input));
}

/// See [`PROPERTIES`].
pub fn url_parse_total(input: &[u8]) {
    understanding::urls(&String::from_utf8_lossy(input));
}

/// The text line by line, with escapes for what cannot be seen.
fn show_text(input: &[u8]) -> String {
    let mut shown = String::new();
    for chunk in input.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '\n' | '"' | '\'' => shown.push(character),
                other => shown.extend(other.escape_debug()),
            }
        }
        shown.push_str(&chunk.invalid().escape_ascii().to_string());
    }
    shown
}

fn show_generated(input: &[u8]) -> String {
    let mut choices = Choices::new(input);
    let policy = policy::policy(&mut choices);
    let mut shown = print::policy(&policy);
    for _ in 0..parity::EVENTS {
        let event = event::event(&mut choices, &policy);
        shown.push_str(&format!("{:?} ", event.action));
        json::write(&event.params, &mut shown);
        shown.push(' ');
        json::write(&event.context, &mut shown);
        let facts = fact::facts(&mut choices, &policy);
        if facts != Given::default() {
            shown.push_str(&format!(" {facts:?}"));
        }
        shown.push('\n');
    }
    shown
}
