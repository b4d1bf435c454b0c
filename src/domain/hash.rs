//! SHA-256 of the bytes that leave, as lower-case hex. Nothing secret is ever hashed here.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt;

/// A SHA-256 digest as 64 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sha256Hex(String);

impl Sha256Hex {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self::of_parts([bytes])
    }

    /// The digest of several pieces, each preceded by its length so that pieces cannot run
    /// into each other.
    pub fn of_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = Sha256::new();
        for piece in pieces {
            hasher.update((piece.len() as u64).to_le_bytes());
            hasher.update(piece);
        }
        Self::finish(hasher)
    }

    fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        Self::finish(hasher)
    }

    /// The digest of what a hasher was given piece by piece.
    pub(super) fn finish(hasher: Sha256) -> Self {
        let digits = hasher.finalize().into_iter();
        let digits = digits.flat_map(|byte| [byte >> 4, byte & 0x0f]);
        let mut hex = String::with_capacity(64);
        hex.extend(digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)));
        Self(hex)
    }

    /// A digest read back from the record.
    pub fn from_stored(hex: String) -> Self {
        Self(hex)
    }

    /// All 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first eight digits, enough for a person to compare.
    pub fn short(&self) -> &str {
        self.0.get(..8).unwrap_or(&self.0)
    }
}

impl fmt::Display for Sha256Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Sha256Hex;

    #[test]
    fn the_digest_is_the_published_one() {
        let digest = Sha256Hex::of(b"abc");
        assert_eq!(
            digest.as_str(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(digest.short(), "ba7816bf");
    }

    #[test]
    fn pieces_cannot_run_into_each_other() {
        let left = Sha256Hex::of_pieces([b"ab".as_slice(), b"c"]);
        let right = Sha256Hex::of_pieces([b"a".as_slice(), b"bc"]);
        assert_ne!(left, right);
    }
}
