//! The template registry of the sandbox and the checks a request must pass.
//!
//! Pure: a payload goes in, the filled text or the list of refusals comes out. It must not know
//! users, sockets or how an answer looks.

use serde::Deserialize;
use serde_json::Value;

use super::answer::Refused;
use super::examples::EXAMPLE_TEMPLATES;

const BODY_LIMIT: usize = 1024;
const CODE_LIMIT: usize = 15;
const PAYLOAD_LIMIT: usize = 128;
const MISSING: i64 = 131_008;
const INVALID: i64 = 131_009;
const COUNT: i64 = 132_000;
const UNKNOWN: i64 = 132_001;
const LONG: i64 = 132_005;
const FORMAT: i64 = 132_012;
const WHITESPACE: i64 = 132_018;

#[derive(Debug, Clone, Deserialize)]
struct Template {
    name: String,
    language: String,
    #[serde(default)]
    offer: bool,
    #[serde(default)]
    cards: Vec<Face>,
    #[serde(flatten)]
    face: Face,
}

/// What a template and a carousel card have in common.
#[derive(Debug, Clone, Deserialize)]
struct Face {
    header: Option<Header>,
    body: String,
    #[serde(default)]
    buttons: Vec<Button>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Header {
    Text { text: String },
    Image,
    Video,
    Document,
}

impl Header {
    fn word(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Image => "image",
            Self::Video => "video",
            Self::Document => "document",
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
struct Button {
    kind: ButtonKind,
    url: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ButtonKind {
    QuickReply,
    Url,
    Otp,
    CopyCode,
    Phone,
}

impl Button {
    /// The `sub_type` a request uses for it; none for a button without parameters.
    fn sub_type(&self) -> Option<&'static str> {
        match self.kind {
            ButtonKind::QuickReply => Some("quick_reply"),
            ButtonKind::Url | ButtonKind::Otp => self
                .url
                .as_ref()
                .filter(|url| url.contains("{{"))
                .map(|_| "url"),
            ButtonKind::CopyCode => Some("copy_code"),
            ButtonKind::Phone => None,
        }
    }

    /// A quick reply may be left out; then the tap returns the label.
    fn is_optional(&self) -> bool {
        self.kind == ButtonKind::QuickReply
    }
}

/// What an accepted template says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filled {
    pub(super) text: String,
    /// Whether a link in it cannot be fetched: accepted all the same, and never arrives.
    pub(super) unreachable_media: bool,
}

/// The templates the platform knows.
#[derive(Debug, Clone)]
pub(super) struct Registry(Vec<Template>);

impl Registry {
    /// Reads the registry that is part of the program.
    pub(super) fn embedded() -> Result<Self, serde_json::Error> {
        serde_json::from_str(EXAMPLE_TEMPLATES).map(Self)
    }

    /// Checks the `payload` of a template request and fills the body text.
    pub(super) fn check(&self, payload: &Value) -> Result<Filled, Vec<Refused>> {
        let name = text_at(payload, "/name");
        let language = text_at(payload, "/language/code");
        let found = self
            .0
            .iter()
            .find(|one| one.name == name && one.language == language);
        let Some(template) = found else {
            let details = format!("template name ({name}) does not exist in {language}");
            return Err(vec![Refused::new(UNKNOWN, details)]);
        };
        let components = list_at(payload, "components");
        let mut check = Check::default();
        check.component_types(components);
        let text = check.face(&template.face, components, "");
        check.offer(template.offer, components);
        check.cards(&template.cards, components);
        if check.refused.is_empty() {
            Ok(Filled {
                text,
                unreachable_media: check.unreachable_media,
            })
        } else {
            Err(check.refused)
        }
    }
}

fn text_at<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn list_at<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

fn kind_of(value: &Value) -> String {
    text_at(value, "/type").to_ascii_lowercase()
}

fn component<'a>(components: &'a [Value], kind: &str) -> Option<&'a Value> {
    components.iter().find(|one| kind_of(one) == kind)
}

