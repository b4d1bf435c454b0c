//! Finding text, in every script and at every length.

use super::{found, key, message, open, query, store, target, time};
use crate::domain::{ChatMessage, Direction};
use crate::store::cache::{ConversationKey, MessageKey};
use rstest::rstest;

#[rstest]
#[case("कृपया मेज़ भेजिए", &["क", "कृ", "मेज़", "ज़ भे", "प"])]
#[case("مرحبا، أين طلبي؟", &["م", "حب", "حبا", "أين طل", "؟"])]
#[case("我的桌子什么时候到", &["桌", "桌子", "桌子什", "什么时候", "到"])]
#[case("Where is my Table?", &["w", "my", "TABLE", "e is m", "?", " ", "le?"])]
#[case("ＴＶ 10\"/20% \u{1f642}", &["tv", "\"", "10\"/", "%", "🙂"])]
#[case("Caf\u{e9}\nGr\u{fc}\u{df}e", &["caf\u{65}\u{301}", "ß", "é g", "GRÜ"])]
fn any_part_of_a_text_is_found(#[case] text: &str, #[case] parts: &[&str]) {
    let (_dir, cache) = open();
    // More than is looked through without the index, so that the index must answer.
    let filler: Vec<_> = (0..4000).map(|n| message(Some(1000 + n), "00")).collect();
    store(&cache, &filler);
    store(&cache, &[message(Some(1), text), message(Some(2), "11")]);
    for part in parts {
        assert_eq!(found(&cache, &query(part)), [text], "{part}");
        assert_eq!(cache.count_matches(&key(), part).unwrap(), 1);
    }
    assert_eq!(found(&cache, &query("not there")), Vec::<String>::new());
    assert_eq!(found(&cache, &query("0 0")), Vec::<String>::new());
}

#[test]
fn frequent_words_come_newest_first_and_page_by_page() {
    let (_dir, cache) = open();
    let other = ConversationKey::new(&target(), "447700900413");
    for part in (0..6000).collect::<Vec<i64>>().chunks(500).rev() {
        let page: Vec<_> = part
            .iter()
            .map(|n| message(Some(*n), &format!("word {n}")))
            .collect();
        let key = if part[0] % 1000 == 0 {
            key()
        } else {
            other.clone()
        };
        cache.store_messages(&key, &page, time(0)).unwrap();
    }
    let mut wanted = query("wor");
    let mut all = Vec::new();
    loop {
        let page = cache.search_messages(&wanted).unwrap();
        let Some(last) = page.last() else { break };
        wanted.before = Some(last.key);
        wanted.limit = 700;
        all.extend(page.into_iter().map(|found| found.message.text));
    }
    let expected: Vec<String> = (0..6000).rev().map(|n| format!("word {n}")).collect();
    assert_eq!(all, expected);
    let mut narrow = query("word 1");
    narrow.user = Some("447700900413".to_owned());
    narrow.until = Some(time(1600));
    assert_eq!(found(&cache, &narrow)[0], "word 1599");
    narrow.since = Some(time(1598));
    assert_eq!(found(&cache, &narrow), ["word 1599", "word 1598"]);
    narrow.direction = Some(Direction::Out);
    assert_eq!(found(&cache, &narrow), Vec::<String>::new());
    narrow = query("word");
    narrow.account = "another account".to_owned();
    assert_eq!(found(&cache, &narrow), Vec::<String>::new());
}

#[test]
fn matches_are_walked_in_both_directions() {
    let (_dir, cache) = open();
    let page: Vec<_> = (0..9000)
        .map(|n| message(Some(n), if n % 4000 == 7 { "Needle" } else { "hay" }))
        .collect();
    for part in page.chunks(500).rev() {
        store(&cache, part);
    }
    let second = |key: MessageKey| (key.at - time(0).as_millisecond()) / 1000;
    let mut at = MessageKey { at: 0, id: 0 };
    let mut seen = Vec::new();
    while let Some(next) = cache.matches_in(&key(), "needle", at, true).unwrap() {
        seen.push(second(next));
        at = next;
    }
    while let Some(next) = cache.matches_in(&key(), "needle", at, false).unwrap() {
        seen.push(second(next));
        at = next;
    }
    assert_eq!(seen, [7, 4007, 8007, 4007, 7]);
    assert_eq!(cache.count_matches(&key(), "needle").unwrap(), 3);
    assert_eq!(cache.count_matches(&key(), "hay").unwrap(), 8997);
}

#[test]
fn a_phrase_of_frequent_pieces_is_told_from_its_pieces() {
    let (_dir, cache) = open();
    let lines = ["the table is here", "a tablet of oak", "मेज़ कब आएगी"];
    let page: Vec<_> = (0..6000)
        .map(|n| ChatMessage {
            direction: [Direction::In, Direction::Out][n % 2],
            ..message(Some(1000 + i64::try_from(n).unwrap()), lines[n % 3])
        })
        .collect();
    store(&cache, &[message(Some(1), "see the tablet of mine")]);
    for part in page.chunks(500) {
        store(&cache, part);
    }
    assert_eq!(
        found(&cache, &query("the tablet")),
        ["see the tablet of mine"]
    );
    assert_eq!(found(&cache, &query("tablet is")), Vec::<String>::new());
    let mut of_ours = query("the tablet");
    of_ours.direction = Some(Direction::Out);
    assert_eq!(found(&cache, &of_ours), Vec::<String>::new());
    of_ours.text = "कब आए".to_owned();
    assert_eq!(found(&cache, &of_ours).len(), 50);
    of_ours.limit = u32::MAX;
    assert_eq!(found(&cache, &of_ours).len(), 1000);
    assert_eq!(cache.count_matches(&key(), "tablet of").unwrap(), 2001);
}

#[test]
fn blocks_from_before_there_were_signatures_are_read() {
    let (_dir, cache) = open();
    let filler: Vec<_> = (0..4000).map(|n| message(Some(1000 + n), "00")).collect();
    store(&cache, &[message(Some(1), "an old message")]);
    store(&cache, &filler);
    cache
        .db
        .change(|tx| tx.execute("DELETE FROM block_signatures", []))
        .unwrap();
    assert_eq!(found(&cache, &query("old mess")), ["an old message"]);
    assert_eq!(found(&cache, &query("new mess")), Vec::<String>::new());
}
