//! Ed25519 keys of packs: one pair per data folder, and the public keys of others. The secret half
//! is only ever handed out as a secret.

use super::PackError;
use crate::domain::Sha256Hex;
use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// Bytes of a public key.
const KEY_BYTES: usize = 32;

/// The pair that signs this data folder's packs.
pub struct SigningKey {
    pair: Ed25519KeyPair,
}

impl SigningKey {
    /// A new secret as hex, to be kept where only its owner reads.
    ///
    /// # Errors
    /// When the system gives no chance.
    pub fn make() -> Result<SecretString, PackError> {
        let made = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new());
        let made = made.map_err(|_| PackError::Key("the system gave no random numbers"))?;
        Ok(SecretString::from(to_hex(made.as_ref())))
    }

    /// The pair of a kept secret.
    ///
    /// # Errors
    /// When it is no secret of [`SigningKey::make`].
    pub fn read(secret: &SecretString) -> Result<Self, PackError> {
        let bad = PackError::Key("the kept signing key is damaged");
        let bytes = from_hex(secret.expose_secret()).ok_or(bad.clone())?;
        let pair = Ed25519KeyPair::from_pkcs8(&bytes).map_err(|_| bad)?;
        Ok(Self { pair })
    }

    /// The half that everybody may know.
    pub fn public(&self) -> PublicKey {
        PublicKey(to_hex(self.pair.public_key().as_ref()))
    }

    pub(super) fn sign(&self, message: &[u8]) -> String {
        to_hex(self.pair.sign(message).as_ref())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey of {}", self.public().fingerprint())
    }
}

/// Who signed a pack: 64 lower-case hex digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(String);

impl PublicKey {
    /// Reads 64 hex digits; `None` for anything else.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = from_hex(text)?;
        (bytes.len() == KEY_BYTES).then(|| Self(to_hex(&bytes)))
    }

    /// All 64 digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Twenty digits of its hash in groups of four, short enough to be read out on the phone.
    pub fn fingerprint(&self) -> String {
        let digest = Sha256Hex::of(self.0.as_bytes());
        let digits: Vec<char> = digest.as_str().chars().take(20).collect();
        let groups: Vec<String> = digits
            .chunks(4)
            .map(|group| group.iter().collect())
            .collect();
        groups.join("-")
    }

    /// Whether a person's text is this key's fingerprint; case, space and dashes do not count.
    pub fn has_fingerprint(&self, text: &str) -> bool {
        let digits = |text: &str| -> String {
            let kept = text.chars().filter(char::is_ascii_alphanumeric);
            kept.map(|digit| digit.to_ascii_lowercase()).collect()
        };
        digits(text) == digits(&self.fingerprint())
    }

    pub(super) fn signed(&self, message: &[u8], signature: &str) -> bool {
        let (Some(key), Some(signature)) = (from_hex(&self.0), from_hex(signature)) else {
            return false;
        };
        let key = UnparsedPublicKey::new(&ED25519, key);
        key.verify(message, &signature).is_ok()
    }
}

fn to_hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    let pair = |byte: &u8| [digit(byte >> 4), digit(byte & 15)];
    bytes.iter().flat_map(pair).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let pairs = (0..text.len()).step_by(2);
    let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    pairs.map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::{PublicKey, SigningKey};
    use secrecy::SecretString;

    #[test]
    fn a_kept_secret_gives_the_same_key_again() {
        let secret = SigningKey::make().unwrap();
        let key = SigningKey::read(&secret).unwrap();
        assert_eq!(key.public(), SigningKey::read(&secret).unwrap().public());
        let other = SigningKey::read(&SigningKey::make().unwrap()).unwrap();
        assert_ne!(key.public(), other.public());
        assert!(key.public().signed(b"text", &key.sign(b"text")));
        assert!(!key.public().signed(b"text.", &key.sign(b"text")));
        assert!(!other.public().signed(b"text", &key.sign(b"text")));
    }

    #[test]
    fn what_is_no_key_is_no_key() {
        for text in ["", "zz", "abc", "é0", &"0".repeat(63), &"0".repeat(66)] {
            assert_eq!(PublicKey::read(text), None, "{text}");
            assert!(SigningKey::read(&SecretString::from(text)).is_err());
        }
    }

    #[test]
    fn a_fingerprint_is_compared_as_people_type_it() {
        let key = PublicKey::read(&"0f".repeat(32)).unwrap();
        let fingerprint = key.fingerprint();
        assert_eq!(fingerprint.len(), 24);
        assert!(key.has_fingerprint(&fingerprint));
        assert!(key.has_fingerprint(&fingerprint.to_uppercase().replace('-', " ")));
        assert!(!key.has_fingerprint(&fingerprint[..23]));
        assert!(!key.has_fingerprint(""));
    }
}
