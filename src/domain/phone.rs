//! Phone numbers: read what people and spreadsheets write, refuse what would have to be guessed.

mod tables;
mod variant;
mod written;

pub use variant::Variant;
pub use written::looks_like_number;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use written::{Stripped, refuse_damage, strip};

/// Most digits of a number.
const DIGITS: usize = 15;

/// An international number: 8 to 15 digits, country code first, without `+`. It holds them itself,
/// so a million of them are no million pieces of memory.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneNumber {
    /// Zero bytes behind the last digit, which keeps the order of texts.
    digits: [u8; DIGITS],
    length: u8,
}

impl PhoneNumber {
    /// Digits only, as conversations, broadcasts and flows want them.
    pub fn digits(&self) -> &str {
        let digits = self.digits.get(..usize::from(self.length));
        digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .unwrap_or_default()
    }

    /// The digits as one number, the same for no other phone number.
    pub fn value(&self) -> u64 {
        self.digits().parse().unwrap_or_default()
    }

    /// With `+`, as templates and CSV uploads want them.
    pub fn with_plus(&self) -> String {
        format!("+{}", self.digits())
    }

    /// The two letters of the number's country; its calling code such as `+44` where several
    /// countries share it and the tables do not tell. Loads the tables.
    pub fn country(&self) -> Option<Cow<'static, str>> {
        if let Some(looked) = tables::look(self.digits()) {
            return Some(looked.country);
        }
        let parsed = phonenumber::parse(None, self.with_plus()).ok()?;
        let country = parsed.country();
        let known = country.id().map(|id| id.as_ref().to_owned());
        Some(Cow::Owned(
            known.unwrap_or_else(|| format!("+{}", country.code())),
        ))
    }

    /// The last four digits, which are shown and typed in confirms.
    pub fn last_four(&self) -> &str {
        let digits = self.digits();
        digits
            .get(digits.len().saturating_sub(4)..)
            .unwrap_or(digits)
    }

    /// A number that was checked before and kept as digits; `None` if it never can have been one.
    pub fn from_digits(digits: &str) -> Option<Self> {
        let plausible = (8..=DIGITS).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0');
        if !plausible {
            return None;
        }
        let mut kept = [0; DIGITS];
        for (place, byte) in kept.iter_mut().zip(digits.bytes()) {
            *place = byte;
        }
        Some(Self {
            digits: kept,
            length: u8::try_from(digits.len()).ok()?,
        })
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.digits())
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.digits())
    }
}

impl Serialize for PhoneNumber {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.digits())
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let digits = Cow::<str>::deserialize(deserializer)?;
        Self::from_digits(&digits).ok_or_else(|| serde::de::Error::custom("no phone number"))
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
    /// A spreadsheet shows it as an amount.
    #[error(
        "`{0}` has thousands separators: format the column as text and export it again, or take \
         the commas out"
    )]
    Thousands(String),
    /// More than one number.
    #[error("`{0}` looks like two numbers in one cell: give each a row of its own")]
    TwoNumbers(String),
    /// No country code and no region to take it from.
    #[error(
        "`{0}` has no country code, or a spreadsheet took its plus or leading zero: write it as \
         +COUNTRY NUMBER, or set `region` in the profile"
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
            PhoneError::Thousands(_) => "number_thousands",
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
    /// Whether it stood there without `+` and was long enough to be an international number.
    pub assumed: bool,
    /// A way of writing numbers of its country that may reach nobody.
    pub variant: Option<Variant>,
}

/// Whether the number is one that its country is known to use; not for reading, only for looking at
/// one that was read. Loads the tables.
pub fn is_usual(phone: &PhoneNumber) -> bool {
    let digits = phone.digits();
    let valid = match tables::look(digits) {
        Some(looked) => looked.valid,
        None => ask_library(digits, digits).is_ok_and(|(valid, _)| valid),
    };
    valid || is_for_fiction(digits)
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
    let Stripped {
        plus,
        digits,
        mut cleaned,
    } = strip(&shown)?;
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
    let (valid, possible) = match tables::look(digits) {
        Some(looked) => (looked.valid, looked.possible),
        None => ask_library(shown, digits)?,
    };
    if !(valid || possible || certainty == Certainty::Stated) {
        return Err(PhoneError::Invalid(shown.to_owned()));
    }
    let phone =
        PhoneNumber::from_digits(digits).ok_or_else(|| PhoneError::Invalid(shown.to_owned()))?;
    Ok(ReadNumber {
        phone,
        cleaned,
        unusual: !valid && !is_for_fiction(digits),
        assumed: certainty == Certainty::Assumed,
        variant: Variant::of(digits),
    })
}

/// Whether the library calls a number valid, and possible. A number whose digits it would change is
/// refused.
fn ask_library(shown: &str, digits: &str) -> Result<(bool, bool), PhoneError> {
    let parsed = phonenumber::parse(None, format!("+{digits}"))
        .map_err(|_| PhoneError::Invalid(shown.to_owned()))?;
    if as_digits(&parsed) != digits {
        return Err(PhoneError::WouldChange(shown.to_owned()));
    }
    Ok((parsed.is_valid(), is_possible(&parsed)))
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
        assumed: false,
        variant: Variant::of(&international),
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
    use super::{PhoneError, PhoneNumber, read_number};
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
    #[case("9,19E+11", "number_spreadsheet_damage")]
    #[case("9.19e11", "number_spreadsheet_damage")]
    #[case("447,700,900,412", "number_thousands")]
    #[case("+447,700,900,412", "number_thousands")]
    #[case("447700900412 447700900118", "number_two_in_one")]
    #[case("447700900412 / 447700900118", "number_two_in_one")]
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
    fn a_number_read_twice_is_the_same() {
        for written in ["+44 7700 900412", "0044 (7700) 900-412", "+39 06 1234 5678"] {
            let once = read_number(written, None).unwrap().phone;
            let twice = read_number(&once.with_plus(), None).unwrap();
            assert_eq!((&twice.phone, twice.cleaned), (&once, false));
        }
    }

    #[test]
    fn numbers_sort_and_print_like_their_digits() {
        let number = |digits| PhoneNumber::from_digits(digits).unwrap();
        assert!(number("447700900") < number("4477009001"));
        assert!(number("4477009009") > number("44770090010"));
        let json = serde_json::to_string(&number("447700900412")).unwrap();
        assert_eq!(json, "\"447700900412\"");
        let read: PhoneNumber = serde_json::from_str(&json).unwrap();
        assert_eq!(read.value(), 447_700_900_412);
        serde_json::from_str::<PhoneNumber>("\"0447\"").unwrap_err();
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
