//! The send client against servers that misbehave: one connection, one request, an honest
//! observation.

use super::support::{Act, KEY, Server, answer, fixture_path};
use alertdesk::api::classify::{Answer, BodyRead, Unsent};
use alertdesk::api::{
    ApiKey, ClassifierOptions, Observation, SendClient, SendClientConfig, SendEndpoint,
    SendTransport, classify,
};
use alertdesk::domain::{BotTarget, FrozenRequest, RequestBody, RequestHead, Verdict};
use std::time::Duration;

fn target(base_url: &str) -> BotTarget {
    BotTarget {
        base_url: base_url.to_owned(),
        customer_id: "99001".to_owned(),
        bot_key: "00aa11bb22cc33dd".to_owned(),
    }
}

fn config(base_url: &str) -> SendClientConfig {
    SendClientConfig::new(target(base_url), ApiKey::parse(KEY).unwrap())
}

fn request(base_url: &str) -> FrozenRequest {
    let body = RequestBody::Json(r#"{"phoneNumber":"+447700900123"}"#.to_owned());
    FrozenRequest::post(format!("{base_url}/whatsapp-api/template"), body)
}

async fn send_with(change: impl FnOnce(&mut SendClientConfig), base_url: &str) -> Observation {
    let mut config = config(base_url);
    change(&mut config);
    let client = SendClient::new(config).unwrap();
    client.send(&request(base_url)).await.0
}

async fn send(base_url: &str) -> Observation {
    send_with(|_| {}, base_url).await
}

fn verdict(seen: &Observation) -> Verdict {
    let now = "2026-08-12T09:00:00Z".parse().unwrap();
    let options = ClassifierOptions::default();
    classify(SendEndpoint::Template, seen, &options, now).verdict
}

fn answered(seen: Observation) -> Answer {
    let Observation::Answer(answer) = seen else {
        panic!("{seen:?}");
    };
    answer
}

#[tokio::test]
async fn an_answer_comes_back_whole_and_the_request_left_as_frozen() {
    let headers = "Date: Wed, 12 Aug 2026 09:00:00 GMT\r\nRetry-After: 3\r\n";
    let server = Server::start(vec![answer("200 OK", headers, "{}")]).await;
    let answer = answered(send(&server.base()).await);
    assert_eq!(answer.body, BodyRead::Whole(b"{}".to_vec()));
    assert_eq!(answer.retry_after.as_deref(), Some("3"));
    assert!(answer.date.unwrap().starts_with("Wed"));
    let request = &server.requests()[0];
    assert!(request.starts_with("POST /whatsapp-api/template HTTP/1.1\r\n"));
    assert!(
        request.contains(&format!("authorization: Basic {KEY}\r\n")),
        "{request}"
    );
    assert!(request.contains("content-type: application/json\r\n"));
    assert!(request.ends_with("\r\n\r\n{\"phoneNumber\":\"+447700900123\"}"));
}

#[tokio::test]
async fn a_refused_connection_is_nothing_sent() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let seen = send(&base).await;
    assert!(
        matches!(&seen, Observation::NothingSent { kind: Unsent::ConnectRefused, text } if !text.is_empty()),
        "{seen:?}"
    );
    assert_eq!(verdict(&seen), Verdict::Retry { after: None });
}

#[tokio::test]
async fn a_host_without_an_address_is_nothing_sent() {
    let seen = send_with(
        |config| {
            config.ca_file = Some(fixture_path("root.pem"));
            config.connect_timeout = Duration::from_secs(2);
        },
        "https://nobody.invalid",
    )
    .await;
    assert!(
        matches!(
            seen,
            Observation::NothingSent {
                kind: Unsent::Dns | Unsent::ConnectTimeout,
                ..
            }
        ),
        "{seen:?}"
    );
}

#[tokio::test]
async fn a_host_that_does_not_speak_tls_is_a_tls_failure() {
    let server = Server::start(vec![Act::NoTls]).await;
    let base = format!("https://127.0.0.1:{}", server.port);
    let seen = send_with(
        |config| config.ca_file = Some(fixture_path("root.pem")),
        &base,
    )
    .await;
    assert!(matches!(seen, Observation::TlsFailure { .. }), "{seen:?}");
    assert_eq!(verdict(&seen), Verdict::Rejected);
}

