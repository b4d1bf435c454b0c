//! What one version of a template has to do with another: what people gave the last one goes on to
//! the next, and what changed between two can be read. It decides nothing about sending.

use super::{ParameterKind, Template, Wording, carry_over};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;

/// A version of a template, also one that is no longer in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateVersion {
    /// The template as this version has it.
    pub template: Template,
    /// When it came.
    pub added: Timestamp,
    /// When it was taken out of the library, if it was.
    pub removed: Option<Timestamp>,
}

/// One thing that differs between two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is: `value 2 order`, `body text`, `components[0].type`.
    pub what: String,
    /// What stood there in the older one, if anything.
    pub before: Option<String>,
    /// What stands there in the newer one, if anything.
    pub after: Option<String>,
}

impl Template {
    /// This template with the labels, fallbacks, note, category and words of an older version, where
    /// it has none of its own and the places are still the same; see [`carry_over`].
    #[must_use]
    pub fn inheriting(self, older: &Template) -> Self {
        carry_over(older, &self)
    }

    /// The template without the values its import was made with: they may be those of a person.
    /// Equal samples stay equal, because a code that stands in text and button is known by that.
    #[must_use]
    pub fn without_samples(mut self) -> Self {
        let mut seen: Vec<String> = Vec::new();
        let open = self.parameters.iter().filter(|one| one.default.is_none());
        for place in open {
            let Some(slot) = self.components.pointer_mut(&place.pointer) else {
                continue;
            };
            if let Value::String(sample) = slot
                && !sample.is_empty()
            {
                let known = seen.iter().position(|one| one == sample);
                let number = known.unwrap_or(seen.len());
                if known.is_none() {
                    seen.push(std::mem::take(sample));
                }
                *sample = format!("sample {}", number + 1);
            } else if slot.is_number() {
                *slot = Value::from(0);
            }
        }
        self
    }

    /// What differs from an older version to this one, in the order in which a person would look:
    /// the places, the words, the rest of the payload, what staff noted. Samples do not count.
    pub fn changes_since(&self, older: &Template) -> Vec<Change> {
        let mut changes = Changes::default();
        changes.text(
            "namespace",
            older.namespace.as_deref(),
            self.namespace.as_deref(),
        );
        changes.places(older, self);
        changes.wording(&older.wording, &self.wording);
        changes.components(older, self);
        changes.text(
            "category",
            older.category.as_deref(),
            self.category.as_deref(),
        );
        changes.text("note", Some(&older.note), Some(&self.note));
        changes.found
    }
}

#[derive(Debug, Default)]
struct Changes {
    found: Vec<Change>,
}

impl Changes {
    /// Notes a difference; an empty text is none.
    fn text(&mut self, what: &str, before: Option<&str>, after: Option<&str>) {
        let own = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        let (before, after) = (own(before), own(after));
        if before != after {
            self.found.push(Change {
                what: what.to_owned(),
                before,
                after,
            });
        }
    }

    fn places(&mut self, older: &Template, newer: &Template) {
        for place in &newer.parameters {
            let what = format!("value {}", place.name);
            let Some(before) = older.parameters.iter().find(|one| one.name == place.name) else {
                self.text(&what, None, Some(kind_in_words(place.kind)));
                continue;
            };
            let kinds = (kind_in_words(before.kind), kind_in_words(place.kind));
            self.text(&what, Some(kinds.0), Some(kinds.1));
            let mut detail = |word: &str, before: &Option<String>, after: &Option<String>| {
                let what = format!("{what} {word}");
                self.text(&what, before.as_deref(), after.as_deref());
            };
            detail("keeps", &before.default, &place.default);
            detail("label", &before.label, &place.label);
            detail("fallback", &before.fallback, &place.fallback);
        }
        for place in &older.parameters {
            if !newer.parameters.iter().any(|one| one.name == place.name) {
                let what = format!("value {}", place.name);
                self.text(&what, Some(kind_in_words(place.kind)), None);
            }
        }
    }

