//! Words of the Windows command prompt. Two readers stand behind each other: the prompt, which
//! takes `^` away outside of its quotes, and the program, which reads `\"` and `""` within quotes.

use super::{Cursor, End, ShellError};

/// What the prompt hands on.
struct Sign {
    byte: u8,
    at: usize,
    /// Whether `^` stood before it.
    escaped: bool,
}

/// The prompt's own view of quotes, and where the next sign is.
struct Prompt {
    at: usize,
    quoted: bool,
}

impl Prompt {
    /// The next sign; `None` at the end.
    fn next(&mut self, cursor: &Cursor<'_>) -> Option<Sign> {
        let at = |at: usize| cursor.bytes.get(at).copied();
        let mut escaped = false;
        if !self.quoted && at(self.at) == Some(b'^') {
            escaped = true;
            self.at += 1;
            // A line goes on; what begins the next one is taken as it is.
            if (at(self.at), at(self.at + 1)) == (Some(b'\r'), Some(b'\n')) {
                self.at += 2;
            } else if at(self.at) == Some(b'\n') {
                self.at += 1;
            }
        }
        let byte = at(self.at)?;
        let sign = Sign {
            byte,
            at: self.at,
            escaped,
        };
        self.at += 1;
        if byte == b'"' && !escaped {
            self.quoted = !self.quoted;
        }
        Some(sign)
    }

    /// Whether a quote comes next.
    fn quote_follows(&self, cursor: &Cursor<'_>) -> bool {
        let mut ahead = Prompt { ..*self };
        ahead.next(cursor).is_some_and(|sign| sign.byte == b'"')
    }
}

/// Reads one word or the space between two.
pub(super) fn word(cursor: &mut Cursor<'_>) -> Result<End, ShellError> {
    let mut prompt = Prompt {
        at: cursor.at,
        quoted: false,
    };
    // Where the program's quote opened.
    let mut opened = None;
    let mut slashes = 0;
    let end = loop {
        let Some(sign) = prompt.next(cursor) else {
            break End::Text;
        };
        cursor.at = sign.at;
        if sign.byte == b'\\' {
            cursor.begin();
            slashes += 1;
            continue;
        }
        let kept = if sign.byte == b'"' {
            slashes / 2
        } else {
            slashes
        };
        put_slashes(cursor, kept, slashes);
        let literal = slashes % 2 == 1;
        slashes = 0;
        match sign.byte {
            b'"' if literal => cursor.put(b"\"", 1),
            b'"' => opened = quote(cursor, &mut prompt, opened),
            b' ' | b'\t' | b'\r' if opened.is_none() => {
                if cursor.begun {
                    break End::Word;
                }
            }
            // A message may have several lines, though the prompt itself would not take them.
            b'\n' if opened.is_none() => break End::Command,
            b'&' | b'|' if opened.is_none() && !sign.escaped && !cursor.begun => {
                break End::Command;
            }
            byte => {
                if !cursor.begun {
                    cursor.refuse_typographic()?;
                }
                cursor.put(&[byte], 1);
            }
        }
    };
    put_slashes(cursor, slashes, slashes);
    cursor.at = prompt.at;
    match opened {
        Some(opened) => Err(Cursor::unclosed(opened, "\"")),
        None => Ok(end),
    }
}

/// A quote of the program: the second of two within quotes is one, any other opens or closes.
fn quote(cursor: &mut Cursor<'_>, prompt: &mut Prompt, opened: Option<usize>) -> Option<usize> {
    if opened.is_some() && prompt.quote_follows(cursor) {
        prompt.next(cursor);
        cursor.put(b"\"", 1);
        return opened;
    }
    cursor.begin();
    cursor.word.quoted = true;
    match opened {
        None => Some(cursor.at),
        Some(_) => None,
    }
}

/// Puts backslashes that stood directly before this place.
fn put_slashes(cursor: &mut Cursor<'_>, count: usize, stood: usize) {
    let here = cursor.at;
    for number in 0..count {
        cursor.at = here.saturating_sub(stood - number);
        cursor.put(b"\\", 0);
    }
    cursor.at = here;
}
