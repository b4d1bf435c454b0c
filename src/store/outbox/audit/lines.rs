//! What the lines of a transaction say. Nothing that happened may be missing: an item that changed
//! without an attempt that explains it gets a line of its own.

use super::pending::{BatchMoved, Ended, Group, ItemMoved, Late, Marked, Pending, Suppressed};
use super::process::{self, Facts};
use super::writer::{Writer, json};
use crate::domain::{Counts, ItemState};
use crate::store::outbox::read::batch_row;
use rusqlite::OptionalExtension;
use serde::Serialize;
use std::collections::HashMap;
use std::fmt::Write as _;

/// Writes a line for everything that is pending.
pub(super) fn write(writer: &mut Writer<'_>, mut pending: Pending) -> rusqlite::Result<()> {
    for batch in &pending.confirmed {
        confirmed(writer, *batch)?;
    }
    // What was decided stands before the calls that follow from it, what they led to after them.
    let (begins, ends): (Vec<_>, Vec<_>) = pending.batches.iter().partition(|moved| {
        matches!(
            moved.to.as_str(),
            "ready" | "armed" | "running" | "cancelled"
        )
    });
    for moved in begins {
        batch_moved(writer, moved)?;
    }
    let mut sending = Sending::of(&mut pending.sending);
    marked(writer, &pending.marked, &mut sending)?;
    for ended in &pending.ended {
        result(writer, ended, &mut sending)?;
    }
    let mut rest = Pending {
        groups: std::mem::take(&mut pending.groups),
        ..Pending::default()
    };
    for moved in pending.sending.extract_if(.., |moved| !moved.told) {
        rest.group(moved);
    }
    for group in &rest.groups {
        items_moved(writer, group)?;
    }
    for moved in ends {
        batch_moved(writer, moved)?;
    }
    for late in &pending.late {
        late_evidence(writer, late)?;
    }
    for group in &pending.suppressed {
        suppressed(writer, group)?;
    }
    for note in &pending.notes {
        let detail = note.detail.as_deref().unwrap_or("{}");
        writer.line_of_text(&note.action, note.batch, detail, note.personal.as_deref())?;
    }
    Ok(())
}

/// The items that began or ended being sent, by number, each in its order.
struct Sending<'a>(HashMap<i64, Vec<&'a mut ItemMoved>>);

impl<'a> Sending<'a> {
    fn of(moved: &'a mut [ItemMoved]) -> Self {
        let mut by_item: HashMap<i64, Vec<&'a mut ItemMoved>> = HashMap::new();
        for moved in moved {
            by_item.entry(moved.item).or_default().push(moved);
        }
        Self(by_item)
    }

    /// The next step of this item that no attempt has explained yet.
    fn explain(
        &mut self,
        item: i64,
        fits: impl Fn(&ItemMoved) -> bool,
    ) -> Option<(i64, Option<&str>)> {
        let moved = self.0.get_mut(&item)?;
        let moved = moved.iter_mut().find(|moved| !moved.told && fits(moved))?;
        moved.told = true;
        Some((moved.batch, moved.recipient.as_deref()))
    }
}

#[derive(Serialize)]
struct Confirmed<'a> {
    kind: String,
    title: String,
    profile: String,
    base_url: String,
    customer_id: String,
    state: String,
    plan_sha256: String,
    planned: i64,
    skipped: i64,
    recipients: i64,
    calls: i64,
    per_minute: i64,
    concurrency: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    publish_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent: Option<i64>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    overrides_duplicates: bool,
    user: &'a str,
    host: &'a str,
    version: &'a str,
    zone: &'a str,
}

#[derive(Serialize)]
struct Typed {
    typed: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    override_reason: Option<String>,
}

