//! Whole processes: what one hook call costs, beside doing nothing at all and beside the Python tool.
//!
//! `cargo bench --bench startup` builds and copies the hook with musl and with glibc (as `scripts/install.sh` does), puts the
//! default policies in force in a temporary home, and runs every contender in turn. `-- --write` puts the table into
//! `docs/benchmarks.md`. Budget: the hook at most 2 × the empty static process of the same kind, at least 60 × faster
//! than the Python tool.

#![allow(clippy::disallowed_methods, reason = "a benchmark starts processes and reads the clock")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const RUNS: usize = 100;
const STATIC: &str = "-Ctarget-feature=+crt-static -Crelocation-model=static -Cpanic=abort";
const TARGETS: [&str; 2] = ["x86_64-unknown-linux-musl", "x86_64-unknown-linux-gnu"];
/// What the agent is about to run, as the table names it.
const COMMANDS: [&str; 3] = ["`ls -la`", "`git push --force origin main`", "a here-document of 300 lines"];

/// One command line to measure.
struct Contender {
    name: String,
    program: PathBuf,
    arguments: Vec<String>,
    payload: PathBuf,
    folder: PathBuf,
    home: PathBuf,
    times: Vec<Duration>,
}

impl Contender {
    fn new(name: &str, program: impl Into<PathBuf>, place: &Place) -> Self {
        Self {
            name: name.to_owned(),
            program: program.into(),
            arguments: Vec::new(),
            payload: place.payloads[0].clone(),
            folder: place.project.clone(),
            home: place.home.clone(),
            times: Vec::new(),
        }
    }

    fn command(&self, before: &[&str]) -> Command {
        let mut words = before.iter().map(|word| (*word).into());
        let mut command = Command::new(words.next().unwrap_or_else(|| self.program.clone()));
        command.args(words);
        if !before.is_empty() {
            command.arg(&self.program);
        }
        command.args(&self.arguments).current_dir(&self.folder).env_clear().env("HOME", &self.home);
        command.env("PATH", "/usr/bin:/bin").stdin(File::open(&self.payload).expect("the payload is there"));
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
        let tool = peak.to_str().expect("a plain path");
        let output = self.command(&[tool]).stdout(Stdio::piped()).output().expect("peak runs");
        String::from_utf8_lossy(&output.stdout).lines().last().unwrap_or("–").to_owned()
    }

    fn instructions(&self) -> String {
        let tool = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"];
        let Ok(output) = self.command(&tool).stderr(Stdio::piped()).output() else { return "–".to_owned() };
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let counted = text.lines().find_map(|line| line.split_once("Collected : "));
        counted.and_then(|(_, count)| count.trim().parse::<u64>().ok()).map_or("–".to_owned(), thousands)
    }
}

fn thousands(count: u64) -> String {
    if count < 10_000_000 {
        format!("{:.1} k", count as f64 / 1e3)
    } else {
        format!("{} M", count / 1_000_000)
    }
}

/// Where everything happens: a temporary home with a project.
struct Place {
    root: PathBuf,
    home: PathBuf,
    project: PathBuf,
    payloads: [PathBuf; 3],
    build: PathBuf,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return; // built or listed by a test run
    }
    let place = prepare();
    let mut contenders = contenders(&place);
    for contender in &mut contenders {
        contender.run();
        contender.times.clear();
    }
    // The Python tool comes last and has rounds of its own: whoever runs behind it finds cold caches.
    let small = contenders.iter().take_while(|contender| !contender.name.starts_with("Python")).count();
    let (small, large) = contenders.split_at_mut(small);
    for part in [small, large] {
        for round in 0..RUNS {
            for place in order(round, part.len()) {
                part[place].run();
            }
        }
    }
    let peak = empty_like("peak", TARGETS[0], &place).or_else(|| empty_like("peak", TARGETS[1], &place));
    let table = table(&mut contenders, &peak.expect("a static build of peak.rs"));
    println!("{table}");
    if arguments.iter().any(|argument| argument == "--write") {
        write(&place.root, &table);
    }
    fs::remove_dir_all(place.home.parent().expect("a folder of its own")).expect("the temporary folder goes");
}

