//! Records for people: one line each, and the reason below where something was not simply allowed.

use super::super::output::{bad, clean, faint, fair, good, one_line, strong};
use crate::model::json;
use crate::model::limits::JSON_DEPTH;
use crate::model::value::Value;
use crate::trail::row::Row;

/// Columns of the widest cells.
const WORD: usize = 12;
const ACTION: usize = 24;
/// Characters of what was asked, where no width is known.
const DETAIL: usize = 120;
/// Parameters that tell best what was asked, the best first.
const TELLING: [&str; 8] = ["command", "file_path", "path", "url", "query", "pattern", "prompt", "text"];

/// A record as lines of a table.
pub(super) fn record(line: &[u8]) -> String {
    let Some(row) = Row::read(line) else {
        return format!("{}\n", faint(&format!("({} bytes that are no record)", line.len())));
    };
    let (word, paint) = word(&row);
    let time = row.time.replacen('T', " ", 1);
    let time = time.split_once('.').map_or(time.as_str(), |(whole, _)| whole);
    let action = if row.action.is_empty() { row.event.as_ref() } else { row.action.as_ref() };
    let mut text = format!(
        "{}  {}  {}  {}\n",
        faint(&format!("{:<19}", one_line(time, 19))),
        paint(&format!("{word:<WORD$}")),
        strong(&format!("{:<ACTION$}", one_line(action, 60))),
        one_line(&detail(&row), DETAIL)
    );
    let why = why(&row);
    if !why.is_empty() {
        text.push_str(&format!("{:21}{}\n", "", faint(&one_line(&why, 200))));
    }
    text
}

/// What was decided, or what the entry is.
fn word(row: &Row<'_>) -> (String, fn(&str) -> String) {
    let passed = row.outcome == "allowed";
    match row.status.as_ref() {
        "block" if passed => ("would block".to_owned(), fair),
        "block" => ("block".to_owned(), bad),
        "review" if passed => ("would review".to_owned(), fair),
        "review" => ("review".to_owned(), fair),
        "allow" => ("allow".to_owned(), good),
        "" if !row.kind.is_empty() => (one_line(&row.kind, WORD), faint),
        "" if !row.outcome.is_empty() => (one_line(&row.outcome, WORD), faint),
        other => (one_line(other, WORD), faint),
    }
}

/// What was asked, in short.
fn detail(row: &Row<'_>) -> String {
    let params = json::parse(row.params.as_bytes(), JSON_DEPTH).unwrap_or(Value::Null);
    let told = TELLING.iter().find_map(|name| params.get(name).and_then(Value::as_str));
    match told {
        Some(told) => told.to_owned(),
        None if matches!(row.params, "" | "{}") => String::new(),
        None => row.params.to_owned(),
    }
}

/// Who decided and why, where a person wants to know.
fn why(row: &Row<'_>) -> String {
    if row.status == "allow" && row.error.is_empty() {
        return String::new();
    }
    let parts = [row.sid.as_ref(), row.reason.as_ref(), row.error.as_ref()];
    clean(&parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(line: &str) -> String {
        anstream::adapter::strip_str(&record(line.as_bytes())).to_string()
    }

    #[test]
    fn a_record_is_a_line_and_what_was_stopped_says_why() {
        let told = plain(concat!(
            r#"{"time":"2026-11-21T09:28:35.120Z","action":"bash.execute","params":{"x":1,"command":"git push\n--force"},"#,
            r#""status":"block","outcome":"blocked","sid":"no-force","reason":"forcing rewrites history"}"#
        ));
        assert_eq!(
            told,
            "2026-11-21 09:28:35  block         bash.execute              git push --force\n\
             \x20                    no-force: forcing rewrites history\n"
        );
        assert!(plain(r#"{"status":"block","outcome":"allowed"}"#).contains("would block"));
        assert!(plain(r#"{"kind":"pause","outcome":"recorded"}"#).contains("pause"));
    }

    #[test]
    fn nothing_in_a_record_steers_the_terminal() {
        let told = plain(
            r#"{"time":"\u001b[2J","action":"\u001b]0;x\u0007","status":"\u009b","sid":"\u202e","params":{"command":"\u001b[31m\r"},"reason":"a\nb"}"#,
        );
        let line_breaks = told.matches('\n').count();
        assert!(
            !told.contains(['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}', '\r']) && line_breaks == 2,
            "{told:?}"
        );
        assert_eq!(plain("\u{1b}[2J"), "(4 bytes that are no record)\n");
    }
}
