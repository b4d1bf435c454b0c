//! What people change about a template they have: names for its places, fallbacks, wording, a
//! note. The payload is never touched; another payload is another version.

use super::{ParameterKind, Template, Wording, check_value, placeholders};

/// Most characters of a label; it stands in a column of a form.
const LABEL_CHARS: usize = 30;
/// Most characters of a note.
const NOTE_CHARS: usize = 500;

/// Changes to one template, applied together or not at all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TemplateEdit {
    /// Place (name or present label) and what people shall call it; empty takes the label away.
    pub labels: Vec<(String, String)>,
    /// Place (name or label) and the text for people without a value; empty takes it away.
    pub fallbacks: Vec<(String, String)>,
    /// What staff should know; empty takes it away.
    pub note: Option<String>,
    /// `utility`, `marketing` or `authentication`; empty takes it away.
    pub category: Option<String>,
    /// Its own words.
    pub wording: Option<Wording>,
}

/// What of a template a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditPart {
    /// The label of a place.
    Label,
    /// The fallback of a place.
    Fallback,
    /// The body among its words.
    Body,
    /// The note.
    Note,
    /// The category.
    Category,
}

/// Why a change cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct EditError {
    /// What it is about.
    pub part: EditPart,
    /// The place it is about, by its name, if it is about one.
    pub parameter: Option<String>,
    /// One sentence: what is wrong and what to do.
    pub text: String,
}

impl TemplateEdit {
    /// The template with these changes. Labels are set first and all at once, so that two can be
    /// exchanged: their places are found by the labels they had before, those of fallbacks and
    /// words by the new ones.
    ///
    /// # Errors
    /// The first change that cannot be made.
    pub fn apply(&self, template: &Template) -> Result<Template, EditError> {
        let mut changed = template.clone();
        for (place, label) in &self.labels {
            let label = label.trim();
            let at = place_of(EditPart::Label, template, place)?;
            if let Some(parameter) = changed.parameters.get_mut(at) {
                parameter.label = Some(label)
                    .filter(|label| !label.is_empty() && *label != parameter.name)
                    .map(str::to_owned);
            }
        }
        check_labels(&changed)?;
        for (place, text) in &self.fallbacks {
            let at = place_of(EditPart::Fallback, &changed, place)?;
            if let Some(parameter) = changed.parameters.get_mut(at) {
                parameter.fallback = Some(text.clone()).filter(|text| !text.trim().is_empty());
            }
        }
        check_fallbacks(&changed)?;
        if let Some(note) = &self.note {
            note.trim().clone_into(&mut changed.note);
        }
        if changed.note.chars().count() > NOTE_CHARS {
            return Err(EditError::of(
                EditPart::Note,
                None,
                format!("the note has more than {NOTE_CHARS} characters: shorten it"),
            ));
        }
        if let Some(category) = &self.category {
            changed.category = read_category(category)?;
        }
        if let Some(wording) = &self.wording {
            changed.wording = wording.clone();
            if let Some(body) = &wording.body {
                changed.wording.body = read_body(&changed, body)?;
            }
        }
        Ok(changed)
    }
}

impl EditError {
    fn of(part: EditPart, parameter: Option<&str>, text: String) -> Self {
        Self {
            part,
            parameter: parameter.map(str::to_owned),
            text,
        }
    }
}

fn place_of(part: EditPart, template: &Template, place: &str) -> Result<usize, EditError> {
    let found = template.parameter_named(place);
    let at = found.and_then(|found| {
        let names = template.parameters.iter();
        names
            .map(|one| &one.name)
            .position(|name| *name == found.name)
    });
    at.ok_or_else(|| {
        let names: Vec<&str> = template
            .parameters
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        let has = if names.is_empty() {
            "it takes no values".to_owned()
        } else {
            format!("it has {}", names.join(", "))
        };
        let text = format!("the template {} has no place {place}: {has}", template.name);
        EditError::of(part, Some(place), text)
    })
}

