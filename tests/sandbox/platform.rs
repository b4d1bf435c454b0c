//! Key, identity, users, conversations and the start of the sandbox.

use std::collections::HashSet;
use std::net::SocketAddr;

use alertdesk::sandbox::{BoundSandbox, SandboxConfig, SandboxError};
use reqwest::{Method, StatusCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{ARJUN, Lab, SARA, reply, start_time};

fn names(list: &Value) -> Vec<&str> {
    let list = list["responseObject"].as_array().unwrap();
    list.iter()
        .filter_map(|user| user["user_name"].as_str())
        .collect()
}

#[test]
fn it_listens_on_loopback_only() {
    let mut config = SandboxConfig::new(start_time());
    config.listen = SocketAddr::from(([0, 0, 0, 0], 0));
    let error = BoundSandbox::bind(config).unwrap_err();
    assert!(matches!(error, SandboxError::NotLoopback(_)), "{error}");
}

#[test]
fn the_announcement_has_the_fixed_fields_in_order() {
    let bound = BoundSandbox::bind(SandboxConfig::new(start_time())).unwrap();
    let line = serde_json::to_string(&bound.announcement()).unwrap();
    let url = format!(
        "{{\"listening\":\"http://{}\",\"customer_id\":",
        bound.address()
    );
    assert!(line.starts_with(&url), "{line}");
    assert!(
        line.ends_with("\"busiest_user\":\"447700900412\"}"),
        "{line}"
    );
}

#[tokio::test]
async fn serving_ends_with_the_shutdown() {
    let bound = BoundSandbox::bind(SandboxConfig::new(start_time())).unwrap();
    bound.serve(std::future::ready(())).await.unwrap();
}

#[rstest]
#[case(None)]
#[case(Some("Basic wrong"))]
#[case(Some("Bearer 00000000-0000-4000-8000-000000000000-ABCDEFG"))]
#[tokio::test]
async fn a_wrong_key_is_refused(#[case] key: Option<&str>) {
    let lab = Lab::start();
    let path = lab.path(
        "bot-api/v1.0",
        "users?attribute_name=city&attribute_value=London",
    );
    let mut request = lab.bare(Method::GET, &path);
    if let Some(key) = key {
        request = request.header("Authorization", key);
    }
    let reply = reply(request).await.unwrap();
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert_eq!(reply.json()["status"], 401);
    assert_eq!(reply.json()["type"], "about:blank");
}

#[rstest]
#[case(
    "/bot-api/v1.0/customer/99002/bot/00aa11bb22cc33dd/users?attribute_name=a&attribute_value=b"
)]
#[case(
    "/bot-api/v1.0/customer/99001/bot/ffaa11bb22cc33dd/users?attribute_name=a&attribute_value=b"
)]
#[case("/bot-api/v1.0/customer/99001/bot/00aa11bb22cc33dd/nothing")]
#[tokio::test]
async fn another_customer_or_bot_or_path_is_not_found(#[case] path: &str) {
    let reply = Lab::start().get(path).await;
    assert_eq!(reply.status, StatusCode::NOT_FOUND);
    assert_eq!(reply.json()["status"], 404);
}

#[tokio::test]
async fn a_wrong_method_is_a_problem() {
    let lab = Lab::start();
    let reply = lab.get(&lab.path("whatsapp-api/v1.0", "template")).await;
    assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(reply.json()["status"], 405);
}

#[rstest]
#[case("city", "London", 24)]
#[case("user.city", "London", 24)]
#[case("city", "london", 0)]
#[case("channel", "whatsapp", 46)]
#[case("user.user_name", "Sara%20Al-Mutairi", 1)]
#[case("First%20Name", "Sara", 1)]
#[case("user.phone_no", "%2B447700900412", 1)]
#[case("user.phone_no", "447700900412", 1)]
#[case("label", "trade", 7)]
#[case("unheard_of", "x", 0)]
#[tokio::test]
async fn users_are_found_by_attribute(
    #[case] name: &str,
    #[case] value: &str,
    #[case] count: usize,
) {
    let reply = Lab::start().users(name, value).await;
    assert_eq!(reply.code(), 1000);
    assert_eq!(
        reply.json()["responseObject"].as_array().unwrap().len(),
        count
    );
}

