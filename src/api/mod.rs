//! The platform's wire: requests as bytes, lenient readers, one strict classifier, two HTTP clients.
//!
//! Reading is lenient, judging is strict. Reads and sends never share a client, so that nobody can
//! switch on retries for sends by accident. It must not know the screen or the record.

pub mod classify;
pub mod envelope;
mod json;
pub mod wire;

pub use classify::{ClassifierOptions, Observation, SendEndpoint, classify};
