//! A message as lines, for a width. Pure: the same message at the same width gives the same lines,
//! so they can be kept or thrown away freely.

use crate::domain::{ChatMessage, Direction, MediaKind, MessageKind};
use crate::text::{bidi, format, sanitize, width, wrap};
use crate::theme::Role;
use crate::widgets::Spans;
use jiff::Zoned;
use jiff::tz::TimeZone;

/// What a line is, besides its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Empty, before a day.
    Blank,
    /// A day begins.
    Day,
    /// What arrived since the last visit begins.
    New,
    /// A line of a message.
    Text,
}

/// One line of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageLine {
    /// What it is.
    pub kind: LineKind,
    /// Its pieces; columns are already blanks.
    pub spans: Spans,
}

/// A message as lines.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Block {
    /// The lines, day lines first.
    pub lines: Vec<MessageLine>,
}

/// What the lines of a message depend on besides the message.
#[derive(Debug, Clone)]
pub struct BlockContext<'a> {
    /// Cells inside the pane.
    pub width: usize,
    /// The person's short name.
    pub person: &'a str,
    /// The profile's zone.
    pub zone: &'a TimeZone,
    /// Today, for the names of days.
    pub now: &'a Zoned,
    /// The message before, for days and for choices that belong to it.
    pub previous: Option<&'a ChatMessage>,
    /// Whether what is new begins with this message, and how much that is.
    pub new_here: Option<usize>,
}

/// Cells before the text of the person's messages, in columns and stacked.
const NAME_CELLS: usize = 9;

/// Builds the lines of a message.
pub fn block(message: &ChatMessage, context: &BlockContext<'_>) -> Block {
    let mut lines = Vec::new();
    day_lines(message, context, &mut lines);
    if let Some(count) = context.new_here {
        let text = Spans::of(Role::Focus, format!("{count} new"));
        lines.push(MessageLine {
            kind: LineKind::New,
            spans: text,
        });
    }
    if context.width >= 60 {
        columns(message, context, &mut lines);
    } else {
        stacked(message, context, &mut lines);
    }
    Block { lines }
}

/// The name of a day: `Yesterday, Wed 21 Oct 2026`.
pub fn day_name(message: &ChatMessage, zone: &TimeZone, now: &Zoned) -> Option<String> {
    let at = message.time?.to_zoned(zone.clone());
    Some(format::day(at.date(), now.date()))
}

fn day_lines(message: &ChatMessage, context: &BlockContext<'_>, lines: &mut Vec<MessageLine>) {
    let date = |message: &ChatMessage| {
        message
            .time
            .map(|time| time.to_zoned(context.zone.clone()).date())
    };
    let Some(today) = date(message) else { return };
    let before = context.previous.and_then(date);
    if before == Some(today) {
        return;
    }
    if context.previous.is_some() {
        lines.push(MessageLine {
            kind: LineKind::Blank,
            spans: Spans::default(),
        });
    }
    let text = Spans::of(Role::Muted, format::day(today, context.now.date()));
    lines.push(MessageLine {
        kind: LineKind::Day,
        spans: text,
    });
}

/// Who wrote a message: name, role, mark and how far it stands in.
struct Side {
    name: String,
    role: Role,
    mark: &'static str,
    indent: usize,
    agent: bool,
}

fn side(message: &ChatMessage, context: &BlockContext<'_>) -> Side {
    let step = if context.width >= 60 { 8 } else { 4 };
    match message.direction {
        Direction::In => Side {
            name: context.person.to_owned(),
            role: Role::Incoming,
            mark: "‹",
            indent: 0,
            agent: false,
        },
        Direction::Out => {
            let sender = sanitize::clean_line(&message.sender).into_owned();
            let agent = !matches!(sender.as_str(), "bot" | "you" | "");
            let name = if sender.is_empty() {
                "bot".to_owned()
            } else {
                sender
            };
            Side {
                name,
                role: Role::Outgoing,
                mark: "›",
                indent: step,
                agent,
            }
        }
        Direction::System => Side {
            name: String::new(),
            role: Role::Muted,
            mark: "·",
            indent: 0,
            agent: false,
        },
    }
}

/// `18:02`, or `--:--` for a time that could not be read.
fn clock(message: &ChatMessage, context: &BlockContext<'_>) -> String {
    message.time.map_or_else(
        || "--:--".to_owned(),
        |time| format::clock(&time.to_zoned(context.zone.clone())),
    )
}

