//! The form in which a value stands in a text: `{{name:title}}`, `{{date:date(D/M/YYYY)}}`. Without
//! one a value stands as it was written. A form changes how a value looks and never guesses what it
//! means: a date is read in the one way that was said, or not at all.

mod dates;

pub use dates::{Calendar, DateForm, DateFormError, WRITTEN, readings};

use std::borrow::Cow;

/// The rule of people whose value is no date of the form that is said.
pub const NO_DATE: &str = "no_date";
/// The form of dates where none is said.
const USUAL: &str = "D MMM YYYY";

/// What is done to a value before it stands in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transform<'t> {
    /// Without spaces around it.
    Trim,
    /// Words in one case only begin with a capital; others stay, and spaces around it go.
    Title,
    /// A date, read in one form and written in another.
    Date {
        /// How it stands in the file.
        from: DateForm<'t>,
        /// How it stands in the message.
        to: DateForm<'t>,
    },
}

/// A value that cannot be brought into the form that is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

impl<'t> Transform<'t> {
    /// Splits `column:title` into the column and its form; `None` where no form is named.
    ///
    /// # Errors
    /// A date whose forms say nothing that can be read.
    pub fn split(written: &'t str) -> Result<Option<(&'t str, Self)>, DateFormError> {
        let dated = written
            .strip_suffix(')')
            .and_then(|text| text.rsplit_once(":date("));
        if let Some((name, forms)) = dated {
            let both = forms.split_once("->").or_else(|| forms.split_once('→'));
            let (from, to) = both.unwrap_or((forms, USUAL));
            let from = DateForm::read(from.trim())?;
            let to = DateForm::write(to.trim(), from)?;
            return Ok(Some((name.trim_end(), Self::Date { from, to })));
        }
        Ok(match written.rsplit_once(':') {
            Some((name, "trim")) => Some((name.trim_end(), Self::Trim)),
            Some((name, "title")) => Some((name.trim_end(), Self::Title)),
            Some(_) | None => None,
        })
    }

    /// How a date must be written in the file; empty for what takes any text.
    pub fn reads(&self) -> &'t str {
        match self {
            Transform::Trim | Transform::Title => "",
            Transform::Date { from, .. } => from.pattern(),
        }
    }

    /// A value in this form. One that says nothing stays as it is.
    ///
    /// # Errors
    /// A value that is no date of the form that was said.
    pub fn apply<'v>(&self, value: Cow<'v, str>) -> Result<Cow<'v, str>, Unreadable> {
        match self {
            Transform::Trim => Ok(trimmed(value)),
            Transform::Title => Ok(titled(value)),
            Transform::Date { from, to } => {
                let date = from.parse(value.trim()).ok_or(Unreadable)?;
                Ok(Cow::Owned(to.format(date)))
            }
        }
    }
}

/// As it stands behind the name of a column, its colon included.
impl std::fmt::Display for Transform<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Transform::Trim => f.write_str(":trim"),
            Transform::Title => f.write_str(":title"),
            Transform::Date { from, to } if to.pattern() == USUAL => {
                write!(f, ":date({})", from.pattern())
            }
            Transform::Date { from, to } => {
                write!(f, ":date({} -> {})", from.pattern(), to.pattern())
            }
        }
    }
}

