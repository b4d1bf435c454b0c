//! The broadcast endpoint and the publisher that sends stored broadcasts when they are due.
//!
//! Acceptance is counted when the call is stored; what is due at once is published at once.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{Extension, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::SandboxError;
use super::answer::{self, envelope, problem};
use super::faults::Quirk;
use super::routes::{digits, object};
use super::shared::{Seeded, Shared, lock};
use super::state::Broadcast;
use super::wire::Quirks;

/// Why a broadcast is not stored.
enum Refusal {
    Bad(String),
    Template(Vec<answer::Refused>),
}

impl From<&str> for Refusal {
    fn from(detail: &str) -> Self {
        Self::Bad(detail.to_owned())
    }
}

/// `POST .../broadcast`.
pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    Extension(quirks): Extension<Quirks>,
    uri: Uri,
    bytes: Bytes,
) -> Response {
    let seeded = shared.seeded().await;
    let read = object(&bytes)
        .map_err(Refusal::Bad)
        .and_then(|request| read(&request, &shared, seeded));
    match read {
        Ok((broadcast, unreachable)) => {
            store(
                &shared,
                seeded,
                broadcast,
                unreachable || quirks.has(Quirk::Undelivered),
            );
            envelope(&Value::Bool(true), 1000)
        }
        Err(Refusal::Bad(detail)) => problem(StatusCode::BAD_REQUEST, &detail, uri.path()),
        Err(Refusal::Template(list)) => answer::refused(&list, quirks.numbering()),
    }
}

/// Counts every recipient, keeps the broadcast and publishes it if it is due.
pub(super) fn store(shared: &Shared, seeded: &Seeded, broadcast: Broadcast, undelivered: bool) {
    let mut world = lock(&seeded.world);
    for (number, _) in &broadcast.messages {
        world.accept(number, undelivered);
    }
    for number in &broadcast.dropped {
        world.drop_silently(number);
    }
    world.broadcasts.push(broadcast);
    world.publish_due(shared.now());
    drop(world);
    shared.stored.notify_one();
}

/// Publishes stored broadcasts at their time, for as long as the sandbox runs.
pub(super) async fn publish_when_due(shared: Arc<Shared>) -> Result<(), SandboxError> {
    let seeded = shared.seeded().await;
    loop {
        let now = shared.now();
        let next = lock(&seeded.world).publish_due(now);
        let wait = next.and_then(|next| Duration::try_from(next.duration_since(now)).ok());
        tokio::select! {
            () = shared.stored.notified() => {}
            () = sleep(wait) => {}
        }
    }
}

/// Sleeps a little past the wait, so that the time has surely come; for ever without one.
async fn sleep(wait: Option<Duration>) {
    match wait {
        Some(wait) => tokio::time::sleep(wait + Duration::from_millis(1)).await,
        None => std::future::pending().await,
    }
}

fn read(request: &Value, shared: &Shared, seeded: &Seeded) -> Result<(Broadcast, bool), Refusal> {
    let title = text(request, "/broadcastTitle");
    if title.trim().is_empty() {
        return Err("broadcastTitle is required".into());
    }
    if request.get("broadcastId").is_some_and(|id| !id.is_null()) {
        return Err("broadcastId is not known, null creates a broadcast".into());
    }
    let due: Timestamp = text(request, "/publishedOn")
        .parse()
        .map_err(|_| Refusal::from("publishedOn must be a time like 2030-01-01T09:00:00.000Z"))?;
    let channels = list(request, "/audience/rule/channels");
    if !channels
        .iter()
        .any(|channel| channel.as_str() == Some("whatsapp"))
    {
        return Err("audience.rule.channels must contain whatsapp".into());
    }
    let recipients = recipients(request)?;
    let sent_status = request.get("status").cloned().unwrap_or_default();
    if !sent_status.is_null() && !same(&sent_status, &["SCHEDULED", "DRAFT"], shared.strict) {
        return Err("status is not known".into());
    }
    let (kind, texts, unreachable) = content(request, shared.strict, seeded)?;
    let broadcast = Broadcast {
        title: title.to_owned(),
        kind,
        sent_type: text(request, "/payload/type").to_owned(),
        sent_status,
        due,
        published: false,
        messages: recipients
            .into_iter()
            .map(|number| (number, texts.clone()))
            .collect(),
        dropped: Vec::new(),
    };
    Ok((broadcast, unreachable))
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Whether a value is one of the words, in any letter case unless strict.
fn same(value: &Value, words: &[&str], strict: bool) -> bool {
    value.as_str().is_some_and(|value| {
        words
            .iter()
            .any(|word| value == *word || (!strict && value.eq_ignore_ascii_case(word)))
    })
}

fn recipients(request: &Value) -> Result<Vec<String>, Refusal> {
    let given = list(request, "/audience/rule/channelUserIds");
    let numbers: Option<Vec<_>> = given
        .iter()
        .map(|one| {
            one.as_str()
                .filter(|number| !number.starts_with('+'))
                .and_then(digits)
        })
        .map(|number| number.map(str::to_owned))
        .collect();
    numbers
        .filter(|numbers| !numbers.is_empty())
        .ok_or_else(|| {
            "audience.rule.channelUserIds must list international numbers, digits only".into()
        })
}

type Content = (&'static str, Vec<String>, bool);

fn content(request: &Value, strict: bool, seeded: &Seeded) -> Result<Content, Refusal> {
    let sort = request
        .pointer("/payload/type")
        .cloned()
        .unwrap_or_default();
    let parts = list(request, "/payload/content");
    if parts.is_empty() {
        return Err("payload.content is empty".into());
    }
    let of_type = |part: &Value, word: &str| {
        part.get("type")
            .is_some_and(|kind| same(kind, &[word], strict))
    };
    if same(&sort, &["direct"], strict) {
        let texts = parts.iter().map(|part| {
            let message = text(part, "/data/message");
            (of_type(part, "text") && !message.trim().is_empty()).then(|| message.to_owned())
        });
        let texts: Option<Vec<_>> = texts.collect();
        let texts = texts.ok_or("payload.content must be texts with data.message")?;
        return Ok(("direct", texts, false));
    }
    if !same(&sort, &["whatsapp_template"], strict) {
        return Err(Refusal::Bad(format!("payload.type {sort} is not known")));
    }
    let mut texts = Vec::new();
    let mut unreachable = false;
    for part in parts {
        if !of_type(part, "template") {
            return Err("payload.content must be of type template".into());
        }
        if text(part, "/template/targetWhatsappNumber") != "{{phone_no}}" {
            return Err("template.targetWhatsappNumber must be {{phone_no}}".into());
        }
        let payload = part
            .pointer("/template/payload")
            .cloned()
            .unwrap_or_else(|| json!({}));
        let filled = seeded.registry.check(&payload).map_err(Refusal::Template)?;
        texts.push(filled.text);
        unreachable |= filled.unreachable_media;
    }
    Ok(("whatsapp_template", texts, unreachable))
}
