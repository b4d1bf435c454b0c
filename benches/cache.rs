//! Guards the cache of conversations at 1,000,000 messages: storing a page, opening a window,
//! reading all of it and finding text in it must not depend on how much is there.

#![expect(clippy::expect_used, reason = "a benchmark ends at the first surprise")]
#![expect(
    clippy::print_stderr,
    reason = "the size of the file is a figure as well"
)]

use alertdesk::domain::{BotTarget, ChatMessage, Direction, MessageKind};
use alertdesk::store::CacheStore;
use alertdesk::store::cache::{ConversationKey, MessageKey, MessageQuery, Place};
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use serde_json::json;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::OnceLock;
use tempfile::TempDir;

const MESSAGES: usize = 1_000_000;
const PAGE: usize = 500;
const PERSON: &str = "447700900412";

/// Stands once in the oldest tenth.
const RARE: &str = "quetzal";

const WORDS: [&[&str]; 5] = [
    &[
        "table", "oak", "order", "is", "the", "my", "please", "thank", "you", "delivery", "Friday",
        "leg", "cracked", "paid", "fitting", "nobody", "came", "between", "message", "said",
        "when", "will", "it", "arrive", "colour", "chair", "refund", "address", "changed", "photo",
        "again", "good", "morning", "yes", "no", "maybe", "tomorrow", "Fern", "shop", "phone",
        "number", "waiting", "driver", "door", "garden", "invoice", "price", "offer", "sofa",
        "wood",
    ],
    &[
        "मेज़",
        "ऑर्डर",
        "कब",
        "आएगा",
        "कृपया",
        "धन्यवाद",
        "सुबह",
        "घर",
        "पर",
        "हूँ",
        "मैं",
        "नहीं",
        "हाँ",
        "रंग",
        "कुर्सी",
        "पता",
        "बदल",
        "गया",
        "फ़ोटो",
        "फिर",
        "दुकान",
        "कीमत",
        "दरवाज़ा",
        "लकड़ी",
        "इंतज़ार",
        "कल",
    ],
    &[
        "مرحبا",
        "الطاولة",
        "الطلب",
        "متى",
        "يصل",
        "من",
        "فضلك",
        "شكرا",
        "صباح",
        "الخير",
        "البيت",
        "اللون",
        "كرسي",
        "العنوان",
        "تغير",
        "صورة",
        "مرة",
        "أخرى",
        "المتجر",
        "السعر",
        "الباب",
        "خشب",
        "انتظار",
        "غدا",
        "نعم",
        "لا",
    ],
    &[
        "桌子",
        "订单",
        "什么时候",
        "到",
        "请",
        "谢谢",
        "早上",
        "好",
        "家里",
        "颜色",
        "椅子",
        "地址",
        "改了",
        "照片",
        "再",
        "商店",
        "价格",
        "门",
        "木头",
        "等待",
        "明天",
        "是",
        "不",
        "可以",
        "花园",
        "发票",
    ],
    &[
        "ご注文",
        "の",
        "品",
        "は",
        "明日",
        "届きます",
        "山田様",
        "こんにちは",
        "色",
        "椅子",
        "写真",
        "値段",
        "庭",
    ],
];

fn main() {
    divan::main();
}

fn start() -> Timestamp {
    "2023-01-01T00:00:00Z".parse().expect("a time")
}

/// A text of 2 to 21 words of one script; the same number gives the same text.
fn text(number: usize) -> String {
    let mut chance = fastrand::Rng::with_seed(number as u64);
    let words = match chance.u8(0..10) {
        0..5 => WORDS[0],
        5..7 => WORDS[1],
        7 => WORDS[2],
        8 => WORDS[3],
        _ => WORDS[4],
    };
    let mut text = String::new();
    for _ in 0..chance.usize(2..12) + chance.usize(0..10) {
        if !text.is_empty() {
            text.push(' ');
        }
        // Few words are frequent and many are rare, as in any language.
        let rank = chance.usize(0..words.len()) * chance.usize(0..words.len()) / words.len();
        text.push_str(words.get(rank).copied().unwrap_or_default());
    }
    if chance.u8(0..5) == 0 {
        text.push_str(&format!(" #{}", chance.u32(10_000..99_999)));
    }
    if number == MESSAGES / 20 {
        text.push_str(&format!(" {RARE}"));
    }
    text
}

