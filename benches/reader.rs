//! Guards reading at any length: opening a conversation of 1,000,000 messages that was read before,
//! moving in it and exporting it must cost what 1,000 messages cost, in time and in memory.

#![expect(clippy::expect_used, reason = "a benchmark ends at the first surprise")]
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "percentiles and memory are figures as well"
)]

#[path = "support/pages.rs"]
mod pages;
#[path = "support/reader.rs"]
mod reader;
#[path = "support/who.rs"]
mod who;

use alertdesk::api::decode::conversation_page;
use alertdesk::domain::time_range::read_range;
use alertdesk::export::{
    ExportFile, ExportFormat, ExportHeader, ExportReach, ExportSide, Exporter, Overwrite,
};
use alertdesk::runtime::clock;
use alertdesk::store::CacheStore;
use alertdesk::store::cache::{ConversationKey, MessageKey, Place};
use crossterm::event::KeyCode;
use divan::Bencher;
use divan::counter::ItemsCount;
use jiff::tz::TimeZone;
use reader::{PAGE, Reader};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;

const SHORT: usize = 1_000;
const SAMPLES: usize = 1_000;

/// Messages read at once for an export, as the command does.
const BREATH: u32 = 1_000;

/// The first argument of a process that only says how much memory its work took.
const ALONE: &str = "alone";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [first, work, folder] = arguments.as_slice()
        && first == ALONE
    {
        return work_alone(work, Path::new(folder));
    }
    divan::main();
}

/// The long length; where it is only to be seen that everything runs, one that is made quickly.
fn long() -> usize {
    if std::env::args().any(|one| one == "--test") {
        20_000
    } else {
        1_000_000
    }
}

fn lengths() -> [usize; 2] {
    [SHORT, long()]
}

/// A folder with a conversation of so many messages, made once for all benchmarks.
fn folder(messages: usize) -> PathBuf {
    static OF_SHORT: OnceLock<TempDir> = OnceLock::new();
    static OF_LONG: OnceLock<TempDir> = OnceLock::new();
    let slot = if messages == SHORT {
        &OF_SHORT
    } else {
        &OF_LONG
    };
    let folder = slot.get_or_init(|| {
        let begun = clock::steady();
        let folder = tempfile::tempdir().expect("a folder");
        reader::fill(folder.path(), messages);
        let seconds = begun.elapsed().as_secs_f64();
        eprintln!("storing {messages} messages took {seconds:.1} s");
        folder
    });
    folder.path().to_owned()
}

/// From Enter on a person to the frame with their last message; the goal is 50 ms.
#[divan::bench(args = lengths(), sample_count = 100, sample_size = 1)]
fn text_after_enter(bencher: Bencher<'_, '_>, messages: usize) {
    let folder = folder(messages);
    let last = format!(" of {}", messages - 1);
    bencher
        .with_inputs(|| Reader::new(&folder))
        .bench_local_values(|mut reader| {
            reader.press(KeyCode::Enter);
            assert!(reader.shows(&last));
            reader
        });
}

/// Walks: the key that is timed, and the one that goes back to where they start.
const WALKS: [(&str, KeyCode, KeyCode); 5] = [
    ("Up", KeyCode::Up, KeyCode::Char('G')),
    ("PageUp", KeyCode::PageUp, KeyCode::Char('G')),
    ("PageDown", KeyCode::PageDown, KeyCode::Char('g')),
    ("g", KeyCode::Char('g'), KeyCode::Char('G')),
    ("G", KeyCode::Char('G'), KeyCode::Char('g')),
];

/// How long each key of a walk took to each of the moments of [`Reader::press`].
fn walk(messages: usize, (key, back): (KeyCode, KeyCode)) -> [Vec<Duration>; 3] {
    let mut reader = Reader::new(&folder(messages));
    reader.press(KeyCode::Enter);
    reader.press(back);
    let mut times = [const { Vec::new() }; 3];
    for _ in 0..SAMPLES {
        for (all, time) in times.iter_mut().zip(reader.press(key)) {
            all.push(time);
        }
        if reader.is_at_an_end() {
            reader.press(back);
        }
    }
    for all in &mut times {
        all.sort_unstable();
    }
    times
}

/// Milliseconds within which so many of a hundred keys were done.
fn within(sorted: &[Duration], percent: usize) -> f64 {
    let time = sorted.get(sorted.len() * percent / 100).expect("enough");
    time.as_secs_f64() * 1000.0
}

