//! Opening a state file without being led astray, and seeing its bytes without copying them.
//!
//! In: a path and what is demanded of the file. Out: its bytes, mapped read-only, or read where that is cheaper.
//! Deliberately not here: what the bytes mean (`bundle::read`), which file it is (`state.rs`).
//!
//! **Why a mapping, and so the unsafe code of this module.** A bundle of a few thousand statements has some megabytes,
//! of which an evaluation touches little: reading 5 MB takes 3.5 ms, mapping any size about 20 µs. Files under
//! [`READ_BELOW`] are read: a copy of that size costs less than the page faults of a mapping.
//!
//! The mapping is sound as long as nobody changes the file in place. agsec never does: bundles are replaced by rename.
//! Who may write the file can make this process see other bytes (each is checked where it is used, but a check and a use
//! might differ) or, by truncating it, end the process, which the agent takes for a refusal or an error, depending on
//! the agent. That person could as well replace the bundle, so nothing is lost that the file's mode does not protect;
//! [`Demands::only_owner_writes`] refuses files that others may write.

#![allow(unsafe_code, reason = "memory mapping; see the module's head")]

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::ops::Deref;
use std::path::Path;

/// Files smaller than this are read, not mapped.
pub const READ_BELOW: u64 = 16 << 10;

/// What a file must be.
#[derive(Clone, Copy, Debug)]
pub struct Demands {
    /// Largest size in bytes, e.g. `limits::BUNDLE_BYTES`.
    pub max_bytes: u64,
    /// Exactly one hard link, so that no second name leads to it.
    pub single_link: bool,
    /// Neither group nor others may write it.
    pub only_owner_writes: bool,
    /// A link may lead to it: for what is compared and not obeyed.
    pub follow_link: bool,
}

/// The bytes of a file.
#[derive(Debug)]
pub struct Mapped {
    bytes: Bytes,
    metadata: Metadata,
}

impl Mapped {
    /// What the system said about the open file.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }
}

/// Whether only the administrator can have written it: owned by root, not writable by group or others.
#[cfg(unix)]
#[must_use]
pub fn is_roots_alone(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.uid() == 0 && metadata.mode() & OTHERS_WRITE == 0
}

/// Elsewhere ownership is told otherwise, and nothing passes for the administrator's.
#[cfg(not(unix))]
#[must_use]
pub fn is_roots_alone(_: &Metadata) -> bool {
    false
}

/// The permissions to write that are not the owner's.
#[cfg(unix)]
const OTHERS_WRITE: u32 = 0o022;

#[derive(Debug)]
enum Bytes {
    Read(Vec<u8>),
    #[cfg(unix)]
    Mapping(mapping::Mapping),
}

impl Deref for Mapped {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match &self.bytes {
            Bytes::Read(bytes) => bytes,
            #[cfg(unix)]
            Bytes::Mapping(mapping) => mapping.bytes(),
        }
    }
}

/// Why a file was not opened.
#[derive(Debug)]
pub struct MapError {
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Link,
    NotRegular,
    TooLarge { bytes: u64, max: u64 },
    Linked { links: u64 },
    OthersWrite,
    System(io::Error),
}

impl MapError {
    /// Whether there is no such file.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        match &self.kind {
            Kind::System(error) => {
                matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
            }
            Kind::Link
            | Kind::NotRegular
            | Kind::TooLarge { .. }
            | Kind::Linked { .. }
            | Kind::OthersWrite => false,
        }
    }

    /// Whether the file has more bytes than demanded.
    #[must_use]
    pub fn is_too_large(&self) -> bool {
        match &self.kind {
            Kind::TooLarge { .. } => true,
            Kind::Link | Kind::NotRegular | Kind::Linked { .. } | Kind::OthersWrite | Kind::System(_) => {
                false
            }
        }
    }
}

impl std::fmt::Display for MapError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            Kind::Link => f.write_str("is a symbolic link"),
            Kind::NotRegular => f.write_str("is no regular file"),
            Kind::TooLarge { bytes, max } => write!(f, "has {bytes} bytes, the limit is {max}"),
            Kind::Linked { links } => write!(f, "has {links} hard links, one is expected"),
            Kind::OthersWrite => f.write_str("can be written by others than its owner"),
            Kind::System(_) if self.is_not_found() => f.write_str("is not there"),
            Kind::System(error) => write!(f, "cannot be opened: {error}"),
        }
    }
}

impl std::error::Error for MapError {}

impl From<io::Error> for MapError {
    fn from(error: io::Error) -> Self {
        Self { kind: Kind::System(error) }
    }
}

