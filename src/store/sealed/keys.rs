//! Keys of a sealed file: derived from a secret and the salt of the file, one for each kind of
//! file. They are never shown, and wiped when they go.

use super::{PROOF, SALT, random};
use aes::Aes256;
use aes::cipher::{Array, KeyInit};
use ring::hkdf::{HKDF_SHA512, KeyType, Prk, Salt};
use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::io;
use std::sync::Arc;
use xts_mode::{Xts128, get_tweak_default};

/// Bytes that are encrypted together. Each 16 of them depend on themselves and their place alone,
/// so a sector that the power cut in half damages nothing but what was being written.
pub(super) const SECTOR: usize = 512;

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
            main: Cipher::from(&source, b"alertdesk sealed 1: main")?,
            log: Cipher::from(&source, b"alertdesk sealed 1: log")?,
            journal: Cipher::from(&source, b"alertdesk sealed 1: journal")?,
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

/// Encrypts sectors by their place: AES-256 in XTS mode, as disks are encrypted.
pub(super) struct Cipher(Xts128<Aes256>);

impl Cipher {
    fn from(source: &Prk, what_for: &[u8]) -> io::Result<Arc<Self>> {
        let mut key = Zeroizing::new([0; 64]);
        expand(source, what_for, &mut *key)?;
        Ok(Arc::new(Self::new(&key)))
    }

    /// A cipher nobody else ever has, for what is gone with this process.
    pub fn throwaway() -> io::Result<Arc<Self>> {
        let mut key = Zeroizing::new([0; 64]);
        random(&mut *key)?;
        Ok(Arc::new(Self::new(&key)))
    }

    fn new(key: &[u8; 64]) -> Self {
        let (one, two) = key.split_at(32);
        let aes = |half: &[u8]| {
            let mut key = Zeroizing::new([0; 32]);
            key.iter_mut().zip(half).for_each(|(to, from)| *to = *from);
            Aes256::new(&Array(*key))
        };
        Self(Xts128::new(aes(one), aes(two)))
    }

    /// Encrypts whole sectors, the first of which has this number.
    pub fn encrypt(&self, sectors: &mut [u8], first: u64) {
        for (number, sector) in (first..).zip(sectors.chunks_exact_mut(SECTOR)) {
            self.0
                .encrypt_sector(sector, get_tweak_default(number.into()));
        }
    }

    /// Decrypts whole sectors. One that was never written is a hole of zeros, and stays one.
    pub fn decrypt(&self, sectors: &mut [u8], first: u64) {
        for (number, sector) in (first..).zip(sectors.chunks_exact_mut(SECTOR)) {
            if sector.iter().any(|byte| *byte != 0) {
                self.0
                    .decrypt_sector(sector, get_tweak_default(number.into()));
            }
        }
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher")
    }
}
