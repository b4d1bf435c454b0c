//! Broadcasts, CSV uploads and flows.

use alertdesk::sandbox::EXAMPLE_FLOWS;
use reqwest::{Method, StatusCode, multipart};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{ARJUN, Lab, Reply, SARA, payload, reply, slots};

const CALLBACK: &str = "0123456789ABCDEF0123456789ABCDEF";

fn direct(text: &str) -> Value {
    json!({
        "broadcastId": null, "broadcastTitle": "Notice", "publishedOn": "2026-01-01T09:00:00.000Z",
        "audience": { "rule": { "channels": ["whatsapp"], "channelUserIds": [SARA, ARJUN] } },
        "payload": { "type": "direct",
            "content": [ { "type": "text", "data": { "message": text } } ] },
        "status": null,
    })
}

fn wrapper(payload: &Value) -> Value {
    let mut request = direct("");
    request["payload"] = json!({ "type": "whatsapp_template", "campaignKey": null, "content": [ {
        "type": "template", "data": null, "flowKey": null, "attributes": null,
        "template": { "payload": payload, "targetWhatsappNumber": "{{phone_no}}" } } ] });
    request
}

async fn broadcast(lab: &Lab, request: &Value) -> Reply {
    lab.post(&lab.path("bot-api/v1.0", "broadcast"), request)
        .await
}

