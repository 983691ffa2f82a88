//! Names for constants (`let`): a condition with a name means what it means with the constant in its place, in YAML and in
//! the policy language, and the two forms are one.

use agsec::compile;
use agsec::diag::diagnostic::Diagnostic;
use agsec::diag::source::{SourceFile, Sources};
use agsec::ir::lower::{Options, lower};
use agsec::ir::print;
use agsec::syntax;

/// The intermediate form without the places of statements.
fn lowered(name: &str, text: &str) -> String {
    let mut sources = Sources::default();
    let file = SourceFile { path: name.to_owned(), text: text.to_owned() };
    let id = sources.add(file.clone());
    let (document, mut found) = syntax::parse(&file, id);
    let documents: Vec<_> = document.into_iter().collect();
    let (policy, more) = lower(&documents, sources, &Options::default());
    found.extend(more);
    assert!(!found.iter().any(Diagnostic::is_error), "{text}\n{found:?}");
    let printed = print::policy(&policy.expect("a policy"));
    let lines = printed.lines().map(|line| line.split(" at ").next().unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn people_are_shown_the_name_and_what_it_stands_for() {
    let mut sources = Sources::default();
    let text = "let: {one: [a, '^b'], two: [x]}\nstatements: [{effect: deny, when: 'params.a matches one and params.b in two'}]\n";
    let file = SourceFile { path: "p.yaml".to_owned(), text: text.to_owned() };
    let id = sources.add(file.clone());
    let documents: Vec<_> = syntax::parse(&file, id).0.into_iter().collect();
    let policy = lower(&documents, sources, &Options::default()).0.expect("a policy");
    let compiled = compile::compile(&policy, &compile::Options::default()).expect("compiles");
    let shown: Vec<_> = compiled.program.predicate_records.iter().map(|one| one.operand.as_str()).collect();
    assert_eq!(shown, ["one = a|^b", "two = [\"x\"]"]);
}

/// What a name stands for in YAML and in the language, a condition with it, and the same without.
const CASES: &[(&str, &str, &str, &str)] = &[
    ("[rm, shred]", r#"["rm", "shred"]"#, "params.a in one", r#"params.a in ["rm", "shred"]"#),
    ("rm", r#""rm""#, "params.a == one", r#"params.a == "rm""#),
    ("10", "10", "params.a > one", "params.a > 10"),
    ("[1, 2.5, true]", "[1, 2.5, true]", "params.a in one", "params.a in [1, 2.5, true]"),
    (r"'\.pem$'", r"/\.pem$/", "params.a matches one", r"params.a matches /\.pem$/"),
    (
        r"['\.pem$', '^a/b']",
        r"[/\.pem$/, /^a\/b/]",
        "params.a matches one",
        r"params.a matches /\.pem$|^a\/b/",
    ),
    ("['(?i)a', '(?i)b|c']", "[/(?i)a/, /(?i)b|c/]", "params.a matches one", "params.a matches /(?i)a|b|c/"),
    ("['(?i)a', b]", "[/(?i)a/, /b/]", "params.a matches one", "params.a matches /(?i:a)|b/"),
    (
        "[.pem, .key]",
        r#"[".pem", ".key"]"#,
        "params.a ends_with any one",
        r#"params.a ends_with any [".pem", ".key"]"#,
    ),
    ("[a, b]", r#"["a", "b"]"#, "params.a in [one, \"c\"]", r#"params.a in ["a", "b", "c"]"#),
    ("[a, b]", "[/a/, /b/]", "params.a matches [one, /c/]", "params.a matches /a|b|c/"),
    (
        "[rm]",
        r#"["rm"]"#,
        "some path.touched as p { not (p.via in one) }",
        r#"some path.touched as p { not (p.via in ["rm"]) }"#,
    ),
];

#[test]
fn a_name_means_what_it_stands_for() {
    for (yaml, text, named, plain) in CASES {
        let quoted = |condition: &str| condition.replace('\'', "''");
        let statement = |condition: &str| {
            format!("statements: [{{sid: s, effect: deny, when: '{}'}}]\n", quoted(condition))
        };
        let expected = lowered("p.yaml", &statement(plain));
        assert_eq!(
            lowered("p.yaml", &format!("let: {{one: {yaml}}}\n{}", statement(named))),
            expected,
            "{named}"
        );
        let language = format!("default deny\nlet one = {text}\ndeny s on * when {named}\n");
        assert_eq!(lowered("p.agsec", &language), expected, "{language}");
    }
}

#[test]
fn a_list_of_patterns_is_one_test_and_any_of_its_elements_are_several() {
    let tests = |condition: &str| {
        let text = format!("default deny\nlet one = [/a/, /b/, /c/]\ndeny s on * when {condition}\n");
        lowered("p.agsec", &text).lines().filter(|line| line.starts_with('p')).count()
    };
    assert_eq!((tests("params.a matches one"), tests("params.a matches any one")), (1, 3));
}

#[test]
fn a_file_in_the_form_of_the_python_tool_may_have_a_key_of_that_name() {
    let plain = "statements:\n- {sid: s, effect: deny, conditions: {params.a: 1}}\n";
    for key in ["let: {path: 1, a.b: [], deny: {}}", "let: 5", "let: [x]", "set: 1", "net: {a: 1}", "lets: 2"]
    {
        assert_eq!(lowered("p.yaml", &format!("{key}\n{plain}")), lowered("p.yaml", plain), "{key}");
    }
}
