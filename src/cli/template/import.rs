//! `template import`: templates out of what was copied from somewhere. Keys are dropped; files that
//! are named are read only where that was allowed.

use super::{not_found, parameter_names, read_text};
use crate::cli::args_template::TemplateImport;
use crate::cli::context::{Context, as_sentence, name_and_value, storage, usage};
use crate::cli::exit::ExitStatus;
use crate::cli::output::Row;
use crate::contract::ApiError;
use crate::domain::template::{
    Import, ImportError, ImportReport, ImportRule, NamedFiles, TemplateEdit, carry_over,
    check_shape, kind_in_words, read_import, summary,
};
use crate::domain::{Template, TemplateParameter};
use crate::runtime::named_files;
use crate::settings::Settings;
use crate::store::Library;
use serde_json::{Value, json};

/// Reads templates and keeps them.
///
/// # Errors
/// What cannot be read, with its place; a choice that is missing; names that cannot be.
pub fn import(
    context: &Context,
    settings: &Settings,
    library: &Library,
    args: &TemplateImport,
) -> Result<ExitStatus, ApiError> {
    let text = read_text(args.file.as_deref().unwrap_or("-"))?;
    let import = read(&text, args.allow_files)?;
    say_source(context, settings, &import);
    let chosen = choose(&import, args)?;
    // One after the other, so that a fallback can be given by the new name.
    let names = TemplateEdit {
        labels: pairs("--name", &args.name)?,
        ..TemplateEdit::default()
    };
    let fallbacks = TemplateEdit {
        fallbacks: pairs("--fallback", &args.fallback)?,
        ..TemplateEdit::default()
    };
    let mut kept = Vec::new();
    for report in chosen {
        kept.push(keep(context, library, report, [&names, &fallbacks])?);
    }
    let rows: Vec<Row> = kept.iter().map(row).collect();
    match kept.as_slice() {
        [only] if !args.all => {
            context.output.document(&document(only), &lines(only));
        }
        _ => {
            let headers = ["name", "language", "version", "replaced", "parameters"];
            context.output.list(&headers, &rows);
        }
    }
    Ok(ExitStatus::Done)
}

fn read(text: &str, allow_files: bool) -> Result<Import, ApiError> {
    let first = read_import(text, &NamedFiles::new());
    let Err(ImportError {
        rule: ImportRule::NeedsFiles(names),
        ..
    }) = &first
    else {
        return first.map_err(|error| refused(&error));
    };
    if !allow_files {
        let names = names.join(", ");
        return Err(usage(
            format!("the template is in a file that the command names: {names}"),
            "Files are not read unasked: give --allow-files, or import the file itself.",
        ));
    }
    let files = named_files::read(names)?;
    read_import(text, &files).map_err(|error| refused(&error))
}

fn refused(error: &ImportError) -> ApiError {
    let at = error.at.as_ref();
    let message = match at {
        Some(at) => format!("{at}: {}", error.what),
        None => error.what.clone(),
    };
    usage(message, as_sentence(&error.advice))
}

fn say_source(context: &Context, settings: &Settings, import: &Import) {
    let mut said = format!("Read as {}, {}", import.source, import.wrapping.words());
    let bot = &import.bot;
    for (word, part) in [
        ("host", bot.host()),
        ("customer", bot.customer_id.as_deref()),
        ("bot", bot.bot_key.as_deref()),
    ] {
        if let Some(part) = part {
            said.push_str(&format!(", {word} {part}"));
        }
    }
    context.output.note(&format!("{said}."));
    if import.key_found {
        let key = "The key in the text was left out; it is not stored.";
        context.output.note(key);
    }
    if let Ok(connection) = settings.connection()
        && let Some(parts) = bot.differs_from(&connection.profile.target)
    {
        let name = &connection.profile.name;
        context.output.note(&format!(
            "warning: it was made for another {parts} than the profile {name} has."
        ));
    }
    for (name, error) in &import.left_out {
        context.output.note(&format!("Left out: {name}: {error}."));
    }
}

