//! SQL text: what its statements do to a database and to the machine of the server.
//!
//! In: SQL of any dialect, also commands of `psql`, `mysql` and `sqlite3` (`\!`, `.shell`). Out: behaviours, files, commands.
//! Where dialects read a text differently (`#`, a backslash in a string) it is read both ways, and both count.
//! Deliberately not here: grammar. Statements are told by their words.

use super::behaviour::{Behaviour, Behaviours};
use super::code::{CodeTouch, Scan};
use super::sql_words::{Reading, Token, statements};
use super::table::Access;

/// Bodies inside bodies (`DO $$ … EXECUTE '…' $$`) that are looked into.
const DEPTH: u8 = 4;

/// Changes of rows inside one statement that are looked at.
const STATEMENTS: u32 = 64;

/// What SQL text does.
pub(super) fn scan(text: &str) -> Scan {
    let mut scan = Scan::default();
    look(text, &mut scan, 0);
    scan
}

fn look(text: &str, scan: &mut Scan, depth: u8) {
    if depth > DEPTH {
        scan.does.insert(Behaviour::DatabaseShell);
        return;
    }
    meta(text, scan);
    let hash: &[bool] = if text.contains('#') { &[false, true] } else { &[false] };
    let escapes: &[bool] =
        if text.contains("\\'") || text.contains("\\\"") { &[false, true] } else { &[false] };
    for hash in hash {
        for escapes in escapes {
            for statement in statements(text, Reading { hash: *hash, escapes: *escapes }) {
                self::statement(&statement, scan, depth);
            }
        }
    }
}

/// Commands of the clients: a line that begins with `\`, `.` or `!`.
fn meta(text: &str, scan: &mut Scan) {
    for line in text.lines().map(str::trim_start) {
        let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim().trim_end_matches(';');
        match command {
            ".shell" | ".system" | "\\!" | "system" | "!!" => {
                scan.does.insert(Behaviour::ShellEscape);
                scan.commands.push(rest.to_owned());
            }
            ".read" | ".load" | "\\i" | "\\ir" | "source" | "\\." => touch(scan, Access::Execute, rest),
            ".output" | ".once" | ".save" | ".backup" | ".clone" | "\\o" | "\\w" | "tee" | "\\T" | ".log" => {
                touch(scan, Access::Write, rest);
            }
            ".import" | ".restore" | ".open" => {
                touch(scan, Access::Read, rest.split(' ').next().unwrap_or_default())
            }
            _ if command.starts_with("\\!") || command.starts_with('!') => {
                scan.does.insert(Behaviour::ShellEscape);
                scan.commands.push(line.trim_start_matches(['\\', '!']).to_owned());
            }
            _ => {}
        }
    }
}

fn touch(scan: &mut Scan, access: Access, path: &str) {
    let path = path.trim_matches(['\'', '"']);
    if path.starts_with('|') {
        scan.does.insert(Behaviour::ShellEscape);
        scan.commands.push(path.trim_start_matches('|').to_owned());
    } else if !path.is_empty() {
        scan.touched.push(CodeTouch { access, path: path.to_owned(), recursive: false });
    }
}

fn add(scan: &mut Scan, does: &[Behaviour]) {
    scan.does.extend(Behaviours::of(does));
}

fn statement(tokens: &[Token<'_>], scan: &mut Scan, depth: u8) {
    let mut tokens = tokens;
    if word(tokens, 0, "EXPLAIN") {
        let runs = tokens.iter().any(|token| token.is("ANALYZE") || token.is("ANALYSE"));
        if !runs {
            return;
        }
        let verb = tokens.iter().position(|token| VERBS.iter().any(|verb| token.is(verb)));
        tokens = verb.and_then(|at| tokens.get(at..)).unwrap_or_default();
    }
    verbs(tokens, scan);
    server(tokens, scan);
    let body = ["DO", "EXECUTE", "EXEC", "PREPARE", "IMMEDIATE"]
        .iter()
        .any(|verb| tokens.iter().any(|token| token.is(verb)));
    if body {
        for text in tokens.iter().filter_map(Token::text) {
            look(text, scan, depth.saturating_add(1));
        }
    }
    leading(tokens, scan);
}

/// Statements that change rows, wherever they stand (`WITH x AS (DELETE …)`).
const VERBS: &[&str] = &["DELETE", "UPDATE", "INSERT", "MERGE", "REPLACE", "SELECT", "WITH"];

fn word(tokens: &[Token<'_>], at: usize, word: &str) -> bool {
    tokens.get(at).is_some_and(|token| token.is(word))
}

fn after<'t, 's>(tokens: &'t [Token<'s>], at: usize) -> &'t [Token<'s>] {
    tokens.get(at.saturating_add(1)..).unwrap_or_default()
}

