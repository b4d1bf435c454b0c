//! Plans for the platform's CSV upload: what is personal becomes attributes of the file.

use super::broadcast::check_title;
use super::direct::{filler, passes, payload, phone_of, template_meaning};
use super::people::People;
use super::personal::Replaced;
use super::values::{RowValues, Source, Sources};
use super::{Desk, FreezeError, Frozen, no_recipients};
use crate::api::wire::encode::{CsvRow, TemplatePayload};
use crate::domain::draft::Values;
use crate::domain::template::ParameterProblem;
use crate::domain::{ParameterKind, PhoneNumber, PlannedCall, Recipient, SendKind, Template};
use std::borrow::Cow;

/// Which attribute of the upload each parameter is, by the parameter's index.
struct Attributes {
    of: Vec<Option<usize>>,
    /// The first parameter of each attribute.
    first: Vec<usize>,
}

impl Attributes {
    /// Parameters that get the same text for everybody are none; two with the same source are one.
    fn of(sources: &Sources<'_>) -> Self {
        let mut attributes = Self {
            of: Vec::new(),
            first: Vec::new(),
        };
        let entries = sources.entries();
        for (index, (parameter, source)) in entries.iter().enumerate() {
            let Source::Personal(_) = source else {
                attributes.of.push(None);
                continue;
            };
            let same = |first: &usize| {
                let known = entries.get(*first);
                known.is_some_and(|(other, known)| {
                    known == source && other.fallback == parameter.fallback
                })
            };
            let at = attributes.first.iter().position(same);
            let at = at.unwrap_or_else(|| {
                attributes.first.push(index);
                attributes.first.len() - 1
            });
            attributes.of.push(Some(at));
        }
        attributes
    }

    fn texts(&self) -> Vec<String> {
        (0..self.first.len())
            .map(|index| format!("{{{{user.attribute_{index}}}}}"))
            .collect()
    }
}

/// A row that stays.
struct Kept<'r> {
    phone: &'r PhoneNumber,
    recipient: &'r Recipient,
    values: RowValues<'r>,
}

impl<'a> Desk<'a> {
    pub(super) fn csv_broadcast(
        &self,
        title: &str,
        template: &Template,
        values: &Values,
        people: &mut People<'a>,
    ) -> Result<Frozen, FreezeError> {
        let title = title.trim();
        check_title(title)?;
        let replaced = Replaced::Attributes(&self.profile.wire.phone_placeholder, 0);
        let sources = Sources::resolve(template, values, self.audience, replaced, self.arrives())?;
        let attributes = Attributes::of(&sources);
        let sources = sources.with_attributes(attributes.first.len());
        sources.check_shared(people)?;
        refuse_personal_expiry(&sources)?;
        let mut filler = filler(template)?;
        let all = self.kept(&sources, &filler, people);
        let [mut kept, asleep] = self.by_night(all, |row| row.recipient);
        let awake = kept.len();
        kept.extend(asleep);
        if kept.is_empty() {
            return Err(no_recipients(people));
        }
        people.note(
            "The platform leaves out people it does not know and reports nothing per person."
                .to_owned(),
        );
        let meaning = template_meaning(self.meaning(SendKind::CsvBroadcast), template);
        // What each person reads, although it leaves as attributes of the upload.
        let said = kept.iter().map(|row| {
            let components = filler.set(|index| row.values.get(index));
            meaning.to_with(row.recipient, components)
        });
        let intents = said.collect();
        let texts = attributes.texts();
        let components = filler.set(|index| match sources.entries().get(index) {
            Some((_, Source::Constant(text) | Source::Imported(text) | Source::Fallback(text))) => {
                Some(*text)
            }
            Some((_, Source::Personal(_))) => {
                let at = attributes.of.get(index).copied().flatten()?;
                texts.get(at).map(String::as_str)
            }
            None => None,
        });
        let payload = payload(template, components);
        let calls = self.uploads(title, payload, kept.split_at(awake), &attributes)?;
        Ok(Frozen {
            title: title.to_owned(),
            calls,
            intents,
        })
    }

