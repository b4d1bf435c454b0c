//! What the Conversation pane remembers, and how its visible lines are computed.

use super::blocks::{Block, BlockContext, LineKind, MessageLine, block, day_name};
use super::marks::Marks;
use super::outgoing::Outgoing;
use super::proposal::Proposal;
use super::scroll::{Anchor, Position, walk};
use crate::contract::{Above, Handover, Remote};
use crate::domain::{ChatMessage, User};
use crate::text::{format, highlight, sanitize};
use crate::widgets::{Find, TextField};
use jiff::{Timestamp, Zoned};
use std::sync::Arc;

/// Blocks kept at most; beyond it the cache starts afresh. A block is a few hundred bytes.
const BLOCKS_KEPT: usize = 4000;

/// The open conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Chat {
    /// The person.
    pub user: User,
    /// Clean name for the title.
    pub name: String,
    /// First word of the name, for the column of names.
    pub short_name: String,
    /// The newest page, and how its fetching stands. The messages themselves are in `messages`.
    pub newest: Remote<()>,
    /// How fetching older pages stands.
    pub older: Remote<()>,
    /// Messages loaded, oldest first, without repeats.
    pub messages: Vec<ChatMessage>,
    /// Pages asked of the platform from the end.
    pub pages: u32,
    /// What lies before the first message.
    pub above: Above,
    /// Whether newer messages than the last one are known but not loaded.
    pub below: bool,
    /// Messages fetched into the local copy and how far back, while the whole is being fetched.
    pub fetching: Option<(u64, Option<Timestamp>)>,
    /// What colleagues left about the person.
    pub handover: Handover,
    /// First message that arrived since the last visit, and how many did.
    pub new_from: Option<(usize, usize)>,
}

impl Chat {
    /// Whether all there is to read is loaded.
    pub fn is_whole(&self) -> bool {
        self.above == Above::Nothing && !self.below
    }
}

/// One line on the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct VisibleLine {
    /// The message it belongs to.
    pub message: usize,
    /// The line.
    pub line: MessageLine,
    /// Whether the message is marked.
    pub marked: bool,
}

/// The Conversation pane.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// The open conversation.
    pub chat: Option<Chat>,
    /// Where the reader is.
    pub anchor: Anchor,
    /// The message under the cursor.
    pub cursor: usize,
    /// The search, if one is on.
    pub find: Option<Find>,
    /// Since when the person is on the list of those who must not be written to.
    pub opted_out: Option<Timestamp>,
    /// A wish to hear no more, found among the messages.
    pub proposal: Option<Proposal>,
    /// Marked messages.
    pub(super) marks: Marks,
    /// What is on its way to one person, or was, of every chat; the newest first.
    pub outgoing: Vec<Outgoing>,
    /// Whether the reader was brought to the message under the cursor and has not moved since:
    /// then they stay there, also at the end.
    pub(super) brought: bool,
    /// The lines on the screen, computed by [`State::prepare`].
    pub visible: Vec<VisibleLine>,
    /// The day of the first visible message, shown above it.
    pub sticky_day: Option<String>,
    /// First visible position.
    pub top: Position,
    blocks: Vec<Option<Arc<Block>>>,
    kept: usize,
    width: usize,
    pub(super) height: usize,
}

impl State {
    /// Opens a conversation; messages follow.
    pub fn open(&mut self, user: User, now: Timestamp) {
        let name = match user.name.as_deref().map(str::trim) {
            Some(name) if !name.is_empty() => sanitize::clean_line(name).into_owned(),
            _ => "no name".to_owned(),
        };
        let short_name = match user.name.as_deref() {
            Some(_) => name.split_whitespace().next().unwrap_or(&name).to_owned(),
            None => format::last_four(&user.channel_user_id),
        };
        let mut newest = Remote::Idle;
        newest.start(now);
        *self = Self {
            chat: Some(Chat {
                user,
                name,
                short_name,
                newest,
                older: Remote::Idle,
                messages: Vec::new(),
                pages: 0,
                above: Above::default(),
                below: false,
                fetching: None,
                handover: Handover::default(),
                new_from: None,
            }),
            marks: std::mem::take(&mut self.marks),
            outgoing: std::mem::take(&mut self.outgoing),
            ..Self::default()
        };
    }

    /// How many messages are loaded.
    pub fn len(&self) -> usize {
        self.chat.as_ref().map_or(0, |chat| chat.messages.len())
    }

