//! Requests to the local record and the outbox, executed one after the other in the order in which
//! they were asked, so that "discard" never overtakes "save".

use super::paths::resolve;
use super::world::{World, storage_error};
use super::{approvals, clock, conversation_cache, importing, reports, shelves};
use crate::contract::{
    ApiError, CachedAnswer, ErrorKind, Event, Library, NewProfile, OptOutAsk, OutboxAnswer,
    OutboxCommand, OutboxEvent, Rejects, Settlement, StorageEvent, StoreRequest, Ticket,
};
use crate::domain::audience::{KeptMapping, MappingFor};
use crate::domain::audit::AuditFilter;
use crate::domain::template::{TemplateEdit, Wording};
use crate::domain::{Batch, BatchId, BotTarget, FrozenRequest, ItemId, RowWindow, User};
use crate::outbox::{Confirmation, Outbox, operator};
use crate::store::cache::ConversationKey;
use crate::store::{ChangeError, StoreError};

/// So many rows of a batch's people are read at once: several screens.
const ROWS_READ: u64 = 300;
/// So many people of the local copy are compared with a name that is looked for.
const NAMES_LOOKED_AT: u32 = 20_000;
/// So many of them are looked for in a batch.
const NAMED_AT_MOST: usize = 200;
/// Lines of the audit that its list holds, the newest.
const LINES_SHOWN: u64 = 2000;
/// Unknown results that a person is shown at once; settled ones make room for the next.
const UNKNOWN_SHOWN: u64 = 1000;
/// People offered because their conversation was opened last.
const RECENT: u32 = 50;

/// A request to the record.
#[derive(Debug)]
pub enum Job {
    /// The library, the cache, the draft.
    Store(StoreRequest),
    /// The outbox.
    Outbox(OutboxCommand),
    /// The settings file.
    AddProfile(NewProfile),
    /// A file of those who are left out.
    WriteRejects(Rejects),
}

impl Job {
    /// Whether it reads so much that a pause must not wait for it. It has a connection of its own.
    pub fn takes_long(&self) -> bool {
        matches!(
            self,
            Job::WriteRejects(_)
                | Job::Outbox(
                    OutboxCommand::LoadAudit(_)
                        | OutboxCommand::VerifyAudit
                        | OutboxCommand::ExportBatch { .. }
                        | OutboxCommand::AskApproval { .. }
                        | OutboxCommand::LoadMeter
                )
        )
    }
}

/// Executes a job. Blocks.
pub fn execute(world: &World, job: Job) -> Option<Event> {
    match job {
        Job::AddProfile(profile) => {
            let added = importing::add_profile(world, &profile);
            Some(Event::ProfileAdded(added))
        }
        Job::WriteRejects(rejects) => {
            let written = reports::write_rejects(world, &rejects);
            Some(Event::RejectsWritten(Box::new(written)))
        }
        Job::Store(request) => store(world, request)
            .unwrap_or_else(|error| Some(StorageEvent::Failed(error)))
            .map(|answer| Event::Storage(Box::new(answer))),
        Job::Outbox(command) => {
            let refused = match command {
                OutboxCommand::Queue { .. } => OutboxAnswer::NotQueued,
                OutboxCommand::Load
                | OutboxCommand::LoadMeter
                | OutboxCommand::Pause(_)
                | OutboxCommand::Resume { .. }
                | OutboxCommand::GoOn(_)
                | OutboxCommand::Cancel(_)
                | OutboxCommand::Undo(_)
                | OutboxCommand::StartNow(_)
                | OutboxCommand::SetRate(..)
                | OutboxCommand::LoadCopy(_)
                | OutboxCommand::LoadDetail { .. }
                | OutboxCommand::LoadItems { .. }
                | OutboxCommand::LoadRequest { .. }
                | OutboxCommand::LoadLastSent { .. }
                | OutboxCommand::LoadAudit(_)
                | OutboxCommand::VerifyAudit
                | OutboxCommand::OptOuts { .. }
                | OutboxCommand::ExportBatch { .. }
                | OutboxCommand::AskApproval { .. }
                | OutboxCommand::TakeApproval(_)
                | OutboxCommand::LoadUnknown(_)
                | OutboxCommand::Settle(_)
                | OutboxCommand::Retry(_) => OutboxAnswer::Refused,
            };
            outbox(world, command)
                .unwrap_or_else(|error| Some(Event::OutboxAnswer(Box::new(refused(error)))))
        }
    }
}

