//! From the form to what a plan is made of, and what only the form can know to be wrong.

use super::form::{DraftKind, FieldId};
use super::state::Draft;
use crate::contract::{DraftForm, PlanProblem};
use crate::domain::draft::{Values, WHATSAPP, form_of};
use crate::domain::{
    BroadcastPart, Content, FlowVersion, KnownPerson, RecipientForm, RequestBody, SendLimits,
    Standing, Template, ValueSource,
};
use serde_json::Value;
use std::collections::BTreeMap;

impl Draft {
    /// The draft as the plan wants it; `library` says whether its template is still the newest.
    ///
    /// # Errors
    /// What is to fix before there can be a plan at all.
    pub fn form(
        &self,
        limits: SendLimits,
        version: FlowVersion,
        library: &[Template],
    ) -> Result<DraftForm, Vec<PlanProblem>> {
        let problems = self.problems_of_form();
        if !problems.is_empty() {
            return Err(problems);
        }
        let Some(content) = self.content(version) else {
            return Err(vec![self.nothing_chosen()]);
        };
        let when = self.value(&FieldId::When);
        let when = Some(when).filter(|when| !when.trim().is_empty());
        let standing = content.template().map(|one| Standing::of(one, library));
        Ok(DraftForm {
            content,
            to: self.recipients(),
            file: self.people_file(),
            people: self.known_people(),
            standing: standing.unwrap_or_default(),
            when: when.unwrap_or_else(|| "now".to_owned()),
            waits: self.waits,
            limits,
            override_reason: None,
        })
    }

    /// Whether what the draft is made of is chosen: its template or flow.
    pub fn is_chosen(&self) -> bool {
        if self.takes_template() {
            self.template.is_some()
        } else {
            self.kind != DraftKind::Flow || self.flow.is_some()
        }
    }

    /// What the raw form begins with: the part of a request that this kind of draft writes.
    pub fn raw_of(&self, body: &RequestBody) -> Option<String> {
        let RequestBody::Json(text) = body else {
            return None;
        };
        let whole: Value = serde_json::from_str(text).ok()?;
        let part = match self.kind {
            DraftKind::Template => whole.get("payload")?,
            DraftKind::Broadcast => &whole,
            DraftKind::Csv | DraftKind::Flow => return None,
        };
        serde_json::to_string_pretty(part).ok()
    }

    fn nothing_chosen(&self) -> PlanProblem {
        let field = if self.kind == DraftKind::Flow {
            "flow"
        } else {
            "template"
        };
        problem(
            field,
            format!("no {field} is chosen yet: Enter on its row lists them"),
        )
    }

    fn content(&self, version: FlowVersion) -> Option<Content> {
        let title = self.value(&FieldId::Title);
        Some(match self.kind {
            DraftKind::Template if self.is_raw() => Content::RawTemplate {
                payload: self.value(&FieldId::Raw),
            },
            DraftKind::Broadcast if self.is_raw() => Content::RawBroadcast {
                title,
                body: self.value(&FieldId::Raw),
                channel: self.channel(),
                exact_title: self.choices.exact_title,
            },
            DraftKind::Template => Content::Template {
                template: self.template.clone()?,
                values: self.parameters(),
            },
            DraftKind::Broadcast if self.choices.with_template => Content::TemplateBroadcast {
                title,
                template: self.template.clone()?,
                values: self.parameters(),
                channel: self.channel(),
                exact_title: self.choices.exact_title,
            },
            DraftKind::Broadcast => Content::DirectBroadcast {
                title,
                parts: self.texts(),
                channel: self.channel(),
                exact_title: self.choices.exact_title,
            },
            DraftKind::Csv => Content::CsvBroadcast {
                title,
                template: self.template.clone()?,
                values: self.parameters(),
            },
            DraftKind::Flow => Content::Flow {
                flow: self.flow.clone()?,
                version: self.choices.version.unwrap_or(version),
                attributes: self.attributes(),
            },
        })
    }

    /// The texts of a broadcast; the empty one that waits at the end is none.
    fn texts(&self) -> Vec<BroadcastPart> {
        let mut texts = Vec::new();
        for field in &self.fields {
            let text = field.text.text();
            if let FieldId::Text(at) = field.id
                && (at == 0 || !text.trim().is_empty())
            {
                texts.push(BroadcastPart::Text(text));
            }
        }
        texts
    }

    /// What is known of those to whom the draft is addressed now.
    fn known_people(&self) -> BTreeMap<String, KnownPerson> {
        let addressed = self.recipients().into_iter().filter_map(|one| {
            let key = self.person_key(&one)?;
            let person = self.people.get(&key)?;
            Some((key, person.known()))
        });
        addressed.collect()
    }

    /// How its recipients are written on its channel.
    pub fn recipient_form(&self) -> RecipientForm {
        form_of(&self.channel())
    }

    fn channel(&self) -> String {
        let channel = self.value(&FieldId::Channel);
        match channel.trim() {
            "" => WHATSAPP.to_owned(),
            typed => typed.to_owned(),
        }
    }

    fn parameters(&self) -> Values {
        let mut values = Values::new();
        for field in &self.fields {
            if let FieldId::Parameter(name) = &field.id {
                values.insert(name.clone(), ValueSource::Constant(field.text.text()));
            }
        }
        values
    }

    /// Required attributes and further ones.
    fn attributes(&self) -> Values {
        let mut values = Values::new();
        for field in &self.fields {
            let text = field.text.text();
            if let FieldId::Attribute(name) = &field.id {
                values.insert(name.clone(), ValueSource::Constant(text));
            } else if let (FieldId::Extra(_), Some((name, value))) =
                (&field.id, text.split_once('='))
            {
                values.insert(
                    name.trim().to_owned(),
                    ValueSource::Constant(value.to_owned()),
                );
            }
        }
        values
    }

    /// Further attributes that cannot be read, or stand there twice.
    fn problems_of_form(&self) -> Vec<PlanProblem> {
        let mut problems = Vec::new();
        let mut names: Vec<String> = Vec::new();
        for field in &self.fields {
            if let FieldId::Attribute(name) = &field.id {
                names.push(name.clone());
            }
            let text = field.text.text();
            if !matches!(field.id, FieldId::Extra(_)) || text.trim().is_empty() {
                continue;
            }
            let id = field.id.name();
            match text.split_once('=').map(|(name, _)| name.trim()) {
                Some("") | None => problems.push(problem(
                    &id,
                    "a further attribute is written name=value".to_owned(),
                )),
                Some(name) if names.iter().any(|known| known == name) => {
                    let text = format!("the attribute {name} stands there twice: take one away");
                    problems.push(problem(&id, text));
                }
                Some(name) => names.push(name.to_owned()),
            }
        }
        problems
    }
}

fn problem(field: &str, text: String) -> PlanProblem {
    PlanProblem {
        field: Some(field.to_owned()),
        rule: "form",
        text,
        advice: String::new(),
    }
}
