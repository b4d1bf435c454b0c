//! Who a send is for: numbers and ids of the command line, or a file with columns. It asks nobody;
//! what is known of 24-hour windows comes from the local copy.

use crate::cli::args_send::PeopleArgs;
use crate::cli::context::{Context, as_sentence, storage, usage};
use crate::contract::ApiError;
use crate::domain::audience::{AudienceError, CsvOptions, from_csv, from_recipients};
use crate::domain::{Audience, Content, Profile};
use crate::settings::{CacheSetting, Settings};
use crate::store::cache_path;
use std::fs::File;

/// Everybody the options name.
///
/// # Errors
/// Nobody named, or a file that cannot be read as a whole.
pub fn read(
    people: &PeopleArgs,
    to_column: Option<String>,
    content: &Content,
    profile: &Profile,
) -> Result<Audience, ApiError> {
    let form = content.recipient_form();
    let Some(path) = &people.csv else {
        if people.to.is_empty() && !content.names_recipients() {
            return Err(usage(
                "nobody to send to is given",
                "Give recipients with --to or a file with --csv.",
            ));
        }
        if to_column.is_some() {
            return Err(usage(
                "--map to=COLUMN needs a file",
                "Give --csv FILE, or leave it out.",
            ));
        }
        return Ok(from_recipients(&people.to, form, profile.region.as_deref()));
    };
    let options = CsvOptions {
        to_column,
        form,
        region: profile.region.clone(),
        // Row checks of a plan come later than those of a file; `--strict` looks at both there.
        strict: false,
        source: Some(path.clone()),
    };
    read_file(path, &options)
}

/// Recipients of a file; `-` is the standard input.
///
/// # Errors
/// A file that cannot be read as a whole.
pub fn read_file(path: &str, options: &CsvOptions) -> Result<Audience, ApiError> {
    let read = if path == "-" {
        from_csv(std::io::stdin().lock(), options)
    } else {
        let file = File::open(path).and_then(|file| {
            if file.metadata()?.is_dir() {
                return Err(std::io::Error::other("it is a folder"));
            }
            Ok(file)
        });
        match file {
            Ok(file) => from_csv(file, options),
            Err(error) => Err(AudienceError::Unreadable(error.to_string())),
        }
    };
    read.map_err(|error| {
        let shown = if path == "-" { "stdin" } else { path };
        let text = error.to_string();
        let (message, advice) = text.rsplit_once(": ").unwrap_or((&text, ""));
        usage(format!("{shown}: {message}"), as_sentence(advice))
    })
}

/// Adds what the local copy knows of people's last messages. Without one nothing is known, and an
/// unknown window leaves nobody out.
pub fn look_up_windows(
    context: &Context,
    settings: &Settings,
    profile: &Profile,
    audience: &mut Audience,
) {
    let kept = match &settings.cache {
        CacheSetting::Off => false,
        CacheSetting::Readable => cache_path(&settings.folders.data.path).exists(),
        CacheSetting::Encrypted(_) => true,
    };
    if !kept {
        return;
    }
    let heard = context.cache(settings).and_then(|cache| {
        let ids = audience.rows.iter().map(|row| row.recipient.text());
        cache
            .last_heard(&profile.target, ids)
            .map_err(|error| storage(&error))
    });
    match heard {
        Ok(heard) => audience.heard = heard,
        Err(error) => context.output.note(&format!(
            "warning: nothing is known of 24-hour windows: {}",
            error.message
        )),
    }
}
