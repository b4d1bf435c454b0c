//! What arrives in the open conversation: pages of the platform and parts of the local copy. They
//! merge into one stretch without gaps and without repeats; the reader stays where they are.

use super::scroll::Anchor;
use super::state::State;
use crate::contract::{Above, ConversationPage, Handover, Slice};
use crate::domain::ChatMessage;
use jiff::Timestamp;
use std::collections::HashSet;

/// Messages in memory at most; what is farther from the reader is dropped and read again from the
/// local copy when they come back.
const MOST_LOADED: usize = 1500;

impl State {
    /// The newest page arrived: what is new goes to the end, the reader stays where they are.
    /// Without a message in common with what is loaded there may be a gap between the two; then
    /// the page takes its place. Says how many messages are new to the reader.
    pub fn newest_arrived(
        &mut self,
        page: ConversationPage,
        page_size: u32,
        now: Timestamp,
    ) -> usize {
        let whole = page.received < page_size as usize;
        self.newest(page, whole, now)
    }

    fn newest(&mut self, page: ConversationPage, whole: bool, now: Timestamp) -> usize {
        let Some(chat) = &mut self.chat else { return 0 };
        chat.newest.succeed((), now);
        if chat.below {
            // The reader is far up; the page waits in the local copy.
            return 0;
        }
        let first = chat.messages.is_empty();
        let joins =
            first || whole || page.messages.is_empty() || shares(&chat.messages, &page.messages);
        if !joins {
            chat.messages.clear();
            chat.above = Above::Platform;
            chat.new_from = None;
            self.anchor = Anchor::Bottom;
        }
        let at_end = self.anchor == Anchor::Bottom
            && self.cursor + 1 >= chat.messages.len()
            && !self.brought;
        if self.brought {
            self.stay();
        }
        let added = self.merge_in(page.messages);
        let Some(chat) = &mut self.chat else { return 0 };
        chat.pages = chat.pages.max(1);
        if whole {
            chat.above = Above::Nothing;
        }
        if !first && joins {
            // What the reader has not gone down to yet stays counted as new.
            chat.new_from = match chat.new_from.filter(|_| !at_end) {
                Some((from, count)) => Some((from, count + added)),
                None => (added > 0).then_some((chat.messages.len() - added, added)),
            };
        }
        if first || at_end || !joins {
            self.cursor = chat.messages.len().saturating_sub(1);
        }
        self.drop_front();
        self.drop_back();
        self.forget_blocks();
        self.search();
        if first { 0 } else { added }
    }

    /// Messages since shortly before the newest one arrived. Says how many are new; nothing if
    /// they do not join what is loaded.
    pub fn news_arrived(&mut self, page: ConversationPage, now: Timestamp) -> Option<usize> {
        let chat = self.chat.as_ref()?;
        let joins = shares(&chat.messages, &page.messages);
        // That it is short only says that nothing else is new.
        joins.then(|| self.newest(page, false, now))
    }

    /// An older page of the platform arrived: it goes in front.
    pub fn older_arrived(&mut self, page: ConversationPage, page_size: u32, now: Timestamp) {
        let short = page.received < page_size as usize;
        let added = self.put_in_front(page.messages);
        let Some(chat) = &mut self.chat else { return };
        chat.pages += 1;
        // A short, an empty or a repeated page is the last one.
        if short || added == 0 {
            chat.above = Above::Nothing;
        }
        chat.older.succeed((), now);
    }

    /// The end of the local copy, shown while the platform is asked. An answer of the platform
    /// that came first is better.
    pub fn recalled(&mut self, slice: Slice, refreshed: Option<Timestamp>) {
        let Some(chat) = &mut self.chat else { return };
        if let Some(at) = refreshed {
            chat.newest.recall((), at);
        }
        if chat.messages.is_empty() {
            self.show(slice, None);
        }
    }

    /// What colleagues left about the person.
    pub fn hand_over(&mut self, handover: Handover) {
        if let Some(chat) = &mut self.chat {
            chat.handover = handover;
        }
    }

    /// What lies before a message, as the local copy knows it; of use if nothing older is loaded.
    pub fn above_known(&mut self, oldest: Timestamp, above: Above) {
        let Some(chat) = &mut self.chat else { return };
        let first = chat.messages.iter().find_map(|message| message.time);
        if first == Some(oldest) && chat.above == Above::Platform {
            chat.above = above;
        }
    }

