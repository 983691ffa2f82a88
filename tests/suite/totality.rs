//! The front end ends on any text, soon and in little memory, and says something whenever it makes no policy.

use agsec::diag::diagnostic::Diagnostic;
use agsec::diag::render;
use agsec::testing::language;
use agsec::testing::total::{policy, read};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Reads a text as a policy and shows what is said about it.
fn read_and_show(text: &str) -> Vec<Diagnostic> {
    let (sources, diagnostics) = policy(text);
    let shown = render::human(&diagnostics, &sources);
    assert_eq!(shown.is_empty(), diagnostics.is_empty());
    diagnostics
}

fn goldens() -> Vec<String> {
    let yaml = files("yaml");
    assert!(yaml.len() > 50);
    yaml
}

/// The texts of all goldens with this extension.
fn files(wanted: &str) -> Vec<String> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("readable") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == wanted) {
                files.push(path);
            }
        }
    }
    files.sort();
    files.iter().filter_map(|path| std::fs::read_to_string(path).ok()).collect()
}

#[test]
fn every_prefix_of_every_golden_is_read() {
    for text in goldens() {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            policy(&text[..end]);
        }
    }
}

#[test]
fn goldens_with_changed_characters_are_read() {
    // What means something in YAML, and what hurts readers.
    const STRANGE: &[char] = &[
        '\0', '\t', '\n', '\r', ' ', '!', '"', '#', '%', '&', '\'', '*', ',', '-', ':', '<', '>', '?', '@',
        '[', '\\', ']', '`', '{', '|', '}', '~', '\u{85}', 'é', '\u{2028}', '\u{feff}', '😀', '0',
    ];
    let mut seed = 1_u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap_or(0) % below.max(1)
    };
    for text in goldens() {
        for _ in 0..60 {
            let mut changed: Vec<char> = text.chars().collect();
            for _ in 0..=random(3) {
                let at = random(changed.len());
                match random(3) {
                    0 => changed.insert(at, STRANGE[random(STRANGE.len())]),
                    1 => changed[at] = STRANGE[random(STRANGE.len())],
                    _ => drop(changed.remove(at)),
                }
            }
            read_and_show(&changed.into_iter().collect::<String>());
        }
    }
}

#[test]
fn every_prefix_of_the_language_is_read_and_what_is_read_prints_as_itself() {
    let texts = files("agsec");
    assert!(texts.len() > 15);
    for text in texts {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            read("p.agsec", &text[..end]);
        }
        for (end, _) in text.match_indices('\n') {
            language::total(&text[..end]);
        }
    }
}

#[test]
fn the_language_with_changed_characters_is_read() {
    const STRANGE: &[char] = &[
        '\0', '\t', '\n', '\r', ' ', '!', '"', '#', '\'', '*', ',', '.', '-', '/', ':', '<', '=', '>', '(',
        ')', '[', '\\', ']', '`', '{', '|', '}', '~', 'r', '\u{a0}', 'é', '\u{202e}', '\u{feff}', '😀', '0',
    ];
    let mut seed = 7_u64;
    let mut random = move |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap_or(0) % below.max(1)
    };
    for text in files("agsec") {
        for _ in 0..60 {
            let mut changed: Vec<char> = text.chars().collect();
            for _ in 0..=random(3) {
                let at = random(changed.len());
                match random(3) {
                    0 => changed.insert(at, STRANGE[random(STRANGE.len())]),
                    1 => changed[at] = STRANGE[random(STRANGE.len())],
                    _ => drop(changed.remove(at)),
                }
            }
            language::total(&changed.into_iter().collect::<String>());
        }
    }
}

/// A mebibyte or so of what hurts readers of the language.
fn language_bombs() -> Vec<(&'static str, String)> {
    const SIZE: usize = 1 << 20;
    let many = |unit: &str| unit.repeat(SIZE / unit.len());
    let when = |unit: &str| format!("deny a on b when {}", many(unit));
    let mut doubled = String::from("let a0 = [\"x\", \"y\"]\n");
    for level in 1..64 {
        writeln!(doubled, "let a{level} = [a{0}, a{0}]", level - 1).expect("a string");
    }
    let chain: String = (0..30_000).map(|at| format!("let n{at} = n{}\n", at + 1)).collect();
    vec![
        ("parentheses", many("(")),
        ("parentheses of a condition", when("(")),
        ("closed parentheses", when("()")),
        ("not", when("not ")),
        ("not in parentheses", when("not (")),
        ("conjunction", format!("{} x exists", when("x exists and "))),
        ("quantifiers", when("some shell.commands as c { ")),
        ("lists", format!("let a = {}", many("["))),
        ("objects", format!("let a = {}", many("{a: "))),
        ("open quotes", many("\"")),
        ("open quotes on lines", many("\"\n")),
        ("open block", format!("\"\"\"{}", many("\\"))),
        ("open raw texts", many("r#\"")),
        ("slashes", many("/ ")),
        ("classes", format!("deny a on b when c matches /{}", many("["))),
        ("escapes", format!("deny a on b because \"{}\"", many("\\q"))),
        ("words", many("a ")),
        ("one word", many("a")),
        ("stars", many("*")),
        ("effects", many("deny ")),
        ("names", many("let a = b\n")),
        ("chain", chain),
        ("doubled", format!("{doubled}deny a on b when c in a63\n")),
        ("nul", many("\0")),
        ("comments", many("#\n")),
        ("clauses", format!("deny a on b {}", many("when c exists "))),
        ("statements", many("deny on *\n")),
    ]
}

