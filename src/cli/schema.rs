//! `agsec schema`: the JSON Schema of policies in YAML.
//!
//! In: nothing. Out: the schema. Deliberately not here: what it says (`syntax::schema`).

use super::failure::Failure;
use super::output;
use super::{DONE, Outcome};
use crate::model::json;
use crate::syntax::schema;

/// Write the JSON Schema of policies in YAML, with which editors complete and check them
///
/// In a policy file, the comment `# yaml-language-server: $schema=FILE` names it to most editors. A schema sees the
/// shape of a policy; `agsec validate` sees all of it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  agsec schema > .agsec/policy.schema.json\n\nExit codes: 0 written.")]
pub(super) struct Arguments {}

pub(super) fn run(_arguments: &Arguments) -> Outcome {
    let mut text = String::new();
    json::write(&schema::schema(), &mut text);
    let value = serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("the schema is not JSON: {error}")))?;
    output::print_json(&value)?;
    Ok(DONE)
}
