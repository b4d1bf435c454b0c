//! How the message reads to the person who gets it: as a phone shows it, or as one line.

use super::fields::{button_index, section};
use super::form::{DraftKind, FieldId, Section};
use super::state::Draft;
use crate::domain::placeholder;
use crate::domain::template::{ButtonKind, ButtonWording, placeholders};
use crate::domain::{MediaKind, ParameterKind, Template};
use crate::text::{format, sanitize};
use crate::theme::{Glyph, Role};
use crate::widgets::bubble::{self, Bubble, Rows};
use crate::widgets::{Painter, Span};
use jiff::{Timestamp, Zoned};
use std::borrow::Cow;

/// What stands for a value that is not there yet.
const GAP: &str = "▁▁▁▁";

/// A message in the parts that a phone shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Message {
    title: Option<String>,
    head: Vec<String>,
    text: Vec<Span>,
    footer: Option<String>,
    buttons: Vec<String>,
}

/// The bubbles of the draft at this width, one below the other; no rows where nothing can be shown.
pub fn rows(draft: &Draft, now: &Zoned, room: usize) -> Rows {
    let time = format::clock(now);
    let mut all = Rows::default();
    for message in messages(draft, now) {
        let rows = bubble::rows(
            &Bubble {
                title: message.title.as_deref(),
                head: &message.head,
                text: &message.text,
                footer: message.footer.as_deref(),
                time: if message.title.is_some() { "" } else { &time },
                buttons: &message.buttons,
            },
            room,
        );
        all.width = rows.width;
        all.rows.extend(rows.rows);
    }
    all
}

fn messages(draft: &Draft, now: &Zoned) -> Vec<Message> {
    if draft.is_raw() {
        return Vec::new();
    }
    if let (Some(template), true) = (&draft.template, draft.takes_template()) {
        let whole = Reader {
            draft,
            template,
            card: None,
        };
        let card = shown_card(draft, template).map(|card| Reader {
            card: Some(card),
            ..whole
        });
        let mut messages = vec![whole.message(now)];
        messages.extend(card.map(|card| card.message(now)));
        return messages;
    }
    if draft.kind != DraftKind::Broadcast || draft.choices.with_template {
        return Vec::new();
    }
    let mut messages = Vec::new();
    for field in &draft.fields {
        let text = field.text.text();
        if matches!(field.id, FieldId::Text(_)) && !text.trim().is_empty() {
            messages.push(Message {
                text: vec![piece(Role::Text, sanitize::clean(&text))],
                ..Message::default()
            });
        }
    }
    messages
}

/// The card of the field under the cursor, else the first one.
fn shown_card(draft: &Draft, template: &Template) -> Option<usize> {
    let here = draft.field().map(|field| field.section);
    match here {
        Some(Section::Card(card)) => Some(card),
        Some(
            Section::General | Section::Header | Section::Offer | Section::Body | Section::Buttons,
        )
        | None => (cards(template) > 0).then_some(0),
    }
}

/// How many cards a template has.
pub fn cards(template: &Template) -> usize {
    let sections = template.parameters.iter();
    let last = sections.filter_map(|parameter| match section(&parameter.name).0 {
        Section::Card(card) => Some(card + 1),
        Section::General | Section::Header | Section::Offer | Section::Body | Section::Buttons => {
            None
        }
    });
    last.max().unwrap_or(0).max(template.wording.cards.len())
}

fn piece(role: Role, text: impl Into<String>) -> Span {
    Span {
        text: text.into(),
        role,
    }
}

/// Reads one part of a template: the message itself, or one of its cards.
#[derive(Clone, Copy)]
struct Reader<'a> {
    draft: &'a Draft,
    template: &'a Template,
    card: Option<usize>,
}

