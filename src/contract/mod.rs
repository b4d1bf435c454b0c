//! The words shared by panes, app and runtime: action, event, effect, slot, remote, context, notice.
//!
//! Data only. It must not know a pane's inside, a terminal or a network.

pub mod action;

pub use action::Action;
