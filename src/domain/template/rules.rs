//! What a value must look like before it may stand in a template. Rules of single values only;
//! rules that need the whole template are in `fill`.

use super::{ParameterKind, TemplateParameter};
use crate::domain::placeholder::is_blank;

mod media;

/// Most characters of a text header.
const HEADER_CHARS: usize = 60;
/// Most characters of a coupon code.
const COUPON_CHARS: usize = 15;
/// Most characters of a whole button address; its end cannot be longer.
const URL_CHARS: usize = 2000;
/// Characters of a quick-reply payload above which WhatsApp may refuse it.
const PAYLOAD_CHARS: usize = 128;
/// Most spaces in a row inside a text (refused by WhatsApp as 132018 beyond that).
const SPACES: usize = 4;
/// One space more.
const LONG_GAP: &str = "     ";
/// Epoch milliseconds of 2001-09-09; smaller numbers are seconds by mistake.
const SMALLEST_MILLIS: i64 = 1_000_000_000_000;

/// Whether a problem stops a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The call must not be made.
    Error,
    /// Worth knowing; the call may be made.
    Warning,
}

/// Something wrong with a value or a missing one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterProblem {
    /// Name of the parameter; `body` where the filled body as a whole is meant.
    pub parameter: String,
    /// A short stable word. Values: `missing`, `unknown_parameter`, `empty`, `spacing`,
    /// `control_character`, `too_long`, `placeholder`, `unknown_placeholder`, `no_value`, `file_name`,
    /// `not_url_safe`, `not_a_time`, `offer_over`, `payload_grammar`, `code_differs`, `code_signs`.
    /// Links: `not_https`, `not_public`, `not_direct`, `media_type`, `long_link`, `long_query`,
    /// `encoded_signs`. Templates: see [`super::check_shape`]; and `template_damaged`.
    pub rule: &'static str,
    /// One sentence: what is wrong, where, what to do. It never repeats the value.
    pub text: String,
    /// Whether it stops a send.
    pub severity: Severity,
    /// How many rows have it, once rows were counted; 0 where it is about everybody.
    pub rows: u64,
}

impl ParameterProblem {
    /// Whether it stops a send.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// A problem that stops a send.
    pub fn error(parameter: &str, rule: &'static str, text: String) -> Self {
        Self {
            parameter: parameter.to_owned(),
            rule,
            text,
            severity: Severity::Error,
            rows: 0,
        }
    }

    /// A problem worth a look.
    pub fn warning(parameter: &str, rule: &'static str, text: String) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(parameter, rule, text)
        }
    }
}

/// Everything wrong with one value, for checks while it is typed and for rows of a file.
///
/// `name` is only used in the sentences. Placeholders of the platform itself, `{{phone_no}}` and
/// `{{user.attribute_N}}`, pass here; where they are replaced is for the kind of send to know.
pub fn check_value(kind: ParameterKind, name: &str, value: &str) -> Vec<ParameterProblem> {
    if is_blank(value) {
        let text = format!("{name} is empty: give it a text, WhatsApp refuses empty values");
        return vec![ParameterProblem::error(name, "empty", text)];
    }
    let mut problems = Vec::new();
    check_signs(kind, name, value, &mut problems);
    problems.extend(check_left_over(name, value));
    match kind {
        ParameterKind::Text | ParameterKind::Location => {}
        ParameterKind::HeaderText => at_most(HEADER_CHARS, name, value, &mut problems),
        ParameterKind::Coupon => at_most(COUPON_CHARS, name, value, &mut problems),
        ParameterKind::FileName => media::check_file_name(name, value, &mut problems),
        ParameterKind::ButtonText => check_button(name, value, &mut problems),
        // What the platform puts in its own placeholder is checked where it comes from.
        ParameterKind::MediaLink(_) if is_one_placeholder(value) => {}
        ParameterKind::MediaLink(kind) => media::check_link(kind, name, value, &mut problems),
        ParameterKind::Payload => check_payload(name, value, &mut problems),
        ParameterKind::OfferExpiry => check_expiry(name, value, &mut problems),
    }
    problems
}

/// Everything wrong with the value of a parameter. Sentences call it as people do, the problem
/// names it as the payload does.
pub fn check_parameter(parameter: &TemplateParameter, value: &str) -> Vec<ParameterProblem> {
    let mut problems = check_value(parameter.kind, parameter.shown_name(), value);
    if parameter.label.is_some() {
        for problem in &mut problems {
            problem.parameter.clone_from(&parameter.name);
        }
    }
    problems
}

/// A placeholder that people would read, in any text that leaves.
pub fn check_left_over(name: &str, value: &str) -> Option<ParameterProblem> {
    let what = match foreign_placeholder(value) {
        Some(placeholder) => format!("still holds the placeholder {placeholder}"),
        None if opens_without_end(value) => {
            "opens a placeholder with {{ that never ends".to_owned()
        }
        None => return None,
    };
    let text =
        format!("{name} {what}: people would read it as it stands, put a value in its place");
    Some(ParameterProblem::error(name, "placeholder", text))
}

/// Whether a `{{` stands behind the last `}}`.
pub fn opens_without_end(value: &str) -> bool {
    let after_last = value.rsplit("}}").next().unwrap_or(value);
    after_last.contains("{{")
}

/// Whether spacing rules of message texts apply; the other kinds have stricter rules of their own.
fn is_message_text(kind: ParameterKind) -> bool {
    match kind {
        ParameterKind::Text
        | ParameterKind::HeaderText
        | ParameterKind::Coupon
        | ParameterKind::Location => true,
        ParameterKind::MediaLink(_)
        | ParameterKind::FileName
        | ParameterKind::ButtonText
        | ParameterKind::Payload
        | ParameterKind::OfferExpiry => false,
    }
}

