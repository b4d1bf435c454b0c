//! The text of a message as lines of a width, in the order of the screen, with the stretches of
//! them that are links. Where a line begins and what stands before it is not known here.

use crate::domain::{ChatMessage, MediaKind, MessageKind};
use crate::text::{bidi, links, sanitize, width, wrap};
use crate::theme::Role;
use crate::widgets::Spans;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

/// A stretch of a line that is a link, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineLink {
    /// Cells of the line before it.
    pub from: usize,
    /// What stands there.
    pub text: Arc<str>,
    /// The same for all parts of one link of one message.
    pub id: u64,
    /// Where it leads.
    pub target: Arc<str>,
}

/// A line of the text of a message.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct TextLine {
    pub(super) spans: Spans,
    pub(super) links: Vec<LineLink>,
}

impl From<Spans> for TextLine {
    fn from(spans: Spans) -> Self {
        let links = Vec::new();
        Self { spans, links }
    }
}

/// The text of a message, wrapped, in screen order.
pub(super) fn text_lines(message: &ChatMessage, text_width: usize) -> Vec<TextLine> {
    let clean = sanitize::clean(&message.text);
    let wrapped = |role| wrapped(message, &clean, text_width, role);
    match message.kind {
        MessageKind::Options if !message.options.is_empty() => chips(message, text_width),
        MessageKind::Media => media_lines(message, &clean, text_width),
        MessageKind::System => wrapped(Role::Muted),
        MessageKind::Unknown => {
            let kind = sanitize::clean_line(&message.type_raw).into_owned();
            let head = format!("[{kind}] x shows it raw");
            let mut lines = vec![cut(Role::Muted, &head, text_width)];
            if !clean.is_empty() {
                lines.extend(wrapped(Role::Text));
            }
            lines
        }
        MessageKind::Text | MessageKind::Options => {
            let mut lines = wrapped(Role::Text);
            if message.time.is_none() {
                let raw = sanitize::clean_line(&message.time_raw).into_owned();
                let raw = if raw.is_empty() {
                    "no time given".to_owned()
                } else {
                    format!("time not readable: {raw}")
                };
                lines.push(cut(Role::Attention, &raw, text_width));
            }
            lines
        }
    }
}

fn cut(role: Role, text: &str, text_width: usize) -> TextLine {
    let text = width::truncate(text, text_width, "…").into_owned();
    Spans::of(role, text).into()
}

/// The lines of a text. A paragraph that runs from right to left stands on the right edge of the
/// block, which is its longest line, so that the side of the speaker stays clear.
fn wrapped(message: &ChatMessage, text: &str, text_width: usize, role: Role) -> Vec<TextLine> {
    let found = links::find(text);
    let ids: Vec<(u64, Arc<str>)> = (0..)
        .zip(&found)
        .map(|(number, link)| (id(message, number), Arc::from(link.target.as_str())))
        .collect();
    let ranges = wrap::wrap_ranges(text, text_width);
    let line_of = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    let block = ranges
        .iter()
        .map(|range| width::cells(line_of(range)))
        .max()
        .unwrap_or(0);
    let build = |range: Range<usize>| {
        let line = line_of(&range);
        let way = paragraph_direction(text, range.start);
        let visual = bidi::visual_in(line, way);
        let pushed = match way {
            bidi::Direction::RightToLeft => block - width::cells(line),
            bidi::Direction::LeftToRight => 0,
        };
        let mut links = Vec::new();
        for (link, (id, target)) in found.iter().zip(&ids) {
            let place = Place {
                line,
                way,
                start: range.start,
            };
            for (from, text) in parts(&place, &link.range) {
                links.push(LineLink {
                    from: pushed + from,
                    text: text.into(),
                    id: *id,
                    target: Arc::clone(target),
                });
            }
        }
        let spans = Spans::of(role, format!("{:pushed$}{visual}", ""));
        TextLine { spans, links }
    };
    ranges.into_iter().map(build).collect()
}

/// The direction of the paragraph in which a line begins: a line that begins with a Latin word
/// may be one of an Arabic text.
fn paragraph_direction(text: &str, at: usize) -> bidi::Direction {
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let end = after.find('\n').map_or(text.len(), |end| at + end);
    bidi::direction(text.get(start..end).unwrap_or_default())
}

/// A line, which way its paragraph runs, and where it begins in the text.
struct Place<'a> {
    line: &'a str,
    way: bidi::Direction,
    start: usize,
}