#[tokio::test]
async fn a_user_has_the_shape_of_the_platform() {
    let json = Lab::start().users("name", "Sara%20Al-Mutairi").await.json();
    let sara = &json["responseObject"][0];
    assert_eq!(sara["user_id"], SARA);
    assert_eq!(sara["channel_user_id"], SARA);
    assert_eq!(sara["phone"], "+447700900412");
    assert_eq!(sara["attributes"]["city"], "London");
    assert_eq!(sara["attributes"]["label"], "gold");
    assert_eq!(sara["last_message_at"], "2026/10/22 09:44:00.000+0000");
}

#[tokio::test]
async fn the_people_have_many_scripts_and_one_has_no_name() {
    let lab = Lab::start();
    let json = lab.users("city", "London").await.json();
    let names = names(&json);
    assert_eq!(names.len(), 23);
    for name in ["山田 花子", "अंजलि शर्मा", "يوسف حداد", "Léa Martin"]
    {
        assert!(names.contains(&name), "{name}");
    }
}

#[tokio::test]
async fn users_without_a_question_is_a_problem() {
    let lab = Lab::start();
    let reply = lab.get(&lab.path("bot-api/v1.0", "users")).await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
}

#[rstest]
#[case(500)]
#[case(499)]
#[case(50)]
#[case(1000)]
#[tokio::test]
async fn paging_yields_every_message_once(#[case] size: usize) {
    let lab = Lab::with(|config| config.messages = 3000);
    let mut seen = HashSet::new();
    let mut total = 0;
    for page in 1.. {
        let query = format!("?page_number={page}&page_size={size}");
        let messages = lab.messages(SARA, &query).await;
        total += messages.len();
        seen.extend(messages.iter().map(|message| {
            let key = ["timestamp", "sender", "message_type", "response"];
            key.map(|key| message[key].to_string()).join("|")
        }));
        if messages.len() < size {
            break;
        }
    }
    assert_eq!(total, 3000);
    assert_eq!(seen.len(), 3000);
}

#[tokio::test]
async fn the_first_page_is_the_newest_slice_oldest_first() {
    let lab = Lab::start();
    let newest = lab.messages(SARA, "?page_size=2").await;
    assert_eq!(newest[1]["response"], "Is that possible?");
    assert_eq!(newest[1]["timestamp"], "2026/10/22 09:44:00.000+0000");
    assert_eq!(newest[0]["response"], "सुबह 10 बजे के बाद आइए, मैं घर पर हूँ");
    let whole = lab.messages(SARA, "").await;
    assert_eq!(whole.len(), 120);
    assert_eq!(whole[119], newest[1]);
}