fn message(number: usize) -> ChatMessage {
    let ms = i64::try_from(number).expect("small") * 97_123;
    let time = start() + SignedDuration::from_millis(ms);
    let time_raw = time.strftime("%Y/%m/%d %H:%M:%S.%3f+0000").to_string();
    let text = text(number);
    let (sender, direction) = if number.is_multiple_of(2) {
        ("user", Direction::In)
    } else {
        ("bot", Direction::Out)
    };
    ChatMessage {
        time: Some(time),
        direction,
        sender: sender.to_owned(),
        kind: MessageKind::Text,
        type_raw: "TEXT".to_owned(),
        options: Vec::new(),
        media: None,
        user_id: PERSON.to_owned(),
        raw: json!({
            "user_id": PERSON, "timestamp": time_raw, "sender": sender, "message_type": "TEXT",
            "response": text, "file": null, "attachments": null,
        }),
        time_raw,
        text,
    }
}

fn page(from: usize) -> Vec<ChatMessage> {
    (from..from + PAGE).map(message).collect()
}

fn target() -> BotTarget {
    BotTarget {
        base_url: "https://api.fern-and-oak.example".to_owned(),
        customer_id: "99001".to_owned(),
        bot_key: "00aa11bb22cc33dd".to_owned(),
    }
}

fn key() -> ConversationKey {
    ConversationKey::new(&target(), PERSON)
}

/// How the cache lies on the disk.
const FORMS: [&str; 2] = ["plain", "encrypted"];

fn open(folder: &Path, form: &str) -> CacheStore {
    if form == "plain" {
        return CacheStore::open(folder).expect("a cache");
    }
    let secret = SecretString::from("a made-up secret of some length");
    let (cache, _) = CacheStore::open_sealed(folder, &secret).expect("a cache");
    cache
}

/// A million messages in one conversation, stored from the newest page to the oldest.
fn filled(form: &str) -> &'static CacheStore {
    static PLAIN: OnceLock<(TempDir, CacheStore)> = OnceLock::new();
    static ENCRYPTED: OnceLock<(TempDir, CacheStore)> = OnceLock::new();
    let slot = if form == "plain" { &PLAIN } else { &ENCRYPTED };
    let (_, cache) = slot.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = open(folder.path(), form);
        for from in (0..MESSAGES).step_by(PAGE).rev() {
            let stored = cache
                .store_messages(&key(), &page(from), start())
                .expect("stored");
            assert_eq!(stored.new, PAGE as u64);
        }
        let files = std::fs::read_dir(folder.path()).expect("the folder");
        let bytes: u64 = files
            .map(|file| file.and_then(|file| file.metadata()).expect("a file").len())
            .sum();
        eprintln!("1,000,000 messages take {} MB, {form}", bytes / 1_000_000);
        (folder, cache)
    });
    cache
}

/// A new page in front of a million messages, again and again.
#[divan::bench(args = FORMS, sample_count = 200, sample_size = 1)]
fn store_page_of_500(bencher: Bencher<'_, '_>, form: &str) {
    let cache = filled(form);
    let mut from = MESSAGES;
    bencher
        .counter(ItemsCount::new(PAGE))
        .with_inputs(|| {
            from += PAGE;
            page(from)
        })
        .bench_local_values(|page| {
            let key = ConversationKey::new(&target(), "447700900413");
            cache.store_messages(&key, &page, start()).expect("stored")
        });
}

/// The same page again, as every refresh brings it.
#[divan::bench(args = FORMS, sample_count = 100, sample_size = 1)]
fn store_known_page_of_500(bencher: Bencher<'_, '_>, form: &str) {
    let cache = filled(form);
    let page = page(MESSAGES - PAGE);
    bencher.bench_local(|| {
        cache
            .store_messages(&key(), &page, start())
            .expect("stored")
    });
}

/// Pages into an empty cache, from the newest to the oldest; the making of them not counted.
#[divan::bench(args = FORMS, sample_count = 1, sample_size = 1)]
fn store_100000(bencher: Bencher<'_, '_>, form: &str) {
    let pages: Vec<_> = (0..100_000).step_by(PAGE).rev().map(page).collect();
    bencher
        .counter(ItemsCount::new(100_000_usize))
        .bench_local(|| {
            let folder = tempfile::tempdir().expect("a folder");
            let cache = open(folder.path(), form);
            for page in &pages {
                cache.store_messages(&key(), page, start()).expect("stored");
            }
        });
}

