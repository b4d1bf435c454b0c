//! The rules by which rows of a table are left out or told apart, and what rows of one have in
//! common. A class that a person decides about is called by one of these.

use super::choices::RECENT;
use super::combine::{EXCLUDED, NOT_AMONG};
use crate::domain::intent::DUPLICATE;
use crate::domain::opt_out::OPTED_OUT;
use crate::domain::transform::NO_DATE;

/// Every rule with its few words.
const RULES: [(&str, &str); 41] = [
    ("column_count", "more or fewer columns than the header"),
    ("number_empty", "no recipient in the row"),
    ("id_empty", "no recipient in the row"),
    (
        "number_not_a_number",
        "no phone number: letters or other signs",
    ),
    (
        "number_spreadsheet_damage",
        "damaged by a spreadsheet, the digits are lost",
    ),
    ("number_thousands", "written with thousands separators"),
    ("number_two_in_one", "two numbers in one cell"),
    ("number_no_country_code", "no country code"),
    ("number_wrong_length", "too few or too many digits"),
    ("number_invalid", "no number of its country"),
    (
        "number_would_change",
        "cannot be read without changing its digits",
    ),
    ("id_too_long", "no id of a person"),
    ("id_bad_sign", "no id of a person"),
    (
        "not_a_number",
        "no phone number, which this kind of send needs",
    ),
    (
        DUPLICATE,
        "there already: the same person twice, or the same message before",
    ),
    (OPTED_OUT, "opted out"),
    ("window_closed", "the 24-hour window is closed"),
    ("empty", "an empty value"),
    ("no_value", "no value for a placeholder"),
    (NO_DATE, "a date that is not written as said"),
    ("too_long", "a value that is too long"),
    ("spacing", "line breaks, tabs or rows of spaces in a value"),
    ("placeholder", "a placeholder in a value"),
    ("control_character", "a hidden control character in a value"),
    ("not_https", "a link that does not begin with https"),
    ("not_public", "a link that the platform cannot reach"),
    ("media_type", "a file of a kind that cannot be sent"),
    ("not_url_safe", "signs that cannot stand in a link"),
    ("payload_grammar", "a button's payload that cannot be sent"),
    ("not_a_time", "a time that cannot be read"),
    ("offer_over", "an offer that is over"),
    ("unusual", "possible but not in use as far as is known"),
    ("no_plus", "written without +, the country is a guess"),
    ("brazil_without_nine", "of Brazil without the ninth digit"),
    ("mexico_with_one", "of Mexico with the old 1 behind 52"),
    (
        "argentina_without_nine",
        "of Argentina without the 9 behind 54",
    ),
    (RECENT, "got the same template lately"),
    (EXCLUDED, "taken out by --except"),
    (NOT_AMONG, "not among those of --only"),
    ("missing", "a value that is missing"),
    ("unknown_placeholder", "a placeholder that nothing fills"),
];

/// Every rule that can be decided about.
pub fn all() -> impl Iterator<Item = &'static str> {
    RULES.iter().map(|(rule, _)| *rule)
}

/// What rows of a rule have in common, in a few words.
pub(super) fn title(rule: &str) -> String {
    let known = RULES.iter().find(|(name, _)| *name == rule);
    known.map_or_else(|| rule.replace('_', " "), |(_, title)| (*title).to_owned())
}
