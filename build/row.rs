//! One row of the table of programs as Rust. In: a row of `data/programs/*.toml` (the format is documented in
//! `data/programs/README.md`). Out: the text of a `Row`.

use super::{Node, texts};
use std::collections::BTreeSet;
use toml::Value;

/// The row of a node, with what it inherits: what is its own, and what it may share with others.
pub(crate) fn write(nodes: &[Node], node: &Node) -> (String, String) {
    let name = node.path.join(" ");
    let fail = |what: &str| -> ! { panic!("`{name}`: {what}") };
    for key in node.row.keys() {
        if !KEYS.contains(&key.as_str()) {
            fail(&format!("unknown key `{key}`"));
        }
    }
    let mut options: Vec<String> = Vec::new();
    let mut listed: BTreeSet<String> = lineage(nodes, node).flat_map(option_names).collect();
    for text in texts(&node.row, "options") {
        options.push(option(&text));
    }
    // A flag that a condition names is an option, listed or not.
    let named = conditions(node)
        .iter()
        .flat_map(|text| text.split_whitespace().map(str::to_owned))
        .collect::<Vec<_>>();
    for test in named {
        let test = test.trim_start_matches('!');
        if test.starts_with(['-', '/']) || (test.contains('=') && !test.starts_with('@')) {
            for flag in test.split('=').next().unwrap_or_default().split('|') {
                if listed.insert(flag.to_owned()) {
                    options.push(option(flag));
                }
            }
        }
    }
    let layouts: Vec<String> =
        node.row.get("layouts").and_then(Value::as_array).into_iter().flatten().map(layout).collect();
    let does: Vec<String> = texts(&node.row, "does").iter().map(|text| rule(text)).collect();
    let implicit: Vec<String> = texts(&node.row, "touches").iter().map(|text| implicit(text)).collect();
    let (patterns, children): (Vec<_>, Vec<_>) =
        node.children.iter().partition(|(word, _)| word.contains('*'));
    let style = inherited(nodes, node, "style").unwrap_or_else(|| "gnu".to_owned());
    let body = format!(
        "Body {{ options: &[{}], operands: &[{}], layouts: &[{}], does: &[{}], touches: &[{}], recursive: {}, dry: {}, \
         before: {}, bundle: {}, input: {:?} }}",
        options.join(", "),
        slots(&texts(&node.row, "operands")),
        layouts.join(", "),
        does.join(", "),
        implicit.join(", "),
        optional(texts(&node.row, "recursive").first()),
        optional(texts(&node.row, "dry").first()),
        flag(node, "before"),
        flag(node, "bundle"),
        texts(&node.row, "input").first().map_or("", String::as_str),
    );
    let head = format!(
        "name: {name:?}, parent: {:?}, style: Style::{}, any_case: {}, children: &{:?}, patterns: &{:?}",
        node.parent.map(|parent| u16::try_from(parent).expect("few rows")),
        camel(&style),
        inherited_flag(nodes, node, "any_case"),
        children,
        patterns,
    );
    (head, body)
}

const KEYS: &[&str] = &[
    "name",
    "like",
    "kin",
    "aliases",
    "style",
    "options",
    "operands",
    "layouts",
    "does",
    "touches",
    "recursive",
    "dry",
    "before",
    "any_case",
    "bundle",
    "input",
    "harmful",
    "harmless",
    "about",
];

fn lineage<'n>(nodes: &'n [Node], node: &'n Node) -> impl Iterator<Item = &'n Node> {
    std::iter::successors(Some(node), |node| node.parent.and_then(|parent| nodes.get(parent)))
}

fn inherited(nodes: &[Node], node: &Node, key: &str) -> Option<String> {
    lineage(nodes, node).find_map(|node| texts(&node.row, key).first().cloned())
}

fn flag(node: &Node, key: &str) -> bool {
    node.row.get(key).and_then(Value::as_bool).unwrap_or(false)
}

fn inherited_flag(nodes: &[Node], node: &Node, key: &str) -> bool {
    lineage(nodes, node).any(|node| flag(node, key))
}

/// All texts of a row that hold conditions.
fn conditions(node: &Node) -> Vec<String> {
    let mut all = texts(&node.row, "recursive");
    all.extend(texts(&node.row, "dry"));
    let rules = texts(&node.row, "does").into_iter().chain(texts(&node.row, "touches"));
    all.extend(rules.filter_map(|text| text.split_once(" if ").map(|(_, when)| when.to_owned())));
    for layout in node.row.get("layouts").and_then(Value::as_array).into_iter().flatten() {
        all.extend(
            layout.as_array().and_then(|items| items.first()).and_then(Value::as_str).map(str::to_owned),
        );
    }
    all
}

fn option_names(node: &Node) -> Vec<String> {
    texts(&node.row, "options").iter().flat_map(|text| names(split_option(text).0)).collect()
}

