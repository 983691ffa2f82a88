//! Values that stand for a secret and are none.
//!
//! In: a value. Out: whether it is an example, a blank to fill in, or too regular to be random.
//! Deliberately not here: where values are found.

/// Words of examples and blanks, in lower case.
const WORDS: [&str; 27] = [
    "example",
    "placeholder",
    "your",
    "changeme",
    "change_me",
    "change-me",
    "replace",
    "redacted",
    "dummy",
    "sample",
    "insert",
    "xxxx",
    "****",
    "....",
    "todo",
    "fixme",
    "not-a-",
    "notreal",
    "not_real",
    "fake",
    "mock",
    "foobar",
    "12345678",
    "abcdefgh",
    "deadbeef",
    "testtest",
    "loremipsum",
];

/// Bytes of a value that are looked at.
const LOOKED_AT: usize = 128;

/// True for what people write where a secret belongs.
#[must_use]
pub fn is_placeholder(value: &str) -> bool {
    // PERF: what is said is said at the start.
    let value = value.get(..value.floor_char_boundary(LOOKED_AT)).unwrap_or_default();
    let lower = value.to_ascii_lowercase();
    let opens =
        value.starts_with(['$', '<', '{', '%', '`', '[']) || value.contains("${") || value.contains("{{");
    opens || WORDS.iter().any(|word| lower.contains(word)) || longest_run(value) >= 6
}

/// Length of the longest run of one byte.
fn longest_run(value: &str) -> usize {
    let (mut longest, mut run, mut last) = (0_usize, 0_usize, None);
    for byte in value.bytes() {
        run = if last == Some(byte) { run.saturating_add(1) } else { 1 };
        last = Some(byte);
        longest = longest.max(run);
    }
    longest
}

/// Shannon entropy in hundredths of a bit per byte; random text of 20 characters has about 400 in base 64, 330 in
/// hexadecimal, English words less than 330.
pub(super) fn entropy(value: &str) -> u32 {
    let mut counts = [0_u32; 256];
    for byte in value.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count = count.saturating_add(1);
        }
    }
    let total = value.len() as f64;
    let bits: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| {
            let share = f64::from(*count) / total;
            -share * share.log2()
        })
        .sum();
    (bits * 100.0) as u32
}