fn store(world: &World, request: StoreRequest) -> Result<Option<StorageEvent>, ApiError> {
    let now = clock::now();
    match request {
        StoreRequest::LoadLibrary => load_library(world).map(Some),
        StoreRequest::RememberSearch { attribute, value } => {
            let stored = world.cache()?.searched(&attribute, &value, now);
            stored.map_err(|error| storage_error(&error))?;
            Ok(None)
        }
        StoreRequest::RememberUsers(users) => {
            let stored = world.cache()?.seen_users(&users, now);
            stored.map_err(|error| storage_error(&error))?;
            Ok(None)
        }
        StoreRequest::SearchMessages { target, text } => {
            let cache = world.cache()?;
            let found = conversation_cache::search(cache, &target, &text)
                .map_err(|error| storage_error(&error))?;
            Ok(Some(StorageEvent::Found { text, found }))
        }
        StoreRequest::LoadRecent(target) => {
            let account = ConversationKey::account_of(&target);
            let recent = world.cache()?.recent(&account, RECENT);
            let recent = recent.map_err(|error| storage_error(&error))?;
            let people = recent.into_iter().map(|(user, _)| user).collect();
            Ok(Some(StorageEvent::Recent(people)))
        }
        StoreRequest::Shelf(ask) => shelves::answer(world, ask, now).map(Some),
        StoreRequest::SaveSearch { name, text } => save_search(world, &name, text).map(Some),
        StoreRequest::Conversation(conversation, ask) => {
            let stores = (world.cache()?, &world.library()?);
            let answer = conversation_cache::answer(stores, &conversation, ask, now);
            let part = answer.map_err(|error| storage_error(&error))?;
            let user = conversation.user.channel_user_id;
            Ok(Some(StorageEvent::Conversation(Box::new(CachedAnswer {
                user,
                part,
            }))))
        }
        StoreRequest::KeepMapping(kept) => keep_mapping(world, &kept).map(|()| None),
        StoreRequest::SaveDraft { id, text } => Ok(Some(save_draft(world, id, &text))),
        StoreRequest::SaveWording {
            name,
            language,
            wording,
        } => {
            save_wording(world, (&name, &language), *wording)?;
            Ok(None)
        }
        StoreRequest::KeepTemplates(new) => {
            let kept = importing::keep(world, &new, now)?;
            Ok(Some(StorageEvent::TemplatesKept(Box::new(kept))))
        }
        StoreRequest::DeleteDraft(id) => {
            world.drafts().delete(&world.library()?, &id)?;
            Ok(None)
        }
    }
}

/// What filled a template, for the next file like this one.
fn keep_mapping(world: &World, kept: &(MappingFor, KeptMapping)) -> Result<(), ApiError> {
    let stored = world.library()?.keep_mapping(&kept.0, &kept.1);
    stored.map_err(|error| storage_error(&error))
}

fn save_draft(world: &World, id: String, text: &str) -> StorageEvent {
    let library = world.library();
    let saved = library.and_then(|library| world.drafts().save(&library, &id, text, clock::now()));
    match saved {
        Ok(kept_as) => StorageEvent::DraftSaved { id, kept_as },
        Err(error) => StorageEvent::DraftNotSaved(error),
    }
}

fn save_wording(
    world: &World,
    (name, language): (&str, &str),
    wording: Wording,
) -> Result<(), ApiError> {
    let edit = TemplateEdit {
        wording: Some(wording),
        ..TemplateEdit::default()
    };
    let changed = world.library()?.edit_template(name, language, &edit);
    changed.map(drop).map_err(|error| change_error(&error))
}

/// Why a change of a template was not made, as people see it.
fn change_error(error: &ChangeError) -> ApiError {
    match error {
        ChangeError::Store(error) => storage_error(error),
        ChangeError::Edit(_) | ChangeError::Missing(_) | ChangeError::Version(_) => {
            let text = format!("The words were not kept: {error}.");
            ApiError::new(ErrorKind::Refused, text, "They stay in this draft.")
        }
    }
}

/// The searches that are kept after this one is kept or forgotten.
fn save_search(world: &World, name: &str, text: Option<String>) -> Result<StorageEvent, ApiError> {
    let library = world.library()?;
    let changed = match text {
        Some(text) => library.save_search(name, &text),
        None => library.remove_saved_search(name).map(drop),
    };
    changed.map_err(|error| storage_error(&error))?;
    let all = library.saved_searches();
    let all = all.map_err(|error| storage_error(&error))?;
    Ok(StorageEvent::SavedSearches(all))
}

