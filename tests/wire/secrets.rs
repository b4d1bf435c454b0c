//! The key is nowhere: not in Debug, not in errors, not in records, not in what a server echoes.

use super::support::{KEY, Server, answer};
use alertdesk::api::{
    ApiKey, ClassifierOptions, ReadClient, ReadClientConfig, SendClient, SendClientConfig,
    SendEndpoint, classify,
};
use alertdesk::contract::ApiRequest;
use alertdesk::domain::{BotTarget, FrozenRequest, RequestBody};

fn target(base_url: &str) -> BotTarget {
    BotTarget {
        base_url: base_url.to_owned(),
        customer_id: "99001".to_owned(),
        bot_key: "00aa11bb22cc33dd".to_owned(),
    }
}

fn free_of_key(text: &str) {
    assert!(!text.contains("ABCDEFG"), "{text}");
}

#[tokio::test]
async fn the_key_is_in_nothing_that_is_shown_or_kept() {
    let key = ApiKey::parse(KEY).unwrap();
    let echo =
        format!("{{\"title\":\"wrong key {KEY}\",\"status\":401,\"detail\":\"Basic {KEY}\"}}");
    let location = format!("Location: http://127.0.0.1:9/?key={KEY}\r\n");
    let acts = [
        answer("401 Unauthorized", "", &echo),
        answer("302 Found", &location, &echo),
        answer("200 OK", "", &echo),
    ];
    free_of_key(&format!("{key:?}"));
    for act in acts {
        let server = Server::start(vec![act]).await;
        let config = ReadClientConfig::new(target(&server.base()), key.clone());
        free_of_key(&format!("{config:?}"));
        let client = ReadClient::new(config).unwrap();
        let request = ApiRequest::FindUsers {
            attribute: "city".to_owned(),
            value: "x".to_owned(),
        };
        let (result, record) = client.fetch(&request).await;
        let error = result.unwrap_err();
        let json = serde_json::to_string(&error).unwrap();
        free_of_key(&format!(
            "{client:?} {client:#?} {error} {error:?} {record:?} {json}"
        ));

        let config = SendClientConfig::new(target(&server.base()), key.clone());
        free_of_key(&format!("{config:?}"));
        let client = SendClient::new(config).unwrap();
        let frozen = FrozenRequest::post(server.base(), RequestBody::Empty);
        let (seen, timing) = client.send(&frozen).await;
        let now = "2026-08-12T09:00:00Z".parse().unwrap();
        let options = ClassifierOptions::default();
        let judgement = classify(SendEndpoint::Flow, &seen, &options, now);
        free_of_key(&format!(
            "{client:?} {client:#?} {seen:?} {timing:?} {judgement:?}"
        ));
        assert!(server.requests().iter().all(|text| text.contains(KEY)));
    }
}

#[test]
fn settings_that_cannot_be_used_do_not_show_the_key() {
    let key = ApiKey::parse(KEY).unwrap();
    for base in [
        "http://api.host.example",
        "nonsense",
        "https://x.example/path",
    ] {
        let send = SendClient::new(SendClientConfig::new(target(base), key.clone()));
        let read = ReadClient::new(ReadClientConfig::new(target(base), key.clone()));
        free_of_key(&format!("{:?} {:?}", send.unwrap_err(), read.unwrap_err()));
    }
    let mut config = SendClientConfig::new(target("https://x.example"), key);
    config.ca_file = Some("does/not/exist.pem".into());
    let error = SendClient::new(config).unwrap_err();
    assert!(error.message.contains("does/not/exist.pem"));
    free_of_key(&format!("{error:?}"));
}
