//! Recipes that a text runs by name: `make TARGET`, `npm run NAME`, `just NAME`.
//!
//! In: such a command, and the file that holds the recipe. Out: the commands of the recipe and of what it needs first.
//! Simple variables are filled in; what else stands in a recipe and is computed is late.
//! Deliberately not here: scripts (`files`), conditionals and functions of `make`, which count as late text.

use super::expand::Field;
use super::memory::{Held, Key, LATE_TEXT};
use super::walk::{Context, Walker};
use crate::facts::command::Origin;
use crate::model::json;
use crate::model::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Targets that one command makes at most.
const TARGETS: usize = 64;
/// Variables inside of each other.
const NESTING: u8 = 8;

/// A makefile or justfile, as far as it is needed.
#[derive(Default)]
struct Recipes {
    variables: BTreeMap<String, String>,
    /// For each target what it needs and its lines.
    rules: BTreeMap<String, (Vec<String>, Vec<String>)>,
    first: Option<String>,
}

impl Walker<'_> {
    /// `make -C dir -f file target VAR=value`.
    pub(super) fn make(&mut self, inner: &Context, args: &[Field]) {
        let mut targets = Vec::new();
        let mut variables = BTreeMap::new();
        let mut file: Option<String> = None;
        let mark = self.memory.mark();
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            let text = arg.text.as_str();
            let value = |prefix: &str| text.strip_prefix(prefix).filter(|value| !value.is_empty());
            match text {
                "-f" | "--file" | "--makefile" => file = rest.next().map(|next| next.text.clone()),
                "-C" | "--directory" => {
                    if let Some(next) = rest.next() {
                        self.enter(inner, next);
                    }
                }
                "-I" | "-o" | "-W" | "--old-file" | "--include-dir" => {
                    rest.next();
                }
                "--eval" | "-E" => {
                    if let Some(next) = rest.next() {
                        self.make_shell(inner, &next.text);
                    }
                }
                "-j" | "-l" | "-k" | "-n" | "-s" | "-B" | "-i" => {}
                _ => {
                    match (value("--file=").or_else(|| value("-f")), value("--directory="), value("--eval="))
                    {
                        (Some(path), _, _) => file = Some(path.to_owned()),
                        (_, Some(directory), _) => self.enter(inner, &Field::of(directory)),
                        (_, _, Some(text)) => self.make_shell(inner, text),
                        _ if text.starts_with('-') => {}
                        _ => match text.split_once('=') {
                            Some((name, value)) => {
                                let name = name.trim_end_matches([':', '?', '+']).to_owned();
                                variables.insert(name, value.to_owned());
                            }
                            None => targets.push(text.to_owned()),
                        },
                    }
                }
            }
        }
        let text = match file.as_deref() {
            Some("-" | "/dev/stdin") => inner.input.known().map(str::to_owned),
            Some(path) => self.recipe_text(inner, path),
            None => {
                ["GNUmakefile", "makefile", "Makefile"].iter().find_map(|path| self.recipe_text(inner, path))
            }
        };
        if let Some(text) = text {
            let mut recipes = makefile(&text);
            self.make_shell(inner, &text);
            recipes.variables.extend(variables);
            if targets.is_empty() {
                targets.extend(recipes.first.clone());
            }
            self.run_targets(inner, &recipes, targets, |recipes, line| make_text(recipes, line, 0));
        }
        self.memory.undo(mark);
    }

    fn enter(&mut self, inner: &Context, directory: &Field) {
        let directory = self.below(inner, directory);
        self.memory.set(Key::Directory, Some(Held::Directory(directory)));
    }

    /// A file that the text wrote, or that is there. Recipe files are read each time: they hold several recipes.
    fn recipe_text(&mut self, inner: &Context, path: &str) -> Option<String> {
        let key = self.path_key(inner, path);
        if let Some(file) = key.and_then(|key| self.memory.file(&key).cloned()) {
            return file.text;
        }
        let known = self.files.clone();
        let text = self.read_file(inner, path).ok().flatten();
        self.files = known;
        text
    }

    /// What runs while the file is read.
    fn make_shell(&mut self, inner: &Context, text: &str) {
        for command in shell_calls(text) {
            self.recipe(inner, &command);
        }
    }

    fn run_targets(
        &mut self,
        inner: &Context,
        recipes: &Recipes,
        targets: Vec<String>,
        fill: impl Fn(&Recipes, &str) -> String,
    ) {
        let mut done: BTreeSet<String> = BTreeSet::new();
        let mut open: Vec<(String, bool)> = targets.into_iter().rev().map(|target| (target, false)).collect();
        while let Some((target, ready)) = open.pop() {
            let Some((needs, lines)) = recipes.rules.get(&target) else { continue };
            if !ready {
                if done.len() >= TARGETS || !done.insert(target.clone()) {
                    continue;
                }
                open.push((target, true));
                open.extend(needs.iter().rev().map(|need| (need.clone(), false)));
                continue;
            }
            for line in lines {
                let text = fill(recipes, line);
                self.recipe(inner, &text);
            }
        }
    }

    /// One text of a recipe: a shell of its own.
    fn recipe(&mut self, inner: &Context, text: &str) {
        let mut inner = inner.clone();
        inner.origin = match inner.origin {
            Origin::Text | Origin::Nested | Origin::Script => Origin::Script,
            Origin::Elsewhere => Origin::Elsewhere,
        };
        self.nested_in(&inner, text);
    }

    /// `npm run NAME`, `yarn NAME`, `npm test`; `false` where no script is run.
    pub(super) fn package_script(&mut self, inner: &Context, tool: &str, args: &[Field]) -> bool {
        // A script may run the tool again.
        if inner.wrappers.iter().filter(|wrapper| *wrapper == tool).count() > 4 {
            return false;
        }
        let mark = self.memory.mark();
        let mut rest = args;
        while let Some((first, after)) = rest.split_first() {
            let taken = match first.text.as_str() {
                "-C" | "--prefix" | "--cwd" | "--dir" => {
                    if let Some(directory) = after.first() {
                        self.enter(inner, directory);
                    }
                    true
                }
                "-w" | "--workspace" | "-F" | "--filter" => true,
                option if option.starts_with('-') => false,
                _ => break,
            };
            rest = if taken { after.get(1..).unwrap_or_default() } else { after };
        }
        let texts = match rest.split_first() {
            Some((command, words)) => self.package_texts(inner, tool, &command.text, words),
            None => Vec::new(),
        };
        for text in &texts {
            self.recipe(inner, text);
        }
        self.memory.undo(mark);
        if !texts.is_empty() {
            self.lose_output();
        }
        !texts.is_empty()
    }

    /// The texts that a sub-command of a package manager runs, in order.
    fn package_texts(&mut self, inner: &Context, tool: &str, command: &str, words: &[Field]) -> Vec<String> {
        let run = matches!(command, "run" | "run-script" | "rum" | "urn");
        let words: Vec<&Field> = words.iter().skip_while(|word| run && word.text.starts_with('-')).collect();
        let name = match command {
            _ if run => words.first().map(|word| word.text.as_str()),
            "t" | "tst" if tool == "npm" => Some("test"),
            "test" | "start" | "stop" | "restart" if tool != "bun" => Some(command),
            name if matches!(tool, "yarn" | "pnpm" | "bun" | "composer") => Some(name),
            _ => None,
        };
        let lifecycle: &[&str] = match command {
            "install" | "i" | "ci" | "add" => &["preinstall", "install", "postinstall", "prepare"],
            "publish" => &["prepublishOnly", "prepack", "postpack", "publish", "postpublish"],
            "pack" => &["prepack", "postpack"],
            "version" => &["preversion", "version", "postversion"],
            _ => &[],
        };
        let names: Vec<String> = match name {
            Some(name) if lifecycle.is_empty() => {
                vec![format!("pre{name}"), name.to_owned(), format!("post{name}")]
            }
            Some(_) | None => lifecycle.iter().map(|name| (*name).to_owned()).collect(),
        };
        if names.is_empty() {
            return Vec::new();
        }
        let passed = words.iter().skip(usize::from(run)).filter(|word| word.text != "--");
        let passed: String = passed.map(|word| format!(" {}", super::carrier::quoted(&word.text))).collect();
        let scripts = self.package_scripts(inner, tool);
        let mut texts = Vec::new();
        for script in names {
            let own = name == Some(script.as_str());
            let found = scripts.get(&script).into_iter().flatten();
            texts.extend(found.map(|text| if own { format!("{text}{passed}") } else { text.clone() }));
        }
        texts
    }

    /// The scripts of the nearest `package.json` or `composer.json`.
    fn package_scripts(&mut self, inner: &Context, tool: &str) -> BTreeMap<String, Vec<String>> {
        let file = if tool == "composer" { "composer.json" } else { "package.json" };
        let Some(text) = self.recipe_text(inner, file) else { return BTreeMap::new() };
        let Ok(Value::Object(members)) = json::parse(text.as_bytes(), 64) else { return BTreeMap::new() };
        let scripts = members.into_iter().find(|(key, _)| key == "scripts").map(|(_, value)| value);
        let Some(Value::Object(scripts)) = scripts else { return BTreeMap::new() };
        let texts = |value: Value<'_>| match value {
            Value::String(text) => vec![text.into_owned()],
            Value::List(items) => items
                .into_iter()
                .filter_map(|item| match item {
                    Value::String(text) => Some(text.into_owned()),
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Object(_) => {
                        None
                    }
                })
                .collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
        };
        scripts.into_iter().map(|(name, value)| (name.into_owned(), texts(value))).collect()
    }

    /// `just recipe args`.
    pub(super) fn just(&mut self, inner: &Context, args: &[Field]) {
        let mark = self.memory.mark();
        let mut file: Option<String> = None;
        let mut names = Vec::new();
        let mut variables = BTreeMap::new();
        let mut rest = args.iter();
        while let Some(arg) = rest.next() {
            match arg.text.as_str() {
                "-f" | "--justfile" => file = rest.next().map(|next| next.text.clone()),
                "-d" | "--working-directory" | "--shell" | "--shell-arg" | "--dotenv-path" => {
                    rest.next();
                }
                "--set" => {
                    let name = rest.next().map(|next| next.text.clone());
                    let value = rest.next().map(|next| next.text.clone());
                    variables.extend(name.zip(value));
                }
                text if text.starts_with('-') => {}
                text => match text.split_once('=') {
                    Some((name, value)) => {
                        variables.insert(name.to_owned(), value.to_owned());
                    }
                    None => names.push(text.to_owned()),
                },
            }
        }
        let text = match file {
            Some(path) => self.recipe_text(inner, &path),
            None => {
                ["justfile", "Justfile", ".justfile"].iter().find_map(|path| self.recipe_text(inner, path))
            }
        };
        if let Some(text) = text {
            let mut recipes = justfile(&text);
            recipes.variables.extend(variables);
            if names.is_empty() {
                names.extend(recipes.first.clone());
            }
            self.run_targets(inner, &recipes, names, just_text);
        }
        self.memory.undo(mark);
    }
}

