//! Placeholders of people in a text: `{{name}}` stands for what is each person's own, and
//! `{{name|there}}` says what stands there for people without it. `{{name:title}}` brings the value
//! into a form. A value is data: whatever it
//! holds is never read as a placeholder again.

use super::recipient::is_invisible;
use super::transform::{DateFormError, Transform};
use std::borrow::Cow;

/// A piece of a text with placeholders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'t> {
    /// Stands as it is.
    Literal(&'t str),
    /// Stands for a value.
    Place(Place<'t>),
}

/// A placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'t> {
    /// As written, braces included.
    pub raw: &'t str,
    /// The column or attribute.
    pub name: &'t str,
    /// The name with its form, as written. Somebody's column may be called exactly so.
    pub written: &'t str,
    /// The form its value takes.
    pub form: Option<Transform<'t>>,
    /// What stands there where the value is empty; may be empty itself.
    pub fallback: Option<&'t str>,
}

/// Why a text cannot be read. Each is a sentence piece that follows the name of a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceholderError {
    /// `{{` without `}}`.
    #[error("opens a placeholder with {{{{ and does not close it: write {{{{name}}}}")]
    NotClosed,
    /// `{{}}`, or a name with a brace in it.
    #[error(
        "holds {0}, which names nothing: write {{{{name}}}} or {{{{name|text without a name}}}}"
    )]
    NoName(String),
    /// A form of dates that says nothing.
    #[error(transparent)]
    Form(#[from] DateFormError),
}

/// Why a text has no value for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoValue<'t> {
    /// The value is empty and the placeholder has no other text.
    Empty(Place<'t>),
    /// The value holds `{{` itself; it is data and nobody would replace it.
    HoldsPlaceholder(Place<'t>),
    /// The value is no date of the form that is said.
    NoDate(Place<'t>),
}

impl<'t> Place<'t> {
    /// A column by itself, its form behind it: `order_date:date(D/M/YYYY)`.
    ///
    /// # Errors
    /// A form of dates that says nothing.
    pub fn of_column(column: &'t str) -> Result<Self, PlaceholderError> {
        Self::read(column, column, None)
    }

    fn read(
        raw: &'t str,
        written: &'t str,
        fallback: Option<&'t str>,
    ) -> Result<Self, PlaceholderError> {
        let split = Transform::split(written)?;
        Ok(Self {
            raw,
            name: split.map_or(written, |(name, _)| name),
            written,
            form: split.map(|(_, form)| form),
            fallback,
        })
    }

    /// Whether it stands for a column by itself and not in a text.
    pub fn is_column(&self) -> bool {
        !self.raw.starts_with("{{")
    }

    /// The same for a column that is called as the whole is written.
    #[must_use]
    pub fn as_written(self) -> Self {
        Self {
            name: self.written,
            form: None,
            ..self
        }
    }
}

/// Reads a text into its pieces, in order.
///
/// # Errors
/// A placeholder that is not closed, has no name, or a form of dates that says nothing.
pub fn parse(text: &str) -> Result<Vec<Piece<'_>>, PlaceholderError> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((literal, tail)) = rest.split_once("{{") {
        let Some((inner, after)) = tail.split_once("}}") else {
            return Err(PlaceholderError::NotClosed);
        };
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal));
        }
        let end = literal.len() + inner.len() + 4;
        let raw = rest.get(literal.len()..end).unwrap_or_default();
        let (name, fallback) = match inner.split_once('|') {
            Some((name, fallback)) => (name.trim(), Some(fallback.trim())),
            None => (inner.trim(), None),
        };
        if name.is_empty() || inner.contains(['{', '}']) {
            return Err(PlaceholderError::NoName(raw.to_owned()));
        }
        pieces.push(Piece::Place(Place::read(raw, name, fallback)?));
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Literal(rest));
    }
    Ok(pieces)
}

/// A filled text, and whether a fallback stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled<'t> {
    /// The text.
    pub text: Cow<'t, str>,
    /// The first placeholder whose fallback was used.
    pub fell_back: Option<Place<'t>>,
}

/// Puts one person's values into the pieces of a text. A single placeholder is not copied.
///
/// # Errors
/// [`NoValue`], for the first placeholder without a usable value.
pub fn fill<'t>(
    pieces: &[Piece<'t>],
    value: impl Fn(&str) -> Option<Cow<'t, str>>,
) -> Result<Filled<'t>, NoValue<'t>> {
    let mut text: Option<Cow<'t, str>> = None;
    let mut fell_back = None;
    for piece in pieces {
        let next = match piece {
            Piece::Literal(literal) => Cow::Borrowed(*literal),
            Piece::Place(place) => {
                if let Some(value) = own(place, &value)? {
                    value
                } else {
                    let fallback = place.fallback.ok_or(NoValue::Empty(*place))?;
                    fell_back = fell_back.or(Some(*place));
                    Cow::Borrowed(fallback)
                }
            }
        };
        text = Some(match text {
            None => next,
            Some(before) => Cow::Owned(before.into_owned() + &next),
        });
    }
    Ok(Filled {
        text: text.unwrap_or_default(),
        fell_back,
    })
}

