//! The single writer to stdout and stderr. Everything that leaves here is free of keys and of
//! control characters; a reader that went away is no fault.

use super::args::OutputFormat;
use crate::contract::ApiError;
use crate::report::Redactor;
use crate::text::sanitize::{clean, clean_line, escape_json_text};
use crate::text::width::{cells, pad_right};
use serde::Serialize;
use serde_json::Value;
use std::io::{self, IsTerminal, Write};

/// One row of a list: the document for scripts and the cells for people.
#[derive(Debug, Clone)]
pub struct Row {
    /// For `json` and `jsonl`.
    pub document: Value,
    /// For `table` and `csv`, one for each header.
    pub cells: Vec<String>,
}

impl Row {
    /// A row of a document that can be written as JSON.
    pub fn new(document: &impl Serialize, cells: Vec<String>) -> Self {
        Self {
            document: to_value(document),
            cells,
        }
    }
}

/// A document as JSON. Everything this program prints can be written so; should it ever not be,
/// `null` says so without a panic.
pub fn to_value(document: &impl Serialize) -> Value {
    serde_json::to_value(document).unwrap_or(Value::Null)
}

/// Where a command writes.
#[derive(Debug, Clone)]
pub struct Output {
    format: OutputFormat,
    redactor: Redactor,
}

impl Output {
    /// A writer in this format.
    pub fn new(format: OutputFormat, redactor: Redactor) -> Self {
        Self { format, redactor }
    }

    /// The format asked for.
    pub fn format(&self) -> OutputFormat {
        self.format
    }

    /// Whether stderr is a terminal, so that progress may be drawn on it.
    pub fn progress_wanted(&self) -> bool {
        io::stderr().is_terminal()
    }

    /// Prints a list.
    pub fn list(&self, headers: &[&str], rows: &[Row]) {
        match self.format {
            OutputFormat::Json => {
                let documents: Vec<&Value> = rows.iter().map(|row| &row.document).collect();
                self.json(&to_value(&documents));
            }
            OutputFormat::Jsonl => {
                for row in rows {
                    self.json_line(&row.document);
                }
            }
            OutputFormat::Table => self.stdout(&table(headers, rows)),
            OutputFormat::Csv => self.csv(headers, rows),
        }
    }

    /// Prints one document; people read the lines instead.
    pub fn document(&self, document: &impl Serialize, lines: &[(&str, String)]) {
        let value = to_value(document);
        match self.format {
            OutputFormat::Json => self.json(&value),
            OutputFormat::Jsonl => self.json_line(&value),
            OutputFormat::Table => {
                let width = lines.iter().map(|(name, _)| cells(name)).max().unwrap_or(0);
                let mut text = String::new();
                for (name, line) in lines.iter().filter(|(_, line)| !line.is_empty()) {
                    let indented = clean(line).replace('\n', &format!("\n{:width$}  ", ""));
                    text.push_str(&pad_right(name, width));
                    text.push_str("  ");
                    text.push_str(indented.trim_end());
                    text.push('\n');
                }
                self.stdout(&text);
            }
            OutputFormat::Csv => {
                let headers: Vec<&str> = lines.iter().map(|(name, _)| *name).collect();
                let cells = lines.iter().map(|(_, line)| line.clone()).collect();
                self.csv(
                    &headers,
                    &[Row {
                        document: value,
                        cells,
                    }],
                );
            }
        }
    }

    /// Prints one object on a line of its own, whatever the format: announcements and progress
    /// for scripts.
    pub fn json_line(&self, value: &Value) {
        self.stdout(&(escape_json_text(&value.to_string()) + "\n"));
    }

    /// Prints text that is meant as it is: help, scripts, tables of keys.
    pub fn text(&self, text: &str) {
        self.stdout(&clean(text));
    }

    /// Prints a text that may be too long to be held as a whole, in pieces of whole lines.
    pub fn text_in_pieces(&self, pieces: impl Iterator<Item = String>) {
        let mut block = String::new();
        for piece in pieces {
            block.push_str(&piece);
            if block.len() >= BLOCK {
                self.text(&block);
                block.clear();
            }
        }
        self.text(&block);
    }

    /// Prints one document that may be too long to be held as a whole.
    pub fn large_document(&self, document: &impl Serialize) {
        match self.format {
            OutputFormat::Json => {
                let mut lines = JsonLines {
                    output: self,
                    block: Vec::new(),
                };
                if let Err(error) = serde_json::to_writer_pretty(&mut lines, document) {
                    // The adapter cannot fail, and everything this program prints can be written
                    // so.
                    tracing::error!(%error, "a document could not be written");
                }
                lines.block.push(b'\n');
                lines.print_up_to(lines.block.len());
            }
            OutputFormat::Jsonl | OutputFormat::Table | OutputFormat::Csv => {
                // One line cannot be printed in blocks.
                let line = serde_json::to_string(document).unwrap_or_default();
                self.stdout(&(escape_json_text(&line) + "\n"));
            }
        }
    }

    /// Prints bytes this program made itself, such as completion scripts, whose tabs count.
    pub fn raw(&self, bytes: &[u8]) {
        self.stdout(&String::from_utf8_lossy(bytes));
    }

    /// A note for people on stderr.
    pub fn note(&self, text: &str) {
        self.stderr(&format!("{}\n", clean(text)));
    }

