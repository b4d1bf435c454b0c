//! A message as lines, for a width. Pure: the same message at the same width gives the same lines,
//! so they can be kept or thrown away freely.

use super::text_lines::{LineLink, TextLine, text_lines};
use crate::domain::{ChatMessage, Direction, MessageKind};
use crate::text::{bidi, format, sanitize, width};
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
    /// What of it leads somewhere, left to right.
    pub links: Vec<LineLink>,
    /// The cell of a mark, which is a blank of the line.
    pub mark_cell: usize,
}

impl MessageLine {
    fn plain(kind: LineKind, spans: Spans) -> Self {
        Self {
            kind,
            spans,
            links: Vec::new(),
            mark_cell: 0,
        }
    }

    /// A line of a message: what stands before its text, and the text.
    fn text(head: Spans, text: TextLine, mark_cell: usize) -> Self {
        let before = head.cells();
        let mut line = Self::plain(LineKind::Text, head);
        line.spans.0.extend(text.spans.0);
        line.links = text.links;
        for link in &mut line.links {
            link.from += before;
        }
        line.mark_cell = mark_cell;
        line
    }
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
        lines.push(MessageLine::plain(LineKind::New, text));
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
        lines.push(MessageLine::plain(LineKind::Blank, Spans::default()));
    }
    let text = Spans::of(Role::Muted, format::day(today, context.now.date()));
    lines.push(MessageLine::plain(LineKind::Day, text));
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
        body.push(TextLine::default());
    }
    for (index, line) in body.into_iter().enumerate() {
        let spans = match index {
            0 => head.clone(),
            1 if side.agent => Spans::of(Role::Muted, width::pad_right("       (agent)", lead)),
            _ => Spans::of(Role::Text, " ".repeat(lead)),
        };
        // Between the clock and the name.
        lines.push(MessageLine::text(spans, line, 6));
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
        let spans = Spans::of(Role::Muted, format!(" {} · ", clock(message, context)));
        lines.push(MessageLine::text(spans, text, 6));
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
        // Behind the clock; the lines of text have their first blanks for it.
        let behind = pad.len() + 5;
        lines.push(MessageLine::text(spans, TextLine::default(), behind));
    }
    for line in body {
        let spans = Spans::of(Role::Text, " ".repeat(indent));
        lines.push(MessageLine::text(spans, line, 1));
    }
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
