//! Tells the chats what becomes of messages to one person: confirmed, on their way, ended. It only
//! passes on what the outbox says.

use super::state::State;
use crate::contract::{CallOutcome, CallRecord};
use crate::domain::Batch;
use crate::panes::conversation::Way;

/// All batches were read from the record.
pub fn load(state: &mut State, batches: Vec<Batch>) {
    state.broadcasts.load(batches);
    let now = state.now.timestamp();
    let own = &state.profile.name;
    let its = state.broadcasts.batches.iter();
    for batch in its.filter(|batch| batch.profile == *own) {
        state.conversation.send_moved(batch, now);
    }
}

/// A batch is new or changed. Of a list no chat shows anything: the Broadcasts pane does.
pub fn changed(state: &mut State, batch: &Batch) {
    if batch.profile == state.profile.name {
        let now = state.now.timestamp();
        state.conversation.send_moved(batch, now);
    }
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
