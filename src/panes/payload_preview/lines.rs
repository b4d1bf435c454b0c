//! A request as lines of text, pretty or byte for byte.

use crate::domain::{FrozenRequest, RequestBody};
use crate::text::{sanitize, width};

/// Method, address and headers; the address on as many lines as it needs.
pub fn head(request: &FrozenRequest, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let (host, path) = split_url(&request.url);
    lines.push(format!("{} {host}", request.method));
    for part in wrap_path(path, width.saturating_sub(2).max(8)) {
        lines.push(format!("  {part}"));
    }
    lines.push("Authorization: Basic ••••••••".to_owned());
    lines.extend(
        request
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}")),
    );
    lines.push(String::new());
    lines
        .into_iter()
        .map(|line| sanitize::clean_line(&line).into_owned())
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

/// The body for reading: JSON indented by `indent` cells, a form part by part.
pub fn pretty(body: &RequestBody, indent: usize) -> Vec<String> {
    match body {
        RequestBody::Empty => vec!["no body".to_owned()],
        RequestBody::Json(text) => pretty_json(text, indent),
        RequestBody::Multipart { parts, .. } => parts
            .iter()
            .flat_map(|part| {
                let file = part
                    .file_name
                    .as_ref()
                    .map_or_else(String::new, |name| format!(" · file {name}"));
                let mut lines = vec![format!("part {}{file}", part.name)];
                if serde_json::from_str::<serde_json::Value>(&part.content).is_ok() {
                    lines.extend(pretty_json(&part.content, indent));
                } else {
                    lines.extend(part.content.lines().map(str::to_owned));
                }
                lines.push(String::new());
                lines
            })
            .map(|line| sanitize::clean_line(&line).into_owned())
            .collect(),
    }
}

fn pretty_json(text: &str, indent: usize) -> Vec<String> {
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else {
        return text
            .lines()
            .map(|line| sanitize::clean_line(line).into_owned())
            .collect();
    };
    let indent = " ".repeat(indent);
    let mut out = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(indent.as_bytes());
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, formatter);
    if serde::Serialize::serialize(&value, &mut serializer).is_err() {
        return vec![text.to_owned()];
    }
    let pretty = String::from_utf8_lossy(&out);
    sanitize::escape_json_text(&pretty)
        .lines()
        .map(str::to_owned)
        .collect()
}

/// The body byte for byte, broken by the view with `↵` where a line is full.
pub fn exact(body: &RequestBody, cells: usize) -> Vec<String> {
    let bytes = body.bytes();
    let text = String::from_utf8_lossy(&bytes);
    let text = sanitize::escape_json_text(&text);
    let room = cells.saturating_sub(1).max(8);
    let mut lines = Vec::new();
    for line in text.split('\n') {
        // Broken hard, not at words: a space at the break must stay visible as a byte.
        let mut rest = line;
        loop {
            let part = width::head(rest, room);
            rest = rest.get(part.len()..).unwrap_or("");
            if rest.is_empty() || part.is_empty() {
                lines.push(part.to_owned());
                break;
            }
            lines.push(format!("{part}↵"));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{head, pretty};
    use crate::domain::{FrozenRequest, RequestBody};

    #[test]
    fn the_head_names_everything_but_the_key() {
        let url = "https://api.alertspanel.com/whatsapp-api/v1.0/customer/99001/bot/00aa11bb22cc33dd/template";
        let request =
            FrozenRequest::post(url.to_owned(), RequestBody::Json("{\"a\":1}".to_owned()));
        let lines = head(&request, 40);
        assert_eq!(
            lines,
            [
                "POST https://api.alertspanel.com",
                "  /whatsapp-api/v1.0/customer/99001/bot",
                "  /00aa11bb22cc33dd/template",
                "Authorization: Basic ••••••••",
                "Content-Type: application/json",
                "",
            ]
        );
        assert_eq!(pretty(&request.body, 2), ["{", "  \"a\": 1", "}"]);
    }
}
