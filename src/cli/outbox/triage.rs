//! Unknown results on the command line: list them, look for proof, settle them, try again what was
//! refused for a while. Nothing here sends; what is to be sent again waits in a paused batch.

use super::{number, print_batch, recipient};
use crate::cli::args::{DecisionArg, ResolveArgs};
use crate::cli::connect::{ProfileChats, reader};
use crate::cli::context::{Context, block_on, usage};
use crate::cli::exit::ExitStatus;
use crate::cli::output::{Row, to_value};
use crate::contract::{ApiError, Found, Settled, Settlement, UnknownItem};
use crate::domain::unknown::TWICE;
use crate::domain::{Batch, BatchId, Decision, Item, ItemId};
use crate::outbox::{Outbox, operator};
use crate::settings::Settings;
use crate::text::format::people;
use serde_json::{Value, json};

const HEADERS: [&str; 7] = [
    "item",
    "batch",
    "recipient",
    "started",
    "rule",
    "looked",
    "message",
];

/// More than any record holds.
const ALL: u64 = u64::MAX >> 1;

/// `outbox unknown`.
///
/// # Errors
/// When the record cannot be read.
pub fn list(context: &Context, outbox: &Outbox, batch: Option<&str>) -> Result<(), ApiError> {
    let only = batch.map(number).transpose()?;
    if let Some(id) = only {
        outbox.show(id)?;
    }
    let unknown = outbox.unknowns(only, ALL)?;
    let rows: Vec<Row> = unknown.iter().map(row).collect();
    context.output.list(&HEADERS, &rows);
    if rows.is_empty() {
        context.output.note("Nothing is unknown.");
    }
    Ok(())
}

fn row(unknown: &UnknownItem) -> Row {
    let looked = unknown.looked.as_ref().map_or_else(
        || "not yet".to_owned(),
        |look| format!("{:.0}: {}", look.at, look.found),
    );
    let message = unknown
        .text
        .clone()
        .unwrap_or_else(|| unknown.title.clone());
    let cells = vec![
        unknown.item.id.0.to_string(),
        unknown.item.batch.0.to_string(),
        recipient(&unknown.item),
        format!("{:.0}", unknown.started),
        unknown.item.rule.clone().unwrap_or_default(),
        looked,
        message,
    ];
    Row::new(unknown, cells)
}

/// `85` or `#85`, a number of an item.
fn item_number(text: &str) -> Result<ItemId, ApiError> {
    text.trim_start_matches('#')
        .parse()
        .map(ItemId)
        .map_err(|_| {
            usage(
                format!("`{text}` is no number of an item"),
                "`alertdesk outbox unknown` shows the numbers.",
            )
        })
}

/// `outbox read-back`: 0 when each was proven or settled, 7 when something has no proof, else the
/// status of the first failure.
///
/// # Errors
/// Settings, or the record.
pub fn read_back(
    context: &Context,
    settings: &Settings,
    outbox: &Outbox,
    (items, batch): (&[String], Option<&str>),
) -> Result<ExitStatus, ApiError> {
    let items = match batch {
        Some(batch) => {
            let unknown = outbox.unknowns(Some(outbox.show(number(batch)?)?.id), ALL)?;
            unknown.iter().map(|unknown| unknown.item.id).collect()
        }
        None => known(outbox, items)?,
    };
    let connection = settings.connection()?;
    let mut found = Vec::new();
    block_on(async {
        let chats = ProfileChats {
            target: connection.profile.target.clone(),
            client: reader(context, connection).await?,
        };
        let mut told = |item: ItemId, one: Found| found.push((item, one));
        let looked = outbox
            .read_back(items, &chats, &operator(), &mut told)
            .await;
        looked.map_err(ApiError::from)
    })?;
    found.sort_by_key(|(item, _)| *item);
    let rows: Vec<Row> = found
        .iter()
        .map(|(item, one)| found_row(outbox, *item, one))
        .collect::<Result<_, ApiError>>()?;
    context.output.list(&["item", "result", "evidence"], &rows);
    Ok(read_status(&found))
}

fn known(outbox: &Outbox, items: &[String]) -> Result<Vec<ItemId>, ApiError> {
    let mut known = Vec::with_capacity(items.len());
    for text in items {
        let id = item_number(text)?;
        if outbox.item(id)?.is_none() {
            return Err(ApiError::new(
                crate::contract::ErrorKind::NotFound,
                format!("there is no item {}", id.0),
                "`alertdesk outbox unknown` lists what is unknown.",
            ));
        }
        known.push(id);
    }
    Ok(known)
}

fn read_status(found: &[(ItemId, Found)]) -> ExitStatus {
    let failed = found.iter().find_map(|(_, one)| match one {
        Found::Failed(error) => Some(ExitStatus::of(error)),
        Found::Accepted { .. } | Found::NoEvidence(_) | Found::Settled => None,
    });
    let open = found
        .iter()
        .any(|(_, one)| matches!(one, Found::NoEvidence(_)));
    match failed {
        Some(status) => status,
        None if open => ExitStatus::SomeUnknown,
        None => ExitStatus::Done,
    }
}

