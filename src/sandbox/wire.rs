//! One connection: reads requests, lets faults happen, hands the rest to the router.
//!
//! This is the only place that knows how a fault looks on the wire. Faults of the kind "before"
//! answer without processing; those of the kind "after" spoil the answer of a processed call.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Request, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use jiff::SignedDuration;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

use super::answer::{self, Numbering, Refused};
use super::faults::{Act, Damage, Decision, Endpoint, Page, Quirk, Refusal, RetryAfter};
use super::inspect;
use super::routes;
use super::shared::{Shared, lock};
use super::state::Logged;

/// No request of a client is larger.
const REQUEST_LIMIT: usize = 64 * 1024 * 1024;
const HUGE_PIECE: usize = 64 * 1024;
const HUGE_PIECES: usize = 41 * 16;
const GATEWAY_PAGE: &str =
    "<!DOCTYPE html><html><head><title>Gateway</title></head><body><h1>Please stand by</h1></body>";

/// The quirks of one call, for its handler.
#[derive(Debug, Clone, Default)]
pub(super) struct Quirks(pub(super) Vec<Quirk>);

impl Quirks {
    pub(super) fn has(&self, quirk: Quirk) -> bool {
        self.0.contains(&quirk)
    }

    pub(super) fn numbering(&self) -> Numbering {
        if self.has(Quirk::OnPremises) {
            Numbering::OnPremises
        } else {
            Numbering::Cloud
        }
    }
}

/// The connection ends here, without an answer.
#[derive(Debug, Error)]
#[error("the connection was cut")]
struct Cut;

/// Serves one connection until either side ends it.
pub(super) async fn connection(stream: TcpStream, shared: Arc<Shared>, router: Router) {
    // Answers are small: waiting to fill a packet only adds delay.
    stream.set_nodelay(true).ok();
    let reset = Arc::new(AtomicBool::new(false));
    let wire = Wire {
        stream,
        reset: Arc::clone(&reset),
    };
    let line = Arc::new(Line {
        shared,
        router: TowerToHyperService::new(router),
        reset,
    });
    let service = service_fn(move |request| {
        let line = Arc::clone(&line);
        async move { line.answer(request).await }
    });
    if let Err(error) = http1::Builder::new()
        .serve_connection(TokioIo::new(wire), service)
        .await
    {
        tracing::debug!(%error, "a sandbox connection ended early");
    }
}

struct Line {
    shared: Arc<Shared>,
    router: TowerToHyperService<Router>,
    reset: Arc<AtomicBool>,
}

impl Line {
    async fn answer(&self, request: Request<Incoming>) -> Result<Response, Cut> {
        let (parts, body) = request.into_parts();
        let Some(endpoint) = routes::endpoint(parts.uri.path()) else {
            let body = Body::new(body);
            return Ok(never(
                self.router.call(Request::from_parts(parts, body)).await,
            ));
        };
        let decided = {
            let mut desk = lock(&self.shared.faults);
            let early = !desk.needs_recipients(endpoint);
            early.then(|| desk.decide(endpoint, &[]))
        };
        if let Some(Decision {
            act: Some(Act::Before(Refusal::CloseBefore)),
            words,
            ..
        }) = decided
        {
            self.log(&parts, None, (Vec::new(), words), "fault".into());
            return Err(Cut);
        }
        let bytes = to_bytes(Body::new(body), REQUEST_LIMIT)
            .await
            .map_err(|_| Cut)?;
        let recipients = inspect::recipients(endpoint, &parts.uri, &bytes);
        let decision =
            decided.unwrap_or_else(|| lock(&self.shared.faults).decide(endpoint, &recipients));
        let words = decision.words.clone();
        let n = self.log(&parts, Some(&bytes), (recipients, words), Value::Null);
        let answered = self.decided(decision, (endpoint, n), parts, bytes).await;
        let status = match &answered {
            Ok(response) => Value::from(response.status().as_u16()),
            Err(Cut) => "fault".into(),
        };
        lock(&self.shared.log).answered(n, status);
        answered
    }

