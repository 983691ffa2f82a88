//! Properties of what understands shell text, code, paths and URLs: it is total, finds what is literally there, and says
//! nothing that contradicts itself.
//!
//! In: any bytes. Out: nothing, or a panic. Deliberately not here: the tree of a text (`total::shell`), what bash makes of
//! the same text (`tests/compat`).

use super::choices::Choices;
use crate::facts::command::{Command, Commands};
use crate::facts::path::{self, could_reach, is_glob};
use crate::facts::program::{classify, scan};
use crate::facts::shell::ast::Dialect;
use crate::facts::shell::commands;
use crate::facts::url::{Url, find_urls, parse, parse_curl, parse_git};
use crate::facts::world::{Recorded, Surroundings};
use crate::model::limits::SHELL_COMMANDS;

/// The languages that code may be handed in.
const LANGUAGES: [&str; 14] = [
    "python",
    "javascript",
    "perl",
    "ruby",
    "php",
    "lua",
    "sql",
    "awk",
    "applescript",
    "powershell",
    "vim",
    "sed",
    "mongo",
    "redis",
];
/// Constructs inside each other around one command.
const AROUND: usize = 4;
/// Words of one command.
const WORDS: usize = 5;

fn surroundings() -> Surroundings {
    Surroundings {
        cwd: Some("/home/dev/shop".to_owned()),
        home: Some("/home/dev".to_owned()),
        user: Some("dev".to_owned()),
        ..Surroundings::default()
    }
}

/// A few files and links for paths and scripts to be found at.
fn world() -> Recorded {
    Recorded::new()
        .directory("/home/dev/shop")
        .file("/home/dev/shop/a.sh", "rm -rf \"$1\"\n")
        .file("/home/dev/shop/Makefile", "all:\n\techo made; rm -rf build\n")
        .link("/home/dev/shop/l", "../other")
        .link("/home/dev/shop/loop", "loop")
}

fn in_dialect(text: &str, dialect: Dialect) -> Commands {
    commands(text, dialect, &surroundings(), &world())
}

/// Any text gives commands in every dialect, within the limits, and what is said of each holds together; the same text
/// gives the same. A command of plain words on the first line is the first.
///
/// # Panics
/// Where that does not hold.
pub fn total(text: &str) {
    for dialect in [Dialect::Bash, Dialect::Zsh, Dialect::Sh, Dialect::Fish] {
        let found = in_dialect(text, dialect);
        assert!(found.list.len() <= 2 * SHELL_COMMANDS, "{} commands", found.list.len());
        assert_eq!(found, in_dialect(text, dialect), "{text:?} gives one answer");
        found.list.iter().for_each(classified);
    }
    let plain: String =
        text.chars().filter(|c| c.is_alphanumeric() || "_./-".contains(*c)).take(40).collect();
    // A slash would make the end of the name that of a program, which may be a wrapper.
    let words = [format!("w_{}", plain.replace('/', "_")), format!("-{plain}"), "end".to_owned()];
    let found = in_dialect(&format!("{}\n{text}", words.join(" ")), Dialect::Bash);
    let first = found.list.first().map(texts);
    assert_eq!(first.as_deref(), Some(words.as_slice()), "the first line before {text:?}");
}

fn classified(command: &Command) {
    let found = classify(command);
    let place =
        |word: &crate::facts::command::Word| command.args.iter().any(|other| std::ptr::eq(other, word));
    assert!(found.operands.iter().all(|word| place(word)), "an operand is no argument of {command:?}");
    assert!(!found.known || !found.program.is_empty(), "a known program has a name: {command:?}");
    assert!(
        found.program_doubt.is_none() || found.doubt.is_some(),
        "what a program that is in doubt does is in doubt: {command:?}"
    );
    assert_eq!(found, classify(command), "one command is classified in one way");
}

/// The texts of a command's name and arguments.
fn texts(command: &Command) -> Vec<String> {
    std::iter::once(&command.name).chain(&command.args).map(|word| word.text.clone()).collect()
}

