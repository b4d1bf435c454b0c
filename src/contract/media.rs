//! Files and links of messages: what is asked, what came, what became of it. Nothing is asked unless a
//! person does, and it must not know how a picture reaches a terminal.

use super::activity::CallRecord;
use super::api::ApiError;
use super::slot::Ticket;
use crate::domain::MediaKind;
use std::any::Any;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// The file a person asked for, as the message names it: all of it comes from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaAsk {
    /// Where it lies.
    pub url: String,
    /// Its name, if the message has one.
    pub name: Option<String>,
    /// What the message says it is.
    pub mime: Option<String>,
    /// What it is to people.
    pub kind: MediaKind,
}

/// A file as it came.
#[derive(Clone, PartialEq, Eq)]
pub struct FetchedMedia {
    /// Its content; may be anything, whatever the type says.
    pub bytes: Vec<u8>,
    /// The `Content-Type` without parameters, lower case, if there was one.
    pub mime: Option<String>,
}

impl fmt::Debug for FetchedMedia {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchedMedia")
            .field("bytes", &self.bytes.len())
            .field("mime", &self.mime)
            .finish()
    }
}

/// A picture made ready for the terminal; only who draws it knows what is inside.
#[derive(Clone)]
pub struct ReadyPicture(Arc<dyn Any + Send + Sync>);

impl ReadyPicture {
    /// Wraps what the drawing side made.
    pub fn new(picture: impl Any + Send + Sync) -> Self {
        Self(Arc::new(picture))
    }

    /// What is inside, for the one who made it.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for ReadyPicture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReadyPicture")
    }
}

impl PartialEq for ReadyPicture {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// A picture for the space that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct PreparedPicture {
    /// Width and height of the file in pixels.
    pub pixels: (u32, u32),
    /// The picture.
    pub picture: ReadyPicture,
}

/// What happens to a file once it is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AfterSaving {
    /// Nothing more.
    Keep,
    /// The desktop's program opens it.
    Open,
}

/// What became of a file.
#[derive(Debug, Clone, PartialEq)]
pub enum MediaAnswer {
    /// It was fetched, or was not.
    Fetched {
        /// Which asking it answers.
        ticket: Ticket,
        /// The file.
        result: Result<Arc<FetchedMedia>, ApiError>,
        /// The line of the activity list.
        record: CallRecord,
    },
    /// It was made ready to be shown, or is no picture.
    Prepared {
        /// Which asking it answers.
        ticket: Ticket,
        /// The picture.
        result: Result<PreparedPicture, ApiError>,
    },
    /// It was saved under this path, or was not.
    Saved(Result<PathBuf, ApiError>),
    /// The desktop was asked to open it, or was not.
    Opened(Result<PathBuf, ApiError>),
    /// The desktop was asked to open this address, or was not.
    LinkOpened(Result<String, ApiError>),
}