    async fn decided(
        &self,
        decision: Decision,
        (endpoint, n): (Endpoint, u64),
        mut parts: Parts,
        bytes: Bytes,
    ) -> Result<Response, Cut> {
        let quirks = Quirks(decision.quirks);
        if let Some(Act::Before(refusal)) = decision.act {
            return self.refuse(refusal, quirks.numbering(), parts.uri.path());
        }
        let delay = quirks.0.iter().find_map(|quirk| match quirk {
            Quirk::Delay(milliseconds) => Some(Duration::from_millis(*milliseconds)),
            Quirk::PageBaseZero
            | Quirk::IgnorePage
            | Quirk::OldestFirst
            | Quirk::OnPremises
            | Quirk::Undelivered => None,
        });
        let path = parts.uri.path().to_owned();
        parts.extensions.insert(quirks);
        let response = never(
            self.router
                .call(Request::from_parts(parts, Body::from(bytes)))
                .await,
        );
        if let Some(delay) = delay {
            tokio::time::sleep(delay).await;
        }
        match decision.act {
            Some(Act::After(damage)) => self.damage(damage, (endpoint, path), response, n).await,
            Some(Act::Before(_)) | None => Ok(response),
        }
    }

    fn log(
        &self,
        parts: &Parts,
        bytes: Option<&Bytes>,
        (recipients, faults): (Vec<String>, Vec<String>),
        status: Value,
    ) -> u64 {
        let line = Logged {
            n: 0,
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            status,
            faults,
            body_sha256: bytes.map(sha256),
            recipients,
        };
        lock(&self.shared.log).add(line)
    }

    fn refuse(&self, refusal: Refusal, numbering: Numbering, path: &str) -> Result<Response, Cut> {
        match refusal {
            Refusal::CloseBefore => Err(Cut),
            Refusal::Code(code) => Ok(answer::envelope(&Value::Null, code)),
            Refusal::Error(code) => Ok(answer::refused(
                &[Refused::new(code, "asked for by a fault rule")],
                numbering,
            )),
            Refusal::Redirect => {
                let trap = format!("http://{}/_sandbox/trap", self.shared.address);
                Ok((StatusCode::TEMPORARY_REDIRECT, [(LOCATION, trap)]).into_response())
            }
            Refusal::Status {
                code,
                retry_after,
                page,
            } => {
                let status =
                    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let mut response = match page {
                    Page::Html => html(status),
                    Page::Problem => answer::problem(status, "asked for by a fault rule", path),
                };
                if let Some(wait) = retry_after.and_then(|wait| self.retry_after(wait)) {
                    response.headers_mut().insert(RETRY_AFTER, wait);
                }
                Ok(response)
            }
        }
    }

    fn retry_after(&self, wait: RetryAfter) -> Option<HeaderValue> {
        let text = match wait {
            RetryAfter::Seconds(seconds) => seconds.to_string(),
            RetryAfter::Garbage => "soon".to_owned(),
            RetryAfter::Date => {
                let at = self
                    .shared
                    .now()
                    .checked_add(SignedDuration::from_secs(2))
                    .ok()?;
                at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
            }
        };
        HeaderValue::from_str(&text).ok()
    }

    async fn damage(
        &self,
        damage: Damage,
        (endpoint, path): (Endpoint, String),
        response: Response,
        n: u64,
    ) -> Result<Response, Cut> {
        let (mut head, body) = response.into_parts();
        // The spoiled body has another length.
        head.headers.remove(CONTENT_LENGTH);
        let bytes = to_bytes(body, REQUEST_LIMIT).await.map_err(|_| Cut)?;
        let whole = |text: String| Response::from_parts(head.clone(), Body::from(text));
        let text = || String::from_utf8_lossy(&bytes).into_owned();
        Ok(match damage {
            Damage::Html => html(StatusCode::OK),
            Damage::Empty => StatusCode::OK.into_response(),
            Damage::Truncated => truncated(&bytes, head.status),
            Damage::Drip(gap) => drip(bytes, head.status, gap),
            Damage::Hang => {
                lock(&self.shared.log).answered(n, "fault".into());
                std::future::pending().await
            }
            Damage::CloseAfter => return Err(Cut),
            Damage::Reset => {
                self.reset.store(true, Ordering::Release);
                return Err(Cut);
            }
            Damage::Huge => huge(endpoint),
            Damage::DuplicateStatus => whole(duplicate_status(&text())),
            Damage::UnknownFields => whole(unknown_fields(&text())),
            Damage::NoStatus => whole(no_status(&text())),
            Damage::Late500 => answer::problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "Unexpected error after processing",
                &path,
            ),
            Damage::NotJson => (StatusCode::OK, "message queued, thank you").into_response(),
            Damage::WrongType => {
                let mut response = whole(text());
                let kind = HeaderValue::from_static("text/html; charset=utf-8");
                response.headers_mut().insert(CONTENT_TYPE, kind);
                response
            }
        })
    }
}

