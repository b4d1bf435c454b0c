//! `template list` and `template show`.

use super::{find, find_ever, parameter_names};
use crate::cli::args_template::{TemplateList, TemplateShow};
use crate::cli::context::{Context, storage};
use crate::cli::exit::ExitStatus;
use crate::cli::output::{Row, to_value};
use crate::contract::ApiError;
use crate::domain::template::{Change, TemplateVersion, kind_in_words};
use crate::domain::{Template, TemplateParameter, Usage, Used};
use crate::store::Library;
use crate::text::{format, fuzzy};
use jiff::Zoned;
use serde_json::{Value, json};

/// Prints the library, or what a filter leaves of it.
///
/// # Errors
/// When the library cannot be read.
pub fn list(
    context: &Context,
    library: &Library,
    args: &TemplateList,
) -> Result<ExitStatus, ApiError> {
    let templates = library.templates().map_err(|error| storage(&error))?;
    let usage = library.usage().map_err(|error| storage(&error))?;
    let now = context.now_in_zone(&context.quiet_settings()?);
    let names: Vec<String> = templates
        .iter()
        .map(|one| format!("{} {}", one.name, one.language))
        .collect();
    let query = args.filter.as_deref().unwrap_or_default();
    let shown = fuzzy::ranked(query, names.iter().map(String::as_str));
    let rows: Vec<Row> = shown
        .iter()
        .filter_map(|at| templates.get(*at))
        .map(|template| {
            let key = Used::template(&template.name, &template.language);
            row(template, usage.get(&key).copied().unwrap_or_default(), &now)
        })
        .collect();
    let headers = [
        "name",
        "language",
        "category",
        "version",
        "used",
        "last used",
        "values",
        "note",
    ];
    context.output.list(&headers, &rows);
    if templates.is_empty() {
        context
            .output
            .note("The library is empty. `alertdesk template import FILE` adds a template.");
    } else if rows.is_empty() {
        let all = format::counted(templates.len() as u64, "template");
        context
            .output
            .note(&format!("None of {all} has that name."));
    }
    Ok(ExitStatus::Done)
}

fn row(template: &Template, usage: Usage, now: &Zoned) -> Row {
    let document = json!({
        "name": template.name, "language": template.language, "version": template.version,
        "parameters": parameter_names(template), "category": template.category,
        "note": template.note, "batches": usage.batches, "recipients": usage.recipients,
        "last_used": usage.last,
    });
    let cells = vec![
        template.name.clone(),
        template.language.clone(),
        template.category.clone().unwrap_or_default(),
        template.version.to_string(),
        usage.batches.to_string(),
        last_used(usage, now),
        template.parameters.len().to_string(),
        template.note.lines().next().unwrap_or_default().to_owned(),
    ];
    Row::new(&document, cells)
}

/// When it was queued last, as people say it.
pub fn last_used(usage: Usage, now: &Zoned) -> String {
    let at = usage.last.map(|at| at.to_zoned(now.time_zone().clone()));
    at.map_or_else(|| "never".to_owned(), |at| format::moment(&at, now))
}

/// Prints one template, with all its versions if they are asked for.
///
/// # Errors
/// A name that is not there, or several languages of it.
pub fn show(
    context: &Context,
    library: &Library,
    args: &TemplateShow,
) -> Result<ExitStatus, ApiError> {
    let name = &args.template;
    let language = name.language.as_deref();
    let template = if args.versions {
        find_ever(library, &name.name, language)?
    } else {
        find(library, &name.name, language)?
    };
    let versions = library.template_versions(&template.name, &template.language);
    let versions = versions.map_err(|error| storage(&error))?;
    let usage = library.usage().map_err(|error| storage(&error))?;
    let key = Used::template(&template.name, &template.language);
    let usage = usage.get(&key).copied().unwrap_or_default();
    let now = context.now_in_zone(&context.quiet_settings()?);
    let mut document = document(&template, usage);
    let mut lines = lines(&template, usage, &now);
    if args.versions {
        let all: Vec<Value> = history(&versions).map(version_document).collect();
        if let Some(object) = document.as_object_mut() {
            object.insert("versions".to_owned(), Value::Array(all));
        }
        let all: Vec<String> = history(&versions)
            .map(|one| version_text(one, &now))
            .collect();
        lines.push(("versions", all.join("\n")));
    } else {
        let components = serde_json::to_string_pretty(&template.components).unwrap_or_default();
        lines.push(("components", components));
    }
    context.output.document(&document, &lines);
    Ok(ExitStatus::Done)
}

