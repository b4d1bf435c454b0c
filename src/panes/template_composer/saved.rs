//! The open draft as text for the local record, so that a crash loses nothing typed.

use super::form::DraftKind;
use super::state::Draft;
use crate::contract::Library;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Version 1 of a kept draft.
#[derive(Serialize, Deserialize)]
struct Saved {
    version: u32,
    kind: DraftKind,
    #[serde(default)]
    profile: Option<String>,
    template: Option<(String, String)>,
    flow: Option<String>,
    names: BTreeMap<String, String>,
    values: BTreeMap<String, String>,
}

impl Draft {
    /// The draft as JSON text.
    pub fn to_text(&self) -> Option<String> {
        let mut values = self.kept.clone();
        for field in self.fields.iter().filter(|field| !field.id.is_choice()) {
            values.insert(field.id.name().to_owned(), field.text.text());
        }
        let saved = Saved {
            version: 1,
            kind: self.kind,
            profile: self.profile.clone(),
            template: self
                .template
                .as_ref()
                .map(|t| (t.name.clone(), t.language.clone())),
            flow: self.flow.as_ref().map(|flow| flow.name.clone()),
            names: self.names.clone(),
            values,
        };
        serde_json::to_string(&saved).ok()
    }

    /// A draft from its text; templates and flows that are gone are left out, values stay.
    pub fn from_text(text: &str, library: &Library) -> Option<Draft> {
        let saved: Saved = serde_json::from_str(text).ok()?;
        if saved.version != 1 {
            return None;
        }
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
        let mut draft = Draft {
            kind: saved.kind,
            profile: saved.profile,
            template,
            flow,
            names: saved.names,
            kept: saved.values,
            ..Draft::default()
        };
        draft.rebuild();
        Some(draft)
    }
}

#[cfg(test)]
mod tests {
    use crate::contract::Library;
    use crate::panes::template_composer::{Draft, DraftKind, FieldId};

    #[test]
    fn a_draft_survives_being_written_down() {
        let mut draft = Draft::new(DraftKind::Broadcast);
        draft.profile = Some("london-care".to_owned());
        draft.set_value(&FieldId::To, "+447700900412");
        draft.set_value(&FieldId::Text, "Two\nlines");
        let text = draft.to_text().unwrap();
        let back = Draft::from_text(&text, &Library::default()).unwrap();
        assert_eq!(back.kind, DraftKind::Broadcast);
        assert_eq!(back.profile.as_deref(), Some("london-care"));
        assert_eq!(back.value(&FieldId::Text), "Two\nlines");
        assert_eq!(back.recipients(), ["+447700900412"]);
        assert_eq!(
            Draft::from_text("{\"version\":9}", &Library::default()),
            None
        );
    }

    #[test]
    fn switching_the_kind_and_back_keeps_what_was_typed() {
        let mut draft = Draft::new(DraftKind::Broadcast);
        draft.set_value(&FieldId::Text, "typed");
        draft.kind = DraftKind::Flow;
        draft.rebuild();
        assert_eq!(draft.value(&FieldId::Text), "");
        draft.kind = DraftKind::Broadcast;
        draft.rebuild();
        assert_eq!(draft.value(&FieldId::Text), "typed");
    }
}
