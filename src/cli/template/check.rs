//! `template check`: what a send with these values would be told, without a recipient.

use super::find;
use crate::cli::args::TemplateName;
use crate::cli::context::{Context, name_and_value, usage};
use crate::cli::exit::ExitStatus;
use crate::cli::output::Row;
use crate::contract::{ApiError, ErrorKind};
use crate::domain::Template;
use crate::domain::template::{
    ParameterProblem, Severity, check_shape, check_values, rendered_body,
};
use crate::store::Library;
use serde_json::json;
use std::collections::BTreeMap;

/// Checks values against a template and prints every problem with its rule.
///
/// # Errors
/// A name that is not there, or values with which a send would be refused.
pub fn check(
    context: &Context,
    library: &Library,
    name: &TemplateName,
    param: &[String],
) -> Result<ExitStatus, ApiError> {
    let template = find(library, &name.name, name.language.as_deref())?;
    let mut values = read_values(&template, param)?;
    for note in use_fallbacks(&template, &mut values) {
        context.output.note(&note);
    }
    let mut problems = check_shape(&template);
    problems.extend(check_values(&template, &values));
    let rows: Vec<Row> = problems.iter().map(row).collect();
    let headers = ["parameter", "severity", "rule", "text"];
    context.output.list(&headers, &rows);
    if problems.iter().any(ParameterProblem::is_error) {
        return Err(ApiError::new(
            ErrorKind::Refused,
            "the values do not fit the template",
            "Mend what is listed.",
        ));
    }
    if let Some(body) = rendered_body(&template, &values) {
        context.output.note(&body);
    }
    Ok(ExitStatus::Done)
}

/// The values by the names of their places, given by name or label.
fn read_values(
    template: &Template,
    param: &[String],
) -> Result<BTreeMap<String, String>, ApiError> {
    let mut values = BTreeMap::new();
    for given in param {
        let (name, value) = name_and_value("--param", given)?;
        let place = template.parameter_named(name);
        let place = place.map_or(name, |place| place.name.as_str());
        if values.insert(place.to_owned(), value.to_owned()).is_some() {
            return Err(usage(
                format!("{place} is given twice"),
                "Give each place one value, by its name or its label.",
            ));
        }
    }
    Ok(values)
}

/// Puts the fallback of a place where its value is missing or empty, as a send does.
fn use_fallbacks(template: &Template, values: &mut BTreeMap<String, String>) -> Vec<String> {
    let mut notes = Vec::new();
    for place in &template.parameters {
        let given = values.get(&place.name);
        let lacks = given.map_or(place.default.is_none(), |value| value.trim().is_empty());
        if let (true, Some(fallback)) = (lacks, &place.fallback) {
            notes.push(format!(
                "{} takes its fallback: {fallback}",
                place.shown_name()
            ));
            values.insert(place.name.clone(), fallback.clone());
        }
    }
    notes
}

fn row(problem: &ParameterProblem) -> Row {
    let severity = match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let document = json!({
        "parameter": problem.parameter, "severity": severity, "rule": problem.rule,
        "text": problem.text,
    });
    let cells = [&problem.parameter, severity, problem.rule, &problem.text];
    Row::new(&document, cells.map(str::to_owned).to_vec())
}
