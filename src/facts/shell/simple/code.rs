//! Interpreters: the code that they are handed, as text with its language.
//!
//! In: a command that names an interpreter. Out: its code in `Command::code`: of `-c` and `-e`, of a script that is
//! there or was written by the same text, of what it is fed.
//! Deliberately not here: what the code does (`facts::program`).

use super::expand::Field;
use super::walk::{Context, Walker};
use crate::facts::shell::ast::Span;

/// An interpreter.
struct Interpreter {
    /// Its names.
    names: &'static [&'static str],
    /// The language of its code.
    language: &'static str,
    /// Options whose value is code, parted by spaces.
    code: &'static str,
    /// Options whose value is something else.
    values: &'static str,
    /// What its first operand is.
    operand: Operand,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operand {
    /// A script.
    Script,
    /// Code, unless an option gave some.
    Code,
    /// Neither.
    Other,
    /// Not the first, but the second is code (a database comes first).
    CodeSecond,
}

const INTERPRETERS: &[Interpreter] = &[
    Interpreter {
        names: &["python", "python2", "python3", "pypy", "pypy3", "ipython", "py"],
        language: "python",
        code: "-c",
        values: "-m -W -X -Q",
        operand: Operand::Script,
    },
    Interpreter {
        names: &["node", "nodejs", "tsx", "ts-node"],
        language: "javascript",
        code: "-e --eval -p --print -pe",
        values: "-r --require --import --loader --env-file",
        operand: Operand::Script,
    },
    Interpreter {
        names: &["deno"],
        language: "javascript",
        code: "eval",
        values: "",
        operand: Operand::Other,
    },
    Interpreter {
        names: &["bun"],
        language: "javascript",
        code: "-e --eval -p --print",
        values: "",
        operand: Operand::Script,
    },
    Interpreter {
        names: &["perl"],
        language: "perl",
        code: "-e -E",
        values: "-I -M -m",
        operand: Operand::Script,
    },
    Interpreter {
        names: &["ruby", "jruby", "irb"],
        language: "ruby",
        code: "-e",
        values: "-I -r -C -E",
        operand: Operand::Script,
    },
    Interpreter {
        names: &["php", "php8"],
        language: "php",
        code: "-r -R -B -E",
        values: "-d -c -f",
        operand: Operand::Script,
    },
    Interpreter {
        names: &["lua", "luajit", "lua5.1", "lua5.3", "lua5.4"],
        language: "lua",
        code: "-e",
        values: "-l",
        operand: Operand::Script,
    },
    Interpreter {
        names: &["osascript"],
        language: "applescript",
        code: "-e",
        values: "-l -s",
        operand: Operand::Script,
    },
    Interpreter {
        names: &["powershell", "powershell.exe", "pwsh", "pwsh.exe"],
        language: "powershell",
        code: "-c -Command -command -C /c",
        values: "-ExecutionPolicy -ep -WindowStyle -w",
        operand: Operand::Code,
    },
    Interpreter {
        names: &["awk", "gawk", "mawk", "nawk"],
        language: "awk",
        code: "-e --source",
        values: "-F -v -f -i --field-separator --assign",
        operand: Operand::Code,
    },
    Interpreter {
        names: &["sed", "gsed"],
        language: "sed",
        code: "-e --expression",
        values: "-f -l",
        operand: Operand::Code,
    },
    Interpreter {
        names: &["jq"],
        language: "jq",
        code: "",
        values: "--arg --argjson --slurpfile --indent -f -L",
        operand: Operand::Code,
    },
    Interpreter {
        names: &["psql", "pgcli"],
        language: "sql",
        code: "-c --command",
        values: "-h -p -U -d -f -v -o -F -P -R -T --host --port --username --dbname --file --set",
        operand: Operand::Other,
    },
    Interpreter {
        names: &["mysql", "mariadb"],
        language: "sql",
        code: "-e --execute",
        values: "-h -P -u -D -S --host --port --user --database",
        operand: Operand::Other,
    },
    Interpreter {
        names: &["sqlite3", "duckdb"],
        language: "sql",
        code: "-cmd -c",
        values: "-separator -init",
        operand: Operand::CodeSecond,
    },
    Interpreter {
        names: &["clickhouse-client", "clickhouse"],
        language: "sql",
        code: "-q --query",
        values: "-h --host -u --user -d --database --password",
        operand: Operand::Other,
    },
    Interpreter {
        names: &["sqlcmd"],
        language: "sql",
        code: "-Q -q",
        values: "-S -U -P -d -i -o",
        operand: Operand::Other,
    },
    Interpreter { names: &["bq"], language: "sql", code: "", values: "", operand: Operand::Other },
    Interpreter {
        names: &["cqlsh"],
        language: "sql",
        code: "-e --execute",
        values: "-u -p -k -f",
        operand: Operand::Other,
    },
    Interpreter {
        names: &["mongosh", "mongo"],
        language: "mongodb",
        code: "--eval",
        values: "--host --port -u -p --username --password",
        operand: Operand::Other,
    },
    Interpreter {
        names: &["R", "Rscript"],
        language: "r",
        code: "-e",
        values: "-f",
        operand: Operand::Script,
    },
    Interpreter {
        names: &["julia"],
        language: "julia",
        code: "-e --eval -E --print",
        values: "-p -t -L",
        operand: Operand::Script,
    },
    Interpreter {
        names: &["elixir"],
        language: "elixir",
        code: "-e --eval",
        values: "-r",
        operand: Operand::Script,
    },
    Interpreter {
        names: &["groovy"],
        language: "groovy",
        code: "-e",
        values: "-cp",
        operand: Operand::Script,
    },
    Interpreter {
        names: &["tclsh", "expect"],
        language: "tcl",
        code: "-c",
        values: "-f",
        operand: Operand::Script,
    },
];

