//! The six panes of the dashboard; none knows another.

pub mod chrome;
pub mod conversation;
pub mod user_search;
