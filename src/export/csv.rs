//! CSV for spreadsheets: UTF-8 with its mark, so that Excel reads every script; lines end with
//! CR LF. No cell may be taken for a formula.
//!
//! How the export came to be stands in the last column, `export`, of the first row, because a
//! comment line before the header would break spreadsheets and readers alike. Without any message
//! there is one row with nothing but that cell.

use super::header::utc;
use super::{ExportHeader, ExportReach, Shape};
use crate::domain::{ChatMessage, Direction, MediaKind, MessageKind};
use jiff::tz::TimeZone;
use std::io;

/// The columns.
pub const COLUMNS: [&str; 14] = [
    "time",
    "local_time",
    "time_raw",
    "direction",
    "sender",
    "kind",
    "type_raw",
    "text",
    "media_url",
    "media_mime",
    "media_name",
    "media_kind",
    "user_id",
    "export",
];

/// One row a message.
pub struct Table {
    zone: TimeZone,
    /// For the first row.
    export: Option<String>,
}

impl Table {
    /// A table with local times of the header's zone.
    pub fn new(header: &ExportHeader) -> Self {
        Self {
            zone: header.zone().clone(),
            export: Some(summary(header)),
        }
    }
}

fn summary(header: &ExportHeader) -> String {
    let end = |moment: Option<jiff::Timestamp>| moment.map_or_else(|| "open".to_owned(), utc);
    format!(
        "user={}; since={}; until={}; side={}; exported={}; time_zone={}; complete={}; program={}",
        header.user,
        end(header.range.since),
        end(header.range.until),
        header.side.word(),
        utc(header.exported.timestamp()),
        header.zone_name(),
        header.reach == ExportReach::Whole,
        ExportHeader::program()
    )
}

impl Shape for Table {
    fn begin(&mut self, _header: &ExportHeader, out: &mut Vec<u8>) -> io::Result<()> {
        out.extend_from_slice("\u{feff}".as_bytes());
        row(&COLUMNS, out);
        Ok(())
    }

    fn message(&mut self, message: &ChatMessage, out: &mut Vec<u8>) -> io::Result<()> {
        let time = message.time.map(utc).unwrap_or_default();
        let local = message.time.map(|time| {
            let zoned = time.to_zoned(self.zone.clone());
            zoned.strftime("%Y-%m-%d %H:%M:%S").to_string()
        });
        let export = self.export.take().unwrap_or_default();
        let media = message.media.as_ref();
        let of_media = |text: Option<&'_ String>| text.map_or(String::new(), Clone::clone);
        row(
            &[
                &time,
                local.as_deref().unwrap_or_default(),
                &message.time_raw,
                direction(message.direction),
                &message.sender,
                kind(message.kind),
                &message.type_raw,
                &message.text,
                &of_media(media.and_then(|media| media.url.as_ref())),
                &of_media(media.and_then(|media| media.mime.as_ref())),
                &of_media(media.and_then(|media| media.name.as_ref())),
                media.map_or("", |media| media_kind(media.kind)),
                &message.user_id,
                &export,
            ],
            out,
        );
        Ok(())
    }

    fn end(&mut self, _messages: u64, out: &mut Vec<u8>) -> io::Result<()> {
        if let Some(export) = self.export.take() {
            let mut cells = [""; COLUMNS.len()];
            if let Some(last) = cells.last_mut() {
                *last = &export;
            }
            row(&cells, out);
        }
        Ok(())
    }
}

/// One line of a table.
pub(super) fn row(cells: &[&str], out: &mut Vec<u8>) {
    for (index, text) in cells.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        cell(text, out);
    }
    out.extend_from_slice(b"\r\n");
}

/// A cell that no spreadsheet takes for a formula: an apostrophe before `=`, `+`, `-`, `@`, their
/// full-width twins, tab and line breaks. Quoted where commas, quotes or line breaks ask for it.
fn cell(text: &str, out: &mut Vec<u8>) {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let quoted = text
        .bytes()
        .any(|byte| matches!(byte, b',' | b'"' | b';' | b'\t' | b'\r' | b'\n'))
        || text.starts_with(' ')
        || text.ends_with(' ');
    if quoted {
        out.push(b'"');
    }
    if risky {
        out.push(b'\'');
    }
    for byte in text.bytes() {
        if byte == b'"' {
            out.push(b'"');
        }
        out.push(byte);
    }
    if quoted {
        out.push(b'"');
    }
}

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::In => "in",
        Direction::Out => "out",
        Direction::System => "system",
    }
}

fn kind(kind: MessageKind) -> &'static str {
    match kind {
        MessageKind::Text => "text",
        MessageKind::Options => "options",
        MessageKind::Media => "media",
        MessageKind::System => "system",
        MessageKind::Unknown => "unknown",
    }
}

/// The word for what a file is.
pub(super) fn media_kind(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image",
        MediaKind::Video => "video",
        MediaKind::Audio => "audio",
        MediaKind::Document => "document",
    }
}
