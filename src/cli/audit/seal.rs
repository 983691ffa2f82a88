//! `agsec audit seal`: how far the log has come, as a line that can be kept where its owner cannot reach.

use super::super::failure::Failure;
use super::super::output;
use super::super::{DONE, Outcome, person};
use crate::audit::head;
use crate::trail::seal;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Priority of the message in syslog: authorization, notice.
#[cfg(unix)]
const PRIORITY: u32 = 10 * 8 + 5;

/// Tell how far the log has come, in a line to keep elsewhere
///
/// A log that is cut short, or written anew, looks whole; against a head that was kept where its owner cannot write, it
/// does not. Without options the line goes to standard output: pipe it to another machine.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  agsec audit seal --syslog\n  agsec audit seal --to /var/lib/agsec-heads/me\n\n\
                        Exit codes: 0 done, 1 not possible, 2 wrong usage."
)]
pub(super) struct Arguments {
    /// Append it to this file
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// Send it to the system's log
    #[arg(long)]
    syslog: bool,
}

pub(super) fn run(arguments: &Arguments, log: &Path) -> Outcome {
    let shown = || log.display();
    let last =
        seal::last(log).map_err(|error| Failure::new(format!("`{}` cannot be read: {error}", shown())))?;
    let last = last.ok_or_else(|| {
        Failure::new(format!("there is nothing to seal in `{}`", shown()))
            .help("a log has a head as soon as something is recorded")
    })?;
    let line = head::line(last, log);
    if let Some(file) = &arguments.to {
        // It appends to whatever file is named, an agent's configuration as well.
        person::required("audit seal --to")?;
        let written = OpenOptions::new().append(true).create(true).open(file);
        written
            .and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()))
            .map_err(|error| Failure::new(format!("`{}` cannot be written: {error}", file.display())))?;
    }
    if arguments.syslog {
        send(&line).map_err(|error| Failure::new(format!("the system's log cannot be reached: {error}")))?;
    }
    if arguments.to.is_none() && !arguments.syslog {
        output::write(format!("{line}\n").as_bytes())?;
    }
    Ok(DONE)
}

#[cfg(unix)]
fn send(line: &str) -> std::io::Result<()> {
    let socket = std::os::unix::net::UnixDatagram::unbound()?;
    let message = format!("<{PRIORITY}>agsec[{}]: {line}", std::process::id());
    socket.send_to(message.as_bytes(), "/dev/log").map(|_| ())
}

#[cfg(not(unix))]
fn send(_: &str) -> std::io::Result<()> {
    Err(std::io::ErrorKind::Unsupported.into())
}
