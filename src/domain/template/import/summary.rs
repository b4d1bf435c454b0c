//! What a template holds, in one line for people.

use crate::domain::template::{ButtonKind, ParameterKind, Template};
use serde_json::Value;

/// What a template holds, for example `1 header image, 3 body variables, 1 quick-reply button`.
pub fn summary(template: &Template) -> String {
    let components = template
        .components
        .as_array()
        .map_or(&[][..], Vec::as_slice);
    let mut parts: Vec<String> = components.iter().filter_map(header).collect();
    if parts.is_empty() && template.wording.header.is_some() {
        parts.push("a fixed header".to_owned());
    }
    if components.iter().any(|one| is(one, "limited_time_offer")) {
        parts.push("1 offer with an end".to_owned());
    }
    let texts = template.parameters.iter();
    let texts =
        texts.filter(|one| one.kind == ParameterKind::Text && !one.name.starts_with("card."));
    parts.push(counted(texts.count(), "body variable"));
    parts.extend(buttons(template, components));
    let cards = components.iter().filter(|one| is(one, "carousel"));
    let cards = cards.filter_map(|one| one.get("cards")?.as_array());
    parts.extend(cards.map(|cards| counted(cards.len(), "card")));
    parts.join(", ")
}

fn is(component: &Value, kind: &str) -> bool {
    let found = component.get("type").and_then(Value::as_str);
    found.is_some_and(|found| found.eq_ignore_ascii_case(kind))
}

fn counted(count: usize, noun: &str) -> String {
    match count {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

fn header(component: &Value) -> Option<String> {
    if !is(component, "header") {
        return None;
    }
    let kind = component.pointer("/parameters/0/type")?.as_str()?;
    let kind = match kind.to_ascii_lowercase().as_str() {
        "text" => "variable",
        "image" => "image",
        "video" => "video",
        "document" => "document",
        "location" => "location",
        _ => "value",
    };
    Some(format!("1 header {kind}"))
}

/// Buttons by what they do, static ones too where the words of the template are known.
fn buttons(template: &Template, components: &[Value]) -> Vec<String> {
    let known = &template.wording.buttons;
    let sent = components.iter().filter(|one| is(one, "button"));
    let kinds: Vec<&str> = if known.is_empty() {
        let kind = |one: &Value| {
            let found = one.get("sub_type").and_then(Value::as_str).unwrap_or("");
            match found.to_ascii_lowercase().as_str() {
                "quick_reply" => "quick-reply button",
                "url" => "link button",
                "copy_code" => "code button",
                _ => "other button",
            }
        };
        sent.map(kind).collect()
    } else {
        let kind = |kind| match kind {
            ButtonKind::QuickReply => "quick-reply button",
            ButtonKind::Url => "link button",
            ButtonKind::CopyCode => "code button",
            ButtonKind::Phone => "call button",
            ButtonKind::Other => "other button",
        };
        known.iter().map(|button| kind(button.kind)).collect()
    };
    let mut parts: Vec<(usize, &str)> = Vec::new();
    for kind in kinds {
        match parts.iter_mut().find(|(_, known)| *known == kind) {
            Some((count, _)) => *count += 1,
            None => parts.push((1, kind)),
        }
    }
    let parts = parts.into_iter();
    parts.map(|(count, kind)| counted(count, kind)).collect()
}
