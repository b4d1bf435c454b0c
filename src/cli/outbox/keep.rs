//! `outbox export` and `outbox purge`: a report for a supervisor, and dropping personal text that
//! nobody needs any more.

use super::number;
use crate::cli::args_audit::{BatchExport, BatchPurge};
use crate::cli::context::{Context, usage};
use crate::contract::ApiError;
use crate::export::{ExportFile, ReportFormat, ReportWriter};
use crate::outbox::Outbox;
use crate::settings::Settings;
use crate::store::outbox::{Purge, PurgeRefusal};
use jiff::{Span, Zoned};
use serde_json::{Value, json};

/// Writes the report of a batch.
///
/// # Errors
/// No such batch, or a file that is there already or cannot be written.
pub fn export(
    context: &Context,
    settings: &Settings,
    outbox: &Outbox,
    args: &BatchExport,
) -> Result<(), ApiError> {
    let target = &args.file.to;
    let format = ReportFormat::of_path(target)?;
    let id = number(&args.batch)?;
    let snapshot = outbox.snapshot()?;
    let report = snapshot.report(id)?;
    let made = context.now_in_zone(settings);
    let failed = |error| ExportFile::failed(target, &error);
    let file = ExportFile::create(target, args.file.overwrite())?;
    let mut writer = ReportWriter::begin(format, &report, &made, file).map_err(failed)?;
    snapshot.each_recipient(id, |row| writer.push(row).map_err(failed))?;
    let recipients = writer.recipients();
    writer.finish().map_err(failed)?.keep()?;
    let file = target.display().to_string();
    let document = json!({
        "file": file,
        "format": format,
        "batch": id,
        "recipients": recipients,
        "plan_sha256": report.batch.plan_sha256,
    });
    let lines = [
        ("file", file),
        ("format", format.name().to_owned()),
        ("recipients", recipients.to_string()),
        ("plan", report.batch.plan_sha256.to_string()),
    ];
    context.output.document(&document, &lines);
    Ok(())
}

/// Drops the personal text of old batches, after their number was given.
///
/// # Errors
/// An age that cannot be read or is too short, a wrong number, what the record says.
pub fn purge(
    context: &Context,
    settings: &Settings,
    outbox: &Outbox,
    args: &BatchPurge,
) -> Result<(), ApiError> {
    let now = context.now_in_zone(settings);
    let before = before(&args.older_than, &now)?;
    let purge = outbox.purgeable(before.timestamp())?;
    let people: u64 = purge.batches.iter().map(|batch| batch.planned).sum();
    if !args.dry_run && !purge.batches.is_empty() && args.confirm != Some(people) {
        let batches = purge.batches.len();
        return Err(usage(
            format!(
                "nothing was purged: {batches} batches with {people} recipients are older than {}",
                args.older_than
            ),
            format!(
                "`--dry-run` lists them; --confirm {people} drops their personal text for good."
            ),
        ));
    }
    let given_back = if args.dry_run || purge.batches.is_empty() {
        None
    } else {
        Some(outbox.purge(&purge)?)
    };
    let document = document(&purge, people, given_back.is_some());
    context
        .output
        .document(&document, &lines(&purge, people, given_back.is_some()));
    if given_back == Some(false) {
        context.output.note(
            "The room is overwritten; the file becomes smaller with a purge while nobody sends.",
        );
    }
    Ok(())
}

/// When something of this age happened.
fn before(age: &str, now: &Zoned) -> Result<Zoned, ApiError> {
    let wrong = || {
        usage(
            format!("`{age}` is no age"),
            "Give a number with a unit: 90d, 12w, 6mo, 1y.",
        )
    };
    let span: Span = age.trim().parse().map_err(|_| wrong())?;
    if !span.is_positive() {
        return Err(wrong());
    }
    now.checked_sub(span).map_err(|_| wrong())
}

fn document(purge: &Purge, people: u64, done: bool) -> Value {
    let batches: Vec<Value> = purge
        .batches
        .iter()
        .map(|batch| {
            json!({
                "batch": batch.id,
                "title": batch.title,
                "recipients": batch.planned,
                "last": batch.last,
            })
        })
        .collect();
    let stays: Vec<Value> = purge
        .stays
        .iter()
        .map(|batch| json!({ "batch": batch.id, "title": batch.title, "why": why(batch) }))
        .collect();
    json!({
        "purged": done,
        "recipients": people,
        "batches": batches,
        "stays": stays,
        "dropped": DROPPED,
        "kept": KEPT,
    })
}

const DROPPED: &str = "numbers, bodies, answers, error texts, typed text and reasons, here and in \
                       audit.jsonl";
const KEPT: &str = "title, counts, states, rules, message ids, times, hashes of every body and plan, \
                    and every line of the audit";

fn why(batch: &PurgeRefusal) -> String {
    if batch.unknown > 0 {
        format!(
            "{} results are unknown: a person decides them first",
            batch.unknown
        )
    } else {
        format!("it is {}", batch.state)
    }
}

fn lines(purge: &Purge, people: u64, done: bool) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if purge.batches.is_empty() {
        lines.push(("purged", "nothing is old enough".to_owned()));
    } else {
        let word = if done { "purged" } else { "would go" };
        let batches = purge.batches.len();
        lines.push((word, format!("{batches} batches with {people} recipients")));
        lines.push(("dropped", DROPPED.to_owned()));
        lines.push(("kept", KEPT.to_owned()));
    }
    for batch in &purge.batches {
        let text = format!("{} {}, {} recipients", batch.id, batch.title, batch.planned);
        lines.push(("batch", text));
    }
    for batch in &purge.stays {
        let text = format!("{} {}: {}", batch.id, batch.title, why(batch));
        lines.push(("stays", text));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::before;
    use jiff::Zoned;
    use rstest::rstest;

    fn now() -> Zoned {
        "2026-11-26T10:00:00+05:30[Asia/Kolkata]".parse().unwrap()
    }

    #[rstest]
    #[case("90d", "2026-08-28")]
    #[case("12w", "2026-09-03")]
    #[case("6mo", "2026-05-26")]
    #[case("1y", "2025-11-26")]
    #[case("36h", "2026-11-24")]
    fn an_age_leads_back_to_a_day(#[case] age: &str, #[case] day: &str) {
        assert_eq!(before(age, &now()).unwrap().date().to_string(), day);
    }

    #[rstest]
    #[case("")]
    #[case("90")]
    #[case("-90d")]
    #[case("soon")]
    #[case("99999y")]
    fn what_is_no_age_is_refused(#[case] age: &str) {
        before(age, &now()).unwrap_err();
    }
}
