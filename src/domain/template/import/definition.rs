//! A template out of Meta's description of it: the payload that sends it is built, and its words
//! are kept. Sample values of texts only mark their places; sample files are Meta's own, expire,
//! and are left out.

mod buttons;
mod text;

use super::json_path::JsonPath;
use super::payload::{Head, PartError, text_of};
use super::{ImportReport, places};
use crate::domain::Template;
use crate::domain::template::{CardWording, Wording};
use serde_json::{Map, Value, json};

/// The code that stands in both places of a one-time code where the description has none.
const SAMPLE_CODE: &str = "000000";

/// Whether components describe a template instead of sending it.
pub(super) fn is_description(components: &[Value]) -> bool {
    let keys = ["text", "format", "buttons", "add_security_recommendation"];
    let describes = |component: &Value| {
        component.get("parameters").is_none()
            && (keys.iter().any(|key| component.get(key).is_some())
                || component
                    .pointer("/limited_time_offer/has_expiration")
                    .is_some())
    };
    let sends = components.iter().any(|one| one.get("parameters").is_some());
    !sends && components.iter().any(describes)
}

/// Reads a description; `object` holds what is not components.
pub(super) fn read(
    head: Head,
    object: &Map<String, Value>,
    components: &[Value],
    path: &JsonPath,
) -> Result<ImportReport, PartError> {
    let category = text_of(object.get("category")).map(|word| word.to_lowercase());
    let known = ["utility", "marketing", "authentication"];
    let category = category.filter(|word| known.contains(&word.as_str()));
    let mut reader = Reader {
        is_code: category.as_deref() == Some("authentication"),
        notes: Vec::new(),
        code: None,
    };
    let mut built = Vec::new();
    let mut wording = Wording::default();
    for (index, component) in components.iter().enumerate() {
        let path = path.key("components").index(index);
        reader.component(component, &path, (&mut built, &mut wording))?;
    }
    let mut notes = status_note(object);
    let parameters = places::find(&mut built, &mut notes);
    notes.append(&mut reader.notes);
    if parameters.is_empty() {
        notes.push("Nothing in it takes a value.".to_owned());
    }
    let template = Template {
        name: head.name,
        language: head.language,
        namespace: head.namespace,
        version: 1,
        components: Value::Array(built),
        parameters,
        wording,
        category,
        note: String::new(),
    };
    Ok(ImportReport { template, notes })
}

fn status_note(object: &Map<String, Value>) -> Vec<String> {
    let status = text_of(object.get("status")).map(|word| word.to_lowercase());
    match status.as_deref() {
        None | Some("approved") => Vec::new(),
        Some("pending" | "in_appeal") => {
            vec!["WhatsApp has not approved it yet: sends are rejected until then.".to_owned()]
        }
        Some("rejected" | "paused" | "disabled") => {
            vec!["WhatsApp does not take it now: see its state in the panel.".to_owned()]
        }
        Some(_) => vec!["Its state is not `approved`: see it in the panel.".to_owned()],
    }
}

/// A word of the grammar in upper case; empty if there is none.
fn upper(value: &Value, key: &str) -> String {
    let word = value.get(key).and_then(Value::as_str).unwrap_or_default();
    word.to_uppercase()
}

/// What a card or the template itself becomes.
type Parts<'p> = (&'p mut Vec<Value>, &'p mut Wording);

struct Reader {
    /// Whether the template carries a one-time code.
    is_code: bool,
    notes: Vec<String>,
    /// The sample of the code, once it is known.
    code: Option<String>,
}

impl Reader {
    fn component(
        &mut self,
        component: &Value,
        path: &JsonPath,
        parts: Parts<'_>,
    ) -> Result<(), PartError> {
        let (built, wording) = parts;
        match upper(component, "type").as_str() {
            "HEADER" => header(component, path, (built, wording))?,
            "BODY" => self.body(component, path, (built, wording))?,
            "FOOTER" => wording.footer = text_of(component.get("text")),
            "BUTTONS" => {
                let buttons = component.get("buttons").and_then(Value::as_array);
                let buttons = buttons.map_or(&[][..], Vec::as_slice);
                for (index, button) in buttons.iter().enumerate() {
                    let path = path.key("buttons").index(index);
                    self.button(button, index, &path, (built, wording))?;
                }
            }
            "LIMITED_TIME_OFFER" => {
                wording.offer = text_of(component.pointer("/limited_time_offer/text"));
                let expires = component.pointer("/limited_time_offer/has_expiration");
                if expires.and_then(Value::as_bool) == Some(true) {
                    built.push(json!({"type": "limited_time_offer", "parameters": [
                        {"type": "limited_time_offer",
                         "limited_time_offer": {"expiration_time_ms": 0}}]}));
                }
            }
            "CAROUSEL" => self.carousel(component, path, (built, wording))?,
            "" => {
                let wanted = "a component with a `type`, for example \"BODY\"";
                return Err(PartError::wrong(path.clone(), wanted));
            }
            other => {
                let what = crate::domain::template::import::plain_word(other);
                self.notes
                    .push(format!("Nothing is sent for its component {what}."));
            }
        }
        Ok(())
    }