fn never(result: Result<Response, Infallible>) -> Response {
    match result {
        Ok(response) => response,
        Err(impossible) => match impossible {},
    }
}

fn sha256(bytes: &Bytes) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes)
        .iter()
        .fold(String::with_capacity(64), |mut hex, byte| {
            // Writing to a String cannot fail.
            write!(hex, "{byte:02x}").ok();
            hex
        })
}

fn html(status: StatusCode) -> Response {
    (
        status,
        [(CONTENT_TYPE, "text/html; charset=utf-8")],
        GATEWAY_PAGE,
    )
        .into_response()
}

/// Promises the whole body, sends half of it and breaks off.
fn truncated(bytes: &Bytes, status: StatusCode) -> Response {
    let half = bytes.slice(..bytes.len() / 2);
    let pieces = [
        Ok(half),
        Err(io::Error::from(io::ErrorKind::ConnectionAborted)),
    ];
    let head = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (CONTENT_LENGTH, bytes.len().to_string()),
    ];
    (status, head, Body::from_stream(stream::iter(pieces))).into_response()
}

fn drip(bytes: Bytes, status: StatusCode, gap: u64) -> Response {
    let gap = Duration::from_millis(gap);
    let drops = stream::unfold(bytes, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        tokio::time::sleep(gap).await;
        Some((Ok::<_, Infallible>(rest.split_to(1)), rest))
    });
    (
        status,
        [(CONTENT_TYPE, "application/json")],
        Body::from_stream(drops),
    )
        .into_response()
}

/// A valid JSON document of more than 40 MiB, made while it is sent.
fn huge(endpoint: Endpoint) -> Response {
    let key = if endpoint == Endpoint::Conversations {
        "conversations"
    } else {
        "responseObject"
    };
    let piece = Bytes::from(vec![b'a'; HUGE_PIECE]);
    let start = Bytes::from(format!("{{\"{key}\":\""));
    let end = Bytes::from_static(b"\",\"status\":{\"code\":1000,\"desc\":\"SUCCESS\"}}");
    let pieces = std::iter::once(start)
        .chain(std::iter::repeat_n(piece, HUGE_PIECES))
        .chain(std::iter::once(end))
        .map(Ok::<_, Infallible>);
    let kind = [(CONTENT_TYPE, "application/json")];
    (
        StatusCode::OK,
        kind,
        Body::from_stream(stream::iter(pieces)),
    )
        .into_response()
}

/// The same key twice with differing values, which no JSON library can write by itself.
fn duplicate_status(text: &str) -> String {
    let inner = text
        .trim_end()
        .strip_suffix('}')
        .unwrap_or("{\"responseObject\":null");
    let failure = "\"status\":{\"code\":2000,\"desc\":\"FAILURE\"}";
    let success = "\"status\":{\"code\":1000,\"desc\":\"SUCCESS\"}";
    let start = inner
        .split("\"status\":{")
        .next()
        .unwrap_or(inner)
        .trim_end_matches(',');
    format!("{start},{failure},{success}}}")
}

fn unknown_fields(text: &str) -> String {
    let mut value = json!({ "traceId": "7f3c", "node": { "zone": "b", "status": "ok" } });
    if let (Ok(Value::Object(known)), Some(all)) =
        (serde_json::from_str(text), value.as_object_mut())
    {
        for (key, mut part) in known.into_iter().rev() {
            if let Some(object) = part.as_object_mut() {
                object.insert("reserved".to_owned(), Value::Array(Vec::new()));
            }
            all.insert(key, part);
        }
        all.insert("deprecated".to_owned(), Value::Null);
    }
    value.to_string()
}

fn no_status(text: &str) -> String {
    match serde_json::from_str(text) {
        Ok(Value::Object(mut object)) => {
            object.remove("status");
            Value::Object(object).to_string()
        }
        Ok(_) | Err(_) => text.to_owned(),
    }
}

/// A socket that can be told to end with a reset instead of an orderly close.
struct Wire {
    stream: TcpStream,
    reset: Arc<AtomicBool>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.reset.load(Ordering::Acquire) {
            self.stream.set_zero_linger().ok();
        }
    }
}

impl AsyncRead for Wire {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Wire {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