/// The numbers below `count` in an order of the round's own, so that nobody always runs behind the same one.
fn order(round: usize, count: usize) -> Vec<usize> {
    let mut left: Vec<usize> = (0..count).collect();
    let mut state = round as u64;
    let mut next = |limit: usize| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        (mixed >> 33) as usize % limit
    };
    (0..count).map(|_| left.swap_remove(next(left.len()))).collect()
}

fn prepare() -> Place {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let folder = std::env::temp_dir().join(format!("agsec-bench-{}", std::process::id()));
    let (home, project) = (folder.join("home"), folder.join("project"));
    fs::create_dir_all(&home).expect("a temporary home");
    fs::create_dir_all(&project).expect("a temporary project");
    let payloads = ["list.json", "push.json", "script.json"].map(|name| folder.join(name));
    let texts =
        [COMMANDS[0].trim_matches('`').to_owned(), COMMANDS[1].trim_matches('`').to_owned(), script()];
    for (path, command) in payloads.iter().zip(texts) {
        let payload = format!(
            "{{\"session_id\":\"5f0c\",\"transcript_path\":\"/tmp/t.jsonl\",\"cwd\":{:?},\"permission_mode\":\"default\",\
             \"hook_event_name\":\"PreToolUse\",\"tool_name\":\"Bash\",\"tool_input\":{{\"command\":{command:?},\
             \"description\":\"what it says\"}},\"tool_use_id\":\"toolu_01\"}}",
            project.display().to_string()
        );
        fs::write(path, payload).expect("a payload");
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), PathBuf::from);
    Place { build: target.join("startup"), root, home, project, payloads }
}

/// A source file of 300 lines, written by a here-document.
fn script() -> String {
    let mut text = String::from("cat > src/orders.py <<'EOF'\n");
    for line in 0..100 {
        text += &format!(
            "def total_{line}(orders):\n    \"\"\"The sum of the orders of kind {line}.\"\"\"\n    return sum(order.price for order in orders if order.kind == {line})\n"
        );
    }
    text + "EOF\n"
}

fn contenders(place: &Place) -> Vec<Contender> {
    let mut all = vec![Contender::new("`/bin/true`", "/bin/true", place)];
    let agsec = placed(Path::new(env!("CARGO_BIN_EXE_agsec")));
    let state = place.home.join(".agsec");
    let init = Command::new(&agsec)
        .args(["init", "--state-dir"])
        .arg(&state)
        .current_dir(&place.project)
        .env("HOME", &place.home)
        .output()
        .expect("agsec init runs");
    assert!(init.status.success(), "agsec init: {}", String::from_utf8_lossy(&init.stderr));
    let registered = [
        "check".to_owned(),
        "--format=claude-code".to_owned(),
        format!("--state-dir={}", state.display()),
        format!("--root={}", place.project.display()),
    ];
    for (target, kind) in TARGETS.iter().zip(["musl", "glibc"]) {
        let Some(empty) = empty_like("empty", target, place) else { continue };
        all.push(Contender::new(&format!("empty Rust process, static {kind}"), empty, place));
        let hook = build_hook(target, place);
        for (command, payload) in COMMANDS.iter().zip(&place.payloads) {
            let mut contender =
                Contender::new(&format!("**agsec-hook**, static {kind}, {command}"), &hook, place);
            contender.arguments = registered.to_vec();
            contender.payload.clone_from(payload);
            all.push(contender);
        }
    }
    for (command, payload) in COMMANDS.iter().zip(&place.payloads) {
        let mut contender = Contender::new(&format!("agsec check, {command}"), &agsec, place);
        contender.arguments = registered.to_vec();
        contender.payload.clone_from(payload);
        all.push(contender);
    }
    all.extend(python(place));
    all
}

