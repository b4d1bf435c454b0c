//! What happened. Everything that reaches `update` is one of these.

use super::action::Action;
use super::activity::CallRecord;
use super::api::{ApiError, ApiResponse};
use super::cached::{CacheNews, CachedAnswer, FoundMessage, SyncNews};
use super::effect::{OptOutAsk, PlanPurpose, TimerId};
use super::import::{ImportAnswer, KeptTemplates};
use super::media::MediaAnswer;
use super::meter::Meter;
use super::outbox::OutboxEvent;
use super::people::{PathsAnswer, SampleAnswer};
use super::shelves::ShelfAnswer;
use super::slot::{Slot, Ticket};
use super::unknown::{Found, Settled, UnknownItem};
use crate::domain::audience::CheckReport;
use crate::domain::audit::AuditFilter;
use crate::domain::intent::{DUPLICATE, SAME_FILE};
use crate::domain::{
    AuditCheck, AuditLine, Batch, BatchCopy, BatchDetail, BatchId, Flow, FrozenRequest, Item,
    ItemId, OptOut, Plan, PlanFacts, Profile, RowPage, SkippedRow, Template, Usage, Used, User,
};
use crossterm::event::KeyEvent;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A mouse input that means something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MouseInput {
    /// Left button at column, row.
    Click(u16, u16),
    /// One notch down at column, row.
    WheelDown(u16, u16),
    /// One notch up at column, row.
    WheelUp(u16, u16),
}

/// What the local library holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Library {
    /// Newest version of each template and language.
    pub templates: Vec<Template>,
    /// The flow registry.
    pub flows: Vec<Flow>,
    /// How often each template and flow was queued.
    pub usage: BTreeMap<Used, Usage>,
    /// Attribute names used before, last used first, each with its last value.
    pub searches: Vec<(String, String)>,
    /// Searches kept under a name: name and text.
    pub saved: Vec<(String, String)>,
    /// The drafts that are kept, the last changed first.
    pub drafts: Vec<KeptDraft>,
}

/// A draft in the local record, as opaque text of the pane that wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptDraft {
    /// The name that the draft had from its beginning.
    pub id: String,
    /// The draft.
    pub text: String,
    /// When it was written down last.
    pub updated: Timestamp,
}

/// An answer of the local database.
#[derive(Debug, Clone, PartialEq)]
pub enum StorageEvent {
    /// For `LoadLibrary`.
    Library(Box<Library>),
    /// For `Conversation`.
    Conversation(Box<CachedAnswer>),
    /// For `SearchMessages`: the newest first.
    Found {
        /// What was looked for.
        text: String,
        /// The messages.
        found: Vec<FoundMessage>,
    },
    /// For `LoadRecent`: the last first.
    Recent(Vec<User>),
    /// About templates and flows.
    Shelf(Box<ShelfAnswer>),
    /// The searches kept under names, after one was added.
    SavedSearches(Vec<(String, String)>),
    /// The draft is kept.
    DraftSaved {
        /// The name under which it was to be kept.
        id: String,
        /// The name under which it is kept: another one where another window had changed it.
        kept_as: String,
    },
    /// A draft could not be kept; its text is only on the screen.
    DraftNotSaved(ApiError),
    /// What the opening of the local copy had to say, once.
    Cache(CacheNews),
    /// For `KeepTemplates`.
    TemplatesKept(Box<KeptTemplates>),
    /// Something could not be read or written.
    Failed(ApiError),
}

/// An answer of the outbox to a command.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboxAnswer {
    /// Every batch, newest first.
    Batches(Vec<Batch>),
    /// For `LoadMeter`.
    Meter(Meter),
    /// The confirmed plan is durably queued.
    Queued(Batch),
    /// For `LoadDetail`.
    Detail {
        /// Which asking it answers.
        ticket: Ticket,
        /// What is known.
        detail: Box<BatchDetail>,
    },
    /// For `LoadCopy`.
    Copy(Box<BatchCopy>),
    /// A part of the list of a batch's people.
    Items {
        /// Which asking it answers.
        ticket: Ticket,
        /// The batch.
        batch: BatchId,
        /// The part.
        page: RowPage,
    },
    /// The frozen request of an item.
    Request {
        /// Which asking it answers.
        ticket: Ticket,
        /// The item.
        item: Item,
        /// Its request.
        request: FrozenRequest,
        /// Its place among the calls of its batch from 1 on, and how many those are.
        place: (u64, u64),
    },
    /// For `LoadLastSent`: its batch and request, if anything of the kind ever left.
    LastSent {
        /// Which asking it answers.
        ticket: Ticket,
        /// The batch and the request.
        found: Option<(BatchId, FrozenRequest)>,
    },
    /// For `LoadUnknown`.
    Unknown {
        /// Of which batch; `None` for all.
        only: Option<BatchId>,
        /// The results, the newest batch first.
        items: Vec<UnknownItem>,
    },
    /// A look at a conversation ended.
    ReadBack {
        /// The item it was about.
        item: ItemId,
        /// What it came to.
        found: Found,
    },
    /// For `Settle`.
    Settled(Box<Settled>),
    /// For `Retry`: the new paused batch.
    Retried(Batch),
    /// Lines of the audit, oldest first.
    Audit {
        /// Which were asked for.
        filter: AuditFilter,
        /// The newest of those that fit.
        lines: Vec<AuditLine>,
        /// Whether there are more.
        cut: bool,
    },
    /// What a look over the whole chain found.
    AuditVerified(AuditCheck),
    /// For `AskApproval`: the file for the second person, or why there is none.
    ApprovalAsked(BatchId, Result<String, ApiError>),
    /// The file of a batch's report and how many recipients it holds, or why there is none.
    Report(BatchId, Result<(String, u64), ApiError>),
    /// Who of these is on the list of those who must not be written to, after what was asked.
    OptOuts {
        /// What was asked.
        ask: OptOutAsk,
        /// About whom.
        people: Vec<String>,
        /// Those of them who are on the list.
        found: Vec<OptOut>,
    },
    /// The confirmed plan was not queued.
    NotQueued(ApiError),
    /// A command was refused, or the record failed.
    Refused(ApiError),
}

