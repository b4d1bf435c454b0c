//! The chain: each hash covers the text of its line and the hash before, so that no line can be
//! changed, left out or moved without changing every hash after it.

use sha2::{Digest, Sha256};

/// Bytes of a hash.
pub(super) const HASH: usize = 32;
/// Bytes of a salt: with its salt gone, a hash says nothing of the number it was made of.
pub(super) const SALT: usize = 16;

/// A line as the next one sees it. Before the first stand number and hash of zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Link {
    pub seq: i64,
    pub hash: [u8; HASH],
}

impl Link {
    /// The hash of the line that follows.
    pub fn next(&self, line: &str) -> [u8; HASH] {
        let mut hasher = Sha256::new();
        hasher.update(self.hash);
        hasher.update(line.as_bytes());
        hasher.finalize().into()
    }
}

/// The hash by which a line knows its personal fields.
pub(super) fn salted(salt: &[u8], text: &str) -> [u8; HASH] {
    let mut hasher = Sha256::new();
    hasher.update(salt);
    hasher.update(text.as_bytes());
    hasher.finalize().into()
}

/// Bytes as lower-case hex.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits
        .filter_map(|digit| char::from_digit(u32::from(digit), 16))
        .collect()
}
