//! What comes back from the world: reads, plans, the outbox, the local database.
//!
//! Every answer carries its ticket; one that nobody waits for any more is dropped here.

use super::state::{Armed, Connection, Context, State};
use super::update::{Effects, notify};
use super::{
    approving, asking, audit, batches, cache_news, choosing, cloning, dialogs, draft_shelf, drafts,
    importing, library, opting_out, outgoing, people_checks, reading, searches, triage,
};
use crate::contract::{
    ApiAnswer, ApiError, ApiResponse, CallDirection, CallOutcome, CallRecord, Notice, OutboxAnswer,
    OutboxEvent, PlanAnswer, PlanPurpose, SenderState, Slot, StorageEvent, Ticket,
};
use crate::domain::approval::NEEDS_APPROVAL;
use crate::domain::opt_out::OPTED_OUT;
use crate::domain::{Batch, BatchId, BatchState, FrozenRequest, PlanFacts};
use crate::panes::payload_preview::LastSent;
use crate::text::format;
use jiff::SignedDuration;
use std::sync::Arc;
use std::time::Duration;

/// A read was answered.
pub fn api(state: &mut State, answer: ApiAnswer) -> Effects {
    if !state.tickets.redeem(answer.slot, answer.ticket) {
        return Vec::new();
    }
    match (answer.slot, answer.result) {
        (Slot::UserSearch, Ok(ApiResponse::Users(users))) => {
            state.toasts.settle("users");
            searches::arrived(state, users)
        }
        (Slot::Conversation, Ok(ApiResponse::Page(page))) => {
            state.toasts.settle("conversation");
            reading::newest_arrived(state, page)
        }
        (Slot::OlderMessages, Ok(ApiResponse::Page(page))) => {
            state.toasts.settle("conversation");
            reading::older_arrived(state, page)
        }
        (Slot::Follow, Ok(ApiResponse::Page(page))) => reading::looked(state, page),
        (Slot::Follow, Err(error)) => reading::look_failed(state, error),
        (slot, Err(error)) => {
            read_failed(state, slot, error);
            Vec::new()
        }
        (_, Ok(_)) => Vec::new(),
    }
}

/// An error of a read is visible in three sizes: a mark in the pane, a toast with the key that
/// helps, and the whole text in the activity list.
fn read_failed(state: &mut State, slot: Slot, error: ApiError) {
    let now = state.now.timestamp();
    let (about, what) = match slot {
        Slot::UserSearch => ("users", "Users not refreshed"),
        Slot::OlderMessages => ("conversation", "Older messages not loaded"),
        Slot::Conversation
        | Slot::Follow
        | Slot::Sync
        | Slot::Preview
        | Slot::Review
        | Slot::BatchItems
        | Slot::BatchDetail
        | Slot::ItemRequest
        | Slot::LastSent
        | Slot::Media
        | Slot::Picture
        | Slot::Import
        | Slot::PeopleSample
        | Slot::Check
        | Slot::Spinner => ("conversation", "Conversation not refreshed"),
    };
    let short = error
        .message
        .split(". ")
        .next()
        .unwrap_or("")
        .trim_end_matches('.')
        .to_owned();
    notify(
        state,
        Notice::error(about, format!("✗ {what}: {short} · r again · @ details")),
    );
    match slot {
        Slot::UserSearch => state.users.users.fail(error, now),
        Slot::OlderMessages => {
            if let Some(chat) = &mut state.conversation.chat {
                chat.older.fail(error, now);
            }
        }
        Slot::Conversation
        | Slot::Follow
        | Slot::Sync
        | Slot::Preview
        | Slot::Review
        | Slot::BatchItems
        | Slot::BatchDetail
        | Slot::ItemRequest
        | Slot::LastSent
        | Slot::Media
        | Slot::Picture
        | Slot::Import
        | Slot::PeopleSample
        | Slot::Check
        | Slot::Spinner => {
            if let Some(chat) = &mut state.conversation.chat {
                chat.newest.fail(error, now);
            }
        }
    }
}

/// A call ended: one line of activity, and news about the connection.
pub fn call(state: &mut State, record: CallRecord) -> Effects {
    if record.direction != CallDirection::Local {
        state.connection = connection_after(state, &record);
    }
    if let Some(clock) = &record.detail.server_clock {
        state.skew = Some(clock.ahead());
    }
    state.activity.add(record);
    Vec::new()
}