/// One thing that keeps a draft from becoming a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanProblem {
    /// What it is about, if it is about one thing: the name of a parameter or attribute, or
    /// `to`, `when`, `title`, `channel`, `template`, `body` and `card.0.body` … for a filled body as a whole, `text` for
    /// the first entry of a broadcast and `text.1` … for the next, `json` for what is written as
    /// JSON.
    pub field: Option<String>,
    /// A short stable word, for example `empty`, `too_long`, `unknown_placeholder`.
    pub rule: &'static str,
    /// One sentence; mostly with what to do behind a colon.
    pub text: String,
    /// One more sentence with what to do; empty where the text says it.
    pub advice: String,
}

impl PlanProblem {
    /// Whether a person may override it with a reason: people have the same already.
    pub fn takes_reason(&self) -> bool {
        matches!(self.rule, DUPLICATE | SAME_FILE)
    }
}

/// Why a draft could not become a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanFailure {
    /// Everything that is to fix, at least one.
    pub problems: Vec<PlanProblem>,
    /// Rows that were left out on the way.
    pub skipped: Vec<SkippedRow>,
}

/// The plan that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanAnswer {
    /// Which asking it answers.
    pub ticket: Ticket,
    /// Why it was wanted.
    pub purpose: PlanPurpose,
    /// The plan, or why there is none.
    pub result: Result<Arc<Plan>, PlanFailure>,
    /// Countries of its numbers, as [`crate::domain::PhoneNumber::country`] has them, the one with
    /// most people first; empty for long lists.
    pub countries: Vec<(String, u64)>,
    /// What was found in every row, where that was wanted.
    pub checks: Option<Box<CheckReport>>,
    /// What the plan comes to, where it is to be reviewed.
    pub facts: Option<Arc<PlanFacts>>,
}

/// The answer to a read.
#[derive(Debug, Clone, PartialEq)]
pub struct ApiAnswer {
    /// Where it belongs.
    pub slot: Slot,
    /// Which asking it answers.
    pub ticket: Ticket,
    /// What came.
    pub result: Result<ApiResponse, ApiError>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The program has started; the first effects are due.
    Started,
    /// A key was pressed.
    Key(KeyEvent),
    /// The mouse was used.
    Mouse(MouseInput),
    /// Text was pasted.
    Paste(String),
    /// The terminal has this many columns and rows now.
    Resized(u16, u16),
    /// The terminal gained or lost the keyboard.
    Focus(bool),
    /// Somebody asked for an action by name.
    Action(Action),
    /// A read was answered.
    Api(Box<ApiAnswer>),
    /// A call ended, reads and sends alike.
    Call(Box<CallRecord>),
    /// A plan is ready, or is not.
    Plan(Box<PlanAnswer>),
    /// The outbox works.
    Outbox(Box<OutboxEvent>),
    /// The outbox answers a command.
    OutboxAnswer(Box<OutboxAnswer>),
    /// The local database answers.
    Storage(Box<StorageEvent>),
    /// A file or a link of a message came, or became something.
    Media(Box<MediaAnswer>),
    /// A pasted text was looked through.
    Import(Box<ImportAnswer>),
    /// The first rows of a file of people.
    Sample(Box<SampleAnswer>),
    /// What fits a path that is being typed.
    Paths(Box<PathsAnswer>),
    /// The people who are left out were written to this file, or not.
    RejectsWritten(Box<Result<String, ApiError>>),
    /// A profile of this name was written into the settings file, or was not.
    ProfileAdded(Result<String, Box<ApiError>>),
    /// A timer ran out.
    Timer(TimerId),
    /// `$EDITOR` ended: the new text, or why there is none.
    Edited(Result<String, Box<ApiError>>),
    /// Whether a command that holds the key was put on the clipboard.
    CopiedWithKey(bool),
    /// A whole conversation is being fetched.
    Sync(Box<SyncNews>),
    /// Another profile is connected, or cannot be.
    ProfileSwitched(Box<Result<Profile, ApiError>>),
    /// The system asks the program to end.
    Terminated,
}

#[cfg(test)]
mod tests {
    use super::Event;

    #[test]
    fn an_event_is_small_enough_to_queue_by_value() {
        assert!(size_of::<Event>() <= 128, "{} bytes", size_of::<Event>());
    }
}
