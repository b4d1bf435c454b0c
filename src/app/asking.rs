//! Questions about batches: what is left, what is taken back, what came too late.

use super::dialogs::ask;
use super::state::State;
use super::update::Effects;
use super::{batches, flows};
use crate::domain::{Batch, BatchId};
use crate::overlays::confirm::Purpose;
use crate::text::{format, sanitize};

/// Asks for the number of people left.
pub fn ask_resume(state: &mut State, id: BatchId) -> Effects {
    let Some(batch) = state.broadcasts.batches.iter().find(|batch| batch.id == id) else {
        return Vec::new();
    };
    let counts = batch.counts;
    let reason = batch
        .reason
        .as_ref()
        .map_or_else(String::new, |reason| reason.text.clone());
    let lines = vec![
        sanitize::clean_line(&reason).into_owned(),
        format!(
            "accepted {} · rejected {} · unknown {} · not sent {}",
            format::count(counts.accepted),
            format::count(counts.rejected),
            format::count(counts.unknown),
            format::count(counts.queued),
        ),
        "Resuming sends to the people who are not sent. Unknown ones are not tried again."
            .to_owned(),
    ];
    let title = format!("Resume {id} {}", sanitize::clean_line(&batch.title));
    ask(
        state,
        Purpose::Resume(id, counts.queued),
        title,
        lines,
        counts.queued.to_string(),
    )
}

/// The key to stop it came just after its grace: it is paused, and what becomes of the rest is
/// asked.
pub fn ask_too_late(state: &mut State, batch: &Batch) -> Effects {
    let counts = batch.counts;
    let left = counts.accepted + counts.rejected + counts.unknown + counts.sending;
    let lines = vec![
        format!(
            "The grace of {} was just over. It is paused now: {} had left, {} not sent.",
            batch.id,
            format::people(left),
            format::count(counts.queued)
        ),
        "What left cannot be taken back. Type cancel to take back what is not sent; Esc leaves it \
         paused, and R goes on with it later."
            .to_owned(),
    ];
    let title = format!("Too late for {}", sanitize::clean_line(&batch.title));
    ask(
        state,
        Purpose::Cancel(batch.id),
        title,
        lines,
        "cancel".to_owned(),
    )
}

/// Asks for the word that takes back what is not sent.
pub fn ask_cancel(state: &mut State, id: BatchId) -> Effects {
    let Some(batch) = state.broadcasts.batches.iter().find(|batch| batch.id == id) else {
        return Vec::new();
    };
    if let Some(there) = batches::handed_over(batch, &state.now) {
        return flows::push_page(state, there.page(id));
    }
    let lines = vec![
        format!(
            "{} people are not sent; they never will be by this batch.",
            format::count(batch.counts.queued)
        ),
        format!(
            "{} accepted stay accepted: this API has no way to take them back.",
            format::count(batch.counts.accepted)
        ),
    ];
    let title = format!("Cancel {id} {}", sanitize::clean_line(&batch.title));
    ask(
        state,
        Purpose::Cancel(id),
        title,
        lines,
        "cancel".to_owned(),
    )
}
