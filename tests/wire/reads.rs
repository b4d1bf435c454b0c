//! The read client against servers that misbehave: retries where it is safe, errors with advice.

use super::support::{Act, KEY, Server, answer, body_of};
use alertdesk::api::{ApiKey, ReadClient, ReadClientConfig};
use alertdesk::contract::{
    ApiError, ApiRequest, ApiResponse, CallOutcome, CallRecord, ErrorKind, PageRequest,
};
use alertdesk::domain::BotTarget;
use std::time::Duration;

fn config(base_url: &str) -> ReadClientConfig {
    let target = BotTarget {
        base_url: base_url.to_owned(),
        customer_id: "99001".to_owned(),
        bot_key: "00aa11bb22cc33dd".to_owned(),
    };
    ReadClientConfig::new(target, ApiKey::parse(KEY).unwrap())
}

fn search() -> ApiRequest {
    ApiRequest::FindUsers {
        attribute: "user.city".to_owned(),
        value: "New Testville & Co".to_owned(),
    }
}

fn page() -> PageRequest {
    PageRequest {
        channel_user_id: "14155550101".to_owned(),
        since: None,
        until: None,
        page_number: 2,
        page_size: 50,
    }
}

type Outcome = (Result<ApiResponse, ApiError>, CallRecord);

async fn fetch_with(server: &Server, change: impl FnOnce(&mut ReadClientConfig)) -> Outcome {
    let mut config = config(&server.base());
    change(&mut config);
    ReadClient::new(config).unwrap().fetch(&search()).await
}

async fn fetch(server: &Server) -> Outcome {
    fetch_with(server, |_| {}).await
}

fn two_users() -> Act {
    let body = body_of("users_200_responseobject_list.json");
    answer("200 OK", "", std::str::from_utf8(&body).unwrap())
}

#[tokio::test]
async fn a_read_says_what_it_asked_and_found() {
    let server = Server::start(vec![two_users()]).await;
    let (result, record) = fetch(&server).await;
    assert!(matches!(result, Ok(ApiResponse::Users(users)) if users.len() == 2));
    let request = &server.requests()[0];
    let path = "/bot-api/v1.0/customer/99001/bot/00aa11bb22cc33dd/users";
    let query = "?attribute_name=user.city&attribute_value=New%20Testville%20%26%20Co";
    assert!(
        request.starts_with(&format!("GET {path}{query} HTTP/1.1\r\n")),
        "{request}"
    );
    assert!(request.contains(&format!("authorization: Basic {KEY}\r\n")));
    assert_eq!(
        (record.outcome, record.result.as_str()),
        (CallOutcome::Done, "2 found")
    );
    assert_eq!((record.http_status, record.detail.attempt), (Some(200), 1));
    assert_eq!(
        record.detail.request,
        format!("GET {}{path}{query}", server.base())
    );
    assert!(record.detail.response.contains("Asha Example"));
}

#[tokio::test]
async fn addresses_are_those_of_the_examples() {
    let client = ReadClient::new(config("http://127.0.0.1:9")).unwrap();
    let base = "http://127.0.0.1:9/bot-api/v1.0/customer/99001/bot/00aa11bb22cc33dd/channel-user";
    let mut asked = page();
    let request = ApiRequest::ConversationPage(asked.clone());
    let address = client.address(&request).unwrap();
    assert_eq!(
        address,
        format!("{base}/14155550101/conversations?page_number=2&page_size=50")
    );
    let first = alertdesk::contract::PageRequest {
        page_number: 1,
        ..asked.clone()
    };
    let address = client
        .address(&ApiRequest::ConversationPage(first))
        .unwrap();
    assert!(
        address.ends_with("/conversations?page_size=50"),
        "the first page is what comes unasked: {address}"
    );
    asked.since = Some("2026-08-12T00:00:00Z".parse().unwrap());
    asked.until = Some("2026-08-13T00:00:00Z".parse().unwrap());
    let address = client
        .address(&ApiRequest::ConversationPage(asked.clone()))
        .unwrap();
    assert!(
        address.ends_with(
            "?start_date=1786492800000&end_date=1786579200000&page_number=2&page_size=50"
        )
    );
    asked.channel_user_id = "../users".to_owned();
    let error = client
        .address(&ApiRequest::ConversationPage(asked))
        .unwrap_err();
    assert_eq!(error.kind, ErrorKind::Usage);
}

