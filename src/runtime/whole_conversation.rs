//! Brings a whole conversation into the local copy for the dashboard and says how it ended.

use super::clock;
use super::world::{World, storage_error};
use crate::contract::SyncEnd;
use crate::store::{CacheStore, ConversationKey};
use crate::sync::{self, Progress, Syncer};
use tokio_util::sync::CancellationToken;

/// Fetches what is missing; `told` hears of every page. Dropping the work stops it, and what was
/// fetched stays.
pub async fn fetch(
    world: &World,
    cache: CacheStore,
    key: &ConversationKey,
    told: &mut (dyn FnMut(Progress) + Send + Sync),
) -> (Progress, SyncEnd) {
    let connected = match world.connected().await {
        Ok(connected) => connected,
        Err(error) => return (Progress::default(), SyncEnd::Failed(error)),
    };
    let syncer = Syncer {
        pages: &connected.read,
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
