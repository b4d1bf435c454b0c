//! JSON as rows for reading: coloured, short values on one row, long ones folded or open.
//!
//! ```text
//! "language": { "code": "en", "policy": "deterministic" },
//! "components": [ … 3 ],
//! ```
//!
//! It only shows: the bytes that leave are never made from these rows. Every row knows the place it
//! stands for, as an RFC 6901 pointer, so that a field of a form can find its row.

use super::painter::Spans;
use crate::text::{sanitize, width};
use crate::theme::Role;
use serde_json::Value;
use std::collections::BTreeSet;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct JsonRow {
    /// What it shows, indent included.
    pub spans: Spans,
    /// Pointer of the value that begins on it.
    pub pointer: String,
    /// Whether it can be folded or opened.
    pub folds: bool,
}

/// How a value is laid out.
#[derive(Debug, Clone, Copy)]
pub struct JsonLook<'a> {
    /// Cells of a row; what is longer is left to be cut.
    pub width: usize,
    /// Cells of one level.
    pub indent: usize,
    /// Pointers of what is folded.
    pub folded: &'a BTreeSet<String>,
}

/// The rows of a JSON text; `None` if it is not JSON. Nesting is bounded by the parser.
pub fn rows(text: &str, pointer: &str, look: JsonLook<'_>) -> Option<Vec<JsonRow>> {
    let value: Value = serde_json::from_str(text).ok()?;
    let mut writer = Writer {
        look,
        rows: Vec::new(),
    };
    let place = Place {
        depth: 0,
        lead: Spans::default(),
        pointer: pointer.to_owned(),
        comma: false,
    };
    writer.value(&value, place);
    Some(writer.rows)
}

/// Where a value stands.
struct Place {
    depth: usize,
    /// Its key with the colon.
    lead: Spans,
    pointer: String,
    comma: bool,
}

