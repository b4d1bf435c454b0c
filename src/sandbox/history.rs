//! One conversation: what the seed says and what was written since.
//!
//! What the seed says need not be kept: a short chat is made again when it is read, and the
//! archive of a very long conversation makes any stretch from its place alone. It must not know
//! HTTP.

use std::borrow::Cow;
use std::ops::Range;

use jiff::Timestamp;

use super::state::{Message, later};
use super::talk::{DAY, Phrases, Stretch, Topic, threads};

const HOUR: i64 = DAY / 24;
/// The archive has this many messages in every hour in which people write.
const PER_HOUR: usize = 50;
/// People write from eight to seven.
const FIRST_HOUR: i64 = 8;
const LAST_HOUR: i64 = 18;
const HOURS: usize = 11;
/// The unusual messages open an hour of the archive now and then.
const SPECIALS_EVERY: usize = 97;
const MIX: u64 = 0x9E37_79B9_7F4A_7C15;

/// Other languages come up now and then, as with a family that shares one telephone.
pub(super) const FAMILY: [&str; 11] = [
    "en", "en", "en", "en", "en", "en", "ar", "ar", "en", "hi", "ja",
];

/// Chance of its own for one place of many under the same seed.
pub(super) fn chance(seed: u64, place: usize) -> fastrand::Rng {
    let place = u64::try_from(place).unwrap_or(u64::MAX);
    fastrand::Rng::with_seed(seed ^ place.wrapping_add(1).wrapping_mul(MIX))
}

/// A short conversation that is made again whenever it is read.
#[derive(Debug, Clone)]
pub(super) struct Chat {
    pub(super) rng: fastrand::Rng,
    pub(super) language: &'static str,
    pub(super) count: usize,
    /// The last message stands at its end.
    pub(super) stretch: Stretch,
}

impl Chat {
    fn messages(&self, phrases: &Phrases) -> Vec<Message> {
        let mut rng = self.rng.clone();
        threads(
            phrases,
            &[self.language],
            self.count,
            self.stretch,
            &mut rng,
        )
    }
}

/// The older part of a very long conversation: so many messages in every working hour, counted
/// back from a day, so that the newest are the same however far it reaches.
#[derive(Debug, Clone, Copy)]
pub(super) struct Archive {
    pub(super) seed: u64,
    pub(super) len: usize,
    /// The first day after the archive, counted from 1970.
    end_day: i64,
}

impl Archive {
    /// An archive that ends on the day before `end`.
    pub(super) fn before(end: Timestamp, seed: u64, len: usize) -> Self {
        let end_day = end.as_millisecond().div_euclid(DAY);
        Self { seed, len, end_day }
    }

    /// When the first message can have been written.
    pub(super) fn begin(&self) -> Timestamp {
        self.hour_start(self.len.saturating_sub(1) / PER_HOUR)
    }

    /// The begin of an hour, counted from the newest back.
    fn hour_start(&self, back: usize) -> Timestamp {
        let day = self.end_day - 1 - i64::try_from(back / HOURS).unwrap_or(0);
        let hour = LAST_HOUR - i64::try_from(back % HOURS).unwrap_or(0);
        Timestamp::from_millisecond(day * DAY + hour * HOUR).unwrap_or(Timestamp::MIN)
    }

    /// What was written in one hour, oldest first. The oldest hour may have lost its beginning.
    fn hour(&self, back: usize, phrases: &Phrases) -> Vec<Message> {
        let mut rng = chance(self.seed, back);
        let start = self.hour_start(back);
        let step = HOUR / i64::try_from(PER_HOUR).unwrap_or(1);
        let mut messages = Vec::with_capacity(PER_HOUR);
        while messages.len() < PER_HOUR {
            let unusual = messages.is_empty() && back % SPECIALS_EVERY == SPECIALS_EVERY / 2;
            let lines = if unusual {
                Some(&phrases.specials)
            } else {
                phrases.thread(&FAMILY, &mut rng)
            };
            let Some(lines) = lines.filter(|lines| !lines.is_empty()) else {
                break;
            };
            let topic = Topic::pick(phrases, &mut rng);
            for line in lines.iter().take(PER_HOUR - messages.len()) {
                let place = i64::try_from(messages.len()).unwrap_or(0);
                let at = later(start, place * step + rng.i64(0..step / 2));
                messages.push(topic.message(line, at, &mut rng));
            }
        }
        let kept = (self.len - (back * PER_HOUR).min(self.len)).min(PER_HOUR);
        messages.split_off(messages.len().saturating_sub(kept))
    }

