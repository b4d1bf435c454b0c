//! Phone numbers: read what people and spreadsheets write, refuse what would have to be guessed.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An international number: 8 to 15 digits, country code first, without `+`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Digits only, as conversations, broadcasts and flows want them.
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// With `+`, as templates and CSV uploads want them.
    pub fn with_plus(&self) -> String {
        format!("+{}", self.0)
    }

    /// The two letters of the number's country; its calling code such as `+44` where several
    /// countries share it and the tables do not tell. Loads the tables.
    pub fn country(&self) -> Option<String> {
        let parsed = phonenumber::parse(None, self.with_plus()).ok()?;
        let country = parsed.country();
        let known = country.id().map(|id| id.as_ref().to_owned());
        Some(known.unwrap_or_else(|| format!("+{}", country.code())))
    }

    /// The last four digits, which are shown and typed in confirms.
    pub fn last_four(&self) -> &str {
        self.0
            .get(self.0.len().saturating_sub(4)..)
            .unwrap_or(&self.0)
    }

    /// A number that was checked before and kept as digits; `None` if it never can have been one.
    pub fn from_digits(digits: &str) -> Option<Self> {
        let plausible = (8..=15).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        plausible.then(|| Self(digits.to_owned()))
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

/// Why a text is not taken as a number. Each is a sentence with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// Nothing to read.
    #[error("the number is empty")]
    Empty,
    /// Letters, or signs that no number has.
    #[error("`{0}` is not a phone number: it has {1}")]
    NotANumber(String, String),
    /// A spreadsheet rewrote it.
    #[error(
        "`{0}` was damaged by a spreadsheet: format the column as text and export it again, the \
         lost digits cannot be guessed"
    )]
    SpreadsheetDamage(String),
    /// More than one number.
    #[error("`{0}` looks like two numbers in one cell: give each a row of its own")]
    TwoNumbers(String),
    /// No country code and no region to take it from.
    #[error(
        "`{0}` has no country code: write it as +COUNTRY NUMBER, or set `region` in the profile"
    )]
    NoCountryCode(String),
    /// Outside 8 to 15 digits.
    #[error("`{0}` has {1} digits: an international number has 8 to 15")]
    WrongLength(String, usize),
    /// The country does not have such numbers.
    #[error("`{0}` is not a valid number of its country: check the digits")]
    Invalid(String),
    /// The library would have changed it.
    #[error("`{0}` cannot be read without changing its digits: write it out as it is dialled")]
    WouldChange(String),
}

impl PhoneError {
    /// A short stable word for documents.
    pub fn rule(&self) -> &'static str {
        match self {
            PhoneError::Empty => "number_empty",
            PhoneError::NotANumber(..) => "number_not_a_number",
            PhoneError::SpreadsheetDamage(_) => "number_spreadsheet_damage",
            PhoneError::TwoNumbers(_) => "number_two_in_one",
            PhoneError::NoCountryCode(_) => "number_no_country_code",
            PhoneError::WrongLength(..) => "number_wrong_length",
            PhoneError::Invalid(_) => "number_invalid",
            PhoneError::WouldChange(_) => "number_would_change",
        }
    }
}

/// A number that was read, and what to know about the reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadNumber {
    /// The number.
    pub phone: PhoneNumber,
    /// Whether spaces, brackets, dashes, dots, direction marks or a leading `00` were cleaned away.
    pub cleaned: bool,
    /// Whether the number is possible but not one its country is known to use.
    pub unusual: bool,
}

/// Reads a number as people write it.
///
/// `region` is a two-letter country for numbers written without one. Cleaned: spaces (no-break
/// ones too), direction marks, brackets, dashes, dots, a leading `00`.
///
/// # Errors
/// Letters, spreadsheet damage (`9.1E+11`, a trailing `.0`), two numbers in a cell, ten digits or
/// fewer or a leading `0` without `region`, an impossible length, and any number whose digits the
/// phone library would change.
pub fn read_number(text: &str, region: Option<&str>) -> Result<ReadNumber, PhoneError> {
    let shown = text.trim().to_owned();
    if shown.is_empty() {
        return Err(PhoneError::Empty);
    }
    refuse_damage(&shown)?;
    let (plus, digits, mut cleaned) = strip(&shown)?;
    let international = match (plus, digits.strip_prefix("00")) {
        (true, _) => Some(digits.clone()),
        (false, Some(rest)) => {
            cleaned = true;
            Some(rest.to_owned())
        }
        (false, None) => None,
    };
    if let Some(digits) = international {
        return read_international(&shown, &digits, cleaned, Certainty::Stated);
    }
    if digits.len() > 10 && !digits.starts_with('0') {
        return read_international(&shown, &digits, cleaned, Certainty::Assumed);
    }
    match region {
        Some(region) => read_national(&shown, &digits, region),
        None => Err(PhoneError::NoCountryCode(shown)),
    }
}

