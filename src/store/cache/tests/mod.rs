//! The cache as its callers see it.

mod sealed;
mod search;

use super::{
    CacheStore, ConversationKey, KnownRange, MessageQuery, Place, Position, Stored, Window,
};
use crate::domain::{
    BotTarget, ChatMessage, Direction, LastHeard, Media, MediaKind, MessageKind, User,
};
use crate::store::database::{Database, Durability, Schema};
use jiff::Timestamp;
use proptest::prelude::{Just, Strategy, any, prop, prop_assert_eq, proptest};
use serde_json::{Map, json};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

fn time(second: i64) -> Timestamp {
    Timestamp::from_second(1_760_000_000 + second).unwrap()
}

#[test]
fn searches_and_people_come_back_latest_first() {
    let dir = tempfile::tempdir().unwrap();
    let cache = CacheStore::open(dir.path()).unwrap();
    cache.searched("city", "London", time(0)).unwrap();
    cache.searched("tier", "gold", time(1)).unwrap();
    cache.searched("city", "Leeds", time(2)).unwrap();
    let names = cache.attribute_names().unwrap();
    assert_eq!(names[0].name, "city");
    assert_eq!(names[0].uses, 2);
    let recent = cache.recent_searches(2).unwrap();
    assert_eq!(recent[0], ("city".to_owned(), "Leeds".to_owned()));
    assert_eq!(recent.len(), 2);

    let user = User {
        id: "u1".to_owned(),
        channel_user_id: "447700900047".to_owned(),
        name: Some("Grace Lim".to_owned()),
        phone: None,
        channel: None,
        attributes: Map::new(),
        raw: json!({}),
    };
    cache
        .seen_users(std::slice::from_ref(&user), time(3))
        .unwrap();
    assert_eq!(cache.users(10).unwrap(), [(user.clone(), time(3))]);
    cache.opened("a", &user, time(4)).unwrap();
    assert_eq!(cache.recent("a", 5).unwrap(), [(user, time(4))]);
    assert_eq!(cache.recent("b", 5).unwrap(), []);
}

#[test]
fn a_damaged_cache_is_kept_aside_and_begun_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = crate::store::cache_path(dir.path());
    std::fs::write(&path, b"not a database at all, but kept").unwrap();
    let cache = CacheStore::open(dir.path()).unwrap();
    assert!(cache.users(1).unwrap().is_empty());
    let aside = std::fs::read(dir.path().join("cache.db.damaged")).unwrap();
    assert!(aside.starts_with(b"not a database"));
}

fn target() -> BotTarget {
    BotTarget {
        base_url: "https://api.fern-and-oak.example".to_owned(),
        customer_id: "99001".to_owned(),
        bot_key: "00aa11bb22cc33dd".to_owned(),
    }
}

fn key() -> ConversationKey {
    ConversationKey::new(&target(), "447700900412")
}

fn open() -> (tempfile::TempDir, CacheStore) {
    let dir = tempfile::tempdir().unwrap();
    let cache = CacheStore::open(dir.path()).unwrap();
    (dir, cache)
}

/// A message at so many seconds, or with a time that cannot be read.
fn message(second: Option<i64>, text: &str) -> ChatMessage {
    let time_raw = second.map_or_else(
        || "?".to_owned(),
        |second| {
            time(second)
                .strftime("%Y/%m/%d %H:%M:%S.000+0000")
                .to_string()
        },
    );
    ChatMessage {
        time: second.map(time),
        direction: Direction::In,
        sender: "user".to_owned(),
        kind: MessageKind::Text,
        type_raw: "TEXT".to_owned(),
        text: text.to_owned(),
        options: Vec::new(),
        media: None,
        user_id: "447700900412".to_owned(),
        raw: json!({
            "user_id": "447700900412", "timestamp": time_raw, "sender": "user",
            "message_type": "TEXT", "response": text, "file": null,
        }),
        time_raw,
    }
}

