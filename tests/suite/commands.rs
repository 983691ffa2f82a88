//! Simple commands: what a shell text runs after expansion and unwrapping, and that any text is bounded.

use agsec::facts::command::Commands;
use agsec::facts::shell::ast::Dialect;
use agsec::facts::shell::commands;
use agsec::facts::shell::simple::wrapper_names;
use agsec::facts::world::{Recorded, Surroundings};
use agsec::testing::commands::{Row, Wrapper, print, read};
use agsec::testing::understanding;
use proptest::prelude::*;
use std::fmt::Write;

/// The rows: wrappers with what they run, texts with what they give.
const ROWS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus/facts/commands.yaml");

fn surroundings() -> Surroundings {
    Surroundings {
        cwd: Some("/home/dev/shop".to_owned()),
        home: Some("/home/dev".to_owned()),
        user: Some("dev".to_owned()),
        ..Surroundings::default()
    }
}

/// The files that the rows run.
fn world() -> Recorded {
    let makefile = "DIR = /etc\nall: clean build\nclean:\n\t@rm -rf $(DIR)/x $$HOME\nbuild: ; make -C sub\n";
    let package = r#"{"scripts": {"pretest": "echo pre", "test": "rm -rf build", "posttest": "echo post", "loop": "npm run loop"}}"#;
    let just = "dir := '/etc'\n\nclean target: check\n  rm -rf {{dir}} {{target}}\n\ncheck:\n    @echo ok\n";
    Recorded::new()
        .file("/home/dev/shop/x.sh", "#!/bin/bash\nset -e\nrm -rf \"$1\"\n./x.sh\n")
        .file("/home/dev/shop/plain", "rm plain\n")
        .file("/home/dev/shop/tool.py", "#!/usr/bin/env python3\nimport os\n")
        .file("/home/dev/shop/binary", b"\x7fELF\0\0".to_vec())
        .file("/home/dev/shop/large.sh", "#\n".repeat(200_000))
        .file("/home/dev/shop/env.sh", "TARGET=/etc\n")
        .file("/home/dev/shop/a.awk", "BEGIN { system(\"rm awk\") }\n")
        .file("/home/dev/shop/Makefile", makefile)
        .file("/home/dev/shop/sub/Makefile", "all:\n\trm sub\n")
        .file("/home/dev/shop/package.json", package)
        .file("/home/dev/shop/justfile", just)
        .link("/home/dev/shop/link.sh", "x.sh")
}

fn run(text: &str) -> Commands {
    commands(text, Dialect::Bash, &surroundings(), &world())
}

fn rows() -> (Vec<Wrapper>, Vec<Row>) {
    let text = std::fs::read_to_string(ROWS).expect("the rows are there");
    read("commands.yaml", &text).expect("the rows can be read")
}

/// Whether a text runs a command of these words inside of a wrapper.
fn runs(text: &str, wrapper: &str, words: &[&str]) -> bool {
    run(text).list.iter().any(|command| {
        let inside = command.wrappers.iter().any(|own| own == wrapper);
        // `xargs`, `find` and `parallel` put more behind them.
        let shown: Vec<&str> =
            std::iter::once(&command.name).chain(&command.args).map(|word| word.text.as_str()).collect();
        inside && shown.starts_with(words)
    })
}

