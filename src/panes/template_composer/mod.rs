//! Writing what will be sent: a template to somebody, a broadcast with texts or a template, a CSV
//! broadcast, or a flow.
//!
//! ```text
//! Kind      [template]  broadcast  csv  flow
//! To        Sara Al-Mutairi  +44 7700 900412
//! Template  delivery_note · en · v2
//!
//! Body      filled in                76 of 1 024
//! ▌1 name   Sara▏                              4
//! ```
//!
//! It only produces a [`crate::contract::DraftForm`]; nothing here can send. A draft belongs to a
//! person and a profile, not to the open chat, and nothing typed is lost by leaving it.

mod checks;
mod content;
mod draw;
mod fields;
mod form;
pub mod helpers;
mod people_table;
mod person;
mod prefill;
mod preview;
mod saved;
mod sheet;
mod shown_call;
mod state;
mod summary;
mod update;
mod view;
mod wire_place;

pub use form::{Choices, DraftKind, Field, FieldId, Section, Takes};
pub use people_table::{PeopleTable, Restored};
pub use person::Person;
pub use preview::rows as bubble_rows;
pub use sheet::sheet;
pub use state::{Draft, Shelved, State};
pub use update::{Wish, act, field_takes_line_breaks, insert, key, listed, paste};
pub use view::{body, edges};
