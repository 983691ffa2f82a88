//! The policies that ship: they compile without a word, and every statement has its cases and its near misses.

use agsec::bundle::read::Loaded;
use agsec::bundle::write::write;
use agsec::compile;
use agsec::diag::render;
use agsec::diag::source::{SourceFile, Sources};
use agsec::engine::cases::check_file;
use agsec::engine::corpus::{self, Case};
use agsec::engine::desk;
use agsec::engine::given::Given;
use agsec::facts::roots::Facts;
use agsec::ir::lower::{Options, lower};
use agsec::ir::{Operand, Policy};
use agsec::model::decision::Effect;
use agsec::oracle;
use agsec::packs::{BUILTIN, DEFAULT, PACKS, Pack, PackFile, THREATS};
use agsec::syntax;
use agsec::testing::parity::check_loaded;
use agsec::vm::Scratch;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

/// Cases that a statement decides, and near misses that it leaves alone: at least so many each.
const CASES_OF_A_RULE: usize = 3;
/// Bytes of the built-in layer's bundle, which every hook carries. It asks what the hook has found out, and has no pattern.
const BUILTIN_BYTES: usize = 9_000;
/// Bytes of the default policies' bundle.
const DEFAULT_BYTES: usize = 900_000;

/// Characters of a pattern that stands in a statement; a longer one has a name.
const PATTERN_IN_A_RULE: usize = 120;

fn packs() -> Vec<Pack> {
    PACKS.iter().copied().chain([DEFAULT, BUILTIN, THREATS]).collect()
}

/// The pack as one layer.
fn policy(pack: &Pack) -> Policy {
    layer(pack.name, pack.files)
}

/// Files as one layer.
fn layer(name: &str, files: &[PackFile]) -> Policy {
    let mut sources = Sources::default();
    let mut documents = Vec::new();
    let mut diagnostics = Vec::new();
    for file in files {
        let file = SourceFile { path: file.name.to_owned(), text: file.text.to_owned() };
        let id = sources.add(file.clone());
        let (document, found) = syntax::parse(&file, id);
        documents.extend(document);
        diagnostics.extend(found);
    }
    let (policy, found) = lower(&documents, sources.clone(), &Options::default());
    diagnostics.extend(found);
    assert!(diagnostics.is_empty(), "pack {name}:\n{}", render::plain(&diagnostics, &sources));
    policy.expect("a policy without diagnostics is lowered")
}

fn cases(pack: &Pack) -> Vec<Case> {
    corpus::read(pack.name, pack.cases).expect("the cases can be read")
}

#[test]
fn packs_are_read_without_a_diagnostic() {
    for pack in packs() {
        policy(&pack);
    }
}

#[test]
fn all_packs_together_are_one_layer_that_only_restricts_the_default_policies() {
    let all = || PACKS.iter().chain([&DEFAULT]);
    let files: Vec<PackFile> = all().flat_map(|pack| pack.files).copied().collect();
    let together = layer("all", &files);
    assert_eq!(together.default, policy(&DEFAULT).default);
    let statements: usize = all().map(|pack| policy(pack).rules.len()).sum();
    assert_eq!(together.rules.len(), statements);
    assert!(compile::compile(&together, &compile::Options::default()).is_ok());
    for pack in PACKS {
        let allows = policy(pack).rules.iter().any(|rule| rule.effect == Effect::Allow);
        assert!(!allows, "pack {} allows something", pack.name);
    }
}

#[test]
fn every_file_of_a_pack_is_embedded() {
    for pack in packs() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").join(pack.folder);
        let there: BTreeSet<String> = std::fs::read_dir(&folder)
            .expect("the pack has a folder")
            .map(|entry| entry.expect("the folder can be listed").file_name().to_string_lossy().into_owned())
            .filter(|name| name.ends_with(".yaml") && name != "cases.yaml")
            .collect();
        let embedded: BTreeSet<String> = pack.files.iter().map(|file| file.name.to_owned()).collect();
        assert_eq!(embedded, there, "pack {}", pack.name);
    }
}

#[test]
fn every_statement_is_named_once_and_has_cases_and_near_misses() {
    for pack in packs() {
        let policy = policy(&pack);
        let cases = cases(&pack);
        let names: BTreeSet<&str> = policy.rules.iter().map(|rule| rule.name.as_str()).collect();
        assert_eq!(names.len(), policy.rules.len(), "pack {}: a name twice", pack.name);
        assert!(policy.rules.iter().all(|rule| rule.named), "pack {}: a statement without sid", pack.name);
        for case in &cases {
            assert!(names.contains(case.rule.as_str()), "pack {}: no statement `{}`", pack.name, case.rule);
        }
        for rule in &policy.rules {
            for decides in [true, false] {
                let count =
                    cases.iter().filter(|case| case.rule == rule.name && case.decides == decides).count();
                let what = if decides { "cases" } else { "near misses" };
                assert!(count >= CASES_OF_A_RULE, "pack {}: `{}` has {count} {what}", pack.name, rule.name);
            }
        }
    }
}

