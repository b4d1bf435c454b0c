//! The log: one file for each start in the data folder, the last few kept. Nothing goes to the
//! terminal, no line holds a key or a control character.

use super::redact::Redactor;
use crate::contract::{ApiError, ErrorKind};
use crate::text::sanitize::clean;
use jiff::Timestamp;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Mutex;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// How many log files stay, this start's included.
const KEPT: usize = 5;

/// Starts logging into a new file of this folder and removes the oldest ones. `level` is `off`,
/// `error`, `warn`, `info`, `debug` or `trace`; `off` writes no file.
///
/// # Errors
/// When the file cannot be made; the program can go on without a log.
pub fn start(
    folder: &Path,
    level: &str,
    redactor: &Redactor,
    now: Timestamp,
) -> Result<Option<PathBuf>, ApiError> {
    let level = LevelFilter::from_str(level).unwrap_or(LevelFilter::INFO);
    if level == LevelFilter::OFF {
        return Ok(None);
    }
    let path = folder.join(format!(
        "alertdesk-{}-{}.log",
        now.strftime("%Y%m%dT%H%M%SZ"),
        std::process::id()
    ));
    let failed = |error: io::Error| {
        ApiError::new(
            ErrorKind::Storage,
            format!("the log {} cannot be written: {error}", path.display()),
            "Mend the folder's rights, or use --log-level off.",
        )
    };
    crate::settings::paths::make_private(folder)?;
    let file = create_private(&path).map_err(failed)?;
    remove_old(folder).map_err(failed)?;
    let writer = Mutex::new(CleanWriter {
        file,
        redactor: redactor.clone(),
    });
    let layer = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_writer(writer);
    let only_ours = Targets::new().with_target("alertdesk", level);
    // A second start in one process (tests) keeps the first log.
    let started = tracing_subscriber::registry()
        .with(layer)
        .with(only_ours)
        .try_init();
    Ok(started.is_ok().then_some(path))
}

/// Makes a new file that only the owner can read.
///
/// # Errors
/// When it cannot be made.
pub fn create_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
}

fn remove_old(folder: &Path) -> io::Result<()> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "log"))
        .collect();
    // The time is in the name, so that names sort by age.
    files.sort_unstable();
    let surplus = files.len().saturating_sub(KEPT);
    for path in files.iter().take(surplus) {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

struct CleanWriter {
    file: File,
    redactor: Redactor,
}

impl Write for CleanWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        self.file
            .write_all(clean(&self.redactor.clean(&text)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::{CleanWriter, KEPT, create_private, remove_old};
    use crate::report::Redactor;
    use secrecy::SecretString;
    use std::io::Write;

    #[test]
    fn a_line_is_redacted_and_cleaned() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.log");
        let redactor = Redactor::new();
        redactor.learn(&SecretString::from("made-up-key"));
        let mut writer = CleanWriter {
            file: create_private(&path).unwrap(),
            redactor,
        };
        writer
            .write_all("key=made-up-key \u{1b}[2J\n".as_bytes())
            .unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.starts_with("key=[redacted] ") && !text.contains('\u{1b}'),
            "{text:?}"
        );
    }

    #[test]
    fn only_the_last_few_stay() {
        let folder = tempfile::tempdir().unwrap();
        for number in 0..9 {
            create_private(&folder.path().join(format!("alertdesk-{number}.log"))).unwrap();
        }
        remove_old(folder.path()).unwrap();
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, KEPT);
        assert!(folder.path().join("alertdesk-8.log").exists());
    }
}