/// The parts of a line that belong to a link, left to right: cells before each and what it shows.
/// Text that runs both ways can take a link apart.
fn parts(place: &Place<'_>, address: &Range<usize>) -> Vec<(usize, String)> {
    let mut parts: Vec<(usize, String)> = Vec::new();
    if address.end <= place.start || place.start + place.line.len() <= address.start {
        return parts;
    }
    let (mut column, mut inside) = (0, false);
    for (at, grapheme) in bidi::screen_order(place.line, place.way) {
        let belongs = address.contains(&(place.start + at));
        match parts.last_mut().filter(|_| belongs && inside) {
            Some((_, text)) => text.push_str(grapheme),
            None if belongs => parts.push((column, grapheme.to_owned())),
            None => {}
        }
        inside = belongs;
        column += width::grapheme_cells(grapheme);
    }
    parts
}

/// A number of its own for each link of each message, the same in every frame.
fn id(message: &ChatMessage, number: u32) -> u64 {
    let mut hasher = DefaultHasher::new();
    message.identity().hash(&mut hasher);
    number.hash(&mut hasher);
    hasher.finish()
}

/// `[ Yes ]  [ No, something is wrong ]`, as many on a line as fit.
fn chips(message: &ChatMessage, text_width: usize) -> Vec<TextLine> {
    let mut lines = vec![String::new()];
    for option in &message.options {
        let label = sanitize::clean_line(option);
        let chip = format!("[ {} ]", bidi::visual_piece(&label));
        let Some(line) = lines.last_mut() else { break };
        let used = width::cells(line);
        if used > 0 && used + 2 + width::cells(&chip) > text_width {
            lines.push(chip);
        } else {
            if used > 0 {
                line.push_str("  ");
            }
            line.push_str(&chip);
        }
    }
    let lines = lines.into_iter();
    lines
        .map(|line| cut(Role::Text, &line, text_width))
        .collect()
}

