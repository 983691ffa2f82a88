//! The built-in layer's committed bundle is what its text compiles to.

use agsec::bundle;
use agsec::compile;
use agsec::diag::source::{SourceFile, Sources};
use agsec::hook::{builtin, digest};
use agsec::ir::lower;
use agsec::packs::BUILTIN;
use agsec::syntax;
use std::path::Path;

fn compiled() -> Vec<u8> {
    let mut sources = Sources::default();
    let mut documents = Vec::new();
    for file in BUILTIN.files {
        let source = SourceFile { path: format!("builtin/{}", file.name), text: file.text.to_owned() };
        let (document, diagnostics) = syntax::parse(&source, sources.add(source.clone()));
        assert!(diagnostics.is_empty(), "{diagnostics:?}");
        documents.extend(document);
    }
    let (policy, diagnostics) = lower::lower(&documents, sources, &lower::Options::default());
    let policy = policy.unwrap_or_else(|| panic!("{diagnostics:?}"));
    let options = compile::Options {
        label: BUILTIN.name.to_owned(),
        directory: BUILTIN.name.to_owned(),
        digest: digest::sources(BUILTIN.files.iter().map(|file| (file.name, file.text.as_bytes()))),
    };
    bundle::write::write(&compile::compile(&policy, &options).expect("it compiles").program)
}

#[test]
fn the_committed_bundle_is_what_the_text_compiles_to() {
    let bytes = compiled();
    if std::env::var_os("AGSEC_BLESS").is_some() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/builtin/builtin.agsb");
        std::fs::write(path, &bytes).expect("the bundle can be written");
    } else {
        assert!(builtin::BYTES == bytes, "policies/builtin changed; AGSEC_BLESS=1 if that is meant");
    }
}
