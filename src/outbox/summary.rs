//! What a run of the sender came to, for exit codes and the last line of a command.

use crate::domain::{Batch, BatchState, Reason};
use crate::store::outbox::{StopKind, StoredBatch};

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunEnd {
    /// Nothing more can be sent without a person.
    Finished,
    /// It was told to stop; calls on the way ended.
    Drained,
}

/// A batch the run had to do with, and what stopped it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunBatch {
    /// As it is at the end.
    pub batch: Batch,
    /// What stopped it last, also when nothing was left to send after that.
    pub stop: Option<(StopKind, Reason)>,
}

impl From<StoredBatch> for RunBatch {
    fn from(stored: StoredBatch) -> Self {
        Self {
            batch: stored.batch,
            stop: stored.stop,
        }
    }
}

/// What a run came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSummary {
    /// Why it ended.
    pub end: RunEnd,
    /// Every batch it had to do with, oldest first.
    pub batches: Vec<RunBatch>,
    /// What recovery found before, one sentence per batch.
    pub recovered: Vec<String>,
}

impl RunSummary {
    /// The exit status, first that applies: 7 something is unknown, 3 stopped by 401 or 403,
    /// 5 stopped by the network, a certificate or a redirect, 6 something was rejected,
    /// 1 paused or held for another reason, else 0.
    pub fn exit_status(&self) -> u8 {
        let stopped = |kind: StopKind| {
            self.batches
                .iter()
                .any(|run| run.stop.as_ref().is_some_and(|(found, _)| *found == kind))
        };
        if self.batches.iter().any(|run| run.batch.counts.unknown > 0) {
            7
        } else if stopped(StopKind::Key) {
            3
        } else if stopped(StopKind::Network) {
            5
        } else if self.batches.iter().any(|run| run.batch.counts.rejected > 0) {
            6
        } else {
            let waiting = self.batches.iter().any(|run| is_waiting(run.batch.state));
            u8::from(waiting)
        }
    }
}

fn is_waiting(state: BatchState) -> bool {
    matches!(
        state,
        BatchState::Paused | BatchState::Held | BatchState::Draining
    )
}

#[cfg(test)]
mod tests {
    use super::{RunBatch, RunEnd, RunSummary};
    use crate::domain::{
        Batch, BatchId, BatchState, Counts, ItemState, Reason, SendKind, Sha256Hex,
    };
    use crate::store::outbox::StopKind;
    use rstest::rstest;

    fn run(state: BatchState, last: ItemState, stop: Option<StopKind>) -> RunBatch {
        let mut counts = Counts::default();
        counts.add(ItemState::Skipped, 2);
        counts.add(ItemState::Accepted, 3);
        counts.add(last, 1);
        let reason = Reason {
            rule: "test".to_owned(),
            text: "Because.".to_owned(),
        };
        RunBatch {
            batch: Batch {
                id: BatchId(1),
                kind: SendKind::Template,
                title: "care".to_owned(),
                state,
                profile: "p".to_owned(),
                created: jiff::Timestamp::UNIX_EPOCH,
                scheduled: None,
                counts,
                parent: None,
                reason: None,
                plan_sha256: Sha256Hex::of(b""),
                revision: 0,
                only: None,
            },
            stop: stop.map(|kind| (kind, reason)),
        }
    }

    #[rstest]
    #[case(BatchState::Done, ItemState::Accepted, None, 0)]
    #[case(
        BatchState::DoneWithProblems,
        ItemState::Unknown,
        Some(StopKind::Key),
        7
    )]
    #[case(BatchState::Paused, ItemState::Rejected, Some(StopKind::Key), 3)]
    #[case(
        BatchState::DoneWithProblems,
        ItemState::Rejected,
        Some(StopKind::Key),
        3
    )]
    #[case(BatchState::Paused, ItemState::Queued, Some(StopKind::Network), 5)]
    #[case(BatchState::DoneWithProblems, ItemState::Rejected, None, 6)]
    #[case(BatchState::Paused, ItemState::Rejected, Some(StopKind::Other), 6)]
    #[case(BatchState::Paused, ItemState::Queued, Some(StopKind::Person), 1)]
    #[case(BatchState::Held, ItemState::Queued, Some(StopKind::Other), 1)]
    fn the_first_that_applies_is_the_exit_status(
        #[case] state: BatchState,
        #[case] last: ItemState,
        #[case] stop: Option<StopKind>,
        #[case] expected: u8,
    ) {
        let summary = RunSummary {
            end: RunEnd::Finished,
            batches: vec![run(state, last, stop)],
            recovered: Vec::new(),
        };
        assert_eq!(summary.exit_status(), expected);
    }
}
