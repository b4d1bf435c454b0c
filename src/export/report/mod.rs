//! The report of a batch as a file for a supervisor: CSV, JSON, Markdown. Recipients are pushed one
//! by one; the file says itself whether its numbers add up.

mod csv;
mod json;
mod markdown;
#[cfg(test)]
mod tests;

use crate::contract::{ApiError, ErrorKind};
use crate::domain::{BatchReport, Counts, ItemState, ReportRow};
use jiff::{Timestamp, Zoned};
use serde::Serialize;
use std::io::{self, Write};
use std::path::Path;

/// So much is gathered before it is written.
const CHUNK: usize = 64 * 1024;

/// The formats of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReportFormat {
    /// `.csv`: a recipient a row, for spreadsheets.
    Csv,
    /// `.json`: one document.
    Json,
    /// `.md`: to read, for wikis and tickets.
    Markdown,
}

impl ReportFormat {
    /// The format of a file name; upper and lower case are the same.
    ///
    /// # Errors
    /// A sentence that names the three.
    pub fn of_path(path: &Path) -> Result<Self, ApiError> {
        let ending = path.extension().map(|ending| ending.to_string_lossy());
        match ending.unwrap_or_default().to_ascii_lowercase().as_str() {
            "csv" => Ok(ReportFormat::Csv),
            "json" => Ok(ReportFormat::Json),
            "md" => Ok(ReportFormat::Markdown),
            _ => Err(ApiError::new(
                ErrorKind::Usage,
                format!(
                    "the ending of {} says no format of a report",
                    path.display()
                ),
                "Name a file that ends in .csv, .json or .md.",
            )),
        }
    }

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            ReportFormat::Csv => "CSV",
            ReportFormat::Json => "JSON",
            ReportFormat::Markdown => "Markdown",
        }
    }
}

/// The circumstances of a report.
#[derive(Debug, Clone, Copy)]
struct Cover<'a> {
    report: &'a BatchReport,
    /// When it was made, in the zone that times for people are written in.
    made: &'a Zoned,
}

/// Writes one report in one format.
#[derive(Debug)]
pub struct ReportWriter<'a, W: Write> {
    format: ReportFormat,
    cover: Cover<'a>,
    waiting: Vec<u8>,
    rows: u64,
    counted: Counts,
    out: W,
}

impl<'a, W: Write> ReportWriter<'a, W> {
    /// Starts a file with what is known of the batch as a whole.
    ///
    /// # Errors
    /// What the writer says.
    pub fn begin(
        format: ReportFormat,
        report: &'a BatchReport,
        made: &'a Zoned,
        out: W,
    ) -> io::Result<Self> {
        let cover = Cover { report, made };
        let mut waiting = Vec::with_capacity(CHUNK + CHUNK / 4);
        match format {
            ReportFormat::Csv => csv::begin(&mut waiting),
            ReportFormat::Json => json::begin(&cover, &mut waiting)?,
            ReportFormat::Markdown => markdown::begin(&cover, &mut waiting)?,
        }
        Ok(Self {
            format,
            cover,
            waiting,
            rows: 0,
            counted: Counts::default(),
            out,
        })
    }

    /// Adds the next recipient.
    ///
    /// # Errors
    /// What the writer says.
    pub fn push(&mut self, row: &ReportRow) -> io::Result<()> {
        let first = self.rows == 0;
        match self.format {
            ReportFormat::Csv => csv::row(row, first.then_some(&self.cover), &mut self.waiting),
            ReportFormat::Json => json::row(row, first, &mut self.waiting)?,
            ReportFormat::Markdown => markdown::row(row, &self.cover, &mut self.waiting)?,
        }
        self.rows += 1;
        self.counted.add(row.state, row.recipients);
        if self.waiting.len() >= CHUNK {
            self.out.write_all(&self.waiting)?;
            self.waiting.clear();
        }
        Ok(())
    }

    /// How many recipients were pushed.
    pub fn recipients(&self) -> u64 {
        self.counted.planned
    }

    /// Writes what the format ends with, and gives the writer back.
    ///
    /// # Errors
    /// What the writer says, and [`io::ErrorKind::InvalidData`] if the recipients do not add up to
    /// the counts of the batch: such a report must not look whole.
    pub fn finish(mut self) -> io::Result<W> {
        if self.counted != self.cover.report.batch.counts {
            let text = "the batch changed while its report was written";
            return Err(io::Error::new(io::ErrorKind::InvalidData, text));
        }
        match self.format {
            ReportFormat::Csv => {}
            ReportFormat::Json => json::end(self.recipients(), &mut self.waiting)?,
            ReportFormat::Markdown => markdown::end(self.recipients(), &mut self.waiting)?,
        }
        self.out.write_all(&self.waiting)?;
        self.out.flush()?;
        Ok(self.out)
    }
}

/// Program and version.
fn program() -> &'static str {
    concat!("alertdesk ", env!("CARGO_PKG_VERSION"))
}

/// A moment as a person in the report's zone reads it.
fn local(at: Timestamp, made: &Zoned) -> String {
    let at = at.to_zoned(made.time_zone().clone());
    at.strftime("%Y-%m-%d %H:%M:%S").to_string()
}

fn zone_name(made: &Zoned) -> String {
    let name = made.time_zone().iana_name();
    name.map_or_else(|| made.offset().to_string(), str::to_owned)
}

/// What is known of a row besides its state: the platform's words with what they mean, or the
/// sentence of the classifier.
fn meaning(row: &ReportRow) -> String {
    let Some(error) = row.errors.first() else {
        let known = row
            .sentence
            .clone()
            .filter(|_| row.state != ItemState::Accepted);
        return known.unwrap_or_default();
    };
    let parts = [&error.title, &error.details, &error.meaning];
    let parts: Vec<&str> = parts.into_iter().flatten().map(String::as_str).collect();
    parts.join(" · ")
}

/// The states a report counts, with the words for them.
fn counted(counts: &Counts) -> Vec<(&'static str, u64)> {
    let words = [
        ("accepted", counts.accepted),
        ("rejected", counts.rejected),
        ("unknown", counts.unknown),
        ("not sent yet", counts.queued),
        ("on the way", counts.sending),
        ("left out by a check", counts.skipped),
        ("cancelled", counts.cancelled),
        ("not accepted, decided by a person", counts.not_accepted),
        ("given up", counts.abandoned),
    ];
    words.into_iter().filter(|(_, count)| *count > 0).collect()
}
