//! HTML: one page that needs nothing else, for screens and paper. No script, nothing fetched
//! (a policy in the page forbids both), and no text of a message may become markup.
//!
//! Every text is isolated and takes its direction from its own first letter; every line of it from
//! that line's.

use super::csv::media_kind;
use super::visible::{Clock, Days, caption, linkable, must_be_named, unknown_type, who};
use super::{ExportHeader, Shape};
use crate::domain::{ChatMessage, Direction, Media, MessageKind};
use std::io::{self, Write};

const STYLE: &str = include_str!("page.css");

/// One page.
pub struct Page {
    days: Days,
    person: Option<String>,
    /// Whether a section is open.
    inside: bool,
}

impl Page {
    /// A page with days of the header's zone.
    pub fn new(header: &ExportHeader) -> Self {
        Self {
            days: Days::new(header.zone()),
            person: header.name.clone(),
            inside: false,
        }
    }

    fn close(&mut self, out: &mut Vec<u8>) {
        if self.inside {
            out.extend_from_slice(b"</section>\n");
        }
        self.inside = false;
    }
}

impl Shape for Page {
    fn begin(&mut self, header: &ExportHeader, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice(
            b"<!DOCTYPE html>\n<html lang=\"en\" dir=\"ltr\">\n<head>\n<meta charset=\"utf-8\">\n\
              <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
              style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
              <meta name=\"referrer\" content=\"no-referrer\">\n\
              <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
              <meta name=\"color-scheme\" content=\"light dark\">\n<title>Conversation with ",
        );
        escaped(header.person(), Named::Plainly, out)?;
        write!(out, "</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n")?;
        out.extend_from_slice(b"<header>\n<h1>Conversation with <bdi>");
        escaped(header.person(), Named::Marked, out)?;
        out.extend_from_slice(b"</bdi></h1>\n<dl>\n");
        for (name, value) in header.lines() {
            write!(out, "<div><dt>{name}</dt><dd><bdi>")?;
            escaped(&value, Named::Marked, out)?;
            out.extend_from_slice(b"</bdi></dd></div>\n");
        }
        out.extend_from_slice(b"</dl>\n</header>\n<main>\n");
        Ok(())
    }

    fn message(&mut self, message: &ChatMessage, out: &mut Vec<u8>) -> io::Result<()> {
        let when = self.days.next(message);
        if when.new_day.is_some() || !self.inside {
            self.close(out);
            out.extend_from_slice(b"<section>\n");
            self.inside = true;
        }
        if let Some(day) = when.new_day {
            writeln!(out, "<h2>{day}</h2>")?;
        }
        let class = match message.direction {
            Direction::In => "in",
            Direction::Out => "out",
            Direction::System => "note",
        };
        write!(out, "<article class=\"{class}\"><p class=\"who\">")?;
        match (&when.clock, message.time) {
            (Clock::Read(clock), Some(time)) => {
                let exact = super::header::utc(time);
                write!(
                    out,
                    "<time datetime=\"{exact}\" title=\"{exact}\">{clock}</time>"
                )?;
            }
            (Clock::Read(sent) | Clock::Unread(sent), _) => {
                out.extend_from_slice(b"<span class=\"odd\">time not readable: <bdi>");
                escaped(sent, Named::Marked, out)?;
                out.extend_from_slice(b"</bdi></span>");
            }
        }
        let who = who(message, self.person.as_deref());
        out.extend_from_slice(b" <b><bdi>");
        escaped(who.name, Named::Marked, out)?;
        out.extend_from_slice(b"</bdi></b>");
        if !who.side.is_empty() {
            write!(out, " {}", who.side)?;
        }
        out.extend_from_slice(b"</p>");
        content(message, out)?;
        out.extend_from_slice(b"</article>\n");
        Ok(())
    }

    fn end(&mut self, messages: u64, out: &mut Vec<u8>) -> io::Result<()> {
        self.close(out);
        writeln!(
            out,
            "</main>\n<footer>Messages: {messages}</footer>\n</body>\n</html>"
        )
    }
}

