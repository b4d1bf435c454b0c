//! What can be said about a CSV file before its rows are read: is it text, what separates its
//! columns, are its quotes closed.

use super::AudienceError;

/// The text without a byte order mark.
pub(super) fn as_text(bytes: &[u8]) -> Result<&str, AudienceError> {
    let utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    if utf16 {
        return Err(AudienceError::NotText { line: 1 });
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let line = line_of(bytes, at);
        return Err(AudienceError::Nul { line });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| AudienceError::NotText {
        line: line_of(bytes, error.valid_up_to()),
    })?;
    Ok(text.trim_start_matches('\u{feff}'))
}

fn line_of(bytes: &[u8], at: usize) -> u64 {
    let before = bytes.iter().take(at);
    before.filter(|byte| **byte == b'\n').count() as u64 + 1
}

/// The most frequent of comma, semicolon and tab in the header line, outside quotes.
pub(super) fn delimiter(text: &str) -> u8 {
    let (mut commas, mut semicolons, mut tabs) = (0, 0, 0);
    let mut quoted = false;
    for byte in text.trim_start_matches(['\r', '\n']).bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            b',' if !quoted => commas += 1,
            b';' if !quoted => semicolons += 1,
            b'\t' if !quoted => tabs += 1,
            _ => {}
        }
    }
    if tabs > commas && tabs >= semicolons {
        b'\t'
    } else if semicolons > commas {
        b';'
    } else {
        b','
    }
}

/// Where the scan stands in a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Start,
    Plain,
    Quoted { opened: u64 },
    AfterQuote { opened: u64 },
}

/// A quote opens only at the start of a field; two in a row inside are one quote.
pub(super) fn refuse_unclosed_quote(text: &str, delimiter: u8) -> Result<(), AudienceError> {
    let mut at = At::Start;
    let mut line = 1;
    for byte in text.bytes() {
        at = match (at, byte) {
            (At::Start, b'"') => At::Quoted { opened: line },
            (At::Quoted { opened }, b'"') => At::AfterQuote { opened },
            (At::AfterQuote { opened }, b'"') | (At::Quoted { opened }, _) => At::Quoted { opened },
            (At::Start | At::Plain | At::AfterQuote { .. }, b'\n' | b'\r') => At::Start,
            (At::Start | At::Plain | At::AfterQuote { .. }, byte) if byte == delimiter => At::Start,
            (At::Start | At::Plain | At::AfterQuote { .. }, _) => At::Plain,
        };
        line += u64::from(byte == b'\n');
    }
    match at {
        At::Quoted { opened } => Err(AudienceError::UnclosedQuote { line: opened }),
        At::Start | At::Plain | At::AfterQuote { .. } => Ok(()),
    }
}
