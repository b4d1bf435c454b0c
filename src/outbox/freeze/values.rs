//! Where each parameter of a template gets its value from, and whether the values may be sent.
//! What is the same for everybody is checked once, columns for each person.

use super::FreezeError;
use crate::domain::draft::Values;
use crate::domain::template::{
    ParameterProblem, Severity, TemplateFiller, check_value, missing, placeholders, unknown_name,
};
use crate::domain::{
    Audience, AudienceRow, ParameterKind, Template, TemplateParameter, ValueSource,
};
use jiff::Timestamp;

/// Which placeholders the platform replaces in this kind of send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replaced {
    /// None: people would read them.
    Nothing,
    /// The recipient's number.
    Number,
    /// The recipient's number, and this many attributes of the upload.
    Attributes(usize),
}

/// Where one value comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source<'a> {
    /// Given once.
    Constant(&'a str),
    /// Kept from the import.
    Imported(&'a str),
    /// Different for each person.
    Column(&'a str),
}

/// Every parameter of a template with its source, in the template's order.
pub(super) struct Sources<'a> {
    entries: Vec<(&'a TemplateParameter, Source<'a>)>,
    replaced: Replaced,
    arrives: Timestamp,
}

impl<'a> Sources<'a> {
    /// Finds the sources and checks what is the same for everybody.
    pub(super) fn resolve(
        template: &'a Template,
        values: &'a Values,
        audience: &Audience,
        arrives: Timestamp,
    ) -> Result<Self, FreezeError> {
        let mut problems: Vec<ParameterProblem> = values
            .keys()
            .filter_map(|name| unknown_name(template, name))
            .collect();
        let mut entries = Vec::with_capacity(template.parameters.len());
        for parameter in &template.parameters {
            let source = match (values.get(&parameter.name), &parameter.default) {
                (Some(ValueSource::Constant(text)), _) => Source::Constant(text),
                (Some(ValueSource::Column(column)), _) => {
                    check_column(column, audience)?;
                    Source::Column(column)
                }
                (None, Some(default)) => Source::Imported(default),
                (None, None) => {
                    problems.push(missing(parameter));
                    continue;
                }
            };
            entries.push((parameter, source));
        }
        if !problems.is_empty() {
            return Err(FreezeError::values(problems));
        }
        Ok(Self {
            entries,
            replaced: Replaced::Nothing,
            arrives,
        })
    }

    /// Says what the platform replaces in this send.
    pub(super) fn replacing(mut self, replaced: Replaced) -> Self {
        self.replaced = replaced;
        self
    }

    /// Checks what is the same for everybody.
    ///
    /// Returns notes: imported values that stay, and warnings.
    pub(super) fn check_shared(&self) -> Result<Vec<String>, FreezeError> {
        let mut problems = Vec::new();
        let mut notes = Vec::new();
        for (parameter, source) in &self.entries {
            match source {
                Source::Constant(text) => problems.extend(self.check_one(parameter, text)),
                Source::Imported(text) => {
                    problems.extend(self.check_one(parameter, text));
                    notes.push(format!(
                        "{} is the same for everybody: {text}",
                        parameter.name
                    ));
                }
                Source::Column(_) => {}
            }
        }
        if problems.iter().any(ParameterProblem::is_error) {
            return Err(FreezeError::values(problems));
        }
        notes.extend(
            problems
                .into_iter()
                .map(|problem| format!("{}.", problem.text)),
        );
        Ok(notes)
    }

    /// What is wrong with one person's values.
    pub(super) fn check_row(
        &self,
        row: &AudienceRow,
        filler: &TemplateFiller<'_>,
    ) -> Vec<ParameterProblem> {
        let mut problems = Vec::new();
        for (parameter, source) in &self.entries {
            if let Source::Column(column) = source {
                let value = row.columns.get(*column).map_or("", String::as_str);
                problems.extend(self.check_one(parameter, value));
            }
        }
        problems.extend(filler.check_together(|name| self.value_by_name(name, row)));
        problems
    }

    /// The value of the parameter with this name for one person.
    pub(super) fn value_by_name<'v>(&'v self, name: &str, row: &'v AudienceRow) -> Option<&'v str> {
        let entry = self.entries.iter().find(|(known, _)| known.name == name)?;
        value(entry.1, row)
    }

    /// A parameter's value for one person.
    pub(super) fn value_of<'v>(
        &'v self,
        parameter: &TemplateParameter,
        row: &'v AudienceRow,
    ) -> Option<&'v str> {
        self.value_by_name(&parameter.name, row)
    }

    /// Columns in use, each once, in the template's order.
    pub(super) fn columns(&self) -> Vec<&'a str> {
        let mut columns = Vec::new();
        for (_, source) in &self.entries {
            if let Source::Column(column) = source
                && !columns.contains(column)
            {
                columns.push(*column);
            }
        }
        columns
    }

    /// Every parameter with its source.
    pub(super) fn entries(&self) -> &[(&'a TemplateParameter, Source<'a>)] {
        &self.entries
    }

    fn check_one(&self, parameter: &TemplateParameter, value: &str) -> Vec<ParameterProblem> {
        let mut problems = check_value(parameter.kind, &parameter.name, value);
        if problems.iter().all(|problem| problem.rule != "placeholder")
            && let Some(placeholder) = self.not_replaced(value)
        {
            let text = format!(
                "{} holds {placeholder}, which the platform does not replace in this kind of send",
                parameter.name
            );
            problems.push(problem(parameter, "placeholder", text));
        }
        if parameter.kind == ParameterKind::OfferExpiry
            && value
                .parse()
                .is_ok_and(|end: i64| end <= self.arrives.as_millisecond())
            && problems.is_empty()
        {
            let text = format!(
                "{} is past: the offer would be over when it arrives",
                parameter.name
            );
            problems.push(problem(parameter, "offer_over", text));
        }
        problems
    }

    fn not_replaced<'v>(&self, value: &'v str) -> Option<&'v str> {
        let replaced = |placeholder: &&str| {
            let inner = placeholder.trim_matches(['{', '}', ' ']);
            let attribute = inner
                .strip_prefix("user.attribute_")
                .map(str::parse::<usize>);
            match (self.replaced, attribute) {
                (Replaced::Nothing, _) | (Replaced::Number, Some(_)) => false,
                (Replaced::Number | Replaced::Attributes(_), None) => true,
                (Replaced::Attributes(count), Some(index)) => index.is_ok_and(|n| n < count),
            }
        };
        placeholders(value).find(|placeholder| !replaced(placeholder))
    }
}

fn problem(parameter: &TemplateParameter, rule: &'static str, text: String) -> ParameterProblem {
    ParameterProblem {
        parameter: parameter.name.clone(),
        rule,
        text,
        severity: Severity::Error,
    }
}

fn value<'v>(source: Source<'v>, row: &'v AudienceRow) -> Option<&'v str> {
    match source {
        Source::Constant(text) | Source::Imported(text) => Some(text),
        Source::Column(column) => row.columns.get(column).map(String::as_str),
    }
}

/// A column must be there; every row of a file has the same ones.
pub(super) fn check_column(column: &str, audience: &Audience) -> Result<(), FreezeError> {
    if audience.rows.is_empty() || audience.names.contains(column) {
        return Ok(());
    }
    let known: Vec<&str> = audience.names.iter().map(String::as_str).collect();
    let advice = if known.is_empty() {
        "Give a file with --csv, or one value for everybody with --param.".to_owned()
    } else {
        format!("The file has: {}.", known.join(", "))
    };
    let message = format!("there is no column {column}");
    Err(FreezeError::new("no_such_column", message, advice))
}
