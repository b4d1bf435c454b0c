//! What a process does that does not send: follow what the sender does, wait for one batch, and
//! recover after a crash when nobody sends.

use super::engine::Scope;
use super::error::OutboxError;
use super::queue::Outbox;
use super::sender::{Sender, Speaker, blocking};
use super::summary::{RunBatch, RunEnd, RunSummary};
use super::transport::TransportProvider;
use crate::contract::{OutboxEvent, SenderState};
use crate::domain::{Batch, BatchId, BatchState};
use crate::store::outbox::Footprint;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const LOOK: Duration = Duration::from_secs(1);
/// Of so many looks one reads the record in any case: the clock of a file system is coarse.
const EVERY: u32 = 10;

/// Who sends, what the record looks like, and batches that may have changed.
type News = (SenderState, Option<Footprint>, Vec<Batch>);

/// Why following ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FollowEnd {
    /// Nobody sends any more; this process may become the sender.
    NobodySends,
    /// It was told to stop.
    Told,
}

impl Outbox {
    /// Recovers if no sender is alive, so that a command sees the truth right after a crash.
    /// Gives one sentence per batch that was stopped or held. Blocks.
    ///
    /// # Errors
    /// What could not be used; another living sender is no error.
    pub fn recover_if_idle(&self) -> Result<Vec<String>, OutboxError> {
        match Sender::take(self) {
            Ok(sender) => Ok(sender.recovered().to_vec()),
            Err(OutboxError::OtherSender { .. } | OutboxError::Copied(_)) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Tells what another process's sender does, within about a second, until it is gone.
    ///
    /// # Errors
    /// What could not be used.
    pub async fn follow(
        &self,
        events: mpsc::Sender<OutboxEvent>,
        stop: CancellationToken,
    ) -> Result<FollowEnd, OutboxError> {
        let mut speaker = Speaker::new(events);
        let mut changes = self.changes();
        let mut known: HashMap<BatchId, Batch> = HashMap::new();
        let (mut begun, mut looks, mut seen) = (false, 0, None);
        let mut sender = SenderState::Nobody;
        loop {
            let outbox = self.clone();
            let same = seen.filter(|_| looks % EVERY != 0);
            looks += 1;
            let (now, print, list) = blocking(move || outbox.news_since(same)).await??;
            seen = print;
            if now != sender && now != SenderState::Nobody {
                sender = now;
                speaker.say(OutboxEvent::Sender(now));
            }
            for batch in list {
                if known.get(&batch.id) != Some(&batch) {
                    known.insert(batch.id, batch.clone());
                    // What rested before this began is no news.
                    if begun || is_active(batch.state) {
                        speaker.say(OutboxEvent::BatchChanged(Box::new(batch)));
                    }
                }
            }
            begun = true;
            if now == SenderState::Nobody {
                return Ok(FollowEnd::NobodySends);
            }
            tokio::select! {
                () = stop.cancelled() => return Ok(FollowEnd::Told),
                _ = changes.changed() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// Who sends, and every batch unless the record looks as it did.
    fn news_since(&self, seen: Option<Footprint>) -> Result<News, OutboxError> {
        let print = self.store().footprint();
        let list = if print.is_some() && print == seen {
            Vec::new()
        } else {
            self.list()?
        };
        Ok((self.sender()?, print, list))
    }

    /// Waits until a batch has nothing queued or on the way, or is paused or held; sends it here
    /// if no other process does.
    ///
    /// # Errors
    /// What could not be used.
    pub async fn send_and_wait(
        &self,
        id: BatchId,
        provider: Arc<dyn TransportProvider>,
        events: mpsc::Sender<OutboxEvent>,
        stop: CancellationToken,
    ) -> Result<RunSummary, OutboxError> {
        loop {
            let outbox = self.clone();
            match blocking(move || Sender::take(&outbox)).await? {
                Ok(sender) => {
                    let mut summary = sender
                        .run_until_done(Scope::Only(id), provider, events, stop)
                        .await?;
                    self.complete(id, &mut summary).await?;
                    return Ok(summary);
                }
                Err(OutboxError::OtherSender { .. }) => {}
                Err(error) => return Err(error),
            }
            let mut summary = RunSummary {
                end: RunEnd::Finished,
                batches: Vec::new(),
                recovered: Vec::new(),
            };
            self.complete(id, &mut summary).await?;
            if summary.batches.iter().all(is_over) {
                return Ok(summary);
            }
            tokio::select! {
                () = stop.cancelled() => {
                    summary.end = RunEnd::Drained;
                    return Ok(summary);
                }
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }

    /// A batch that was over before the run began is part of its answer all the same.
    async fn complete(&self, id: BatchId, summary: &mut RunSummary) -> Result<(), OutboxError> {
        if !summary.batches.iter().any(|run| run.batch.id == id) {
            let outbox = self.clone();
            let stored = blocking(move || outbox.stored(id)).await??;
            summary.batches.push(RunBatch::from(stored));
        }
        Ok(())
    }
}

fn is_active(state: BatchState) -> bool {
    matches!(
        state,
        BatchState::Ready
            | BatchState::Armed
            | BatchState::Scheduled
            | BatchState::Running
            | BatchState::Draining
    )
}

fn is_over(run: &RunBatch) -> bool {
    let counts = run.batch.counts;
    let stopped = matches!(run.batch.state, BatchState::Paused | BatchState::Held);
    stopped || (counts.queued == 0 && counts.sending == 0)
}
