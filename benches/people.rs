//! Guards the reading of long lists: a million people are read, normalised and checked by two
//! threads in under ten seconds and 200 MB, and the sample of a file is there in under 100 ms
//! whatever its size. `/usr/bin/time -v cargo bench --bench people` shows the memory.

#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot start shall say so"
)]

use alertdesk::domain::audience::{CheckReport, CsvOptions, HEAD, ShapeChoice, countries, sample};
use alertdesk::domain::draft::Values;
use alertdesk::domain::phone::read_number;
use alertdesk::domain::template::import_json;
use alertdesk::domain::{
    Audience, BotTarget, Content, Guard, Profile, Schedule, SendDraft, SendLimits, Standing,
    TwinRules, ValueSource, WireOptions,
};
use alertdesk::outbox::twins::{self, Planning};
use alertdesk::outbox::{Confirmation, Outbox, SystemClock};
use alertdesk::runtime::people_files::read_stream;
use divan::{Bencher, black_box};
use std::io::{self, Read};
use std::sync::Arc;
use std::time::Duration;

fn main() {
    divan::main();
}

/// Codes and first digits of mobile numbers, with how many digits follow.
const COUNTRIES: [(&str, usize); 8] = [
    ("4474", 8),
    ("9198", 8),
    ("1415", 7),
    ("5511987", 6),
    ("49151", 8),
    ("3361", 7),
    ("9715", 8),
    ("62812", 7),
];

fn number(index: usize) -> String {
    let (start, digits) = COUNTRIES
        .get(index % COUNTRIES.len())
        .copied()
        .unwrap_or(("4474", 8));
    let modulus = 10_usize.pow(u32::try_from(digits).unwrap_or(6));
    format!("+{start}{:0digits$}", index * 7919 % modulus)
}

/// A file that is never in memory as a whole.
struct Generated {
    rows: usize,
    next: usize,
    line: Vec<u8>,
    at: usize,
}

impl Generated {
    fn of(rows: usize) -> Self {
        Self {
            rows,
            next: 0,
            line: b"phone,name,order\n".to_vec(),
            at: 0,
        }
    }
}

impl Read for Generated {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.line.len() {
            if self.next == self.rows {
                return Ok(0);
            }
            self.line.clear();
            for _ in 0..500.min(self.rows - self.next) {
                let index = self.next;
                let line = format!("{},Fatima Zahra {},A-{index}\n", number(index), index % 97);
                self.line.extend_from_slice(line.as_bytes());
                self.next += 1;
            }
            self.at = 0;
        }
        let rest = self.line.get(self.at..).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        for (place, byte) in buffer.iter_mut().zip(rest) {
            *place = *byte;
        }
        self.at += length;
        Ok(length)
    }
}

/// Reads, normalises and checks, as `send --csv` does before a plan is made.
#[divan::bench(args = [10_000, 1_000_000], sample_count = 3, sample_size = 1)]
fn read(bencher: Bencher<'_, '_>, people: usize) {
    bencher.bench_local(|| {
        let audience = read_stream(Generated::of(people), &CsvOptions::default()).expect("a file");
        let report = CheckReport::of(
            &audience,
            &audience.skipped,
            &[],
            audience.rows.len() as u64,
        );
        assert_eq!(report.planned, people as u64);
        black_box(report.to_go)
    });
}

/// From a file to a durable batch, with two columns in the template: what `send template --csv`
/// does before anything is sent. For a million people the limit is 20 s.
#[divan::bench(args = [10_000, 1_000_000], sample_count = 1, sample_size = 1)]
fn plan_and_queue(bencher: Bencher<'_, '_>, people: usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let outbox = Outbox::open(folder.path(), Arc::new(SystemClock::new())).expect("an outbox");
    let profile = profile();
    bencher.bench_local(|| {
        let audience = read_stream(Generated::of(people), &CsvOptions::default()).expect("a file");
        let draft = draft(audience);
        let planning = Planning {
            profile: &profile,
            now: "2029-12-31T08:00:00Z".parse().expect("a time"),
            nonce: "n",
            override_reason: Some("a benchmark"),
            shows_twins: false,
        };
        let plan = twins::plan(&draft, planning, Some(outbox.store())).expect("a plan");
        drop(draft);
        let confirmation = Confirmation {
            typed: plan.recipients().to_string(),
            grace: Duration::ZERO,
        };
        black_box(outbox.queue(&plan, &confirmation).expect("queued").id)
    });
}

fn draft(audience: Audience) -> SendDraft {
    let text = r#"{"name": "order_update", "language": {"code": "en"}, "components": [
        {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "1"}]}]}"#;
    let column = |name: &str| ValueSource::Column(name.to_owned());
    SendDraft {
        content: Content::Template {
            template: import_json(text).expect("a template").template,
            values: Values::from([
                ("1".to_owned(), column("name")),
                ("2".to_owned(), column("order")),
            ]),
        },
        audience,
        schedule: Schedule::Now,
        waiting: alertdesk::domain::Waiting::default(),
        limits: SendLimits::default(),
        standing: Standing::Current,
    }
}

fn profile() -> Profile {
    Profile {
        name: "bench".to_owned(),
        target: BotTarget {
            base_url: "https://api.fernoak.example".to_owned(),
            customer_id: "99001".to_owned(),
            bot_key: "00aa11bb22cc33dd".to_owned(),
        },
        time_zone: "Europe/London".to_owned(),
        region: None,
        guard: Guard::None,
        read_only: false,
        per_minute: 600,
        wire: WireOptions::default(),
        strict_5xx: false,
        trust_408: false,
        twins: TwinRules::default(),
        times: alertdesk::domain::TimeRules::default(),
        confirm: alertdesk::domain::ConfirmRules::default(),
        approval: alertdesk::domain::ApprovalRules::default(),
    }
}

/// Where a million people are.
#[divan::bench(sample_count = 3, sample_size = 1)]
fn count_countries(bencher: Bencher<'_, '_>) {
    let audience = read_stream(Generated::of(1_000_000), &CsvOptions::default()).expect("a file");
    bencher.bench_local(|| countries(audience.rows.iter().map(|row| &row.recipient)).len());
}

/// One number, the tables being there.
#[divan::bench(args = ["+447400123456", "+919812345678", "+14155550132", "+5491123456789", "+390612345678"])]
fn one_number(bencher: Bencher<'_, '_>, written: &str) {
    bencher.bench(|| read_number(black_box(written), None));
}

/// What the mapping screen shows.
#[divan::bench]
fn first_rows(bencher: Bencher<'_, '_>) {
    let mut head = Vec::new();
    let read = Generated::of(100_000)
        .take(HEAD as u64)
        .read_to_end(&mut head);
    read.expect("a head");
    bencher
        .bench(|| sample(black_box(&head), &ShapeChoice::default()).map(|table| table.rows.len()));
}
