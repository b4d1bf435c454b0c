//! Reads recipients from a CSV file: UTF-8 with a header line; comma, semicolon or tab between
//! columns. Bad rows are left out with their reason; a file that cannot be trusted as a whole is
//! an error.

mod shape;

use super::Audience;
use super::columns::named_recipients;
use super::numbers::{Collector, Reading, counted};
use crate::domain::hash::Sha256Hex;
use crate::domain::recipient::RecipientForm;
use std::collections::BTreeMap;
use std::io::Read;

/// Largest file that is read, in bytes.
const LIMIT: u64 = 256 * 1024 * 1024;
/// How a CSV file is read.
#[derive(Debug, Clone, Default)]
pub struct CsvOptions {
    /// The recipient's column; `None` finds it by its header.
    pub to_column: Option<String>,
    /// How recipients are written.
    pub form: RecipientForm,
    /// Two-letter country for numbers without a country code.
    pub region: Option<String>,
    /// Whether the first bad row is an error.
    pub strict: bool,
    /// Name of the file, for the plan.
    pub source: Option<String>,
}

/// Why a file is not read at all. Each is a sentence with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AudienceError {
    /// The system's reason.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// Beyond the limit.
    #[error("the file has more than 256 MiB: split it")]
    TooLarge,
    /// Nothing in it.
    #[error("the file is empty: choose another, or export it again")]
    Empty,
    /// A workbook, a picture or something else that is no text: its name.
    #[error("the file is {0} and no CSV: open it where it was made and save it as CSV UTF-8")]
    OtherFormat(&'static str),
    /// Another encoding, or no text at all.
    #[error("line {line} is not UTF-8 text: save the file as CSV UTF-8")]
    NotText {
        /// Counts from 1.
        line: u64,
    },
    /// Text files have none.
    #[error("line {line} has a NUL byte: the file is damaged or no CSV, export it again")]
    Nul {
        /// Counts from 1.
        line: u64,
    },
    /// Everything behind it would be one cell.
    #[error("the quote opened in line {line} is never closed: close it or remove it")]
    UnclosedQuote {
        /// Counts from 1.
        line: u64,
    },
    /// Nothing but a header, or not even that.
    #[error("the file has no rows below its header line")]
    NoRows,
    /// Two columns could be meant.
    #[error("the header has the column `{0}` twice: give each column a name of its own")]
    RepeatedColumn(String),
    /// No header is known to mean the recipient.
    #[error(
        "no column for the recipient: the header has {0}; name the column with --map to=COLUMN"
    )]
    NoRecipientColumn(String),
    /// Several headers mean the recipient.
    #[error("several columns could be the recipient: {0}; name one with --map to=COLUMN")]
    SeveralRecipientColumns(String),
    /// The named column is not there.
    #[error("there is no column `{column}`: the header has {headers}")]
    NoSuchColumn {
        /// As asked.
        column: String,
        /// What is there.
        headers: String,
    },
    /// The first bad row, where none is allowed.
    #[error("row {row}: {reason}")]
    BadRow {
        /// Counts from 1 without the header.
        row: u64,
        /// A short stable word.
        rule: String,
        /// One sentence.
        reason: String,
    },
}

impl AudienceError {
    /// A short stable word.
    pub fn rule(&self) -> &str {
        match self {
            AudienceError::Unreadable(_) => "unreadable",
            AudienceError::TooLarge => "too_large",
            AudienceError::Empty => "empty",
            AudienceError::OtherFormat(_) => "other_format",
            AudienceError::NotText { .. } => "not_text",
            AudienceError::Nul { .. } => "nul",
            AudienceError::UnclosedQuote { .. } => "unclosed_quote",
            AudienceError::NoRows => "no_rows",
            AudienceError::RepeatedColumn(_) => "repeated_column",
            AudienceError::NoRecipientColumn(_) => "no_recipient_column",
            AudienceError::SeveralRecipientColumns(_) => "several_recipient_columns",
            AudienceError::NoSuchColumn { .. } => "no_such_column",
            AudienceError::BadRow { rule, .. } => rule,
        }
    }
}

