//! Every check a template request must pass, and the example payloads.

use std::collections::HashSet;
use std::path::Path;

use alertdesk::sandbox::{EXAMPLE_PAYLOADS, EXAMPLE_TEMPLATES};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Lab, SARA, body, payload, reply, slots};

fn image() -> Value {
    json!({ "type": "header", "parameters": [
        { "type": "image", "image": { "link": "https://img.fernoak.example/a.jpg" } } ] })
}

fn button(sub_type: &str, index: &Value, parameter: &Value) -> Value {
    json!({ "type": "button", "sub_type": sub_type, "index": index, "parameters": [parameter] })
}

fn text(value: &str) -> Value {
    json!({ "type": "text", "text": value })
}

#[tokio::test]
async fn an_accepted_template_has_a_message_id_and_is_in_the_conversation() {
    let lab = Lab::start();
    let reply = lab.template("+447700900412", &slots("Sara")).await.unwrap();
    assert_eq!(reply.code(), 1000);
    let id = reply.json()["responseObject"]["message_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(id.starts_with("wamid."), "{id}");
    let last = lab.messages(SARA, "?page_size=1").await;
    let said = last[0]["response"].as_str().unwrap();
    assert!(
        said.starts_with("Hello Sara, our next free fitting slots"),
        "{said}"
    );
    assert_eq!(last[0]["sender"], "bot");
    assert_eq!(lab.accepted(SARA).await, 1);
    // Without the plus sign it is the same person.
    assert_eq!(
        lab.template(SARA, &slots("Sara")).await.unwrap().code(),
        1000
    );
    assert_eq!(lab.accepted(SARA).await, 2);
}

#[rstest]
#[case::unknown_name(payload("no_such", "en", &json!([])), 132_001)]
#[case::unknown_language(payload("winter_hours", "en_US", &json!([])), 132_001)]
#[case::no_language(json!({ "name": "winter_hours", "components": [] }), 132_001)]
#[case::too_few(payload("fitting_slots", "en", &json!([body(&["Sara"])])), 132_000)]
#[case::too_many(payload("winter_hours", "en", &json!([body(&["Sara"])])), 132_000)]
#[case::no_body(payload("fitting_slots", "en", &json!([])), 132_000)]
#[case::header_text_missing(
    payload("repair_slots", "en", &json!([body(&["a", "b", "c"])])), 132_000)]
#[case::header_not_expected(
    payload("fitting_slots", "en", &json!([image(), body(&["a", "b"])])), 132_000)]
#[case::header_media_missing(
    payload("delivery_note", "en", &json!([body(&["a", "b", "c"])])), 132_012)]
#[case::header_of_another_kind(
    payload("invoice_ready", "en", &json!([image(), body(&["a", "b", "c"])])), 132_012)]
#[case::header_without_link(payload("delivery_note", "en", &json!([
    { "type": "header", "parameters": [ { "type": "image", "image": {} } ] },
    body(&["a", "b", "c"])])), 131_008)]
#[case::media_in_the_body(payload("login_code", "en", &json!([
    { "type": "body", "parameters": [ { "type": "image", "image": { "link": "x" } } ] },
    button("url", &json!(0), &text("1"))])), 132_012)]
#[case::empty(payload("fitting_slots", "en", &json!([body(&["Sara", "  "])])), 131_008)]
#[case::newline(slots("Sa\nra"), 132_018)]
#[case::tab(slots("Sa\tra"), 132_018)]
#[case::five_spaces(slots("Sa     ra"), 132_018)]
#[case::too_long(slots(&"x".repeat(1000)), 132_005)]
#[case::url_button_missing(payload("order_tracking", "en", &json!([body(&["a", "b"])])), 132_000)]
#[case::static_button_filled(payload("order_tracking", "en", &json!([
    body(&["a", "b"]), button("url", &json!(0), &text("1")),
    button("url", &json!(1), &text("1"))])), 132_000)]
#[case::button_of_another_type(payload("order_tracking", "en", &json!([
    body(&["a", "b"]), button("quick_reply", &json!(1), &text("1"))])), 132_012)]
#[case::button_without_type(payload("order_tracking", "en", &json!([
    body(&["a", "b"]), { "type": "button", "index": 1, "parameters": [text("1")] }])), 132_012)]
#[case::coupon_too_long(payload("autumn_sale", "en", &json!([
    image(), body(&["a", "b"]),
    { "type": "limited_time_offer", "parameters": [ { "type": "limited_time_offer",
        "limited_time_offer": { "expiration_time_ms": 1_893_488_400_000_i64 } } ] },
    button("copy_code", &json!(0),
        &json!({ "type": "coupon_code", "coupon_code": "SAVE2000000000000" }))])), 131_009)]
#[case::offer_missing(payload("autumn_sale", "en", &json!([
    image(), body(&["a", "b"]),
    button("copy_code", &json!(0),
        &json!({ "type": "coupon_code", "coupon_code": "OAK20" }))])), 132_000)]
