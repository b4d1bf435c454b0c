//! What `--dry-run` prints: counts, who is left out, and each call exactly as it would leave, with
//! the key redacted. A plan may have a million calls, so they are printed one after the other and
//! never held as a whole.

use super::checks::Checks;
use crate::cli::args::OutputFormat;
use crate::cli::context::Context;
use crate::cli::output::{Row, to_value};
use crate::domain::{Counts, ItemState, Plan, PlannedCall, Recipient, RequestBody, SkippedRow};
use crate::outbox::FreezeError;
use crate::report::redact::REDACTED;
use crate::text::format::counted;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

/// Most rows left out that people are shown one by one; `--rejects` and documents have all.
const SHOWN_ROWS: usize = 20;

/// What a dry run shows.
#[derive(Debug)]
pub struct Preview<'a> {
    calls: &'a [PlannedCall],
    skipped: &'a [SkippedRow],
    notes: &'a [String],
    checks: Option<&'a Checks>,
}

impl<'a> Preview<'a> {
    /// The preview of a plan.
    pub fn of_plan(plan: &'a Plan) -> Self {
        Self {
            calls: &plan.calls,
            skipped: &plan.skipped,
            notes: &plan.notes,
            checks: None,
        }
    }

    /// The preview of a plan that came to nothing because nobody was left.
    pub fn of_nobody(error: &'a FreezeError) -> Self {
        Self {
            calls: &[],
            skipped: &error.skipped,
            notes: &error.notes,
            checks: None,
        }
    }

    /// With what was found out about people.
    #[must_use]
    pub fn with_checks(mut self, checks: &'a Checks) -> Self {
        self.checks = Some(checks);
        self
    }

    fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        let recipients: usize = self.calls.iter().map(|call| call.recipients.len()).sum();
        counts.add(ItemState::Queued, recipients as u64);
        counts.add(ItemState::Skipped, self.skipped.len() as u64);
        counts
    }
}

/// The one document of `--output json`.
impl Serialize for Preview<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut document = serializer.serialize_map(None)?;
        document.serialize_entry("counts", &self.counts())?;
        document.serialize_entry("skipped", self.skipped)?;
        document.serialize_entry("requests", &Requests(self.calls))?;
        document.serialize_entry("notes", self.notes)?;
        for (name, value) in self.checks.into_iter().flat_map(Checks::fields) {
            document.serialize_entry(name, &value)?;
        }
        document.end()
    }
}

/// The calls as requests of the document.
struct Requests<'a>(&'a [PlannedCall]);

impl Serialize for Requests<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(request))
    }
}

/// Prints the preview in the format asked for.
pub fn print(context: &Context, preview: &Preview<'_>) {
    let output = &context.output;
    match output.format() {
        OutputFormat::Json | OutputFormat::Jsonl => output.large_document(preview),
        OutputFormat::Table => output.text_in_pieces(for_people(preview)),
        OutputFormat::Csv => {
            let rows: Vec<Row> = preview.calls.iter().map(csv_row).collect();
            output.list(
                &["recipients", "method", "url", "body_sha256", "body"],
                &rows,
            );
        }
    }
}

fn request(call: &PlannedCall) -> Value {
    let request = &call.request;
    let headers: Map<String, Value> = headers(call)
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    let body = match &request.body {
        RequestBody::Empty => Value::Null,
        RequestBody::Json(text) => json!(text),
        RequestBody::Multipart { parts, .. } => to_value(parts),
    };
    json!({
        "recipients": to_value(&call.recipients),
        "method": request.method,
        "url": request.url,
        "headers": headers,
        "body": body,
        "body_sha256": request.body_sha256,
    })
}

/// The headers as they leave; the key is never at hand here.
fn headers(call: &PlannedCall) -> impl Iterator<Item = (&str, String)> {
    let frozen = call.request.headers.iter();
    frozen
        .map(|(name, value)| (name.as_str(), value.clone()))
        .chain(std::iter::once((
            "Authorization",
            format!("Basic {REDACTED}"),
        )))
}

/// The pieces of the text for people: what was found first, then call by call.
fn for_people<'a>(preview: &'a Preview<'_>) -> impl Iterator<Item = String> + use<'a> {
    std::iter::once(head(preview)).chain(preview.calls.iter().map(call_text))
}

fn head(preview: &Preview<'_>) -> String {
    let counts = preview.counts();
    let mut text = format!(
        "{} planned, {} skipped, {} in {}. Nothing was sent.\n",
        counts.planned,
        counts.skipped,
        counts.queued,
        counted(preview.calls.len() as u64, "call")
    );
    for line in preview.checks.into_iter().flat_map(Checks::lines) {
        text.push_str(&format!("{line}\n"));
    }
    for note in preview.notes {
        text.push_str(&format_line("note", note));
    }
    for line in skipped_lines(preview.skipped) {
        text.push_str(&format!("{line}\n"));
    }
    text
}

/// The first rows that are left out, and how many more there are.
pub fn skipped_lines(skipped: &[SkippedRow]) -> Vec<String> {
    let line = |row: &SkippedRow| {
        let place = row
            .row
            .map_or_else(String::new, |row| format!("row {row}, "));
        format!("skipped: {place}{}: {}", row.recipient, row.reason)
    };
    let mut lines: Vec<String> = skipped.iter().take(SHOWN_ROWS).map(line).collect();
    let more = skipped.len().saturating_sub(SHOWN_ROWS);
    if more > 0 {
        lines.push(format!(
            "skipped: {more} more; --rejects FILE writes all of them with their reasons"
        ));
    }
    lines
}

fn call_text(call: &PlannedCall) -> String {
    let request = &call.request;
    let mut text = format!("\n{} {}\n", request.method, request.url);
    for (name, value) in headers(call) {
        text.push_str(&format_line(name, &value));
    }
    text.push('\n');
    text.push_str(&String::from_utf8_lossy(&request.body.bytes()));
    text.push_str(&format!(
        "\n\nSHA-256 of the body: {}\n",
        request.body_sha256
    ));
    text
}

fn format_line(name: &str, value: &str) -> String {
    format!("{name}: {value}\n")
}

fn csv_row(call: &PlannedCall) -> Row {
    let recipients: Vec<&str> = call.recipients.iter().map(Recipient::text).collect();
    let cells = vec![
        recipients.join(" "),
        call.request.method.clone(),
        call.request.url.clone(),
        call.request.body_sha256.to_string(),
        String::from_utf8_lossy(&call.request.body.bytes()).into_owned(),
    ];
    Row {
        document: request(call),
        cells,
    }
}