/// Opening a file of 100,000 messages and reading its newest 200.
#[divan::bench(args = FORMS, sample_count = 100, sample_size = 1)]
fn open_and_show_200(bencher: Bencher<'_, '_>, form: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let cache = open(folder.path(), form);
    for from in (0..100_000).step_by(PAGE) {
        cache
            .store_messages(&key(), &page(from), start())
            .expect("stored");
    }
    drop(cache);
    bencher.bench_local(|| {
        let cache = open(folder.path(), form);
        cache
            .window(&key(), Place::Newest, 200)
            .expect("a window")
            .messages
            .len()
    });
}

/// Each place in each form.
fn in_both<'a>(what: &[&'a str]) -> Vec<(&'static str, &'a str)> {
    let pairs = what.iter().map(|one| FORMS.map(|form| (form, *one)));
    pairs.flatten().collect()
}

#[divan::bench(args = in_both(&["newest", "oldest", "middle"]), sample_count = 100)]
fn window_of_200(bencher: Bencher<'_, '_>, (form, place): (&str, &str)) {
    let cache = filled(form);
    let place = match place {
        "newest" => Place::Newest,
        "oldest" => Place::Oldest,
        _ => Place::AtTime(start() + SignedDuration::from_hours(13_000)),
    };
    bencher.bench_local(|| {
        let window = cache.window(&key(), place, 200).expect("a window");
        assert_eq!(window.messages.len(), 200);
        window
    });
}

#[divan::bench(sample_count = 100)]
fn position(bencher: Bencher<'_, '_>) {
    let cache = filled("plain");
    let at = start().as_millisecond() + 60_000_000_000;
    bencher.bench_local(|| {
        cache
            .position(&key(), MessageKey { at, id: 0 })
            .expect("known")
    });
}

#[divan::bench(args = FORMS, sample_count = 3, sample_size = 1)]
fn read_everything(bencher: Bencher<'_, '_>, form: &str) {
    let cache = filled(form);
    bencher.counter(ItemsCount::new(MESSAGES)).bench_local(|| {
        let mut count = 0;
        cache
            .each_message(&key(), None, None, &mut |message| {
                black_box(message);
                count += 1;
                ControlFlow::Continue(())
            })
            .expect("read");
        assert_eq!(count, MESSAGES);
    });
}

/// Frequent and rare, short and long, there and not; the last ones are made of frequent pieces.
const SEARCHED: [&str; 19] = [
    "the",
    "table oak",
    "e",
    "th",
    "桌",
    "र",
    "ال",
    RARE,
    "q",
    "zz",
    "nowhere to be found",
    "鑫",
    "ञ",
    "fitting fitting fitting fitting fitting",
    "waiting table garden",
    "the tablet",
    "then",
    "rid t",
    "the tableau",
];

#[divan::bench(args = in_both(&SEARCHED), sample_count = 20)]
fn search_first_50(bencher: Bencher<'_, '_>, (form, text): (&str, &str)) {
    let cache = filled(form);
    let query = MessageQuery {
        text: text.to_owned(),
        account: ConversationKey::account_of(&target()),
        user: None,
        since: None,
        until: None,
        direction: None,
        limit: 50,
        before: None,
    };
    bencher.bench_local(|| cache.search_messages(&query).expect("searched"));
}

/// What only the other side writes, so that every block has it and nothing is found.
#[divan::bench(args = ["waiting table", "table", "e"], sample_count = 10)]
fn search_other_side(bencher: Bencher<'_, '_>, text: &str) {
    let cache = filled("plain");
    let query = MessageQuery {
        text: text.to_owned(),
        account: ConversationKey::account_of(&target()),
        user: Some(PERSON.to_owned()),
        since: None,
        until: None,
        direction: Some(Direction::System),
        limit: 50,
        before: None,
    };
    bencher.bench_local(|| {
        let found = cache.search_messages(&query).expect("searched");
        assert_eq!(found.len(), 0);
    });
}

#[divan::bench(args = ["the", RARE, "zz"], sample_count = 10)]
fn count_matches(bencher: Bencher<'_, '_>, text: &str) {
    let cache = filled("plain");
    bencher.bench_local(|| cache.count_matches(&key(), text).expect("counted"));
}

#[divan::bench(args = ["the", RARE, "zz"], sample_count = 10)]
fn next_match(bencher: Bencher<'_, '_>, text: &str) {
    let cache = filled("plain");
    let from = MessageKey { at: 0, id: 0 };
    bencher.bench_local(|| {
        cache
            .matches_in(&key(), text, from, true)
            .expect("searched")
    });
}
