//! The brain of the dashboard, pure: events in, changed state and effects out, and how it looks.
//!
//! Nothing here waits, reads a clock, touches a file or a network. `runtime` does all that.

pub mod actions;
pub mod answers;
mod approving;
mod asking;
mod audit;
pub mod availability;
pub mod batches;
mod cache_news;
pub mod choosing;
pub mod cloning;
pub mod commands;
pub mod copying;
pub mod dialogs;
pub mod draft_shelf;
pub mod drafts;
pub mod fetching;
pub mod files;
pub mod flows;
pub mod focus;
pub mod footer;
pub mod header;
pub mod help;
pub mod helping;
pub mod importing;
pub mod keys;
pub mod layout;
mod leaving;
pub mod library;
pub mod library_forms;
pub mod library_pages;
mod opting_out;
mod outgoing;
mod people;
pub mod people_checks;
pub mod people_file;
mod people_forms;
mod people_memory;
mod people_messages;
mod people_places;
mod people_rejects;
pub mod reading;
mod searches;
pub mod sight;
mod state;
pub mod toasts;
pub mod triage;
pub mod update;
pub mod view;
pub mod waits;
mod when;

pub use state::{Armed, Context, Settings, State};
pub use update::update;
pub use view::{hyperlinks, view};

#[cfg(test)]
mod tests;
