//! The index of a work tree: which paths are tracked.
//!
//! In: the bytes of an index of version 2, 3 or 4. Out: whether a path, or something below it, is among its entries;
//! whether a file that it names is certainly changed.
//! An index that is split or sparse, or has parts that must be understood and are not, gives no answer.
//! Deliberately not here: contents of files and commits.

use super::{Repository, Unsure, config};
use crate::facts::world::{self, FILE_BYTES, Surroundings, Unread, World};

/// Bytes of an entry before its name, without the name of its object.
const FIXED: usize = 42;

/// Files that are looked at to tell whether they are changed.
const FILES: usize = 2000;
/// Modes of entries that are regular files.
const REGULAR: [[u8; 4]; 2] = [[0, 0, 0x81, 0xa4], [0, 0, 0x81, 0xed]];

/// Whether a path is tracked, or is a folder with tracked files.
///
/// # Errors
/// Where the index cannot be read, or has a form that is not understood.
pub fn is_tracked(repository: &Repository, path: &str, world: &dyn World) -> Result<bool, Unsure> {
    if repository.bare || repository.relative(path).is_none() {
        return Ok(false);
    }
    Tracked::read(repository, world)?.holds(path)
}

/// The index of a work tree.
#[derive(Debug)]
pub struct Tracked {
    repository: Repository,
    /// `None` where there is no index: nothing is tracked.
    bytes: Option<Vec<u8>>,
    /// Bytes of the name of an object.
    hash: usize,
}

/// An entry of the index: what stands before its name, and the name.
type Entry<'b> = (&'b [u8], &'b [u8]);

impl Tracked {
    /// Reads it.
    ///
    /// # Errors
    /// Where it cannot be read, or its form is not known.
    pub fn read(repository: &Repository, world: &dyn World) -> Result<Self, Unsure> {
        let nothing = Self { repository: repository.clone(), bytes: None, hash: 0 };
        if repository.bare {
            return Ok(nothing);
        }
        let bytes = match world.read(&format!("{}/index", repository.directory), FILE_BYTES) {
            Ok(bytes) => bytes,
            Err(Unread::Missing) => return Ok(nothing),
            Err(Unread::NotRegular | Unread::TooLarge | Unread::Refused) => {
                return Err(Unsure("the index cannot be read"));
            }
        };
        let config = repository.config(&Surroundings::default(), world)?;
        let hash = match config.last("extensions", "", "objectformat") {
            None | Some("sha1") => 20,
            Some("sha256") => 32,
            Some(_) => return Err(Unsure("the object format is not known")),
        };
        if config.last("core", "", "worktree").is_some()
            || config.last("index", "", "skiphash").is_some_and(config::is_true)
        {
            return Err(Unsure("the work tree lies elsewhere"));
        }
        Ok(Self { bytes: Some(bytes), hash, ..nothing })
    }

    /// Whether a path, or something below it, is among its entries.
    ///
    /// # Errors
    /// Where it has a form that is not understood.
    pub fn holds(&self, path: &str) -> Result<bool, Unsure> {
        let Some(wanted) = self.repository.relative(path).map(str::as_bytes) else { return Ok(false) };
        let mut found = false;
        self.each(|(_, name)| {
            found |=
                name.strip_prefix(wanted).is_some_and(|after| matches!(after.first(), None | Some(b'/')));
        })?;
        Ok(found)
    }

    /// Whether a file that it names is gone or has another size than when it was noted. Contents are not compared, so it
    /// is never certain that nothing differs.
    ///
    /// # Errors
    /// Where that is not certain.
    pub fn differs(&self, world: &dyn World) -> Result<bool, Unsure> {
        let root = self.repository.root.trim_end_matches('/');
        let (mut differs, mut left) = (false, FILES);
        self.each(|(head, name)| {
            let size = head.get(36..40).and_then(|size| Some(u32::from_be_bytes(size.try_into().ok()?)));
            let is_regular =
                head.get(24..28).is_some_and(|mode| REGULAR.iter().any(|regular| regular == mode));
            // Told to be taken as it is, or not checked out at all.
            let passed_over = rest_flags(head).is_none_or(|flags| flags & 0xc000 != 0);
            let Some((size, name)) = size.zip(std::str::from_utf8(name).ok()) else { return };
            if differs || left == 0 || !is_regular || passed_over {
                return;
            }
            left = left.saturating_sub(1);
            let path = format!("{root}/{name}");
            differs = match world.state(&path) {
                // A size of 0 is also that of a file which is yet to be looked at.
                Some(now) => size != 0 && low(now.bytes) != size,
                None => world.look(&path) == world::Entry::Missing,
            };
        })?;
        if differs { Ok(true) } else { Err(Unsure("contents are not compared with what is committed")) }
    }

