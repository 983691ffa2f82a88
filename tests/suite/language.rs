//! The pages of the policy language: every example of the guide compiles and decides its cases as it says, and the
//! tables of the reference are the program's. `AGSEC_BLESS=1` rewrites the tables. Quantifiers mean what the semantics say.

use super::machine::facts::record;
use agsec::bundle::read::Loaded;
use agsec::diag::code::CODES;
use agsec::diag::source::{SourceFile, Sources};
use agsec::engine::cases::event;
use agsec::facts::value::{Doubt, Fact, Given};
use agsec::ir::lower::{Options, lower};
use agsec::model::fact::{self, FactRoot};
use agsec::model::op::{OPS, OperandKind};
use agsec::model::setting::SETTINGS;
use agsec::model::severity::Severity;
use agsec::model::shorthand::SHORTHANDS;
use agsec::model::truth::Truth;
use agsec::oracle;
use agsec::syntax;
use agsec::testing::parity::{bundle, check_loaded};
use agsec::vm::Scratch;
use std::fs;
use std::path::{Path, PathBuf};

fn page(name: &str) -> (PathBuf, String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    let text = fs::read_to_string(&path).expect("the page is there");
    (path, text)
}

/// The blocks of code of a page, with their language.
fn blocks(text: &str) -> Vec<(&str, &str)> {
    let mut found = Vec::new();
    for block in text.split("\n```").skip(1).step_by(2) {
        let (info, body) = block.split_once('\n').expect("a line");
        found.push((info, body));
    }
    found
}

/// What is said about an example; its cases are decided as they say.
fn check(path: &str, text: &str) -> Vec<&'static str> {
    let mut sources = Sources::default();
    let file = SourceFile { path: path.to_owned(), text: text.to_owned() };
    let id = sources.add(file.clone());
    let (document, mut diagnostics) = syntax::parse(&file, id);
    let documents: Vec<_> = document.into_iter().collect();
    let (policy, found) = lower(&documents, sources, &Options::default());
    diagnostics.extend(found);
    let cases = documents.iter().flat_map(|document| &document.cases);
    for case in cases {
        let policy = policy.as_ref().unwrap_or_else(|| panic!("{diagnostics:?} in\n{text}"));
        let verdict = oracle::evaluate(policy, &event(case), &Given::default()).verdict;
        assert_eq!(verdict.effect, case.effect.node, "`{}` of\n{text}", case.name.node);
        let by = verdict.rule.map(|rule| policy.rules[rule.index()].name.clone());
        assert_eq!(by, case.rule.as_ref().map(|rule| rule.node.clone()), "`{}` of\n{text}", case.name.node);
    }
    diagnostics.iter().map(|one| one.code.spec().text).collect()
}

#[test]
fn every_example_of_the_pages_does_what_it_says() {
    let mut examples = 0;
    for name in ["guide/language.md", "reference/language.md"] {
        for (info, body) in blocks(&page(name).1) {
            let (language, rest) = info.split_once(' ').unwrap_or((info, ""));
            let expected: Vec<&str> = rest.strip_prefix("wrong=").into_iter().collect();
            match language {
                "agsec" => assert_eq!(check("p.agsec", body), expected, "{name}:\n{body}"),
                "yaml" => assert_eq!(check("p.yaml", body), expected, "{name}:\n{body}"),
                other => panic!("{name} has a block of `{other}`"),
            }
            examples += 1;
        }
    }
    assert!(examples >= 14, "{examples}");
}

#[test]
fn examples_of_the_language_stand_in_their_canonical_form() {
    for (info, body) in blocks(&page("guide/language.md").1).into_iter().filter(|(info, _)| *info == "agsec")
    {
        let file = SourceFile { path: "p.agsec".to_owned(), text: format!("{body}\n") };
        let formatted = syntax::print::format(&file, agsec::model::id::SourceId(0)).expect("readable");
        // Cases may be broken where a page is narrower.
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&formatted), words(body), "{info}");
    }
}

