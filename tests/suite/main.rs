//! The one integration test binary; each module has a line that says what belongs there.

#![allow(clippy::disallowed_methods, reason = "tests start processes and keep files")]

mod architecture; // imports, crates, doors, unsafe, sizes, lints, what the hook links
#[cfg(unix)]
mod audit; // the log: damage, crashes, many writers, closed files; queries, totals, export, import, what goes
mod builtin; // the committed bundle of the built-in layer
mod bundle; // bundles: round trip, damage at every byte, other versions, verification
#[cfg(unix)]
mod cli; // commands as processes: what they print, write, refuse
mod commands; // shell texts: the simple commands after expansion and unwrapping
mod convert; // policies in their other form: decisions, what cannot be said
mod docs; // README and docs: commands work as written, links lead somewhere
mod facts; // facts of whole events
mod finds; // what fuzzing found stays mended
mod fixes; // what diagnostics offer mends what they say
mod fuzz; // the fuzz targets and their table
mod git; // repositories read from their files, compared with git
mod golden; // diagnostics and the intermediate form, as recorded
#[cfg(unix)]
mod hook; // the hook as a process: payloads, layers, modes, failures, audit
#[cfg(unix)]
mod install; // every recipe: empty places, files of others, twice, taken out again
mod json; // the JSON reader and writer
mod language; // the pages of the policy language: examples and tables
#[cfg(unix)]
mod learning; // what is learned from the log: threats, replay, from watching to blocking
mod load; // policy files on disk that cannot be read
mod machine; // the compiled policy: operators, decisions, traces
mod map; // opening state files
mod names; // names for constants: they mean what they stand for
mod oracle; // the reference evaluator against the tables of the semantics
mod packs; // the policies that ship: they compile, and every rule decides its cases and leaves the near misses
mod parity; // oracle = machine = machine after write and read, on generated policies and events
mod paths; // spellings of paths, globs, places
mod patterns; // patterns: tables = reference matcher, hostile patterns, damaged tables
#[cfg(unix)]
mod platforms; // agent platforms: recordings, answers, foreign payloads, shims
mod policy_format; // the reference page of the policy format
mod programs; // the table of programs: its cases, its page, arguments, SQL, code
mod prompts; // signals in prompts
mod render; // diagnostics for programs
mod schema; // the JSON Schema of policies in YAML
mod secrets; // secrets in texts, and what only looks so
mod shell; // shell texts: trees, bad input, limits, dialects
mod threats; // the threats that the log is searched for, beside the Python tool
mod totality; // any text is read or refused, soon
mod urls; // URLs: parts, addresses, names, the URLs of a text
mod values; // equality, order, text of values and globs, as recorded from CPython
mod views; // decoded spellings of values
mod withheld; // events that are known in part
