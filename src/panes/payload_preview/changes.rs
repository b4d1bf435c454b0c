//! What differs between the last request of the same thing and the one shown.

use super::rows::Row;
use crate::domain::{FrozenRequest, RequestBody};
use crate::text::sanitize;
use crate::theme::Role;
use similar::{ChangeTag, TextDiff};

/// Rows around a change that stay the same.
const AROUND: usize = 2;

/// The differences, a few rows around each; one sentence where there are none.
pub fn rows(before: &FrozenRequest, now: &FrozenRequest) -> Vec<Row> {
    let (before, now) = (long_form(before), long_form(now));
    let diff = TextDiff::from_lines(&before, &now);
    let mut rows = Vec::new();
    for group in diff.grouped_ops(AROUND) {
        if !rows.is_empty() {
            rows.push(Row::of(Role::Muted, "…"));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let (sign, role) = match change.tag() {
                ChangeTag::Delete => ("- ", Role::Failed),
                ChangeTag::Insert => ("+ ", Role::Accepted),
                ChangeTag::Equal => ("  ", Role::Muted),
            };
            let line = change.value().trim_end_matches('\n');
            let line = sanitize::escape_json_text(line);
            rows.push(Row::of(role, &format!("{sign}{line}")));
        }
    }
    if rows.is_empty() {
        rows.push(Row::of(
            Role::Muted,
            "Nothing differs: address and body are the same.",
        ));
    }
    rows
}

/// Address and body with every value on a line of its own, so that lines can be compared.
fn long_form(request: &FrozenRequest) -> String {
    let mut text = format!("{} {}\n", request.method, request.url);
    match &request.body {
        RequestBody::Empty => {}
        RequestBody::Json(body) => text.push_str(&spread(body)),
        RequestBody::Multipart { parts, .. } => {
            for part in parts {
                text.push_str(&format!("part {}\n{}", part.name, spread(&part.content)));
            }
        }
    }
    text
}

fn spread(text: &str) -> String {
    let value = serde_json::from_str::<serde_json::Value>(text).ok();
    let spread = value.and_then(|value| serde_json::to_string_pretty(&value).ok());
    let mut spread = spread.unwrap_or_else(|| text.to_owned());
    if !spread.ends_with('\n') {
        spread.push('\n');
    }
    spread
}

#[cfg(test)]
mod tests {
    use super::rows;
    use crate::domain::{FrozenRequest, RequestBody};
    use crate::panes::payload_preview::rows::Row;

    #[test]
    fn a_changed_value_shows_both_and_the_same_request_says_so() {
        let request = |body: &str| {
            FrozenRequest::post(
                "https://h.example/x".to_owned(),
                RequestBody::Json(body.to_owned()),
            )
        };
        let before = request(r#"{"a":"one","b":{"c":[1,2,3,4,5,6,7]}}"#);
        let now = request(r#"{"a":"two","b":{"c":[1,2,3,4,5,6,7]}}"#);
        let texts: Vec<String> = rows(&before, &now).iter().map(Row::text).collect();
        assert_eq!(
            texts,
            [
                "  POST https://h.example/x",
                "  {",
                "-   \"a\": \"one\",",
                "+   \"a\": \"two\",",
                "    \"b\": {",
                "      \"c\": [",
            ]
        );
        assert_eq!(rows(&now, &now).len(), 1);
    }
}