/// What stands for a placeholder; `None` where the value says nothing.
fn own<'t>(
    place: &Place<'t>,
    value: &impl Fn(&str) -> Option<Cow<'t, str>>,
) -> Result<Option<Cow<'t, str>>, NoValue<'t>> {
    let Some(own) = value(place.name).filter(|value| !is_blank(value)) else {
        return Ok(None);
    };
    if own.contains("{{") {
        return Err(NoValue::HoldsPlaceholder(*place));
    }
    match &place.form {
        None => Ok(Some(own)),
        Some(form) => {
            let formed = form.apply(own).map_err(|_| NoValue::NoDate(*place))?;
            Ok(Some(formed))
        }
    }
}

/// Whether a value says nothing: empty, or only spaces and signs that nobody sees.
pub fn is_blank(value: &str) -> bool {
    value.chars().all(|c| c.is_whitespace() || is_invisible(c))
}

/// The known name most like this one, if one is like it at all; by the measure that settings and
/// commands use for theirs.
pub fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let name = name.to_lowercase();
    let likeness = |known: &str| strsim::jaro_winkler(&name, &known.to_lowercase());
    known
        .into_iter()
        .map(|known| (likeness(known), known))
        .filter(|(likeness, _)| *likeness >= 0.72)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::{NoValue, Piece, Place, PlaceholderError, fill, nearest, parse};
    use proptest::prelude::*;
    use rstest::rstest;
    use std::borrow::Cow;

    fn filled(text: &str, value: &'static str) -> Result<String, String> {
        let pieces = parse(text).map_err(|error| error.to_string())?;
        match fill(&pieces, |name| {
            (name == "name").then_some(Cow::Borrowed(value))
        }) {
            Ok(filled) => Ok(filled.text.into_owned()),
            Err(NoValue::Empty(place)) => Err(format!("empty {}", place.name)),
            Err(NoValue::HoldsPlaceholder(place)) => Err(format!("data {}", place.name)),
            Err(NoValue::NoDate(place)) => Err(format!("no date {}", place.name)),
        }
    }

    #[rstest]
    #[case("Hi {{name}}!", "Sara", "Hi Sara!")]
    #[case("{{ name }}{{name|x}}", "Sara", "SaraSara")]
    #[case("Hi {{name|there}}", " ", "Hi there")]
    #[case("Hi{{name|}}", "", "Hi")]
    #[case("{{name| the | one }}", "", "the | one")]
    #[case("Hi {{name:title|there}}!", " SARA", "Hi Sara!")]
    #[case("Hi {{ name:title | there }}!", "  ", "Hi there!")]
    #[case("on {{name:date(DD/MM/YYYY)}}", "03/08/2026", "on 3 Aug 2026")]
    #[case("no { brace } here }}", "", "no { brace } here }}")]
    fn values_and_fallbacks_stand_in_their_places(
        #[case] text: &str,
        #[case] value: &'static str,
        #[case] expected: &str,
    ) {
        assert_eq!(filled(text, value).unwrap(), expected);
    }

    #[rstest]
    #[case("Hi {{name}}", "", "empty name")]
    #[case("Hi {{other}}", "Sara", "empty other")]
    #[case("Hi {{name}}", "a {{city}} b", "data name")]
    #[case("{{name}}me}}", "{{na", "data name")]
    #[case("{{name:date(DD/MM/YYYY)|soon}}", "next week", "no date name")]
    #[case("{{name:date(DD/MM/YYYY)}}", "", "empty name")]
    fn a_person_without_a_usable_value_is_named(
        #[case] text: &str,
        #[case] value: &'static str,
        #[case] why: &str,
    ) {
        assert_eq!(filled(text, value).unwrap_err(), why);
    }

    #[test]
    fn what_is_no_placeholder_is_refused() {
        assert_eq!(parse("Hi {{name"), Err(PlaceholderError::NotClosed));
        for text in ["{{}}", "{{ |x}}", "{{{name}}}", "{{name|{{city}}}}"] {
            let error = parse(text).unwrap_err();
            assert!(matches!(error, PlaceholderError::NoName(_)), "{text}");
        }
        assert_eq!(
            PlaceholderError::NoName("{{}}".to_owned()).to_string(),
            "holds {{}}, which names nothing: write {{name}} or {{name|text without a name}}"
        );
    }

    #[test]
    fn a_slip_finds_its_name() {
        assert_eq!(
            nearest("frist_name", ["first_name", "city"]),
            Some("first_name")
        );
        assert_eq!(nearest("qqq", ["first_name", "city"]), None);
    }

    proptest! {
        #[test]
        fn pieces_put_together_are_the_text(text in "[a-z{}| ]{0,40}") {
            let Ok(pieces) = parse(&text) else { return Ok(()) };
            let written: String = pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Literal(literal) => *literal,
                    Piece::Place(Place { raw, .. }) => *raw,
                })
                .collect();
            prop_assert_eq!(written, text);
        }

        #[test]
        fn a_value_is_never_read_again(value in "[a-z{}|]{0,20}") {
            let pieces = parse("x{{name}}y").unwrap();
            let own = value.clone();
            match fill(&pieces, move |_| Some(Cow::Owned(own.clone()))) {
                Ok(filled) => prop_assert!(!value.contains("{{") && filled.text.contains(&value)),
                Err(_) => prop_assert!(value.contains("{{") || value.trim().is_empty()),
            }
        }
    }
}