/// Recipients of a CSV file with their columns. Empty rows are not counted.
///
/// # Errors
/// A file that cannot be read as a whole, no clear recipient column, no rows; with `strict` also
/// the first bad row.
pub fn from_csv(mut reader: impl Read, options: &CsvOptions) -> Result<Audience, AudienceError> {
    let mut bytes = Vec::new();
    reader
        .by_ref()
        .take(LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| AudienceError::Unreadable(error.to_string()))?;
    if bytes.len() as u64 > LIMIT {
        return Err(AudienceError::TooLarge);
    }
    let text = shape::as_text(&bytes)?;
    let delimiter = shape::delimiter(text);
    shape::refuse_unclosed_quote(text, delimiter)?;
    let mut table = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(text.as_bytes());
    let headers: Vec<String> = table
        .headers()
        .map_err(|error| AudienceError::Unreadable(error.to_string()))?
        .iter()
        .map(|header| header.trim().to_owned())
        .collect();
    refuse_repeated(&headers)?;
    let recipient = recipient_column(&headers, options.to_column.as_deref())?;
    let mut audience = read_rows(&mut table, &headers, recipient, options)?;
    audience.source.clone_from(&options.source);
    audience.file_sha256 = Some(Sha256Hex::of(&bytes));
    let named = headers.into_iter().filter(|header| !header.is_empty());
    audience.names.extend(named);
    Ok(audience)
}

fn read_rows(
    table: &mut csv::Reader<&[u8]>,
    headers: &[String],
    recipient: usize,
    options: &CsvOptions,
) -> Result<Audience, AudienceError> {
    let mut collector = Collector::default();
    let mut record = csv::StringRecord::new();
    let (mut row, mut empty) = (0_u64, 0_u64);
    let reading = Reading {
        form: options.form,
        region: options.region.as_deref(),
    };
    while table
        .read_record(&mut record)
        .map_err(|error| AudienceError::Unreadable(error.to_string()))?
    {
        row += 1;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            empty += 1;
            continue;
        }
        let number = record.get(recipient).unwrap_or_default();
        let added = if record.len() == headers.len() {
            let columns = columns_of(headers, &record);
            collector.add(number, &reading, Some(row), columns)
        } else {
            let reason = format!(
                "the row has {} where the header has {}: check its quotes and separators",
                counted(record.len() as u64, "column", "columns"),
                headers.len()
            );
            Err(("column_count", reason))
        };
        if let Err((rule, reason)) = added {
            if options.strict {
                let rule = rule.to_owned();
                return Err(AudienceError::BadRow { row, rule, reason });
            }
            collector.skip(number, Some(row), rule, reason);
        }
    }
    if row == empty {
        return Err(AudienceError::NoRows);
    }
    if empty > 0 {
        let rows = counted(empty, "empty row was", "empty rows were");
        collector.note(format!("{rows} left out."));
    }
    Ok(collector.finish())
}

fn columns_of(headers: &[String], record: &csv::StringRecord) -> BTreeMap<String, String> {
    headers
        .iter()
        .zip(record)
        .filter(|(header, _)| !header.is_empty())
        .map(|(header, cell)| (header.clone(), cell.to_owned()))
        .collect()
}

fn refuse_repeated(headers: &[String]) -> Result<(), AudienceError> {
    let mut seen = std::collections::BTreeSet::new();
    for header in headers.iter().filter(|header| !header.is_empty()) {
        if !seen.insert(header) {
            return Err(AudienceError::RepeatedColumn(header.clone()));
        }
    }
    Ok(())
}

fn recipient_column(headers: &[String], wanted: Option<&str>) -> Result<usize, AudienceError> {
    let list = |names: &mut dyn Iterator<Item = &String>| {
        let names: Vec<&str> = names.map(String::as_str).collect();
        names.join(", ")
    };
    if let Some(column) = wanted {
        let found = headers.iter().position(|header| header == column.trim());
        return found.ok_or_else(|| AudienceError::NoSuchColumn {
            column: column.to_owned(),
            headers: list(&mut headers.iter()),
        });
    }
    match named_recipients(headers).as_slice() {
        [only] => Ok(*only),
        [] => Err(AudienceError::NoRecipientColumn(list(&mut headers.iter()))),
        several => {
            let mut names = several.iter().filter_map(|index| headers.get(*index));
            Err(AudienceError::SeveralRecipientColumns(list(&mut names)))
        }
    }
}

#[cfg(test)]
mod tests;
