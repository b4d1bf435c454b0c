//! Reading what a person and our side wrote, anchored so that the text never jumps.
//!
//! ```text
//! ─────────────── Yesterday, Wed 21 Oct 2026 ───────────────
//!  18:02 Sara      ‹ My oak table came but one leg is cracked.
//!  18:02 bot               › Sorry to hear that, Sara.
//!                            [ English ]  [ العربية ]
//! ▌18:40           · Meera left
//! ```
//!
//! At most a few thousand messages around the reader are in memory; the rest is in the local copy
//! and at the platform.
//!
//! It must not fetch anything itself, and drawing must not change it: [`State::prepare`] computes
//! the visible lines when something changed, `view` only puts them on the screen.

mod arrivals;
mod blocks;
mod marks;
mod outgoing;
mod proposal;
mod scroll;
mod state;
mod text_lines;
mod update;
mod view;
mod window_hint;

pub use blocks::{Block, LineKind, MessageLine};
pub use marks::{Mark, Marks};
pub use outgoing::{Outgoing, Way};
pub use proposal::Proposal;
pub use scroll::Anchor;
pub use state::{Chat, State, VisibleLine};
pub use text_lines::LineLink;
pub use update::{Wish, act, addresses, current, key, paste};
pub use view::{body, edges, hyperlinks};
