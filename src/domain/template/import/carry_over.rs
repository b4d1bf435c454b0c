//! What stays when a template is imported again: names, fallbacks, words and notes that people gave
//! or another form of the template told, as far as its places are still the same.

use crate::domain::template::{CardWording, ParameterKind, Template, TemplateParameter, Wording};
use std::collections::{HashMap, HashSet};

/// The newly imported template with what the library knew of the old one. What the new one says
/// itself always wins; a place gets nothing from a place that may mean something else.
#[must_use]
pub fn carry_over(old: &Template, new: &Template) -> Template {
    let mut kept = new.clone();
    let (texts_before, texts_now) = (texts(old), texts(new));
    let before: HashMap<&str, &TemplateParameter> = old
        .parameters
        .iter()
        .map(|one| (one.name.as_str(), one))
        .collect();
    for parameter in &mut kept.parameters {
        let part = part_of(parameter);
        let same_texts = texts_before.get(part) == texts_now.get(part);
        let found = before
            .get(parameter.name.as_str())
            .filter(|one| one.kind == parameter.kind)
            .filter(|_| parameter.kind != ParameterKind::Text || same_texts);
        let Some(before) = found else { continue };
        if parameter.label.is_none() {
            parameter.label.clone_from(&before.label);
        }
        if parameter.fallback.is_none() {
            parameter.fallback.clone_from(&before.fallback);
        }
        if before.default.is_some() && is_weak(new, parameter) {
            parameter.default.clone_from(&before.default);
        }
    }
    drop_taken_labels(&mut kept, new);
    if kept.wording == Wording::default() {
        kept.wording = wording(old, &kept);
    }
    kept.namespace = kept.namespace.or_else(|| old.namespace.clone());
    kept.category = kept.category.or_else(|| old.category.clone());
    if kept.note.is_empty() {
        kept.note.clone_from(&old.note);
    }
    kept
}

/// A label the old one had may be the name, or the new label, of another place of the new one.
fn drop_taken_labels(kept: &mut Template, new: &Template) {
    let names = new.parameters.iter().map(|one| one.name.to_lowercase());
    let labels = new.parameters.iter().filter_map(|one| one.label.as_ref());
    let taken: HashSet<String> = names
        .chain(labels.map(|label| label.to_lowercase()))
        .collect();
    for (parameter, own) in kept.parameters.iter_mut().zip(&new.parameters) {
        let carried = parameter.label.take_if(|_| own.label.is_none());
        if let Some(label) = carried.filter(|label| !taken.contains(&label.to_lowercase())) {
            parameter.label = Some(label);
        }
    }
}

/// The names of the texts of each part: the body, or a card. Texts stand for the same only if all
/// of their part are still there: a body with one more place may have it in front.
fn texts(template: &Template) -> HashMap<&str, Vec<&str>> {
    let mut texts: HashMap<&str, Vec<&str>> = HashMap::new();
    for one in &template.parameters {
        if one.kind == ParameterKind::Text {
            texts.entry(part_of(one)).or_default().push(&one.name);
        }
    }
    texts
}

/// `card.2` for a place of a card, empty for others.
fn part_of(parameter: &TemplateParameter) -> &str {
    let Some(rest) = parameter.name.strip_prefix("card.") else {
        return "";
    };
    let end = rest
        .find('.')
        .map_or(parameter.name.len(), |dot| dot + "card.".len());
    parameter.name.get(..end).unwrap_or("")
}

/// Whether a place has no value of its own, or only the label of its quick reply.
fn is_weak(template: &Template, parameter: &TemplateParameter) -> bool {
    let Some(value) = &parameter.default else {
        return true;
    };
    let cards = template.wording.cards.iter().flat_map(|card| &card.buttons);
    let mut buttons = template.wording.buttons.iter().chain(cards);
    parameter.kind == ParameterKind::Payload && buttons.any(|button| button.label == *value)
}

