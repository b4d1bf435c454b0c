//! Requests as bytes. Nothing here opens a connection or knows the key.

pub mod encode;
