//! What was found out about people before anything is sent, one class of finding at a time: first
//! the file, then its columns, then its rows. Every person is counted once: as left out by one
//! class, or as one who gets it.

use super::choices::{ClassChoice, ClassChoices};
use super::remark::{Example, Remark, Stage};
use super::row_rules;
use super::{Audience, AudienceRow};
use crate::domain::SkippedRow;
use crate::domain::plan::{Plan, PlannedCall};
use crate::domain::template::ParameterProblem;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// What a finding means for the people it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CheckVerdict {
    /// Nothing can be sent before somebody mends it.
    MustSettle,
    /// These people are left out.
    LeftOut,
    /// They stay; a person should know.
    ToKnow,
}

impl CheckVerdict {
    /// The word of documents.
    pub fn word(self) -> &'static str {
        match self {
            CheckVerdict::MustSettle => "must_settle",
            CheckVerdict::LeftOut => "left_out",
            CheckVerdict::ToKnow => "to_know",
        }
    }
}

/// One class of finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckClass {
    /// Where it is found.
    pub stage: Stage,
    /// A short stable word, for example `duplicate`.
    pub rule: String,
    /// What it is, as a few words or a sentence without a full stop.
    pub text: String,
    /// The value of the message it is about, by its name in the template; empty for the rows.
    pub about: String,
    /// How many rows or people; 1 for the file as a whole.
    pub count: u64,
    /// The first ones, in the order of the file.
    pub examples: Vec<Example>,
    /// What it means for them.
    pub verdict: CheckVerdict,
    /// Whether nothing goes as long as there are any, because a person wants that.
    pub stops: bool,
}

/// Everything that was found, in the order in which it is looked at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CheckReport {
    /// Structure, then columns, then rows; of one kind what must be settled first, then most people
    /// first.
    pub classes: Vec<CheckClass>,
    /// Everybody who was meant.
    pub planned: u64,
    /// Everybody who gets it.
    pub to_go: u64,
    /// The row of the person of each call, in the order of the plan; 0 where there is none.
    pub rows: Arc<[u32]>,
}

impl CheckReport {
    /// The report on an audience of which these rows are left out and `to_go` people remain.
    pub fn of(
        audience: &Audience,
        skipped: &[SkippedRow],
        warnings: &[ParameterProblem],
        to_go: u64,
    ) -> Self {
        let mut classes = left_out(skipped, &audience.choices);
        classes.extend(audience.remarks.iter().map(to_know));
        classes.extend(
            warnings
                .iter()
                .map(|warning| of_problem(warning, CheckVerdict::ToKnow)),
        );
        Self {
            classes,
            planned: to_go + skipped.len() as u64,
            to_go,
            rows: Arc::default(),
        }
        .sorted()
    }

    /// The report on a plan made for this audience.
    pub fn of_plan(audience: &Audience, plan: &Plan) -> Self {
        Self {
            rows: rows_of(audience, plan),
            ..Self::of(audience, &plan.skipped, &plan.warnings, plan.recipients())
        }
    }

    /// The report on an audience for which there is no plan, because of these problems; everybody
    /// who is not left out waits for them.
    pub fn of_problems(
        audience: &Audience,
        skipped: &[SkippedRow],
        problems: &[ParameterProblem],
    ) -> Self {
        let read = audience.rows.len() + audience.skipped.len();
        let to_go = read.saturating_sub(skipped.len()) as u64;
        let mut report = Self::of(audience, skipped, &[], to_go);
        let verdict = |problem: &ParameterProblem| {
            let stops = problem.is_error() && to_go > 0;
            if stops {
                CheckVerdict::MustSettle
            } else {
                CheckVerdict::ToKnow
            }
        };
        let found = problems
            .iter()
            .map(|problem| of_problem(problem, verdict(problem)));
        report.classes.extend(found);
        report.sorted()
    }

    fn sorted(mut self) -> Self {
        self.classes.sort_by(|left, right| {
            let key =
                |class: &CheckClass| (class.stage, class.verdict, std::cmp::Reverse(class.count));
            key(left).cmp(&key(right))
        });
        self
    }

    /// How many people are left out.
    pub fn left_out(&self) -> u64 {
        let left_out = self.with(CheckVerdict::LeftOut);
        left_out.map(|class| class.count).sum()
    }

    /// Whether nothing can be sent before somebody mends something.
    pub fn must_settle(&self) -> bool {
        self.with(CheckVerdict::MustSettle).next().is_some()
            || self.classes.iter().any(|class| class.stops)
    }

    /// The classes of this verdict.
    pub fn with(&self, verdict: CheckVerdict) -> impl Iterator<Item = &CheckClass> {
        let is_its = move |class: &&CheckClass| class.verdict == verdict;
        self.classes.iter().filter(is_its)
    }

    /// As documents have it.
    pub fn document(&self) -> Value {
        let classes: Vec<Value> = self.classes.iter().map(CheckClass::document).collect();
        json!({
            "planned": self.planned,
            "to_go": self.to_go,
            "left_out": self.left_out(),
            "classes": classes,
        })
    }
}

