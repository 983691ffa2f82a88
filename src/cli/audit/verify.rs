//! `agsec audit verify`: is the log whole, and if not, what was done to it, and where.

use super::super::failure::Failure;
use super::super::output::{self, bad, clean, faint, fair, good, strong};
use super::super::{DONE, FAILED, Outcome, progress};
use crate::audit::{chain, head};
use crate::engine::agent;
use crate::model::digits::write_bytes;
use crate::trail::report::{Finding, Place, Report};
use crate::trail::scan::Progress;
use crate::trail::seal::{self, Head, Heads};
use crate::trail::segments::{Segment, Segments};
use crate::trail::verify;
use serde_json::{Value, json};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Bytes of a file of heads.
const HEADS_BYTES: u64 = 64 << 20;

/// Prove that the log is whole, or name what was changed, removed, inserted or reordered
///
/// Checks the chain of all files, and every head in `audit.heads` beside the log and in the files named. A program of
/// the same user can write both anew: a head kept elsewhere (`agsec audit seal`) is what it cannot.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  agsec audit verify\n  agsec audit verify --head /var/lib/agsec-heads/me\n\n\
                        Exit codes: 0 whole, 1 not whole or not readable, 2 wrong usage."
)]
pub(super) struct Arguments {
    /// Heads that were kept elsewhere; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    head: Vec<PathBuf>,
    /// Answer in JSON
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments, log: &Path) -> Outcome {
    let unreadable = |error: std::io::Error| {
        Failure::new(format!("the log cannot be read: {error}")).help("`agsec doctor` looks at what is wrong")
    };
    let beside = head::beside(log);
    let own = if beside.exists() { heads(&beside, log, false)? } else { Vec::new() };
    let newest = own.last().map(|head| head.link);
    let mut all = own;
    for file in &arguments.head {
        all.extend(heads(file, log, true)?);
    }
    let heads = Heads::new(all);
    let segments = Segments::open(log).map_err(unreadable)?;
    let done = Progress::default();
    done.begin(segments.bytes());
    let verified = progress::measured("verifying", &done, || verify::verify(&segments, &heads, &done.done));
    let report = verified.map_err(unreadable)?;
    if let Some(last) = report.last
        && report.is_whole()
        && newest != Some(last)
        && agent::detect().is_none()
    {
        // What is certain now is remembered, so that a later cut shows. It is a convenience.
        let _ = head::keep(last, log);
    }
    if arguments.json {
        output::print_json(&as_json(&report))?;
    } else {
        output::print(&as_text(&report, log))?;
    }
    Ok(if report.is_whole() { DONE } else { FAILED })
}

/// The heads in a file; a file that was named has to have one.
fn heads(file: &Path, log: &Path, named: bool) -> Result<Vec<Head>, Failure> {
    let shown = file.display();
    let failed = |error: std::io::Error| Failure::new(format!("`{shown}` cannot be read: {error}"));
    let mut bytes = Vec::new();
    if file == Path::new("-") {
        std::io::stdin().lock().take(HEADS_BYTES).read_to_end(&mut bytes).map_err(failed)?;
    } else {
        let metadata = std::fs::metadata(file).map_err(failed)?;
        if !metadata.is_file() {
            return Err(Failure::new(format!("`{shown}` is not a regular file")));
        }
        std::fs::File::open(file)
            .and_then(|file| file.take(HEADS_BYTES).read_to_end(&mut bytes))
            .map_err(failed)?;
    }
    let (found, unreadable) = seal::read(&String::from_utf8_lossy(&bytes), &file.to_string_lossy());
    if unreadable > 0 {
        output::warn(&format!("`{shown}`: {} cannot be read", output::counted(unreadable, "head")));
    }
    let any = !found.is_empty();
    let found = seal::of_log(found, log);
    if named && found.is_empty() {
        let what = if any { "has heads of other logs, and none of this one" } else { "has no head of a log" };
        return Err(Failure::new(format!("`{shown}` {what}")).help("`agsec audit seal` writes them"));
    }
    Ok(found)
}

fn as_text(report: &Report, log: &Path) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let record = finding.seq.map(|seq| format!(", record {seq}")).unwrap_or_default();
        let damage = bad(&format!("{:<9}", finding.damage.name()));
        text.push_str(&format!(
            "{damage}  {}{record}\n",
            strong(&clean(&place(&report.files, finding.place)))
        ));
        text.push_str(&format!("           {}\n", clean(&finding.what)));
    }
    if report.more > 0 {
        text.push_str(&format!("           and {} more\n", report.more));
    }
    for notice in &report.notices {
        let name = fair(&format!("{:<9}", notice.matter.name()));
        let first =
            faint(&format!("({} ×, first {})", notice.count, clean(&place(&report.files, notice.first))));
        text.push_str(&format!("{name}  {} {first}\n", notice.matter.what()));
    }
    let shown = clean(&log.to_string_lossy());
    let Some(last) = report.last else {
        let what = if report.is_whole() { good("empty") } else { bad("not whole") };
        text.push_str(&format!("{what}: {shown} has no linked record\n"));
        return text;
    };
    let verdict = if report.is_whole() { good("whole") } else { bad("not whole") };
    let mut hash = String::new();
    write_bytes(&last.hash, &mut hash);
    text.push_str(&format!(
        "{verdict}: {} in {}, the last is {} {}\n",
        output::counted(usize::try_from(report.records).unwrap_or(usize::MAX), "record"),
        output::counted(report.files.len(), "file"),
        last.seq,
        faint(&hash)
    ));
    if report.heads > 0 && report.is_whole() {
        text.push_str(&format!("       {} compared\n", output::counted(report.heads, "head")));
    }
    text
}

/// `/home/dev/.agsec/audit.jsonl:17 (byte 5321)`
fn place(files: &[Segment], place: Place) -> String {
    let file = files.get(place.segment).map_or_else(String::new, |file| file.path.display().to_string());
    if place.line == 0 {
        format!("the end of {file}")
    } else {
        format!("{file}:{} (byte {})", place.line, place.offset)
    }
}

fn as_json(report: &Report) -> Value {
    let place = |place: Place| {
        json!({
            "file": report.files.get(place.segment).map(|file| file.path.to_string_lossy()),
            "line": (place.line > 0).then_some(place.line),
            "offset": place.offset,
        })
    };
    let finding = |finding: &Finding| {
        json!({
            "damage": finding.damage.name(),
            "seq": finding.seq,
            "place": place(finding.place),
            "what": finding.what,
        })
    };
    json!({
        "whole": report.is_whole(),
        "records": report.records,
        "files": report.files.iter().map(|file| file.path.to_string_lossy()).collect::<Vec<_>>(),
        "last": report.last.map(last),
        "heads": report.heads,
        "findings": report.findings.iter().map(finding).collect::<Vec<_>>(),
        "more": report.more,
        "notices": report.notices.iter().map(|notice| json!({
            "matter": notice.matter.name(),
            "count": notice.count,
            "first": place(notice.first),
            "what": notice.matter.what(),
        })).collect::<Vec<_>>(),
    })
}

fn last(link: chain::Link) -> Value {
    let mut hash = String::new();
    write_bytes(&link.hash, &mut hash);
    json!({ "seq": link.seq, "hash": hash })
}