/// Key to frame, key to quiet and key to the end of all work at both lengths. The goal for the 99th
/// percentile to quiet is 1.3 times that of the short one, with half a millisecond of slack; it says
/// for each how it stands to that.
#[divan::bench(sample_count = 1, sample_size = 1)]
fn keys() {
    let many = long();
    eprintln!("\n{SAMPLES} keys each, ms: median and 99th percentile at {SHORT} and at {many}");
    for (name, key, back) in WALKS {
        let (short, long) = (walk(SHORT, (key, back)), walk(many, (key, back)));
        let moments = ["first frame", "quiet", "all done"];
        for (what, (short, long)) in moments.into_iter().zip(short.iter().zip(&long)) {
            let (short_99, long_99) = (within(short, 99), within(long, 99));
            let goal = short_99 * 1.3 + 0.5;
            eprintln!(
                "{name:<9} {what:<12} {:>6.2} {short_99:>6.2}  {:>6.2} {long_99:>6.2}  ratio {:>5.2}  {}",
                within(short, 50),
                within(long, 50),
                long_99 / short_99,
                if long_99 <= goal { "met" } else { "missed" },
            );
        }
    }
}

/// A page of bytes from the platform into the file that holds the million already; the goal is
/// 10 ms.
#[divan::bench(sample_count = 200, sample_size = 1)]
fn decode_and_store_page_of_500(bencher: Bencher<'_, '_>) {
    let cache = CacheStore::open(&folder(long())).expect("a cache");
    let key = ConversationKey::new(&who::profile().target, "447700900413");
    let (pattern, mut from) = (reader::pattern(), 0);
    bencher
        .counter(ItemsCount::new(PAGE))
        .with_inputs(|| {
            from += PAGE;
            let page = reader::page(&pattern, from).into_iter();
            let entries: Vec<Value> = page.map(|message| message.raw).collect();
            json!({ "conversations": entries }).to_string()
        })
        .bench_local_values(|body| {
            let page = conversation_page(200, body.as_bytes()).expect("a page");
            let stored = cache.store_messages(&key, &page.messages, pages::now());
            assert_eq!(stored.expect("stored").new, PAGE as u64);
        });
}

/// The whole of it from the cache into a file; the goal is 200,000 messages a second.
#[divan::bench(args = lengths(), sample_count = 1, sample_size = 1)]
fn export_json_lines(bencher: Bencher<'_, '_>, messages: usize) {
    let folder = folder(messages);
    let bencher = bencher.counter(ItemsCount::new(messages));
    bencher.bench_local(|| assert_eq!(export(&folder), messages as u64));
}

fn export(folder: &Path) -> u64 {
    let cache = CacheStore::open(folder).expect("a cache");
    let now = pages::now().to_zoned(TimeZone::UTC);
    let header = ExportHeader {
        user: who::person().channel_user_id,
        name: None,
        messages: None,
        range: read_range("all", &now).expect("a range"),
        side: ExportSide::Both,
        exported: now,
        reach: ExportReach::Whole,
    };
    let target = folder.join("talk.jsonl");
    let file = ExportFile::create(&target, Overwrite::Replace).expect("a file");
    let mut exporter = Exporter::begin(ExportFormat::JsonLines, &header, file).expect("a start");
    let mut last = MessageKey {
        at: i64::MIN,
        id: i64::MIN,
    };
    loop {
        let window = cache.window(&reader::key(), Place::After(last), BREATH);
        let window = window.expect("a window");
        for cached in &window.messages {
            last = cached.key;
            exporter.push(&cached.message).expect("a message");
        }
        if !window.newer {
            break;
        }
    }
    let messages = exporter.messages();
    let file = exporter.finish().expect("an end");
    file.keep().expect("a whole file");
    messages
}

/// Peak memory of a process that reads or exports and does nothing else. The goal at the long one
/// is 1.3 times that at the short one, and 60 MB.
#[divan::bench(sample_count = 1, sample_size = 1)]
fn peak_memory() {
    for work in ["reading", "exporting"] {
        let (few, many) = (memory_of(work, SHORT), memory_of(work, long()));
        let ratio = many / few;
        eprintln!(
            "\n{work}: {few:.1} MB at {SHORT}, {many:.1} MB at {} messages, ratio {ratio:.2}",
            long()
        );
    }
}

/// Megabytes; not a number where the system does not say.
fn memory_of(work: &str, messages: usize) -> f64 {
    let program = std::env::current_exe().expect("this program");
    let mut alone = Command::new(program);
    alone.args([ALONE, work]).arg(folder(messages));
    let said = alone.output().expect("its memory");
    assert!(said.status.success(), "{said:?}");
    let said = String::from_utf8_lossy(&said.stdout).trim().to_owned();
    said.parse().expect("a number")
}

fn work_alone(work: &str, folder: &Path) {
    if work == "exporting" {
        export(folder);
    } else {
        let mut reader = Reader::new(folder);
        reader.press(KeyCode::Enter);
        for key in [KeyCode::PageUp, KeyCode::PageDown] {
            for _ in 0..SAMPLES {
                reader.press(key);
            }
        }
        reader.press(KeyCode::Char('g'));
        reader.press(KeyCode::Char('G'));
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    println!("{}", peak.unwrap_or(f64::NAN) / 1000.0);
}
