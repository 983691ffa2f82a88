//! Events that are known in part, as a log keeps them: what is not known is unknown to oracle and machine alike, and no
//! truth changes that does not hang on it.

use agsec::bundle::read::Loaded;
use agsec::diag::source::{SourceFile, Sources};
use agsec::engine::desk;
use agsec::facts::roots::Facts;
use agsec::facts::value::Given;
use agsec::ir::{self, Policy};
use agsec::model::event::Event;
use agsec::model::field::{FieldPath, Root};
use agsec::model::id::SourceId;
use agsec::model::json;
use agsec::model::truth::Truth;
use agsec::model::withheld::Withheld;
use agsec::testing::choices::Choices;
use agsec::testing::parity::{bundle, check_loaded, generated_bundle};
use agsec::testing::{event::event, fact::facts, policy::policy};
use agsec::vm::Scratch;
use agsec::{oracle, syntax};

use Truth::{False, True, Unknown};

/// Generated cases.
const CASES: u64 = 1500;

/// Bytes that look random and are the same in every run.
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    (0..150).flat_map(|_| next()).collect()
}

/// Some of the fields that the policy looks at, some of their parts, and at times the context.
fn withheld(choices: &mut Choices<'_>, policy: &Policy) -> Withheld {
    let mut withheld = Withheld::default();
    let paths: Vec<&FieldPath> = policy.fields.iter().filter(|path| path.root != Root::Fact).collect();
    for path in paths {
        if choices.chance(40) && path.root != Root::Context {
            let kept = path.keys.len().saturating_sub(usize::from(choices.chance(20)));
            let mut keys: Vec<&str> = path.keys.iter().take(kept).map(String::as_str).collect();
            if choices.chance(20) {
                keys.push("deeper");
            }
            withheld = withheld.param(&keys.join("."));
        }
        if choices.chance(15) {
            withheld = withheld.context_but(&["cwd"]);
        }
    }
    withheld
}

#[test]
fn oracle_and_machine_agree_and_no_certain_truth_hangs_on_what_is_withheld() {
    let (mut firm, mut softened) = (0, 0);
    for seed in 0..CASES {
        let source = bytes(seed);
        let mut choices = Choices::new(&source);
        let policy = policy(&mut choices);
        let event = event(&mut choices, &policy);
        let whole: Given = facts(&mut choices, &policy);
        let other = bytes(seed ^ 0xabcd_0000);
        let withheld = withheld(&mut Choices::new(&other), &policy);
        let partly = whole.clone().without(withheld.clone());
        if let Some(written) = generated_bundle(&policy) {
            let loaded = Loaded::read(&written).expect("a bundle");
            let mut scratch = Scratch::default();
            check_loaded(&policy, &loaded, &event, &whole, &mut scratch);
            check_loaded(&policy, &loaded, &event, &partly, &mut scratch);
        }
        let truths = |given: &Given| oracle::evaluate(&policy, &event, given).rules;
        for (before, after) in truths(&partly).iter().zip(&truths(&whole)) {
            let (Some(before), Some(after)) = (before, after) else { continue };
            for (part, all) in [(before.when, after.when), (before.unless, after.unless)] {
                match part {
                    True | False => {
                        assert_eq!(part, all, "seed {seed}: {withheld:?}\n{policy:#?}\n{event:#?}");
                        firm += 1;
                    }
                    Truth::Late | Truth::Opaque | Unknown => softened += usize::from(part != all),
                }
            }
        }
    }
    assert!(firm > 2000 && softened > 200, "{firm} {softened}");
}

fn layer(condition: &str) -> Policy {
    let text = format!(
        "version: \"1.0\"\ndefault: allow\nstatements:\n  - sid: x\n    effect: deny\n    when: '{condition}'\n"
    );
    let mut sources = Sources::default();
    sources.add(SourceFile { path: "x.yaml".to_owned(), text });
    let file = sources.files().first().expect("a file").clone();
    let (document, found) = syntax::parse(&file, SourceId(0));
    let documents: Vec<_> = document.into_iter().collect();
    let (policy, lowered) = ir::lower::lower(&documents, sources, &ir::lower::Options { overlay: false });
    policy.unwrap_or_else(|| panic!("{condition}: {found:?} {lowered:?}"))
}

