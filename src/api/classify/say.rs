//! Words for people: what the platform said, quoted, and whose number it is. No decisions.

use super::super::envelope::Envelope;
pub(super) use super::super::quote::{clip, quoted};
use crate::domain::PlatformError;
use crate::domain::codes::{Numbering, explain_error, explain_platform};

/// `, "Forbidden"`: what the body says beside an HTTP status, with the numbers it holds.
pub(super) fn words_of(envelope: Option<&Envelope>) -> String {
    let Some(envelope) = envelope else {
        return String::new();
    };
    let mut words = match (envelope.status_code, envelope.words()) {
        (Some(code), text) => format!(", {}", platform_number(code, text.as_deref())),
        (None, Some(text)) => format!(", {}", quoted(&text)),
        (None, None) => String::new(),
    };
    for error in &envelope.errors {
        words.push_str("; ");
        words.push_str(&listed(error));
    }
    words
}

/// `the platform's own number 2000 "FAILURE"`.
pub(super) fn platform_number(code: i64, text: Option<&str>) -> String {
    let owner = Numbering::Platform.owner();
    match text {
        Some(text) => format!("{owner} {code} {}", quoted(text)),
        None => format!("{owner} {code}"),
    }
}

/// One entry of the error list: whose number, the number, the platform's words.
pub(super) fn listed(error: &PlatformError) -> String {
    let text = match (&error.title, &error.details) {
        (Some(title), Some(details)) => Some(format!("{title}: {details}")),
        (Some(text), None) | (None, Some(text)) => Some(text.clone()),
        (None, None) => None,
    }
    .map(|text| quoted(&text));
    if error.code == PlatformError::NO_CODE {
        return format!(
            "an error without a number {}",
            text.unwrap_or_else(|| "and without words".to_owned())
        );
    }
    let owner =
        explain_error(error.code).map_or("the error list's number", |info| info.numbering.owner());
    match text {
        Some(text) => format!("{owner} {} {text}", error.code),
        None => format!("{owner} {}", error.code),
    }
}

/// What the numbers of a refusal mean and what to do; the listed errors speak before the bare
/// status, because 2000 alone says nothing.
pub(super) fn explanation(envelope: &Envelope) -> String {
    let listed: Vec<_> = envelope
        .errors
        .iter()
        .filter_map(|error| explain_error(error.code))
        .collect();
    if let Some(first) = listed.first() {
        return format!("It means: {}. {}", first.meaning, first.advice);
    }
    if !envelope.errors.is_empty() {
        return "Read the quoted words and correct what they name.".to_owned();
    }
    match envelope.status_code {
        None | Some(2000) => "The platform gave no reason. Ask the platform's support.".to_owned(),
        Some(code) => explain_platform(code).map_or_else(
            || "This version does not know that number. Ask the platform's support.".to_owned(),
            |info| format!("It means: {}. {}", info.meaning, info.advice),
        ),
    }
}
