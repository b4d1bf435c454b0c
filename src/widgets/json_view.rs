//! A JSON document as lines for reading: containers that fit stay on one line, others are opened.
//!
//! Only the space between the parts changes. Numbers, escapes, the order of names and names that
//! stand twice are shown exactly as they are in the text; the exact bytes have a view of their
//! own. It must not interpret values.

use crate::text::sanitize::escape_json_text;
use crate::text::width::cells;

/// Containers nested deeper than this stay on one line: nobody reads them as a tree.
const DEEPEST: usize = 48;

/// One line of the view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonLine {
    /// The line with its indent, safe to draw, not cut.
    pub text: String,
    /// Where its value is in the document, as a JSON pointer (RFC 6901). A closing line has that
    /// of what it closes; a container on one line stands for everything inside it.
    pub pointer: String,
}

/// The lines of a document for a pane of `width` cells with `indent` spaces a level. A text that
/// is no JSON is shown line by line as it is, all with the pointer of the whole document.
pub fn lines(json: &str, width: usize, indent: usize) -> Vec<JsonLine> {
    let safe = escape_json_text(json);
    if serde_json::from_str::<serde::de::IgnoredAny>(json).is_err() {
        let raw = safe.lines().map(|line| JsonLine {
            text: line.into(),
            pointer: String::new(),
        });
        return raw.collect();
    }
    let mut printer = Printer {
        lines: Vec::new(),
        width,
        indent,
    };
    let whole = Place {
        depth: 0,
        label: "",
        comma: "",
    };
    printer.value(safe.trim(), &whole, "");
    printer.lines
}

/// The number of the line that shows the value at this JSON pointer, or the nearest line around
/// it; nothing when the document has no such place.
pub fn line_of(lines: &[JsonLine], pointer: &str) -> Option<usize> {
    let inside = |around: &str| {
        pointer
            .strip_prefix(around)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut best: Option<(usize, usize)> = None;
    for (number, line) in lines.iter().enumerate() {
        let length = line.pointer.len();
        if inside(&line.pointer) && best.is_none_or(|(_, longest)| length > longest) {
            best = Some((number, length));
        }
    }
    best.map(|(number, _)| number)
}

struct Printer {
    lines: Vec<JsonLine>,
    width: usize,
    indent: usize,
}

/// Where a value stands: its depth, the name before it, the comma after it.
struct Place<'a> {
    depth: usize,
    label: &'a str,
    comma: &'a str,
}

impl Printer {
    fn value(&mut self, raw: &str, place: &Place<'_>, pointer: &str) {
        let margin = " ".repeat(self.indent * place.depth);
        let inline = format!("{margin}{}{}{}", place.label, on_one_line(raw), place.comma);
        let members = members(raw);
        if members.is_empty() || place.depth >= DEEPEST || cells(&inline) <= self.width {
            self.push(inline, pointer);
            return;
        }
        let object = raw.starts_with('{');
        let (open, close) = if object { ('{', '}') } else { ('[', ']') };
        self.push(format!("{margin}{}{open}", place.label), pointer);
        let last = members.len() - 1;
        for (number, member) in members.into_iter().enumerate() {
            let comma = if number == last { "" } else { "," };
            let depth = place.depth + 1;
            if object {
                let (name, value) = split_name(member);
                let below = format!("{pointer}/{}", pointer_step(name));
                self.value(
                    value,
                    &Place {
                        depth,
                        label: &format!("{name}: "),
                        comma,
                    },
                    &below,
                );
            } else {
                let below = format!("{pointer}/{number}");
                self.value(
                    member,
                    &Place {
                        depth,
                        label: "",
                        comma,
                    },
                    &below,
                );
            }
        }
        self.push(format!("{margin}{close}{}", place.comma), pointer);
    }

    fn push(&mut self, text: String, pointer: &str) {
        self.lines.push(JsonLine {
            text,
            pointer: pointer.to_owned(),
        });
    }
}

/// A name in quotes as a step of a JSON pointer.
fn pointer_step(name: &str) -> String {
    let plain: String = serde_json::from_str(name).unwrap_or_default();
    plain.replace('~', "~0").replace('/', "~1")
}

/// Walks a document byte by byte and knows whether it is inside a string. Every byte that has a
/// meaning in JSON is ASCII, so positions found are always between characters.
#[derive(Default)]
struct Scan {
    string: bool,
    escaped: bool,
    depth: usize,
}

