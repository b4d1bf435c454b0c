//! The rules by which rows of a table are left out or told apart, and what rows of one have in
//! common. A class that a person decides about is called by one of these.

use super::choices::RECENT;
use super::combine::{EXCLUDED, NOT_AMONG};
use crate::domain::intent::DUPLICATE;
use crate::domain::opt_out::OPTED_OUT;
use crate::domain::transform::NO_DATE;

/// Every rule, the words that stand behind a count of its rows, and what the rows have in common.
const RULES: [(&str, &str, &str); 41] = [
    (
        "column_count",
        "broken row",
        "more or fewer columns than the header",
    ),
    (
        "number_empty",
        "without a number",
        "no recipient in the row",
    ),
    ("id_empty", "without an id", "no recipient in the row"),
    (
        "number_not_a_number",
        "no number",
        "no phone number: letters or other signs",
    ),
    (
        "number_spreadsheet_damage",
        "damaged by a spreadsheet",
        "damaged by a spreadsheet, the digits are lost",
    ),
    (
        "number_thousands",
        "with thousands separators",
        "written with thousands separators",
    ),
    (
        "number_two_in_one",
        "two numbers in one",
        "two numbers in one cell",
    ),
    (
        "number_no_country_code",
        "without country code",
        "no country code",
    ),
    (
        "number_wrong_length",
        "too short or too long",
        "too few or too many digits",
    ),
    (
        "number_invalid",
        "no number of its country",
        "no number of its country",
    ),
    (
        "number_would_change",
        "unreadable without a change",
        "cannot be read without changing its digits",
    ),
    ("id_too_long", "id too long", "no id of a person"),
    ("id_bad_sign", "no id", "no id of a person"),
    (
        "not_a_number",
        "no number",
        "no phone number, which this kind of send needs",
    ),
    (
        DUPLICATE,
        "there already",
        "there already: the same person twice, or the same message before",
    ),
    (OPTED_OUT, "opted out", "opted out"),
    (
        "window_closed",
        "outside their 24 hours",
        "the 24-hour window is closed",
    ),
    ("empty", "without a value", "an empty value"),
    ("no_value", "without a value", "no value for a placeholder"),
    (
        NO_DATE,
        "with an unreadable date",
        "a date that is not written as said",
    ),
    (
        "too_long",
        "with a value that is too long",
        "a value that is too long",
    ),
    (
        "spacing",
        "with line breaks in a value",
        "line breaks, tabs or rows of spaces in a value",
    ),
    (
        "placeholder",
        "with a placeholder in a value",
        "a placeholder in a value",
    ),
    (
        "control_character",
        "with a hidden character in a value",
        "a hidden control character in a value",
    ),
    (
        "not_https",
        "with a link without https",
        "a link that does not begin with https",
    ),
    (
        "not_public",
        "with a link out of reach",
        "a link that the platform cannot reach",
    ),
    (
        "media_type",
        "with a wrong kind of file",
        "a file of a kind that cannot be sent",
    ),
    (
        "not_url_safe",
        "with signs unfit for a link",
        "signs that cannot stand in a link",
    ),
    (
        "payload_grammar",
        "with an unreadable payload",
        "a button's payload that cannot be sent",
    ),
    (
        "not_a_time",
        "with an unreadable time",
        "a time that cannot be read",
    ),
    (
        "offer_over",
        "with an offer that is over",
        "an offer that is over",
    ),
    (
        "unusual",
        "unusual number",
        "possible but not in use as far as is known",
    ),
    (
        "no_plus",
        "without +",
        "written without +, the country is a guess",
    ),
    (
        "brazil_without_nine",
        "of Brazil without the 9",
        "of Brazil without the ninth digit",
    ),
    (
        "mexico_with_one",
        "of Mexico with the old 1",
        "of Mexico with the old 1 behind 52",
    ),
    (
        "argentina_without_nine",
        "of Argentina without the 9",
        "of Argentina without the 9 behind 54",
    ),
    (RECENT, "got it lately", "got the same template lately"),
    (EXCLUDED, "taken out", "taken out by --except"),
    (
        NOT_AMONG,
        "not among the others",
        "not among those of --only",
    ),
    ("missing", "without a value", "a value that is missing"),
    (
        "unknown_placeholder",
        "with an unknown placeholder",
        "a placeholder that nothing fills",
    ),
];

/// Every rule that can be decided about.
pub fn all() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|(rule, _, _)| *rule)
}

/// What rows of a rule have in common, in a few words.
pub(super) fn title(rule: &str) -> String {
    match row_rule(rule) {
        Some((_, _, title)) => (*title).to_owned(),
        None => rule.replace('_', " "),
    }
}

/// The words that stand behind a count of rows, or for one of them: `2 without a value`.
pub fn short(rule: &str) -> String {
    match row_rule(rule) {
        Some((_, short, _)) => (*short).to_owned(),
        None => rule.replace('_', " "),
    }
}

fn row_rule(rule: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    RULES.iter().find(|(name, _, _)| *name == rule)
}
