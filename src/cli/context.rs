//! What every command has at hand: output, settings, the local library, a runtime. It must not
//! know any command.

pub use crate::text::format::as_sentence;

use super::args::Global;
use super::output::Output;
use crate::contract::{ApiError, ErrorKind};
use crate::report::{Redactor, crash, logging};
use crate::settings::environment::Environment;
use crate::settings::secrets::Purpose;
use crate::settings::{self, CacheSetting, Connection, KeySource, Settings};
use crate::store::cache::CacheStore;
use crate::store::{Library, StoreError};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use secrecy::SecretString;
use std::future::Future;

/// What a command works with.
#[derive(Debug, Clone)]
pub struct Context {
    /// The only way to print.
    pub output: Output,
    /// Knows the keys of this process.
    pub redactor: Redactor,
    /// Options of every command.
    pub global: Global,
    /// When this process started.
    pub started: Timestamp,
}

impl Context {
    /// Reads the settings, starts log and crash report, says its warnings once.
    ///
    /// # Errors
    /// Every mistake of settings, as a sentence.
    pub fn settings(&self) -> Result<Settings, ApiError> {
        let settings = self.quiet_settings()?;
        for warning in &settings.warnings {
            self.output.note(&format!("warning: {warning}"));
        }
        self.start_reports(&settings);
        Ok(settings)
    }

    /// Reads the settings and does nothing else.
    ///
    /// # Errors
    /// Every mistake of settings, as a sentence.
    pub fn quiet_settings(&self) -> Result<Settings, ApiError> {
        settings::load(&self.global.overrides(), &Environment::of_process()).map_err(ApiError::from)
    }

    /// Starts the log and the crash report; without them the program still works.
    pub fn start_reports(&self, settings: &Settings) {
        let folder = settings.folders.log();
        crash::install(&folder, &self.redactor, self.started);
        let started = settings.folders.make_data().and_then(|()| {
            logging::start(&folder, &settings.log_level, &self.redactor, self.started)
        });
        if let Err(error) = started {
            self.output.note(&format!("warning: {}", error.message));
        }
    }

    /// The API key of a connection; from here on it is redacted everywhere.
    ///
    /// # Errors
    /// Where it should have come from and what to do.
    pub async fn key(&self, connection: &Connection) -> Result<SecretString, ApiError> {
        self.secret(&connection.key, Purpose::Api).await
    }

    async fn secret(&self, source: &KeySource, purpose: Purpose) -> Result<SecretString, ApiError> {
        let secret = source.fetch(purpose).await?;
        self.redactor.learn(&secret);
        Ok(secret)
    }

    /// The key of the encrypted cache; redacted everywhere as well. Blocks, so no task may ask.
    ///
    /// # Errors
    /// Where it should have come from and what to do.
    pub fn cache_key(&self, source: &KeySource) -> Result<SecretString, ApiError> {
        block_on(self.secret(source, Purpose::Cache))
    }

    /// The local library of templates and flows.
    ///
    /// # Errors
    /// When the data folder or its database cannot be used.
    pub fn library(&self, settings: &Settings) -> Result<Library, ApiError> {
        settings.folders.make_data()?;
        Library::open(&settings.folders.data.path).map_err(|error| storage(&error))
    }

    /// The cache of what was read. No task may ask: the key of an encrypted one is waited for.
    ///
    /// # Errors
    /// When it is switched off, or cannot be used, for example because another process has the
    /// encrypted one.
    pub fn cache(&self, settings: &Settings) -> Result<CacheStore, ApiError> {
        let folder = &settings.folders.data.path;
        match &settings.cache {
            CacheSetting::Off => Err(usage(
                "the local cache is switched off (`cache = false`)",
                "Take that line out of config.toml, or read with `alertdesk conversation show`.",
            )),
            CacheSetting::Readable => {
                settings.folders.make_data()?;
                CacheStore::open(folder).map_err(ApiError::from)
            }
            CacheSetting::Encrypted(source) => {
                settings.folders.make_data()?;
                let (cache, note) = CacheStore::open_sealed(folder, &self.cache_key(source)?)?;
                if let Some(note) = note {
                    self.output.note(&note.to_string());
                }
                Ok(cache)
            }
        }
    }

    /// The zone of the profile, read from the settings; UTC if these cannot be read.
    pub fn zone(&self) -> TimeZone {
        self.quiet_settings().map_or(TimeZone::UTC, |settings| {
            self.now_in_zone(&settings).time_zone().clone()
        })
    }

    /// The current time in the zone of the profile, or of the machine without a profile.
    pub fn now_in_zone(&self, settings: &Settings) -> Zoned {
        let zone = settings
            .connection()
            .ok()
            .and_then(|connection| TimeZone::get(&connection.profile.time_zone).ok())
            .unwrap_or_else(TimeZone::system);
        self.started.to_zoned(zone)
    }
}

/// An error of the local database as commands show it.
pub fn storage(error: &StoreError) -> ApiError {
    ApiError::from(error)
}

/// Wrong use, with a sentence and what to do.
pub fn usage(message: impl Into<String>, advice: impl Into<String>) -> ApiError {
    ApiError::new(ErrorKind::Usage, message, advice)
}

/// Runs a command's future to its end on a runtime of its own.
///
/// # Errors
/// When the system gives no threads, or what the future says.
pub fn block_on<T>(work: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| {
            ApiError::new(
                ErrorKind::Storage,
                format!("the system gives no threads: {error}"),
                "Close other programs and try again.",
            )
        })?
        .block_on(work)
}

/// Splits `NAME=VALUE` at the first `=`.
///
/// # Errors
/// A sentence that names the option.
pub fn name_and_value<'a>(option: &str, text: &'a str) -> Result<(&'a str, &'a str), ApiError> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim(), value)),
        Some(_) | None => Err(usage(
            format!("{option} {text} has no name and value"),
            format!("Write it as {option} NAME=VALUE."),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::{as_sentence, name_and_value};

    #[test]
    fn only_the_first_equals_sign_separates() {
        assert_eq!(name_and_value("--param", "a=b=c").unwrap(), ("a", "b=c"));
        assert_eq!(name_and_value("--param", "a=").unwrap(), ("a", ""));
        assert!(name_and_value("--param", "a").is_err());
        assert!(name_and_value("--param", "=b").is_err());
    }

    #[test]
    fn advice_becomes_a_sentence() {
        assert_eq!(as_sentence("free some space"), "Free some space.");
        assert_eq!(as_sentence(""), "");
    }
}
