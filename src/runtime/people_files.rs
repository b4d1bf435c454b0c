//! Reads people from files: one thread reads and decodes, the other checks numbers, and only a few
//! blocks wait between them, so that a file of any size takes its time and little room. What a file
//! means is said elsewhere.

use crate::domain::Audience;
use crate::domain::audience::{
    AudienceError, Block, CsvOptions, Gathering, HEAD, ShapeChoice, TableReader, TableSample,
    sample,
};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::SystemTime;

/// Blocks that may wait to be checked.
const WAITING: usize = 4;

/// The first rows of a file, for a person who says what its columns mean. Reads its head only.
///
/// # Errors
/// A file that cannot be opened or is no text table.
pub fn sample_file(path: &Path, choice: &ShapeChoice) -> Result<TableSample, AudienceError> {
    let mut head = Vec::with_capacity(HEAD);
    let file = open(path)?;
    let read = file.take(HEAD as u64).read_to_end(&mut head);
    read.map_err(|error| unreadable(&error))?;
    sample(&head, choice)
}

/// Everybody of a file.
///
/// # Errors
/// As [`crate::domain::audience::from_csv`]; and a file that changed while it was read.
pub fn read_file(path: &Path, options: &CsvOptions) -> Result<Audience, AudienceError> {
    let file = open(path)?;
    read_watched(&file, &file, options)
}

/// Reads from a reader of this file, and looks whether the file stays as it is.
fn read_watched(
    file: &File,
    reader: impl Read + Send,
    options: &CsvOptions,
) -> Result<Audience, AudienceError> {
    let before = State::of(file)?;
    let (audience, bytes) = read_table(reader, options)?;
    let after = State::of(file)?;
    // A pipe has no size; a file that was replaced under its name is still the one that was opened.
    let grew = before.size.is_some_and(|size| size != bytes);
    if before != after || grew {
        return Err(AudienceError::Changed);
    }
    Ok(audience)
}

/// Everybody of a reader, for example of standard input.
///
/// # Errors
/// As [`crate::domain::audience::from_csv`].
pub fn read_stream(
    reader: impl Read + Send,
    options: &CsvOptions,
) -> Result<Audience, AudienceError> {
    read_table(reader, options).map(|(audience, _)| audience)
}

fn read_table(
    reader: impl Read + Send,
    options: &CsvOptions,
) -> Result<(Audience, u64), AudienceError> {
    let mut table = TableReader::open(reader, &options.shape)?;
    let gathering = Gathering::of(&table, options)?;
    let (send, blocks) = sync_channel::<Block>(WAITING);
    std::thread::scope(|scope| {
        let checking = scope.spawn(move || check(gathering, &blocks));
        let read = loop {
            match table.next_block() {
                Ok(Some(block)) => {
                    // What checks has stopped: it says why.
                    if send.send(block).is_err() {
                        break Ok(());
                    }
                }
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        drop(send);
        let checked = checking.join();
        let checked =
            checked.map_err(|_| AudienceError::Unreadable("a check failed".to_owned()))?;
        // A file that is damaged as a whole is worse than a bad row in it.
        read?;
        let end = table.end();
        let bytes = end.bytes;
        Ok((checked?.finish(end)?, bytes))
    })
}

fn check<'o>(
    mut gathering: Gathering<'o>,
    blocks: &Receiver<Block>,
) -> Result<Gathering<'o>, AudienceError> {
    for block in blocks {
        gathering.add(block)?;
    }
    Ok(gathering)
}

fn open(path: &Path) -> Result<File, AudienceError> {
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let about = file.metadata().map_err(|error| unreadable(&error))?;
    if about.is_dir() {
        return Err(AudienceError::Folder);
    }
    Ok(file)
}

fn unreadable(error: &io::Error) -> AudienceError {
    AudienceError::Unreadable(error.to_string())
}

/// What tells whether somebody wrote to a file.
#[derive(PartialEq, Eq)]
struct State {
    /// None for what is no file of its own, such as a pipe.
    size: Option<u64>,
    modified: Option<SystemTime>,
}

