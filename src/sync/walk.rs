//! One walk back in time through a stretch of a conversation: which page comes next, what is
//! whole by now, and when it ends. It must not ask or store anything.
//!
//! Pages are asked for by time, each up to the oldest message of the one before: messages that
//! arrive meanwhile cannot shift them. Where that does not lead on (many messages of one
//! millisecond, no readable times, a platform that ignores the end or begins with the oldest) they
//! are counted.

use crate::contract::{ConversationPage, PageRequest};
use crate::store::cache::KnownRange;
use jiff::Timestamp;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The platform's own page size.
const PAGE: u32 = 500;

/// What a page says about the walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Facts {
    full: bool,
    pub(super) oldest: Option<Timestamp>,
    newest: Option<Timestamp>,
    /// Differs between pages that hold other messages.
    print: u64,
}

impl Facts {
    pub(super) fn of(page: &ConversationPage) -> Self {
        let mut hasher = DefaultHasher::new();
        for message in &page.messages {
            message.identity().hash(&mut hasher);
        }
        let times = || page.messages.iter().filter_map(|message| message.time);
        Self {
            full: page.received >= PAGE as usize,
            oldest: times().min(),
            newest: times().max(),
            print: hasher.finish(),
        }
    }
}

/// What comes after a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Another page.
    Ask,
    /// The lower end was reached.
    Reached,
    /// The conversation has nothing before.
    Beginning,
    /// The platform repeats itself.
    Repeating,
}

/// How the next page is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    /// By the oldest time so far.
    ByTime,
    /// By number, from the newest page back.
    Back,
    /// By number, from the oldest page on.
    Forth,
    /// The second page by number will show whether the platform begins with the oldest.
    Trial,
}

/// A walk from the newer end of a stretch to the older one.
#[derive(Debug)]
pub(super) struct Walk {
    asked: PageRequest,
    lower: Option<Timestamp>,
    upper: Option<Timestamp>,
    way: Way,
    reads: u64,
    prints: HashSet<u64>,
    whole: Option<KnownRange>,
}

impl Walk {
    /// A walk from `upper`, or the end of the conversation, back to `lower`, or its beginning.
    /// Everything after `upper` is there already.
    pub(super) fn new(user: &str, lower: Option<Timestamp>, upper: Option<Timestamp>) -> Self {
        Self {
            asked: PageRequest {
                channel_user_id: user.to_owned(),
                since: lower,
                until: upper,
                page_number: 1,
                page_size: PAGE,
            },
            lower,
            upper,
            way: Way::ByTime,
            reads: 0,
            prints: HashSet::new(),
            whole: upper.map(|upper| KnownRange {
                since: upper,
                until: upper,
            }),
        }
    }

    /// The page to ask for.
    pub(super) fn asked(&self) -> &PageRequest {
        &self.asked
    }

    /// The stretch that is whole by now.
    pub(super) fn whole(&self) -> Option<KnownRange> {
        self.whole
    }

    /// Takes note of the page that was asked for.
    pub(super) fn take(&mut self, page: &Facts) -> Next {
        self.reads += 1;
        let newer = self
            .whole
            .is_none_or(|whole| page.newest > Some(whole.until));
        let ignored = self
            .asked
            .until
            .is_some_and(|until| page.newest > Some(until));
        if ignored && self.way == Way::ByTime {
            self.way = Way::Back;
            if page.oldest > self.asked.until {
                // This page does not join what was there.
                self.whole = None;
            }
            self.widen(page);
            self.prints.insert(page.print);
            return self.count(page);
        }
        self.widen(page);
        if self.way == Way::Trial {
            if !newer {
                return self.bottom();
            }
            self.way = Way::Forth;
        }
        let repeated = !self.prints.insert(page.print) && self.asked.page_number > 1;
        if repeated && page.full {
            return Next::Repeating;
        }
        match self.way {
            Way::ByTime => self.by_time(page),
            Way::Back if self.below(page) => Next::Reached,
            Way::Back | Way::Forth | Way::Trial => self.count(page),
        }
    }

    fn widen(&mut self, page: &Facts) {
        let (Some(oldest), Some(newest)) = (page.oldest, page.newest) else {
            return;
        };
        self.whole = Some(match self.whole {
            None => KnownRange {
                since: oldest,
                until: newest,
            },
            Some(whole) => KnownRange {
                since: whole.since.min(oldest),
                until: whole.until.max(newest),
            },
        });
    }

    fn by_time(&mut self, page: &Facts) -> Next {
        if !page.full {
            let led_on = page.oldest.is_some() && page.oldest < self.asked.until;
            if self.reads == 2 && self.asked.page_number == 1 && !led_on {
                // Either this is the beginning, or the first page was the oldest one.
                self.way = Way::Trial;
                self.asked.until = self.upper;
                self.asked.page_number = 2;
                return Next::Ask;
            }
            return self.bottom();
        }
        if self.below(page) {
            return Next::Reached;
        }
        match (page.oldest, self.asked.until) {
            (Some(oldest), until) if until.is_none_or(|until| oldest < until) => {
                self.asked.until = Some(oldest);
                self.asked.page_number = 1;
            }
            _ => self.asked.page_number = self.asked.page_number.saturating_add(1),
        }
        Next::Ask
    }

    fn count(&mut self, page: &Facts) -> Next {
        if !page.full {
            return self.bottom();
        }
        self.asked.page_number = self.asked.page_number.saturating_add(1);
        Next::Ask
    }

    /// Exactly at the lower end there may be more of the same moment.
    fn below(&self, page: &Facts) -> bool {
        let lower = self.lower.zip(page.oldest);
        lower.is_some_and(|(lower, oldest)| oldest < lower)
    }

    fn bottom(&self) -> Next {
        match self.lower {
            Some(_) => Next::Reached,
            None => Next::Beginning,
        }
    }
}
