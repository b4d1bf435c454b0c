//! Plans for the platform's broadcasts: one call for many people, with one text for all.

use super::direct::{filler, payload};
use super::people::People;
use super::personal::{Names, Replaced};
use super::values::{Source, Sources};
use super::{Desk, FreezeError, Frozen, no_recipients};
use crate::api::wire::encode::{BroadcastHead, DirectEntry};
use crate::domain::draft::{Values, form_of};
use crate::domain::placeholder::is_blank;
use crate::domain::raw::{self, UNVERIFIED};
use crate::domain::template::ParameterProblem;
use crate::domain::{
    AudienceRow, BroadcastPart, FrozenRequest, Intent, PlannedCall, Recipient, RecipientForm,
    RequestBody, SendKind, Sha256Hex, Template,
};
use serde_json::Value;

/// Digits and letters that are not taken for one another.
const BASE32: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Most characters of a text message.
const TEXT_CHARS: usize = 4096;

/// Title and channel of a broadcast.
#[derive(Clone, Copy)]
pub(super) struct Label<'a> {
    pub(super) title: &'a str,
    pub(super) channel: &'a str,
    pub(super) exact: bool,
}

/// Everybody a broadcast reaches, and what tells it from others.
pub(super) struct Crowd<'l> {
    pub(super) label: Label<'l>,
    /// Digest of what is said.
    pub(super) said: Sha256Hex,
    pub(super) recipients: Vec<Recipient>,
}

impl<'a> Desk<'a> {
    pub(super) fn direct_broadcast(
        &self,
        label: Label<'_>,
        parts: &[BroadcastPart],
        people: &mut People<'a>,
    ) -> Result<Frozen, FreezeError> {
        label.check()?;
        let entries = self.entries(parts, people)?;
        let entries: Vec<DirectEntry<'_>> = entries
            .iter()
            .map(|entry| match entry {
                Entry::Text(text) => DirectEntry::Text(text),
                Entry::Raw(value) => DirectEntry::Raw(value),
            })
            .collect();
        if form_of(label.channel) == RecipientForm::Phone {
            people.note(
                "Plain texts only reach people who wrote within the last 24 hours.".to_owned(),
            );
        }
        let said = parts.iter().map(|part| match part {
            BroadcastPart::Text(text) | BroadcastPart::Raw(text) => text.as_bytes(),
        });
        let rows = self.open_rows(label.channel, people);
        let crowd = Crowd {
            label,
            said: Sha256Hex::of_pieces(said),
            recipients: kept(rows, people)?,
        };
        Ok(self.chunked(&crowd, people, |head| {
            self.encoder.direct_broadcast(head, &entries)
        }))
    }

