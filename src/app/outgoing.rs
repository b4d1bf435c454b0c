//! Tells the chats what becomes of messages to one person: confirmed, on their way, ended. It only
//! passes on what the outbox says.

use super::state::State;
use crate::contract::{CallOutcome, CallRecord};
use crate::domain::Batch;
use crate::panes::conversation::{Outgoing, Way};
use crate::panes::template_composer::Draft;

/// A draft is queued. Of a list no chat shows anything: the Broadcasts pane does.
pub fn queued(state: &mut State, batch: &Batch, draft: &Draft) {
    if batch.counts.planned - batch.counts.skipped != 1 {
        return;
    }
    let recipients = draft.recipients();
    let plan = draft.plan.as_ref();
    let planned = plan.and_then(|plan| Some(plan.calls.first()?.recipients.first()?.text()));
    let Some(person) = planned.or(recipients.first().map(String::as_str)) else {
        return;
    };
    let outgoing = Outgoing {
        batch: batch.id,
        person: person.to_owned(),
        title: draft.subject(),
        confirmed: state.now.timestamp(),
        way: Way::Going,
    };
    state.conversation.sends(outgoing);
    changed(state, batch);
}

/// A batch changed.
pub fn changed(state: &mut State, batch: &Batch) {
    let now = state.now.timestamp();
    state.conversation.send_moved(batch, now);
}

/// A call ended.
pub fn call_ended(state: &mut State, record: &CallRecord) {
    let Some(batch) = record.detail.batch else {
        return;
    };
    let way = match record.outcome {
        CallOutcome::Accepted => Way::Accepted {
            at: record.started,
            id: record.detail.message_id.clone(),
        },
        CallOutcome::Rejected if record.result == "rejected" => Way::Rejected(String::new()),
        CallOutcome::Rejected => Way::Rejected(record.result.clone()),
        CallOutcome::Unknown => Way::Unknown,
        CallOutcome::Waiting | CallOutcome::Done | CallOutcome::Failed => return,
    };
    state.conversation.send_ended(batch, way);
}