/// Choices right after the text they belong to carry no head of their own.
fn continues(message: &ChatMessage, context: &BlockContext<'_>) -> bool {
    let Some(previous) = context.previous else {
        return false;
    };
    let close = match (previous.time, message.time) {
        (Some(before), Some(after)) => after.duration_since(before).as_secs().abs() <= 5,
        _ => false,
    };
    message.kind == MessageKind::Options
        && close
        && previous.direction == message.direction
        && previous.sender == message.sender
}

fn columns(message: &ChatMessage, context: &BlockContext<'_>, lines: &mut Vec<MessageLine>) {
    let side = side(message, context);
    let text_width = (context.width - 28).min(72);
    let lead = 7 + NAME_CELLS + 1 + side.indent + 2;
    let head = if continues(message, context) {
        Spans::of(Role::Text, " ".repeat(lead))
    } else {
        let name = width::truncate(&side.name, NAME_CELLS, "…");
        let name = width::pad_right(&bidi::visual_piece(&name), NAME_CELLS);
        Spans::of(Role::Muted, format!(" {} ", clock(message, context)))
            .with(side.role, format!("{name} {}", " ".repeat(side.indent)))
            .with(side.role, format!("{} ", side.mark))
    };
    let mut body = text_lines(message, text_width);
    if side.agent && body.len() < 2 {
        body.push(Spans::default());
    }
    for (index, line) in body.into_iter().enumerate() {
        let mut spans = match index {
            0 => head.clone(),
            1 if side.agent => Spans::of(Role::Muted, width::pad_right("       (agent)", lead)),
            _ => Spans::of(Role::Text, " ".repeat(lead)),
        };
        spans.0.extend(line.0);
        lines.push(MessageLine {
            kind: LineKind::Text,
            spans,
        });
    }
}

fn stacked(message: &ChatMessage, context: &BlockContext<'_>, lines: &mut Vec<MessageLine>) {
    let side = side(message, context);
    let indent = side.indent + 3;
    let text_width = context.width.saturating_sub(indent + 1).max(1);
    let body = text_lines(message, text_width);
    let pad = " ".repeat(side.indent + 1);
    if message.direction == Direction::System {
        let text = body.into_iter().next().unwrap_or_default();
        let mut spans = Spans::of(Role::Muted, format!(" {} · ", clock(message, context)));
        spans.0.extend(text.0);
        lines.push(MessageLine {
            kind: LineKind::Text,
            spans,
        });
        return;
    }
    if !continues(message, context) {
        let room = context.width.saturating_sub(indent + 8);
        let name = width::truncate(&side.name, room, "…");
        let name = bidi::visual_piece(&name);
        let agent = if side.agent { " (agent)" } else { "" };
        let spans = Spans::of(Role::Muted, format!("{pad}{} ", clock(message, context)))
            .with(side.role, format!("{} {name}", side.mark))
            .with(Role::Muted, agent);
        lines.push(MessageLine {
            kind: LineKind::Text,
            spans,
        });
    }
    for line in body {
        let mut spans = Spans::of(Role::Text, " ".repeat(indent));
        spans.0.extend(line.0);
        lines.push(MessageLine {
            kind: LineKind::Text,
            spans,
        });
    }
}

/// The text of a message, wrapped, in visual order.
fn text_lines(message: &ChatMessage, text_width: usize) -> Vec<Spans> {
    let clean = sanitize::clean(&message.text);
    match message.kind {
        MessageKind::Options if !message.options.is_empty() => chips(message, text_width),
        MessageKind::Media => media_lines(message, &clean, text_width),
        MessageKind::System => wrapped(&clean, text_width, Role::Muted),
        MessageKind::Unknown => {
            let kind = sanitize::clean_line(&message.type_raw).into_owned();
            let mut lines = vec![Spans::of(
                Role::Muted,
                width::truncate(&format!("[{kind}] x shows it raw"), text_width, "…").into_owned(),
            )];
            if !clean.is_empty() {
                lines.extend(wrapped(&clean, text_width, Role::Text));
            }
            lines
        }
        MessageKind::Text | MessageKind::Options => {
            let mut lines = wrapped(&clean, text_width, Role::Text);
            if message.time.is_none() {
                let raw = sanitize::clean_line(&message.time_raw).into_owned();
                let raw = if raw.is_empty() {
                    "no time given".to_owned()
                } else {
                    format!("time not readable: {raw}")
                };
                lines.push(Spans::of(
                    Role::Attention,
                    width::truncate(&raw, text_width, "…").into_owned(),
                ));
            }
            lines
        }
    }
}

