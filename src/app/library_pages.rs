//! Pages about a template: its versions with what changed between them, and its payload as text.

use super::help::plain;
use super::library::title;
use crate::domain::Template;
use crate::domain::template::{Change, TemplateVersion};
use crate::overlays::page::{self, Kind};
use crate::text::{format, sanitize};
use crate::theme::Role;
use crate::widgets::Spans;
use jiff::Zoned;
use serde_json::json;

/// The versions of one template, the newest first. `None` if there are none.
pub fn versions(versions: &[TemplateVersion], now: &Zoned) -> Option<page::State> {
    let newest = versions.first()?;
    let mut lines = Vec::new();
    for (at, version) in versions.iter().enumerate() {
        let added = version.added.to_zoned(now.time_zone().clone());
        let word = match version.removed {
            Some(_) => "removed",
            None if at == 0 => "in use",
            None => "",
        };
        lines.push(
            Spans::of(Role::Key, format!("version {}", version.template.version))
                .with(
                    Role::Muted,
                    format!("  came {}  ", format::moment(&added, now)),
                )
                .with(Role::Text, word),
        );
        match versions.get(at + 1) {
            Some(older) => {
                let changes = version.template.changes_since(&older.template);
                push_changes(&mut lines, &changes);
            }
            None => lines.push(Spans::of(Role::Muted, "  the first one")),
        }
        lines.push(Spans::default());
    }
    let hint = "An older one comes back with alertdesk template restore NAME --version NUMBER.";
    lines.push(Spans::of(Role::Muted, hint));
    Some(page::State {
        kind: Kind::Detail,
        title: format!("Versions of {}", title(&newest.template)),
        state: Spans::of(
            Role::Muted,
            format::counted(versions.len() as u64, "version"),
        ),
        copy: plain(&lines),
        lines,
        scroll: 0,
    })
}

/// What changed, each with what stood there before and what stands there now.
fn push_changes(lines: &mut Vec<Spans>, changes: &[Change]) {
    if changes.is_empty() {
        let text = "  the same as the one before, but for sample values";
        lines.push(Spans::of(Role::Muted, text));
    }
    for change in changes {
        let what = sanitize::clean_line(&change.what).into_owned();
        lines.push(Spans::of(Role::Text, format!("  {what}")));
        let mut push = |text: &Option<String>, sign: &str, role| {
            for line in text.iter().flat_map(|text| text.lines()) {
                let line = sanitize::clean_line(line).into_owned();
                let signed = Spans::of(role, format!("    {sign} "));
                lines.push(signed.with(Role::Text, line));
            }
        };
        push(&change.before, "-", Role::Failed);
        push(&change.after, "+", Role::Accepted);
    }
}

/// The payload of a template as a call has it, without the values of its import.
pub fn payload_json(template: &Template) -> String {
    let clean = template.clone().without_samples();
    let mut payload = json!({
        "name": clean.name,
        "language": { "code": clean.language, "policy": "deterministic" },
        "components": clean.components,
    });
    if let (Some(namespace), Some(object)) = (clean.namespace, payload.as_object_mut()) {
        object.insert("namespace".to_owned(), json!(namespace));
    }
    serde_json::to_string_pretty(&payload).unwrap_or_default()
}
