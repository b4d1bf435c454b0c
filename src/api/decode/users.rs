//! Reads the answer of a user search. Its shape is nowhere written down, so every plausible one is
//! taken and the raw object is kept.

use super::super::envelope::Envelope;
use super::super::json::{id_at, plain_text, text_at};
use super::failure::{successful, unreadable};
use crate::contract::ApiError;
use crate::domain::User;
use serde_json::{Map, Value};

const LIST_KEYS: [&str; 3] = ["users", "data", "items"];
const ID_KEYS: [&str; 3] = ["user_id", "userId", "id"];
const CHANNEL_ID_KEYS: [&str; 3] = ["channel_user_id", "channelUserId", "user.channel_user_id"];
const NAME_KEYS: [&str; 6] = [
    "user_name",
    "userName",
    "user.user_name",
    "name",
    "full_name",
    "Username",
];
const PHONE_KEYS: [&str; 7] = [
    "phone_no",
    "user.phone_no",
    "phone",
    "phoneNumber",
    "phone_number",
    "user.phone_number",
    "mobile",
];
const CHANNEL_KEYS: [&str; 2] = ["channel", "user.channel"];

/// Reads the answer to a user search.
///
/// # Errors
/// The platform's refusal, or an answer in which no list of users can be found.
pub fn users(status: u16, body: &[u8]) -> Result<Vec<User>, ApiError> {
    let envelope = successful(status, body)?;
    let Some(entries) = list(&envelope) else {
        let empty = envelope.status_code.is_some()
            && matches!(envelope.response_object, None | Some(Value::Null));
        return if empty {
            Ok(Vec::new())
        } else {
            Err(unreadable(status, "it holds no list of users"))
        };
    };
    let found: Vec<User> = entries.iter().filter_map(user).collect();
    if found.is_empty() && !entries.is_empty() {
        return Err(unreadable(
            status,
            "its list holds nobody with an identifier",
        ));
    }
    Ok(found)
}

fn list(envelope: &Envelope) -> Option<&[Value]> {
    let layers = [envelope.response_object.as_ref(), Some(&envelope.top)];
    layers.into_iter().flatten().find_map(|layer| {
        layer.as_array().map(Vec::as_slice).or_else(|| {
            LIST_KEYS
                .iter()
                .find_map(|key| layer.get(key)?.as_array())
                .map(Vec::as_slice)
        })
    })
}

fn user(raw: &Value) -> Option<User> {
    if !raw.is_object() {
        return plain_text(raw).map(|id| User {
            channel_user_id: digits_only(&id),
            id,
            name: None,
            phone: None,
            channel: None,
            attributes: Map::new(),
            raw: raw.clone(),
        });
    }
    let attributes = attributes(raw);
    let look = |keys: &[&str]| {
        text_at(raw, keys).or_else(|| {
            keys.iter()
                .find_map(|key| attributes.get(*key).and_then(plain_text))
        })
    };
    let channel_id = id_at(raw, &CHANNEL_ID_KEYS).or_else(|| look(&CHANNEL_ID_KEYS));
    let phone = look(&PHONE_KEYS);
    let id = id_at(raw, &ID_KEYS)
        .or_else(|| channel_id.clone())
        .or_else(|| phone.clone())?;
    let channel_user_id = digits_only(channel_id.as_deref().unwrap_or(&id));
    let channel = look(&CHANNEL_KEYS);
    let is_whatsapp = channel
        .as_deref()
        .is_some_and(|channel| channel.eq_ignore_ascii_case("whatsapp"));
    let phone = phone
        .or_else(|| (is_whatsapp && is_number(&channel_user_id)).then(|| channel_user_id.clone()));
    Some(User {
        name: look(&NAME_KEYS).or_else(|| full_name(&look)),
        id,
        channel_user_id,
        phone,
        channel,
        attributes,
        raw: raw.clone(),
    })
}

