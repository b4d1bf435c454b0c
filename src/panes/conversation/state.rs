//! What the Conversation pane remembers, and how its visible lines are computed.

use super::blocks::{Block, BlockContext, LineKind, MessageLine, block, day_name};
use super::scroll::{Anchor, Position, walk};
use crate::contract::{ConversationPage, Remote};
use crate::domain::{ChatMessage, User};
use crate::text::{format, highlight, sanitize};
use crate::widgets::TextField;
use jiff::{Timestamp, Zoned};
use std::sync::Arc;

/// Blocks kept at most; beyond it the cache starts afresh. A block is a few hundred bytes.
const BLOCKS_KEPT: usize = 4000;

/// A search inside the conversation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Find {
    /// What is looked for.
    pub field: TextField,
    /// Whether keys go into the field.
    pub typing: bool,
    /// Messages that have it, oldest first.
    pub matches: Vec<usize>,
}

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
    /// Pages loaded from the end.
    pub pages: u32,
    /// Whether the platform has no older messages.
    pub complete: bool,
    /// First message that arrived since the last visit, and how many did.
    pub new_from: Option<(usize, usize)>,
}

/// One line on the screen.
#[derive(Debug, Clone, PartialEq)]
pub struct VisibleLine {
    /// The message it belongs to.
    pub message: usize,
    /// The line.
    pub line: MessageLine,
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
    /// The lines on the screen, computed by [`State::prepare`].
    pub visible: Vec<VisibleLine>,
    /// The day of the first visible message, shown above it.
    pub sticky_day: Option<String>,
    /// First visible position.
    pub top: Position,
    blocks: Vec<Option<Arc<Block>>>,
    kept: usize,
    width: usize,
    height: usize,
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
                complete: false,
                new_from: None,
            }),
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

    /// The newest page arrived: what is new goes to the end, the reader stays where they are.
    pub fn newest_arrived(&mut self, page: ConversationPage, page_size: u32, now: Timestamp) {
        let Some(chat) = &mut self.chat else { return };
        let first = chat.messages.is_empty();
        let known = chat.messages.len();
        let at_end = self.anchor == Anchor::Bottom && self.cursor + 1 >= known;
        merge(&mut chat.messages, page.messages);
        chat.newest.succeed((), now);
        if first {
            chat.pages = 1;
            chat.complete = page.received < page_size as usize;
            self.cursor = chat.messages.len().saturating_sub(1);
        } else {
            let added = chat.messages.len() - known;
            chat.new_from = (added > 0).then_some((known, added));
            if at_end {
                self.cursor = chat.messages.len().saturating_sub(1);
            }
        }
        self.forget_blocks();
    }

    /// An older page arrived: it goes in front, and every position moves along with its message.
    pub fn older_arrived(&mut self, page: ConversationPage, page_size: u32, now: Timestamp) {
        let Some(chat) = &mut self.chat else { return };
        let before = chat.messages.len();
        let first = chat.messages.first().cloned();
        merge(&mut chat.messages, page.messages);
        let added = chat.messages.len() - before;
        chat.pages += 1;
        // A short, an empty or a repeated page is the last one.
        chat.complete = page.received < page_size as usize || added == 0;
        chat.older.succeed((), now);
        let shift = first.map_or(0, |first| {
            chat.messages
                .iter()
                .position(|m| m.identity() == first.identity())
                .unwrap_or(0)
        });
        self.cursor += shift;
        if let Anchor::At { message, .. } = &mut self.anchor {
            *message += shift;
        }
        if let Some((from, _)) = &mut chat.new_from {
            *from += shift;
        }
        self.forget_blocks();
        self.search();
    }

    fn forget_blocks(&mut self) {
        self.blocks.clear();
        self.kept = 0;
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
        if self.height >= 10 {
            self.height - 1
        } else {
            self.height
        }
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
            for line in block.lines.iter().skip(skip) {
                // The sticky row above already says the day of the first message.
                let repeats = self.visible.is_empty()
                    && self.height >= 10
                    && matches!(line.kind, LineKind::Day | LineKind::Blank);
                if !repeats {
                    self.visible.push(VisibleLine {
                        message,
                        line: line.clone(),
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

/// Adds messages to what is loaded: unsorted and overlapping pages merge, repeats are dropped,
/// and times that could not be read stay next to their neighbours.
fn merge(loaded: &mut Vec<ChatMessage>, page: Vec<ChatMessage>) {
    if page.is_empty() {
        return;
    }
    let known: std::collections::HashSet<_> = loaded.iter().map(ChatMessage::identity).collect();
    let fresh: Vec<bool> = page
        .iter()
        .map(|message| !known.contains(&message.identity()))
        .collect();
    let fresh: Vec<ChatMessage> = page
        .into_iter()
        .zip(fresh)
        .filter_map(|(message, new)| new.then_some(message))
        .collect();
    let first_time = |messages: &[ChatMessage]| messages.iter().find_map(|message| message.time);
    let goes_first = match (first_time(&fresh), first_time(loaded)) {
        (Some(fresh), Some(loaded)) => fresh < loaded,
        _ => false,
    };
    if goes_first {
        let old = std::mem::replace(loaded, fresh);
        loaded.extend(old);
    } else {
        loaded.extend(fresh);
    }
    sort_keeping_neighbours(loaded);
}

fn sort_keeping_neighbours(messages: &mut Vec<ChatMessage>) {
    let in_order = messages
        .iter()
        .filter_map(|message| message.time)
        .is_sorted();
    if in_order {
        return;
    }
    let mut last = Timestamp::MIN;
    let mut keyed: Vec<(Timestamp, ChatMessage)> = std::mem::take(messages)
        .into_iter()
        .map(|message| {
            last = message.time.unwrap_or(last);
            (last, message)
        })
        .collect();
    keyed.sort_by_key(|(time, _)| *time);
    messages.extend(keyed.into_iter().map(|(_, message)| message));
}
