//! Puts values into a template's places and says what is wrong with them. It never invents a value:
//! a text without one is a problem, because the sample of the import would reach people.

use super::rules::{ParameterProblem, check_value};
use super::{ParameterKind, Template, TemplateParameter};
use serde_json::Value;
use std::collections::BTreeMap;

/// Most characters of a filled body (132005 beyond).
const BODY_CHARS: usize = 1024;
/// Most characters of a one-time code.
const CODE_CHARS: usize = 15;

/// Sets values into one working copy of the components, again and again, so that a long list does
/// not copy the template for each person.
#[derive(Debug, Clone)]
pub struct TemplateFiller<'a> {
    template: &'a Template,
    components: Value,
    body: BodyMeasure,
    code: Option<(&'a str, &'a str)>,
}

/// What is needed to know the length of a filled body.
#[derive(Debug, Clone)]
struct BodyMeasure {
    literal_chars: usize,
    places: Vec<String>,
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
            body: BodyMeasure::of(template),
            code: one_time_code(template),
        })
    }

    /// What is wrong with the values together: a body that is too long, a code that is too long
    /// or not the same in text and button. `value` gives a parameter's value by name.
    pub fn check_together<'v>(
        &self,
        value: impl Fn(&str) -> Option<&'v str>,
    ) -> Vec<ParameterProblem> {
        let mut problems = Vec::new();
        let length = self.body.filled(&value);
        if length > BODY_CHARS {
            let text = format!(
                "the body has {length} characters with these values, at most {BODY_CHARS} are \
                 allowed: shorten them"
            );
            problems.push(ParameterProblem::error("body", "too_long", text));
        }
        if let Some((body, button)) = self.code
            && let (Some(code), Some(repeated)) = (value(body), value(button))
        {
            if code.chars().count() > CODE_CHARS {
                let text = format!("{body} is a code, at most {CODE_CHARS} characters are allowed");
                problems.push(ParameterProblem::error(body, "too_long", text));
            }
            if code != repeated {
                let text = format!(
                    "{body} and {button} differ: a one-time code is the same in text and button"
                );
                problems.push(ParameterProblem::warning(button, "code_differs", text));
            }
        }
        problems
    }

    /// The components with these values in place; a parameter without a value keeps what the last
    /// call left, so check first that none is missing.
    pub fn set<'v>(&mut self, value: impl Fn(&TemplateParameter) -> Option<&'v str>) -> &Value {
        for parameter in &self.template.parameters {
            let slot = self.components.pointer_mut(&parameter.pointer);
            if let (Some(slot), Some(text)) = (slot, value(parameter)) {
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

impl BodyMeasure {
    fn of(template: &Template) -> Self {
        if let Some(text) = &template.wording.body {
            let pieces = split_places(text);
            let literal_chars = pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Literal(text) => text.chars().count(),
                    Piece::Place { .. } => 0,
                })
                .sum();
            let places = pieces.iter().filter_map(|piece| match piece {
                Piece::Place { name, .. } => Some((*name).to_owned()),
                Piece::Literal(_) => None,
            });
            return Self {
                literal_chars,
                places: places.collect(),
            };
        }
        let in_body = |parameter: &&TemplateParameter| {
            parameter.kind == ParameterKind::Text && !parameter.pointer.contains("/cards/")
        };
        let places = template.parameters.iter().filter(in_body);
        Self {
            literal_chars: 0,
            places: places.map(|parameter| parameter.name.clone()).collect(),
        }
    }

    fn filled<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> usize {
        let values = self.places.iter().filter_map(|name| value(name));
        self.literal_chars + values.map(|text| text.chars().count()).sum::<usize>()
    }
}

/// The text and button of a one-time code: the only text, repeated in the only button's sample.
fn one_time_code(template: &Template) -> Option<(&str, &str)> {
    let [body, button] = template.parameters.as_slice() else {
        return None;
    };
    let kinds = (body.kind, button.kind) == (ParameterKind::Text, ParameterKind::ButtonText);
    let sample = |parameter: &TemplateParameter| {
        let sample = template.components.pointer(&parameter.pointer)?;
        sample.as_str().filter(|text| !text.is_empty())
    };
    let same = sample(body).is_some() && sample(body) == sample(button);
    (kinds && same).then_some((body.name.as_str(), button.name.as_str()))
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
        match value_of(template, values, &parameter.name) {
            None => problems.push(missing(parameter)),
            Some(value) => problems.extend(check_value(parameter.kind, &parameter.name, value)),
        }
    }
    match TemplateFiller::new(template) {
        Ok(filler) => {
            problems.extend(filler.check_together(|name| value_of(template, values, name)));
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
    filler.set(|parameter| value_of(template, values, &parameter.name));
    Ok(filler.into_components())
}

fn value_of<'v>(
    template: &'v Template,
    values: &'v BTreeMap<String, String>,
    name: &str,
) -> Option<&'v str> {
    let default = || {
        let parameter = template.parameters.iter().find(|p| p.name == name)?;
        parameter.default.as_deref()
    };
    values.get(name).map(String::as_str).or_else(default)
}

/// A problem if the template has no parameter of this name.
pub fn unknown_name(template: &Template, name: &str) -> Option<ParameterProblem> {
    let known: Vec<&str> = template
        .parameters
        .iter()
        .map(|parameter| parameter.name.as_str())
        .collect();
    if known.contains(&name) {
        return None;
    }
    let has = if known.is_empty() {
        "it takes no values".to_owned()
    } else {
        format!("it has {}", known.join(", "))
    };
    let text = format!(
        "the template {} has no parameter {name}: {has}",
        template.name
    );
    Some(ParameterProblem::error(name, "unknown_parameter", text))
}

/// The problem of a parameter that got no value.
pub fn missing(parameter: &TemplateParameter) -> ParameterProblem {
    let text = format!("{} has no value: give it one", parameter.name);
    ParameterProblem::error(&parameter.name, "missing", text)
}

/// The body as people will read it, for a preview; places without a value stay as they are.
/// `None` where the template's wording is not known.
pub fn rendered_body(template: &Template, values: &BTreeMap<String, String>) -> Option<String> {
    let text = template.wording.body.as_deref()?;
    let pieces = split_places(text).into_iter().map(|piece| match piece {
        Piece::Literal(text) => text,
        Piece::Place { name, raw } => values.get(name).map_or(raw, String::as_str),
    });
    Some(pieces.collect())
}

/// A piece of a body text.
enum Piece<'t> {
    Literal(&'t str),
    Place { name: &'t str, raw: &'t str },
}

fn split_places(text: &str) -> Vec<Piece<'_>> {
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
