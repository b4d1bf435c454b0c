//! Looking after the library from the dashboard: what can be changed, and what comes back.

use super::api::ApiError;
use crate::domain::template::{TemplateEdit, TemplateVersion};
use crate::domain::{Flow, Template, Usage, Used};
use std::collections::BTreeMap;

/// A change of the library, made by the local record in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LibraryChange {
    /// Labels, fallbacks, words, category and note of the newest version.
    EditTemplate {
        /// Which template.
        name: String,
        /// In which language.
        language: String,
        /// What changes.
        edit: Box<TemplateEdit>,
    },
    /// Takes a template out; its versions stay in the record.
    RemoveTemplate {
        /// Which template.
        name: String,
        /// In which language.
        language: String,
    },
    /// Adds a flow or changes the one of that name.
    PutFlow(Flow),
    /// Forgets a flow.
    RemoveFlow(String),
}

/// What the record shall read or change of the library.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShelfRequest {
    /// Templates, flows and how often they were used, as they are now.
    Load,
    /// Change something.
    Change(LibraryChange),
    /// Every version of a template.
    LoadVersions {
        /// Its name.
        name: String,
        /// Its language.
        language: String,
    },
}

/// Templates and flows as the record has them now.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Shelves {
    /// Newest version of each template and language.
    pub templates: Vec<Template>,
    /// The flow registry.
    pub flows: Vec<Flow>,
    /// How often each was queued.
    pub usage: BTreeMap<Used, Usage>,
}

/// What the record says about the library.
#[derive(Debug, Clone, PartialEq)]
pub enum ShelfAnswer {
    /// For `Load`.
    Now(Shelves),
    /// A change was made; the shelves as they are after it.
    Changed(LibraryChange, Shelves),
    /// A change was not made.
    Refused(ApiError),
    /// For `LoadVersions`: the newest first.
    Versions(Vec<TemplateVersion>),
}
