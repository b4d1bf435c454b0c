//! Plans with one call for many people: the platform's broadcasts and its CSV upload.

use super::direct::{filler, passes, payload, phone_of};
use super::people::People;
use super::values::{Replaced, Source, Sources};
use super::{Desk, FreezeError, Frozen, no_recipients};
use crate::api::wire::encode::{BroadcastHead, CsvRow, DirectEntry};
use crate::domain::draft::Values;
use crate::domain::template::{ParameterProblem, placeholders};
use crate::domain::{
    AudienceRow, BroadcastPart, FrozenRequest, ParameterKind, PhoneNumber, PlannedCall, Recipient,
    Schedule, Sha256Hex, Template, ValueSource,
};

/// Digits and letters that are not taken for one another.
const BASE32: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Title and channel of a broadcast.
#[derive(Clone, Copy)]
pub(super) struct Label<'a> {
    pub(super) title: &'a str,
    pub(super) channel: &'a str,
    pub(super) exact: bool,
}

impl<'a> Desk<'a> {
    pub(super) fn direct_broadcast(
        &self,
        label: Label<'_>,
        parts: &[BroadcastPart],
        people: &mut People<'a>,
    ) -> Result<Frozen, FreezeError> {
        check_label(label)?;
        let texts: Vec<String> = parts
            .iter()
            .map(|part| match part {
                BroadcastPart::Text(text) | BroadcastPart::Raw(text) => text.clone(),
            })
            .collect();
        check_texts(&texts)?;
        let entries: Vec<DirectEntry<'_>> =
            texts.iter().map(|text| DirectEntry::Text(text)).collect();
        people.note("Plain texts only reach people who wrote within the last 24 hours.".to_owned());
        let said = Sha256Hex::of_pieces(texts.iter().map(String::as_bytes));
        self.chunked(label, &said, people, |head| {
            self.encoder.direct_broadcast(head, &entries)
        })
    }

    pub(super) fn template_broadcast(
        &self,
        label: Label<'_>,
        template: &Template,
        values: &Values,
        people: &mut People<'a>,
    ) -> Result<Frozen, FreezeError> {
        check_label(label)?;
        refuse_columns(values)?;
        let sources = Sources::resolve(template, values, self.audience, self.arrives())?
            .replacing(Replaced::Number);
        people.notes(sources.check_shared()?);
        let mut filler = filler(template)?;
        let Some(anybody) = self.audience.rows.first() else {
            return Err(no_recipients(people));
        };
        let together = filler.check_together(|name| sources.value_by_name(name, anybody));
        if together.iter().any(ParameterProblem::is_error) {
            return Err(FreezeError::values(together));
        }
        let components = filler.set(|parameter| sources.value_of(parameter, anybody));
        let payload = payload(template, components);
        let written = components.to_string();
        let said = [&template.name, &template.language, &written];
        let said = Sha256Hex::of_pieces(said.map(String::as_bytes));
        self.chunked(label, &said, people, |head| {
            self.encoder.template_broadcast(head, payload)
        })
    }

