//! What people and spreadsheets write for a number: what is cleaned away, and what is damage that
//! nobody can undo. It knows nothing of countries.

use super::PhoneError;
use crate::domain::recipient::is_invisible;

/// The digits of a text and how they stood there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stripped {
    pub(super) plus: bool,
    pub(super) digits: String,
    /// Whether something was cleaned away.
    pub(super) cleaned: bool,
}

/// Whether a cell looks like a phone number at first sight: digits with what people write between
/// them, more than a date has, or what a spreadsheet makes of a number.
pub fn looks_like_number(text: &str) -> bool {
    let shown = text.trim();
    match strip(shown) {
        Ok(Stripped { plus, digits, .. }) => {
            digits.len() <= 15 && digits.len() >= if plus { 8 } else { 9 }
        }
        Err(_) => is_scientific(shown) || has_thousands(shown),
    }
}

/// Whether it is written with an exponent, as a spreadsheet shows long numbers.
fn is_scientific(shown: &str) -> bool {
    let split = shown.split_once(['E', 'e']);
    split.is_some_and(|(mantissa, exponent)| {
        let numeric = |part: &str| {
            let sign = |c: char| c.is_ascii_digit() || ".,+-".contains(c);
            !part.is_empty()
                && part.chars().all(sign)
                && part.contains(|c: char| c.is_ascii_digit())
        };
        numeric(mantissa) && numeric(exponent)
    })
}

/// Whether it is grouped by commas in threes, as a spreadsheet shows amounts.
fn has_thousands(shown: &str) -> bool {
    let mut groups = shown.trim_start_matches('+').split(',');
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let first = groups
        .next()
        .is_some_and(|one| (1..=3).contains(&one.len()) && digits(one));
    let mut rest = groups.peekable();
    first && rest.peek().is_some() && rest.all(|group| group.len() == 3 && digits(group))
}

/// Refuses what a spreadsheet made of a number, and cells with more than one.
pub(super) fn refuse_damage(shown: &str) -> Result<(), PhoneError> {
    let decimal = [".0", ".00", ",0", ",00"]
        .iter()
        .any(|end| shown.ends_with(end));
    if is_scientific(shown) || (decimal && !shown.contains([' ', '-'])) {
        return Err(PhoneError::SpreadsheetDamage(shown.to_owned()));
    }
    if has_thousands(shown) {
        return Err(PhoneError::Thousands(shown.to_owned()));
    }
    let pluses = shown.matches('+').count();
    if pluses > 1 || shown.contains([',', ';', '/', '|', '\n']) || two_groups(shown) {
        return Err(PhoneError::TwoNumbers(shown.to_owned()));
    }
    Ok(())
}

/// Whether two words of it could each be a number.
fn two_groups(shown: &str) -> bool {
    let long = |word: &&str| word.bytes().filter(u8::is_ascii_digit).count() >= 8;
    shown.split_whitespace().filter(long).count() > 1
}

/// The digits, without what people and programs write around them.
pub(super) fn strip(shown: &str) -> Result<Stripped, PhoneError> {
    let mut digits = String::with_capacity(shown.len());
    let (mut plus, mut cleaned) = (false, false);
    for character in shown.chars() {
        match character {
            '0'..='9' => digits.push(character),
            '+' if digits.is_empty() && !plus => plus = true,
            // What a spreadsheet or an export puts before a number so that it stays a text.
            '\'' if digits.is_empty() && !plus => cleaned = true,
            '(' | ')' | '[' | ']' | '-' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}' => {
                cleaned = true;
            }
            space if space.is_whitespace() || is_invisible(space) => cleaned = true,
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
        let what = "no digits".to_owned();
        return Err(PhoneError::NotANumber(shown.to_owned(), what));
    }
    Ok(Stripped {
        plus,
        digits,
        cleaned,
    })
}

#[cfg(test)]
mod tests {
    use super::looks_like_number;
    use rstest::rstest;

    #[rstest]
    #[case("+447700900412", true)]
    #[case("07700 900412", true)]
    #[case("4.477E+11", true)]
    #[case("447,700,900,412", true)]
    #[case("2026-08-12", false)]
    #[case("12.08.2026 09:00", false)]
    #[case("A-17", false)]
    #[case("phone", false)]
    #[case("", false)]
    fn a_number_is_told_from_other_cells(#[case] cell: &str, #[case] is_one: bool) {
        assert_eq!(looks_like_number(cell), is_one);
    }
}
