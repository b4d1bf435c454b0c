//! Guards reading answers: a full page of a conversation and a long list of people must be read
//! faster than anybody can see, with every raw object kept.

#![expect(clippy::expect_used, reason = "a benchmark ends at the first surprise")]

#[path = "support/pages.rs"]
mod pages;

use alertdesk::api::decode::{conversation_page, users};
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use serde_json::{Value, json};

fn main() {
    divan::main();
}

#[divan::bench]
fn page_of_500_messages(bencher: Bencher<'_, '_>) {
    let body = pages::page(500);
    bencher
        .counter(BytesCount::of_slice(&body))
        .bench(|| conversation_page(200, black_box(&body)).expect("a page"));
}

#[divan::bench]
fn list_of_1000_people(bencher: Bencher<'_, '_>) {
    let people: Vec<Value> = (0..1000)
        .map(|index| {
            let digits = format!("447700{index:06}");
            json!({
                "user_id": digits,
                "channel_user_id": digits,
                "user_name": format!("Sara Al-Mutairi {index}"),
                "channel": "whatsapp",
                "attributes": { "city": "London", "feedback": "1", "orders": index },
            })
        })
        .collect();
    let answer = json!({ "responseObject": people, "status": { "code": 1000, "desc": "SUCCESS" } });
    let body = answer.to_string().into_bytes();
    bencher
        .counter(BytesCount::of_slice(&body))
        .bench(|| users(200, black_box(&body)).expect("people"));
}
