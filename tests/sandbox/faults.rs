//! Every fault as a client sees it, and that acceptance is counted as each fault says.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{ARJUN, Lab, Reply, SARA, reply, slots};

async fn send(lab: &Lab) -> reqwest::Result<Reply> {
    lab.template("+447700900412", &slots("Sara")).await
}

async fn answered(spec: &str, accepted: u64) -> Reply {
    let lab = Lab::faulty(spec);
    let reply = send(&lab).await.unwrap();
    assert_eq!(lab.accepted(SARA).await, accepted, "{spec}");
    reply
}

#[rstest]
#[case("template:status=503", 503, None)]
#[case("sends:status=429+retry-after=2", 429, Some("2"))]
#[case("all:status=503+retry-after=garbage", 503, Some("soon"))]
#[case(
    "template:status=425+retry-after=date",
    425,
    Some("Thu, 22 Oct 2026 09:47:")
)]
#[case("template:status=403", 403, None)]
#[tokio::test]
async fn an_http_status_is_not_accepted(
    #[case] spec: &str,
    #[case] status: u16,
    #[case] wait: Option<&str>,
) {
    let reply = answered(spec, 0).await;
    assert_eq!(reply.status, status);
    assert_eq!(reply.json()["status"], status);
    let header = reply
        .headers
        .get("retry-after")
        .map(|value| value.to_str().unwrap());
    assert_eq!(header.is_some(), wait.is_some());
    assert!(
        header
            .unwrap_or_default()
            .starts_with(wait.unwrap_or_default()),
        "{header:?}"
    );
}

#[tokio::test]
async fn in_body_refusals_are_not_accepted() {
    let reply = answered("template:code=2003", 0).await;
    assert_eq!((reply.status, reply.code()), (StatusCode::OK, 2003));
    assert_eq!(reply.json()["status"]["desc"], "BOT_NOT_FOUND");
    assert_eq!(
        answered("template:error=132001", 0).await.errors(),
        [132_001]
    );
    assert_eq!(
        answered("template:error=132001,template:onprem", 0)
            .await
            .errors(),
        [2001]
    );
}

