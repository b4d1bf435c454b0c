//! The external broadcast: a CSV of numbers and a template payload, as a multipart upload.
//!
//! Existing users only: unknown numbers are left out without a word, as the platform does, and
//! counted for the inspection alone.

use std::sync::Arc;

use axum::extract::{Extension, FromRequest, Multipart, Query, Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::answer::{self, envelope, problem};
use super::broadcast;
use super::faults::Quirk;
use super::routes::digits;
use super::shared::{Seeded, Shared, lock};
use super::state::Broadcast;
use super::wire::Quirks;

const FILE_LIMIT: usize = 5 * 1024 * 1024;
const FIRST_COLUMN: &str = "user.phone_number";
const BAD_FILE: i64 = 2005;
const TOO_LARGE: i64 = 2006;

/// `POST .../external/broadcast?broadcast_id=NAME`.
pub(super) async fn create(
    State(shared): State<Arc<Shared>>,
    Extension(quirks): Extension<Quirks>,
    Query(query): Query<std::collections::HashMap<String, String>>,
    request: Request,
) -> Response {
    let path = request.uri().path().to_owned();
    let bad = |detail: &str| problem(StatusCode::BAD_REQUEST, detail, &path);
    let Some(title) = query
        .get("broadcast_id")
        .filter(|title| !title.trim().is_empty())
    else {
        return bad("broadcast_id is required");
    };
    let form = match Multipart::from_request(request, &()).await {
        Ok(form) => form,
        Err(error) => return problem(error.status(), &error.body_text(), &path),
    };
    let upload = match Upload::read(form).await {
        Ok(upload) => upload,
        Err(detail) => return bad(&detail),
    };
    let seeded = shared.seeded().await;
    if upload.audience.len() > FILE_LIMIT {
        return envelope(&Value::Null, TOO_LARGE);
    }
    let Some(rows) = rows(&upload.audience) else {
        return envelope(&Value::Null, BAD_FILE);
    };
    let Ok(payload) = serde_json::from_str::<Value>(&upload.payload) else {
        return bad("template_payload is not JSON");
    };
    let plan = match plan(&payload, rows, seeded) {
        Ok(plan) => plan,
        Err(list) => return answer::refused(&list, quirks.numbering()),
    };
    let stored = Broadcast {
        title: title.clone(),
        kind: "external",
        sent_type: "external".to_owned(),
        sent_status: Value::Null,
        due: shared.now(),
        published: false,
        messages: plan.messages,
        dropped: plan.dropped,
    };
    broadcast::store(&shared, seeded, stored, quirks.has(Quirk::Undelivered));
    envelope(&Value::Bool(true), 1000)
}

#[derive(Default)]
struct Upload {
    audience: Vec<u8>,
    payload: String,
}

impl Upload {
    async fn read(mut form: Multipart) -> Result<Self, String> {
        let mut upload = Self::default();
        while let Some(field) = form.next_field().await.map_err(|error| error.body_text())? {
            match field.name().unwrap_or_default() {
                "target_audience" => {
                    let bytes = field.bytes().await.map_err(|error| error.body_text())?;
                    upload.audience = bytes.to_vec();
                }
                "template_payload" => {
                    upload.payload = field.text().await.map_err(|error| error.body_text())?;
                }
                _ => {}
            }
        }
        Ok(upload)
    }
}

/// A number without `+` and the values of the other columns.
type Row = (String, Vec<String>);

/// The rows of the file; none when it is not a CSV the platform takes.
fn rows(bytes: &[u8]) -> Option<Vec<Row>> {
    // The reader would skip the mark; the platform takes it for a part of the first name.
    if bytes.starts_with(b"\xef\xbb\xbf") {
        return None;
    }
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(bytes);
    let mut records = reader.records();
    let header = records.next()?.ok()?;
    let mut columns = header.iter();
    let well_named = columns.next() == Some(FIRST_COLUMN)
        && columns
            .enumerate()
            .all(|(place, name)| name == format!("user.attribute_{place}"));
    if !well_named {
        return None;
    }
    let mut rows = Vec::new();
    for record in records {
        let record = record.ok().filter(|record| record.len() == header.len())?;
        let mut values = record.iter();
        let number = values
            .next()
            .filter(|number| number.starts_with('+'))
            .and_then(digits)?;
        rows.push((number.to_owned(), values.map(str::to_owned).collect()));
    }
    (!rows.is_empty()).then_some(rows)
}

struct Plan {
    messages: Vec<(String, Vec<String>)>,
    dropped: Vec<String>,
}

/// Fills the template for every known number. A template that fits no row is refused as a whole;
/// a row that alone does not fit is left out.
fn plan(payload: &Value, rows: Vec<Row>, seeded: &Seeded) -> Result<Plan, Vec<answer::Refused>> {
    let mut plan = Plan {
        messages: Vec::new(),
        dropped: Vec::new(),
    };
    let mut refused = None;
    let mut any_fits = false;
    for (number, values) in rows {
        let known = lock(&seeded.world).user(&number).is_some();
        match seeded.registry.check(&filled(payload, &values)) {
            Ok(text) => {
                any_fits = true;
                if known {
                    plan.messages.push((number, vec![text.text]));
                } else {
                    plan.dropped.push(number);
                }
            }
            Err(list) => {
                refused.get_or_insert(list);
                plan.dropped.push(number);
            }
        }
    }
    match refused {
        Some(list) if !any_fits => Err(list),
        Some(_) | None => Ok(plan),
    }
}

/// The payload with `{{user.attribute_N}}` replaced in every text.
fn filled(value: &Value, values: &[String]) -> Value {
    match value {
        Value::String(text) => {
            let mut text = text.clone();
            for (place, value) in values.iter().enumerate() {
                text = text.replace(&format!("{{{{user.attribute_{place}}}}}"), value);
            }
            Value::String(text)
        }
        Value::Array(list) => list.iter().map(|one| filled(one, values)).collect(),
        Value::Object(map) => map
            .iter()
            .map(|(key, one)| (key.clone(), filled(one, values)))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rstest::rstest]
    #[case("phone,user.attribute_0\n+447700900412,a\n")]
    #[case("user.phone_number,name\n+447700900412,a\n")]
    #[case("user.phone_number,user.attribute_0\n447700900412,a\n")]
    #[case("user.phone_number,user.attribute_0\n+447700900412\n")]
    #[case("user.phone_number,user.attribute_0\n")]
    #[case("\u{feff}user.phone_number\n+447700900412\n")]
    #[case("")]
    fn a_file_the_platform_does_not_take(#[case] text: &str) {
        assert_eq!(rows(text.as_bytes()), None);
    }

    #[test]
    fn quoted_values_are_read() {
        let text = "user.phone_number,user.attribute_0\r\n+447700900412,\"Mon, Tue\"\r\n";
        let expected = ("447700900412".to_owned(), vec!["Mon, Tue".to_owned()]);
        assert_eq!(rows(text.as_bytes()), Some(vec![expected]));
    }
}