    /// How many messages are older than a time: arithmetic for the hour, then a look into it.
    fn count_before(&self, at: Timestamp, phrases: &Phrases) -> usize {
        let day = at.as_millisecond().div_euclid(DAY);
        let Ok(days_back) = usize::try_from(self.end_day - 1 - day) else {
            return self.len;
        };
        let open = at.as_millisecond().rem_euclid(DAY) / HOUR - FIRST_HOUR;
        let newer = |hours: usize| self.len.saturating_sub(hours.saturating_mul(PER_HOUR));
        let whole_days = days_back.saturating_mul(HOURS);
        let Ok(passed) = usize::try_from(open) else {
            return newer(whole_days.saturating_add(HOURS));
        };
        if passed >= HOURS {
            return newer(whole_days);
        }
        let back = whole_days.saturating_add(HOURS - 1 - passed);
        if newer(back) == 0 {
            return 0;
        }
        let inside = self.hour(back, phrases);
        newer(back.saturating_add(1)) + inside.partition_point(|message| message.at < at)
    }

    /// The messages at these places, 0 being the oldest.
    fn read(&self, places: Range<usize>, phrases: &Phrases) -> Vec<Message> {
        let end = places.end.min(self.len);
        let mut messages = Vec::with_capacity(end.saturating_sub(places.start));
        let mut at = places.start;
        while at < end {
            let back = (self.len - 1 - at) / PER_HOUR;
            let hour = self.hour(back, phrases);
            let hour_end = self.len - back * PER_HOUR;
            let skip = hour.len().saturating_sub(hour_end - at);
            let take = hour_end.min(end) - at;
            messages.extend(hour.into_iter().skip(skip).take(take));
            at += take;
        }
        messages
    }
}

/// What a conversation was when the sandbox started.
#[derive(Debug, Clone)]
enum Past {
    Written(Vec<Message>),
    Chat(Chat),
    Long(Archive, Vec<Message>),
}

/// A conversation, oldest message first; no two have the same time.
#[derive(Debug, Clone)]
pub(super) struct History {
    past: Past,
    /// What was written while the sandbox ran.
    added: Vec<Message>,
}

impl From<Past> for History {
    fn from(past: Past) -> Self {
        let added = Vec::new();
        Self { past, added }
    }
}

impl History {
    /// A conversation that is kept as it is.
    pub(super) fn written(messages: Vec<Message>) -> Self {
        Past::Written(apart(messages)).into()
    }

    /// A short conversation that is made when it is read.
    pub(super) fn chat(chat: Chat) -> Self {
        Past::Chat(chat).into()
    }

    /// A very long conversation: the archive, then what is kept.
    pub(super) fn long(archive: Archive, recent: Vec<Message>) -> Self {
        Past::Long(archive, apart(recent)).into()
    }

    /// How many messages there are.
    pub(super) fn len(&self) -> usize {
        self.past_len() + self.added.len()
    }

    fn past_len(&self) -> usize {
        match &self.past {
            Past::Written(messages) => messages.len(),
            Past::Chat(chat) => chat.count,
            Past::Long(archive, recent) => archive.len + recent.len(),
        }
    }

    /// When the newest message was written.
    pub(super) fn last_at(&self) -> Option<Timestamp> {
        let last = |messages: &[Message]| messages.last().map(|message| message.at);
        last(&self.added).or_else(|| match &self.past {
            Past::Written(messages) | Past::Long(_, messages) => last(messages),
            Past::Chat(chat) => (chat.count > 0).then_some(chat.stretch.to),
        })
    }

    /// Appends a message; its time is moved behind the last one if needed, so none are equal.
    pub(super) fn push(&mut self, mut message: Message) {
        if let Some(last) = self.last_at() {
            message.at = message.at.max(later(last, 1));
        }
        self.added.push(message);
    }

    /// The places of the messages between two times, both included.
    pub(super) fn between(
        &self,
        from: Timestamp,
        to: Timestamp,
        phrases: &Phrases,
    ) -> Range<usize> {
        let start = self.count_before(from, phrases);
        // Times have whole milliseconds.
        let behind = later(to, 1);
        let end = if behind == to {
            self.len()
        } else {
            self.count_before(behind, phrases)
        };
        start..end.max(start)
    }

    fn count_before(&self, at: Timestamp, phrases: &Phrases) -> usize {
        let older = |messages: &[Message]| messages.partition_point(|message| message.at < at);
        let past = match &self.past {
            Past::Written(messages) => older(messages),
            Past::Chat(chat) if at > chat.stretch.to => chat.count,
            Past::Chat(chat) => older(&chat.messages(phrases)),
            Past::Long(archive, recent) => match older(recent) {
                0 => archive.count_before(at, phrases),
                some => archive.len + some,
            },
        };
        // What was added is newer than all of the past.
        past + older(&self.added)
    }