fn row(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    format!("| {} |\n", cells.join(" | "))
}

fn operators() -> String {
    let mut table = String::from("| operator | YAML | takes | true when |\n|---|---|---|---|\n");
    for one in &OPS {
        let takes = match one.operand {
            OperandKind::None => "nothing",
            OperandKind::Any => "any value",
            OperandKind::Ordered => "a number or a text",
            OperandKind::ListOrText => "a list",
            OperandKind::Text => "a text",
            OperandKind::Pattern => "a pattern",
        };
        table.push_str(&row(&[
            &format!("`{}`", one.infix),
            &format!("`{}`", one.spelling),
            takes,
            one.summary,
        ]));
    }
    table
}

fn facts() -> String {
    let mut table = String::from("| fact | holds | what | example | in doubt |\n|---|---|---|---|---|\n");
    for (path, column) in fact::all() {
        let example = if column.example.is_empty() { String::new() } else { format!("`{}`", column.example) };
        table.push_str(&row(&[
            &format!("`{path}`"),
            column.kind.words(),
            column.doc,
            &example,
            column.unknown,
        ]));
    }
    table
}

fn settings() -> String {
    let mut table = String::from("| setting | what | default |\n|---|---|---|\n");
    for one in &SETTINGS {
        let default: Vec<String> = one.default.iter().map(|text| format!("`{text}`")).collect();
        table.push_str(&row(&[&format!("`{}`", one.name), one.doc, &default.join(", ")]));
    }
    table
}

fn actions() -> String {
    let mut table = String::from("| in a case | action | parameter |\n|---|---|---|\n");
    for one in &SHORTHANDS {
        let cells = [one.short, one.action, one.parameter].map(|text| format!("`{text}`"));
        table.push_str(&row(&[&cells[0], &cells[1], &cells[2]]));
    }
    table
}

fn codes() -> String {
    let mut table = String::from("| code | what |\n|---|---|\n");
    for one in CODES.iter().filter(|one| one.text.starts_with("E07") || one.text.starts_with("W07")) {
        table.push_str(&row(&[&format!("`{}`", one.text), &format!("**{}.** {}", one.title, one.doc)]));
    }
    table
}

