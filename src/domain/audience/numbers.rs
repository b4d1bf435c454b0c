//! Reads recipients one by one and counts what was cleaned. A number that cannot be read is left
//! out with its reason, never guessed.

use super::cells::Columns;
use super::choices::ClassChoices;
use super::remark::{Example, Remark, Stage};
use super::{Audience, AudienceRow, SkippedRow};
use crate::domain::phone::{self, ReadNumber, Variant};
use crate::domain::recipient::{Recipient, RecipientForm, RecipientId};
use std::collections::BTreeMap;

/// Characters of a recipient that cannot be read that are shown.
const SHOWN: usize = 80;

/// How recipients are read.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Reading<'a> {
    pub(super) form: RecipientForm,
    /// Two-letter country of numbers without one.
    pub(super) region: Option<&'a str>,
    /// Classes of numbers that are left out.
    pub(super) choices: Option<&'a ClassChoices>,
}

impl Reading<'_> {
    fn takes_out(&self, one: Trait) -> bool {
        self.choices
            .is_some_and(|choices| choices.takes_out(one.rule()))
    }
}

/// What is worth knowing about a number that was read, in the order in which it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Trait {
    Cleaned,
    Unusual,
    Assumed,
    Written(Variant),
}

impl Trait {
    /// Those of a number.
    fn of(read: &ReadNumber) -> impl Iterator<Item = Self> {
        let traits = [
            read.cleaned.then_some(Self::Cleaned),
            read.unusual.then_some(Self::Unusual),
            read.assumed.then_some(Self::Assumed),
            read.variant.map(Self::Written),
        ];
        traits.into_iter().flatten()
    }

    fn rule(self) -> &'static str {
        match self {
            Trait::Cleaned => "cleaned",
            Trait::Unusual => "unusual",
            Trait::Assumed => "no_plus",
            Trait::Written(variant) => variant.rule(),
        }
    }

    /// Why one such number is left out, where a person wanted that.
    fn reason(self) -> String {
        match self {
            Trait::Cleaned => "written with other signs".to_owned(),
            Trait::Unusual => "possible but not in use as far as is known".to_owned(),
            Trait::Assumed => "written without +, so its country is a guess".to_owned(),
            Trait::Written(variant) => variant.sentence().to_owned(),
        }
    }

    /// What so many numbers have, without a full stop.
    fn sentence(self, count: u64) -> String {
        match self {
            Trait::Cleaned => format!(
                "{} cleaned of spaces, brackets, dashes, dots, direction marks or a leading 00, or \
                 completed with the country code",
                counted(count, "number was", "numbers were")
            ),
            Trait::Unusual => format!(
                "{} possible but not in use as far as is known: check the digits",
                counted(count, "number is", "numbers are")
            ),
            Trait::Assumed => format!(
                "{} written without + and read as international: check the countries",
                counted(count, "number is", "numbers are")
            ),
            Trait::Written(variant) => {
                let numbers = counted(count, "number is", "numbers are");
                format!("{numbers} {}", variant.sentence())
            }
        }
    }
}

/// Collects recipients in the order given.
#[derive(Debug, Default)]
pub(super) struct Collector {
    audience: Audience,
    traits: BTreeMap<Trait, (u64, Vec<Example>)>,
    remarks: Vec<Remark>,
}

impl Collector {
    /// Adds a recipient, or says by which rule and why it cannot be read.
    pub(super) fn add(
        &mut self,
        written: &str,
        reading: &Reading<'_>,
        row: Option<u64>,
        columns: Columns,
    ) -> Result<(), (&'static str, String)> {
        let recipient = match reading.form {
            RecipientForm::ChannelUser if !written.trim().starts_with('+') => {
                let id = RecipientId::read(written)
                    .map_err(|error| (error.rule(), error.to_string()))?;
                Recipient::ChannelUser(id)
            }
            RecipientForm::Phone | RecipientForm::ChannelUser => {
                let read = phone::read_number(written, reading.region)
                    .map_err(|error| (error.rule(), error.to_string()))?;
                let taken_out = Trait::of(&read).find(|one| reading.takes_out(*one));
                if let Some(one) = taken_out {
                    return Err((one.rule(), one.reason()));
                }
                for one in Trait::of(&read) {
                    let (count, examples) = self.traits.entry(one).or_default();
                    *count += 1;
                    Example::keep(examples, row, written);
                }
                Recipient::Phone(read.phone)
            }
        };
        self.audience.rows.push(AudienceRow {
            row,
            recipient,
            columns,
        });
        Ok(())
    }