    /// An older part of the local copy: it goes in front.
    pub fn older_recalled(&mut self, slice: Slice, now: Timestamp) {
        self.put_in_front(slice.messages);
        if let Some(chat) = &mut self.chat {
            chat.above = slice.above;
            chat.older.succeed((), now);
        }
    }

    /// A newer part of the local copy: it goes behind.
    pub fn newer_recalled(&mut self, slice: Slice, now: Timestamp) {
        // What was the end is the middle now, and the text must not move.
        if !slice.messages.is_empty() {
            self.stay();
        }
        self.merge_in(slice.messages);
        let Some(chat) = &mut self.chat else { return };
        chat.below = slice.below;
        chat.older.succeed((), now);
        self.drop_front();
        self.drop_back();
        self.search();
    }

    /// Another part of the conversation takes the place of what is loaded, with the cursor on one
    /// of its messages; without one at its end.
    pub fn show(&mut self, slice: Slice, at: Option<usize>) {
        let Some(chat) = &mut self.chat else { return };
        chat.messages = slice.messages;
        (chat.above, chat.below, chat.new_from) = (slice.above, slice.below, None);
        let last = chat.messages.len().saturating_sub(1);
        self.brought = at.is_some();
        self.cursor = at.unwrap_or(last).min(last);
        self.anchor = match at {
            Some(message) => Anchor::At {
                message: message.saturating_sub(2),
                line: 0,
            },
            None => Anchor::Bottom,
        };
        self.forget_blocks();
        self.search();
    }

    /// Older messages go in front, and every position moves along with its message. Says how many
    /// are new.
    fn put_in_front(&mut self, older: Vec<ChatMessage>) -> usize {
        let before = self.len();
        self.merge_in(older);
        let added = self.len() - before;
        self.drop_back();
        // Where nobody is near the top, what was fetched waits in the local copy.
        self.drop_front();
        self.search();
        added
    }

    /// Merges what arrived; every position moves along with its message, wherever the new ones
    /// went. Says how many came after the one that was last.
    fn merge_in(&mut self, messages: Vec<ChatMessage>) -> usize {
        let Some(chat) = &mut self.chat else { return 0 };
        let fresh = without_repeats(&chat.messages, messages);
        let count = fresh.len();
        match place(&fresh, &chat.messages) {
            Place::Front => {
                chat.messages.splice(..0, fresh);
                self.blocks_in_front(count);
                self.shift(count.cast_signed());
                self.top.message += count;
                0
            }
            Place::Back => {
                chat.messages.extend(fresh);
                self.blocks_behind(count);
                count
            }
            Place::Among => self.merge_among(fresh),
        }
    }

    /// Merges messages that belong between those that are loaded.
    fn merge_among(&mut self, fresh: Vec<ChatMessage>) -> usize {
        self.forget_blocks();
        let Some(chat) = &mut self.chat else { return 0 };
        if chat.messages.is_empty() {
            merge(&mut chat.messages, fresh);
            return chat.messages.len();
        }
        let mut last_known = chat.messages.len() - 1;
        let positions = [
            Some(&mut self.cursor),
            Some(&mut self.top.message),
            match &mut self.anchor {
                Anchor::Bottom => None,
                Anchor::At { message, .. } => Some(message),
            },
            chat.new_from.as_mut().map(|(from, _)| from),
            Some(&mut last_known),
        ];
        let meant: Vec<(&mut usize, ChatMessage)> = positions
            .into_iter()
            .flatten()
            .filter_map(|at| chat.messages.get(*at).cloned().map(|message| (at, message)))
            .collect();
        merge(&mut chat.messages, fresh);
        for (at, message) in meant {
            let same = |one: &ChatMessage| one.identity() == message.identity();
            *at = chat.messages.iter().position(same).unwrap_or(*at);
        }
        chat.messages.len() - 1 - last_known
    }

    /// A reader at the end stays at what they see although more comes below.
    fn stay(&mut self) {
        if self.anchor == Anchor::Bottom {
            self.anchor = Anchor::At {
                message: self.top.message,
                line: self.top.line,
            };
        }
    }

