//! Values that a person should look at before they reach somebody: the leavings of spreadsheets and
//! programs. Every rule is a hint; none stops a send.

use super::request::{FrozenRequest, RequestBody};
use serde_json::Value;

/// Texts that stand where a value was missing, in lower case.
const STAND_INS: [&str; 10] = [
    "null",
    "nil",
    "none",
    "nan",
    "n/a",
    "na",
    "undefined",
    "unknown",
    "#n/a",
    "tbd",
];

/// What is odd about the values of a request, as `"null" stands where a value is missing`.
pub fn oddity(request: &FrozenRequest) -> Option<String> {
    match &request.body {
        RequestBody::Empty => None,
        RequestBody::Json(text) => in_json(&serde_json::from_str(text).ok()?),
        RequestBody::Multipart { parts, .. } => parts
            .iter()
            .flat_map(|part| part.content.lines())
            .flat_map(|line| line.split(','))
            .find_map(|cell| in_text(cell.trim_matches('"'))),
    }
}

fn in_json(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
        Value::String(text) => in_text(text),
        Value::Array(entries) => entries.iter().find_map(in_json),
        Value::Object(members) => members.values().find_map(in_json),
    }
}

/// What is odd about one value.
fn in_text(text: &str) -> Option<String> {
    let trimmed = text.trim();
    let short: String = trimmed.chars().take(24).collect();
    if STAND_INS.contains(&trimmed.to_lowercase().as_str()) {
        return Some(format!("\"{short}\" stands where a value is missing"));
    }
    if trimmed.starts_with("#REF!")
        || trimmed.starts_with("#VALUE!")
        || trimmed.starts_with("#NAME?")
    {
        return Some(format!("\"{short}\" is a spreadsheet's error"));
    }
    if text.contains('\u{fffd}') || has_mojibake(text) {
        return Some(format!("\"{short}\" was damaged by a wrong encoding"));
    }
    if trimmed.len() != text.len() {
        return Some(format!("\"{short}\" begins or ends with a space"));
    }
    if ["<br", "</", "&amp;", "&nbsp;", "&#"]
        .iter()
        .any(|mark| text.contains(mark))
    {
        return Some(format!(
            "\"{short}\" holds HTML, people would read the marks"
        ));
    }
    None
}

/// UTF-8 that was read as Latin-1: `Ã` or `Â` before a sign that follows it only then.
fn has_mojibake(text: &str) -> bool {
    let mut before = ' ';
    for c in text.chars() {
        if matches!(before, 'Ã' | 'Â' | 'Ø' | 'Ù' | 'à')
            && matches!(c, '\u{80}'..='\u{bf}' | 'š' | 'ž' | 'Ÿ' | '€' | '‚' | 'ƒ')
        {
            return true;
        }
        before = c;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::oddity;
    use crate::domain::{FrozenRequest, RequestBody};
    use rstest::rstest;

    #[rstest]
    #[case("Sara", None)]
    #[case("Nana", None)]
    #[case("São Paulo", None)]
    #[case("null", Some("missing"))]
    #[case("#REF!", Some("spreadsheet"))]
    #[case("MÃ¼ller", Some("encoding"))]
    #[case("Sara ", Some("space"))]
    #[case("Tom &amp; Ana", Some("HTML"))]
    fn what_a_person_should_look_at(#[case] value: &str, #[case] found: Option<&str>) {
        let body = serde_json::json!({"payload": {"texts": ["fine", value]}}).to_string();
        let request = FrozenRequest::post("https://h.example".to_owned(), RequestBody::Json(body));
        let oddity = oddity(&request);
        match found {
            Some(word) => assert!(oddity.unwrap().contains(word)),
            None => assert_eq!(oddity, None),
        }
    }
}
