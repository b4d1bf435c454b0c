//! What is each person's own: columns of the file or attributes of the person, standing in texts
//! as placeholders. Every name is known before the first row is looked at.

use super::FreezeError;
use crate::domain::placeholder::{Filled, NoValue, Piece, Place, fill, nearest, parse};
use crate::domain::template::{ParameterProblem, placeholders};
use crate::domain::transform::NO_DATE;
use crate::domain::{Audience, AudienceRow};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Names that every person has, whatever the file says: their value may still be empty.
const ALWAYS: [&str; 2] = ["name", "phone"];
/// What to write for a date.
const DATES: &str = "Write the form of the file, as in --map date=order_date:date(DD/MM/YYYY).";
/// Most names listed in one sentence.
const LISTED: usize = 12;

/// Which placeholders the platform replaces in a kind of send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Replaced<'a> {
    /// None: people would read them.
    Nothing,
    /// This one, which stands for the recipient's number.
    Number(&'a str),
    /// The recipient's number, and this many attributes of the upload.
    Attributes(&'a str, usize),
}

impl Replaced<'_> {
    /// Whether the platform replaces this placeholder, given with its braces.
    pub(super) fn replaces(self, placeholder: &str) -> bool {
        let in_upload = match self {
            Replaced::Nothing | Replaced::Number(_) => false,
            Replaced::Attributes(_, count) => {
                attribute(placeholder).is_some_and(|index| index < count)
            }
        };
        in_upload || self.is_number(placeholder)
    }

    /// Whether it stands for the recipient's number here.
    fn is_number(self, placeholder: &str) -> bool {
        match self {
            Replaced::Nothing => false,
            Replaced::Number(number) | Replaced::Attributes(number, _) => {
                inner(number) == inner(placeholder)
            }
        }
    }

    /// The first placeholder in a text that the platform does not replace.
    pub(super) fn left_over(self, text: &str) -> Option<&str> {
        placeholders(text).find(|placeholder| !self.replaces(placeholder))
    }

    /// Whether the platform replaces it, or would if the upload had enough attributes.
    fn is_the_platforms(self, placeholder: &str) -> bool {
        let in_uploads = matches!(self, Replaced::Attributes(..));
        self.replaces(placeholder) || (in_uploads && attribute(placeholder).is_some())
    }
}

fn inner(placeholder: &str) -> &str {
    placeholder.trim_matches(['{', '}', ' '])
}

/// The number of an attribute of the upload.
fn attribute(placeholder: &str) -> Option<usize> {
    let number = inner(placeholder).strip_prefix("user.attribute_")?;
    number.parse().ok()
}

/// A text with its placeholders understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text<'a> {
    /// The same for everybody.
    Shared(&'a str),
    /// Different for each person.
    Personal(Vec<Piece<'a>>),
}

/// What placeholders may be called here.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    audience: &'a Audience,
    replaced: Replaced<'a>,
}

impl<'a> Names<'a> {
    pub(super) fn new(audience: &'a Audience, replaced: Replaced<'a>) -> Self {
        Self { audience, replaced }
    }

