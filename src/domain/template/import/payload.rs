//! A template out of the payload of a call.

use super::error::ImportRule;
use super::json_path::JsonPath;
use super::{ImportReport, places};
use crate::domain::Template;
use crate::domain::template::Wording;
use serde_json::{Map, Value};

/// Why a part of a template cannot be taken, and the way to it.
#[derive(Debug)]
pub(super) struct PartError {
    /// The way to it.
    pub path: JsonPath,
    /// The kind of obstacle.
    pub rule: ImportRule,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub advice: String,
}

impl PartError {
    /// A part is missing or of the wrong type.
    pub fn wrong(path: JsonPath, wanted: &str) -> Self {
        Self {
            what: format!("`{path}` must be {wanted}"),
            advice: "mend it here, or copy the whole call again".to_owned(),
            rule: ImportRule::Wrong,
            path,
        }
    }

    /// A part that is understood and cannot be sent from here.
    pub fn unsupported(path: JsonPath, what: String) -> Self {
        Self {
            what,
            advice: "paste the panel's Generate cURL of this template instead".to_owned(),
            rule: ImportRule::Unsupported,
            path,
        }
    }
}

/// Name, language and namespace, which every form of a template has alike.
pub(super) struct Head {
    /// Name at the platform.
    pub name: String,
    /// Language code.
    pub language: String,
    /// The namespace, if there is one.
    pub namespace: Option<String>,
}

impl Head {
    /// Reads them from a payload or a description.
    pub fn read(object: &Map<String, Value>, path: &JsonPath) -> Result<Self, PartError> {
        let name = text_of(object.get("name"))
            .ok_or_else(|| PartError::wrong(path.key("name"), "the template's name, a text"))?;
        let language = object.get("language");
        let code = language.and_then(|language| language.get("code"));
        let language = text_of(code.or(language)).ok_or_else(|| {
            let wanted = "the exact language code, for example \"en_US\"";
            PartError::wrong(path.key("language").key("code"), wanted)
        })?;
        Ok(Self {
            name,
            language,
            namespace: text_of(object.get("namespace")),
        })
    }
}

/// A text with something in it.
pub(super) fn text_of(value: Option<&Value>) -> Option<String> {
    let text = value?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// The components of an object, taken out of it.
pub(super) fn components_of(
    object: &mut Map<String, Value>,
    path: &JsonPath,
) -> Result<Vec<Value>, PartError> {
    match object.remove("components") {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(components)) => Ok(components),
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            Err(PartError::wrong(path.key("components"), "a list"))
        }
    }
}

/// Reads the payload of a call.
pub(super) fn read(head: Head, mut components: Vec<Value>) -> ImportReport {
    let mut notes = Vec::new();
    let parameters = places::find(&mut components, &mut notes);
    if parameters.is_empty() {
        notes.push("Nothing in it takes a value.".to_owned());
    }
    let template = Template {
        name: head.name,
        language: head.language,
        namespace: head.namespace,
        version: 1,
        components: Value::Array(components),
        parameters,
        wording: Wording::default(),
        category: None,
        note: String::new(),
    };
    ImportReport { template, notes }
}