#[test]
fn hostile_texts_of_the_language_are_refused_or_read_soon() {
    const LONGEST: Duration = Duration::from_secs(40);
    for (name, text) in language_bombs() {
        let started = Instant::now();
        let (sources, diagnostics) = read("p.agsec", &text);
        let shown = render::human(&diagnostics, &sources);
        assert_eq!(shown.is_empty(), diagnostics.is_empty());
        assert!(started.elapsed() < LONGEST, "{name} took {:?}", started.elapsed());
        assert!(diagnostics.len() < 2_100, "{name}: {} findings", diagnostics.len());
        if name.starts_with("parentheses") {
            assert_eq!(diagnostics.len(), 1, "{name} gives one clear error: {diagnostics:?}");
        }
    }
}

#[test]
fn generated_files_of_the_language_print_as_themselves() {
    let mut seed = 3_u64;
    for _ in 0..400 {
        let bytes: Vec<u8> = (0..400)
            .map(|_| {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                u8::try_from(seed >> 56).unwrap_or(0)
            })
            .collect();
        language::prints(&bytes);
    }
}

/// A mebibyte or so of what hurts readers, less of what is merely long.
fn bombs() -> Vec<(&'static str, String)> {
    const SIZE: usize = 1 << 20;
    let many = |unit: &str| unit.repeat(SIZE / unit.len());
    let within = |start: &str, unit: &str, end: &str| format!("{start}{}{end}", many(unit));
    let some =
        |start: &str, unit: &str, end: &str| format!("{start}{}{end}", unit.repeat(SIZE / 8 / unit.len()));
    let mut aliases = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..60 {
        let below = format!("*a{}, ", level - 1).repeat(10);
        writeln!(aliases, "a{level}: &a{level} [{below}]").expect("a string");
    }
    let deep: String = (0..1_400).map(|level| format!("{}a:\n", " ".repeat(level))).collect();
    let merges: String =
        (0..2_000).map(|at| format!("m{at}: &m{at} {{<<: *m{}, k{at}: 1}}\n", at.max(1) - 1)).collect();
    let keys: String = (0..10_000).map(|at| format!("k{at}: 1\n")).collect();
    let statement = "statements:\n  - effect: deny\n    actions: ";
    vec![
        ("brackets", many("[")),
        ("braces", many("{")),
        ("dashes", many("- ")),
        ("questions", many("? ")),
        ("colons", many(": ")),
        ("tabs", many("\t")),
        ("percents", many("%TAG !a! b\n")),
        ("documents", many("---\n")),
        ("nul", many("\0")),
        ("one key", many("x")),
        ("deep", deep),
        ("aliases", aliases),
        ("aliases of a long text", within(&format!("a: &a {}\nb: [", "x".repeat(SIZE)), "*a, ", "]")),
        (
            "aliases of a long number",
            within(&format!("a: &a {}\n{statement}[", "1".repeat(SIZE)), "*a, ", "]"),
        ),
        ("merges", format!("m0: &m0 {{}}\n{merges}statements: []\n")),
        ("actions", some(&format!("{statement}["), "a, ", "]")),
        ("wrong actions", some(&format!("{statement}["), "1, ", "]")),
        (
            "unknown keys",
            format!(
                "statements: []
{keys}"
            ),
        ),
        ("statements", some("statements:\n", "  - effect: deny\n", "")),
        ("wrong statements", some("statements:\n", "  - {}\n", "")),
        ("same sids", some("statements:\n", "  - {sid: a, effect: deny}\n", "")),
    ]
}

#[test]
fn hostile_texts_are_refused_or_read_soon() {
    // Generous: the suite runs unoptimised, beside others.
    const LONGEST: Duration = Duration::from_secs(40);
    for (name, text) in bombs() {
        let started = Instant::now();
        let diagnostics = read_and_show(&text);
        assert!(started.elapsed() < LONGEST, "{name} took {:?}", started.elapsed());
        assert!(diagnostics.len() < 2_100, "{name}: {} findings", diagnostics.len());
    }
}
