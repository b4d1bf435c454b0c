//! When a batch needs a person: it stopped by itself, or it ended and not everything was accepted.
//! What a person asked for, or a program that was told to end, calls nobody.

use crate::contract::PersonNeeded;
use crate::domain::{BatchState, Counts};
use crate::store::outbox::{StopKind, StoredBatch};

/// Rule of a batch that ended with results nobody knows.
const UNKNOWN: &str = "unknown";
/// Rule of a batch that ended and not everything was accepted.
const PROBLEMS: &str = "problems";
/// What a sender leaves behind that was told to end.
const TOLD_TO_END: &str = "grace_interrupted";

/// The call for a batch as it stands; `None` where nobody is needed.
pub(super) fn needs_person(stored: &StoredBatch) -> Option<PersonNeeded> {
    let batch = &stored.batch;
    let counts = batch.counts;
    let (rule, text) = match batch.state {
        BatchState::Paused | BatchState::Held => {
            let (kind, reason) = stored.stop.as_ref()?;
            if *kind == StopKind::Person || reason.rule == TOLD_TO_END {
                return None;
            }
            let left = counts.queued;
            let text = format!("is {}, {left} not sent: {}", batch.state, reason.text);
            (reason.rule.clone(), text)
        }
        BatchState::DoneWithProblems => {
            let rule = if counts.unknown > 0 {
                UNKNOWN
            } else {
                PROBLEMS
            };
            (rule.to_owned(), ended(counts))
        }
        BatchState::Ready
        | BatchState::Armed
        | BatchState::Scheduled
        | BatchState::Running
        | BatchState::Draining
        | BatchState::Done
        | BatchState::Cancelled => return None,
    };
    let sentence = format!("{} {} ({}) {text}", batch.id, batch.title, batch.profile);
    Some(PersonNeeded {
        batch: batch.id,
        state: batch.state,
        rule,
        // One line, whatever a title or an answer of the platform holds.
        sentence: sentence.replace(char::is_control, " "),
    })
}

fn ended(counts: Counts) -> String {
    let parts = [
        (counts.unknown, "unknown"),
        (counts.rejected, "rejected"),
        (counts.cancelled, "cancelled"),
        (counts.not_accepted, "not accepted"),
        (counts.abandoned, "given up"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    format!(
        "ended: {} of {} accepted, {}.",
        counts.accepted,
        counts.planned - counts.skipped,
        parts.join(", ")
    )
}