/// A text, wrapped and in screen order. A paragraph that runs from right to left stands on the
/// right edge of the block, which is its longest line, so that the side of the speaker stays clear.
fn wrapped(text: &str, text_width: usize, role: Role) -> Vec<Spans> {
    let lines: Vec<(bidi::Direction, &str)> = text
        .split('\n')
        .flat_map(|paragraph| {
            let way = bidi::direction(paragraph);
            let lines = wrap::wrap(paragraph, text_width);
            lines.into_iter().map(move |line| (way, line))
        })
        .collect();
    let widths = lines.iter().map(|(_, line)| width::cells(line));
    let block = widths.max().unwrap_or(0);
    lines
        .into_iter()
        .map(|(way, line)| {
            let shown = bidi::visual_in(line, way);
            match way {
                bidi::Direction::RightToLeft => Spans::of(role, width::pad_left(&shown, block)),
                bidi::Direction::LeftToRight => Spans::of(role, shown),
            }
        })
        .collect()
}

/// `[ Yes ]  [ No, something is wrong ]`, as many on a line as fit.
fn chips(message: &ChatMessage, text_width: usize) -> Vec<Spans> {
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
    let cut = |line: String| width::truncate(&line, text_width, "…").into_owned();
    lines
        .into_iter()
        .map(|line| Spans::of(Role::Text, cut(line)))
        .collect()
}

fn media_lines(message: &ChatMessage, caption: &str, text_width: usize) -> Vec<Spans> {
    let Some(media) = &message.media else {
        return wrapped(caption, text_width, Role::Text);
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
    let mut facts = bidi::visual_in(&facts, bidi::Direction::LeftToRight).into_owned();
    facts.push_str(hint.unwrap_or_default());
    let head = Spans::of(Role::Active, format!("{sign} {word}  ")).with(Role::Text, facts);
    let mut lines = vec![head];
    // Without words of the person the platform repeats the name of the file.
    let repeated = media.name.as_deref() == Some(message.text.as_str());
    if !caption.is_empty() && !repeated {
        lines.extend(wrapped(caption, text_width, Role::Text));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{BlockContext, LineKind, block};
    use crate::domain::{ChatMessage, Direction, MessageKind};
    use crate::text::width::cells;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;
    use serde_json::Value;

    fn message(text: &str, direction: Direction) -> ChatMessage {
        ChatMessage {
            time: Some("2026-10-21T17:02:00Z".parse().unwrap()),
            time_raw: "2026/10/21 17:02:00.000+0000".to_owned(),
            direction,
            sender: "bot".to_owned(),
            kind: MessageKind::Text,
            type_raw: "TEXT".to_owned(),
            text: text.to_owned(),
            options: Vec::new(),
            media: None,
            user_id: "447700900412".to_owned(),
            raw: Value::Null,
        }
    }

    fn lines(message: &ChatMessage, width: usize) -> Vec<String> {
        let now = "2026-10-22T10:47[Europe/London]".parse().unwrap();
        let zone = TimeZone::get("Europe/London").unwrap();
        let context = BlockContext {
            width,
            person: "Sara",
            zone: &zone,
            now: &now,
            previous: None,
            new_here: None,
        };
        let block = block(message, &context);
        let text = |line: &super::MessageLine| {
            line.spans
                .0
                .iter()
                .map(|span| span.text.as_str())
                .collect::<String>()
        };
        block
            .lines
            .iter()
            .filter(|line| line.kind == LineKind::Text)
            .map(text)
            .collect()
    }

    #[test]
    fn sides_differ_in_name_mark_and_indent() {
        let incoming = lines(&message("My oak table came", Direction::In), 84);
        assert_eq!(incoming, [" 18:02 Sara      ‹ My oak table came"]);
        let outgoing = lines(&message("Sorry to hear that", Direction::Out), 84);
        assert_eq!(outgoing, [" 18:02 bot               › Sorry to hear that"]);
        let narrow = lines(&message("Sorry to hear that", Direction::Out), 40);
        assert_eq!(narrow, ["     18:02 › bot", "       Sorry to hear that"]);
    }

    #[test]
    fn a_time_that_cannot_be_read_is_said_and_never_invented() {
        let mut odd = message("hello", Direction::In);
        odd.time = None;
        odd.time_raw = "yesterday".to_owned();
        let shown = lines(&odd, 84).join("\n");
        assert!(
            shown.contains("--:--") && shown.contains("time not readable: yesterday"),
            "{shown}"
        );
        assert!(!shown.contains("1970"));
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_pane(text in "\\PC{0,200}", width in 24usize..120, out: bool) {
            let direction = if out { Direction::Out } else { Direction::In };
            for line in lines(&message(&text, direction), width) {
                prop_assert!(cells(&line) <= width, "{} cells in {width}: {line}", cells(&line));
            }
        }
    }
}
