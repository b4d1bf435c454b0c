//! Where each parameter of a template gets its value from, and whether the values may be sent.
//! What is the same for everybody is checked once, what is personal for each person.

use super::FreezeError;
use super::people::People;
use super::personal::{Names, Replaced, Text, fill_for, no_value};
use crate::domain::draft::Values;
use crate::domain::placeholder::{NoValue, Piece, is_blank};
use crate::domain::raw;
use crate::domain::template::{
    ParameterProblem, TemplateFiller, check_parameter, check_shape, missing, opens_without_end,
    unknown_name,
};
use crate::domain::{
    Audience, AudienceRow, ParameterKind, Template, TemplateParameter, ValueSource,
};
use jiff::Timestamp;
use serde_json::Value;
use std::borrow::Cow;

/// Where one value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Source<'a> {
    /// Given once.
    Constant(&'a str),
    /// Kept from the import.
    Imported(&'a str),
    /// The text for people without a value, because nobody has one.
    Fallback(&'a str),
    /// Different for each person.
    Personal(Vec<Piece<'a>>),
}

/// Every parameter of a template with its source, in the template's order.
pub(super) struct Sources<'a> {
    template: &'a Template,
    entries: Vec<(&'a TemplateParameter, Source<'a>)>,
    replaced: Replaced<'a>,
    arrives: Timestamp,
}

/// The values for one person, by the index of their parameter.
pub(super) struct RowValues<'r> {
    values: Vec<Cow<'r, str>>,
    /// What is wrong with them.
    pub(super) problems: Vec<ParameterProblem>,
    /// Indexes of the parameters that got a text for people without a value.
    fallbacks: Vec<usize>,
}

impl RowValues<'_> {
    /// The value of the parameter with this index.
    pub(super) fn get(&self, index: usize) -> Option<&str> {
        self.values.get(index).map(AsRef::as_ref)
    }
}

impl<'a> Sources<'a> {
    /// Finds the source of every value.
    pub(super) fn resolve(
        template: &'a Template,
        values: &'a Values,
        audience: &'a Audience,
        replaced: Replaced<'a>,
        arrives: Timestamp,
    ) -> Result<Self, FreezeError> {
        let names = Names::new(audience, replaced);
        let mut problems: Vec<ParameterProblem> = values
            .keys()
            .filter_map(|name| unknown_name(template, name))
            .collect();
        let mut entries = Vec::with_capacity(template.parameters.len());
        for parameter in &template.parameters {
            match source_of(parameter, values, names)? {
                Ok(source) => entries.push((parameter, source)),
                Err(problem) => problems.push(problem),
            }
        }
        let sources = Self {
            template,
            entries,
            replaced,
            arrives,
        };
        if problems.is_empty() {
            return Ok(sources);
        }
        // Everything that is to mend is said at once.
        let shared = sources.shared_problems();
        problems.extend(shared.into_iter().filter(ParameterProblem::is_error));
        Err(FreezeError::values(problems))
    }

    /// Says how many attributes the upload has.
    pub(super) fn with_attributes(mut self, count: usize) -> Self {
        if let Replaced::Attributes(number, _) = self.replaced {
            self.replaced = Replaced::Attributes(number, count);
        }
        self
    }

    /// Checks the template and what is the same for everybody. Notes go to `people`: imported
    /// values that stay, and warnings.
    pub(super) fn check_shared(&self, people: &mut People<'_>) -> Result<(), FreezeError> {
        let problems = self.shared_problems();
        if problems.iter().any(ParameterProblem::is_error) {
            return Err(FreezeError::values(problems));
        }
        for (parameter, source) in &self.entries {
            if let Source::Imported(text) = source {
                let name = parameter.shown_name();
                people.note(format!("{name} is the same for everybody: {text}"));
            }
        }
        for problem in problems {
            people.warn_all(problem);
        }
        Ok(())
    }

    fn shared_problems(&self) -> Vec<ParameterProblem> {
        let mut problems = check_shape(self.template);
        problems.extend(self.left_over_beside());
        for (parameter, source) in &self.entries {
            match source {
                Source::Constant(text) | Source::Imported(text) => {
                    problems.extend(self.check_one(parameter, text));
                }
                Source::Fallback(text) => {
                    problems.extend(self.check_one(parameter, text));
                    let name = parameter.shown_name();
                    let text = format!("everybody gets the fallback for {name}");
                    problems.push(ParameterProblem::warning(&parameter.name, "fallback", text));
                }
                Source::Personal(_) => {}
            }
        }
        problems
    }

    /// Checks what the values do together, where all are the same for everybody.
    pub(super) fn check_together(&self, filler: &TemplateFiller<'_>) -> Result<(), FreezeError> {
        let shared: Option<Vec<&str>> = self
            .entries
            .iter()
            .map(|(_, source)| match source {
                Source::Constant(text) | Source::Imported(text) | Source::Fallback(text) => {
                    Some(*text)
                }
                Source::Personal(_) => None,
            })
            .collect();
        let Some(shared) = shared else {
            return Ok(());
        };
        let problems = filler.check_together(|index| shared.get(index).copied());
        if problems.iter().any(ParameterProblem::is_error) {
            return Err(FreezeError::values(problems));
        }
        Ok(())
    }

    /// A placeholder in what takes no value: parts the import kept as they came.
    fn left_over_beside(&self) -> Option<ParameterProblem> {
        let mut fixed = self.template.components.clone();
        for parameter in &self.template.parameters {
            if let Some(slot) = fixed.pointer_mut(&parameter.pointer) {
                *slot = Value::Null;
            }
        }
        let (_, text) = raw::left_over(&fixed, |one| self.replaced.replaces(one))?;
        let text = format!("the template's part {text}");
        Some(ParameterProblem::error("template", "placeholder", text))
    }

