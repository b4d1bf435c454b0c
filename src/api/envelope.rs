//! A lenient reader of any answer body: envelope, problem detail, boot error, error lists.
//!
//! It says what stands in the body and never what that means for a send; the classifier and the
//! readers decide. In a problem body `status` is a number, in an envelope it is an object.

use super::json::{Checked, plain_text, text_at, whole_number};
use crate::domain::PlatformError;
use crate::domain::codes::explain_error;
use serde_json::Value;

/// Keys on whose value a verdict rests: if one of them comes twice with different values, nobody
/// may pick the kinder one.
const DECISIVE_KEYS: [&str; 11] = [
    "status",
    "code",
    "responseObject",
    "errors",
    "error",
    "meta",
    "success",
    "message_id",
    "messageId",
    "broadcastId",
    "broadcast_id",
];

/// What stands under the key `status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusShape {
    /// No such key, or null.
    Absent,
    /// The platform's envelope.
    Object,
    /// A problem detail or boot error.
    Number,
    /// Something else.
    Other,
}

/// An error body of the web layer: problem detail, or its older form with `error` and `message`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The HTTP status the body states.
    pub status: i64,
    /// The short text.
    pub title: Option<String>,
    /// The long text.
    pub detail: Option<String>,
}

/// What stands in a body that is JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// What `status` is.
    pub status: StatusShape,
    /// `status.code`, a number or a number written as text.
    pub status_code: Option<i64>,
    /// `status.desc`, as sent.
    pub status_desc: Option<String>,
    /// `responseObject`; `None` if the key is missing, `Some(Null)` if it is null.
    pub response_object: Option<Value>,
    /// Every error entry found, with our explanation beside it.
    pub errors: Vec<PlatformError>,
    /// Whether a key on which a verdict rests came twice with different values.
    pub conflicting_status: bool,
    /// The error body of the web layer, if it is one.
    pub problem: Option<Problem>,
    /// A bare `message` at the top.
    pub message: Option<String>,
    /// The whole body.
    pub top: Value,
}

/// Why a body could not be read as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// Nothing in it, or white space only.
    Empty,
    /// A web page, with its first characters.
    Html(String),
    /// Anything else, with its first characters.
    NotJson(String),
}

impl Envelope {
    /// Reads a body.
    ///
    /// # Errors
    /// What the body is instead of JSON.
    pub fn read(body: &[u8]) -> Result<Self, Unreadable> {
        match Checked::read(body) {
            Some(checked) => Ok(Self::of(checked)),
            None => Err(Unreadable::of(body)),
        }
    }

    fn of(checked: Checked) -> Self {
        let Checked { value: top, twice } = checked;
        let status = top.get("status");
        let shape = match status {
            None | Some(Value::Null) => StatusShape::Absent,
            Some(Value::Object(_)) => StatusShape::Object,
            Some(Value::Number(_)) => StatusShape::Number,
            Some(Value::Bool(_) | Value::String(_) | Value::Array(_)) => StatusShape::Other,
        };
        let envelope = status.filter(|_| shape == StatusShape::Object);
        let problem = problem_of(&top);
        let errors = errors_of(&top, problem.is_some());
        Self {
            status: shape,
            status_code: envelope
                .and_then(|object| object.get("code"))
                .and_then(whole_number),
            status_desc: envelope
                .and_then(|object| text_at(object, &["desc", "description", "message"])),
            response_object: top.get("responseObject").cloned(),
            errors,
            conflicting_status: DECISIVE_KEYS.iter().any(|key| twice.contains(*key)),
            problem,
            message: text_at(&top, &["message"]),
            top,
        }
    }

    /// The platform's own words for what happened, for quoting: the description, the problem's
    /// text, or the bare message.
    pub fn words(&self) -> Option<String> {
        if let Some(desc) = &self.status_desc {
            return Some(desc.clone());
        }
        if let Some(problem) = &self.problem {
            return match (&problem.title, &problem.detail) {
                (Some(title), Some(detail)) if title != detail => {
                    Some(format!("{title}: {detail}"))
                }
                (Some(text), _) | (None, Some(text)) => Some(text.clone()),
                (None, None) => None,
            };
        }
        self.message.clone()
    }

    /// Whether the body carries a number of the platform, not only an HTTP status.
    pub fn has_code(&self) -> bool {
        self.status_code.is_some()
            || self
                .errors
                .iter()
                .any(|error| error.code != PlatformError::NO_CODE)
    }
}

impl Unreadable {
    fn of(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        let start: String = text.chars().take(80).collect();
        if text.is_empty() {
            Unreadable::Empty
        } else if text.starts_with('<') {
            Unreadable::Html(start)
        } else {
            Unreadable::NotJson(start)
        }
    }
}

fn problem_of(top: &Value) -> Option<Problem> {
    let status = top
        .get("status")
        .filter(|status| status.is_number())
        .and_then(whole_number)?;
    Some(Problem {
        status,
        title: text_at(top, &["title", "error"]),
        detail: text_at(top, &["detail", "message"]),
    })
}

fn errors_of(top: &Value, is_problem: bool) -> Vec<PlatformError> {
    let mut found = Vec::new();
    let response = top.get("responseObject");
    for place in [response, Some(top)].into_iter().flatten() {
        collect_list(place.get("errors"), &mut found);
        // In a boot error `error` is the name of the HTTP status.
        if !(is_problem && std::ptr::eq(place, top)) {
            collect_list(place.get("error"), &mut found);
        }
    }
    if let Some(entry) = response
        .and_then(|object| object.get("meta"))
        .and_then(meta_error)
    {
        found.push(entry);
    }
    found
}

