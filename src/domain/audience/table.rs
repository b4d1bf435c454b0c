//! A table read block by block, whatever its size: rows come out as they stand in the file, and
//! what cannot be trusted as a whole is an error. It knows nothing of people.

use super::AudienceError;
use super::cells::Block;
use super::columns::column_names;
use super::sample::guessed;
use super::shape::{self, HEAD, ShapeChoice, TableShape};
use super::text::{Certainty, TextReader};
use crate::domain::hash::Sha256Hex;
use std::io::{Chain, Cursor, Read};
use std::sync::Arc;

/// Rows of a block: enough that handing it on costs nothing, few enough to fit a cache.
const ROWS: usize = 4096;
/// Bytes of a block, for tables with long cells.
const BYTES: usize = 1024 * 1024;

/// The head that was looked at, and what follows.
type Source<R> = Chain<Cursor<Vec<u8>>, R>;

/// A table that is read block by block.
pub struct TableReader<R> {
    rows: csv::Reader<TextReader<Source<R>>>,
    record: csv::StringRecord,
    /// A first row that is no header.
    waiting: bool,
    shape: TableShape,
    columns: Vec<String>,
    names: Arc<[Box<str>]>,
    next: u64,
}

/// What is known once a table was read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableEnd {
    /// SHA-256 of the file's bytes.
    pub sha256: Sha256Hex,
    /// How many bytes it has.
    pub bytes: u64,
    /// What to know about how it was read, as a sentence with its rule.
    pub remarks: Vec<(&'static str, String)>,
}

impl<R: Read> TableReader<R> {
    /// Looks at the first bytes and reads the header.
    ///
    /// # Errors
    /// A file that is no text table or an empty one, and a header that names two columns alike.
    pub fn open(mut reader: R, choice: &ShapeChoice) -> Result<Self, AudienceError> {
        let mut head = Vec::with_capacity(HEAD);
        let read = reader.by_ref().take(HEAD as u64).read_to_end(&mut head);
        read.map_err(|error| AudienceError::Unreadable(error.to_string()))?;
        let seen = shape::look(&head, head.len() < HEAD, choice)?;
        let certainty = match choice.encoding {
            Some(_) => Certainty::Said,
            None if seen.is_guess => Certainty::Guess,
            None => Certainty::Seen,
        };
        let source = Cursor::new(head).chain(reader);
        let mut text = TextReader::new(source, seen.shape, certainty);
        if seen.skips_line {
            text.skip_line()?;
        }
        let rows = csv::ReaderBuilder::new()
            .delimiter(seen.shape.delimiter)
            .flexible(true)
            .has_headers(false)
            .from_reader(text);
        let mut table = Self {
            rows,
            record: csv::StringRecord::new(),
            waiting: false,
            shape: seen.shape,
            columns: Vec::new(),
            names: Arc::default(),
            next: 1,
        };
        let any = table.read_row()?;
        let first: Vec<String> = table.record.iter().map(str::to_owned).collect();
        table.waiting = any && !table.shape.header;
        table.columns = column_names(&first, table.shape.header)?;
        table.names = table
            .columns
            .iter()
            .map(|name| name.as_str().into())
            .collect();
        Ok(table)
    }

    /// How it is written.
    pub fn shape(&self) -> TableShape {
        self.shape
    }

    /// The names of its columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The next rows; `None` at the end.
    ///
    /// # Errors
    /// A file that is no text, damaged, or in which a quote is never closed.
    pub fn next_block(&mut self) -> Result<Option<Block>, AudienceError> {
        let mut block = Block::starting(Arc::clone(&self.names), self.next);
        while block.len() < ROWS && block.bytes() < BYTES {
            if !std::mem::take(&mut self.waiting) && !self.read_row()? {
                break;
            }
            if !block.push(self.record.iter()) {
                return Err(AudienceError::TooLarge);
            }
        }
        self.next += block.len() as u64;
        block.shrink();
        Ok((!block.is_empty()).then_some(block))
    }

    fn read_row(&mut self) -> Result<bool, AudienceError> {
        self.rows.read_record(&mut self.record).map_err(|error| {
            let told = self.rows.get_mut().take_error();
            told.unwrap_or_else(|| AudienceError::Unreadable(error.to_string()))
        })
    }

    /// What is known once [`Self::next_block`] gave nothing more.
    pub fn end(self) -> TableEnd {
        let mut remarks = Vec::new();
        let text = self.rows.into_inner();
        if text.is_guess() {
            let shape = TableShape {
                encoding: text.encoding(),
                ..self.shape
            };
            remarks.push(("encoding", guessed(&shape)));
        }
        if !self.shape.header {
            let last = self.columns.last().map(String::as_str);
            let text = match last {
                None | Some("A") => "the file has no header: its column is called A".to_owned(),
                Some(last) => format!("the file has no header: its columns are called A to {last}"),
            };
            remarks.push(("no_header", text));
        }
        let (bytes, sha256) = text.end();
        TableEnd {
            sha256,
            bytes,
            remarks,
        }
    }
}