    /// Whether nothing is loaded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether messages before those on the screen are loaded.
    pub fn goes_on_above(&self) -> bool {
        self.visible.first().is_some_and(|line| line.message > 0)
    }

    /// Whether messages behind those on the screen are loaded.
    pub fn goes_on_below(&self) -> bool {
        let last = self.visible.last();
        last.is_some_and(|line| line.message + 1 < self.len())
    }

    pub(super) fn forget_blocks(&mut self) {
        self.blocks.clear();
        self.kept = 0;
    }

    /// So many messages came in front. The one that was first has another before it now.
    pub(super) fn blocks_in_front(&mut self, count: usize) {
        if let Some(first) = self.blocks.first_mut() {
            *first = None;
        }
        self.blocks.splice(..0, std::iter::repeat_n(None, count));
    }

    /// So many messages came behind.
    pub(super) fn blocks_behind(&mut self, count: usize) {
        self.blocks.resize(self.blocks.len() + count, None);
    }

    /// Only so many messages are left.
    pub(super) fn blocks_until(&mut self, count: usize) {
        self.blocks.truncate(count);
    }

    /// So many messages in front are gone. The one that is first now has none before it.
    pub(super) fn blocks_from(&mut self, count: usize) {
        self.blocks.drain(..count.min(self.blocks.len()));
        if let Some(first) = self.blocks.first_mut() {
            *first = None;
        }
    }

    /// Looks for a text, with the search line closed.
    pub fn look_for(&mut self, text: &str) {
        self.find = Some(Find {
            field: TextField::with_text(text),
            ..Find::default()
        });
        self.search();
    }

    /// Finds the query anew in all loaded messages.
    pub fn search(&mut self) {
        let Some(find) = &mut self.find else { return };
        let query = find.field.text();
        find.matches.clear();
        if query.trim().is_empty() {
            return;
        }
        let Some(chat) = &self.chat else { return };
        for (index, message) in chat.messages.iter().enumerate() {
            if !highlight::find_all(&message.text, &query).is_empty() {
                find.matches.push(index);
            }
        }
    }

    fn block(&mut self, index: usize, now: &Zoned) -> Arc<Block> {
        let Some(chat) = &self.chat else {
            return Arc::default();
        };
        if self.blocks.len() != chat.messages.len() || self.kept > BLOCKS_KEPT {
            self.blocks = vec![None; chat.messages.len()];
            self.kept = 0;
        }
        if let Some(Some(block)) = self.blocks.get(index) {
            return Arc::clone(block);
        }
        let Some(message) = chat.messages.get(index) else {
            return Arc::default();
        };
        let context = BlockContext {
            width: self.width,
            person: &chat.short_name,
            zone: now.time_zone(),
            now,
            previous: index
                .checked_sub(1)
                .and_then(|before| chat.messages.get(before)),
            new_here: chat
                .new_from
                .filter(|(from, _)| *from == index)
                .map(|(_, count)| count),
        };
        let block = Arc::new(block(message, &context));
        if let Some(slot) = self.blocks.get_mut(index) {
            *slot = Some(Arc::clone(&block));
            self.kept += 1;
        }
        block
    }

    fn height_of(&mut self, index: usize, now: &Zoned) -> usize {
        self.block(index, now).lines.len()
    }

    /// Computes the visible lines for an area inside the pane. Called after every change; drawing
    /// only shows the result.
    pub fn prepare(&mut self, width: u16, height: u16, now: &Zoned) {
        let (width, height) = (usize::from(width), usize::from(height));
        if self.width != width {
            self.forget_blocks();
        }
        (self.width, self.height) = (width, height);
        self.visible.clear();
        self.sticky_day = None;
        let count = self.len();
        if count == 0 || height == 0 || width < 4 {
            return;
        }
        self.cursor = self.cursor.min(count - 1);
        let rows = self.text_rows();
        self.top = self.resolve_top(rows, now);
        self.collect(rows, now);
        if height >= 10 {
            let first = self.top.message;
            let chat = self.chat.as_ref();
            self.sticky_day = chat
                .and_then(|chat| chat.messages.get(first))
                .and_then(|message| day_name(message, now.time_zone(), now));
        }
    }

