//! One statement added to policy text, or taken out of it; everything else in the file stays, comments too.
//!
//! In: the sources of a directory, a statement or a name. Out: the sources afterwards, and which file changed. Whoever
//! calls this compiles the result, and compares what it says. Deliberately not here: files, what is in force.

use crate::diag::names::nearest;
use crate::diag::source::{SourceFile, Sources};
use crate::diag::span::Span;
use crate::ir::Policy;
use crate::model::decision::Effect;
use crate::model::id::SourceId;
use crate::model::json;
use crate::syntax;
use crate::syntax::convert;
use std::ops::Range;

/// The format's version in a file that is made.
const HEAD: &str = "version: \"1.0\"\n\nstatements:\n";

/// What stands behind a list's name where nothing is in it.
const EMPTY: &str = " []";
/// The names of lists of statements.
const LISTS: [&str; 2] = ["statements:", "rules:"];

/// Why text is not edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditError {
    what: String,
    help: String,
}

impl EditError {
    fn new(what: impl Into<String>, help: impl Into<String>) -> Self {
        Self { what: what.into(), help: help.into() }
    }

    /// What a person can do about it; may be empty.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }
}

impl std::fmt::Display for EditError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for EditError {}

/// A statement to be added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its name.
    pub sid: String,
    /// What it says.
    pub effect: Effect,
    /// Patterns on action names.
    pub actions: Vec<String>,
    /// Conditions: field, operator, value as JSON text; no value for `exists` and `not_exists`.
    pub conditions: Vec<(String, String, Option<String>)>,
    /// Whether one condition is enough.
    pub any: bool,
    /// What the agent is told; may be empty.
    pub reason: String,
}

impl Statement {
    /// As an element of a YAML list, at this indentation.
    #[must_use]
    pub fn yaml(&self, indent: usize) -> String {
        // What JSON writes in quotes, YAML reads as the same string.
        let text = |text: &str| {
            let mut out = String::new();
            json::write_string(text, &mut out);
            out
        };
        let effect = match self.effect {
            Effect::Allow => "allow",
            Effect::Review => "review",
            Effect::Deny => "deny",
        };
        let actions: Vec<String> = self.actions.iter().map(|action| text(action)).collect();
        let mut lines = vec![
            format!("- sid: {}", text(&self.sid)),
            format!("  effect: {effect}"),
            format!("  actions: [{}]", actions.join(", ")),
        ];
        if self.any {
            lines.push("  match: any".to_owned());
        }
        if !self.conditions.is_empty() {
            lines.push("  conditions:".to_owned());
        }
        for (field, op, value) in &self.conditions {
            let value = value.as_ref().map(|value| format!(", value: {value}")).unwrap_or_default();
            lines.push(format!("    {}: {{op: {}{value}}}", text(field), text(op)));
        }
        if !self.reason.is_empty() {
            lines.push(format!("  reason: {}", text(&self.reason)));
        }
        let pad = " ".repeat(indent);
        lines.iter().map(|line| format!("{pad}{line}\n")).collect()
    }
}

/// The sources with a statement at the end of the file `path`, which is made where it is not there.
///
/// # Errors
/// Where the file has no list of statements that can be added to.
pub fn add(sources: &Sources, path: &str, statement: &Statement) -> Result<Sources, EditError> {
    let known = sources.iter().find(|(_, file)| file.path == path);
    let text = match known {
        Some((id, file)) => with_statement(file, id, statement)?,
        None if syntax::is_text(path) => in_language(statement)?,
        None => format!("{HEAD}{}", statement.yaml(2)),
    };
    Ok(with_file(sources, path, Some(text)))
}