#[test]
fn what_stops_an_agent_says_what_to_do_instead() {
    for pack in packs() {
        for rule in policy(&pack).rules {
            let says = rule.reason.ends_with('.') && !rule.reason.contains('\n');
            let silent = rule.effect == Effect::Allow;
            assert!(says || silent, "pack {}: `{}` has no reason in full sentences", pack.name, rule.name);
        }
    }
}

#[test]
fn every_case_is_decided_as_it_says_by_oracle_and_machine() {
    for pack in packs() {
        let policy = policy(&pack);
        let loaded = Loaded::read(bundle(&pack)).expect("the bundle can be read");
        let mut scratch = Scratch::default();
        let mut wrong = Vec::new();
        let own = pack == BUILTIN;
        for mut case in cases(&pack) {
            if own {
                case.event = desk::described(&case.event);
            }
            let setting = if own { desk::guarded() } else { desk::setting() };
            let facts = Facts::new(&case.event, setting);
            check_loaded(&policy, &loaded, &case.event, &facts, &mut scratch);
            let verdict = oracle::evaluate(&policy, &case.event, &facts).verdict;
            let decided_by = verdict.rule.map(|rule| policy.rules[rule.index()].name.as_str());
            let by_rule = decided_by == Some(case.rule.as_str());
            let expected = case.effect.unwrap_or_else(|| harmless(&policy, &case));
            if by_rule != case.decides || verdict.effect != expected {
                let status = verdict.effect.status();
                wrong.push(format!("{}: {status} by {decided_by:?}: {}", case.rule, case.line()));
            }
        }
        assert!(wrong.is_empty(), "pack {}:\n  {}", pack.name, wrong.join("\n  "));
    }
}

#[test]
fn the_command_line_runs_the_cases_of_every_pack() {
    for pack in packs() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies").join(pack.folder);
        let given = Given::from_path(&folder).expect("the pack compiles");
        let checked = check_file(&folder, &given).expect("the cases can be read");
        assert_eq!(checked.len(), cases(&pack).len(), "pack {}", pack.name);
        let wrong: Vec<_> = checked.iter().filter(|case| !case.holds()).collect();
        assert!(wrong.is_empty(), "pack {}: {wrong:#?}", pack.name);
    }
}

/// What becomes of an event that a statement nearly speaks of: a deny or review lets it pass, an allow leaves it to the
/// default.
fn harmless(policy: &Policy, case: &Case) -> Effect {
    let rule = policy.rules.iter().find(|rule| rule.name == case.rule);
    match rule.map(|rule| rule.effect) {
        Some(Effect::Allow) => policy.default,
        Some(Effect::Review | Effect::Deny) | None => Effect::Allow,
    }
}

/// The pack's bundle, made once. Directory and digest are empty: it stands for no directory of a machine.
fn bundle(pack: &Pack) -> &'static [u8] {
    static BUNDLES: LazyLock<BTreeMap<&'static str, Vec<u8>>> = LazyLock::new(|| {
        let bundle = |pack: Pack| {
            let options = compile::Options { label: pack.name.to_owned(), ..compile::Options::default() };
            match compile::compile(&policy(&pack), &options) {
                Ok(compiled) => (pack.name, write(&compiled.program)),
                Err(problems) => panic!("pack {} does not compile: {problems:?}", pack.name),
            }
        };
        packs().into_iter().map(bundle).collect()
    });
    BUNDLES.get(pack.name).expect("invariant: every pack has a bundle")
}

#[test]
fn packs_fit_their_budget() {
    for (pack, limit) in [(BUILTIN, BUILTIN_BYTES), (DEFAULT, DEFAULT_BYTES)] {
        let size = bundle(&pack).len();
        assert!(size <= limit, "pack {}: the bundle has {size} bytes, more than {limit}", pack.name);
    }
}

/// The built-in layer is not for people to change, and its patterns are spelled out.
#[test]
fn a_long_pattern_of_a_policy_has_a_name() {
    for pack in PACKS.iter().chain([&DEFAULT]) {
        for pred in policy(pack).preds.iter().filter(|pred| pred.called.is_none()) {
            if let Operand::Pattern(pattern) = &pred.operand {
                let length = pattern.text.chars().count();
                assert!(length <= PATTERN_IN_A_RULE, "{}: {length} characters: {}", pack.name, pattern.text);
            }
        }
    }
}
