//! The words of a form: what a draft becomes, which fields there are, what each holds.

use crate::domain::FlowVersion;
use crate::widgets::TextField;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What a draft becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftKind {
    /// One template call per person.
    #[default]
    Template,
    /// The platform's broadcast: texts, or one template for everybody.
    Broadcast,
    /// The platform's broadcast from a CSV upload.
    Csv,
    /// One flow start per person.
    Flow,
}

impl DraftKind {
    /// All kinds, in the order shown.
    pub const ALL: [DraftKind; 4] = [
        DraftKind::Template,
        DraftKind::Broadcast,
        DraftKind::Csv,
        DraftKind::Flow,
    ];

    /// Whether it can be written as raw JSON where the form does not do.
    pub fn has_raw_form(self) -> bool {
        matches!(self, DraftKind::Template | DraftKind::Broadcast)
    }

    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            DraftKind::Template => "template",
            DraftKind::Broadcast => "broadcast",
            DraftKind::Csv => "csv",
            DraftKind::Flow => "flow",
        }
    }
}

/// What a person chooses instead of typing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Choices {
    /// Whether a broadcast carries a template instead of texts.
    pub with_template: bool,
    /// Whether the title of a broadcast leaves as typed, without our id at its end.
    pub exact_title: bool,
    /// The form of a flow call; the profile's own unless one is chosen.
    pub version: Option<FlowVersion>,
    /// Whether the draft is written as raw JSON.
    pub raw: bool,
}

/// The forms of a flow call, in the order shown.
pub const VERSIONS: [FlowVersion; 3] = [FlowVersion::V1, FlowVersion::V2, FlowVersion::V3];

/// Which field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldId {
    /// Template, broadcast, csv or flow; chosen.
    Kind,
    /// The numbers.
    To,
    /// Which template; chosen from the library.
    Template,
    /// Which flow; chosen from the registry.
    Flow,
    /// The form of the flow call; chosen.
    Version,
    /// Title of a broadcast.
    Title,
    /// Whether our id stands at the end of the title; chosen.
    TitleId,
    /// Whether a broadcast carries texts or a template; chosen.
    Carries,
    /// A text of a broadcast, counted from 0.
    Text(usize),
    /// Channel of a broadcast.
    Channel,
    /// `now` or a local time; broadcasts only.
    When,
    /// A parameter of the template, by its name.
    Parameter(String),
    /// A required attribute of the flow, by its name.
    Attribute(String),
    /// A further attribute of the flow as `name=value`, counted from 0.
    Extra(usize),
    /// The draft as raw JSON.
    Raw,
}

impl FieldId {
    /// Whether the value is chosen instead of typed.
    pub fn is_choice(&self) -> bool {
        match self {
            FieldId::Kind
            | FieldId::Template
            | FieldId::Flow
            | FieldId::Version
            | FieldId::TitleId
            | FieldId::Carries => true,
            FieldId::To
            | FieldId::Title
            | FieldId::Text(_)
            | FieldId::Channel
            | FieldId::When
            | FieldId::Parameter(_)
            | FieldId::Attribute(_)
            | FieldId::Extra(_)
            | FieldId::Raw => false,
        }
    }

    /// The name of the template's parameter, if it is one.
    pub fn parameter(&self) -> Option<&str> {
        if let FieldId::Parameter(name) = self {
            Some(name)
        } else {
            None
        }
    }

    /// Whether it holds a value that people or the bot get: a parameter or an attribute.
    pub fn is_value(&self) -> bool {
        matches!(self, FieldId::Parameter(_) | FieldId::Attribute(_))
    }

    /// Whether the draft is whole without it.
    pub fn is_optional(&self) -> bool {
        matches!(
            self,
            FieldId::When | FieldId::Channel | FieldId::Extra(_) | FieldId::Text(1..)
        )
    }

    /// The name that problems of a plan use for the field.
    pub fn name(&self) -> Cow<'_, str> {
        match self {
            FieldId::Kind => "kind".into(),
            FieldId::To => "to".into(),
            FieldId::Template => "template".into(),
            FieldId::Flow => "flow".into(),
            FieldId::Version => "version".into(),
            FieldId::Title => "title".into(),
            FieldId::TitleId => "title_id".into(),
            FieldId::Carries => "carries".into(),
            FieldId::Text(0) => "text".into(),
            FieldId::Text(at) => format!("text.{}", at + 1).into(),
            FieldId::Channel => "channel".into(),
            FieldId::When => "when".into(),
            FieldId::Parameter(name) | FieldId::Attribute(name) => name.into(),
            FieldId::Extra(at) => format!("extra.{}", at + 1).into(),
            FieldId::Raw => "raw".into(),
        }
    }

    /// The name under which its value is kept: a parameter called `title` is not the title.
    pub fn key(&self) -> String {
        match self {
            FieldId::Parameter(name) => format!("parameter:{name}"),
            FieldId::Attribute(name) => format!("attribute:{name}"),
            FieldId::Kind
            | FieldId::To
            | FieldId::Template
            | FieldId::Flow
            | FieldId::Version
            | FieldId::Title
            | FieldId::TitleId
            | FieldId::Carries
            | FieldId::Text(_)
            | FieldId::Channel
            | FieldId::When
            | FieldId::Extra(_)
            | FieldId::Raw => self.name().into_owned(),
        }
    }
}

/// The part of a message in which a field stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Section {
    /// What the draft is about as a whole.
    #[default]
    General,
    /// The header.
    Header,
    /// The end of an offer.
    Offer,
    /// The body.
    Body,
    /// The buttons.
    Buttons,
    /// A card of a carousel, counted from 0.
    Card(usize),
}

/// What a field takes, and so what helps to fill it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Takes {
    /// Nothing typed: a choice.
    #[default]
    Choice,
    /// Numbers of people.
    Numbers,
    /// Text that people read, where attributes of a person may stand.
    Words,
    /// A local time, or `now`.
    Time,
    /// A link to a file.
    Link,
    /// What a quick reply hands to the bot.
    Payload,
    /// The end of an offer, epoch milliseconds.
    Expiry,
    /// Anything else.
    Plain,
}

/// A field with its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Which.
    pub id: FieldId,
    /// At most ten cells on the screen.
    pub label: String,
    /// What it takes, in a few words.
    pub hint: String,
    /// The text; empty for choices.
    pub text: TextField,
    /// The value that came with the template, where it stays unless another is given.
    pub imported: Option<String>,
    /// The most characters the platform takes, if there is a limit.
    pub limit: Option<usize>,
    /// Where in the message it stands.
    pub section: Section,
    /// What it takes.
    pub takes: Takes,
    /// Whether the value stands below the label, because the hint stays beside it.
    pub stacked: bool,
}

impl Field {
    /// A field that is chosen.
    pub fn choice(id: FieldId, label: &str) -> Self {
        Self {
            id,
            label: label.to_owned(),
            hint: String::new(),
            text: TextField::default(),
            imported: None,
            limit: None,
            section: Section::General,
            takes: Takes::Choice,
            stacked: false,
        }
    }

    /// A field that is typed.
    pub fn typed(id: FieldId, label: &str, hint: &str) -> Self {
        Self {
            hint: hint.to_owned(),
            takes: Takes::Plain,
            ..Self::choice(id, label)
        }
    }
}
