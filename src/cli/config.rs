//! `config path|show|check` and `profile list|show`. It must not change any file.

use super::args::{ConfigCommand, ProfileCommand};
use super::context::{Context, usage};
use super::exit::ExitStatus;
use super::output::Row;
use crate::contract::ApiError;
use crate::settings::environment::Environment;
use crate::settings::explain::{Explained, explain, table, without_effect};
use crate::settings::paths::Folders;
use crate::settings::schema::PROFILE;
use crate::settings::{CacheSetting, Settings, SettingsError, load};
use crate::text::nearest::nearest;
use serde_json::json;

/// Runs a `config` command.
///
/// # Errors
/// What is wrong with the settings.
pub fn run(context: &Context, command: ConfigCommand) -> Result<ExitStatus, ApiError> {
    match command {
        ConfigCommand::Path => path(context),
        ConfigCommand::Show => show(context),
        ConfigCommand::Check => check(context),
    }
}

fn path(context: &Context) -> Result<ExitStatus, ApiError> {
    // Must work while the file is broken, because it says where the file is.
    let global = &context.global;
    let environment = Environment::of_process();
    let folders = Folders::choose(
        global.config_dir.clone(),
        global.data_dir.clone(),
        &environment,
    )?;
    let lines = [
        ("config", folders.config_file()),
        ("keymap", folders.keymap_file()),
        ("themes", folders.themes()),
        ("data", folders.data.path.clone()),
        ("log", folders.log()),
    ]
    .map(|(name, path)| (name, path.display().to_string()));
    let document: serde_json::Map<_, _> = lines
        .iter()
        .map(|(name, path)| ((*name).to_owned(), json!(path)))
        .collect();
    context.output.document(&document, &lines);
    Ok(ExitStatus::Done)
}

fn show(context: &Context) -> Result<ExitStatus, ApiError> {
    let settings = context.quiet_settings()?;
    print(context, explain(&settings));
    for warning in &settings.warnings {
        context.output.note(&format!("warning: {warning}"));
    }
    Ok(ExitStatus::Done)
}

fn check(context: &Context) -> Result<ExitStatus, ApiError> {
    let settings = match load(&context.global.overrides(), &Environment::of_process()) {
        Ok(settings) => settings,
        Err(SettingsError::File(problems)) => {
            let count = problems.len();
            let rest: Vec<String> = problems.iter().map(ToString::to_string).collect();
            return Err(usage(
                rest.join("\n"),
                format!(
                    "Mend {} and run `alertdesk config check` again.",
                    if count == 1 {
                        "this line"
                    } else {
                        "these lines"
                    }
                ),
            ));
        }
        Err(error @ SettingsError::Other(_)) => return Err(error.into()),
    };
    let mut notes = settings.warnings.clone();
    notes.extend(without_effect(&settings));
    notes.extend(unopened_cache(&settings));
    let file = settings.folders.config_file();
    let connection = settings.connection();
    let found = match &connection {
        Ok(connection) => format!(
            "settings are right; profile `{}` talks to {}",
            connection.profile.name, connection.profile.target.base_url
        ),
        Err(error) => format!("the file is right, but {}", error.message),
    };
    let document = json!({
        "file": file.exists().then(|| file.display().to_string()),
        "profile": settings.profile_name,
        "connected": connection.is_ok(),
        "cache": settings.cache.to_string(),
        "summary": found,
        "notes": notes,
    });
    context.output.document(
        &document,
        &[
            ("check", found.clone()),
            ("cache", settings.cache.to_string()),
            ("notes", notes.join("\n")),
        ],
    );
    // A profile that is written down and leads nowhere must not look ready to a script.
    match connection {
        Err(error) if settings.profile_name.is_some() && !settings.profiles.is_empty() => {
            Err(error)
        }
        Ok(_) | Err(_) => Ok(ExitStatus::Done),
    }
}

/// An encrypted cache that these settings have no key for.
fn unopened_cache(settings: &Settings) -> Option<String> {
    let file = settings.folders.sealed_cache_file();
    let unopened = settings.cache == CacheSetting::Readable && file.exists();
    unopened.then(|| {
        format!(
            "{} is encrypted and no `cache_key` is set: set it again, or delete the file, which \
             may be done at any time",
            file.display()
        )
    })
}

/// Runs a `profile` command.
///
/// # Errors
/// What is wrong with the settings, or that there is no such profile.
pub fn profile(context: &Context, command: &ProfileCommand) -> Result<ExitStatus, ApiError> {
    let settings = context.quiet_settings()?;
    match command {
        ProfileCommand::List => {
            let names = settings.profiles.iter();
            let rows: Vec<Row> = names
                .filter_map(|name| profile_row(&settings, name))
                .collect();
            context
                .output
                .list(&["name", "base_url", "guard", "state"], &rows);
            if rows.is_empty() {
                context
                    .output
                    .note("There is no profile in the settings file. `alertdesk demo` needs none.");
            }
        }
        ProfileCommand::Show { name: None } => {
            settings.connection()?;
            let lines = explain(&settings);
            print(
                context,
                lines
                    .into_iter()
                    .filter(|line| line.key.starts_with("profiles."))
                    .collect(),
            );
        }
        ProfileCommand::Show { name: Some(name) } => {
            let merged = settings
                .profile_table(name)
                .ok_or_else(|| no_profile(name, &settings.profiles))?;
            print(
                context,
                table(&format!("profiles.{name}."), PROFILE, &merged),
            );
        }
    }
    Ok(ExitStatus::Done)
}

fn profile_row(settings: &Settings, name: &str) -> Option<Row> {
    let merged = settings.profile_table(name)?;
    let current = settings.profile_name.as_deref() == Some(name);
    let url = merged.text("base_url");
    let guard = merged.text("guard");
    let read_only = merged.flag("read_only");
    let document = json!({
        "name": name, "base_url": url, "guard": guard,
        "read_only": read_only, "current": current,
    });
    let marks = [(current, "in use"), (read_only, "read-only")];
    let mark: Vec<&str> = marks
        .iter()
        .filter(|(on, _)| *on)
        .map(|(_, word)| *word)
        .collect();
    let cells = vec![name.to_owned(), url, guard, mark.join(", ")];
    Some(Row::new(&document, cells))
}

fn no_profile(name: &str, known: &[String]) -> ApiError {
    let hint = nearest(name, known.iter().map(String::as_str)).map_or_else(
        || "`alertdesk profile list` shows them.".to_owned(),
        |near| format!("Did you mean `{near}`?"),
    );
    ApiError::new(
        crate::contract::ErrorKind::NotFound,
        format!("there is no profile `{name}`"),
        hint,
    )
}

fn print(context: &Context, lines: Vec<Explained>) {
    let rows: Vec<Row> = lines
        .into_iter()
        .map(|line| {
            let cells = vec![
                line.key.clone(),
                line.value.clone(),
                line.origin.clone(),
                line.help.clone(),
            ];
            Row::new(&line, cells)
        })
        .collect();
    context.output.list(&["key", "value", "origin"], &rows);
}
