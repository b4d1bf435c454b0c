//! The six panes of the dashboard; none knows another.

pub mod activity;
pub mod broadcast_scheduler;
pub mod chrome;
pub mod conversation;
pub mod payload_preview;
pub mod template_composer;
pub mod user_search;
