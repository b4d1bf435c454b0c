//! The unknown results: opening the list, asking for what a person decides, and what comes back.
//! A decision is typed in a question of its own, with its reason; nothing here decides.

use super::dialogs;
use super::state::State;
use super::update::{Effects, notify};
use super::{flows, help};
use crate::contract::{
    Action, Effect, Found, Notice, OutboxCommand, PaneId, Settled, Settlement, TimerId, UnknownItem,
};
use crate::domain::{Batch, BatchId, Decision, ItemId, User};
use crate::overlays::Overlay;
use crate::overlays::confirm::{Asked, Purpose};
use crate::overlays::page::{self, Kind};
use crate::overlays::triage::{self, Row, Wish, too_early};
use crate::text::{format, sanitize};
use crate::theme::Role;
use crate::widgets::Spans;
use std::time::Duration;

/// Cells of the page with everything about one result.
const WIDTH: usize = 92;
/// What one person's message is sent again with.
const AGAIN: &str = "again";

/// Opens the list: of the batch under the cursor in the Broadcasts pane, else of all.
pub fn open(state: &mut State) -> Effects {
    let of_batch = state.broadcasts.selected().filter(|batch| {
        state.focus == PaneId::Broadcasts && state.overlays.is_empty() && batch.counts.unknown > 0
    });
    let only = of_batch.map(|batch| batch.id);
    open_for(state, only)
}

/// Opens the list of one batch or of all.
pub fn open_for(state: &mut State, only: Option<BatchId>) -> Effects {
    let guarded = state.profile.guard == crate::domain::Guard::Production;
    let opened = triage::State::new(only, state.now.timestamp(), guarded);
    state.overlays.push(Overlay::Triage(Box::new(opened)));
    vec![
        Effect::Outbox(OutboxCommand::LoadUnknown(only)),
        Effect::After {
            delay: Duration::from_millis(400),
            timer: TimerId::DialogReady,
        },
    ]
}

/// The list that is open, wherever in the stack.
fn opened(state: &mut State) -> Option<&mut triage::State> {
    state.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Triage(open) => Some(&mut **open),
        Overlay::Page(_)
        | Overlay::Palette(_)
        | Overlay::Media(_)
        | Overlay::Link(_)
        | Overlay::Review(_)
        | Overlay::Confirm(_)
        | Overlay::Prompt(_)
        | Overlay::AddTemplate(_)
        | Overlay::Audit(_)
        | Overlay::Mapping(_)
        | Overlay::Checks(_)
        | Overlay::Phone(_)
        | Overlay::When(_)
        | Overlay::Form(_) => None,
    })
}

/// What the record says is unknown. A list that was closed meanwhile stays closed.
pub fn listed(state: &mut State, only: Option<BatchId>, items: Vec<UnknownItem>) {
    let rows: Vec<Row> = items
        .into_iter()
        .map(|unknown| {
            let recipient = unknown.item.recipient.as_deref();
            let name = recipient.and_then(|digits| name_of(state, digits));
            Row { unknown, name }
        })
        .collect();
    if let Some(open) = opened(state)
        && open.only == only
    {
        open.load(rows, only);
    }
}

/// The name of a person, from whoever is in the lists.
fn name_of(state: &State, digits: &str) -> Option<String> {
    let listed = state.users.rows().iter().map(|row| &row.user);
    let chat = state.conversation.chat.iter().map(|chat| &chat.user);
    let mut people = listed.chain(&state.recent).chain(chat);
    let is_it = |user: &&User| {
        let phone = user
            .phone
            .as_deref()
            .map(|phone| phone.trim_start_matches('+'));
        user.channel_user_id == digits || phone == Some(digits)
    };
    let name = people.find(is_it)?.name.as_deref()?;
    Some(sanitize::clean_line(name).into_owned())
}

/// A batch changed: what is unknown may have changed with it.
pub fn batch_changed(state: &mut State, before: Option<u64>, batch: &Batch) -> Effects {
    if before == Some(batch.counts.unknown) {
        return Vec::new();
    }
    reload(state)
}

fn reload(state: &mut State) -> Effects {
    let only = opened(state).map(|open| open.only);
    only.map(|only| Effect::Outbox(OutboxCommand::LoadUnknown(only)))
        .into_iter()
        .collect()
}

/// Runs an action in the list.
pub fn act(state: &mut State, action: Action) -> Effects {
    let body = state.layout().body;
    let now = state.now.clone();
    let Some(Overlay::Triage(open)) = state.overlays.last_mut() else {
        return Vec::new();
    };
    let height = triage::list_height(open, body, &now);
    match triage::act(open, action, height) {
        None => Vec::new(),
        Some(Wish::Close) => {
            state.overlays.pop();
            Vec::new()
        }
        Some(Wish::ReadBack(items)) => vec![Effect::ReadBack(items)],
        Some(Wish::Decide(decision)) => ask(state, decision),
        Some(Wish::Copy(text)) => flows::copy(state, text),
        Some(Wish::Refuse(why)) => {
            notify(state, Notice::warning("unknown", why));
            Vec::new()
        }
        Some(Wish::Show) => show(state),
    }
}

