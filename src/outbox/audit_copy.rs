//! `audit.jsonl`: the audit once more as a plain file, for people and tools that read files. It is
//! only a copy. Whoever wrote lines appends whatever the file lacks; what a crash left out is
//! appended at the next start, and a failure never stops a send.

use super::lock::give_back;
use crate::store::StoreError;
use crate::store::outbox::OutboxStore;
use serde::Deserialize;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// File name of the copy.
pub const AUDIT_FILE: &str = "audit.jsonl";
/// So many lines are read and written at once.
const PART: u64 = 1_000;
/// Bytes at the end of the file in which its last line is looked for first.
const TAIL: u64 = 64 * 1024;

/// Keeps the copy of one data folder.
#[derive(Debug)]
pub(super) struct AuditCopy {
    path: PathBuf,
    /// Length of the file when it was written last, and the last line in it.
    known: Option<(u64, u64)>,
    warned: bool,
}

#[derive(Debug, thiserror::Error)]
enum CopyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("audit.jsonl could not be written: {0}")]
    File(#[from] std::io::Error),
    #[error("audit.jsonl holds line {file}, the record ends at {record}: they are of two folders")]
    Foreign { file: u64, record: u64 },
}

#[derive(Deserialize)]
struct Numbered {
    seq: u64,
}

impl AuditCopy {
    /// The copy in this data folder.
    pub fn in_folder(data_dir: &Path) -> Self {
        Self {
            path: data_dir.join(AUDIT_FILE),
            known: None,
            warned: false,
        }
    }

    /// Appends what the file lacks. While another process does that, nothing is done: whoever
    /// writes next finds what is missing. A failure is told once.
    pub fn catch_up(&mut self, store: &OutboxStore) {
        self.told(|copy| copy.append(store, false));
    }

    /// Writes the whole file anew, after a purge.
    pub fn rewrite(&mut self, store: &OutboxStore) {
        self.told(|copy| copy.append(store, true));
    }

    /// Number of the last whole line in the file; `None` if there is no such file or line.
    pub fn last_line(&mut self) -> Option<u64> {
        let mut file = File::open(&self.path).ok()?;
        let length = file.metadata().ok()?.len();
        let (_, last) = look_for_end(&mut file, length).ok()?;
        (last > 0).then_some(last)
    }

    fn told(&mut self, work: impl FnOnce(&mut Self) -> Result<(), CopyError>) {
        match work(self) {
            Ok(()) => self.warned = false,
            Err(error) => {
                self.known = None;
                if !std::mem::replace(&mut self.warned, true) {
                    tracing::warn!(%error, "the copy of the audit is behind; the record has every line");
                }
            }
        }
    }