fn load_library(world: &World) -> Result<StorageEvent, ApiError> {
    let library = world.library()?;
    let drafts = world.drafts().load(&library)?;
    // The cache is disposable: without it there is only no history of searches.
    let searches = world
        .cache()
        .ok()
        .and_then(|cache| cache.recent_searches(50).ok());
    let saved = library.saved_searches();
    let saved = saved.map_err(|error| storage_error(&error))?;
    Ok(StorageEvent::Library(Box::new(Library {
        templates: library.templates().map_err(|error| storage_error(&error))?,
        flows: library.flows().map_err(|error| storage_error(&error))?,
        usage: library.usage().map_err(|error| storage_error(&error))?,
        searches: searches.unwrap_or_default(),
        saved,
        drafts,
    })))
}

fn outbox(world: &World, command: OutboxCommand) -> Result<Option<Event>, ApiError> {
    let outbox = world.outbox()?;
    let changed = |batch| {
        let change = OutboxEvent::BatchChanged(Box::new(batch));
        Some(Event::Outbox(Box::new(change)))
    };
    let answer = match command {
        OutboxCommand::Load => OutboxAnswer::Batches(outbox.list()?),
        OutboxCommand::LoadMeter => OutboxAnswer::Meter(world.meter(clock::now())?),
        OutboxCommand::Queue { plan, typed, grace } => {
            OutboxAnswer::Queued(outbox.queue(&plan, &Confirmation { typed, grace })?)
        }
        OutboxCommand::Pause(batch) => return Ok(changed(outbox.pause(batch)?)),
        OutboxCommand::Resume { batch, remaining } => {
            return Ok(changed(outbox.resume(batch, remaining)?));
        }
        OutboxCommand::GoOn(batch) => return Ok(changed(outbox.go_on(batch)?)),
        OutboxCommand::Cancel(batch) => return Ok(changed(outbox.cancel(batch)?)),
        OutboxCommand::Undo(batch) => return Ok(changed(outbox.undo(batch)?)),
        OutboxCommand::StartNow(batch) => return Ok(changed(outbox.start_now(batch)?)),
        OutboxCommand::SetRate(batch, rate) => return Ok(changed(outbox.set_rate(batch, rate)?)),
        OutboxCommand::LoadDetail { ticket, batch } => detail(outbox, ticket, batch)?,
        OutboxCommand::LoadCopy(batch) => OutboxAnswer::Copy(Box::new(outbox.copy_of(batch)?)),
        OutboxCommand::LoadItems {
            ticket,
            batch,
            window,
        } => items(world, outbox, (ticket, batch), &window)?,
        OutboxCommand::LoadRequest {
            ticket,
            item,
            beside,
        } => return item_request(outbox, ticket, (item, beside)),
        OutboxCommand::LoadLastSent {
            ticket,
            kind,
            title,
            target,
            recipient,
        } => {
            let recipient = recipient.as_deref();
            let found = outbox.store().last_sent(kind, &title, &target, recipient);
            last_sent(ticket, found)?
        }
        OutboxCommand::LoadUnknown(only) => unknown(outbox, only)?,
        OutboxCommand::Settle(settlement) => settle(outbox, &settlement)?,
        OutboxCommand::Retry(batch) => OutboxAnswer::Retried(outbox.retry(batch)?),
        OutboxCommand::LoadAudit(filter) => audit(outbox, filter)?,
        OutboxCommand::VerifyAudit => OutboxAnswer::AuditVerified(outbox.verify_audit()?),
        OutboxCommand::OptOuts {
            target,
            people,
            ask,
        } => opt_outs(outbox, &target, people, ask)?,
        OutboxCommand::ExportBatch { batch, file } => report(world, batch, &file),
        OutboxCommand::AskApproval { batch, file } => ask_approval(world, batch, &file),
        OutboxCommand::TakeApproval(file) => return Ok(changed(take_approval(world, &file)?)),
    };
    Ok(Some(answered(answer)))
}

fn last_sent(
    ticket: Ticket,
    found: Result<LastSent, StoreError>,
) -> Result<OutboxAnswer, ApiError> {
    let found = found.map_err(|error| storage_error(&error))?;
    Ok(OutboxAnswer::LastSent { ticket, found })
}

/// A batch and the request that left with it.
type LastSent = Option<(BatchId, FrozenRequest)>;

