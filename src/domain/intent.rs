//! What makes two calls the same message to the same person, whatever batch, title or time they
//! have. A plan holds one intent per recipient. Nothing here looks anything up.

use super::draft::SendKind;
use super::profile::BotTarget;
use super::recipient::Recipient;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// The rule of people who have the same message already, and of plans with nobody else in them.
pub const DUPLICATE: &str = "duplicate";
/// The rule of a plan from a file that went to the same template on the same day.
pub const SAME_FILE: &str = "same_file";

/// The same message to the same person by the same bot: 16 bytes of a digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Intent([u8; 16]);

impl Intent {
    /// As it is stored.
    pub fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// An intent read back from the record.
    pub fn from_stored(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

/// The same template to the same person by the same bot, whatever its values: a digest's first 64
/// bits, enough for a warning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Touch(pub i64);

impl Touch {
    /// Somebody gets the template of this name, in any language and with any values.
    pub fn of(target: &BotTarget, template: &str, recipient: &Recipient) -> Self {
        let mut meaning = Meaning::new(target, SendKind::Template);
        meaning.text(template);
        let Intent(bytes) = meaning.to(recipient);
        let first = bytes.first_chunk().copied().unwrap_or_default();
        Self(i64::from_be_bytes(first))
    }
}

/// When the same message to the same person is a twin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwinRules {
    /// How long an accepted message stands in the way of the same one.
    pub window: Duration,
    /// The same for flow starts.
    pub flow_window: Duration,
    /// How many days back the same template to the same person is worth a warning.
    pub recent_days: u32,
}

impl Default for TwinRules {
    fn default() -> Self {
        Self {
            window: Duration::from_secs(24 * 60 * 60),
            flow_window: Duration::from_secs(10 * 60),
            recent_days: 7,
        }
    }
}

impl TwinRules {
    /// The window of a kind.
    pub fn window_of(&self, kind: SendKind) -> Duration {
        match kind {
            SendKind::Flow => self.flow_window,
            SendKind::Template | SendKind::Broadcast | SendKind::CsvBroadcast => self.window,
        }
    }
}

/// What is said, as far as it is known: bot and kind first, then whatever everybody gets. The
/// profile's name, titles and times are no part of it.
#[derive(Debug, Clone)]
pub struct Meaning(Sha256);

impl Meaning {
    /// The meaning of a call of this kind by this bot.
    pub fn new(target: &BotTarget, kind: SendKind) -> Self {
        let mut meaning = Self(Sha256::new());
        meaning.text(&target.base_url);
        meaning.text(&target.customer_id);
        meaning.text(&target.bot_key);
        meaning.text(kind.word());
        meaning
    }

    /// The meaning of a template that is sent by a kind of call. No namespace and an empty one are
    /// the same.
    #[must_use]
    pub fn of_template(mut self, name: &str, language: &str, namespace: Option<&str>) -> Self {
        self.text(name);
        self.text(language);
        self.text(namespace.unwrap_or_default());
        self
    }

    /// Adds a text that everybody gets.
    pub fn text(&mut self, text: &str) {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
    }

    /// Adds JSON that everybody gets. The order of names in objects does not matter, nor does the
    /// case of types, which differs between white labels.
    pub fn json(&mut self, value: &Value) {
        match value {
            Value::Null => self.0.update(b"n"),
            Value::Bool(flag) => self.0.update([b'b', u8::from(*flag)]),
            Value::Number(number) => {
                self.0.update(b"#");
                self.text(&number.to_string());
            }
            Value::String(text) => {
                self.0.update(b"s");
                self.text(text);
            }
            Value::Array(items) => {
                self.0.update(b"[");
                self.0.update((items.len() as u64).to_le_bytes());
                for item in items {
                    self.json(item);
                }
            }
            Value::Object(entries) => self.object(entries),
        }
    }

    fn object(&mut self, entries: &Map<String, Value>) {
        self.0.update(b"{");
        self.0.update((entries.len() as u64).to_le_bytes());
        let mut sorted: Vec<(&String, &Value)> = entries.iter().collect();
        sorted.sort_unstable_by_key(|(name, _)| *name);
        for (name, value) in sorted {
            self.text(name);
            match value.as_str() {
                Some(word) if is_type(name) && word.bytes().any(|b| b.is_ascii_uppercase()) => {
                    self.0.update(b"s");
                    self.text(&word.to_ascii_lowercase());
                }
                Some(_) | None => self.json(value),
            }
        }
    }

    /// This, to somebody.
    pub fn to(&self, recipient: &Recipient) -> Intent {
        self.addressed(recipient).finish()
    }

    /// This, to somebody, with a value of their own.
    pub fn to_with(&self, recipient: &Recipient, own: &Value) -> Intent {
        let mut meaning = self.addressed(recipient);
        meaning.json(own);
        meaning.finish()
    }

    /// This, to somebody, with named texts of their own in the order of their names.
    pub fn to_with_texts<'t>(
        &self,
        recipient: &Recipient,
        own: impl IntoIterator<Item = (&'t str, &'t str)>,
    ) -> Intent {
        let mut meaning = self.addressed(recipient);
        for (name, text) in own {
            meaning.text(name);
            meaning.text(text);
        }
        meaning.finish()
    }

    fn addressed(&self, recipient: &Recipient) -> Self {
        let mut meaning = self.clone();
        let (is_platform, text) = recipient.key();
        meaning.0.update([u8::from(is_platform)]);
        meaning.text(text);
        meaning
    }