/// The templates to keep: the only one, the one that was named, or all.
fn choose<'i>(
    import: &'i Import,
    args: &TemplateImport,
) -> Result<Vec<&'i ImportReport>, ApiError> {
    let fits = |report: &&ImportReport| {
        let template = &report.template;
        let language = args.language.as_ref();
        let named = args.only.as_ref().is_none_or(|name| *name == template.name);
        named && language.is_none_or(|code| *code == template.language)
    };
    let chosen: Vec<&ImportReport> = import.templates.iter().filter(fits).collect();
    if chosen.is_empty() {
        return Err(not_found(
            "the text has no such template".to_owned(),
            format!("It has {}.", listed(import.templates.iter())),
        ));
    }
    if chosen.len() > 1 && !args.all {
        return Err(usage(
            format!("the text has {} templates", chosen.len()),
            format!(
                "Choose with --only NAME and --language CODE, or take --all: {}.",
                listed(chosen.into_iter())
            ),
        ));
    }
    Ok(chosen)
}

/// The first few by name and language.
fn listed<'i>(reports: impl ExactSizeIterator<Item = &'i ImportReport>) -> String {
    let more = reports.len().saturating_sub(12);
    let names: Vec<String> = reports
        .take(12)
        .map(|one| format!("{} in {}", one.template.name, one.template.language))
        .collect();
    let names = names.join(", ");
    if more == 0 {
        names
    } else {
        format!("{names} and {more} more")
    }
}

fn pairs(option: &str, given: &[String]) -> Result<Vec<(String, String)>, ApiError> {
    let pair = |text: &String| {
        let (place, text) = name_and_value(option, text)?;
        Ok((place.to_owned(), text.to_owned()))
    };
    given.iter().map(pair).collect()
}

/// What was kept.
struct Kept {
    template: Template,
    version: u32,
    replaced: bool,
}

fn keep(
    context: &Context,
    library: &Library,
    report: &ImportReport,
    edits: [&TemplateEdit; 2],
) -> Result<Kept, ApiError> {
    let template = &report.template;
    let known = library
        .templates_named(&template.name)
        .map_err(|error| storage(&error))?;
    let before = known.iter().find(|one| one.language == template.language);
    let mut template = before.map_or_else(|| template.clone(), |old| carry_over(old, template));
    for edit in edits {
        let names = parameter_names(&template).join(", ");
        template = edit
            .apply(&template)
            .map_err(|error| usage(error.text, format!("Its places are: {names}.")))?;
    }
    let insert = library
        .insert_template(&template, context.started)
        .map_err(|error| storage(&error))?;
    let what = summary(&template);
    context.output.note(&format!("{}: {what}.", template.name));
    for place in &template.parameters {
        context.output.note(&place_in_words(place));
    }
    for note in &report.notes {
        context.output.note(note);
    }
    for problem in check_shape(&template) {
        context.output.note(&format!("warning: {}.", problem.text));
    }
    Ok(Kept {
        version: insert.version,
        replaced: insert.replaced,
        template,
    })
}

/// What stands in a place, and what happens without a value.
fn place_in_words(place: &TemplateParameter) -> String {
    let kept = if place.default.is_some() {
        ", the imported one stays unless another is given"
    } else {
        ""
    };
    format!(
        "{}: {}{kept}.",
        place.shown_name(),
        kind_in_words(place.kind)
    )
}

fn document(kept: &Kept) -> Value {
    json!({
        "name": kept.template.name, "language": kept.template.language,
        "version": kept.version, "replaced": kept.replaced,
        "parameters": parameter_names(&kept.template),
    })
}

fn replaced(kept: &Kept) -> &'static str {
    if kept.replaced {
        "an older version, which old plans keep"
    } else {
        "nothing"
    }
}

fn lines(kept: &Kept) -> [(&'static str, String); 5] {
    [
        ("name", kept.template.name.clone()),
        ("language", kept.template.language.clone()),
        ("version", kept.version.to_string()),
        ("replaced", replaced(kept).to_owned()),
        ("parameters", parameter_names(&kept.template).join(", ")),
    ]
}

fn row(kept: &Kept) -> Row {
    let cells = lines(kept).map(|(_, text)| text).to_vec();
    Row::new(&document(kept), cells)
}