/// Opens a regular file for reading. Neither follows a link nor waits: a FIFO or a device gives an error at once.
///
/// # Errors
/// The file is not there, is not what is demanded, or the system refuses.
pub fn open(path: &Path, demands: &Demands) -> Result<Mapped, MapError> {
    let file = open_file(path, demands.follow_link)?;
    let metadata = check(&file, demands)?;
    let length = metadata.len();
    #[cfg(unix)]
    if length >= READ_BELOW {
        let bytes = Bytes::Mapping(mapping::Mapping::new(&file, length)?);
        return Ok(Mapped { bytes, metadata });
    }
    read(file, length, demands.max_bytes).map(|bytes| Mapped { bytes: Bytes::Read(bytes), metadata })
}

#[cfg(unix)]
fn open_file(path: &Path, follow_link: bool) -> Result<File, MapError> {
    use std::os::unix::fs::OpenOptionsExt;
    let last = if follow_link { 0 } else { libc::O_NOFOLLOW };
    let flags = last | libc::O_NONBLOCK | libc::O_CLOEXEC | libc::O_NOCTTY;
    let opened = std::fs::OpenOptions::new().read(true).custom_flags(flags).open(path);
    opened.map_err(|error| match error.raw_os_error() {
        Some(libc::ELOOP) => MapError { kind: Kind::Link },
        // What a socket gives, or a FIFO without a reader.
        Some(libc::ENXIO) => MapError { kind: Kind::NotRegular },
        Some(_) | None => error.into(),
    })
}

#[cfg(not(unix))]
fn open_file(path: &Path, follow_link: bool) -> Result<File, MapError> {
    if !follow_link && std::fs::symlink_metadata(path)?.file_type().is_symlink() {
        return Err(MapError { kind: Kind::Link });
    }
    Ok(File::open(path)?)
}

/// What the system says about a file that is what is demanded; asked of the open file, so that nobody can swap it in between.
fn check(file: &File, demands: &Demands) -> Result<Metadata, MapError> {
    let metadata = file.metadata()?;
    let refuse = |kind| Err(MapError { kind });
    if !metadata.is_file() {
        return refuse(Kind::NotRegular);
    }
    let (bytes, max) = (metadata.len(), demands.max_bytes);
    if bytes > max {
        return refuse(Kind::TooLarge { bytes, max });
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let links = metadata.nlink();
        if demands.single_link && links != 1 {
            return refuse(Kind::Linked { links });
        }
        if demands.only_owner_writes && metadata.mode() & OTHERS_WRITE != 0 {
            return refuse(Kind::OthersWrite);
        }
    }
    Ok(metadata)
}

/// The whole file, which may have grown since it was measured, but not beyond the limit.
fn read(file: File, length: u64, max: u64) -> Result<Vec<u8>, MapError> {
    let capacity = usize::try_from(length.saturating_add(1)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(capacity);
    let read = file.take(max.saturating_add(1)).read_to_end(&mut bytes)?;
    let bytes_read = u64::try_from(read).unwrap_or(u64::MAX);
    if bytes_read > max {
        return Err(MapError { kind: Kind::TooLarge { bytes: bytes_read, max } });
    }
    Ok(bytes)
}

#[cfg(unix)]
mod mapping {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsRawFd;
    use std::ptr::NonNull;

    /// A read-only mapping of a whole file.
    #[derive(Debug)]
    pub(super) struct Mapping {
        address: NonNull<u8>,
        length: usize,
    }

    // SAFETY: the mapping is read-only and belongs to the process, not to a thread.
    unsafe impl Send for Mapping {}
    // SAFETY: as above; shared references only read.
    unsafe impl Sync for Mapping {}

    impl Mapping {
        /// Maps the first `length` bytes, which are more than none.
        pub(super) fn new(file: &File, length: u64) -> io::Result<Self> {
            let length = usize::try_from(length).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge))?;
            // SAFETY: a new private mapping at an address of the system's choice touches no memory of this program;
            // the descriptor is open. The result is checked before it is used.
            let address = unsafe {
                libc::mmap(
                    std::ptr::null_mut(),
                    length,
                    libc::PROT_READ,
                    libc::MAP_PRIVATE,
                    file.as_raw_fd(),
                    0,
                )
            };
            if address == libc::MAP_FAILED {
                return Err(io::Error::last_os_error());
            }
            let address = NonNull::new(address.cast()).ok_or(io::Error::from(io::ErrorKind::Other))?;
            Ok(Self { address, length })
        }

        pub(super) fn bytes(&self) -> &[u8] {
            // SAFETY: the mapping has `length` readable bytes, lives as long as `self`, and is never written by this
            // process. Writes by others: see the module's head.
            unsafe { std::slice::from_raw_parts(self.address.as_ptr(), self.length) }
        }
    }

    impl Drop for Mapping {
        fn drop(&mut self) {
            // SAFETY: address and length are those of a mapping that nobody refers to any more.
            unsafe { libc::munmap(self.address.as_ptr().cast(), self.length) };
        }
    }
}
