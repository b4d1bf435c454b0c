//! Files of messages, fetched when a person asks and never by themselves.
//!
//! A client of its own without the key, names that are safe, saving that overwrites nothing,
//! pictures decoded within limits. It never runs what it fetched and it draws nothing.

mod address;
mod client;
mod name;
mod picture;
mod save;

pub use address::host_of;
pub use client::{MediaClient, MediaClientConfig};
pub use name::safe_file_name;
pub use picture::{MOST_PIXELS, decode_picture};
pub use save::{may_open, open_command, save};
