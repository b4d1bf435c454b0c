//! Finds the places of a components list that take a value, names them and points at them.

use super::{ParameterKind, TemplateParameter};
use crate::domain::MediaKind;
use serde_json::Value;
use std::collections::HashSet;

/// The parts of a location, in the order of the grammar.
const LOCATION: [&str; 4] = ["latitude", "longitude", "name", "address"];

/// Where the walk stands.
struct Walk<'f> {
    parameters: Vec<TemplateParameter>,
    names: HashSet<String>,
    notes: &'f mut Vec<String>,
}

/// Every place in the order of the payload. Numbers written as text become numbers in `index` and
/// `card_index`; nothing else is changed.
pub(super) fn find(components: &mut [Value], notes: &mut Vec<String>) -> Vec<TemplateParameter> {
    let mut walk = Walk {
        parameters: Vec::new(),
        names: HashSet::new(),
        notes,
    };
    walk.components(components, "", "");
    walk.parameters
}

impl Walk<'_> {
    fn components(&mut self, components: &mut [Value], pointer: &str, prefix: &str) {
        let mut buttons = 0;
        for (index, component) in components.iter_mut().enumerate() {
            let pointer = format!("{pointer}/{index}");
            match word(component, "type").as_str() {
                "header" => self.header(component, &pointer, prefix),
                "body" => self.body(component, &pointer, prefix),
                "button" => {
                    self.button(component, &pointer, prefix, buttons);
                    buttons += 1;
                }
                "limited_time_offer" => self.offer(component, &pointer, prefix),
                "carousel" if prefix.is_empty() => self.carousel(component, &pointer),
                other => {
                    let kind = super::plain_word(other);
                    self.kept(&format!("a component of type {kind}"), prefix);
                }
            }
        }
    }

    fn header(&mut self, component: &Value, pointer: &str, prefix: &str) {
        for (index, parameter) in parameters_of(component).iter().enumerate() {
            let at = format!("{pointer}/parameters/{index}");
            let kind = word(parameter, "type");
            let media = match kind.as_str() {
                "image" => Some(MediaKind::Image),
                "video" => Some(MediaKind::Video),
                "audio" => Some(MediaKind::Audio),
                "document" => Some(MediaKind::Document),
                _ => None,
            };
            let link = media.filter(|_| has_text(parameter, &kind, "link"));
            if let Some(media) = link {
                let media_at = format!("{at}/{kind}");
                let name = format!("{prefix}header.link");
                let link = ParameterKind::MediaLink(media);
                self.place(
                    &name,
                    format!("{media_at}/link"),
                    link,
                    parameter.get(&kind).and_then(|m| m.get("link")),
                );
                if has_text(parameter, &kind, "filename") {
                    let name = format!("{prefix}header.filename");
                    let sample = parameter.get(&kind).and_then(|m| m.get("filename"));
                    self.place(
                        &name,
                        format!("{media_at}/filename"),
                        ParameterKind::FileName,
                        sample,
                    );
                }
            } else if kind == "text" && parameter.get("text").is_some_and(Value::is_string) {
                let name = given_name(parameter).unwrap_or_else(|| format!("header.{}", index + 1));
                let name = format!("{prefix}{name}");
                self.place(
                    &name,
                    format!("{at}/text"),
                    ParameterKind::HeaderText,
                    parameter.get("text"),
                );
            } else if kind == "location" && parameter.get(&kind).is_some_and(Value::is_object) {
                self.location(parameter, &at, prefix);
            } else {
                let kind = super::plain_word(&kind);
                self.kept(&format!("a header of type {kind}"), prefix);
            }
        }
    }

    /// Each part that is there takes a value, so that a template can lead to different places.
    fn location(&mut self, parameter: &Value, at: &str, prefix: &str) {
        for part in LOCATION {
            let sample = parameter.get("location").and_then(|all| all.get(part));
            if sample.is_some_and(|sample| sample.is_string() || sample.is_number()) {
                let name = format!("{prefix}header.{part}");
                let pointer = format!("{at}/location/{part}");
                self.place(&name, pointer, ParameterKind::Location, sample);
            }
        }
    }

    fn body(&mut self, component: &Value, pointer: &str, prefix: &str) {
        for (index, parameter) in parameters_of(component).iter().enumerate() {
            let kind = word(parameter, "type");
            if kind == "text" && parameter.get("text").is_some_and(Value::is_string) {
                let name = given_name(parameter).unwrap_or_else(|| (index + 1).to_string());
                let at = format!("{pointer}/parameters/{index}/text");
                self.place(
                    &format!("{prefix}{name}"),
                    at,
                    ParameterKind::Text,
                    parameter.get("text"),
                );
            } else {
                let kind = super::plain_word(&kind);
                self.kept(
                    &format!("body parameter {} of type {kind}", index + 1),
                    prefix,
                );
            }
        }
    }

    fn button(&mut self, component: &mut Value, pointer: &str, prefix: &str, position: u64) {
        let index = number(component, "index").unwrap_or(position);
        let sub_type = word(component, "sub_type");
        for (at, parameter) in parameters_of(component).iter().enumerate() {
            let (key, suffix, kind) = match sub_type.as_str() {
                "quick_reply" => ("payload", ".payload", ParameterKind::Payload),
                "copy_code" => ("coupon_code", "", ParameterKind::Coupon),
                "url" => ("text", "", ParameterKind::ButtonText),
                _ => ("", "", ParameterKind::Text),
            };
            if let Some(sample) = parameter.get(key).filter(|value| value.is_string()) {
                let name = format!("{prefix}button.{index}{suffix}");
                let pointer = format!("{pointer}/parameters/{at}/{key}");
                self.place(&name, pointer, kind, Some(sample));
            } else {
                let kind = super::plain_word(&sub_type);
                self.kept(&format!("button {index} of type {kind}"), prefix);
            }
        }
    }

    fn offer(&mut self, component: &Value, pointer: &str, prefix: &str) {
        for (index, parameter) in parameters_of(component).iter().enumerate() {
            let place = "limited_time_offer/expiration_time_ms";
            let at = format!("/{place}");
            match parameter.pointer(&at) {
                Some(Value::Number(_) | Value::String(_)) => {
                    let name = format!("{prefix}offer.expires");
                    let pointer = format!("{pointer}/parameters/{index}/{place}");
                    self.place(&name, pointer, ParameterKind::OfferExpiry, None);
                }
                _ => self.kept("an offer without a time", prefix),
            }
        }
    }

    fn carousel(&mut self, component: &mut Value, pointer: &str) {
        let Some(cards) = component.get_mut("cards").and_then(Value::as_array_mut) else {
            self.kept("a carousel without cards", "");
            return;
        };
        for (position, card) in cards.iter_mut().enumerate() {
            let index = number(card, "card_index").unwrap_or(position as u64);
            let prefix = format!("card.{index}.");
            let pointer = format!("{pointer}/cards/{position}/components");
            match card.get_mut("components").and_then(Value::as_array_mut) {
                Some(components) => self.components(components, &pointer, &prefix),
                None => self.kept("a card without components", &prefix),
            }
        }
    }

    /// Adds a place. A name that is taken already gets a number behind it, so that one name never
    /// means two places.
    fn place(&mut self, name: &str, pointer: String, kind: ParameterKind, sample: Option<&Value>) {
        let mut unique = name.to_owned();
        let mut count = 2;
        while !self.names.insert(unique.clone()) {
            unique = format!("{name}.{count}");
            count += 1;
        }
        let sample = sample.map(|value| match value.as_str() {
            Some(text) => text.to_owned(),
            None => value.to_string(),
        });
        let default = sample.filter(|text| kind.keeps_imported_value() && !text.trim().is_empty());
        self.parameters.push(TemplateParameter {
            name: unique,
            pointer,
            kind,
            default,
            label: None,
            fallback: None,
        });
    }

    fn kept(&mut self, what: &str, prefix: &str) {
        let card = prefix.trim_end_matches('.');
        let place = if card.is_empty() {
            String::new()
        } else {
            format!(" in {card}")
        };
        self.notes.push(format!("Kept as it is: {what}{place}."));
    }
}

/// A word of the grammar in lower case; empty if there is none.
fn word(value: &Value, key: &str) -> String {
    value
        .get(key)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_lowercase()
}

fn parameters_of(component: &Value) -> &[Value] {
    component
        .get("parameters")
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn has_text(parameter: &Value, kind: &str, key: &str) -> bool {
    parameter
        .get(kind)
        .and_then(|media| media.get(key))
        .is_some_and(Value::is_string)
}

fn given_name(parameter: &Value) -> Option<String> {
    let name = parameter.get("parameter_name")?.as_str()?.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// A small number that may be written as text; then it becomes a number in place.
fn number(value: &mut Value, key: &str) -> Option<u64> {
    let slot = value.get_mut(key)?;
    let read = match slot {
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(number) => number.as_u64(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }?;
    *slot = Value::from(read);
    Some(read)
}
