//! Reads recipients one by one and counts what was cleaned. A number that cannot be read is left
//! out with its reason, never guessed.

use super::{Audience, AudienceRow, SkippedRow};
use crate::domain::phone::{self, PhoneError};
use std::collections::BTreeMap;

/// Collects recipients in the order given.
#[derive(Debug, Default)]
pub(super) struct Collector {
    audience: Audience,
    cleaned: u64,
    unusual: u64,
}

impl Collector {
    /// Adds a recipient.
    pub(super) fn add(
        &mut self,
        number: &str,
        region: Option<&str>,
        row: Option<u64>,
        columns: BTreeMap<String, String>,
    ) -> Result<(), PhoneError> {
        let read = phone::read_number(number, region)?;
        self.cleaned += u64::from(read.cleaned);
        self.unusual += u64::from(read.unusual);
        self.audience.rows.push(AudienceRow {
            row,
            phone: read.phone,
            columns,
        });
        Ok(())
    }

    /// Leaves somebody out.
    pub(super) fn skip(&mut self, recipient: &str, row: Option<u64>, rule: &str, reason: String) {
        self.audience.skipped.push(SkippedRow {
            recipient: recipient.trim().to_owned(),
            reason,
            row,
            rule: rule.to_owned(),
        });
    }

    /// The audience with its notes.
    pub(super) fn finish(mut self) -> Audience {
        if self.cleaned > 0 {
            self.audience.notes.push(format!(
                "{} cleaned of spaces, brackets, dashes, dots, direction marks or a leading 00, or \
                 completed with the country code.",
                counted(self.cleaned, "number was", "numbers were")
            ));
        }
        if self.unusual > 0 {
            self.audience.notes.push(format!(
                "{} possible but not in use as far as is known: check the digits.",
                counted(self.unusual, "number is", "numbers are")
            ));
        }
        self.audience
    }

    /// Adds a note.
    pub(super) fn note(&mut self, note: String) {
        self.audience.notes.push(note);
    }
}

pub(super) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Recipients given one by one. `region` is a two-letter country for numbers without a country
/// code. Numbers that cannot be read are in `skipped`.
pub fn from_numbers(numbers: &[String], region: Option<&str>) -> Audience {
    let mut collector = Collector::default();
    for number in numbers {
        if let Err(error) = collector.add(number, region, None, BTreeMap::new()) {
            collector.skip(number, None, error.rule(), error.to_string());
        }
    }
    collector.finish()
}

#[cfg(test)]
mod tests {
    use super::from_numbers;

    #[test]
    fn numbers_are_read_in_order_and_bad_ones_are_left_out() {
        let given = ["+44 7700 900412", "nobody", "+447700900118", "07700 900119"];
        let audience = from_numbers(&given.map(str::to_owned), None);
        let digits: Vec<&str> = audience.rows.iter().map(|row| row.phone.digits()).collect();
        assert_eq!(digits, ["447700900412", "447700900118"]);
        assert_eq!(audience.skipped.len(), 2);
        assert_eq!(audience.skipped[0].rule, "number_not_a_number");
        assert_eq!(audience.skipped[0].recipient, "nobody");
        assert_eq!(audience.skipped[1].rule, "number_no_country_code");
        assert!(audience.notes[0].starts_with("1 number was cleaned"));
    }

    #[test]
    fn a_region_completes_national_numbers() {
        let audience = from_numbers(&["07700 900412".to_owned()], Some("GB"));
        assert_eq!(audience.rows[0].phone.digits(), "447700900412");
        assert!(audience.skipped.is_empty());
    }
}
