//! The inspection routes of the sandbox: what really happened, for tests and curious people.
//!
//! They need no key (the server listens on loopback only) and are not part of the platform.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::SandboxError;
use super::faults::Endpoint;
use super::routes::digits;
use super::shared::{Shared, lock};
use super::state::{File, Message};

/// Seconds between two customers who write by themselves.
const LIVE_PAUSE: std::ops::Range<u64> = 3..9;

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/_sandbox/accepted", get(accepted))
        .route("/_sandbox/requests", get(requests))
        .route("/_sandbox/broadcasts", get(broadcasts))
        .route("/_sandbox/flows", get(flows))
        .route("/_sandbox/faults", put(faults))
        .route("/_sandbox/message", post(message))
        .route("/_sandbox/media", get(media))
        .route("/_sandbox/trap", any(trap))
        .route("/_sandbox/trapped", get(trapped))
}

async fn accepted(State(shared): State<Arc<Shared>>) -> Response {
    let counts = lock(&shared.seeded().await.world).accepted.clone();
    Json(counts).into_response()
}

async fn requests(State(shared): State<Arc<Shared>>) -> Response {
    let lines: Vec<_> = lock(&shared.log).lines().cloned().collect();
    Json(lines).into_response()
}

async fn broadcasts(State(shared): State<Arc<Shared>>) -> Response {
    let list = lock(&shared.seeded().await.world).broadcasts.clone();
    Json(list).into_response()
}

async fn flows(State(shared): State<Arc<Shared>>) -> Response {
    let list = lock(&shared.seeded().await.world).flows.clone();
    Json(list).into_response()
}

async fn faults(State(shared): State<Arc<Shared>>, spec: String) -> Response {
    match spec.parse() {
        Ok(plan) => {
            shared.replace_faults(plan);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, error.to_string()).into_response(),
    }
}

#[derive(Deserialize)]
struct NewMessage {
    user: String,
    text: String,
    /// A file: its address, or a path of the sandbox.
    file: Option<String>,
    /// What the file says it is.
    mime: Option<String>,
}

async fn message(State(shared): State<Arc<Shared>>, Json(new): Json<NewMessage>) -> Response {
    let now = shared.now();
    let mut world = lock(&shared.seeded().await.world);
    let number = new.user.trim_start_matches('+');
    let Some(user) = world.user_mut(number) else {
        return (StatusCode::NOT_FOUND, "There is no such user.").into_response();
    };
    let mut message = Message::text(now, "user", new.text);
    if let Some(url) = new.file {
        message.kind = "FILE_RECEIVED";
        message.file = Some(File {
            url,
            mime_type: new.mime.unwrap_or_default(),
            upload_type: "WHATSAPP",
        });
    }
    user.history.push(message);
    StatusCode::NO_CONTENT.into_response()
}

async fn media(State(shared): State<Arc<Shared>>) -> Response {
    let list = lock(&shared.fetched).clone();
    Json(list).into_response()
}

async fn trap(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let mut trapped = lock(&shared.trapped);
    trapped.hits += 1;
    trapped.with_key += u64::from(headers.contains_key(header::AUTHORIZATION));
    Json(json!({ "responseObject": true, "status": { "code": 1000, "desc": "SUCCESS" } }))
        .into_response()
}

async fn trapped(State(shared): State<Arc<Shared>>) -> Response {
    Json(*lock(&shared.trapped)).into_response()
}

/// Lets a seeded customer write every few seconds, for as long as the sandbox runs.
pub(super) async fn write_now_and_then(shared: Arc<Shared>) -> Result<(), SandboxError> {
    let seeded = shared.seeded().await;
    let mut rng = fastrand::Rng::with_seed(shared.seed);
    loop {
        tokio::time::sleep(Duration::from_secs(rng.u64(LIVE_PAUSE))).await;
        let text = seeded.phrases.live_line(&mut rng);
        let now = shared.now();
        let mut world = lock(&seeded.world);
        if let Some(user) = rng.choice(world.users.iter_mut()) {
            user.history.push(Message::text(now, "user", text));
        }
    }
}

/// Whom a request concerns, as far as it can be read; digits only.
pub(super) fn recipients(endpoint: Endpoint, uri: &Uri, body: &Bytes) -> Vec<String> {
    let json = || serde_json::from_slice::<Value>(body).unwrap_or_default();
    let number = |value: &Value| {
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        digits(&text).map(str::to_owned)
    };
    match endpoint {
        Endpoint::Users => Vec::new(),
        Endpoint::Conversations => {
            let part = uri.path().rsplit('/').nth(1).and_then(digits);
            part.map(str::to_owned).into_iter().collect()
        }
        Endpoint::Template => json()
            .get("phoneNumber")
            .and_then(number)
            .into_iter()
            .collect(),
        Endpoint::Broadcast => json()
            .pointer("/audience/rule/channelUserIds")
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(number).collect())
            .unwrap_or_default(),
        Endpoint::Flow => {
            let query = uri.query().unwrap_or_default().split('&');
            let in_query = query.filter_map(|pair| pair.strip_prefix("user.phone_no="));
            let in_query = in_query.map(|text| text.replace("%2B", "+").replace("%2b", "+"));
            let in_body = json().get("user.phone_no").and_then(number);
            let known = in_query.filter_map(|text| digits(&text).map(str::to_owned));
            known.chain(in_body).take(1).collect()
        }
        Endpoint::External => String::from_utf8_lossy(body)
            .lines()
            .filter(|line| line.starts_with('+'))
            .filter_map(|line| digits(line.split(',').next()?.trim()).map(str::to_owned))
            .collect(),
    }
}
