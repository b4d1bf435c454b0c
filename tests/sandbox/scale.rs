//! Very long conversations and very many people: pages, ranges, order, and what is written later.

use std::collections::HashSet;

use alertdesk::sandbox::{BoundSandbox, SandboxConfig, SandboxError};
use jiff::Timestamp;
use reqwest::Method;
use rstest::rstest;
use serde_json::Value;

use crate::support::{Lab, SARA, reply, start_time};

const MANY: usize = 100_123;

fn long() -> Lab {
    Lab::with(|config| config.messages = MANY)
}

fn time(message: &Value) -> &str {
    message["timestamp"].as_str().unwrap()
}

/// A time of the platform in milliseconds.
fn millis(message: &Value) -> i64 {
    let text = time(message).trim_end_matches("+0000");
    let text = text.replace('/', "-").replace(' ', "T");
    let at: Timestamp = format!("{text}Z").parse().unwrap();
    at.as_millisecond()
}

/// Everything, asked in pages of this size, oldest first.
async fn whole(lab: &Lab, filter: &str, size: usize) -> Vec<Value> {
    let mut all = Vec::new();
    for page in 1.. {
        let query = format!("?page_number={page}&page_size={size}{filter}");
        let messages = lab.messages(SARA, &query).await;
        let last = messages.len() < size;
        all.splice(0..0, messages);
        if last {
            break;
        }
    }
    all
}

#[tokio::test]
async fn every_message_comes_once_and_in_order() {
    let lab = long();
    let all = whole(&lab, "", 20_000).await;
    assert_eq!(all.len(), MANY);
    assert!(all.is_sorted_by(|one, next| millis(one) < millis(next)));
    let times: HashSet<_> = all.iter().map(time).collect();
    assert_eq!(times.len(), MANY);
    let kinds: HashSet<_> = all[..50_000]
        .iter()
        .map(|one| one["message_type"].as_str().unwrap())
        .collect();
    assert!(kinds.len() > 8, "{kinds:?}");
}

#[tokio::test]
async fn the_last_page_is_short_and_nothing_comes_behind_it() {
    let lab = long();
    let page = async |number: usize| {
        let query = format!("?page_number={number}&page_size=500");
        lab.messages(SARA, &query).await
    };
    let (full, short) = (page(200).await, page(201).await);
    assert_eq!((full.len(), short.len()), (500, 123));
    assert!(millis(&short[122]) < millis(&full[0]));
    assert!(page(202).await.is_empty());
    assert!(page(usize::MAX).await.is_empty());
}

#[tokio::test]
async fn pages_of_any_size_meet_without_a_gap() {
    let lab = long();
    let wide = lab.messages(SARA, "?page_size=9000").await;
    // The places where what is kept meets what is made, and where hours meet.
    for (size, number) in [(1, 3000), (1, 3001), (7, 429), (500, 6), (500, 7), (999, 8)] {
        let query = format!("?page_size={size}&page_number={number}");
        let end = wide.len() - (number - 1) * size;
        let page = lab.messages(SARA, &query).await;
        assert_eq!(page[..], wide[end - size..end], "{query}");
    }
}

#[tokio::test]
async fn a_range_holds_what_the_whole_holds() {
    let lab = long();
    let all = whole(&lab, "", 50_000).await;
    for (first, last) in [(0, 0), (2500, 4000), (49_000, 51_500), (98_500, 100_122)] {
        let (start, end) = (millis(&all[first]), millis(&all[last]));
        let filter = format!("&start_date={start}&end_date={end}");
        assert_eq!(whole(&lab, &filter, 400).await, all[first..=last]);
        let inner = format!("&start_date={}&end_date={}", start + 1, end - 1);
        let inner = whole(&lab, &inner, 700).await;
        assert_eq!(inner, all[first + 1..last.max(first + 1)]);
    }
    let end = millis(&all[4000]);
    let open = whole(&lab, &format!("&end_date={end}"), 3000).await;
    assert_eq!(open, all[..=4000]);
    let start = millis(&all[95_000]);
    let open = whole(&lab, &format!("&start_date={start}"), 3000).await;
    assert_eq!(open, all[95_000..]);
}

#[tokio::test]
async fn a_range_without_messages_is_empty() {
    let lab = long();
    let now = start_time().as_millisecond();
    for (start, end) in [(now, now + 1), (1, 2), (now, now - 9_000_000_000)] {
        let query = format!("?start_date={start}&end_date={end}");
        assert!(lab.messages(SARA, &query).await.is_empty(), "{query}");
    }
}

#[tokio::test]
async fn the_oldest_come_first_where_a_fault_asks_for_it() {
    let lab = Lab::with(|config| {
        config.messages = MANY;
        config.faults = "reads:oldest-first".parse().unwrap();
    });
    let first = lab.messages(SARA, "?page_size=123").await;
    let oldest = long().messages(SARA, "?page_number=201").await;
    assert_eq!(first, oldest);
}

#[tokio::test]
async fn a_million_and_what_is_written_behind_them() {
    let lab = Lab::with(|config| {
        config.messages = 1_000_000;
        config.users = 10_000;
    });
    let newest = lab.messages(SARA, "?page_size=3").await;
    assert_eq!(newest[2]["response"], "Is that possible?");
    let oldest = lab.messages(SARA, "?page_number=2000").await;
    assert_eq!(oldest.len(), 500);
    assert!(lab.messages(SARA, "?page_number=2001").await.is_empty());
    let text = format!("{{\"user\":\"+{SARA}\",\"text\":\"One more thing\"}}");
    let request = lab.bare(Method::POST, "/_sandbox/message");
    let request = request.header("Content-Type", "application/json");
    assert!(reply(request.body(text)).await.unwrap().status.is_success());
    let after = lab.messages(SARA, "?page_size=4").await;
    assert_eq!(after[..3], newest);
    assert_eq!(after[3]["response"], "One more thing");
    let pushed = lab.messages(SARA, "?page_number=2001").await;
    assert_eq!(pushed, oldest[..1]);
}

#[tokio::test]
async fn ten_thousand_people_are_found_and_have_what_their_list_says() {
    let lab = Lab::with(|config| config.users = 10_000);
    let json = lab.users("channel", "whatsapp").await.json();
    let all = json["responseObject"].as_array().unwrap().clone();
    assert_eq!(all.len(), 10_000);
    for user in all.iter().step_by(499) {
        let number = user["user_id"].as_str().unwrap();
        let found = lab.users("user.phone_no", number).await.json();
        assert_eq!(found["responseObject"], serde_json::json!([user]));
        let messages = lab.messages(number, "").await;
        assert!(number == SARA || messages.len() <= 60);
        let last = messages.last().map(millis);
        let listed = &user["last_message_at"];
        let listed = listed
            .is_string()
            .then(|| millis(&serde_json::json!({ "timestamp": listed })));
        assert_eq!(last, listed, "{number}");
    }
}

#[rstest]
#[case(0, 1)]
#[case(10_001, 1)]
#[case(1, 1_000_001)]
fn larger_worlds_are_refused_with_the_limit(#[case] users: usize, #[case] messages: usize) {
    let mut config = SandboxConfig::new(start_time());
    (config.users, config.messages) = (users, messages);
    let error = BoundSandbox::bind(config).unwrap_err();
    let text = error.to_string();
    if let SandboxError::Users(n) = error {
        assert!(n == users && text.contains("1 to 10000"), "{text}");
    } else if let SandboxError::Messages(n) = error {
        assert!(n == messages && text.contains("up to 1000000"), "{text}");
    } else {
        panic!("{error}");
    }
}
