//! Headless commands: one file per command group. They share plans, outbox and reads with the
//! dashboard and must not draw.

pub mod args;
pub mod args_send;
pub mod exit;
pub mod output;
pub mod time;