impl Reader<'_> {
    fn message(self, now: &Zoned) -> Message {
        let wording = &self.template.wording;
        let card = self.card.and_then(|card| wording.cards.get(card));
        let (body, known_buttons) = match self.card {
            Some(_) => (
                card.and_then(|card| card.body.as_deref()),
                card.map_or(&[][..], |card| &card.buttons),
            ),
            None => (wording.body.as_deref(), wording.buttons.as_slice()),
        };
        Message {
            title: self
                .card
                .map(|card| format!("card {} of {}", card + 1, cards(self.template))),
            head: self.head(now),
            text: body.map_or_else(|| self.listed_values(), |body| self.filled(body)),
            footer: match self.card {
                Some(_) => None,
                None => wording
                    .footer
                    .as_deref()
                    .map(|footer| sanitize::clean_line(footer).into_owned()),
            },
            buttons: self.buttons(known_buttons),
        }
    }

    fn prefix(self) -> String {
        self.card
            .map_or_else(String::new, |card| format!("card.{card}."))
    }

    /// What stands in the place of this name, cleaned; `None` for an empty one.
    fn value(self, local: &str) -> Option<String> {
        let name = format!("{}{local}", self.prefix());
        let text = self.draft.read_value(&FieldId::Parameter(name));
        (!text.is_empty()).then(|| sanitize::clean(&text).into_owned())
    }

    /// The parameters of this part, with their names inside it.
    fn places(&self) -> impl Iterator<Item = (&str, ParameterKind)> {
        self.template.parameters.iter().filter_map(|parameter| {
            let (section, local) = section(&parameter.name);
            let here = match (section, self.card) {
                (Section::Card(card), Some(this)) => card == this,
                (Section::Card(_), None) => false,
                (_, this) => this.is_none(),
            };
            here.then_some((local, parameter.kind))
        })
    }

    fn head(self, now: &Zoned) -> Vec<String> {
        let mut head = Vec::new();
        if let (None, Some(text)) = (self.card, &self.template.wording.header) {
            // A header counts its places anew: its `{{1}}` is `header.1`.
            let text = text.replace("{{1}}", "{{header.1}}");
            let pieces = self.filled(&text);
            let text: String = pieces.into_iter().map(|piece| piece.text).collect();
            head.push(sanitize::clean_line(&text).into_owned());
        }
        if let (None, Some(text)) = (self.card, &self.template.wording.offer) {
            head.push(sanitize::clean_line(text).into_owned());
        }
        for (local, kind) in self.places() {
            match kind {
                ParameterKind::MediaLink(kind) => head.push(self.media_line(kind, local)),
                ParameterKind::HeaderText if self.template.wording.header.is_none() => {
                    head.push(self.value(local).unwrap_or_else(|| GAP.to_owned()));
                }
                ParameterKind::OfferExpiry => {
                    let until = self.value(local).and_then(|text| offer_end(&text, now));
                    let until = until.unwrap_or_else(|| GAP.to_owned());
                    head.push(format!("◷ the offer ends {until}"));
                }
                ParameterKind::HeaderText
                | ParameterKind::Text
                | ParameterKind::FileName
                | ParameterKind::Location
                | ParameterKind::ButtonText
                | ParameterKind::Coupon
                | ParameterKind::Payload => {}
            }
        }
        head
    }

    fn media_line(self, kind: MediaKind, local: &str) -> String {
        let (sign, word) = match kind {
            MediaKind::Image => ("▣", "picture"),
            MediaKind::Video => ("▷", "video"),
            MediaKind::Audio => ("♪", "sound"),
            MediaKind::Document => ("▤", "document"),
        };
        let named = self.value("header.filename");
        let link = self.value(local).unwrap_or_default();
        let path = link.split(['?', '#']).next().unwrap_or_default();
        let last = path.rsplit('/').next().filter(|name| !name.is_empty());
        let name = named.or_else(|| last.map(str::to_owned));
        let name = name.unwrap_or_else(|| format!("no {word} yet"));
        format!("{sign} {}", sanitize::clean_line(&name))
    }

    /// A text of the template with values in its places.
    fn filled(self, text: &str) -> Vec<Span> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, tail)) = rest.split_once("{{") {
            let Some((name, after)) = tail.split_once("}}") else {
                break;
            };
            pieces.push(piece(Role::Text, sanitize::clean(before)));
            pieces.push(match self.value(name.trim()) {
                Some(value) => piece(Role::Key, value),
                None => piece(Role::Attention, GAP),
            });
            rest = after;
        }
        pieces.push(piece(Role::Text, sanitize::clean(rest)));
        pieces.retain(|piece| !piece.text.is_empty());
        pieces
    }

    /// Where the template's own words are not known: that they are not, and the values.
    fn listed_values(self) -> Vec<Span> {
        let mut pieces = Vec::new();
        if self.card.is_none() {
            let text = "text of this template is not known, e adds it";
            pieces.push(piece(Role::Muted, text));
        }
        for field in &self.draft.fields {
            let here = match self.card {
                Some(card) => field.section == Section::Card(card),
                None => field.section == Section::Body,
            };
            if !here || field.takes != super::form::Takes::Words || field.stacked {
                continue;
            }
            let line = if pieces.is_empty() { "" } else { "\n" };
            let label = sanitize::clean_line(&field.label).into_owned();
            pieces.push(piece(Role::Muted, format!("{line}{label}  ")));
            let text = self.draft.read_value(&field.id);
            pieces.push(if text.is_empty() {
                piece(Role::Attention, GAP)
            } else {
                piece(Role::Key, sanitize::clean(&text))
            });
        }
        pieces
    }

    /// The labels of the buttons: those that are known, else that there is one.
    fn buttons(self, known: &[ButtonWording]) -> Vec<String> {
        let mut labels: Vec<String> = known
            .iter()
            .enumerate()
            .map(|(index, button)| {
                let label = sanitize::clean_line(&button.label).into_owned();
                let code = self.value(&format!("button.{index}"));
                match (button.kind, code) {
                    (ButtonKind::CopyCode, Some(code)) => format!("{label} · {code}"),
                    (
                        ButtonKind::CopyCode
                        | ButtonKind::QuickReply
                        | ButtonKind::Url
                        | ButtonKind::Phone
                        | ButtonKind::Other,
                        _,
                    ) => label,
                }
            })
            .collect();
        for (local, _) in self.places() {
            if let Some(index) = button_index(local) {
                for missing in labels.len()..=index {
                    labels.push(format!("button {}", missing + 1));
                }
            }
        }
        labels
    }
}