/// The commands of `$(shell command)`.
fn shell_calls(text: &str) -> Vec<String> {
    let call = |(at, open): (usize, &str)| {
        let rest = text.get(at.saturating_add(open.len())..)?;
        let mut nesting = 1_u32;
        let end = rest.find(|char| {
            match char {
                '(' => nesting = nesting.saturating_add(1),
                ')' => nesting = nesting.saturating_sub(1),
                _ => {}
            }
            nesting == 0
        })?;
        rest.get(..end).map(|command| command.replace("$$", "$"))
    };
    text.match_indices("$(shell ").take(64).filter_map(call).collect()
}

/// The lines of all recipes of a makefile, each once, and what runs while it is read.
pub(in crate::facts) fn make_recipes(text: &str) -> Vec<String> {
    let recipes = makefile(text);
    let lines = recipes.rules.values().flat_map(|(_, lines)| lines);
    each_once(shell_calls(text).into_iter().chain(lines.map(|line| make_text(&recipes, line, 0))))
}

/// The lines of all recipes of a justfile, each once.
pub(in crate::facts) fn just_recipes(text: &str) -> Vec<String> {
    let recipes = justfile(text);
    let lines = recipes.rules.values().flat_map(|(_, lines)| lines);
    each_once(lines.map(|line| just_text(&recipes, line)))
}