#[tokio::test]
async fn spoiled_answers_are_accepted_all_the_same() {
    let reply = answered("template:html", 1).await;
    assert!(reply.text.starts_with("<!DOCTYPE html>"));
    assert_eq!(answered("template:empty", 1).await.text, "");
    assert!(serde_json::from_str::<Value>(&answered("template:not-json", 1).await.text).is_err());
    let reply = answered("template:wrong-type", 1).await;
    assert_eq!(reply.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(reply.code(), 1000);
    let reply = answered("template:late-500", 1).await;
    assert_eq!(reply.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(
        answered("template:no-status", 1)
            .await
            .json()
            .get("status")
            .is_none()
    );
    let reply = answered("template:unknown-fields", 1).await;
    assert_eq!(reply.code(), 1000);
    assert!(reply.json().get("traceId").is_some());
    let text = answered("template:duplicate-status", 1).await.text;
    assert_eq!(text.matches("\"status\":").count(), 2, "{text}");
    assert!(serde_json::from_str::<Value>(&text).is_ok(), "{text}");
    let page = answered("template:status=502+html", 0).await;
    assert_eq!(page.status, StatusCode::BAD_GATEWAY);
    assert!(page.text.starts_with("<!DOCTYPE html>"));
}

#[rstest]
#[case("template:close-before", 0)]
#[case("template:close-before@=447700900412", 0)]
#[case("template:close-after", 1)]
#[case("template:reset", 1)]
#[case("template:truncated", 1)]
#[tokio::test]
async fn broken_connections_give_no_answer(#[case] spec: &str, #[case] accepted: u64) {
    let lab = Lab::faulty(spec);
    let error = send(&lab).await.unwrap_err();
    assert!(!error.is_timeout() && !error.is_connect(), "{error:?}");
    assert_eq!(lab.accepted(SARA).await, accepted);
    let line = &lab.inspect("requests").await[0];
    let status = if spec.contains("truncated") {
        json!(200)
    } else {
        json!("fault")
    };
    assert_eq!(line["status"], status);
}

#[tokio::test]
async fn a_reset_is_seen_as_a_reset() {
    let error = send(&Lab::faulty("template:reset")).await.unwrap_err();
    assert!(
        format!("{error:?}").contains("ConnectionReset"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_hanging_call_is_accepted_and_never_answered() {
    let lab = Lab::faulty("template:hang");
    let waiting = tokio::time::timeout(Duration::from_millis(300), send(&lab)).await;
    assert!(waiting.is_err());
    assert_eq!(lab.accepted(SARA).await, 1);
    assert_eq!(lab.inspect("requests").await[0]["status"], "fault");
}

#[tokio::test]
async fn slow_answers_arrive() {
    for spec in ["template:drip=1", "template:delay=60"] {
        let began = tokio::time::Instant::now();
        assert_eq!(answered(spec, 1).await.code(), 1000);
        assert!(began.elapsed() >= Duration::from_millis(60), "{spec}");
    }
}

#[tokio::test]
async fn a_huge_body_is_over_forty_megabytes() {
    let reply = answered("template:huge", 1).await;
    assert!(reply.text.len() > 40 * 1024 * 1024);
    assert!(reply.text.starts_with("{\"responseObject\":\"aaa"));
    assert!(reply.text.ends_with("}}"));
}

#[tokio::test]
async fn a_redirect_leads_into_a_trap() {
    let lab = Lab::faulty("template:redirect");
    let reply = send(&lab).await.unwrap();
    assert_eq!(reply.status, StatusCode::TEMPORARY_REDIRECT);
    assert_eq!(
        lab.inspect("trapped").await,
        json!({ "hits": 0, "with_key": 0 })
    );
    let target = reply.headers["location"].to_str().unwrap();
    assert!(target.ends_with("/_sandbox/trap"));
    lab.request(Method::POST, "/_sandbox/trap")
        .send()
        .await
        .unwrap();
    assert_eq!(
        lab.inspect("trapped").await,
        json!({ "hits": 1, "with_key": 1 })
    );
    assert_eq!(lab.accepted(SARA).await, 0);
}

#[tokio::test]
async fn undelivered_is_a_success_that_only_the_inspection_doubts() {
    let lab = Lab::faulty("template:undelivered");
    assert_eq!(send(&lab).await.unwrap().code(), 1000);
    let accepted = lab.inspect("accepted").await;
    assert_eq!(accepted["recipients"][SARA], 1);
    assert_eq!(accepted["undelivered"][SARA], 1);
}

#[tokio::test]
async fn the_platform_may_page_differently() {
    let normal = Lab::start();
    let newest = normal.messages(SARA, "?page_size=10&page_number=1").await;
    let second = normal.messages(SARA, "?page_size=10&page_number=2").await;
    let zero = Lab::faulty("conversations:page-base-0");
    assert_eq!(
        zero.messages(SARA, "?page_size=10&page_number=0").await,
        newest
    );
    assert_eq!(
        zero.messages(SARA, "?page_size=10&page_number=1").await,
        second
    );
    assert_eq!(zero.messages(SARA, "?page_size=10").await, newest);
    let ignoring = Lab::faulty("conversations:ignore-page");
    assert_eq!(
        ignoring.messages(SARA, "?page_size=10&page_number=7").await,
        newest
    );
    let oldest = Lab::faulty("reads:oldest-first");
    assert_eq!(
        oldest.messages(SARA, "?page_size=10&page_number=12").await,
        newest
    );
}

#[tokio::test]
async fn a_rule_hits_its_recipient_only() {
    let lab = Lab::faulty("template:close-after@=447700900118");
    assert_eq!(send(&lab).await.unwrap().code(), 1000);
    lab.template("+447700900118", &slots("Arjun"))
        .await
        .unwrap_err();
    assert_eq!(lab.accepted(ARJUN).await, 1);
}

#[tokio::test]
async fn a_rule_hits_its_calls_only() {
    let lab = Lab::faulty("template:status=500@#2,users:status=500@/2");
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(send(&lab).await.unwrap().status.as_u16());
        seen.push(lab.users("city", "London").await.status.as_u16());
    }
    assert_eq!(seen, [200, 200, 500, 500, 200, 200]);
}

#[tokio::test]
async fn a_share_of_the_calls_is_hit_the_same_way_every_time() {
    let run = || async {
        let lab = Lab::faulty("users:status=500@40%");
        let mut hits = Vec::new();
        for _ in 0..50 {
            hits.push(lab.users("city", "London").await.status.is_server_error());
        }
        hits
    };
    let hits = run().await;
    assert_eq!(hits, run().await);
    let count = hits.iter().filter(|hit| **hit).count();
    assert!((5..=35).contains(&count), "{count}");
}

#[tokio::test]
async fn the_plan_can_be_replaced_while_it_runs() {
    let lab = Lab::faulty("template:status=500");
    assert_eq!(
        send(&lab).await.unwrap().status,
        StatusCode::INTERNAL_SERVER_ERROR
    );
    let put = |spec: &'static str| reply(lab.bare(Method::PUT, "/_sandbox/faults").body(spec));
    let refused = put("template:hng").await.unwrap();
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(
        refused.text.contains("unknown fault \"hng\""),
        "{}",
        refused.text
    );
    assert_eq!(
        put("template:code=2004@#1").await.unwrap().status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(send(&lab).await.unwrap().code(), 2004);
    assert_eq!(send(&lab).await.unwrap().code(), 1000);
}

#[tokio::test]
async fn the_request_log_says_what_happened() {
    let lab = Lab::faulty("template:status=500@#1");
    send(&lab).await.unwrap();
    lab.users("city", "London").await;
    let log = lab.inspect("requests").await;
    assert_eq!(log.as_array().unwrap().len(), 2);
    assert_eq!(log[0]["n"], 1);
    assert_eq!(log[0]["method"], "POST");
    assert_eq!(log[0]["status"], 500);
    assert_eq!(log[0]["recipients"], json!([SARA]));
    assert_eq!(log[0]["faults"], json!(["status=500"]));
    assert_eq!(log[0]["body_sha256"].as_str().unwrap().len(), 64);
    assert_eq!(
        log[1]["query"],
        "attribute_name=city&attribute_value=London"
    );
    assert_eq!(log[1]["status"], 200);
}

/// Every endpoint obeys faults, not only templates.
#[rstest]
#[case(
    "users",
    Method::GET,
    "bot-api/v1.0",
    "users?attribute_name=city&attribute_value=London"
)]
#[case(
    "conversations",
    Method::GET,
    "bot-api/v1.0",
    "channel-user/447700900412/conversations"
)]
#[case("broadcast", Method::POST, "bot-api/v1.0", "broadcast")]
#[case(
    "flow",
    Method::POST,
    "bot-api/v2.0",
    "flow/0123456789ABCDEF0123456789ABCDEF"
)]
#[case("template", Method::POST, "whatsapp-api/v1.0", "template")]
#[case(
    "external",
    Method::POST,
    "whatsapp-api/v1.0",
    "external/broadcast?broadcast_id=a"
)]
#[tokio::test]
async fn every_endpoint_can_fail(
    #[case] endpoint: &str,
    #[case] method: Method,
    #[case] service: &str,
    #[case] rest: &str,
) {
    let lab = Lab::faulty(&format!(
        "{endpoint}:status=418@#1,{endpoint}:close-after@#2"
    ));
    let path = lab.path(service, rest);
    let first = reply(lab.request(method.clone(), &path)).await.unwrap();
    assert_eq!(first.status, StatusCode::IM_A_TEAPOT);
    reply(lab.request(method, &path)).await.unwrap_err();
}
