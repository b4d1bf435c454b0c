//! The words shared by panes, app and runtime: action, event, effect, slot, remote, notice.
//!
//! Data only. It must not know a pane's inside, a terminal or a network.

pub mod action;
pub mod activity;
pub mod api;
pub mod cached;
pub mod effect;
pub mod event;
pub mod import;
pub mod media;
pub mod meter;
pub mod notice;
pub mod outbox;
pub mod pane;
pub mod people;
pub mod remote;
pub mod shelves;
pub mod slot;
pub mod unknown;

pub use action::Action;
pub use activity::{CallDetail, CallDirection, CallOutcome, CallRecord, Series, ServerClock};
pub use api::{ApiError, ApiRequest, ApiResponse, ConversationPage, ErrorKind, PageRequest};
pub use cached::{
    Above, CacheNews, CachedAnswer, CachedAsk, CachedPart, ConversationRef, FoundMessage, Handover,
    Slice, SyncEnd, SyncNews,
};
pub use effect::{DraftForm, Effect, OptOutAsk, OutboxCommand, PlanPurpose, StoreRequest, TimerId};
pub use event::{
    ApiAnswer, Event, KeptDraft, Library, MouseInput, OutboxAnswer, PlanAnswer, PlanFailure,
    PlanProblem, StorageEvent,
};
pub use import::{ImportAnswer, KeptTemplate, KeptTemplates, NewProfile, NewTemplates};
pub use media::{AfterSaving, FetchedMedia, MediaAnswer, MediaAsk, PreparedPicture, ReadyPicture};
pub use meter::{DayLimits, Filled, Meter};
pub use notice::{Notice, NoticeKind};
pub use outbox::{OutboxEvent, PersonNeeded, SenderState};
pub use pane::PaneId;
pub use people::{PathsAnswer, PeopleFile, Rejects, SampleAnswer, SampleAsk};
pub use remote::Remote;
pub use shelves::{LibraryChange, ShelfAnswer, ShelfRequest, Shelves};
pub use slot::{Slot, SlotPolicy, Ticket, Tickets};
pub use unknown::{Found, Look, Phase, ReadBackBy, Settled, Settlement, UnknownItem};