fn found_row(outbox: &Outbox, item: ItemId, found: &Found) -> Result<Row, ApiError> {
    let unknown = outbox.unknown(item)?;
    let wait_until = unknown.map(|unknown| unknown.wait_until);
    let (word, text) = match found {
        Found::Accepted { evidence, .. } => ("accepted", evidence.clone()),
        Found::NoEvidence(found) => ("no_evidence", found.clone()),
        Found::Settled => ("settled", "It is not unknown any more.".to_owned()),
        Found::Failed(error) => ("failed", format!("{} {}", error.message, error.advice)),
    };
    let document = json!({
        "item": item,
        "result": word,
        "evidence": text,
        "wait_until": wait_until,
    });
    let shown = match (found, wait_until) {
        (Found::NoEvidence(_), Some(until)) => format!(
            "no evidence yet: {text} A message can take until {until:.0}; that it is not there does not mean that it was not sent."
        ),
        (Found::Accepted { .. } | Found::NoEvidence(_) | Found::Settled | Found::Failed(_), _) => {
            text
        }
    };
    let cells = vec![item.0.to_string(), word.to_owned(), shown];
    Ok(Row::new(&document, cells))
}

/// `outbox resolve`.
///
/// # Errors
/// A wrong number, an item that is not unknown, or the record; nothing is decided then.
pub fn resolve(context: &Context, outbox: &Outbox, args: &ResolveArgs) -> Result<(), ApiError> {
    let decision = match args.decision {
        DecisionArg::Accepted => Decision::Accepted,
        DecisionArg::NotAccepted => Decision::NotAccepted,
        DecisionArg::Abandoned => Decision::Abandoned,
    };
    if decision == Decision::NotAccepted {
        context.output.note(TWICE);
    }
    let items = args.items.iter().map(|text| item_number(text));
    let settlement = Settlement {
        items: items.collect::<Result<_, _>>()?,
        decision,
        reason: args.reason.clone(),
        count: args.confirm,
    };
    let who = operator();
    let settled = match &args.batch {
        None => outbox.settle(&settlement, &who)?,
        Some(batch) => {
            let id = number(batch)?;
            let unknown = outbox.show(id)?.counts.unknown;
            if args.confirm.is_none() && unknown > 0 {
                return Err(usage(
                    format!("nothing was decided: this is about {}", people(unknown)),
                    format!("Give --confirm {unknown}."),
                ));
            }
            outbox.settle_batch(id, &settlement, &who)?
        }
    };
    print_settled(context, &settled);
    Ok(())
}

fn print_settled(context: &Context, settled: &Settled) {
    let document = json!({
        "decision": settled.decision,
        "items": settled.items,
        "batches": settled.made,
    });
    let people_decided: u64 = settled
        .items
        .iter()
        .map(|item| item.recipients.unwrap_or(1))
        .sum();
    let items: Vec<String> = settled
        .items
        .iter()
        .map(|item| format!("{} {}", item.id.0, recipient(item)))
        .collect();
    let mut lines = vec![
        (
            "decided",
            format!("{}: {}", people(people_decided), settled.decision.words()),
        ),
        ("items", items.join("\n")),
    ];
    for batch in &settled.made {
        lines.push((
            batch.state.word(),
            format!("batch {} with {}", batch.id.0, people(batch.counts.queued)),
        ));
    }
    context.output.document(&document, &lines);
    for batch in &settled.made {
        say_waits(context, batch);
    }
}

fn say_waits(context: &Context, batch: &Batch) {
    let (id, left) = (batch.id.0, batch.counts.queued);
    let note = match &batch.reason {
        Some(reason) if batch.waits_for_approval() => format!("Batch {id}: {}", reason.text),
        Some(_) | None => format!(
            "Batch {id} is paused and sends nothing yet: `alertdesk outbox resume {id} --confirm {left}` lets it."
        ),
    };
    context.output.note(&note);
}

/// `outbox retry`.
///
/// # Errors
/// Nothing to try again, no such batch, or the record.
pub fn retry(context: &Context, outbox: &Outbox, batch: &str) -> Result<(), ApiError> {
    let made = outbox.retry(number(batch)?)?;
    print_batch(context, &made);
    say_waits(context, &made);
    Ok(())
}

/// What came to light late about a batch; said as well.
///
/// # Errors
/// When the record cannot be read.
pub fn late_evidence(
    context: &Context,
    outbox: &Outbox,
    batch: BatchId,
) -> Result<Vec<(ItemId, String)>, ApiError> {
    let late = outbox.late_evidence(batch)?;
    for (item, text) in &late {
        context.output.note(&format!("Item {}: {text}", item.0));
    }
    Ok(late)
}

/// An item as a document, with its late evidence where there is some.
pub fn with_late_evidence(item: &Item, late: &[(ItemId, String)]) -> Value {
    let mut document = to_value(item);
    let text = late.iter().find(|(id, _)| *id == item.id);
    if let (Some(object), Some((_, text))) = (document.as_object_mut(), text) {
        object.insert("late_evidence".to_owned(), Value::from(text.as_str()));
    }
    document
}
