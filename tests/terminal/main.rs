//! The compiled program on a real pseudo-terminal: what it draws, how it gives the terminal back,
//! what reaches it while it is typed in. Every test has a home and a temporary folder of its own.
//!
//! The restore after a fault of the program itself is not here: no key and no setting breaks the
//! program on purpose, and a hidden one for tests alone would be a way to break it.

#![cfg(test)]

mod drafts;
mod drawing;
mod leaving;
mod saving;
#[path = "../support/signal.rs"]
mod signal;
mod support;
mod typing;
