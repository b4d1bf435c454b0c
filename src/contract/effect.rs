//! What the world must do, as data. Exactly one file executes effects: `runtime::effect_runner`.

use super::api::ApiRequest;
use super::cached::{CachedAsk, ConversationRef};
use super::import::{NewProfile, NewTemplates};
use super::media::{AfterSaving, FetchedMedia, MediaAsk};
use super::people::{PeopleFile, Rejects, SampleAsk};
use super::shelves::ShelfRequest;
use super::slot::{Slot, Ticket};
use super::unknown::Settlement;
use crate::domain::audience::{KeptMapping, MappingFor};
use crate::domain::audit::AuditFilter;
use crate::domain::template::Wording;
use crate::domain::{
    BatchId, BotTarget, Content, FrozenRequest, ItemId, KnownPerson, OptOutSource, Plan, RowWindow,
    SendKind, SendLimits, Standing, User, WaitWish,
};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What a timer was set for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TimerId {
    /// The next picture of a spinner, or the end of its quiet first moment.
    Spinner,
    /// The open conversation is looked at again.
    Follow,
    /// The oldest fact among the toasts leaves.
    Toast,
    /// A second of a countdown has passed.
    Countdown,
    /// The dialog that ignores early keys starts to listen.
    DialogReady,
    /// The open draft is to be written down.
    SaveDraft,
}

/// Something to keep or to look up in the local database.
#[derive(Debug, Clone, PartialEq)]
pub enum StoreRequest {
    /// Templates, flows, attribute names used before and the kept drafts.
    LoadLibrary,
    /// An attribute search worked: remember its name and value.
    RememberSearch {
        /// Attribute name.
        attribute: String,
        /// Its value.
        value: String,
    },
    /// People seen, for names in lists and completion.
    RememberUsers(Arc<Vec<User>>),
    /// Ask the local copy of a conversation.
    Conversation(Box<ConversationRef>, CachedAsk),
    /// Look for a text in every conversation of an account that is in the local copy.
    SearchMessages {
        /// The account.
        target: BotTarget,
        /// Any part of the text.
        text: String,
    },
    /// The people whose conversations were opened last.
    LoadRecent(BotTarget),
    /// Read or change templates and flows.
    Shelf(ShelfRequest),
    /// Keep a search under a name.
    SaveSearch {
        /// Its name.
        name: String,
        /// As [`crate::domain::Search::to_text`] writes it; `None` forgets the one of this name.
        text: Option<String>,
    },
    /// Keep the text of a draft.
    SaveDraft {
        /// The name that the draft had from its beginning.
        id: String,
        /// The draft.
        text: String,
    },
    /// Keep what filled a message that was confirmed for people from a file.
    KeepMapping(Box<(MappingFor, KeptMapping)>),
    /// Keep the words of a template, as a person wrote them down.
    SaveWording {
        /// Its name.
        name: String,
        /// Its language.
        language: String,
        /// All of its words.
        wording: Box<Wording>,
    },
    /// Keep templates as the newest versions of theirs.
    KeepTemplates(Box<NewTemplates>),
    /// A draft was discarded or queued: forget its text.
    DeleteDraft(String),
}

/// What is asked about people who opted out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OptOutAsk {
    /// Who of them is on the list.
    Look,
    /// Put them there, with where the wish came from and why.
    Put(OptOutSource, String),
    /// Take them off.
    TakeOff,
}

/// What the outbox shall do.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboxCommand {
    /// Report every batch.
    Load,
    /// How much of a day's limits is used.
    LoadMeter,
    /// A person confirmed this plan.
    Queue {
        /// The very plan that was reviewed.
        plan: Arc<Plan>,
        /// What was typed to confirm it.
        typed: String,
        /// How long nothing leaves yet.
        grace: Duration,
    },
    /// Stop claiming at once.
    Pause(BatchId),
    /// Go on after a stop.
    Resume {
        /// The batch.
        batch: BatchId,
        /// The typed number of people left.
        remaining: u64,
    },
    /// Go on with a list that waits after its first people.
    GoOn(BatchId),
    /// Take back what is not sent.
    Cancel(BatchId),
    /// Take back what is in its grace; what has just left it is paused.
    Undo(BatchId),
    /// End the grace time of a single message now.
    StartNow(BatchId),
    /// Messages a minute.
    SetRate(BatchId, u32),
    /// What is known of a batch besides its counts.
    LoadDetail {
        /// Proof that the answer is still wanted.
        ticket: Ticket,
        /// The batch.
        batch: BatchId,
    },
    /// A part of the list of a batch's people.
    LoadItems {
        /// Proof that the answer is still wanted.
        ticket: Ticket,
        /// The batch.
        batch: BatchId,
        /// Which part.
        window: RowWindow,
    },
    /// What of a batch becomes a new draft.
    LoadCopy(BatchId),
    /// The frozen request of an item.
    LoadRequest {
        /// Proof that the answer is still wanted.
        ticket: Ticket,
        /// The item.
        item: ItemId,
        /// Whether the call after it is wanted, or the one before; `None` for its own.
        beside: Option<bool>,
    },
    /// The last request of the same thing that left for a bot.
    LoadLastSent {
        /// Proof that the answer is still wanted.
        ticket: Ticket,
        /// What kind of call.
        kind: SendKind,
        /// Title of its batch; a broadcast's own mark at the end does not count.
        title: String,
        /// The bot.
        target: BotTarget,
        /// Whose request is preferred, as digits.
        recipient: Option<String>,
    },
    /// Unknown results with their evidence, of one batch or of all; at most as many as a person
    /// can look through.
    LoadUnknown(Option<BatchId>),
    /// A person decided about unknown results.
    Settle(Settlement),
    /// Put what was refused for a reason that passes into a new paused batch.
    Retry(BatchId),
    /// The newest lines of the audit that fit.
    LoadAudit(AuditFilter),
    /// Compare every line of the audit with the chain.
    VerifyAudit,
    /// Who must not be written to.
    OptOuts {
        /// The account.
        target: BotTarget,
        /// Digits of numbers, or ids of a channel.
        people: Vec<String>,
        /// What about them.
        ask: OptOutAsk,
    },
    /// Write a batch into a signed file that a second person looks at.
    AskApproval {
        /// The batch.
        batch: BatchId,
        /// Name of the file as typed.
        file: String,
    },
    /// Take what a second person signed; the file as typed.
    TakeApproval(String),
    /// Write the report of a batch.
    ExportBatch {
        /// The batch.
        batch: BatchId,
        /// Name of the file as typed; its ending says the format.
        file: String,
    },
}