    fn append(&mut self, store: &OutboxStore, anew: bool) -> Result<(), CopyError> {
        let mut file = open(&self.path)?;
        if anew {
            file.lock()?;
            file.set_len(0)?;
            self.known = None;
        } else {
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(()),
                Err(TryLockError::Error(error)) => return Err(error.into()),
            }
        }
        let written = self.follow(&mut file, store);
        give_back(&file);
        written
    }

    fn follow(&mut self, file: &mut File, store: &OutboxStore) -> Result<(), CopyError> {
        let length = file.metadata()?.len();
        let (mut length, mut last) = match self.known {
            Some((known, last)) if known == length => (known, last),
            Some(_) | None => {
                // Half a line, as a crash leaves it, is cut off.
                let end = look_for_end(file, length)?;
                file.set_len(end.0)?;
                end
            }
        };
        let record = store.audit_end()?;
        if last > record {
            return Err(CopyError::Foreign { file: last, record });
        }
        file.seek(SeekFrom::Start(length))?;
        while last < record {
            let lines = store.audit_after(last, PART)?;
            let Some(newest) = lines.last() else { break };
            last = newest.seq;
            let mut text = String::new();
            for line in &lines {
                text.push_str(&line.jsonl());
                text.push('\n');
            }
            file.write_all(text.as_bytes())?;
            length += text.len() as u64;
        }
        self.known = Some((length, last));
        Ok(())
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Where the last line that can be read ends, and its number; zeros if there is none.
fn look_for_end(file: &mut File, length: u64) -> std::io::Result<(u64, u64)> {
    let is_break = |byte: &u8| *byte == b'\n';
    let mut look = TAIL;
    loop {
        let start = length.saturating_sub(look);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let mut end = bytes.len();
        while let Some(at) = bytes
            .get(..end)
            .and_then(|part| part.iter().rposition(is_break))
        {
            let before = bytes.get(..at).unwrap_or_default();
            let begins = before.iter().rposition(is_break).map(|at| at + 1);
            if begins.is_none() && start > 0 {
                break;
            }
            let line = before.get(begins.unwrap_or(0)..).unwrap_or_default();
            if let Ok(Numbered { seq }) = serde_json::from_slice(line) {
                return Ok((start + at as u64 + 1, seq));
            }
            end = at;
        }
        if start == 0 {
            return Ok((0, 0));
        }
        look = look.saturating_mul(8);
    }
}

#[cfg(test)]
mod tests {
    use super::{AUDIT_FILE, AuditCopy};
    use crate::domain::BatchId;
    use crate::store::outbox::{AuditNote, OutboxStore};
    use serde_json::json;
    use std::io::Write;
    use std::path::Path;

    fn note(store: &OutboxStore, text: &str) {
        store
            .note(&AuditNote {
                action: "noted",
                batch: Some(BatchId(3)),
                detail: json!({ "text": text }),
                personal: json!({ "reason": "because" }),
            })
            .unwrap();
    }

    fn rows(store: &OutboxStore) -> String {
        let lines = store.audit_after(0, 10_000).unwrap();
        lines.iter().map(|line| line.jsonl() + "\n").collect()
    }

    fn copied(folder: &Path) -> String {
        std::fs::read_to_string(folder.join(AUDIT_FILE)).unwrap()
    }

    #[test]
    fn the_copy_equals_the_rows_and_nobody_else_reads_it() {
        let dir = tempfile::tempdir().unwrap();
        let store = OutboxStore::open(dir.path()).unwrap();
        let mut copy = AuditCopy::in_folder(dir.path());
        for text in ["one", "{\"two\": [}", "three\nlines"] {
            note(&store, text);
            copy.catch_up(&store);
            assert_eq!(copied(dir.path()), rows(&store));
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let file = std::fs::metadata(dir.path().join(AUDIT_FILE)).unwrap();
            assert_eq!(file.permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_a_crash_left_out_is_completed_at_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let store = OutboxStore::open(dir.path()).unwrap();
        note(&store, "copied");
        AuditCopy::in_folder(dir.path()).catch_up(&store);
        // Committed, and then: nothing of it, or half a line, or something that is no line.
        for left in ["", "{\"seq\":3,\"at\":\"2026", "no line\n"] {
            note(&store, &"long ".repeat(30_000));
            let mut file = std::fs::OpenOptions::new()
                .append(true)
                .open(dir.path().join(AUDIT_FILE))
                .unwrap();
            file.write_all(left.as_bytes()).unwrap();
            AuditCopy::in_folder(dir.path()).catch_up(&store);
            assert_eq!(copied(dir.path()), rows(&store), "{left}");
        }
    }

    #[test]
    fn two_who_write_at_once_leave_every_line_once() {
        let dir = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for who in ["a", "b"] {
                let folder = dir.path();
                scope.spawn(move || {
                    let store = OutboxStore::open(folder).unwrap();
                    let mut copy = AuditCopy::in_folder(folder);
                    for index in 0..40 {
                        note(&store, &format!("{who}{index}"));
                        copy.catch_up(&store);
                    }
                });
            }
        });
        let store = OutboxStore::open(dir.path()).unwrap();
        AuditCopy::in_folder(dir.path()).catch_up(&store);
        assert_eq!(copied(dir.path()), rows(&store));
        assert_eq!(store.audit_check().unwrap().broken, None);
    }

    #[test]
    fn a_copy_of_another_record_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let store = OutboxStore::open(dir.path()).unwrap();
        note(&store, "one");
        std::fs::write(dir.path().join(AUDIT_FILE), "{\"seq\":99}\n").unwrap();
        AuditCopy::in_folder(dir.path()).catch_up(&store);
        assert_eq!(copied(dir.path()), "{\"seq\":99}\n");
    }
}
