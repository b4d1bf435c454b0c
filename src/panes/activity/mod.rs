//! Every call and every error since the start, newest first. The full text of anything that a
//! toast or a mark said in short is here; nothing is swallowed.
//!
//! ```text
//! ▌10:47:31 ↑ #34 …0871              200 accepted        212 ms
//!  10:47:26 ↓ conversation …0412     200 84 messages      84 ms
//! ```

mod state;
mod update;
mod view;

pub use state::State;
pub use update::{Wish, act};
pub use view::{body, edges};
