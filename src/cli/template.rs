//! `template import|list|show|check|remove`: the local library. It must not talk to anybody.

use super::args::{TemplateCommand, TemplateName};
use super::context::{Context, as_sentence, name_and_value, storage, usage};
use super::exit::ExitStatus;
use super::output::{Row, to_value};
use crate::contract::{ApiError, ErrorKind};
use crate::domain::Template;
use crate::domain::template::{Severity, check_values, import_json, rendered_body};
use crate::store::Library;
use crate::text::nearest::nearest;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Read;

/// A template is a page of JSON; more than this is a wrong file.
const MOST_BYTES: u64 = 8 * 1024 * 1024;

/// Runs a `template` command.
///
/// # Errors
/// What is wrong with the file, the name or the values.
pub fn run(context: &Context, command: &TemplateCommand) -> Result<ExitStatus, ApiError> {
    let settings = context.settings()?;
    let library = context.library(&settings)?;
    match command {
        TemplateCommand::Import { file, language } => {
            import(context, &library, file.as_deref(), language.as_deref())
        }
        TemplateCommand::List => list(context, &library),
        TemplateCommand::Show(name) => show(context, &library, name),
        TemplateCommand::Check { template, param } => check(context, &library, template, param),
        TemplateCommand::Remove(name) => remove(context, &library, name),
    }
}

/// The template of that name; with several languages one must be given.
///
/// # Errors
/// Not there (with the nearest name), or several languages.
pub fn find(library: &Library, name: &str, language: Option<&str>) -> Result<Template, ApiError> {
    let named = library
        .templates_named(name)
        .map_err(|error| storage(&error))?;
    let languages: Vec<&str> = named.iter().map(|one| one.language.as_str()).collect();
    let languages = languages.join(", ");
    let mut fitting = named
        .iter()
        .filter(|one| language.is_none_or(|code| one.language == code));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Ok(only.clone()),
        (Some(_), Some(_)) => Err(usage(
            format!("the template `{name}` is there in several languages: {languages}"),
            "Choose one with --language CODE.",
        )),
        (None, _) if !named.is_empty() => Err(not_found(
            format!(
                "the template `{name}` is not there in `{}`",
                language.unwrap_or("")
            ),
            format!("It is there in: {languages}."),
        )),
        (None, _) => {
            let all = library.templates().map_err(|error| storage(&error))?;
            let hint = nearest(name, all.iter().map(|one| one.name.as_str())).map_or_else(
                || "`alertdesk template list` shows what there is; `alertdesk template import FILE` adds one.".to_owned(),
                |near| format!("Did you mean `{near}`?"),
            );
            Err(not_found(
                format!("there is no template `{name}` in the library"),
                hint,
            ))
        }
    }
}

fn not_found(message: String, advice: String) -> ApiError {
    ApiError::new(ErrorKind::NotFound, message, advice)
}

fn import(
    context: &Context,
    library: &Library,
    file: Option<&str>,
    language: Option<&str>,
) -> Result<ExitStatus, ApiError> {
    let text = read_text(file.unwrap_or("-"))?;
    if text.trim_start().starts_with("curl") {
        return Err(usage(
            "this is a cURL command, which this version does not read",
            "Save only its JSON body (what follows --data) and import that.",
        ));
    }
    let report = import_json(&text).map_err(|error| sentence_of(&error.to_string()))?;
    let template = report.template;
    if let Some(code) = language.filter(|code| *code != template.language) {
        return Err(not_found(
            format!("the text has no template in `{code}`"),
            format!("It has `{}`.", template.language),
        ));
    }
    let insert = library
        .insert_template(&template, context.started)
        .map_err(|error| storage(&error))?;
    for note in &report.found {
        context.output.note(note);
    }
    let names = parameter_names(&template);
    let document = json!({
        "name": template.name, "language": template.language, "version": insert.version,
        "replaced": insert.replaced, "parameters": names,
    });
    let replaced = if insert.replaced {
        "an older version, which old plans keep"
    } else {
        "nothing"
    };
    context.output.document(
        &document,
        &[
            ("name", template.name.clone()),
            ("language", template.language.clone()),
            ("version", insert.version.to_string()),
            ("replaced", replaced.to_owned()),
            ("parameters", names.join(", ")),
        ],
    );
    Ok(ExitStatus::Done)
}

/// Splits a sentence of the form `what: what to do`.
fn sentence_of(text: &str) -> ApiError {
    let (message, advice) = text.split_once(": ").unwrap_or((text, ""));
    usage(message, as_sentence(advice))
}

