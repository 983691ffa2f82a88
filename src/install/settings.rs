//! An agent's settings file, edited as text: what is not ours stays as it was, byte for byte.
//!
//! In: the text of a JSON settings file (comments and trailing commas may be there) and the hooks to register. Out: the
//! text with exactly these hooks of ours, or with none. Every edit is checked against the values of both texts before
//! anybody writes it. Deliberately not here: files (`mod.rs`), which hooks an agent wants (`claude_code.rs`).

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstArray, CstInputValue, CstNode, CstObject, CstRootNode};
use serde_json::Value;

/// Nesting of a settings file; a deeper one is refused.
const DEPTH: usize = 256;

/// A hook to be registered: a group of its own below its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The agent's event, e.g. `PreToolUse`.
    pub event: &'static str,
    /// The whole group: matcher and one handler.
    pub group: Value,
}

/// Why a settings file is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError(String);

impl std::fmt::Display for SettingsError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SettingsError {}

fn refused(what: impl Into<String>) -> SettingsError {
    SettingsError(what.into())
}

/// The text with these hooks and no other hooks of ours. A text that has them already comes back unchanged.
///
/// # Errors
/// Where the text is no JSON object, or its `hooks` are not of the shape that the agent reads.
pub fn register(text: &str, entries: &[Entry]) -> Result<String, SettingsError> {
    let text = if text.trim().is_empty() { "{}\n" } else { text };
    let document = parse(text)?;
    let settings = settings(&document)?;
    check_shape(&settings)?;
    remove_ours(&settings, |event, group| {
        entries.iter().any(|entry| entry.event == event && entry.group == *group)
    });
    let hooks =
        settings.object_value_or_create("hooks").ok_or_else(|| refused("`hooks` is not an object"))?;
    for entry in entries {
        let groups = hooks
            .array_value_or_create(entry.event)
            .ok_or_else(|| refused(format!("`hooks.{}` is not a list", entry.event)))?;
        if !groups.elements().iter().any(|group| group.to_serde_value().as_ref() == Some(&entry.group)) {
            groups.append(input(&entry.group));
        }
    }
    checked(text, document.to_string(), entries)
}

/// The text without any hook of ours, and without lists and objects that only held them.
///
/// # Errors
/// As for [`register`].
pub fn unregister(text: &str) -> Result<String, SettingsError> {
    if text.trim().is_empty() {
        return Ok(text.to_owned());
    }
    let document = parse(text)?;
    let settings = settings(&document)?;
    check_shape(&settings)?;
    remove_ours(&settings, |_, _| false);
    checked(text, document.to_string(), &[])
}

/// True where a text has a hook of ours.
///
/// # Errors
/// As for [`register`].
pub fn has_ours(text: &str) -> Result<bool, SettingsError> {
    Ok(unregister(text)? != text)
}

/// True where the settings say that no hook is to run.
#[must_use]
pub fn hooks_are_off(text: &str) -> bool {
    let settings = parse(text).ok().and_then(|document| document.to_serde_value());
    settings.is_some_and(|settings| settings.get("disableAllHooks") == Some(&Value::Bool(true)))
}

/// True for a handler that runs agsec, of this or an older version, in either form of command.
fn is_ours(handler: &Value) -> bool {
    let Some(command) = handler.get("command").and_then(Value::as_str) else { return false };
    let words: Vec<String> = match handler.get("args").and_then(Value::as_array) {
        Some(arguments) => {
            let arguments = arguments.iter().filter_map(Value::as_str).map(str::to_owned);
            std::iter::once(command.to_owned()).chain(arguments).collect()
        }
        None => shell_words(command),
    };
    let program = words.first().and_then(|word| word.rsplit(['/', '\\']).next()).unwrap_or_default();
    match program.strip_suffix(".exe").unwrap_or(program) {
        "agsec-hook" => true,
        "agsec" => words.get(1).is_some_and(|word| word == "check"),
        _ => false,
    }
}

/// The words of a simple command; quotes around or inside words are taken off.
fn shell_words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for character in command.chars() {
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => word.push(character),
            None if matches!(character, '"' | '\'') => quote = Some(character),
            None if character.is_whitespace() => {
                words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()))
            }
            None => word.push(character),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

fn parse(text: &str) -> Result<CstRootNode, SettingsError> {
    if depth(text) > DEPTH {
        return Err(refused(format!("it is nested more than {DEPTH} deep")));
    }
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    CstRootNode::parse(text, &options).map_err(|error| {
        let told = error.to_string();
        let mut letters = told.chars();
        let first = letters.next().map(|letter| letter.to_ascii_lowercase());
        refused(format!("it is not JSON: {}{}", first.into_iter().collect::<String>(), letters.as_str()))
    })
}

