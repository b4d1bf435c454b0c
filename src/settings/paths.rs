//! The two folders of this program and who may read them. Nothing is ever written elsewhere.

use super::environment::Environment;
use super::value::Origin;
use crate::contract::{ApiError, ErrorKind};
use std::path::{Path, PathBuf};

/// A folder and who chose it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Where.
    pub path: PathBuf,
    /// Who said so.
    pub origin: Origin,
}

/// The two folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// `config.toml`, `keymap.toml`, `themes/`.
    pub config: Folder,
    /// Databases, log, drafts; readable by the owner only.
    pub data: Folder,
}

impl Folders {
    /// Chooses the folders: option, environment, then the folders of the desktop standard.
    ///
    /// # Errors
    /// When there is no home folder and nothing else says where.
    pub fn choose(
        config: Option<PathBuf>,
        data: Option<PathBuf>,
        environment: &Environment,
    ) -> Result<Self, ApiError> {
        let standard = directories::ProjectDirs::from("", "", "alertdesk");
        let pick = |option: Option<PathBuf>, names: (&'static str, &'static str), fallback| {
            let (option_name, variable) = names;
            if let Some(path) = option {
                return Ok(Folder {
                    path,
                    origin: Origin::Option(option_name),
                });
            }
            if let Some(path) = environment.get(variable) {
                let origin = Origin::Environment(variable);
                return Ok(Folder {
                    path: PathBuf::from(path),
                    origin,
                });
            }
            let fallback: Option<PathBuf> = fallback;
            fallback
                .map(|path| Folder {
                    path,
                    origin: Origin::Default,
                })
                .ok_or_else(|| {
                    ApiError::new(
                        ErrorKind::Usage,
                        "there is no home folder to keep settings and data in",
                        format!("Set HOME, or give {option_name}."),
                    )
                })
        };
        let standard_config = standard.as_ref().map(|dirs| dirs.config_dir().to_owned());
        let standard_data = standard.as_ref().map(|dirs| dirs.data_dir().to_owned());
        Ok(Self {
            config: pick(
                config,
                ("--config-dir", "ALERTDESK_CONFIG_DIR"),
                standard_config,
            )?,
            data: pick(data, ("--data-dir", "ALERTDESK_DATA_DIR"), standard_data)?,
        })
    }

    /// The settings file.
    pub fn config_file(&self) -> PathBuf {
        self.config.path.join("config.toml")
    }

    /// The user's key bindings.
    pub fn keymap_file(&self) -> PathBuf {
        self.config.path.join("keymap.toml")
    }

    /// The user's themes.
    pub fn themes(&self) -> PathBuf {
        self.config.path.join("themes")
    }

    /// Plans, batches, templates and flows.
    pub fn outbox_file(&self) -> PathBuf {
        self.data.path.join("outbox.db")
    }

    /// What was read from the platform; may be deleted at any time.
    pub fn cache_file(&self) -> PathBuf {
        self.data.path.join("cache.db")
    }

    /// The same, encrypted.
    pub fn sealed_cache_file(&self) -> PathBuf {
        self.data.path.join("cache.sealed")
    }

    /// Log files and crash reports.
    pub fn log(&self) -> PathBuf {
        self.data.path.join("log")
    }

    /// Makes the data folder, readable by the owner only, if it is not there yet.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make_data(&self) -> Result<(), ApiError> {
        make_private(&self.data.path)
    }
}

/// Makes a folder with mode 0700. One that is there already keeps its mode.
///
/// # Errors
/// When it cannot be made or is not a folder.
pub fn make_private(folder: &Path) -> Result<(), ApiError> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| {
            ApiError::new(
                ErrorKind::Storage,
                format!("the folder {} cannot be made: {error}", folder.display()),
                "Choose another with --data-dir, or mend its rights.",
            )
        })
}

/// A sentence with the fix if group or others can read this path; `mode` is the right one.
pub fn readable_by_others(path: &Path, mode: u32) -> Option<String> {
    use std::os::unix::fs::PermissionsExt;
    let rights = std::fs::metadata(path).ok()?.permissions().mode();
    (rights & 0o077 != 0).then(|| {
        format!(
            "{} can be read by others; run: chmod {mode:o} {}",
            path.display(),
            path.display()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{Folders, make_private, readable_by_others};
    use crate::settings::environment::Environment;
    use crate::settings::value::Origin;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    #[test]
    fn an_option_wins_over_the_environment() {
        let environment = Environment::read(|name| {
            name.ends_with("_DIR")
                .then(|| "/from/environment".to_owned())
        });
        let folders =
            Folders::choose(Some(PathBuf::from("/from/option")), None, &environment).unwrap();
        assert_eq!(folders.config.origin, Origin::Option("--config-dir"));
        assert_eq!(folders.data.path, PathBuf::from("/from/environment"));
        assert_eq!(
            folders.data.origin,
            Origin::Environment("ALERTDESK_DATA_DIR")
        );
    }

    #[test]
    fn the_data_folder_is_private() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("a/b");
        make_private(&folder).unwrap();
        assert_eq!(readable_by_others(&folder, 0o700), None);
        let file = folder.join("config.toml");
        std::fs::write(&file, "").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(
            readable_by_others(&file, 0o600)
                .unwrap()
                .contains("chmod 600")
        );
    }
}
