//! Bringing the local copy of a conversation up to date: what is new with a little of what was
//! there, then every gap, then what lies before, page after page back in time. It must not know
//! the screen or the command line, and it never sends.
//!
//! What was fetched is stored before anything else is decided, with the stretch of time that is
//! known to be whole, so that a fetch that was stopped or failed goes on where it was. How fast it
//! may ask is the client's rule: ten reads a second, or no limit on this machine itself.

mod engine;
#[cfg(test)]
mod tests;
mod walk;

pub use engine::Syncer;

use crate::api::ReadClient;
use crate::contract::{ApiError, ApiRequest, ApiResponse, ConversationPage, PageRequest};
use crate::store::StoreError;
use jiff::Timestamp;
use std::future::Future;
use std::pin::Pin;

/// A page on its way.
pub type PageFuture<'a> =
    Pin<Box<dyn Future<Output = Result<ConversationPage, ApiError>> + Send + 'a>>;

/// Reads pages of one bot's conversations. Dropping a page on its way is harmless.
pub trait Pages: Send + Sync {
    /// Asks for one page.
    fn page<'a>(&'a self, asked: &'a PageRequest) -> PageFuture<'a>;
}

impl Pages for ReadClient {
    fn page<'a>(&'a self, asked: &'a PageRequest) -> PageFuture<'a> {
        Box::pin(async move {
            let request = ApiRequest::ConversationPage(asked.clone());
            self.fetch(&request).await.0.map(page_of)
        })
    }
}

/// The page in an answer.
pub fn page_of(answer: ApiResponse) -> ConversationPage {
    match answer {
        ApiResponse::Page(page) => page,
        ApiResponse::Users(_) => ConversationPage {
            messages: Vec::new(),
            received: 0,
        },
    }
}

/// How far a sync has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Pages stored.
    pub pages: u64,
    /// Messages that were not there before.
    pub new: u64,
    /// Messages that were there already.
    pub known: u64,
    /// How far back in time the last page reached.
    pub back_to: Option<Timestamp>,
}

/// What became of one conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Synced {
    /// What was fetched and stored.
    pub progress: Progress,
    /// Messages of the conversation in the local copy.
    pub total: u64,
    /// The local copy reaches from the conversation's beginning to its end without a gap.
    pub complete: bool,
    /// How it ended.
    pub end: SyncEnd,
}

/// How a sync ended. What was fetched before is stored in every case.
#[derive(Debug, Clone, PartialEq)]
pub enum SyncEnd {
    /// Everything asked for is there.
    UpToDate,
    /// The platform sent a page again instead of the one after it, so what lies before cannot be
    /// fetched.
    Repeating,
    /// It was told to stop.
    Stopped,
    /// It could not go on.
    Failed(SyncError),
}

/// Why a sync could not go on.
#[derive(Debug, Clone, PartialEq)]
pub enum SyncError {
    /// The platform or the network.
    Platform(ApiError),
    /// The local copy.
    Store(StoreError),
}
