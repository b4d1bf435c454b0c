//! The Broadcasts pane and the record: what it asks for, and what comes back. The list is in
//! memory; of one batch the detail is read, and its people part by part.

use super::state::State;
use super::update::{Effects, notify};
use super::{asking, audit, cloning, flows};
use crate::contract::{
    CallOutcome, CallRecord, Effect, Notice, OutboxCommand, PaneId, Slot, Ticket,
};
use crate::domain::approval::APPROVED;
use crate::domain::{
    Batch, BatchDetail, BatchId, BatchState, FrozenRequest, Item, ItemId, RowPage, SendKind,
};
use crate::overlays::page;
use crate::panes::broadcast_scheduler::{Wait, Wish};
use crate::text::{format, sanitize};
use crate::theme::Role;
use crate::widgets::Spans;
use jiff::SignedDuration;
use jiff::Zoned;

/// What the Broadcasts pane wishes.
pub fn wished(state: &mut State, wish: Option<Wish>) -> Effects {
    match wish {
        None => Vec::new(),
        Some(Wish::LoadPeople) => load_people(state),
        Some(Wish::ShowRequest(item)) => load_request(state, item, None),
        Some(Wish::Reload) => vec![Effect::Outbox(OutboxCommand::Load)],
        Some(Wish::Pause(batch)) => vec![Effect::Outbox(OutboxCommand::Pause(batch))],
        Some(Wish::GoOn(batch)) => vec![Effect::Outbox(OutboxCommand::GoOn(batch))],
        Some(Wish::AskResume(batch)) => asking::ask_resume(state, batch),
        Some(Wish::AskCancel(batch)) => asking::ask_cancel(state, batch),
        Some(Wish::AskReport(batch)) => audit::ask_report(state, batch),
        Some(Wish::Retry(batch)) => vec![Effect::Outbox(OutboxCommand::Retry(batch))],
        Some(Wish::ChangeRate(batch, percent)) => change_rate(state, batch, percent),
        Some(Wish::Clone(batch)) => cloning::ask(state, batch),
        Some(Wish::Copy(text)) => flows::copy(state, text),
    }
}

/// Reads the visible people of the open batch.
fn load_people(state: &mut State) -> Effects {
    let now = state.now.timestamp();
    let Some(batch) = state.broadcasts.selected().map(|batch| batch.id) else {
        return Vec::new();
    };
    state.broadcasts.people.page.start(now);
    let window = state.broadcasts.people.window();
    let ticket = state.tickets.issue(Slot::BatchItems);
    let command = ticket.map(|ticket| OutboxCommand::LoadItems {
        ticket,
        batch,
        window,
    });
    command.map(Effect::Outbox).into_iter().collect()
}

/// Reads the frozen call of an item, or the one beside it.
pub fn load_request(state: &mut State, item: ItemId, beside: Option<bool>) -> Effects {
    let ticket = state.tickets.issue(Slot::ItemRequest);
    let command = ticket.map(|ticket| OutboxCommand::LoadRequest {
        ticket,
        item,
        beside,
    });
    command.map(Effect::Outbox).into_iter().collect()
}

fn change_rate(state: &mut State, batch: BatchId, percent: i32) -> Effects {
    let known = state.broadcasts.detail_of_selected();
    let known = known.filter(|detail| detail.batch == batch);
    let rate = known.map_or(state.limits().per_minute, |detail| detail.limits.per_minute);
    let rate = i64::from(rate);
    let step = (rate * i64::from(percent) / 100).abs().max(1) * i64::from(percent.signum());
    let changed = u32::try_from((rate + step).clamp(1, 60_000)).unwrap_or(1);
    state.profile.per_minute = changed;
    // The next press goes on from here: what is read anew comes later.
    let known = state.broadcasts.detail.as_deref_mut();
    if let Some(detail) = known.filter(|detail| detail.batch == batch) {
        detail.limits.per_minute = changed;
    }
    let text = format!("{batch}: {} a minute", format::count(u64::from(changed)));
    notify(state, Notice::fact("rate", text));
    vec![Effect::Outbox(OutboxCommand::SetRate(batch, changed))]
}