/// The sources without the statement of this name, the file it was in, and the lines that went.
///
/// # Errors
/// Where there is no such statement, or several, or it cannot be taken out by whole lines.
pub fn remove(
    sources: &Sources,
    policy: &Policy,
    name: &str,
) -> Result<(Sources, String, String), EditError> {
    let of_name = policy.rules.iter().filter(|rule| rule.named && rule.name == name);
    let found: Vec<(SourceId, Span, u32)> = of_name.map(|rule| (rule.source, rule.span, rule.line)).collect();
    let (source, span) = match found.as_slice() {
        [(source, span, _)] => (*source, *span),
        [] => {
            let names = policy.rules.iter().filter(|rule| rule.named).map(|rule| rule.name.as_str());
            let help =
                nearest(name, names, 3).map(|near| format!("did you mean `{near}`?")).unwrap_or_default();
            return Err(EditError::new(format!("there is no statement `{name}`"), help));
        }
        several => {
            let lines: Vec<String> = several.iter().map(|(_, _, line)| line.to_string()).collect();
            let what = format!(
                "`{name}` is the name of {} statements, in lines {}",
                several.len(),
                lines.join(", ")
            );
            return Err(EditError::new(what, "edit the text, then run `agsec compile`"));
        }
    };
    let file =
        sources.get(source).ok_or_else(|| EditError::new(format!("the file of `{name}` is gone"), ""))?;
    let lines = lines_of(file, span).ok_or_else(|| {
        let what = format!("`{name}` shares its lines with something else in `{}`", file.path);
        EditError::new(what, "edit the text, then run `agsec compile`")
    })?;
    let gone = file.text.get(lines.clone()).unwrap_or_default().to_owned();
    let before = file.text.get(..lines.start).unwrap_or_default();
    let after = file.text.get(lines.end..).unwrap_or_default();
    let alone = policy.rules.iter().filter(|rule| rule.source == source).count() == 1;
    let emptied = (alone && !syntax::is_text(&file.path)).then(|| with_empty_list(before)).flatten();
    let before = emptied.as_deref().unwrap_or(before);
    // The empty line that sets it off from what stands above goes with it.
    let before = if before.ends_with("\n\n") { before.strip_suffix('\n').unwrap_or(before) } else { before };
    Ok((with_file(sources, &file.path, Some(format!("{before}{after}"))), file.path.clone(), gone))
}

/// Text that ends with the key of a list, with the list empty; `None` where it ends otherwise.
fn with_empty_list(text: &str) -> Option<String> {
    let mut end = text.len();
    for line in text.split_inclusive('\n').rev() {
        let start = end - line.len();
        let content = line.split(" #").next().unwrap_or(line).trim_end();
        if content.is_empty() || content.trim_start().starts_with('#') {
            end = start;
            continue;
        }
        let colon = start + content.len();
        let (before, after) = (text.get(..colon)?, text.get(colon..)?);
        return content.ends_with(':').then(|| format!("{before}{EMPTY}{after}"));
    }
    None
}

/// Text whose list of statements is empty, with this in it; `None` where it has no such list.
fn in_empty_list(text: &str, statement: &Statement) -> Option<String> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.split(" #").next().unwrap_or(line).trim_end();
        if LISTS.iter().any(|name| content.strip_prefix(name) == Some(EMPTY)) {
            let end = start + line.len();
            let (before, after) = (text.get(..start)?, text.get(end..)?);
            return Some(format!("{before}{}{}{after}", line.replacen(EMPTY, "", 1), statement.yaml(2)));
        }
        start += line.len();
    }
    None
}

/// The text of a statement, from its first line to its last.
#[must_use]
pub fn text_of(file: &SourceFile, span: Span) -> &str {
    let inside = file.text.get(span.start as usize..span.end as usize).unwrap_or_default();
    lines_of(file, span).and_then(|lines| file.text.get(lines)).unwrap_or(inside)
}

fn with_file(sources: &Sources, path: &str, text: Option<String>) -> Sources {
    let mut files: Vec<SourceFile> = sources.files().to_vec();
    match files.iter().position(|file| file.path == path) {
        Some(at) => {
            if let (Some(file), Some(text)) = (files.get_mut(at), text) {
                file.text = text;
            }
        }
        None => {
            let new = SourceFile { path: path.to_owned(), text: text.unwrap_or_default() };
            // Where the loader would read it: by name among the files of its directory, before what they include.
            let folder =
                |path: &str| path.rfind('/').map(|slash| path.get(..slash).unwrap_or_default().to_owned());
            let after = |file: &SourceFile| folder(&file.path) != folder(path) || file.path.as_str() > path;
            let at = files.iter().position(after).unwrap_or(files.len());
            files.insert(at, new);
        }
    }
    let mut all = Sources::default();
    for file in files {
        all.add(file);
    }
    all
}