/// The number in the header changes only when it says something else: looks at an open
/// conversation would otherwise make it flicker for ever.
fn steady(before: Connection, now: Duration) -> Duration {
    /// Answers faster than this are all the same to a person.
    const QUICK: Duration = Duration::from_millis(20);
    match before {
        Connection::Online { answered_in } => {
            let (old, new) = (answered_in.max(QUICK), now.max(QUICK));
            let same = old < new * 2 && new < old * 2;
            if same { answered_in } else { now }
        }
        Connection::Connecting | Connection::Offline { .. } | Connection::KeyRefused => now,
    }
}

fn connection_after(state: &State, record: &CallRecord) -> Connection {
    match record.http_status {
        Some(401 | 403) => Connection::KeyRefused,
        Some(_) => Connection::Online {
            answered_in: steady(state.connection, record.duration),
        },
        None if record.outcome == CallOutcome::Waiting || record.outcome == CallOutcome::Failed => {
            match state.connection {
                Connection::Offline { since } => Connection::Offline { since },
                Connection::Connecting | Connection::Online { .. } | Connection::KeyRefused => {
                    Connection::Offline {
                        since: record.started,
                    }
                }
            }
        }
        None => state.connection,
    }
}

/// A plan was built, or could not be.
pub fn plan(state: &mut State, answer: PlanAnswer) -> Effects {
    let slot = match answer.purpose {
        PlanPurpose::Preview => Slot::Preview,
        PlanPurpose::Review => Slot::Review,
        PlanPurpose::Check => Slot::Check,
    };
    if !state.tickets.redeem(slot, answer.ticket) {
        return Vec::new();
    }
    if answer.purpose == PlanPurpose::Check {
        people_checks::answered(state, answer.checks, &answer.result);
    }
    match answer.result {
        Ok(plan) => {
            if let Some(draft) = &mut state.composer.draft {
                draft.problems.clear();
                draft.warnings.clone_from(&plan.notes);
                draft.plan = Some(Arc::clone(&plan));
                draft.countries = answer.countries;
                let opted_out = plan.skipped.iter().filter(|row| row.rule == OPTED_OUT);
                draft.opted_out = opted_out.count() as u64;
            }
            state.payload.show_plan(Arc::clone(&plan));
            if answer.purpose == PlanPurpose::Review {
                let facts = answer
                    .facts
                    .unwrap_or_else(|| Arc::new(PlanFacts::of(&plan)));
                return dialogs::open_review(state, (plan, facts));
            }
        }
        Err(mut failure) => {
            if let Some(draft) = &mut state.composer.draft {
                draft.word(&mut failure.problems);
                draft.problems.clone_from(&failure.problems);
                draft.plan = None;
            }
            let first = failure.problems.first();
            if let (PlanPurpose::Review, Some(problem)) = (answer.purpose, first) {
                if problem.takes_reason() {
                    let sentence = problem.text.clone();
                    state.payload.fail(failure);
                    return dialogs::ask_override(state, &sentence);
                }
                let text = format!("✗ {} to fix: {}", failure.problems.len(), problem.text);
                notify(state, Notice::error("draft", text));
            }
            state.payload.fail(failure);
        }
    }
    Vec::new()
}

/// The outbox works.
pub fn outbox(state: &mut State, event: OutboxEvent) -> Effects {
    match event {
        OutboxEvent::BatchChanged(batch) => batch_changed(state, *batch),
        OutboxEvent::CallFinished(record) => {
            batches::call_ended(state, &record);
            outgoing::call_ended(state, &record);
            call(state, *record)
        }
        OutboxEvent::Sender(sender) => {
            let known = std::mem::replace(&mut state.sender, sender) == sender;
            // Whoever can say who sends is connected, and so knows the limits.
            if known || sender == SenderState::Nobody {
                return Vec::new();
            }
            batches::ask_meter(state)
        }
        OutboxEvent::Recovered(sentences) => {
            if let Some(first) = sentences.first() {
                let unknown = first.contains(" unknown") && !first.contains(" 0 unknown");
                let keys = if unknown {
                    "U, then R"
                } else {
                    "4 shows it, R resumes"
                };
                let text = format!("! {first} · {keys}");
                notify(state, Notice::error("recovered", text));
            }
            state.broadcasts.recovered = sentences;
            Vec::new()
        }
        // Whoever sees this screen is told by the batch itself.
        OutboxEvent::PersonNeeded(_) => Vec::new(),
    }
}

