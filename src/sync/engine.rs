//! Fetching and storing. While a page is stored the next one is on its way, so that at most two
//! are in memory. Everything that blocks does so on a blocking thread.

use super::walk::{Facts, Next, Walk};
use super::{Pages, Progress, SyncEnd, SyncError, Synced};
use crate::domain::ChatMessage;
use crate::store::StoreError;
use crate::store::cache::{CacheStore, ConversationKey, KnownRange, Stored};
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How far what is new is looked for before the newest known message, because some arrive late.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// What brings conversations up to date.
#[derive(Clone, Copy)]
pub struct Syncer<'a> {
    /// Whom to ask.
    pub pages: &'a dyn Pages,
    /// Where messages are kept.
    pub cache: &'a CacheStore,
    /// Ends the work: a page on its way is given up, one that has come is stored.
    pub stop: &'a CancellationToken,
    /// The time that is remembered as that of the refresh.
    pub now: Timestamp,
}

impl std::fmt::Debug for Syncer<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Syncer").finish_non_exhaustive()
    }
}

impl Syncer<'_> {
    /// Brings one conversation up to date: its new end, every gap, and what lies before, back to
    /// `back_to` or to its beginning. `told` hears of every page that was stored.
    pub async fn conversation(
        &self,
        key: &ConversationKey,
        back_to: Option<Timestamp>,
        told: &mut (dyn FnMut(Progress) + Send),
    ) -> Synced {
        let mut run = Run {
            syncer: *self,
            key,
            progress: Progress::default(),
            told,
        };
        let end = match run.all(back_to).await {
            Ok(()) => SyncEnd::UpToDate,
            Err(end) => end,
        };
        let progress = run.progress;
        match run.state().await {
            Ok(state) => Synced {
                progress,
                total: state.total,
                complete: state.complete && state.known.len() <= 1,
                end,
            },
            Err(failed) => Synced {
                progress,
                total: 0,
                complete: false,
                end: failed,
            },
        }
    }
}

/// What is known about a conversation.
struct State {
    total: u64,
    complete: bool,
    known: Vec<KnownRange>,
}

/// What one page adds to the local copy.
struct Kept {
    messages: Vec<ChatMessage>,
    whole: Option<KnownRange>,
    beginning: bool,
}

/// A page being stored, and how far back it reaches.
struct Storing {
    task: JoinHandle<Result<Stored, StoreError>>,
    back_to: Option<Timestamp>,
}

/// One conversation being brought up to date.
struct Run<'a> {
    syncer: Syncer<'a>,
    key: &'a ConversationKey,
    progress: Progress,
    told: &'a mut (dyn FnMut(Progress) + Send),
}

