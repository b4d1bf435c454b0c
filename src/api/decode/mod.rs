//! Lenient readers of what the read calls bring. A failure is an error, never an empty list.

mod conversations;
mod failure;
pub(super) mod markup;
pub(super) mod media;
mod time;
mod users;

pub use conversations::{conversation_page, merge_page};
pub use failure::unreadable;
pub use time::message_time;
pub use users::users;
