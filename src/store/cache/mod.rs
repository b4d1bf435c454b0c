//! The cache: what was seen at the platform, what was searched for, and what staff noted about
//! people. It may be deleted at any time; a damaged one is moved aside and a new one begun.
//!
//! Everything blocks. It asks the platform nothing and decides nothing about what to fetch: it
//! keeps what it is given and says what it knows.

mod conversations;
mod forget;
mod grams;
mod hunt;
mod messages;
mod model;
mod schema;
mod sealed;
mod search;
mod shape;
mod signature;
mod users;
mod window;

#[cfg(test)]
mod tests;

pub use grams::folded;
pub use model::{
    CachedMessage, ConversationKey, ConversationState, Found, HourCount, KnownRange, MessageKey,
    MessageQuery, Place, Position, Stored, Window,
};
pub use sealed::CacheNote;
pub use users::UsedAttribute;

use super::database::Database;
use super::error::StoreError;
use shape::Shapes;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The cache of one data folder. Cloning shares the connections; everything blocks.
#[derive(Debug, Clone)]
pub struct CacheStore {
    db: Database,
    shapes: Arc<Shapes>,
}

impl CacheStore {
    /// Opens or creates the cache. A damaged file is renamed to `cache.db.damaged` first.
    ///
    /// # Errors
    /// [`StoreError`] if it can be neither opened nor set aside, is of a newer version, or if there
    /// is an encrypted one.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        sealed::refuse_without_key(data_dir)?;
        let path = super::cache_path(data_dir);
        match Database::open_with_reader(&path, &schema::SCHEMA) {
            Err(StoreError::Damaged { .. }) => {
                set_aside(&path).map_err(|error| StoreError::from_io(&path, &error))?;
                Database::open_with_reader(&path, &schema::SCHEMA)
            }
            other => other,
        }
        .map(|db| Self {
            db,
            shapes: Arc::default(),
        })
    }

    /// A cache that leaves nothing behind: it is gone with its last clone.
    ///
    /// # Errors
    /// [`StoreError`] if the memory cannot be had.
    pub fn in_memory() -> Result<Self, StoreError> {
        Ok(Self {
            db: Database::in_memory(&schema::SCHEMA)?,
            shapes: Arc::default(),
        })
    }
}

fn set_aside(path: &Path) -> std::io::Result<()> {
    for (ending, aside) in [
        ("", ".damaged"),
        ("-wal", ".damaged-wal"),
        ("-shm", ".damaged-shm"),
    ] {
        let from = with_suffix(path, ending);
        if from.exists() {
            std::fs::rename(from, with_suffix(path, aside))?;
        }
    }
    Ok(())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
