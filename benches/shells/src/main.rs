//! The shell parser of agsec beside other parsers: agreement with `bash -n`, commands found, time.
//!
//! In: rows of texts with what `bash -n` says of them (`tests/compat/shell_syntax.py --rows`), and generated texts. Out: a
//! table; with `--write` in `docs/benchmarks.md`. Deliberately not here: the comparison of computed words with bash
//! (`tests/compat/shell_words.py`), which the other parsers do not compute.

mod brush;
mod ours;
mod sitter;

use agsec::testing::understanding::{Sample, sample_number};
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

/// Texts with a command that has to be found.
const SAMPLES: u64 = 5_000;
/// Bytes of the texts that are timed.
const SIZES: [usize; 4] = [50, 300, 10 << 10, 1 << 20];
/// What a text is made of that is timed.
const LINE: &str = "cd \"$HOME/work/shop\" && git add -A src tests/*.rs && git commit -m 'mend the \"total\" of an order' \
    --author=\"${NAME:-nobody} <n@example.org>\" 2>&1 | tee -a build/log.txt; for f in $(ls -1 src | head -n 20); do \
    if [[ -f $f && $f == *.rs ]]; then wc -l \"$f\"; else echo skip >&2; fi; done; x=$((1 + 2)) make test";

/// One parser.
struct Contender {
    name: &'static str,
    /// Whether it reads a text without an error.
    accepts: fn(&str) -> bool,
    /// The words of the commands that it sees, quotes removed; a word that is not certain is left out.
    commands: fn(&str) -> Vec<Vec<String>>,
    /// Reads a text and does nothing with it.
    parse: fn(&str),
}

const CONTENDERS: [Contender; 3] = [
    Contender { name: "**agsec**", accepts: ours::accepts, commands: ours::commands, parse: ours::parse },
    Contender {
        name: "brush-parser",
        accepts: brush::accepts,
        commands: brush::commands,
        parse: brush::parse,
    },
    Contender {
        name: "tree-sitter-bash",
        accepts: sitter::accepts,
        commands: sitter::commands,
        parse: sitter::parse,
    },
];

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let rows = arguments.iter().position(|one| one == "--rows").and_then(|at| arguments.get(at + 1));
    let rows = rows.map(|path| read_rows(Path::new(path))).expect("--rows FILE");
    let samples: Vec<Sample> = (0..SAMPLES).map(sample_number).collect();
    if arguments.iter().any(|one| one == "--missing") {
        return missing(&samples);
    }
    let page = page(&rows, &samples);
    println!("{page}");
    if arguments.iter().any(|one| one == "--write") {
        write(&page);
    }
}

/// Prints what is not found, for a look at whose fault it is.
fn missing(samples: &[Sample]) {
    for contender in &CONTENDERS {
        for one in samples.iter().filter(|one| !one.wrapped) {
            let found = (contender.commands)(&one.text);
            if !found.contains(&one.words) {
                println!("{}: {:?} of {:?}\n  has {found:?}", contender.name, one.words, one.text);
            }
        }
    }
}

/// Texts, and whether bash accepts them.
fn read_rows(path: &Path) -> Vec<(String, bool)> {
    let text = fs::read_to_string(path).expect("the rows");
    let row = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).expect("JSON");
        (row["text"].as_str().expect("a text").to_owned(), row["bash"] == true)
    };
    text.lines().map(row).collect()
}

fn page(rows: &[(String, bool)], samples: &[Sample]) -> String {
    let (inside, wrapped): (Vec<&Sample>, Vec<&Sample>) = samples.iter().partition(|one| !one.wrapped);
    let mut page = format!(
        "| parser | agrees with `bash -n`, of {} | accepts what bash refuses | refuses what bash accepts | command found, of {} \
         | behind wrappers and shells, of {} |{}\n|---|---:|---:|---:|---:|---:|{}\n",
        rows.len(),
        inside.len(),
        wrapped.len(),
        SIZES.map(|size| format!(" {} |", size_name(size))).concat(),
        SIZES.map(|_| "---:|").concat(),
    );
    for contender in &CONTENDERS {
        let (mut lax, mut strict) = (0_usize, 0_usize);
        for (text, bash) in rows {
            match ((contender.accepts)(text), bash) {
                (true, false) => lax += 1,
                (false, true) => strict += 1,
                (true, true) | (false, false) => {}
            }
        }
        let found = |samples: &[&Sample]| {
            samples.iter().filter(|one| (contender.commands)(&one.text).contains(&one.words)).count()
        };
        let share = 100.0 * (rows.len() - lax - strict) as f64 / rows.len() as f64;
        let _ = write!(
            page,
            "| {} | {share:.2} % | {lax} | {strict} | {} | {} |",
            contender.name,
            found(&inside),
            found(&wrapped)
        );
        for size in SIZES {
            let _ = write!(page, " {} |", time_name(time(contender.parse, &text_of(size))));
        }
        page.push('\n');
    }
    page
}

fn text_of(size: usize) -> String {
    match size {
        50 => "git -C work/shop push --force origin main && ls -l".to_owned(),
        300 => LINE[..301].to_owned(),
        _ => format!("{LINE}\n").repeat(size / (LINE.len() + 1)),
    }
}

/// The median time of one call over batches.
fn time(parse: fn(&str), text: &str) -> Duration {
    let once = {
        let start = Instant::now();
        parse(black_box(text));
        start.elapsed()
    };
    let calls = u32::try_from(2_000_000 / once.as_nanos().max(1)).unwrap_or(1).clamp(1, 5_000);
    let mut times: Vec<Duration> = (0..if calls == 1 { 7 } else { 51 })
        .map(|_| {
            let start = Instant::now();
            for _ in 0..calls {
                parse(black_box(text));
            }
            start.elapsed() / calls
        })
        .collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn size_name(size: usize) -> String {
    match size {
        1_048_576 => "1 MiB".to_owned(),
        10_240 => "10 KiB".to_owned(),
        other => format!("{other} B"),
    }
}

fn time_name(time: Duration) -> String {
    let microseconds = time.as_secs_f64() * 1e6;
    match microseconds {
        small if small < 10.0 => format!("{small:.2} µs"),
        some if some < 10_000.0 => format!("{some:.0} µs"),
        long => format!("{:.0} ms", long / 1e3),
    }
}

fn write(page: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/benchmarks.md");
    let text = fs::read_to_string(&path).expect("docs/benchmarks.md is there");
    let (before, rest) = text.split_once("<!-- shells -->\n").expect("the place of the table");
    let (_, after) = rest.split_once("<!-- /shells -->").expect("the end of the table");
    fs::write(&path, format!("{before}<!-- shells -->\n{page}<!-- /shells -->{after}"))
        .expect("it can be written");
}
