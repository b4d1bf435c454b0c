//! What the Composer pane remembers.

use super::form::{DraftKind, Field, FieldId, fields, refill};
use crate::contract::{DraftForm, PlanProblem};
use crate::domain::{
    BroadcastPart, Content, Flow, FlowVersion, SendLimits, Standing, Template, User, ValueSource,
};
use crate::text::{format, sanitize};
use std::collections::BTreeMap;

/// A draft in work.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// What it becomes.
    pub kind: DraftKind,
    /// Name of the profile it was made for.
    pub profile: Option<String>,
    /// The fields of that kind.
    pub fields: Vec<Field>,
    /// The template chosen.
    pub template: Option<Template>,
    /// The flow chosen.
    pub flow: Option<Flow>,
    /// Index of the field under the cursor.
    pub cursor: usize,
    /// Clean names of people by the digits of their number.
    pub names: BTreeMap<String, String>,
    /// Values typed in fields that are not shown now, so that switching loses nothing.
    pub kept: BTreeMap<String, String>,
    /// What the last plan said is to fix.
    pub problems: Vec<PlanProblem>,
    /// What the last plan wants a person to know.
    pub warnings: Vec<String>,
}

/// The Composer pane.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// The open draft.
    pub draft: Option<Draft>,
    /// Whether keys go into the field under the cursor.
    pub typing: bool,
    /// What happened to the draft, shown on the edge: `draft saved 10:46`.
    pub note: String,
    /// Counts every change, so that a change is never mistaken for the one before.
    pub revision: u64,
}

impl Draft {
    /// An empty draft of a kind.
    pub fn new(kind: DraftKind) -> Self {
        let mut draft = Self {
            kind,
            ..Self::default()
        };
        draft.rebuild();
        draft
    }

    /// Makes the fields anew for kind, template and flow; values of the same name stay.
    pub fn rebuild(&mut self) {
        for field in &self.fields {
            if !field.id.is_choice() {
                self.kept
                    .insert(field.id.name().to_owned(), field.text.text());
            }
        }
        self.fields = fields(self.kind, self.template.as_ref(), self.flow.as_ref());
        refill(&mut self.fields, &self.kept);
        self.cursor = self.cursor.min(self.fields.len().saturating_sub(1));
    }

    /// The field under the cursor.
    pub fn field(&self) -> Option<&Field> {
        self.fields.get(self.cursor)
    }

    /// The field under the cursor, to change it.
    pub fn field_mut(&mut self) -> Option<&mut Field> {
        self.fields.get_mut(self.cursor)
    }

    /// The text of a field.
    pub fn value(&self, id: &FieldId) -> String {
        self.fields
            .iter()
            .find(|field| field.id == *id)
            .map_or_else(String::new, |field| field.text.text())
    }

    /// Sets the text of a field.
    pub fn set_value(&mut self, id: &FieldId, text: &str) {
        if let Some(field) = self.fields.iter_mut().find(|field| field.id == *id) {
            field.text.set_text(text);
        }
    }

    /// Addresses the draft to people; their names are kept for showing.
    pub fn address(&mut self, users: &[User]) {
        let numbers: Vec<String> = users
            .iter()
            .map(|user| format!("+{}", digits(user)))
            .collect();
        self.set_value(&FieldId::To, &numbers.join(", "));
        for user in users {
            if let Some(name) = &user.name {
                let name = sanitize::clean_line(name).into_owned();
                self.names.insert(digits(user), name);
            }
        }
    }

    /// The numbers as typed.
    pub fn recipients(&self) -> Vec<String> {
        let text = self.value(&FieldId::To);
        let parts = text.split([',', ';', '\n']);
        parts
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    }

    /// Who it goes to in a few words: a name and number, or how many.
    pub fn to_words(&self) -> String {
        let recipients = self.recipients();
        match recipients.as_slice() {
            [] => "nobody yet".to_owned(),
            [one] => {
                let number: String = one.chars().filter(char::is_ascii_digit).collect();
                let shown = format::phone(&sanitize::clean_line(one));
                match self.names.get(&number) {
                    Some(name) => format!("{name}  {shown}"),
                    None => shown,
                }
            }
            many => format::people(many.len() as u64),
        }
    }

    /// What the draft is about: the name of its template or flow, or its title.
    pub fn subject(&self) -> String {
        let subject = match self.kind {
            DraftKind::Template => self.template.as_ref().map(|template| template.name.clone()),
            DraftKind::Flow => self.flow.as_ref().map(|flow| flow.name.clone()),
            DraftKind::Broadcast => {
                Some(self.value(&FieldId::Title)).filter(|title| !title.is_empty())
            }
        };
        subject.map_or_else(
            || self.kind.word().to_owned(),
            |text| sanitize::clean_line(&text).into_owned(),
        )
    }

    /// The draft as the plan wants it, once template or flow are chosen.
    pub fn form(&self, limits: SendLimits, version: FlowVersion) -> Option<DraftForm> {
        let content = match self.kind {
            DraftKind::Template => Content::Template {
                template: self.template.clone()?,
                values: self.values(|id| matches!(id, FieldId::Parameter(_))),
            },
            DraftKind::Broadcast => Content::DirectBroadcast {
                title: self.value(&FieldId::Title),
                parts: vec![BroadcastPart::Text(self.value(&FieldId::Text))],
                channel: "whatsapp".to_owned(),
                exact_title: false,
            },
            DraftKind::Flow => Content::Flow {
                flow: self.flow.clone()?,
                version,
                attributes: self.values(|id| matches!(id, FieldId::Attribute(_))),
            },
        };
        let when = self.value(&FieldId::When);
        let when = if when.trim().is_empty() {
            "now".to_owned()
        } else {
            when
        };
        Some(DraftForm {
            content,
            to: self.recipients(),
            people: BTreeMap::new(),
            standing: Standing::Current,
            when,
            limits,
        })
    }

    fn values(&self, wanted: impl Fn(&FieldId) -> bool) -> BTreeMap<String, ValueSource> {
        self.fields
            .iter()
            .filter(|field| wanted(&field.id))
            .map(|field| {
                (
                    field.id.name().to_owned(),
                    ValueSource::Constant(field.text.text()),
                )
            })
            .collect()
    }

    /// The first problem of a field.
    pub fn problem_of(&self, id: &FieldId) -> Option<&str> {
        self.problems
            .iter()
            .find(|problem| problem.field.as_deref() == Some(id.name()))
            .map(|problem| problem.text.as_str())
    }

    /// How many fields still want a value.
    pub fn filled(&self) -> (usize, usize) {
        let typed = self
            .fields
            .iter()
            .filter(|field| matches!(field.id, FieldId::Parameter(_) | FieldId::Attribute(_)));
        let total = typed.clone().count();
        (typed.filter(|field| !field.text.is_empty()).count(), total)
    }
}

fn digits(user: &User) -> String {
    let number = user.phone.as_deref().unwrap_or(&user.channel_user_id);
    number.chars().filter(char::is_ascii_digit).collect()
}