/// `DELETE`, `UPDATE … SET`, `INSERT`, at the start, in a `WITH`, behind `BEGIN` or `THEN`.
fn verbs(tokens: &[Token<'_>], scan: &mut Scan) {
    let mut asked = 0_u32;
    for (at, token) in tokens.iter().enumerate() {
        let first = at == 0
            || at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|before| {
                before.is_symbol('(')
                    || before.is_symbol(')')
                    || ["BEGIN", "THEN", "ELSE", "LOOP", "DO", "AS"].iter().any(|word| before.is(word))
            });
        if !first {
            continue;
        }
        let rest = after(tokens, at);
        if token.is("DELETE") || token.is("UPDATE") {
            // Each look may read to the end: after so many the rest is taken to have no condition.
            asked = asked.saturating_add(1);
            if asked > STATEMENTS {
                add(scan, &[Behaviour::DatabaseWrite, Behaviour::DatabaseDeleteAll]);
                return;
            }
        }
        if token.is("DELETE") || (token.is("UPDATE") && rest.iter().any(|token| token.is("SET"))) {
            add(scan, &[Behaviour::DatabaseWrite]);
            if all_rows(rest) {
                add(scan, &[Behaviour::DatabaseDeleteAll]);
            }
        } else if token.is("INSERT")
            || token.is("MERGE")
            || token.is("UPSERT")
            || (token.is("REPLACE") && word(rest, 0, "INTO"))
        {
            add(scan, &[Behaviour::DatabaseWrite]);
        }
    }
}

/// Whether a `DELETE` or `UPDATE` has no condition, or one that is always true.
fn all_rows(tokens: &[Token<'_>]) -> bool {
    let mut depth = 0_u32;
    for (at, token) in tokens.iter().enumerate() {
        if token.is_symbol('(') {
            depth = depth.saturating_add(1);
        } else if token.is_symbol(')') {
            let Some(outer) = depth.checked_sub(1) else { return true };
            depth = outer;
        } else if depth == 0 && token.is("WHERE") {
            return always(condition(after(tokens, at)));
        }
    }
    true
}

/// The tokens of a condition: up to what ends it.
fn condition<'t, 's>(tokens: &'t [Token<'s>]) -> &'t [Token<'s>] {
    let mut depth = 0_u32;
    for (at, token) in tokens.iter().enumerate() {
        if token.is_symbol('(') {
            depth = depth.saturating_add(1);
        } else if token.is_symbol(')') {
            let Some(outer) = depth.checked_sub(1) else { return tokens.get(..at).unwrap_or_default() };
            depth = outer;
        } else if depth == 0 && ["RETURNING", "ORDER", "LIMIT", "ALLOW"].iter().any(|end| token.is(end)) {
            return tokens.get(..at).unwrap_or_default();
        }
    }
    tokens
}

