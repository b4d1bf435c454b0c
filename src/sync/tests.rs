//! The engine against platforms that behave, misbehave, fail and are slow.

use super::{PageFuture, Pages, Progress, SyncEnd, SyncError, Synced, Syncer};
use crate::contract::{ApiError, ConversationPage, ErrorKind, PageRequest};
use crate::domain::{BotTarget, ChatMessage, Direction, MessageKind};
use crate::store::cache::{CacheStore, ConversationKey, KnownRange, Place};
use jiff::Timestamp;
use rstest::rstest;
use serde_json::json;
use std::sync::Mutex;
use tokio_util::sync::CancellationToken;

const PERSON: &str = "447700900412";
const HOUR: i64 = 3_600_000;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(1_760_000_000_000 + millis).unwrap()
}

fn message(millis: i64, text: &str) -> ChatMessage {
    let time = at(millis);
    let time_raw = time.strftime("%Y/%m/%d %H:%M:%S%.3f+0000").to_string();
    ChatMessage {
        raw: json!({"timestamp": time_raw, "sender": "user", "response": text}),
        time: Some(time),
        time_raw,
        direction: Direction::In,
        sender: "user".to_owned(),
        kind: MessageKind::Text,
        type_raw: "TEXT".to_owned(),
        text: text.to_owned(),
        options: Vec::new(),
        media: None,
        user_id: PERSON.to_owned(),
    }
}

