//! Keys of a sealed file: derived from a secret and the salt of the file, one for each kind of
//! file. They are never shown, and wiped when they go.

use super::cipher::{Cipher, KEY};
use super::{PROOF, SALT};
use ring::hkdf::{HKDF_SHA512, KeyType, Prk, Salt};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::io;
use std::sync::Arc;

/// The keys of one sealed file.
pub(super) struct Keys {
    main: Arc<Cipher>,
    log: Arc<Cipher>,
    journal: Arc<Cipher>,
    proof: [u8; PROOF],
}

impl Keys {
    /// The keys that a secret and a salt give.
    pub fn derive(secret: &SecretString, salt: &[u8; SALT]) -> io::Result<Self> {
        let source = Salt::new(HKDF_SHA512, salt).extract(secret.expose_secret().as_bytes());
        let mut proof = [0; PROOF];
        expand(&source, b"alertdesk sealed 1: proof", &mut proof)?;
        Ok(Self {
            main: cipher(&source, b"alertdesk sealed 1: main")?,
            log: cipher(&source, b"alertdesk sealed 1: log")?,
            journal: cipher(&source, b"alertdesk sealed 1: journal")?,
            proof,
        })
    }

    /// For the file itself.
    pub fn main(&self) -> Arc<Cipher> {
        Arc::clone(&self.main)
    }

    /// For its write-ahead log.
    pub fn log(&self) -> Arc<Cipher> {
        Arc::clone(&self.log)
    }

    /// For its rollback journal.
    pub fn journal(&self) -> Arc<Cipher> {
        Arc::clone(&self.journal)
    }

    /// Stands in the header and tells whether a key is the right one; it gives no key away.
    pub fn proof(&self) -> &[u8; PROOF] {
        &self.proof
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

fn cipher(source: &Prk, what_for: &[u8]) -> io::Result<Arc<Cipher>> {
    let mut key = Zeroizing::new([0; KEY]);
    expand(source, what_for, &mut *key)?;
    Ok(Arc::new(Cipher::new(&key)))
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand(source: &Prk, what_for: &[u8], out: &mut [u8]) -> io::Result<()> {
    source
        .expand(&[what_for], Length(out.len()))
        .and_then(|key| key.fill(out))
        .map_err(|_| io::Error::other("no key could be derived"))
}
