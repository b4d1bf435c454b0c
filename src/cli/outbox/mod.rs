//! `outbox …`: the record of everything planned and sent, and the sender. Looking and deciding is
//! here, sending in `run`.

mod keep;
mod run;
mod service;
mod speed;
mod triage;

pub use run::{Finish, send_and_wait};

use super::args::OutboxCommand;
use super::context::{Context, usage};
use super::exit::ExitStatus;
use super::output::{Row, to_value};
use crate::contract::ApiError;
use crate::domain::{Approved, Batch, BatchId, BatchState, Item};
use crate::outbox::{Outbox, SystemClock};
use crate::pack::PublicKey;
use crate::store::outbox::ItemFilter;
use crate::text::format;
use crate::text::sanitize::clean_line;
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

const BATCH_HEADERS: [&str; 11] = [
    "id", "kind", "title", "state", "planned", "accepted", "rejected", "unknown", "queued",
    "skipped", "reason",
];

/// Runs an `outbox` command. Every one recovers first when no sender is alive.
///
/// # Errors
/// What the record says.
pub fn run(context: &Context, command: &OutboxCommand) -> Result<ExitStatus, ApiError> {
    let settings = context.settings()?;
    settings.folders.make_data()?;
    if matches!(command, OutboxCommand::Service) {
        return service::print(context, &settings);
    }
    if matches!(command, OutboxCommand::Adopt) {
        return adopt(context, &settings.folders.data.path);
    }
    let outbox = open_at(&settings.folders.data.path)?;
    if let OutboxCommand::Run { stay } = command {
        return run::run(context, &settings, &outbox, *stay);
    }
    if let Some(how) = outbox.copied() {
        context.output.note(&format!(
            "This data folder is a copy: {how}. It can only be looked at; `alertdesk outbox adopt` makes it your own."
        ));
    }
    for sentence in outbox.recover_if_idle()? {
        context.output.note(&sentence);
    }
    match command {
        OutboxCommand::List => {
            let batches = outbox.list()?;
            let rows: Vec<Row> = batches
                .iter()
                .map(|batch| batch_row(context, batch))
                .collect();
            context.output.list(&BATCH_HEADERS, &rows);
            if rows.is_empty() {
                context.output.note("Nothing was planned yet.");
            }
        }
        OutboxCommand::Show { batch, items } => show(context, &outbox, batch, *items)?,
        OutboxCommand::Pause { batch } => print_batch(context, &outbox.pause(number(batch)?)?),
        OutboxCommand::Cancel { batch } => print_batch(context, &outbox.cancel(number(batch)?)?),
        OutboxCommand::Resume { batch, confirm } => resume(context, &outbox, batch, *confirm)?,
        OutboxCommand::Unknown { batch } => triage::list(context, &outbox, batch.as_deref())?,
        OutboxCommand::ReadBack { items, batch } => {
            return triage::read_back(context, &settings, &outbox, (items, batch.as_deref()));
        }
        OutboxCommand::Export(args) => keep::export(context, &settings, &outbox, args)?,
        OutboxCommand::Purge(args) => keep::purge(context, &settings, &outbox, args)?,
        OutboxCommand::Resolve(args) => triage::resolve(context, &outbox, args)?,
        OutboxCommand::Retry { batch } => triage::retry(context, &outbox, batch)?,
        OutboxCommand::Run { .. } | OutboxCommand::Service | OutboxCommand::Adopt => {}
    }
    Ok(ExitStatus::Done)
}

/// Makes a copied folder one of its own and prints what waits for a person because of it.
fn adopt(context: &Context, folder: &Path) -> Result<ExitStatus, ApiError> {
    let clock = Arc::new(SystemClock::new());
    let held = Outbox::adopt(folder, clock.as_ref())?;
    let outbox = Outbox::open(folder, clock)?;
    let mut rows = Vec::new();
    for id in held {
        rows.push(batch_row(context, &outbox.show(id)?));
    }
    context.output.list(&BATCH_HEADERS, &rows);
    context.output.note(
        "This data folder is your own now. What was unfinished waits for a person: look at the original before anything is resumed.",
    );
    Ok(ExitStatus::Done)
}

/// The outbox of a data folder.
///
/// # Errors
/// When its database cannot be used.
pub fn open_at(folder: &Path) -> Result<Outbox, ApiError> {
    Ok(Outbox::open(folder, Arc::new(SystemClock::new()))?)
}

/// `31` or `#31`.
///
/// # Errors
/// What is no number of a batch.
pub fn number(text: &str) -> Result<BatchId, ApiError> {
    text.trim_start_matches('#')
        .parse()
        .map(BatchId)
        .map_err(|_| {
            usage(
                format!("`{text}` is no number of a batch"),
                "`alertdesk outbox list` shows the numbers.",
            )
        })
}

fn show(context: &Context, outbox: &Outbox, batch: &str, items: bool) -> Result<(), ApiError> {
    let stored = outbox.stored(number(batch)?)?;
    let batch = stored.batch;
    if let Some(approved) = &stored.approved {
        context.output.note(&said_yes(context, approved));
    }
    if let Some(reason) = outbox.override_reason(batch.id)? {
        context
            .output
            .note(&format!("It was allowed to reach people twice: {reason}"));
    }
    if items {
        print_with_items(context, outbox, &batch)
    } else {
        print_batch(context, &batch);
        Ok(())
    }
}

