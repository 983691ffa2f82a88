//! A developer's machine that is written down, so that cases of policies decide alike everywhere.
//!
//! In: nothing, but an event's `context.cwd`. Out: the [`Setting`] that facts are computed in: home `/home/dev`, work in
//! `/home/dev/shop` on branch `topic`, where git holds `src/kept.rs` as it is and `src/changed.rs` as it was; `/home/dev/trunk`
//! has `main` checked out. With agsec's own things it is guarded: `described` tells an event what the hook would.
//! Deliberately not here: the machine that runs the tests (`hook::world`).

use crate::facts::roots::Setting;
use crate::facts::shell::ast::Dialect;
use crate::facts::world::{Recorded, Surroundings};
use crate::hook;
use crate::hook::mention::{Protected, Thing};
use crate::hook::platform::{Call, Kind, PLATFORMS};
use crate::model::event::Event;
use crate::model::value::Value;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// Where commands run that do not say.
const WORK: &str = "/home/dev/shop";

static WORLD: LazyLock<Recorded> = LazyLock::new(|| {
    let config = "[remote \"origin\"]\n\turl = https://example.org/shop.git\n";
    Recorded::new()
        .file("/home/dev/shop/.git/HEAD", "ref: refs/heads/topic\n")
        .file("/home/dev/shop/.git/config", config)
        .file("/home/dev/shop/.git/index", index(&[("src/changed.rs", 7), ("src/kept.rs", 7)]))
        .changed("/home/dev/shop/.git/index", 2000, 0)
        .file("/home/dev/shop/src/kept.rs", "// new\n")
        .changed("/home/dev/shop/src/kept.rs", 1000, 5)
        .file("/home/dev/shop/src/changed.rs", "// newer\n")
        .changed("/home/dev/shop/src/changed.rs", 1000, 5)
        .file("/home/dev/trunk/.git/HEAD", "ref: refs/heads/main\n")
        .file("/home/dev/trunk/.git/config", config)
});

/// The same with what is agsec's own: state, policies in force, programs, registrations.
static GUARDED: LazyLock<Recorded> = LazyLock::new(|| {
    let patch = "--- a/policies/01_base.yaml\n+++ b/policies/01_base.yaml\n@@ -1 +0,0 @@\n-x\n";
    let files = [
        "/home/dev/.agsec/state",
        "/home/dev/.agsec/audit.jsonl",
        "/home/dev/.agsec/bundles/0a1b.agsb",
        "/home/dev/.claude/settings.json",
        "/home/dev/.claude/projects/old/x.jsonl",
        "/home/dev/.codex/hooks.json",
        "/home/dev/shop/.claude/settings.json",
        "/home/dev/shop/policies/01_base.yaml",
        "/home/dev/shop/tests/fixtures/.claude/settings.json",
        "/home/dev/.cargo/bin/agsec",
        "/home/dev/.cargo/bin/agsec-hook",
        "/usr/local/bin/agsec-hook",
    ];
    let world = files.into_iter().fold(WORLD.clone(), |world, file| world.file(file, ""));
    let script = "#!/bin/sh\nagsec observe\n";
    world
        .file("/home/dev/shop/weaken.sh", script)
        .file("/home/dev/shop/loosen.patch", patch)
        .link("/home/dev/shop/innocent", "/home/dev/.agsec")
});

static PROTECTED: LazyLock<Protected> = LazyLock::new(|| {
    let home = Path::new("/home/dev");
    let mut paths = vec![
        (Thing::State, home.join(".agsec")),
        (Thing::State, PathBuf::from("/etc/agsec")),
        (Thing::State, PathBuf::from("/var/lib/agsec")),
        (Thing::State, PathBuf::from("/srv/agsec/state")),
        (Thing::Policies, home.join("shop/policies")),
        (Thing::Policies, home.join("shop/.agsec/policies")),
        (Thing::Binary, PathBuf::from("/usr/local/bin/agsec")),
        (Thing::Binary, PathBuf::from("/usr/local/bin/agsec-hook")),
        (Thing::Binary, home.join(".cargo/bin/agsec")),
        (Thing::Binary, home.join(".cargo/bin/agsec-hook")),
    ];
    for root in [home.to_owned(), home.join("shop")] {
        let files = PLATFORMS.into_iter().flat_map(|platform| platform.registrations);
        paths.extend(files.map(|file| (Thing::Registration, root.join(file))));
    }
    Protected { home: Some(home.to_owned()), cwd: Some(PathBuf::from(WORK)), paths }
});

/// An event as the hook describes it to the built-in layer, on the guarded machine.
#[must_use]
pub fn described(event: &Event<'static>) -> Event<'static> {
    let mut call = Call { kind: Kind::Tool, event: String::new(), questions: vec![event.clone()] };
    let names = ["agsec", ".agsec", "policies"];
    hook::describe(&mut call, None, &names, &|| &*PROTECTED, guarded());
    call.questions.pop().expect("invariant: no question is taken away")
}

/// Where cases of the built-in layer happen.
#[must_use]
pub fn guarded() -> Setting<'static> {
    Setting { surroundings: &surroundings, dialect: &|_| Dialect::Bash, world: &*GUARDED }
}

/// An index of regular files with so many bytes, changed at second 1000 and 5 nanoseconds.
fn index(files: &[(&str, u8)]) -> Vec<u8> {
    let count = u8::try_from(files.len()).expect("invariant: few files");
    let mut bytes = vec![b'D', b'I', b'R', b'C', 0, 0, 0, 2, 0, 0, 0, count];
    for (name, size) in files {
        let start = bytes.len();
        bytes.extend([0, 0, 3, 0xe8, 0, 0, 0, 5].repeat(2));
        bytes.extend([0; 8]);
        bytes.extend([0, 0, 0x81, 0xa4]);
        bytes.extend([0; 8]);
        bytes.extend([0, 0, 0, *size]);
        bytes.extend([0; 20]);
        bytes.extend([0, u8::try_from(name.len()).expect("invariant: short names")]);
        bytes.extend(name.as_bytes());
        let padding = 8 - (bytes.len() - start) % 8;
        bytes.extend(vec![0; padding]);
    }
    bytes.extend([0; 20]);
    bytes
}

/// Where cases happen.
#[must_use]
pub fn setting() -> Setting<'static> {
    Setting { surroundings: &surroundings, dialect: &|_| Dialect::Bash, world: &*WORLD }
}

fn surroundings(event: &Event<'_>) -> Surroundings {
    let told = event.context.get("cwd").and_then(Value::as_str).unwrap_or(WORK);
    Surroundings {
        cwd: Some(told.to_owned()),
        home: Some("/home/dev".to_owned()),
        user: Some("dev".to_owned()),
        ..Surroundings::default()
    }
}
