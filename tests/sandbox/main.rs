//! The sandbox seen from a client: every endpoint, every check and every fault over real sockets.
#![cfg(test)]

mod faults;
mod platform;
mod scale;
mod sends;
mod support;
mod templates;