/// One message a minute.
fn talk(minutes: std::ops::Range<i64>) -> Vec<ChatMessage> {
    minutes
        .map(|minute| message(minute * 60_000, &format!("line {minute}")))
        .collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quirk {
    None,
    IgnoresTimes,
    IgnoresPageNumber,
    IgnoresBoth,
    OldestFirst,
}

/// What happens instead of the page of one request, counted from 1.
enum Fault {
    Nothing,
    Error(usize, ApiError),
    Stop(usize, CancellationToken),
    Hang(usize, CancellationToken),
}

struct Platform {
    messages: Mutex<Vec<ChatMessage>>,
    quirk: Quirk,
    fault: Fault,
    asked: Mutex<Vec<PageRequest>>,
}

impl Platform {
    fn of(messages: Vec<ChatMessage>) -> Self {
        Self {
            messages: Mutex::new(messages),
            quirk: Quirk::None,
            fault: Fault::Nothing,
            asked: Mutex::default(),
        }
    }

    fn with(mut self, quirk: Quirk) -> Self {
        self.quirk = quirk;
        self
    }

    fn failing(mut self, fault: Fault) -> Self {
        self.fault = fault;
        self
    }

    fn requests(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    fn answer(&self, asked: &PageRequest) -> ConversationPage {
        let messages = self.messages.lock().unwrap();
        let timeless = matches!(self.quirk, Quirk::IgnoresTimes | Quirk::IgnoresBoth);
        let fits = |message: &&ChatMessage| {
            message.time.is_none_or(|time| {
                timeless
                    || (asked.since.is_none_or(|since| since <= time)
                        && asked.until.is_none_or(|until| time <= until))
            })
        };
        let fitting: Vec<ChatMessage> = messages.iter().filter(fits).cloned().collect();
        let size = asked.page_size as usize;
        let page = match self.quirk {
            Quirk::IgnoresPageNumber | Quirk::IgnoresBoth => 0,
            Quirk::None | Quirk::IgnoresTimes | Quirk::OldestFirst => {
                asked.page_number as usize - 1
            }
        };
        let skip = (page * size).min(fitting.len());
        let messages = if self.quirk == Quirk::OldestFirst {
            fitting.into_iter().skip(skip).take(size).collect()
        } else {
            let end = fitting.len() - skip;
            fitting[end.saturating_sub(size)..end].to_vec()
        };
        ConversationPage {
            received: messages.len(),
            messages,
        }
    }
}

impl Pages for Platform {
    fn page<'a>(&'a self, asked: &'a PageRequest) -> PageFuture<'a> {
        Box::pin(async move {
            let number = {
                let mut requests = self.asked.lock().unwrap();
                requests.push(asked.clone());
                requests.len()
            };
            assert!(number < 100, "the paging never ends");
            match &self.fault {
                Fault::Error(on, error) if *on == number => return Err(error.clone()),
                Fault::Stop(on, stop) if *on == number => stop.cancel(),
                Fault::Hang(on, stop) if *on == number => {
                    stop.cancel();
                    std::future::pending::<()>().await;
                }
                Fault::Nothing | Fault::Error(..) | Fault::Stop(..) | Fault::Hang(..) => {}
            }
            Ok(self.answer(asked))
        })
    }
}

/// One desk with its local copy.
struct Desk {
    cache: CacheStore,
    key: ConversationKey,
    stop: CancellationToken,
}

impl Desk {
    fn new() -> Self {
        let target = BotTarget {
            base_url: "https://desk.fern-oak.example".to_owned(),
            customer_id: "99001".to_owned(),
            bot_key: "00aa11bb22cc33dd".to_owned(),
        };
        Self {
            cache: CacheStore::in_memory().unwrap(),
            key: ConversationKey::new(&target, PERSON),
            stop: CancellationToken::new(),
        }
    }

    async fn sync(&self, platform: &Platform) -> Synced {
        self.sync_back_to(platform, None).await
    }

    async fn sync_back_to(&self, platform: &Platform, back_to: Option<Timestamp>) -> Synced {
        let syncer = Syncer {
            pages: platform,
            cache: &self.cache,
            stop: &self.stop,
            now: at(1000 * HOUR),
        };
        let mut told: Vec<Progress> = Vec::new();
        let synced = syncer
            .conversation(&self.key, back_to, &mut |progress| told.push(progress))
            .await;
        assert_eq!(told.last().copied().unwrap_or_default(), synced.progress);
        synced
    }

    fn has(&self) -> Vec<String> {
        let window = self.cache.window(&self.key, Place::Oldest, 10_000).unwrap();
        let texts = window.messages.into_iter();
        texts.map(|cached| cached.message.text).collect()
    }

    fn known(&self) -> Vec<KnownRange> {
        self.cache.known(&self.key).unwrap()
    }

    fn hold(&self, messages: &[ChatMessage]) {
        self.cache
            .store_messages(&self.key, messages, at(0))
            .unwrap();
        let (since, until) = (messages[0].time, messages[messages.len() - 1].time);
        let (since, until) = (since.unwrap(), until.unwrap());
        self.cache
            .add_known(&self.key, KnownRange { since, until })
            .unwrap();
    }
}

fn texts(messages: &[ChatMessage]) -> Vec<String> {
    messages.iter().map(|one| one.text.clone()).collect()
}

fn whole(messages: &[ChatMessage]) -> KnownRange {
    KnownRange {
        since: messages[0].time.unwrap(),
        until: messages[messages.len() - 1].time.unwrap(),
    }
}

#[rstest]
#[case(Quirk::None, 1200, 3)]
#[case(Quirk::None, 500, 3)]
#[case(Quirk::None, 499, 1)]
#[case(Quirk::IgnoresPageNumber, 1200, 3)]
#[case(Quirk::IgnoresPageNumber, 500, 3)]
#[case(Quirk::IgnoresTimes, 1200, 4)]
#[case(Quirk::OldestFirst, 1200, 4)]
#[case(Quirk::OldestFirst, 1000, 4)]
#[tokio::test]
async fn the_whole_history_comes_the_first_time(
    #[case] quirk: Quirk,
    #[case] minutes: i64,
    #[case] requests: usize,
) {
    let messages = talk(0..minutes);
    let platform = Platform::of(messages.clone()).with(quirk);
    let desk = Desk::new();
    let synced = desk.sync(&platform).await;
    assert_eq!(synced.end, SyncEnd::UpToDate);
    assert_eq!(synced.total, minutes.unsigned_abs());
    assert_eq!(synced.progress.new, synced.total);
    assert!(synced.complete);
    assert_eq!(desk.has(), texts(&messages));
    assert_eq!(desk.known(), [whole(&messages)]);
    assert_eq!(platform.requests(), requests);
    let state = desk.cache.conversation(&desk.key).unwrap().unwrap();
    assert_eq!(state.refreshed, Some(at(1000 * HOUR)));
}

#[rstest]
#[case(Quirk::None)]
#[case(Quirk::IgnoresPageNumber)]
#[case(Quirk::IgnoresTimes)]
#[case(Quirk::OldestFirst)]
#[tokio::test]
async fn then_only_what_is_new_with_ten_minutes_of_overlap(#[case] quirk: Quirk) {
    let platform = Platform::of(talk(0..600)).with(quirk);
    let desk = Desk::new();
    desk.sync(&platform).await;
    let first = platform.requests();
    platform.messages.lock().unwrap().extend(talk(600..640));
    // It arrived late.
    let late = message(595 * 60_000 + 7, "late");
    platform.messages.lock().unwrap().insert(596, late);
    let synced = desk.sync(&platform).await;
    assert_eq!(synced.end, SyncEnd::UpToDate);
    assert_eq!((synced.progress.new, synced.total), (41, 641));
    assert!(synced.complete);
    assert_eq!(desk.known().len(), 1);
    let asked = platform.asked.lock().unwrap().clone();
    assert_eq!(asked[first].since, Some(at(589 * 60_000)));
    if quirk == Quirk::None {
        assert_eq!(asked.len(), first + 1);
        assert_eq!(synced.progress.known, 11);
    }
}

#[tokio::test]
async fn every_gap_is_filled_and_what_is_known_is_not_asked_for() {
    let messages = talk(0..3000);
    let desk = Desk::new();
    desk.hold(&messages[700..1400]);
    desk.hold(&messages[2100..2200]);
    let platform = Platform::of(messages.clone());
    let synced = desk.sync(&platform).await;
    assert_eq!(synced.end, SyncEnd::UpToDate);
    assert_eq!((synced.total, synced.complete), (3000, true));
    assert_eq!(desk.known(), [whole(&messages)]);
    assert_eq!(desk.has(), texts(&messages));
    let asked = platform.asked.lock().unwrap();
    let deep_inside = |asked: &PageRequest| {
        asked
            .until
            .is_some_and(|until| at(701 * 60_000) < until && until < at(1399 * 60_000))
    };
    assert!(!asked.iter().any(deep_inside), "{asked:?}");
    assert_eq!(asked.len(), 2 + 2 + 2);
}

#[tokio::test]
async fn it_goes_back_no_further_than_asked() {
    let messages = talk(0..3000);
    let desk = Desk::new();
    let platform = Platform::of(messages.clone());
    let since = at(2400 * 60_000);
    let synced = desk.sync_back_to(&platform, Some(since)).await;
    assert_eq!(synced.end, SyncEnd::UpToDate);
    assert_eq!((synced.total, synced.complete), (600, false));
    assert_eq!(desk.known(), [whole(&messages[2400..])]);
    let again = desk.sync_back_to(&platform, Some(since)).await;
    assert_eq!((again.progress.pages, again.progress.new), (1, 0));
    assert!(desk.sync(&platform).await.complete);
}

#[tokio::test]
async fn a_platform_that_repeats_itself_ends_the_paging_and_proves_nothing() {
    let platform = Platform::of(talk(0..1200)).with(Quirk::IgnoresBoth);
    let desk = Desk::new();
    for _ in 0..2 {
        let synced = desk.sync(&platform).await;
        assert_eq!(synced.end, SyncEnd::Repeating);
        assert_eq!((synced.total, synced.complete), (500, false));
        assert_eq!(desk.known(), [whole(&talk(700..1200))]);
    }
    assert!(platform.requests() <= 8, "{}", platform.requests());
}

#[rstest]
#[case(Quirk::None, SyncEnd::UpToDate, 1300)]
#[case(Quirk::IgnoresPageNumber, SyncEnd::Repeating, 500)]
#[tokio::test]
async fn more_than_a_page_in_one_millisecond_is_counted(
    #[case] quirk: Quirk,
    #[case] end: SyncEnd,
    #[case] total: u64,
) {
    let burst = (0..1300).map(|n| message(0, &format!("burst {n}")));
    let platform = Platform::of(burst.collect()).with(quirk);
    let synced = Desk::new().sync(&platform).await;
    assert_eq!((synced.end, synced.total), (end.clone(), total));
    assert_eq!(synced.complete, end == SyncEnd::UpToDate);
}

#[tokio::test]
async fn messages_without_a_readable_time_are_counted_too() {
    let mut messages = talk(0..1100);
    for message in &mut messages {
        message.time = None;
        message.time_raw = format!("some day, {}", message.text);
    }
    let platform = Platform::of(messages);
    let desk = Desk::new();
    for new in [1100, 0] {
        let synced = desk.sync(&platform).await;
        assert_eq!(synced.end, SyncEnd::UpToDate);
        assert_eq!((synced.progress.new, synced.complete), (new, true));
    }
}

#[tokio::test]
async fn an_empty_conversation_is_complete() {
    let desk = Desk::new();
    let synced = desk.sync(&Platform::of(Vec::new())).await;
    assert_eq!(synced.end, SyncEnd::UpToDate);
    assert_eq!((synced.total, synced.complete), (0, true));
    let later = Platform::of(talk(0..3));
    assert_eq!(desk.sync(&later).await.progress.new, 3);
}

#[tokio::test]
async fn what_came_before_an_error_stays_and_the_next_time_goes_on_from_there() {
    let messages = talk(0..2200);
    let error = ApiError::new(ErrorKind::Network, "The line broke.", "Try again.");
    let failing = Platform::of(messages.clone()).failing(Fault::Error(3, error.clone()));
    let desk = Desk::new();
    let synced = desk.sync(&failing).await;
    assert_eq!(synced.end, SyncEnd::Failed(SyncError::Platform(error)));
    assert_eq!((synced.progress.pages, synced.complete), (2, false));
    assert_eq!(desk.known(), [whole(&messages[1201..])]);
    let platform = Platform::of(messages.clone());
    let synced = desk.sync(&platform).await;
    assert_eq!((synced.total, synced.complete), (2200, true));
    assert_eq!(synced.progress.new, 1201);
    // A look at the new end, then three pages from where it broke.
    assert_eq!(platform.requests(), 4);
    assert_eq!(desk.has(), texts(&messages));
}

#[tokio::test]
async fn a_stop_keeps_what_came_and_waits_for_nothing_else() {
    let messages = talk(0..2200);
    let desk = Desk::new();
    let stopping = Platform::of(messages.clone()).failing(Fault::Stop(2, desk.stop.clone()));
    let synced = desk.sync(&stopping).await;
    assert_eq!((synced.end, synced.total), (SyncEnd::Stopped, 999));

    let mut desk = Desk::new();
    let hanging = Platform::of(messages.clone()).failing(Fault::Hang(3, desk.stop.clone()));
    let synced = desk.sync(&hanging).await;
    assert_eq!((synced.end, synced.total), (SyncEnd::Stopped, 999));
    assert_eq!(desk.known(), [whole(&messages[1201..])]);

    desk.stop = CancellationToken::new();
    let synced = desk.sync(&Platform::of(messages.clone())).await;
    assert_eq!((synced.total, synced.complete), (2200, true));
    assert_eq!(desk.has(), texts(&messages));
}