/// Asks for the detail of the batch under the cursor, if it was not read since its last change.
/// While it goes on one reading at a time is enough. Called after every event.
pub fn follow_detail(state: &mut State) -> Effects {
    let Some(batch) = state.broadcasts.selected() else {
        return Vec::new();
    };
    let wanted = (batch.id, batch.revision);
    let asked = state.broadcasts.asked;
    let same = asked.is_some_and(|(id, _)| id == wanted.0);
    let busy = same && state.tickets.is_waiting(Slot::BatchDetail);
    if asked == Some(wanted) || busy || state.layout().inside(PaneId::Broadcasts).is_none() {
        return Vec::new();
    }
    state.broadcasts.asked = Some(wanted);
    let ticket = state.tickets.issue(Slot::BatchDetail);
    let command = ticket.map(|ticket| OutboxCommand::LoadDetail {
        ticket,
        batch: wanted.0,
    });
    command.map(Effect::Outbox).into_iter().collect()
}

/// Asks how much of a day's limits is used.
pub fn ask_meter(state: &mut State) -> Effects {
    let changes = state.broadcasts.changes();
    state.broadcasts.meter_asked = Some((state.now.timestamp(), changes));
    vec![Effect::Outbox(OutboxCommand::LoadMeter)]
}

/// Asks for it again where there is a limit: once something has come to rest, and while calls go
/// on, or people leave the 24 hours, now and then. Called after every event.
pub fn follow_meter(state: &mut State) -> Effects {
    /// While calls go on.
    const OFTEN: SignedDuration = SignedDuration::from_secs(5);
    /// While nothing happens.
    const SELDOM: SignedDuration = SignedDuration::from_secs(60);
    let Some((asked, before)) = state.broadcasts.meter_asked else {
        return Vec::new();
    };
    let age = state.now.timestamp().duration_since(asked);
    let changed = before != state.broadcasts.changes();
    let at_rest = state.broadcasts.active().next().is_none();
    let due = age >= SELDOM || (changed && (at_rest || age >= OFTEN));
    if state.broadcasts.meter.words().is_none() || !due {
        return Vec::new();
    }
    ask_meter(state)
}

/// The detail came.
pub fn detail_arrived(state: &mut State, ticket: Ticket, detail: Box<BatchDetail>) {
    if state.tickets.redeem(Slot::BatchDetail, ticket) {
        state.broadcasts.detail = Some(detail);
    }
}

/// A part of the people came. If the cursor has left it meanwhile the next part is asked for.
pub fn people_arrived(state: &mut State, ticket: Ticket, page: (BatchId, RowPage)) -> Effects {
    let now = state.now.timestamp();
    if !state.tickets.redeem(Slot::BatchItems, ticket) {
        return Vec::new();
    }
    let got = page.1.items.len();
    state.broadcasts.people.page.succeed(page, now);
    let height = state.list_height(&state.layout(), PaneId::Broadcasts);
    let len = state.broadcasts.people.rows();
    state.broadcasts.people.list.clamp(len, height);
    if got > 0 && state.broadcasts.people.lacks_rows(height) {
        return load_people(state);
    }
    Vec::new()
}

/// The frozen call of an item came: the Payload pane shows it.
pub fn request_arrived(
    state: &mut State,
    ticket: Ticket,
    (item, request, (place, calls)): (&Item, FrozenRequest, (u64, u64)),
) {
    if !state.tickets.redeem(Slot::ItemRequest, ticket) {
        return;
    }
    let who = item.recipient.as_deref();
    let who = who.map_or_else(String::new, format::last_four);
    let label = format!("{} {who}", item.batch);
    let of = (item.id, (place, calls));
    state.payload.show_item(label, request, of);
    flows::visit_pane(state, PaneId::Payload);
}

/// The open batch looks different: its people are read again. While calls end by the dozen one
/// reading at a time is enough; a batch that came to rest is read in any case.
pub fn changed(state: &mut State, id: BatchId, working: bool) -> Effects {
    let shown = state.broadcasts.detail_open
        && state.broadcasts.selected().map(|batch| batch.id) == Some(id);
    if shown && !(working && state.tickets.is_waiting(Slot::BatchItems)) {
        load_people(state)
    } else {
        Vec::new()
    }
}

