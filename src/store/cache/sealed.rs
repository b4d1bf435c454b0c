//! The cache as an encrypted file, and what becomes of a readable one when a key is set.

use super::{CacheStore, schema, set_aside, with_suffix};
use crate::store::database::Database;
use crate::store::{StoreError, cache_path, sealed, sealed_cache_path};
use rusqlite::Connection;
use secrecy::SecretString;
use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// What a person should hear once about an encrypted cache. `Display` is one sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CacheNote {
    /// What the readable file held is in the encrypted one now.
    #[error("The cache is encrypted from now on; cache.db moved over and is gone.")]
    Moved,
    /// A readable file lay beside the encrypted one.
    #[error("A readable cache.db lay beside the encrypted one and was removed.")]
    Removed,
    /// The encrypted file was damaged.
    #[error("The encrypted cache is damaged, now cache.sealed.damaged; a new one begins.")]
    Renewed,
}

impl CacheStore {
    /// Opens or creates the encrypted cache. What a readable one holds is moved into a new one, and
    /// the readable one removed. A damaged file is renamed to `cache.sealed.damaged` first.
    ///
    /// # Errors
    /// [`StoreError::Held`] while another process has it, [`StoreError::WrongKey`], and whatever
    /// opening a file can say. A file of another key is left as it is, and so is a readable one
    /// that could not be moved.
    pub fn open_sealed(
        data_dir: &Path,
        secret: &SecretString,
    ) -> Result<(Self, Option<CacheNote>), StoreError> {
        let path = sealed_cache_path(data_dir);
        let (db, note) = match open(data_dir, &path, secret) {
            Err(StoreError::Damaged { .. }) => {
                set_aside(&path).map_err(|error| StoreError::from_io(&path, &error))?;
                let (db, _) = open(data_dir, &path, secret)?;
                (db, Some(CacheNote::Renewed))
            }
            other => other?,
        };
        let shapes = Arc::default();
        Ok((Self { db, shapes }, note))
    }
}

/// Nothing is kept readable beside a file that somebody wanted encrypted.
pub(super) fn refuse_without_key(data_dir: &Path) -> Result<(), StoreError> {
    if sealed_cache_path(data_dir).exists() {
        let file = crate::store::SEALED_CACHE_FILE.to_owned();
        return Err(StoreError::NoKey { file });
    }
    Ok(())
}

fn open(
    data_dir: &Path,
    path: &Path,
    secret: &SecretString,
) -> Result<(Database, Option<CacheNote>), StoreError> {
    let mut connection = sealed::connect(path, secret)?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|error| StoreError::from_sqlite(path, &error))?;
    let readable = cache_path(data_dir);
    let mut note = None;
    if tables == 0 && readable.exists() {
        note = move_into(&readable, (path, &mut connection))?;
    }
    let db = Database::adopt(connection, path, &schema::SCHEMA)?;
    let removed =
        remove_readable(&readable).map_err(|error| StoreError::from_io(&readable, &error))?;
    Ok((db, note.or(removed.then_some(CacheNote::Removed))))
}

/// Copies the readable file, all of it or nothing. One that is damaged has nothing worth moving.
fn move_into(
    readable: &Path,
    (path, to): (&Path, &mut Connection),
) -> Result<Option<CacheNote>, StoreError> {
    let db = match Database::open(readable, &schema::SCHEMA) {
        Ok(db) => db,
        Err(StoreError::Damaged { .. }) => return Ok(None),
        Err(error) => return Err(error),
    };
    let fail = |error: rusqlite::Error| StoreError::from_sqlite(path, &error);
    to.execute_batch("PRAGMA journal_mode = WAL;")
        .map_err(fail)?;
    db.copy_into(to)?;
    to.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);")
        .map_err(fail)?;
    Ok(Some(CacheNote::Moved))
}

/// Removes the readable file, what SQLite keeps beside it, and what was set aside of it. Says
/// whether there was anything.
fn remove_readable(readable: &Path) -> io::Result<bool> {
    // The file itself goes last, so that the next start finds it if this one is cut short.
    let endings = [
        ".damaged-wal",
        ".damaged-shm",
        ".damaged",
        "-wal",
        "-shm",
        "",
    ];
    let mut found = false;
    for ending in endings {
        match std::fs::remove_file(with_suffix(readable, ending)) {
            Ok(()) => found = true,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    if found && let Some(folder) = readable.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(found)
}
