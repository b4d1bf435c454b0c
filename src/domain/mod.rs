//! What the product is about: people, messages, templates, plans. No HTTP, no SQL, no terminal.

pub mod audience;
pub mod audit;
pub mod batch;
pub mod batch_report;
pub mod chat_message;
pub mod codes;
pub mod conversation_summary;
pub mod copy_as;
pub mod copy_own;
pub mod day;
pub mod draft;
pub mod flow;
pub mod hash;
pub mod intent;
pub mod odd;
pub mod phone;
pub mod placeholder;
pub mod plan;
pub mod profile;
pub mod raw;
pub mod read_back;
pub mod recipient;
pub mod request;
pub mod schedule;
pub mod sent_text;
pub mod template;
pub mod time_range;
pub mod unknown;
pub mod usage;
pub mod user;
pub mod verdict;
pub mod window;

pub use audience::{Audience, AudienceRow, KnownPerson, SkippedRow};
pub use audit::{AuditBreak, AuditCheck, AuditLine, AuditPersonal, AuditReading};
pub use batch::{Batch, BatchId, BatchState, Counts, Item, ItemId, ItemState, Reason};
pub use batch_report::{BatchReport, ConfirmedBy, ReportClass, ReportEvent, ReportRow};
pub use chat_message::{ChatMessage, Direction, Media, MediaKind, MessageKind};
pub use conversation_summary::{ConversationSummary, SummaryBuilder};
pub use draft::{
    BroadcastPart, Content, Schedule, SendDraft, SendKind, SendLimits, Standing, ValueSource,
};
pub use flow::{Flow, FlowVersion};
pub use hash::Sha256Hex;
pub use intent::{Intent, Meaning, Touch, TwinRules};
pub use phone::{PhoneError, PhoneNumber};
pub use plan::{FoundTwins, Once, Plan, PlannedCall};
pub use profile::{BotTarget, Guard, LetterCase, Profile, WireOptions};
pub use recipient::{IdError, Recipient, RecipientForm, RecipientId};
pub use request::{FrozenRequest, RequestBody, RequestPart};
pub use template::{ParameterKind, Template, TemplateParameter};
pub use time_range::TimeRange;
pub use unknown::Decision;
pub use usage::{Usage, Used};
pub use user::User;
pub use verdict::{Judgement, PauseAdvice, PlatformError, Verdict, rule_in_words};
pub use window::{LastHeard, Window};