    /// Leaves somebody out.
    pub(super) fn skip(
        &mut self,
        recipient: &str,
        row: Option<u64>,
        rule: &'static str,
        reason: String,
    ) {
        self.audience.skipped.push(SkippedRow {
            recipient: shortened(recipient.trim()).into(),
            reason: reason.into(),
            row,
            rule: rule.into(),
        });
    }

    /// The audience with its notes.
    pub(super) fn finish(mut self) -> Audience {
        for (one, (count, examples)) in self.traits {
            let text = one.sentence(count);
            if one != Trait::Assumed {
                self.audience.notes.push(format!("{text}."));
            }
            self.audience.remarks.push(Remark {
                examples,
                ..Remark::new(Stage::Rows, one.rule(), count, text)
            });
        }
        let notes = self
            .remarks
            .iter()
            .map(|remark| format!("{}.", remark.text));
        self.audience.notes.extend(notes);
        self.audience.remarks.extend(self.remarks);
        self.audience
    }

    /// Adds something to know about the whole.
    pub(super) fn note(&mut self, remark: Remark) {
        self.remarks.push(remark);
    }
}

/// As much of a cell as says what it is: a bad one may have any length.
fn shortened(cell: &str) -> String {
    match cell.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}\u{2026}", cell.get(..end).unwrap_or_default()),
        None => cell.to_owned(),
    }
}

pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Phone numbers given one by one. `region` is a two-letter country for numbers without a country
/// code. Numbers that cannot be read are in `skipped`.
pub fn from_numbers(numbers: &[String], region: Option<&str>) -> Audience {
    from_recipients(numbers, RecipientForm::Phone, region)
}

/// Recipients given one by one in this form; those that cannot be read are in `skipped`. On a
/// channel with ids of its own, what begins with `+` is still a number.
pub fn from_recipients(
    recipients: &[String],
    form: RecipientForm,
    region: Option<&str>,
) -> Audience {
    from_recipients_choosing(recipients, (form, region), &ClassChoices::default())
}

/// The same with what a person decided about classes of numbers.
pub fn from_recipients_choosing(
    recipients: &[String],
    (form, region): (RecipientForm, Option<&str>),
    choices: &ClassChoices,
) -> Audience {
    let reading = Reading {
        form,
        region,
        choices: Some(choices),
    };
    let mut collector = Collector::default();
    for written in recipients {
        if let Err((rule, reason)) = collector.add(written, &reading, None, Columns::default()) {
            collector.skip(written, None, rule, reason);
        }
    }
    collector.finish()
}

#[cfg(test)]
mod tests {
    use super::{from_numbers, from_recipients};
    use crate::domain::recipient::RecipientForm;

    #[test]
    fn numbers_are_read_in_order_and_bad_ones_are_left_out() {
        let given = ["+44 7700 900412", "nobody", "+447700900118", "07700 900119"];
        let audience = from_numbers(&given.map(str::to_owned), None);
        let digits: Vec<&str> = audience
            .rows
            .iter()
            .map(|row| row.recipient.text())
            .collect();
        assert_eq!(digits, ["447700900412", "447700900118"]);
        assert_eq!(audience.skipped.len(), 2);
        assert_eq!(audience.skipped[0].rule, "number_not_a_number");
        assert_eq!(&*audience.skipped[0].recipient, "nobody");
        assert_eq!(audience.skipped[1].rule, "number_no_country_code");
        assert!(audience.notes[0].starts_with("1 number was cleaned"));
    }

    #[test]
    fn a_region_completes_national_numbers() {
        let audience = from_numbers(&["07700 900412".to_owned()], Some("GB"));
        assert_eq!(audience.rows[0].recipient.text(), "447700900412");
        assert!(audience.skipped.is_empty());
    }

    #[test]
    fn ids_of_a_channel_are_taken_as_they_are() {
        let given = ["1f6e2c1c-9d5f", " 77812 ", "+44 7700 900412", "a/b"];
        let audience = from_recipients(&given.map(str::to_owned), RecipientForm::ChannelUser, None);
        let ids: Vec<&str> = audience
            .rows
            .iter()
            .map(|row| row.recipient.text())
            .collect();
        assert_eq!(ids, ["1f6e2c1c-9d5f", "77812", "447700900412"]);
        assert_eq!(audience.skipped[0].rule, "id_bad_sign");
        assert!(
            audience.notes[0].starts_with("1 number "),
            "{:?}",
            audience.notes
        );
    }
}
