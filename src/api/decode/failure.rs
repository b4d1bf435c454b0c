//! Turns a failed read into one clear sentence with what to do. Holds no key and no body beyond
//! its first characters.

use super::super::envelope::{Envelope, StatusShape, Unreadable};
use super::super::quote::quoted;
use crate::contract::{ApiError, ErrorKind};
use crate::domain::PlatformError;
use crate::domain::codes::{explain_error, explain_platform};

/// Reads the body of an answer to a read: the envelope if the call worked.
///
/// # Errors
/// The platform's refusal in either form, or a body that cannot be read.
pub(super) fn successful(status: u16, body: &[u8]) -> Result<Envelope, ApiError> {
    let read = Envelope::read(body);
    if !(200..300).contains(&status) {
        return Err(http_failure(status, read.as_ref().ok()));
    }
    let envelope = read.map_err(|found| not_json(status, &found))?;
    if envelope.conflicting_status {
        return Err(unreadable(
            status,
            "it holds the same key twice with different values",
        ));
    }
    match envelope.status_code {
        Some(1000) if envelope.errors.is_empty() => Ok(envelope),
        None if envelope.status == StatusShape::Absent && envelope.errors.is_empty() => {
            Ok(envelope)
        }
        Some(_) | None => Err(in_body_failure(status, &envelope)),
    }
}

/// An answer that came whole but is not what was asked for.
pub fn unreadable(status: u16, what: &str) -> ApiError {
    let mut error = ApiError::new(
        ErrorKind::Unreadable,
        format!("The platform's answer (HTTP {status}) could not be read: {what}."),
        "Check the host of the profile and whether a proxy or login page stands between; the full \
         answer is in the activity list.",
    );
    error.http_status = Some(status);
    error
}

fn not_json(status: u16, found: &Unreadable) -> ApiError {
    match found {
        Unreadable::Empty => unreadable(status, "it is empty"),
        Unreadable::Html(start) => unreadable(
            status,
            &format!("it is a web page beginning with {}", quoted(start)),
        ),
        Unreadable::NotJson(start) => unreadable(
            status,
            &format!("it is not JSON and begins with {}", quoted(start)),
        ),
    }
}

fn http_failure(status: u16, envelope: Option<&Envelope>) -> ApiError {
    let (kind, advice) = match status {
        401 => (
            ErrorKind::Authentication,
            "The key was revoked, regenerated or mistyped; check the key of the profile.",
        ),
        403 => (
            ErrorKind::Authentication,
            "The key has no right to this bot; check customer id, bot key and key of the profile.",
        ),
        404 => (
            ErrorKind::NotFound,
            "No such person, bot or address; check the identifier, the host, the customer id and \
             the bot key.",
        ),
        300..=399 => (
            ErrorKind::Network,
            "It was not followed, so the key went nowhere else; check the host of the profile.",
        ),
        429 => (
            ErrorKind::Platform,
            "Too many calls; wait a little and try again.",
        ),
        500..=599 => (
            ErrorKind::Platform,
            "The platform has a fault at the moment; try again later.",
        ),
        _ => (
            ErrorKind::Platform,
            "Read the quoted words and check the settings of the profile.",
        ),
    };
    let words = envelope
        .and_then(Envelope::words)
        .map(|text| format!(": {}", quoted(&text)))
        .unwrap_or_default();
    let mut error = ApiError::new(
        kind,
        format!("The platform answered HTTP {status}{words}."),
        advice,
    );
    error.http_status = Some(status);
    error.platform_code = envelope.and_then(|envelope| envelope.status_code);
    error
}

fn in_body_failure(status: u16, envelope: &Envelope) -> ApiError {
    let words = envelope
        .words()
        .map(|text| format!(" {}", quoted(&text)))
        .unwrap_or_default();
    let mut listed = String::new();
    for error in &envelope.errors {
        let text = error.details.as_deref().or(error.title.as_deref());
        listed.push_str("; ");
        if error.code != PlatformError::NO_CODE {
            listed.push_str("its list's number ");
            listed.push_str(&error.code.to_string());
            listed.push(' ');
        }
        listed.push_str(&quoted(text.unwrap_or_default()));
    }
    let message = match envelope.status_code {
        Some(code) => format!(
            "The platform reports a failure inside HTTP {status}: its own number \
             {code}{words}{listed}."
        ),
        None => format!("The platform reports a failure inside HTTP {status}:{words}{listed}."),
    };
    let listed_info = envelope
        .errors
        .iter()
        .find_map(|error| explain_error(error.code));
    let info = listed_info.or_else(|| envelope.status_code.and_then(explain_platform));
    let advice = info.map_or_else(
        || "Ask the platform's support what the quoted words mean.".to_owned(),
        |info| format!("It means: {}. {}", info.meaning, info.advice),
    );
    let kind = if envelope.status_code == Some(2003) {
        ErrorKind::NotFound
    } else {
        ErrorKind::Platform
    };
    let mut error = ApiError::new(kind, message, advice);
    error.http_status = Some(status);
    error.platform_code = envelope.status_code;
    error
}
