//! The head of a file as a table, for a person who says what its columns mean. It looks at the
//! first bytes only, so a file of any size is shown at once; nothing is checked here.

use super::AudienceError;
use super::columns::column_names;
use super::shape::{self, HEAD, Seen, ShapeChoice, TableShape};

/// Rows that a sample has at most.
const ROWS: usize = 100;
/// Characters of a cell that are shown at most.
const CELL: usize = 200;

/// The head of a file as a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSample {
    /// How the file is written.
    pub shape: TableShape,
    /// The names of the header; A, B, C … without one.
    pub columns: Vec<String>,
    /// The first rows, each with one cell per column; long cells are cut.
    pub rows: Vec<Vec<String>>,
    /// Whether these are all rows of the file.
    pub whole: bool,
    /// What a person should look at, as sentences.
    pub warnings: Vec<String>,
}

impl TableSample {
    /// What the first row has in a column; none for an empty cell.
    pub fn first_value(&self, column: &str) -> Option<&str> {
        let at = self.columns.iter().position(|name| name == column)?;
        let cell = self.rows.first()?.get(at)?.trim();
        (!cell.is_empty()).then_some(cell)
    }
}

/// Reads the first [`HEAD`] bytes of a file as a table. Fewer bytes are taken for the whole file.
///
/// # Errors
/// A file that is no text table, an empty one, and a header that names two columns alike.
pub fn sample(head: &[u8], choice: &ShapeChoice) -> Result<TableSample, AudienceError> {
    let whole = head.len() < HEAD;
    let seen = shape::look(head, whole, choice)?;
    let Seen {
        shape,
        text,
        is_guess,
        ..
    } = &seen;
    let mut rows = shape::rows(text, shape.delimiter, whole).peekable();
    let mut warnings = Vec::new();
    if *is_guess {
        warnings.push(guessed(shape));
    }
    if text.contains('\0') {
        warnings.push("the file has NUL bytes: it is damaged or no CSV".to_owned());
    }
    let first = if shape.header {
        rows.next().unwrap_or_default()
    } else {
        rows.peek().cloned().unwrap_or_default()
    };
    let columns = column_names(&first, shape.header)?;
    let (mut kept, mut ragged) = (Vec::new(), None);
    let mut at = 0_u64;
    for mut row in rows.by_ref().take(ROWS) {
        at += 1;
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if row.len() != columns.len() {
            ragged.get_or_insert((at, row.len()));
        }
        row.resize(columns.len(), String::new());
        row.iter_mut().for_each(cut);
        kept.push(row);
    }
    if let Some((at, width)) = ragged {
        let meant = columns.len();
        warnings.push(format!(
            "row {at} has {width} columns where the table has {meant}: such rows are left out"
        ));
    }
    Ok(TableSample {
        shape: *shape,
        columns,
        rows: kept,
        whole: whole && rows.next().is_none(),
        warnings,
    })
}

/// Says that the encoding is a guess.
pub(super) fn guessed(shape: &TableShape) -> String {
    format!(
        "the file is not UTF-8 and is read as {}: look at names with accents, or name another \
         encoding",
        shape.encoding
    )
}

fn cut(cell: &mut String) {
    if let Some((end, _)) = cell.char_indices().nth(CELL) {
        cell.truncate(end);
        cell.push('\u{2026}');
    }
}

#[cfg(test)]
mod tests {
    use super::{HEAD, sample};
    use crate::domain::audience::ShapeChoice;

    #[test]
    fn a_sample_has_names_rows_and_what_to_look_at() {
        let text = b"Phone;Vorname;\n+447700900412;J\xfcrgen;x\n;;\n+447700900118;Ana\n";
        let table = sample(text, &ShapeChoice::default()).unwrap();
        assert_eq!(table.columns, ["Phone", "Vorname", "C"]);
        assert_eq!(table.rows.len(), 2);
        assert_eq!(table.rows[0], ["+447700900412", "J\u{fc}rgen", "x"]);
        assert_eq!(table.rows[1], ["+447700900118", "Ana", ""]);
        assert!(table.whole);
        assert!(
            table.warnings[0].contains("windows-1252"),
            "{:?}",
            table.warnings
        );
        assert!(
            table.warnings[1].starts_with("row 3 has 2 columns"),
            "{:?}",
            table.warnings
        );
    }

    #[test]
    fn without_a_header_columns_are_letters() {
        let text = "+447700900412,Ana\n+447700900118,Ben\n";
        let table = sample(text.as_bytes(), &ShapeChoice::default()).unwrap();
        assert_eq!(table.columns, ["A", "B"]);
        assert_eq!(table.rows.len(), 2);
    }

    #[test]
    fn the_head_of_a_long_file_has_whole_rows_only() {
        let mut text = String::from("phone,name\n");
        while text.len() < 2 * HEAD {
            text.push_str("+447700900412,Fatima Zahra\n");
        }
        let table = sample(&text.as_bytes()[..HEAD], &ShapeChoice::default()).unwrap();
        assert!(!table.whole);
        assert!(table.warnings.is_empty(), "{:?}", table.warnings);
        assert!(table.rows.iter().all(|row| row[1] == "Fatima Zahra"));
    }

    #[test]
    fn an_empty_file_and_a_header_only() {
        assert_eq!(
            sample(b"  \r\n", &ShapeChoice::default())
                .unwrap_err()
                .rule(),
            "empty"
        );
        let table = sample(b"phone,name\n", &ShapeChoice::default()).unwrap();
        assert!(table.rows.is_empty() && table.whole);
    }
}
