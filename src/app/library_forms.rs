//! The forms of the library: which texts a template and a flow have, and what change they make.

use super::library::title;
use crate::contract::{Library, LibraryChange};
use crate::domain::template::{EditError, EditPart, TemplateEdit, Wording, kind_in_words};
use crate::domain::{Flow, ParameterKind, Template, TemplateParameter};
use crate::overlays::form::{Field, State, Subject};
use crate::text::sanitize;
use crate::widgets::{Lines, TextField};

/// Why a form was not saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The field it is about, if it is about one.
    pub field: Option<String>,
    /// One sentence.
    pub text: String,
}

fn field(
    group: &'static str,
    (key, name): (String, &str),
    hint: &'static str,
    text: Option<&str>,
) -> Field {
    Field {
        group,
        name: sanitize::clean_line(name).into_owned(),
        key,
        hint,
        text: TextField::with_text(text.unwrap_or_default()),
    }
}

/// What staff give a template: names and fallbacks of its places, its own words, a note.
pub fn of_template(template: &Template) -> State {
    let mut fields = Vec::new();
    for place in &template.parameters {
        fields.extend(place_fields(place));
    }
    let wording = &template.wording;
    if has_text_header(template) {
        let name = ("header".to_owned(), "header text");
        fields.push(field("words", name, "not known", wording.header.as_deref()));
    }
    let mut body = TextField::new(Lines::Many);
    body.set_text(wording.body.as_deref().unwrap_or_default());
    fields.push(Field {
        text: body,
        ..field(
            "words",
            ("body".to_owned(), "body text"),
            "not known: with {{1}} or {{label}} where values go",
            None,
        )
    });
    let name = ("footer".to_owned(), "footer text");
    fields.push(field("words", name, "not known", wording.footer.as_deref()));
    for index in 0..template.button_count() {
        let name = format!("button {index}");
        let label = wording
            .buttons
            .get(index)
            .map(|button| button.label.as_str());
        fields.push(field(
            "words",
            (format!("button:{index}"), &name),
            "not known",
            label,
        ));
    }
    let name = ("category".to_owned(), "category");
    let hint = "utility, marketing or authentication";
    fields.push(field("about it", name, hint, template.category.as_deref()));
    let name = ("note".to_owned(), "note");
    let hint = "what staff should know";
    fields.push(field("about it", name, hint, Some(&template.note)));
    let subject = Subject::Template(template.name.clone(), template.language.clone());
    let title = format!("{} · version {}", title(template), template.version);
    State::new(subject, title, fields)
}

/// A header of the words only where the payload has no picture or file in its place.
fn has_text_header(template: &Template) -> bool {
    let media = |place: &TemplateParameter| {
        matches!(place.kind, ParameterKind::MediaLink(_)) && !place.pointer.contains("/cards/")
    };
    template.wording.header.is_some() || !template.parameters.iter().any(media)
}

fn place_fields(place: &TemplateParameter) -> [Field; 2] {
    let hint = match &place.default {
        Some(_) => "none: it keeps its own value",
        None => "none: an empty value is refused",
    };
    let label = format!("{} label", place.name);
    let fallback = format!("{} fallback", place.name);
    [
        field(
            "values",
            (format!("label:{}", place.name), &label),
            kind_in_words(place.kind),
            place.label.as_deref(),
        ),
        field(
            "values",
            (format!("fallback:{}", place.name), &fallback),
            hint,
            place.fallback.as_deref(),
        ),
    ]
}

/// A flow, or an empty form for a new one. The name of a known one stays: its use is counted
/// under it.
pub fn of_flow(flow: Option<&Flow>) -> State {
    let required = flow.map(|flow| flow.required.join(", "));
    let mut fields = vec![
        field(
            "",
            ("key".to_owned(), "key"),
            "the platform's key; upper and lower case count",
            flow.map(|flow| flow.key.as_str()),
        ),
        field(
            "",
            ("required".to_owned(), "needs"),
            "attributes that each start must give, with commas",
            required.as_deref(),
        ),
    ];
    if flow.is_none() {
        let name = ("name".to_owned(), "name");
        fields.insert(0, field("", name, "what staff call it", None));
    }
    let title = flow.map_or_else(
        || "New flow".to_owned(),
        |flow| format!("Flow {}", sanitize::clean_line(&flow.name)),
    );
    State::new(
        Subject::Flow(flow.map(|flow| flow.name.clone())),
        title,
        fields,
    )
}

