//! The send engine: freezes plans, marks before the first byte, sends, classifies, records, recovers.

pub mod freeze;
