//! What a person wants to send, before it is frozen: the only input of a plan.

use super::audience::Audience;
use super::flow::{Flow, FlowVersion};
use super::recipient::RecipientForm;
use super::schedule::LEAD;
use super::template::Template;
use super::waiting::Waiting;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;
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
    /// A text for everybody; `{{name}}` and `{{name|text without a name}}` in it stand for what is
    /// each person's own.
    Constant(String),
    /// The column of that name in the recipient's row.
    Column(String),
}

/// Parameter name, label of a parameter, or attribute name to where its value comes from.
pub type Values = BTreeMap<String, ValueSource>;

/// The channel that everything but some broadcasts goes to.
pub const WHATSAPP: &str = "whatsapp";

/// One entry of a direct broadcast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BroadcastPart {
    /// A plain text.
    Text(String),
    /// An entry of another type as JSON, for example `{"type": "carousel", …}`. Nobody has
    /// verified that the platform takes it.
    Raw(String),
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// One template call per recipient.
    Template {
        /// The template.
        template: Template,
        /// Values by parameter name or label.
        values: Values,
    },
    /// One template call per recipient with a `payload` object written as JSON. Unverified.
    RawTemplate {
        /// The object. Placeholders of people may stand in its texts.
        payload: String,
    },
    /// The platform's broadcast with texts and other entries.
    DirectBroadcast {
        /// Title as typed.
        title: String,
        /// One or more entries.
        parts: Vec<BroadcastPart>,
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
    /// The platform's broadcast with a whole body written as JSON. Unverified. `publishedOn` and
    /// the ids of the audience are written by the program.
    RawBroadcast {
        /// Title as typed; empty takes `broadcastTitle` of the body.
        title: String,
        /// The body. If its `audience.rule` names people, those are the recipients; else the
        /// draft's audience is.
        body: String,
        /// Channel, unless the body names one.
        channel: String,
        /// Whether the title leaves as it is, without our id at its end.
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
            Content::Template { .. } | Content::RawTemplate { .. } => SendKind::Template,
            Content::DirectBroadcast { .. }
            | Content::TemplateBroadcast { .. }
            | Content::RawBroadcast { .. } => SendKind::Broadcast,
            Content::CsvBroadcast { .. } => SendKind::CsvBroadcast,
            Content::Flow { .. } => SendKind::Flow,
        }
    }

    /// What lists call it: template name, broadcast title or flow name.
    pub fn title(&self) -> &str {
        match self {
            Content::Template { template, .. } => &template.name,
            Content::RawTemplate { .. } => "template as JSON",
            Content::RawBroadcast { title, .. } if title.trim().is_empty() => "broadcast as JSON",
            Content::DirectBroadcast { title, .. }
            | Content::TemplateBroadcast { title, .. }
            | Content::RawBroadcast { title, .. }
            | Content::CsvBroadcast { title, .. } => title,
            Content::Flow { flow, .. } => &flow.name,
        }
    }

    /// The template of the library it is made of, if it is made of one.
    pub fn template(&self) -> Option<&Template> {
        match self {
            Content::Template { template, .. }
            | Content::TemplateBroadcast { template, .. }
            | Content::CsvBroadcast { template, .. } => Some(template),
            Content::RawTemplate { .. }
            | Content::DirectBroadcast { .. }
            | Content::RawBroadcast { .. }
            | Content::Flow { .. } => None,
        }
    }

    /// Whether it may hold texts that only reach people within their 24 hours.
    pub fn is_free_text(&self) -> bool {
        matches!(
            self,
            Content::DirectBroadcast { .. } | Content::RawBroadcast { .. }
        )
    }

    /// How its recipients are written: only a broadcast to another channel than WhatsApp takes
    /// ids that are no numbers.
    pub fn recipient_form(&self) -> RecipientForm {
        match self {
            Content::DirectBroadcast { channel, .. }
            | Content::TemplateBroadcast { channel, .. } => form_of(channel),
            Content::RawBroadcast { body, channel, .. } => match channel_of_body(body) {
                Some(channel) => form_of(&channel),
                None => form_of(channel),
            },
            Content::Template { .. }
            | Content::RawTemplate { .. }
            | Content::CsvBroadcast { .. }
            | Content::Flow { .. } => RecipientForm::Phone,
        }
    }

    /// Whether a broadcast written as JSON names its recipients itself.
    pub fn names_recipients(&self) -> bool {
        let Content::RawBroadcast { body, .. } = self else {
            return false;
        };
        let body: Value = serde_json::from_str(body).unwrap_or_default();
        let ids = |key: &str| {
            let ids = body
                .pointer("/audience/rule")
                .and_then(|rule| rule.get(key));
            ids.and_then(Value::as_array)
                .is_some_and(|ids| !ids.is_empty())
        };
        ids("channelUserIds") || ids("userIds")
    }
}