impl State {
    fn of(file: &File) -> Result<Self, AudienceError> {
        let about = file.metadata().map_err(|error| unreadable(&error))?;
        let is_file = about.is_file();
        Ok(Self {
            size: is_file.then_some(about.len()),
            modified: about.modified().ok().filter(|_| is_file),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{read_file, read_stream, sample_file};
    use crate::domain::audience::{AudienceError, CsvOptions, ROW_BYTES, ShapeChoice, from_csv};
    use std::fmt::Write as _;
    use std::fs::{File, OpenOptions};
    use std::io::{self, Read, Write};

    fn people(count: u32) -> String {
        let mut text = String::from("phone,name\n");
        for index in 0..count {
            writeln!(text, "+447911{index:06},Person {index}").unwrap();
        }
        text
    }

    #[test]
    fn two_threads_read_what_one_reads() {
        let text = people(20_000);
        let options = CsvOptions::default();
        let one = from_csv(text.as_bytes(), &options).unwrap();
        let two = read_stream(text.as_bytes(), &options).unwrap();
        assert_eq!(one, two);
        assert_eq!(two.rows.len(), 20_000);
        assert_eq!(two.rows[19_999].row, Some(20_000));
        let row: Vec<&str> = two.table.row(12_345).unwrap().collect();
        assert_eq!(row, ["+447911012344", "Person 12344"]);
    }

    /// Never ends; no file of this size is made.
    struct Endless {
        start: &'static [u8],
        byte: u8,
        given: usize,
    }

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if !self.start.is_empty() {
                return self.start.read(buffer);
            }
            buffer.fill(self.byte);
            self.given += buffer.len();
            assert!(self.given < 8 * ROW_BYTES, "it reads on and on");
            Ok(buffer.len())
        }
    }

    #[test]
    fn a_row_without_an_end_is_refused_before_it_fills_the_memory() {
        let endless = |start: &'static [u8]| Endless {
            start,
            byte: b'x',
            given: 0,
        };
        let options = CsvOptions::default();
        let long = read_stream(endless(b"phone,name\n+447911123456,"), &options).unwrap_err();
        assert_eq!(long, AudienceError::LongRow { line: 2 });
        let open = read_stream(endless(b"phone,name\n+447911123456,\""), &options).unwrap_err();
        assert_eq!(open, AudienceError::UnclosedQuote { line: 2 });
        let header = read_stream(endless(b"phone,"), &options).unwrap_err();
        assert_eq!(header, AudienceError::LongRow { line: 1 });
    }

    /// Reads a file, and writes to it as soon as the first bytes are read.
    struct Meddling<'f> {
        file: &'f File,
        late: Option<File>,
    }

    impl Read for Meddling<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let read = self.file.read(buffer)?;
            if let Some(mut late) = self.late.take() {
                late.write_all(b"+447911999999,Late\n")?;
            }
            Ok(read)
        }
    }

    #[test]
    fn a_file_that_changes_is_refused_and_a_folder_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        std::fs::write(&path, people(2_000)).unwrap();
        let options = CsvOptions::default();
        assert_eq!(read_file(&path, &options).unwrap().rows.len(), 2_000);
        let file = super::open(&path).unwrap();
        let late = OpenOptions::new().append(true).open(&path).unwrap();
        let meddling = Meddling {
            file: &file,
            late: Some(late),
        };
        let changed = super::read_watched(&file, meddling, &options).unwrap_err();
        assert_eq!(changed, AudienceError::Changed);
        assert_eq!(
            read_file(folder.path(), &options).unwrap_err(),
            AudienceError::Folder
        );
        let gone = read_file(&folder.path().join("none.csv"), &options).unwrap_err();
        assert_eq!(gone.rule(), "unreadable");
        let table = sample_file(&path, &ShapeChoice::default()).unwrap();
        assert_eq!((table.columns.len(), table.rows.len()), (2, 100));
    }

    #[test]
    fn a_million_duplicates_and_a_file_of_bad_rows_end() {
        let options = CsvOptions::default();
        let same = "phone\n".to_owned() + &"+447911123456\n".repeat(100_000);
        assert_eq!(
            read_stream(same.as_bytes(), &options).unwrap().rows.len(),
            100_000
        );
        let bad = "phone\n".to_owned() + &"nobody\n".repeat(100_000);
        let bad = read_stream(bad.as_bytes(), &options).unwrap();
        assert_eq!((bad.rows.len(), bad.skipped.len()), (0, 100_000));
    }
}
