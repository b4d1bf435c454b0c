//! What tests of the dashboard share: a headless dashboard on the real effect runner and the real
//! sandbox, key scripts, and pictures of the screen as text.

pub mod harness;
pub mod keys;
pub mod platform;
pub mod screen;
pub mod stage;
