//! Text from outside as data: sanitize, measure, wrap, order for display.
//!
//! Every string that comes from the network, a file or the environment passes [`sanitize`]
//! before it can reach a screen, standard output, a log or a title. Nothing here reads a clock,
//! a file or the network.

pub mod bidi;
pub mod format;
pub mod fuzzy;
pub mod gate;
pub mod highlight;
mod joined_forms;
mod joining;
pub mod links;
pub mod local;
pub mod nearest;
pub mod sanitize;
pub mod turning;
pub mod width;
pub mod wrap;
