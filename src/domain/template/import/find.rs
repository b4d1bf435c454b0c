//! Finds the templates in a JSON document: a bare payload, a call that wraps one, a broadcast, a
//! recorded call, Meta's descriptions, or lists of these.

use super::json_path::JsonPath;
use serde_json::{Map, Value};

/// Keys under which a template lies, and keys of lists of templates.
const WRAPPERS: [&str; 10] = [
    "body",
    "payload",
    "template",
    "template_payload",
    "content",
    "data",
    "waba_templates",
    "message_templates",
    "templates",
    "messages",
];
/// How deep templates are looked for; a text in the document may hold a document again.
const DEEPEST: usize = 8;

/// An object that looks like a template, and the way to it.
pub(super) struct Candidate {
    /// The object.
    pub object: Map<String, Value>,
    /// The way to it; what lies in a text of the document ends at the text.
    pub path: JsonPath,
    /// Whether it is a place of the text itself.
    pub in_text: bool,
}

/// Every object that looks like a template, in the order of the document.
pub(super) fn candidates(document: Value) -> Vec<Candidate> {
    let mut found = Vec::new();
    look(document, (JsonPath::default(), true), 0, &mut found);
    found
}

fn look(value: Value, place: (JsonPath, bool), depth: usize, found: &mut Vec<Candidate>) {
    let (path, in_text) = place;
    if depth > DEEPEST {
        return;
    }
    match value {
        Value::Object(object) if is_template(&object) => found.push(Candidate {
            object,
            path,
            in_text,
        }),
        Value::Object(object) => {
            for (key, inner) in object {
                if WRAPPERS.contains(&key.as_str()) {
                    look(inner, (path.key(&key), in_text), depth + 1, found);
                }
            }
        }
        Value::Array(entries) => {
            for (index, inner) in entries.into_iter().enumerate() {
                // Only what can hold something has to be looked at.
                if matches!(inner, Value::Object(_) | Value::Array(_)) {
                    look(inner, (path.index(index), in_text), depth + 1, found);
                }
            }
        }
        Value::String(text) => {
            if text.trim_start().starts_with(['{', '['])
                && let Ok(inner) = serde_json::from_str(&text)
            {
                look(inner, (path, false), depth + 1, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A template has a name, and a language or components.
fn is_template(object: &Map<String, Value>) -> bool {
    object.contains_key("name")
        && (object.contains_key("components") || object.contains_key("language"))
}

/// What else a document asks for, if it is a call that this program knows.
pub(super) fn other_call(document: &Value) -> Option<&'static str> {
    let body = document.get("body").unwrap_or(document);
    if body.get("broadcastTitle").is_some() {
        Some("this is a broadcast of texts, not of a template")
    } else if body.get("user.phone_no").is_some() {
        Some("this starts a flow, it sends no template")
    } else {
        None
    }
}
