//! A template's own words. The platform never tells them: they come from Meta's description of the
//! template or from a person, and serve previews and length checks only. Nothing here is sent.

use super::Template;
use serde::{Deserialize, Serialize};

/// Most buttons of a template.
pub const MOST_BUTTONS: usize = 10;

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

impl Template {
    /// Gives a button its label, by its index among all buttons of the template. What the payload
    /// does not say about buttons before it stays open.
    pub fn name_button(&self, wording: &mut Wording, index: usize, label: &str) {
        while wording.buttons.len() <= index {
            let kind = self.button_kind(wording.buttons.len());
            wording.buttons.push(ButtonWording {
                kind,
                label: String::new(),
                target: None,
            });
        }
        if let Some(button) = wording.buttons.get_mut(index) {
            label.clone_into(&mut button.label);
        }
    }

    /// How many buttons the payload and the words speak of.
    pub fn button_count(&self) -> usize {
        let in_payload = self.payload_buttons().map(|(index, _)| index + 1).max();
        in_payload.unwrap_or(0).max(self.wording.buttons.len())
    }

    fn button_kind(&self, index: usize) -> ButtonKind {
        let mut buttons = self.payload_buttons();
        let found = buttons.find(|(at, _)| *at == index);
        match found.map(|(_, word)| word) {
            Some("quick_reply") => ButtonKind::QuickReply,
            Some("url") => ButtonKind::Url,
            Some("copy_code") => ButtonKind::CopyCode,
            Some(_) | None => ButtonKind::Other,
        }
    }

    /// Index and `sub_type` of each button that takes a value.
    fn payload_buttons(&self) -> impl Iterator<Item = (usize, &str)> {
        let components = self.components.as_array().into_iter().flatten();
        components.filter_map(|component| {
            let index = component.get("index")?;
            let number = index.as_u64().or_else(|| index.as_str()?.parse().ok())?;
            let kind = component.get("sub_type")?.as_str()?;
            let number = usize::try_from(number).ok();
            Some((number.filter(|number| *number < MOST_BUTTONS)?, kind))
        })
    }
}
