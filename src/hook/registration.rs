//! The names of the files by which agents load hooks, as far as a text has to be searched for them.
//!
//! In: the platform table. Out: beginnings of the last components of the platforms' registrations, each once and none that
//! holds another: a text without any of them names no registration. PERF: made by the compiler, because every text of a
//! call is searched for them, and taking the paths apart in each process would cost more than the search. Deliberately not
//! here: the paths (`platform.rs`).

#![allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
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
    let mut all = [""; MOST];
    let total = beginnings(&mut all);
    let (mut count, mut at) = (0, 0);
    while at < total {
        if !covered(&all, total, at) {
            names[count] = all[at];
            count += 1;
        }
        at += 1;
    }
    count
}

/// Writes the beginning of each registration's last component.
const fn beginnings(all: &mut [&'static str; MOST]) -> usize {
    let platforms: &[&Platform] = &PLATFORMS;
    let (mut count, mut row) = (0, 0);
    while row < platforms.len() {
        let files = platforms[row].registrations;
        let mut file = 0;
        while file < files.len() {
            all[count] = beginning(files[file]);
            count += 1;
            file += 1;
        }
        row += 1;
    }
    count
}

const fn beginning(path: &'static str) -> &'static str {
    let bytes = path.as_bytes();
    let mut start = bytes.len();
    while start > 0 && bytes[start - 1] != b'/' {
        start -= 1;
    }
    let name = path.split_at(start).1;
    if let [.., b'*'] = name.as_bytes() { name.split_at(name.len() - 1).0 } else { name }
}

/// Whether another name stands in this one, or the same one before it.
const fn covered(all: &[&str; MOST], total: usize, at: usize) -> bool {
    let mut other = 0;
    while other < total {
        let shorter = all[other].len() < all[at].len();
        let earlier = all[other].len() == all[at].len() && other < at;
        if (shorter || earlier) && holds(all[at].as_bytes(), all[other].as_bytes()) {
            return true;
        }
        other += 1;
    }
    false
}

const fn holds(text: &[u8], part: &[u8]) -> bool {
    let mut start = 0;
    while start + part.len() <= text.len() {
        let mut same = 0;
        while same < part.len() && text[start + same] == part[same] {
            same += 1;
        }
        if same == part.len() {
            return true;
        }
        start += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_registration_holds_one_of_the_names() {
        for file in PLATFORMS.into_iter().flat_map(|platform| platform.registrations) {
            let last = file.rsplit('/').next().unwrap();
            assert!(NAMES.iter().any(|name| last.contains(name)), "{file}");
        }
        for (at, name) in NAMES.iter().enumerate() {
            assert!(!name.is_empty());
            assert!(
                NAMES.iter().enumerate().all(|(other, text)| other == at || !text.contains(name)),
                "{name}"
            );
        }
    }
}