/// What a message holds: its file, its choices, its words.
fn content(message: &ChatMessage, out: &mut Vec<u8>) -> io::Result<()> {
    if let Some(kind) = unknown_type(message) {
        out.extend_from_slice(b"<p class=\"kind\">type <bdi>");
        escaped(kind, Named::Marked, out)?;
        out.extend_from_slice(b"</bdi></p>");
    }
    if let Some(file) = &message.media {
        media(file, out)?;
    }
    if message.kind == MessageKind::Options && !message.options.is_empty() {
        out.extend_from_slice(b"<ul class=\"choices\" dir=\"auto\" lang=\"\">");
        for option in &message.options {
            out.extend_from_slice(b"<li><bdi>");
            escaped(option, Named::Marked, out)?;
            out.extend_from_slice(b"</bdi></li>");
        }
        out.extend_from_slice(b"</ul>");
        return Ok(());
    }
    let text = caption(message);
    if !text.is_empty() {
        out.extend_from_slice(b"<div class=\"text\" dir=\"auto\" lang=\"\">");
        escaped(text, Named::Marked, out)?;
        out.extend_from_slice(b"</div>");
    }
    Ok(())
}

fn media(file: &Media, out: &mut Vec<u8>) -> io::Result<()> {
    let name = file.name.as_deref().or(file.url.as_deref());
    write!(out, "<p class=\"file\">{}: ", media_kind(file.kind))?;
    let link = file.url.as_deref().filter(|url| linkable(url));
    if let Some(url) = link {
        out.extend_from_slice(b"<a rel=\"noopener noreferrer nofollow\" href=\"");
        escaped(url, Named::Plainly, out)?;
        out.extend_from_slice(b"\">");
    }
    out.extend_from_slice(b"<bdi>");
    escaped(name.unwrap_or("lost"), Named::Marked, out)?;
    out.extend_from_slice(b"</bdi>");
    if link.is_some() {
        out.extend_from_slice(b"</a>");
    }
    if let Some(mime) = file.mime.as_deref().filter(|mime| !mime.is_empty()) {
        out.extend_from_slice(b" <small><bdi>");
        escaped(mime, Named::Marked, out)?;
        out.extend_from_slice(b"</bdi></small>");
    }
    out.extend_from_slice(b"</p>");
    Ok(())
}

/// How a character that cannot be seen is named.
#[derive(Clone, Copy)]
enum Named {
    /// As an element of its own.
    Marked,
    /// As letters, where no element can stand.
    Plainly,
}

fn escaped(text: &str, named: Named, out: &mut Vec<u8>) -> io::Result<()> {
    let mut plain_from = 0;
    for (index, character) in text.char_indices() {
        let replacement: &[u8] = match character {
            '&' => b"&amp;",
            '<' => b"&lt;",
            '>' => b"&gt;",
            '"' => b"&quot;",
            '\'' => b"&#39;",
            '\r' => b"",
            other if must_be_named(other) => b"",
            _ => continue,
        };
        out.extend_from_slice(text.get(plain_from..index).unwrap_or_default().as_bytes());
        plain_from = index + character.len_utf8();
        match (character, named) {
            ('\r', _) => {
                if !text
                    .get(plain_from..)
                    .is_some_and(|rest| rest.starts_with('\n'))
                {
                    out.push(b'\n');
                }
            }
            (other, Named::Marked) if must_be_named(other) => {
                write!(out, "<span class=\"odd\">U+{:04X}</span>", u32::from(other))?;
            }
            (other, Named::Plainly) if must_be_named(other) => {
                write!(out, "U+{:04X}", u32::from(other))?;
            }
            (_, Named::Marked | Named::Plainly) => out.extend_from_slice(replacement),
        }
    }
    out.extend_from_slice(text.get(plain_from..).unwrap_or_default().as_bytes());
    Ok(())
}