/// Whether a cell looks like a phone number at first sight: digits with what people write between
/// them, more than a date has, or what a spreadsheet makes of a number.
pub fn looks_like_number(text: &str) -> bool {
    let shown = text.trim();
    match strip(shown) {
        Ok((plus, digits, _)) => digits.len() <= 15 && digits.len() >= if plus { 8 } else { 9 },
        Err(_) => is_scientific(shown),
    }
}

/// Whether it is written with an exponent, as a spreadsheet shows long numbers.
fn is_scientific(shown: &str) -> bool {
    let upper = shown.to_ascii_uppercase();
    upper.split_once('E').is_some_and(|(mantissa, exponent)| {
        let numeric = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| c.is_ascii_digit() || ".,+-".contains(c))
        };
        numeric(mantissa) && numeric(exponent)
    })
}

fn refuse_damage(shown: &str) -> Result<(), PhoneError> {
    let decimal = shown.ends_with(".0") || shown.ends_with(".00") || shown.ends_with(",00");
    if is_scientific(shown) || decimal {
        return Err(PhoneError::SpreadsheetDamage(shown.to_owned()));
    }
    let pluses = shown.matches('+').count();
    if pluses > 1 || shown.contains([',', ';', '/', '|', '\n']) {
        return Err(PhoneError::TwoNumbers(shown.to_owned()));
    }
    Ok(())
}

/// Splits a text into "had a plus", its digits and "something was cleaned".
fn strip(shown: &str) -> Result<(bool, String, bool), PhoneError> {
    let mut digits = String::with_capacity(shown.len());
    let mut plus = false;
    let mut cleaned = false;
    for character in shown.chars() {
        match character {
            '0'..='9' => digits.push(character),
            '+' if digits.is_empty() => plus = true,
            ' '
            | '\u{a0}'
            | '\u{202f}'
            | '\u{2009}'
            | '\t'
            | '('
            | ')'
            | '['
            | ']'
            | '-'
            | '.'
            | '\u{2010}'..='\u{2015}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{feff}' => cleaned = true,
            other => {
                let what = if other.is_alphabetic() {
                    "letters".to_owned()
                } else {
                    format!("the sign `{}`", other.escape_default())
                };
                return Err(PhoneError::NotANumber(shown.to_owned(), what));
            }
        }
    }
    if digits.is_empty() {
        return Err(PhoneError::NotANumber(
            shown.to_owned(),
            "no digits".to_owned(),
        ));
    }
    Ok((plus, digits, cleaned))
}

/// Whether the writer said that the number is international.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Certainty {
    Stated,
    Assumed,
}

fn read_international(
    shown: &str,
    digits: &str,
    cleaned: bool,
    certainty: Certainty,
) -> Result<ReadNumber, PhoneError> {
    if digits.len() > 30 && digits.len().is_multiple_of(2) {
        return Err(PhoneError::TwoNumbers(shown.to_owned()));
    }
    if !(8..=15).contains(&digits.len()) {
        return Err(PhoneError::WrongLength(shown.to_owned(), digits.len()));
    }
    let parsed = phonenumber::parse(None, format!("+{digits}"))
        .map_err(|_| PhoneError::Invalid(shown.to_owned()))?;
    let valid = parsed.is_valid();
    if as_digits(&parsed) != digits {
        return Err(PhoneError::WouldChange(shown.to_owned()));
    }
    if !(valid || certainty == Certainty::Stated || is_possible(&parsed)) {
        return Err(PhoneError::Invalid(shown.to_owned()));
    }
    let phone =
        PhoneNumber::from_digits(digits).ok_or_else(|| PhoneError::Invalid(shown.to_owned()))?;
    Ok(ReadNumber {
        phone,
        cleaned,
        unusual: !valid && !is_for_fiction(digits),
    })
}