    fn shift(&mut self, by: isize) {
        self.cursor = self.cursor.saturating_add_signed(by);
        if let Anchor::At { message, .. } = &mut self.anchor {
            *message = message.saturating_add_signed(by);
        }
        let chat = self.chat.as_mut();
        if let Some((from, _)) = chat.and_then(|chat| chat.new_from.as_mut()) {
            *from = from.saturating_add_signed(by);
        }
    }

    /// The reader is near the top: what is far below them goes.
    fn drop_back(&mut self) {
        let needed = self.cursor + MOST_LOADED / 4;
        let Some(chat) = &mut self.chat else { return };
        let keep = MOST_LOADED.max(needed);
        if self.anchor != Anchor::Bottom && chat.messages.len() > keep {
            chat.messages.truncate(keep);
            chat.below = true;
            chat.new_from = chat.new_from.filter(|(from, _)| *from < keep);
            self.blocks_until(keep);
        }
    }

    /// The reader is near the end: what is far above them goes.
    fn drop_front(&mut self) {
        let Some(chat) = &mut self.chat else { return };
        let top = match self.anchor {
            Anchor::Bottom => self.cursor,
            Anchor::At { message, .. } => message.min(self.cursor),
        };
        let surplus = chat.messages.len().saturating_sub(MOST_LOADED);
        let surplus = surplus.min(top.saturating_sub(MOST_LOADED / 4));
        if surplus > 0 {
            chat.messages.drain(..surplus);
            chat.above = Above::Cached;
            self.blocks_from(surplus);
            self.shift(-surplus.cast_signed());
        }
    }
}

/// Whether two stretches have a message in common.
fn shares(loaded: &[ChatMessage], page: &[ChatMessage]) -> bool {
    let known: HashSet<_> = loaded.iter().map(ChatMessage::identity).collect();
    page.iter()
        .any(|message| known.contains(&message.identity()))
}

/// Where messages go.
enum Place {
    Front,
    Back,
    Among,
}

/// Where new messages go, those being in order on both sides.
fn place(fresh: &[ChatMessage], loaded: &[ChatMessage]) -> Place {
    let times = |messages: &[ChatMessage]| {
        let mut times = messages.iter().filter_map(|message| message.time);
        let first = times.next()?;
        let last = times.try_fold(first, |last, time| (last <= time).then_some(time))?;
        Some((first, last))
    };
    if loaded.is_empty() && times(fresh).is_some() {
        return Place::Back;
    }
    match (times(fresh), times(loaded)) {
        (Some((_, last)), Some((first, _))) if last < first => Place::Front,
        (Some((first, _)), Some((_, last))) if last <= first => Place::Back,
        _ if fresh.is_empty() => Place::Back,
        _ => Place::Among,
    }
}

/// Adds new messages to what is loaded: unsorted pages merge, and times that could not be read
/// stay next to their neighbours.
fn merge(loaded: &mut Vec<ChatMessage>, fresh: Vec<ChatMessage>) {
    let first_time = |messages: &[ChatMessage]| messages.iter().find_map(|message| message.time);
    let goes_first = match (first_time(&fresh), first_time(loaded)) {
        (Some(fresh), Some(loaded)) => fresh < loaded,
        _ => false,
    };
    let at = if goes_first { 0 } else { loaded.len() };
    loaded.splice(at..at, fresh);
    sort_keeping_neighbours(loaded);
}

/// What of a page is not loaded yet. Only what is as old as the page can be in it, which is little
/// where pages follow each other.
fn without_repeats(loaded: &[ChatMessage], page: Vec<ChatMessage>) -> Vec<ChatMessage> {
    let times = || page.iter().filter_map(|message| message.time);
    let (first, last) = (times().min(), times().max());
    // A time that could not be read may belong anywhere.
    let maybe = |message: &&ChatMessage| {
        message.time.is_none() || (first <= message.time && message.time <= last)
    };
    let known: HashSet<_> = loaded
        .iter()
        .filter(maybe)
        .map(ChatMessage::identity)
        .collect();
    let fresh: Vec<bool> = page
        .iter()
        .map(|message| !known.contains(&message.identity()))
        .collect();
    let fresh = page.into_iter().zip(fresh);
    fresh
        .filter_map(|(message, new)| new.then_some(message))
        .collect()
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

#[cfg(test)]
mod tests;
