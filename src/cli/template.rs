//! `template …`: the local library. It must not talk to anybody.

mod change;
mod check;
mod import;
mod packs;
mod show;

pub use show::last_used;

use super::args::TemplateCommand;
use super::context::{Context, storage, usage};
use super::exit::ExitStatus;
use crate::contract::{ApiError, ErrorKind};
use crate::domain::Template;
use crate::store::Library;
use crate::text::nearest::nearest;
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
        TemplateCommand::Import(args) => import::import(context, &settings, &library, args),
        TemplateCommand::List(args) => show::list(context, &library, args),
        TemplateCommand::Show(args) => show::show(context, &library, args),
        TemplateCommand::Check { template, param } => {
            check::check(context, &library, template, param)
        }
        TemplateCommand::Edit(args) => change::edit(context, &library, args),
        TemplateCommand::Remove(name) => change::remove(context, &library, name),
        TemplateCommand::Restore(args) => change::restore(context, &library, args),
        TemplateCommand::Export(args) => packs::export(context, &library, args),
        TemplateCommand::ImportPack(args) => packs::import(context, &library, args),
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
            "Give the file of a template.",
        ));
    }
    String::from_utf8(bytes)
        .map_err(|_| usage(format!("{shown} is not UTF-8 text"), "Save it as UTF-8."))
}

fn parameter_names(template: &Template) -> Vec<&str> {
    template
        .parameters
        .iter()
        .map(|one| one.name.as_str())
        .collect()
}

/// As [`find`], for a template that may have been removed: the newest of its versions.
fn find_ever(library: &Library, name: &str, language: Option<&str>) -> Result<Template, ApiError> {
    let ever = library
        .languages_ever(name)
        .map_err(|error| storage(&error))?;
    let live = library
        .templates_named(name)
        .map_err(|error| storage(&error))?;
    let code = match (language, ever.as_slice()) {
        (Some(code), _) => code,
        (None, [only]) => only,
        (None, _) => return find(library, name, None),
    };
    if live.iter().any(|one| one.language == code) {
        return find(library, name, Some(code));
    }
    let versions = library
        .template_versions(name, code)
        .map_err(|error| storage(&error))?;
    match versions.into_iter().next() {
        Some(newest) => Ok(newest.template),
        None => find(library, name, language),
    }
}
