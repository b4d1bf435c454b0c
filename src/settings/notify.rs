//! The command that calls a person, and which variables it must not see. It runs nothing.

use super::environment::API_KEY;
use super::file::FileSettings;
use super::merge::Merged;
use super::secrets::KeySource;
use super::value::Value;

/// A command that calls a person, run by `sh -c`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotifyCommand {
    /// What the shell is given.
    pub command: String,
    /// Variables that may hold a key: of every profile, because a dashboard can change profiles.
    pub without: Vec<String>,
}

/// The command of the settings, if there is one.
pub(super) fn notify(general: &Merged, file: &FileSettings) -> Option<NotifyCommand> {
    let command = general.optional_text("notify_command")?;
    let layers = file.profiles.values().chain([&file.general]);
    let values = layers.flat_map(|layer| layer.values());
    let named = values.filter_map(|sourced| match &sourced.value {
        Value::Key(KeySource::Environment(name)) => Some(name.clone()),
        Value::Key(_) | Value::Text(_) | Value::Flag(_) | Value::Count(_) => None,
    });
    let mut without: Vec<String> = named.chain([API_KEY.to_owned()]).collect();
    without.sort_unstable();
    without.dedup();
    Some(NotifyCommand { command, without })
}
