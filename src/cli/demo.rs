//! `demo`: the dashboard on the embedded sandbox, with a data folder that goes when it ends.
//! Nothing leaves this machine and no real profile is touched.

use super::args::DemoArgs;
use super::context::{Context, storage};
use super::dashboard::{self, Start};
use super::demo_words;
use super::exit::ExitStatus;
use super::sandbox::explained;
use crate::contract::{ApiError, ErrorKind};
use crate::domain::template::import_json;
use crate::domain::{BotTarget, Flow};
use crate::sandbox::{BoundSandbox, EXAMPLE_FLOWS, EXAMPLE_PAYLOADS, SandboxConfig};
use crate::settings::Connection;
use crate::settings::paths::make_private;
use crate::settings::secrets::SandboxKey;
use crate::store::Library;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::{Path, PathBuf};

/// Opens the demonstration.
///
/// # Errors
/// When no port or folder can be had, or the terminal cannot be used.
pub fn run(context: &Context, args: &DemoArgs) -> Result<ExitStatus, ApiError> {
    let settings = context.quiet_settings()?;
    let bound = BoundSandbox::bind(SandboxConfig::new(context.started))
        .map_err(|error| explained(&error))?;
    let folder = DemoFolder::make(context, args)?;
    let announced = bound.announcement();
    let target = BotTarget {
        base_url: announced.listening,
        customer_id: announced.customer_id,
        bot_key: announced.bot_key,
    };
    let zone = TimeZone::system()
        .iana_name()
        .map_or_else(|| "UTC".to_owned(), str::to_owned);
    let connection = Connection::to_sandbox(target, SandboxKey::new(announced.api_key), zone);
    let settings = settings.for_sandbox(connection, folder.path.clone());
    context.start_reports(&settings);
    let status = dashboard::open(
        context,
        Start {
            settings,
            sandbox: Some(bound),
        },
    );
    folder.end(context);
    status
}

/// The data folder of a demonstration.
struct DemoFolder {
    path: PathBuf,
    keep: bool,
}

impl DemoFolder {
    /// A new folder, or the one a person named, which is never removed.
    fn make(context: &Context, args: &DemoArgs) -> Result<Self, ApiError> {
        let named = context.global.data_dir.clone();
        let keep = args.keep || named.is_some();
        let path = named.unwrap_or_else(|| {
            let name = format!(
                "alertdesk-demo-{}-{:x}",
                std::process::id(),
                context.started.as_nanosecond()
            );
            std::env::temp_dir().join(name)
        });
        make_private(&path)?;
        Ok(Self { path, keep })
    }

    fn end(mut self, context: &Context) {
        if self.keep {
            context.output.note(&format!(
                "The data of the demo is in {}",
                self.path.display()
            ));
            return;
        }
        self.keep = true;
        if let Err(error) = std::fs::remove_dir_all(&self.path) {
            context.output.note(&format!(
                "warning: {} could not be removed: {error}",
                self.path.display()
            ));
        }
    }
}

impl Drop for DemoFolder {
    /// A demonstration that breaks down leaves nothing behind either.
    fn drop(&mut self) {
        if !self.keep
            && let Err(error) = std::fs::remove_dir_all(&self.path)
        {
            tracing::warn!(%error, "the demo's folder stays");
        }
    }
}

/// Fills an empty library with the sandbox's templates and flows. Takes some milliseconds: run it
/// after the first frame. A library with anything in it stays as it is.
///
/// # Errors
/// When the library cannot be written, or an example does not fit this version.
pub fn fill_library(data_dir: &Path, now: Timestamp) -> Result<(), ApiError> {
    let library = Library::open(data_dir).map_err(|error| storage(&error))?;
    let empty = library
        .templates()
        .map_err(|error| storage(&error))?
        .is_empty()
        && library.flows().map_err(|error| storage(&error))?.is_empty();
    if !empty {
        return Ok(());
    }
    let damaged = |text: String| {
        ApiError::new(
            ErrorKind::Storage,
            format!("an example cannot be read: {text}"),
            "Install the program again.",
        )
    };
    let described = demo_words::read().map_err(|error| damaged(error.to_string()))?;
    for payload in EXAMPLE_PAYLOADS {
        let mut template = import_json(payload)
            .map_err(|error| damaged(error.to_string()))?
            .template;
        demo_words::describe(&mut template, &described);
        library
            .insert_template(&template, now)
            .map_err(|error| storage(&error))?;
    }
    let flows: Vec<Flow> =
        serde_json::from_str(EXAMPLE_FLOWS).map_err(|error| damaged(error.to_string()))?;
    for flow in &flows {
        library
            .put_flow(flow, now)
            .map_err(|error| storage(&error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::fill_library;
    use crate::store::Library;
    use jiff::Timestamp;

    #[test]
    fn every_example_fits_the_library_and_is_put_there_once() {
        let folder = tempfile::tempdir().unwrap();
        fill_library(folder.path(), Timestamp::UNIX_EPOCH).unwrap();
        fill_library(folder.path(), Timestamp::UNIX_EPOCH).unwrap();
        let library = Library::open(folder.path()).unwrap();
        let templates = library.templates().unwrap();
        assert_eq!(templates.len(), crate::sandbox::EXAMPLE_PAYLOADS.len());
        assert!(
            templates
                .iter()
                .all(|one| one.version == 1 && one.wording.body.is_some())
        );
        assert!(!library.flows().unwrap().is_empty());
    }
}
