//! Words of Unix shells: `'…'`, `"…"`, `$'…'`, a backslash before a sign or at the end of a line.
//! Variables and commands within words stay as they are written.

use super::{Cursor, End, ShellError};

/// Reads one word or the space between two.
pub(super) fn word(cursor: &mut Cursor<'_>) -> Result<End, ShellError> {
    loop {
        let Some(byte) = cursor.peek() else {
            return Ok(End::Text);
        };
        let space = cursor.space();
        if space > 0 {
            cursor.at += space;
            if cursor.begun {
                return Ok(End::Word);
            }
            continue;
        }
        match byte {
            b'\n' | b';' | b'|' => {
                cursor.at += 1;
                return Ok(End::Command);
            }
            // An address may be unquoted; a sign by itself ends a command.
            b'&' | b'<' | b'>' if !cursor.begun => {
                cursor.at += 1;
                return Ok(End::Command);
            }
            b'#' if !cursor.begun => {
                let rest = cursor.rest();
                cursor.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            }
            b'\\' => escaped(cursor),
            b'\'' => single(cursor)?,
            b'"' => double(cursor)?,
            b'$' if cursor.peek_at(1) == Some(b'\'') => ansi(cursor)?,
            b'$' if cursor.peek_at(1) == Some(b'"') => cursor.at += 1,
            _ => {
                if !cursor.begun {
                    cursor.refuse_typographic()?;
                }
                cursor.take(1);
                cursor.take_until(|byte| {
                    byte.is_ascii_whitespace() || byte == 0xC2 || b";|\\'\"$".contains(&byte)
                });
            }
        }
    }
}

fn escaped(cursor: &mut Cursor<'_>) {
    match cursor.line_break(1) {
        0 if cursor.peek_at(1).is_none() => cursor.take(1),
        0 => {
            cursor.begin();
            cursor.at += 1;
            cursor.take(1);
        }
        length => cursor.at += 1 + length,
    }
}

fn single(cursor: &mut Cursor<'_>) -> Result<(), ShellError> {
    let opened = cursor.at;
    cursor.begin();
    cursor.word.quoted = true;
    cursor.at += 1;
    let Some(end) = memchr::memchr(b'\'', cursor.rest()) else {
        return Err(Cursor::unclosed(opened, "'"));
    };
    cursor.take(end);
    cursor.at += 1;
    Ok(())
}

fn double(cursor: &mut Cursor<'_>) -> Result<(), ShellError> {
    let opened = cursor.at;
    cursor.begin();
    cursor.word.quoted = true;
    cursor.at += 1;
    loop {
        let rest = cursor.rest();
        let Some(end) = memchr::memchr2(b'"', b'\\', rest) else {
            return Err(Cursor::unclosed(opened, "\""));
        };
        cursor.take(end);
        if cursor.peek() == Some(b'"') {
            cursor.at += 1;
            return Ok(());
        }
        match (cursor.line_break(1), cursor.peek_at(1)) {
            (0, Some(b'$' | b'`' | b'"' | b'\\')) => {
                cursor.at += 1;
                cursor.take(1);
            }
            (0, _) => cursor.take(1),
            (length, _) => cursor.at += 1 + length,
        }
    }
}

/// `$'…'`: the escapes of the C language.
fn ansi(cursor: &mut Cursor<'_>) -> Result<(), ShellError> {
    let opened = cursor.at;
    cursor.begin();
    cursor.word.quoted = true;
    cursor.at += 2;
    loop {
        let rest = cursor.rest();
        let Some(end) = memchr::memchr2(b'\'', b'\\', rest) else {
            return Err(Cursor::unclosed(opened, "$'"));
        };
        cursor.take(end);
        if cursor.peek() == Some(b'\'') {
            cursor.at += 1;
            return Ok(());
        }
        escape(cursor)?;
    }
}

fn escape(cursor: &mut Cursor<'_>) -> Result<(), ShellError> {
    let simple = match cursor.peek_at(1) {
        Some(b'n') => b"\n",
        Some(b't') => b"\t",
        Some(b'r') => b"\r",
        Some(b'a') => b"\x07",
        Some(b'b') => b"\x08",
        Some(b'e' | b'E') => b"\x1b",
        Some(b'f') => b"\x0c",
        Some(b'v') => b"\x0b",
        Some(b'\\') => b"\\",
        Some(b'\'') => b"'",
        Some(b'"') => b"\"",
        Some(b'?') => b"?",
        Some(b'x') => {
            byte(cursor, 2, 2, 16);
            return Ok(());
        }
        Some(b'0'..=b'7') => {
            byte(cursor, 1, 3, 8);
            return Ok(());
        }
        Some(b'u') => return code_point(cursor, 4),
        Some(b'U') => return code_point(cursor, 8),
        // Anything else stands for itself, backslash included.
        Some(_) | None => {
            cursor.take(1);
            return Ok(());
        }
    };
    cursor.put(simple, 2);
    Ok(())
}

/// The value of up to `most` digits that begin so many bytes ahead, and how many there are.
fn digits(cursor: &Cursor<'_>, ahead: usize, most: usize, radix: u32) -> (u32, usize) {
    let mut value = 0_u32;
    let mut count = 0;
    while count < most {
        let sign = cursor.peek_at(ahead + count).map(char::from);
        let Some(digit) = sign.and_then(|sign| sign.to_digit(radix)) else {
            break;
        };
        value = value.wrapping_mul(radix).wrapping_add(digit);
        count += 1;
    }
    (value, count)
}

fn byte(cursor: &mut Cursor<'_>, ahead: usize, most: usize, radix: u32) {
    let (value, count) = digits(cursor, ahead, most, radix);
    if count == 0 {
        cursor.take(2);
        return;
    }
    let low = u8::try_from(value & 0xFF).unwrap_or_default();
    cursor.put(&[low], ahead + count);
}

/// `\u` and `\U`; two halves of a pair stand for one sign.
fn code_point(cursor: &mut Cursor<'_>, most: usize) -> Result<(), ShellError> {
    let (value, count) = digits(cursor, 2, most, 16);
    if count == 0 {
        cursor.take(2);
        return Ok(());
    }
    let mut length = 2 + count;
    let mut value = value;
    if (0xD800..0xDC00).contains(&value)
        && (cursor.peek_at(length), cursor.peek_at(length + 1)) == (Some(b'\\'), Some(b'u'))
    {
        let (low, digits) = digits(cursor, length + 2, 4, 16);
        if (0xDC00..0xE000).contains(&low) {
            value = 0x1_0000 + ((value - 0xD800) << 10) + (low - 0xDC00);
            length += 2 + digits;
        }
    }
    let Some(sign) = char::from_u32(value) else {
        return Err(ShellError {
            at: cursor.at,
            what: "this escape stands for no sign".to_owned(),
            advice: "copy the command again from where it came",
        });
    };
    cursor.put(sign.encode_utf8(&mut [0; 4]).as_bytes(), length);
    Ok(())
}