/// A word in one of the ways to quote it.
fn quoted(choices: &mut Choices<'_>, word: &str) -> String {
    let escaped = |special: &str| {
        let mut out = String::new();
        for c in word.chars() {
            if special.contains(c) {
                out.push('\\');
            }
            out.push(c);
        }
        out
    };
    match choices.below(5) {
        0 => format!("'{}'", word.replace('\'', "'\\''")),
        1 => format!("\"{}\"", escaped("\\\"$`")),
        2 => format!("$'{}'", escaped("\\'").replace('\n', "\\n").replace('\t', "\\x09")),
        3 if !word.is_empty() && !word.contains('\n') => word
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { format!("\\{c}") })
            .collect(),
        // Half in one way, half in another.
        _ => {
            let at = word.char_indices().nth(word.chars().count() / 2).map_or(0, |(at, _)| at);
            let (before, after) = word.split_at(at);
            format!("'{}'\"{}\"", before.replace('\'', "'\\''"), {
                let mut out = String::new();
                for c in after.chars() {
                    if "\\\"$`".contains(c) {
                        out.push('\\');
                    }
                    out.push(c);
                }
                out
            })
        }
    }
}

/// Texts in which `@` runs exactly as it stands.
const PLAIN: [&str; 27] = [
    "( @ )",
    "{ @ ; }",
    "! @",
    "@ && true",
    "false || @",
    "true; @",
    "@ | cat",
    "echo x | @",
    "@ >/tmp/out 2>&1 </dev/null",
    "if true; then @ ; fi",
    "if @ ; then :; else :; fi",
    "if false; then :; else @ ; fi",
    "while false; do @ ; done",
    "until @ ; do :; done",
    "for i in 1 2; do @ ; done",
    "case x in y) :;; *) @ ;; esac",
    "f() { @ ; }; f",
    "coproc @",
    // In braces, since behind a pipe `time` is a program.
    "{ time @ ; }",
    "{ @ & }",
    "echo $( @ )",
    "echo \"a $( @ ) b\"",
    "x=$( @ )",
    "cat <( @ )",
    // No word holds this delimiter: bash would end there, in nested ones also where a line begins with it.
    "{ cat <<W_END\n$( @ )\nW_END\n}",
    "[[ -n $( @ ) ]]",
    "{ : # '\n@ ; }",
];
/// The delimiter of here-documents in `PLAIN`.
const DELIMITER: &str = "W_END";
/// Texts in which `@` stands for the words of a command that another runs.
const WRAPPED: [&str; 6] = ["sudo @", "env A=b @", "nohup @", "command @", "timeout 5 @", "nice -n 5 @"];
/// Texts in which `@` stands for the whole text, quoted once more.
const NESTED: [&str; 4] = ["bash -c @", "eval @", "sh -c @", "sudo bash -c @"];

/// A command whose words are quoted in any way, inside of constructs and shells.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The text.
    pub text: String,
    /// The command's words as they are.
    pub words: Vec<String>,
    /// Whether a program that runs others, or another shell, stands around it.
    pub wrapped: bool,
}

/// The sample that bytes stand for.
#[must_use]
pub fn sample(input: &[u8]) -> Sample {
    let (bytes, written) = match input.iter().position(|byte| *byte == 0xff) {
        Some(at) => (&input[..at], &input[at + 1..]),
        None => (input, &[][..]),
    };
    let mut choices = Choices::new(bytes);
    let written = String::from_utf8_lossy(written).replace('\0', "").replace(DELIMITER, "w_end");
    let mut words = vec!["w_marked".to_owned()];
    words.extend(written.split('\u{fffd}').take(WORDS).map(str::to_owned));
    let mut text: Vec<String> = words.iter().map(|word| quoted(&mut choices, word)).collect();
    // A name in quotes is a name all the same.
    if choices.chance(20) {
        text[0] = "w_\\marked".to_owned();
    }
    let mut text = text.join(" ");
    let mut wrapped = choices.chance(30);
    if wrapped {
        text = choices.pick(&WRAPPED).replace('@', &text);
    }
    for _ in 0..choices.below(AROUND) {
        text = if choices.chance(70) {
            choices.pick(&PLAIN).replacen('@', &text, 1)
        } else {
            wrapped = true;
            let inner = format!("'{}'", text.replace('\'', "'\\''"));
            choices.pick(&NESTED).replacen('@', &inner, 1)
        };
    }
    Sample { text, words, wrapped }
}

/// The sample of a number: the same in every run.
#[must_use]
pub fn sample_number(number: u64) -> Sample {
    sample(&input_number(number))
}

/// Bytes of choices, then a text of signs that mean something to a shell, cut into words by bytes that are no text.
#[must_use]
pub fn input_number(number: u64) -> Vec<u8> {
    const SIGNS: &[u8] = b"ab/.-x \t'\"\\$`*?[]{}()<>|&;#~!=%^\n,";
    // splitmix64
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    let mut bytes: Vec<u8> = (0..8).flat_map(|_| next().to_le_bytes()).filter(|byte| *byte != 0xff).collect();
    bytes.push(0xff);
    for _ in 0..24 {
        let [choice, ..] = next().to_le_bytes();
        bytes.push(SIGNS.get(usize::from(choice) % (SIGNS.len() + 6)).copied().unwrap_or(0xfe));
    }
    bytes
}

