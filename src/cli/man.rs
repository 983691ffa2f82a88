//! `agsec man`: the manual page.
//!
//! In: nothing but the tree of commands. Out: one page in roff, commands with their options included.
//! Deliberately not here: what the commands say about themselves.

use super::output;
use super::{DONE, Outcome};
use clap_mangen::Man;
use std::io;

/// Write the manual page
///
/// Goes to standard output, in the format that `man` reads. Every command has a section of its own.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  agsec man > ~/.local/share/man/man1/agsec.1\n\n\
                        Exit codes: 0 written.")]
pub(super) struct Arguments {}

pub(super) fn run(_arguments: &Arguments) -> Outcome {
    let mut page = Vec::new();
    render(&mut page)?;
    output::write(&page)?;
    Ok(DONE)
}

/// What roff needs to know once, and the crate says before each section.
const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// The page: the program first, then a section for each command.
fn render(page: &mut Vec<u8>) -> io::Result<()> {
    let mut command = super::command().disable_help_subcommand(true);
    command.build();
    let whole = Man::new(command.clone());
    whole.render_title(page)?;
    whole.render_name_section(page)?;
    page.extend_from_slice(body(&whole)?.as_bytes());
    for below in command.get_subcommands() {
        let path = format!("agsec {}", below.get_name());
        let section = Man::new(below.clone().bin_name(&path).display_name(&path));
        // Headings of the second rank below that of the command, so that the page stays one page.
        let body = body(&section)?.replace(".SH ", ".SS ");
        page.extend_from_slice(format!(".SH \"{}\"\n{body}", path.to_uppercase()).as_bytes());
    }
    Ok(())
}

/// What is said of the program and of each command. The list of commands is left out: they follow.
fn body(man: &Man) -> io::Result<String> {
    let mut body = Vec::new();
    man.render_synopsis_section(&mut body)?;
    man.render_description_section(&mut body)?;
    man.render_options_section(&mut body)?;
    man.render_extra_section(&mut body)?;
    let body = String::from_utf8_lossy(&body).replace(PREAMBLE, "");
    Ok(body.replace(".SH EXTRA\n", ".SH EXAMPLES\n"))
}