fn confirmed(writer: &mut Writer<'_>, batch: i64) -> rusqlite::Result<()> {
    let Facts {
        user,
        host,
        version,
        zone,
        ..
    } = process::facts();
    let time =
        |micros: Option<i64>| micros.map(|at| crate::store::database::read_time(at).to_string());
    let (line, typed) = writer
        .tx
        .prepare_cached(
            "SELECT kind, title, profile, base_url, customer_id, state, plan_sha256, planned,
                skipped, planned - skipped, calls, per_minute, concurrency, start_at, publish_at,
                parent, typed, override_reason
             FROM batches WHERE id = ?1",
        )?
        .query_row([batch], |row| {
            let line = Confirmed {
                kind: row.get(0)?,
                title: row.get(1)?,
                profile: row.get(2)?,
                base_url: row.get(3)?,
                customer_id: row.get(4)?,
                state: row.get(5)?,
                plan_sha256: row.get(6)?,
                planned: row.get(7)?,
                skipped: row.get(8)?,
                recipients: row.get(9)?,
                calls: row.get(10)?,
                per_minute: row.get(11)?,
                concurrency: row.get(12)?,
                start_at: time(row.get(13)?),
                publish_at: time(row.get(14)?),
                parent: row.get(15)?,
                overrides_duplicates: row.get::<_, Option<String>>(17)?.is_some(),
                user,
                host,
                version,
                zone,
            };
            Ok((
                line,
                Typed {
                    typed: row.get(16)?,
                    override_reason: row.get(17)?,
                },
            ))
        })?;
    writer.line("confirmed", Some(batch), &line, Some(&json(&typed)?))
}

#[derive(Serialize)]
struct BatchLine<'a> {
    from: &'a str,
    to: &'a str,
    by: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    per_minute: Option<(u32, u32)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counts: Option<Counts>,
}

#[derive(Serialize)]
struct Why<'a> {
    reason: &'a str,
}

fn batch_moved(writer: &mut Writer<'_>, moved: &BatchMoved) -> rusqlite::Result<()> {
    let stored = batch_row(writer.tx, crate::domain::BatchId(moved.batch))?;
    let (action, by) = batch_words(moved);
    let line = BatchLine {
        from: &moved.from,
        to: &moved.to,
        by,
        rule: moved.rule.as_deref(),
        per_minute: moved.rate,
        counts: stored.map(|stored| stored.batch.counts),
    };
    // A reason may quote what the platform said of somebody.
    let why = match &moved.reason {
        Some(reason) => Some(json(&Why { reason })?),
        None => None,
    };
    writer.line(action, Some(moved.batch), &line, why.as_deref())
}

/// What was done to a batch, and whether a person did it. Only a person takes back, resumes, sets a
/// rate, ends a grace early or pauses by the rule of that name.
fn batch_words(moved: &BatchMoved) -> (&'static str, &'static str) {
    let person = "person";
    let engine = "engine";
    match (moved.from.as_str(), moved.to.as_str()) {
        (from, to) if from == to && moved.rate.is_some() => ("rate", person),
        (from, to) if from == to => ("reason", engine),
        ("armed", "cancelled") => ("undone", person),
        (_, "cancelled") => ("cancelled", person),
        ("armed", "ready") if moved.early => ("started_early", person),
        ("armed" | "scheduled", "ready") => ("due", engine),
        ("paused" | "held", "ready" | "armed") => ("resumed", person),
        (_, "running") => ("started", engine),
        (_, "draining") if moved.rule.as_deref() == Some("person") => ("draining", person),
        (_, "draining") => ("draining", engine),
        ("draining", "paused") => ("paused", engine),
        (_, "paused") if moved.rule.as_deref() == Some("person") => ("paused", person),
        (_, "paused") => ("paused", engine),
        (_, "held") => ("held", engine),
        ("done_with_problems", "done") => ("settled", engine),
        (_, "done" | "done_with_problems") => ("finished", engine),
        (_, _) => ("changed", engine),
    }
}

#[derive(Serialize)]
struct MarkedLine<'a> {
    /// Attempt, item, number of the try and hash of the bytes that may leave now.
    attempts: Vec<(i64, i64, u32, &'a str)>,
}

/// One line for every group that was marked together.
fn marked(
    writer: &mut Writer<'_>,
    marked: &[Marked],
    sending: &mut Sending<'_>,
) -> rusqlite::Result<()> {
    let mut lines: Vec<(i64, MarkedLine<'_>)> = Vec::new();
    for mark in marked {
        let explained = sending.explain(mark.item, |moved| moved.to == ItemState::Sending);
        let batch = match explained {
            Some((batch, _)) => batch,
            None => item_facts(writer, mark.item)?.0,
        };
        let attempt = (mark.attempt, mark.item, mark.number, mark.sha256.as_str());
        match lines.last_mut() {
            Some((last, line)) if *last == batch => line.attempts.push(attempt),
            Some(_) | None => lines.push((
                batch,
                MarkedLine {
                    attempts: vec![attempt],
                },
            )),
        }
    }
    for (batch, line) in &lines {
        writer.line("marked", Some(*batch), line, None)?;
    }
    Ok(())
}

#[derive(Serialize)]
struct ResultLine<'a> {
    attempt: i64,
    item: i64,
    number: u32,
    verdict: Option<&'a str>,
    rule: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_status: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform_code: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_us: Option<i64>,
    request_sha256: &'a str,
}