fn media_lines(message: &ChatMessage, caption: &str, text_width: usize) -> Vec<TextLine> {
    let Some(media) = &message.media else {
        return wrapped(message, caption, text_width, Role::Text);
    };
    let (sign, word) = match media.kind {
        MediaKind::Image => ("▣", "picture"),
        MediaKind::Video => ("▷", "video"),
        MediaKind::Audio => ("♪", "voice"),
        MediaKind::Document => ("▤", "file"),
    };
    let clean = |text: &Option<String>| {
        text.as_deref()
            .map(|text| sanitize::clean_line(text).into_owned())
    };
    let mut facts: Vec<String> = [clean(&media.name), clean(&media.mime)]
        .into_iter()
        .flatten()
        .collect();
    if media.url.is_none() {
        facts.push("the platform has no file".to_owned());
    }
    let room = text_width.saturating_sub(width::cells(word) + 4);
    let facts = facts.join(" · ");
    // The key is the first to go where it narrows.
    let hints = [" · Enter opens it", " · Enter", ""];
    let hint = hints.into_iter().find(|hint| {
        let possible = media.url.is_some() || hint.is_empty();
        possible && width::cells(&facts) + width::cells(hint) <= room
    });
    let facts = width::truncate_middle(&facts, room, "…");
    let facts = bidi::visual_in(&facts, bidi::Direction::LeftToRight);
    let mut to_file = Vec::new();
    if let Some(target) = media.url.as_deref().and_then(links::target) {
        to_file.push(LineLink {
            from: 0,
            text: format!("{sign} {word}  {facts}").trim_end().into(),
            id: id(message, u32::MAX),
            target: target.into(),
        });
    }
    let facts = format!("{facts}{}", hint.unwrap_or_default());
    let spans = Spans::of(Role::Active, format!("{sign} {word}  ")).with(Role::Text, facts);
    let head = TextLine {
        spans,
        links: to_file,
    };
    let mut lines = vec![head];
    // Without words of the person the platform repeats the name of the file.
    let repeated = media.name.as_deref() == Some(message.text.as_str());
    if !caption.is_empty() && !repeated {
        lines.extend(wrapped(message, caption, text_width, Role::Text));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{TextLine, text_lines};
    use crate::domain::{ChatMessage, Direction, Media, MediaKind, MessageKind};
    use crate::text::width::cells;
    use proptest::prelude::*;
    use std::collections::HashSet;
    use unicode_segmentation::UnicodeSegmentation;

    fn message(text: &str) -> ChatMessage {
        ChatMessage {
            time: Some(jiff::Timestamp::UNIX_EPOCH),
            time_raw: "1970/01/01 00:00:00.000+0000".to_owned(),
            direction: Direction::In,
            sender: "user".to_owned(),
            kind: MessageKind::Text,
            type_raw: "TEXT".to_owned(),
            text: text.to_owned(),
            options: Vec::new(),
            media: None,
            user_id: "447700900412".to_owned(),
            raw: serde_json::Value::Null,
        }
    }

    fn shown(line: &TextLine) -> String {
        let spans = line.spans.0.iter();
        spans.map(|span| span.text.as_str()).collect()
    }

    /// What stands in the cells of a link.
    fn covered(line: &TextLine, part: &super::LineLink) -> String {
        let columns = part.from..part.from + cells(&part.text);
        let mut column = 0;
        let mut text = String::new();
        for grapheme in shown(line).graphemes(true) {
            if columns.contains(&column) {
                text.push_str(grapheme);
            }
            column += cells(grapheme);
        }
        text
    }

    #[test]
    fn a_wrapped_link_is_one_link_with_the_whole_address() {
        let address = format!("https://fernoak.example/{}", "track/".repeat(12));
        let lines = text_lines(&message(&format!("see {address} and {address}.")), 30);
        let parts: Vec<_> = lines.iter().flat_map(|line| &line.links).collect();
        assert!(parts.len() > 6, "{parts:?}");
        assert!(parts.iter().all(|part| *part.target == *address));
        let ids: HashSet<u64> = parts.iter().map(|part| part.id).collect();
        assert_eq!(ids.len(), 2, "two links, not one and not many");
        let first = parts.iter().take_while(|part| part.id == parts[0].id);
        let text: String = first.map(|part| &*part.text).collect();
        assert_eq!(text, address);
        for line in &lines {
            for part in &line.links {
                assert_eq!(covered(line, part), *part.text);
            }
        }
    }

    #[test]
    fn a_link_in_a_text_that_runs_from_right_to_left_covers_its_own_cells() {
        let text = "تتبع الطلب https://fernoak.example/track/88213/ من فضلك";
        let lines = text_lines(&message(text), 70);
        assert_eq!(lines.len(), 1);
        let parts = &lines[0].links;
        let all: String = parts.iter().map(|part| &*part.text).collect();
        assert!(all.contains("https://fernoak.example/track/88213"), "{all}");
        for part in parts {
            assert_eq!(covered(&lines[0], part), *part.text);
            assert_eq!(&*part.target, "https://fernoak.example/track/88213/");
        }
    }

    #[test]
    fn the_line_of_a_file_leads_to_the_file_and_its_hint_does_not() {
        let media = |url: Option<&str>| ChatMessage {
            kind: MessageKind::Media,
            media: Some(Media {
                url: url.map(str::to_owned),
                mime: Some("image/jpeg".to_owned()),
                name: Some("table-leg.jpg".to_owned()),
                kind: MediaKind::Image,
            }),
            ..message("")
        };
        let line = |url| text_lines(&media(url), 60).remove(0);
        let with = line(Some(
            "https://media.fernoak.example/in/table leg.jpg?token=1",
        ));
        assert_eq!(
            &*with.links[0].text,
            "▣ picture  table-leg.jpg · image/jpeg"
        );
        assert_eq!(covered(&with, &with.links[0]), *with.links[0].text);
        assert_eq!(
            &*with.links[0].target,
            "https://media.fernoak.example/in/table%20leg.jpg?token=1"
        );
        for url in [
            None,
            Some("file:///etc/hosts"),
            Some("https://a.example/\u{1b}]"),
        ] {
            assert!(line(url).links.is_empty(), "{url:?}");
        }
    }

    proptest! {
        #[test]
        fn links_change_no_cell_and_cover_what_they_say(
            before in "[a-c مرحبا花🙂]{0,12}",
            path in "[a-z0-9/.()كة é]{0,50}",
            after in "[a-c مرحبا]{0,12}",
            width in 4_usize..60,
        ) {
            let text = format!("{before} https://fernoak.example/{path} {after}");
            for line in text_lines(&message(&text), width) {
                let mut free = 0;
                for link in &line.links {
                    prop_assert!(link.from >= free || link.id != line.links[0].id);
                    free = link.from + cells(&link.text);
                    prop_assert!(free <= cells(&shown(&line)));
                    prop_assert_eq!(&*covered(&line, link), &*link.text);
                }
            }
        }
    }
}
