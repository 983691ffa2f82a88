//! The digest of a directory's sources, which decides whether text is what a person put in force.
//!
//! In: names and bytes in load order. Out: SHA-256 in lower-case hexadecimal over, for each file, its name, a NUL, its
//! length in decimal, a NUL and its bytes. Deliberately not here: which files count (`locate.rs`, `engine`).

use crate::model::digits::write_bytes;
use hmac_sha256::Hash;

/// The digest of these files.
pub fn sources<'f>(files: impl IntoIterator<Item = (&'f str, &'f [u8])>) -> String {
    let mut hash = Hash::new();
    for (name, bytes) in files {
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(bytes.len().to_string().as_bytes());
        hash.update([0]);
        hash.update(bytes);
    }
    hexadecimal(&hash.finalize())
}

/// SHA-256 of a text, in lower-case hexadecimal.
#[must_use]
pub fn of(bytes: &[u8]) -> String {
    hexadecimal(&Hash::hash(bytes))
}

/// The bundle file's name for a directory: the digest of its absolute path.
#[must_use]
pub fn bundle_name(directory: &std::path::Path) -> String {
    let mut name = of(directory.as_os_str().as_encoded_bytes());
    name.push_str(".agsb");
    name
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut out = String::new();
    write_bytes(bytes, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_sha_256_of_names_lengths_and_bytes() {
        assert_eq!(sources([]), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        // printf 'a.yaml\0003\000x: ' | sha256sum
        let one = sources([("a.yaml", b"x: ".as_slice())]);
        assert_eq!(one, "248c28342da8fdba54b9c07c2be83f52d10cb026f0bc35eb305b60a09a600681");
        assert_ne!(one, sources([("a.yaml", b"x:".as_slice()), (" ", b"".as_slice())]));
        assert_ne!(one, sources([("b.yaml", b"x: ".as_slice())]));
    }
}