struct Writer<'a> {
    look: JsonLook<'a>,
    rows: Vec<JsonRow>,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, place: Place) {
        let indent = place.depth * self.look.indent;
        let room = self
            .look
            .width
            .saturating_sub(indent + place.lead.cells() + 1);
        let (open, close, len) = match value {
            Value::Object(members) => ("{", "}", members.len()),
            Value::Array(entries) => ("[", "]", entries.len()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => ("", "", 0),
        };
        let short = place.depth > 0 && fits(value, room).is_some();
        if len == 0 || short {
            let mut spans = place.lead;
            inline(value, &mut spans);
            return self.push(indent, spans, (place.pointer, place.comma, false));
        }
        let mut spans = place.lead.with(Role::Border, open);
        if self.look.folded.contains(&place.pointer) {
            spans.push(Role::Muted, format!(" … {len} "));
            spans.push(Role::Border, close);
            return self.push(indent, spans, (place.pointer, place.comma, true));
        }
        self.push(indent, spans, (place.pointer.clone(), false, true));
        self.children(value, &place.pointer, place.depth + 1);
        let end = (place.pointer, place.comma, false);
        self.push(indent, Spans::of(Role::Border, close), end);
    }

    fn children(&mut self, value: &Value, pointer: &str, depth: usize) {
        let place = |key: &str, lead: Spans, comma: bool| Place {
            depth,
            lead,
            pointer: format!("{pointer}/{}", escaped(key)),
            comma,
        };
        match value {
            Value::Object(members) => {
                let last = members.len().saturating_sub(1);
                for (index, (key, member)) in members.iter().enumerate() {
                    let lead = Spans::of(Role::Key, quoted(key)).with(Role::Border, ": ");
                    self.value(member, place(key, lead, index < last));
                }
            }
            Value::Array(entries) => {
                let last = entries.len().saturating_sub(1);
                for (index, entry) in entries.iter().enumerate() {
                    let key = index.to_string();
                    self.value(entry, place(&key, Spans::default(), index < last));
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn push(&mut self, indent: usize, spans: Spans, (pointer, comma, folds): (String, bool, bool)) {
        let mut row = Spans::default();
        if indent > 0 {
            row.push(Role::Text, " ".repeat(indent));
        }
        row.0.extend(spans.0);
        if comma {
            row.push(Role::Border, ",");
        }
        self.rows.push(JsonRow {
            spans: row,
            pointer,
            folds,
        });
    }
}

/// One part of a pointer, as RFC 6901 writes it.
fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn quoted(text: &str) -> String {
    let json = Value::from(text).to_string();
    sanitize::escape_json_text(&json)
}

/// The cells left when the value stands on one row, or `None` if it needs more than `room`.
fn fits(value: &Value, room: usize) -> Option<usize> {
    let separated = |room: usize, index: usize| room.checked_sub(if index > 0 { 2 } else { 0 });
    match value {
        Value::Null => room.checked_sub(4),
        Value::Bool(_) => room.checked_sub(5),
        Value::Number(number) => room.checked_sub(number.to_string().len()),
        // A text has at least as many bytes as cells; long ones are not measured at all.
        Value::String(text) if text.len() > room * 4 => None,
        Value::String(text) => room.checked_sub(width::cells(&quoted(text))),
        Value::Array(entries) => {
            let inside = room.checked_sub(4)?;
            entries
                .iter()
                .enumerate()
                .try_fold(inside, |room, (index, entry)| {
                    fits(entry, separated(room, index)?)
                })
        }
        Value::Object(members) => {
            let inside = room.checked_sub(4)?;
            members
                .iter()
                .enumerate()
                .try_fold(inside, |room, (index, (key, member))| {
                    let room = separated(room, index)?;
                    fits(member, room.checked_sub(width::cells(&quoted(key)) + 2)?)
                })
        }
    }
}

/// A value on one row.
fn inline(value: &Value, spans: &mut Spans) {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => {
            spans.push(Role::Active, value.to_string());
        }
        Value::String(text) => spans.push(Role::Text, quoted(text)),
        Value::Array(entries) if entries.is_empty() => spans.push(Role::Border, "[]"),
        Value::Object(members) if members.is_empty() => spans.push(Role::Border, "{}"),
        Value::Array(entries) => {
            spans.push(Role::Border, "[ ");
            for (index, entry) in entries.iter().enumerate() {
                separate(index, spans);
                inline(entry, spans);
            }
            spans.push(Role::Border, " ]");
        }
        Value::Object(members) => {
            spans.push(Role::Border, "{ ");
            for (index, (key, member)) in members.iter().enumerate() {
                separate(index, spans);
                spans.push(Role::Key, quoted(key));
                spans.push(Role::Border, ": ");
                inline(member, spans);
            }
            spans.push(Role::Border, " }");
        }
    }
}

fn separate(index: usize, spans: &mut Spans) {
    if index > 0 {
        spans.push(Role::Border, ", ");
    }
}

#[cfg(test)]
mod tests {
    use super::{JsonLook, JsonRow, rows};
    use proptest::prelude::*;
    use serde_json::Value;
    use std::collections::BTreeSet;

    fn text(row: &JsonRow) -> String {
        row.spans.0.iter().map(|span| span.text.as_str()).collect()
    }

    fn shown(json: &str, width: usize, folded: &[&str]) -> Vec<String> {
        let folded: BTreeSet<String> = folded.iter().map(|&text| text.to_owned()).collect();
        let look = JsonLook {
            width,
            indent: 2,
            folded: &folded,
        };
        rows(json, "", look).unwrap().iter().map(text).collect()
    }

    const BODY: &str = r#"{"to":"+447700900412","payload":{"name":"a","language":{"code":"en"},"components":[{"type":"body"},{"type":"button"}]}}"#;

    #[test]
    fn short_values_stand_on_one_row_and_folded_ones_say_how_much_they_hold() {
        assert_eq!(
            shown(BODY, 40, &[]),
            [
                "{",
                "  \"to\": \"+447700900412\",",
                "  \"payload\": {",
                "    \"name\": \"a\",",
                "    \"language\": { \"code\": \"en\" },",
                "    \"components\": [",
                "      { \"type\": \"body\" },",
                "      { \"type\": \"button\" }",
                "    ]",
                "  }",
                "}",
            ]
        );
        assert_eq!(
            shown(BODY, 40, &["/payload"]),
            [
                "{",
                "  \"to\": \"+447700900412\",",
                "  \"payload\": { … 3 }",
                "}"
            ]
        );
        assert_eq!(shown("[]", 10, &[]), ["[]"]);
    }

    proptest! {
        #[test]
        fn the_rows_read_back_as_the_same_json(
            width in 0usize..80,
            words in proptest::collection::vec("\\PC{0,12}", 0..6),
        ) {
            let value = serde_json::json!({"a/b~": words, "n": [1, null, {"x": words.clone()}]});
            let json = value.to_string();
            let text = shown(&json, width, &[]).join("\n");
            prop_assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(value));
        }
    }
}