impl CheckClass {
    fn document(&self) -> Value {
        let example = |one: &Example| json!({"row": one.row, "shown": one.shown, "why": one.why});
        let examples: Vec<Value> = self.examples.iter().map(example).collect();
        json!({
            "stage": self.stage.word(),
            "rule": self.rule,
            "verdict": self.verdict.word(),
            "text": self.text,
            "stops": self.stops,
            "count": self.count,
            "examples": examples,
        })
    }
}

/// The rows that the calls of a plan were made of: calls stand in the order of their rows. A person
/// who is there twice has the row that was not left out.
fn rows_of(audience: &Audience, plan: &Plan) -> Arc<[u32]> {
    let out: HashSet<u64> = plan.skipped.iter().filter_map(|row| row.row).collect();
    let goes = |row: &&AudienceRow| row.row.is_none_or(|row| !out.contains(&row));
    let mut rows = audience.rows.iter().filter(goes);
    let row_of = |call: &PlannedCall| {
        let [person] = call.recipients.as_slice() else {
            return 0;
        };
        let row = rows.find(|row| row.recipient == *person);
        let number = row.and_then(|row| u32::try_from(row.row?).ok());
        number.unwrap_or_default()
    };
    plan.calls.iter().map(row_of).collect()
}

/// Rows that are left out, by rule.
fn left_out(skipped: &[SkippedRow], choices: &ClassChoices) -> Vec<CheckClass> {
    let mut classes: BTreeMap<&str, CheckClass> = BTreeMap::new();
    for row in skipped {
        let class = classes.entry(&row.rule).or_insert_with(|| CheckClass {
            stage: stage_of(&row.rule),
            rule: row.rule.to_string(),
            text: row_rules::title(&row.rule),
            about: String::new(),
            count: 0,
            examples: Vec::new(),
            verdict: CheckVerdict::LeftOut,
            stops: choices.of(&row.rule) == Some(ClassChoice::Stop),
        });
        class.count += 1;
        Example::keep_with(&mut class.examples, row.row, &row.recipient, &row.reason);
    }
    classes.into_values().collect()
}

fn to_know(remark: &Remark) -> CheckClass {
    CheckClass {
        stage: remark.stage,
        rule: remark.rule.to_owned(),
        text: remark.text.clone(),
        about: String::new(),
        count: remark.count,
        examples: remark.examples.clone(),
        verdict: CheckVerdict::ToKnow,
        stops: false,
    }
}

fn of_problem(problem: &ParameterProblem, verdict: CheckVerdict) -> CheckClass {
    CheckClass {
        stage: if problem.rows == 0 {
            Stage::Columns
        } else {
            Stage::Rows
        },
        rule: problem.rule.to_owned(),
        text: problem.text.clone(),
        about: problem.parameter.clone(),
        count: problem.rows.max(1),
        examples: Vec::new(),
        verdict,
        stops: false,
    }
}

fn stage_of(rule: &str) -> Stage {
    match rule {
        "column_count" => Stage::Structure,
        _ => Stage::Rows,
    }
}

#[cfg(test)]
mod tests {
    use super::{CheckReport, CheckVerdict};
    use crate::domain::audience::{CsvOptions, Stage, from_csv};
    use proptest::prelude::*;

    #[test]
    fn classes_come_in_the_order_of_looking() {
        let text = "phone,name\n+447911123456,Ana\nnobody,Bo\n+44 7911 123457,Cy\n5,a,b\nx,Di\n";
        let audience = from_csv(text.as_bytes(), &CsvOptions::default()).unwrap();
        let report = CheckReport::of(&audience, &audience.skipped, &[], 2);
        let seen: Vec<(Stage, CheckVerdict, &str, u64)> = report
            .classes
            .iter()
            .map(|class| (class.stage, class.verdict, class.rule.as_str(), class.count))
            .collect();
        assert_eq!(
            seen,
            [
                (Stage::Structure, CheckVerdict::LeftOut, "column_count", 1),
                (Stage::Rows, CheckVerdict::LeftOut, "number_not_a_number", 2),
                (Stage::Rows, CheckVerdict::ToKnow, "cleaned", 1),
            ]
        );
        assert_eq!((report.planned, report.to_go, report.left_out()), (5, 2, 3));
        assert_eq!(report.classes[1].examples[1].row, Some(5));
        assert_eq!(
            report.document()["classes"][1]["examples"][0]["shown"],
            "nobody"
        );
    }

    proptest! {
        #[test]
        fn counts_always_add_up(text in "([+0-9a, \n]{0,12}\n){0,20}") {
            let Ok(audience) = from_csv(format!("phone,n\n{text}").as_bytes(), &CsvOptions::default())
            else { return Ok(()) };
            let to_go = audience.rows.len() as u64;
            let report = CheckReport::of(&audience, &audience.skipped, &[], to_go);
            prop_assert_eq!(report.planned, report.to_go + report.left_out());
            prop_assert_eq!(report.planned, to_go + audience.skipped.len() as u64);
        }
    }
}