fn check_signs(kind: ParameterKind, name: &str, value: &str, problems: &mut Vec<ParameterProblem>) {
    let is_spacing = |c: char| matches!(c, '\n' | '\r' | '\t');
    if is_message_text(kind) && (value.contains(is_spacing) || has_long_gap(value)) {
        let text = format!(
            "{name} has a line break, a tab or more than {SPACES} spaces in a row: write it on one \
             line, WhatsApp refuses it (132018)"
        );
        problems.push(ParameterProblem::error(name, "spacing", text));
    }
    let control = |c: char| c.is_control() && !(is_message_text(kind) && is_spacing(c));
    if value.contains(control) {
        let text = format!("{name} has an invisible control character: type it again");
        problems.push(ParameterProblem::error(name, "control_character", text));
    }
}

fn has_long_gap(value: &str) -> bool {
    value.contains(LONG_GAP)
}

fn at_most(limit: usize, name: &str, value: &str, problems: &mut Vec<ParameterProblem>) {
    let length = value.chars().count();
    if length > limit {
        let text =
            format!("{name} has {length} characters, at most {limit} are allowed: shorten it");
        problems.push(ParameterProblem::error(name, "too_long", text));
    }
}

/// Every closed `{{…}}` in a text.
pub fn placeholders(value: &str) -> impl Iterator<Item = &str> {
    let mut rest = value;
    std::iter::from_fn(move || {
        let (_, tail) = rest.split_at_checked(rest.find("{{")?)?;
        let (placeholder, after) = tail.split_at_checked(tail.find("}}")? + 2)?;
        rest = after;
        Some(placeholder)
    })
}

/// A `{{…}}` that nobody will replace.
fn foreign_placeholder(value: &str) -> Option<&str> {
    placeholders(value).find(|placeholder| !is_platform_placeholder(placeholder))
}

fn is_platform_placeholder(placeholder: &str) -> bool {
    let inner = placeholder.trim_start_matches("{{").trim_end_matches("}}");
    let number = inner.trim().strip_prefix("user.attribute_");
    inner.trim() == "phone_no"
        || number.is_some_and(|n| !n.is_empty() && n.bytes().all(|byte| byte.is_ascii_digit()))
}

fn without_placeholders(value: &str) -> String {
    let mut kept = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, tail)) = rest.split_once("{{") {
        let Some((_, after)) = tail.split_once("}}") else {
            break;
        };
        kept.push_str(before);
        rest = after;
    }
    kept.push_str(rest);
    kept
}

fn check_button(name: &str, value: &str, problems: &mut Vec<ParameterProblem>) {
    at_most(URL_CHARS, name, value, problems);
    let safe = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    if !without_placeholders(value).chars().all(safe) {
        let text = format!(
            "{name} ends the address of a button: only letters, digits and signs of an address may \
             stand there, write others as %XX"
        );
        problems.push(ParameterProblem::error(name, "not_url_safe", text));
    }
}

fn is_one_placeholder(value: &str) -> bool {
    let mut all = placeholders(value);
    all.next() == Some(value) && is_platform_placeholder(value)
}

/// `flow_KEY` or `flow_KEY||data_ATTRIBUTE=VALUE`, letter case as here.
fn check_payload(name: &str, value: &str, problems: &mut Vec<ParameterProblem>) {
    let mut warn = |rule, text| problems.push(ParameterProblem::warning(name, rule, text));
    let length = value.chars().count();
    if length > PAYLOAD_CHARS {
        let text =
            format!("{name} has {length} characters: above {PAYLOAD_CHARS} WhatsApp may refuse it");
        warn("too_long", text);
    }
    let Some(flow) = value.strip_prefix("flow_") else {
        let text =
            format!("{name} starts no flow: a payload that does begins with flow_ and its key");
        warn("payload_grammar", text);
        return;
    };
    let (key, data) = match flow.split_once("||") {
        Some((key, data)) => (key, Some(data)),
        None => (flow, None),
    };
    let attribute = data.map(|data| {
        data.strip_prefix("data_")
            .and_then(|data| data.split_once('='))
    });
    if let Some(Some((_, stored))) = attribute
        && !stored.contains("||")
        && stored.contains([' ', '='])
    {
        let text =
            format!("{name} stores a value with a space or `=`: check in the panel what arrives");
        warn("payload_grammar", text);
    }
    let grammatical = match attribute {
        None => true,
        Some(Some((attribute, stored))) => {
            !attribute.is_empty() && !attribute.contains("||") && !stored.contains("||")
        }
        Some(None) => false,
    };
    if key.is_empty() || key.contains('|') || !grammatical {
        let text = format!(
            "{name} is no payload the bot can read: write flow_KEY or flow_KEY||data_ATTRIBUTE=VALUE, \
             with one attribute"
        );
        problems.push(ParameterProblem::error(name, "payload_grammar", text));
    }
}

fn check_expiry(name: &str, value: &str, problems: &mut Vec<ParameterProblem>) {
    let millis = value.parse::<i64>().ok();
    if millis.is_none_or(|millis| millis < SMALLEST_MILLIS) {
        let text = format!(
            "{name} is no time: give it in milliseconds since 1970, for example 1893488400000"
        );
        problems.push(ParameterProblem::error(name, "not_a_time", text));
    }
}

#[cfg(test)]
mod tests;
