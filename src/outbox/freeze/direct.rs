//! Plans with one call per person: templates and flows.

use super::people::People;
use super::personal::{Names, Replaced, Text, fill_for, no_value};
use super::values::Sources;
use super::{Desk, FreezeError, Frozen, no_recipients};
use crate::api::wire::encode::TemplatePayload;
use crate::domain::draft::Values;
use crate::domain::placeholder::{NoValue, Piece, is_blank};
use crate::domain::template::{ParameterProblem, TemplateFiller, check_left_over};
use crate::domain::{
    AudienceRow, Flow, FlowVersion, FrozenRequest, Intent, Meaning, PhoneNumber, PlannedCall,
    SendKind, Template, ValueSource,
};
use serde_json::Value;
use std::borrow::Cow;

/// Set by every flow call itself.
const OWN_ATTRIBUTE: &str = "user.phone_no";

/// A template with these components as the encoders want it.
pub(super) fn payload<'a>(template: &'a Template, components: &'a Value) -> TemplatePayload<'a> {
    TemplatePayload {
        name: &template.name,
        namespace: template.namespace.as_deref(),
        language: &template.language,
        components,
    }
}

/// A filler, or the damage as an error.
pub(super) fn filler(template: &Template) -> Result<TemplateFiller<'_>, FreezeError> {
    TemplateFiller::new(template).map_err(|problem| FreezeError::values(vec![problem]))
}

/// Leaves a row out for its first error or because it was there before. True if it stays.
pub(super) fn passes<'a>(
    problems: &[ParameterProblem],
    row: &'a AudienceRow,
    people: &mut People<'a>,
) -> bool {
    if let Some(error) = problems.iter().find(|problem| problem.is_error()) {
        people.skip_for(row, error);
        return false;
    }
    people.keep(row)
}

/// The number of a row; one without is left out, because only broadcasts reach other channels.
pub(super) fn phone_of<'r>(
    row: &'r AudienceRow,
    people: &mut People<'_>,
) -> Option<&'r PhoneNumber> {
    let phone = row.recipient.phone();
    if phone.is_none() {
        let reason = "the recipient is no phone number: only a broadcast with another channel \
                      reaches such people";
        people.skip(row, "not_a_number", reason.to_owned());
    }
    phone
}

/// What a template says before its values.
pub(super) fn template_meaning(meaning: Meaning, template: &Template) -> Meaning {
    let namespace = template.namespace.as_deref();
    meaning.of_template(&template.name, &template.language, namespace)
}

/// Calls to one person each, with what each of them means.
pub(super) struct Calls {
    calls: Vec<PlannedCall>,
    intents: Vec<Intent>,
}

impl Calls {
    pub(super) fn for_rows(rows: usize) -> Self {
        Self {
            calls: Vec::with_capacity(rows),
            intents: Vec::with_capacity(rows),
        }
    }

    pub(super) fn add(&mut self, row: &AudienceRow, mut request: FrozenRequest, intent: Intent) {
        if let Some(before) = self.calls.last() {
            request.share_head(&before.request);
        }
        self.calls.push(PlannedCall {
            recipients: vec![row.recipient.clone()],
            request,
        });
        self.intents.push(intent);
    }

    pub(super) fn one_each(
        self,
        title: String,
        people: &People<'_>,
    ) -> Result<Frozen, FreezeError> {
        let Self { calls, intents } = self;
        if calls.is_empty() {
            return Err(no_recipients(people));
        }
        Ok(Frozen {
            title,
            calls,
            intents,
        })
    }
}

impl<'a> Desk<'a> {
    pub(super) fn template_calls(
        &self,
        template: &Template,
        values: &Values,
        people: &mut People<'a>,
    ) -> Result<Frozen, FreezeError> {
        let replaced = Replaced::Nothing;
        let sources = Sources::resolve(template, values, self.audience, replaced, self.arrives())?;
        sources.check_shared(people)?;
        let mut filler = filler(template)?;
        sources.check_together(&filler)?;
        let meaning = template_meaning(self.meaning(SendKind::Template), template);
        let mut calls = Calls::for_rows(self.audience.rows.len());
        for row in &self.audience.rows {
            let Some(phone) = phone_of(row, people) else {
                continue;
            };
            let own = sources.row(row, &filler);
            if passes(&own.problems, row, people) {
                sources.count(&own, people);
                let components = filler.set(|index| own.get(index));
                let intent = meaning.to_with(&row.recipient, components);
                let payload = payload(template, components);
                calls.add(row, self.encoder.template_call(phone, payload), intent);
            }
        }
        calls.one_each(template.name.clone(), people)
    }