#[derive(Serialize)]
struct Said<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response: Option<&'a str>,
}

fn result(
    writer: &mut Writer<'_>,
    ended: &Ended,
    sending: &mut Sending<'_>,
) -> rusqlite::Result<()> {
    let line = ResultLine {
        attempt: ended.attempt,
        item: ended.item,
        number: ended.number,
        verdict: ended.verdict.as_deref(),
        rule: ended.rule.as_deref(),
        http_status: ended.http_status,
        platform_code: ended.platform_code,
        message_id: ended.message_id.as_deref(),
        duration_us: ended.duration_us,
        request_sha256: &ended.sha256,
    };
    let explained = sending.explain(ended.item, |moved| moved.from == ItemState::Sending);
    let looked_up;
    let (batch, recipient) = if let Some(explained) = explained {
        explained
    } else {
        looked_up = item_facts(writer, ended.item)?;
        (looked_up.0, looked_up.1.as_deref())
    };
    let response = ended.response.as_deref().filter(|text| !text.is_empty());
    let said = Said {
        recipient,
        response,
    };
    let personal = match (recipient, response) {
        (None, None) => None,
        (Some(_), _) | (_, Some(_)) => Some(json(&said)?),
    };
    writer.line("result", Some(batch), &line, personal.as_deref())
}

#[derive(Serialize)]
struct ItemsLine<'a> {
    from: ItemState,
    to: ItemState,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'a str>,
    calls: u64,
    people: u64,
    /// `7-9,12`.
    items: String,
}

#[derive(Serialize)]
struct People<'a> {
    recipients: &'a [String],
}

fn items_moved(writer: &mut Writer<'_>, group: &Group) -> rusqlite::Result<()> {
    let mut items = String::new();
    for (first, last) in &group.runs {
        let comma = if items.is_empty() { "" } else { "," };
        let written = if first == last {
            write!(items, "{comma}{first}")
        } else {
            write!(items, "{comma}{first}-{last}")
        };
        if written.is_err() {
            break;
        }
    }
    let line = ItemsLine {
        from: group.from,
        to: group.to,
        rule: group.rule.as_deref(),
        calls: group.calls,
        people: group.people,
        items,
    };
    let recipients = group.recipients.as_slice();
    let personal = match recipients {
        [] => None,
        [..] => Some(json(&People { recipients })?),
    };
    writer.line("items", Some(group.batch), &line, personal.as_deref())
}

#[derive(Serialize)]
struct LateLine {
    attempt: i64,
    item: i64,
}

#[derive(Serialize)]
struct Evidence<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<&'a str>,
    evidence: &'a str,
}

fn late_evidence(writer: &mut Writer<'_>, late: &Late) -> rusqlite::Result<()> {
    let (batch, recipient) = item_facts(writer, late.item)?;
    let line = LateLine {
        attempt: late.attempt,
        item: late.item,
    };
    let personal = json(&Evidence {
        recipient: recipient.as_deref(),
        evidence: &late.evidence,
    })?;
    writer.line("late_evidence", Some(batch), &line, Some(&personal))
}

#[derive(Serialize)]
struct SuppressedLine<'a> {
    customer_id: &'a str,
    source: &'a str,
    people: usize,
}

#[derive(Serialize)]
struct SuppressedPeople<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    recipients: &'a [String],
    #[serde(skip_serializing_if = "str::is_empty")]
    reason: &'a str,
}

/// Who may not be written to any more, or may again: everybody by name.
fn suppressed(writer: &mut Writer<'_>, group: &Suppressed) -> rusqlite::Result<()> {
    let line = SuppressedLine {
        customer_id: &group.customer_id,
        source: &group.source,
        people: group.people.len(),
    };
    let (recipient, recipients) = match group.people.as_slice() {
        [one] => (Some(one.as_str()), &[][..]),
        several => (None, several),
    };
    let personal = json(&SuppressedPeople {
        recipient,
        recipients,
        reason: &group.reason,
    })?;
    writer.line(&group.action, None, &line, Some(&personal))
}

/// Batch and only recipient of an item.
fn item_facts(writer: &Writer<'_>, item: i64) -> rusqlite::Result<(i64, Option<String>)> {
    let found = writer
        .tx
        .prepare_cached("SELECT batch, recipient FROM items WHERE id = ?1")?
        .query_row([item], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(found.unwrap_or((0, None)))
}
