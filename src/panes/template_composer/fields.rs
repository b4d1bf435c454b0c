//! Which fields a draft has, by kind, choices, template and flow; values are not filled in here.

use super::form::{Choices, DraftKind, Field, FieldId, Section, Takes};
use crate::domain::template::ButtonKind;
use crate::domain::{Flow, MediaKind, ParameterKind, Template, TemplateParameter};
use crate::widgets::{Lines, TextField};

/// Characters of a broadcast's title.
const TITLE_CHARS: usize = 100;
/// Characters of a text message.
const TEXT_CHARS: usize = 4096;

/// What the fields depend on.
#[derive(Debug, Clone, Copy)]
pub struct Shape<'a> {
    /// What the draft becomes.
    pub kind: DraftKind,
    /// What was chosen.
    pub choices: Choices,
    /// The template chosen.
    pub template: Option<&'a Template>,
    /// The flow chosen.
    pub flow: Option<&'a Flow>,
    /// How many texts or further attributes have something in them.
    pub filled: usize,
}

/// The fields in their order.
pub fn fields(shape: Shape<'_>) -> Vec<Field> {
    let mut fields = vec![Field::choice(FieldId::Kind, "Kind"), to()];
    if shape.choices.raw && shape.kind.has_raw_form() {
        raw(&mut fields, shape);
        return fields;
    }
    match shape.kind {
        DraftKind::Template => template(&mut fields, shape.template),
        DraftKind::Broadcast => broadcast(&mut fields, shape),
        DraftKind::Csv => {
            fields.push(title());
            template(&mut fields, shape.template);
        }
        DraftKind::Flow => flow(&mut fields, shape),
    }
    fields
}

fn to() -> Field {
    Field {
        takes: Takes::Numbers,
        ..Field::typed(
            FieldId::To,
            "To",
            "numbers with country code, a comma between",
        )
    }
}

fn title() -> Field {
    Field {
        limit: Some(TITLE_CHARS),
        ..Field::typed(FieldId::Title, "Title", "its name in the panel")
    }
}

fn when() -> Field {
    Field {
        takes: Takes::Time,
        ..Field::typed(
            FieldId::When,
            "When",
            "now, or a time such as 2026-12-01 09:00",
        )
    }
}

fn template(fields: &mut Vec<Field>, template: Option<&Template>) {
    fields.push(Field::choice(FieldId::Template, "Template"));
    if let Some(template) = template {
        let places = template.parameters.iter();
        fields.extend(places.map(|parameter| place(template, parameter)));
    }
}

fn broadcast(fields: &mut Vec<Field>, shape: Shape<'_>) {
    fields.push(title());
    fields.push(Field::choice(FieldId::TitleId, "Our id"));
    fields.push(Field::choice(FieldId::Carries, "Carries"));
    if shape.choices.with_template {
        template(fields, shape.template);
    } else {
        fields.extend((0..=shape.filled).map(text));
    }
    fields.push(Field::typed(FieldId::Channel, "Channel", "whatsapp"));
    fields.push(when());
}

/// One empty text always waits after the last one.
fn text(at: usize) -> Field {
    let (label, hint) = match at {
        0 => (
            "Text".to_owned(),
            "reaches only people whose 24 h window is open",
        ),
        _ => (format!("Text {}", at + 1), "another message, or nothing"),
    };
    Field {
        text: TextField::new(Lines::Many),
        limit: Some(TEXT_CHARS),
        takes: Takes::Words,
        section: Section::Body,
        ..Field::typed(FieldId::Text(at), &label, hint)
    }
}

fn flow(fields: &mut Vec<Field>, shape: Shape<'_>) {
    fields.push(Field::choice(FieldId::Flow, "Flow"));
    fields.push(Field::choice(FieldId::Version, "Version"));
    let required = shape.flow.into_iter().flat_map(|flow| &flow.required);
    fields.extend(required.map(|name| Field {
        takes: Takes::Words,
        section: Section::Body,
        ..Field::typed(
            FieldId::Attribute(name.clone()),
            name,
            "required by the flow",
        )
    }));
    fields.extend((0..=shape.filled).map(|at| Field {
        takes: Takes::Words,
        section: Section::Body,
        ..Field::typed(
            FieldId::Extra(at),
            "More",
            "name=value of a further attribute, or nothing",
        )
    }));
}

/// Raw JSON: what a template call carries, or the whole body of a broadcast.
fn raw(fields: &mut Vec<Field>, shape: Shape<'_>) {
    let is_broadcast = shape.kind == DraftKind::Broadcast;
    if is_broadcast {
        fields.push(title());
        fields.push(Field::choice(FieldId::TitleId, "Our id"));
    }
    let hint = if is_broadcast {
        "the whole body"
    } else {
        "the payload"
    };
    fields.push(Field {
        text: TextField::new(Lines::Many),
        section: Section::Body,
        stacked: true,
        ..Field::typed(FieldId::Raw, "Raw JSON", hint)
    });
    if is_broadcast {
        fields.push(Field::typed(FieldId::Channel, "Channel", "whatsapp"));
        fields.push(when());
    }
}