fn in_language(statement: &Statement) -> Result<String, EditError> {
    let file = SourceFile { path: "a.yaml".to_owned(), text: format!("{HEAD}{}", statement.yaml(2)) };
    let cannot = |_| {
        EditError::new(
            "the statement cannot be said in the policy language",
            "name a YAML file with `--file`",
        )
    };
    convert::convert(&file, SourceId::from(0)).map(|converted| converted.text).map_err(cannot)
}

fn with_statement(file: &SourceFile, id: SourceId, statement: &Statement) -> Result<String, EditError> {
    let mut text = file.text.clone();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    if syntax::is_text(&file.path) {
        let gap = if text.is_empty() { "" } else { "\n" };
        return Ok(format!("{text}{gap}{}", in_language(statement)?));
    }
    let last = syntax::parse(file, id).0.and_then(|document| document.rules.last().map(|rule| rule.span));
    let place = last.and_then(|span| Some((lines_of(file, span)?, indentation(file, span)?)));
    let Some((lines, indent)) = place else {
        if let Some(text) = in_empty_list(&text, statement) {
            return Ok(text);
        }
        let what = format!("`{}` has no list of statements to add to", file.path);
        return Err(EditError::new(what, "name another file with `--file`; one that is not there is made"));
    };
    let before = text.get(..lines.end).unwrap_or_default().to_owned();
    let after = text.get(lines.end.min(text.len())..).unwrap_or_default();
    let ends = if before.ends_with('\n') { "" } else { "\n" };
    Ok(format!("{before}{ends}\n{}{after}", statement.yaml(indent)))
}

/// The whole lines of a statement; `None` where it shares them with something else.
fn lines_of(file: &SourceFile, span: Span) -> Option<Range<usize>> {
    let text = file.text.as_str();
    let (start, end) = (span.start as usize, span.end as usize);
    let line_start = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let lead = text.get(line_start..start)?;
    if syntax::is_text(&file.path) {
        let rest = text.get(end..)?;
        let line_end = rest.find('\n').map_or(text.len(), |at| end + at + 1);
        let tail = text.get(end..line_end)?.trim();
        return (lead.trim().is_empty() && (tail.is_empty() || tail.starts_with('#')))
            .then_some(line_start..line_end);
    }
    let indent = lead.len() - lead.trim_start_matches(' ').len();
    if lead.trim() != "-" {
        return None;
    }
    let mut stop = line_start;
    let mut at = line_start;
    for line in text.get(line_start..)?.split_inclusive('\n') {
        let content = line.trim_start_matches(' ');
        let counts = !content.trim().is_empty() && !content.starts_with('#');
        if at > line_start && counts && line.len() - content.len() <= indent {
            break;
        }
        at += line.len();
        if counts {
            stop = at;
        }
    }
    // The parser's end must not lie beyond: then the lines would not be all of it.
    let inside = text.get(..end)?.trim_end().len();
    (inside <= stop).then_some(line_start..stop)
}

