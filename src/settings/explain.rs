//! What `config show` and `profile show` print: every setting with its value and who said it. The
//! key appears as `set (from …)` only.

use super::merge::Merged;
use super::schema::{GENERAL, Key, PROFILE};
use super::{CacheSetting, Settings};
use serde::Serialize;

/// One line of `config show`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// Dotted path as in the file.
    pub key: String,
    /// The value, empty if unset.
    pub value: String,
    /// Who said it.
    pub origin: String,
    /// What the setting does.
    pub help: String,
}

/// Every setting of this start, the folders first.
pub fn explain(settings: &Settings) -> Vec<Explained> {
    let folder = |key: &str, folder: &super::paths::Folder, help: &str| Explained {
        key: key.to_owned(),
        value: folder.path.display().to_string(),
        origin: folder.origin.to_string(),
        help: help.to_owned(),
    };
    let mut lines = vec![
        folder(
            "config_dir",
            &settings.folders.config,
            "folder of the settings",
        ),
        folder("data_dir", &settings.folders.data, "folder of the record"),
    ];
    lines.extend(table("", GENERAL, &settings.general));
    if let Some(name) = &settings.profile_name {
        lines.extend(table(
            &format!("profiles.{name}."),
            PROFILE,
            &settings.profile,
        ));
    }
    lines
}

/// The settings of one table, below a prefix.
pub fn table(prefix: &str, keys: &'static [Key], merged: &Merged) -> Vec<Explained> {
    keys.iter().map(|key| line(prefix, key, merged)).collect()
}

fn line(prefix: &str, key: &'static Key, merged: &Merged) -> Explained {
    let sourced = merged.get(key.path);
    Explained {
        key: format!("{prefix}{}", key.path),
        value: sourced.map_or_else(String::new, |sourced| sourced.value.to_string()),
        origin: sourced.map_or_else(|| "unset".to_owned(), |sourced| sourced.origin.to_string()),
        help: key.help.to_owned(),
    }
}

/// Settings a person gave that change nothing, as sentences: another setting is missing or in their
/// way.
pub fn without_effect(settings: &Settings) -> Vec<String> {
    let cache_key = settings.general.get("cache_key");
    let unused = cache_key.filter(|_| settings.cache == CacheSetting::Off);
    let unused = unused.map(|sourced| {
        format!(
            "`cache_key` ({}) has no effect because `cache` is false",
            sourced.origin
        )
    });
    let ends = [
        ("quiet_hours.start", "quiet_hours.end"),
        ("quiet_hours.end", "quiet_hours.start"),
        ("approval.keys", "approval.above"),
    ];
    let half = ends.into_iter().filter_map(|(given, other)| {
        let sourced = settings.profile.get(given)?;
        settings.profile.get(other).is_none().then(|| {
            format!(
                "`{given}` ({}) has no effect without `{other}`",
                sourced.origin
            )
        })
    });
    half.chain(unused).collect()
}