async fn last(lab: &Lab, user: &str) -> String {
    lab.messages(user, "?page_size=1").await[0]["response"]
        .as_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn a_past_broadcast_is_published_at_once() {
    let lab = Lab::start();
    let reply = broadcast(&lab, &direct("We are closed on Friday")).await;
    assert_eq!(reply.json()["responseObject"], true);
    assert_eq!(reply.code(), 1000);
    assert_eq!(last(&lab, SARA).await, "We are closed on Friday");
    assert_eq!(lab.accepted(ARJUN).await, 1);
    let stored = lab.inspect("broadcasts").await;
    assert_eq!(stored[0]["published"], true);
    assert_eq!(stored[0]["recipients"], json!([SARA, ARJUN]));
}

#[tokio::test]
async fn a_future_broadcast_waits_until_it_is_due() {
    let lab = Lab::start();
    let mut request = direct("Later");
    request["publishedOn"] = "2030-01-01T09:00:00.000Z".into();
    broadcast(&lab, &request).await;
    request["publishedOn"] = "2026-10-22T09:47:01.500Z".into();
    request["payload"]["content"][0]["data"]["message"] = "Soon".into();
    broadcast(&lab, &request).await;
    assert_eq!(last(&lab, SARA).await, "Is that possible?");
    while last(&lab, SARA).await != "Soon" {
        tokio::task::yield_now().await;
    }
    let stored = lab.inspect("broadcasts").await;
    assert_eq!(
        (&stored[0]["published"], &stored[1]["published"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(lab.accepted(SARA).await, 2);
}

#[tokio::test]
async fn the_inner_template_is_checked() {
    let lab = Lab::start();
    assert_eq!(broadcast(&lab, &wrapper(&slots("Sara"))).await.code(), 1000);
    assert!(
        last(&lab, ARJUN)
            .await
            .starts_with("Hello Sara, our next free")
    );
    let wrong = payload("fitting_slots", "en", &json!([]));
    assert_eq!(broadcast(&lab, &wrapper(&wrong)).await.errors(), [132_000]);
    assert_eq!(lab.accepted(ARJUN).await, 1);
}

#[rstest]
#[case("/broadcastTitle", json!(""))]
#[case("/broadcastId", json!("7"))]
#[case("/publishedOn", json!("tomorrow"))]
#[case("/audience/rule/channels", json!([]))]
#[case("/audience/rule/channelUserIds", json!([]))]
#[case("/audience/rule/channelUserIds", json!(["+447700900412"]))]
#[case("/payload/type", json!("letter"))]
#[case("/payload/content", json!([]))]
#[case("/payload/content/0/data/message", json!(" "))]
#[case("/status", json!("LATER"))]
#[tokio::test]
async fn a_malformed_broadcast_is_a_problem(#[case] place: &str, #[case] value: Value) {
    let lab = Lab::start();
    let mut request = direct("Hello");
    *request.pointer_mut(place).unwrap() = value;
    assert_eq!(
        broadcast(&lab, &request).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(lab.accepted(SARA).await, 0);
}

#[tokio::test]
async fn the_letter_case_matters_only_when_strict() {
    let mut upper = direct("Hello");
    upper["payload"]["type"] = "DIRECT".into();
    upper["payload"]["content"][0]["type"] = "TEXT".into();
    let mut lower = direct("Hello");
    lower["status"] = "scheduled".into();
    let (lenient, strict) = (Lab::start(), Lab::with(|config| config.strict = true));
    for request in [upper, lower] {
        assert_eq!(broadcast(&lenient, &request).await.code(), 1000);
        assert_eq!(
            broadcast(&strict, &request).await.status,
            StatusCode::BAD_REQUEST
        );
    }
    assert_eq!(
        lenient.inspect("broadcasts").await[0]["sent_type"],
        "DIRECT"
    );
    let mut exact = direct("Hello");
    exact["status"] = "SCHEDULED".into();
    assert_eq!(broadcast(&strict, &exact).await.code(), 1000);
}

async fn upload(lab: &Lab, csv: impl Into<Vec<u8>>) -> Reply {
    let components = json!([{ "type": "body", "parameters": [
        { "type": "text", "text": "{{user.attribute_0}}" },
        { "type": "text", "text": "{{user.attribute_1}}" } ] }]);
    let form = multipart::Form::new()
        .part(
            "target_audience",
            multipart::Part::bytes(csv.into()).file_name("audience.csv"),
        )
        .text(
            "template_payload",
            payload("fitting_slots", "en", &components).to_string(),
        );
    let path = lab.path(
        "whatsapp-api/v1.0",
        "external/broadcast?broadcast_id=August%20notice",
    );
    reply(lab.request(Method::POST, &path).multipart(form))
        .await
        .unwrap()
}

#[tokio::test]
async fn a_csv_reaches_known_users_only() {
    let lab = Lab::start();
    let reply = upload(
        &lab,
        "user.phone_number,user.attribute_0,user.attribute_1\n\
         +447700900412,Sara,\"Mon, Tue\"\n+447700900999,Nobody,Mon\n",
    )
    .await;
    assert_eq!(reply.code(), 1000);
    assert!(last(&lab, SARA).await.contains("are on Mon, Tue."));
    let accepted = lab.inspect("accepted").await;
    assert_eq!(accepted["recipients"], json!({ SARA: 1 }));
    assert_eq!(accepted["total"], 1);
    assert_eq!(accepted["dropped"], json!({ "447700900999": 1 }));
    let line = &lab.inspect("requests").await[0];
    assert_eq!(line["recipients"], json!([SARA, "447700900999"]));
}

#[rstest]
#[case("phone,a,b\n+447700900412,c,d\n", 2005)]
#[case(
    "user.phone_number,user.attribute_0,user.attribute_1\n447700900412,c,d\n",
    2005
)]
#[case(
    "user.phone_number,user.attribute_0,user.attribute_1\n+447700900412,c\n",
    2005
)]
#[case("user.phone_number\n", 2005)]
#[case("\u{0}", 2005)]
#[tokio::test]
async fn a_bad_csv_has_its_code(#[case] csv: &str, #[case] code: i64) {
    let lab = Lab::start();
    assert_eq!(upload(&lab, csv).await.code(), code);
    assert_eq!(lab.accepted(SARA).await, 0);
}

#[tokio::test]
async fn a_large_csv_and_a_template_that_fits_no_row_are_refused() {
    let lab = Lab::start();
    assert_eq!(
        upload(&lab, vec![b'a'; 5 * 1024 * 1024 + 1]).await.code(),
        2006
    );
    let short = "user.phone_number,user.attribute_0\n+447700900412,\n";
    assert_eq!(upload(&lab, short).await.errors(), [131_008]);
}

async fn flow(lab: &Lab, version: &str, rest: &str, body: &Value) -> Reply {
    lab.post(
        &lab.path(&format!("bot-api/{version}"), &format!("flow/{rest}")),
        body,
    )
    .await
}

#[tokio::test]
async fn the_first_version_reads_the_query_and_the_others_the_body() {
    let lab = Lab::start();
    let query = format!("{CALLBACK}?user.phone_no={SARA}&order=88213&best_time=9%3A00");
    let body = json!({ "user.channel": "whatsapp", "user.phone_no": SARA, "order": "88213" });
    assert_eq!(
        flow(&lab, "v1.0", &query, &json!({})).await.json(),
        json!({"responseObject": true})
    );
    assert_eq!(
        last(&lab, SARA).await,
        "[callback_offer] order=88213 best_time=9:00"
    );
    assert_eq!(
        flow(&lab, "v2.0", CALLBACK, &body).await.status,
        StatusCode::OK
    );
    assert_eq!(
        flow(&lab, "v3.0", CALLBACK, &body).await.status,
        StatusCode::OK
    );
    // Mixed up, the recipient is missing.
    assert_eq!(
        flow(&lab, "v1.0", CALLBACK, &body).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        flow(&lab, "v2.0", &query, &json!({})).await.status,
        StatusCode::BAD_REQUEST
    );
    // With the recipient in the query, the other attributes are missing.
    let phone = format!("{CALLBACK}?user.phone_no={SARA}");
    assert_eq!(
        flow(&lab, "v1.0", &phone, &body).await.status,
        StatusCode::OK
    );
    let starts = lab.inspect("flows").await;
    assert_eq!(starts[0]["missing"], json!([]));
    assert_eq!(starts[1]["missing"], json!(["best_time"]));
    assert_eq!(starts[3]["missing"], json!(["order", "best_time"]));
    assert_eq!(lab.accepted(SARA).await, 4);
}

#[tokio::test]
async fn an_unknown_flow_is_not_found_in_any_other_letter_case_either() {
    let lab = Lab::start();
    let body = json!({ "user.phone_no": SARA });
    for key in [CALLBACK.to_lowercase(), "F".repeat(32)] {
        let reply = flow(&lab, "v2.0", &key, &body).await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND);
        assert_eq!(reply.json()["detail"], "Flow not found");
    }
    assert_eq!(
        flow(&lab, "v4.0", CALLBACK, &body).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_flow_creates_the_user() {
    let lab = Lab::start();
    let body = json!({ "user.phone_no": "447700900999", "order": "1", "best_time": "noon" });
    flow(&lab, "v2.0", CALLBACK, &body).await;
    let found = lab.users("user.user_name", "447700900999").await.json();
    assert_eq!(
        found["responseObject"][0]["attributes"]["best_time"],
        "noon"
    );
    assert_eq!(
        last(&lab, "447700900999").await,
        "[callback_offer] order=1 best_time=noon"
    );
}

#[test]
fn the_flow_assets_have_the_shape_of_the_registry() {
    let flows: Vec<Value> = serde_json::from_str(EXAMPLE_FLOWS).unwrap();
    assert!(flows.len() >= 3);
    for flow in flows {
        let key = flow["key"].as_str().unwrap();
        assert_eq!(key.len(), 32);
        assert!(
            key.bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'F')),
            "{key}"
        );
        assert!(flow["name"].is_string() && flow["required"].is_array());
    }
}