/// A call ended: its batch waits if the call does.
pub fn call_ended(state: &mut State, record: &CallRecord) {
    let Some(batch) = record.detail.batch else {
        return;
    };
    let until = record.detail.retry_at;
    let until = until.filter(|_| record.outcome == CallOutcome::Waiting);
    let wait = until.map(|until| Wait {
        until,
        asked: record.http_status.is_some(),
    });
    let now = state.now.timestamp();
    state.broadcasts.pulses.waits(batch, wait, now);
}

/// What became of a batch that has come to its end.
pub fn finished(batch: &Batch) -> Notice {
    let counts = &batch.counts;
    let title = sanitize::clean_line(&batch.title);
    let counted = [
        ("accepted", counts.accepted),
        ("rejected", counts.rejected),
        ("unknown", counts.unknown),
        ("cancelled", counts.cancelled),
    ];
    let counted: Vec<String> = counted
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(word, count)| format!("{} {word}", format::count(count)))
        .collect();
    let text = format!("{} {title}: {}", batch.id, counted.join(", "));
    if counts.rejected + counts.unknown > 0 {
        Notice::error("batch", format!("! {text} · 4 shows it"))
    } else if batch.state == BatchState::Cancelled && counts.accepted == 0 {
        Notice::fact("batch", format!("{} stopped. Nothing was sent.", batch.id))
    } else {
        Notice::fact("batch", format!("✓ {text}"))
    }
}

/// The news that a second person has approved a batch that waited for it.
pub fn newly_approved(before: Option<&Batch>, batch: &Batch) -> Option<Notice> {
    let reason = batch.reason.as_ref()?;
    let is_new = before.is_some_and(Batch::waits_for_approval) && reason.rule == APPROVED;
    let text = format!("{}: {} · 4 shows it", batch.id, reason.text);
    is_new.then(|| Notice::fact("batch", text))
}

/// Where in the panel a broadcast can still be stopped that the platform has; nothing here can.
/// `None` for everything that it has not taken.
pub fn handed_over(batch: &Batch, now: &Zoned) -> Option<HandedOver> {
    let of_platform = matches!(batch.kind, SendKind::Broadcast | SendKind::CsvBroadcast);
    if !of_platform || batch.counts.accepted == 0 {
        return None;
    }
    let waits = batch.scheduled.filter(|at| *at > now.timestamp());
    let place = if waits.is_some() {
        "Scheduled"
    } else {
        "Published"
    };
    let title = sanitize::clean_line(&batch.title);
    Some(HandedOver {
        until: waits.map(|at| format::planned(&at.to_zoned(now.time_zone().clone()))),
        place: format!("Broadcast → {place} → {title}"),
        title: title.into_owned(),
    })
}

/// A broadcast that the platform has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedOver {
    /// When the platform publishes it, if that is still to come.
    pub until: Option<String>,
    /// Where the panel shows it.
    pub place: String,
    /// Its name there, clean.
    pub title: String,
}

impl HandedOver {
    /// One sentence for a toast.
    pub fn sentence(&self) -> String {
        format!("It can only be stopped in the panel: {}", self.place)
    }

    /// What to do, as a page; its copy is the name to look for.
    pub fn page(&self, id: BatchId) -> page::State {
        let last = self.until.as_ref().map_or_else(
            || "It is published already: what arrived cannot be taken back.".to_owned(),
            |at| format!("It can only be stopped in the panel, before {at}:"),
        );
        let text = |line: &str| Spans::of(Role::Text, line.to_owned());
        page::State {
            kind: page::Kind::Detail,
            title: format!("{id} cannot be cancelled from here"),
            state: Spans::default(),
            lines: vec![
                text("It was handed to the platform, and this API has no cancel."),
                text(&last),
                Spans::default(),
                Spans::of(Role::Key, self.place.clone()),
            ],
            scroll: 0,
            copy: self.title.clone(),
        }
    }
}

/// Whether a countdown of a batch is on the screen.
pub fn counts_down(state: &State) -> bool {
    let now = state.now.timestamp();
    let waits = |batch: &Batch| state.broadcasts.pulses.wait(batch.id, now).is_some();
    state.broadcasts.active().any(waits) && state.layout().inside(PaneId::Broadcasts).is_some()
}