/// A command is found with the words that were quoted, whatever stands around it; one with words that hold what is no
/// character is never certain.
///
/// # Panics
/// Where it is not.
pub fn found(input: &[u8]) {
    let Sample { text, words, .. } = sample(input);
    let found = in_dialect(&text, Dialect::Bash);
    let certain = |command: &&Command| {
        std::iter::once(&command.name).chain(&command.args).all(|word| word.known().is_some())
    };
    let all: Vec<Vec<String>> = found.list.iter().filter(certain).map(texts).collect();
    // What is no character may stand for anything, and is never taken for certain.
    if words.iter().any(|word| word.contains(['\u{fdd0}', '\u{fdd1}', '\u{fdd2}'])) {
        let marked = all.iter().find(|words| words.first().is_some_and(|name| name == "w_marked"));
        assert!(marked.is_none(), "{marked:?} is certain in {text:?}");
        return;
    }
    assert!(all.contains(&words), "{words:?} is not in {all:?} of {text:?}, opaque: {:?}", found.opaque);
}

/// The text and the words that [`found`] looks for.
#[must_use]
pub fn show_found(input: &[u8]) -> String {
    let Sample { text, words, .. } = sample(input);
    format!("{text}\n{words:?}\n")
}

/// Any code is scanned, in each language; the same code gives the same.
///
/// # Panics
/// Where it does not.
pub fn code(text: &str) {
    for language in LANGUAGES {
        let once = scan(language, text);
        assert_eq!(once, scan(language, text), "{language} code {text:?}");
        assert!(
            once.touched.iter().all(|touch| !touch.path.is_empty()),
            "{language}: a file without a name in {text:?}"
        );
    }
}

/// Any path is resolved to one that is tidy and resolves to itself, and views are other texts. A glob that holds nothing
/// special reaches itself.
///
/// # Panics
/// Where that does not hold.
pub fn paths(text: &str) {
    let (surroundings, world) = (surroundings(), world());
    for cwd in [Some("/home/dev/shop/src"), None] {
        for resolved in [
            path::resolve(text, cwd, &surroundings, &world),
            path::resolve_exact(text, cwd, &surroundings, &world),
        ] {
            if resolved.doubt.is_some() {
                continue;
            }
            let absolute = resolved.absolute.as_str();
            let tidy =
                absolute == "/" || absolute.split('/').skip(2).all(|part| !matches!(part, "" | "." | ".."));
            assert!(tidy, "{text:?} is resolved to {absolute:?}");
            if absolute.starts_with('/') && !absolute.starts_with("//") {
                let again = path::resolve_exact(absolute, cwd, &surroundings, &world);
                assert_eq!(again.absolute, absolute, "{text:?} resolved twice");
            }
        }
    }
    let views = path::views(text);
    assert!(views.iter().all(|view| view != text), "{text:?} is a view of itself");
    if text.starts_with('/') && !is_glob(text) && !text.contains(['\\', '[', '{', '(']) {
        assert!(could_reach(text, text), "{text:?} does not reach itself");
    }
}

/// Any text is a URL or none, and what is one has parts as they are declared; the URLs of a text lie in it, one behind the
/// other, and read as themselves.
///
/// # Panics
/// Where that does not hold.
pub fn urls(text: &str) {
    for url in [parse(text), parse_curl(text)].into_iter().flatten() {
        whole(&url, text);
        assert!(!url.path.contains('?') && !url.path.contains('#'), "{url:?} of {text:?}");
    }
    // In git's short form (`host:path`) all behind the colon is the path.
    parse_git(text).iter().for_each(|url| whole(url, text));
    let mut end = 0;
    for located in find_urls(text) {
        let written = text.get(located.start..located.end);
        let written = written.unwrap_or_else(|| panic!("{located:?} lies outside {text:?}"));
        assert!(located.start >= end, "{located:?} lies over the one before in {text:?}");
        end = located.end;
        assert_eq!(parse(written).as_ref(), Some(&located.url), "{written:?} in {text:?}");
    }
}

fn whole(url: &Url, text: &str) {
    assert!(!url.scheme.is_empty() && url.scheme == url.scheme.to_ascii_lowercase(), "{url:?} of {text:?}");
    assert!(
        url.host == url.host.to_ascii_lowercase() && !url.host.contains(['/', '@']),
        "{url:?} of {text:?}"
    );
}