fn full_name(look: &impl Fn(&[&str]) -> Option<String>) -> Option<String> {
    let first = look(&["first_name", "firstName", "user.first_name", "First Name"]);
    let last = look(&["last_name", "lastName", "user.last_name", "Last Name"]);
    match (first, last) {
        (Some(first), Some(last)) => Some(format!("{first} {last}")),
        (Some(name), None) | (None, Some(name)) => Some(name),
        (None, None) => None,
    }
}

/// The attributes as an object or as a list of names and values, then whatever plain fields stand
/// beside them, so that nothing sent is hidden.
fn attributes(raw: &Value) -> Map<String, Value> {
    let mut found = match raw.get("attributes") {
        Some(Value::Object(map)) => map.clone(),
        Some(Value::Array(entries)) => entries
            .iter()
            .filter_map(|entry| {
                let name = text_at(entry, &["name", "key", "attribute_name"])?;
                let value = entry
                    .get("value")
                    .or_else(|| entry.get("attribute_value"))?;
                Some((name, value.clone()))
            })
            .collect(),
        Some(Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) | None => {
            Map::new()
        }
    };
    let known = [
        ID_KEYS.as_slice(),
        &CHANNEL_ID_KEYS,
        &NAME_KEYS,
        &PHONE_KEYS,
        &CHANNEL_KEYS,
    ]
    .concat();
    for (key, value) in raw.as_object().into_iter().flatten() {
        let plain = !value.is_object() && !value.is_array() && !value.is_null();
        if plain && !known.contains(&key.as_str()) && !found.contains_key(key) {
            found.insert(key.clone(), value.clone());
        }
    }
    found
}

/// A number as the conversation path wants it; anything that is not a number stays as it is.
fn digits_only(id: &str) -> String {
    match id.trim().strip_prefix('+') {
        Some(rest) => {
            let digits: String = rest
                .chars()
                .filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.'))
                .collect();
            if is_number(&digits) {
                digits
            } else {
                id.to_owned()
            }
        }
        None => id.trim().to_owned(),
    }
}

fn is_number(text: &str) -> bool {
    (8..=15).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::users;
    use crate::contract::ErrorKind;
    use rstest::rstest;
    use serde_json::json;

    #[rstest]
    #[case(r#"[{"id":7}]"#)]
    #[case(r#"{"data":[{"userId":"7"}]}"#)]
    #[case(r#"{"users":["7"]}"#)]
    #[case(r#"{"responseObject":{"data":[{"channelUserId":"7"}]},"status":{"code":"1000"}}"#)]
    fn every_plausible_shape_is_read(#[case] body: &str) {
        let found = users(200, body.as_bytes()).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].id, "7");
        assert_eq!(found[0].channel_user_id, "7");
    }

    #[test]
    fn a_person_is_put_together_from_fields_and_attributes() {
        let body = json!([{
            "id": "u1", "channel_user_id": "+44 7700 900123", "channel": "WhatsApp", "score": 3,
            "attributes": [{"name": "First Name", "value": "Ada"}, {"name": "city", "value": "Leeds"}]
        }]);
        let found = users(200, body.to_string().as_bytes()).unwrap();
        let person = &found[0];
        assert_eq!(person.id, "u1");
        assert_eq!(person.channel_user_id, "447700900123");
        assert_eq!(person.phone.as_deref(), Some("447700900123"));
        assert_eq!(person.name.as_deref(), Some("Ada"));
        assert_eq!(person.attribute("city").as_deref(), Some("Leeds"));
        assert_eq!(person.attribute("score").as_deref(), Some("3"));
    }

    #[rstest]
    #[case(r#"{"responseObject":true,"status":{"code":1000}}"#)]
    #[case(r#"{"users":[{"city":"Leeds"}]}"#)]
    #[case("{}")]
    #[case("")]
    fn what_cannot_be_read_is_an_error(#[case] body: &str) {
        let error = users(200, body.as_bytes()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Unreadable);
    }

    #[test]
    fn a_problem_inside_a_200_is_an_error() {
        let error = users(200, br#"{"status":500,"error":"Odd","users":[]}"#).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Platform);
        assert!(error.message.contains("\"Odd\""), "{}", error.message);
    }
}
