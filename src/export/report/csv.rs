//! The report for spreadsheets: a recipient a row, and what is known of the batch as a whole in the
//! last column of the first row, as with conversations. No cell may be taken for a formula.

use super::{Cover, counted, meaning, program, zone_name};
use crate::domain::ReportRow;
use crate::export::csv::row as cells;
use crate::export::header::utc;

/// The columns.
pub const COLUMNS: [&str; 15] = [
    "recipient",
    "recipients",
    "state",
    "meaning",
    "rule",
    "http_status",
    "platform_code",
    "error_code",
    "message_id",
    "attempts",
    "last_attempt",
    "source_row",
    "item",
    "body_sha256",
    "report",
];

/// Writes the head.
pub fn begin(out: &mut Vec<u8>) {
    out.extend_from_slice("\u{feff}".as_bytes());
    cells(&COLUMNS, out);
}

/// Writes a recipient; the first row tells of the batch.
pub fn row(row: &ReportRow, cover: Option<&Cover<'_>>, out: &mut Vec<u8>) {
    let text = |number: Option<i64>| number.map_or_else(String::new, |number| number.to_string());
    let error = row.errors.first().map(|error| error.code);
    cells(
        &[
            row.recipient.as_deref().unwrap_or("(purged)"),
            &row.recipients.to_string(),
            row.state.word(),
            &meaning(row),
            row.rule.as_deref().unwrap_or_default(),
            &text(row.http_status.map(i64::from)),
            &text(row.platform_code),
            &text(error),
            row.message_id.as_deref().unwrap_or_default(),
            &row.attempts.to_string(),
            &row.last.map(utc).unwrap_or_default(),
            &text(row.source_row.and_then(|row| i64::try_from(row).ok())),
            &row.item.to_string(),
            row.body_sha256.as_deref().unwrap_or_default(),
            &cover.map(summary).unwrap_or_default(),
        ],
        out,
    );
}

fn summary(cover: &Cover<'_>) -> String {
    let report = cover.report;
    let batch = &report.batch;
    let counts: Vec<String> = counted(&batch.counts)
        .into_iter()
        .map(|(word, count)| format!("{word} {count}"))
        .collect();
    let confirmed = report.confirmed.as_ref().map_or_else(
        || format!("confirmed={}", utc(batch.created)),
        |by| format!("confirmed={} by {} on {}", utc(by.at), by.user, by.host),
    );
    let typed = report.typed.as_deref().unwrap_or("(purged)");
    format!(
        "batch={}; kind={}; title={}; profile={}; state={}; planned={}; {}; {confirmed}; \
         typed={typed}; plan_sha256={}; exported={}; time_zone={}; program={}",
        batch.id.0,
        batch.kind,
        batch.title,
        batch.profile,
        batch.state,
        batch.counts.planned,
        counts.join(", "),
        batch.plan_sha256,
        utc(cover.made.timestamp()),
        zone_name(cover.made),
        program(),
    )
}
