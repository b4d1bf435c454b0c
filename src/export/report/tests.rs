//! Tests of reports: every number adds up, nothing becomes a formula or markup.

use super::{ReportFormat, ReportWriter};
use crate::domain::{
    Batch, BatchId, BatchReport, BatchState, ConfirmedBy, Counts, ItemState, PlatformError,
    ReportClass, ReportEvent, ReportRow, SendKind, SendLimits, Sha256Hex,
};
use jiff::{Timestamp, Zoned};
use rstest::rstest;
use std::path::Path;

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn made() -> Zoned {
    let zone = jiff::tz::TimeZone::get("Asia/Kolkata").unwrap();
    time(7200).to_zoned(zone)
}

fn row(item: i64, state: ItemState) -> ReportRow {
    ReportRow {
        recipient: Some(format!("44770090041{item}")),
        recipients: 1,
        item,
        state,
        rule: Some("template_accepted".to_owned()),
        http_status: Some(200),
        platform_code: Some(1000),
        errors: Vec::new(),
        sentence: None,
        message_id: Some(format!("wamid.{item}")),
        attempts: 1,
        last: Some(time(item)),
        source_row: None,
        body_sha256: Some(Sha256Hex::of(b"body").to_string()),
    }
}

fn rows() -> Vec<ReportRow> {
    let error = PlatformError {
        code: 131_026,
        title: Some("=HYPERLINK(\"x\")".to_owned()),
        details: Some("Message | undeliverable <b>".to_owned()),
        meaning: Some("the number is not on WhatsApp".to_owned()),
        advice: Some("Check it with the person.".to_owned()),
    };
    let rejected = ReportRow {
        rule: Some("refused_code".to_owned()),
        platform_code: Some(2000),
        errors: vec![error],
        message_id: None,
        ..row(2, ItemState::Rejected)
    };
    let unknown = ReportRow {
        rule: Some("answer_timeout".to_owned()),
        http_status: None,
        platform_code: None,
        sentence: Some("-no answer came in time.".to_owned()),
        message_id: None,
        ..row(3, ItemState::Unknown)
    };
    let skipped = ReportRow {
        recipient: Some("+07700".to_owned()),
        rule: Some("too_short".to_owned()),
        sentence: Some("too short".to_owned()),
        attempts: 0,
        last: None,
        source_row: Some(4),
        message_id: None,
        http_status: None,
        platform_code: None,
        body_sha256: None,
        ..row(4, ItemState::Skipped)
    };
    vec![row(1, ItemState::Accepted), rejected, unknown, skipped]
}

fn report() -> BatchReport {
    let mut counts = Counts::default();
    for row in rows() {
        counts.add(row.state, row.recipients);
    }
    BatchReport {
        batch: Batch {
            id: BatchId(31),
            kind: SendKind::Template,
            title: "care_reminder".to_owned(),
            state: BatchState::DoneWithProblems,
            profile: "london-care".to_owned(),
            created: time(0),
            scheduled: None,
            counts,
            parent: None,
            reason: None,
            plan_sha256: Sha256Hex::of(b"plan"),
            revision: 9,
            only: None,
        },
        confirmed: Some(ConfirmedBy {
            user: "ana".to_owned(),
            host: "desk-4".to_owned(),
            version: "0.1.0".to_owned(),
            at: time(0),
        }),
        typed: Some("3".to_owned()),
        limits: SendLimits {
            per_minute: 600,
            concurrency: 4,
            ..SendLimits::default()
        },
        notes: vec!["one number was cleaned".to_owned()],
        purged: None,
        classes: vec![ReportClass {
            state: ItemState::Rejected,
            recipients: 1,
            rule: Some("refused_code".to_owned()),
            platform_code: Some(2000),
            error_code: Some(131_026),
            meaning: "the number is not on WhatsApp".to_owned(),
            advice: "Check it with the person.".to_owned(),
        }],
        history: vec![ReportEvent {
            at: time(0),
            action: "confirmed".to_owned(),
            what: "template care_reminder for 3 recipients".to_owned(),
            line: 2,
        }],
    }
}

fn written(format: ReportFormat) -> String {
    let (report, made) = (report(), made());
    let mut writer = ReportWriter::begin(format, &report, &made, Vec::new()).unwrap();
    for row in rows() {
        writer.push(&row).unwrap();
    }
    assert_eq!(writer.recipients(), 4);
    String::from_utf8(writer.finish().unwrap()).unwrap()
}

#[rstest]
#[case("a.CSV", Some(ReportFormat::Csv))]
#[case("a.json", Some(ReportFormat::Json))]
#[case("a.md", Some(ReportFormat::Markdown))]
#[case("a.html", None)]
#[case("a", None)]
fn the_ending_says_the_format(#[case] name: &str, #[case] expected: Option<ReportFormat>) {
    assert_eq!(ReportFormat::of_path(Path::new(name)).ok(), expected);
}

#[test]
fn markdown_is_a_page_for_a_supervisor() {
    insta::assert_snapshot!(written(ReportFormat::Markdown));
}

#[test]
fn a_spreadsheet_has_a_row_for_everybody_and_no_formula() {
    let text = written(ReportFormat::Csv);
    let text = text.strip_prefix('\u{feff}').unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 4);
    for cell in records.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
    }
    assert_eq!(
        &records[1][3],
        "'=HYPERLINK(\"x\") · Message | undeliverable <b> · the number is not on WhatsApp"
    );
    assert_eq!(&records[3][0], "'+07700");
    assert!(
        records[0][14]
            .contains("planned=4; accepted 1, rejected 1, unknown 1, left out by a check 1")
    );
    assert!(records[0][14].contains("typed=3; plan_sha256="));
    assert!(records[1][14].is_empty());
}

#[test]
fn json_is_one_document_whose_count_ends_it() {
    let document: serde_json::Value = serde_json::from_str(&written(ReportFormat::Json)).unwrap();
    assert_eq!(document["count"], 4);
    assert_eq!(document["recipients"].as_array().unwrap().len(), 4);
    assert_eq!(document["report"]["counts"]["planned"], 4);
    assert_eq!(document["report"]["confirmed"]["user"], "ana");
    assert_eq!(document["report"]["id"], 31);
}

#[test]
fn a_report_whose_rows_do_not_add_up_is_not_finished() {
    let (report, made) = (report(), made());
    let mut writer = ReportWriter::begin(ReportFormat::Csv, &report, &made, Vec::new()).unwrap();
    for row in rows().iter().skip(1) {
        writer.push(row).unwrap();
    }
    writer.finish().unwrap_err();
}
