//! Looks through the text of a table for what a reader of tables would not say: bytes that no text
//! has, a quote that is never closed, a row longer than any.

use super::AudienceError;

/// Longest row, in bytes of its text.
pub const ROW_BYTES: usize = 1024 * 1024;

/// Where the scan stands in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    Plain,
    Quoted { opened: u64 },
    AfterQuote { opened: u64 },
}

/// A scan that is given the text piece by piece. A quote opens only at the start of a cell; two in
/// a row inside are one quote.
#[derive(Debug)]
pub(super) struct Scan {
    delimiter: u8,
    at: At,
    /// Counts from 1.
    line: u64,
    /// The line in which the row began.
    row_line: u64,
    row_bytes: usize,
}

impl Scan {
    pub(super) fn new(delimiter: u8) -> Self {
        Self {
            delimiter,
            at: At::Start,
            line: 1,
            row_line: 1,
            row_bytes: 0,
        }
    }

    /// The line at an offset of the text that is taken next.
    pub(super) fn line_at(&self, text: &str, at: usize) -> u64 {
        let before = text.as_bytes().get(..at).unwrap_or_default();
        self.line + memchr::memchr_iter(b'\n', before).count() as u64
    }

    /// Takes the next piece. Control characters are refused too where the encoding is a guess: then
    /// it is no text at all.
    pub(super) fn take(&mut self, text: &str, is_guess: bool) -> Result<(), AudienceError> {
        if is_guess && let Some(at) = text.find(no_text) {
            let line = self.line_at(text, at);
            return Err(AudienceError::NotText { line });
        }
        for byte in text.bytes() {
            self.step(byte)?;
        }
        Ok(())
    }

    fn step(&mut self, byte: u8) -> Result<(), AudienceError> {
        let is_break = matches!(byte, b'\n' | b'\r');
        self.at = match (self.at, byte) {
            (_, 0) => return Err(AudienceError::Nul { line: self.line }),
            (At::Start, b'"') => At::Quoted { opened: self.line },
            (At::Quoted { opened }, b'"') => At::AfterQuote { opened },
            (At::AfterQuote { opened }, b'"') | (At::Quoted { opened }, _) => At::Quoted { opened },
            (At::Start | At::Plain | At::AfterQuote { .. }, _) if is_break => At::Start,
            (At::Start | At::Plain | At::AfterQuote { .. }, byte) if byte == self.delimiter => {
                At::Start
            }
            (At::Start | At::Plain | At::AfterQuote { .. }, _) => At::Plain,
        };
        self.line += u64::from(byte == b'\n');
        self.row_bytes += 1;
        if is_break && self.at == At::Start {
            (self.row_bytes, self.row_line) = (0, self.line);
        } else if self.row_bytes > ROW_BYTES {
            return Err(match self.at {
                At::Quoted { opened } => AudienceError::UnclosedQuote { line: opened },
                At::Start | At::Plain | At::AfterQuote { .. } => AudienceError::LongRow {
                    line: self.row_line,
                },
            });
        }
        Ok(())
    }

    /// The text ends here.
    pub(super) fn end(&self) -> Result<(), AudienceError> {
        match self.at {
            At::Quoted { opened } => Err(AudienceError::UnclosedQuote { line: opened }),
            At::Start | At::Plain | At::AfterQuote { .. } => Ok(()),
        }
    }
}

/// What stands in no text of any encoding.
fn no_text(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1a}')
}