    pub(super) fn flow_calls(
        &self,
        flow: &Flow,
        version: FlowVersion,
        attributes: &Values,
        people: &mut People<'a>,
    ) -> Result<Frozen, FreezeError> {
        let names = Names::new(self.audience, Replaced::Nothing);
        let attributes = Attributes::read(flow, attributes, names)?;
        if version == FlowVersion::V1 {
            people.note(
                "v1.0 puts the number and all values into the address, where logs keep them; v2.0 \
                 does not."
                    .to_owned(),
            );
        }
        let mut meaning = self.meaning(SendKind::Flow);
        meaning.text(&flow.key);
        let mut calls = Calls::for_rows(self.audience.rows.len());
        for row in &self.audience.rows {
            let Some(phone) = phone_of(row, people) else {
                continue;
            };
            let own = match attributes.row(row) {
                Ok(own) => own,
                Err(problem) => {
                    people.skip_for(row, &problem);
                    continue;
                }
            };
            if people.keep(row) {
                for name in &own.fallbacks {
                    people.fell_back(name, name);
                }
                let pairs: Vec<(&str, &str)> = own
                    .pairs
                    .iter()
                    .map(|(name, value)| (*name, value.as_ref()))
                    .collect();
                let request = self.encoder.flow_call(version, &flow.key, phone, &pairs)?;
                let intent = meaning.to_with_texts(&row.recipient, pairs.iter().copied());
                calls.add(row, request, intent);
            }
        }
        calls.one_each(flow.name.clone(), people)
    }
}

/// The attributes of a flow start with their sources, by name.
struct Attributes<'a> {
    flow: &'a Flow,
    entries: Vec<(&'a str, Text<'a>)>,
}

/// One person's attributes.
struct OwnAttributes<'r> {
    pairs: Vec<(&'r str, Cow<'r, str>)>,
    /// Names of those that got a text for people without a value.
    fallbacks: Vec<&'r str>,
}

impl<'a> Attributes<'a> {
    /// Checks what needs no row: required names, names that are not for people to set, and texts
    /// that are the same for everybody.
    fn read(flow: &'a Flow, values: &'a Values, names: Names<'a>) -> Result<Self, FreezeError> {
        let mut problems: Vec<ParameterProblem> = flow
            .required
            .iter()
            .filter(|name| !values.contains_key(*name))
            .map(|name| {
                let text = format!("the flow {} needs {name}", flow.name);
                ParameterProblem::error(name, "missing", text)
            })
            .collect();
        let mut attributes = Self {
            flow,
            entries: Vec::with_capacity(values.len()),
        };
        for (name, source) in values {
            if is_blank(name) || name == OWN_ATTRIBUTE || name.contains("{{") {
                let text = format!(
                    "the attribute `{name}` cannot be set: the number comes from the recipient, and \
                     a name is a word"
                );
                problems.push(ParameterProblem::error(name, "own_attribute", text));
                continue;
            }
            let text = match source {
                ValueSource::Constant(text) => names.read(name, name, text),
                ValueSource::Column(column) => Ok(Text::Personal(names.column(column)?)),
            };
            let text = text.and_then(|text| match text {
                Text::Shared(shared) => attributes.check(name, shared).map(|()| text),
                Text::Personal(_) => Ok(text),
            });
            match text {
                Ok(text) => attributes.entries.push((name, text)),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.is_empty() {
            Ok(attributes)
        } else {
            let advice = "Give each with --attr NAME=VALUE or --map NAME=COLUMN.";
            Err(FreezeError::of("parameters", problems, advice))
        }
    }

    /// Everything one person's flow starts with.
    fn row<'r>(&'r self, row: &'r AudienceRow) -> Result<OwnAttributes<'r>, ParameterProblem> {
        let mut own = OwnAttributes {
            pairs: Vec::with_capacity(self.entries.len()),
            fallbacks: Vec::new(),
        };
        for (name, text) in &self.entries {
            let value = match text {
                Text::Shared(text) => Cow::Borrowed(*text),
                Text::Personal(pieces) => {
                    let (value, fell_back) = self.personal(name, pieces, row)?;
                    own.fallbacks.extend(fell_back.then_some(*name));
                    value
                }
            };
            own.pairs.push((name, value));
        }
        Ok(own)
    }

    fn personal<'r>(
        &self,
        name: &str,
        pieces: &[Piece<'r>],
        row: &'r AudienceRow,
    ) -> Result<(Cow<'r, str>, bool), ParameterProblem> {
        let (value, fell_back) = match fill_for(pieces, row) {
            Ok(filled) => (filled.text, filled.fell_back.is_some()),
            // A column by itself may be empty where the flow does not need it.
            Err(NoValue::Empty(place)) if place.is_column() => (Cow::Borrowed(""), false),
            Err(why) => return Err(no_value(name, name, why)),
        };
        self.check(name, &value)?;
        Ok((value, fell_back))
    }

    /// A value that may not leave: a required one that is empty, or a placeholder in it.
    fn check(&self, name: &str, value: &str) -> Result<(), ParameterProblem> {
        if is_blank(value) && self.flow.required.iter().any(|required| required == name) {
            let text = format!("{name} is empty: the flow {} needs it", self.flow.name);
            return Err(ParameterProblem::error(name, "empty", text));
        }
        match check_left_over(name, value) {
            Some(problem) => Err(problem),
            None => Ok(()),
        }
    }
}
