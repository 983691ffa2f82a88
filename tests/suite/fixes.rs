//! Fixes mend: what a diagnostic offers, written into the file as it is offered, takes the finding away and breaks
//! nothing that could be read before.

use agsec::diag::diagnostic::{Diagnostic, Fix};
use agsec::diag::source::{SourceFile, Sources};
use agsec::engine::load;
use agsec::ir::lower::Options;
use std::fs;
use std::path::Path;

fn findings(name: &str, text: &str) -> Vec<Diagnostic> {
    let mut sources = Sources::default();
    sources.add(SourceFile { path: name.to_owned(), text: text.to_owned() });
    load::texts(&sources, &Options::default()).1
}

fn mended(text: &str, fix: &Fix) -> String {
    let (start, end) = (fix.span.start as usize, fix.span.end as usize);
    [&text[..start], &fix.replacement, &text[end..]].concat()
}

/// How often the same is said, wherever.
fn said(all: &[Diagnostic], one: &Diagnostic) -> usize {
    all.iter().filter(|other| other.code == one.code && other.message == one.message).count()
}

#[test]
fn every_fix_of_the_goldens_takes_its_finding_away() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/diag");
    let mut fixes = 0;
    for entry in fs::read_dir(folder).expect("the folder of goldens is there").flatten() {
        let name = entry.file_name().into_string().expect("a name");
        let is_policy = name.ends_with(".yaml") || name.ends_with(".agsec");
        let Some(text) = fs::read_to_string(entry.path()).ok().filter(|_| is_policy) else { continue };
        let before = findings(&name, &text);
        for (one, fix) in before.iter().filter_map(|one| Some((one, one.fix.as_ref()?))) {
            let after = findings(&name, &mended(&text, fix));
            assert!(
                said(&after, one) < said(&before, one),
                "{name}: `{}` is still said after writing `{}`:\n{}",
                one.message,
                fix.replacement,
                mended(&text, fix)
            );
            fixes += 1;
        }
    }
    assert!(fixes > 60, "{fixes}");
}

/// A condition with a mistake, what it is to be, and the scalars of YAML that hold it.
#[test]
fn a_fix_in_a_condition_is_exact_in_every_style_of_yaml() {
    let (wrong, right) = (r#"context.env == prod and params.a == "it's a\\b""#, r#"context.env == "prod""#);
    let double = wrong.replace('\\', "\\\\").replace('"', "\\\"");
    let styles = [
        wrong.to_owned(),
        format!("'{}'", wrong.replace('\'', "''")),
        format!("\"{double}\""),
        format!("\"{}\"", double.replace(" and ", "\n      and ")),
        format!(">-\n      {}", wrong.replace(" and ", "\n      and ")),
        format!("|\n      {}", wrong.replace(" and ", "\n      and ")),
        format!("!!str '{}'", wrong.replace('\'', "''")),
        format!("&a \"{double}\""),
    ];
    for style in styles {
        let text = format!("statements:\n  - sid: s\n    effect: deny\n    when: {style}\n");
        let found = findings("p.yaml", &text);
        let [one] = found.as_slice() else { panic!("{found:?}\n{text}") };
        let fix = one.fix.as_ref().unwrap_or_else(|| panic!("no fix\n{text}"));
        let mended = mended(&text, fix);
        assert_eq!(findings("p.yaml", &mended), [], "{mended}");
        assert_eq!(
            condition(&mended),
            condition(&text).replacen("context.env == prod", right, 1),
            "{mended}"
        );
    }
}

/// The text of the condition, as YAML reads it.
fn condition(text: &str) -> String {
    let value = agsec::syntax::value(
        &SourceFile { path: "p.yaml".to_owned(), text: text.to_owned() },
        agsec::model::id::SourceId(0),
    );
    let found = format!("{:?}", value.0.expect("readable"));
    let start = found.find("context.env").expect("the condition");
    found[start..].replace("\\n", " ").replace("\\\"", "\"")
}