/// When an offer ends, for people.
pub fn offer_end(millis: &str, now: &Zoned) -> Option<String> {
    let end = Timestamp::from_millisecond(millis.trim().parse().ok()?).ok()?;
    let end = end.to_zoned(now.time_zone().clone());
    Some(end.strftime("%a %-d %b %Y %H:%M").to_string())
}

impl Draft {
    /// The text of a field as the person of the call in the Payload pane would read it, before
    /// there is one the first person addressed or the first row of their file. Where one text goes
    /// to all, and where a placeholder has no value, it stands as typed.
    pub fn read_value(&self, id: &FieldId) -> String {
        let text = self.value(id);
        if !text.contains("{{") || self.kind == DraftKind::Broadcast {
            return text;
        }
        if let Some(sent) = self.in_shown_call(id) {
            return sent.to_owned();
        }
        let people = self.addressed();
        let first = people.first().copied().flatten();
        let sample = self.table.sample.as_ref();
        let of_file = sample.filter(|_| self.people_file().is_some());
        let value = |name: &str| {
            let value = match of_file {
                Some(sample) => sample.first_value(name),
                None => first.and_then(|person| person.value(name)),
            };
            value.map(|value| Cow::Owned(value.to_owned()))
        };
        let filled = placeholder::parse(&text)
            .ok()
            .and_then(|pieces| placeholder::fill(&pieces, value).ok())
            .map(|filled| filled.text.into_owned());
        filled.unwrap_or(text)
    }

    /// What is to say about words typed for the template: which values they show.
    ///
    /// # Errors
    /// Why they cannot be those of this template.
    pub fn weigh_words(&self, text: &str) -> Result<String, String> {
        let Some(template) = &self.template else {
            return Err("no template is chosen".to_owned());
        };
        if text.trim().is_empty() {
            return Err("type the text as people read it".to_owned());
        }
        let mut known: Vec<&str> = Vec::new();
        for parameter in &template.parameters {
            if parameter.kind == ParameterKind::Text && section(&parameter.name).0 == Section::Body
            {
                known.push(&parameter.name);
            }
        }
        let inner = |placeholder: &str| {
            let name = placeholder.trim_start_matches('{').trim_end_matches('}');
            name.trim().to_owned()
        };
        let shown: Vec<String> = placeholders(text).map(inner).collect();
        if let Some(other) = shown.iter().find(|name| !known.contains(&name.as_str())) {
            return Err(format!("the template has no value {other}"));
        }
        match known
            .iter()
            .find(|name| !shown.iter().any(|one| one == *name))
        {
            Some(missing) => Err(format!("{{{{{missing}}}}} is not in it yet")),
            None => Ok(format!(
                "{} in their places",
                format::counted(known.len() as u64, "value")
            )),
        }
    }

    /// The body as the person reads it, gaps shown; `None` where it is not known.
    pub fn reads(&self) -> Option<String> {
        let known = match (&self.template, self.takes_template()) {
            (Some(template), true) => template.wording.body.is_some(),
            (None, true) => false,
            (_, false) => self.kind == DraftKind::Broadcast && !self.is_raw(),
        };
        if !known {
            return None;
        }
        let message = messages(self, &Zoned::default()).into_iter().next()?;
        Some(message.text.into_iter().map(|piece| piece.text).collect())
    }

    /// Characters of the filled body, or of the filled body of a card; places without a value
    /// count nothing. Without the template's words only the values are counted.
    pub fn body_chars(&self, card: Option<usize>) -> usize {
        let Some(template) = &self.template else {
            return 0;
        };
        let reader = Reader {
            draft: self,
            template,
            card,
        };
        let wording = &template.wording;
        let body = match card {
            Some(card) => wording.cards.get(card).and_then(|card| card.body.as_ref()),
            None => wording.body.as_ref(),
        };
        let pieces = match body {
            Some(body) => reader.filled(body),
            None => reader.listed_values(),
        };
        let counted = pieces.iter().filter(|piece| {
            piece.role == Role::Key || (piece.role == Role::Text && body.is_some())
        });
        counted.map(|piece| piece.text.chars().count()).sum()
    }
}

/// The message on one line, for the summary.
pub fn line(draft: &Draft, painter: &Painter<'_>) -> Option<String> {
    let text = draft.reads()?;
    Some(text.replace('\n', painter.theme.glyph(Glyph::LineBreak)))
}
