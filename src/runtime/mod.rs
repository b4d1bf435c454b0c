//! The edge of the dashboard: terminal, event loop, the one effect runner, clock, signals.
//!
//! The only place of the dashboard that waits, spawns, reads clocks and touches the terminal.

pub mod approvals;
pub mod call_person;
pub mod clock;
pub mod conversation_cache;
pub mod dashboard;
pub mod draft_people;
pub mod effect_runner;
pub mod event_loop;
pub mod external_editor;
pub mod files;
pub mod frame_pacer;
pub mod frame_writer;
pub mod importing;
pub mod input;
pub mod kept_drafts;
pub mod links;
pub mod live;
pub mod local_copy;
pub mod loop_effect;
pub mod named_files;
mod paths;
pub mod people_files;
pub mod plan_builder;
pub mod reading_back;
mod reports;
pub mod screen;
pub mod sender_loop;
mod shelves;
pub mod signals;
pub mod storage;
pub mod terminal;
mod unbroken;
pub mod whole_conversation;
pub mod world;

use crate::contract::{ApiError, ApiRequest, CallDetail, CallDirection, CallOutcome, CallRecord};
use jiff::Timestamp;

/// The activity line of a read that could not even begin.
fn world_record(request: &ApiRequest, error: &ApiError, now: Timestamp) -> CallRecord {
    CallRecord {
        started: now,
        duration: std::time::Duration::ZERO,
        direction: CallDirection::Read,
        label: request.label(),
        outcome: CallOutcome::Failed,
        result: "not connected".to_owned(),
        http_status: None,
        detail: Box::new(CallDetail {
            sentence: error.message.clone(),
            advice: error.advice.clone(),
            ..CallDetail::default()
        }),
    }
}