fn collect_list(value: Option<&Value>, found: &mut Vec<PlatformError>) {
    match value {
        None | Some(Value::Null | Value::Bool(false)) => {}
        Some(Value::Array(entries)) => found.extend(entries.iter().filter_map(entry)),
        Some(single) => found.extend(entry(single)),
    }
}

fn entry(value: &Value) -> Option<PlatformError> {
    match value {
        Value::Null => None,
        Value::Object(map) if map.is_empty() => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::Object(_) => {
            let details = text_at(value, &["details", "detail", "error_user_msg"]).or_else(|| {
                let data = value.get("error_data")?;
                plain_text(data).or_else(|| text_at(data, &["details", "detail"]))
            });
            Some(explained(
                value.get("code").and_then(whole_number),
                text_at(value, &["title", "message", "type"]),
                details,
            ))
        }
        Value::Number(_) => Some(explained(whole_number(value), None, None)),
        Value::String(_) | Value::Bool(_) | Value::Array(_) => {
            let text = plain_text(value).unwrap_or_else(|| value.to_string());
            Some(explained(None, Some(text), None))
        }
    }
}

/// The provider's own wrapper; both spellings of its fields are in use.
fn meta_error(meta: &Value) -> Option<PlatformError> {
    let code = ["httpCode", "http_code"]
        .iter()
        .find_map(|key| meta.get(key).and_then(whole_number));
    let failed = meta.get("success").and_then(Value::as_bool) == Some(false)
        || code.is_some_and(|code| code >= 400);
    let text = text_at(meta, &["developerMessage", "developer_message"]);
    failed.then(|| explained(code, text, None))
}

fn explained(code: Option<i64>, title: Option<String>, details: Option<String>) -> PlatformError {
    let info = code.and_then(explain_error);
    PlatformError {
        code: code.unwrap_or(PlatformError::NO_CODE),
        title,
        details,
        meaning: info.map(|info| info.meaning.to_owned()),
        advice: info.map(|info| info.advice.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Envelope, StatusShape, Unreadable};
    use crate::domain::PlatformError;
    use rstest::rstest;
    use serde_json::json;

    fn read(text: &str) -> Envelope {
        Envelope::read(text.as_bytes()).unwrap()
    }

    #[rstest]
    #[case(
        r#"{"responseObject":{"errors":[{"code":132001,"title":"t","details":"d"}]}}"#,
        132_001
    )]
    #[case(
        r#"{"responseObject":{"error":{"code":"132001","message":"t","error_data":{"details":"d"}}}}"#,
        132_001
    )]
    #[case(r#"{"errors":{"code":132001,"title":"t","details":"d"}}"#, 132_001)]
    #[case(r#"{"error":{"code":132001,"title":"t","details":"d"}}"#, 132_001)]
    #[case(r#"{"errors":[{"title":"t","details":"d"}]}"#, PlatformError::NO_CODE)]
    fn errors_are_found_in_every_shape(#[case] body: &str, #[case] code: i64) {
        let errors = read(body).errors;
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].code, code);
        assert_eq!(errors[0].title.as_deref(), Some("t"));
        assert_eq!(errors[0].details.as_deref(), Some("d"));
        assert_eq!(errors[0].meaning.is_some(), code > 0);
    }

    #[test]
    fn the_providers_wrapper_is_read_in_both_spellings() {
        for body in [
            r#"{"responseObject":{"meta":{"httpCode":402,"developerMessage":"x","success":false}}}"#,
            r#"{"responseObject":{"meta":{"http_code":402,"developer_message":"x"}}}"#,
        ] {
            let errors = read(body).errors;
            assert_eq!(
                (errors[0].code, errors[0].title.as_deref()),
                (402, Some("x"))
            );
        }
        let good = r#"{"responseObject":{"meta":{"httpCode":200,"success":true}}}"#;
        assert!(read(good).errors.is_empty());
    }

    #[rstest]
    #[case(r#"{"errors":[]}"#)]
    #[case(r#"{"errors":null,"error":false}"#)]
    #[case(r#"{"errors":[{}],"error":""}"#)]
    fn nothing_is_no_error(#[case] body: &str) {
        assert!(read(body).errors.is_empty());
    }

    #[test]
    fn a_number_as_status_is_a_problem_and_not_a_code() {
        let body = read(r#"{"status":1000,"error":"Forbidden","message":"no"}"#);
        assert_eq!(body.status, StatusShape::Number);
        assert_eq!(body.status_code, None);
        assert!(body.errors.is_empty());
        assert_eq!(body.words().as_deref(), Some("Forbidden: no"));
        assert!(!body.has_code());
    }

    #[rstest]
    #[case(r#"{"status":{"code":2000},"status":{"code":1000}}"#, true)]
    #[case(r#"{"status":{"code":2000,"code":1000}}"#, true)]
    #[case(r#"{"responseObject":true,"responseObject":false}"#, true)]
    #[case(r#"{"status":{"code":1000},"status":{"code":1000}}"#, false)]
    #[case(r#"{"status":{"code":1000},"x":1,"x":2}"#, false)]
    fn contradicting_keys_are_seen(#[case] body: &str, #[case] conflicting: bool) {
        assert_eq!(read(body).conflicting_status, conflicting);
    }

    #[test]
    fn what_is_not_json_says_what_it_is() {
        assert_eq!(Envelope::read(b" \n"), Err(Unreadable::Empty));
        assert_eq!(
            Envelope::read(b"OK"),
            Err(Unreadable::NotJson("OK".to_owned()))
        );
        assert!(matches!(
            Envelope::read(b"<html>"),
            Err(Unreadable::Html(_))
        ));
        let deep = "[".repeat(5000);
        assert!(Envelope::read(deep.as_bytes()).is_err());
        assert_eq!(read("[1]").top, json!([1]));
    }
}