/// An item with its frozen request, if it has one.
fn item_request(
    outbox: &Outbox,
    ticket: Ticket,
    (item, beside): (ItemId, Option<bool>),
) -> Result<Option<Event>, ApiError> {
    let wanted = match beside {
        Some(after) => outbox.call_beside(item, after)?,
        None => Some(item),
    };
    let Some(wanted) = wanted else {
        return Ok(None);
    };
    let (Some(item), Some(request)) = (outbox.item(wanted)?, outbox.request_of(wanted)?) else {
        return Ok(None);
    };
    let place = outbox.place_of(&item)?;
    Ok(Some(answered(OutboxAnswer::Request {
        ticket,
        item,
        request,
        place,
    })))
}

/// A part of the people of a batch, those with a name that is looked for among them.
fn items(
    world: &World,
    outbox: &Outbox,
    (ticket, batch): (Ticket, BatchId),
    window: &RowWindow,
) -> Result<OutboxAnswer, ApiError> {
    let named = named(world, &window.find);
    let page = outbox.rows(batch, window, &named, ROWS_READ)?;
    Ok(OutboxAnswer::Items {
        ticket,
        batch,
        page,
    })
}

fn detail(outbox: &Outbox, ticket: Ticket, batch: BatchId) -> Result<OutboxAnswer, ApiError> {
    let detail = Box::new(outbox.detail(batch)?);
    Ok(OutboxAnswer::Detail { ticket, detail })
}

fn settle(outbox: &Outbox, settlement: &Settlement) -> Result<OutboxAnswer, ApiError> {
    let settled = outbox.settle(settlement, &operator())?;
    Ok(OutboxAnswer::Settled(Box::new(settled)))
}

fn report(world: &World, batch: BatchId, file: &str) -> OutboxAnswer {
    OutboxAnswer::Report(batch, reports::write(world, batch, file))
}

fn ask_approval(world: &World, batch: BatchId, file: &str) -> OutboxAnswer {
    OutboxAnswer::ApprovalAsked(batch, reports::write_for_approval(world, batch, file))
}

fn take_approval(world: &World, file: &str) -> Result<Batch, ApiError> {
    let key = approvals::own_key(&world.library()?)?;
    approvals::take(world.outbox()?, &key, &resolve(file))
}

fn answered(answer: OutboxAnswer) -> Event {
    Event::OutboxAnswer(Box::new(answer))
}

fn unknown(outbox: &Outbox, only: Option<BatchId>) -> Result<OutboxAnswer, ApiError> {
    let items = outbox.unknowns(only, UNKNOWN_SHOWN)?;
    Ok(OutboxAnswer::Unknown { only, items })
}

/// Digits of people in the local copy whose name has the text. Without the copy nobody is found
/// by name.
fn named(world: &World, text: &str) -> Vec<String> {
    let wanted = text.trim().to_lowercase();
    if !wanted.chars().any(char::is_alphabetic) {
        return Vec::new();
    }
    let users = world
        .cache()
        .ok()
        .and_then(|cache| cache.users(NAMES_LOOKED_AT).ok());
    let users = users.unwrap_or_default().into_iter().map(|(user, _)| user);
    let has = |user: &User| {
        let name = user.name.as_deref().unwrap_or_default();
        name.to_lowercase().contains(&wanted)
    };
    users
        .filter(has)
        .map(|user| user.channel_user_id)
        .take(NAMED_AT_MOST)
        .collect()
}

/// Changes the list of people who must not be written to, and says who of these is on it.
fn opt_outs(
    outbox: &Outbox,
    target: &BotTarget,
    people: Vec<String>,
    ask: OptOutAsk,
) -> Result<OutboxAnswer, ApiError> {
    match &ask {
        OptOutAsk::Look => {}
        OptOutAsk::Put(source, reason) => {
            outbox.suppress(target, &people, (*source, reason))?;
        }
        OptOutAsk::TakeOff => {
            outbox.unsuppress(target, &people)?;
        }
    }
    let found = outbox.suppressed_among(target, &people)?;
    Ok(OutboxAnswer::OptOuts { ask, people, found })
}

/// The newest lines of the audit that fit.
fn audit(outbox: &Outbox, filter: AuditFilter) -> Result<OutboxAnswer, ApiError> {
    let lines = outbox.audit(&filter, LINES_SHOWN)?;
    let cut = lines.len() as u64 == LINES_SHOWN;
    Ok(OutboxAnswer::Audit { filter, lines, cut })
}
