//! Plans with one call per person: templates and flows.

use super::people::People;
use super::values::{Sources, check_column};
use super::{Desk, FreezeError, Frozen, no_recipients};
use crate::api::wire::encode::TemplatePayload;
use crate::domain::draft::Values;
use crate::domain::template::{ParameterProblem, TemplateFiller, placeholders};
use crate::domain::{
    AudienceRow, Flow, FlowVersion, FrozenRequest, PhoneNumber, PlannedCall, Template, ValueSource,
};
use serde_json::Value;

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

/// Leaves a row out for its first error, or counts its warnings. True if it stays.
pub(super) fn passes<'a>(
    problems: &[ParameterProblem],
    row: &'a AudienceRow,
    people: &mut People<'a>,
) -> bool {
    if let Some(error) = problems.iter().find(|problem| problem.is_error()) {
        people.skip(row, error.rule, error.text.clone());
        return false;
    }
    if !people.keep(row) {
        return false;
    }
    for problem in problems {
        people.warn(&problem.parameter, problem.rule, &problem.text);
    }
    true
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

fn call_to(row: &AudienceRow, request: FrozenRequest) -> PlannedCall {
    PlannedCall {
        recipients: vec![row.recipient.clone()],
        request,
    }
}

impl<'a> Desk<'a> {
    pub(super) fn template_calls(
        &self,
        template: &Template,
        values: &Values,
        people: &mut People<'a>,
    ) -> Result<Frozen, FreezeError> {
        let sources = Sources::resolve(template, values, self.audience, self.arrives())?;
        people.notes(sources.check_shared()?);
        let mut filler = filler(template)?;
        let mut calls = Vec::with_capacity(self.audience.rows.len());
        for row in &self.audience.rows {
            let Some(phone) = phone_of(row, people) else {
                continue;
            };
            let problems = sources.check_row(row, &filler);
            if passes(&problems, row, people) {
                let components = filler.set(|parameter| sources.value_of(parameter, row));
                let payload = payload(template, components);
                calls.push(call_to(row, self.encoder.template_call(phone, payload)));
            }
        }
        one_call_each(template.name.clone(), calls, people)
    }

    pub(super) fn flow_calls(
        &self,
        flow: &Flow,
        version: FlowVersion,
        attributes: &Values,
        people: &mut People<'a>,
    ) -> Result<Frozen, FreezeError> {
        check_attributes(flow, attributes, self.audience)?;
        if version == FlowVersion::V1 {
            people.note(
                "v1.0 puts the number and all values into the address, where logs keep them; v2.0 \
                 does not."
                    .to_owned(),
            );
        }
        let mut calls = Vec::with_capacity(self.audience.rows.len());
        for row in &self.audience.rows {
            let pairs: Vec<(&str, &str)> = attributes
                .iter()
                .map(|(name, source)| (name.as_str(), attribute(source, row)))
                .collect();
            let Some(phone) = phone_of(row, people) else {
                continue;
            };
            if let Some((rule, reason)) = bad_attribute(flow, &pairs) {
                people.skip(row, rule, reason);
            } else if people.keep(row) {
                let request = self.encoder.flow_call(version, &flow.key, phone, &pairs)?;
                calls.push(call_to(row, request));
            }
        }
        one_call_each(flow.name.clone(), calls, people)
    }
}

fn one_call_each(
    title: String,
    calls: Vec<PlannedCall>,
    people: &People<'_>,
) -> Result<Frozen, FreezeError> {
    if calls.is_empty() {
        return Err(no_recipients(people));
    }
    Ok(Frozen { title, calls })
}

fn attribute<'v>(source: &'v ValueSource, row: &'v AudienceRow) -> &'v str {
    match source {
        ValueSource::Constant(text) => text,
        ValueSource::Column(column) => row.columns.get(column).map_or("", String::as_str),
    }
}

/// Checks that need no row: required names, names that are not for people to set, columns, and
/// texts that are the same for everybody.
fn check_attributes(
    flow: &Flow,
    attributes: &Values,
    audience: &crate::domain::Audience,
) -> Result<(), FreezeError> {
    let absent: Vec<&str> = flow
        .required
        .iter()
        .filter(|name| !attributes.contains_key(*name))
        .map(String::as_str)
        .collect();
    if !absent.is_empty() {
        return Err(FreezeError::new(
            "parameters",
            format!("the flow {} needs {}", flow.name, absent.join(", ")),
            "Give each with --attr NAME=VALUE or --map NAME=COLUMN.",
        ));
    }
    let mut shared = Vec::new();
    for (name, source) in attributes {
        if name.trim().is_empty() || name == OWN_ATTRIBUTE {
            return Err(FreezeError::new(
                "parameters",
                format!("the attribute `{name}` cannot be set"),
                "Leave it out: the number comes from the recipient.",
            ));
        }
        match source {
            ValueSource::Constant(text) => shared.push((name.as_str(), text.as_str())),
            ValueSource::Column(column) => check_column(column, audience)?,
        }
    }
    match bad_attribute(flow, &shared) {
        Some((_, reason)) => Err(FreezeError::new(
            "parameters",
            reason,
            "Give it another value with --attr.",
        )),
        None => Ok(()),
    }
}

/// The first value that may not leave: a required one that is empty, or an open placeholder.
fn bad_attribute(flow: &Flow, pairs: &[(&str, &str)]) -> Option<(&'static str, String)> {
    pairs.iter().find_map(|(name, value)| {
        if value.trim().is_empty() && flow.required.iter().any(|required| required == name) {
            return Some((
                "empty",
                format!("{name} is empty: the flow {} needs it", flow.name),
            ));
        }
        let placeholder = placeholders(value).next()?;
        let reason =
            format!("{name} still holds the placeholder {placeholder}: put a value in its place");
        Some(("placeholder", reason))
    })
}
