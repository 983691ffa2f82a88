//! The names of the files by which agents load hooks: the last components of the platforms' registrations, each once.
//!
//! In: the platform table. Out: names, made by the compiler. PERF: every text of a call is searched for them, and taking
//! the paths apart in each process would cost more than the search. Deliberately not here: the paths (`platform.rs`).

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::string_slice,
    reason = "evaluated by the compiler, which refuses what is out of bounds"
)]

use super::platform::{PLATFORMS, Platform};

/// The names.
pub static NAMES: [&str; COUNT] = {
    let mut names = [""; COUNT];
    fill(&mut names);
    names
};

const COUNT: usize = fill(&mut [""; MOST]);
const MOST: usize = 256;

/// Writes the names, and says how many there are.
const fn fill(names: &mut [&'static str]) -> usize {
    let platforms: &[&Platform] = &PLATFORMS;
    let (mut count, mut row) = (0, 0);
    while row < platforms.len() {
        let files = platforms[row].registrations;
        let mut file = 0;
        while file < files.len() {
            let name = last(files[file]);
            if !holds(names, count, name) {
                names[count] = name;
                count += 1;
            }
            file += 1;
        }
        row += 1;
    }
    count
}

const fn last(path: &'static str) -> &'static str {
    let bytes = path.as_bytes();
    let mut start = bytes.len();
    while start > 0 && bytes[start - 1] != b'/' {
        start -= 1;
    }
    path.split_at(start).1
}

const fn holds(names: &[&str], count: usize, name: &str) -> bool {
    let mut at = 0;
    while at < count {
        if same(names[at].as_bytes(), name.as_bytes()) {
            return true;
        }
        at += 1;
    }
    false
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut at = 0;
    while at < a.len() {
        if a[at] != b[at] {
            return false;
        }
        at += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_registration_ends_in_one_of_the_names() {
        for file in PLATFORMS.into_iter().flat_map(|platform| platform.registrations) {
            assert!(NAMES.contains(&file.rsplit('/').next().unwrap()), "{file}");
        }
        let mut once = NAMES.to_vec();
        once.sort_unstable();
        once.dedup();
        assert!(once.len() == NAMES.len() && !NAMES.contains(&""));
    }
}
