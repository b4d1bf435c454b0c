//! Who stays in a plan and who is left out. Every recipient of the audience ends on one side.

use crate::domain::audience::PeopleMap;
use crate::domain::intent::DUPLICATE;
use crate::domain::template::ParameterProblem;
use crate::domain::{Audience, AudienceRow, Recipient, SkippedRow};
use std::sync::Arc;

/// Who is left out of a plan because of what the record has about them, by which rule and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeftOut(PeopleMap<(&'static str, String)>);

impl LeftOut {
    /// Leaves somebody out; the reason is one sentence without a full stop.
    pub fn add(&mut self, recipient: &Recipient, rule: &'static str, reason: String) {
        self.0.insert(recipient, (rule, reason));
    }

    /// How many people are left out.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody is.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn reason(&self, recipient: &Recipient) -> Option<(&'static str, &str)> {
        let (rule, reason) = self.0.get(recipient)?;
        Some((rule, reason))
    }
}

/// Sorts recipients into kept and skipped, and gathers notes.
pub(super) struct People<'a> {
    left_out: &'a LeftOut,
    /// The row of each person's first good one.
    seen: PeopleMap<Option<u64>>,
    skipped: Vec<SkippedRow>,
    notes: Vec<String>,
    warnings: Vec<ParameterProblem>,
    /// Why the first one was left out for a value.
    first_problem: Option<ParameterProblem>,
    /// What some rows have in common, in order of first sight.
    counted: Vec<Counted>,
}

/// Something worth knowing that kept rows have in common.
struct Counted {
    /// What the first row had.
    first: ParameterProblem,
    count: u64,
}

/// The rule of values that got the text for people without one.
const FALLBACK: &str = "fallback";

impl Counted {
    fn sentence(&self) -> String {
        let text = &self.first.text;
        match (self.first.rule, self.count) {
            (FALLBACK, 1) => format!("1 person gets the fallback for {text}."),
            (FALLBACK, count) => format!("{count} people get the fallback for {text}."),
            (_, 1) => format!("In 1 row {text}."),
            (_, count) => format!("In {count} rows {text}."),
        }
    }
}

/// What is known at the end.
pub(super) struct Sorted {
    pub(super) skipped: Vec<SkippedRow>,
    pub(super) notes: Vec<String>,
    pub(super) warnings: Vec<ParameterProblem>,
}

impl<'a> People<'a> {
    /// Starts with who was left out while reading.
    pub(super) fn of(audience: &'a Audience, left_out: &'a LeftOut) -> Self {
        Self {
            left_out,
            seen: PeopleMap::with_capacity(audience.rows.len()),
            skipped: audience.skipped.clone(),
            notes: audience.notes.clone(),
            warnings: Vec::new(),
            first_problem: None,
            counted: Vec::new(),
        }
    }

    /// Whether this row is the first good one of its recipient; a later one is left out, and so is
    /// the first if its recipient has the message already or has opted out.
    pub(super) fn keep(&mut self, row: &'a AudienceRow) -> bool {
        let left_out = self.left_out.reason(&row.recipient);
        let Some(first) = self.seen.get(&row.recipient).copied() else {
            self.seen.insert(&row.recipient, row.row);
            let Some((rule, reason)) = left_out else {
                return true;
            };
            self.skip(row, rule, reason.to_owned());
            return false;
        };
        let what = if row.recipient.phone().is_some() {
            "number"
        } else {
            "id"
        };
        let reason = match first {
            Some(first) if left_out.is_some() => format!("the same {what} as row {first}"),
            Some(first) => format!("the same {what} as row {first}, which is kept"),
            None => format!("the same {what} was given before; it is sent to once"),
        };
        self.skip(row, DUPLICATE, reason);
        false
    }

    /// Leaves a row out.
    pub(super) fn skip(
        &mut self,
        row: &AudienceRow,
        rule: &'static str,
        reason: impl Into<Arc<str>>,
    ) {
        self.skipped.push(SkippedRow {
            recipient: row.recipient.text().into(),
            reason: reason.into(),
            row: row.row,
            rule: rule.into(),
        });
    }

    /// Leaves a row out for a value.
    pub(super) fn skip_for(&mut self, row: &AudienceRow, problem: &ParameterProblem) {
        self.first_problem.get_or_insert_with(|| problem.clone());
        self.skip(row, problem.rule, problem.text.clone());
    }

    /// Why the first one was left out for a value, if one was.
    pub(super) fn first_problem(&self) -> Option<&ParameterProblem> {
        self.first_problem.as_ref()
    }

    /// Adds a note.
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Notes something worth a look that is the same for everybody.
    pub(super) fn warn_all(&mut self, problem: ParameterProblem) {
        self.notes.push(format!("{}.", problem.text));
        self.warnings.push(problem);
    }

    /// Counts something worth knowing about a kept row.
    pub(super) fn warn(&mut self, problem: &ParameterProblem) {
        let same = |entry: &&mut Counted| {
            entry.first.parameter == problem.parameter && entry.first.rule == problem.rule
        };
        match self.counted.iter_mut().find(same) {
            Some(entry) => entry.count += 1,
            None => self.counted.push(Counted {
                first: problem.clone(),
                count: 1,
            }),
        }
    }

    /// Counts a kept row in which a value is the text for people without one.
    pub(super) fn fell_back(&mut self, field: &str, shown: &str) {
        self.warn(&ParameterProblem::warning(
            field,
            FALLBACK,
            shown.to_owned(),
        ));
    }

    /// How many are left out so far.
    pub(super) fn left_out(&self) -> usize {
        self.skipped.len()
    }

    /// Who was left out, in the order of the file, and every note.
    pub(super) fn finish(mut self) -> Sorted {
        self.skipped.sort_by_key(|row| row.row);
        for counted in self.counted {
            let sentence = counted.sentence();
            self.warnings.push(ParameterProblem {
                text: sentence.trim_end_matches('.').to_owned(),
                rows: counted.count,
                ..counted.first
            });
            self.notes.push(sentence);
        }
        Sorted {
            skipped: self.skipped,
            notes: self.notes,
            warnings: self.warnings,
        }
    }
}
