//! The bytes of a file as text, piece by piece: decoded, hashed, and refused where it is no text.
//! It keeps one piece in memory, whatever the size of the file.

use super::AudienceError;
use super::encoding::TextEncoding;
use super::scan::Scan;
use super::shape::TableShape;
use crate::domain::hash::Sha256Hex;
use sha2::{Digest, Sha256};
use std::io::{self, Read};

/// Bytes that are read at once.
const PIECE: usize = 64 * 1024;
/// Largest file that is read, in bytes.
const LIMIT: u64 = 1024 * 1024 * 1024;

/// How the next bytes become text.
enum Decoding {
    /// They are text already; what is kept may be half a sign.
    Utf8 { kept: Vec<u8> },
    /// By a table.
    Other(encoding_rs::Decoder),
}

/// How sure the encoding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certainty {
    /// A person or a byte order mark said it.
    Said,
    /// Nothing so far speaks against it.
    Seen,
    /// It is only the most likely one.
    Guess,
}

/// A reader of decoded text. After an error of [`Read::read`], [`TextReader::take_error`] says more.
pub(super) struct TextReader<R> {
    source: R,
    decoding: Decoding,
    encoding: TextEncoding,
    certainty: Certainty,
    /// The line of the first sign beyond ASCII.
    first_accent: Option<u64>,
    hasher: Sha256,
    read: u64,
    is_start: bool,
    ended: bool,
    raw: Vec<u8>,
    out: String,
    at: usize,
    scan: Scan,
    error: Option<AudienceError>,
}

impl<R: Read> TextReader<R> {
    /// Reads in this shape.
    pub(super) fn new(source: R, shape: TableShape, certainty: Certainty) -> Self {
        let decoding = if shape.encoding == TextEncoding::UTF_8 {
            Decoding::Utf8 { kept: Vec::new() }
        } else {
            Decoding::Other(shape.encoding.decoder())
        };
        Self {
            source,
            decoding,
            encoding: shape.encoding,
            certainty,
            first_accent: None,
            hasher: Sha256::new(),
            read: 0,
            is_start: true,
            ended: false,
            raw: vec![0; PIECE],
            out: String::new(),
            at: 0,
            scan: Scan::new(shape.delimiter),
            error: None,
        }
    }

    /// Why reading stopped, if it did.
    pub(super) fn take_error(&mut self) -> Option<AudienceError> {
        self.error.take()
    }

    /// Whether the encoding turned out to be a guess.
    pub(super) fn is_guess(&self) -> bool {
        self.certainty == Certainty::Guess
    }

    /// The encoding it was read with.
    pub(super) fn encoding(&self) -> TextEncoding {
        self.encoding
    }

    /// How many bytes were read, and their digest.
    pub(super) fn end(self) -> (u64, Sha256Hex) {
        (self.read, Sha256Hex::finish(self.hasher))
    }

    /// Skips the first line: Excel's `sep=;`.
    pub(super) fn skip_line(&mut self) -> Result<(), AudienceError> {
        loop {
            if let Some(end) = self.rest().find('\n') {
                self.at += end + 1;
                return Ok(());
            }
            self.at = self.out.len();
            if self.ended {
                return Ok(());
            }
            self.refill()?;
        }
    }

    fn rest(&self) -> &str {
        self.out.get(self.at..).unwrap_or_default()
    }

    fn refill(&mut self) -> Result<(), AudienceError> {
        self.out.clear();
        self.at = 0;
        let mut raw = std::mem::take(&mut self.raw);
        let read = loop {
            match self.source.read(&mut raw) {
                Ok(read) => break read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(AudienceError::Unreadable(error.to_string())),
            }
        };
        self.ended = read == 0;
        self.read += read as u64;
        if self.read > LIMIT {
            return Err(AudienceError::TooLarge);
        }
        let piece = raw.get(..read).unwrap_or_default();
        self.hasher.update(piece);
        let decoded = self.decode(piece);
        self.raw = raw;
        decoded?;
        if self.first_accent.is_none() {
            let accent = self.out.bytes().position(|byte| !byte.is_ascii());
            self.first_accent = accent.map(|at| self.scan.line_at(&self.out, at));
        }
        self.scan
            .take(&self.out, self.certainty == Certainty::Guess)?;
        if self.ended {
            self.scan.end()?;
        }
        Ok(())
    }

