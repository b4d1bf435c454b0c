//! Send safety: no automatic duplicates and no silent loss, whatever fails and whenever the
//! process dies.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "test code: helpers outside test functions, a server and stop-watches of its own"
)]

mod crash;
mod faults;
mod histories;
mod hostile;
mod invariants;
mod kill;
mod model;
mod opted_out;
mod oracle;
mod server;
#[path = "../support/signal.rs"]
mod signal;
mod speed;
mod support;