/// How recipients of a channel are written.
pub fn form_of(channel: &str) -> RecipientForm {
    if channel.trim().eq_ignore_ascii_case(WHATSAPP) {
        RecipientForm::Phone
    } else {
        RecipientForm::ChannelUser
    }
}

fn channel_of_body(body: &str) -> Option<String> {
    let body: Value = serde_json::from_str(body).ok()?;
    let channel = body.pointer("/audience/rule/channels/0")?.as_str()?;
    Some(channel.to_owned())
}

/// How the template of a draft stands to the library it was chosen from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Standing {
    /// It is the newest one.
    #[default]
    Current,
    /// The library has this newer version of the same name and language.
    Replaced {
        /// The newer version.
        version: u32,
        /// Whether it takes values in the same places.
        same_places: bool,
    },
    /// The library has the name in these languages only.
    OtherLanguages(Vec<String>),
    /// The library no longer has the name.
    Gone,
}

impl Standing {
    /// How a template stands to these, the newest of each name and language.
    pub fn of(template: &Template, library: &[Template]) -> Self {
        let named: Vec<&Template> = library
            .iter()
            .filter(|known| known.name == template.name)
            .collect();
        let places = |one: &Template| -> Vec<String> {
            let parameters = one.parameters.iter();
            parameters.map(|parameter| parameter.name.clone()).collect()
        };
        match named
            .iter()
            .find(|known| known.language == template.language)
        {
            Some(known) if known.version == template.version => Standing::Current,
            Some(known) => Standing::Replaced {
                version: known.version,
                same_places: places(known) == places(template),
            },
            None if named.is_empty() => Standing::Gone,
            None => {
                let languages = named.iter().map(|known| known.language.clone());
                Standing::OtherLanguages(languages.collect())
            }
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
    /// Kept here until shortly before its time, then handed over; broadcasts only.
    PublishLate {
        /// When the platform publishes it.
        publish: Timestamp,
        /// When it is handed over.
        due: Timestamp,
    },
    /// Kept here and started at this time; whatever the platform has no time for.
    StartAt(Timestamp),
}

impl Schedule {
    /// The schedule with these two times; the other way round of [`Schedule::publish_at`] and
    /// [`Schedule::due`].
    pub fn of(publish: Option<Timestamp>, due: Option<Timestamp>) -> Self {
        match (publish, due) {
            (None, None) => Schedule::Now,
            (Some(publish), None) => Schedule::PublishAt(publish),
            (Some(publish), Some(due)) => Schedule::PublishLate { publish, due },
            (None, Some(due)) => Schedule::StartAt(due),
        }
    }

    /// A broadcast that stays here until so long before its time; handed over at once where less
    /// than two minutes would be left of that.
    pub fn publish_late(publish: Timestamp, lead: SignedDuration, now: Timestamp) -> Self {
        match publish.checked_sub(lead) {
            Ok(due) if due.duration_since(now) >= LEAD => Schedule::PublishLate { publish, due },
            Ok(_) | Err(_) => Schedule::PublishAt(publish),
        }
    }

    /// When the platform publishes it, if it does.
    pub fn publish_at(self) -> Option<Timestamp> {
        match self {
            Schedule::PublishAt(publish) | Schedule::PublishLate { publish, .. } => Some(publish),
            Schedule::Now | Schedule::StartAt(_) => None,
        }
    }

    /// Until when it is kept here, if it is.
    pub fn due(self) -> Option<Timestamp> {
        match self {
            Schedule::PublishLate { due, .. } | Schedule::StartAt(due) => Some(due),
            Schedule::Now | Schedule::PublishAt(_) => None,
        }
    }

    /// When people get it; `now` for what goes out at once.
    pub fn reaches(self, now: Timestamp) -> Timestamp {
        match self {
            Schedule::Now => now,
            Schedule::PublishAt(at)
            | Schedule::PublishLate { publish: at, .. }
            | Schedule::StartAt(at) => at,
        }
    }
}

/// How fast and how wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendLimits {
    /// Messages a minute, at least 1.
    pub per_minute: u32,
    /// Calls on the way at the same time, 1 to 64; also the most that can become unknown at once.
    pub concurrency: u32,
    /// After so many people of a list it waits for a person; 0 for no waiting.
    pub canary: u32,
    /// Over how many minutes a list is spread evenly; 0 for as fast as it may.
    pub spread_minutes: u32,
}

impl Default for SendLimits {
    fn default() -> Self {
        Self {
            per_minute: 600,
            concurrency: 4,
            canary: 0,
            spread_minutes: 0,
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
    /// How its template stands to the library.
    pub standing: Standing,
    /// What was agreed about its waiting.
    pub waiting: Waiting,
}