#[case::cards_missing(payload("new_arrivals", "en", &json!([body(&["a"]),
    { "type": "carousel", "cards": [] }])), 132_000)]
#[case::card_parameters(payload("new_arrivals", "en", &json!([body(&["a"]),
    { "type": "carousel", "cards": [
        { "card_index": 0, "components": [image(), body(&["a", "b"])] },
        { "card_index": 1, "components": [image(), body(&["a"])] },
        { "card_index": 2, "components": [image(), body(&["a", "b"])] } ] }])), 132_000)]
#[case::positional_for_named(
    payload("welcome_named", "en", &json!([body(&["a", "b"])])), 132_012)]
#[case::unknown_component(
    payload("winter_hours", "en", &json!([{ "type": "sticker" }])), 131_009)]
#[tokio::test]
async fn a_template_that_does_not_fit_is_refused(#[case] payload: Value, #[case] code: i64) {
    let lab = Lab::start();
    let reply = lab.template("+447700900412", &payload).await.unwrap();
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.code(), 2000);
    assert_eq!(reply.json()["status"]["desc"], "FAILURE");
    assert!(reply.errors().contains(&code), "{}", reply.text);
    let first = &reply.json()["responseObject"]["errors"][0];
    assert!(first["title"].is_string() && first["details"].is_string());
    assert_eq!(lab.accepted(SARA).await, 0);
}

#[rstest]
#[case(payload("no_such", "en", &json!([])), 2001)]
#[case(payload("fitting_slots", "en", &json!([body(&["Sara"])])), 2000)]
#[case(payload("delivery_note", "en", &json!([body(&["a", "b", "c"])])), 2012)]
#[tokio::test]
async fn the_old_numbers_can_be_asked_for(#[case] payload: Value, #[case] code: i64) {
    let lab = Lab::faulty("template:onprem");
    let reply = lab.template("+447700900412", &payload).await.unwrap();
    assert_eq!(reply.errors(), [code]);
}

#[tokio::test]
async fn a_button_index_may_be_text_and_a_quick_reply_may_be_left_out() {
    let lab = Lab::start();
    let tracked = payload(
        "order_tracking",
        "en",
        &json!([
            body(&["a", "b"]),
            button("url", &json!("1"), &text("90117"))
        ]),
    );
    let replaced = payload("order_replacement", "en", &json!([body(&["a", "b", "c"])]));
    for payload in [tracked, replaced] {
        assert_eq!(
            lab.template("+447700900412", &payload)
                .await
                .unwrap()
                .code(),
            1000
        );
    }
}

#[rstest]
#[case("{ not json")]
#[case("[]")]
#[case("{\"payload\":{}}")]
#[case("{\"phoneNumber\":\"+447700900412\"}")]
#[case("{\"phoneNumber\":\"Sara\",\"payload\":{}}")]
#[tokio::test]
async fn a_malformed_request_is_a_problem(#[case] text: &'static str) {
    let lab = Lab::start();
    let request = lab
        .request(Method::POST, &lab.path("whatsapp-api/v1.0", "template"))
        .body(text);
    let reply = reply(request).await.unwrap();
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    assert_eq!(reply.json()["status"], 400);
}

#[tokio::test]
async fn media_that_cannot_be_fetched_is_accepted_and_never_arrives() {
    let lab = Lab::start();
    let header = json!({ "type": "header", "parameters": [
        { "type": "image", "image": { "link": "http://img.fernoak.example/a.jpg" } } ] });
    let payload = payload(
        "delivery_note",
        "en",
        &json!([header, body(&["a", "b", "c"])]),
    );
    assert_eq!(
        lab.template("+447700900412", &payload)
            .await
            .unwrap()
            .code(),
        1000
    );
    let accepted = lab.inspect("accepted").await;
    assert_eq!(accepted["recipients"][SARA], 1);
    assert_eq!(accepted["undelivered"][SARA], 1);
}

#[tokio::test]
async fn every_template_has_an_example_payload_the_platform_accepts() {
    let lab = Lab::start();
    let templates: Vec<Value> = serde_json::from_str(EXAMPLE_TEMPLATES).unwrap();
    let mut missing: HashSet<_> = templates
        .iter()
        .map(|one| (one["name"].clone(), one["language"].clone()))
        .collect();
    assert!(missing.len() >= 8);
    for text in EXAMPLE_PAYLOADS {
        let payload: Value = serde_json::from_str(text).unwrap();
        let reply = lab.template("+447700900118", &payload).await.unwrap();
        assert_eq!(reply.code(), 1000, "{text}: {}", reply.text);
        missing.remove(&(payload["name"].clone(), payload["language"]["code"].clone()));
    }
    assert!(missing.is_empty(), "{missing:?}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sandbox/payloads");
    assert_eq!(
        std::fs::read_dir(folder).unwrap().count(),
        EXAMPLE_PAYLOADS.len()
    );
}
