//! The cipher of sectors: AES-256 in XTS mode (IEEE 1619), as disks are encrypted. Written out here
//! because whole sectors at once are several times as fast as block after block, which is what
//! there is to borrow; the vectors of the standard hold it to it.

use super::random;
use aes::Aes256;
use aes::cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit, consts::U16};
use secrecy::zeroize::Zeroizing;
use std::fmt;
use std::io;
use std::sync::Arc;

/// Bytes that are encrypted together. Each 16 of them depend on themselves and their place alone,
/// so a sector that the power cut in half damages nothing but what was being written.
pub(super) const SECTOR: usize = 512;
/// Bytes of a key: one half for the blocks, one for their places.
pub(super) const KEY: usize = 64;

const BLOCK: usize = 16;

type Block = Array<u8, U16>;

/// Encrypts sectors by their number.
pub(super) struct Cipher {
    blocks: Aes256,
    places: Aes256,
}

impl Cipher {
    /// The cipher of a key.
    pub fn new(key: &[u8; KEY]) -> Self {
        let (one, two) = key.split_at(KEY / 2);
        let aes = |half: &[u8]| {
            let mut key = Zeroizing::new([0; KEY / 2]);
            key.copy_from_slice(half);
            Aes256::new(&Array(*key))
        };
        Self {
            blocks: aes(one),
            places: aes(two),
        }
    }

    /// A cipher nobody else ever has, for what is gone with this process.
    pub fn throwaway() -> io::Result<Arc<Self>> {
        let mut key = Zeroizing::new([0; KEY]);
        random(&mut *key)?;
        Ok(Arc::new(Self::new(&key)))
    }

    /// Encrypts whole sectors, the first of which has this number.
    pub fn encrypt(&self, sectors: &mut [u8], first: u64) {
        for (number, sector) in (first..).zip(sectors.chunks_exact_mut(SECTOR)) {
            self.sector(sector, number, |blocks| self.blocks.encrypt_blocks(blocks));
        }
    }

    /// Decrypts whole sectors. One that was never written is a hole of zeros, and stays one.
    pub fn decrypt(&self, sectors: &mut [u8], first: u64) {
        for (number, sector) in (first..).zip(sectors.chunks_exact_mut(SECTOR)) {
            if sector.iter().any(|byte| *byte != 0) {
                self.sector(sector, number, |blocks| self.blocks.decrypt_blocks(blocks));
            }
        }
    }

    /// Masks each block with its place before and after the cipher.
    fn sector(&self, sector: &mut [u8], number: u64, cipher: impl FnOnce(&mut [Block])) {
        let masks = self.masks(number);
        let (blocks, _) = Array::slice_as_chunks_mut(sector);
        mask(blocks, &masks);
        cipher(blocks);
        mask(blocks, &masks);
    }

    /// The encrypted number of the sector, doubled from block to block in the field of 2^128.
    fn masks(&self, number: u64) -> [u128; SECTOR / BLOCK] {
        let mut first = Array(u128::from(number).to_le_bytes());
        self.places.encrypt_block(&mut first);
        let mut next = u128::from_le_bytes(first.0);
        [(); SECTOR / BLOCK].map(|()| {
            let this = next;
            let overflow = if this >> 127 == 1 { 0x87 } else { 0 };
            next = (this << 1) ^ overflow;
            this
        })
    }
}

fn mask(blocks: &mut [Block], masks: &[u128]) {
    for (block, mask) in blocks.iter_mut().zip(masks) {
        block.0 = (u128::from_le_bytes(block.0) ^ mask).to_le_bytes();
    }
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher")
    }
}

#[cfg(test)]
mod tests {
    use super::{Cipher, SECTOR};

    fn bytes(hex: &str) -> Vec<u8> {
        let digits = hex.as_bytes().chunks(2);
        digits
            .map(|two| u8::from_str_radix(std::str::from_utf8(two).unwrap(), 16).unwrap())
            .collect()
    }

    /// Vectors 10 and 11 of IEEE 1619-2007: the bytes 0 to 255 twice, as sector 0xff and 0xffff.
    #[test]
    fn it_is_the_cipher_of_the_standard() {
        let key = bytes(concat!(
            "2718281828459045235360287471352662497757247093699959574966967627",
            "3141592653589793238462643383279502884197169399375105820974944592"
        ));
        let cipher = Cipher::new(&key.try_into().unwrap());
        let plain: Vec<u8> = (0..=255).chain(0..=255).collect();
        for (number, begins, ends) in [
            (
                0xff,
                "1c3b3a102f770386e4836c99e370cf9bea00803f5e482357a4ae12d414a3e63b",
                "d2092fa755c824bb5e54c4f36ffda9fcea70b9c6e693e148c151",
            ),
            (
                0xffff,
                "77a31251618a15e6b92d1d66dffe7b50b50bad552305ba0217a610688eff7e11",
                "",
            ),
        ] {
            let mut sector = plain.clone();
            cipher.encrypt(&mut sector, number);
            assert_eq!(sector[..32], bytes(begins));
            assert!(sector.ends_with(&bytes(ends)));
            cipher.decrypt(&mut sector, number);
            assert_eq!(sector, plain);
        }
    }

    #[test]
    fn sectors_one_after_the_other_are_each_their_own() {
        let cipher = Cipher::throwaway().unwrap();
        let mut both = vec![7; 2 * SECTOR];
        cipher.encrypt(&mut both, 41);
        let mut second = vec![7; SECTOR];
        cipher.encrypt(&mut second, 42);
        assert_eq!(both[SECTOR..], second);
        assert_ne!(both[..SECTOR], second);
        cipher.decrypt(&mut both, 41);
        assert_eq!(both, vec![7; 2 * SECTOR]);
    }
}
