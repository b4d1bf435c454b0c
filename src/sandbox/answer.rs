//! The bodies of the platform: envelope, errors list, problem detail.
//!
//! It knows shapes only; when to answer what is decided elsewhere.

use axum::body::Body;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

/// One entry of `responseObject.errors[]`, in the Cloud numbering.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) code: i64,
    pub(super) details: String,
}

impl Refused {
    pub(super) fn new(code: i64, details: impl Into<String>) -> Self {
        Self {
            code,
            details: details.into(),
        }
    }
}

/// Which of the two numbering systems `errors[].code` uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbering {
    Cloud,
    OnPremises,
}

impl Numbering {
    fn number(self, code: i64) -> i64 {
        match (self, code) {
            (Self::OnPremises, 132_000) => 2000,
            (Self::OnPremises, 132_001) => 2001,
            (Self::OnPremises, 132_005) => 2005,
            (Self::OnPremises, 132_012) => 2012,
            (Self::OnPremises, 132_018) => 2006,
            (Self::OnPremises, 131_008) => 1008,
            (Self::OnPremises, 131_009) => 1009,
            (Self::OnPremises | Self::Cloud, other) => other,
        }
    }
}

fn title(code: i64) -> &'static str {
    match code {
        132_000 => "Number of parameters does not match the expected number of params",
        132_001 => "Template name does not exist in the translation",
        132_005 => "Translated text too long",
        132_012 => "Parameter format does not match format in the created template",
        132_018 => "Template parameter text is not allowed",
        131_008 => "Required parameter is missing",
        131_009 => "Parameter value is not valid",
        131_026 => "Message undeliverable",
        130_429 => "Rate limit hit",
        _ => "Request refused",
    }
}

/// The word the platform writes beside an in-body status code.
pub(super) fn code_word(code: i64) -> &'static str {
    match code {
        1000 => "SUCCESS",
        1002 => "USER_IS_OUTSIDE_CONVERSATION_WINDOW",
        1004 => "USER_NOT_IN_LIVE_CHAT",
        2003 => "BOT_NOT_FOUND",
        2004 => "API_KEY_NOT_FOUND",
        2005 => "INVALID_FILE_FORMAT",
        2006 => "FILE_UPLOAD_FAILED",
        _ => "FAILURE",
    }
}

/// An answer with a JSON body.
pub(super) fn body(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(text) => {
            let kind = [(header::CONTENT_TYPE, "application/json")];
            (status, kind, Body::from(text)).into_response()
        }
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

#[derive(Serialize)]
struct Envelope<'a, T> {
    #[serde(rename = "responseObject")]
    object: &'a T,
    status: Status,
}

#[derive(Serialize)]
struct Status {
    code: i64,
    desc: &'static str,
}

/// The normal envelope with HTTP 200.
pub(super) fn envelope(object: &impl Serialize, code: i64) -> Response {
    let desc = code_word(code);
    let status = Status { code, desc };
    body(StatusCode::OK, &Envelope { object, status })
}

/// A refusal inside HTTP 200: `errors[]` and status 2000.
pub(super) fn refused(list: &[Refused], numbering: Numbering) -> Response {
    let errors: Vec<_> = list
        .iter()
        .map(|one| {
            let code = numbering.number(one.code);
            json!({ "code": code, "title": title(one.code), "details": one.details })
        })
        .collect();
    envelope(&json!({ "errors": errors }), 2000)
}

/// A problem detail, the shape of HTTP errors.
pub(super) fn problem(status: StatusCode, detail: &str, path: &str) -> Response {
    let title = status.canonical_reason().unwrap_or("Error");
    let value = json!({
        "type": "about:blank", "title": title, "status": status.as_u16(),
        "detail": detail, "instance": path,
    });
    body(status, &value)
}
