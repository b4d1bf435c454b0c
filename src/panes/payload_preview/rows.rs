//! A request as rows: its head, and its body for reading or byte for byte. The view only shows
//! what stands here.

use crate::domain::{FrozenRequest, RequestBody, RequestPart};
use crate::text::{sanitize, width};
use crate::theme::Role;
use crate::widgets::Spans;
use crate::widgets::json_view::{self, JsonLook};

/// One row of the pane.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// What it shows.
    pub spans: Spans,
    /// Pointer of the value that begins on it; empty where there is none.
    pub pointer: String,
    /// Whether it can be folded or opened.
    pub folds: bool,
}

impl Row {
    /// A row of one role.
    pub fn of(role: Role, text: &str) -> Self {
        Self {
            spans: Spans::of(role, sanitize::clean_line(text)),
            ..Self::default()
        }
    }

    /// The text of the row.
    pub fn text(&self) -> String {
        let spans = self.spans.0.iter();
        spans.map(|span| span.text.as_str()).collect()
    }
}

/// Method, address and headers; the address on as many rows as it needs. The key's header is
/// written here as dots: the key itself is never in a frozen request.
pub fn head(request: &FrozenRequest, width: usize) -> Vec<Row> {
    let (host, path) = split_url(&request.url);
    let mut lines = vec![format!("{} {host}", request.method)];
    for part in wrap_path(path, width.saturating_sub(2).max(8)) {
        lines.push(format!("  {part}"));
    }
    lines.push("Authorization: Basic ••••••••".to_owned());
    let headers = request.headers.iter();
    lines.extend(headers.map(|(name, value)| format!("{name}: {value}")));
    lines.push(String::new());
    lines
        .iter()
        .map(|line| Row::of(Role::Muted, line))
        .collect()
}

fn split_url(url: &str) -> (&str, &str) {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(after_scheme..).unwrap_or("");
    let slash = rest.find('/').map_or(url.len(), |at| after_scheme + at);
    (
        url.get(..slash).unwrap_or(url),
        url.get(slash..).unwrap_or(""),
    )
}

/// Breaks a path before slashes, so that its parts stay whole.
fn wrap_path(path: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in path
        .split_inclusive('/')
        .fold(Vec::<String>::new(), join_slash)
    {
        match lines.last_mut() {
            Some(line) if line.len() + part.len() <= width => line.push_str(&part),
            _ => lines.push(part),
        }
    }
    lines
}

/// `split_inclusive` leaves slashes at the ends; they belong to the beginnings.
fn join_slash(mut parts: Vec<String>, part: &str) -> Vec<String> {
    let name = part.strip_suffix('/').unwrap_or(part);
    if let Some(last) = parts.last_mut()
        && last == "/"
    {
        last.push_str(name);
    } else if !name.is_empty() {
        parts.push(name.to_owned());
    }
    if part.ends_with('/') {
        parts.push("/".to_owned());
    }
    parts
}

/// The body for reading: JSON as a tree, a form part by part.
pub fn pretty(body: &RequestBody, look: JsonLook<'_>) -> Vec<Row> {
    match body {
        RequestBody::Empty => vec![Row::of(Role::Muted, "no body")],
        RequestBody::Json(text) => tree(text, "", look),
        RequestBody::Multipart { parts, .. } => parts
            .iter()
            .flat_map(|part| form_part(part, look))
            .collect(),
    }
}

fn form_part(part: &RequestPart, look: JsonLook<'_>) -> Vec<Row> {
    let file = part.file_name.as_ref();
    let file = file.map_or_else(String::new, |name| format!(" · file {name}"));
    let mut rows = vec![Row::of(Role::Muted, &format!("part {}{file}", part.name))];
    rows.extend(tree(&part.content, &format!("/{}", part.name), look));
    rows.push(Row::default());
    rows
}

/// JSON as a tree; any other text line by line.
fn tree(text: &str, pointer: &str, look: JsonLook<'_>) -> Vec<Row> {
    match json_view::rows(text, pointer, look) {
        Some(rows) => rows
            .into_iter()
            .map(|row| Row {
                spans: row.spans,
                pointer: row.pointer,
                folds: row.folds,
            })
            .collect(),
        None => text.lines().map(|line| Row::of(Role::Text, line)).collect(),
    }
}

/// The body byte for byte, broken by the view with `↵` where a row is full.
pub fn exact(body: &RequestBody, cells: usize) -> Vec<Row> {
    let bytes = body.bytes();
    let text = String::from_utf8_lossy(&bytes);
    let text = sanitize::escape_json_text(&text);
    let room = cells.saturating_sub(1).max(8);
    let mut rows = Vec::new();
    for line in text.split('\n') {
        // Broken hard, not at words: a space at the break must stay visible as a byte.
        let mut rest = line;
        loop {
            let part = width::head(rest, room);
            rest = rest.get(part.len()..).unwrap_or("");
            let mut spans = Spans::of(Role::Text, part);
            let ended = rest.is_empty() || part.is_empty();
            if !ended {
                spans.push(Role::Muted, "↵");
            }
            rows.push(Row {
                spans,
                ..Row::default()
            });
            if ended {
                break;
            }
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::{Row, exact, head, pretty};
    use crate::domain::{FrozenRequest, RequestBody};
    use crate::widgets::json_view::JsonLook;
    use std::collections::BTreeSet;

    fn texts(rows: &[Row]) -> Vec<String> {
        rows.iter().map(Row::text).collect()
    }

    #[test]
    fn the_head_names_everything_but_the_key() {
        let url = "https://api.alertspanel.com/whatsapp-api/v1.0/customer/99001/bot/00aa11bb22cc33dd/template";
        let body = RequestBody::Json("{\"a\":1}".to_owned());
        let request = FrozenRequest::post(url.to_owned(), body);
        assert_eq!(
            texts(&head(&request, 40)),
            [
                "POST https://api.alertspanel.com",
                "  /whatsapp-api/v1.0/customer/99001/bot",
                "  /00aa11bb22cc33dd/template",
                "Authorization: Basic ••••••••",
                "Content-Type: application/json",
                "",
            ]
        );
        let look = JsonLook {
            width: 40,
            indent: 2,
            folded: &BTreeSet::new(),
        };
        assert_eq!(
            texts(&pretty(&request.body, look)),
            ["{", "  \"a\": 1", "}"]
        );
        assert_eq!(texts(&exact(&request.body, 40)), ["{\"a\":1}"]);
    }
}