/// Who approved a batch.
fn said_yes(context: &Context, approved: &Approved) -> String {
    let key = PublicKey::read(&approved.key);
    let key = key.map_or_else(String::new, |key| format!(" with {}", key.fingerprint()));
    format!(
        "{} approved it{key}, signed {}.",
        clean_line(&approved.by),
        format::planned(&approved.at.to_zoned(context.zone()))
    )
}

fn resume(
    context: &Context,
    outbox: &Outbox,
    batch: &str,
    confirm: Option<u64>,
) -> Result<(), ApiError> {
    let id = number(batch)?;
    let left = outbox.show(id)?.counts.queued;
    let Some(remaining) = confirm else {
        return Err(usage(
            format!("batch {} was not resumed: {left} are left", id.0),
            format!("Give --confirm {left}."),
        ));
    };
    print_batch(context, &outbox.resume(id, remaining)?);
    context
        .output
        .note("`alertdesk outbox run` sends it if no sender is running.");
    Ok(())
}

/// Prints a batch.
pub fn print_batch(context: &Context, batch: &Batch) {
    context.output.document(batch, &batch_lines(context, batch));
}

/// Prints a batch with all its items.
///
/// # Errors
/// When the record cannot be read.
pub fn print_with_items(context: &Context, outbox: &Outbox, batch: &Batch) -> Result<(), ApiError> {
    let items = outbox.items(batch.id, ItemFilter::All, u64::MAX >> 1, 0)?;
    let late = triage::late_evidence(context, outbox, batch.id)?;
    let documents: Vec<Value> = items
        .iter()
        .map(|item| triage::with_late_evidence(item, &late))
        .collect();
    let mut document = to_value(batch);
    if let Some(object) = document.as_object_mut() {
        object.insert("items".to_owned(), Value::from(documents));
    }
    let mut lines = batch_lines(context, batch);
    lines.push((
        "items",
        items.iter().map(item_line).collect::<Vec<_>>().join("\n"),
    ));
    context.output.document(&document, &lines);
    Ok(())
}

fn batch_lines(context: &Context, batch: &Batch) -> Vec<(&'static str, String)> {
    let counts = batch.counts;
    let shown = [
        ("accepted", counts.accepted),
        ("rejected", counts.rejected),
        ("unknown", counts.unknown),
        ("queued", counts.queued),
        ("sending", counts.sending),
        ("skipped", counts.skipped),
        ("cancelled", counts.cancelled),
        ("not accepted", counts.not_accepted),
        ("given up", counts.abandoned),
    ];
    let parts: Vec<String> = shown
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{count} {word}"))
        .collect();
    let mut lines = vec![
        ("batch", batch.id.0.to_string()),
        ("kind", batch.kind.to_string()),
        ("title", batch.title.clone()),
        ("state", batch.state.to_string()),
        (
            "counts",
            format!("{} planned: {}", counts.planned, parts.join(", ")),
        ),
        ("profile", batch.profile.clone()),
        ("created", batch.created.to_string()),
    ];
    if let Some(at) = batch.scheduled {
        lines.push(("scheduled", format::planned(&at.to_zoned(context.zone()))));
    }
    if let Some(parent) = batch.parent {
        lines.push(("again of", format!("batch {}", parent.0)));
    }
    if let Some(reason) = &batch.reason {
        lines.push(("reason", reason.text.clone()));
    }
    lines
}

fn batch_row(context: &Context, batch: &Batch) -> Row {
    let counts = batch.counts;
    let numbers = [
        counts.planned,
        counts.accepted,
        counts.rejected,
        counts.unknown,
        counts.queued,
        counts.skipped,
    ];
    let mut cells = vec![
        batch.id.0.to_string(),
        batch.kind.to_string(),
        batch.title.clone(),
        batch.state.to_string(),
    ];
    cells.extend(numbers.map(|number| number.to_string()));
    cells.push(why_it_waits(context, batch));
    Row::new(batch, cells)
}

/// Why a batch does not go on, or for what time it waits.
fn why_it_waits(context: &Context, batch: &Batch) -> String {
    match (&batch.reason, batch.scheduled) {
        (Some(reason), _) => reason.text.clone(),
        (None, Some(at)) if batch.state == BatchState::Scheduled => {
            let at = at.to_zoned(context.zone());
            format!("{} · held here", format::planned_short(&at))
        }
        (None, _) => String::new(),
    }
}

fn recipient(item: &Item) -> String {
    match (&item.recipient, item.recipients) {
        (Some(digits), _) => digits.clone(),
        (None, Some(count)) => format!("{count} recipients"),
        (None, None) => String::new(),
    }
}

fn item_line(item: &Item) -> String {
    let mut line = format!("{}  {}", recipient(item), item.state);
    if let Some(id) = &item.message_id {
        line.push_str("  ");
        line.push_str(id);
    }
    for error in &item.errors {
        let text = [&error.title, &error.details, &error.meaning, &error.advice]
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>();
        line.push_str(&format!("\n    {}: {}", error.code, text.join(" · ")));
    }
    if let (Some(rule), true) = (&item.rule, item.errors.is_empty()) {
        line.push_str("  ");
        line.push_str(rule);
    }
    line
}