/// A label must lead to its place wherever a name does: in `--param LABEL=VALUE`, in `{{label}}`
/// and in a column of a file.
fn check_labels(template: &Template) -> Result<(), EditError> {
    for (at, parameter) in template.parameters.iter().enumerate() {
        let Some(label) = &parameter.label else {
            continue;
        };
        let refuse =
            |text: String| Err(EditError::of(EditPart::Label, Some(&parameter.name), text));
        if label.chars().count() > LABEL_CHARS {
            return refuse(format!(
                "the label of {} has more than {LABEL_CHARS} characters: shorten it",
                parameter.name
            ));
        }
        if label.contains(['=', '{', '}', '|']) || label.chars().any(char::is_control) {
            return refuse(format!(
                "the label of {} has a sign of =, {{, }} or |: use letters, digits and spaces",
                parameter.name
            ));
        }
        let same = |other: &str| other.to_lowercase() == label.to_lowercase();
        let others = template.parameters.iter().enumerate();
        let twin = others
            .filter(|(other, _)| *other != at)
            .find(|(_, other)| same(&other.name) || other.label.as_deref().is_some_and(same));
        if let Some((_, twin)) = twin {
            return refuse(format!(
                "`{label}` is taken by {}: each place needs a label of its own",
                twin.name
            ));
        }
    }
    Ok(())
}

/// A fallback reaches people as it stands, so it must pass the rules of its place.
fn check_fallbacks(template: &Template) -> Result<(), EditError> {
    for parameter in &template.parameters {
        let Some(fallback) = &parameter.fallback else {
            continue;
        };
        let problems = check_value(parameter.kind, parameter.shown_name(), fallback);
        if let Some(problem) = problems.iter().find(|problem| problem.is_error()) {
            let text = format!("the fallback cannot be used: {}", problem.text);
            return Err(EditError::of(
                EditPart::Fallback,
                Some(&parameter.name),
                text,
            ));
        }
    }
    Ok(())
}

/// The body text with each place under its name, whichever way it was written. It must have the
/// places of the payload, else the lengths and previews made with it would be wrong.
fn read_body(template: &Template, text: &str) -> Result<Option<String>, EditError> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let mut body = text.to_owned();
    let mut named = Vec::new();
    for written in placeholders(text) {
        let inner = written.trim_start_matches('{').trim_end_matches('}').trim();
        let Some(place) = template.parameter_named(inner) else {
            let text = format!("the body text has {written}, but the payload has no such place");
            return Err(EditError::of(EditPart::Body, None, text));
        };
        body = body.replace(written, &format!("{{{{{}}}}}", place.name));
        named.push(place.name.as_str());
    }
    let mut places = template
        .parameters
        .iter()
        .filter(|place| place.kind == ParameterKind::Text && !place.pointer.contains("/cards/"));
    if let Some(missing) = places.find(|place| !named.contains(&place.name.as_str())) {
        let name = &missing.name;
        let text = format!("the body text has no {{{{{name}}}}}: put it where the value goes");
        return Err(EditError::of(EditPart::Body, Some(name), text));
    }
    Ok(Some(body))
}

