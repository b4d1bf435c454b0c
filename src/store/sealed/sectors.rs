//! A file of encrypted sectors that is read and written at any place, as if it were a plain one.
//! Its length is always a number of whole sectors: what was never written reads as zeros.

use super::cipher::{Cipher, SECTOR};
use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

/// An encrypted file.
#[derive(Debug)]
pub(super) struct Sectors {
    file: File,
    cipher: Arc<Cipher>,
    /// Where the first sector begins in the file.
    start: u64,
    buffer: Vec<u8>,
}

impl Sectors {
    /// A file whose sectors begin at this byte.
    pub fn new(file: File, cipher: Arc<Cipher>, start: u64) -> Self {
        Self {
            file,
            cipher,
            start,
            buffer: Vec::new(),
        }
    }

    /// Bytes it holds.
    pub fn len(&self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len().saturating_sub(self.start))
    }

    /// Makes it so many bytes long, rounded up to whole sectors.
    pub fn set_len(&mut self, length: u64) -> io::Result<()> {
        let whole = length.next_multiple_of(SECTOR as u64);
        let tail = usize::try_from(whole - length).unwrap_or(0);
        if tail > 0 && length < self.len()? {
            // What was cut off must not come back when the file grows.
            self.write(&vec![0; tail], length)?;
        }
        self.file.set_len(self.start + whole)
    }

    /// Puts what was written on the disk; `data_only` leaves out times and the like.
    pub fn sync(&self, data_only: bool) -> io::Result<()> {
        if data_only {
            self.file.sync_data()
        } else {
            self.file.sync_all()
        }
    }

    /// Fills `out` from a place on; what lies beyond the end is zeros. Says how much there was.
    pub fn read(&mut self, out: &mut [u8], offset: u64) -> io::Result<usize> {
        let span = Span::around(offset, out.len());
        self.buffer.clear();
        self.buffer.resize(span.bytes, 0);
        let there = self.load(span.first, 0..span.bytes)?;
        if let Some(wanted) = self.buffer.get(span.place(out.len())) {
            out.copy_from_slice(wanted);
        }
        Ok(there.saturating_sub(span.before).min(out.len()))
    }

    /// Writes `data` at a place; what shares a sector with it stays as it is.
    pub fn write(&mut self, data: &[u8], offset: u64) -> io::Result<()> {
        let span = Span::around(offset, data.len());
        self.buffer.clear();
        self.buffer.resize(span.bytes, 0);
        if span.before > 0 {
            self.load(span.first, 0..SECTOR)?;
        }
        let last = span.bytes.saturating_sub(SECTOR);
        if span.after > 0 && (last > 0 || span.before == 0) {
            let number = span.first + (last / SECTOR) as u64;
            self.load(number, last..span.bytes)?;
        }
        if let Some(place) = self.buffer.get_mut(span.place(data.len())) {
            place.copy_from_slice(data);
        }
        self.cipher.encrypt(&mut self.buffer, span.first);
        let at = self.start + span.first * SECTOR as u64;
        self.file.write_all_at(&self.buffer, at)
    }

    /// Reads sectors from this number on into a part of the buffer, and gives the bytes there are.
    fn load(&mut self, first: u64, part: Range<usize>) -> io::Result<usize> {
        let at = self.start + first * SECTOR as u64;
        let into = self.buffer.get_mut(part).unwrap_or_default();
        let mut there = 0;
        while let Some(rest) = into.get_mut(there..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, at + there as u64) {
                Ok(0) => break,
                Ok(read) => there += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.cipher.decrypt(into, first);
        Ok(there)
    }
}

/// The sectors around some bytes.
#[derive(Debug, Clone, Copy)]
struct Span {
    /// Number of the first sector.
    first: u64,
    /// Bytes of the first sector before them.
    before: usize,
    /// Bytes of the last sector after them.
    after: usize,
    /// Bytes of all sectors.
    bytes: usize,
}

impl Span {
    fn around(offset: u64, length: usize) -> Self {
        let size = SECTOR as u64;
        let before = usize::try_from(offset % size).unwrap_or(0);
        let bytes = (before + length).next_multiple_of(SECTOR);
        Self {
            first: offset / size,
            before,
            after: bytes - before - length,
            bytes,
        }
    }

    /// Where so many bytes from the first on stand in the sectors.
    fn place(self, length: usize) -> Range<usize> {
        self.before..self.before + length
    }
}