/// The mobile numbers that the British regulator Ofcom keeps for films and examples: nobody has
/// one, and whoever writes one means an example.
fn is_for_fiction(digits: &str) -> bool {
    digits.len() == 12 && digits.starts_with("447700900")
}

fn read_national(shown: &str, digits: &str, region: &str) -> Result<ReadNumber, PhoneError> {
    let country = phonenumber::country::Id::from_str(&region.to_ascii_uppercase())
        .map_err(|_| PhoneError::NoCountryCode(shown.to_owned()))?;
    let parsed = phonenumber::parse(Some(country), digits)
        .map_err(|_| PhoneError::Invalid(shown.to_owned()))?;
    let valid = parsed.is_valid();
    if !valid && !is_possible(&parsed) {
        return Err(PhoneError::Invalid(shown.to_owned()));
    }
    let international = as_digits(&parsed);
    let national = digits.trim_start_matches('0');
    if !international.ends_with(national) {
        return Err(PhoneError::WouldChange(shown.to_owned()));
    }
    let phone = PhoneNumber::from_digits(&international)
        .ok_or_else(|| PhoneError::Invalid(shown.to_owned()))?;
    Ok(ReadNumber {
        phone,
        cleaned: true,
        unusual: false,
    })
}

/// Whether the number fits its country's general pattern: the looser of the library's two checks: ranges kept
/// free (for films, for later) are not "valid", and a warning is enough for them.
fn is_possible(number: &phonenumber::PhoneNumber) -> bool {
    let national = number.national().to_string();
    phonenumber::metadata::DATABASE
        .by_code(&number.code().value())
        .is_some_and(|countries| {
            countries
                .iter()
                .any(|country| country.descriptors().general().is_match(&national))
        })
}

fn as_digits(number: &phonenumber::PhoneNumber) -> String {
    let text = number.format().mode(phonenumber::Mode::E164).to_string();
    text.trim_start_matches('+').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{PhoneError, read_number};
    use rstest::rstest;

    #[rstest]
    #[case("+447700900412", "447700900412", false)]
    #[case("+44 7700 900412", "447700900412", true)]
    #[case("0044 (7700) 900-412", "447700900412", true)]
    #[case("447700900412", "447700900412", false)]
    #[case("14155550101", "14155550101", false)]
    #[case("+14155550102", "14155550102", false)]
    #[case("\u{202a}+44\u{a0}7700.900412\u{202c}", "447700900412", true)]
    fn what_people_write_is_read(#[case] text: &str, #[case] digits: &str, #[case] cleaned: bool) {
        let read = read_number(text, None).unwrap();
        assert_eq!(read.phone.digits(), digits);
        assert_eq!(read.cleaned, cleaned);
        assert_eq!(read.phone.last_four(), &digits[digits.len() - 4..]);
    }

    #[rstest]
    #[case("", "number_empty")]
    #[case("call me", "number_not_a_number")]
    #[case("4.477E+11", "number_spreadsheet_damage")]
    #[case("9.1E+11", "number_spreadsheet_damage")]
    #[case("447700900412.0", "number_spreadsheet_damage")]
    #[case("+447700900412 +447700900118", "number_two_in_one")]
    #[case("+447700900412, +447700900118", "number_two_in_one")]
    #[case("07700 900412", "number_no_country_code")]
    #[case("4155550101", "number_no_country_code")]
    #[case("+12345", "number_wrong_length")]
    #[case("+1234567890123456", "number_wrong_length")]
    #[case("99999999999999", "number_invalid")]
    fn what_would_be_a_guess_is_refused(#[case] text: &str, #[case] rule: &str) {
        let error = read_number(text, None).unwrap_err();
        assert_eq!(error.rule(), rule, "{error}");
    }

    #[test]
    fn a_region_completes_a_national_number() {
        assert_eq!(
            read_number("07700 900412", Some("GB"))
                .unwrap()
                .phone
                .digits(),
            "447700900412"
        );
        assert_eq!(
            read_number("415 555 0101", Some("US"))
                .unwrap()
                .phone
                .digits(),
            "14155550101"
        );
        assert!(read_number("0770", Some("GB")).is_err());
    }

    #[test]
    fn a_number_that_the_library_would_rewrite_is_refused() {
        // The phone library drops a zero from this one; a message would go to somebody else.
        let error = read_number("+910000000001", None).unwrap_err();
        assert!(
            matches!(error, PhoneError::WouldChange(_) | PhoneError::Invalid(_)),
            "{error}"
        );
    }
}