fn read_category(text: &str) -> Result<Option<String>, EditError> {
    let lower = text.trim().to_lowercase();
    match lower.as_str() {
        "" => Ok(None),
        "utility" | "marketing" | "authentication" => Ok(Some(lower)),
        _ => Err(EditError::of(
            EditPart::Category,
            None,
            "a category is utility, marketing or authentication: take one of them".to_owned(),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::TemplateEdit;
    use crate::domain::Template;
    use crate::domain::template::{Wording, import_json};
    use rstest::rstest;

    fn template() -> Template {
        let text = r#"{"name": "care", "language": {"code": "en"}, "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "Ana"},
                                            {"type": "text", "text": "88213"}]}]}"#;
        import_json(text).unwrap().template
    }

    fn labels(pairs: &[(&str, &str)]) -> TemplateEdit {
        let own = |(place, label): &(&str, &str)| ((*place).to_owned(), (*label).to_owned());
        TemplateEdit {
            labels: pairs.iter().map(own).collect(),
            ..TemplateEdit::default()
        }
    }

    #[test]
    fn a_label_leads_to_its_place_as_the_name_does() {
        let named = labels(&[("1", "customer"), ("2", "order")])
            .apply(&template())
            .unwrap();
        assert_eq!(named.parameter_named("order").unwrap().name, "2");
        assert_eq!(named.parameter_named("2").unwrap().name, "2");
        assert!(named.parameter_named("date").is_none());
        assert_eq!(named.components, template().components);

        let exchanged = labels(&[("customer", "order"), ("order", "customer")])
            .apply(&named)
            .unwrap();
        assert_eq!(exchanged.parameter_named("order").unwrap().name, "1");
        let taken_away = labels(&[("customer", " ")]).apply(&named).unwrap();
        assert_eq!(taken_away.parameter_named("1").unwrap().label, None);
    }

    #[rstest]
    #[case(&[("1", "order"), ("2", "Order")], "`order` is taken by 2: each place needs a label of its own")]
    #[case(&[("1", "2")], "`2` is taken by 2: each place needs a label of its own")]
    #[case(&[("1", "a=b")], "the label of 1 has a sign of =, {, } or |: use letters, digits and spaces")]
    #[case(&[("3", "date")], "the template care has no place 3: it has 1, 2")]
    #[case(&[("1", "the given name of the customer as the shop knows it")], "the label of 1 has more than 30 characters: shorten it")]
    fn a_label_that_leads_nowhere_or_to_two_places_is_refused(
        #[case] pairs: &[(&str, &str)],
        #[case] why: &str,
    ) {
        let refused = labels(pairs).apply(&template()).unwrap_err();
        assert_eq!(refused.to_string(), why);
    }

    #[test]
    fn a_fallback_must_pass_the_rules_of_its_place() {
        let edit = |text: &str| TemplateEdit {
            fallbacks: vec![("1".to_owned(), text.to_owned())],
            ..TemplateEdit::default()
        };
        let good = edit("there").apply(&template()).unwrap();
        assert_eq!(
            good.parameter_named("1").unwrap().fallback.as_deref(),
            Some("there")
        );
        let none = edit("").apply(&good).unwrap();
        assert_eq!(none.parameter_named("1").unwrap().fallback, None);
        let refused = edit("dear {{name}}").apply(&template()).unwrap_err();
        assert_eq!(refused.parameter.as_deref(), Some("1"));
        assert!(refused.text.contains("placeholder"), "{}", refused.text);
    }

    #[rstest]
    #[case("Hello {{1}}, order {{2}}", Ok("Hello {{1}}, order {{2}}"))]
    #[case("Hello {{ customer }}, order {{2}}", Ok("Hello {{1}}, order {{2}}"))]
    #[case(
        "Hello {{1}}",
        Err("the body text has no {{2}}: put it where the value goes")
    )]
    #[case(
        "{{1}} {{2}} {{3}}",
        Err("the body text has {{3}}, but the payload has no such place")
    )]
    fn the_body_text_has_the_places_of_the_payload(
        #[case] body: &str,
        #[case] expected: Result<&str, &str>,
    ) {
        let named = labels(&[("1", "customer")]).apply(&template()).unwrap();
        let edit = TemplateEdit {
            wording: Some(Wording {
                body: Some(body.to_owned()),
                ..Wording::default()
            }),
            ..TemplateEdit::default()
        };
        let changed = edit.apply(&named).map_err(|error| error.text);
        let body = changed
            .as_ref()
            .map(|one| one.wording.body.as_deref().unwrap());
        assert_eq!(body.map_err(String::as_str), expected);
    }

    #[test]
    fn a_category_is_one_of_three() {
        let edit = |text: &str| TemplateEdit {
            category: Some(text.to_owned()),
            ..TemplateEdit::default()
        };
        let named = edit("UTILITY").apply(&template()).unwrap();
        assert_eq!(named.category.as_deref(), Some("utility"));
        assert_eq!(edit("").apply(&named).unwrap().category, None);
        assert!(edit("sales").apply(&template()).is_err());
    }
}
