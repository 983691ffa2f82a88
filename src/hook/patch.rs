//! Patches in the form `*** Begin Patch`: which files they add, change, delete and move.
//!
//! In: the text. Out: one change for each file, with the lines that go and come. Hosts read such texts each a little
//! otherwise, so every line that may be a file's heading counts as one: a file too many is asked about, none too few.
//! Deliberately not here: whether the lines fit the files.

use super::platform::{object, text};
use super::tool::Asked;

/// One change.
#[derive(Debug, PartialEq, Eq)]
pub struct Change<'p> {
    verb: Verb,
    path: &'p str,
    /// Lines that go.
    old: String,
    /// Lines that come.
    new: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Add,
    Update,
    Delete,
    /// The other end of a move.
    Arrive,
}

/// The headings of files.
const HEADINGS: [(&str, Verb); 4] = [
    ("*** Add File:", Verb::Add),
    ("*** Update File:", Verb::Update),
    ("*** Delete File:", Verb::Delete),
    ("*** Move to:", Verb::Arrive),
];
/// Other lines that begin with stars.
const OTHERS: [&str; 4] = ["*** Begin Patch", "*** End Patch", "*** End of File", "*** Environment ID:"];

/// The changes of a patch.
///
/// # Errors
/// What is wrong with it: no file, a heading that is not known, a path that is empty or may be read in several ways.
pub fn changes(text: &str) -> Result<Vec<Change<'_>>, String> {
    let mut changes: Vec<Change<'_>> = Vec::new();
    for line in text.split('\n') {
        match heading(line)? {
            Some((Verb::Arrive, path)) => {
                let moved = changes.last_mut().filter(|last| last.verb == Verb::Update);
                let Some(moved) = moved else { return Err("a file is moved that is not named".to_owned()) };
                moved.verb = Verb::Delete;
                changes.push(Change { verb: Verb::Arrive, path, old: String::new(), new: String::new() });
            }
            Some((verb, path)) => {
                changes.push(Change { verb, path, old: String::new(), new: String::new() });
            }
            None => {
                if let Some(change) = changes.last_mut() {
                    change.line(line.strip_suffix('\r').unwrap_or(line));
                }
            }
        }
    }
    if changes.is_empty() { Err("it names no file".to_owned()) } else { Ok(changes) }
}

/// The heading that a line is. Added and removed lines are none, whatever they hold.
fn heading(line: &str) -> Result<Option<(Verb, &str)>, String> {
    // Some hosts end a line at these as well, and would find a heading behind one.
    let ends =
        |c: char| matches!(c, '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1e' | '\u{85}' | '\u{2028}' | '\u{2029}');
    let line = line.trim_end();
    if line.split(ends).skip(1).any(|piece| piece.trim_start().starts_with("***")) {
        return Err("a line of it can be read in several ways".to_owned());
    }
    let (raw, line) = (line, line.trim_start());
    if !line.starts_with("***") || OTHERS.iter().any(|other| line.starts_with(other)) {
        return Ok(None);
    }
    let found = HEADINGS.iter().find_map(|(start, verb)| Some((*verb, line.strip_prefix(start)?.trim())));
    match found {
        Some((_, path)) if path.is_empty() || path.contains(char::is_control) || path.contains(ends) => {
            Err("a path of it is empty or no plain text".to_owned())
        }
        Some(found) => Ok(Some(found)),
        // Behind a blank it is a line of the file.
        None if raw.starts_with("*** ") => Err("a heading of it is not known".to_owned()),
        None => Ok(None),
    }
}

impl Change<'_> {
    fn line(&mut self, line: &str) {
        let put = |to: &mut String, line: &str| {
            to.push_str(line);
            to.push('\n');
        };
        match (line.strip_prefix('+'), line.strip_prefix('-'), self.verb) {
            (Some(added), _, _) => put(&mut self.new, added),
            (None, Some(removed), _) => put(&mut self.old, removed),
            // Without the sign it is added all the same by some hosts.
            (None, None, Verb::Add) => put(&mut self.new, line),
            (None, None, Verb::Update | Verb::Delete | Verb::Arrive) => {}
        }
    }

    /// As a question. The path is as it was written.
    #[must_use]
    pub fn asked<'a>(self) -> Asked<'a> {
        let path = ("file_path", text(self.path.to_owned()));
        match self.verb {
            Verb::Add | Verb::Arrive => Asked::new("file.write", object([path, ("content", text(self.new))])),
            Verb::Update => Asked::new(
                "file.edit",
                object([path, ("old_string", text(self.old)), ("new_string", text(self.new))]),
            ),
            Verb::Delete => Asked::new("file.delete", object([path])),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook::platform::json_text;

    fn asked(patch: &str) -> Result<Vec<String>, String> {
        let line = |change: Change<'_>| {
            let asked = change.asked();
            format!("{} {}", asked.action, json_text(&asked.params))
        };
        Ok(changes(patch)?.into_iter().map(line).collect())
    }

    #[test]
    fn every_file_is_one_question_and_a_move_is_two() {
        let patch = "*** Begin Patch\n*** Update File: src/price.ts\n@@\n-a\n+b\n *** c\n*** Add File: src/new.ts\n+x\n+*** Delete File: y\n\
                     *** Delete File: .env\r\n*** Update File: old name.ts\n*** Move to: ../new.ts\n@@\n+z\n*** End Patch";
        assert_eq!(
            asked(patch).unwrap(),
            [
                r#"file.edit {"file_path":"src/price.ts","old_string":"a\n","new_string":"b\n"}"#,
                r#"file.write {"file_path":"src/new.ts","content":"x\n*** Delete File: y\n"}"#,
                r#"file.delete {"file_path":".env"}"#,
                r#"file.delete {"file_path":"old name.ts"}"#,
                r#"file.write {"file_path":"../new.ts","content":"z\n"}"#,
            ]
        );
    }

    #[test]
    fn what_may_be_a_heading_counts_as_one() {
        let patch = "cat <<'EOF'\n  *** Begin Patch\n*** Update File:a\n  *** Delete File:\tb \n*** End Patch\n*** Add File: c";
        let files: Vec<String> = asked(patch).unwrap();
        assert_eq!(files.len(), 3, "{files:?}");
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for patch in [
            "",
            "ls",
            "*** Begin Patch\n*** End Patch",
            "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b",
            "*** Begin Patch\n*** Update File:\n*** End Patch",
            "*** Begin Patch\n*** Move to: x\n*** End Patch",
            "*** Begin Patch\n*** Rename File: x\n*** End Patch",
            "*** Begin Patch\n*** Update File: a\u{2028}*** Delete File: b\n*** End Patch",
            "*** Begin Patch\n*** Update File: a\n+x\r*** Delete File: b\n*** End Patch",
            "*** Begin Patch\n*** Update File: a\0b\n*** End Patch",
        ] {
            assert!(asked(patch).is_err(), "{patch:?}");
        }
    }
}