    fn wording(&mut self, older: &Wording, newer: &Wording) {
        let (before, after) = (words(older), words(newer));
        for what in united(&before, &after) {
            let of = |words: &BTreeMap<String, String>| words.get(what).cloned();
            self.text(what, of(&before).as_deref(), of(&after).as_deref());
        }
    }

    fn components(&mut self, older: &Template, newer: &Template) {
        let (before, after) = (leaves(older), leaves(newer));
        for what in united(&before, &after) {
            let of = |leaves: &BTreeMap<String, String>| leaves.get(what).cloned();
            let shown = format!("components{what}");
            self.text(&shown, of(&before).as_deref(), of(&after).as_deref());
        }
    }
}

fn united<'a>(
    left: &'a BTreeMap<String, String>,
    right: &'a BTreeMap<String, String>,
) -> impl Iterator<Item = &'a String> {
    let keys: std::collections::BTreeSet<&String> = left.keys().chain(right.keys()).collect();
    keys.into_iter()
}

/// The words of a template, each under what a person calls it.
fn words(wording: &Wording) -> BTreeMap<String, String> {
    let mut words = BTreeMap::new();
    let mut put = |what: String, text: Option<&String>| {
        if let Some(text) = text {
            words.insert(what, text.clone());
        }
    };
    put("header text".to_owned(), wording.header.as_ref());
    put("body text".to_owned(), wording.body.as_ref());
    put("footer text".to_owned(), wording.footer.as_ref());
    for (at, button) in wording.buttons.iter().enumerate() {
        put(format!("button {at} label"), Some(&button.label));
        put(format!("button {at} target"), button.target.as_ref());
    }
    for (at, card) in wording.cards.iter().enumerate() {
        put(format!("card {at} text"), card.body.as_ref());
        for (button, words) in card.buttons.iter().enumerate() {
            let what = format!("card {at} button {button} label");
            put(what, Some(&words.label));
        }
    }
    words
}

/// Every text, number and truth of the payload that is not the sample of a place, by its path.
fn leaves(template: &Template) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![(&template.components, String::new(), String::new())];
    let sample = |pointer: &str| template.parameters.iter().any(|one| one.pointer == pointer);
    while let Some((value, pointer, path)) = open.pop() {
        match value {
            Value::Array(entries) => open.extend(entries.iter().enumerate().map(|(at, entry)| {
                let pointer = format!("{pointer}/{at}");
                (entry, pointer, format!("{path}[{at}]"))
            })),
            Value::Object(entries) => open.extend(entries.iter().map(|(key, entry)| {
                let escaped = key.replace('~', "~0").replace('/', "~1");
                let pointer = format!("{pointer}/{escaped}");
                (entry, pointer, format!("{path}.{key}"))
            })),
            _ if sample(&pointer) => {}
            Value::String(text) => {
                found.insert(path, text.clone());
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {
                found.insert(path, value.to_string());
            }
        }
    }
    found
}

