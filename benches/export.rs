//! Guards exports: a conversation of 1,000,000 messages must become a file at 200,000 messages a
//! second or more as JSON Lines, and the other formats must not be far behind. Prints messages a
//! second for each format, from memory to nowhere, and for JSON Lines to a real file as well.

#![expect(clippy::expect_used, reason = "a benchmark ends at the first surprise")]

#[path = "support/pages.rs"]
mod pages;

use alertdesk::api::decode::conversation_page;
use alertdesk::domain::time_range::read_range;
use alertdesk::domain::{ChatMessage, Media, MediaKind, MessageKind};
use alertdesk::export::{
    ExportFile, ExportFormat, ExportHeader, ExportReach, ExportSide, Exporter, Overwrite,
};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use jiff::tz::TimeZone;
use std::io::{self, Write};

const MESSAGES: usize = 1_000_000;

fn main() {
    divan::main();
}

fn header() -> ExportHeader {
    let zone = TimeZone::get("Asia/Kolkata").expect("a zone");
    let exported = pages::now().to_zoned(zone);
    ExportHeader {
        user: "447700900412".to_owned(),
        name: None,
        messages: None,
        range: read_range("last 3 months", &exported).expect("a range"),
        side: ExportSide::Both,
        exported,
        reach: ExportReach::Whole,
    }
}

/// A small set, as it comes from the platform, with a picture now and then.
fn messages() -> Vec<ChatMessage> {
    let body = pages::page(240);
    let mut messages = conversation_page(200, &body).expect("a page").messages;
    for message in messages.iter_mut().step_by(10) {
        message.kind = MessageKind::Media;
        message.media = Some(Media {
            url: Some("https://files.example/in/table.jpeg-AB1CD.jpeg".to_owned()),
            mime: Some("image/jpeg".to_owned()),
            name: Some("table.jpeg".to_owned()),
            kind: MediaKind::Image,
        });
    }
    messages
}

fn write<W: Write>(format: ExportFormat, messages: &[ChatMessage], out: W) -> W {
    let mut exporter = Exporter::begin(format, &header(), out).expect("a beginning");
    for message in messages.iter().cycle().take(MESSAGES) {
        exporter.push(black_box(message)).expect("a message");
    }
    exporter.finish().expect("an end")
}

#[divan::bench(args = [
    ExportFormat::JsonLines,
    ExportFormat::Json,
    ExportFormat::Csv,
    ExportFormat::Markdown,
    ExportFormat::Html,
], sample_count = 3, sample_size = 1)]
fn from_memory(bencher: Bencher<'_, '_>, format: ExportFormat) {
    let messages = messages();
    bencher
        .counter(ItemsCount::new(MESSAGES))
        .bench_local(|| write(format, &messages, io::sink()));
}

#[divan::bench(sample_count = 3, sample_size = 1)]
fn json_lines_to_a_file(bencher: Bencher<'_, '_>) {
    let messages = messages();
    let folder = tempfile::tempdir().expect("a folder");
    let target = folder.path().join("talk.jsonl");
    bencher.counter(ItemsCount::new(MESSAGES)).bench_local(|| {
        let file = ExportFile::create(&target, Overwrite::Replace).expect("a file");
        write(ExportFormat::JsonLines, &messages, file)
            .keep()
            .expect("a whole file");
    });
}
