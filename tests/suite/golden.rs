//! What the front end says about wrong policies, and what it makes of right ones, line by line.
//!
//! `tests/golden/diag/<name>.yaml` (or a directory of files) is loaded and compiled, and its diagnostics are rendered
//! without colours into `<name>.diag`; `tests/golden/ir/<name>.yaml` is lowered and printed into `<name>.ir`. `AGSEC_BLESS=1` rewrites.

use agsec::compile;
use agsec::diag::code::CODES;
use agsec::diag::diagnostic::Diagnostic;
use agsec::diag::render;
use agsec::engine::load;
use agsec::ir::lower::Options;
use agsec::ir::print;
use std::fs;
use std::path::{Path, PathBuf};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// Codes that no policy text can bring about, with the reason.
const OUT_OF_REACH: &[(&str, &str)] =
    &[("E0503", "takes a bundle of more than 1 GiB"), ("E0717", "only `agsec convert` says it")];

/// The cases of a folder: files and directories without the recorded answers, sorted.
fn cases(folder: &Path, answer: &str) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder).expect("the folder of goldens is there");
    let mut paths: Vec<PathBuf> = listed.map(|entry| entry.expect("readable").path()).collect();
    paths.retain(|path| path.extension().is_none_or(|extension| extension != answer));
    paths.sort();
    assert!(!paths.is_empty(), "no goldens in {}", folder.display());
    paths
}

/// Compares with the recorded answer, or records it.
pub(crate) fn check(answer_file: &Path, actual: &str, differences: &mut Vec<String>) {
    if std::env::var_os("AGSEC_BLESS").is_some() {
        fs::write(answer_file, actual).expect("a golden can be written");
        return;
    }
    let recorded = fs::read_to_string(answer_file).unwrap_or_default();
    if recorded != actual {
        differences.push(format!("{}\n--- recorded\n{recorded}\n--- now\n{actual}", answer_file.display()));
    }
}

/// The diagnostics of a case as text, paths relative to `folder`.
pub(crate) fn diagnostics_of(case: &Path, folder: &Path) -> String {
    diagnostics_with(case, folder, &Options::default())
}

/// The same for a layer of another kind.
pub(crate) fn diagnostics_with(case: &Path, folder: &Path, options: &Options) -> String {
    let (policy, sources, mut diagnostics) = load::policy_with(case, options);
    let errors = diagnostics.iter().any(Diagnostic::is_error);
    assert_eq!(policy.is_none(), errors, "{}: a policy exactly where there is no error", case.display());
    let compiled = policy.map(|policy| compile::compile(&policy, &compile::Options::default()));
    diagnostics.extend(compiled.and_then(Result::err).unwrap_or_default());
    render::plain(&diagnostics, &sources).replace(&format!("{}/", folder.display()), "")
}

#[test]
fn diagnostics_are_as_recorded() {
    let folder = folder("diag");
    let mut differences = Vec::new();
    for case in cases(&folder, "diag") {
        check(&case.with_extension("diag"), &diagnostics_of(&case, &folder), &mut differences);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn every_code_has_a_golden() {
    let folder = folder("diag");
    let answers = fs::read_dir(&folder).expect("the folder of goldens is there");
    let texts: Vec<String> = answers
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "diag"))
        .map(|path| fs::read_to_string(path).expect("a golden is text"))
        .collect();
    let shown = |code: &str| texts.iter().any(|text| text.contains(&format!("[{code}]")));
    for row in CODES {
        let reachable = OUT_OF_REACH.iter().all(|(code, _)| *code != row.text);
        assert_eq!(shown(row.text), reachable, "{}: a golden shows it", row.text);
    }
}

#[test]
fn the_intermediate_form_is_as_recorded() {
    let folder = folder("ir");
    let mut differences = Vec::new();
    for case in cases(&folder, "ir") {
        let (policy, sources, diagnostics) = load::policy(&case);
        let policy = policy.unwrap_or_else(|| panic!("{}", render::plain(&diagnostics, &sources)));
        let text = print::policy(&policy).replace(&format!("{}/", folder.display()), "");
        check(&case.with_extension("ir"), &text, &mut differences);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
