//! The platform's endpoints for users, conversations, templates and flows, and their gate.
//!
//! A handler counts an acceptance at the moment the platform really accepts, whatever answer a
//! fault makes of it afterwards. It must not hold a lock across an await.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Extension, Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::answer::{self, envelope, problem};
use super::faults::{Endpoint, Quirk};
use super::shared::{Flow, Shared, lock};
use super::state::{Conversation, FlowStart, MessageLine, UserLine};
use super::wire::Quirks;
use super::{API_KEY, BOT, CUSTOMER, broadcast, external, inspect, media};

const PAGE_SIZE: usize = 500;
const PHONE_ATTRIBUTE: &str = "user.phone_no";

/// Which call of the platform a path is; none for the inspection and unknown paths.
pub(super) fn endpoint(path: &str) -> Option<Endpoint> {
    let parts: Vec<_> = path.split('/').skip(1).collect();
    let [service, version, "customer", _, "bot", _, rest @ ..] = parts.as_slice() else {
        return None;
    };
    match (*service, *version, rest) {
        ("bot-api", "v1.0", ["users"]) => Some(Endpoint::Users),
        ("bot-api", "v1.0", ["channel-user", _, "conversations"]) => Some(Endpoint::Conversations),
        ("bot-api", "v1.0", ["broadcast"]) => Some(Endpoint::Broadcast),
        ("bot-api", _, ["flow", _]) => Some(Endpoint::Flow),
        ("whatsapp-api", "v1.0", ["template"]) => Some(Endpoint::Template),
        ("whatsapp-api", "v1.0", ["external", "broadcast"]) => Some(Endpoint::External),
        _ => None,
    }
}

/// All routes: the platform's behind the gate, the inspection without a key.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    let bot = "customer/{customer}/bot/{bot}";
    Router::new()
        .route(&format!("/bot-api/v1.0/{bot}/users"), get(users))
        .route(
            &format!("/bot-api/v1.0/{bot}/channel-user/{{user}}/conversations"),
            get(messages),
        )
        .route(
            &format!("/bot-api/v1.0/{bot}/broadcast"),
            post(broadcast::create),
        )
        .route(
            &format!("/bot-api/{{version}}/{bot}/flow/{{key}}"),
            post(flow),
        )
        .route(
            &format!("/whatsapp-api/v1.0/{bot}/template"),
            post(template),
        )
        .route(
            &format!("/whatsapp-api/v1.0/{bot}/external/broadcast"),
            post(external::create),
        )
        .method_not_allowed_fallback(wrong_method)
        .route_layer(from_fn_with_state(Arc::clone(&shared), gate))
        .merge(inspect::router())
        .merge(media::router())
        .layer(DefaultBodyLimit::disable())
        .fallback(nothing_here)
        .with_state(shared)
}

async fn wrong_method(uri: Uri) -> Response {
    problem(
        StatusCode::METHOD_NOT_ALLOWED,
        "Method not supported",
        uri.path(),
    )
}

async fn nothing_here(uri: Uri) -> Response {
    problem(StatusCode::NOT_FOUND, "No such resource", uri.path())
}

/// Key first, then customer and bot; after that the seed data must be there.
async fn gate(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    if !has_key(request.headers()) {
        return problem(StatusCode::UNAUTHORIZED, "Unauthorized", path);
    }
    let mut parts = path.split('/').skip(4).step_by(2);
    if (parts.next(), parts.next()) != (Some(CUSTOMER), Some(BOT)) {
        return problem(StatusCode::NOT_FOUND, "Bot not found", path);
    }
    shared.seeded().await;
    next.run(request).await
}

/// Whether the request carries the key as it is.
pub(super) fn has_key(headers: &HeaderMap) -> bool {
    headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.strip_prefix("Basic "))
        .is_some_and(|key| key == API_KEY)
}

