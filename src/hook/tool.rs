//! From a tool's name and input to actions: what all platforms share.
//!
//! In: names and input as the host sent them. Out: action names, parameters. Deliberately not here: any platform's own
//! table.

use super::platform::Malformed;
use crate::model::json;
use crate::model::limits::JSON_DEPTH;
use crate::model::value::Value;
use std::borrow::Cow;

/// Readings of one ambiguous MCP name; a name with more is refused.
const READINGS: usize = 8;

/// A name as one segment of an action: `%` and `.` are written `%25` and `%2E`, so that a server called
/// `github.issues` cannot pass for the tool `issues` of the server `github`.
#[must_use]
pub fn segment(name: &str) -> Cow<'_, str> {
    if name.contains(['%', '.']) {
        Cow::Owned(name.replace('%', "%25").replace('.', "%2E"))
    } else {
        Cow::Borrowed(name)
    }
}

/// The actions that `<server>__<tool>` may stand for. Names may contain `__` themselves, so each place where it
/// occurs is a reading; `server` is the one that the host names, where it does, and settles it.
///
/// # Errors
/// Where there is no reading, or more than a few.
pub fn mcp_actions(name: &str, server: Option<&str>) -> Result<Vec<String>, Malformed> {
    let known = server.map(normalised).filter(|server| !server.is_empty());
    let settled =
        known.as_deref().and_then(|server| Some((server, name.strip_prefix(server)?.strip_prefix("__")?)));
    if let Some((server, tool)) = settled.filter(|(_, tool)| !tool.is_empty()) {
        return Ok(vec![mcp_action(server, tool)]);
    }
    let mut actions = Vec::new();
    for (at, _) in name.char_indices() {
        let Some((server, rest)) = name.split_at_checked(at) else { continue };
        match rest.strip_prefix("__") {
            Some(tool) if !server.is_empty() && !tool.is_empty() => actions.push(mcp_action(server, tool)),
            Some(_) | None => {}
        }
        if actions.len() > READINGS {
            return Err(Malformed::new(format!("the tool name has more than {READINGS} readings")));
        }
    }
    Ok(actions)
}

fn mcp_action(server: &str, tool: &str) -> String {
    format!("mcp.{}.{}", segment(server), segment(tool))
}

/// A server's name as hosts write it into tool names: what is not a letter, digit, `_` or `-` becomes `_`.
fn normalised(server: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    server.chars().map(|c| if plain(c) { c } else { '_' }).collect()
}

/// A tool's input as an object: an object, a string that holds one, or nothing at all. Any other value stands under
/// `input`, so that policies still see it.
#[must_use]
pub fn parameters<'a>(input: Option<Value<'a>>) -> Value<'a> {
    match input {
        None | Some(Value::Null) => Value::Object(Vec::new()),
        Some(Value::Object(members)) => Value::Object(members),
        Some(Value::String(written)) => match json::parse(written.as_bytes(), JSON_DEPTH) {
            Ok(held @ Value::Object(_)) => held.into_owned(),
            Ok(_) | Err(_) => wrapped(Value::String(written)),
        },
        Some(other @ (Value::Bool(_) | Value::Number(_) | Value::List(_))) => wrapped(other),
    }
}

fn wrapped(value: Value<'_>) -> Value<'_> {
    Value::Object(vec![(Cow::Borrowed("input"), value)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook::platform::json_text;

    #[test]
    fn mcp_names_are_read_in_every_way_they_can_be() {
        let rows: [(&str, Option<&str>, &[&str]); 9] = [
            ("github__create_issue", None, &["mcp.github.create_issue"]),
            ("a__b__c", None, &["mcp.a.b__c", "mcp.a__b.c"]),
            ("a__b__c", Some("a"), &["mcp.a.b__c"]),
            ("a__b__c", Some("other"), &["mcp.a.b__c", "mcp.a__b.c"]),
            ("my_server__x", Some("my server"), &["mcp.my_server.x"]),
            ("a___b", None, &["mcp.a._b", "mcp.a_.b"]),
            ("git.hub__a%b", None, &["mcp.git%2Ehub.a%25b"]),
            ("__x", None, &[]),
            ("x__", None, &[]),
        ];
        for (name, server, expected) in rows {
            assert_eq!(mcp_actions(name, server).unwrap(), expected, "{name} {server:?}");
        }
        assert!(mcp_actions(&"_".repeat(40), None).is_err());
    }

    #[test]
    fn any_input_becomes_an_object() {
        let rows = [
            (r#"{"a":1}"#, r#"{"a":1}"#),
            (r#""{\"a\":1}""#, r#"{"a":1}"#),
            (r#""[1]""#, r#"{"input":"[1]"}"#),
            (r#""ls""#, r#"{"input":"ls"}"#),
            ("[1]", r#"{"input":[1]}"#),
            ("7", r#"{"input":7}"#),
            ("null", "{}"),
        ];
        for (input, expected) in rows {
            let value = json::parse(input.as_bytes(), JSON_DEPTH).unwrap();
            assert_eq!(json_text(&parameters(Some(value))), expected, "{input}");
        }
        assert_eq!(json_text(&parameters(None)), "{}");
    }
}