    fn decode(&mut self, piece: &[u8]) -> Result<(), AudienceError> {
        match &mut self.decoding {
            Decoding::Other(_) => self.decode_other(piece),
            Decoding::Utf8 { kept } => {
                let bytes = if kept.is_empty() {
                    piece.to_vec()
                } else {
                    [std::mem::take(kept).as_slice(), piece].concat()
                };
                self.decode_utf8(bytes)
            }
        }
    }

    fn decode_utf8(&mut self, mut bytes: Vec<u8>) -> Result<(), AudienceError> {
        let (good, cut) = match std::str::from_utf8(&bytes) {
            Ok(_) => (bytes.len(), true),
            Err(error) => (
                error.valid_up_to(),
                error.error_len().is_none() && !self.ended,
            ),
        };
        let rest = bytes.split_off(good);
        self.out = String::from_utf8(bytes).unwrap_or_default();
        if std::mem::take(&mut self.is_start) && self.out.starts_with('\u{feff}') {
            self.out.remove(0);
            self.certainty = Certainty::Said;
        }
        if cut {
            self.decoding = Decoding::Utf8 { kept: rest };
            return Ok(());
        }
        let line = self.scan.line_at(&self.out, self.out.len());
        if !self.out.is_ascii() || self.first_accent.is_some() || self.certainty == Certainty::Said
        {
            let first = self.out.bytes().position(|byte| !byte.is_ascii());
            let here = first.map(|at| self.scan.line_at(&self.out, at));
            return Err(match self.first_accent.or(here) {
                Some(other) if self.certainty == Certainty::Seen => {
                    AudienceError::MixedEncodings { line, other }
                }
                Some(_) | None => AudienceError::NotText { line },
            });
        }
        // Until here both encodings are the same.
        self.encoding = TextEncoding::WINDOWS_1252;
        self.certainty = Certainty::Guess;
        self.decoding = Decoding::Other(self.encoding.decoder());
        self.decode_other(&rest)
    }

    fn decode_other(&mut self, piece: &[u8]) -> Result<(), AudienceError> {
        if self.certainty == Certainty::Guess
            && let Some(at) = accents(piece).find(|(_, is_utf8)| *is_utf8)
        {
            let place = |at: usize| {
                let before = piece.get(..at).unwrap_or_default();
                self.scan.line_at(&self.out, self.out.len()) + newlines(before)
            };
            let line = place(at.0);
            let others = accents(piece).find(|(_, is_utf8)| !is_utf8);
            let other = self.first_accent.or(others.map(|other| place(other.0)));
            return Err(AudienceError::MixedEncodings {
                line,
                other: other.unwrap_or(line),
            });
        }
        let Decoding::Other(decoder) = &mut self.decoding else {
            return Ok(());
        };
        let room = decoder.max_utf8_buffer_length_without_replacement(piece.len());
        self.out.reserve(room.unwrap_or(piece.len() * 3 + 16));
        let (result, _) =
            decoder.decode_to_string_without_replacement(piece, &mut self.out, self.ended);
        match result {
            encoding_rs::DecoderResult::InputEmpty => Ok(()),
            // There was room for the longest text; going on would lose some of it.
            encoding_rs::DecoderResult::OutputFull => Err(AudienceError::TooLarge),
            encoding_rs::DecoderResult::Malformed(..) => Err(AudienceError::NotThisEncoding {
                line: self.scan.line_at(&self.out, self.out.len()),
                encoding: self.encoding,
            }),
        }
    }
}

impl<R: Read> Read for TextReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest().is_empty() && !self.ended {
            if let Err(error) = self.refill() {
                let shown = error.to_string();
                self.error = Some(error);
                return Err(io::Error::other(shown));
            }
        }
        let read = self.rest().as_bytes().read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

fn newlines(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// Where signs beyond ASCII stand, and whether they are whole signs of UTF-8. Those that the ends of
/// a piece may cut are no proof and left out.
fn accents(piece: &[u8]) -> impl Iterator<Item = (usize, bool)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let offset = piece.get(at..)?.iter().position(|byte| !byte.is_ascii())?;
            let start = at + offset;
            let rest = piece.get(start..)?;
            let length = rest.iter().take_while(|byte| !byte.is_ascii()).count();
            at = start + length;
            if start > 0 && length < rest.len() {
                return Some((start, std::str::from_utf8(rest.get(..length)?).is_ok()));
            }
        }
    })
}
