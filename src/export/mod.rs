//! Conversations as files: JSON Lines, JSON, CSV, Markdown, HTML, and reports of batches: JSON, CSV,
//! Markdown; and rows of people that were left out: CSV. It must not fetch anything and must not know where messages and recipients come from;
//! they are pushed one by one, oldest first, and memory stays the same however many they are.
//!
//! Every file says how it came to be: person, range, side, when, time zone, program version,
//! and whether messages may be missing.
//! Texts are written as the platform sent them, escaped as each format demands.

mod csv;
mod file;
mod format;
mod header;
mod html;
mod json;
mod markdown;
mod rejects;
mod report;
#[cfg(test)]
mod tests;
mod visible;

pub use file::{ExportFile, Overwrite};
pub use format::ExportFormat;
pub use header::{ExportHeader, ExportReach, ExportSide};
pub use rejects::write_rejects;
pub use report::{ReportFormat, ReportWriter};

use crate::domain::ChatMessage;
use std::io::{self, Write};

/// So much is gathered before it is written.
const CHUNK: usize = 64 * 1024;

/// What a format does with a beginning, each message and an end. It writes into memory; what it
/// wrote is taken away from time to time.
trait Shape: Send {
    fn begin(&mut self, header: &ExportHeader, out: &mut Vec<u8>) -> io::Result<()>;
    fn message(&mut self, message: &ChatMessage, out: &mut Vec<u8>) -> io::Result<()>;
    fn end(&mut self, messages: u64, out: &mut Vec<u8>) -> io::Result<()>;
}

/// Writes one conversation in one format.
pub struct Exporter<W: Write> {
    shape: Box<dyn Shape>,
    waiting: Vec<u8>,
    messages: u64,
    out: W,
}

impl<W: Write> Exporter<W> {
    /// Starts a file: writes what the format begins with and how the export came to be.
    ///
    /// # Errors
    /// What the writer says.
    pub fn begin(format: ExportFormat, header: &ExportHeader, out: W) -> io::Result<Self> {
        let mut shape: Box<dyn Shape> = match format {
            ExportFormat::JsonLines => Box::new(json::Lines),
            ExportFormat::Json => Box::new(json::Document::default()),
            ExportFormat::Csv => Box::new(csv::Table::new(header)),
            ExportFormat::Markdown => Box::new(markdown::Page::new(header)),
            ExportFormat::Html => Box::new(html::Page::new(header)),
        };
        let mut waiting = Vec::with_capacity(CHUNK + CHUNK / 4);
        shape.begin(header, &mut waiting)?;
        Ok(Self {
            shape,
            waiting,
            messages: 0,
            out,
        })
    }

    /// Adds the next message; they come oldest first.
    ///
    /// # Errors
    /// What the writer says.
    pub fn push(&mut self, message: &ChatMessage) -> io::Result<()> {
        self.shape.message(message, &mut self.waiting)?;
        self.messages += 1;
        if self.waiting.len() >= CHUNK {
            self.out.write_all(&self.waiting)?;
            self.waiting.clear();
        }
        Ok(())
    }

    /// How many messages were pushed.
    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// Writes what the format ends with, and gives the writer back.
    ///
    /// # Errors
    /// What the writer says.
    pub fn finish(mut self) -> io::Result<W> {
        self.shape.end(self.messages, &mut self.waiting)?;
        self.out.write_all(&self.waiting)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

impl<W: Write> std::fmt::Debug for Exporter<W> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Exporter")
            .field("messages", &self.messages)
            .finish_non_exhaustive()
    }
}
