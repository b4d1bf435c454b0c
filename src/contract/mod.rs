//! The words shared by panes, app and runtime: action, event, effect, slot, remote, context, notice.
//!
//! Data only. It must not know a pane's inside, a terminal or a network.

pub mod action;
pub mod activity;
pub mod api;
pub mod outbox;

pub use action::Action;
pub use activity::{CallDetail, CallDirection, CallOutcome, CallRecord};
pub use api::{ApiError, ApiRequest, ApiResponse, ConversationPage, ErrorKind, PageRequest};
pub use outbox::{OutboxEvent, SenderState};