fn document(template: &Template, usage: Usage) -> Value {
    let details: Vec<Value> = template
        .parameters
        .iter()
        .map(|one| {
            json!({
                "name": one.name, "label": one.label, "kind": to_value(&one.kind),
                "default": one.default, "fallback": one.fallback,
            })
        })
        .collect();
    json!({
        "name": template.name, "language": template.language, "namespace": template.namespace,
        "version": template.version, "parameters": parameter_names(template),
        "details": details, "body_text": template.wording.body, "components": template.components,
        "category": template.category, "note": template.note,
        "wording": to_value(&template.wording), "batches": usage.batches,
        "recipients": usage.recipients, "last_used": usage.last,
    })
}

fn lines(template: &Template, usage: Usage, now: &Zoned) -> Vec<(&'static str, String)> {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let places: Vec<String> = template.parameters.iter().map(place).collect();
    let buttons: Vec<String> = template
        .wording
        .buttons
        .iter()
        .enumerate()
        .map(|(at, button)| format!("{at} {}", button.label))
        .collect();
    let used = format!(
        "{} to {}, last {}",
        format::counted(usage.batches, "time"),
        format::people(usage.recipients),
        last_used(usage, now)
    );
    vec![
        ("name", template.name.clone()),
        ("language", template.language.clone()),
        ("namespace", text(&template.namespace)),
        ("category", text(&template.category)),
        ("version", template.version.to_string()),
        (
            "used",
            if usage.batches == 0 {
                "never".to_owned()
            } else {
                used
            },
        ),
        ("note", template.note.clone()),
        ("values", places.join("\n")),
        ("header", text(&template.wording.header)),
        ("text", text(&template.wording.body)),
        ("footer", text(&template.wording.footer)),
        ("buttons", buttons.join("\n")),
    ]
}

/// `2 order · text · fallback there`.
fn place(place: &TemplateParameter) -> String {
    let label = place.label.as_ref().map(|label| format!(" {label}"));
    let keeps = place.default.as_ref();
    let keeps = keeps.map(|value| format!(" · keeps {value} unless given"));
    let fallback = place.fallback.as_ref();
    let fallback = fallback.map(|text| format!(" · fallback {text}"));
    format!(
        "{}{} · {}{}{}",
        place.name,
        label.unwrap_or_default(),
        kind_in_words(place.kind),
        keeps.unwrap_or_default(),
        fallback.unwrap_or_default(),
    )
}

/// Each version with what changed since the one before it, the newest first.
fn history(
    versions: &[TemplateVersion],
) -> impl Iterator<Item = (&TemplateVersion, Option<Vec<Change>>)> {
    versions.iter().enumerate().map(|(at, version)| {
        let older = versions.get(at + 1);
        let changes = older.map(|older| version.template.changes_since(&older.template));
        (version, changes)
    })
}

fn version_document((version, changes): (&TemplateVersion, Option<Vec<Change>>)) -> Value {
    let changes: Vec<Value> = changes
        .unwrap_or_default()
        .iter()
        .map(|one| json!({ "what": one.what, "before": one.before, "after": one.after }))
        .collect();
    json!({
        "version": version.template.version, "added": version.added, "removed": version.removed,
        "changes": changes,
    })
}

fn version_text(
    (version, changes): (&TemplateVersion, Option<Vec<Change>>),
    now: &Zoned,
) -> String {
    let at = version.added.to_zoned(now.time_zone().clone());
    let gone = if version.removed.is_some() {
        ", removed"
    } else {
        ""
    };
    let head = format!(
        "{}  added {}{gone}",
        version.template.version,
        format::moment(&at, now)
    );
    let changes = changes.unwrap_or_default();
    let lines = changes.iter().flat_map(|change| {
        let before = change.before.iter().map(|text| format!("    - {text}"));
        let after = change.after.iter().map(|text| format!("    + {text}"));
        let what = std::iter::once(format!("  {}", change.what));
        what.chain(before).chain(after).collect::<Vec<_>>()
    });
    std::iter::once(head)
        .chain(lines)
        .collect::<Vec<_>>()
        .join("\n")
}
