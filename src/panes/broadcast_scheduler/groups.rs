//! Batches by how much they need a person. The order is fixed, inside a group the newest first.

use crate::domain::{Batch, BatchState};

/// A group of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Unknown results, or stopped with a reason.
    NeedsYou,
    /// Being sent.
    Running,
    /// Waiting to begin.
    Planned,
    /// Finished, whatever the result.
    Done,
}

impl Group {
    /// All groups in their order.
    pub const ALL: [Group; 4] = [Group::NeedsYou, Group::Running, Group::Planned, Group::Done];

    /// The words on the divider.
    pub fn title(self) -> &'static str {
        match self {
            Group::NeedsYou => "needs you",
            Group::Running => "running",
            Group::Planned => "planned",
            Group::Done => "done",
        }
    }

    /// Where a batch belongs.
    pub fn of(batch: &Batch) -> Group {
        match batch.state {
            BatchState::Held | BatchState::Paused => Group::NeedsYou,
            _ if batch.counts.unknown > 0 && !is_running(batch.state) => Group::NeedsYou,
            BatchState::Ready | BatchState::Running | BatchState::Draining => Group::Running,
            BatchState::Armed | BatchState::Scheduled => Group::Planned,
            BatchState::Done | BatchState::DoneWithProblems | BatchState::Cancelled => Group::Done,
        }
    }
}

fn is_running(state: BatchState) -> bool {
    matches!(
        state,
        BatchState::Ready | BatchState::Running | BatchState::Draining
    )
}

/// A row of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Row {
    /// The divider of a group and how many batches follow.
    Divider(Group, usize),
    /// A batch by its index.
    Batch(usize),
}

/// The rows for batches given in any order.
pub fn rows(batches: &[Batch]) -> Vec<Row> {
    let mut rows = Vec::new();
    for group in Group::ALL {
        let mut members: Vec<usize> = (0..batches.len())
            .filter(|index| {
                batches
                    .get(*index)
                    .is_some_and(|batch| Group::of(batch) == group)
            })
            .collect();
        members.sort_by_key(|index| std::cmp::Reverse(batches.get(*index).map(|batch| batch.id)));
        if !members.is_empty() {
            rows.push(Row::Divider(group, members.len()));
            rows.extend(members.into_iter().map(Row::Batch));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::{Group, Row, rows};
    use crate::domain::{Batch, BatchId, BatchState, Counts, SendKind, Sha256Hex};

    fn batch(id: i64, state: BatchState, unknown: u64) -> Batch {
        Batch {
            id: BatchId(id),
            kind: SendKind::Template,
            title: "winter_hours".to_owned(),
            state,
            profile: "demo".to_owned(),
            created: jiff::Timestamp::UNIX_EPOCH,
            scheduled: None,
            counts: Counts {
                planned: unknown,
                unknown,
                ..Counts::default()
            },
            parent: None,
            reason: None,
            plan_sha256: Sha256Hex::of(b""),
            revision: 0,
            only: None,
        }
    }

    #[test]
    fn what_needs_a_person_stands_first_and_newest_on_top() {
        let batches = [
            batch(1, BatchState::Done, 0),
            batch(2, BatchState::DoneWithProblems, 3),
            batch(3, BatchState::Running, 0),
            batch(4, BatchState::Paused, 0),
            batch(5, BatchState::Done, 0),
        ];
        assert_eq!(
            rows(&batches),
            [
                Row::Divider(Group::NeedsYou, 2),
                Row::Batch(3),
                Row::Batch(1),
                Row::Divider(Group::Running, 1),
                Row::Batch(2),
                Row::Divider(Group::Done, 2),
                Row::Batch(4),
                Row::Batch(0),
            ]
        );
    }
}