#[tokio::test]
async fn passing_faults_are_tried_again() {
    let busy = answer("503 Busy", "", "<html>");
    let limited = answer("429 Too Many Requests", "Retry-After: 0\r\n", "{}");
    for acts in [
        vec![busy.clone(), limited, two_users()],
        vec![Act::ReadAndClose, Act::CloseAtOnce, two_users()],
    ] {
        let server = Server::start(acts).await;
        let (result, record) = fetch(&server).await;
        assert!(result.is_ok(), "{result:?}");
        assert_eq!((server.connections(), record.detail.attempt), (3, 3));
    }
    let server = Server::start(vec![busy]).await;
    let (result, record) = fetch(&server).await;
    let error = result.unwrap_err();
    assert_eq!(
        (error.kind, error.http_status),
        (ErrorKind::Platform, Some(503))
    );
    assert_eq!((server.connections(), record.result.as_str()), (3, "503"));
}

#[tokio::test]
async fn what_does_not_pass_is_asked_once() {
    let long = answer("429 Too Many Requests", "Retry-After: 60\r\n", "{}");
    for (act, kind) in [
        (
            answer("401 Unauthorized", "", "{}"),
            ErrorKind::Authentication,
        ),
        (answer("403 Forbidden", "", "{}"), ErrorKind::Authentication),
        (answer("404 Not Found", "", "{}"), ErrorKind::NotFound),
        (answer("400 Bad Request", "", "{}"), ErrorKind::Platform),
        (answer("200 OK", "", "<html>login"), ErrorKind::Unreadable),
        (answer("200 OK", "", ""), ErrorKind::Unreadable),
        (long, ErrorKind::Platform),
    ] {
        let server = Server::start(vec![act]).await;
        let (result, record) = fetch(&server).await;
        let error = result.unwrap_err();
        assert_eq!(error.kind, kind);
        assert!(!error.advice.is_empty() && error.request.is_some());
        assert_eq!(server.connections(), 1);
        assert_eq!(record.outcome, CallOutcome::Failed);
        assert_eq!(record.detail.sentence, error.message);
    }
}

#[tokio::test]
async fn a_redirect_is_named_and_not_followed() {
    let other = Server::start(vec![two_users()]).await;
    let location = format!("Location: {}/login\r\n", other.base());
    let server = Server::start(vec![answer("302 Found", &location, "")]).await;
    let error = fetch(&server).await.0.unwrap_err();
    assert_eq!(error.kind, ErrorKind::Network);
    assert!(
        error.message.contains(&format!("{}/login", other.base())),
        "{error}"
    );
    assert_eq!((server.connections(), other.connections()), (1, 0));
}

#[tokio::test]
async fn a_huge_answer_is_refused_by_size() {
    let server = Server::start(vec![answer("200 OK", "", &"x".repeat(5000))]).await;
    let (result, record) = fetch_with(&server, |config| config.max_body = 1000).await;
    let error = result.unwrap_err();
    assert!(error.message.contains("larger than the limit"), "{error}");
    assert_eq!((server.connections(), record.http_status), (1, Some(200)));
}

#[tokio::test]
async fn no_answer_in_time_is_a_network_error() {
    let server = Server::start(vec![Act::Hang]).await;
    let (result, record) = fetch_with(&server, |config| {
        config.answer_timeout = Duration::from_millis(100);
        config.tries = 1;
    })
    .await;
    assert_eq!(result.unwrap_err().kind, ErrorKind::Network);
    assert_eq!(
        (record.result.as_str(), record.http_status),
        ("no answer", None)
    );
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_tried_again() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"users\":[";
    let server = Server::start(vec![Act::Reply(head.into()), two_users()]).await;
    assert!(fetch(&server).await.0.is_ok());
    assert_eq!(server.connections(), 2);
}