#[tokio::test]
async fn whatever_breaks_after_the_start_is_unknown_and_written_once() {
    let server = Server::start(vec![Act::ReadAndClose]).await;
    let seen = send(&server.base()).await;
    assert!(
        matches!(seen, Observation::BrokenAfterStart { .. }),
        "{seen:?}"
    );
    assert_eq!(verdict(&seen), Verdict::Unknown);
    assert_eq!((server.connections(), server.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_connection_that_closes_at_once_is_used_once() {
    // Who is faster decides: either the request was handed back unwritten, or nobody can know.
    let server = Server::start(vec![Act::CloseAtOnce]).await;
    let seen = send(&server.base()).await;
    let honest = matches!(
        seen,
        Observation::BrokenAfterStart { .. } | Observation::UnsentOnReusedConnection
    );
    assert!(honest, "{seen:?}");
    assert_eq!((server.connections(), server.requests().len()), (1, 0));
}

#[tokio::test]
async fn no_answer_in_time_is_unknown() {
    let server = Server::start(vec![Act::Hang]).await;
    let short = Duration::from_millis(200);
    let seen = send_with(|config| config.answer_timeout = short, &server.base()).await;
    assert_eq!(seen, Observation::AnswerTimeout { after: short });
    assert_eq!((server.connections(), server.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_the_key_stays_here() {
    let other = Server::start(vec![answer("200 OK", "", "{}")]).await;
    for status in [
        "301 Moved",
        "302 Found",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let location = format!("Location: {}/x\r\n", other.base());
        let server = Server::start(vec![answer(status, &location, "")]).await;
        let seen = send(&server.base()).await;
        assert_eq!(verdict(&seen), Verdict::Rejected);
        assert!(answered(seen).location.unwrap().contains(&other.base()));
        assert_eq!(server.requests().len(), 1);
    }
    assert_eq!(other.connections(), 0);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_told() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"status\":";
    let server = Server::start(vec![Act::Reply(head.into())]).await;
    let seen = send(&server.base()).await;
    assert_eq!(verdict(&seen), Verdict::Unknown);
    assert_eq!(
        answered(seen).body,
        BodyRead::Truncated(b"{\"status\":".to_vec())
    );
}

#[tokio::test]
async fn a_body_that_stops_coming_is_told_and_its_status_kept() {
    let head = "HTTP/1.1 404 Not Found\r\nContent-Length: 100\r\n\r\n{";
    let server = Server::start(vec![Act::ReplyAndHang(head.into())]).await;
    let short = Duration::from_millis(300);
    let seen = send_with(|config| config.answer_timeout = short, &server.base()).await;
    assert_eq!(verdict(&seen), Verdict::Rejected);
    let answer = answered(seen);
    assert_eq!(
        (answer.status, answer.body),
        (404, BodyRead::Truncated(b"{".to_vec()))
    );
}

#[tokio::test]
async fn a_huge_body_is_not_read_to_its_end() {
    let announced = answer("200 OK", "", &"x".repeat(5000));
    let unannounced = Act::Reply(format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(5000)).into());
    for act in [announced, unannounced] {
        let server = Server::start(vec![act]).await;
        let seen = send_with(|config| config.max_body = 1000, &server.base()).await;
        assert_eq!(verdict(&seen), Verdict::Unknown);
        assert_eq!(answered(seen).body, BodyRead::TooLarge);
    }
}

#[tokio::test]
async fn failures_are_never_repeated() {
    for status in ["429 Too Many Requests", "500 Oops", "503 Busy", "408 Slow"] {
        let server = Server::start(vec![answer(status, "Retry-After: 0\r\n", "")]).await;
        let seen = send(&server.base()).await;
        assert!(matches!(seen, Observation::Answer(_)));
        assert_eq!(
            (server.connections(), server.requests().len()),
            (1, 1),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_reused_connection_that_breaks_is_not_repeated() {
    let reply = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".to_vec();
    let server = Server::start(vec![Act::AnswerOnceThenClose(reply)]).await;
    let client = SendClient::new(config(&server.base())).unwrap();
    let request = request(&server.base());
    let first = client.send(&request).await.0;
    assert!(matches!(first, Observation::Answer(_)), "{first:?}");
    let second = client.send(&request).await.0;
    assert!(
        matches!(second, Observation::BrokenAfterStart { .. }),
        "{second:?}"
    );
    assert_eq!((server.connections(), server.requests().len()), (1, 2));
}

#[tokio::test]
async fn nothing_goes_to_another_host_than_the_profiles() {
    let other = Server::start(vec![answer("200 OK", "", "{}")]).await;
    let server = Server::start(vec![answer("200 OK", "", "{}")]).await;
    let client = SendClient::new(config(&server.base())).unwrap();
    let by_name = format!("http://localhost:{}", server.port);
    for address in [other.base(), by_name, "not an address".to_owned()] {
        let seen = client.send(&request(&address)).await.0;
        let refused = matches!(
            seen,
            Observation::NothingSent {
                kind: Unsent::BuildFailed,
                ..
            }
        );
        assert!(refused, "{address}: {seen:?}");
    }
    assert_eq!((other.connections(), server.connections()), (0, 0));
}

#[tokio::test]
async fn only_what_was_confirmed_leaves() {
    let server = Server::start(vec![answer("200 OK", "", "{}")]).await;
    let client = SendClient::new(config(&server.base())).unwrap();
    let mut changed = request(&server.base());
    changed.body = RequestBody::Json("{}".to_owned());
    let keyed = request(&server.base());
    let mut head = RequestHead::clone(&keyed);
    head.headers
        .push(("authorization".to_owned(), "Basic x".to_owned()));
    let keyed = FrozenRequest::of(head, keyed.body, keyed.body_sha256);
    for request in [changed, keyed] {
        let seen = client.send(&request).await.0;
        assert!(matches!(
            seen,
            Observation::NothingSent {
                kind: Unsent::BuildFailed,
                ..
            }
        ));
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn the_client_serves_as_the_engines_transport() {
    let server = Server::start(vec![answer("200 OK", "", "{}")]).await;
    let transport: Box<dyn SendTransport> =
        Box::new(SendClient::new(config(&server.base())).unwrap());
    let (seen, timing) = transport.send(&request(&server.base())).await;
    assert!(matches!(seen, Observation::Answer(_)));
    assert!(timing.duration > Duration::ZERO);
}
