//! The page of the table of programs is as generated; `AGSEC_BLESS=1` writes it.

use super::{rows, texts};
use agsec::facts::program::BEHAVIOURS;
use std::fmt::Write as _;

fn page() -> String {
    let mut page = String::from(
        "# Programs\n\nWhat agsec knows of command-line programs. This page is generated from `data/programs/` and the table of behaviours;\n\
         `AGSEC_BLESS=1 cargo test --test suite programs` writes it.\n\n## Behaviours\n\n\
         Names for `shell.commands.does`. Severity: 1 daily work, 2 worth a look, 3 harms when it is wrong, 4 cannot be undone.\n\n\
         | behaviour | severity | meaning |\n|---|---|---|\n",
    );
    for row in BEHAVIOURS {
        let _ = writeln!(page, "| `{}` | {} | {} |", row.name, row.severity, row.doc);
    }
    page.push_str("\n## Programs and sub-commands\n\nA row under several names stands once. The example is one of its cases.\n\n| program | does | example |\n|---|---|---|\n");
    for row in rows() {
        let mut names = texts(&row, "name");
        names.extend(texts(&row, "like"));
        names.extend(texts(&row, "aliases"));
        names.extend(texts(&row, "kin"));
        let shown: Vec<String> = names.iter().map(|name| format!("`{}`", name.replace('|', "\\|"))).collect();
        let options = texts(&row, "options");
        let by_option =
            options.iter().filter_map(|text| text.split_once(" : ")).flat_map(|(_, does)| does.split(' '));
        let rules = texts(&row, "does");
        let by_rule = rules
            .iter()
            .map(|text| text.split(" if ").next().unwrap_or_default())
            .flat_map(|does| does.split(' '));
        let mut does: Vec<&str> = by_rule.chain(by_option).filter(|name| !name.is_empty()).collect();
        does.sort_unstable();
        does.dedup();
        let example = texts(&row, "harmful")
            .first()
            .map(|text| text.split("=>").next().unwrap_or_default().trim().replace('|', "\\|"));
        let _ = writeln!(
            page,
            "| {} | {} | `{}` |",
            shown.join(", "),
            does.join(", "),
            example.unwrap_or_default()
        );
    }
    page
}

#[test]
fn the_page_of_programs_is_as_generated() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference/programs.md");
    let page = page();
    if std::env::var_os("AGSEC_BLESS").is_some() {
        std::fs::write(path, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == page, "docs/reference/programs.md differs; AGSEC_BLESS=1 writes it");
}