/// A kind of place in the words of people.
pub fn kind_in_words(kind: ParameterKind) -> &'static str {
    use crate::domain::MediaKind;
    match kind {
        ParameterKind::Text => "text",
        ParameterKind::HeaderText => "header text",
        ParameterKind::MediaLink(MediaKind::Image) => "picture link",
        ParameterKind::MediaLink(MediaKind::Video) => "video link",
        ParameterKind::MediaLink(MediaKind::Document) => "document link",
        ParameterKind::MediaLink(MediaKind::Audio) => "sound link",
        ParameterKind::FileName => "file name",
        ParameterKind::Location => "part of the location",
        ParameterKind::ButtonText => "button text",
        ParameterKind::Coupon => "coupon code",
        ParameterKind::Payload => "quick reply payload",
        ParameterKind::OfferExpiry => "end of the offer",
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::Template;
    use crate::domain::template::import_json;

    fn template(body: &str, link: &str) -> Template {
        let text = format!(
            r#"{{"name": "care", "language": {{"code": "en"}}, "components": [
            {{"type": "header", "parameters": [{{"type": "image", "image": {{"link": "{link}"}}}}]}},
            {{"type": "body", "parameters": [{body}]}}]}}"#
        );
        import_json(&text).unwrap().template
    }

    const ANA: &str = r#"{"type": "text", "text": "Ana"}"#;
    const DOOR: &str = "https://img.fernoak.example/door.jpg";

    fn said(newer: &Template, older: &Template) -> Vec<String> {
        let changes = newer.changes_since(older);
        let line = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let lines = changes
            .iter()
            .map(|one| format!("{}: {} > {}", one.what, line(&one.before), line(&one.after)));
        lines.collect()
    }

    #[test]
    fn a_new_version_keeps_what_people_gave_the_last_one() {
        let mut older = template(ANA, DOOR);
        older.note = "only for owners of oak".to_owned();
        older.wording.body = Some("Hello {{1}}".to_owned());
        for place in &mut older.parameters {
            place.label = Some(format!("label of {}", place.name));
            place.fallback = Some("there".to_owned());
        }
        let newer = template(ANA, "https://img.fernoak.example/oil.jpg").inheriting(&older);
        assert_eq!(newer.note, older.note);
        assert_eq!(newer.wording, older.wording);
        let labels: Vec<_> = newer.parameters.iter().map(|one| &one.label).collect();
        let before: Vec<_> = older.parameters.iter().map(|one| &one.label).collect();
        assert_eq!(labels, before);

        let two = format!("{ANA}, {ANA}");
        let longer = template(&two, DOOR).inheriting(&older);
        assert_eq!(
            longer.wording.body, None,
            "its words are those of one place"
        );
        assert!(
            longer.parameter_named("label of 1").is_none(),
            "the new place may stand in front"
        );
        let link = longer.parameter_named("label of header.link").unwrap();
        assert_eq!(link.name, "header.link");
    }

    #[test]
    fn no_label_is_inherited_twice() {
        let mut older = template(&format!("{ANA}, {ANA}"), DOOR);
        let mut newer = older.clone();
        for (template, name) in [(&mut older, "1"), (&mut newer, "2")] {
            for place in &mut template.parameters {
                place.label = (place.name == name).then(|| "customer".to_owned());
            }
        }
        let newer = newer.inheriting(&older);
        assert_eq!(newer.parameter_named("1").unwrap().label, None);
        assert_eq!(newer.parameter_named("customer").unwrap().name, "2");
    }

    #[test]
    fn samples_leave_and_equal_ones_stay_equal() {
        let body = format!(r#"{ANA}, {{"type": "text", "text": "88213"}}, {ANA}"#);
        let clean = template(&body, DOOR).without_samples();
        let texts: Vec<_> = (0..3)
            .map(|at| {
                let pointer = format!("/1/parameters/{at}/text");
                clean.components.pointer(&pointer).unwrap().clone()
            })
            .collect();
        assert_eq!(texts, ["sample 1", "sample 2", "sample 1"]);
        assert!(
            clean.components.to_string().contains(DOOR),
            "a default stays"
        );
        assert_eq!(clean.clone().without_samples(), clean);
    }

    #[test]
    fn what_changed_is_said_in_words_and_samples_do_not_count() {
        let older = template(ANA, DOOR);
        let same = template(r#"{"type": "text", "text": "Bo"}"#, DOOR);
        assert_eq!(said(&same, &older), [] as [String; 0]);

        let mut newer = template(
            &format!("{ANA}, {ANA}"),
            "https://img.fernoak.example/o.jpg",
        );
        newer.wording.body = Some("Hello {{1}}".to_owned());
        newer.note = "new".to_owned();
        assert_eq!(
            said(&newer, &older),
            [
                "value header.link keeps: https://img.fernoak.example/door.jpg > https://img.fernoak.example/o.jpg",
                "value 2: - > text",
                "body text: - > Hello {{1}}",
                "components[1].parameters[1].type: - > text",
                "note: - > new",
            ]
        );
        assert_eq!(
            said(&older, &newer).first().map(String::as_str),
            Some(
                "value header.link keeps: https://img.fernoak.example/o.jpg > https://img.fernoak.example/door.jpg"
            )
        );
    }
}
