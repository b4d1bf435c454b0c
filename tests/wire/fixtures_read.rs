//! Every answer to a read in the fixtures: success or error, and what was found in it.

use super::fixtures_send;
use super::support::{body_of, entry, manifest};
use alertdesk::api::decode::{conversation_page, merge_page, users};
use alertdesk::contract::{ApiError, ConversationPage, ErrorKind};
use alertdesk::domain::{Direction, MediaKind, MessageKind, User};

fn status(file: &str) -> u16 {
    u16::try_from(entry(file)["http_status"].as_u64().unwrap()).unwrap()
}

fn found(file: &str) -> Vec<User> {
    assert_eq!(entry(file)["outcome"], "success", "{file}");
    users(status(file), &body_of(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn page(file: &str) -> ConversationPage {
    assert_eq!(entry(file)["outcome"], "success", "{file}");
    conversation_page(status(file), &body_of(file))
        .unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn failure(file: &str) -> ApiError {
    let entry = entry(file);
    assert_eq!(entry["outcome"], "error", "{file}");
    let body = body_of(file);
    let error = if entry["endpoint"] == "users" {
        users(status(file), &body).unwrap_err()
    } else {
        conversation_page(status(file), &body).unwrap_err()
    };
    assert_eq!(error.http_status, Some(status(file)), "{file}");
    error
}

const ASHA: &str = "14155550101";

type Check = fn(&'static str);

#[rustfmt::skip]
const CASES: &[(&str, Check)] = &[
    ("users_200_responseobject_list.json", two_users),
    ("users_200_responseobject_users_paged.json", two_users),
    ("users_200_bare_users_key.json", |file| {
        let people = found(file);
        assert_eq!(people.len(), 1);
        assert_eq!(people[0].attribute("city").as_deref(), Some("Testville"));
    }),
    ("users_200_empty.json", |file| assert!(found(file).is_empty())),
    ("users_200_null_responseobject.json", |file| assert!(found(file).is_empty())),
    ("users_200_infailure_2003_bot_not_found.json", |file| {
        let error = failure(file);
        assert_eq!(error.platform_code, Some(2003));
        assert!(error.message.contains("2003 \"BOT_NOT_FOUND\""), "{}", error.message);
        assert!(error.advice.contains("bot key"), "{}", error.advice);
    }),
    ("users_401_problem.json", |file| {
        let error = failure(file);
        assert_eq!(error.kind, ErrorKind::Authentication);
        assert!(error.advice.contains("revoked, regenerated or mistyped"));
    }),
    ("users_500_boot.json", |file| {
        let error = failure(file);
        assert_eq!(error.kind, ErrorKind::Platform);
        assert!(error.message.contains("Internal Server Error"));
    }),
    ("conversations_200_conversations_key_mixed.json", mixed),
    ("conversations_200_messages_key.json", |file| assert_eq!(page(file).messages.len(), 3)),
    ("conversations_200_responseobject_wrapped.json", |file| {
        assert_eq!(page(file).messages.len(), 2);
    }),
    ("conversations_200_empty.json", |file| {
        assert_eq!((page(file).messages.len(), page(file).received), (0, 0));
    }),
    ("conversations_200_unsorted_with_duplicate.json", |file| {
        let page = page(file);
        assert_eq!((page.messages.len(), page.received), (4, 5));
        assert_eq!(page.messages[0].text, "Hello");
        assert!(page.messages.is_sorted_by_key(|message| message.time));
    }),
    ("conversations_200_odd_timestamps.json", odd_times),
    ("conversations_200_file_shapes.json", file_shapes),
    ("conversations_200_html_and_markup_in_text.json", |file| {
        let page = page(file);
        assert_eq!(page.messages.len(), 1);
        // Kept as data; cleaning happens where it is shown.
        let text = &page.messages[0].text;
        assert!(text.starts_with("<script>alert(1)</script> *bold* ") && text.ends_with('\u{7}'));
    }),
    ("conversations_200_page1_full.json", |file| assert_eq!(page(file).received, 2)),
    ("conversations_200_page2_short.json", |file| {
        let short = page(file);
        assert_eq!(short.received, 1);
        let full = page("conversations_200_page1_full.json");
        assert_eq!(merge_page(full.messages, short.messages).len(), 3);
    }),
    ("conversations_200_infailure_2000.json", |file| {
        let error = failure(file);
        assert_eq!((error.kind, error.platform_code), (ErrorKind::Platform, Some(2000)));
    }),
    ("conversations_404_problem.json", |file| {
        assert_eq!(failure(file).kind, ErrorKind::NotFound);
    }),
];

fn two_users(file: &'static str) {
    let people = found(file);
    assert_eq!(people.len(), 2);
    assert_eq!(people[0].id, ASHA);
    assert_eq!(people[0].name.as_deref(), Some("Asha Example"));
    assert_eq!(people[0].channel_user_id, ASHA);
    assert_eq!(people[0].phone.as_deref(), Some(ASHA));
    assert_eq!(people[1].name.as_deref(), Some("Ben Sample"));
    assert_eq!(people[1].raw["user_id"], "14155550102");
}

fn mixed(file: &'static str) {
    let messages = page(file).messages;
    let kinds: Vec<MessageKind> = messages.iter().map(|message| message.kind).collect();
    assert_eq!(
        kinds,
        [
            MessageKind::Text,
            MessageKind::Text,
            MessageKind::Options,
            MessageKind::Text,
            MessageKind::System,
            MessageKind::Media
        ]
    );
    assert_eq!(messages[0].direction, Direction::In);
    assert_eq!(messages[1].direction, Direction::Out);
    assert_eq!(messages[2].options, ["⭐", "⭐⭐", "⭐⭐⭐"]);
    assert_eq!(messages[4].text, "Test Agent joined the conversation");
    assert_eq!(messages[4].direction, Direction::System);
    let media = messages[5].media.as_ref().unwrap();
    assert_eq!(messages[5].text, "");
    assert_eq!(media.kind, MediaKind::Image);
    assert_eq!(media.name.as_deref(), Some("photo.jpeg"));
    assert_eq!(
        media.url.as_deref(),
        Some("https://media.example.com/in/photo.jpeg-AB1CD.jpeg")
    );
}

fn odd_times(file: &'static str) {
    let messages = page(file).messages;
    assert_eq!(messages.len(), 6);
    assert_eq!(
        messages
            .iter()
            .filter(|message| message.time.is_some())
            .count(),
        4
    );
    let texts: Vec<&str> = messages
        .iter()
        .map(|message| message.text.as_str())
        .collect();
    let expected = [
        "dashes and offset",
        "slashes",
        "iso",
        "epoch ms",
        "garbage",
        "missing",
    ];
    assert_eq!(texts, expected);
    assert_eq!(messages[4].time_raw, "yesterday");
    let epoch = messages[3].time.unwrap().to_string();
    assert_eq!(epoch, "2026-08-12T09:15:33Z");
}

fn file_shapes(file: &'static str) {
    let messages = page(file).messages;
    assert_eq!(messages.len(), 6);
    let media: Vec<_> = messages
        .iter()
        .map(|message| message.media.as_ref().unwrap())
        .collect();
    assert_eq!(media.iter().filter(|media| media.url.is_some()).count(), 5);
    let kinds: Vec<MediaKind> = media.iter().map(|media| media.kind).collect();
    assert_eq!(
        kinds,
        [
            MediaKind::Document,
            MediaKind::Audio,
            MediaKind::Image,
            MediaKind::Document,
            MediaKind::Video,
            MediaKind::Document
        ]
    );
    assert_eq!(media[0].name.as_deref(), Some("invoice.pdf"));
    assert_eq!(media[1].mime.as_deref(), Some("audio/ogg"));
    assert_eq!(media[2].name.as_deref(), Some("banner.png"));
    assert_eq!(
        (messages[2].text.as_str(), messages[3].text.as_str()),
        ("", "Your receipt")
    );
    assert_eq!(media[5].url, None);
    assert_eq!(media[5].name.as_deref(), Some("lost.bin"));
}

#[test]
fn every_read_fixture_has_its_stated_outcome() {
    for (file, check) in CASES {
        check(file);
    }
}

#[test]
fn every_fixture_of_the_manifest_is_a_case() {
    let manifest = manifest();
    let mut listed: Vec<&str> = manifest["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| matches!(entry["endpoint"].as_str(), Some("users" | "conversations")))
        .map(|entry| entry["file"].as_str().unwrap())
        .collect();
    let mut cases: Vec<&str> = CASES.iter().map(|(file, _)| *file).collect();
    listed.sort_unstable();
    cases.sort_unstable();
    assert_eq!(cases, listed);
    let total = CASES.len() + fixtures_send::COUNT;
    assert_eq!(total, 59);
    assert_eq!(manifest["count"], 59);
}
