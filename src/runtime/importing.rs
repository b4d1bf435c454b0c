//! The work behind the dialog that adds templates: looking through a text, keeping what a person
//! took. Everything here blocks; nothing starts a task.

use super::named_files;
use super::unbroken::unbroken;
use super::world::{World, storage_error};
use crate::contract::{
    ApiError, Event, ImportAnswer, KeptTemplate, KeptTemplates, NewProfile, NewTemplates, Ticket,
};
use crate::domain::Template;
use crate::domain::template::{
    Import, ImportError, ImportRule, NamedFiles, TemplateEdit, read_import,
};
use crate::settings;
use crate::store::{ChangeError, Library};
use jiff::Timestamp;

/// Looks through a text; the files it names are read only where a person allowed that.
///
/// # Errors
/// What cannot be read, where, and what to do.
pub fn read(text: &str, read_files: bool) -> Result<Import, ImportError> {
    let first = read_import(text, &NamedFiles::new());
    match &first {
        Err(ImportError {
            rule: ImportRule::NeedsFiles(names),
            ..
        }) if read_files => match named_files::read(names) {
            Ok(files) => read_import(text, &files),
            Err(error) => Err(ImportError {
                rule: ImportRule::NeedsFiles(names.clone()),
                at: None,
                what: error.message,
                advice: error.advice.trim_end_matches('.').to_owned(),
            }),
        },
        Ok(_) | Err(_) => first,
    }
}

/// What a text is, as the event that says so. A reader that breaks is a fault of this program, and
/// leaves a sentence too.
pub fn answered(ticket: Ticket, text: &str, read_files: bool) -> Event {
    let broke = || {
        Err(ImportError {
            rule: ImportRule::Unsupported,
            at: None,
            what: "this text broke the reader".to_owned(),
            advice: "take only the JSON of the template".to_owned(),
        })
    };
    let result = unbroken(|| read(text, read_files), broke);
    Event::Import(Box::new(ImportAnswer { ticket, result }))
}

/// Keeps templates one after the other and gives back what the library holds then.
///
/// # Errors
/// When the library cannot be read.
pub fn keep(world: &World, new: &NewTemplates, now: Timestamp) -> Result<KeptTemplates, ApiError> {
    let library = world.library()?;
    let mut kept = Vec::new();
    let mut failed = None;
    for template in &new.templates {
        match keep_one(&library, template, &new.edit, now) {
            Ok(one) => kept.push(one),
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    Ok(KeptTemplates {
        kept,
        failed,
        templates: library.templates().map_err(|error| storage_error(&error))?,
    })
}

fn keep_one(
    library: &Library,
    template: &Template,
    edit: &TemplateEdit,
    now: Timestamp,
) -> Result<KeptTemplate, ApiError> {
    let insert = library.insert_template(template, now);
    let insert = insert.map_err(|error| storage_error(&error))?;
    // What was taken away in the dialog would otherwise be inherited from the version before.
    let edited = library.edit_template(&template.name, &template.language, edit);
    edited.map_err(|error| match error {
        ChangeError::Store(error) => storage_error(&error),
        ChangeError::Edit(_) | ChangeError::Missing(_) | ChangeError::Version(_) => {
            let advice = "The template is kept, its names are not: `alertdesk template edit`.";
            ApiError::new(crate::contract::ErrorKind::Usage, error.to_string(), advice)
        }
    })?;
    Ok(KeptTemplate {
        name: template.name.clone(),
        language: template.language.clone(),
        version: insert.version,
    })
}

/// Writes a profile into the settings file of this start.
///
/// # Errors
/// Where there is none to write to, and as [`settings::add_profile`].
pub fn add_profile(world: &World, profile: &NewProfile) -> Result<String, Box<ApiError>> {
    let Some(file) = world.config_file() else {
        return Err(Box::new(ApiError::new(
            crate::contract::ErrorKind::Refused,
            "the demo touches no settings",
            "Start alertdesk without `demo` to make a profile.",
        )));
    };
    settings::add_profile(file, profile).map_err(Box::new)?;
    Ok(profile.name.clone())
}