fn names(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Names, kind of value with whether it is required, behaviours.
fn split_option(text: &str) -> (&str, Option<(&str, bool)>, &str) {
    let (head, does) = text.split_once(" : ").unwrap_or((text, ""));
    if let Some((names, kind)) = head.split_once(" ?= ") {
        return (names, Some((kind, false)), does);
    }
    head.split_once(" = ").map_or((head, None, does), |(names, kind)| (names, Some((kind, true)), does))
}

/// E.g. `-t --target-directory = paths.write : upload`.
fn option(text: &str) -> String {
    let (head, value, does) = split_option(text);
    let value = match value {
        None => "Takes::Nothing".to_owned(),
        Some((kind, true)) => format!("Takes::Value({})", self::kind(kind)),
        Some((kind, false)) => format!("Takes::Joined({})", self::kind(kind)),
    };
    format!("Opt {{ names: &{:?}, takes: {value}, does: &[{}] }}", names(head), behaviours(does))
}

fn behaviours(text: &str) -> String {
    text.split_whitespace().map(|name| format!("Behaviour::{}", camel(name))).collect::<Vec<_>>().join(", ")
}

/// `git_push` as `GitPush`.
fn camel(name: &str) -> String {
    let upper = |part: &str| part[..1].to_uppercase() + &part[1..];
    name.split('_').map(upper).collect()
}

fn kind(text: &str) -> String {
    let access = |access: &str| match access {
        "read" => "Access::Read",
        "write" => "Access::Write",
        "delete" => "Access::Delete",
        "execute" => "Access::Execute",
        _ => panic!("`{text}`: unknown access `{access}`"),
    };
    match text.split_once(['.', ':']) {
        Some(("paths", rest)) => format!("Kind::Path({})", access(rest)),
        Some(("own", rest)) => format!("Kind::Own({})", access(rest)),
        Some(("remote", rest)) => format!("Kind::Remote({})", access(rest)),
        Some(("code", language)) => format!("Kind::Code({language:?})"),
        Some(_) => panic!("unknown kind `{text}`"),
        None => match text {
            "text" | "urls" | "hosts" | "directory" | "setting" | "refs" | "at" | "form" | "mount"
            | "script" | "module" | "program" | "until" | "rest" | "archive" => {
                format!("Kind::{}", camel(text))
            }
            _ => panic!("unknown kind `{text}`"),
        },
    }
}

fn slots(texts: &[String]) -> String {
    let slot = |text: &String| {
        let (text, many) = text.strip_suffix(" ...").map_or((text.as_str(), false), |text| (text, true));
        format!("Slot {{ kind: {}, many: {many} }}", kind(text))
    };
    texts.iter().map(slot).collect::<Vec<_>>().join(", ")
}

/// `[condition, slots…]`.
fn layout(value: &Value) -> String {
    let items: Vec<String> = value
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| item.as_str().expect("a layout is of texts").to_owned())
        .collect();
    let (when, rest) = items.split_first().expect("a layout has a condition");
    format!("Layout {{ when: &[{}], operands: &[{}] }}", condition(when), slots(rest))
}

/// `delete delete_recursive if -r -f`.
fn rule(text: &str) -> String {
    let (does, when) = text.split_once(" if ").unwrap_or((text, ""));
    format!("Rule {{ does: &[{}], when: &[{}] }}", behaviours(does), condition(when))
}

/// `write . if -x`.
fn implicit(text: &str) -> String {
    let (touch, when) = text.split_once(" if ").unwrap_or((text, ""));
    let (access, path) = touch.split_once(' ').unwrap_or_else(|| panic!("`{text}`: an access and a path"));
    let access = camel(access);
    format!("Implicit {{ access: Access::{access}, path: {path:?}, when: &[{}] }}", condition(when))
}

fn optional(text: Option<&String>) -> String {
    match text.map(String::as_str) {
        None => "None".to_owned(),
        Some("always") => "Some(&[])".to_owned(),
        Some(text) => format!("Some(&[{}])", condition(text)),
    }
}

fn condition(text: &str) -> String {
    text.split_whitespace().map(test).collect::<Vec<_>>().join(", ")
}

fn alternatives(text: &str) -> String {
    format!("&{:?}", text.split('|').collect::<Vec<_>>())
}

fn test(text: &str) -> String {
    let (not, text) = text.strip_prefix('!').map_or((false, text), |text| (true, text));
    let subject = match text.strip_prefix('@') {
        Some("none") => "Subject::NoOperand".to_owned(),
        Some(rest) => match rest.split_once('=') {
            Some((at, globs)) if at.parse::<u8>().is_ok() => {
                format!("Subject::OperandAt({at}, {})", alternatives(globs))
            }
            _ => format!("Subject::Operand({})", alternatives(rest)),
        },
        None => match text.split_once('=') {
            Some((names, globs)) => {
                format!("Subject::Value({}, {})", alternatives(names), alternatives(globs))
            }
            None => format!("Subject::Flag({})", alternatives(text)),
        },
    };
    format!("Test {{ not: {not}, subject: {subject} }}")
}

/// One call: `os.remove 0=paths.delete : delete`.
pub(crate) fn call(language: &str, text: &str) -> String {
    let (head, does) = text.split_once(" : ").unwrap_or((text, ""));
    let mut words = head.split_whitespace();
    let name = words.next().unwrap_or_else(|| panic!("{language}: a call without a name"));
    let arguments: Vec<String> = words
        .map(|word| {
            let (at, kind) = word.split_once('=').unwrap_or_else(|| panic!("{language}: `{text}`: `{word}`"));
            let kind = match kind.split_once('.') {
                Some(("paths", access)) => format!("Argument::Path(Access::{})", camel(access)),
                _ => format!("Argument::{}", camel(kind)),
            };
            match at.parse::<u8>() {
                Ok(at) => format!("({at}, {kind})"),
                Err(_) => panic!("{language}: `{text}`: `{at}` is no position"),
            }
        })
        .collect();
    format!(
        "Call {{ name: {name:?}, arguments: &[{}], does: &[{}] }}",
        arguments.join(", "),
        behaviours(does)
    )
}
