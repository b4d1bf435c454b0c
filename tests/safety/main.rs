//! Send safety: no automatic duplicates and no silent loss, whatever fails and whenever the
//! process dies.

mod crash;
mod invariants;
mod speed;
mod support;