    /// Rows for text: from ten rows up the first shows the day.
    pub fn text_rows(&self) -> usize {
        let note = usize::from(self.note_line().is_some());
        let day = usize::from(self.height >= 10);
        let below = self.outgoing_here().len();
        self.height.saturating_sub(day + note + below).max(1)
    }

    /// What colleagues left about the person, in one clean line; nothing in a low pane.
    pub fn note_line(&self) -> Option<String> {
        let handover = &self.chat.as_ref()?.handover;
        if self.height < 10 || *handover == Handover::default() {
            return None;
        }
        let labels: Vec<String> = handover
            .labels
            .iter()
            .map(|label| format!("[{}]", sanitize::clean_line(label)))
            .collect();
        let note = sanitize::clean_line(&handover.note).into_owned();
        Some(format!("{} {note}", labels.join(" ")).trim().to_owned())
    }

    /// The rows above the text: that line, and the day of the first message.
    pub fn rows_above(&self) -> u16 {
        let rows = [self.note_line().is_some(), self.sticky_day.is_some()];
        rows.into_iter().map(u16::from).sum()
    }

    fn resolve_top(&mut self, rows: usize, now: &Zoned) -> Position {
        let count = self.len();
        let last = count - 1;
        let end = Position {
            message: last,
            line: self.height_of(last, now).saturating_sub(1),
        };
        let lowest = walk(end, -(rows.cast_signed() - 1), count, |index| {
            self.height_of(index, now)
        });
        match self.anchor {
            Anchor::Bottom => lowest,
            Anchor::At { message, line } => {
                let lines = self.height_of(message.min(last), now);
                let at = Position {
                    message: message.min(last),
                    line: line.min(lines.saturating_sub(1)),
                };
                if at >= lowest {
                    self.anchor = Anchor::Bottom;
                    return lowest;
                }
                at
            }
        }
    }

    fn collect(&mut self, rows: usize, now: &Zoned) {
        let count = self.len();
        let mut skip = self.top.line;
        for message in self.top.message..count {
            let block = self.block(message, now);
            let marked = self.is_marked(message);
            for line in block.lines.iter().skip(skip) {
                // The sticky row above already says the day of the first message.
                let repeats = self.visible.is_empty()
                    && self.height >= 10
                    && matches!(line.kind, LineKind::Day | LineKind::Blank);
                if !repeats {
                    self.visible.push(VisibleLine {
                        message,
                        line: line.clone(),
                        marked,
                    });
                }
                if self.visible.len() >= rows {
                    return;
                }
            }
            skip = 0;
        }
    }

    /// Scrolls by lines; the cursor stays on the screen.
    pub fn scroll(&mut self, lines: isize, now: &Zoned) {
        self.brought = false;
        let count = self.len();
        if count == 0 {
            return;
        }
        let rows = self.text_rows();
        let from = self.resolve_top(rows, now);
        let to = walk(from, lines, count, |index| self.height_of(index, now));
        self.anchor = Anchor::At {
            message: to.message,
            line: to.line,
        };
        let top = self.resolve_top(rows, now);
        let bottom = walk(top, rows.cast_signed() - 1, count, |index| {
            self.height_of(index, now)
        });
        self.cursor = self.cursor.clamp(top.message, bottom.message);
    }

    /// Moves the cursor to a message and brings it into view with as little movement as possible.
    pub fn go_to(&mut self, message: usize, now: &Zoned) {
        self.brought = false;
        let count = self.len();
        if count == 0 {
            return;
        }
        self.cursor = message.min(count - 1);
        let rows = self.text_rows();
        let top = self.resolve_top(rows, now);
        let bottom = walk(top, rows.cast_signed() - 1, count, |index| {
            self.height_of(index, now)
        });
        let lines = self.height_of(self.cursor, now);
        let end = Position {
            message: self.cursor,
            line: lines.saturating_sub(1),
        };
        let start = Position {
            message: self.cursor,
            line: 0,
        };
        if start < top || lines > rows {
            self.anchor = Anchor::At {
                message: self.cursor,
                line: 0,
            };
        } else if end > bottom {
            let new_top = walk(end, -(rows.cast_signed() - 1), count, |index| {
                self.height_of(index, now)
            });
            self.anchor = Anchor::At {
                message: new_top.message,
                line: new_top.line,
            };
        }
        if self.cursor + 1 == count && lines <= rows {
            self.anchor = Anchor::Bottom;
        }
    }
}
