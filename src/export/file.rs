//! A file that appears under its name only when it is whole. It must not know what is written.

use crate::contract::{ApiError, ErrorKind};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What happens to a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// It stays and the export is refused.
    Refuse,
    /// It is replaced when the new one is whole.
    Replace,
}

/// A file in the making. It is written beside its final name, readable by its owner only, and
/// removed when this is dropped before [`ExportFile::keep`].
#[derive(Debug)]
pub struct ExportFile {
    file: File,
    partial: Partial,
    target: PathBuf,
    overwrite: Overwrite,
}

/// The file beside the target; gone with this value.
#[derive(Debug)]
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, file = %self.0.display(), "a partial export could not be removed");
        }
    }
}

impl ExportFile {
    /// Starts a file in the folder of the target.
    ///
    /// # Errors
    /// When the target is there and must stay, is a folder, or its folder cannot be written to.
    pub fn create(target: &Path, overwrite: Overwrite) -> Result<Self, ApiError> {
        Self::check(target, overwrite)?;
        let name = target.file_name().map(|name| name.to_string_lossy());
        let name = name.unwrap_or_default();
        let mut refused = io::Error::from(io::ErrorKind::AlreadyExists);
        for attempt in 0..100 {
            let process = std::process::id();
            let partial = target.with_file_name(format!(".{name}.{process}-{attempt}.partial"));
            match private().open(&partial) {
                Ok(file) => {
                    return Ok(Self {
                        file,
                        partial: Partial(partial),
                        target: target.to_owned(),
                        overwrite,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => refused = error,
                Err(error) => return Err(not_written(target, &error)),
            }
        }
        Err(not_written(target, &refused))
    }

    /// Whether a target may be written, before any work is done for it.
    ///
    /// # Errors
    /// When it is there and must stay, or is a folder.
    pub fn check(target: &Path, overwrite: Overwrite) -> Result<(), ApiError> {
        if target.is_dir() || target.file_name().is_none() {
            return Err(ApiError::new(
                ErrorKind::Usage,
                format!("{} is a folder", target.display()),
                "Name a file in it.",
            ));
        }
        match (overwrite, target.symlink_metadata()) {
            (Overwrite::Refuse, Ok(_)) => Err(there_already(target)),
            (Overwrite::Replace, _) | (Overwrite::Refuse, Err(_)) => Ok(()),
        }
    }

    /// Puts the whole file under its final name.
    ///
    /// # Errors
    /// When it cannot be written to the end, or when a file of that name has come meanwhile and
    /// must stay.
    pub fn keep(self) -> Result<(), ApiError> {
        let Self {
            file,
            partial,
            target,
            overwrite,
        } = self;
        file.sync_all()
            .map_err(|error| not_written(&target, &error))?;
        let moved = match overwrite {
            Overwrite::Replace => std::fs::rename(&partial.0, &target),
            // A second name cannot take the place of a file, a new name could.
            Overwrite::Refuse => match std::fs::hard_link(&partial.0, &target) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                    return Err(there_already(&target));
                }
                // Some file systems know no second names.
                Err(_) => {
                    Self::check(&target, overwrite)?;
                    std::fs::rename(&partial.0, &target)
                }
                Ok(()) => Ok(()),
            },
        };
        moved.map_err(|error| not_written(&target, &error))
    }

    /// An error of writing as commands show it.
    pub fn failed(target: &Path, error: &io::Error) -> ApiError {
        not_written(target, error)
    }
}

impl Write for ExportFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}

fn there_already(target: &Path) -> ApiError {
    ApiError::new(
        ErrorKind::Usage,
        format!("{} is there already", target.display()),
        "Choose another name, or give --force to replace it.",
    )
}

fn not_written(target: &Path, error: &io::Error) -> ApiError {
    let advice = if error.kind() == io::ErrorKind::NotFound {
        "Make its folder first, or choose another."
    } else if error.kind() == io::ErrorKind::PermissionDenied {
        "Choose a folder that you may write to."
    } else {
        "Free some space or choose another folder, and export again."
    };
    ApiError::new(
        ErrorKind::Storage,
        format!("{} cannot be written: {error}", target.display()),
        advice,
    )
}

#[cfg(test)]
mod tests {
    use super::{ExportFile, Overwrite};
    use std::io::Write;
    use std::path::Path;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_has_its_name_only_when_it_is_whole_and_nobody_else_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.csv");
        let mut file = ExportFile::create(&target, Overwrite::Refuse).unwrap();
        file.write_all(b"half").unwrap();
        assert!(!target.exists());
        assert_eq!(names(folder.path()).len(), 1);
        file.keep().unwrap();
        assert_eq!(names(folder.path()), ["a.csv"]);
        assert_eq!(std::fs::read(&target).unwrap(), b"half");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&target).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn what_is_given_up_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = ExportFile::create(&folder.path().join("a.csv"), Overwrite::Refuse).unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn a_file_that_is_there_stays_unless_it_may_be_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.csv");
        std::fs::write(&target, "old").unwrap();
        let refused = ExportFile::create(&target, Overwrite::Refuse).unwrap_err();
        assert!(refused.advice.contains("--force"), "{refused:?}");
        let mut file = ExportFile::create(&target, Overwrite::Replace).unwrap();
        file.write_all(b"new").unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"old");
        file.keep().unwrap();
        assert_eq!(std::fs::read(&target).unwrap(), b"new");
        assert_eq!(names(folder.path()), ["a.csv"]);
    }

    #[test]
    fn a_file_that_comes_meanwhile_stays_too() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("a.csv");
        let mut file = ExportFile::create(&target, Overwrite::Refuse).unwrap();
        file.write_all(b"ours").unwrap();
        std::fs::write(&target, "theirs").unwrap();
        assert!(file.keep().unwrap_err().message.contains("there already"));
        assert_eq!(std::fs::read(&target).unwrap(), b"theirs");
        assert_eq!(names(folder.path()), ["a.csv"]);
    }

    #[test]
    fn folders_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let is_folder = ExportFile::create(folder.path(), Overwrite::Replace).unwrap_err();
        assert!(is_folder.message.ends_with("is a folder"));
        let missing = folder.path().join("none/a.csv");
        let missing = ExportFile::create(&missing, Overwrite::Refuse).unwrap_err();
        assert!(missing.advice.contains("folder first"), "{missing:?}");
    }
}