fn texts(window: &Window) -> Vec<&str> {
    let messages = window.messages.iter();
    messages
        .map(|cached| cached.message.text.as_str())
        .collect()
}

fn whole(cache: &CacheStore) -> Window {
    cache.window(&key(), Place::Oldest, 10_000).unwrap()
}

fn store(cache: &CacheStore, page: &[ChatMessage]) -> Stored {
    cache.store_messages(&key(), page, time(0)).unwrap()
}

fn query(text: &str) -> MessageQuery {
    MessageQuery {
        text: text.to_owned(),
        account: ConversationKey::account_of(&target()),
        user: None,
        since: None,
        until: None,
        direction: None,
        limit: 50,
        before: None,
    }
}

fn found(cache: &CacheStore, query: &MessageQuery) -> Vec<String> {
    let found = cache.search_messages(query).unwrap();
    found.into_iter().map(|found| found.message.text).collect()
}

#[test]
fn pages_in_any_order_become_one_conversation() {
    let (_dir, cache) = open();
    let page = |seconds: &[i64]| -> Vec<ChatMessage> {
        let messages = seconds.iter().map(|s| message(Some(*s), "same"));
        messages.collect()
    };
    assert_eq!(store(&cache, &page(&[30, 20])), Stored { new: 2, known: 0 });
    assert_eq!(store(&cache, &page(&[10, 20])), Stored { new: 1, known: 1 });
    assert_eq!(
        store(&cache, &page(&[40, 10, 40])),
        Stored { new: 1, known: 2 }
    );
    let all = whole(&cache);
    assert_eq!(texts(&all), ["same"; 4]);
    assert!(all.messages.is_sorted_by_key(|cached| cached.key));
    let state = cache.conversation(&key()).unwrap().unwrap();
    assert_eq!(state.total, 4);
    assert_eq!((state.first, state.last), (Some(time(10)), Some(time(40))));
    assert_eq!(state.last_customer, Some(time(40)));

    // The last message says something only together with when it was looked for.
    let ids = ["447700900412", "447700900118"];
    assert!(cache.last_heard(&target(), ids).unwrap().is_empty());
    cache.mark_refreshed(&key(), time(90)).unwrap();
    let heard = LastHeard {
        at: time(40),
        looked: time(90),
    };
    let expected = BTreeMap::from([("447700900412".to_owned(), heard)]);
    assert_eq!(cache.last_heard(&target(), ids).unwrap(), expected);
    let other = BotTarget {
        customer_id: "99002".to_owned(),
        ..target()
    };
    assert!(cache.last_heard(&other, ids).unwrap().is_empty());
}

#[test]
fn unreadable_times_stay_beside_their_neighbours() {
    let (_dir, cache) = open();
    let page = [
        message(None, "head"),
        message(Some(20), "two"),
        message(Some(10), "one"),
        message(None, "tail"),
    ];
    // Newest first, so the last two are the oldest, and "tail" came before "one".
    store(&cache, &page);
    assert_eq!(texts(&whole(&cache)), ["tail", "one", "two", "head"]);
    assert_eq!(store(&cache, &page), Stored { new: 0, known: 4 });
    let later = [message(Some(50), "later"), message(None, "after later")];
    store(&cache, &later);
    let all = whole(&cache);
    assert_eq!(texts(&all)[4..], ["later", "after later"]);
    assert_eq!(all.messages[5].message, later[1]);
    assert_eq!(all.messages[5].key.at, time(50).as_millisecond());
    let state = cache.conversation(&key()).unwrap().unwrap();
    assert_eq!(state.first, Some(time(10)));
}

