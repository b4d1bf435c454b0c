//! The media client against a server on this machine that plays tricks.

use super::{FetchedMedia, MediaClient, MediaClientConfig};
use crate::contract::{ApiError, ErrorKind};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream;
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use rstest::rstest;
use std::convert::Infallible;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

struct Host {
    base: String,
    _task: JoinSet<()>,
}

async fn start() -> Host {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new()
        .route("/photo.png", get(photo))
        .route("/headers", get(headers))
        .route("/hops/{count}", get(hops))
        .route("/to", get(redirect))
        .route("/announced/{size}", get(announced))
        .route("/endless", get(endless))
        .route("/drip", get(drip))
        .route("/silent", get(std::future::pending::<()>))
        .route("/status/{code}", get(status));
    let mut task = JoinSet::new();
    task.spawn(serve(listener, router));
    Host { base, _task: task }
}

async fn serve(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let service = TowerToHyperService::new(router.clone());
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        // Clients that leave in the middle are what the tests are about.
        connections.spawn(async move { connection.await.ok() });
    }
}

async fn photo() -> impl IntoResponse {
    let kind = [(header::CONTENT_TYPE, "Image/PNG; name=\"photo.png\"")];
    (kind, "not really a picture")
}

async fn headers(headers: HeaderMap) -> impl IntoResponse {
    let cookie = [(header::SET_COOKIE, "seen=1"), (header::CONTENT_TYPE, "")];
    let names: Vec<_> = headers.keys().map(header::HeaderName::as_str).collect();
    (cookie, names.join(" "))
}

fn moved(to: &str) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}

async fn hops(Path(count): Path<u8>) -> Response {
    match count {
        0 => moved("/headers"),
        more => moved(&format!("/hops/{}", more - 1)),
    }
}

async fn redirect(uri: axum::http::Uri) -> Response {
    moved(uri.query().unwrap_or_default())
}

async fn announced(Path(size): Path<usize>) -> Vec<u8> {
    vec![b'a'; size]
}

async fn endless() -> Response {
    let piece = Bytes::from(vec![b'a'; 64 * 1024]);
    let pieces = stream::iter(std::iter::repeat_with(move || {
        Ok::<_, Infallible>(piece.clone())
    }));
    Body::from_stream(pieces).into_response()
}

/// One byte now, and one every 20 ms for ever.
async fn drip() -> Response {
    let drops = stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Some((Ok::<_, Infallible>(Bytes::from_static(b"a")), ()))
    });
    Body::from_stream(drops).into_response()
}

async fn status(Path(code): Path<u16>) -> StatusCode {
    StatusCode::from_u16(code).unwrap()
}

fn client(base: &str) -> MediaClient {
    let mut config = MediaClientConfig::new(base);
    config.max_bytes = 100_000;
    config.silence_timeout = Duration::from_millis(300);
    config.whole_timeout = Duration::from_millis(600);
    MediaClient::new(config).unwrap()
}

async fn fetch(host: &Host, path: &str) -> Result<FetchedMedia, ApiError> {
    let url = format!("{}{path}", host.base);
    client(&host.base).fetch(&url).await
}

#[tokio::test]
async fn a_file_comes_with_its_type() {
    let host = start().await;
    let photo = fetch(&host, "/photo.png").await.unwrap();
    assert_eq!(photo.bytes, b"not really a picture");
    assert_eq!(photo.mime.as_deref(), Some("image/png"));
    assert_eq!(
        format!("{photo:?}"),
        "FetchedMedia { bytes: 20, mime: Some(\"image/png\") }"
    );
}

#[tokio::test]
async fn nothing_of_ours_travels_along() {
    let host = start().await;
    let client = client(&host.base);
    let url = format!("{}/hops/1", host.base);
    for _ in 0..2 {
        let media = client.fetch(&url).await.unwrap();
        let names = String::from_utf8(media.bytes).unwrap();
        for name in ["authorization", "cookie", "referer"] {
            assert!(!names.contains(name), "{names}");
        }
        assert_eq!(media.mime, None);
    }
}

#[tokio::test]
async fn three_redirects_are_followed_and_a_fourth_is_not() {
    let host = start().await;
    assert!(fetch(&host, "/hops/2").await.is_ok());
    let error = fetch(&host, "/hops/3").await.unwrap_err();
    assert!(error.message.contains("redirects"), "{}", error.message);
}

#[rstest]
#[case("http://192.168.1.1/a", "does not begin with https")]
#[case("https://192.168.1.1/a", "private or special")]
#[case("https://169.254.169.254/latest/meta-data", "private or special")]
#[case("https://[::ffff:10.0.0.1]/", "private or special")]
#[case("http://host.example/", "does not begin with https")]
#[case("file:///etc/passwd", "cannot be read")]
#[case("https://u:p@host.example/", "user name or password")]
#[tokio::test]
async fn a_redirect_is_checked_like_the_first_address(#[case] to: &str, #[case] reason: &str) {
    let host = start().await;
    let error = fetch(&host, &format!("/to?{to}")).await.unwrap_err();
    assert!(error.message.contains(reason), "{}", error.message);
    assert_eq!(error.kind, ErrorKind::Network);
}

#[tokio::test]
async fn a_profile_of_the_internet_never_reaches_this_machine() {
    let host = start().await;
    let client = client("https://api.host.example");
    let port = host.base.rsplit_once(':').unwrap().1;
    let ask = async |url: String| client.fetch(&url).await.unwrap_err().message;
    let message = ask(format!("http://127.0.0.1:{port}/photo.png")).await;
    assert!(message.contains("https"), "{message}");
    let message = ask(format!("https://127.0.0.1:{port}/photo.png")).await;
    assert!(message.contains("private or special"), "{message}");
    // A name is caught when it is resolved.
    let message = ask(format!("https://localhost:{port}/photo.png")).await;
    assert!(
        message.contains("localhost leads to an address of a private"),
        "{message}"
    );
}

#[tokio::test]
async fn a_name_of_this_machine_works_for_a_profile_of_it() {
    let host = start().await;
    let port = host.base.rsplit_once(':').unwrap().1;
    let url = format!("http://localhost:{port}/photo.png");
    assert!(client(&host.base).fetch(&url).await.is_ok());
}

#[tokio::test]
async fn large_files_are_refused_announced_or_not() {
    let host = start().await;
    assert!(fetch(&host, "/announced/100000").await.is_ok());
    for path in ["/announced/100001", "/endless"] {
        let error = fetch(&host, path).await.unwrap_err();
        assert!(error.message.contains("larger than"), "{}", error.message);
    }
}

#[tokio::test]
async fn slow_and_silent_servers_are_left() {
    let host = start().await;
    let error = fetch(&host, "/drip").await.unwrap_err();
    assert!(
        error.message.contains("did not come within"),
        "{}",
        error.message
    );
    let error = fetch(&host, "/silent").await.unwrap_err();
    assert!(error.message.contains("in time"), "{}", error.message);
}

#[rstest]
#[case(404, ErrorKind::NotFound, "any more (HTTP 404)")]
#[case(403, ErrorKind::Network, "does not give the file out (HTTP 403)")]
#[case(500, ErrorKind::Network, "did not give the file (HTTP 500)")]
#[tokio::test]
async fn other_answers_are_errors(#[case] code: u16, #[case] kind: ErrorKind, #[case] words: &str) {
    let host = start().await;
    let error = fetch(&host, &format!("/status/{code}")).await.unwrap_err();
    assert_eq!((error.kind, error.http_status), (kind, Some(code)));
    assert!(error.message.contains(words), "{}", error.message);
    assert!(!error.message.contains("/status"), "{}", error.message);
}