/// The field of a place of a template.
fn place(template: &Template, parameter: &TemplateParameter) -> Field {
    let (section, local) = section(&parameter.name);
    let id = FieldId::Parameter(parameter.name.clone());
    let words = Words::of(template, parameter, section, local);
    let mut field = Field {
        limit: words.limit,
        section: match (section, parameter.kind) {
            // A header's text may have a name of its own.
            (Section::Body, ParameterKind::HeaderText) => Section::Header,
            (section, _) => section,
        },
        takes: words.takes,
        stacked: words.stacked,
        ..Field::typed(id, &words.label, &words.hint)
    };
    if let Some(default) = &parameter.default {
        field.text.set_text(default);
        field.imported = Some(default.clone());
    }
    field
}

/// The section that a parameter's name tells, and the name inside a card.
pub fn section(name: &str) -> (Section, &str) {
    if let Some((card, local)) = name
        .strip_prefix("card.")
        .and_then(|rest| rest.split_once('.'))
        && let Ok(card) = card.parse()
    {
        return (Section::Card(card), local);
    }
    let section = match name.split_once('.') {
        Some(("header", _)) => Section::Header,
        Some(("offer", _)) => Section::Offer,
        Some(("button", _)) => Section::Buttons,
        Some(_) | None => Section::Body,
    };
    (section, name)
}

/// The index of a button in `button.0` or `button.0.payload`.
pub fn button_index(local: &str) -> Option<usize> {
    local
        .strip_prefix("button.")?
        .split('.')
        .next()?
        .parse()
        .ok()
}

struct Words {
    label: String,
    hint: String,
    limit: Option<usize>,
    takes: Takes,
    stacked: bool,
}

impl Words {
    fn of(
        template: &Template,
        parameter: &TemplateParameter,
        section: Section,
        local: &str,
    ) -> Self {
        let words = |label: String, hint: &str, takes: Takes| Self {
            label,
            hint: hint.to_owned(),
            limit: None,
            takes,
            stacked: true,
        };
        let button = button_index(local).map_or_else(
            || shown(parameter, local),
            |index| format!("Button {}", index + 1),
        );
        match parameter.kind {
            ParameterKind::Text => Self {
                stacked: false,
                ..words(shown(parameter, local), "text", Takes::Words)
            },
            ParameterKind::HeaderText => Self {
                limit: Some(60),
                ..words("Header".to_owned(), "text", Takes::Words)
            },
            ParameterKind::MediaLink(kind) => words("Header".to_owned(), media(kind), Takes::Link),
            ParameterKind::FileName => Self {
                stacked: false,
                ..words("File name".to_owned(), "as people see it", Takes::Words)
            },
            ParameterKind::Location => Self {
                stacked: false,
                ..words(
                    shown(parameter, local),
                    "part of the location",
                    Takes::Words,
                )
            },
            ParameterKind::ButtonText => {
                let hint = with_label(template, section, local, "end of the link, or the code");
                words(button, &hint, Takes::Words)
            }
            ParameterKind::Coupon => Self {
                limit: Some(15),
                ..words(button, "coupon code", Takes::Words)
            },
            ParameterKind::Payload => {
                let hint = with_label(template, section, local, "quick reply");
                Self {
                    limit: Some(128),
                    ..words(button, &hint, Takes::Payload)
                }
            }
            ParameterKind::OfferExpiry => words("Offer".to_owned(), "when it ends", Takes::Expiry),
        }
    }
}

/// A number and what people call it, or the name.
fn shown(parameter: &TemplateParameter, local: &str) -> String {
    match &parameter.label {
        Some(label) if local.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{local} {label}")
        }
        Some(label) => label.clone(),
        None => local.to_owned(),
    }
}

fn media(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "image link",
        MediaKind::Video => "video link",
        MediaKind::Audio => "audio link",
        MediaKind::Document => "document link",
    }
}

/// What a button takes, and the label people see on it where that is known.
fn with_label(template: &Template, section: Section, local: &str, what: &str) -> String {
    let buttons = match section {
        Section::Card(card) => template.wording.cards.get(card).map(|card| &card.buttons),
        Section::General | Section::Header | Section::Offer | Section::Body | Section::Buttons => {
            Some(&template.wording.buttons)
        }
    };
    let known = buttons
        .zip(button_index(local))
        .and_then(|(buttons, index)| buttons.get(index));
    known.map_or_else(
        || what.to_owned(),
        |button| {
            let what = match button.kind {
                ButtonKind::CopyCode => "code",
                ButtonKind::Url => "end of the link",
                ButtonKind::QuickReply | ButtonKind::Phone | ButtonKind::Other => what,
            };
            format!("{what} · {}", button.label)
        },
    )
}

#[cfg(test)]
mod tests {
    use super::{Section, button_index, section};

    #[test]
    fn names_tell_where_a_place_stands() {
        assert_eq!(section("1"), (Section::Body, "1"));
        assert_eq!(section("first_name"), (Section::Body, "first_name"));
        assert_eq!(section("header.link"), (Section::Header, "header.link"));
        assert_eq!(section("offer.expires"), (Section::Offer, "offer.expires"));
        assert_eq!(section("button.0"), (Section::Buttons, "button.0"));
        let card = section("card.9.button.1.payload");
        assert_eq!(card, (Section::Card(9), "button.1.payload"));
        assert_eq!(button_index(card.1), Some(1));
        assert_eq!(button_index("button.2"), Some(2));
        assert_eq!(button_index("1"), None);
    }
}
