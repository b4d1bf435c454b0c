//! Brings a whole conversation into the local copy for the dashboard and says how it ended. Every
//! call on the way is told of, as any other call is.

use super::clock;
use super::effect_runner::{deliver, run_blocking};
use super::world::{World, storage_error};
use crate::api::ReadClient;
use crate::contract::{
    ApiError, ApiRequest, CallRecord, ErrorKind, Event, PageRequest, Series, SyncEnd, Ticket,
};
use crate::store::{CacheStore, ConversationKey};
use crate::sync::{self, PageFuture, Pages, Progress, Syncer};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Who hears of the calls of a fetch.
#[derive(Debug, Clone, Copy)]
pub struct Calls<'a> {
    /// Where they are told of.
    pub events: &'a mpsc::Sender<Event>,
    /// What makes them one series.
    pub series: Ticket,
}

impl Calls<'_> {
    async fn tell(&self, mut record: CallRecord, messages: usize) {
        record.detail.series = Some(Series {
            ticket: self.series,
            calls: 1,
            messages: messages as u64,
        });
        deliver(self.events, Event::Call(Box::new(record))).await;
    }
}

/// Pages of the platform, each call told of.
struct ToldPages<'a> {
    read: &'a ReadClient,
    calls: Calls<'a>,
}

impl Pages for ToldPages<'_> {
    fn page<'a>(&'a self, asked: &'a PageRequest) -> PageFuture<'a> {
        Box::pin(async move {
            let request = ApiRequest::ConversationPage(asked.clone());
            let (result, record) = self.read.fetch(&request).await;
            let page = result.map(sync::page_of);
            let messages = page.as_ref().map_or(0, |page| page.messages.len());
            self.calls.tell(record, messages).await;
            page
        })
    }
}

/// Fetches what is missing; `told` hears of every page. Dropping the work stops it, and what was
/// fetched stays.
pub async fn fetch(
    world: &World,
    cache: CacheStore,
    key: &ConversationKey,
    calls: Calls<'_>,
    told: &mut (dyn FnMut(Progress) + Send + Sync),
) -> (Progress, SyncEnd) {
    let connected = match world.connected().await {
        Ok(connected) => connected,
        Err(error) => {
            let first = ApiRequest::ConversationPage(PageRequest {
                channel_user_id: key.user().to_owned(),
                since: None,
                until: None,
                page_number: 1,
                page_size: 0,
            });
            let record = super::world_record(&first, &error, clock::now());
            calls.tell(record, 0).await;
            return (Progress::default(), SyncEnd::Failed(error));
        }
    };
    let syncer = Syncer {
        pages: &ToldPages {
            read: &connected.read,
            calls,
        },
        cache: &cache,
        stop: &CancellationToken::new(),
        now: clock::now(),
    };
    let fetched = syncer.conversation(key, None, told).await;
    let total = fetched.total;
    let end = match fetched.end {
        sync::SyncEnd::UpToDate if fetched.complete => SyncEnd::Whole { total },
        sync::SyncEnd::UpToDate | sync::SyncEnd::Repeating | sync::SyncEnd::Stopped => {
            SyncEnd::Partly { total }
        }
        sync::SyncEnd::Failed(sync::SyncError::Platform(error)) => SyncEnd::Failed(error),
        sync::SyncEnd::Failed(sync::SyncError::Store(error)) => {
            SyncEnd::Failed(storage_error(&error))
        }
    };
    (fetched.progress, end)
}

/// The local copy, opened where it may block.
///
/// # Errors
/// When it cannot be used.
pub async fn cache_of(world: &Arc<World>) -> Result<CacheStore, ApiError> {
    let opening = Arc::clone(world);
    match run_blocking(move || opening.cache().cloned()).await {
        Ok(cache) => cache,
        Err(error) => {
            tracing::error!(%error, "opening the local copy broke");
            let text = "The local copy cannot be opened.";
            Err(ApiError::new(ErrorKind::Storage, text, "Start anew."))
        }
    }
}
