//! Answers questions about patterns, for the comparison with Python's `re` (`tests/compat/re_differential.py`).
//!
//! In: lines of JSON on standard input, `{"pattern": "a+", "texts": ["b", "ba"]}`. Out: for each a line of JSON: whether
//! the pattern is accepted, refused by the parser (`error`) or by the automata (`large`), and for each text the answers of
//! the chosen table, of each direction where it is exact, and of the reference matcher: `t`, `f`, or `-` for none.

use agsec::compile::automata::{self, Budget, Direction};
use agsec::ir::pattern;
use agsec::{bundle, oracle, vm};
use serde_json::{Value, json};
use std::io::{BufRead, Write};

/// Steps of the reference matcher for one text.
const STEPS: u64 = 300_000;

fn answer(found: Option<bool>) -> char {
    match found {
        Some(true) => 't',
        Some(false) => 'f',
        None => '-',
    }
}

fn probe(question: &Value) -> Value {
    let texts: Vec<&str> =
        question["texts"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let pattern = match pattern::parse(question["pattern"].as_str().unwrap_or_default()) {
        Ok(pattern) => pattern,
        Err(error) => return json!({"status": "error", "message": error.message, "start": error.start}),
    };
    let budget = Budget::default();
    let best = match automata::build(&pattern, &budget) {
        Ok(table) => table,
        Err(error) => return json!({"status": "large", "message": error.message, "start": error.start}),
    };
    if !bundle::table::verify(&best) {
        return json!({"status": "unsound"});
    }
    let run = |table: &[u8]| -> String {
        texts.iter().map(|text| answer(vm::scan::search(table, text, &mut u64::from(u32::MAX)))).collect()
    };
    let one = |direction| {
        let table = automata::build_direction(&pattern, direction, &budget);
        table.map_or_else(|| "-".repeat(texts.len()), |table| run(&table))
    };
    let reference: String =
        texts.iter().map(|text| answer(oracle::pattern::search(&pattern, text, STEPS))).collect();
    json!({
        "status": "ok",
        "bytes": best.len(),
        "table": run(&best),
        "right_to_left": one(Direction::RightToLeft),
        "left_to_right": one(Direction::LeftToRight),
        "reference": reference,
    })
}

fn main() -> std::io::Result<()> {
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        let question = serde_json::from_str(&line?)?;
        writeln!(output, "{}", probe(&question))?;
    }
    output.flush()
}
