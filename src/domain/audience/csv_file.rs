//! Reads recipients from a table: which column they are in, which rows are good. Bad rows are left
//! out with their reason; a file that cannot be trusted as a whole is an error.

use super::cells::{Block, Columns, SourceTable};
use super::choices::ClassChoices;
use super::columns::named_recipients;
use super::numbers::{Collector, Reading, counted};
use super::remark::{Remark, Stage};
use super::shape::ShapeChoice;
use super::table::{TableEnd, TableReader};
use super::{Audience, AudienceError};
use crate::domain::recipient::RecipientForm;
use std::io::Read;
use std::sync::Arc;

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
    /// What a person said about how the table is written.
    pub shape: ShapeChoice,
    /// What a person decided about classes of rows.
    pub choices: ClassChoices,
}

/// Recipients of a CSV file with their columns. Empty rows are not counted.
///
/// # Errors
/// A file that cannot be read as a whole, no clear recipient column, no rows; with `strict` also
/// the first bad row.
pub fn from_csv(reader: impl Read, options: &CsvOptions) -> Result<Audience, AudienceError> {
    let mut table = TableReader::open(reader, &options.shape)?;
    let mut gathering = Gathering::of(&table, options)?;
    while let Some(block) = table.next_block()? {
        gathering.add(block)?;
    }
    gathering.finish(table.end())
}

/// Makes people of a table's blocks, in the order of the table. What reads the table may be on
/// another thread.
pub struct Gathering<'o> {
    options: &'o CsvOptions,
    columns: Vec<String>,
    recipient: usize,
    collector: Collector,
    table: SourceTable,
    rows: u64,
    empty: u64,
}

impl<'o> Gathering<'o> {
    /// Finds the recipient's column.
    ///
    /// # Errors
    /// No clear one.
    pub fn of<R: Read>(
        table: &TableReader<R>,
        options: &'o CsvOptions,
    ) -> Result<Self, AudienceError> {
        let columns = table.columns().to_vec();
        let wanted = options.to_column.as_deref();
        Ok(Self {
            options,
            recipient: recipient_column(&columns, table.shape().header, wanted)?,
            collector: Collector::default(),
            table: SourceTable::of(columns.clone()),
            columns,
            rows: 0,
            empty: 0,
        })
    }

    /// Reads the people of the next block.
    ///
    /// # Errors
    /// The first bad row, where none is allowed.
    pub fn add(&mut self, block: Block) -> Result<(), AudienceError> {
        let block = Arc::new(block);
        let reading = Reading {
            form: self.options.form,
            region: self.options.region.as_deref(),
            choices: Some(&self.options.choices),
        };
        for at in 0..block.len() {
            self.rows += 1;
            if block.cells(at).all(|cell| cell.trim().is_empty()) {
                self.empty += 1;
                continue;
            }
            let row = block.number(at);
            let number = block.cell(at, self.recipient).unwrap_or_default();
            let width = block.cells(at).len();
            let added = if width == self.columns.len() {
                let columns = Columns::in_block(&block, at);
                self.collector.add(number, &reading, Some(row), columns)
            } else {
                let reason = format!(
                    "the row has {} where the header has {}: check its quotes and separators",
                    counted(width as u64, "column", "columns"),
                    self.columns.len()
                );
                Err(("column_count", reason))
            };
            if let Err((rule, reason)) = added {
                if self.options.strict {
                    let rule = rule.to_owned();
                    return Err(AudienceError::BadRow { row, rule, reason });
                }
                self.collector.skip(number, Some(row), rule, reason);
            }
        }
        self.table.push(block);
        Ok(())
    }

    /// Everybody, once the table was read to its end.
    ///
    /// # Errors
    /// A table without rows.
    pub fn finish(self, end: TableEnd) -> Result<Audience, AudienceError> {
        if self.rows == self.empty {
            return Err(AudienceError::NoRows);
        }
        let mut collector = self.collector;
        if self.empty > 0 {
            let rows = counted(self.empty, "empty row was", "empty rows were");
            let text = format!("{rows} left out");
            collector.note(Remark::new(Stage::Structure, "empty_row", self.empty, text));
        }
        for (rule, text) in end.remarks {
            collector.note(Remark::new(Stage::Structure, rule, 1, text));
        }
        let mut audience = collector.finish();
        audience.source.clone_from(&self.options.source);
        audience.file_sha256 = Some(end.sha256);
        audience.names.extend(self.columns);
        audience.table = self.table;
        audience.choices.clone_from(&self.options.choices);
        Ok(audience)
    }
}

fn recipient_column(
    columns: &[String],
    header: bool,
    wanted: Option<&str>,
) -> Result<usize, AudienceError> {
    let list = |names: &mut dyn Iterator<Item = &String>| {
        let names: Vec<&str> = names.map(String::as_str).collect();
        names.join(", ")
    };
    if let Some(column) = wanted {
        let found = columns.iter().position(|header| header == column.trim());
        return found.ok_or_else(|| AudienceError::NoSuchColumn {
            column: column.to_owned(),
            headers: list(&mut columns.iter()),
        });
    }
    if !header {
        return match columns {
            [_only] => Ok(0),
            several => Err(AudienceError::NoHeader(list(&mut several.iter()))),
        };
    }
    match named_recipients(columns).as_slice() {
        [only] => Ok(*only),
        [] => Err(AudienceError::NoRecipientColumn(list(&mut columns.iter()))),
        several => {
            let mut names = several.iter().filter_map(|index| columns.get(*index));
            Err(AudienceError::SeveralRecipientColumns(list(&mut names)))
        }
    }
}

#[cfg(test)]
mod tests;