    /// Reads a text. What the platform replaces stands as it is.
    ///
    /// # Errors
    /// A placeholder that is not closed, has no name, or a name that is not known; `field` and
    /// `shown` say where it stands.
    pub(super) fn read(
        &self,
        field: &str,
        shown: &str,
        text: &'a str,
    ) -> Result<Text<'a>, ParameterProblem> {
        let mut pieces = parse(text).map_err(|error| {
            ParameterProblem::error(field, "placeholder", format!("{shown} {error}"))
        })?;
        let mut personal = false;
        for piece in &mut pieces {
            let Piece::Place(place) = *piece else {
                continue;
            };
            // A file whose column is called like the number's placeholder changes nothing about it;
            // one in the form of the platform's upload has columns called like its attributes.
            let whole = place.as_written();
            if place.form.is_some() && self.knows(whole.name) {
                // A column that is called like a name with a form is that column.
                *piece = Piece::Place(whole);
                personal = true;
            } else if self.replaced.is_number(place.raw) {
                *piece = Piece::Literal(place.raw);
            } else if self.knows(place.name) {
                personal = true;
            } else if self.replaced.is_the_platforms(place.raw) {
                *piece = Piece::Literal(place.raw);
            } else {
                return Err(self.unknown(field, shown, place));
            }
        }
        Ok(if personal {
            Text::Personal(pieces)
        } else {
            Text::Shared(text)
        })
    }

    /// A column by itself, maybe with its form, as a text with one placeholder.
    pub(super) fn column(&self, column: &'a str) -> Result<Vec<Piece<'a>>, FreezeError> {
        let place = Place::of_column(column).map_err(|error| {
            let message = format!("the column {column} {error}");
            FreezeError::new("placeholder", message, DATES.to_owned())
        })?;
        let place = if self.audience.names.contains(column) {
            place.as_written()
        } else {
            place
        };
        check_column(place.name, self.audience)?;
        Ok(vec![Piece::Place(place)])
    }

    /// Where no placeholder of a person may stand.
    pub(super) fn one_text_for_all(
        &self,
        field: &str,
        shown: &str,
        text: &str,
    ) -> Result<(), ParameterProblem> {
        let error = |rule, text| Err(ParameterProblem::error(field, rule, text));
        let pieces = match parse(text) {
            Ok(pieces) => pieces,
            Err(wrong) => return error("placeholder", format!("{shown} {wrong}")),
        };
        let left_over = pieces.iter().find_map(|piece| match piece {
            Piece::Place(place) if !self.replaced.replaces(place.raw) => Some(place.raw),
            Piece::Place(_) | Piece::Literal(_) => None,
        });
        match left_over {
            Some(raw) => error(
                "one_text_for_all",
                format!(
                    "{shown} holds {raw}: this API has one text for all, so nobody's own value can \
                     stand in it"
                ),
            ),
            None => Ok(()),
        }
    }

    fn knows(&self, name: &str) -> bool {
        self.audience.names.contains(name) || ALWAYS.contains(&name)
    }

    fn unknown(&self, field: &str, shown: &str, place: Place<'_>) -> ParameterProblem {
        let names: BTreeSet<&str> = self.audience.names.iter().map(String::as_str).collect();
        let known: BTreeSet<&str> = names.into_iter().chain(ALWAYS).collect();
        let platforms = attribute(place.raw).is_some()
            || matches!(inner(place.raw), "phone_no" | "user.phone_no");
        if platforms {
            let text = format!(
                "{shown} holds {}, which the platform does not replace in this kind of send: write \
                 {{{{phone}}}} for the number",
                place.raw
            );
            return ParameterProblem::error(field, "placeholder", text);
        }
        let meant = nearest(place.name, known.iter().copied())
            .map_or_else(String::new, |near| format!("; {near} is the nearest"));
        let more = known.len().saturating_sub(LISTED);
        let mut list: Vec<&str> = known.into_iter().take(LISTED).collect();
        let rest = format!("{more} more");
        if more > 0 {
            list.push(&rest);
        }
        let text = format!(
            "{shown} holds {}, and nobody has a value called {}: known are {}{meant}",
            place.raw,
            place.name,
            list.join(", ")
        );
        ParameterProblem::error(field, "unknown_placeholder", text)
    }
}

/// One person's value of a name.
fn own<'r>(name: &str, row: &'r AudienceRow) -> Option<Cow<'r, str>> {
    match row.columns.get(name) {
        Some(value) => Some(Cow::Borrowed(value)),
        None if name == "phone" => row.recipient.phone().map(|p| Cow::Owned(p.with_plus())),
        None => None,
    }
}

/// A text for one person.
pub(super) fn fill_for<'r>(
    pieces: &[Piece<'r>],
    row: &'r AudienceRow,
) -> Result<Filled<'r>, NoValue<'r>> {
    fill(pieces, |name| own(name, row))
}

/// Why a person has no text, as a problem of a field.
pub(super) fn no_value(field: &str, shown: &str, why: NoValue<'_>) -> ParameterProblem {
    match why {
        NoValue::Empty(place) if place.is_column() => {
            let text = format!(
                "{shown} is empty: the column {} has nothing for this person",
                place.name
            );
            ParameterProblem::error(field, "empty", text)
        }
        NoValue::Empty(place) => {
            let text = format!(
                "{shown} is incomplete: this person has no {name}, and {raw} says nothing else: \
                 write {{{{{name}|text without it}}}}",
                name = place.name,
                raw = place.raw
            );
            ParameterProblem::error(field, "no_value", text)
        }
        NoValue::NoDate(place) => {
            let text = format!(
                "{shown} is no date that can be read: the value {} of this person is not written as \
                 {}",
                place.name,
                place.form.map(|form| form.reads()).unwrap_or_default()
            );
            ParameterProblem::error(field, NO_DATE, text)
        }
        NoValue::HoldsPlaceholder(place) => {
            let text = format!(
                "{shown} would hold a placeholder, because the value {} of this person has {{{{ in \
                 it: nobody would replace it",
                place.name
            );
            ParameterProblem::error(field, "placeholder", text)
        }
    }
}

/// A column must be there; every row of a file has the same ones.
fn check_column(column: &str, audience: &Audience) -> Result<(), FreezeError> {
    if audience.rows.is_empty() || audience.names.contains(column) {
        return Ok(());
    }
    let known: Vec<&str> = audience.names.iter().map(String::as_str).collect();
    let near = nearest(column, known.iter().copied())
        .map_or_else(String::new, |near| format!(" Did you mean {near}?"));
    let advice = if known.is_empty() {
        "Give a file with --csv, or one value for everybody with --param.".to_owned()
    } else {
        format!("The file has: {}.{near}", known.join(", "))
    };
    let message = format!("there is no column {column}");
    Err(FreezeError::new("no_such_column", message, advice))
}
