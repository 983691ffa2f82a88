//! An agent that tries again and again what is denied is told to stop and ask its person.
//!
//! In: the log, the line just written there. Out: whether the session has been denied the same at least three times. Only
//! the log's end is looked at, and only when something is denied: what is allowed pays nothing. Deliberately not here:
//! keeping a count anywhere.

use crate::audit::log;
use std::path::Path;

/// Bytes at the log's end that are looked at.
const TAIL: u64 = 64 << 10;
/// The denial at which the agent is told.
const DENIALS: usize = 3;

/// Where the action begins in a line; ids and times before it hold no quotes.
const ACTION: &[u8] = b"\"action\":\"";

/// What it is told.
pub const ADVICE: &str =
    ". The same was denied three times in this session: stop trying, and ask the person how to go on";

/// Whether the log's end has this line's session, action, parameters and outcome three times, the line itself included.
#[must_use]
pub fn is_repeated(log: &Path, line: &str) -> bool {
    let (Some(what), Some(session)) = (what(line), session(line)) else { return false };
    let Ok(tail) = log::tail(log, TAIL) else { return false };
    let same = |line: &&[u8]| {
        let Some(start) = find(line, ACTION) else { return false };
        let Some(rest) = line.get(start..).and_then(|rest| rest.strip_prefix(what.as_bytes())) else {
            return false;
        };
        find(rest, session.as_bytes()).is_some()
    };
    // The newest first: who tries again and again is found after three lines.
    tail.rsplit(|byte| *byte == b'\n').filter(same).take(DENIALS).count() >= DENIALS
}

/// Where a text begins in a line.
///
/// PERF: what is looked for stands near the beginning, where setting up a search would cost more than the search.
fn find(line: &[u8], text: &[u8]) -> Option<usize> {
    line.windows(text.len().max(1)).position(|window| window == text)
}

/// The members from the action to the outcome. Names of members inside the parameters come before them, and quotes in
/// texts are escaped.
fn what(line: &str) -> Option<&str> {
    let start = find(line.as_bytes(), ACTION)?;
    let end = line.rfind(",\"matched_by\":\"")?;
    line.get(start..end)
}

fn session(line: &str) -> Option<&str> {
    let start = line.rfind(",\"session\":\"")?;
    let rest = line.get(start..)?;
    let end = rest.get(1..)?.find(",\"").map_or(rest.len(), |end| end.saturating_add(2));
    rest.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(session: &str, command: &str, outcome: &str) -> String {
        format!(
            "{{\"id\":\"1\",\"action\":\"bash.execute\",\"params\":{{\"command\":\"{command}\"}},\"status\":\"block\",\
             \"outcome\":\"{outcome}\",\"matched_by\":\"default\",\"platform\":\"codex\",\"session\":\"{session}\",\"cwd\":\"/\"}}"
        )
    }

    #[test]
    fn only_the_same_session_action_and_parameters_count() {
        let home = tempfile::tempdir().unwrap();
        let log = home.path().join("audit.jsonl");
        let others = [line("s-2", "x", "blocked"), line("s", "y", "blocked"), line("s", "x", "allowed")];
        let mine = line("s", "x", "blocked");
        for (times, expected) in [(1, false), (2, false), (3, true), (4, true)] {
            let lines = vec![mine.as_str(); times];
            std::fs::write(&log, [others.join("\n"), lines.join("\n")].join("\n")).unwrap();
            assert_eq!(is_repeated(&log, &mine), expected, "{times}");
        }
        assert!(!is_repeated(&log, "") && !is_repeated(&home.path().join("none"), &mine));
        assert!(!is_repeated(&log, &mine.replace(",\"session\":\"s\"", "")), "no session");
        let far = format!("{mine}\n{mine}\n{}\n{mine}\n", "z".repeat(65 << 10));
        std::fs::write(&log, far).unwrap();
        assert!(!is_repeated(&log, &mine), "only the end counts");
    }
}