    /// One upload for each file that is small enough, each with a title of its own; nobody who is
    /// awake stands in one with people who sleep.
    fn uploads(
        &self,
        title: &str,
        payload: TemplatePayload<'_>,
        (awake, asleep): (&[Kept<'_>], &[Kept<'_>]),
        attributes: &Attributes,
    ) -> Result<Vec<PlannedCall>, FreezeError> {
        let everybody = || awake.iter().chain(asleep);
        let rows: Vec<CsvRow<'_>> = everybody().map(|row| csv_row(row, attributes)).collect();
        let (by_day, at_night) = rows.split_at(awake.len());
        let most = self.profile.wire.csv_file_bytes;
        let mut files = files(by_day, most);
        files.extend(self::files(at_night, most));
        let count = files.len();
        let mut left = everybody();
        let mut calls = Vec::with_capacity(count);
        for (index, rows) in files.into_iter().enumerate() {
            let title = match count {
                1 => Cow::Borrowed(title),
                count => Cow::Owned(format!("{title} ({}/{count})", index + 1)),
            };
            let width = attributes.first.len();
            let people = left.by_ref().take(rows.len());
            calls.push(PlannedCall {
                recipients: people.map(|row| row.recipient.clone()).collect(),
                request: self.encoder.csv_broadcast(&title, payload, rows, width)?,
            });
        }
        Ok(calls)
    }

    fn kept<'r>(
        &'r self,
        sources: &'r Sources<'_>,
        filler: &crate::domain::template::TemplateFiller<'_>,
        people: &mut People<'a>,
    ) -> Vec<Kept<'r>>
    where
        'a: 'r,
    {
        let mut kept = Vec::with_capacity(self.audience.rows.len());
        for row in &self.audience.rows {
            let Some(phone) = phone_of(row, people) else {
                continue;
            };
            let values = sources.row(row, filler);
            if passes(&values.problems, row, people) {
                sources.count(&values, people);
                kept.push(Kept {
                    phone,
                    recipient: &row.recipient,
                    values,
                });
            }
        }
        kept
    }
}

/// Rows one behind the other, in files of at most so many bytes; a row that is longer alone has a
/// file of its own.
fn files<'r, 'v>(rows: &'r [CsvRow<'v>], most: usize) -> Vec<&'r [CsvRow<'v>]> {
    let (mut files, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (at, row) in rows.iter().enumerate() {
        let own = row.bytes();
        if bytes + own > most && at > start {
            files.extend(rows.get(start..at));
            (start, bytes) = (at, 0);
        }
        bytes += own;
    }
    files.extend(rows.get(start..).filter(|rest| !rest.is_empty()));
    files
}

fn csv_row<'r>(kept: &'r Kept<'_>, attributes: &Attributes) -> CsvRow<'r> {
    let value = |index: &usize| kept.values.get(*index).unwrap_or_default();
    CsvRow {
        phone: kept.phone,
        attributes: attributes.first.iter().map(value).collect(),
    }
}

/// The end of an offer is a number in the template, where no attribute can stand.
fn refuse_personal_expiry(sources: &Sources<'_>) -> Result<(), FreezeError> {
    let mut entries = sources.entries().iter();
    let personal = entries.find(|(parameter, source)| {
        parameter.kind == ParameterKind::OfferExpiry && matches!(source, Source::Personal(_))
    });
    match personal {
        Some((parameter, _)) => {
            let text = format!(
                "{} must be the same for everybody in a CSV broadcast",
                parameter.shown_name()
            );
            let problem = ParameterProblem::error(&parameter.name, "one_text_for_all", text);
            Err(FreezeError::of(
                "one_text_for_all",
                vec![problem],
                "Give one value with --param.",
            ))
        }
        None => Ok(()),
    }
}