impl Run<'_> {
    /// From the newest stretch that is missing to the oldest one.
    async fn all(&mut self, back_to: Option<Timestamp>) -> Result<(), SyncEnd> {
        let mut upper: Option<Timestamp> = None;
        loop {
            let state = self.state().await?;
            let below = match upper {
                None => state.known.last(),
                Some(upper) => state.known.iter().rev().find(|range| range.until < upper),
            };
            let lower = below.map(|range| match upper {
                None => range.until.saturating_sub(OVERLAP).unwrap_or(range.until),
                Some(_) => range.until,
            });
            let enough = upper.is_some() && upper <= back_to;
            if enough || (upper.is_some() && lower.is_none() && state.complete) {
                return Ok(());
            }
            let lower = lower.max(back_to);
            let top = upper.or_else(|| below.map(|range| range.until));
            let walk = Walk::new(self.key.user(), lower, upper);
            self.stretch(walk, (lower, top)).await?;
            if upper.is_none() {
                let now = self.syncer.now;
                self.blocking(move |cache, key| cache.mark_refreshed(key, now))
                    .await?;
            }
            let Some(lower) = lower else { return Ok(()) };
            let known = self.state().await?.known;
            let next = known
                .iter()
                .find(|range| (range.since..=range.until).contains(&lower))
                .map(|range| range.since);
            // Each walk ends below the one before, whatever others store meanwhile.
            if next.is_none() || upper.is_some() && next >= upper {
                return Ok(());
            }
            upper = next;
        }
    }

    /// One stretch. `top` is the newest moment that joins its lower end once that is reached.
    async fn stretch(
        &mut self,
        mut walk: Walk,
        (lower, top): (Option<Timestamp>, Option<Timestamp>),
    ) -> Result<(), SyncEnd> {
        let mut storing: Option<Storing> = None;
        loop {
            let stop = self.syncer.stop;
            let asked = tokio::select! {
                biased;
                () = stop.cancelled() => Err(SyncEnd::Stopped),
                page = self.syncer.pages.page(walk.asked()) => {
                    page.map_err(|error| SyncEnd::Failed(SyncError::Platform(error)))
                }
            };
            if let Some(storing) = storing.take() {
                self.stored(storing).await?;
            }
            let page = asked?;
            let facts = Facts::of(&page);
            let next = walk.take(&facts);
            let whole = match (next, lower) {
                (Next::Reached, Some(lower)) => {
                    let newest = walk.whole().map(|whole| whole.until);
                    let since = walk.whole().map_or(lower, |whole| whole.since.min(lower));
                    newest.max(top).map(|until| KnownRange { since, until })
                }
                (Next::Ask | Next::Reached | Next::Beginning | Next::Repeating, _) => walk.whole(),
            };
            let kept = Kept {
                messages: page.messages,
                whole,
                beginning: next == Next::Beginning,
            };
            let begun = Storing {
                task: self.keep(kept),
                back_to: facts.oldest,
            };
            match next {
                Next::Ask => storing = Some(begun),
                Next::Reached | Next::Beginning => return self.stored(begun).await,
                Next::Repeating => {
                    self.stored(begun).await?;
                    return Err(SyncEnd::Repeating);
                }
            }
        }
    }

    /// Starts to store a page and what it says about the conversation.
    fn keep(&self, kept: Kept) -> JoinHandle<Result<Stored, StoreError>> {
        let now = self.syncer.now;
        self.start(move |cache, key| {
            let stored = cache.store_messages(key, &kept.messages, now)?;
            if let Some(range) = kept.whole {
                cache.add_known(key, range)?;
            }
            if kept.beginning {
                cache.mark_complete(key, true)?;
            }
            Ok(stored)
        })
    }

    async fn stored(&mut self, storing: Storing) -> Result<(), SyncEnd> {
        let stored = ended(storing.task).await?;
        self.progress.pages += 1;
        self.progress.new += stored.new;
        self.progress.known += stored.known;
        self.progress.back_to = storing.back_to.or(self.progress.back_to);
        (self.told)(self.progress);
        Ok(())
    }

    async fn state(&self) -> Result<State, SyncEnd> {
        self.blocking(|cache, key| {
            let state = cache.conversation(key)?.unwrap_or_default();
            Ok(State {
                total: state.total,
                complete: state.complete,
                known: cache.known(key)?,
            })
        })
        .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&CacheStore, &ConversationKey) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, SyncEnd> {
        ended(self.start(work)).await
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "the one place of the engine that starts blocking work"
    )]
    fn start<T: Send + 'static>(
        &self,
        work: impl FnOnce(&CacheStore, &ConversationKey) -> Result<T, StoreError> + Send + 'static,
    ) -> JoinHandle<Result<T, StoreError>> {
        let (cache, key) = (self.syncer.cache.clone(), self.key.clone());
        tokio::task::spawn_blocking(move || work(&cache, &key))
    }
}

/// Waits for blocking work.
async fn ended<T>(task: JoinHandle<Result<T, StoreError>>) -> Result<T, SyncEnd> {
    let broken = |error: tokio::task::JoinError| StoreError::Other {
        file: "cache.db".to_owned(),
        detail: error.to_string(),
    };
    task.await
        .map_err(broken)
        .and_then(|result| result)
        .map_err(|error| SyncEnd::Failed(SyncError::Store(error)))
}