fn show(state: &mut State) -> Effects {
    let now = state.now.clone();
    let Some(row) = opened(state).and_then(|open| open.selected().cloned()) else {
        return Vec::new();
    };
    let lines = triage::page_lines(&row, &now, WIDTH);
    let page = page::State {
        kind: Kind::Detail,
        title: format!("Unknown · item {}", row.unknown.item.id.0),
        state: Spans::of(Role::Unknown, "unknown"),
        copy: help::plain(&lines),
        lines,
        scroll: 0,
    };
    flows::push_page(state, page)
}

/// Asks why, and for what is sent again a word or the number of people.
fn ask(state: &mut State, decision: Decision) -> Effects {
    let now = state.now.clone();
    let Some(Overlay::Triage(open)) = state.overlays.last() else {
        return Vec::new();
    };
    let chosen = open.chosen();
    let (Some(first), many) = (chosen.first(), chosen.len() > 1) else {
        return Vec::new();
    };
    if let (Decision::NotAccepted, Some(until)) = (decision, too_early(&chosen, now.timestamp())) {
        let until = format::clock(&until.to_zoned(now.time_zone().clone()));
        let why =
            format!("several at once can be sent again after {until}: arrival can take 15 min");
        notify(state, Notice::warning("unknown", why));
        return Vec::new();
    }
    let people: u64 = chosen.iter().map(|row| row.unknown.people()).sum();
    let who = if many {
        format::people(people)
    } else {
        triage::person_of(first)
    };
    let items: Vec<ItemId> = chosen.iter().map(|row| row.unknown.item.id).collect();
    let wanted = match decision {
        _ if many => people.to_string(),
        Decision::NotAccepted => AGAIN.to_owned(),
        Decision::Accepted | Decision::Abandoned => String::new(),
    };
    let title = format!("{who}: {}", decision.words());
    let settlement = Settlement {
        items,
        decision,
        reason: String::new(),
        count: many.then_some(people),
    };
    let asked = Asked {
        purpose: Purpose::Settle(settlement),
        title,
        lines: consequence(decision, many),
        wanted,
        reason: true,
    };
    dialogs::ask_with(state, asked)
}

fn consequence(decision: Decision, many: bool) -> Vec<String> {
    let texts: &[&str] = match (decision, many) {
        (Decision::Accepted, _) => {
            &["You saw it on the phone or in the panel. It counts as accepted from now on."]
        }
        (Decision::NotAccepted, false) => &[
            "The platform may already have accepted this. Sending again can reach the person twice.",
            "One new linked message is made in a paused batch. Nothing leaves before R and its number.",
        ],
        (Decision::NotAccepted, true) => &[
            "The platform may already have accepted these. Sending again can reach the people twice.",
            "They are put into a new paused batch. Nothing leaves before R and its number.",
        ],
        (Decision::Abandoned, _) => &["Closed without knowing. Nothing is sent."],
    };
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A person's decision is in the record.
pub fn settled(state: &mut State, settled: Settled) -> Effects {
    let people: u64 = settled
        .items
        .iter()
        .map(|item| item.recipients.unwrap_or(1))
        .sum();
    let words = settled.decision.words();
    let text = match settled.made.as_slice() {
        [] => format!("{}: {words}", format::people(people)),
        [one] if one.waits_for_approval() => format!(
            "{}: {words}, {} waits for a second person · 4 shows it",
            format::people(people),
            one.id
        ),
        [one] => format!(
            "{}: {words}, paused in {} · 4 shows it, R sends",
            format::people(people),
            one.id
        ),
        several => format!(
            "{}: {words}, paused in {} batches · 4 shows them, R sends",
            format::people(people),
            several.len()
        ),
    };
    if let Some(open) = opened(state) {
        for item in &settled.items {
            open.marked.remove(&item.id);
        }
    }
    for batch in settled.changed.into_iter().chain(settled.made) {
        state.broadcasts.change(batch, state.now.timestamp());
    }
    notify(state, Notice::fact("unknown", text));
    reload(state)
}

/// A look at a conversation ended.
pub fn looked(state: &mut State, item: ItemId, found: Found) -> Effects {
    let name = opened(state).and_then(|open| open.looking.remove(&item));
    let who = name.unwrap_or_else(|| format!("item {}", item.0));
    let notice = match found {
        Found::Accepted { at, batch, .. } => {
            state.broadcasts.change(*batch, state.now.timestamp());
            let zone = state.now.time_zone().clone();
            let when = at.map_or_else(String::new, |at| {
                format!(" at {}", format::clock_seconds(&at.to_zoned(zone)))
            });
            Notice::fact(
                "read-back",
                format!("{who}: found in the chat{when}, accepted"),
            )
        }
        Found::NoEvidence(found) => {
            Notice::warning("read-back", format!("{who}: no evidence yet. {found}"))
        }
        Found::Settled => Notice::fact("read-back", format!("{who}: settled meanwhile")),
        Found::Failed(error) => {
            let text = format!("✗ {who}: {} {}", error.message, error.advice);
            Notice::error("read-back", text)
        }
    };
    notify(state, notice);
    reload(state)
}

/// What was refused for a while is in a new paused batch.
pub fn retried(state: &mut State, batch: Batch) -> Effects {
    let people = format::people(batch.counts.queued);
    let from = batch
        .parent
        .map_or_else(String::new, |parent| format!(" of {parent}"));
    let text = format!("{} is paused with {people}{from} · R sends them", batch.id);
    state.broadcasts.change(batch, state.now.timestamp());
    notify(state, Notice::fact("batch", text));
    Vec::new()
}
