//! A draft as text for the local record, so that a crash loses nothing typed.

use super::form::{Choices, DraftKind, FieldId};
use super::people_table::{PeopleTable, SavedTable};
use super::person::Person;
use super::state::Draft;
use crate::contract::Library;
use crate::domain::WaitWish;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The newest form of a kept draft.
const VERSION: u32 = 2;

/// A kept draft. Version 1 knew one name for each value and only the names of people.
#[derive(Serialize, Deserialize)]
struct Saved {
    version: u32,
    kind: DraftKind,
    #[serde(default)]
    choices: Choices,
    #[serde(default)]
    profile: Option<String>,
    template: Option<(String, String)>,
    flow: Option<String>,
    #[serde(default)]
    names: BTreeMap<String, String>,
    #[serde(default)]
    people: BTreeMap<String, Person>,
    #[serde(default)]
    table: SavedTable,
    #[serde(default)]
    waits: WaitWish,
    values: BTreeMap<String, String>,
}

impl Draft {
    /// The draft as JSON text.
    pub fn to_text(&self) -> Option<String> {
        let saved = Saved {
            version: VERSION,
            kind: self.kind,
            choices: self.choices,
            profile: self.profile.clone(),
            template: self
                .template
                .as_ref()
                .map(|t| (t.name.clone(), t.language.clone())),
            flow: self.flow.as_ref().map(|flow| flow.name.clone()),
            names: BTreeMap::new(),
            people: self.people.clone(),
            table: self.table.to_saved(),
            waits: self.waits,
            values: self.values(),
        };
        serde_json::to_string(&saved).ok()
    }

    /// A draft from its text; templates and flows that are gone are left out, values stay. `None`
    /// where another version of the program wrote it.
    pub fn from_text(id: &str, text: &str, library: &Library) -> Option<Draft> {
        let saved: Saved = serde_json::from_str(text).ok()?;
        let kept = match saved.version {
            1 => keys_of_version_1(&saved.values),
            VERSION => saved.values,
            _ => return None,
        };
        let template = saved.template.and_then(|(name, language)| {
            library
                .templates
                .iter()
                .find(|t| t.name == name && t.language == language)
                .cloned()
        });
        let flow = saved
            .flow
            .and_then(|name| library.flows.iter().find(|flow| flow.name == name).cloned());
        let named = saved.names.into_iter().map(|(digits, name)| {
            let person = Person {
                name: Some(name),
                ..Person::default()
            };
            (digits, person)
        });
        let mut draft = Draft {
            id: id.to_owned(),
            kind: saved.kind,
            choices: saved.choices,
            profile: saved.profile,
            template,
            flow,
            people: named.chain(saved.people).collect(),
            table: PeopleTable::from_saved(saved.table),
            waits: saved.waits,
            kept,
            ..Draft::default()
        };
        draft.rebuild();
        Some(draft)
    }
}

fn keys_of_version_1(values: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut kept = BTreeMap::new();
    for (name, value) in values {
        let ids = match name.as_str() {
            "to" => vec![FieldId::To],
            "title" => vec![FieldId::Title],
            "text" => vec![FieldId::Text(0)],
            "when" => vec![FieldId::When],
            other => vec![
                FieldId::Parameter(other.to_owned()),
                FieldId::Attribute(other.to_owned()),
            ],
        };
        kept.extend(ids.into_iter().map(|id| (id.key(), value.clone())));
    }
    kept
}

#[cfg(test)]
mod tests {
    use crate::contract::Library;
    use crate::panes::template_composer::{Draft, DraftKind, FieldId};

    fn draft(kind: DraftKind) -> Draft {
        Draft::new("a".to_owned(), kind)
    }

    #[test]
    fn a_draft_survives_being_written_down() {
        let mut written = draft(DraftKind::Broadcast);
        written.profile = Some("london-care".to_owned());
        written.choices.exact_title = true;
        written.set_value(&FieldId::To, "+447700900412");
        written.set_value(&FieldId::Text(0), "Two\nlines");
        written.rebuild();
        written.set_value(&FieldId::Text(1), "and another");
        let text = written.to_text().unwrap();
        let back = Draft::from_text("a", &text, &Library::default()).unwrap();
        assert_eq!(back.kind, DraftKind::Broadcast);
        assert_eq!(back.profile.as_deref(), Some("london-care"));
        assert!(back.choices.exact_title);
        assert_eq!(back.value(&FieldId::Text(0)), "Two\nlines");
        assert_eq!(back.value(&FieldId::Text(1)), "and another");
        assert_eq!(back.value(&FieldId::Text(2)), "", "one more waits");
        assert_eq!(back.recipients(), ["+447700900412"]);
        let newer = Draft::from_text("a", "{\"version\":9}", &Library::default());
        assert_eq!(newer, None);
    }

    #[test]
    fn a_draft_of_the_version_before_is_read() {
        let text = r#"{"version":1,"kind":"broadcast","template":null,"flow":null,
            "names":{"447700900412":"Sara"},
            "values":{"to":"+447700900412","text":"Hello","title":"Hours","1":"x"}}"#;
        let back = Draft::from_text("dashboard", text, &Library::default()).unwrap();
        assert_eq!(back.value(&FieldId::Title), "Hours");
        assert_eq!(back.value(&FieldId::Text(0)), "Hello");
        assert_eq!(back.to_words(), "Sara  +44 7700 900412");
    }

    #[test]
    fn switching_the_kind_and_back_keeps_what_was_typed() {
        let mut draft = draft(DraftKind::Broadcast);
        draft.set_value(&FieldId::Text(0), "typed");
        draft.kind = DraftKind::Flow;
        draft.rebuild();
        assert_eq!(draft.value(&FieldId::Text(0)), "");
        draft.kind = DraftKind::Broadcast;
        draft.rebuild();
        assert_eq!(draft.value(&FieldId::Text(0)), "typed");
    }

    #[test]
    fn gaps_between_texts_close() {
        let mut draft = draft(DraftKind::Broadcast);
        for (at, text) in ["one", "two", "three"].into_iter().enumerate() {
            draft.set_value(&FieldId::Text(at), text);
            assert!(draft.wants_rebuild());
            draft.rebuild();
        }
        draft.set_value(&FieldId::Text(1), "");
        assert!(draft.wants_rebuild());
        draft.rebuild();
        assert_eq!(draft.value(&FieldId::Text(1)), "three");
        assert!(!draft.wants_rebuild());
        let texts = draft
            .fields
            .iter()
            .filter(|f| matches!(f.id, FieldId::Text(_)));
        assert_eq!(texts.count(), 3, "two and the one that waits");
    }
}
