//! The words of the demonstration's templates, as a person would have written them down: texts,
//! buttons, cards, and what the places are called.

use crate::domain::Template;
use crate::domain::template::{ButtonKind, ButtonWording, CardWording, Wording};
use crate::sandbox::EXAMPLE_TEMPLATES;
use serde::Deserialize;

/// What is known of one template.
#[derive(Debug, Deserialize)]
pub struct Described {
    name: String,
    language: String,
    category: Option<String>,
    footer: Option<String>,
    /// What the places of the body are called, in their order.
    #[serde(default)]
    labels: Vec<String>,
    #[serde(default)]
    cards: Vec<Face>,
    #[serde(flatten)]
    face: Face,
}

/// What a template and a card have in common.
#[derive(Debug, Deserialize)]
struct Face {
    header: Option<Header>,
    body: Option<String>,
    #[serde(default)]
    buttons: Vec<Button>,
}

#[derive(Debug, Deserialize)]
struct Header {
    text: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Button {
    kind: String,
    label: String,
    url: Option<String>,
}

/// Everything that is known.
///
/// # Errors
/// An example that does not fit this version.
pub fn read() -> Result<Vec<Described>, serde_json::Error> {
    serde_json::from_str(EXAMPLE_TEMPLATES)
}

/// Gives a template its words and its places their names.
pub fn describe(template: &mut Template, described: &[Described]) {
    let known = described
        .iter()
        .find(|one| one.name == template.name && one.language == template.language);
    let Some(known) = known else { return };
    template.category.clone_from(&known.category);
    template.wording = Wording {
        header: known
            .face
            .header
            .as_ref()
            .and_then(|header| header.text.clone()),
        body: known.face.body.clone(),
        footer: known.footer.clone(),
        buttons: buttons(&known.face),
        offer: None,
        cards: known
            .cards
            .iter()
            .map(|card| CardWording {
                body: card.body.clone(),
                buttons: buttons(card),
            })
            .collect(),
    };
    for (number, label) in (1..).zip(&known.labels) {
        let name = i32::to_string(&number);
        let mut places = template.parameters.iter_mut();
        if let Some(place) = places.find(|place| place.name == name) {
            place.label = Some(label.clone());
        }
    }
}

fn buttons(face: &Face) -> Vec<ButtonWording> {
    let wording = |button: &Button| ButtonWording {
        kind: match button.kind.as_str() {
            "quick_reply" => ButtonKind::QuickReply,
            "url" => ButtonKind::Url,
            "phone" => ButtonKind::Phone,
            "copy_code" | "otp" => ButtonKind::CopyCode,
            _ => ButtonKind::Other,
        },
        label: button.label.clone(),
        target: button.url.clone(),
    };
    face.buttons.iter().map(wording).collect()
}
