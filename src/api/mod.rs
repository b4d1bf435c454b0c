//! The platform's wire: requests as bytes, lenient readers, one strict classifier, two HTTP clients.
//!
//! Reading is lenient, judging is strict. Reads and sends never share a client, so that nobody can
//! switch on retries for sends by accident. It must not know the screen or the record.

pub mod base_url;
pub mod classify;
mod clock;
pub mod decode;
pub mod envelope;
pub mod http;
mod json;
pub mod key;
pub mod media;
mod pacing;
mod quote;
pub mod send_client;
mod transport;
pub mod url;
pub mod wire;

pub use base_url::check_base_url;
pub use classify::{ClassifierOptions, Observation, SendEndpoint, classify};
pub use http::{ReadClient, ReadClientConfig};
pub use key::ApiKey;
pub use send_client::{SendClient, SendClientConfig, SendTransport, Timing};