/// How far the dash of a statement stands in.
fn indentation(file: &SourceFile, span: Span) -> Option<usize> {
    let before = file.text.get(..span.start as usize)?;
    let line = before.rsplit('\n').next()?;
    (line.trim() == "-").then(|| line.len() - line.trim_start_matches(' ').len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::load;
    use crate::ir::lower;

    fn sources(path: &str, text: &str) -> Sources {
        let mut sources = Sources::default();
        sources.add(SourceFile { path: path.to_owned(), text: text.to_owned() });
        sources
    }

    fn policy(sources: &Sources) -> Policy {
        let (policy, diagnostics) = load::texts(sources, &lower::Options::default());
        policy.unwrap_or_else(|| panic!("{diagnostics:?}"))
    }

    fn statement() -> Statement {
        Statement {
            sid: "no \"force\"".to_owned(),
            effect: Effect::Deny,
            actions: vec!["bash.execute".to_owned()],
            conditions: vec![
                ("params.command".to_owned(), "regex".to_owned(), Some(r#""a\\b\"c""#.to_owned())),
                ("context.x".to_owned(), "exists".to_owned(), None),
            ],
            any: true,
            reason: "because: it #matters".to_owned(),
        }
    }

    const TEXT: &str = "# head\nversion: \"1.0\"\nstatements:\n  # first\n  - sid: a\n    effect: deny  # why\n    actions: \"x\"\n\n  \
                        # second\n  - effect: allow\n    actions: \"y\"\n    sid: b\n  # the end\ndefault: deny\n";

    #[test]
    fn what_is_added_is_there_and_can_be_taken_out_again() {
        for (path, text) in [
            ("p/a.yaml", TEXT),
            ("p/a.yaml", "version: '1.0'\nstatements:\n- sid: a\n  effect: deny\n  actions: x"),
            ("p/a.agsec", "deny \"a\" on x\n"),
        ] {
            let before = sources(path, text);
            let added = add(&before, path, &statement()).unwrap();
            let now = policy(&added);
            assert!(now.rules.iter().any(|rule| rule.name == "no \"force\""), "{}", added.files()[0].text);
            assert_eq!(now.rules.len(), policy(&before).rules.len() + 1);
            let (after, file, gone) = remove(&added, &now, "no \"force\"").unwrap();
            assert_eq!((file.as_str(), gone.contains("because")), (path, true));
            assert_eq!(after.files()[0].text.trim_end(), text.trim_end());
        }
    }

    #[test]
    fn a_file_that_is_not_there_is_made_in_its_place() {
        let before = sources("p/b.yaml", TEXT);
        let added = add(&before, "p/a.yaml", &statement()).unwrap();
        assert_eq!(added.files()[0].path, "p/a.yaml");
        assert_eq!(policy(&added).rules.len(), 3);
    }

    #[test]
    fn the_last_statement_leaves_an_empty_list_which_can_be_added_to() {
        for text in [
            "version: '1.0'\nstatements:\n  - sid: a\n    effect: deny\n    actions: x\n",
            "statements:  # mine\n\n  # first\n  - sid: a\n    effect: deny\n    actions: x\n  # end\nversion: '1.0'\n",
        ] {
            let before = sources("p/a.yaml", text);
            let (after, _, _) = remove(&before, &policy(&before), "a").unwrap();
            let left = &after.files()[0].text;
            assert!(
                left.contains("statements: []") && left.contains("# mine") == text.contains("# mine"),
                "{left}"
            );
            assert_eq!(policy(&after).rules.len(), 0, "{left}");
            let again = add(&after, "p/a.yaml", &statement()).unwrap();
            assert_eq!(policy(&again).rules.len(), 1, "{}", again.files()[0].text);
        }
    }

    #[test]
    fn comments_stay_where_a_statement_goes() {
        let before = sources("p/a.yaml", TEXT);
        let (after, _, gone) = remove(&before, &policy(&before), "a").unwrap();
        let text = &after.files()[0].text;
        for kept in ["# head", "# first", "# second", "# the end", "sid: b", "default: deny"] {
            assert!(text.contains(kept), "{text}");
        }
        assert!(gone.contains("# why") && !text.contains("# why"));
        let names: Vec<String> = policy(&after).rules.iter().map(|rule| rule.name.clone()).collect();
        assert_eq!(names, ["b"]);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let before = sources("p/a.yaml", TEXT);
        let refused = remove(&before, &policy(&before), "bb").unwrap_err();
        assert!(refused.help().contains("`b`"), "{refused:?}");
        let flow = sources("p/a.yaml", "version: '1.0'\nstatements: [{sid: a, effect: deny, actions: x}]\n");
        assert!(remove(&flow, &policy(&flow), "a").is_err());
        assert!(add(&flow, "p/a.yaml", &statement()).is_err());
    }
}