fn each_once(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    texts.filter(|text| seen.insert(text.clone())).collect()
}

/// Reads a makefile: variables, rules, recipe lines.
fn makefile(text: &str) -> Recipes {
    let mut recipes = Recipes::default();
    let joined = text.replace("\\\n", " ");
    let mut targets: Vec<String> = Vec::new();
    for line in joined.lines() {
        if let Some(recipe) = line.strip_prefix('\t') {
            push_line(&mut recipes, &targets, recipe.trim_start_matches(['@', '-', '+', ' ']));
            continue;
        }
        let line = line.split('#').next().unwrap_or_default().trim_end();
        if line.trim().is_empty() {
            continue;
        }
        let assigned = line.find('=').filter(|at| {
            let before = line.get(..*at).unwrap_or_default().trim_end_matches([':', '?', '+', '!']).trim();
            !before.is_empty() && !before.contains([':', ' ', '\t']) || before.starts_with("export ")
        });
        if let Some(at) = assigned {
            let (name, value) =
                (line.get(..at).unwrap_or_default(), line.get(at.saturating_add(1)..).unwrap_or_default());
            let append = name.trim_end().ends_with('+');
            let name = name
                .trim_start_matches("export ")
                .trim_end_matches([':', '?', '+', '!', ' ', '\t'])
                .trim()
                .to_owned();
            let before = recipes.variables.get(&name).filter(|_| append).cloned();
            let value =
                before.map_or_else(|| value.trim().to_owned(), |before| format!("{before} {}", value.trim()));
            recipes.variables.insert(name, value);
            targets.clear();
        } else if let Some((names, rest)) = line.split_once(':') {
            let (needs, recipe) =
                rest.split_once(';').map_or((rest, None), |(needs, recipe)| (needs, Some(recipe)));
            targets = names.split_whitespace().map(str::to_owned).collect();
            for target in &targets {
                if !target.starts_with('.') && recipes.first.is_none() && !target.contains('%') {
                    recipes.first = Some(target.clone());
                }
                let rule = recipes.rules.entry(target.clone()).or_default();
                rule.0.extend(
                    needs
                        .trim_start_matches(':')
                        .split_whitespace()
                        .filter(|need| *need != "|")
                        .map(str::to_owned),
                );
            }
            if let Some(recipe) = recipe {
                push_line(&mut recipes, &targets, recipe.trim());
            }
        }
    }
    recipes
}