/// The words of the old one that still fit the new one.
fn wording(old: &Template, new: &Template) -> Wording {
    let (texts_before, texts_now) = (texts(old), texts(new));
    let same_texts = |part: &str| texts_before.get(part) == texts_now.get(part);
    let has = |template: &Template, start: &str| {
        let mut names = template.parameters.iter();
        names.any(|one| one.name.starts_with(start))
    };
    let same_header = has(old, "header.") == has(new, "header.");
    let buttons = |template: &Template| -> Vec<String> {
        let names = template.parameters.iter().map(|one| one.name.clone());
        names.filter(|name| name.contains("button.")).collect()
    };
    let same_buttons = buttons(old) == buttons(new);
    let before = &old.wording;
    let cards = before
        .cards
        .iter()
        .enumerate()
        .map(|(index, card)| CardWording {
            body: card
                .body
                .clone()
                .filter(|_| same_texts(&format!("card.{index}"))),
            buttons: if same_buttons {
                card.buttons.clone()
            } else {
                Vec::new()
            },
        });
    Wording {
        header: before.header.clone().filter(|_| same_header),
        body: before.body.clone().filter(|_| same_texts("")),
        footer: before.footer.clone(),
        offer: before.offer.clone(),
        buttons: if same_buttons {
            before.buttons.clone()
        } else {
            Vec::new()
        },
        cards: if has(new, "card.") == has(old, "card.") {
            cards.collect()
        } else {
            Vec::new()
        },
    }
}

#[cfg(test)]
mod tests {
    use super::carry_over;
    use crate::domain::Template;
    use crate::domain::template::{TemplateEdit, import_json};
    use serde_json::json;

    const FLOW: &str = "flow_0123456789ABCDEF0123456789ABCDEF";

    fn call(texts: &[&str], payload: &str) -> Template {
        let texts = texts
            .iter()
            .map(|text| json!({"type": "text", "text": text}));
        let texts: Vec<_> = texts.collect();
        let text = json!({"name": "care", "language": {"code": "en"}, "namespace": "n_1",
            "components": [{"type": "body", "parameters": texts},
                {"type": "button", "sub_type": "quick_reply", "index": 0,
                 "parameters": [{"type": "payload", "payload": payload}]}]});
        import_json(&text.to_string()).unwrap().template
    }

    fn description(body: &str) -> Template {
        let text = json!({"name": "care", "language": "en", "category": "UTILITY", "components": [
            {"type": "BODY", "text": body},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Fine"}]}]});
        import_json(&text.to_string()).unwrap().template
    }

    fn labelled(template: &Template) -> Template {
        let pair = |place: &str, text: &str| (place.to_owned(), text.to_owned());
        let edit = TemplateEdit {
            labels: vec![pair("1", "customer"), pair("2", "order")],
            fallbacks: vec![pair("1", "there")],
            note: Some("Ask Meera first.".to_owned()),
            ..TemplateEdit::default()
        };
        edit.apply(template).unwrap()
    }

    #[test]
    fn a_payload_keeps_the_words_names_and_notes_that_were_known() {
        let old = labelled(&description("Hello {{1}}, your {{2}} is ready."));
        let kept = carry_over(&old, &call(&["Ana", "table"], FLOW));
        assert_eq!(kept.wording, old.wording);
        assert_eq!(kept.category.as_deref(), Some("utility"));
        assert_eq!(kept.note, "Ask Meera first.");
        let first = kept.parameter_named("customer").unwrap();
        assert_eq!(
            (first.name.as_str(), first.fallback.as_deref()),
            ("1", Some("there"))
        );
        let button = kept.parameter_named("button.0.payload").unwrap();
        assert_eq!(button.default.as_deref(), Some(FLOW), "the new value wins");
    }

    #[test]
    fn a_description_keeps_what_a_call_knew() {
        let kept = carry_over(
            &labelled(&call(&["Ana", "x"], FLOW)),
            &description("{{1}} {{2}}"),
        );
        assert_eq!(kept.namespace.as_deref(), Some("n_1"));
        let button = kept.parameter_named("button.0.payload").unwrap();
        assert_eq!(button.default.as_deref(), Some(FLOW), "not only the label");
        assert_eq!(kept.parameter_named("order").unwrap().name, "2");
    }

    #[test]
    fn places_that_may_mean_something_else_get_nothing() {
        let old = labelled(&description("Hello {{1}}, your {{2}} is ready."));
        let kept = carry_over(&old, &call(&["Mr", "Tan", "table"], FLOW));
        assert!(kept.parameters.iter().all(|one| one.label.is_none()));
        assert_eq!(
            kept.wording.body, None,
            "its places are no longer those of the text"
        );
        assert_eq!(kept.wording.buttons, old.wording.buttons);
        assert_eq!(kept.note, "Ask Meera first.");
    }

    #[test]
    fn what_the_new_one_says_wins() {
        let old = labelled(&description("Old {{1}} {{2}}"));
        let new = description("New {{1}} {{2}}");
        assert_eq!(carry_over(&old, &new).wording, new.wording);
        let twice = carry_over(&old, &carry_over(&old, &new));
        assert_eq!(twice, carry_over(&old, &new));
    }
}