/// The language of an interpreter.
pub(super) fn language(program: &str) -> Option<&'static str> {
    Some(interpreter(program)?.language)
}

fn interpreter(program: &str) -> Option<&'static Interpreter> {
    // `python3.12`, `perl5.36`: the version does not matter.
    let plain = program.trim_end_matches(|char: char| char.is_ascii_digit() || char == '.');
    let known = |name: &str| INTERPRETERS.iter().find(|row| row.names.contains(&name));
    // PERF: most programs are none; their first letter tells many.
    if !program
        .starts_with(['p', 'n', 't', 'd', 'b', 'i', 'r', 'l', 'o', 'a', 'g', 'm', 's', 'j', 'c', 'R', 'e'])
    {
        return None;
    }
    known(program).or_else(|| if plain == program { None } else { known(plain) })
}

impl Walker<'_> {
    /// Adds the code of an interpreter; `false` where the command is none, or may print what is known.
    pub(super) fn interpreter(&mut self, context: &Context, name: &str, args: &[Field], at: usize) -> bool {
        let Some(row) = interpreter(name) else { return false };
        let read = Arguments::read(row, args);
        for code in &read.code {
            self.add_code(at, row.language, code);
            self.nested_code(context, row.language, &code.text, at);
        }
        let mut found = !read.code.is_empty();
        for script in &read.scripts {
            found |= self.script_code(context, row.language, script, at);
        }
        if !found
            && read.scripts.is_empty()
            && !read.module
            && row.operand != Operand::Code
            && let Some(text) = context.input.known()
        {
            let text = Field::of(text);
            self.add_code(at, row.language, &text);
            self.nested_code(context, row.language, &text.text, at);
        }
        // Simple uses of `sed` are computed by `printed`.
        if row.language != "sed" {
            self.lose_output();
        }
        row.language != "sed"
    }

    /// The code of a script file.
    fn script_code(&mut self, context: &Context, language: &'static str, file: &Field, at: usize) -> bool {
        let Some(path) = file.known() else { return false };
        if let Some((_, text, names)) = self.feeds.iter().find(|(feed, _, _)| feed == path).cloned() {
            self.connect(at, at.saturating_add(1), &names, false);
            if let Some(text) = text {
                self.add_code(at, language, &Field::of(&text));
            }
            return true;
        }
        let written = self.path_key(context, path).and_then(|key| self.memory.file(&key).cloned());
        let text = match written {
            Some(file) => {
                self.connect(at, at.saturating_add(1), &file.from, false);
                file.text
            }
            None => self.read_file(context, path).ok().flatten(),
        };
        let Some(text) = text else { return false };
        let text = Field::of(&text);
        self.add_code(at, language, &text);
        self.nested_code(context, language, &text.text, at);
        true
    }

    /// Shell commands that stand in code as constants, where the language has few ways to say them.
    fn nested_code(&mut self, context: &Context, language: &str, code: &str, at: usize) {
        let span = self.commands.list.get(at).map_or((0, 0), |command| command.span);
        let texts = match language {
            "awk" => calls(code, &["system("]),
            "applescript" => calls(code, &["do shell script "]),
            "tcl" => spawned(code),
            "sed" => sed_commands(code),
            "sql" => lines_after(code, &["\\!", "system ", ".shell ", ".system "]),
            _ => Vec::new(),
        };
        for text in texts {
            let mut inner = self.inside(context, language, Span::default());
            inner.at = Some(span);
            self.nested_in(&inner, &text);
        }
    }
}

