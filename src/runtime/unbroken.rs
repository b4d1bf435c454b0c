//! Work on what others wrote, which may break a reader: that is a fault of this program, and leaves
//! an answer like any other.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the work gives, or this if it breaks. The work must not share what it leaves half done.
pub fn unbroken<T>(work: impl FnOnce() -> T, broke: impl FnOnce() -> T) -> T {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| broke())
}
