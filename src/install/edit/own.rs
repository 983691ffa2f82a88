//! Which registered hooks are ours.
//!
//! In: a handler as an agent's configuration has it. Out: yes or no, and the words of its command. Ours is a handler
//! whose program is `agsec-hook`, or `agsec` with the word `check`, in any form of command, of this or an older version.
//! Deliberately not here: where handlers stand (`mod.rs`).

use crate::install::recipe::Shape;
use serde_json::Value;

/// True for a handler that runs agsec.
#[must_use]
pub fn is_ours(handler: &Value) -> bool {
    words(handler).is_some_and(|words| runs_agsec(&words))
}

/// True for an element of a list with a handler of ours.
#[must_use]
pub fn has_ours(element: &Value, shape: Shape) -> bool {
    handlers(element, shape).iter().any(|handler| is_ours(handler))
}

/// The handlers of an element.
#[must_use]
pub fn handlers(element: &Value, shape: Shape) -> Vec<&Value> {
    match shape {
        Shape::Groups => element.get("hooks").and_then(Value::as_array).into_iter().flatten().collect(),
        Shape::Handlers | Shape::Single => vec![element],
    }
}

/// The words of the command that a handler starts, if they can be told.
#[must_use]
pub fn words(handler: &Value) -> Option<Vec<String>> {
    if let Some(action) = handler.get("action").filter(|action| action.is_object()) {
        return words(action);
    }
    let text = |key: &str| handler.get(key).and_then(Value::as_str);
    let (command, arguments) = match (text("command").or_else(|| text("exec")), handler.get("args")) {
        (Some(command), arguments) => (command, arguments.and_then(Value::as_array)),
        (None, _) => (text("bash").or_else(|| text("powershell"))?, None),
    };
    Some(match arguments {
        Some(arguments) => {
            let arguments = arguments.iter().filter_map(Value::as_str).map(str::to_owned);
            std::iter::once(command.to_owned()).chain(arguments).collect()
        }
        None => shell_words(command.trim_start().trim_start_matches("& ")),
    })
}

/// The line that a handler hands to a shell; `None` where it names a program and its arguments.
#[must_use]
pub fn line(handler: &Value) -> Option<String> {
    if let Some(action) = handler.get("action").filter(|action| action.is_object()) {
        return line(action);
    }
    let text = |key: &str| handler.get(key).and_then(Value::as_str).map(str::to_owned);
    match handler.get("args") {
        Some(_) => None,
        None => text("command").or_else(|| text("bash")),
    }
}

/// True where the words start agsec's hook.
#[must_use]
pub fn runs_agsec(words: &[String]) -> bool {
    let program = words.first().and_then(|word| word.rsplit(['/', '\\']).next()).unwrap_or_default();
    match program.strip_suffix(".exe").unwrap_or(program) {
        "agsec-hook" => true,
        "agsec" => words.get(1).is_some_and(|word| word == "check"),
        _ => false,
    }
}

/// The words of a simple command; quotes around or inside words are taken off, and a backslash outside single quotes
/// stands for the character behind it where that is a quote, a space or a backslash.
#[must_use]
pub fn shell_words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut any) = (Vec::new(), String::new(), None, false);
    let mut characters = command.chars().peekable();
    while let Some(character) = characters.next() {
        match quote {
            Some(open) if character == open => quote = None,
            Some('\'') => word.push(character),
            _ if character == '\\'
                && characters.peek().is_some_and(|next| matches!(next, '"' | '\'' | ' ' | '\\')) =>
            {
                word.extend(characters.next());
            }
            Some(_) => word.push(character),
            None if matches!(character, '"' | '\'') => (quote, any) = (Some(character), true),
            None if character.is_whitespace() => {
                if any || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                any = false;
            }
            None => word.push(character),
        }
    }
    if any || !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::install::recipe::line;
    use serde_json::json;

    #[test]
    fn our_handlers_are_known_in_every_form() {
        for handler in [
            json!({"command": "'/old dir/agsec' check --format claude-code"}),
            json!({"command": "/x/agsec-hook", "args": ["check"]}),
            json!({"bash": "/x/agsec check --format=copilot"}),
            json!({"powershell": "& 'C:\\agsec.exe' 'check'"}),
            json!({"action": {"type": "command", "command": "agsec check"}}),
        ] {
            assert!(is_ours(&handler), "{handler}");
        }
        for handler in [
            json!({"command": "echo agsec check"}),
            json!({"command": "agsec status"}),
            json!({"command": "/x/my-agsec-hook"}),
            json!({"type": "http", "url": "http://agsec/check"}),
        ] {
            assert!(!is_ours(&handler), "{handler}");
        }
    }

    #[test]
    fn a_line_comes_apart_into_the_words_it_was_made_of() {
        let words = ["/o'dd dir/agsec", "check", "--root=/a b\\c", ""].map(str::to_owned);
        assert_eq!(shell_words(&line(&words)), words);
    }
}
