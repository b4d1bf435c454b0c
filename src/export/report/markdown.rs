//! The report to read: what was meant, what became of it, why not, and everybody in a table. No text
//! of the platform or of a person may become markup.

use super::{Cover, counted, local, meaning, program, zone_name};
use crate::domain::ReportRow;
use crate::export::markdown::inline;
use std::io::{self, Write};

/// Writes everything above the recipients.
pub fn begin(cover: &Cover<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    let batch = &cover.report.batch;
    write!(out, "# Batch {}: ", batch.id.0)?;
    inline(&batch.title, out)?;
    out.extend_from_slice(b"\n\n");
    facts(cover, out)?;
    counts(cover, out)?;
    classes(cover, out)?;
    history(cover, out)?;
    out.extend_from_slice(b"\n## Recipients\n\n");
    table(
        &[
            "Recipient",
            "State",
            "Rule",
            "Message id",
            "Tries",
            "Last try",
            "Meaning",
        ],
        out,
    );
    Ok(())
}

/// Writes a recipient.
pub fn row(row: &ReportRow, cover: &Cover<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    let purged = match row.recipients {
        1 => "(purged)".to_owned(),
        several => format!("({several}, purged)"),
    };
    cells(
        &[
            row.recipient.as_deref().unwrap_or(&purged),
            row.state.word(),
            row.rule.as_deref().unwrap_or_default(),
            row.message_id.as_deref().unwrap_or_default(),
            &row.attempts.to_string(),
            &row.last
                .map_or_else(String::new, |at| local(at, cover.made)),
            &meaning(row),
        ],
        out,
    )
}

/// Ends the page.
pub fn end(recipients: u64, out: &mut Vec<u8>) -> io::Result<()> {
    writeln!(out, "\n---\n\nRecipients: {recipients}")
}

fn facts(cover: &Cover<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    let mut lines = meant(cover);
    lines.push(("Report made", local(cover.made.timestamp(), cover.made)));
    lines.push(("Time zone", zone_name(cover.made)));
    lines.push(("Program", program().to_owned()));
    for (name, value) in lines {
        write!(out, "- {name}: ")?;
        inline(&value, out)?;
        out.push(b'\n');
    }
    Ok(())
}

/// What was meant, and who confirmed it.
fn meant(cover: &Cover<'_>) -> Vec<(&'static str, String)> {
    let report = cover.report;
    let batch = &report.batch;
    let confirmed = match &report.confirmed {
        Some(by) => format!("{} by {} on {}", local(by.at, cover.made), by.user, by.host),
        None => format!(
            "{}, before the audit began",
            local(batch.created, cover.made)
        ),
    };
    let mut lines = vec![
        ("Kind", batch.kind.to_string()),
        ("Title", batch.title.clone()),
        ("Profile", batch.profile.clone()),
        ("State", batch.state.word().replace('_', " ")),
        ("Confirmed", confirmed),
        (
            "Typed to confirm",
            report
                .typed
                .clone()
                .unwrap_or_else(|| "(purged)".to_owned()),
        ),
        ("Plan, SHA-256", batch.plan_sha256.to_string()),
        (
            "Limits",
            format!(
                "{} a minute, {} at once",
                report.limits.per_minute, report.limits.concurrency
            ),
        ),
    ];
    let scheduled = batch
        .scheduled
        .map(|at| ("Scheduled", local(at, cover.made)));
    lines.extend(scheduled);
    lines.extend(
        batch
            .parent
            .map(|parent| ("Sent again from", format!("batch {}", parent.0))),
    );
    lines.extend(
        batch
            .reason
            .as_ref()
            .map(|reason| ("Reason", reason.text.clone())),
    );
    lines.extend(
        report
            .purged
            .map(|at| ("Personal text dropped", local(at, cover.made))),
    );
    lines.extend(report.notes.iter().map(|note| ("Note", note.clone())));
    lines
}

fn counts(cover: &Cover<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    let counts = &cover.report.batch.counts;
    out.extend_from_slice(b"\n## Counts\n\n");
    table(&["State", "Recipients"], out);
    let counted = counted(counts);
    for (word, count) in &counted {
        cells(&[word, &count.to_string()], out)?;
    }
    let sum: u64 = counted.iter().map(|(_, count)| count).sum();
    cells(&["together", &sum.to_string()], out)?;
    cells(&["planned", &counts.planned.to_string()], out)
}

fn classes(cover: &Cover<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    let classes = &cover.report.classes;
    if classes.is_empty() {
        return Ok(());
    }
    out.extend_from_slice(b"\n## Why not\n\n");
    table(
        &[
            "Recipients",
            "State",
            "Rule or code",
            "Meaning",
            "What to do",
        ],
        out,
    );
    for class in classes {
        let code = class.error_code.or(class.platform_code);
        let rule = class.rule.clone().unwrap_or_default();
        let rule = code.map_or_else(|| rule.clone(), |code| format!("{code} · {rule}"));
        cells(
            &[
                &class.recipients.to_string(),
                class.state.word(),
                &rule,
                &class.meaning,
                &class.advice,
            ],
            out,
        )?;
    }
    Ok(())
}

fn history(cover: &Cover<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    let history = &cover.report.history;
    if history.is_empty() {
        return Ok(());
    }
    out.extend_from_slice(b"\n## What happened\n\n");
    table(&["When", "Event", "What", "Audit line"], out);
    for event in history {
        let at = local(event.at, cover.made);
        let word = event.action.replace('_', " ");
        cells(&[&at, &word, &event.what, &event.line.to_string()], out)?;
    }
    Ok(())
}

fn table(heads: &[&str], out: &mut Vec<u8>) {
    let line = |cell: &str| format!("| {cell} ");
    let heads: String = heads.iter().map(|head| line(head)).collect();
    let rule: String = heads.matches("| ").map(|_| "| --- ").collect();
    out.extend_from_slice(format!("{heads}|\n{rule}|\n").as_bytes());
}

fn cells(cells: &[&str], out: &mut Vec<u8>) -> io::Result<()> {
    for cell in cells {
        out.extend_from_slice(b"| ");
        inline(cell, out)?;
        out.push(b' ');
    }
    out.extend_from_slice(b"|\n");
    Ok(())
}
