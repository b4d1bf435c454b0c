//! Who stays in a plan and who is left out. Every recipient of the audience ends on one side.

use crate::domain::{Audience, AudienceRow, SkippedRow};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// Sorts recipients into kept and skipped, and gathers notes.
pub(super) struct People<'a> {
    seen: HashMap<(bool, &'a str), Option<u64>>,
    skipped: Vec<SkippedRow>,
    notes: Vec<String>,
    /// What some rows have in common: first sentence and count, in order of first sight.
    warnings: Vec<(String, &'static str, String, u64)>,
}

impl<'a> People<'a> {
    /// Starts with who was left out while reading.
    pub(super) fn of(audience: &'a Audience) -> Self {
        Self {
            seen: HashMap::with_capacity(audience.rows.len()),
            skipped: audience.skipped.clone(),
            notes: audience.notes.clone(),
            warnings: Vec::new(),
        }
    }

    /// Whether this row is the first good one of its number; a later one is left out.
    pub(super) fn keep(&mut self, row: &'a AudienceRow) -> bool {
        let first = match self.seen.entry(row.recipient.key()) {
            Entry::Vacant(entry) => {
                entry.insert(row.row);
                return true;
            }
            Entry::Occupied(entry) => *entry.get(),
        };
        let reason = match first {
            Some(first) => format!("the same number as row {first}, which is kept"),
            None => "the same number was given before; it is sent to once".to_owned(),
        };
        self.skip(row, "duplicate", reason);
        false
    }

    /// Leaves a row out.
    pub(super) fn skip(&mut self, row: &AudienceRow, rule: &str, reason: String) {
        self.skipped.push(SkippedRow {
            recipient: row.recipient.text().to_owned(),
            reason,
            row: row.row,
            rule: rule.to_owned(),
        });
    }

    /// Adds a note.
    pub(super) fn note(&mut self, note: String) {
        self.notes.push(note);
    }

    /// Adds notes.
    pub(super) fn notes(&mut self, notes: Vec<String>) {
        self.notes.extend(notes);
    }

    /// Counts something worth knowing about a kept row.
    pub(super) fn warn(&mut self, parameter: &str, rule: &'static str, text: &str) {
        let known =
            |entry: &&mut (String, &str, String, u64)| entry.0 == parameter && entry.1 == rule;
        match self.warnings.iter_mut().find(known) {
            Some(entry) => entry.3 += 1,
            None => self
                .warnings
                .push((parameter.to_owned(), rule, text.to_owned(), 1)),
        }
    }

    /// How many are left out so far.
    pub(super) fn left_out(&self) -> usize {
        self.skipped.len()
    }

    /// Who was left out, in the order of the file, and every note.
    pub(super) fn finish(mut self) -> (Vec<SkippedRow>, Vec<String>) {
        self.skipped.sort_by_key(|row| row.row);
        for (_, _, text, count) in self.warnings {
            self.notes.push(match count {
                1 => format!("In 1 row {text}."),
                count => format!("In {count} rows {text}."),
            });
        }
        (self.skipped, self.notes)
    }
}