    /// Whether it holds the content of a file as the file is now: the file is among its entries, without conflict, and has
    /// the size and the time of its last change that are noted there. As git does, it takes no time for certain that is
    /// not older than the index itself.
    ///
    /// # Errors
    /// Where it has a form that is not understood.
    pub fn keeps(&self, path: &str, world: &dyn World) -> Result<bool, Unsure> {
        let Some(wanted) = self.repository.relative(path).map(str::as_bytes) else { return Ok(false) };
        let now = world.state(path);
        let index = world.state(&format!("{}/index", self.repository.directory));
        let Some((now, index)) = now.zip(index) else { return Ok(false) };
        let mut kept = false;
        self.each(|(head, name)| {
            if name == wanted {
                kept |= noted(head).is_some_and(|(bytes, changed)| {
                    bytes == low(now.bytes) && changed == cut(now.changed) && changed < cut(index.changed)
                });
            }
        })?;
        Ok(kept)
    }

    /// Calls `seen` with each entry.
    fn each(&self, seen: impl FnMut(Entry<'_>)) -> Result<(), Unsure> {
        let Some(bytes) = &self.bytes else { return Ok(()) };
        entries(bytes, self.hash, seen).ok_or(Unsure("the index has a form that is not understood"))
    }
}

/// The size of a regular file without conflict, and when it was changed. Flags would say that it is taken as it is, not
/// checked out, or yet to be added.
fn noted(head: &[u8]) -> Option<(u32, (u32, u32))> {
    let number = |at: std::ops::Range<usize>| Some(u32::from_be_bytes(head.get(at)?.try_into().ok()?));
    let is_regular = REGULAR.iter().any(|mode| head.get(24..28) == Some(mode));
    let is_plain = rest_flags(head)? & 0xf000 == 0;
    (is_regular && is_plain).then_some((number(36..40)?, (number(8..12)?, number(12..16)?)))
}

/// The index holds the low 32 bits of sizes and seconds.
fn low(bytes: u64) -> u32 {
    u32::try_from(bytes & u64::from(u32::MAX)).unwrap_or_default()
}

fn cut((seconds, nanoseconds): (i64, u32)) -> (u32, u32) {
    (u32::try_from(seconds & i64::from(u32::MAX)).unwrap_or_default(), nanoseconds)
}

fn entries(bytes: &[u8], hash: usize, mut seen: impl FnMut(Entry<'_>)) -> Option<()> {
    let mut rest = Rest(bytes.get(..bytes.len().checked_sub(hash)?)?);
    if rest.take(4)? != b"DIRC" {
        return None;
    }
    let version = rest.number()?;
    let count = rest.number()?;
    if !(2..=4).contains(&version) {
        return None;
    }
    let mut name: Vec<u8> = Vec::new();
    for _ in 0..count {
        let before = rest.0.len();
        let head = rest.take(FIXED.checked_add(hash)?)?;
        // The mode of a folder: the index is sparse, and what is in the folder is not listed.
        if head.get(24..28)? == [0, 0, 0x40, 0] {
            return None;
        }
        let flags = rest_flags(head)?;
        if flags & 0x4000 != 0 {
            rest.take(2)?;
        }
        if version == 4 {
            let cut = rest.varint()?;
            name.truncate(name.len().checked_sub(cut)?);
            name.extend_from_slice(rest.until_nul()?);
        } else {
            name.clear();
            name.extend_from_slice(rest.until_nul()?);
            // Entries are padded with at least one NUL to a multiple of eight.
            let used = before.checked_sub(rest.0.len())?;
            rest.take(used.wrapping_neg() % 8)?;
        }
        seen((head, &name));
    }
    extensions(&mut rest)
}

fn rest_flags(head: &[u8]) -> Option<u16> {
    let at = head.len().checked_sub(2)?;
    Some(u16::from_be_bytes(head.get(at..)?.try_into().ok()?))
}

/// Passes what follows the entries; `None` where some of it changes their meaning (its name is in lower case).
fn extensions(rest: &mut Rest<'_>) -> Option<()> {
    while !rest.0.is_empty() {
        let name = rest.take(4)?;
        let length = usize::try_from(rest.number()?).ok()?;
        rest.take(length)?;
        if !name.first()?.is_ascii_uppercase() {
            return None;
        }
    }
    Some(())
}

/// What is yet to be read.
struct Rest<'b>(&'b [u8]);

impl<'b> Rest<'b> {
    fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    fn until_nul(&mut self) -> Option<&'b [u8]> {
        let length = self.0.iter().position(|byte| *byte == 0)?;
        let text = self.take(length)?;
        self.take(1)?;
        Some(text)
    }

    /// Git's numbers of variable length: seven bits a byte, each byte but the last adding one.
    fn varint(&mut self) -> Option<usize> {
        let mut number = 0_usize;
        loop {
            let byte = *self.take(1)?.first()?;
            number = number.checked_add(usize::from(byte & 0x7f))?;
            if byte & 0x80 == 0 {
                return Some(number);
            }
            number = number.checked_add(1)?.checked_mul(128)?;
        }
    }
}
