//! Puts values into a template's places and says what is wrong with them. It never invents a value:
//! a text without one is a problem, because the sample of the import would reach people.

use super::rules::{ParameterProblem, check_parameter};
use super::together::Together;
use super::{ParameterKind, Template, TemplateParameter};
use serde_json::Value;
use std::collections::BTreeMap;

/// Sets values into one working copy of the components, again and again, so that a long list does
/// not copy the template for each person.
#[derive(Debug, Clone)]
pub struct TemplateFiller<'a> {
    template: &'a Template,
    components: Value,
    together: Together,
}

impl<'a> TemplateFiller<'a> {
    /// A filler of this template.
    ///
    /// # Errors
    /// A place that points nowhere: the stored template is damaged and must be imported again.
    pub fn new(template: &'a Template) -> Result<Self, ParameterProblem> {
        for parameter in &template.parameters {
            if template.components.pointer(&parameter.pointer).is_none() {
                let text = format!(
                    "the stored template {} has no place for {}: import it again",
                    template.name, parameter.name
                );
                return Err(ParameterProblem::error(
                    &parameter.name,
                    "template_damaged",
                    text,
                ));
            }
        }
        Ok(Self {
            template,
            components: template.components.clone(),
            together: Together::of(template),
        })
    }

    /// What is wrong with the values together: texts that are too long as a whole, an address of a
    /// button, a one-time code. `value` gives a parameter's value by its index in the template.
    pub fn check_together<'v>(
        &self,
        value: impl Fn(usize) -> Option<&'v str>,
    ) -> Vec<ParameterProblem> {
        self.together.check(&value)
    }

    /// The components with these values in place, given by the parameter's index in the template;
    /// a parameter without a value keeps what the last call left, so check first that none is
    /// missing.
    pub fn set<'v>(&mut self, value: impl Fn(usize) -> Option<&'v str>) -> &Value {
        for (index, parameter) in self.template.parameters.iter().enumerate() {
            let slot = self.components.pointer_mut(&parameter.pointer);
            if let (Some(slot), Some(text)) = (slot, value(index)) {
                put(slot, parameter.kind, text);
            }
        }
        &self.components
    }

    fn into_components(self) -> Value {
        self.components
    }
}

fn put(slot: &mut Value, kind: ParameterKind, text: &str) {
    match (kind, text.parse::<i64>()) {
        (ParameterKind::OfferExpiry, Ok(millis)) => *slot = Value::from(millis),
        _ => match slot {
            Value::String(old) => {
                old.clear();
                old.push_str(text);
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => *slot = Value::from(text),
        },
    }
}

/// Everything wrong with these values: names the template does not have, missing values, each
/// value by itself, and all together.
pub fn check_values(
    template: &Template,
    values: &BTreeMap<String, String>,
) -> Vec<ParameterProblem> {
    let mut problems: Vec<ParameterProblem> = values
        .keys()
        .filter_map(|name| unknown_name(template, name))
        .collect();
    for parameter in &template.parameters {
        match value_of(parameter, values) {
            None => problems.push(missing(parameter)),
            Some(value) => problems.extend(check_parameter(parameter, value)),
        }
    }
    match TemplateFiller::new(template) {
        Ok(filler) => {
            problems.extend(filler.check_together(|index| value_at(template, values, index)));
        }
        Err(problem) => problems.push(problem),
    }
    problems
}

/// The components with these values in place; `offer.expires` becomes a number. Parameters that
/// keep their imported value need none. Warnings do not stop it; [`check_values`] lists them.
///
/// # Errors
/// Every problem found, warnings included, if one of them stops a send.
pub fn fill(
    template: &Template,
    values: &BTreeMap<String, String>,
) -> Result<Value, Vec<ParameterProblem>> {
    let problems = check_values(template, values);
    if problems.iter().any(ParameterProblem::is_error) {
        return Err(problems);
    }
    let mut filler = TemplateFiller::new(template).map_err(|problem| vec![problem])?;
    filler.set(|index| value_at(template, values, index));
    Ok(filler.into_components())
}

fn value_at<'v>(
    template: &'v Template,
    values: &'v BTreeMap<String, String>,
    index: usize,
) -> Option<&'v str> {
    value_of(template.parameters.get(index)?, values)
}

/// The value given under the name or the label of a place, else the imported one.
fn value_of<'v>(
    parameter: &'v TemplateParameter,
    values: &'v BTreeMap<String, String>,
) -> Option<&'v str> {
    let label = || values.get(parameter.label.as_ref()?);
    let given = values.get(&parameter.name).or_else(label);
    given.or(parameter.default.as_ref()).map(String::as_str)
}

/// A problem if the template has no parameter of this name or label.
pub fn unknown_name(template: &Template, name: &str) -> Option<ParameterProblem> {
    if template.parameter_named(name).is_some() {
        return None;
    }
    let names: Vec<&str> = template
        .parameters
        .iter()
        .map(TemplateParameter::shown_name)
        .collect();
    let has = if names.is_empty() {
        "it takes no values".to_owned()
    } else {
        format!("it has {}", names.join(", "))
    };
    let text = format!(
        "the template {} has no parameter {name}: {has}",
        template.name
    );
    Some(ParameterProblem::error(name, "unknown_parameter", text))
}

/// The problem of a parameter that got no value.
pub fn missing(parameter: &TemplateParameter) -> ParameterProblem {
    let text = format!("{} has no value: give it one", parameter.shown_name());
    ParameterProblem::error(&parameter.name, "missing", text)
}

/// The body as people will read it, for a preview; places without a value stay as they are.
/// `None` where the template's wording is not known.
pub fn rendered_body(template: &Template, values: &BTreeMap<String, String>) -> Option<String> {
    let text = template.wording.body.as_deref()?;
    let pieces = split_places(text).into_iter().map(|piece| match piece {
        Piece::Literal(text) => text,
        Piece::Place { name, raw } => values
            .get(name)
            .or_else(|| values.get(template.parameter_named(name)?.label.as_ref()?))
            .map_or(raw, String::as_str),
    });
    Some(pieces.collect())
}

/// A piece of a template's own words.
pub(super) enum Piece<'t> {
    Literal(&'t str),
    Place { name: &'t str, raw: &'t str },
}

/// Splits words into what stands and what is filled; an open `{{` stands.
pub(super) fn split_places(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        let Some(end) = rest.get(start..).and_then(|tail| tail.find("}}")) else {
            break;
        };
        let (literal, tail) = rest.split_at(start);
        let (raw, after) = tail.split_at(end + 2);
        pieces.push(Piece::Literal(literal));
        let name = raw.trim_start_matches('{').trim_end_matches('}').trim();
        pieces.push(Piece::Place { name, raw });
        rest = after;
    }
    pieces.push(Piece::Literal(rest));
    pieces
}

#[cfg(test)]
mod tests;
