//! What `config show` and `profile show` print: every setting with its value and who said it. The
//! key appears as `set (from …)` only.

use super::merge::Merged;
use super::schema::{Effect, GENERAL, Key, PROFILE};
use super::{CacheSetting, Settings, value::Origin};
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
    let help = match key.effect {
        Effect::Now => key.help.to_owned(),
        Effect::Later => format!("{} (kept, no effect in this version)", key.help),
    };
    Explained {
        key: format!("{prefix}{}", key.path),
        value: sourced.map_or_else(String::new, |sourced| sourced.value.to_string()),
        origin: sourced.map_or_else(|| "unset".to_owned(), |sourced| sourced.origin.to_string()),
        help,
    }
}

/// Settings a person gave that change nothing, as sentences: this version does not act on them
/// yet, or another setting is in their way.
pub fn without_effect(settings: &Settings) -> Vec<String> {
    let tables = [(GENERAL, &settings.general), (PROFILE, &settings.profile)];
    let later = tables
        .into_iter()
        .flat_map(|(keys, merged)| keys.iter().map(move |key| (key, merged)))
        .filter(|(key, _)| key.effect == Effect::Later)
        .filter_map(|(key, merged)| {
            let sourced = merged.get(key.path)?;
            (sourced.origin != Origin::Default).then(|| {
                format!(
                    "`{}` ({}) has no effect in this version",
                    key.path, sourced.origin
                )
            })
        });
    let cache_key = settings.general.get("cache_key");
    let unused = cache_key.filter(|_| settings.cache == CacheSetting::Off);
    let unused = unused.map(|sourced| {
        format!(
            "`cache_key` ({}) has no effect because `cache` is false",
            sourced.origin
        )
    });
    later.chain(unused).collect()
}