impl Scan {
    /// Takes the next byte; true if it is structure, not part of a string.
    fn is_structure(&mut self, byte: u8) -> bool {
        if self.string {
            self.string = self.escaped || byte != b'"';
            self.escaped = !self.escaped && byte == b'\\';
            return false;
        }
        match byte {
            b'"' => self.string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        byte != b'"'
    }
}

/// The members of an object or array as they are written, without the space around them. Nothing
/// for empty ones and for values that are no container.
fn members(raw: &str) -> Vec<&str> {
    if !raw.starts_with(['{', '[']) {
        return Vec::new();
    }
    let mut scan = Scan::default();
    let mut found = Vec::new();
    let mut start = 1;
    for (at, byte) in raw.bytes().enumerate() {
        if !scan.is_structure(byte) {
            continue;
        }
        let ends =
            byte == b',' && scan.depth == 1 || matches!(byte, b'}' | b']') && scan.depth == 0;
        if ends {
            found.extend(
                raw.get(start..at)
                    .map(str::trim)
                    .filter(|member| !member.is_empty()),
            );
            start = at + 1;
        }
    }
    found
}

/// The name (in its quotes) and the value of a member of an object.
fn split_name(member: &str) -> (&str, &str) {
    let mut scan = Scan::default();
    let colon = member
        .bytes()
        .position(|byte| scan.is_structure(byte) && byte == b':');
    let (name, value) = colon
        .and_then(|at| member.split_at_checked(at))
        .unwrap_or(("", member));
    (name.trim(), value.strip_prefix(':').unwrap_or(value).trim())
}

/// A value on one line: one space after commas and colons, and inside filled braces of objects.
fn on_one_line(raw: &str) -> String {
    let mut scan = Scan::default();
    let mut out = String::with_capacity(raw.len() + 16);
    for character in raw.chars() {
        let structure = match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() => scan.is_structure(byte),
            // Outside strings JSON has no such characters; inside they end an escape at most.
            Ok(_) | Err(_) => {
                scan.escaped = false;
                false
            }
        };
        match character {
            _ if !structure => out.push(character),
            ' ' | '\n' | '\r' | '\t' => {}
            ',' | ':' => out.extend([character, ' ']),
            '{' => out.push_str("{ "),
            '}' if out.ends_with("{ ") => {
                out.truncate(out.len() - 1);
                out.push('}');
            }
            '}' => out.push_str(" }"),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::Value;

    const BODY: &str = r#"{"phoneNumber":"+447700900412","payload":{"name":"delivery_note",
        "language":{"code":"en"},"components":[{"type":"body","parameters":[
        {"type":"text","text":"Sara"},{"type":"text","text":"a \"b\", {c}"}]}],"big":12345678901234567890.10,"none":{},"no":[]}}"#;

    fn text(json: &str, width: usize, indent: usize) -> Vec<String> {
        lines(json, width, indent)
            .into_iter()
            .map(|line| line.text)
            .collect()
    }

    #[test]
    fn what_fits_stays_together() {
        assert_eq!(
            text(BODY, 46, 2),
            [
                "{",
                "  \"phoneNumber\": \"+447700900412\",",
                "  \"payload\": {",
                "    \"name\": \"delivery_note\",",
                "    \"language\": { \"code\": \"en\" },",
                "    \"components\": [",
                "      {",
                "        \"type\": \"body\",",
                "        \"parameters\": [",
                "          { \"type\": \"text\", \"text\": \"Sara\" },",
                "          {",
                "            \"type\": \"text\",",
                "            \"text\": \"a \\\"b\\\", {c}\"",
                "          }",
                "        ]",
                "      }",
                "    ],",
                "    \"big\": 12345678901234567890.10,",
                "    \"none\": {},",
                "    \"no\": []",
                "  }",
                "}",
            ]
        );
        assert_eq!(text(BODY, 46, 1)[1], " \"phoneNumber\": \"+447700900412\",");
        assert_eq!(text(r#"{"a":[1,2]}"#, 80, 2), ["{ \"a\": [1, 2] }"]);
    }

    #[test]
    fn a_pointer_finds_its_line() {
        let lines = lines(BODY, 46, 2);
        let at = |pointer| line_of(&lines, pointer).map(|number| lines[number].text.trim());
        assert_eq!(at("/payload/name"), Some("\"name\": \"delivery_note\","));
        assert_eq!(
            at("/payload/components/0/parameters/0/text"),
            Some("{ \"type\": \"text\", \"text\": \"Sara\" },")
        );
        assert_eq!(
            at("/payload/components/0/parameters/1/text"),
            Some("\"text\": \"a \\\"b\\\", {c}\"")
        );
        assert_eq!(at("/payload/names"), Some("\"payload\": {"));
        assert_eq!(line_of(&[], "/x"), None);
    }

    #[test]
    fn hostile_and_broken_text_is_safe() {
        let shown = text("{\"a\":\"x\u{202e}y\"}", 80, 2);
        assert_eq!(shown, ["{ \"a\": \"x\\u202ey\" }"]);
        assert_eq!(text("<html>\n\u{1b}[2J", 80, 2), ["<html>", "\\u001b[2J"]);
        assert_eq!(text("\"é\\\\\"", 3, 2), ["\"é\\\\\""]);
    }

    #[test]
    fn endless_nesting_does_not_end_the_program() {
        let deep = format!("{}{}", "[".repeat(20_000), "]".repeat(20_000));
        assert!(!lines(&deep, 40, 2).is_empty());
        let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
        let lines = lines(&deep, 20, 2);
        assert_eq!(lines.len(), 2 * DEEPEST + 1);
    }

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            "[a\"\\\\{},: é山\u{202e}]{0,12}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map("[a-c/~\"]{0,3}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_lines_are_the_same_document(value in any_json(), width in 0_usize..=120, indent in 0_usize..3) {
            let lines = lines(&value.to_string(), width, indent);
            let joined: String = lines.iter().map(|line| line.text.as_str()).collect();
            prop_assert_eq!(serde_json::from_str::<Value>(&joined).unwrap(), value.clone());
            for line in &lines {
                prop_assert!(value.pointer(&line.pointer).is_some(), "{}", line.pointer);
                prop_assert!(line_of(&lines, &line.pointer).is_some());
            }
        }

        #[test]
        fn no_text_panics(text in "[{}\\[\\]\",: a\\\\é1\n]{0,30}|\\PC{0,30}", width in 0_usize..=120) {
            prop_assert!(lines(&text, width, 2).iter().all(|line| !line.text.contains('\n')));
        }
    }
}