fn index_of(value: &Value, key: &str) -> Option<usize> {
    match value.get(key)? {
        Value::Number(number) => number
            .as_u64()
            .and_then(|number| usize::try_from(number).ok()),
        Value::String(text) => text.parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The placeholder names of a text, each once, in order.
fn placeholders(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    for piece in text.split("{{").skip(1) {
        if let Some((name, _)) = piece.split_once("}}")
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

#[derive(Default)]
struct Check {
    refused: Vec<Refused>,
    unreachable_media: bool,
}

impl Check {
    fn refuse(&mut self, code: i64, details: impl Into<String>) {
        self.refused.push(Refused::new(code, details));
    }

    fn count(&mut self, place: &str, got: usize, wanted: usize) {
        let details = format!(
            "{place}: number of localizable_params ({got}) does not match the expected number \
             of params ({wanted})"
        );
        self.refuse(COUNT, details);
    }

    fn component_types(&mut self, components: &[Value]) {
        for one in components {
            let kind = kind_of(one);
            let known = ["header", "body", "button", "limited_time_offer", "carousel"];
            if !known.contains(&kind.as_str()) {
                self.refuse(INVALID, format!("component type \"{kind}\" is not known"));
            }
        }
    }

    /// Header, body and buttons; returns the filled body.
    fn face(&mut self, face: &Face, components: &[Value], place: &str) -> String {
        self.header(face.header.as_ref(), components, place);
        let given = component(components, "body").map_or(&[][..], |one| list_at(one, "parameters"));
        let text = self.text(&face.body, given, &format!("{place}body"));
        if text.chars().count() > BODY_LIMIT {
            self.refuse(
                LONG,
                format!("{place}body: translated text is over 1024 characters"),
            );
        }
        self.buttons(&face.buttons, components, place);
        text
    }

    fn header(&mut self, header: Option<&Header>, components: &[Value], place: &str) {
        let given =
            component(components, "header").map_or(&[][..], |one| list_at(one, "parameters"));
        let place = format!("{place}header");
        let Some(header) = header else {
            if !given.is_empty() {
                self.count(&place, given.len(), 0);
            }
            return;
        };
        if let Header::Text { text } = header {
            self.text(text, given, &place);
            return;
        }
        let wanted = header.word();
        let got = given.first().map_or_else(|| "nothing".to_owned(), kind_of);
        if got != wanted {
            self.refuse(
                FORMAT,
                format!("{place}: format mismatch, expected {wanted}, got {got}"),
            );
            return;
        }
        if given.len() != 1 {
            self.count(&place, given.len(), 1);
        }
        let link = given
            .first()
            .map_or("", |one| text_at(one, &format!("/{wanted}/link")));
        let id = given
            .first()
            .map_or("", |one| text_at(one, &format!("/{wanted}/id")));
        if link.is_empty() && id.is_empty() {
            self.refuse(
                MISSING,
                format!("{place}: {wanted} has neither link nor id"),
            );
        }
        self.unreachable_media |= id.is_empty() && !link.starts_with("https://");
    }

    /// The text parameters of one place; returns the text filled in.
    fn text(&mut self, pattern: &str, given: &[Value], place: &str) -> String {
        let wanted = placeholders(pattern);
        if given.len() != wanted.len() {
            self.count(place, given.len(), wanted.len());
            return pattern.to_owned();
        }
        let named = wanted.iter().any(|name| name.parse::<u32>().is_err());
        let mut filled = pattern.to_owned();
        for (position, parameter) in given.iter().enumerate() {
            let name = if named {
                text_at(parameter, "/parameter_name").to_owned()
            } else {
                (position + 1).to_string()
            };
            if !wanted.contains(&name.as_str()) {
                self.refuse(
                    FORMAT,
                    format!("{place}: parameter_name \"{name}\" is not expected"),
                );
                continue;
            }
            if let Some(value) = self.text_value(parameter, &format!("{place} {name}")) {
                filled = filled.replace(&format!("{{{{{name}}}}}"), value);
            }
        }
        filled
    }

    fn text_value<'a>(&mut self, parameter: &'a Value, place: &str) -> Option<&'a str> {
        let kind = kind_of(parameter);
        if kind != "text" {
            self.refuse(
                FORMAT,
                format!("{place}: format mismatch, expected text, got {kind}"),
            );
            return None;
        }
        let value = parameter
            .get("text")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if value.trim().is_empty() {
            self.refuse(
                MISSING,
                format!("{place}: parameter of type text is missing text value"),
            );
        } else if value.contains(['\n', '\r', '\t']) || value.contains("     ") {
            let details = "cannot have new-line/tab characters or more than 4 consecutive spaces";
            self.refuse(WHITESPACE, format!("{place}: param text {details}"));
        }
        Some(value)
    }

    fn buttons(&mut self, buttons: &[Button], components: &[Value], place: &str) {
        let given: Vec<_> = components
            .iter()
            .filter(|one| kind_of(one) == "button")
            .collect();
        for one in &given {
            let known = index_of(one, "index").and_then(|index| buttons.get(index));
            let Some(wanted) = known.and_then(Button::sub_type) else {
                self.count(&format!("{place}buttons"), given.len(), dynamic(buttons));
                continue;
            };
            let got = text_at(one, "/sub_type").to_ascii_lowercase();
            if got == wanted {
                self.button(wanted, one, place);
            } else {
                let details = format!("{place}buttons: expected sub_type {wanted}, got \"{got}\"");
                self.refuse(FORMAT, details);
            }
        }
        let missing = buttons.iter().enumerate().any(|(index, button)| {
            button.sub_type().is_some()
                && !button.is_optional()
                && !given
                    .iter()
                    .any(|one| index_of(one, "index") == Some(index))
        });
        if missing {
            self.count(&format!("{place}buttons"), given.len(), dynamic(buttons));
        }
    }

    fn button(&mut self, sub_type: &str, given: &Value, place: &str) {
        let place = format!("{place}buttons: {sub_type}");
        let [parameter] = list_at(given, "parameters") else {
            self.count(&place, list_at(given, "parameters").len(), 1);
            return;
        };
        match sub_type {
            "url" => {
                self.text_value(parameter, &place);
            }
            "copy_code" => self.limited(parameter, "coupon_code", CODE_LIMIT, &place),
            _ => self.limited(parameter, "payload", PAYLOAD_LIMIT, &place),
        }
    }

    fn limited(&mut self, parameter: &Value, key: &str, limit: usize, place: &str) {
        let kind = kind_of(parameter);
        if kind != key {
            self.refuse(
                FORMAT,
                format!("{place}: format mismatch, expected {key}, got {kind}"),
            );
            return;
        }
        let value = text_at(parameter, &format!("/{key}"));
        if value.is_empty() {
            self.refuse(MISSING, format!("{place}: {key} is missing"));
        } else if value.chars().count() > limit {
            self.refuse(
                INVALID,
                format!("{place}: {key} is over {limit} characters"),
            );
        }
    }

    fn offer(&mut self, wanted: bool, components: &[Value]) {
        let given = component(components, "limited_time_offer");
        match (wanted, given) {
            (false, None) => {}
            (false, Some(_)) => self.count("limited_time_offer", 1, 0),
            (true, None) => self.count("limited_time_offer", 0, 1),
            (true, Some(one)) => {
                let time = list_at(one, "parameters")
                    .first()
                    .and_then(|first| first.pointer("/limited_time_offer/expiration_time_ms"));
                if time.and_then(Value::as_i64).is_none() {
                    let details = "limited_time_offer: expiration_time_ms is not a number";
                    self.refuse(FORMAT, details);
                }
            }
        }
    }

    fn cards(&mut self, wanted: &[Face], components: &[Value]) {
        let given = component(components, "carousel").map_or(&[][..], |one| list_at(one, "cards"));
        if given.len() != wanted.len() {
            self.count("carousel cards", given.len(), wanted.len());
            return;
        }
        for (position, card) in given.iter().enumerate() {
            let index = index_of(card, "card_index").unwrap_or(position);
            let place = format!("card {index} ");
            match wanted.get(index) {
                Some(face) => {
                    self.face(face, list_at(card, "components"), &place);
                }
                None => self.refuse(FORMAT, format!("{place}does not exist")),
            }
        }
    }
}

fn dynamic(buttons: &[Button]) -> usize {
    buttons
        .iter()
        .filter(|button| button.sub_type().is_some())
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn placeholders_are_listed_once_in_order() {
        assert_eq!(placeholders("{{2}} and {{1}} and {{2}} {{open"), ["2", "1"]);
    }

    #[test]
    fn named_parameters_may_come_in_any_order() {
        let payload = json!({
            "name": "welcome_named", "language": { "code": "en" },
            "components": [ { "type": "body", "parameters": [
                { "type": "text", "parameter_name": "adviser", "text": "Ivy" },
                { "type": "text", "parameter_name": "first_name", "text": "Tom" } ] } ],
        });
        let filled = Registry::embedded().unwrap().check(&payload).unwrap();
        assert!(
            filled
                .text
                .starts_with("Welcome to Fern & Oak, Tom. Your adviser is Ivy,")
        );
    }
}
