//! Whether a data folder is the one its record was made in. A copy must not send: what waits in it
//! waits in the original as well.

use super::error::OutboxError;
use crate::domain::Sha256Hex;
use crate::store::outbox::{Home, OutboxStore};
use jiff::Timestamp;
use std::path::Path;

/// Where systems keep the id of a machine.
const MACHINE_IDS: [&str; 2] = ["/etc/machine-id", "/var/lib/dbus/machine-id"];

/// Binds a new record to its folder and says what is different where one belongs elsewhere.
///
/// The number of the device is not compared, because Linux does not promise it from one start to
/// the next; machine, path and file are. What was put back in place, as a snapshot of the whole
/// machine or of the file, looks the same from inside.
///
/// # Errors
/// [`OutboxError::Store`] or [`OutboxError::File`] if the folder cannot be looked at.
pub(super) fn find_out(
    store: &OutboxStore,
    data_dir: &Path,
    now: Timestamp,
) -> Result<Option<String>, OutboxError> {
    let here = here(data_dir)?;
    match store.home()? {
        None => {
            store.settle_in(&here, now)?;
            Ok(None)
        }
        Some(home) if home == here => Ok(None),
        Some(home) => Ok(Some(difference(&home, &here))),
    }
}

/// The place of the record of this folder.
///
/// # Errors
/// [`OutboxError::File`] if it cannot be looked at.
pub(super) fn here(data_dir: &Path) -> Result<Home, OutboxError> {
    let broken = |error: &std::io::Error| OutboxError::File {
        file: "outbox.db",
        detail: error.to_string(),
    };
    let record = crate::store::outbox_path(data_dir);
    let path = record.canonicalize().map_err(|error| broken(&error))?;
    let file = std::fs::metadata(&path).map_err(|error| broken(&error))?;
    Ok(Home {
        machine: machine(),
        path: path.to_string_lossy().into_owned(),
        inode: inode(&file),
    })
}

/// A digest, because the id itself is not to be passed on.
fn machine() -> String {
    let mut ids = MACHINE_IDS.iter().filter_map(|path| {
        let id = std::fs::read_to_string(path).ok()?;
        let id = id.trim();
        (!id.is_empty()).then(|| Sha256Hex::of(id.as_bytes()).as_str().to_owned())
    });
    ids.next().unwrap_or_default()
}

#[cfg(unix)]
fn inode(file: &std::fs::Metadata) -> i64 {
    std::os::unix::fs::MetadataExt::ino(file).cast_signed()
}

#[cfg(not(unix))]
fn inode(_file: &std::fs::Metadata) -> i64 {
    0
}

fn difference(home: &Home, here: &Home) -> String {
    if home.path != here.path {
        format!("it was made as {}", home.path)
    } else if home.machine != here.machine {
        "it was made on another machine".to_owned()
    } else {
        "its file was replaced by a copy".to_owned()
    }
}
