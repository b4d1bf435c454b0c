//! What the dashboard and the commands ask of the platform's read side, and what comes back.
//!
//! Reads only. Sends go through the outbox and never through these words.

use crate::domain::{ChatMessage, User};
use crate::text::format::last_four;
use jiff::Timestamp;
use serde::Serialize;

/// A read of the platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApiRequest {
    /// Everybody whose attribute has exactly this value.
    FindUsers {
        /// Attribute name; may contain dots and spaces.
        attribute: String,
        /// The value, exactly.
        value: String,
    },
    /// One page of a conversation.
    ConversationPage(PageRequest),
}

impl ApiRequest {
    /// What it is, for the activity list: `users city=London`.
    pub fn label(&self) -> String {
        match self {
            ApiRequest::FindUsers { attribute, value } => format!("users {attribute}={value}"),
            ApiRequest::ConversationPage(page) => {
                let who = last_four(&page.channel_user_id);
                match page.page_number {
                    1 => format!("conversation {who}"),
                    number => format!("conversation {who} page {number}"),
                }
            }
        }
    }
}

/// Which page of whose conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest {
    /// The person's channel user id, for example digits of a number.
    pub channel_user_id: String,
    /// Only messages at or after this time.
    pub since: Option<Timestamp>,
    /// Only messages before or at this time.
    pub until: Option<Timestamp>,
    /// Counts from 1; page 1 is the newest slice.
    pub page_number: u32,
    /// Messages per page; the platform's own default is 500.
    pub page_size: u32,
}

/// What a read brought.
#[derive(Debug, Clone, PartialEq)]
pub enum ApiResponse {
    /// For [`ApiRequest::FindUsers`].
    Users(Vec<User>),
    /// For [`ApiRequest::ConversationPage`]: oldest first, without repeats.
    Page(ConversationPage),
}

/// One page of a conversation as received.
#[derive(Debug, Clone, PartialEq)]
pub struct ConversationPage {
    /// The messages, oldest first, repeats inside the page removed.
    pub messages: Vec<ChatMessage>,
    /// How many entries the platform sent, repeats included: fewer than asked ends the paging.
    pub received: usize,
}

/// What went wrong with a read, or with what a command was asked to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// Wrong use or settings.
    Usage,
    /// 401 or 403.
    Authentication,
    /// 404, or a local name that does not exist.
    NotFound,
    /// No connection, no answer, TLS, redirect.
    Network,
    /// The platform refused or failed.
    Platform,
    /// An answer that could not be read.
    Unreadable,
    /// The local record could not be read or written.
    Storage,
    /// A send that was refused before anything left.
    Refused,
}

/// An error as people and scripts see it. It never holds a key or a stack trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct ApiError {
    /// The kind, from which the exit status derives.
    pub kind: ErrorKind,
    /// One sentence: what happened and where.
    pub message: String,
    /// One sentence: what to do.
    pub advice: String,
    /// HTTP status, if one arrived.
    pub http_status: Option<u16>,
    /// The platform's `status.code`, if one could be read.
    pub platform_code: Option<i64>,
    /// Method and address of the request, without any secret.
    pub request: Option<String>,
}

impl ApiError {
    /// An error with a sentence and an advice; details are added with the fields.
    pub fn new(kind: ErrorKind, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            advice: advice.into(),
            http_status: None,
            platform_code: None,
            request: None,
        }
    }
}
