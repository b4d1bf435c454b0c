//! Where results go when the record cannot be written: a file of its own, one line of JSON each,
//! on the disk before the engine goes on. Its space is reserved beforehand, because the disk is
//! full just then. Recovery reads it.

use super::error::OutboxError;
use crate::store::outbox::Outcome;
use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

const FILE: &str = "emergency.jsonl";
const RESERVED: usize = 256 * 1024;

/// The open emergency file. Only the holder of the sender lock has one.
#[derive(Debug)]
pub struct EmergencyFile {
    file: File,
    path: PathBuf,
    written: u64,
    /// Its space is reserved and nothing lies in it.
    is_blank: bool,
}

/// What the file held.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    /// Results, oldest first.
    pub outcomes: Vec<Outcome>,
    /// Lines that could not be read; the file is then kept aside.
    pub unreadable: usize,
}

impl EmergencyFile {
    /// Opens the file and reads what is in it.
    ///
    /// # Errors
    /// [`OutboxError::File`] if it cannot be used; then nothing may be sent.
    pub fn open(data_dir: &Path) -> Result<(Self, Found), OutboxError> {
        let path = data_dir.join(FILE);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(|error| broken(&error))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(|error| broken(&error))?;
        let mut found = Found::default();
        for line in bytes.split(|byte| *byte == b'\n') {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match serde_json::from_slice(line) {
                Ok(outcome) => found.outcomes.push(outcome),
                Err(_) => found.unreadable += 1,
            }
        }
        let is_blank = found == Found::default() && bytes.len() >= RESERVED;
        let written = if is_blank { 0 } else { bytes.len() as u64 };
        Ok((
            Self {
                file,
                path,
                written,
                is_blank,
            },
            found,
        ))
    }

    /// Empties the file once its results are in the record, and reserves its space. A file with
    /// lines that could not be read is copied aside first.
    ///
    /// # Errors
    /// [`OutboxError::File`].
    pub fn clear(&mut self, found: &Found) -> Result<(), OutboxError> {
        if self.is_blank {
            return Ok(());
        }
        if found.unreadable > 0 {
            std::fs::copy(&self.path, self.path.with_extension("damaged.jsonl"))
                .map_err(|error| broken(&error))?;
        }
        self.reserve().map_err(|error| broken(&error))
    }

    /// Puts results on the disk.
    ///
    /// # Errors
    /// [`OutboxError::File`]; the results are then only in memory.
    pub fn append(&mut self, outcomes: &[Outcome]) -> Result<(), OutboxError> {
        self.is_blank = false;
        let mut text = Vec::new();
        for outcome in outcomes {
            serde_json::to_writer(&mut text, outcome).map_err(|error| OutboxError::File {
                file: FILE,
                detail: error.to_string(),
            })?;
            text.push(b'\n');
        }
        self.file
            .seek(SeekFrom::Start(self.written))
            .and_then(|_| self.file.write_all(&text))
            .and_then(|()| self.file.sync_all())
            .map_err(|error| broken(&error))?;
        self.written += text.len() as u64;
        Ok(())
    }

    fn reserve(&mut self) -> std::io::Result<()> {
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&vec![b'\n'; RESERVED])?;
        self.file.set_len(RESERVED as u64)?;
        self.file.sync_all()?;
        self.written = 0;
        self.is_blank = true;
        Ok(())
    }
}

fn broken(error: &std::io::Error) -> OutboxError {
    OutboxError::File {
        file: FILE,
        detail: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::EmergencyFile;
    use crate::domain::{BatchId, ItemId};
    use crate::store::outbox::{Outcome, OutcomeVerdict};
    use std::time::Duration;

    fn outcome(attempt: i64) -> Outcome {
        Outcome {
            attempt,
            item: ItemId(attempt),
            batch: BatchId(1),
            verdict: OutcomeVerdict::Accepted,
            rule: "template_accepted".to_owned(),
            message_id: Some("m1".to_owned()),
            http_status: Some(200),
            platform_code: Some(1000),
            errors: Vec::new(),
            transient: false,
            sentence: "Taken.".to_owned(),
            response: "line one\nline two".to_owned(),
            finished: jiff::Timestamp::UNIX_EPOCH,
            duration: Duration::from_millis(3),
            retry_at: None,
        }
    }

    #[test]
    fn results_come_back_in_order_and_a_torn_line_is_kept_aside() {
        let dir = tempfile::tempdir().unwrap();
        let (mut file, found) = EmergencyFile::open(dir.path()).unwrap();
        file.clear(&found).unwrap();
        file.append(&[outcome(1)]).unwrap();
        file.append(&[outcome(2)]).unwrap();
        let (mut again, found) = EmergencyFile::open(dir.path()).unwrap();
        assert_eq!(found.outcomes, [outcome(1), outcome(2)]);
        again.clear(&found).unwrap();
        let (_, found) = EmergencyFile::open(dir.path()).unwrap();
        assert!(found.outcomes.is_empty());

        std::fs::write(dir.path().join("emergency.jsonl"), "{\"attempt\":1,\"it").unwrap();
        let (mut torn, found) = EmergencyFile::open(dir.path()).unwrap();
        assert_eq!(found.unreadable, 1);
        torn.clear(&found).unwrap();
        assert!(dir.path().join("emergency.damaged.jsonl").exists());
    }
}
