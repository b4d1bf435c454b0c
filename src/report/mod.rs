//! What this program writes about itself: log, crash report, and the redaction both pass.
//!
//! Nothing here writes to the terminal but one sentence after a crash.

pub mod crash;
pub mod logging;
pub mod redact;

pub use redact::Redactor;
