//! What a person wants to send, before it is frozen: the only input of a plan.

use super::audience::Audience;
use super::flow::{Flow, FlowVersion};
use super::template::Template;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The four kinds of call that send something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendKind {
    /// One template call per recipient.
    Template,
    /// The platform's broadcast, one call for many recipients.
    Broadcast,
    /// The platform's CSV broadcast, one upload for many recipients.
    CsvBroadcast,
    /// One flow start per recipient.
    Flow,
}

impl SendKind {
    /// The word in documents and in the record.
    pub fn word(self) -> &'static str {
        match self {
            SendKind::Template => "template",
            SendKind::Broadcast => "broadcast",
            SendKind::CsvBroadcast => "csv_broadcast",
            SendKind::Flow => "flow",
        }
    }

    /// The kind of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [
            SendKind::Template,
            SendKind::Broadcast,
            SendKind::CsvBroadcast,
            SendKind::Flow,
        ]
        .into_iter()
        .find(|kind| kind.word() == word)
    }

    /// Whether one call carries many recipients, so that a failure may be partial.
    pub fn is_bulk_call(self) -> bool {
        matches!(self, SendKind::Broadcast | SendKind::CsvBroadcast)
    }
}

impl fmt::Display for SendKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Where the value of a parameter or attribute comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueSource {
    /// The same text for everybody.
    Constant(String),
    /// The column of that name in the recipient's row.
    Column(String),
}

/// Parameter or attribute name to where its value comes from.
pub type Values = BTreeMap<String, ValueSource>;

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// One template call per recipient.
    Template {
        /// The template.
        template: Template,
        /// Values by parameter name.
        values: Values,
    },
    /// The platform's broadcast with plain texts.
    DirectBroadcast {
        /// Title as typed.
        title: String,
        /// One or more texts.
        texts: Vec<String>,
        /// Channel, for example `whatsapp`.
        channel: String,
        /// Whether the title leaves as typed, without our id at its end.
        exact_title: bool,
    },
    /// The platform's broadcast with one template for everybody.
    TemplateBroadcast {
        /// Title as typed.
        title: String,
        /// The template.
        template: Template,
        /// Values by parameter name; the same for everybody.
        values: Values,
        /// Channel, for example `whatsapp`.
        channel: String,
        /// Whether the title leaves as typed, without our id at its end.
        exact_title: bool,
    },
    /// The platform's external CSV broadcast.
    CsvBroadcast {
        /// Title as typed; the platform shows it as the broadcast's name.
        title: String,
        /// The template.
        template: Template,
        /// Values by parameter name; columns become attributes of the upload.
        values: Values,
    },
    /// One flow start per recipient.
    Flow {
        /// The flow.
        flow: Flow,
        /// The form of the call.
        version: FlowVersion,
        /// Values by attribute name.
        attributes: Values,
    },
}

impl Content {
    /// Which kind of call this makes.
    pub fn kind(&self) -> SendKind {
        match self {
            Content::Template { .. } => SendKind::Template,
            Content::DirectBroadcast { .. } | Content::TemplateBroadcast { .. } => {
                SendKind::Broadcast
            }
            Content::CsvBroadcast { .. } => SendKind::CsvBroadcast,
            Content::Flow { .. } => SendKind::Flow,
        }
    }

    /// What lists call it: template name, broadcast title or flow name.
    pub fn title(&self) -> &str {
        match self {
            Content::Template { template, .. } => &template.name,
            Content::DirectBroadcast { title, .. }
            | Content::TemplateBroadcast { title, .. }
            | Content::CsvBroadcast { title, .. } => title,
            Content::Flow { flow, .. } => &flow.name,
        }
    }
}

/// When it goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// As soon as it is confirmed.
    Now,
    /// Handed over at once, published by the platform at this time; broadcasts only.
    PublishAt(Timestamp),
}

/// How fast and how wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendLimits {
    /// Messages a minute, at least 1.
    pub per_minute: u32,
    /// Calls on the way at the same time, 1 to 64; also the most that can become unknown at once.
    pub concurrency: u32,
}

impl Default for SendLimits {
    fn default() -> Self {
        Self {
            per_minute: 600,
            concurrency: 4,
        }
    }
}

/// Everything a plan is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendDraft {
    /// What.
    pub content: Content,
    /// To whom.
    pub audience: Audience,
    /// When.
    pub schedule: Schedule,
    /// How fast.
    pub limits: SendLimits,
}