#[test]
fn the_tables_of_the_reference_are_those_of_the_program() {
    let (path, text) = page("reference/language.md");
    let severities = Severity::ALL.map(|one| format!("`{}`", one.name())).join(", ");
    let tables = [
        ("operators", operators()),
        ("facts", facts()),
        ("settings", settings()),
        ("actions", actions()),
        (
            "words",
            format!("{}\n", syntax::words().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")),
        ),
        ("severities", format!("{severities}\n")),
        ("codes", codes()),
    ];
    let mut made = text.clone();
    for (name, table) in tables {
        let (start, end) = (format!("<!-- {name} -->\n"), "<!-- end -->");
        let (before, rest) = made.split_once(&start).unwrap_or_else(|| panic!("{name} has a place"));
        let (_, after) = rest.split_once(end).expect("the place ends");
        made = format!("{before}{start}{table}{end}{after}");
    }
    if std::env::var_os("AGSEC_BLESS").is_some() {
        fs::write(path, made).expect("the page can be written");
    } else {
        assert_eq!(text, made);
    }
}

/// A command with these flags; without a list of flags where there are none to be known.
fn command(name: &str, flags: Option<&[&'static str]>) -> Fact<'static> {
    let flags = flags.map_or(Fact::Missing, |flags| Fact::texts(flags.iter().copied()));
    record("shell.commands", &[("name", Fact::text(name.to_owned())), ("flags", flags)])
}

/// The truth of a condition of the language, on which both evaluators agree.
fn truth(condition: &str, facts: &Given) -> Truth {
    let text = format!("default allow\ndeny a on * when {condition}\n");
    let mut sources = Sources::default();
    let file = SourceFile { path: "p.agsec".to_owned(), text };
    let id = sources.add(file.clone());
    let (document, _) = syntax::parse(&file, id);
    let documents: Vec<_> = document.into_iter().collect();
    let (policy, found) = lower(&documents, sources, &Options::default());
    let policy = policy.unwrap_or_else(|| panic!("{condition}: {found:?}"));
    let event = agsec::testing::build::event(agsec::model::value::Value::Null);
    let bytes = bundle(&policy);
    let loaded = Loaded::read(&bytes).expect("a bundle");
    check_loaded(&policy, &loaded, &event, facts, &mut Scratch::default());
    oracle::evaluate(&policy, &event, facts).rules[0].expect("it speaks of every action").when
}

#[test]
fn quantifiers_over_what_is_missing_empty_or_in_doubt_are_as_the_semantics_say() {
    let shell = |commands: Fact<'static>| {
        let root = Fact::Record(vec![commands, Fact::list(vec![]), Fact::text("bash")]);
        Given::default().with(FactRoot::Shell, root)
    };
    let late = || Fact::Doubt(Doubt::new(Truth::Late, "of the test"));
    let git = || command("git", Some(&["-f", "-x"]));
    let facts = [
        ("no shell", Given::default()),
        ("no list", shell(Fact::Missing)),
        ("empty", shell(Fact::list(vec![]))),
        ("one", shell(Fact::list(vec![git()]))),
        ("a flag list missing", shell(Fact::list(vec![git(), command("ls", None)]))),
        ("one late", shell(Fact::list(vec![git(), late()]))),
        ("all late", shell(late())),
    ];
    use Truth::{False, Late, True};
    let rows: [(&str, [Truth; 7]); 8] = [
        (r#"some shell.commands as c { c.name == "git" }"#, [False, False, False, True, True, True, Late]),
        (r#"every shell.commands as c { c.name == "git" }"#, [False, False, True, True, False, Late, Late]),
        (r#"no shell.commands as c { c.name == "git" }"#, [True, True, True, False, False, False, Late]),
        (r#"no shell.commands as c { c.name == "rm" }"#, [True, True, True, True, True, Late, Late]),
        (
            r#"every shell.commands as c { every c.flags as f { f matches /^-/ } }"#,
            [False, False, True, True, False, Late, Late],
        ),
        (
            r#"every shell.commands as c { no c.flags as f { f == "-y" } }"#,
            [False, False, True, True, True, Late, Late],
        ),
        (
            r#"some shell.commands as c { every c.flags as f { f != "-x" } }"#,
            [False, False, False, False, False, Late, Late],
        ),
        (
            r#"shell.commands.flags contains "-x" or shell.commands not exists"#,
            [True, True, False, True, True, True, Late],
        ),
    ];
    for (condition, expected) in rows {
        for ((name, facts), expected) in facts.iter().zip(expected) {
            assert_eq!(truth(condition, facts), expected, "{condition} where {name}");
        }
    }
}

/// A file that is cut off has its first mistake where it ends: in the item that was being written, and little else is said.
#[test]
fn a_cut_example_has_its_mistake_in_the_item_that_was_cut() {
    for (_, body) in blocks(&page("guide/language.md").1).into_iter().filter(|(info, _)| *info == "agsec") {
        let signs = body.as_bytes();
        let begins = |at: &usize| (*at == 0 || signs[at - 1] == b'\n') && signs[*at].is_ascii_alphabetic();
        let starts: Vec<usize> = (0..signs.len()).filter(begins).collect();
        for end in (1..body.len()).filter(|end| body.is_char_boundary(*end)) {
            let file = SourceFile { path: "p.agsec".to_owned(), text: body[..end].to_owned() };
            let (_, found) = syntax::parse(&file, agsec::model::id::SourceId(0));
            let last = starts.iter().copied().take_while(|start| *start < end).last().unwrap_or(0);
            let early: Vec<_> = found.iter().filter(|one| (one.label.0.start as usize) < last).collect();
            assert!(early.is_empty() && found.len() <= 2, "{found:?} in\n{}", &body[..end]);
        }
    }
}
