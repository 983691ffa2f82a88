//! What is learned from the log: threats, another policy's decisions, and the way from watching to blocking.

mod analyzing;
mod replaying;
mod story;

use super::cli::desk::Desk;
use std::fs;

/// A record as the hook writes it, without its link. `rest` is further members.
fn record(number: u32, action: &str, params: &str, status: &str, outcome: &str, rest: &str) -> String {
    format!(
        "{{\"id\":\"{number}\",\"time\":\"2026-11-20T10:{:02}:{:02}.000Z\",\"action\":\"{action}\",\"params\":{params},\
         \"digest\":\"sha256:00\",\"status\":\"{status}\",\"outcome\":\"{outcome}\",\"session\":\"s\",\
         \"cwd\":\"/home/dev/shop\"{rest}}}\n",
        number / 60 % 60,
        number % 60,
    )
}

/// A shell command that was let through.
fn allowed(number: u32, command: &str) -> String {
    record(
        number,
        "bash.execute",
        &format!("{{\"command\":\"{command}\"}}"),
        "allow",
        "allowed",
        ",\"sid\":\"shell\"",
    )
}

/// Writes the log of a desk.
fn log(desk: &Desk, lines: &[String]) {
    fs::create_dir_all(desk.state()).unwrap();
    fs::write(desk.state().join("audit.jsonl"), lines.concat()).unwrap();
}