/// `benches/<name>.rs` built with the flags of the hook; `None` where the target is not installed.
fn empty_like(name: &str, target: &str, place: &Place) -> Option<PathBuf> {
    fs::create_dir_all(&place.build).expect("a folder for the builds");
    let out = place.build.join(format!("{name}-{target}"));
    let status = Command::new("rustc")
        .args([
            "--edition=2024",
            "-Copt-level=3",
            "-Clto=fat",
            "-Ccodegen-units=1",
            "-Cstrip=debuginfo",
            "--target",
            target,
        ])
        .args(STATIC.split(' '))
        .arg("-o")
        .arg(&out)
        .arg(place.root.join(format!("benches/{name}.rs")))
        .status()
        .expect("rustc runs");
    status.success().then(|| placed(&out))
}

/// A copy, as the install script makes one. What the linker wrote in small pieces lies in single pages in the kernel's cache,
/// and each process that runs it pays for that: 70 µs of the hook's 400.
fn placed(built: &Path) -> PathBuf {
    let placed = built.with_extension("placed");
    fs::copy(built, &placed).expect("a copy of the program");
    placed
}

fn build_hook(target: &str, place: &Place) -> PathBuf {
    let status = Command::new("cargo")
        .args([
            "build",
            "--release",
            "--locked",
            "--no-default-features",
            "--features",
            "eval",
            "--bin",
            "agsec-hook",
        ])
        .args(["--target", target, "--target-dir"])
        .arg(&place.build)
        .current_dir(&place.root)
        .env("RUSTFLAGS", STATIC)
        .status()
        .expect("cargo runs");
    assert!(status.success(), "the hook does not build for {target}");
    placed(&place.build.join(target).join("release/agsec-hook"))
}

/// The Python tool with its own default policies, in a project of its own.
fn python(place: &Place) -> Vec<Contender> {
    let prepared = Command::new("python3")
        .args(["tests/compat/policies.py", "--prepare"])
        .current_dir(&place.root)
        .output()
        .expect("python3 runs");
    let agsec = PathBuf::from(String::from_utf8_lossy(&prepared.stdout).trim()).join("bin/agsec");
    let folder = place.home.join("python-project");
    fs::create_dir_all(&folder).expect("a project for the Python tool");
    let init = Command::new(&agsec).arg("init").current_dir(&folder).env("HOME", &place.home).output();
    if !prepared.status.success() || init.is_err() {
        eprintln!("the Python tool is not there and left out");
        return Vec::new();
    }
    let contender = |(command, payload): (&&str, &PathBuf)| {
        let mut contender = Contender::new(&format!("Python agsec 0.2.2, {command}"), &agsec, place);
        contender.arguments = ["check", "--format", "claude-code"].map(str::to_owned).to_vec();
        contender.payload.clone_from(payload);
        contender.folder.clone_from(&folder);
        contender
    };
    COMMANDS.iter().zip(&place.payloads).map(contender).collect()
}

fn table(contenders: &mut [Contender], peak: &Path) -> String {
    let mut floor = 0.0;
    let mut rows = String::from(
        "| process | median µs | × the empty process above | peak KiB | instructions |\n|---|---:|---:|---:|---:|\n",
    );
    for contender in contenders {
        let median = contender.median();
        if contender.name.starts_with("empty") || floor == 0.0 {
            floor = median;
        }
        let instructions =
            if contender.name.starts_with("Python") { "–".to_owned() } else { contender.instructions() };
        let (name, kib) = (&contender.name, contender.peak_kib(peak));
        rows += &format!("| {name} | {median:.0} | {:.2} | {kib} | {instructions} |\n", median / floor);
    }
    rows
}

fn write(root: &Path, table: &str) {
    let path = root.join("docs/benchmarks.md");
    let text = fs::read_to_string(&path).expect("docs/benchmarks.md is there");
    let (before, rest) = text.split_once("<!-- startup -->\n").expect("the place of the table");
    let (_, after) = rest.split_once("<!-- /startup -->").expect("the end of the table");
    fs::write(&path, format!("{before}<!-- startup -->\n{table}<!-- /startup -->{after}"))
        .expect("it can be written");
}
