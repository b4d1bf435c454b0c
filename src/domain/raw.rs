//! JSON that people write themselves, for what the form cannot express. It is checked for what can
//! be checked of any JSON: that it is JSON, that it says everything once, that no key is in it and
//! that no placeholder is left in its texts. Whether the platform takes it nobody knows.

use super::template::{mask_keys, opens_without_end};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// What the review says of everything written as JSON.
pub const UNVERIFIED: &str =
    "Unverified: this is sent as it was written, nobody has checked that the platform takes it.";

/// Why JSON is not taken. Each is a sentence with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RawError {
    /// A slip in the JSON, or a name that an object has twice.
    #[error("line {line}, column {column}: this is not JSON that can be sent, {what}")]
    NotJson {
        /// Counts from 1.
        line: usize,
        /// Counts from 1.
        column: usize,
        /// What is wrong there.
        what: String,
    },
    /// Not an object.
    #[error("this must be a JSON object, in braces: {0}")]
    NotAnObject(&'static str),
    /// Something that looks like an API key.
    #[error("an API key stands at {0}: take it out, the program adds the key itself when it sends")]
    Key(String),
    /// A part is missing, or of the wrong kind, or not to be written here.
    #[error("{at} {what}")]
    Part {
        /// Path of the part, for example `audience.rule`.
        at: String,
        /// The rest of the sentence.
        what: String,
    },
}

impl RawError {
    /// A short stable word for documents.
    pub fn rule(&self) -> &'static str {
        match self {
            RawError::NotJson { .. } => "not_json",
            RawError::NotAnObject(_) => "not_an_object",
            RawError::Key(_) => "key_inside",
            RawError::Part { .. } => "raw_part",
        }
    }

    /// A part that cannot be as it is.
    pub fn part(at: &str, what: impl Into<String>) -> Self {
        RawError::Part {
            at: at.to_owned(),
            what: what.into(),
        }
    }
}

/// Reads a JSON object that is going to be sent.
///
/// # Errors
/// Not JSON, a name twice in one object, no object, or an API key in it.
pub fn read_object(text: &str, example: &'static str) -> Result<Map<String, Value>, RawError> {
    let text = text.trim_start_matches('\u{feff}');
    let Once(value) = serde_json::from_str(text).map_err(|error| not_json(&error))?;
    let mut keys = Vec::new();
    walk(&value, "", &mut |at, piece| {
        let secret = match piece {
            Leaf::Name(name) => {
                let name = name.to_ascii_lowercase();
                ["authorization", "api_key", "apikey", "api-key"].contains(&name.as_str())
            }
            Leaf::Text(text) => mask_keys(text).found,
        };
        if secret {
            keys.push(at.to_owned());
        }
    });
    match (keys.into_iter().next(), value) {
        (Some(at), _) => Err(RawError::Key(at)),
        (None, Value::Object(object)) => Ok(object),
        (None, _) => Err(RawError::NotAnObject(example)),
    }
}

fn not_json(error: &serde_json::Error) -> RawError {
    let sentence = error.to_string();
    let what = sentence
        .split_once(" at line ")
        .map_or(sentence.as_str(), |(what, _)| what);
    RawError::NotJson {
        line: error.line(),
        column: error.column(),
        what: what.to_owned(),
    }
}

/// A name or a text of a JSON value.
enum Leaf<'v> {
    Name(&'v str),
    Text(&'v str),
}

fn walk(value: &Value, at: &str, visit: &mut impl FnMut(&str, Leaf<'_>)) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
        Value::String(text) => visit(at, Leaf::Text(text)),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &format!("{at}[{index}]"), visit);
            }
        }
        Value::Object(object) => {
            for (name, item) in object {
                let at = if at.is_empty() {
                    name.clone()
                } else {
                    format!("{at}.{name}")
                };
                visit(&at, Leaf::Name(name));
                walk(item, &at, visit);
            }
        }
    }
}

/// Every text of a value as path and text, in order; names of objects too, because a placeholder
/// in one is left over like any other.
pub fn texts(value: &Value) -> Vec<(String, String)> {
    let mut all = Vec::new();
    walk(value, "", &mut |at, piece| {
        let (Leaf::Name(text) | Leaf::Text(text)) = piece;
        all.push((at.to_owned(), text.to_owned()));
    });
    all
}