fn batch_changed(state: &mut State, batch: Batch) -> Effects {
    if state.broadcasts.newer_than(&batch).is_some() {
        return Vec::new();
    }
    outgoing::changed(state, &batch);
    if batch.state != BatchState::Armed {
        state.start(|armed| armed.batch == batch.id);
    }
    let before = state
        .broadcasts
        .batches
        .iter()
        .find(|known| known.id == batch.id);
    let unknown = before.map(|known| known.counts.unknown);
    let was_finished = before.is_some_and(|known| is_final(known.state));
    if is_final(batch.state) && !was_finished && before.is_some() {
        notify(state, batches::finished(&batch));
    } else if let (BatchState::Paused | BatchState::Held, Some(reason)) =
        (batch.state, &batch.reason)
        && before.is_none_or(|known| known.state != batch.state)
    {
        let text = format!(
            "‖ {} {}: {} · 4 shows it",
            batch.id,
            batch.state.word(),
            reason.text
        );
        notify(state, Notice::error("batch", text));
    } else if let Some(approved) = batches::newly_approved(before, &batch) {
        notify(state, approved);
    }
    let (id, working) = (batch.id, is_working(batch.state));
    let mut effects = after_undo(state, &batch);
    effects.extend(triage::batch_changed(state, unknown, &batch));
    let now = state.now.timestamp();
    state.broadcasts.change(batch, now);
    effects.extend(batches::changed(state, id, working));
    effects
}

/// What was taken back either never left or had left already.
fn after_undo(state: &mut State, batch: &Batch) -> Effects {
    let undoing = state.undoing.as_ref().map(|armed| armed.batch);
    if undoing != Some(batch.id) || batch.state == BatchState::Armed {
        return Vec::new();
    }
    if batch.state == BatchState::Cancelled
        && batch.counts.cancelled + batch.counts.skipped == batch.counts.planned
    {
        return drafts::undone(state);
    }
    state.undoing = None;
    state.just_started = None;
    if matches!(batch.state, BatchState::Paused | BatchState::Draining) {
        return asking::ask_too_late(state, batch);
    }
    Vec::new()
}

fn is_working(state: BatchState) -> bool {
    matches!(state, BatchState::Running | BatchState::Draining)
}

fn is_final(state: BatchState) -> bool {
    matches!(
        state,
        BatchState::Done | BatchState::DoneWithProblems | BatchState::Cancelled
    )
}

/// The outbox answers a command.
pub fn outbox_answer(state: &mut State, answer: OutboxAnswer) -> Effects {
    match answer {
        OutboxAnswer::Batches(batches) => {
            state.toasts.settle("record");
            outgoing::load(state, batches);
        }
        OutboxAnswer::Meter(meter) => state.broadcasts.meter = meter,
        OutboxAnswer::Queued(batch) => return queued(state, batch),
        OutboxAnswer::Detail { ticket, detail } => batches::detail_arrived(state, ticket, detail),
        OutboxAnswer::Copy(copy) => return cloning::arrived(state, &copy),
        OutboxAnswer::Items {
            ticket,
            batch,
            page,
        } => return batches::people_arrived(state, ticket, (batch, page)),
        OutboxAnswer::Request {
            ticket,
            item,
            request,
            place,
        } => batches::request_arrived(state, ticket, (&item, request, place)),
        OutboxAnswer::LastSent { ticket, found } => last_sent(state, ticket, found),
        OutboxAnswer::Unknown { only, items } => triage::listed(state, only, items),
        OutboxAnswer::ReadBack { item, found } => return triage::looked(state, item, found),
        OutboxAnswer::Settled(settled) => return triage::settled(state, *settled),
        OutboxAnswer::Retried(batch) => return triage::retried(state, batch),
        OutboxAnswer::Audit { filter, lines, cut } => audit::arrived(state, &filter, &lines, cut),
        OutboxAnswer::AuditVerified(check) => audit::verified(state, &check),
        OutboxAnswer::Report(batch, result) => audit::reported(state, batch, result),
        OutboxAnswer::ApprovalAsked(batch, file) => approving::asked(state, batch, file),
        OutboxAnswer::OptOuts { ask, people, found } => {
            return opting_out::answered(state, &ask, (people, found));
        }
        OutboxAnswer::NotQueued(error) => {
            let effects = restore_draft(state);
            record_refused(state, &error);
            return effects;
        }
        OutboxAnswer::Refused(error) => {
            let late = state.undoing.as_ref().map(|armed| armed.batch);
            let late = late.and_then(|id| {
                let batch = state
                    .broadcasts
                    .batches
                    .iter()
                    .find(|batch| batch.id == id)?;
                batches::handed_over(batch, &state.now)
            });
            drafts::not_undone(state);
            match late {
                Some(there) => {
                    let text = format!("✗ Handed to the platform. {}", there.sentence());
                    notify(state, Notice::error("batch", text));
                }
                None => record_refused(state, &error),
            }
        }
    }
    Vec::new()
}