    /// Draws one line of progress over the last one; only sensible on a terminal.
    pub fn progress(&self, text: &str) {
        self.stderr(&format!("\r{}\u{1b}[K", clean_line(text)));
    }

    /// Ends the line of progress.
    pub fn end_progress(&self) {
        self.stderr("\n");
    }

    /// An error: one line of JSON for scripts, sentence and advice for people.
    pub fn error(&self, error: &ApiError) {
        match self.format {
            OutputFormat::Json | OutputFormat::Jsonl => {
                let document = serde_json::json!({ "error": to_value(error) });
                self.stderr(&(escape_json_text(&document.to_string()) + "\n"));
            }
            OutputFormat::Table | OutputFormat::Csv => {
                let mut text = format!("error: {}\n", clean(&error.message));
                if !error.advice.is_empty() {
                    text.push_str(&clean(&error.advice));
                    text.push('\n');
                }
                self.stderr(&text);
            }
        }
    }

    fn json(&self, value: &Value) {
        let text = serde_json::to_string_pretty(value).unwrap_or_else(|_| value.to_string());
        self.stdout(&(escape_json_text(&text) + "\n"));
    }

    fn csv(&self, headers: &[&str], rows: &[Row]) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        let records = std::iter::once(headers.iter().map(|name| (*name).to_owned()).collect())
            .chain(
                rows.iter()
                    .map(|row| row.cells.iter().map(|cell| harmless(cell)).collect()),
            );
        for record in records {
            let record: Vec<String> = record;
            // Writing into memory fails only for rows of different length, which `flexible`
            // would hide; such a row is a fault of ours and is left out.
            if let Err(error) = writer.write_record(&record) {
                tracing::error!(%error, "a CSV row could not be written");
            }
        }
        if let Ok(bytes) = writer.into_inner() {
            self.stdout(&String::from_utf8_lossy(&bytes));
        }
    }

    fn stdout(&self, text: &str) {
        let mut stdout = io::stdout().lock();
        let written = stdout
            .write_all(self.redactor.clean(text).as_bytes())
            .and_then(|()| stdout.flush());
        if let Err(error) = written {
            gone(&error);
        }
    }

    fn stderr(&self, text: &str) {
        let mut stderr = io::stderr().lock();
        if let Err(error) = stderr.write_all(self.redactor.clean(text).as_bytes()) {
            gone(&error);
        }
    }
}

/// As much of a long text as is printed at once, in bytes.
const BLOCK: usize = 64 * 1024;

/// Prints an indented document as it is written, in blocks of whole lines: a line of it is safe by
/// itself, and so is what the redactor looks for.
struct JsonLines<'a> {
    output: &'a Output,
    block: Vec<u8>,
}

impl JsonLines<'_> {
    fn print_up_to(&mut self, end: usize) {
        let rest = self.block.split_off(end);
        let lines = std::mem::replace(&mut self.block, rest);
        let text = String::from_utf8_lossy(&lines);
        self.output.stdout(&escape_json_text(&text));
    }
}

impl Write for JsonLines<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.block.extend_from_slice(bytes);
        if self.block.len() >= BLOCK
            && let Some(end) = self.block.iter().rposition(|byte| *byte == b'\n')
        {
            self.print_up_to(end + 1);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A reader that closed its end (`| head`) has what it wanted; the work itself goes on, because
/// sends must not stop for it.
fn gone(error: &io::Error) {
    tracing::debug!(%error, "output could not be written");
}

/// A cell that no spreadsheet takes for a formula and no terminal for a command.
fn harmless(cell: &str) -> String {
    let risky = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let cleaned = clean(cell);
    if risky {
        format!("'{cleaned}")
    } else {
        cleaned.into_owned()
    }
}

fn table(headers: &[&str], rows: &[Row]) -> String {
    let lines: Vec<Vec<String>> =
        std::iter::once(headers.iter().map(|name| name.to_uppercase()).collect())
            .chain(rows.iter().map(|row| {
                row.cells
                    .iter()
                    .map(|cell| clean_line(cell).into_owned())
                    .collect()
            }))
            .collect();
    let widths: Vec<usize> = (0..headers.len())
        .map(|column| {
            let widest = lines.iter().filter_map(|line| line.get(column));
            widest.map(|cell| cells(cell)).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for line in &lines {
        let padded: Vec<String> = line
            .iter()
            .zip(&widths)
            .map(|(cell, width)| pad_right(cell, *width))
            .collect();
        text.push_str(padded.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Row, harmless, table};
    use rstest::rstest;
    use serde_json::Value;

    #[rstest]
    #[case("=1+1", "'=1+1")]
    #[case("+447700900412", "'+447700900412")]
    #[case("-2", "'-2")]
    #[case("@x", "'@x")]
    #[case("\t=x", "' =x")]
    #[case("Ana", "Ana")]
    fn no_cell_is_a_formula(#[case] cell: &str, #[case] expected: &str) {
        assert_eq!(harmless(cell), expected);
    }

    #[test]
    fn columns_line_up_by_cells_and_hold_one_line_each() {
        let row = |a: &str, b: &str| Row {
            document: Value::Null,
            cells: vec![a.to_owned(), b.to_owned()],
        };
        let text = table(
            &["name", "city"],
            &[row("山田", "London"), row("Ana\n", "\u{1b}[2J")],
        );
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0], "NAME  CITY");
        assert_eq!(lines[1], "山田  London");
        assert!(!text.contains('\u{1b}'));
    }
}