    /// The messages at these places, 0 being the oldest; costs what is read, whatever the length.
    pub(super) fn read(&self, places: Range<usize>, phrases: &Phrases) -> Vec<Cow<'_, Message>> {
        let past_len = self.past_len();
        let past = places.start.min(past_len)..places.end.min(past_len);
        let mut messages: Vec<Cow<'_, Message>> = match &self.past {
            Past::Written(all) => kept(all, past).collect(),
            Past::Chat(_) if past.is_empty() => Vec::new(),
            Past::Chat(chat) => {
                let all = chat.messages(phrases).into_iter();
                all.skip(past.start)
                    .take(past.len())
                    .map(Cow::Owned)
                    .collect()
            }
            Past::Long(archive, recent) => {
                let older = archive.read(past.clone(), phrases);
                let newer = behind(archive.len, past);
                older
                    .into_iter()
                    .map(Cow::Owned)
                    .chain(kept(recent, newer))
                    .collect()
            }
        };
        messages.extend(kept(&self.added, behind(past_len, places)));
        messages
    }
}

/// The same places counted from `first`.
fn behind(first: usize, places: Range<usize>) -> Range<usize> {
    places.start.saturating_sub(first)..places.end.saturating_sub(first)
}

fn kept(messages: &[Message], places: Range<usize>) -> impl Iterator<Item = Cow<'_, Message>> {
    let found = messages.iter().skip(places.start).take(places.len());
    found.map(Cow::Borrowed)
}

/// Messages of the same time moved behind each other.
fn apart(mut messages: Vec<Message>) -> Vec<Message> {
    let mut free = Timestamp::MIN;
    for message in &mut messages {
        message.at = message.at.max(free);
        free = later(message.at, 1);
    }
    messages
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn phrases() -> Phrases {
        Phrases::embedded().unwrap()
    }

    fn end() -> Timestamp {
        "2025-08-24T10:00:00Z".parse().unwrap()
    }

    fn archive(len: usize) -> Archive {
        Archive::before(end(), 3, len)
    }

    fn whole(archive: Archive) -> History {
        let at = |minutes: i64| later(end(), minutes * 60_000);
        let recent = (0..20).map(|n| Message::text(at(n), "user", format!("recent {n}")));
        let mut history = History::long(archive, recent.collect());
        for n in 0..7 {
            history.push(Message::text(at(5), "bot", format!("new {n}")));
        }
        history
    }

    fn owned(history: &History, places: Range<usize>) -> Vec<Message> {
        let read = history.read(places, &phrases());
        read.into_iter().map(Cow::into_owned).collect()
    }

    #[test]
    fn what_is_written_later_comes_last_and_never_at_the_same_time() {
        let history = whole(archive(120));
        let all = owned(&history, 0..history.len());
        assert_eq!(all.len(), 147);
        assert!(all.is_sorted_by(|one, next| one.at < next.at));
        assert_eq!(all[146].text, "new 6");
        assert_eq!(history.last_at(), Some(all[146].at));
    }

    #[test]
    fn a_chat_that_is_made_again_is_the_same() {
        let stretch = Stretch {
            from: later(end(), -20 * DAY),
            to: end(),
        };
        let chat = Chat {
            rng: chance(1, 77),
            language: "en",
            count: 23,
            stretch,
        };
        let mut history = History::chat(chat);
        let before = owned(&history, 0..99);
        history.push(Message::text(end(), "user", "One more thing"));
        let after = owned(&history, 0..99);
        assert_eq!((before.len(), after.len()), (23, 24));
        assert_eq!(before[..], after[..23]);
        assert_eq!(after[23].at, later(end(), 1));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn any_stretch_is_the_same_stretch_of_the_whole(
            len in 1usize..2500, start in 0usize..2600, length in 0usize..800,
        ) {
            let history = whole(archive(len));
            let all = owned(&history, 0..history.len());
            let end = (start + length).min(all.len());
            let start = start.min(end);
            prop_assert_eq!(&owned(&history, start..end)[..], &all[start..end]);
        }

        #[test]
        fn times_find_their_places(len in 1usize..2500, from in -9000i64..200, hours in 0i64..4000) {
            let history = whole(archive(len));
            let phrases = phrases();
            let from = later(end(), from * HOUR / 7);
            let to = later(from, hours * HOUR / 3);
            let found = history.between(from, to, &phrases);
            let all = owned(&history, 0..history.len());
            let start = all.iter().filter(|message| message.at < from).count();
            let stop = all.iter().filter(|message| message.at <= to).count();
            prop_assert_eq!(found, start..stop);
        }
    }

    #[test]
    fn the_times_of_messages_are_included_at_both_ends() {
        let history = whole(archive(1_000_000));
        let phrases = phrases();
        for place in [0, 1, 49, 50, 499_999, 999_949, 999_950, 999_999] {
            let two = owned(&history, place..place + 2);
            let found = history.between(two[0].at, two[1].at, &phrases);
            assert_eq!(found, place..place + 2);
            let later = history.between(later(two[0].at, 1), two[1].at, &phrases);
            assert_eq!(later, place + 1..place + 2);
        }
        let all = history.between(Timestamp::MIN, Timestamp::MAX, &phrases);
        assert_eq!(all, 0..1_000_027);
    }
}
