//! alertdesk: a keyboard-driven terminal dashboard for support staff on the Alerts Panel platform.
//!
//! The map. Inner modules never know outer ones; `tests/architecture.rs` holds the rule.
//!
//! ```text
//! domain, text  <-  contract  <-  theme, keymap, widgets  <-  panes, overlays  <-  app  <-  runtime
//! domain, contract  <-  api, store, outbox, export, pack, sync  <-  runtime, cli
//! ```

pub mod api;
pub mod app;
pub mod cli;
pub mod contract;
pub mod domain;
pub mod export;
pub mod keymap;
pub mod outbox;
pub mod overlays;
pub mod pack;
pub mod panes;
pub mod report;
pub mod runtime;
pub mod sandbox;
pub mod settings;
pub mod store;
pub mod sync;
pub mod text;
pub mod theme;
pub mod widgets;
