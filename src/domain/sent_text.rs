//! What a frozen call says to its person, in the words that stand in the conversation afterwards.
//! It never guesses: a template whose words are not known here has none.

use super::draft::SendKind;
use super::request::{FrozenRequest, RequestBody};
use super::template::{Template, TemplateFiller, rendered_body};
use serde_json::Value;
use std::collections::BTreeMap;

/// What a call says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SentText {
    /// These words.
    Words(String),
    /// A template whose words are not known here, and the values in it.
    Template {
        /// Its name.
        name: String,
        /// Its language.
        language: String,
        /// Texts that were filled in, in the order of the payload.
        values: Vec<String>,
    },
    /// A flow: what it says lies with the platform.
    Flow,
    /// Several messages, or a list whose texts differ from person to person.
    Several,
}

/// Name and language of the template in a call, if there is exactly one.
pub fn template_of(kind: SendKind, request: &FrozenRequest) -> Option<(String, String)> {
    let body = json_body(request)?;
    let payload = template_payload(kind, &body)?;
    Some((text(payload, "/name")?, text(payload, "/language/code")?))
}

/// What a call says. `versions` are those of its template that are known, the newest first.
pub fn sent_text(kind: SendKind, request: &FrozenRequest, versions: &[Template]) -> SentText {
    if kind == SendKind::Flow {
        return SentText::Flow;
    }
    let Some(body) = json_body(request) else {
        return SentText::Several;
    };
    if let Some(payload) = template_payload(kind, &body) {
        return of_template(payload, versions);
    }
    match only_entry(&body).and_then(|entry| text(entry, "/data/message")) {
        // A place is filled by the platform, for each person differently.
        Some(words) if !words.contains("{{") => SentText::Words(words),
        Some(_) | None => SentText::Several,
    }
}

fn json_body(request: &FrozenRequest) -> Option<Value> {
    match &request.body {
        RequestBody::Json(text) => serde_json::from_str(text).ok(),
        RequestBody::Empty | RequestBody::Multipart { .. } => None,
    }
}

fn template_payload(kind: SendKind, body: &Value) -> Option<&Value> {
    match kind {
        SendKind::Template => body.get("payload"),
        SendKind::Broadcast => only_entry(body)?.pointer("/template/payload"),
        SendKind::CsvBroadcast | SendKind::Flow => None,
    }
}

fn only_entry(body: &Value) -> Option<&Value> {
    match body.pointer("/payload/content")?.as_array()?.as_slice() {
        [only] => Some(only),
        _ => None,
    }
}

fn text(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer)?.as_str().map(str::to_owned)
}

fn of_template(payload: &Value, versions: &[Template]) -> SentText {
    let components = payload.get("components").unwrap_or(&Value::Null);
    let name = text(payload, "/name").unwrap_or_default();
    let language = text(payload, "/language/code").unwrap_or_default();
    let words = versions
        .iter()
        .filter(|version| version.name == name && version.language == language)
        .find_map(|version| words_of(version, components));
    match words {
        Some(words) => SentText::Words(words),
        None => SentText::Template {
            name,
            language,
            values: texts(components),
        },
    }
}

/// The values in a template call by the names of this version's places, if the call is of it.
pub fn values_in(
    kind: SendKind,
    request: &FrozenRequest,
    version: &Template,
) -> Option<BTreeMap<String, String>> {
    let body = json_body(request)?;
    let payload = template_payload(kind, &body)?;
    values_of(version, payload.get("components").unwrap_or(&Value::Null))
}

/// The words of a version, if the components are its own with values filled in.
fn words_of(version: &Template, components: &Value) -> Option<String> {
    rendered_body(version, &values_of(version, components)?)
}

fn values_of(version: &Template, components: &Value) -> Option<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    for parameter in &version.parameters {
        let value = match components.pointer(&parameter.pointer)? {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => return None,
        };
        values.insert(parameter.name.clone(), value);
    }
    let mut filler = TemplateFiller::new(version).ok()?;
    let value = |index: usize| {
        let parameter = version.parameters.get(index)?;
        values.get(&parameter.name).map(String::as_str)
    };
    if filler.set(value) != components {
        return None;
    }
    Some(values)
}

