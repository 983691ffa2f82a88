//! What diagnostics look like to programs: JSON, GitHub annotations, SARIF. Text for people is in `golden.rs`.

use super::golden::check;
use agsec::diag::render;
use agsec::engine::load;
use std::path::Path;

#[test]
fn machine_formats_are_as_recorded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/render");
    let (_, sources, diagnostics) = load::policy(&folder.join("100%, odd: name"));
    let clean = |text: String| text.replace(&folder.display().to_string(), "/policies");
    let sarif = render::sarif(&diagnostics, &sources);
    let (before, after) = sarif.split_once("\"rules\": [").expect("the rules");
    let (rules, results) = after.split_once("\"columnKind\"").expect("the results");
    assert_eq!(rules.matches("\"id\":").count(), agsec::diag::code::CODES.len());
    let mut differences = Vec::new();
    let mut compare = |name: &str, text: String| check(&folder.join(name), &clean(text), &mut differences);
    compare("json.txt", render::json(&diagnostics, &sources));
    compare("github.txt", render::github(&diagnostics, &sources));
    compare("sarif.txt", format!("{before}\"rules\": [(…)\n      \"columnKind\"{results}"));
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn machine_formats_are_well_formed_without_findings() {
    let (sources, nothing) = (agsec::diag::source::Sources::default(), []);
    for text in [render::json(&nothing, &sources), render::sarif(&nothing, &sources)] {
        serde_json::from_str::<serde_json::Value>(&text).expect("json");
    }
    assert_eq!(render::github(&nothing, &sources), "");
    assert_eq!(render::plain(&nothing, &sources), "");
}