    /// Checks every entry. The first problem's rule is that of the error.
    fn entries<'p>(
        &self,
        parts: &'p [BroadcastPart],
        people: &mut People<'_>,
    ) -> Result<Vec<Entry<'p>>, FreezeError> {
        let mut entries = Vec::with_capacity(parts.len());
        let mut problems = Vec::new();
        if parts.is_empty() {
            let text = "the broadcast has no text: write one".to_owned();
            problems.push(ParameterProblem::error("text", "empty_text", text));
        }
        for (index, part) in parts.iter().enumerate() {
            let field = field_of_part(index);
            let read = match part {
                BroadcastPart::Text(text) => {
                    self.check_text(&field, text).map(|()| Entry::Text(text))
                }
                BroadcastPart::Raw(text) => raw_entry(&field, text).map(Entry::Raw),
            };
            match read {
                Ok(entry) => entries.push(entry),
                Err(problem) => problems.push(problem),
            }
        }
        if let Some(first) = problems.first() {
            let rule = match first.rule {
                "one_text_for_all" => "placeholder",
                rule => rule,
            };
            let advice = "A broadcast is one text for all; correct it.";
            return Err(FreezeError::of(rule, problems, advice));
        }
        for (index, entry) in entries.iter().enumerate() {
            let length = match entry {
                Entry::Text(text) => text.chars().count(),
                Entry::Raw(_) => 0,
            };
            if length > TEXT_CHARS {
                let text = format!(
                    "a text has {length} characters: WhatsApp shows at most {TEXT_CHARS}, split it"
                );
                let field = field_of_part(index);
                people.warn_all(ParameterProblem::warning(&field, "too_long", text));
            }
        }
        if entries.iter().any(|entry| matches!(entry, Entry::Raw(_))) {
            people.note(UNVERIFIED.to_owned());
        }
        Ok(entries)
    }

    fn check_text(&self, field: &str, text: &str) -> Result<(), ParameterProblem> {
        let error = |rule, text: &str| Err(ParameterProblem::error(field, rule, text.to_owned()));
        if is_blank(text) {
            return error(
                "empty_text",
                "a text of the broadcast is empty: write it, or take it out",
            );
        }
        if text.contains(|c: char| c.is_control() && c != '\n' && c != '\t') {
            let what = "a text has an invisible control character: type it again";
            return error("control_character", what);
        }
        let names = Names::new(self.audience, Replaced::Nothing);
        names.one_text_for_all(field, "the text", text)
    }

    pub(super) fn template_broadcast(
        &self,
        label: Label<'_>,
        template: &Template,
        values: &Values,
        people: &mut People<'a>,
    ) -> Result<Frozen, FreezeError> {
        label.check()?;
        let replaced = Replaced::Number(&self.profile.wire.phone_placeholder);
        let sources = Sources::resolve(template, values, self.audience, replaced, self.arrives())?;
        refuse_personal(&sources)?;
        sources.check_shared(people)?;
        if form_of(label.channel) != RecipientForm::Phone {
            let text = format!(
                "templates are a matter of WhatsApp: nobody has checked that the channel {} takes \
                 one",
                label.channel.trim()
            );
            people.warn_all(ParameterProblem::warning("channel", "channel", text));
        }
        let mut filler = filler(template)?;
        let shared = |index: usize| match sources.entries().get(index)? {
            (_, Source::Constant(text) | Source::Imported(text) | Source::Fallback(text)) => {
                Some(*text)
            }
            (_, Source::Personal(_)) => None,
        };
        sources.check_together(&filler)?;
        let components = filler.set(shared);
        let payload = payload(template, components);
        let written = components.to_string();
        let said = [&template.name, &template.language, &written];
        let crowd = Crowd {
            label,
            said: Sha256Hex::of_pieces(said.map(String::as_bytes)),
            recipients: kept(self.audience.rows.iter().collect(), people)?,
        };
        Ok(self.chunked(&crowd, people, |head| {
            self.encoder.template_broadcast(head, payload)
        }))
    }

    /// One call per chunk of recipients, each with a title of its own.
    pub(super) fn chunked(
        &self,
        crowd: &Crowd<'_>,
        people: &mut People<'a>,
        encode: impl Fn(BroadcastHead<'_>) -> FrozenRequest,
    ) -> Frozen {
        let label = &crowd.label;
        let id = self.title_id(crowd);
        let most = self.profile.wire.broadcast_chunk.max(1);
        let groups = self.by_night(crowd.recipients.clone(), |one| one);
        let chunks: Vec<&[Recipient]> = groups.iter().flat_map(|all| all.chunks(most)).collect();
        let count = chunks.len();
        let calls = chunks.into_iter().enumerate().map(|(index, chunk)| {
            let part = if count > 1 {
                format!(" ({}/{count})", index + 1)
            } else {
                String::new()
            };
            let title = label.as_it_leaves(&part, &id);
            let head = BroadcastHead {
                title: &title,
                channel: label.channel.trim(),
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
        let intents = self.intents_of_chunks(&calls, label.channel);
        let title = label.as_it_leaves("", &id);
        if self.schedule.publish_at().is_some() {
            people.note(format!(
                "Once handed over it can only be stopped in the panel: Broadcast, Scheduled, {title}."
            ));
        }
        Frozen {
            title,
            calls,
            intents,
        }
    }

    /// What every chunk says, to each of its people: channel and payload as they leave, without
    /// title and time.
    fn intents_of_chunks(&self, calls: &[PlannedCall], channel: &str) -> Vec<Intent> {
        let mut meaning = self.meaning(SendKind::Broadcast);
        meaning.text(&channel.trim().to_lowercase());
        let body = calls.first().map(|call| &call.request.body);
        if let Some(RequestBody::Json(text)) = body {
            let body: Value = serde_json::from_str(text).unwrap_or_default();
            meaning.json(body.get("payload").unwrap_or(&body));
        }
        let people = calls.iter().flat_map(|call| &call.recipients);
        people.map(|one| meaning.to(one)).collect()
    }

    /// Four characters that tell this plan's broadcast from others in the panel's lists.
    fn title_id(&self, crowd: &Crowd<'_>) -> String {
        let target = &self.profile.target;
        let head = [
            target.base_url.as_bytes(),
            target.customer_id.as_bytes(),
            target.bot_key.as_bytes(),
            self.nonce.as_bytes(),
            crowd.label.title.as_bytes(),
            crowd.label.channel.as_bytes(),
            crowd.said.as_str().as_bytes(),
        ];
        let ids = crowd.recipients.iter().map(|one| one.text().as_bytes());
        let digest = Sha256Hex::of_pieces(head.into_iter().chain(ids));
        let bits = u32::from_str_radix(digest.short(), 16).unwrap_or_default();
        let character = |shift: u32| BASE32.get((bits >> shift) as usize & 31).copied();
        [27, 22, 17, 12]
            .into_iter()
            .filter_map(character)
            .map(char::from)
            .collect()
    }
}

/// Everybody of these rows, each once.
pub(super) fn kept<'a>(
    rows: Vec<&'a AudienceRow>,
    people: &mut People<'a>,
) -> Result<Vec<Recipient>, FreezeError> {
    let rows = rows.into_iter().filter(|row| people.keep(row));
    let recipients: Vec<Recipient> = rows.map(|row| row.recipient.clone()).collect();
    if recipients.is_empty() {
        return Err(no_recipients(people));
    }
    Ok(recipients)
}

/// A checked entry of a direct broadcast.
enum Entry<'p> {
    Text(&'p str),
    Raw(Value),
}

/// The field of an entry: `text`, then `text.1`, `text.2` …
fn field_of_part(index: usize) -> String {
    match index {
        0 => "text".to_owned(),
        index => format!("text.{index}"),
    }
}

/// An entry written as JSON: an object with a type, nothing left over in it.
fn raw_entry(field: &str, text: &str) -> Result<Value, ParameterProblem> {
    let error = |rule, text: String| ParameterProblem::error(field, rule, text);
    let object = raw::read_object(text, "an entry such as {\"type\": \"carousel\", …}")
        .map_err(|wrong| error(wrong.rule(), wrong.to_string()))?;
    let kind = object.get("type").and_then(Value::as_str);
    if kind.is_none_or(|kind| kind.trim().is_empty()) {
        let text = "the entry has no `type`: write which kind it is, for example carousel";
        return Err(error("raw_part", text.to_owned()));
    }
    let value = Value::Object(object);
    match raw::left_over(&value, |_| false) {
        Some((_, text)) => Err(error("placeholder", text)),
        None => Ok(value),
    }
}

impl Label<'_> {
    /// Whether a broadcast may be called so.
    pub(super) fn check(&self) -> Result<(), FreezeError> {
        check_title(self.title)?;
        let channel = self.channel.trim();
        if channel.is_empty() || channel.contains(|c: char| c.is_control() || c.is_whitespace()) {
            return Err(FreezeError::new(
                "channel",
                "the channel is empty or no single word",
                "Write one word, for example whatsapp.",
            ));
        }
        Ok(())
    }

    fn as_it_leaves(&self, part: &str, id: &str) -> String {
        if self.exact {
            self.title.to_owned()
        } else {
            format!("{}{part}~{id}", self.title.trim())
        }
    }
}

pub(super) fn check_title(title: &str) -> Result<(), FreezeError> {
    if is_blank(title) || title.contains(char::is_control) {
        return Err(FreezeError::new(
            "title",
            "the title is empty or has a line break or another invisible character",
            "Give it a title by which you find it in the panel.",
        ));
    }
    if title.contains("{{") {
        return Err(FreezeError::new(
            "title",
            "the title holds a placeholder, which nobody replaces",
            "Write the title without braces.",
        ));
    }
    Ok(())
}

fn refuse_personal(sources: &Sources<'_>) -> Result<(), FreezeError> {
    let entries = sources.entries().iter();
    let problems: Vec<ParameterProblem> = entries
        .filter(|(_, source)| matches!(source, Source::Personal(_)))
        .map(|(parameter, _)| {
            let text = format!(
                "{} cannot be each person's own: a broadcast is one text for all",
                parameter.shown_name()
            );
            ParameterProblem::error(&parameter.name, "one_text_for_all", text)
        })
        .collect();
    if problems.is_empty() {
        return Ok(());
    }
    Err(FreezeError::of(
        "one_text_for_all",
        problems,
        "Give one value with --param, or use `send template` or `send csv-broadcast`.",
    ))
}
