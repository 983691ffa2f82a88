//! What a log file ends with: the last linked record, and what came after it.
//!
//! In: an open file and its length. Out: the end of the chain there, the bytes behind it. Only the file's end is read.
//! Deliberately not here: what is appended (`log.rs`), whether the chain is whole (`trail`).

use super::chain::{ENDING_BYTES, Link, ending};
use std::fs::File;
use std::io;

/// Bytes from the end in which the last linked record is looked for.
pub const SEARCH_BYTES: usize = 1 << 20;

/// The end of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct End {
    /// The last linked record; `None` where none was found.
    pub link: Option<Link>,
    /// What stands behind it, or all of the file where there is none; empty where that is too much.
    pub between: Vec<u8>,
    /// How many bytes that are.
    pub gap: u64,
    /// Whether the last line has no line break.
    pub torn: bool,
}

impl End {
    /// True where a linked record is the last that the file has.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.link.is_some() && self.gap == 0 && !self.torn
    }
}

/// Finds the end of a file of this length.
///
/// # Errors
/// Where it cannot be read.
pub fn find(file: &File, length: u64) -> io::Result<End> {
    if length == 0 {
        return Ok(End::default());
    }
    // PERF: nearly always the last line is linked, and its end is all that is needed.
    let mut short = [0; ENDING_BYTES];
    let tail = last(file, length, &mut short)?;
    let line = tail.strip_suffix(b"\n").unwrap_or(tail);
    if let Some(end) = ending(line) {
        // A record that lacks its line break alone is whole.
        return Ok(End { link: Some(end.link), torn: line.len() == tail.len(), ..End::default() });
    }
    let mut long = vec![0; SEARCH_BYTES];
    let tail = last(file, length, &mut long)?;
    let torn = !tail.ends_with(b"\n");
    // Where the line ends, and where what follows it begins.
    let (mut stop, mut after) = (tail.len(), tail.len());
    for line in tail.rsplit(|byte| *byte == b'\n') {
        if let Some(end) = ending(line) {
            let between = tail.get(after..).unwrap_or_default().to_vec();
            let gap = u64::try_from(between.len()).unwrap_or(u64::MAX);
            return Ok(End { link: Some(end.link), between, gap, torn });
        }
        after = stop.saturating_sub(line.len());
        stop = after.saturating_sub(1);
    }
    let whole = u64::try_from(tail.len()).is_ok_and(|read| read == length);
    let between = if whole { tail.to_vec() } else { Vec::new() };
    Ok(End { link: None, between, gap: length, torn })
}

/// The file's last bytes, as many as there is room for.
fn last<'b>(file: &File, length: u64, room: &'b mut [u8]) -> io::Result<&'b [u8]> {
    let most = u64::try_from(room.len()).unwrap_or(u64::MAX);
    let start = length.saturating_sub(most);
    let wanted = usize::try_from(length.saturating_sub(start)).unwrap_or(0);
    let room = room.get_mut(..wanted).unwrap_or_default();
    let mut read = 0;
    while read < room.len() {
        let at = start.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        match read_at(file, room.get_mut(read..).unwrap_or_default(), at) {
            Ok(0) => break,
            Ok(more) => read = read.saturating_add(more),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(room.get(..read).unwrap_or_default())
}

/// Reads from a place in a file.
///
/// # Errors
/// Where it cannot be read.
#[cfg(unix)]
pub fn read_at(file: &File, room: &mut [u8], at: u64) -> io::Result<usize> {
    use std::os::unix::fs::FileExt as _;
    file.read_at(room, at)
}

/// Reads from a place in a file.
///
/// # Errors
/// Where it cannot be read.
#[cfg(not(unix))]
pub fn read_at(mut file: &File, room: &mut [u8], at: u64) -> io::Result<usize> {
    use std::io::{Read as _, Seek as _, SeekFrom};
    file.seek(SeekFrom::Start(at))?;
    file.read(room)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::chain::{self, Gap};

    fn end_of(bytes: &[u8]) -> End {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("log");
        std::fs::write(&path, bytes).unwrap();
        find(&File::open(&path).unwrap(), bytes.len() as u64).unwrap()
    }

    #[test]
    fn the_last_linked_record_is_found_behind_whatever_follows_it() {
        let mut line = "{\"id\":\"1\"".to_owned();
        let link = chain::link(&mut line, Link::default(), 1, Gap::default(), b"");
        let old = "{\"id\":\"0\"}\n";
        for (before, after, gap, torn) in [
            ("", "\n", 0, false),
            ("", "", 0, true),
            (old, "\n", 0, false),
            ("", "\n{\"id\":\"2\",\"unlocked\":true}\n", 27, false),
            ("", "\n{\"id\":\"2\"", 9, true),
            ("", "\n\n\n", 2, false),
            (old, "\n\0\0\0\0", 4, true),
        ] {
            let found = end_of(format!("{before}{line}{after}").as_bytes());
            assert_eq!((found.link, found.gap, found.torn), (Some(link), gap, torn), "{before:?} {after:?}");
            assert_eq!(found.between, after.as_bytes()[after.len() - gap as usize..]);
        }
    }

    #[test]
    fn a_file_without_a_linked_record_is_all_gap() {
        assert_eq!(end_of(b""), End::default());
        let old = "{\"id\":\"0\"}\n".repeat(3);
        let found = end_of(old.as_bytes());
        assert_eq!((found.link, found.between.as_slice(), found.gap), (None, old.as_bytes(), 33));
        let large = vec![0; SEARCH_BYTES + 1];
        let found = end_of(&large);
        assert_eq!(
            (found.link, found.between.len(), found.gap, found.torn),
            (None, 0, SEARCH_BYTES as u64 + 1, true)
        );
    }
}