/// Every text of a value, as a JSON pointer and the text.
pub fn pointers(value: &Value) -> Vec<(String, String)> {
    fn go(value: &Value, at: &str, all: &mut Vec<(String, String)>) {
        match value {
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
            Value::String(text) => all.push((at.to_owned(), text.clone())),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    go(item, &format!("{at}/{index}"), all);
                }
            }
            Value::Object(object) => {
                for (name, item) in object {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    go(item, &format!("{at}/{name}"), all);
                }
            }
        }
    }
    let mut all = Vec::new();
    go(value, "", &mut all);
    all
}

/// The first text with a placeholder that nobody replaces, as path and sentence.
pub fn left_over(value: &Value, replaced: impl Fn(&str) -> bool) -> Option<(String, String)> {
    texts(value).into_iter().find_map(|(at, text)| {
        let foreign = super::template::placeholders(&text).find(|one| !replaced(one));
        let what = match foreign {
            Some(placeholder) => format!("holds {placeholder}, which nobody replaces"),
            None if opens_without_end(&text) => "opens a placeholder that never ends".to_owned(),
            None => return None,
        };
        Some((at.clone(), format!("{at} {what}: put a text in its place")))
    })
}

/// A value in which every object says each name once: `serde_json` would keep the last and lose
/// the others without a word.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OnceVisitor).map(Once)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        // A number beyond 64 bits arrives here without its last digits.
        if value.fract() == 0.0 && value.abs() >= 9_007_199_254_740_992.0 {
            return Err(E::custom(
                "a number has too many digits: write it in quotes",
            ));
        }
        let number = Number::from_f64(value);
        number
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number that cannot be written"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(Once(item)) = items.next_element()? {
            all.push(item);
        }
        Ok(Value::Array(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Once(value))) = entries.next_entry::<String, Once>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format!(
                    "it has `{name}` twice in one object"
                )));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::{RawError, left_over, pointers, read_object};
    use proptest::prelude::*;
    use rstest::rstest;
    use serde_json::{Value, json};

    #[rstest]
    #[case("{", "not_json", "line 1, column 1")]
    #[case("{\"a\": 1,\n \"a\": 2}", "not_json", "`a` twice")]
    #[case(
        "{\"a\": 123456789012345678901234567890}",
        "not_json",
        "too many digits"
    )]
    #[case("[1]", "not_an_object", "in braces")]
    #[case(
        "{\"a\": [{\"b\": \"Basic c2VjcmV0LXNlY3JldA==\"}]}",
        "key_inside",
        "a[0].b"
    )]
    #[case("{\"h\": {\"Authorization\": \"x\"}}", "key_inside", "h.Authorization")]
    #[case(
        "{\"a\": \"see 00000000-0000-4000-8000-000000000000-ABCDEFG!\"}",
        "key_inside",
        "at a:"
    )]
    fn json_that_cannot_be_sent_is_named(
        #[case] text: &str,
        #[case] rule: &str,
        #[case] part: &str,
    ) {
        let error: RawError = read_object(text, "{}").unwrap_err();
        assert_eq!(error.rule(), rule, "{error}");
        assert!(error.to_string().contains(part), "{error}");
        assert!(!error.to_string().contains("ABCDEFG"), "{error}");
    }

    #[test]
    fn a_uuid_is_no_key() {
        let text = r#"{"id": "1f6e2c1c-9d5f-4a57-9f0b-5d0c6f1f2a3b", "say": "basic things"}"#;
        assert!(read_object(text, "{}").is_ok());
    }

    #[test]
    fn a_placeholder_is_found_wherever_it_hides() {
        let value = json!({"a": [{"b": "Hi {{name}}"}], "n": "{{phone_no}}"});
        let phone = |one: &str| one == "{{phone_no}}";
        let (at, text) = left_over(&value, phone).unwrap();
        assert_eq!(at, "a[0].b");
        assert!(text.contains("{{name}}"));
        assert_eq!(left_over(&json!({"n": "{{phone_no}}"}), phone), None);
        assert!(left_over(&json!({"{{x}}": 1}), phone).is_some());
        assert!(left_over(&json!(["open {{x"]), phone).is_some());
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[a-z~/{}\"é ]{0,8}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 20, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-z~/]{1,3}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_read_is_what_was_written(value in any_json()) {
            let text = json!({"x": value}).to_string();
            let read = Value::Object(read_object(&text, "{}").unwrap());
            prop_assert_eq!(read.to_string(), text);
        }

        #[test]
        fn every_pointer_leads_to_its_text(value in any_json()) {
            for (pointer, text) in pointers(&value) {
                prop_assert_eq!(value.pointer(&pointer), Some(&Value::from(text)));
            }
        }
    }
}
