//! What was found out about the people of a plan: printed by a dry run, written to the file of
//! `--rejects`, and refused where `--on RULE=stop` asks for it. It must not queue.

use crate::cli::args_people::PeopleArgs;
use crate::cli::context::{Context, usage};
use crate::contract::ApiError;
use crate::domain::audience::{
    CheckClass, CheckReport, CheckVerdict, ClassChoices, Difference, Example, countries,
    stop_sentence,
};
use crate::domain::{Audience, Plan, SkippedRow};
use crate::export::{ExportFile, Overwrite, write_rejects};
use crate::outbox::FreezeError;
use serde_json::{Value, json};
use std::path::Path;

/// Most people of a difference that are named in a text; documents have all of them.
const NAMED: usize = 10;

/// What a dry run says besides the plan itself.
#[derive(Debug, Default)]
pub struct Checks {
    report: CheckReport,
    countries: Vec<(String, u64)>,
    compared: Option<(i64, Difference)>,
}

impl Checks {
    /// Of a plan, or of why there is none.
    pub fn of(
        audience: &Audience,
        plan: &Result<Plan, FreezeError>,
        compared: Option<(i64, Difference)>,
    ) -> Self {
        match plan {
            Ok(plan) => Self {
                report: CheckReport::of_plan(audience, plan),
                countries: countries(plan.calls.iter().flat_map(|call| &call.recipients)),
                compared,
            },
            Err(error) => Self {
                report: CheckReport::of_problems(audience, &error.skipped, &error.problems),
                countries: Vec::new(),
                compared,
            },
        }
    }

    /// As fields of the plan's document.
    pub fn fields(&self) -> Vec<(&'static str, Value)> {
        let country = |(name, people): &(String, u64)| json!({"country": name, "people": people});
        let countries: Vec<Value> = self.countries.iter().map(country).collect();
        let mut checks = self.report.document();
        if let Some(fields) = checks.as_object_mut() {
            fields.insert("countries".to_owned(), Value::from(countries));
        }
        let mut fields = vec![("checks", checks)];
        if let Some((batch, difference)) = &self.compared {
            let document = json!({
                "batch": batch,
                "same": difference.same,
                "added": difference.added,
                "removed": difference.removed,
            });
            fields.push(("compare", document));
        }
        fields
    }

    /// As lines for people.
    pub fn lines(&self) -> Vec<String> {
        let mut lines: Vec<String> = self.report.classes.iter().map(line).collect();
        if !self.countries.is_empty() {
            let countries = self.countries.iter();
            let shown = countries.map(|(name, count)| format!("{name} {count}"));
            lines.push(format!(
                "countries: {}",
                shown.collect::<Vec<_>>().join(", ")
            ));
        }
        if let Some((batch, difference)) = &self.compared {
            let Difference {
                added,
                removed,
                same,
            } = difference;
            lines.push(format!(
                "compared with batch #{batch}: {same} the same, {} new{}, {} gone{}",
                added.len(),
                named(added),
                removed.len(),
                named(removed)
            ));
        }
        lines
    }
}

fn line(class: &CheckClass) -> String {
    let verdict = match class.verdict {
        CheckVerdict::MustSettle => "to settle",
        CheckVerdict::LeftOut => "left out",
        CheckVerdict::ToKnow => "to know",
    };
    let mut text = format!("{} check, {verdict}: ", class.stage.word());
    if class.verdict == CheckVerdict::LeftOut {
        text.push_str(&format!("{} × ", class.count));
    }
    text.push_str(&class.text);
    let examples: Vec<String> = class.examples.iter().take(3).map(example).collect();
    if !examples.is_empty() {
        text.push_str(&format!(" ({})", examples.join("; ")));
    }
    text
}

fn example(example: &Example) -> String {
    match example.row {
        Some(row) => format!("row {row}: {}", example.shown),
        None => example.shown.clone(),
    }
}

fn named(people: &[String]) -> String {
    if people.is_empty() {
        return String::new();
    }
    let shown: Vec<&str> = people.iter().take(NAMED).map(String::as_str).collect();
    let more = if people.len() > NAMED { " …" } else { "" };
    format!(" ({}{more})", shown.join(", "))
}

/// Whether the file of `--rejects` may be written, before any work is done for it.
pub fn check_rejects(people: &PeopleArgs) -> Result<(), ApiError> {
    match &people.rejects {
        Some(target) => ExportFile::check(Path::new(target), overwrite(people)),
        None => Ok(()),
    }
}

/// Writes the rows that are left out, if asked for.
pub fn write_file(
    context: &Context,
    people: &PeopleArgs,
    audience: &Audience,
    skipped: &[SkippedRow],
) -> Result<(), ApiError> {
    let Some(target) = &people.rejects else {
        return Ok(());
    };
    write_rejects(
        Path::new(target),
        overwrite(people),
        &audience.table,
        skipped,
    )?;
    let rows = crate::text::format::counted(skipped.len() as u64, "row");
    context
        .output
        .note(&format!("{rows} left out and written to {target}."));
    Ok(())
}

fn overwrite(people: &PeopleArgs) -> Overwrite {
    if people.force {
        Overwrite::Replace
    } else {
        Overwrite::Refuse
    }
}

/// Refuses rows of the rules that `--on RULE=stop` names.
pub fn stop_at(choices: &ClassChoices, skipped: &[SkippedRow]) -> Result<(), ApiError> {
    match choices.stopped_by(skipped) {
        None => Ok(()),
        Some((first, rows)) => Err(usage(
            stop_sentence(first, rows),
            format!("Mend them, or leave out --on {}=stop.", first.rule),
        )),
    }
}
