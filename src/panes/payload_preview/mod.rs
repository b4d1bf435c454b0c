//! The exact requests of the draft, live: method, address, redacted headers, the very bytes.
//!
//! ```text
//! POST https://api.alertspanel.com
//!   /whatsapp-api/v1.0/customer/99001/bot/00aa11bb22cc33dd/template
//! Authorization: Basic ••••••••
//! { "phoneNumber": "+447700900412", …
//! ```
//!
//! What is shown comes from the frozen plan and from nowhere else, so preview and send cannot
//! differ. The key is never here: the line of its header is written by the view.

mod changes;
mod rows;
mod state;
mod update;
mod view;

pub use state::{LastSent, Look, Shown, State};
pub use update::{Wish, act, key, paste};
pub use view::{body, edges};
