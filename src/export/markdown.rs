//! Markdown: a heading a day, a quotation a message. No text of a message may become markup.

use super::csv::media_kind;
use super::visible::{Clock, Days, caption, linkable, must_be_named, unknown_type, who};
use super::{ExportHeader, Shape};
use crate::domain::{ChatMessage, Media};
use std::io::{self, Write};

/// One page.
pub struct Page {
    days: Days,
    person: Option<String>,
}

impl Page {
    /// A page with days of the header's zone.
    pub fn new(header: &ExportHeader) -> Self {
        Self {
            days: Days::new(header.zone()),
            person: header.name.clone(),
        }
    }
}

impl Shape for Page {
    fn begin(&mut self, header: &ExportHeader, out: &mut Vec<u8>) -> io::Result<()> {
        write!(out, "# Conversation with ")?;
        inline(header.person(), out)?;
        out.extend_from_slice(b"\n\n");
        for (name, value) in header.lines() {
            write!(out, "- {name}: ")?;
            inline(&value, out)?;
            out.push(b'\n');
        }
        Ok(())
    }

    fn message(&mut self, message: &ChatMessage, out: &mut Vec<u8>) -> io::Result<()> {
        let when = self.days.next(message);
        if let Some(day) = when.new_day {
            write!(out, "\n## {day}\n")?;
        }
        out.extend_from_slice(b"\n**");
        match when.clock {
            Clock::Read(clock) => out.extend_from_slice(clock.as_bytes()),
            Clock::Unread(sent) => {
                out.extend_from_slice(b"time not readable: ");
                inline(&sent, out)?;
            }
        }
        let who = who(message, self.person.as_deref());
        write!(out, " · ")?;
        inline(who.name, out)?;
        out.extend_from_slice(b"**");
        if !who.side.is_empty() {
            write!(out, " ({})", who.side)?;
        }
        out.extend_from_slice(b"\n\n");
        if let Some(kind) = unknown_type(message) {
            out.extend_from_slice(b"> Type ");
            inline(kind, out)?;
            out.extend_from_slice(b"\n>\n");
        }
        if let Some(file) = &message.media {
            out.extend_from_slice(b"> ");
            media(file, out)?;
            out.push(b'\n');
        }
        let text = caption(message);
        if !text.is_empty() {
            if message.media.is_some() {
                out.extend_from_slice(b">\n");
            }
            quotation(text, out)?;
        }
        Ok(())
    }

    fn end(&mut self, messages: u64, out: &mut Vec<u8>) -> io::Result<()> {
        write!(out, "\n---\n\nMessages: {messages}\n")
    }
}

fn media(file: &Media, out: &mut Vec<u8>) -> io::Result<()> {
    let name = file.name.as_deref().or(file.url.as_deref());
    let label = |out: &mut Vec<u8>| -> io::Result<()> {
        write!(out, "{}: ", media_kind(file.kind))?;
        inline(name.unwrap_or("lost"), out)
    };
    match file.url.as_deref() {
        Some(url) if linkable(url) => {
            out.push(b'[');
            label(out)?;
            out.extend_from_slice(b"](<");
            for character in url.chars() {
                match character {
                    '<' => out.extend_from_slice(b"%3C"),
                    '>' => out.extend_from_slice(b"%3E"),
                    '\\' => out.extend_from_slice(b"%5C"),
                    '&' => out.extend_from_slice(b"&amp;"),
                    other if must_be_named(other) => reference(other, out)?,
                    other => push(other, out),
                }
            }
            out.extend_from_slice(b">)");
            Ok(())
        }
        Some(_) | None => label(out),
    }
}

/// A text as lines of a quotation, each break kept.
fn quotation(text: &str, out: &mut Vec<u8>) -> io::Result<()> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.split('\n').collect();
    let last = lines.len().saturating_sub(1);
    for (index, line) in lines.iter().enumerate() {
        out.extend_from_slice(b"> ");
        escaped(line, out)?;
        let next_is_empty = lines.get(index + 1).is_none_or(|next| next.is_empty());
        // A backslash keeps the break; before an empty line or the end it would be a letter.
        if index < last && !line.is_empty() && !next_is_empty {
            out.push(b'\\');
        }
        out.push(b'\n');
    }
    Ok(())
}

/// A text inside a line.
pub(super) fn inline(text: &str, out: &mut Vec<u8>) -> io::Result<()> {
    escaped(&text.replace(['\n', '\r', '\t'], " "), out)
}

/// Escapes one line: what is markup anywhere, and what is markup only at its start.
fn escaped(line: &str, out: &mut Vec<u8>) -> io::Result<()> {
    let start = line.trim_start_matches([' ', '\t']);
    for character in line.chars().take(line.len() - start.len()) {
        // Leading spaces would make a block of code.
        reference(character, out)?;
    }
    let number = start.bytes().take_while(u8::is_ascii_digit).count();
    for (index, character) in start.char_indices() {
        let list = index == number && index > 0 && matches!(character, '.' | ')');
        let first = index == 0 && matches!(character, '+' | '-' | '=' | ':');
        match character {
            '&' => out.extend_from_slice(b"&amp;"),
            '<' => out.extend_from_slice(b"&lt;"),
            '>' => out.extend_from_slice(b"&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' | '$' | '@' => {
                out.push(b'\\');
                push(character, out);
            }
            other if list || first => {
                out.push(b'\\');
                push(other, out);
            }
            other if must_be_named(other) => reference(other, out)?,
            other => push(other, out),
        }
    }
    Ok(())
}

/// A character by its number: the page shows it, the file holds nothing that a terminal obeys.
fn reference(character: char, out: &mut Vec<u8>) -> io::Result<()> {
    write!(out, "&#x{:X};", u32::from(character))
}

fn push(character: char, out: &mut Vec<u8>) {
    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}
