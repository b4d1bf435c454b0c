//! The fields of a draft, by kind.

use crate::domain::{Flow, ParameterKind, Template};
use crate::widgets::{Lines, TextField};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a draft becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftKind {
    /// One template call per person.
    #[default]
    Template,
    /// The platform's broadcast with one text.
    Broadcast,
    /// One flow start per person.
    Flow,
}

impl DraftKind {
    /// All kinds, in the order shown.
    pub const ALL: [DraftKind; 3] = [DraftKind::Template, DraftKind::Broadcast, DraftKind::Flow];

    /// The word on the screen.
    pub fn word(self) -> &'static str {
        match self {
            DraftKind::Template => "template",
            DraftKind::Broadcast => "broadcast",
            DraftKind::Flow => "flow",
        }
    }

    /// The kind `steps` further, stopping at both ends.
    #[must_use]
    pub fn step(self, steps: isize) -> DraftKind {
        let at = DraftKind::ALL
            .iter()
            .position(|kind| *kind == self)
            .unwrap_or(0);
        let at = at
            .saturating_add_signed(steps)
            .min(DraftKind::ALL.len() - 1);
        DraftKind::ALL.get(at).copied().unwrap_or(self)
    }
}

/// Which field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum FieldId {
    /// Template, broadcast or flow; chosen, not typed.
    Kind,
    /// The numbers.
    To,
    /// Which template; chosen.
    Template,
    /// Which flow; chosen.
    Flow,
    /// Title of a broadcast.
    Title,
    /// Text of a broadcast.
    Text,
    /// `now` or a local time; broadcasts only.
    When,
    /// A parameter of the template, by its name.
    Parameter(String),
    /// An attribute of the flow, by its name.
    Attribute(String),
}

impl FieldId {
    /// Whether the value is chosen from a list instead of typed.
    pub fn is_choice(&self) -> bool {
        matches!(self, FieldId::Kind | FieldId::Template | FieldId::Flow)
    }

    /// The name that plan problems use for the field, and under which its value is kept.
    pub fn name(&self) -> &str {
        match self {
            FieldId::Kind => "kind",
            FieldId::To => "to",
            FieldId::Template => "template",
            FieldId::Flow => "flow",
            FieldId::Title => "title",
            FieldId::Text => "text",
            FieldId::When => "when",
            FieldId::Parameter(name) | FieldId::Attribute(name) => name,
        }
    }
}

/// A field with its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Which.
    pub id: FieldId,
    /// At most ten cells on the screen.
    pub label: String,
    /// What it takes, in a few words.
    pub hint: String,
    /// The text; empty for choices.
    pub text: TextField,
    /// The most characters the platform takes, if there is a limit.
    pub limit: Option<usize>,
}

impl Field {
    fn choice(id: FieldId, label: &str) -> Self {
        Self {
            id,
            label: label.to_owned(),
            hint: String::new(),
            text: TextField::default(),
            limit: None,
        }
    }

    fn typed(id: FieldId, label: &str, hint: &str) -> Self {
        Self {
            hint: hint.to_owned(),
            ..Self::choice(id, label)
        }
    }
}

/// The fields of a kind, values not yet filled in.
pub fn fields(kind: DraftKind, template: Option<&Template>, flow: Option<&Flow>) -> Vec<Field> {
    let mut fields = vec![
        Field::choice(FieldId::Kind, "Kind"),
        Field::typed(
            FieldId::To,
            "To",
            "numbers with country code, a comma between",
        ),
    ];
    match kind {
        DraftKind::Template => {
            fields.push(Field::choice(FieldId::Template, "Template"));
            fields.extend(template.into_iter().flat_map(template_fields));
        }
        DraftKind::Broadcast => {
            fields.push(Field {
                limit: Some(100),
                ..Field::typed(FieldId::Title, "Title", "its name in the panel")
            });
            fields.push(Field {
                text: TextField::new(Lines::Many),
                limit: Some(4096),
                ..Field::typed(
                    FieldId::Text,
                    "Text",
                    "reaches only people whose 24 h window is open",
                )
            });
            fields.push(Field::typed(
                FieldId::When,
                "When",
                "now, or a time such as 2026-12-01 09:00",
            ));
        }
        DraftKind::Flow => {
            fields.push(Field::choice(FieldId::Flow, "Flow"));
            fields.extend(
                flow.into_iter()
                    .flat_map(|flow| &flow.required)
                    .map(|name| {
                        Field::typed(
                            FieldId::Attribute(name.clone()),
                            name,
                            "required by the flow",
                        )
                    }),
            );
        }
    }
    fields
}

fn template_fields(template: &Template) -> impl Iterator<Item = Field> + '_ {
    template.parameters.iter().map(|parameter| {
        let (hint, limit) = match parameter.kind {
            ParameterKind::Text => ("text", None),
            ParameterKind::HeaderText => ("header text", Some(60)),
            ParameterKind::MediaLink(_) => ("https link, the same for everybody", Some(2000)),
            ParameterKind::FileName => ("file name", None),
            ParameterKind::Location => ("part of the location", None),
            ParameterKind::ButtonText => ("end of the link, or the code", Some(2000)),
            ParameterKind::Coupon => ("coupon code", Some(15)),
            ParameterKind::Payload => ("flow_KEY||data_attribute=value", Some(128)),
            ParameterKind::OfferExpiry => ("end of the offer, epoch milliseconds", None),
        };
        let mut field = Field {
            limit,
            ..Field::typed(
                FieldId::Parameter(parameter.name.clone()),
                &parameter.name,
                hint,
            )
        };
        if let Some(default) = &parameter.default {
            field.text.set_text(default);
        }
        field
    })
}

/// Puts kept values back into fields of the same name.
pub fn refill(fields: &mut [Field], kept: &BTreeMap<String, String>) {
    for field in fields {
        if let Some(value) = kept.get(field.id.name()) {
            field.text.set_text(value);
        }
    }
}
