//! Whoever writes along in every transaction of a database. What is written is its business alone;
//! the database only calls it at the right moments.

use rusqlite::{Connection, Transaction};
use std::fmt;

/// Writes what belongs to every transaction besides its work, in the same transaction.
pub trait Scribe: fmt::Debug + Send + Sync {
    /// Gives the connection what the triggers of its schema call. Runs before anything else.
    ///
    /// # Errors
    /// Whatever the database says.
    fn attach(&self, connection: &mut Connection) -> rusqlite::Result<()>;

    /// A transaction begins: whatever one before left behind is forgotten.
    fn begin(&self);

    /// The work is done and about to be committed.
    ///
    /// # Errors
    /// Whatever the database says; then nothing is committed.
    fn seal(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()>;

    /// It is committed.
    fn committed(&self);
}