/// The change that a form asks for; none if it holds what the library has.
///
/// # Errors
/// Why it cannot be made, with the field it is about.
pub fn change_of(form: &State, library: &Library) -> Result<Option<LibraryChange>, Refusal> {
    match &form.subject {
        Subject::Template(name, language) => {
            let mut templates = library.templates.iter();
            let found = templates.find(|one| one.name == *name && one.language == *language);
            let template = found.ok_or_else(|| Refusal {
                field: None,
                text: "The template is no longer in the library.".to_owned(),
            })?;
            template_change(form, template)
        }
        Subject::Flow(name) => flow_change(form, name.as_deref(), library).map(Some),
    }
}

fn template_change(form: &State, template: &Template) -> Result<Option<LibraryChange>, Refusal> {
    let each = |word: &str| {
        let places = template.parameters.iter();
        let given = places.filter_map(|place| {
            let text = form.value(&format!("{word}:{}", place.name))?;
            Some((place.name.clone(), text))
        });
        given.collect::<Vec<_>>()
    };
    let edit = TemplateEdit {
        labels: each("label"),
        fallbacks: each("fallback"),
        note: form.value("note"),
        category: form.value("category"),
        wording: Some(wording_of(form, template)),
    };
    let changed = edit.apply(template).map_err(refusal)?;
    Ok((changed != *template).then(|| LibraryChange::EditTemplate {
        name: template.name.clone(),
        language: template.language.clone(),
        edit: Box::new(edit),
    }))
}

fn wording_of(form: &State, template: &Template) -> Wording {
    let mut wording = template.wording.clone();
    let text = |key: &str| form.value(key).filter(|text| !text.trim().is_empty());
    wording.header = text("header");
    wording.body = text("body");
    wording.footer = text("footer");
    for index in 0..template.button_count() {
        let label = form.value(&format!("button:{index}")).unwrap_or_default();
        let known = wording
            .buttons
            .get(index)
            .map(|button| button.label.as_str());
        if label.trim() != known.unwrap_or_default() {
            template.name_button(&mut wording, index, label.trim());
        }
    }
    wording
}

fn refusal(error: EditError) -> Refusal {
    let place = error.parameter.as_deref().unwrap_or_default();
    let field = match error.part {
        EditPart::Label => format!("label:{place}"),
        EditPart::Fallback => format!("fallback:{place}"),
        EditPart::Body => "body".to_owned(),
        EditPart::Note => "note".to_owned(),
        EditPart::Category => "category".to_owned(),
    };
    Refusal {
        field: Some(field),
        text: error.text,
    }
}

fn flow_change(
    form: &State,
    known: Option<&str>,
    library: &Library,
) -> Result<LibraryChange, Refusal> {
    let text = |key: &str| form.value(key).unwrap_or_default().trim().to_owned();
    let refuse = |field: &str, text: &str| Refusal {
        field: Some(field.to_owned()),
        text: text.to_owned(),
    };
    let name = known.map_or_else(|| text("name"), str::to_owned);
    if name.is_empty() {
        return Err(refuse("name", "A flow needs a name."));
    }
    if known.is_none() && library.flows.iter().any(|flow| flow.name == name) {
        let text = "There is a flow of that name: choose another, or edit that one with e.";
        return Err(refuse("name", text));
    }
    let key = text("key");
    if key.is_empty() {
        return Err(refuse("key", "A flow needs the platform's key."));
    }
    let required = text("required");
    let required = required.split(',').map(str::trim);
    Ok(LibraryChange::PutFlow(Flow {
        name,
        key,
        required: required
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect(),
    }))
}
