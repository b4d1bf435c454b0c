//! Words of PowerShell: `'…'` with `''`, `"…"` with a back-tick or `""`, here-strings, brackets.
//! Variables within words stay as they are written.

use super::{Cursor, End, ShellError};

/// Reads one word or the space between two. A bracket is a word of its own, and so is the `=` of
/// an assignment.
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
                let inside = cursor.depth > 0;
                return Ok(if inside { End::Word } else { End::Command });
            }
            b'#' if !cursor.begun => {
                let rest = cursor.rest();
                cursor.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            }
            b'`' => escaped(cursor),
            b'\'' => single(cursor)?,
            b'"' => double(cursor)?,
            b'@' if here_string(cursor)? => {}
            b'{' | b'(' | b'}' | b')' | b'=' if is_bracket(cursor, byte) => {
                if cursor.begun {
                    return Ok(End::Word);
                }
                return Ok(bracket(cursor, byte));
            }
            _ => {
                if !cursor.begun {
                    cursor.refuse_typographic()?;
                }
                cursor.take(1);
                cursor.take_until(|byte| {
                    byte.is_ascii_whitespace() || byte == 0xC2 || b";|`'\"@{}()=#".contains(&byte)
                });
            }
        }
    }
}

/// Whether this sign is a bracket or an assignment here, and not part of a word.
fn is_bracket(cursor: &Cursor<'_>, byte: u8) -> bool {
    let word = cursor.word.taken.bytes();
    let bare = cursor.begun && !cursor.word.quoted;
    match byte {
        b'}' | b')' => cursor.depth > 0,
        b'=' => !cursor.begun || cursor.depth > 0 || (bare && word.starts_with(b"$")),
        _ => !cursor.begun || cursor.depth > 0 || (bare && matches!(word, b"$" | b"@")),
    }
}

fn bracket(cursor: &mut Cursor<'_>, byte: u8) -> End {
    cursor.take(1);
    match byte {
        b'{' | b'(' => cursor.depth += 1,
        b'}' | b')' => cursor.depth = cursor.depth.saturating_sub(1),
        _ => {}
    }
    End::Word
}

fn escaped(cursor: &mut Cursor<'_>) {
    match cursor.line_break(1) {
        0 => escape(cursor),
        length => cursor.at += 1 + length,
    }
}

/// A back-tick and the sign after it.
fn escape(cursor: &mut Cursor<'_>) {
    let sign: &[u8] = match cursor.peek_at(1) {
        Some(b'n') => b"\n",
        Some(b't') => b"\t",
        Some(b'r') => b"\r",
        Some(b'0') => b"\0",
        Some(b'a') => b"\x07",
        Some(b'b') => b"\x08",
        Some(b'e') => b"\x1b",
        Some(b'f') => b"\x0c",
        Some(b'v') => b"\x0b",
        Some(_) => {
            cursor.begin();
            cursor.at += 1;
            cursor.take(1);
            return;
        }
        None => {
            cursor.take(1);
            return;
        }
    };
    cursor.put(sign, 2);
}

fn single(cursor: &mut Cursor<'_>) -> Result<(), ShellError> {
    let opened = cursor.at;
    cursor.begin();
    cursor.word.quoted = true;
    cursor.at += 1;
    loop {
        let Some(end) = memchr::memchr(b'\'', cursor.rest()) else {
            return Err(Cursor::unclosed(opened, "'"));
        };
        cursor.take(end);
        if cursor.peek_at(1) != Some(b'\'') {
            cursor.at += 1;
            return Ok(());
        }
        cursor.put(b"'", 2);
    }
}

fn double(cursor: &mut Cursor<'_>) -> Result<(), ShellError> {
    let opened = cursor.at;
    cursor.begin();
    cursor.word.quoted = true;
    cursor.at += 1;
    loop {
        let Some(end) = memchr::memchr2(b'"', b'`', cursor.rest()) else {
            return Err(Cursor::unclosed(opened, "\""));
        };
        cursor.take(end);
        match (cursor.peek(), cursor.peek_at(1)) {
            (Some(b'`'), _) => escaped(cursor),
            (_, Some(b'"')) => cursor.put(b"\"", 2),
            (_, _) => {
                cursor.at += 1;
                return Ok(());
            }
        }
    }
}

/// `@'` or `@"`, lines, and the same turned round at the start of a line. Says whether there was
/// one.
fn here_string(cursor: &mut Cursor<'_>) -> Result<bool, ShellError> {
    let Some(quote) = cursor
        .peek_at(1)
        .filter(|byte| matches!(byte, b'\'' | b'"'))
    else {
        return Ok(false);
    };
    let blanks = cursor.rest().iter().skip(2);
    let blanks = blanks
        .take_while(|byte| matches!(byte, b' ' | b'\t'))
        .count();
    let line_break = cursor.line_break(2 + blanks);
    if cursor.begun || line_break == 0 {
        return Ok(false);
    }
    let opened = cursor.at;
    cursor.begin();
    cursor.word.quoted = true;
    // The line break before the end belongs to the end, also when there is no line at all.
    cursor.at += 1 + blanks + line_break;
    let closing = [b'\n', quote, b'@'];
    let Some(end) = memchr::memmem::find(cursor.rest(), &closing) else {
        let quote = if quote == b'"' { "@\"" } else { "@'" };
        return Err(Cursor::unclosed(opened, quote));
    };
    let (text_end, after) = (cursor.at + end, cursor.at + end + closing.len());
    cursor.at += 1;
    let text_end = match cursor.bytes.get(text_end.wrapping_sub(1)) {
        Some(b'\r') => text_end - 1,
        Some(_) | None => text_end,
    };
    while cursor.at < text_end {
        let left = text_end - cursor.at;
        let run = cursor.rest().get(..left).unwrap_or(&[]);
        let tick = memchr::memchr(b'`', run).filter(|_| quote == b'"');
        cursor.take(tick.unwrap_or(left));
        if tick.is_some() {
            escaped(cursor);
        }
    }
    cursor.at = after;
    Ok(true)
}