#[tokio::test]
async fn a_date_range_limits_the_conversation() {
    let lab = Lab::start();
    let now = start_time().as_millisecond();
    let query = format!(
        "?start_date={}&end_date={}",
        now - 6 * 60_000,
        now - 5 * 60_000
    );
    assert_eq!(lab.messages(SARA, &query).await.len(), 2);
    assert_eq!(
        lab.messages(SARA, "?start_date=&end_date=").await.len(),
        120
    );
    let reply = lab.conversation(SARA, "?start_date=yesterday").await;
    assert_eq!(reply.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_unknown_user_is_not_found_and_a_quiet_one_is_empty() {
    let lab = Lab::start();
    assert_eq!(
        lab.conversation("447700900999", "").await.status,
        StatusCode::NOT_FOUND
    );
    assert!(lab.messages("447700900047", "").await.is_empty());
}

#[tokio::test]
async fn every_message_type_is_there() {
    let lab = Lab::with(|config| config.messages = 3000);
    let messages = lab.messages(SARA, "?page_size=3000").await;
    let of = |kind: &str| {
        let found = messages
            .iter()
            .find(|message| message["message_type"] == kind);
        found.unwrap_or_else(|| panic!("no {kind}")).clone()
    };
    for kind in [
        "TEXT", "VOICE", "LOCATION", "IMAGE", "VIDEO", "AUDIO", "DOCUMENT",
    ] {
        of(kind);
    }
    assert!(of("OPTIONS")["response"].as_str().unwrap().starts_with('['));
    assert!(of("CATALOGUE_CARD")["file"].is_null());
    let file = of("FILE_RECEIVED");
    assert!(
        file["response"]
            .as_str()
            .unwrap()
            .starts_with("User uploaded ")
    );
    assert_eq!(file["file"]["mimeType"], "image/jpeg");
    assert!(
        file["file"]["url"]
            .as_str()
            .unwrap()
            .ends_with(".jpg-AB1CD.jpg")
    );
    let joined: Value = serde_json::from_str(
        of("AGENT_PARTICIPATION_STATUS")["response"]
            .as_str()
            .unwrap(),
    )
    .unwrap();
    assert!(
        joined["PARTICIPATION_MESSAGE"]
            .as_str()
            .unwrap()
            .starts_with("<strong>")
    );
    assert!(
        messages
            .iter()
            .any(|one| one["response"].as_str().unwrap().contains('\u{202e}'))
    );
    assert!(
        messages
            .iter()
            .any(|one| one["response"].as_str().unwrap().contains('\u{1b}'))
    );
    assert!(
        messages
            .iter()
            .any(|one| !one["timestamp"].as_str().unwrap().ends_with("+0000"))
    );
}

#[tokio::test]
async fn a_customer_can_be_made_to_write_now() {
    let lab = Lab::start();
    let text = format!("{{\"user\":\"+{ARJUN}\",\"text\":\"One more thing\"}}");
    let request = lab.bare(Method::POST, "/_sandbox/message");
    let reply = reply(
        request
            .header("Content-Type", "application/json")
            .body(text),
    )
    .await;
    assert_eq!(reply.unwrap().status, StatusCode::NO_CONTENT);
    let last = lab.messages(ARJUN, "?page_size=1").await;
    assert_eq!(last[0]["response"], "One more thing");
    assert_eq!(last[0]["sender"], "user");
}

#[tokio::test]
async fn files_are_given_out_without_a_key_and_every_fetch_is_noted() {
    let lab = Lab::start();
    let messages = lab.messages(SARA, "?page_size=40").await;
    let urls = messages
        .iter()
        .filter_map(|message| message["file"]["url"].as_str())
        .filter_map(|url| url.strip_prefix("OWN"));
    let urls: Vec<_> = urls.collect();
    assert!(!urls.is_empty());
    assert_eq!(lab.inspect("media").await, json!([]));
    for url in &urls {
        let reply = reply(lab.bare(Method::GET, url)).await;
        assert!(
            reply.is_ok_and(|reply| reply.status == StatusCode::OK),
            "{url}"
        );
    }
    let noted = lab.inspect("media").await;
    assert_eq!(noted.as_array().unwrap().len(), urls.len());
    assert_eq!(noted[0]["with_key"], false);
    assert_eq!(
        format!("/media/{}", noted[0]["name"].as_str().unwrap()),
        urls[0]
    );
}

#[tokio::test]
async fn the_same_seed_gives_the_same_answers() {
    let (one, two) = (Lab::start(), Lab::start());
    let other = Lab::with(|config| config.seed = 2);
    let text = one.conversation(SARA, "").await.text;
    assert_eq!(text, two.conversation(SARA, "").await.text);
    assert_ne!(text, other.conversation(SARA, "").await.text);
}