fn trimmed(value: Cow<'_, str>) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// Words are told apart by spaces and hyphens. One in one case only says nothing about its name:
/// `SARA o'neill` becomes `Sara O'Neill`, `McDonald` stays.
fn titled(value: Cow<'_, str>) -> Cow<'_, str> {
    let mut text = String::with_capacity(value.len());
    for word in value.trim().split_inclusive([' ', '-']) {
        let letters = || word.chars().filter(|c| c.is_alphabetic());
        let one_case = !letters().any(char::is_lowercase) || !letters().any(char::is_uppercase);
        if one_case {
            capitalise(word, &mut text);
        } else {
            text.push_str(word);
        }
    }
    if *text == *value {
        value
    } else {
        Cow::Owned(text)
    }
}

/// Behind an apostrophe a capital stands only after a single letter: `D'Arcy`, but `don't`.
fn capitalise(word: &str, text: &mut String) {
    let mut run = 0_usize;
    for letter in word.chars() {
        if letter.is_alphabetic() {
            if run == 0 {
                // Some letters become two, of which the second is small.
                let mut large = letter.to_uppercase();
                text.extend(large.next());
                text.extend(large.flat_map(char::to_lowercase));
            } else {
                text.extend(letter.to_lowercase());
            }
            run += 1;
        } else {
            let apostrophe = matches!(letter, '\'' | '\u{2019}');
            let joins = (apostrophe && run > 1) || is_mark(letter);
            run = if joins { run } else { 0 };
            text.push(letter);
        }
    }
}

/// Signs that belong to the letter before them.
fn is_mark(sign: char) -> bool {
    matches!(sign, '\u{300}'..='\u{36f}' | '\u{200c}' | '\u{200d}')
}

#[cfg(test)]
mod tests {
    use super::{Transform, Unreadable};
    use proptest::prelude::*;
    use rstest::rstest;
    use std::borrow::Cow;

    fn apply(written: &str, value: &str) -> Result<String, Unreadable> {
        let (name, form) = Transform::split(written).unwrap().unwrap();
        assert_eq!(name, "column");
        form.apply(Cow::Borrowed(value)).map(Cow::into_owned)
    }

    #[rstest]
    #[case("column:trim", "  Sara \t", "Sara")]
    #[case("column:title", " SARA  o'neill-SMITH ", "Sara  O'Neill-Smith")]
    #[case("column:title", "anne-marie McDonald", "Anne-Marie McDonald")]
    #[case(
        "column:title",
        "don't \u{4e2d}\u{6587} \u{0633}\u{0627}",
        "Don't \u{4e2d}\u{6587} \u{0633}\u{0627}"
    )]
    #[case("column:title", "l\u{e9}a \u{e9}MILE", "L\u{e9}a \u{e9}MILE")]
    #[case(
        "column:title",
        "d\u{2019}arcy jos\u{65}\u{301}e",
        "D\u{2019}Arcy Jos\u{65}\u{301}e"
    )]
    #[case("column:date(DD/MM/YYYY)", " 03/08/2026 ", "3 Aug 2026")]
    #[case("column:date(M/D/YYYY)", "3/8/2026", "8 Mar 2026")]
    #[case(
        "column:date(YYYY-MM-DD -> dddd D MMMM)",
        "2026-08-03",
        "Monday 3 August"
    )]
    #[case(
        "column:date(D.M.YYYY HH:mm\u{2192}D MMM, HH:mm)",
        "3.8.2026 09:05",
        "3 Aug, 09:05"
    )]
    #[case("column :trim", " x", "x")]
    fn a_value_takes_its_form(#[case] form: &str, #[case] value: &str, #[case] expected: &str) {
        assert_eq!(apply(form, value).unwrap(), expected);
    }

    #[rstest]
    #[case("column:date(DD/MM/YYYY)", "3/8/2026")]
    #[case("column:date(D/M/YYYY)", "04/25/2026")]
    #[case("column:date(D/M/YYYY)", "31/02/2026")]
    #[case("column:date(D/M/YYYY)", "3/8/2026 later")]
    #[case("column:date(D/M/YYYY)", "46237")]
    #[case("column:date(D/M/YYYY)", "")]
    fn what_is_no_such_date_is_never_guessed(#[case] form: &str, #[case] value: &str) {
        apply(form, value).unwrap_err();
    }

    #[rstest]
    #[case("Due: date")]
    #[case("order title")]
    #[case("a:b")]
    #[case("when:date")]
    #[case("x:Title")]
    fn a_name_is_a_name(#[case] name: &str) {
        assert_eq!(Transform::split(name), Ok(None));
    }

    #[rstest]
    #[case("x:date()", "names no day, month and year")]
    #[case("x:date(MM/YYYY)", "names no day, month and year")]
    #[case("x:date(DD/DD/YYYY)", "twice")]
    #[case("x:date(today)", "`t`")]
    #[case("x:date(DD/MM/YYYY -> HH:mm)", "no time")]
    #[case("x:date(DD/MM/YYYY -> )", "is empty")]
    fn a_form_that_says_nothing_is_refused(#[case] written: &str, #[case] why: &str) {
        let error = Transform::split(written).unwrap_err().to_string();
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn a_form_is_written_as_it_is_read() {
        for text in [
            "x:trim",
            "x:title",
            "x:date(D/M/YYYY)",
            "x:date(D/M/YYYY -> YYYY-MM-DD)",
        ] {
            let (name, form) = Transform::split(text).unwrap().unwrap();
            assert_eq!(format!("{name}{form}"), text);
        }
    }

    proptest! {
        #[test]
        fn a_form_applied_twice_is_the_same(value in "\\PC{0,30}") {
            for form in [Transform::Trim, Transform::Title] {
                let once = form.apply(Cow::Borrowed(value.as_str())).unwrap();
                let twice = form.apply(once.clone()).unwrap();
                prop_assert_eq!(&once, &twice);
            }
        }

        #[test]
        fn a_date_comes_back(year in 1900_i16..2100, month in 1_i8..=12, day in 1_i8..=28) {
            let iso = format!("{year:04}-{month:02}-{day:02}");
            for form in ["D/M/YYYY", "MMM D, YYYY", "DDMMYYYY", "D MMMM YYYY"] {
                let there = format!("c:date(YYYY-MM-DD -> {form})");
                let back = format!("c:date({form} -> YYYY-MM-DD)");
                let (_, there) = Transform::split(&there).unwrap().unwrap();
                let (_, back) = Transform::split(&back).unwrap().unwrap();
                let middle = there.apply(Cow::Borrowed(&iso)).unwrap();
                prop_assert_eq!(back.apply(middle).unwrap(), iso.as_str());
            }
        }
    }
}
