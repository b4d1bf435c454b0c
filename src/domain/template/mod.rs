//! A message template as the local library keeps it: the payload's components with named places.

mod edit;
mod fill;
mod import;
mod lineage;
mod rules;
mod shape;
mod together;
mod wording;

pub use edit::{EditError, EditPart, TemplateEdit};
pub use fill::{TemplateFiller, check_values, fill, missing, rendered_body, unknown_name};
pub use import::{
    Dialect, FoundBot, FoundConnection, Import, ImportError, ImportReport, ImportRule, MOST_BYTES,
    Masked, NamedFiles, Position, Source, Wrapping, carry_over, found_connection, import_json,
    mask_keys, read as read_import, summary,
};
pub use lineage::{Change, TemplateVersion, kind_in_words};
pub use rules::{
    ParameterProblem, Severity, check_left_over, check_parameter, check_value, opens_without_end,
    placeholders,
};
pub use shape::check_shape;
pub use wording::{ButtonKind, ButtonWording, CardWording, MOST_BUTTONS, Wording};

use super::chat_message::MediaKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What may stand in a place of a template, and so which rules its value must pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParameterKind {
    /// Text of the body, of a card's body, or of a header.
    Text,
    /// Text of a header: one, short.
    HeaderText,
    /// A public `https` link to a file of this kind.
    MediaLink(MediaKind),
    /// The file name shown for a document.
    FileName,
    /// A part of a location: its latitude, longitude, name or address.
    Location,
    /// The end of a button's URL, or a one-time code.
    ButtonText,
    /// A coupon code.
    Coupon,
    /// What a quick reply hands to the bot: `flow_KEY||data_attribute=value`.
    Payload,
    /// When an offer ends, epoch milliseconds.
    OfferExpiry,
}

impl ParameterKind {
    /// Whether an imported value stays unless another is given. Texts have no default, because
    /// the import's sample text would reach people.
    pub fn keeps_imported_value(self) -> bool {
        match self {
            ParameterKind::MediaLink(_)
            | ParameterKind::FileName
            | ParameterKind::Location
            | ParameterKind::Payload => true,
            ParameterKind::Text
            | ParameterKind::HeaderText
            | ParameterKind::ButtonText
            | ParameterKind::Coupon
            | ParameterKind::OfferExpiry => false,
        }
    }
}

/// A place in a template that takes a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateParameter {
    /// `1`, `first_name`, `header.link`, `button.0.payload`, `card.1.1`, `offer.expires` …
    pub name: String,
    /// RFC 6901 pointer into [`Template::components`] to the string or number it replaces.
    pub pointer: String,
    /// What may stand there.
    pub kind: ParameterKind,
    /// The imported value, where it stays unless another is given.
    pub default: Option<String>,
    /// What people call it, for example `order`; also taken where its name is.
    #[serde(default)]
    pub label: Option<String>,
    /// The text for people whose own value is empty.
    #[serde(default)]
    pub fallback: Option<String>,
}

impl TemplateParameter {
    /// What a person calls it: the label, else the name.
    pub fn shown_name(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.name)
    }
}

/// A template of the local library. Several languages of one name are different templates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// Name at the platform.
    pub name: String,
    /// Exact language code, for example `en_US`.
    pub language: String,
    /// The namespace, where one was imported.
    pub namespace: Option<String>,
    /// Counts imports of the same name and language from 1.
    pub version: u32,
    /// The `components` array as imported.
    pub components: Value,
    /// The places, in the order of the payload.
    pub parameters: Vec<TemplateParameter>,
    /// Its own words, as far as they are known.
    #[serde(default)]
    pub wording: Wording,
    /// `utility`, `marketing` or `authentication` in lower case, where it is known.
    #[serde(default)]
    pub category: Option<String>,
    /// What staff should know about it.
    #[serde(default)]
    pub note: String,
}

impl Template {
    /// The place with this name, else the one people call so. Labels are unique within a template
    /// and never another place's name, so there is one at most.
    pub fn parameter_named(&self, name: &str) -> Option<&TemplateParameter> {
        let parameters = || self.parameters.iter();
        parameters()
            .find(|parameter| parameter.name == name)
            .or_else(|| parameters().find(|parameter| parameter.label.as_deref() == Some(name)))
    }
}
