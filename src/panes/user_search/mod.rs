//! Finding people by an attribute, and choosing among those found.
//!
//! ```text
//! / city=London
//! ✗ timed out at 10:44, r to retry
//! ▌◆ Sara Al-Mutairi     …0412
//!    Arjun Mehta         …0118
//! ```
//!
//! It must not fetch anything itself: it says what it wants with [`Wish`].

mod rows;
mod state;
mod update;
mod view;

pub use rows::UserRow;
pub use state::{State, Typing};
pub use update::{Wish, act, key, paste};
pub use view::{body, edges, list_height};
