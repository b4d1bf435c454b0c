//! JSON as it stands in the bytes: remembers whether a key came twice with different values.
//!
//! The usual reader keeps the last of two equal keys. A verdict must not depend on which of two
//! contradicting values came last. It decides nothing else.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::collections::BTreeSet;
use std::fmt;

/// A value and the keys inside it that contradict themselves.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Checked {
    /// The value; of equal keys the last.
    pub value: Value,
    /// Names of keys, at any depth, that came twice in one object with different values.
    pub twice: BTreeSet<String>,
}

impl Checked {
    fn plain(value: Value) -> Self {
        Self {
            value,
            twice: BTreeSet::new(),
        }
    }

    /// Reads one whole JSON text; `None` if it is not JSON. A byte order mark in front is passed over.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        serde_json::from_slice(bytes).ok()
    }
}

impl<'de> Deserialize<'de> for Checked {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CheckedVisitor)
    }
}

struct CheckedVisitor;

impl<'de> Visitor<'de> for CheckedVisitor {
    type Value = Checked;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Checked, E> {
        Ok(Checked::plain(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Checked, E> {
        Ok(Checked::plain(Value::from(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Checked, E> {
        Ok(Checked::plain(Value::from(value)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Checked, E> {
        let number = Number::from_f64(value).map_or(Value::Null, Value::Number);
        Ok(Checked::plain(number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Checked, E> {
        Ok(Checked::plain(Value::String(value.to_owned())))
    }

    fn visit_string<E>(self, value: String) -> Result<Checked, E> {
        Ok(Checked::plain(Value::String(value)))
    }

    fn visit_unit<E>(self) -> Result<Checked, E> {
        Ok(Checked::plain(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Checked, A::Error> {
        let mut values = Vec::new();
        let mut twice = BTreeSet::new();
        while let Some(item) = access.next_element::<Checked>()? {
            twice.extend(item.twice);
            values.push(item.value);
        }
        Ok(Checked {
            value: Value::Array(values),
            twice,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Checked, A::Error> {
        let mut map = Map::new();
        let mut twice = BTreeSet::new();
        while let Some((key, item)) = access.next_entry::<String, Checked>()? {
            twice.extend(item.twice);
            if map.get(&key).is_some_and(|earlier| *earlier != item.value) {
                twice.insert(key.clone());
            }
            map.insert(key, item.value);
        }
        Ok(Checked {
            value: Value::Object(map),
            twice,
        })
    }
}

/// The text of a string, or a number or truth value written out; `None` for anything else and for
/// blank text.
pub(super) fn plain_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::String(_) | Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The first of these keys that holds plain text.
pub(super) fn text_at(value: &Value, keys: &[&str]) -> Option<String> {
    keys.iter()
        .find_map(|key| value.get(key).and_then(plain_text))
}

/// The first of these keys that holds an id: text or a number, never a truth value.
pub(super) fn id_at(value: &Value, keys: &[&str]) -> Option<String> {
    keys.iter()
        .filter_map(|key| value.get(key))
        .filter(|found| !found.is_boolean())
        .find_map(plain_text)
        .map(|id| id.trim().to_owned())
}

/// A whole number, also one written as text.
pub(super) fn whole_number(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => {
            let text = text.trim();
            let digits = text.strip_prefix('-').unwrap_or(text);
            let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain.then(|| text.parse().ok()).flatten()
        }
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Checked, whole_number};
    use serde_json::{Value, json};

    #[test]
    fn equal_repeats_are_no_contradiction_but_different_ones_are() {
        let same = Checked::read(br#"{"a":1,"a":1}"#).unwrap();
        assert!(same.twice.is_empty());
        let inner = Checked::read(br#"[{"b":{"a":1,"a":2}}]"#).unwrap();
        assert!(inner.twice.contains("a"));
        assert!(!inner.twice.contains("b"));
    }

    #[test]
    fn values_are_those_of_the_usual_reader() {
        let text = r#"{"x":[1,-2,3.5,null,true,"é\n"],"y":{"z":18446744073709551615}}"#;
        let usual: Value = serde_json::from_str(text).unwrap();
        assert_eq!(Checked::read(text.as_bytes()).unwrap().value, usual);
        assert_eq!(Checked::read(b"{} x"), None);
        let marked = [b"\xEF\xBB\xBF".as_slice(), b"{}"].concat();
        assert_eq!(Checked::read(&marked).unwrap().value, json!({}));
    }

    #[test]
    fn numbers_may_be_written_as_text() {
        assert_eq!(whole_number(&json!("1000")), Some(1000));
        assert_eq!(whole_number(&json!(" -3 ")), Some(-3));
        assert_eq!(whole_number(&json!("1e3")), None);
        assert_eq!(whole_number(&json!("+5")), None);
        assert_eq!(whole_number(&json!(1000.5)), None);
    }
}
