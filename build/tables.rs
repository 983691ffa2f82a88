//! The const tables of the facts. In: `data/programs/*.toml`, `data/interpreters.toml`. Out: `programs.rs` and
//! `calls.rs` in `OUT_DIR`, which `facts::program` includes. A row that is not understood stops the build and is named.
//! Deliberately not here: the meaning of a row (`src/facts/program`), its cases (they are tests).

#[path = "row.rs"]
mod row;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use toml::{Table, Value};

/// A node of the tree of programs and sub-commands, before it is written.
#[derive(Clone, Default)]
pub(crate) struct Node {
    /// E.g. `["git", "push"]`.
    pub(crate) path: Vec<String>,
    /// The row; empty for a node that only leads to others.
    pub(crate) row: Table,
    /// Its children by the word that leads to them.
    pub(crate) children: BTreeMap<String, usize>,
    pub(crate) parent: Option<usize>,
}

/// Writes both tables.
pub(crate) fn generate() {
    println!("cargo::rerun-if-changed=data");
    let out = std::env::var_os("OUT_DIR").expect("invariant: Cargo names the output directory");
    let out = Path::new(&out);
    write(&out.join("programs.rs"), &programs(&rows("data/programs")));
    write(&out.join("calls.rs"), &calls(&read(Path::new("data/interpreters.toml"))));
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

fn read(path: &Path) -> Table {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of a folder, files in the order of their names.
fn rows(folder: &str) -> Vec<Table> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{folder}: {error}"))
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    let tables = files.iter().map(|path| read(path));
    tables.flat_map(|table| list(&table, "program")).filter_map(|value| value.as_table().cloned()).collect()
}

fn list(table: &Table, key: &str) -> Vec<Value> {
    table.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
}

/// The texts of a list, or the one text, under `key`.
pub(crate) fn texts(table: &Table, key: &str) -> Vec<String> {
    match table.get(key) {
        None => Vec::new(),
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().unwrap_or_else(|| panic!("`{key}`: not a text")).to_owned())
            .collect(),
        Some(other) => panic!("`{key}`: {other:?} is neither a text nor a list of texts"),
    }
}

/// The tree of all rows, and the names that lead to its roots.
fn tree(rows: &[Table]) -> (Vec<Node>, BTreeMap<String, usize>) {
    let mut nodes: Vec<Node> = Vec::new();
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for row in rows {
        let mut all = texts(row, "name");
        all.extend(texts(row, "like"));
        assert!(!all.is_empty(), "a row without a name: {row:?}");
        for name in all.iter().flat_map(|name| expand(name)) {
            place(&mut nodes, &mut names, &name, row);
        }
        for alias in texts(row, "aliases") {
            let root = names[&texts(row, "name")[0].to_lowercase()];
            assert!(names.insert(alias.to_lowercase(), root).is_none(), "`{alias}` stands twice");
        }
    }
    (nodes, names)
}

/// The names that `docker ps|images` stands for.
fn expand(name: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for word in name.split(' ') {
        let add = |start: &String| {
            word.split('|').map(|word| format!("{start} {word}").trim_start().to_owned()).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(add).collect();
    }
    all
}

/// Puts a row where its name says, e.g. `npm install=i`.
fn place(nodes: &mut Vec<Node>, names: &mut BTreeMap<String, usize>, name: &str, row: &Table) {
    let mut at: Option<usize> = None;
    for word in name.split(' ') {
        let spellings: Vec<&str> = word.split('=').collect();
        let map = at.map_or(&*names, |parent| &nodes[parent].children);
        let key = |spelling: &str| if at.is_none() { spelling.to_lowercase() } else { spelling.to_owned() };
        let known = map.get(&key(spellings[0])).copied();
        let node = known.unwrap_or_else(|| {
            let mut path = at.map(|parent| nodes[parent].path.clone()).unwrap_or_default();
            path.push(spellings[0].to_owned());
            nodes.push(Node { path, parent: at, ..Node::default() });
            nodes.len() - 1
        });
        let keys: Vec<String> = spellings.iter().map(|spelling| key(spelling)).collect();
        let map = at.map_or(&mut *names, |parent| &mut nodes[parent].children);
        for key in keys {
            let before = map.insert(key.clone(), node);
            assert!(before.is_none_or(|before| before == node), "`{key}` of `{name}` stands twice");
        }
        at = Some(node);
    }
    let node = at.expect("invariant: a name has a word");
    assert!(nodes[node].row.is_empty(), "`{name}` stands twice");
    nodes[node].row = row.clone();
}

fn programs(rows: &[Table]) -> String {
    let (nodes, names) = tree(rows);
    let mut text = String::from("pub(super) static ROWS: &[Row] = &[\n");
    let mut bodies: BTreeMap<String, usize> = BTreeMap::new();
    for node in &nodes {
        let (head, body) = row::write(&nodes, node);
        let next = bodies.len();
        let body = *bodies.entry(body).or_insert(next);
        let _ = writeln!(text, "    Row {{ {head}, body: &BODY_{body} }},");
    }
    text.push_str("];\n\n");
    let mut known: BTreeMap<String, (usize, String)> =
        names.iter().map(|(name, number)| (name.clone(), (*number, String::new()))).collect();
    for row in rows {
        for other in texts(row, "kin") {
            let root = names[&texts(row, "name")[0].to_lowercase()];
            let before = known.insert(other.to_lowercase(), (root, other.clone()));
            assert!(before.is_none(), "`{other}` stands twice");
        }
    }
    text.push_str(&named(&known));
    for (body, number) in &bodies {
        let _ = writeln!(text, "static BODY_{number}: Body = {body};");
    }
    text
}

/// The names of programs: one text, where each begins and how long it is with its row, and what some are shown as.
fn named(known: &BTreeMap<String, (usize, String)>) -> String {
    let (mut names, mut rows, mut shown) = (String::new(), String::new(), String::new());
    for (place, (name, (number, other))) in known.iter().enumerate() {
        let _ = write!(rows, "({}, {}, {number}), ", names.len(), name.len());
        names.push_str(name);
        if !other.is_empty() {
            let _ = write!(shown, "({place}, {other:?}), ");
        }
    }
    format!(
        "/// The names of programs, sorted, behind each other.\nstatic NAME_TEXT: &str = {names:?};\n\n\
         /// Of each where it begins, its length and its row.\nstatic NAMES: &[(u16, u8, u16)] = &[{rows}];\n\n\
         /// What a name is shown as where that is not the row's name, by its place.\nstatic SHOWN: &[(usize, &str)] = &[{shown}];\n\n"
    )
}

/// The calls of all languages, sorted by language and name.
fn calls(table: &Table) -> String {
    let mut text = String::from("pub(super) static LANGUAGES: &[Language] = &[\n");
    for value in list(table, "language") {
        let language = value.as_table().expect("a language is a table");
        let name = &texts(language, "name")[0];
        let mut calls: Vec<String> =
            texts(language, "calls").iter().map(|call| row::call(name, call)).collect();
        calls.sort();
        let _ = writeln!(
            text,
            "    Language {{ name: {name:?}, comments: &{:?}, block: &{:?}, quotes: {:?}, join: &{:?}, calls: &[\n        {}\n    ] }},",
            texts(language, "comments"),
            texts(language, "block"),
            texts(language, "quotes").concat(),
            texts(language, "join"),
            calls.join(",\n        ")
        );
    }
    text.push_str("];\n");
    text
}