/// Reads a text file, or stdin for `-`.
///
/// # Errors
/// When it cannot be read, is too large or no text.
pub fn read_text(file: &str) -> Result<String, ApiError> {
    let mut bytes = Vec::new();
    let read = if file == "-" {
        std::io::stdin()
            .lock()
            .take(MOST_BYTES + 1)
            .read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|open| open.take(MOST_BYTES + 1).read_to_end(&mut bytes))
    };
    let shown = if file == "-" { "stdin" } else { file };
    read.map_err(|error| {
        usage(
            format!("{shown} cannot be read: {error}"),
            "Check the path and its rights.",
        )
    })?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(usage(
            format!("{shown} has more than 8 MiB"),
            "Give the file of one template.",
        ));
    }
    String::from_utf8(bytes)
        .map_err(|_| usage(format!("{shown} is not UTF-8 text"), "Save it as UTF-8."))
}

fn list(context: &Context, library: &Library) -> Result<ExitStatus, ApiError> {
    let templates = library.templates().map_err(|error| storage(&error))?;
    let rows: Vec<Row> = templates
        .iter()
        .map(|template| {
            let names = parameter_names(template);
            let document = json!({
                "name": template.name, "language": template.language,
                "version": template.version, "parameters": names,
            });
            let cells = vec![
                template.name.clone(),
                template.language.clone(),
                template.version.to_string(),
                names.join(" "),
            ];
            Row::new(&document, cells)
        })
        .collect();
    context
        .output
        .list(&["name", "language", "version", "parameters"], &rows);
    if rows.is_empty() {
        context
            .output
            .note("The library is empty. `alertdesk template import FILE` adds a template.");
    }
    Ok(ExitStatus::Done)
}

fn parameter_names(template: &Template) -> Vec<&str> {
    template
        .parameters
        .iter()
        .map(|one| one.name.as_str())
        .collect()
}

fn show(context: &Context, library: &Library, name: &TemplateName) -> Result<ExitStatus, ApiError> {
    let template = find(library, &name.name, name.language.as_deref())?;
    let details: Vec<Value> = template
        .parameters
        .iter()
        .map(|one| json!({ "name": one.name, "kind": to_value(&one.kind), "default": one.default }))
        .collect();
    let document = json!({
        "name": template.name, "language": template.language, "namespace": template.namespace,
        "version": template.version, "parameters": parameter_names(&template),
        "details": details, "body_text": template.wording.body, "components": template.components,
    });
    let places: Vec<String> = template
        .parameters
        .iter()
        .map(|one| match &one.default {
            Some(value) => format!("{} (keeps {value} unless given)", one.name),
            None => one.name.clone(),
        })
        .collect();
    let components = serde_json::to_string_pretty(&template.components).unwrap_or_default();
    let mut lines = vec![
        ("name", template.name.clone()),
        ("language", template.language.clone()),
        ("version", template.version.to_string()),
        ("parameters", places.join("\n")),
    ];
    if let Some(body) = &template.wording.body {
        lines.push(("text", body.clone()));
    }
    lines.push(("components", components));
    context.output.document(&document, &lines);
    Ok(ExitStatus::Done)
}

fn check(
    context: &Context,
    library: &Library,
    name: &TemplateName,
    param: &[String],
) -> Result<ExitStatus, ApiError> {
    let template = find(library, &name.name, name.language.as_deref())?;
    let mut values = BTreeMap::new();
    for given in param {
        let (name, value) = name_and_value("--param", given)?;
        values.insert(name.to_owned(), value.to_owned());
    }
    let problems = check_values(&template, &values);
    let rows: Vec<Row> = problems
        .iter()
        .map(|problem| {
            let severity = match problem.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            let document = json!({
                "parameter": problem.parameter, "severity": severity, "rule": problem.rule,
                "text": problem.text,
            });
            let cells = vec![
                problem.parameter.clone(),
                severity.to_owned(),
                problem.text.clone(),
            ];
            Row::new(&document, cells)
        })
        .collect();
    context
        .output
        .list(&["parameter", "severity", "text"], &rows);
    if problems
        .iter()
        .any(|problem| problem.severity == Severity::Error)
    {
        return Err(usage(
            "the values do not fit the template",
            "Mend what is listed.",
        ));
    }
    if let Some(body) = rendered_body(&template, &values) {
        context.output.note(&body);
    }
    Ok(ExitStatus::Done)
}

fn remove(
    context: &Context,
    library: &Library,
    name: &TemplateName,
) -> Result<ExitStatus, ApiError> {
    if name.language.is_some() {
        return Err(usage(
            "one language alone cannot be removed in this version",
            "Without --language all languages of the name are removed.",
        ));
    }
    find_any(library, &name.name)?;
    library
        .remove_template(&name.name, None, context.started)
        .map_err(|error| storage(&error))?;
    context.output.document(
        &json!({ "removed": name.name }),
        &[("removed", name.name.clone())],
    );
    Ok(ExitStatus::Done)
}

fn find_any(library: &Library, name: &str) -> Result<(), ApiError> {
    let named = library
        .templates_named(name)
        .map_err(|error| storage(&error))?;
    if named.is_empty() {
        find(library, name, None).map(|_| ())
    } else {
        Ok(())
    }
}