/// The last call of the same thing came, or there is none.
fn last_sent(state: &mut State, ticket: Ticket, found: Option<(BatchId, FrozenRequest)>) {
    if !state.tickets.redeem(Slot::LastSent, ticket) {
        return;
    }
    if let Some((batch, request)) = found {
        state.payload.compare_with(LastSent {
            label: batch.to_string(),
            request: Arc::new(request),
        });
    } else {
        let text = "Nothing of this name has left yet: there is nothing to compare.";
        notify(state, Notice::fact("compare", text));
    }
}

fn record_refused(state: &mut State, error: &ApiError) {
    let text = format!("✗ {} {}", error.message, error.advice);
    notify(state, Notice::error("record", text));
}

/// The plan is durably queued: the composer is free for the next person.
fn queued(state: &mut State, batch: Batch) -> Effects {
    let people = batch.counts.planned - batch.counts.skipped;
    let title = crate::text::sanitize::clean_line(&batch.title).into_owned();
    let taken = state.queueing.take();
    let forget = taken
        .iter()
        .map(|(draft, _)| draft_shelf::queued(draft))
        .collect();
    outgoing::changed(state, &batch);
    if let (BatchState::Armed, Some((draft, grace))) = (batch.state, taken) {
        let who = draft.to_words();
        let until = SignedDuration::try_from(grace).unwrap_or(SignedDuration::ZERO);
        state.armed.push(Armed {
            batch: batch.id,
            label: format!("{title} → {who}"),
            until: state.now.timestamp() + until,
            grace,
            single: people == 1,
            draft: Some(draft),
        });
        state.armed.sort_by_key(|armed| armed.until);
    }
    let waiting = match state.sender {
        crate::contract::SenderState::Nobody => " · nobody sends now",
        crate::contract::SenderState::ThisProcess
        | crate::contract::SenderState::Other { .. }
        | crate::contract::SenderState::CopiedFolder => "",
    };
    let what = match batch.reason.as_ref().map(|reason| reason.rule.as_str()) {
        Some(NEEDS_APPROVAL) => "waits for a second person",
        Some(_) | None => "queued",
    };
    let text = format!(
        "{} {what}: {title}, {}{waiting}",
        batch.id,
        format::people(people)
    );
    notify(state, Notice::fact("batch", text));
    let now = state.now.timestamp();
    state.broadcasts.change(batch, now);
    forget
}

/// A confirmed plan was not queued: the draft comes back as it was.
fn restore_draft(state: &mut State) -> Effects {
    match state.queueing.take() {
        Some((draft, _)) => draft_shelf::give_back(state, *draft),
        None => Vec::new(),
    }
}

/// The local database answers.
pub fn storage(state: &mut State, answer: StorageEvent, context: &Context<'_>) -> Effects {
    match answer {
        StorageEvent::Library(library) => {
            state.library = *library;
            state.users.history.clone_from(&state.library.searches);
            let kept = std::mem::take(&mut state.library.drafts);
            draft_shelf::restore(state, kept)
        }
        StorageEvent::Conversation(answer) => reading::cached(state, *answer),
        StorageEvent::Found { text, found } => choosing::show_found(state, &text, &found),
        StorageEvent::Recent(people) => {
            state.recent = people;
            Vec::new()
        }
        StorageEvent::Shelf(answer) => library::answered(state, *answer),
        StorageEvent::SavedSearches(saved) => searches::kept(state, saved),
        StorageEvent::TemplatesKept(kept) => importing::kept(state, *kept, context),
        StorageEvent::DraftSaved { id, kept_as } => {
            draft_shelf::saved(state, &id, &kept_as);
            Vec::new()
        }
        StorageEvent::Cache(news) => {
            cache_news::show(state, news);
            Vec::new()
        }
        StorageEvent::DraftNotSaved(error) => draft_shelf::not_saved(state, &error),
        StorageEvent::Failed(error) => {
            let text = format!("✗ {} {}", error.message, error.advice);
            notify(state, Notice::error("storage", text));
            Vec::new()
        }
    }
}
