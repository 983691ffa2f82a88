//! Commands of databases that do not speak SQL: mongosh and redis.
//!
//! In: what the client is told. Out: behaviours. Deliberately not here: SQL (`sql.rs`), JavaScript besides the database
//! (`code.rs` is asked for it).

use super::behaviour::Behaviour;
use super::code::{self, Scan};

/// JavaScript of the mongo shell.
pub(super) fn mongo(text: &str) -> Scan {
    let mut scan = code::scan("javascript", text);
    // Quotes and white space do not matter: `db [ "users" ] . drop ( )`.
    let bare: String =
        text.chars().filter(|c| !c.is_whitespace()).map(|c| if c == '"' { '\'' } else { c }).collect();
    let says = |parts: &[&str]| parts.iter().any(|part| bare.contains(part));
    if says(&[
        "dropDatabase(",
        ".drop(",
        "'dropDatabase'",
        "dropDatabase:",
        "{drop:",
        "'drop':",
        "dropAllUsers",
        "dropCollection(",
    ]) {
        scan.does.insert(Behaviour::DatabaseDrop);
    }
    if says(&[
        "deleteMany({})",
        "deleteMany()",
        "remove({})",
        "remove()",
        "updateMany({},",
        "update({},",
        "deleteMany({},",
    ]) {
        scan.does.insert(Behaviour::DatabaseDeleteAll);
    }
    if says(&["dropIndex", "createIndex(", "createCollection(", "renameCollection("]) {
        scan.does.insert(Behaviour::DatabaseSchema);
    }
    let writes = [
        ".insert",
        ".update",
        ".replaceOne(",
        ".delete",
        ".remove(",
        ".bulkWrite(",
        ".save(",
        ".findOneAnd",
        ".findAndModify(",
    ];
    if says(&writes) {
        scan.does.insert(Behaviour::DatabaseWrite);
    }
    if says(&[
        "createUser(",
        "grantRoles",
        "dropUser(",
        "updateUser(",
        "createRole(",
        "revokeRoles",
        "changeUserPassword(",
    ]) {
        scan.does.insert(Behaviour::DatabaseGrant);
    }
    if says(&["shutdownServer(", "{shutdown:", "'shutdown':"]) {
        scan.does.insert(Behaviour::Shutdown);
    }
    scan
}

/// Lines of redis commands.
pub(super) fn redis(text: &str) -> Scan {
    let mut scan = Scan::default();
    for line in text.lines() {
        let mut words =
            line.split_whitespace().map(|word| word.trim_matches(['"', '\'']).to_ascii_lowercase());
        let first = words.next().unwrap_or_default();
        let second = words.next().unwrap_or_default();
        match first.as_str() {
            "flushall" | "flushdb" => scan.does.insert(Behaviour::DatabaseTruncate),
            "shutdown" => scan.does.insert(Behaviour::Shutdown),
            "eval" | "evalsha" | "module" | "slaveof" | "replicaof" | "script" | "function" | "debug" => {
                scan.does.insert(Behaviour::DatabaseShell);
            }
            "config" if second == "set" || second == "rewrite" => scan.does.insert(Behaviour::DatabaseShell),
            "del" | "unlink" | "set" | "hset" | "hdel" | "expire" | "rename" | "mset" | "getdel"
            | "ltrim" | "xtrim" | "sadd" | "srem" | "zadd" | "zrem" | "lpush" | "rpush" | "lpop" | "rpop"
            | "append" | "incr" | "decr" => {
                scan.does.insert(Behaviour::DatabaseWrite);
            }
            "acl" => scan.does.insert(Behaviour::DatabaseGrant),
            _ => {}
        }
    }
    scan
}
