//! What a person decided about a whole class of rows: left out, or nothing goes before somebody
//! mends them. It looks at no row itself.

use super::SkippedRow;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The rule of people who got the same template within the days of the profile.
pub const RECENT: &str = "recent";
/// Classes of rows that stay unless a person leaves them out.
const KEPT: [&str; 6] = [
    "unusual",
    "no_plus",
    "brazil_without_nine",
    "mexico_with_one",
    "argentina_without_nine",
    RECENT,
];

/// What is done about the rows of a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClassChoice {
    /// They are left out, each with its reason.
    Exclude,
    /// As long as there is one of them nothing is queued.
    Stop,
}

/// The choices by the rule of the class; whatever is not in it goes its usual way.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClassChoices(BTreeMap<String, ClassChoice>);

impl ClassChoices {
    /// Whether nothing was chosen.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was chosen for a class.
    pub fn of(&self, rule: &str) -> Option<ClassChoice> {
        self.0.get(rule).copied()
    }

    /// Chooses for a class; `None` lets it go its usual way.
    pub fn set(&mut self, rule: &str, choice: Option<ClassChoice>) {
        match choice {
            Some(choice) => self.0.insert(rule.to_owned(), choice),
            None => self.0.remove(rule),
        };
    }

    /// Whether rows of a class that usually stays are taken out of those that go.
    pub fn takes_out(&self, rule: &str) -> bool {
        self.0.contains_key(rule)
    }

    /// Goes on to the next choice: a class that is left out anyway stops or does not; one that
    /// usually stays is left out, then stops, then stays again.
    pub fn next(&mut self, rule: &str) {
        let next = match (self.of(rule), stays(rule)) {
            (None, true) => Some(ClassChoice::Exclude),
            (None, false) | (Some(ClassChoice::Exclude), _) => Some(ClassChoice::Stop),
            (Some(ClassChoice::Stop), _) => None,
        };
        self.set(rule, next);
    }

    /// Reads `RULE=exclude` or `RULE=stop`; gives the rule.
    ///
    /// # Errors
    /// One sentence, and what to write instead.
    pub fn read<'t>(&mut self, text: &'t str) -> Result<&'t str, (String, &'static str)> {
        let (rule, what) = text.split_once('=').unwrap_or((text, ""));
        let choice = match what {
            "exclude" => ClassChoice::Exclude,
            "stop" => ClassChoice::Stop,
            "fallback" => {
                let text = format!("--on {text} does not say which text stands there instead");
                let advice = "Write the text behind the column, as in --param \
                              '1={{first_name|customer}}', or give the template a fallback.";
                return Err((text, advice));
            }
            _ => {
                let text = format!("--on {text} says nothing that can be done");
                let advice = "Write RULE=exclude or RULE=stop, for example \
                              number_no_country_code=stop.";
                return Err((text, advice));
            }
        };
        self.set(rule, Some(choice));
        Ok(rule)
    }

    /// The first row that stops everything, with how many there are of its class.
    pub fn stopped_by<'r>(&self, skipped: &'r [SkippedRow]) -> Option<(&'r SkippedRow, u64)> {
        let stops = |row: &&SkippedRow| self.of(&row.rule) == Some(ClassChoice::Stop);
        let first = skipped.iter().find(stops)?;
        let of_its_class = skipped.iter().filter(|row| row.rule == first.rule);
        Some((first, of_its_class.count() as u64))
    }
}

/// Whether rows of this class are sent to unless a person says otherwise.
pub fn stays(rule: &str) -> bool {
    KEPT.contains(&rule)
}

/// One sentence about the row that stops everything.
pub fn stop_sentence(first: &SkippedRow, rows: u64) -> String {
    let place = first
        .row
        .map_or_else(String::new, |row| format!("row {row}, "));
    let others = match rows {
        0 | 1 => String::new(),
        more => format!(" (and {} more)", more - 1),
    };
    format!("{place}{}: {}{others}", first.recipient, first.reason)
}

#[cfg(test)]
mod tests {
    use super::{ClassChoice, ClassChoices, stop_sentence};
    use crate::domain::SkippedRow;

    fn row(row: u64, rule: &'static str) -> SkippedRow {
        SkippedRow {
            recipient: format!("4477009004{row:02}").into(),
            reason: "no number of its country".into(),
            row: Some(row),
            rule: rule.into(),
        }
    }

    #[test]
    fn a_choice_goes_round() {
        let mut choices = ClassChoices::default();
        let mut round = |rule: &str| {
            [0; 3].map(|_| {
                choices.next(rule);
                choices.of(rule)
            })
        };
        let (exclude, stop) = (Some(ClassChoice::Exclude), Some(ClassChoice::Stop));
        assert_eq!(round("number_invalid"), [stop, None, stop]);
        assert_eq!(round("recent"), [exclude, stop, None]);
    }

    #[test]
    fn words_of_the_command_line_are_read_or_refused_with_what_to_write() {
        let mut choices = ClassChoices::default();
        choices.read("duplicate=stop").unwrap();
        choices.read("recent=exclude").unwrap();
        assert_eq!(choices.of("duplicate"), Some(ClassChoice::Stop));
        assert!(choices.takes_out("recent") && !choices.takes_out("unusual"));
        let (text, advice) = choices.read("no_value=fallback").unwrap_err();
        assert!(text.contains("no_value=fallback"), "{text}");
        assert!(advice.contains("{{first_name|customer}}"), "{advice}");
        for wrong in ["duplicate", "duplicate=", "duplicate=maybe"] {
            let (text, _) = choices.read(wrong).unwrap_err();
            assert!(text.contains(wrong), "{text}");
        }
    }

    #[test]
    fn what_stops_is_named_with_its_row_and_how_many_there_are() {
        let mut choices = ClassChoices::default();
        choices.read("number_invalid=stop").unwrap();
        let rows = [
            row(2, "duplicate"),
            row(5, "number_invalid"),
            row(9, "number_invalid"),
        ];
        let (first, count) = choices.stopped_by(&rows).unwrap();
        assert_eq!(
            stop_sentence(first, count),
            "row 5, 447700900405: no number of its country (and 1 more)"
        );
        assert_eq!(choices.stopped_by(&rows[..1]), None);
    }
}
