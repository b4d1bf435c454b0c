//! What can go wrong with the local database, each with a sentence that says what to do.

use crate::contract::{ApiError, ErrorKind};
use rusqlite::ErrorCode;
use std::path::Path;

/// A failure of the local database. `Display` is one sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// No space left.
    #[error("the disk is full, {file} could not be written: free some space and try again")]
    DiskFull {
        /// Name of the file.
        file: String,
    },
    /// Another process held the file for longer than the busy time-out.
    #[error("{file} is in use by another process: wait a moment and try again")]
    Locked {
        /// Name of the file.
        file: String,
    },
    /// Reading or writing is not permitted, or the disk is read-only.
    #[error(
        "{file} cannot be opened or written: check who owns the data folder and whether it is read-only"
    )]
    Permission {
        /// Name of the file.
        file: String,
    },
    /// Not a database, or a broken one. The file is left as it is.
    #[error(
        "{file} is damaged and was left untouched: move it aside and restore a copy, or start with an empty data folder"
    )]
    Damaged {
        /// Name of the file.
        file: String,
    },
    /// Written by a newer version of this program.
    #[error(
        "{file} was written by a newer version of alertdesk (format {found}, this one reads up to {known}): update alertdesk or choose another data folder"
    )]
    Newer {
        /// Name of the file.
        file: String,
        /// The format found.
        found: i64,
        /// The newest format this program reads.
        known: i64,
    },
    /// Another process has the encrypted file.
    #[error(
        "the encrypted {file} is in use by another process and only one at a time can have it: close the other one and try again"
    )]
    Held {
        /// Name of the file.
        file: String,
    },
    /// The file was encrypted with another key. It is left as it is.
    #[error(
        "{file} was encrypted with another key and was left untouched: set `cache_key` to the key it was made with, or delete the file, which may be done at any time"
    )]
    WrongKey {
        /// Name of the file.
        file: String,
    },
    /// There is an encrypted file, and no key to open it with.
    #[error(
        "{file} is encrypted and no `cache_key` is set: set it again, or delete the file, which may be done at any time"
    )]
    NoKey {
        /// Name of the file.
        file: String,
    },
    /// A rule of the record would have been broken, so nothing was changed.
    #[error("the record of {file} refused a change: {detail}")]
    Refused {
        /// Name of the file.
        file: String,
        /// What the database said.
        detail: String,
    },
    /// Anything else, in the database's own words.
    #[error("{file} could not be used: {detail}")]
    Other {
        /// Name of the file.
        file: String,
        /// What the database said.
        detail: String,
    },
}

impl StoreError {
    /// The error of a database call on this file.
    pub fn from_sqlite(path: &Path, error: &rusqlite::Error) -> Self {
        let file = file_name(path);
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull { file },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { file },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::Permission { file }
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged { file },
            Some(ErrorCode::ConstraintViolation) => Self::Refused {
                file,
                detail: error.to_string(),
            },
            Some(_) | None => Self::Other {
                file,
                detail: error.to_string(),
            },
        }
    }

    /// The error of a file call on this path.
    pub fn from_io(path: &Path, error: &std::io::Error) -> Self {
        let file = file_name(path);
        if error.kind() == std::io::ErrorKind::StorageFull {
            return Self::DiskFull { file };
        }
        if matches!(
            error.kind(),
            std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem
        ) {
            return Self::Permission { file };
        }
        Self::Other {
            file,
            detail: error.to_string(),
        }
    }
}

impl From<&StoreError> for ApiError {
    /// What happened as the message, what to do as the advice.
    fn from(error: &StoreError) -> Self {
        let text = error.to_string();
        let (message, advice) = text.rsplit_once(": ").unwrap_or((text.as_str(), ""));
        let mut letters = advice.chars();
        let advice = letters.next().map_or_else(String::new, |first| {
            format!("{}{}.", first.to_uppercase(), letters.as_str())
        });
        Self::new(ErrorKind::Storage, message, advice)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::from(&error)
    }
}

/// The name of a file without its folder.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}