/// Whether some alternative of a condition is true whatever the row: `1=1`, `TRUE`, `x = x`, `NOT FALSE`.
fn always(tokens: &[Token<'_>]) -> bool {
    let mut start = 0;
    let mut depth = 0_u32;
    for (at, token) in tokens.iter().enumerate() {
        if token.is_symbol('(') {
            depth = depth.saturating_add(1);
        } else if token.is_symbol(')') {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && token.is("OR") {
            if holds(tokens.get(start..at).unwrap_or_default()) {
                return true;
            }
            start = at.saturating_add(1);
        }
    }
    holds(tokens.get(start..).unwrap_or_default())
}

fn holds(tokens: &[Token<'_>]) -> bool {
    match tokens {
        [one] => one.is("TRUE") || one.number().is_some_and(|number| number != 0.0),
        [not, one] => not.is("NOT") && (one.is("FALSE") || one.number() == Some(0.0)),
        [left, equals, right] if equals.is_symbol('=') => left == right,
        [left, less, right] if less.is_symbol('<') || less.is_symbol('>') => {
            let (small, large) = if less.is_symbol('<') { (left, right) } else { (right, left) };
            small.number().zip(large.number()).is_some_and(|(small, large)| small < large)
        }
        [left, is, not, null] => {
            is.is("IS")
                && not.is("NOT")
                && null.is("NULL")
                && (left.number().is_some() || left.text().is_some())
        }
        [open, inner @ .., close] if open.is_symbol('(') && close.is_symbol(')') && inner.len() < 16 => {
            holds(inner)
        }
        _ => false,
    }
}

/// What is told by the first words.
fn leading(tokens: &[Token<'_>], scan: &mut Scan) {
    let Some(first) = tokens.first() else { return };
    let has = |word: &str| tokens.iter().any(|token| token.is(word));
    if first.is("DROP") || first.is("RESTORE") {
        add(scan, &[Behaviour::DatabaseDrop]);
    } else if first.is("TRUNCATE") {
        add(scan, &[Behaviour::DatabaseTruncate]);
    } else if first.is("ALTER") || first.is("RENAME") {
        let drops = has("DROP") && !(has("DEFAULT") || has("CONSTRAINT") || has("NOT"));
        add(scan, &[if drops { Behaviour::DatabaseDrop } else { Behaviour::DatabaseSchema }]);
        if has("SYSTEM") {
            add(scan, &[Behaviour::DatabaseShell]);
        }
        if has("USER") || has("ROLE") || has("LOGIN") || has("OWNER") {
            add(scan, &[Behaviour::DatabaseGrant]);
        }
    } else if first.is("CREATE") {
        create(tokens, scan);
    } else if first.is("GRANT") || first.is("REVOKE") || first.is("DENY") {
        add(scan, &[Behaviour::DatabaseGrant]);
    } else if first.is("SHUTDOWN") {
        add(scan, &[Behaviour::Shutdown]);
    } else if first.is("KILL") {
        add(scan, &[Behaviour::Kill]);
    } else if (first.is("PURGE") || first.is("RESET")) && (has("LOGS") || has("MASTER")) {
        add(scan, &[Behaviour::LogErase]);
    } else if first.is("INSTALL") || (first.is("LOAD") && !has("DATA")) {
        add(scan, &[Behaviour::DatabaseShell]);
    } else if first.is("SELECT") && has("INTO") && !has("OUTFILE") && !has("DUMPFILE") {
        add(scan, &[Behaviour::DatabaseSchema]);
    }
    // A block of procedural code drops and truncates where it likes.
    for (at, token) in tokens.iter().enumerate().skip(1) {
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        let starts = before.is_some_and(|before| {
            ["BEGIN", "THEN", "ELSE", "LOOP", "PERFORM"].iter().any(|word| before.is(word))
        });
        if starts && token.is("DROP") {
            add(scan, &[Behaviour::DatabaseDrop]);
        } else if starts && token.is("TRUNCATE") {
            add(scan, &[Behaviour::DatabaseTruncate]);
        }
    }
}

fn create(tokens: &[Token<'_>], scan: &mut Scan) {
    let has = |word: &str| tokens.iter().any(|token| token.is(word));
    add(scan, &[Behaviour::DatabaseSchema]);
    if has("USER") || has("ROLE") || has("LOGIN") {
        add(scan, &[Behaviour::DatabaseGrant]);
    }
    let native = tokens.iter().any(|token| {
        ["C", "PLPYTHONU", "PLPYTHON3U", "PLPERLU", "PLSH", "SONAME", "FILE_FDW", "ADMINPACK", "DBLINK"]
            .iter()
            .any(|word| token.is(word))
    });
    if native && (has("FUNCTION") || has("EXTENSION") || has("SERVER") || has("LANGUAGE")) {
        add(scan, &[Behaviour::DatabaseShell]);
    }
}

/// What reaches the server's machine: files and programs.
fn server(tokens: &[Token<'_>], scan: &mut Scan) {
    let text_after = |at: usize| after(tokens, at).iter().take(2).find_map(Token::text);
    for (at, token) in tokens.iter().enumerate() {
        let copy = word(tokens, 0, "COPY") || word(tokens, 0, "UNLOAD");
        let beside = after(tokens, at).first().and_then(Token::text);
        let path = if copy { beside } else { text_after(at) };
        if copy && token.is("PROGRAM") {
            add(scan, &[Behaviour::DatabaseShell]);
            scan.commands.extend(path.map(str::to_owned));
        } else if [
            "xp_cmdshell",
            "sys_exec",
            "sys_eval",
            "shell",
            "system",
            "dblink_exec",
            "load_extension",
            "pg_execute_server_program",
            "sp_oacreate",
        ]
        .iter()
        .any(|name| token.is(name))
        {
            let called = tokens
                .get(at.saturating_add(1))
                .is_some_and(|next| next.is_symbol('(') || next.text().is_some());
            if called {
                add(scan, &[Behaviour::DatabaseShell]);
                scan.commands.extend(path.filter(|_| !token.is("load_extension")).map(str::to_owned));
            }
        } else if let Some(path) = path {
            let writes = ["OUTFILE", "DUMPFILE", "lo_export", "writefile", "pg_file_write", "utl_file"]
                .iter()
                .any(|name| token.is(name))
                || (copy && token.is("TO"));
            let reads = [
                "LOAD_FILE",
                "INFILE",
                "pg_read_file",
                "pg_read_binary_file",
                "pg_ls_dir",
                "lo_import",
                "readfile",
                "openrowset",
                "file_text",
            ]
            .iter()
            .any(|name| token.is(name))
                || (copy && token.is("FROM"));
            let attaches = (token.is("ATTACH") || token.is("DATABASE")) && word(tokens, 0, "ATTACH")
                || (token.is("INTO") && word(tokens, 0, "VACUUM"));
            let access = if writes || attaches { Access::Write } else { Access::Read };
            if (writes || reads || attaches) && !path.is_empty() {
                scan.touched.push(CodeTouch { access, path: path.to_owned(), recursive: false });
            }
            if writes || reads {
                add(scan, &[Behaviour::DatabaseShell]);
            }
        }
    }
}
