//! The names of tools of MCP servers, in every vendor's spelling, as actions: `mcp.<server>.<tool>`.
//!
//! In: a name as the host sent it, how the host spells such names, the server where the host names it. Out: actions. A
//! name that can be taken apart in several places is every one of them; the caller asks them all. Deliberately not here:
//! which tools are a server's (`tool.rs`).

use super::platform::Malformed;
use std::borrow::Cow;

/// Readings of one ambiguous name; a name with more is refused.
const READINGS: usize = 16;
/// What stands for the name of a server that the host does not tell.
const UNKNOWN: &str = "unknown";

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

/// The action of a server's tool.
#[must_use]
pub fn action(server: Option<&str>, tool: &str) -> String {
    format!("mcp.{}.{}", segment(server.unwrap_or(UNKNOWN)), segment(tool))
}

/// The actions that a name with this prefix may stand for; none where it has not the prefix, or nothing to take apart.
/// Without a separator the host does not tell the server.
///
/// # Errors
/// Where there are more readings than a few.
pub fn actions(
    name: &str,
    (prefix, separator): (&str, &str),
    server: Option<&str>,
) -> Result<Vec<String>, Malformed> {
    match name.strip_prefix(prefix) {
        None | Some("") => Ok(Vec::new()),
        Some(tool) if separator.is_empty() => Ok(vec![action(server, tool)]),
        Some(rest) => readings(rest, separator, server),
    }
}

/// The actions of a name that the host says to be a server's, whatever its spelling.
///
/// # Errors
/// As for [`actions`].
pub fn flagged(
    name: &str,
    spellings: &[(&str, &str)],
    server: Option<&str>,
) -> Result<Vec<String>, Malformed> {
    for spelling in spellings {
        let found = actions(name, *spelling, server)?;
        if !found.is_empty() {
            return Ok(found);
        }
    }
    Ok(vec![action(server, name)])
}

/// What `<server><separator><tool>` may be. Names may contain the separator themselves, so each place where it occurs is
/// a reading; `server` is the one that the host names, where it does, and settles it.
fn readings(name: &str, separator: &str, server: Option<&str>) -> Result<Vec<String>, Malformed> {
    let known = server.map(normalised).filter(|server| !server.is_empty());
    let settled = known
        .as_deref()
        .and_then(|server| Some((server, name.strip_prefix(server)?.strip_prefix(separator)?)));
    if let Some((server, tool)) = settled.filter(|(_, tool)| !tool.is_empty()) {
        return Ok(vec![action(Some(server), tool)]);
    }
    let mut actions = Vec::new();
    for (at, _) in name.char_indices() {
        let Some((server, rest)) = name.split_at_checked(at) else { continue };
        match rest.strip_prefix(separator) {
            Some(tool) if !server.is_empty() && !tool.is_empty() => actions.push(action(Some(server), tool)),
            Some(_) | None => {}
        }
        if actions.len() > READINGS {
            return Err(Malformed::new(format!("the tool name has more than {READINGS} readings")));
        }
    }
    Ok(actions)
}

/// A server's name as hosts write it into tool names: what is not a letter, digit, `_` or `-` becomes `_`.
fn normalised(server: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    server.chars().map(|c| if plain(c) { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_in_every_way_they_can_be() {
        type Row =
            (&'static str, (&'static str, &'static str), Option<&'static str>, &'static [&'static str]);
        let claude = ("mcp__", "__");
        let rows: [Row; 16] = [
            ("mcp__github__create_issue", claude, None, &["mcp.github.create_issue"]),
            ("mcp__a__b__c", claude, None, &["mcp.a.b__c", "mcp.a__b.c"]),
            ("mcp__a__b__c", claude, Some("a"), &["mcp.a.b__c"]),
            ("mcp__a__b__c", claude, Some("other"), &["mcp.a.b__c", "mcp.a__b.c"]),
            ("mcp__my_server__x", claude, Some("my server"), &["mcp.my_server.x"]),
            ("mcp__a___b", claude, None, &["mcp.a._b", "mcp.a_.b"]),
            ("mcp__git.hub__a%b", claude, None, &["mcp.git%2Ehub.a%25b"]),
            ("mcp__x__", claude, None, &[]),
            ("Bash", claude, None, &[]),
            ("MCP:create_issue", ("MCP:", ""), None, &["mcp.unknown.create_issue"]),
            ("MCP:", ("MCP:", ""), None, &[]),
            ("github-create_issue", ("", "-"), None, &["mcp.github.create_issue"]),
            (
                "mcp_github_create_issue",
                ("mcp_", "_"),
                None,
                &["mcp.github.create_issue", "mcp.github_create.issue"],
            ),
            ("mcp_github_create_issue", ("mcp_", "_"), Some("github"), &["mcp.github.create_issue"]),
            ("@scope/x/tool", ("@", "/"), None, &["mcp.scope.x/tool", "mcp.scope/x.tool"]),
            ("ls", ("", "_"), None, &[]),
        ];
        for (name, spelling, server, expected) in rows {
            assert_eq!(actions(name, spelling, server).unwrap(), expected, "{name} {server:?}");
        }
        assert!(actions(&"_".repeat(80), ("", "__"), None).is_err());
        assert_eq!(flagged("tool", &[("", "_")], None).unwrap(), ["mcp.unknown.tool"]);
    }
}