/// Every text parameter of a payload.
fn texts(components: &Value) -> Vec<String> {
    let all = components.as_array().into_iter().flatten();
    let parameters = all.filter_map(|component| component.get("parameters")?.as_array());
    parameters
        .flatten()
        .filter_map(|parameter| text(parameter, "/text"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{SentText, sent_text, template_of};
    use crate::domain::template::Wording;
    use crate::domain::{
        FrozenRequest, ParameterKind, RequestBody, SendKind, Template, TemplateParameter,
    };
    use serde_json::{Value, json};

    fn call(body: &Value) -> FrozenRequest {
        let url = "https://api.fern-and-oak.example/template".to_owned();
        FrozenRequest::post(url, RequestBody::Json(body.to_string()))
    }

    fn components(name: &str, hour: &str) -> Value {
        json!([{"type": "body", "parameters": [
            {"type": "text", "text": name}, {"type": "text", "text": hour}]}])
    }

    fn version(number: u32, body: Option<&str>) -> Template {
        let place = |name: &str, at: u8| TemplateParameter {
            name: name.to_owned(),
            pointer: format!("/0/parameters/{at}/text"),
            kind: ParameterKind::Text,
            default: None,
            label: None,
            fallback: None,
        };
        Template {
            name: "winter_hours".to_owned(),
            language: "en".to_owned(),
            namespace: None,
            version: number,
            components: components("Ana", "18:00"),
            parameters: vec![place("1", 0), place("2", 1)],
            wording: Wording {
                body: body.map(str::to_owned),
                ..Wording::default()
            },
            category: None,
            note: String::new(),
        }
    }

    fn template_call(components: &Value) -> FrozenRequest {
        call(&json!({"phoneNumber": "+447700900266", "payload": {
            "name": "winter_hours",
            "language": {"code": "en", "policy": "deterministic"},
            "components": components}}))
    }

    #[test]
    fn a_template_with_known_words_says_them_with_its_values() {
        let request = template_call(&components("Ruth", "17:00"));
        let known = [version(2, Some("Hello {{1}}, we close at {{2}}."))];
        assert_eq!(
            sent_text(SendKind::Template, &request, &known),
            SentText::Words("Hello Ruth, we close at 17:00.".to_owned())
        );
        assert_eq!(
            template_of(SendKind::Template, &request),
            Some(("winter_hours".to_owned(), "en".to_owned()))
        );
    }

    #[test]
    fn words_of_another_version_or_none_are_never_used() {
        let mut other = components("Ruth", "17:00");
        other
            .as_array_mut()
            .unwrap()
            .push(json!({"type": "header", "parameters": []}));
        let request = template_call(&other);
        let known = [
            version(3, Some("Hello {{1}}, we close at {{2}}.")),
            version(2, None),
        ];
        let expected = SentText::Template {
            name: "winter_hours".to_owned(),
            language: "en".to_owned(),
            values: vec!["Ruth".to_owned(), "17:00".to_owned()],
        };
        assert_eq!(sent_text(SendKind::Template, &request, &known), expected);
        let unworded = template_call(&components("Ruth", "17:00"));
        let known = [version(2, None)];
        assert_eq!(sent_text(SendKind::Template, &unworded, &known), expected);
        assert_eq!(sent_text(SendKind::Template, &unworded, &[]), expected);
    }

    #[test]
    fn a_broadcast_of_one_text_says_it() {
        let of = |content: Value| {
            let request = call(&json!({"payload": {"type": "direct", "content": content}}));
            sent_text(SendKind::Broadcast, &request, &[])
        };
        let one = json!({"type": "text", "data": {"message": "We close at 17:00."}});
        assert_eq!(
            of(json!([one])),
            SentText::Words("We close at 17:00.".to_owned())
        );
        assert_eq!(of(json!([one, one])), SentText::Several);
        let placed = json!([{"type": "text", "data": {"message": "Hi {{name}}"}}]);
        assert_eq!(of(placed), SentText::Several);
    }

    #[test]
    fn flows_and_lists_say_nothing_that_is_known() {
        let request = call(&json!({"user.phone_no": "447700900266"}));
        assert_eq!(sent_text(SendKind::Flow, &request, &[]), SentText::Flow);
        let list = FrozenRequest::post(
            "https://api.fern-and-oak.example/x".to_owned(),
            RequestBody::multipart(Vec::new()),
        );
        assert_eq!(
            sent_text(SendKind::CsvBroadcast, &list, &[]),
            SentText::Several
        );
    }
}
