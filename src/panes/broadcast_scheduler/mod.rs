//! Everything planned and sent, what needs a person first.
//!
//! ```text
//! needs you ───────────────────── 1
//! ? #31 autumn_sale     1 unknown
//! running ─────────────────────── 1
//! ↑ #34 winter_hours    ██████▒░░░   53 %
//! done ────────────────────────── 2
//! ✓ #33 fitting_slots     40 of   40
//! ```
//!
//! It must not decide anything about a batch: it asks, the outbox decides.

mod chart;
mod detail;
mod groups;
mod line;
mod people;
mod people_view;
mod pulse;
mod state;
mod update;
mod view;

pub use groups::{Group, Row};
pub use people::People;
pub use pulse::{Pulses, Wait};
pub use state::State;
pub use update::{Wish, act, key, paste};
pub use view::{body, edges, list_height};