/// How deep brackets nest outside strings. The parser recurses; brackets in comments count too, which does no harm.
fn depth(text: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

fn settings(document: &CstRootNode) -> Result<CstObject, SettingsError> {
    document.object_value().ok_or_else(|| refused("it is not a JSON object"))
}

/// `hooks` is what the agent reads: an object of lists of groups, each with a list of handlers. No key is there twice,
/// because readers do not agree on which of them counts.
fn check_shape(settings: &CstObject) -> Result<(), SettingsError> {
    unique(settings, "")?;
    let Some(hooks) = settings.get("hooks") else { return Ok(()) };
    let hooks = hooks.object_value().ok_or_else(|| refused("`hooks` is not an object"))?;
    unique(&hooks, "hooks.")?;
    for event in hooks.properties() {
        let name = event.decoded_name().unwrap_or_default();
        let groups = event.array_value().ok_or_else(|| refused(format!("`hooks.{name}` is not a list")))?;
        for (number, group) in groups.elements().into_iter().enumerate() {
            let place = format!("hooks.{name}[{number}]");
            let group = group.as_object().ok_or_else(|| refused(format!("`{place}` is not an object")))?;
            unique(&group, &format!("{place}."))?;
            let handlers = group
                .array_value("hooks")
                .ok_or_else(|| refused(format!("`{place}.hooks` is not a list")))?;
            if handlers.elements().iter().any(|handler| handler.as_object().is_none()) {
                return Err(refused(format!("`{place}.hooks` holds something that is not an object")));
            }
        }
    }
    Ok(())
}

fn unique(object: &CstObject, place: &str) -> Result<(), SettingsError> {
    let mut names: Vec<String> = object.properties().iter().filter_map(|one| one.decoded_name()).collect();
    names.sort();
    match names.windows(2).find(|pair| pair.first() == pair.last()) {
        Some(pair) => {
            Err(refused(format!("`{place}{}` is there twice", pair.first().map_or("", String::as_str))))
        }
        None => Ok(()),
    }
}

/// Removes every handler of ours but the groups to keep, and what is left empty by that.
fn remove_ours(settings: &CstObject, keep: impl Fn(&str, &Value) -> bool) {
    let Some(hooks) = settings.object_value("hooks") else { return };
    let mut removed = false;
    for event in hooks.properties() {
        let (Some(name), Some(groups)) = (event.decoded_name(), event.array_value()) else { continue };
        let mut kept: Vec<Value> = Vec::new();
        let mut emptied = false;
        for group in groups.elements() {
            let value = group.to_serde_value().unwrap_or_default();
            if keep(&name, &value) && !kept.contains(&value) {
                kept.push(value);
                continue;
            }
            if remove_handlers(&group) {
                group.remove();
                emptied = true;
            }
        }
        if emptied && groups.elements().is_empty() {
            event.remove();
            removed = true;
        }
    }
    if removed
        && hooks.properties().is_empty()
        && let Some(property) = settings.get("hooks")
    {
        property.remove();
    }
}

/// Removes our handlers of a group; true where that left it without any.
fn remove_handlers(group: &CstNode) -> bool {
    let Some(handlers) = group.as_object().and_then(|group| group.array_value("hooks")) else { return false };
    let ours: Vec<CstNode> = elements_of_ours(&handlers);
    let any = !ours.is_empty();
    for handler in ours {
        handler.remove();
    }
    any && handlers.elements().is_empty()
}

fn elements_of_ours(handlers: &CstArray) -> Vec<CstNode> {
    let ours = |handler: &CstNode| handler.to_serde_value().is_some_and(|value| is_ours(&value));
    handlers.elements().into_iter().filter(ours).collect()
}

/// Hands out the edited text only if, read again, it says what it should: the same as before but for hooks of ours, and
/// of those exactly the entries.
fn checked(before: &str, after: String, entries: &[Entry]) -> Result<String, SettingsError> {
    let value = |text: &str| parse(text)?.to_serde_value().ok_or_else(|| refused("it is not JSON"));
    let (old, new) = (value(before)?, value(&after)?);
    let wanted = entries.iter().all(|entry| {
        let groups = new.pointer(&format!("/hooks/{}", entry.event)).and_then(Value::as_array);
        groups.is_some_and(|groups| groups.iter().filter(|group| **group == entry.group).count() == 1)
    });
    let (rest_before, _) = without_ours(old);
    let (rest_after, ours) = without_ours(new);
    if wanted && ours == entries.len() && rest_before == rest_after {
        Ok(after)
    } else {
        Err(refused("it cannot be edited without changing something else in it"))
    }
}

/// The value without our handlers and without empty lists and objects in `hooks`, and how many handlers were ours.
fn without_ours(mut settings: Value) -> (Value, usize) {
    let mut ours = 0;
    let Some(root) = settings.as_object_mut() else { return (settings, ours) };
    if let Some(hooks) = root.get_mut("hooks").and_then(Value::as_object_mut) {
        for groups in hooks.values_mut().filter_map(Value::as_array_mut) {
            for handlers in groups.iter_mut().filter_map(|group| group.get_mut("hooks")?.as_array_mut()) {
                let all = handlers.len();
                handlers.retain(|handler| !is_ours(handler));
                ours += all - handlers.len();
            }
            groups.retain(|group| {
                group.get("hooks").and_then(Value::as_array).is_none_or(|list| !list.is_empty())
            });
        }
        hooks.retain(|_, groups| groups.as_array().is_none_or(|groups| !groups.is_empty()));
        if hooks.is_empty() {
            root.remove("hooks");
        }
    }
    (settings, ours)
}

fn input(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(flag) => CstInputValue::Bool(*flag),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text.clone()),
        Value::Array(items) => CstInputValue::Array(items.iter().map(input).collect()),
        Value::Object(members) => {
            CstInputValue::Object(members.iter().map(|(key, value)| (key.clone(), input(value))).collect())
        }
    }
}