    /// One call per chunk of recipients, each with a title of its own.
    fn chunked(
        &self,
        label: Label<'_>,
        said: &Sha256Hex,
        people: &mut People<'a>,
        encode: impl Fn(BroadcastHead<'_>) -> FrozenRequest,
    ) -> Result<Frozen, FreezeError> {
        let rows = self.audience.rows.iter().filter(|row| people.keep(row));
        let recipients: Vec<Recipient> = rows.map(|row| row.recipient.clone()).collect();
        if recipients.is_empty() {
            return Err(no_recipients(people));
        }
        let id = self.title_id(label, said, &recipients);
        let chunks = recipients.chunks(self.profile.wire.broadcast_chunk.max(1));
        let count = chunks.len();
        let calls = chunks.enumerate().map(|(index, chunk)| {
            let part = if count > 1 {
                format!(" ({}/{count})", index + 1)
            } else {
                String::new()
            };
            let title = label.as_it_leaves(&part, &id);
            let head = BroadcastHead {
                title: &title,
                channel: label.channel,
                recipients: chunk,
                schedule: self.schedule,
                now: self.now,
            };
            PlannedCall {
                recipients: chunk.to_vec(),
                request: encode(head),
            }
        });
        let calls: Vec<PlannedCall> = calls.collect();
        let title = label.as_it_leaves("", &id);
        if matches!(self.schedule, Schedule::PublishAt(_)) {
            people.note(format!(
                "Once handed over it can only be stopped in the panel: Broadcast, Scheduled, {title}."
            ));
        }
        Ok(Frozen { title, calls })
    }

    /// Four characters that tell this plan's broadcast from others in the panel's lists.
    fn title_id(&self, label: Label<'_>, said: &Sha256Hex, recipients: &[Recipient]) -> String {
        let target = &self.profile.target;
        let head = [
            target.base_url.as_bytes(),
            target.customer_id.as_bytes(),
            target.bot_key.as_bytes(),
            self.nonce.as_bytes(),
            label.title.as_bytes(),
            label.channel.as_bytes(),
            said.as_str().as_bytes(),
        ];
        let numbers = recipients.iter().map(|person| person.text().as_bytes());
        let digest = Sha256Hex::of_pieces(head.into_iter().chain(numbers));
        let bits = u32::from_str_radix(digest.short(), 16).unwrap_or_default();
        let character = |shift: u32| BASE32.get((bits >> shift) as usize & 31).copied();
        [27, 22, 17, 12]
            .into_iter()
            .filter_map(character)
            .map(char::from)
            .collect()
    }

    pub(super) fn csv_broadcast(
        &self,
        title: &str,
        template: &Template,
        values: &Values,
        people: &mut People<'a>,
    ) -> Result<Frozen, FreezeError> {
        let title = title.trim();
        check_title(title)?;
        let sources = Sources::resolve(template, values, self.audience, self.arrives())?;
        let columns = sources.columns();
        let sources = sources.replacing(Replaced::Attributes(columns.len()));
        people.notes(sources.check_shared()?);
        refuse_expiry_column(&sources)?;
        let mut filler = filler(template)?;
        let mut kept: Vec<(&PhoneNumber, &AudienceRow)> =
            Vec::with_capacity(self.audience.rows.len());
        for row in &self.audience.rows {
            let Some(phone) = phone_of(row, people) else {
                continue;
            };
            if passes(&sources.check_row(row, &filler), row, people) {
                kept.push((phone, row));
            }
        }
        if kept.is_empty() {
            return Err(no_recipients(people));
        }
        people.note(
            "The platform leaves out people it does not know and reports nothing per person."
                .to_owned(),
        );
        let attributes: Vec<String> = (0..columns.len())
            .map(|index| format!("{{{{user.attribute_{index}}}}}"))
            .collect();
        let components = filler.set(|parameter| {
            let (_, source) = sources
                .entries()
                .iter()
                .find(|(p, _)| p.name == parameter.name)?;
            match source {
                Source::Constant(text) | Source::Imported(text) => Some(*text),
                Source::Column(column) => {
                    let index = columns.iter().position(|known| known == column)?;
                    attributes.get(index).map(String::as_str)
                }
            }
        });
        let rows: Vec<CsvRow<'_>> = kept
            .iter()
            .map(|(phone, row)| csv_row(phone, row, &columns))
            .collect();
        let payload = payload(template, components);
        let request = self
            .encoder
            .csv_broadcast(title, payload, &rows, columns.len())?;
        let call = PlannedCall {
            recipients: kept.iter().map(|(_, row)| row.recipient.clone()).collect(),
            request,
        };
        Ok(Frozen {
            title: title.to_owned(),
            calls: vec![call],
        })
    }
}

impl Label<'_> {
    fn as_it_leaves(&self, part: &str, id: &str) -> String {
        if self.exact {
            self.title.to_owned()
        } else {
            format!("{}{part}~{id}", self.title.trim())
        }
    }
}

fn csv_row<'r>(phone: &'r PhoneNumber, row: &'r AudienceRow, columns: &[&str]) -> CsvRow<'r> {
    let value = |column: &&str| row.columns.get(*column).map_or("", String::as_str);
    CsvRow {
        phone,
        attributes: columns.iter().map(value).collect(),
    }
}

fn check_title(title: &str) -> Result<(), FreezeError> {
    if title.trim().is_empty() || title.contains(char::is_control) {
        return Err(FreezeError::new(
            "title",
            "the title is empty or has a line break or another invisible character",
            "Give it a title by which you find it in the panel.",
        ));
    }
    Ok(())
}

fn check_label(label: Label<'_>) -> Result<(), FreezeError> {
    check_title(label.title)?;
    if label.channel.trim().is_empty() {
        return Err(FreezeError::new(
            "channel",
            "the channel is empty",
            "Give it with --channel, for example whatsapp.",
        ));
    }
    Ok(())
}

fn check_texts(texts: &[String]) -> Result<(), FreezeError> {
    if texts.is_empty() || texts.iter().any(|text| text.trim().is_empty()) {
        return Err(FreezeError::new(
            "empty_text",
            "the broadcast has no text, or an empty one",
            "Give each text with --text.",
        ));
    }
    let control = |c: char| c.is_control() && c != '\n' && c != '\t';
    if texts.iter().any(|text| text.contains(control)) {
        return Err(FreezeError::new(
            "control_character",
            "a text has an invisible control character",
            "Type it again.",
        ));
    }
    match texts.iter().find_map(|text| placeholders(text).next()) {
        Some(placeholder) => Err(FreezeError::new(
            "placeholder",
            format!("a text still holds the placeholder {placeholder}: people would read it"),
            "A broadcast is one text for all: write it without placeholders.",
        )),
        None => Ok(()),
    }
}

fn refuse_columns(values: &Values) -> Result<(), FreezeError> {
    for (name, source) in values {
        if let ValueSource::Column(column) = source {
            return Err(FreezeError::new(
                "one_text_for_all",
                format!(
                    "a broadcast is one text for all: {name} cannot come from the column {column}"
                ),
                "Give one value with --param, or use `send template` or `send csv-broadcast`.",
            ));
        }
    }
    Ok(())
}

/// The end of an offer is a number in the template, where no attribute can stand.
fn refuse_expiry_column(sources: &Sources<'_>) -> Result<(), FreezeError> {
    let mut entries = sources.entries().iter();
    let from_column = entries.find(|(parameter, source)| {
        parameter.kind == ParameterKind::OfferExpiry && matches!(source, Source::Column(_))
    });
    match from_column {
        Some((parameter, _)) => Err(FreezeError::new(
            "one_text_for_all",
            format!(
                "{} must be the same for everybody in a CSV broadcast",
                parameter.name
            ),
            "Give one value with --param.",
        )),
        None => Ok(()),
    }
}