fn push_line(recipes: &mut Recipes, targets: &[String], line: &str) {
    for target in targets {
        if let Some(rule) = recipes.rules.get_mut(target) {
            rule.1.push(line.to_owned());
        }
    }
}

/// A recipe line with `$(NAME)` filled in; what is not known is late, `$$` is `$`.
fn make_text(recipes: &Recipes, line: &str, nesting: u8) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((plain, after)) = rest.split_once('$') {
        out.push_str(plain);
        let mut chars = after.chars();
        let (name, next) = match chars.next() {
            Some('$') => {
                out.push('$');
                rest = chars.as_str();
                continue;
            }
            Some(open @ ('(' | '{')) => {
                let close = if open == '(' { ')' } else { '}' };
                chars.as_str().split_once(close).unwrap_or((chars.as_str(), ""))
            }
            Some(char) => after.split_at_checked(char.len_utf8()).unwrap_or((after, "")),
            None => break,
        };
        rest = next;
        match recipes.variables.get(name) {
            Some(value) if nesting < NESTING && out.len() < 1 << 16 => {
                out.push_str(&make_text(recipes, value, nesting.saturating_add(1)))
            }
            _ if name == "MAKE" => out.push_str("make"),
            _ if name == "RM" => out.push_str("rm -f"),
            _ => out.push_str(LATE_TEXT),
        }
    }
    out.push_str(rest);
    out
}

/// Reads a justfile: variables, recipes, their lines; a recipe that starts with `#!` is one text.
fn justfile(text: &str) -> Recipes {
    let mut recipes = Recipes::default();
    let mut name: Option<String> = None;
    for line in text.lines() {
        if line.starts_with([' ', '\t']) {
            let line = line.trim();
            if let Some(rule) = name.as_ref().and_then(|name| recipes.rules.get_mut(name)) {
                let script = rule.1.first().is_some_and(|first| first.starts_with("#!"));
                match rule.1.last_mut() {
                    Some(last) if script => {
                        last.push('\n');
                        last.push_str(line);
                    }
                    Some(_) | None => rule.1.push(line.trim_start_matches(['@', '-']).to_owned()),
                }
            }
            continue;
        }
        if line.starts_with(['#', '[']) || line.trim().is_empty() {
            continue;
        }
        if let Some((left, value)) = line.split_once(":=") {
            let variable = left.trim().trim_start_matches("export ").trim().to_owned();
            let value = value.trim();
            let constant = value.strip_prefix(['"', '\'']).and_then(|value| value.strip_suffix(['"', '\'']));
            recipes.variables.extend(constant.map(|value| (variable, value.to_owned())));
        } else if let Some((head, needs)) = line.split_once(':') {
            let own = head.trim_start_matches('@').split_whitespace().next().unwrap_or_default().to_owned();
            recipes.first.get_or_insert_with(|| own.clone());
            let needs = needs
                .split_whitespace()
                .map(|need| need.trim_matches(['(', ')']).to_owned())
                .filter(|need| need != "&&");
            recipes.rules.entry(own.clone()).or_default().0.extend(needs);
            name = Some(own);
        }
    }
    recipes
}

/// A line of a recipe with `{{name}}` filled in.
fn just_text(recipes: &Recipes, line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((plain, after)) = rest.split_once("{{") {
        out.push_str(plain);
        let (name, next) = after.split_once("}}").unwrap_or((after, ""));
        out.push_str(recipes.variables.get(name.trim()).map_or(LATE_TEXT, String::as_str));
        rest = next;
    }
    out.push_str(rest);
    out
}