#[test]
fn equal_messages_without_any_time_are_as_many_as_a_page_holds() {
    let (_dir, cache) = open();
    let mut bare = message(None, "x");
    bare.time_raw.clear();
    assert_eq!(store(&cache, &[bare.clone(), bare.clone()]).new, 2);
    assert_eq!(store(&cache, &[bare.clone(), bare.clone()]).new, 0);
    assert_eq!(store(&cache, &[bare.clone(), bare.clone(), bare]).new, 1);
    let state = cache.conversation(&key()).unwrap().unwrap();
    assert_eq!((state.total, state.first), (3, None));
}

#[test]
fn odd_messages_come_back_exactly() {
    let (_dir, cache) = open();
    let mut odd = message(Some(1), "caption");
    odd.time = Some("2025-10-09T08:53:21.123456789Z".parse().unwrap());
    odd.kind = MessageKind::Media;
    odd.user_id = "another".to_owned();
    odd.media = Some(Media {
        url: Some("https://media.fern-and-oak.example/a.jpeg".to_owned()),
        mime: None,
        name: Some("a.jpeg".to_owned()),
        kind: MediaKind::Image,
    });
    odd.raw =
        json!({"b": [1, {"z": 0.1, "a": null}], "a": "caption", "user_id": "another", "": ""});
    let mut options = message(Some(2), "[A, B]");
    options.options = vec!["A".to_owned(), "B".to_owned()];
    options.raw = json!(["no", "object"]);
    let mut before_1970 = message(Some(3), "early");
    before_1970.time = Some("1969-12-31T23:59:59.999999999Z".parse().unwrap());
    let page = [odd, options, before_1970];
    store(&cache, &page);
    let all = whole(&cache);
    for sent in &page {
        let back = all.messages.iter().find(|m| m.message.text == sent.text);
        let back = &back.unwrap().message;
        assert_eq!(back, sent);
        assert_eq!(back.raw.to_string(), sent.raw.to_string());
    }
    assert_eq!(store(&cache, &page), Stored { new: 0, known: 3 });
}

#[test]
fn a_file_with_two_captions_as_sent_is_two_messages() {
    let (_dir, cache) = open();
    let first = message(Some(1), "");
    let mut second = first.clone();
    second.raw["response"] = json!("User uploaded b.jpeg - [image/jpeg]");
    assert_eq!(store(&cache, &[first, second]).new, 2);
}

#[test]
fn windows_say_what_lies_beyond_them() {
    let (_dir, cache) = open();
    let page: Vec<_> = (0..10).map(|n| message(Some(n), &n.to_string())).collect();
    store(&cache, &page);
    let at = |n: usize| whole(&cache).messages[n].key;
    let window = |place, limit| {
        let window = cache.window(&key(), place, limit).unwrap();
        let text = texts(&window).concat();
        (text, window.older, window.newer)
    };
    let text = |text: &str| text.to_owned();
    assert_eq!(window(Place::Newest, 3), (text("789"), true, false));
    assert_eq!(window(Place::Oldest, 3), (text("012"), false, true));
    assert_eq!(window(Place::Before(at(3)), 5), (text("012"), false, true));
    assert_eq!(window(Place::Before(at(5)), 2), (text("34"), true, true));
    assert_eq!(window(Place::After(at(7)), 5), (text("89"), true, false));
    assert_eq!(window(Place::Around(at(5)), 4), (text("3456"), true, true));
    assert_eq!(
        window(Place::AtTime(time(5)), 4),
        (text("3456"), true, true)
    );
    assert_eq!(
        window(Place::Newest, 10),
        (text("0123456789"), false, false)
    );
    let Position { index, total } = cache.position(&key(), at(4)).unwrap();
    assert_eq!((index, total), (4, 10));
    let nobody = ConversationKey::new(&target(), "447700900999");
    assert_eq!(
        cache.window(&nobody, Place::Newest, 3).unwrap(),
        Window::default()
    );
    assert_eq!(cache.conversation(&nobody).unwrap(), None);
}

