//! Rows that were left out as a CSV file, with the reason beside what stood there, so that somebody
//! can mend them and send again. It decides nothing.

use super::csv::row as cells;
use super::file::{ExportFile, Overwrite};
use crate::contract::ApiError;
use crate::domain::SkippedRow;
use crate::domain::audience::SourceTable;
use std::io::Write;
use std::path::Path;

/// So much is gathered before it is written.
const CHUNK: usize = 64 * 1024;
/// The columns before those of the table.
const COLUMNS: [&str; 4] = ["rejected_row", "rejected_recipient", "rule", "reason"];

/// Writes the rows that were left out. The file has its name only when it is whole.
///
/// # Errors
/// When the target is there and must stay, or cannot be written.
pub fn write_rejects(
    target: &Path,
    overwrite: Overwrite,
    table: &SourceTable,
    skipped: &[SkippedRow],
) -> Result<(), ApiError> {
    let mut file = ExportFile::create(target, overwrite)?;
    let mut out = Vec::with_capacity(CHUNK);
    out.extend_from_slice("\u{feff}".as_bytes());
    let names = table.columns.iter().map(String::as_str);
    let names: Vec<&str> = COLUMNS.into_iter().chain(names).collect();
    cells(&names, &mut out);
    for row in skipped {
        reject(row, table, &mut out);
        if out.len() >= CHUNK {
            flush(&mut file, &mut out, target)?;
        }
    }
    flush(&mut file, &mut out, target)?;
    file.keep()
}

fn flush(file: &mut ExportFile, out: &mut Vec<u8>, target: &Path) -> Result<(), ApiError> {
    let written = file.write_all(out);
    out.clear();
    written.map_err(|error| ExportFile::failed(target, &error))
}

fn reject(row: &SkippedRow, table: &SourceTable, out: &mut Vec<u8>) {
    let number = row.row.map(|number| number.to_string());
    let mut line = vec![
        number.as_deref().unwrap_or_default(),
        &row.recipient,
        &row.rule,
        &row.reason,
    ];
    if let Some(written) = row.row.and_then(|number| table.row(number)) {
        line.extend(written);
    }
    // A row with fewer cells than the header still has every column.
    line.resize(line.len().max(COLUMNS.len() + table.columns.len()), "");
    cells(&line, out);
}

#[cfg(test)]
mod tests {
    use super::write_rejects;
    use crate::domain::audience::{CsvOptions, from_csv};
    use crate::export::Overwrite;

    #[test]
    fn rows_are_written_as_they_stood_and_no_cell_is_a_formula() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("rejects.csv");
        let text = "phone,name\n+447700900412,Ana\nnobody,=1+1\n+447700900118\n";
        let audience = from_csv(text.as_bytes(), &CsvOptions::default()).unwrap();
        let write = |how| write_rejects(&target, how, &audience.table, &audience.skipped);
        write(Overwrite::Refuse).unwrap();
        let written = std::fs::read_to_string(&target).unwrap();
        let lines: Vec<&str> = written.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(
            lines[0],
            "rejected_row,rejected_recipient,rule,reason,phone,name"
        );
        assert!(
            lines[1].starts_with("2,nobody,number_not_a_number,"),
            "{}",
            lines[1]
        );
        assert!(lines[1].ends_with(",nobody,'=1+1"), "{}", lines[1]);
        assert!(
            lines[2].starts_with("3,'+447700900118,column_count,"),
            "{}",
            lines[2]
        );
        assert!(lines[2].ends_with(",'+447700900118,"), "{}", lines[2]);
        assert!(
            write(Overwrite::Refuse)
                .unwrap_err()
                .advice
                .contains("--force")
        );
        write(Overwrite::Replace).unwrap();
    }
}