    fn body(
        &mut self,
        component: &Value,
        path: &JsonPath,
        (built, wording): Parts<'_>,
    ) -> Result<(), PartError> {
        let words = text_of(component.get("text"));
        let sample = text::Samples::of(component, "body_text");
        let mut places = text::places(words.as_deref().unwrap_or(""), path)?;
        // The words of a one-time code are WhatsApp's own; they always hold the code.
        if self.is_code && words.is_none() {
            places = vec![text::Place::Number(1)];
        }
        let mut parameters = text::parameters(&places, &sample);
        if let (true, Some(first)) = (self.is_code, parameters.first_mut()) {
            let code = first.get("text").and_then(Value::as_str).unwrap_or("");
            let code = if code.is_empty() { SAMPLE_CODE } else { code }.to_owned();
            if let Some(slot) = first.get_mut("text") {
                *slot = Value::from(code.clone());
            }
            self.code = Some(code);
        }
        wording.body = words;
        if !parameters.is_empty() {
            built.push(json!({"type": "body", "parameters": parameters}));
        }
        Ok(())
    }

    fn carousel(
        &mut self,
        component: &Value,
        path: &JsonPath,
        (built, wording): Parts<'_>,
    ) -> Result<(), PartError> {
        let cards = component.get("cards").and_then(Value::as_array);
        let Some(cards) = cards.filter(|cards| !cards.is_empty()) else {
            return Err(PartError::wrong(path.key("cards"), "the list of the cards"));
        };
        let mut sent = Vec::new();
        for (number, card) in cards.iter().enumerate() {
            let path = path.key("cards").index(number).key("components");
            let components = card.get("components").and_then(Value::as_array);
            let components = components.map_or(&[][..], Vec::as_slice);
            let (mut built, mut words) = (Vec::new(), Wording::default());
            for (index, component) in components.iter().enumerate() {
                if upper(component, "type") == "CAROUSEL" {
                    let what = "a card cannot hold cards".to_owned();
                    return Err(PartError::unsupported(path.index(index), what));
                }
                self.component(component, &path.index(index), (&mut built, &mut words))?;
            }
            sent.push(json!({"card_index": number, "components": built}));
            wording.cards.push(CardWording {
                body: words.body,
                buttons: words.buttons,
            });
        }
        built.push(json!({"type": "carousel", "cards": sent}));
        Ok(())
    }
}

fn header(
    component: &Value,
    path: &JsonPath,
    (built, wording): Parts<'_>,
) -> Result<(), PartError> {
    let format = upper(component, "format");
    let parameter = match format.as_str() {
        "" | "TEXT" => {
            let words = text_of(component.get("text"));
            let sample = text::Samples::of(component, "header_text");
            let places = text::places(words.as_deref().unwrap_or(""), path)?;
            if places.len() > 1 {
                let what = "a header takes one value, this one has several places".to_owned();
                return Err(PartError::unsupported(path.key("text"), what));
            }
            wording.header = words;
            let Some(parameter) = text::parameters(&places, &sample).pop() else {
                return Ok(());
            };
            parameter
        }
        "IMAGE" => json!({"type": "image", "image": {"link": ""}}),
        "VIDEO" => json!({"type": "video", "video": {"link": ""}}),
        "DOCUMENT" => {
            json!({"type": "document", "document": {"link": "", "filename": ""}})
        }
        "LOCATION" => json!({"type": "location", "location":
            {"latitude": "", "longitude": "", "name": "", "address": ""}}),
        other => {
            let what = super::plain_word(other);
            let what = format!("a header of format {what} is not described far enough here");
            return Err(PartError::unsupported(path.key("format"), what));
        }
    };
    built.push(json!({"type": "header", "parameters": [parameter]}));
    Ok(())
}

#[cfg(test)]
mod tests;
