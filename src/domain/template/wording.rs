//! A template's own words. The platform never tells them: they come from Meta's description of the
//! template or from a person, and serve previews and length checks only. Nothing here is sent.

use serde::{Deserialize, Serialize};

/// The words around a template's places, as far as they are known. Places stand as `{{1}}` or
/// `{{name}}`, as in Meta's description.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Wording {
    /// A text header.
    pub header: Option<String>,
    /// The body.
    pub body: Option<String>,
    /// The footer.
    pub footer: Option<String>,
    /// What a limited-time offer says beside its end.
    pub offer: Option<String>,
    /// Every button by its index, also those that take no value.
    pub buttons: Vec<ButtonWording>,
    /// The cards of a carousel.
    pub cards: Vec<CardWording>,
}

/// One card of a carousel.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CardWording {
    /// Its body.
    pub body: Option<String>,
    /// Its buttons by their index.
    pub buttons: Vec<ButtonWording>,
}

/// What a tap on a button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonKind {
    /// Answers the bot.
    QuickReply,
    /// Opens an address.
    Url,
    /// Calls a number.
    Phone,
    /// Copies a code: a coupon or a one-time code.
    CopyCode,
    /// Anything else.
    Other,
}

/// A button as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ButtonWording {
    /// What a tap does.
    pub kind: ButtonKind,
    /// Its label, at most 25 characters.
    pub label: String,
    /// The address with its place, or the number.
    #[serde(default)]
    pub target: Option<String>,
}