/// The arguments of an interpreter.
#[derive(Default)]
struct Arguments {
    code: Vec<Field>,
    scripts: Vec<Field>,
    /// Whether a module is run: `python -m x`.
    module: bool,
}

impl Arguments {
    fn read(row: &Interpreter, args: &[Field]) -> Self {
        let mut read = Self::default();
        let mut operands = 0_u8;
        let mut rest = args;
        while let Some((first, after)) = rest.split_first() {
            rest = after;
            let text = first.text.as_str();
            let long = text.split_once('=').filter(|_| text.starts_with("--"));
            let (option, value) = long.map_or((text, None), |(option, value)| (option, Some(value)));
            // `-lne 'code'`, `-ecode`: the letter that takes code in a cluster.
            let clustered = text.len() > 2 && text.starts_with('-') && !text.starts_with("--");
            let letter = if clustered { cluster(row, text) } else { None };
            if listed(row.code, option) || letter.is_some() {
                match value.or(letter.filter(|rest| !rest.is_empty())) {
                    Some(text) => read.code.push(Field { text: text.to_owned(), ..first.clone() }),
                    None => {
                        read.code.extend(after.first().cloned());
                        rest = after.get(1..).unwrap_or_default();
                    }
                }
            } else if listed(row.values, text) {
                read.module |= text == "-m";
                if text == "-f" && matches!(row.language, "awk" | "sed" | "sql" | "php" | "tcl") {
                    read.scripts.extend(after.first().cloned());
                }
                rest = after.get(1..).unwrap_or_default();
            } else if !text.starts_with('-') {
                operands = operands.saturating_add(1);
                let alone = operands == 1 && read.code.is_empty() && read.scripts.is_empty();
                match row.operand {
                    Operand::Script if alone && !read.module => read.scripts.push(first.clone()),
                    Operand::Code if alone => read.code.push(first.clone()),
                    Operand::CodeSecond if operands == 2 => read.code.push(first.clone()),
                    Operand::Script | Operand::Code | Operand::CodeSecond | Operand::Other => {}
                }
                if row.operand == Operand::Script {
                    break;
                }
            }
        }
        read
    }
}

fn listed(list: &str, option: &str) -> bool {
    !list.is_empty() && list.split(' ').any(|own| own == option)
}

/// What follows the letter for code in a cluster of options; `None` where it has none.
fn cluster<'t>(row: &Interpreter, text: &'t str) -> Option<&'t str> {
    // Long options with one dash are no clusters.
    if matches!(
        row.language,
        "powershell" | "sql" | "r" | "julia" | "elixir" | "groovy" | "tcl" | "applescript"
    ) {
        return None;
    }
    let letters = text.strip_prefix('-')?;
    for (at, letter) in letters.char_indices() {
        let option = format!("-{letter}");
        let rest = letters.get(at.saturating_add(letter.len_utf8())..)?;
        if row.code.split(' ').any(|own| own == option) {
            return Some(rest);
        }
        if row.values.split(' ').any(|own| own == option) || !letter.is_ascii_alphanumeric() {
            return None;
        }
    }
    None
}

/// The constant strings behind a word.
fn calls(code: &str, words: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for word in words {
        for (at, _) in code.match_indices(word).take(64) {
            let rest = code.get(at.saturating_add(word.len())..).unwrap_or_default().trim_start();
            let Some(rest) = rest.strip_prefix('"') else { continue };
            let mut text = String::new();
            let mut chars = rest.chars();
            while let Some(char) = chars.next() {
                match char {
                    '"' => break,
                    '\\' => text.extend(chars.next()),
                    char => text.push(char),
                }
            }
            found.push(text);
        }
    }
    found
}

/// `spawn x`, `exec x`, `system x` of Tcl.
fn spawned(code: &str) -> Vec<String> {
    let statements = code.split(['\n', ';']).map(str::trim).take(256);
    let run = |line: &str| {
        ["spawn ", "exec ", "system "].iter().find_map(|word| line.strip_prefix(word).map(str::to_owned))
    };
    statements.filter_map(run).collect()
}

/// `1e command` of `sed`.
fn sed_commands(code: &str) -> Vec<String> {
    let statements = code.split('\n').map(str::trim).take(256);
    let run = |line: &str| {
        let rest =
            line.trim_start_matches(|char: char| char.is_ascii_digit() || matches!(char, '$' | ',' | ' '));
        rest.strip_prefix("e ").map(|text| text.trim().to_owned())
    };
    statements.filter_map(run).collect()
}

fn lines_after(code: &str, words: &[&str]) -> Vec<String> {
    let run = |line: &str| {
        words.iter().find_map(|word| line.trim().strip_prefix(word).map(|text| text.trim().to_owned()))
    };
    code.lines().take(4096).filter_map(run).collect()
}
