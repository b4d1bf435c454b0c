//! Answers what the dashboard asks of the local copy of a conversation. Only stretches without
//! gaps are handed out: what lies between two of them is the platform's to say.

use crate::contract::{
    Above, CachedAsk, CachedPart, ConversationRef, FoundMessage, Handover, Slice,
};
use crate::domain::{BotTarget, ChatMessage, SummaryBuilder, User};
use crate::store::cache::{
    CacheStore, CachedMessage, ConversationKey, KnownRange, MessageKey, MessageQuery, Place, Window,
};
use crate::store::{Library, StoreError};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::ops::ControlFlow;

/// Messages handed out at once.
const SLICE: u32 = 500;
/// Messages handed out to somebody who reads on: so few that no key waits for them.
const STEP: u32 = 50;
/// Messages found at once.
const FOUND: u32 = 200;
/// How far a summary looks back.
const SUMMARY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Answers. Blocks.
///
/// # Errors
/// Whatever the database says.
pub fn answer(
    (cache, library): (&CacheStore, &Library),
    conversation: &ConversationRef,
    ask: CachedAsk,
    now: Timestamp,
) -> Result<CachedPart, StoreError> {
    let key = ConversationKey::new(&conversation.target, &conversation.user.channel_user_id);
    let copy = Copy { cache, key: &key };
    match ask {
        CachedAsk::Open => {
            cache.opened(key.account(), &conversation.user, now)?;
            let refreshed = cache.conversation(&key)?.and_then(|state| state.refreshed);
            let slice = copy
                .slice(Place::Newest, End::Newest, SLICE)?
                .unwrap_or_default();
            Ok(CachedPart::Opened(
                slice,
                refreshed,
                handover(library, &key)?,
            ))
        }
        CachedAsk::Keep {
            page,
            whole,
            complete,
            refreshed,
        } => {
            if let Some(at) = refreshed {
                cache.mark_refreshed(&key, at)?;
            }
            copy.keep(&page, whole, complete, now)
        }
        // Messages of the same moment come again; they are told apart by what they say.
        CachedAsk::Older(message) => copy.beside(&message, End::Newest),
        CachedAsk::Newer(message) => copy.beside(&message, End::Oldest),
        CachedAsk::Newest => {
            let slice = copy.slice(Place::Newest, End::Newest, SLICE)?;
            Ok(slice.map_or(CachedPart::Nothing, |slice| CachedPart::Jumped(slice, None)))
        }
        CachedAsk::Oldest(message) => copy.oldest(&message),
        CachedAsk::At(time) => copy.around(Place::AtTime(time), time.as_millisecond()),
        CachedAsk::Summary(zone) => copy.summary(&zone, now),
        CachedAsk::SetNote(note) => {
            library.set_note(key.account(), key.user(), note.trim(), now)?;
            handover(library, &key).map(CachedPart::KeptHandover)
        }
        CachedAsk::SetLabels(labels) => {
            library.set_labels(key.account(), key.user(), &labels)?;
            handover(library, &key).map(CachedPart::KeptHandover)
        }
        CachedAsk::Match {
            text,
            from,
            forward,
        } => copy.next_match(&text, &from, forward),
    }
}

/// Messages with a text in every conversation of an account, the newest first.
///
/// # Errors
/// Whatever the database says.
pub fn search(
    cache: &CacheStore,
    target: &BotTarget,
    text: &str,
) -> Result<Vec<FoundMessage>, StoreError> {
    let account = ConversationKey::account_of(target);
    let names = cache.recent(&account, u32::MAX)?;
    let found = cache.search_messages(&MessageQuery {
        text: text.to_owned(),
        account,
        user: None,
        since: None,
        until: None,
        direction: None,
        limit: FOUND,
        before: None,
    })?;
    let known = |id: &str| {
        let person = names.iter().find(|(user, _)| user.channel_user_id == id);
        person.map_or_else(|| User::unknown(id), |(user, _)| user.clone())
    };
    Ok(found
        .into_iter()
        .map(|one| FoundMessage {
            user: known(&one.user),
            message: one.message,
        })
        .collect())
}

