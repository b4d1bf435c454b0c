//! The send engine: freezes plans, marks before the first byte, sends, classifies, records, recovers.
//!
//! The promise: for each recipient of a confirmed plan the tool writes a request at most once by
//! itself; if it cannot know the outcome it says unknown and waits for a person. Any process may
//! queue, pause, resume and cancel; only the holder of the sender lock sends. Everything on
//! [`Outbox`] blocks and belongs on a blocking thread.

mod api_transport;
mod audit_copy;
mod budget;
pub mod clock;
mod detail;
mod due;
mod emergency;
mod engine;
pub mod error;
pub mod freeze;
mod graces;
mod home;
pub mod limiter;
pub mod lock;
mod looks;
mod needs_person;
mod queue;
mod quiet;
mod reach;
mod read_back;
mod records;
mod report;
pub mod sender;
mod set_aside;
pub mod skew;
pub mod snapshot;
mod streak;
pub mod summary;
mod suppression;
pub mod transport;
mod turn;
mod twin_words;
pub mod twins;
mod unknown;
mod waits;
pub mod watch;

pub use crate::store::outbox::audit::operator;
pub use api_transport::ApiTransport;
pub use audit_copy::AUDIT_FILE;
pub use budget::{meter, note_limits};
pub use clock::{Clock, Moment, SystemClock};
pub use engine::Scope;
pub use error::OutboxError;
pub use freeze::{FreezeError, freeze, freeze_without};
pub use lock::SenderLock;
pub use queue::{Confirmation, Outbox};
pub use read_back::{Chats, PageFuture};
pub use sender::{Hooks, NoHooks, Point, Sender};
pub use skew::{MOST_SKEW, NOTED_SKEW, Skew};
pub use snapshot::Snapshot;
pub use summary::{RunBatch, RunEnd, RunSummary};
pub use transport::{Call, Judged, NoTransport, OneBot, SendFuture, Transport, TransportProvider};
pub use unknown::Fault;
pub use watch::FollowEnd;

#[cfg(test)]
mod tests;
