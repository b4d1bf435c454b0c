//! How often something of the library was used. Counted when a plan is queued; nothing here counts.

use super::draft::Content;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What of the library a plan is made with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Used {
    /// A template; each language of a name is one of its own.
    Template {
        /// Its name.
        name: String,
        /// Its exact language code.
        language: String,
    },
    /// A flow, by our name for it.
    Flow(String),
}

impl Used {
    /// What this content is made with; plain texts
    /// and what was written as JSON are made with nothing of the library.
    pub fn of(content: &Content) -> Option<Self> {
        if let Content::Flow { flow, .. } = content {
            return Some(Used::Flow(flow.name.clone()));
        }
        let template = content.template()?;
        Some(Self::template(&template.name, &template.language))
    }

    /// The template of that name and language.
    pub fn template(name: &str, language: &str) -> Self {
        Used::Template {
            name: name.to_owned(),
            language: language.to_owned(),
        }
    }
}

/// What was queued with it so far. Queued is what a person confirmed, whatever became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Usage {
    /// Batches.
    pub batches: u64,
    /// People in them, without those left out.
    pub recipients: u64,
    /// When it was queued last.
    pub last: Option<Timestamp>,
}