/// Action, parameters, what is withheld of them, a condition, its truth.
const TABLE: &[(&str, &str, &str, &str, Truth)] = &[
    (
        "bash.execute",
        r#"{"command":"rm x… 9 more bytes"}"#,
        "command",
        "params.command matches /rm/",
        Unknown,
    ),
    ("bash.execute", r#"{"command":"rm x"}"#, "command", "params.command exists", True),
    ("bash.execute", r#"{"command":"rm x"}"#, "command", "params.command not exists", False),
    ("bash.execute", r#"{"command":"rm x"}"#, "command", "params.other exists", False),
    ("bash.execute", r#"{"command":"rm x"}"#, "command", "command == \"ls\"", Unknown),
    ("bash.execute", r#"{"command":"rm x"}"#, "command", r#"shell.commands.does contains "delete""#, Unknown),
    (
        "bash.execute",
        r#"{"command":"rm x"}"#,
        "command",
        r#"some path.touched as p { p.access == "write" }"#,
        Unknown,
    ),
    ("bash.execute", r#"{"command":"rm x"}"#, "command", "url.used.host exists", Unknown),
    ("bash.execute", r#"{"command":"rm x"}"#, "command", "secret.found.id exists", Unknown),
    ("bash.execute", r#"{"command":"rm x"}"#, "command", r#"git.branch == "topic""#, Unknown),
    (
        "bash.execute",
        r#"{"command":"rm x"}"#,
        "description",
        r#"shell.commands.does contains "delete""#,
        True,
    ),
    ("bash.execute", r#"{"command":"rm x"}"#, "description", r#"git.branch == "topic""#, True),
    (
        "file.write",
        r#"{"file_path":"a","content":"x"}"#,
        "content",
        r#"path.touched.access == "write""#,
        True,
    ),
    ("file.write", r#"{"file_path":"a","content":"x"}"#, "content", "secret.found.id exists", Unknown),
    ("file.write", r#"{"file_path":"a","content":"x"}"#, "content", "written.commands.name exists", Unknown),
    ("file.write", r#"{"file_path":"a","content":"x"}"#, "content", "shell.commands.name exists", False),
    ("file.edit", r#"{"file_path":"a","edits":[{"new":"x"}]}"#, "edits.0.new", "params.edits exists", True),
    (
        "file.edit",
        r#"{"file_path":"a","edits":[{"new":"x"}]}"#,
        "edits.0.new",
        "params.edits contains \"x\"",
        Unknown,
    ),
    ("web.fetch", r#"{"url":"https://x.example/"}"#, "prompt", r#"url.used.host == "x.example""#, True),
    ("mcp.x.y", r#"{"note":"x"}"#, "note", "shell.commands.name exists", Unknown),
    ("mcp.x.y", r#"{"a":1}"#, "", "params.a == 1", Unknown),
];

#[test]
fn what_hangs_on_a_withheld_parameter_is_unknown_and_nothing_else() {
    for (action, params, path, condition, expected) in TABLE {
        let read = |text: &str| json::parse(text.as_bytes(), 64).expect("JSON").into_owned();
        let event = Event { action: (*action).into(), params: read(params), context: read("{}") };
        let withheld = Withheld::default().param(path);
        let policy = layer(condition);
        let facts = Facts::new(&event, desk::setting()).without(&withheld);
        let found = oracle::evaluate(&policy, &event, &facts).rules[0].map(|rule| rule.when);
        assert_eq!(found, Some(*expected), "{action} without {path}: {condition}");
        let written = bundle(&policy);
        let loaded = Loaded::read(&written).expect("a bundle");
        check_loaded(&policy, &loaded, &event, &facts, &mut Scratch::default());
    }
}