/// A draft as typed. Numbers and times are read where it is frozen, because reading the first
/// number loads tables that must not hold up a key.
#[derive(Debug, Clone, PartialEq)]
pub struct DraftForm {
    /// What is sent.
    pub content: Content,
    /// Recipients as typed, one each: numbers, or ids of the content's channel.
    pub to: Vec<String>,
    /// A file that they are read from instead.
    pub file: Option<PeopleFile>,
    /// What is known of people, by the digits of their number or by their id: attributes for
    /// placeholders, and when they wrote last.
    pub people: BTreeMap<String, KnownPerson>,
    /// How the content's template stands to the library.
    pub standing: Standing,
    /// `now`, or a local time of the profile's zone such as `2026-12-01 09:00`.
    pub when: String,
    /// What was wished for its waiting.
    pub waits: WaitWish,
    /// How fast.
    pub limits: SendLimits,
    /// Why people who have the message already get it again, if a person said so just now.
    pub override_reason: Option<String>,
}

/// Why a plan is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlanPurpose {
    /// To show the bytes while typing.
    Preview,
    /// To be reviewed and confirmed.
    Review,
    /// To say what was found in every row of its people.
    Check,
}

/// What the world must do. Results come back as events.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Ask the platform.
    Api {
        /// Where the answer belongs.
        slot: Slot,
        /// Which asking it answers.
        ticket: Ticket,
        /// What to ask.
        request: ApiRequest,
    },
    /// Stop what runs in a slot.
    Cancel(Slot),
    /// Come back later. A timer replaces the one of the same id.
    After {
        /// How long.
        delay: Duration,
        /// What for.
        timer: TimerId,
    },
    /// Use the local database.
    Store(StoreRequest),
    /// Use the outbox.
    Outbox(OutboxCommand),
    /// Look at the conversations of unknown results for messages that prove them.
    ReadBack(Vec<ItemId>),
    /// Freeze a draft into a plan.
    BuildPlan {
        /// Which asking it answers.
        ticket: Ticket,
        /// Why.
        purpose: PlanPurpose,
        /// What.
        draft: Arc<DraftForm>,
    },
    /// Fetch the file of a message, without the key.
    FetchMedia {
        /// Which asking it answers.
        ticket: Ticket,
        /// Which file.
        ask: Arc<MediaAsk>,
    },
    /// Make a picture ready for a space on the screen.
    PreparePicture {
        /// Which asking it answers.
        ticket: Ticket,
        /// The file.
        file: Arc<FetchedMedia>,
        /// Columns and rows at most.
        space: (u16, u16),
    },
    /// Save a fetched file in the person's folder for downloads; nothing is overwritten.
    SaveMedia {
        /// Where it came from.
        ask: Arc<MediaAsk>,
        /// The file.
        file: Arc<FetchedMedia>,
        /// What then.
        after: AfterSaving,
    },
    /// Let the desktop's program open a file that was saved just now.
    OpenSaved(PathBuf),
    /// Let the desktop's program open an address that a person has read.
    OpenLink(String),
    /// Look for what fits a path that is being typed.
    ListPaths {
        /// Which asking it answers.
        ticket: Ticket,
        /// What is typed.
        typed: String,
    },
    /// Read the first rows of a file of people.
    SamplePeople {
        /// Which asking it answers.
        ticket: Ticket,
        /// The file, and what it is for.
        ask: SampleAsk,
    },
    /// Write the people of a draft's file who are left out into a file, with the reasons.
    WriteRejects(Rejects),
    /// Look for templates in a pasted text, from which keys were masked.
    ReadImport {
        /// Which asking it answers.
        ticket: Ticket,
        /// The text.
        text: Arc<str>,
        /// Whether a person allowed the files that it names to be read.
        read_files: bool,
    },
    /// Write a profile into the settings file.
    AddProfile(NewProfile),
    /// Put text on the clipboard of the terminal.
    Copy(String),
    /// Put the request on the clipboard as a command that holds the key. The text is made where
    /// the clipboard is written, so that nothing on the way ever holds the key.
    CopyWithKey(Arc<FrozenRequest>),
    /// Edit text in `$EDITOR`; the screen is given up meanwhile.
    EditExternally(String),
    /// Connect with another profile.
    SwitchProfile(String),
    /// Fetch everything of a conversation that is not in the local copy.
    Sync {
        /// Which asking it answers.
        ticket: Ticket,
        /// Whose.
        conversation: Box<ConversationRef>,
    },
    /// Draw the whole screen anew.
    Redraw,
    /// While it holds nothing is sent, whatever is queued and whoever queued it.
    SetReadOnly(bool),
    /// Leave.
    Quit,
}