#[test]
fn a_conversation_is_read_in_order_between_two_moments() {
    let (_dir, cache) = open();
    let page: Vec<_> = (0..2500)
        .map(|n| message(Some(n), &n.to_string()))
        .collect();
    for part in page.chunks(499).rev() {
        store(&cache, part);
    }
    let mut seen = Vec::new();
    cache
        .each_message(&key(), Some(time(5)), Some(time(2400)), &mut |cached| {
            // Another read while this one goes on must not wait for it.
            if seen.len() == 7 {
                cache.conversation(&key()).unwrap();
            }
            seen.push(cached.message.text);
            ControlFlow::Continue(())
        })
        .unwrap();
    let expected: Vec<String> = (5..2400).map(|n| n.to_string()).collect();
    assert_eq!(seen, expected);
    let mut count = 0;
    cache
        .each_message(&key(), None, None, &mut |_| {
            count += 1;
            if count == 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .unwrap();
    assert_eq!(count, 3);
}

#[test]
fn ranges_that_overlap_or_touch_become_one() {
    let (_dir, cache) = open();
    let range = |since, until| KnownRange {
        since: time(since),
        until: time(until),
    };
    for (since, until) in [(10, 20), (40, 50), (60, 50), (15, 30)] {
        cache.add_known(&key(), range(since, until)).unwrap();
    }
    assert_eq!(cache.known(&key()).unwrap(), [range(10, 30), range(40, 50)]);
    cache.add_known(&key(), range(30, 40)).unwrap();
    assert_eq!(cache.known(&key()).unwrap(), [range(10, 50)]);
}

#[test]
fn hours_count_both_sides() {
    let (_dir, cache) = open();
    let mut ours = message(Some(2), "b");
    ours.direction = Direction::Out;
    let mut note = message(Some(3), "c");
    note.direction = Direction::System;
    store(
        &cache,
        &[message(Some(1), "a"), ours, note, message(Some(3600), "d")],
    );
    let hour = time(0).as_millisecond() / 3_600_000 * 3_600_000;
    let counts = cache.messages_per_day(&key(), time(0)).unwrap();
    assert_eq!(counts, [(hour, 1, 1), (hour + 3_600_000, 1, 0)]);
}

#[test]
fn the_progress_of_a_conversation_is_kept() {
    let (dir, cache) = open();
    cache.mark_refreshed(&key(), time(5)).unwrap();
    cache.mark_complete(&key(), true).unwrap();
    cache.remember_progress(&key(), Some(7)).unwrap();
    drop(cache);
    let cache = CacheStore::open(dir.path()).unwrap();
    let state = cache.conversation(&key()).unwrap().unwrap();
    assert_eq!(
        (state.refreshed, state.complete, state.next_page),
        (Some(time(5)), true, Some(7))
    );
}

fn rows(cache: &CacheStore, table: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {table}");
    cache
        .db
        .read(|connection| connection.query_row(&sql, [], |row| row.get(0)))
        .unwrap()
}

#[test]
fn what_is_forgotten_is_neither_shown_nor_found_nor_in_the_file() {
    let (dir, cache) = open();
    let other = ConversationKey::new(&target(), "447700900413");
    store(&cache, &[message(Some(1), "secret one")]);
    cache
        .store_messages(&other, &[message(Some(2), "secret two")], time(0))
        .unwrap();
    cache.forget_conversation(&key()).unwrap();
    assert_eq!(cache.conversation(&key()).unwrap(), None);
    assert_eq!(found(&cache, &query("secret")), ["secret two"]);
    for table in ["blocks", "block_texts", "block_signatures"] {
        assert_eq!(rows(&cache, table), 1, "{table}");
    }
    cache
        .store_messages(&other, &[message(Some(3), "secret three")], time(0))
        .unwrap();
    assert_eq!(
        found(&cache, &query("secret")),
        ["secret three", "secret two"]
    );
    cache.forget_everything().unwrap();
    assert_eq!(found(&cache, &query("secret")), Vec::<String>::new());
    assert_eq!(rows(&cache, "block_signatures"), 0);
    store(&cache, &[message(Some(1), "again")]);
    assert_eq!(found(&cache, &query("again")), ["again"]);
    drop(cache);
    let bytes = std::fs::read(crate::store::cache_path(dir.path())).unwrap();
    assert!(!bytes.windows(6).any(|part| part == b"secret"));
}

#[test]
fn a_cache_of_the_first_version_keeps_its_searches() {
    let dir = tempfile::tempdir().unwrap();
    let first = Schema {
        migrations: &super::schema::SCHEMA.migrations[..1],
        ..super::schema::SCHEMA
    };
    assert_eq!(first.durability, Durability::Normal);
    let db = Database::open(&crate::store::cache_path(dir.path()), &first).unwrap();
    db.change(|tx| tx.execute("INSERT INTO searches VALUES ('city', 'Leeds', 5)", []))
        .unwrap();
    drop(db);
    let cache = CacheStore::open(dir.path()).unwrap();
    assert_eq!(
        cache.recent_searches(5).unwrap(),
        [("city".to_owned(), "Leeds".to_owned())]
    );
    assert_eq!(store(&cache, &[message(Some(1), "new")]).new, 1);
}

#[test]
fn reading_does_not_wait_for_a_write_that_is_under_way() {
    let (_dir, cache) = open();
    store(&cache, &[message(Some(1), "there")]);
    cache
        .db
        .change(|_| {
            assert_eq!(texts(&whole(&cache)), ["there"]);
            Ok(())
        })
        .unwrap();
}

/// Pages cut from one history, each in any order, with overlaps and repeats.
fn pages() -> impl Strategy<Value = (usize, Vec<Vec<usize>>)> {
    (1_usize..150).prop_flat_map(|size| {
        let page = prop::collection::vec(0..size, 0..80);
        (Just(size), prop::collection::vec(page, 0..8))
    })
}

proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(40))]

    #[test]
    fn merging_in_any_order_gives_the_same_conversation((size, pages) in pages(), turn in any::<bool>()) {
        let history: Vec<ChatMessage> = (0..size)
            .map(|n| message(Some(i64::try_from(n).unwrap() * 7), ["a", "b", "क"][n % 3]))
            .collect();
        let (_dir, cache) = open();
        let mut order: Vec<_> = pages.iter().collect();
        if turn {
            order.reverse();
        }
        for page in order {
            let page: Vec<ChatMessage> = page.iter().map(|n| history[*n].clone()).collect();
            let stored = store(&cache, &page);
            prop_assert_eq!(stored.new + stored.known, page.len() as u64);
        }
        let mut seen: Vec<usize> = pages.concat();
        seen.sort_unstable();
        seen.dedup();
        let expected: Vec<&ChatMessage> = seen.iter().map(|n| &history[*n]).collect();
        let all = whole(&cache);
        let there: Vec<&ChatMessage> = all.messages.iter().map(|m| &m.message).collect();
        prop_assert_eq!(&there, &expected);
        let total = cache.conversation(&key()).unwrap().map_or(0, |state| state.total);
        prop_assert_eq!(total, expected.len() as u64);
        let with_a = expected.iter().filter(|m| m.text == "a").count();
        prop_assert_eq!(cache.count_matches(&key(), "A").unwrap(), with_a as u64);
        for (index, cached) in all.messages.iter().enumerate() {
            let position = cache.position(&key(), cached.key).unwrap();
            prop_assert_eq!(position.index, index as u64);
        }
    }

    #[test]
    fn every_raw_object_comes_back(number in any::<f64>(), text in "\\PC{0,30}", name in "\\PC{0,8}") {
        let (_dir, cache) = open();
        let mut sent = message(Some(1), &text);
        sent.raw = json!({ name: text, "n": number, "in": { "n": [number, text] } });
        store(&cache, std::slice::from_ref(&sent));
        prop_assert_eq!(&whole(&cache).messages[0].message.raw, &sent.raw);
    }
}
