//! The local database: the outbox record and the disposable cache, two files.
//!
//! SQL lives here and nowhere else. Everything blocks: callers use a blocking thread. It decides
//! nothing about sending; the rules that must never break (legal states, balanced counts) are
//! written into the schema as well, so that no caller can get round them.

pub mod cache;
pub mod database;
pub mod drafts;
pub mod error;
pub mod handover;
pub mod library;
pub mod outbox;
pub mod scribe;
pub mod sealed;

pub use cache::{CacheNote, CacheStore, ConversationKey, MessageKey, UsedAttribute};
pub use error::StoreError;
pub use library::{ChangeError, DraftRow, Library, TemplateInsert};
pub use outbox::OutboxStore;

use std::path::{Path, PathBuf};

/// File name of the record of everything planned and sent.
pub const OUTBOX_FILE: &str = "outbox.db";
/// File name of the cache, which may be deleted at any time.
pub const CACHE_FILE: &str = "cache.db";
/// File name of the cache where it is encrypted.
pub const SEALED_CACHE_FILE: &str = "cache.sealed";

/// Where the record lies in a data folder.
pub fn outbox_path(data_dir: &Path) -> PathBuf {
    data_dir.join(OUTBOX_FILE)
}

/// Where the cache lies in a data folder.
pub fn cache_path(data_dir: &Path) -> PathBuf {
    data_dir.join(CACHE_FILE)
}

/// Where the encrypted cache lies in a data folder.
pub fn sealed_cache_path(data_dir: &Path) -> PathBuf {
    data_dir.join(SEALED_CACHE_FILE)
}
