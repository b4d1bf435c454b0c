//! One sender per data folder: a lock the system itself gives back when its holder dies.

use super::error::OutboxError;
use crate::contract::SenderState;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

const LOCK_FILE: &str = "sender.lock";

/// Held for as long as this process may send.
#[derive(Debug)]
pub struct SenderLock {
    file: File,
}

impl SenderLock {
    /// Becomes the sender of this data folder.
    ///
    /// # Errors
    /// [`OutboxError::OtherSender`] if another process is, [`OutboxError::File`] if the lock
    /// cannot be used at all; then nothing may be sent.
    pub fn take(data_dir: &Path) -> Result<Self, OutboxError> {
        let mut file = open(data_dir)?;
        // Whoever only asks who sends holds the lock for an instant.
        for _ in 0..200 {
            match file.try_lock() {
                Ok(()) => {
                    write_pid(&mut file).map_err(|error| broken(&error))?;
                    return Ok(Self { file });
                }
                Err(TryLockError::WouldBlock) => std::thread::yield_now(),
                Err(TryLockError::Error(error)) => return Err(broken(&error)),
            }
        }
        Err(OutboxError::OtherSender {
            pid: read_pid(&mut file),
        })
    }

    /// Who sends for this data folder, asked by a process that does not.
    ///
    /// # Errors
    /// [`OutboxError::File`] if the lock cannot be used.
    pub fn holder(data_dir: &Path) -> Result<SenderState, OutboxError> {
        let mut file = open(data_dir)?;
        match file.try_lock_shared() {
            Ok(()) => {
                give_back(&file);
                Ok(SenderState::Nobody)
            }
            Err(TryLockError::WouldBlock) => Ok(match read_pid(&mut file) {
                pid if pid == std::process::id() => SenderState::ThisProcess,
                pid => SenderState::Other { pid },
            }),
            Err(TryLockError::Error(error)) => Err(broken(&error)),
        }
    }
}

impl Drop for SenderLock {
    fn drop(&mut self) {
        // The pid is only for people.
        if let Err(error) = self.file.set_len(0) {
            tracing::debug!(%error, "the pid in the lock file stays");
        }
        give_back(&self.file);
    }
}

/// Closing is not enough: a program that this process starts at this moment holds every open file
/// until it has begun, and with the file the lock.
pub(super) fn give_back(file: &File) {
    if let Err(error) = file.unlock() {
        tracing::debug!(%error, "a lock is given back only when its file is closed");
    }
}

fn open(data_dir: &Path) -> Result<File, OutboxError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(data_dir.join(LOCK_FILE))
        .map_err(|error| broken(&error))
}

fn write_pid(file: &mut File) -> std::io::Result<()> {
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    write!(file, "{}", std::process::id())?;
    file.flush()
}

fn read_pid(file: &mut File) -> u32 {
    let mut text = String::new();
    let read = file
        .seek(SeekFrom::Start(0))
        .and_then(|_| file.read_to_string(&mut text));
    match read {
        Ok(_) => text.trim().parse().unwrap_or(0),
        Err(_) => 0,
    }
}

fn broken(error: &std::io::Error) -> OutboxError {
    OutboxError::File {
        file: LOCK_FILE,
        detail: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::SenderLock;
    use crate::contract::SenderState;
    use crate::outbox::OutboxError;

    #[test]
    fn only_one_holds_it_and_the_others_see_who() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(SenderLock::holder(dir.path()).unwrap(), SenderState::Nobody);
        let lock = SenderLock::take(dir.path()).unwrap();
        let pid = std::process::id();
        assert_eq!(
            SenderLock::take(dir.path()).unwrap_err(),
            OutboxError::OtherSender { pid }
        );
        assert_eq!(
            SenderLock::holder(dir.path()).unwrap(),
            SenderState::ThisProcess
        );
        drop(lock);
        SenderLock::take(dir.path()).unwrap();
    }

    #[test]
    fn it_is_free_at_once_even_while_a_program_that_was_just_started_has_its_file() {
        let dir = tempfile::tempdir().unwrap();
        let lock = SenderLock::take(dir.path()).unwrap();
        let inherited = lock.file.try_clone().unwrap();
        drop(lock);
        SenderLock::take(dir.path()).unwrap();
        drop(inherited);
    }
}
