//! Reads a template out of the JSON of a call. Nothing but the template is kept: no number, no
//! header, no key. What is not understood stays in the components as it came.

mod places;

use super::{ParameterKind, Template, TemplateParameter, Wording};
use serde_json::{Map, Value};

/// Keys under which a call wraps its template, outermost first.
const WRAPPERS: [&str; 4] = ["body", "payload", "template", "template_payload"];

/// Why a text is not taken as a template. Each is a sentence with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// A slip in the JSON.
    #[error("line {line}, column {column}: this is not JSON, {what}")]
    NotJson {
        /// Counts from 1.
        line: usize,
        /// Counts from 1.
        column: usize,
        /// What the reader wanted there.
        what: String,
    },
    /// JSON, but no template in it.
    #[error(
        "no template in this JSON: paste the body of a template call, with `name`, `language` and \
         `components`"
    )]
    NoPayload,
    /// A part every template has is missing or of the wrong type.
    #[error("`{at}` must be {wanted}")]
    Wrong {
        /// Path of the part, for example `payload.language.code`.
        at: String,
        /// What it must be.
        wanted: &'static str,
    },
    /// The description of a template instead of a call.
    #[error(
        "`{at}` describes a template instead of sending it (it has `{key}`): paste the body of a \
         template call, as the panel's Generate cURL shows it"
    )]
    Definition {
        /// Path of the component.
        at: String,
        /// The key that tells.
        key: &'static str,
    },
}

/// What an import found.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportReport {
    /// The template, as version 1; the library counts on.
    pub template: Template,
    /// One sentence per place that takes a value, and per part that was kept or left out.
    pub found: Vec<String>,
}

/// Reads a template from JSON: the body of a template call, its bare payload, a recorded call with
/// a `body`, or a broadcast that wraps a template.
///
/// # Errors
/// Not JSON, no template in it, or a template without a name, a language code or a components list.
pub fn import_json(text: &str) -> Result<ImportReport, ImportError> {
    let text = text.trim_start_matches('\u{feff}');
    let document: Value = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    let mut found = Vec::new();
    if has_key(&document) {
        found.push("The key in the text was left out; it is not stored.".to_owned());
    }
    let (payload, path) = locate(document, String::new(), 0).ok_or(ImportError::NoPayload)?;
    let template = read_payload(payload, &path, &mut found)?;
    Ok(ImportReport { template, found })
}

fn not_json(error: &serde_json::Error) -> ImportError {
    let sentence = error.to_string();
    let what = sentence
        .split_once(" at line ")
        .map_or(sentence.as_str(), |(what, _)| what)
        .to_owned();
    ImportError::NotJson {
        line: error.line(),
        column: error.column(),
        what,
    }
}

fn has_key(document: &Value) -> bool {
    document
        .get("headers")
        .and_then(Value::as_object)
        .is_some_and(|headers| {
            headers
                .keys()
                .any(|name| name.eq_ignore_ascii_case("authorization"))
        })
}

/// The innermost object that looks like a template, with its path. Depth is bounded because a
/// wrapped text may hold another one.
fn locate(value: Value, path: String, depth: usize) -> Option<(Map<String, Value>, String)> {
    if depth > 8 {
        return None;
    }
    match value {
        Value::Object(object) => {
            let named = object.contains_key("name");
            if named && (object.contains_key("components") || object.contains_key("language")) {
                return Some((object, path));
            }
            object.into_iter().find_map(|(key, inner)| {
                let known = WRAPPERS.contains(&key.as_str()) || key == "content";
                known.then(|| locate(inner, join(&path, &key), depth + 1))?
            })
        }
        Value::Array(entries) => entries
            .into_iter()
            .enumerate()
            .find_map(|(index, inner)| locate(inner, format!("{path}[{index}]"), depth + 1)),
        Value::String(text) => {
            let inner = serde_json::from_str(&text).ok()?;
            locate(inner, path, depth + 1)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn read_payload(
    mut payload: Map<String, Value>,
    path: &str,
    found: &mut Vec<String>,
) -> Result<Template, ImportError> {
    let wrong = |key: &str, wanted| ImportError::Wrong {
        at: join(path, key),
        wanted,
    };
    let name =
        text_of(payload.get("name")).ok_or_else(|| wrong("name", "the template's name, a text"))?;
    let language = payload.get("language");
    let code = language.and_then(|language| language.get("code"));
    let language = text_of(code.or(language)).ok_or_else(|| {
        wrong(
            "language.code",
            "the exact language code, for example \"en_US\"",
        )
    })?;
    let namespace = text_of(payload.get("namespace"));
    let mut components = match payload.remove("components") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(components)) => components,
        Some(Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
            return Err(wrong("components", "a list"));
        }
    };
    refuse_definitions(&components, &join(path, "components"))?;
    let parameters = places::find(&mut components, found);
    if parameters.is_empty() {
        found.push("Nothing in it takes a value.".to_owned());
    }
    Ok(Template {
        name,
        language,
        namespace,
        version: 1,
        components: Value::Array(components),
        parameters,
        wording: Wording::default(),
        category: None,
        note: String::new(),
    })
}

fn text_of(value: Option<&Value>) -> Option<String> {
    let text = value?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn refuse_definitions(components: &[Value], path: &str) -> Result<(), ImportError> {
    for (index, component) in components.iter().enumerate() {
        if component.get("parameters").is_some() {
            continue;
        }
        for key in ["text", "format", "buttons"] {
            if component.get(key).is_some() {
                let at = format!("{path}[{index}]");
                return Err(ImportError::Definition { at, key });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