/// The digits of an international number with or without `+`; none if it is not one.
pub(super) fn digits(number: &str) -> Option<&str> {
    let digits = number.strip_prefix('+').unwrap_or(number);
    let plausible = (8..=15).contains(&digits.len()) && !digits.starts_with('0');
    (plausible && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

type Pairs = Query<HashMap<String, String>>;

async fn users(State(shared): State<Arc<Shared>>, uri: Uri, Query(query): Pairs) -> Response {
    let (Some(name), Some(value)) = (query.get("attribute_name"), query.get("attribute_value"))
    else {
        let detail = "attribute_name and attribute_value are required";
        return problem(StatusCode::BAD_REQUEST, detail, uri.path());
    };
    let world = lock(&shared.seeded().await.world);
    let is_number = name.contains("phone");
    let wanted = if is_number {
        value.trim().trim_start_matches('+')
    } else {
        value
    };
    let found = world
        .users
        .iter()
        .filter(|user| user.attribute(name).as_deref() == Some(wanted));
    let object: Vec<_> = found.map(UserLine::new).collect();
    envelope(&object, 1000)
}

/// The filter of a conversations call.
struct Window {
    from: Timestamp,
    to: Timestamp,
    page: Option<usize>,
    size: usize,
}

impl Window {
    fn read(query: &HashMap<String, String>) -> Option<Self> {
        let given = |key: &str| {
            query
                .get(key)
                .map(|text| text.trim())
                .filter(|t| !t.is_empty())
        };
        let time = |key: &str, blank| match given(key) {
            Some(text) => Timestamp::from_millisecond(text.parse().ok()?).ok(),
            None => Some(blank),
        };
        Some(Self {
            from: time("start_date", Timestamp::MIN)?,
            to: time("end_date", Timestamp::MAX)?,
            page: given("page_number").map(str::parse).transpose().ok()?,
            size: given("page_size")
                .map_or(Ok(PAGE_SIZE), str::parse)
                .ok()
                .filter(|n| *n > 0)?,
        })
    }

    /// The part of `total` messages, oldest first, that makes up the page.
    fn slice(&self, total: usize, quirks: &Quirks) -> std::ops::Range<usize> {
        let base = usize::from(!quirks.has(Quirk::PageBaseZero));
        let page = if quirks.has(Quirk::IgnorePage) {
            base
        } else {
            self.page.unwrap_or(base)
        };
        let skip = page
            .saturating_sub(base)
            .saturating_mul(self.size)
            .min(total);
        if quirks.has(Quirk::OldestFirst) {
            skip..skip.saturating_add(self.size).min(total)
        } else {
            let end = total - skip;
            end.saturating_sub(self.size)..end
        }
    }
}

async fn messages(
    State(shared): State<Arc<Shared>>,
    Extension(quirks): Extension<Quirks>,
    Path((_, _, number)): Path<(String, String, String)>,
    (uri, Query(query)): (Uri, Pairs),
) -> Response {
    let Some(window) = Window::read(&query) else {
        let detail = "start_date, end_date, page_number and page_size must be numbers";
        return problem(StatusCode::BAD_REQUEST, detail, uri.path());
    };
    let seeded = shared.seeded().await;
    let world = lock(&seeded.world);
    let Some(user) = world.user(&number) else {
        return problem(StatusCode::NOT_FOUND, "User not found", uri.path());
    };
    let phrases = &seeded.phrases;
    let all = user.history.between(window.from, window.to, phrases);
    let page = window.slice(all.len(), &quirks);
    let page = all.start + page.start..all.start + page.end;
    let page = user.history.read(page, phrases);
    let conversations = page
        .iter()
        .map(|message| MessageLine::new(&user.number, message, shared.address))
        .collect();
    answer::body(StatusCode::OK, &Conversation { conversations })
}

/// The body as a JSON object, or the sentence of the problem.
pub(super) fn object(bytes: &Bytes) -> Result<Value, String> {
    match serde_json::from_slice(bytes) {
        Ok(Value::Object(map)) => Ok(Value::Object(map)),
        Ok(_) => Err("The body must be a JSON object".to_owned()),
        Err(error) => Err(format!("Malformed JSON: {error}")),
    }
}

async fn template(
    State(shared): State<Arc<Shared>>,
    Extension(quirks): Extension<Quirks>,
    uri: Uri,
    bytes: Bytes,
) -> Response {
    let request = match object(&bytes) {
        Ok(request) => request,
        Err(detail) => return problem(StatusCode::BAD_REQUEST, &detail, uri.path()),
    };
    let number = request
        .get("phoneNumber")
        .and_then(Value::as_str)
        .and_then(digits);
    let (Some(number), Some(payload)) = (number, request.get("payload")) else {
        let detail = "phoneNumber (an international number) and payload are required";
        return problem(StatusCode::BAD_REQUEST, detail, uri.path());
    };
    let seeded = shared.seeded().await;
    let filled = match seeded.registry.check(payload) {
        Ok(filled) => filled,
        Err(list) => return answer::refused(&list, quirks.numbering()),
    };
    let mut world = lock(&seeded.world);
    world.accept(
        number,
        filled.unreachable_media || quirks.has(Quirk::Undelivered),
    );
    world.say(number, &filled.text, shared.now());
    let id = world.next_message_id();
    drop(world);
    envelope(&json!({ "message_id": id }), 1000)
}

async fn flow(
    State(shared): State<Arc<Shared>>,
    Extension(quirks): Extension<Quirks>,
    Path((version, _, _, key)): Path<(String, String, String, String)>,
    (uri, Query(query)): (Uri, Query<Vec<(String, String)>>),
    bytes: Bytes,
) -> Response {
    let bad = |detail: &str| problem(StatusCode::BAD_REQUEST, detail, uri.path());
    let attributes: Map<String, Value> = match version.as_str() {
        // The first version looks at the query only, the others at the body only.
        "v1.0" => query
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .collect(),
        "v2.0" | "v3.0" => match object(&bytes) {
            Ok(Value::Object(map)) => map,
            Ok(_) => Map::new(),
            Err(detail) => return bad(&detail),
        },
        _ => return problem(StatusCode::NOT_FOUND, "No such resource", uri.path()),
    };
    let seeded = shared.seeded().await;
    let Some(flow) = seeded.flows.iter().find(|flow| flow.key == key) else {
        return problem(StatusCode::NOT_FOUND, "Flow not found", uri.path());
    };
    let number = attributes.get(PHONE_ATTRIBUTE).map(plain);
    let Some(number) = number.as_deref().and_then(digits) else {
        return bad("user.phone_no is missing or not an international number");
    };
    let mut world = lock(&seeded.world);
    world.accept(number, quirks.has(Quirk::Undelivered));
    world
        .flows
        .push(started(flow, &version, number, &attributes));
    world.say(number, &flow_text(flow, &attributes), shared.now());
    if let Some(user) = world.user_mut(number) {
        if let Some(name) = attributes.get("user.user_name") {
            user.name = Some(plain(name));
        }
        let own = attributes
            .iter()
            .filter(|(name, _)| !name.starts_with("user."));
        user.attributes
            .extend(own.map(|(name, value)| (name.clone(), plain(value).into())));
    }
    drop(world);
    answer::body(StatusCode::OK, &json!({ "responseObject": true }))
}

fn started(flow: &Flow, version: &str, number: &str, attributes: &Map<String, Value>) -> FlowStart {
    let missing = flow
        .required
        .iter()
        .filter(|name| !attributes.contains_key(*name));
    FlowStart {
        flow: flow.name.clone(),
        version: version.to_owned(),
        recipient: number.to_owned(),
        attributes: attributes.clone(),
        missing: missing.cloned().collect(),
    }
}

/// What the flow says first: its name and the attributes it was given.
fn flow_text(flow: &Flow, attributes: &Map<String, Value>) -> String {
    let given = flow.required.iter().filter_map(|name| {
        attributes
            .get(name)
            .map(|value| format!(" {name}={}", plain(value)))
    });
    format!("[{}]{}", flow.name, given.collect::<String>())
}

/// A JSON value as the text of an attribute.
fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