    fn finish(self) -> Intent {
        let digest: [u8; 32] = self.0.finalize().into();
        Intent(digest.first_chunk().copied().unwrap_or_default())
    }
}

fn is_type(name: &str) -> bool {
    matches!(name, "type" | "sub_type")
}

/// The meaning of a template call whose payload was written as JSON: the same as that of the form,
/// as long as nothing but the form's own names stands in it.
pub fn raw_template_intent(target: &BotTarget, recipient: &Recipient, payload: &Value) -> Intent {
    let text = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str);
    let meaning = Meaning::new(target, SendKind::Template).of_template(
        text("/name").unwrap_or_default(),
        text("/language/code").unwrap_or_default(),
        text("/namespace"),
    );
    let mut meaning = meaning.addressed(recipient);
    let components = payload.get("components");
    meaning.json(components.unwrap_or(&Value::Null));
    let known = ["name", "language", "namespace", "components"];
    let rest = payload.as_object().into_iter().flatten();
    let rest: Map<String, Value> = rest
        .filter(|(name, _)| !known.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if !rest.is_empty() {
        meaning.object(&rest);
    }
    meaning.finish()
}

#[cfg(test)]
mod tests {
    use super::{Meaning, Touch, raw_template_intent};
    use crate::domain::{BotTarget, PhoneNumber, Recipient, RecipientId, SendKind};
    use serde_json::{Value, json};

    fn target(bot: &str) -> BotTarget {
        BotTarget {
            base_url: "https://api.fern-and-oak.example".to_owned(),
            customer_id: "99001".to_owned(),
            bot_key: bot.to_owned(),
        }
    }

    fn sara() -> Recipient {
        PhoneNumber::from_digits("447700900412").unwrap().into()
    }

    fn care(bot: &str, value: &str) -> super::Intent {
        let meaning = Meaning::new(&target(bot), SendKind::Template);
        let meaning = meaning.of_template("care", "en", None);
        meaning.to_with(&sara(), &body(value))
    }

    fn body(value: &str) -> Value {
        json!([{ "type": "body", "parameters": [{ "type": "text", "text": value }] }])
    }

    #[test]
    fn bot_person_words_and_values_make_an_intent_and_nothing_else_does() {
        assert_eq!(care("aa", "Mon"), care("aa", "Mon"));
        assert_ne!(care("aa", "Mon"), care("aa", "Tue"));
        assert_ne!(care("aa", "Mon"), care("bb", "Mon"));
        let tom: Recipient = PhoneNumber::from_digits("447700900118").unwrap().into();
        let meaning = Meaning::new(&target("aa"), SendKind::Template);
        let named = |name: &str, language: &str, namespace| {
            let meaning = meaning.clone().of_template(name, language, namespace);
            meaning.to_with(&sara(), &body("Mon"))
        };
        assert_eq!(named("care", "en", Some("")), care("aa", "Mon"));
        assert_ne!(named("care", "de", None), care("aa", "Mon"));
        assert_ne!(named("care", "en", Some("x")), care("aa", "Mon"));
        assert_ne!(meaning.to(&sara()), meaning.to(&tom));
        let flow = Meaning::new(&target("aa"), SendKind::Flow);
        assert_ne!(meaning.to(&sara()), flow.to(&sara()));
    }

    #[test]
    fn the_same_json_in_another_order_or_case_is_the_same() {
        let with = |text: &str| {
            let mut meaning = Meaning::new(&target("aa"), SendKind::Broadcast);
            meaning.json(&serde_json::from_str(text).unwrap());
            meaning.to(&sara())
        };
        let one = with(r#"{"type":"direct","content":[{"a":1,"b":"Hi"}]}"#);
        assert_eq!(
            one,
            with(r#"{"content":[{"b":"Hi","a":1}],"type":"DIRECT"}"#)
        );
        assert_ne!(
            one,
            with(r#"{"content":[{"b":"HI","a":1}],"type":"direct"}"#)
        );
        assert_ne!(with("[[1],2]"), with("[[1,2]]"));
        assert_ne!(with(r#"["1"]"#), with("[1]"));
    }

    #[test]
    fn numbers_and_channel_ids_of_the_same_digits_are_one_person_platform_ids_are_not() {
        let id = || RecipientId::read("447700900412").unwrap();
        let meaning = Meaning::new(&target("aa"), SendKind::Broadcast);
        let phone = meaning.to(&sara());
        assert_eq!(phone, meaning.to(&Recipient::ChannelUser(id())));
        assert_ne!(phone, meaning.to(&Recipient::PlatformUser(id())));
    }

    #[test]
    fn a_payload_written_as_json_is_a_twin_of_the_form() {
        let payload = json!({
            "components": body("Mon"),
            "name": "care",
            "language": { "policy": "deterministic", "code": "en" },
        });
        let raw = |payload: &Value| raw_template_intent(&target("aa"), &sara(), payload);
        assert_eq!(raw(&payload), care("aa", "Mon"));
        let mut more = payload.clone();
        more["extra"] = json!(true);
        assert_ne!(raw(&more), care("aa", "Mon"));
    }

    #[test]
    fn a_touch_is_of_the_template_alone() {
        let touch = |name: &str| Touch::of(&target("aa"), name, &sara());
        assert_eq!(touch("care"), touch("care"));
        assert_ne!(touch("care"), touch("hours"));
    }
}