#[test]
fn wrappers_run_what_they_are_given_and_nothing_else() {
    let mut wrong = String::new();
    for wrapper in rows().0 {
        for (inner, words) in [("rm -rf /", ["rm", "-rf", "/"]), ("ls -l .", ["ls", "-l", "."])] {
            for text in wrapper.runs.iter().map(|text| text.replace('@', inner)) {
                let fixed =
                    !wrapper.runs.iter().any(|own| own.contains('@') && own.replace('@', inner) == text);
                if !fixed && !runs(&text, &wrapper.name, &words) {
                    let _ = writeln!(wrong, "{}: `{text}` does not run `{inner}`", wrapper.name);
                }
            }
            for text in wrapper.leaves.iter().map(|text| text.replace('@', inner)) {
                if runs(&text, &wrapper.name, &words) {
                    let _ = writeln!(wrong, "{}: `{text}` runs `{inner}`", wrapper.name);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_wrapper_has_cases_of_both_kinds() {
    let wrappers = rows().0;
    for name in wrapper_names() {
        let row = wrappers.iter().find(|wrapper| wrapper.name == name);
        let row = row.unwrap_or_else(|| panic!("`{name}` has no cases"));
        assert!(!row.runs.is_empty() && !row.leaves.is_empty(), "`{name}` lacks a case");
    }
}

#[test]
fn texts_give_the_commands_that_the_rows_say() {
    let mut wrong = String::new();
    for row in rows().1 {
        let found = run(&row.text);
        let lines: Vec<String> = found.list.iter().map(print).collect();
        if lines != row.gives || found.opaque.is_empty() == row.opaque {
            let _ = writeln!(wrong, "  - text: {:?}\n    gives:", row.text);
            for line in lines {
                let _ = writeln!(wrong, "      - '{}'", line.replace('\'', "''"));
            }
            let _ = writeln!(wrong, "    # opaque: {:?}", found.opaque);
        }
    }
    assert!(wrong.is_empty(), "rows that give something else:\n{wrong}");
}

/// Texts that are large, deep or made to multiply.
fn hostile() -> Vec<(&'static str, String)> {
    let nested =
        |open: &str, close: &str, count: usize| format!("{}rm x{}", open.repeat(count), close.repeat(count));
    vec![
        ("subshells", nested("(", ")", 3000)),
        ("substitutions", nested("$(", ")", 3000)),
        ("evals", nested("eval ", "", 3000)),
        ("sudo", nested("sudo ", "", 3000)),
        ("bash -c", (0..7).fold("rm x".to_owned(), |text, _| format!("bash -c {}", quote(&text)))),
        ("doubling", format!("a=xxxxxxxx; {} rm $a", "a=$a$a; ".repeat(64))),
        ("doubling by braces", format!("rm {}", "{a,b}".repeat(40))),
        (
            "doubling by functions",
            (0..40).fold("f0() { rm x; };".to_owned(), |text, at| {
                format!("{text} f{}() {{ f{at}; f{at}; }};", at + 1)
            }) + " f40",
        ),
        ("doubling by loops", nested("for a in 1 2 3 4 5 6 7 8; do ", "; done", 12)),
        ("doubling by while", nested("while a; do i=$i.; ", "; done", 24)),
        (
            "doubling by choices",
            "if a; then x=1; else x=2; fi; if a; then y=$x; else y=3$x; fi; rm $x$y;".repeat(60),
        ),
        ("a fork bomb", ":(){ :|:& };:".to_owned()),
        ("alias of itself", "alias a='a a'; a".to_owned()),
        ("aliases of each other", "alias a='b; b'; alias b='a; a'; a; b".to_owned()),
        ("many commands", "rm x\n".repeat(120_000)),
        ("many pipes", "rm x|".repeat(20_000)),
        ("a long word", format!("rm {}", "x".repeat(1 << 20))),
        ("a long list", format!("rm{}", " x".repeat(200_000))),
        ("many variables", (0..20_000).map(|at| format!("v{at}=1; ")).collect()),
        ("many branches", "if a; then b=1; fi; ".repeat(20_000)),
        ("a large range", "rm {1..999999999}".to_owned()),
        ("a long pattern", format!("x={}; rm ${{x//*a*a*a*b/}}", "a".repeat(5000))),
        ("printf that never ends", "x=$(printf '%s' $(seq 1 100000))".to_owned()),
        ("arithmetic", format!("echo $(({}1{}))", "(".repeat(3000), ")".repeat(3000))),
        ("xargs", format!("echo {} | xargs -n1 rm", "x ".repeat(20_000))),
        ("nul", "rm \0x\0; \0".to_owned()),
        ("marks", "rm \u{FDD0}x \u{FDD1} \u{FDD2}".to_owned()),
        ("unterminated", "rm 'x; if a; then \"$( `".to_owned()),
        ("itself", "make -f - <<< 'a: a\n\tmake a'; npm run loop; ./x.sh; ./x.sh".to_owned()),
        ("heredocs", "cat <<A <<B <<C\n".repeat(2000)),
    ]
}

fn quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[test]
fn hostile_texts_are_bounded() {
    for (name, text) in hostile() {
        let found = std::thread::Builder::new().spawn(move || run(&text)).expect("a thread").join();
        let found = found.unwrap_or_else(|_| panic!("{name}: a panic"));
        assert!(found.list.len() <= 100_000, "{name}: {} commands", found.list.len());
        let told = !found.opaque.is_empty() || !found.refused.is_empty();
        assert!(!found.list.is_empty() || told, "{name}: nothing at all");
    }
}

/// Words of any kind.
fn any_words() -> impl Strategy<Value = Vec<String>> {
    let word = prop_oneof![
        "[ -~]{0,12}",
        "[a-z*?$`'\"\\\\{},~!#&|;<>() \\n\\t-]{0,10}",
        any::<String>().prop_map(|text| text.replace(['\0', '\u{FDD0}', '\u{FDD1}', '\u{FDD2}'], "")),
    ];
    prop::collection::vec(word, 1..6)
}

fn double_quote(text: &str) -> String {
    let mut out = "\"".to_owned();
    for char in text.chars() {
        if matches!(char, '"' | '\\' | '$' | '`') {
            out.push('\\');
        }
        out.push(char);
    }
    out + "\""
}

proptest! {
    #[test]
    fn quoted_words_come_back(words in any_words(), double in any::<bool>()) {
        let quoted: Vec<String> = words.iter().map(|word| if double { double_quote(word) } else { quote(word) }).collect();
        let found = run(&format!("printf {}", quoted.join(" ")));
        let command = found.list.first().expect("a command");
        let back: Option<Vec<&str>> = command.args.iter().map(|word| word.known()).collect();
        prop_assert_eq!(back, Some(words.iter().map(String::as_str).collect()));
    }

    #[test]
    fn literal_words_are_found_in_every_construct(
        words in prop::collection::vec("zq[a-z0-9]{1,6}", 2..5),
        shape in 0..12_usize,
    ) {
        let line = words.join(" ");
        let text = match shape {
            0 => format!("if {line}; then a; else {line}x; fi"),
            1 => format!("( {line} ) | cat"),
            2 => format!("f() {{ {line}; }}"),
            3 => format!("x=$({line}); echo `{line}`"),
            4 => format!("while a; do {line}; done"),
            5 => format!("case x in a) {line};; esac"),
            6 => format!("sudo -u {line}"),
            7 => format!("for i in 1 2; do {line}; done > zqfile"),
            8 => format!("bash -c '{line}'"),
            9 => format!("a && {line} || b <(c; {line})"),
            10 => format!("cat <<E\n{line}\nE"),
            _ => format!("env A={line}"),
        };
        let found = run(&text);
        let mut all = found.opaque.join(" ") + &found.refused.join(" ");
        for command in &found.list {
            all.push_str(&print(command));
            all.push(' ');
        }
        for word in &words {
            prop_assert!(all.contains(word.as_str()), "{text}: {word} is in none of {all}");
        }
    }

    #[test]
    fn any_text_gives_commands(text in any::<String>(), shell in "[a-z$(){}`'\"|&;<> \\n=\\[\\]*~#!@%/:^,-]{0,80}") {
        for dialect in [Dialect::Bash, Dialect::Zsh, Dialect::Sh, Dialect::Fish] {
            let _ = commands(&text, dialect, &surroundings(), &world());
            let _ = commands(&shell, dialect, &surroundings(), &world());
        }
    }
}

/// Half of them stand behind wrappers or in texts that are handed to another shell.
#[test]
fn a_command_is_found_in_any_quotes_inside_of_any_constructs() {
    for number in 0..3_000 {
        understanding::found(&understanding::input_number(number));
    }
}
