//! The brain of the dashboard, pure: state, event, update, flows, focus, layout, view.

pub mod layout;
