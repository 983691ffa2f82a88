//! Whole hook calls at several sizes of policy, beside processes that do nothing.
//!
//! The hook is built as `scripts/install.sh` builds it; the policies are put in force in a temporary state directory.

use crate::events::Event;
use crate::random::Random;
use crate::rules::Rules;
use agsec::engine::directory::StateDirectory;
use agsec::engine::force;
use agsec::hook::state::Scope;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 300;
const TARGET: &str = "x86_64-unknown-linux-musl";
const STATIC: &str = "-Ctarget-feature=+crt-static -Crelocation-model=static -Cpanic=abort";

struct Contender {
    name: String,
    program: PathBuf,
    arguments: Vec<String>,
    payload: PathBuf,
    times: Vec<Duration>,
}

impl Contender {
    fn new(name: &str, program: &Path, payload: &Path) -> Self {
        let (name, program, payload) = (name.to_owned(), program.to_owned(), payload.to_owned());
        Self { name, program, arguments: Vec::new(), payload, times: Vec::new() }
    }

    fn command(&self, before: &[&str]) -> Command {
        let program = self.program.to_str().expect("a plain path");
        let words: Vec<&str> = before.iter().copied().chain([program]).collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).args(&self.arguments).env_clear().env("PATH", "/usr/bin:/bin");
        command.stdin(File::open(&self.payload).expect("the payload is there"));
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    fn run(&mut self) {
        let mut command = self.command(&[]);
        let start = Instant::now();
        command.status().expect("the contender runs");
        self.times.push(start.elapsed());
    }

    fn median(&mut self) -> f64 {
        self.times.sort_unstable();
        self.times[self.times.len() / 2].as_secs_f64() * 1e6
    }

    fn peak_kib(&self, peak: &Path) -> String {
        let output = self.command(&[peak.to_str().expect("a plain path")]).stdout(Stdio::piped()).output();
        let output = output.expect("peak runs");
        String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or("–").to_owned()
    }

    fn instructions(&self) -> String {
        let tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
        let Ok(output) = self.command(&tool).stderr(Stdio::piped()).output() else { return "–".to_owned() };
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let counted = text.lines().find_map(|line| line.split_once("Collected : "));
        let count = counted.and_then(|(_, count)| count.trim().parse::<f64>().ok());
        count.map_or("–".to_owned(), |count| format!("{:.1} k", count / 1e3))
    }
}

/// The table; `None` where the musl target is missing.
pub fn table(root: &Path, folder: &Path, sizes: &[(usize, Rules)], event: &Event) -> Option<String> {
    let build = folder.join("build");
    fs::create_dir_all(&build).expect("a folder for the builds");
    let [empty, peak] = ["empty", "peak"].map(|name| small(root, &build, name));
    let (empty, peak) = (empty?, peak?);
    let hook = hook(root);
    let project = folder.join("project");
    fs::create_dir_all(&project).expect("a project");
    let payload = payload(folder, &project, event);
    let mut contenders = vec![
        Contender::new("`/bin/true`", Path::new("/bin/true"), &payload),
        Contender::new("an empty musl process", &empty, &payload),
    ];
    for (count, rules) in sizes {
        let mut contender = Contender::new(&format!("**agsec-hook**, {count} conditions"), &hook, &payload);
        contender.arguments = in_force(folder, &project, *count, rules);
        contenders.push(contender);
    }
    for _ in 0..10 {
        contenders.iter_mut().for_each(Contender::run);
    }
    contenders.iter_mut().for_each(|contender| contender.times.clear());
    // Whoever is run behind a large process finds cold caches, and that should not always be the same one.
    let mut random = Random::new(crate::SEED);
    for _ in 0..RUNS {
        let mut left: Vec<usize> = (0..contenders.len()).collect();
        while !left.is_empty() {
            contenders[left.swap_remove(random.below(left.len()))].run();
        }
    }
    let medians: Vec<f64> = contenders.iter_mut().map(Contender::median).collect();
    let mut text = String::from(
        "| process | median µs | × `/bin/true` | × empty | × 20 conditions | peak KiB | instructions |\n\
         |---|---:|---:|---:|---:|---:|---:|\n",
    );
    for (contender, median) in contenders.iter().zip(&medians) {
        let ratios = [medians[0], medians[1], medians[2]].map(|floor| format!("{:.2}", median / floor));
        let (kib, instructions) = (contender.peak_kib(&peak), contender.instructions());
        let ratios = ratios.join(" | ");
        text += &format!("| {} | {median:.0} | {ratios} | {kib} | {instructions} |\n", contender.name);
    }
    Some(text)
}

/// `benches/<name>.rs` with the flags of the hook.
fn small(root: &Path, build: &Path, name: &str) -> Option<PathBuf> {
    let out = build.join(name);
    let status = Command::new("rustc")
        .args(["--edition=2024", "-Copt-level=3", "-Clto=fat", "-Ccodegen-units=1", "-Cstrip=debuginfo"])
        .args(["--target", TARGET])
        .args(STATIC.split(' '))
        .arg("-o")
        .arg(&out)
        .arg(root.join(format!("benches/{name}.rs")))
        .status()
        .expect("rustc runs");
    status.success().then_some(out)
}

fn hook(root: &Path) -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from).join("startup");
    let status = Command::new("cargo")
        .args(["build", "--release", "--locked", "--no-default-features", "--features", "eval"])
        .args(["--bin", "agsec-hook", "--target", TARGET, "--target-dir"])
        .arg(&target)
        .current_dir(root)
        .env("RUSTFLAGS", STATIC)
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the hook does not build");
    target.join(TARGET).join("release/agsec-hook")
}

fn payload(folder: &Path, project: &Path, event: &Event) -> PathBuf {
    let path = folder.join("payload.json");
    let payload = serde_json::json!({
        "session_id": "5f0c", "transcript_path": "/tmp/t.jsonl", "cwd": project, "permission_mode": "default",
        "hook_event_name": "PreToolUse", "tool_name": "Bash", "tool_use_id": "toolu_01",
        "tool_input": {"command": event.value, "description": "what it says"},
    });
    fs::write(&path, payload.to_string()).expect("a payload");
    path
}

/// Puts rules in force for the project, in a state directory of their own; says how the hook is registered.
fn in_force(folder: &Path, project: &Path, count: usize, rules: &Rules) -> Vec<String> {
    let policies = folder.join(format!("policies-{count}"));
    crate::write_policies(&policies, rules);
    let state = folder.join(format!("state-{count}"));
    let directory = StateDirectory::find(Some(&state)).expect("a state directory");
    let ready = force::ready(Scope::Project(project.to_owned()), &policies);
    let ready = ready.unwrap_or_else(|_| panic!("the rules are refused"));
    force::put(&directory, &ready, &[]).expect("they are put in force");
    let named = |name: &str, path: &Path| format!("--{name}={}", path.display());
    vec![
        "check".to_owned(),
        "--format=claude-code".to_owned(),
        named("state-dir", &state),
        named("root", project),
    ]
}
