//! The matcher of agsec beside other engines, on the same rules and events, in one run.
//!
//! `benches/rivals/run`; `--write` puts the tables into `docs/benchmarks.md`, `--small` leaves out 10,000 conditions and
//! events of 1 MB. Every answer is compared: that of each condition with the engines that tell it, the decision with
//! those that decide; a difference ends the run.

mod engines;
mod events;
mod hook;
mod random;
mod rules;
mod words;

use engines::{Answer, Outcome, ours};
use events::{COUNTS, Event, SIZES};
use random::Random;
use rules::Rules;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;
use words::Words;

const SEED: u64 = 1;
const CONDITIONS: [usize; 4] = [20, 100, 1_000, 10_000];
/// Events that are compared and not measured.
const SAMPLES: usize = 200;

fn main() {
    let has = |name: &str| std::env::args().any(|argument| argument == name);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository");
    let folder = std::env::temp_dir().join(format!("agsec-rivals-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a temporary folder");
    let counts = if has("--small") { &CONDITIONS[..3] } else { &CONDITIONS[..] };
    let sizes = if has("--small") { 3 } else { 4 };
    let mut report = Report::new();
    let mut kept = Vec::new();
    let mut first_event = None;
    for count in counts {
        let mut random = Random::new(SEED);
        let words = Words::new(40 + count / 4, &mut random);
        let rules = Rules::new(*count, &words, &mut random);
        let groups = groups(&rules, &words, &mut random, sizes);
        if first_event.is_none() {
            first_event = groups[0].first().cloned();
        }
        if !has("--hook-only") {
            report.measure(&root, &folder, &rules, &groups);
        }
        kept.push((*count, rules));
    }
    report.defaults();
    kept.retain(|(count, _)| *count != 100);
    let hook = hook::table(&root, &folder, &kept, &first_event.expect("an event"));
    let page = report.page(hook.as_deref().unwrap_or("The musl target is not installed.\n"));
    println!("\n{page}");
    if has("--write") {
        write(&root, &page);
    }
    fs::remove_dir_all(&folder).expect("the temporary folder goes");
}

/// Typical events of each size, adversarial ones of each size, and samples.
fn groups(rules: &Rules, words: &Words, random: &mut Random, sizes: usize) -> Vec<Vec<Event>> {
    let sized = || SIZES.into_iter().zip(COUNTS).take(sizes);
    let mut groups: Vec<Vec<Event>> =
        sized().map(|(size, count)| events::typical(size, count, words, random)).collect();
    groups.extend(sized().map(|(size, count)| events::adversarial(size, count, rules, words, random)));
    groups.push(events::samples(SAMPLES, rules, words, random));
    groups
}

/// Writes rules as a directory of policy files.
fn write_policies(directory: &Path, rules: &Rules) {
    fs::create_dir_all(directory).expect("a folder for policies");
    for file in rules.files() {
        fs::write(directory.join(file.name), file.text).expect("a policy file");
    }
}

/// What is printed in the end.
struct Report {
    rows: String,
    literal_rows: String,
    notes: String,
    /// Medians of typical events of 300 bytes, for the ratios.
    typical: BTreeMap<(usize, &'static str), f64>,
    compared: usize,
}

impl Report {
    fn new() -> Self {
        Self {
            rows: String::new(),
            literal_rows: String::new(),
            notes: String::new(),
            typical: BTreeMap::new(),
            compared: 0,
        }
    }

    fn measure(&mut self, root: &Path, folder: &Path, rules: &Rules, groups: &[Vec<Event>]) {
        let count = rules.conditions.len();
        let events: Vec<Event> = groups.concat();
        let policies = folder.join(format!("python-{count}"));
        write_policies(&policies, rules);
        let compiled = ours::compile(rules);
        let ours = ours::run(rules, &compiled, &events);
        self.row(count, &ours, groups);
        let runs: [&dyn Fn() -> Option<Outcome>; 4] = [
            &|| engines::vectorscan::run(root, folder, rules, &events),
            &|| Some(engines::regexes::set(rules, &events)),
            &|| Some(engines::regexes::one_by_one(rules, &events)),
            &|| engines::python::run(root, &policies, rules, &events),
        ];
        for run in runs {
            let start = Instant::now();
            let Some(outcome) = run() else { continue };
            self.compared += compare(&ours, &outcome, &events);
            self.row(count, &outcome, groups);
            eprintln!("{count} conditions, {}: {:.0} s", outcome.name, start.elapsed().as_secs_f64());
        }
        self.literals(rules, groups, &events);
        let _ = writeln!(
            self.notes,
            "- {count} conditions: {:.2} KB and {:.2} ms a condition; reading the YAML took {:.0} ms.",
            compiled.bytes.len() as f64 / 1e3 / count as f64,
            compiled.compile_ms / count as f64,
            compiled.read_ms,
        );
    }

    /// Cedar, and agsec on what Cedar can express.
    fn literals(&mut self, rules: &Rules, groups: &[Vec<Event>], events: &[Event]) {
        let part = rules.literal_part();
        let ours = ours::run(&part, &ours::compile(&part), events);
        let cedar = engines::cedar::run(&part, events);
        let blocks = |outcome: &Outcome| -> Vec<Option<bool>> {
            let status = |answer: &Option<Answer>| Some(answer.as_ref()?.status.as_ref()? != "allow");
            outcome.answers.iter().map(status).collect()
        };
        for ((ours, theirs), event) in blocks(&ours).into_iter().zip(blocks(&cedar)).zip(events) {
            assert!(theirs.is_none() || ours == theirs, "Cedar decides otherwise: {event:?}");
            self.compared += usize::from(theirs.is_some());
        }
        for outcome in [&ours, &cedar] {
            self.literal_rows += &row(part.used(), outcome, groups);
        }
    }

    fn row(&mut self, count: usize, outcome: &Outcome, groups: &[Vec<Event>]) {
        self.rows += &row(count, outcome, groups);
        if let Some(median) = medians(outcome, groups).get(1).copied().flatten() {
            self.typical.insert((count, outcome.name), median);
        }
    }

    /// How long the default policies take to compile.
    fn defaults(&mut self) {
        let mut sources = agsec::diag::source::Sources::default();
        for file in agsec::packs::DEFAULT.files {
            let (path, text) = (file.name.to_owned(), file.text.to_owned());
            sources.add(agsec::diag::source::SourceFile { path, text });
        }
        let (policy, _) = agsec::engine::load::texts(&sources, &Default::default());
        let policy = policy.expect("the default policies are valid");
        let nanoseconds =
            engines::time(true, || agsec::compile::compile(&policy, &Default::default()).is_ok());
        let _ = writeln!(self.notes, "- The default policies compile in {:.0} ms.", nanoseconds / 1e6);
    }

    fn page(&self, hook: &str) -> String {
        let head = "| conditions | engine | compile ms | KB | load µs | 50 B | 300 B | 10 KB | 1 MB | 50 B soup | 300 B soup | \
                    10 KB soup | 1 MB soup |\n|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
        format!(
            "Time for one evaluation (ns, µs, ms or s), by size of the value:\n\n{head}{}\n\
             What Cedar can express (statements with literals alone):\n\n{head}{}\n{}{}{}- Compared answers: {}, no difference.\n\n\
             Whole hook calls, medians of alternating runs:\n\n{hook}",
            self.rows,
            self.literal_rows,
            self.notes,
            self.ratios(),
            load(),
            self.compared,
        )
    }

    fn ratios(&self) -> String {
        let ours = |count| self.typical.get(&(count, "**agsec**")).copied().unwrap_or(f64::NAN);
        let mut text =
            format!("- Typical events of 300 B, 10,000 : 20 conditions: {:.1}.\n", ours(10_000) / ours(20));
        for ((count, name), median) in &self.typical {
            if *count == 1_000 && *name != "**agsec**" {
                let _ = writeln!(
                    text,
                    "- At 1,000 conditions, typical events of 300 B, {name} : agsec = {:.1}.",
                    median / ours(1_000)
                );
            }
        }
        text
    }
}

/// The load of the machine, since it shows in the figures.
fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    format!("- Load average at the end: {}.\n", load.split(' ').take(3).collect::<Vec<_>>().join(", "))
}

/// Compares answers; says how many there were.
fn compare(ours: &Outcome, other: &Outcome, events: &[Event]) -> usize {
    let mut compared = 0;
    for ((mine, theirs), event) in ours.answers.iter().zip(&other.answers).zip(events) {
        let (Some(mine), Some(theirs)) = (mine, theirs) else { continue };
        let held: BTreeMap<usize, bool> = theirs.held.iter().flatten().copied().collect();
        for (condition, holds) in mine.held.iter().flatten() {
            let Some(says) = held.get(condition) else { continue };
            assert_eq!(says, holds, "{}: condition {condition} on {event:?}", other.name);
            compared += 1;
        }
        if let Some(status) = &theirs.status {
            assert_eq!(Some(status), mine.status.as_ref(), "{}: {event:?}", other.name);
            compared += 1;
        }
    }
    compared
}

/// The median over the events of each measured group, in nanoseconds.
fn medians(outcome: &Outcome, groups: &[Vec<Event>]) -> Vec<Option<f64>> {
    let mut answers = outcome.answers.iter();
    let mut median = |group: &Vec<Event>| {
        let all: Option<Vec<f64>> = answers
            .by_ref()
            .take(group.len())
            .map(|answer| answer.as_ref().map(|answer| answer.nanoseconds))
            .collect::<Vec<_>>()
            .into_iter()
            .collect();
        let mut all = all?;
        all.sort_by(f64::total_cmp);
        Some(all[all.len() / 2])
    };
    groups[..groups.len() - 1].iter().map(&mut median).collect()
}

fn row(count: usize, outcome: &Outcome, groups: &[Vec<Event>]) -> String {
    let number = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.1}"));
    let mut cells: Vec<String> = medians(outcome, groups).into_iter().map(duration).collect();
    if let 6 = cells.len() {
        cells.insert(3, "–".to_owned());
        cells.push("–".to_owned());
    }
    format!(
        "| {count} | {} | {:.1} | {} | {} | {} |\n",
        outcome.name,
        outcome.prepare_ms,
        number(outcome.kib),
        number(outcome.load_us),
        cells.join(" | "),
    )
}

fn duration(nanoseconds: Option<f64>) -> String {
    match nanoseconds {
        None => "–".to_owned(),
        Some(time) if time < 1e4 => format!("{time:.0} ns"),
        Some(time) if time < 1e7 => format!("{:.1} µs", time / 1e3),
        Some(time) if time < 1e10 => format!("{:.1} ms", time / 1e6),
        Some(time) => format!("{:.1} s", time / 1e9),
    }
}

fn write(root: &Path, page: &str) {
    let path: PathBuf = root.join("docs/benchmarks.md");
    let text = fs::read_to_string(&path).expect("docs/benchmarks.md is there");
    let (before, rest) = text.split_once("<!-- rivals -->\n").expect("the place of the table");
    let (_, after) = rest.split_once("<!-- /rivals -->").expect("the end of the table");
    fs::write(&path, format!("{before}<!-- rivals -->\n{page}<!-- /rivals -->{after}"))
        .expect("it can be written");
}