    /// One person's values with everything that is wrong with them.
    pub(super) fn row<'r>(
        &'r self,
        row: &'r AudienceRow,
        filler: &TemplateFiller<'_>,
    ) -> RowValues<'r> {
        let mut values = Vec::with_capacity(self.entries.len());
        let (mut problems, mut fallbacks) = (Vec::new(), Vec::new());
        for (index, (parameter, source)) in self.entries.iter().enumerate() {
            let value = match source {
                Source::Constant(text) | Source::Imported(text) | Source::Fallback(text) => {
                    Cow::Borrowed(*text)
                }
                Source::Personal(pieces) => match personal(parameter, pieces, row) {
                    Ok((value, fell_back)) => {
                        problems.extend(self.check_one(parameter, &value));
                        fallbacks.extend(fell_back.then_some(index));
                        value
                    }
                    Err(problem) => {
                        problems.push(problem);
                        Cow::Borrowed("")
                    }
                },
            };
            values.push(value);
        }
        let mut row = RowValues {
            values,
            problems: Vec::new(),
            fallbacks,
        };
        if problems.iter().all(|problem| !problem.is_error()) {
            problems.extend(filler.check_together(|index| row.get(index)));
        }
        row.problems = problems;
        row
    }

    /// Counts what a kept row has: warnings, and texts for people without a value.
    pub(super) fn count(&self, row: &RowValues<'_>, people: &mut People<'_>) {
        for problem in &row.problems {
            people.warn(problem);
        }
        let entries = row
            .fallbacks
            .iter()
            .filter_map(|index| self.entries.get(*index));
        for (parameter, _) in entries {
            people.fell_back(&parameter.name, parameter.shown_name());
        }
    }

    /// Every parameter with its source.
    pub(super) fn entries(&self) -> &[(&'a TemplateParameter, Source<'a>)] {
        &self.entries
    }

    fn check_one(&self, parameter: &TemplateParameter, value: &str) -> Vec<ParameterProblem> {
        let mut problems = check_parameter(parameter, value);
        // What the platform replaces is known better here than where a value is typed.
        problems.retain(|problem| problem.rule != "placeholder");
        if let Some(left_over) = self.replaced.left_over(value) {
            let text = format!(
                "{} holds {left_over}, which the platform does not replace in this kind of send",
                parameter.shown_name()
            );
            problems.push(ParameterProblem::error(
                &parameter.name,
                "placeholder",
                text,
            ));
        } else if opens_without_end(value) {
            let text = format!(
                "{} opens a placeholder that never ends",
                parameter.shown_name()
            );
            problems.push(ParameterProblem::error(
                &parameter.name,
                "placeholder",
                text,
            ));
        }
        let over = |end: i64| end <= self.arrives.as_millisecond();
        if parameter.kind == ParameterKind::OfferExpiry
            && value.parse().is_ok_and(over)
            && problems.is_empty()
        {
            let text = format!(
                "{} is past: the offer would be over when it arrives",
                parameter.shown_name()
            );
            problems.push(ParameterProblem::error(&parameter.name, "offer_over", text));
        }
        problems
    }
}

/// The value of a parameter for one person, and whether it is the text for people without one.
fn personal<'r>(
    parameter: &'r TemplateParameter,
    pieces: &[Piece<'r>],
    row: &'r AudienceRow,
) -> Result<(Cow<'r, str>, bool), ParameterProblem> {
    let filled = match (fill_for(pieces, row), &parameter.fallback) {
        (Err(NoValue::Empty(_)), Some(fallback)) => return Ok((Cow::Borrowed(fallback), true)),
        (Err(why), _) => return Err(no_value(&parameter.name, parameter.shown_name(), why)),
        (Ok(filled), _) => filled,
    };
    match &parameter.fallback {
        Some(fallback) if is_blank(&filled.text) => Ok((Cow::Borrowed(fallback), true)),
        // A blank one is refused by the check of the value.
        Some(_) | None => Ok((filled.text, filled.fell_back.is_some())),
    }
}

type Found<'a> = Result<Source<'a>, ParameterProblem>;

/// The source of one parameter, given under its name or its label.
fn source_of<'a>(
    parameter: &'a TemplateParameter,
    values: &'a Values,
    names: Names<'a>,
) -> Result<Found<'a>, FreezeError> {
    let by_label = parameter.label.as_ref().and_then(|label| values.get(label));
    let by_name = values.get(&parameter.name);
    if by_name.is_some() && by_label.is_some() {
        let (name, shown) = (&parameter.name, parameter.shown_name());
        let text = format!("{shown} is given twice, as {name} too: give it once");
        return Ok(Err(ParameterProblem::error(name, "given_twice", text)));
    }
    if let (None, Some(fallback)) = (by_name.or(by_label), &parameter.fallback)
        && parameter.default.is_none()
    {
        return Ok(Ok(Source::Fallback(fallback)));
    }
    Ok(match (by_name.or(by_label), &parameter.default) {
        (Some(ValueSource::Constant(text)), _) if is_blank(text) => Ok(match &parameter.fallback {
            Some(fallback) => Source::Fallback(fallback),
            None => Source::Constant(text),
        }),
        (Some(ValueSource::Constant(text)), _) => {
            let read = names.read(&parameter.name, parameter.shown_name(), text);
            read.map(|text| match text {
                Text::Shared(text) => Source::Constant(text),
                Text::Personal(pieces) => Source::Personal(pieces),
            })
        }
        (Some(ValueSource::Column(column)), _) => Ok(Source::Personal(names.column(column)?)),
        (None, Some(default)) => Ok(Source::Imported(default)),
        (None, None) => Err(missing(parameter)),
    })
}
