//! Writing what will be sent: a template to somebody, a broadcast with a text, or a flow.
//!
//! ```text
//! Kind      [template]  broadcast  flow
//! To        Sara Al-Mutairi  +44 7700 900412
//! Template  delivery_note · en · version 2
//! ▌1        Sara▏                              4
//! ```
//!
//! It only produces a [`crate::contract::DraftForm`]; nothing here can send. The draft belongs to
//! a person, not to the open chat, and nothing typed is lost by leaving it.

mod form;
mod reads;
mod saved;
mod state;
mod update;
mod view;

pub use form::{DraftKind, Field, FieldId};
pub use state::{Draft, State};
pub use update::{Wish, act, field_takes_line_breaks, key, paste};
pub use view::{body, edges};