fn handover(library: &Library, key: &ConversationKey) -> Result<Handover, StoreError> {
    let note = library.note(key.account(), key.user())?;
    Ok(Handover {
        note: note.map_or_else(String::new, |(text, _)| text),
        labels: library.labels(key.account(), key.user())?,
    })
}

fn at(message: &ChatMessage) -> Option<i64> {
    message.time.map(Timestamp::as_millisecond)
}

/// Which end of a window must be in the stretch that is handed out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Oldest,
    Newest,
}

/// The local copy of one conversation.
struct Copy<'a> {
    cache: &'a CacheStore,
    key: &'a ConversationKey,
}

impl Copy<'_> {
    fn keep(
        &self,
        page: &[ChatMessage],
        whole: Option<(Timestamp, Timestamp)>,
        complete: bool,
        now: Timestamp,
    ) -> Result<CachedPart, StoreError> {
        self.cache.store_messages(self.key, page, now)?;
        if let Some((since, until)) = whole {
            self.cache
                .add_known(self.key, KnownRange { since, until })?;
        }
        if complete {
            self.cache.mark_complete(self.key, true)?;
        }
        let Some(oldest) = page.iter().find_map(|message| message.time) else {
            return Ok(CachedPart::Kept(None));
        };
        let first = MessageKey {
            at: oldest.as_millisecond(),
            id: i64::MIN,
        };
        let older = self.cache.window(self.key, Place::Before(first), 1)?;
        let at = older.messages.first().map(|message| message.key.at);
        let above = self.above(first.at, at)?;
        Ok(CachedPart::Kept(Some((oldest, above))))
    }

    fn summary(&self, zone: &str, now: Timestamp) -> Result<CachedPart, StoreError> {
        let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
        let mut summary = SummaryBuilder::new(zone);
        let since = now.saturating_sub(SUMMARY).unwrap_or(Timestamp::MIN);
        self.cache
            .each_message(self.key, Some(since), None, &mut |one| {
                if let Some(time) = one.message.time {
                    summary.add(time, one.message.direction);
                }
                ControlFlow::Continue(())
            })?;
        Ok(CachedPart::Summary(summary.finish()))
    }

    /// The stretch at one end of a window of so many; nothing if the window is empty.
    fn slice(&self, place: Place, end: End, most: u32) -> Result<Option<Slice>, StoreError> {
        let window = self.cache.window(self.key, place, most)?;
        let meant = match end {
            End::Oldest => window.messages.first(),
            End::Newest => window.messages.last(),
        };
        let Some(meant) = meant.map(|message| message.key.at) else {
            return Ok(None);
        };
        self.stretch(window, meant).map(Some)
    }

    /// The stretch before a message, with its newest end at it, or after it, with its oldest end.
    fn beside(&self, message: &ChatMessage, end: End) -> Result<CachedPart, StoreError> {
        let Some(at) = at(message) else {
            return Ok(CachedPart::Nothing);
        };
        let (place, part): (Place, fn(Slice) -> CachedPart) = match end {
            End::Newest => (
                Place::Before(MessageKey { at, id: i64::MAX }),
                CachedPart::Older,
            ),
            End::Oldest => (
                Place::After(MessageKey { at, id: i64::MIN }),
                CachedPart::Newer,
            ),
        };
        Ok(self
            .slice(place, end, STEP)?
            .map_or(CachedPart::Nothing, part))
    }

    fn next_match(
        &self,
        text: &str,
        from: &ChatMessage,
        forward: bool,
    ) -> Result<CachedPart, StoreError> {
        let Some(at) = at(from) else {
            return Ok(CachedPart::Nothing);
        };
        let id = if forward { i64::MAX } else { i64::MIN };
        let from = MessageKey { at, id };
        match self.cache.matches_in(self.key, text, from, forward)? {
            Some(found) => self.around(Place::Around(found), found.at),
            None => Ok(CachedPart::Nothing),
        }
    }

    /// The stretch around a place.
    fn around(&self, place: Place, meant: i64) -> Result<CachedPart, StoreError> {
        let window = self.cache.window(self.key, place, SLICE)?;
        let nearest = window
            .messages
            .iter()
            .map(|message| message.key)
            .min_by_key(|key| (key.at < meant, key.at.abs_diff(meant)));
        let Some(nearest) = nearest else {
            return Ok(CachedPart::Nothing);
        };
        let ranges = self.cache.known(self.key)?;
        let from = bounds(&ranges, nearest.at).0;
        let before = |message: &&CachedMessage| message.key.at >= from && message.key < nearest;
        let index = window.messages.iter().filter(before).count();
        let slice = self.stretch(window, nearest.at)?;
        Ok(CachedPart::Jumped(slice, Some(index)))
    }

    /// The beginning of the stretch that a message belongs to.
    fn oldest(&self, message: &ChatMessage) -> Result<CachedPart, StoreError> {
        let Some(at) = at(message) else {
            return Ok(CachedPart::Nothing);
        };
        let (from, _) = bounds(&self.cache.known(self.key)?, at);
        let place = Place::After(MessageKey {
            at: from,
            id: i64::MIN,
        });
        let slice = self.slice(place, End::Oldest, SLICE)?;
        Ok(slice.map_or(CachedPart::Nothing, |slice| {
            CachedPart::Jumped(slice, Some(0))
        }))
    }

    /// The part of a window that joins the message meant without a gap.
    fn stretch(&self, window: Window, meant: i64) -> Result<Slice, StoreError> {
        let (from, to) = bounds(&self.cache.known(self.key)?, meant);
        let last = window.messages.last().map(|message| message.key.at);
        let older = window.older.then_some(i64::MIN);
        let outside = window.messages.iter().rev().find(|one| one.key.at < from);
        let beyond = outside.map(|message| message.key.at).or(older);
        let messages: Vec<ChatMessage> = window
            .messages
            .into_iter()
            .filter(|message| (from..=to).contains(&message.key.at))
            .map(|message| message.message)
            .collect();
        let first = messages.iter().find_map(at).unwrap_or(meant);
        let above = match beyond {
            // The window ends before the stretch does.
            Some(i64::MIN) if first > from => Above::Cached,
            beyond => self.above(first, beyond)?,
        };
        Ok(Slice {
            messages,
            above,
            below: window.newer && last.is_some_and(|last| last < to),
        })
    }

    /// What lies before a moment, if the next older cached message is of this other moment.
    fn above(&self, first: i64, older: Option<i64>) -> Result<Above, StoreError> {
        let (from, _) = bounds(&self.cache.known(self.key)?, first);
        if older.is_some_and(|older| older >= from && older != i64::MIN) {
            return Ok(Above::Cached);
        }
        let complete = self
            .cache
            .conversation(self.key)?
            .is_some_and(|state| state.complete);
        Ok(match older {
            None if complete => Above::Nothing,
            None | Some(_) => Above::Platform,
        })
    }
}

/// The stretch that a moment belongs to, in milliseconds; the moment alone if it is in none.
fn bounds(ranges: &[KnownRange], at: i64) -> (i64, i64) {
    let range = ranges
        .iter()
        .find(|range| (range.since.as_millisecond()..=range.until.as_millisecond()).contains(&at));
    range.map_or((at, at), |range| {
        (range.since.as_millisecond(), range.until.as_millisecond())
    })
}

#[cfg(test)]
mod tests {
    use super::answer;
    use crate::contract::{CachedAsk, CachedPart, ConversationRef};
    use crate::domain::{BotTarget, User};
    use crate::store::{CacheStore, Library};
    use jiff::Timestamp;
    use std::sync::Arc;

    #[test]
    fn a_conversation_without_a_message_is_kept_and_nothing_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let (cache, library) = (
            CacheStore::in_memory().unwrap(),
            Library::open(folder.path()).unwrap(),
        );
        let conversation = ConversationRef {
            target: BotTarget {
                base_url: "http://127.0.0.1:9".to_owned(),
                customer_id: "99001".to_owned(),
                bot_key: "00aa11bb22cc33dd".to_owned(),
            },
            user: User::unknown("447700900412"),
        };
        let ask = CachedAsk::Keep {
            page: Arc::new(Vec::new()),
            whole: None,
            complete: true,
            refreshed: Some(Timestamp::UNIX_EPOCH),
        };
        let now = Timestamp::UNIX_EPOCH;
        let kept = answer((&cache, &library), &conversation, ask, now).unwrap();
        assert_eq!(kept, CachedPart::Kept(None));
    }
}
