//! What people bring with them: the cells of their row by the names of the columns. The rows of a
//! file share one text and one list of names, so a million rows are no million tables.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Rows of a table one behind the other, with their cells as they were read.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Block {
    names: Arc<[Box<str>]>,
    /// The number of the first row, counting from 1 without the header.
    first: u64,
    text: String,
    /// Where each cell ends in the text.
    ends: Vec<u32>,
    /// Where each row ends in the ends.
    rows: Vec<u32>,
}

impl Block {
    /// An empty block of rows with these columns; its first row gets this number.
    pub(super) fn starting(names: Arc<[Box<str>]>, first: u64) -> Self {
        Self {
            names,
            first,
            ..Self::default()
        }
    }

    /// Adds a row. False, and nothing is added, if the block has no room for it.
    pub(super) fn push<'c>(&mut self, cells: impl Iterator<Item = &'c str>) -> bool {
        let (text, ends) = (self.text.len(), self.ends.len());
        for cell in cells {
            self.text.push_str(cell);
            let Ok(end) = u32::try_from(self.text.len()) else {
                self.text.truncate(text);
                self.ends.truncate(ends);
                return false;
            };
            self.ends.push(end);
        }
        self.rows
            .push(u32::try_from(self.ends.len()).unwrap_or(u32::MAX));
        true
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many bytes its cells have.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Gives back the room that was kept for more rows.
    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.rows.shrink_to_fit();
    }

    /// The number of a row, counting from 1 without the header.
    pub fn number(&self, at: usize) -> u64 {
        self.first + at as u64
    }

    /// The cells of a row, which may be more or fewer than the columns.
    pub fn cells(&self, at: usize) -> impl ExactSizeIterator<Item = &str> {
        let ends = self.ends_of(at);
        (ends.0..ends.1).map(|cell| self.text_of(cell))
    }

    /// One cell of a row.
    pub fn cell(&self, at: usize, column: usize) -> Option<&str> {
        let (start, end) = self.ends_of(at);
        let cell = start + column;
        (cell < end).then(|| self.text_of(cell))
    }

    /// The position in this block of a row with this number.
    fn position(&self, number: u64) -> Option<usize> {
        let at = usize::try_from(number.checked_sub(self.first)?).ok()?;
        (at < self.len()).then_some(at)
    }

    fn ends_of(&self, at: usize) -> (usize, usize) {
        let end = |row: Option<usize>| row.and_then(|row| self.rows.get(row).copied()).unwrap_or(0);
        let start = end(at.checked_sub(1));
        (start as usize, end(Some(at)) as usize)
    }

    fn text_of(&self, cell: usize) -> &str {
        let end = |cell: Option<usize>| {
            cell.and_then(|cell| self.ends.get(cell).copied())
                .unwrap_or(0)
        };
        let range = end(cell.checked_sub(1)) as usize..end(Some(cell)) as usize;
        self.text.get(range).unwrap_or_default()
    }
}

/// The columns of one row: name to value. Cheap to clone.
#[derive(Clone, Default)]
pub struct Columns {
    /// None for a row without any.
    block: Option<Arc<Block>>,
    at: u32,
}

impl Columns {
    /// The row at this position of a block.
    pub(super) fn in_block(block: &Arc<Block>, at: usize) -> Self {
        Self {
            block: Some(Arc::clone(block)),
            at: u32::try_from(at).unwrap_or(u32::MAX),
        }
    }

    /// Columns of their own.
    pub fn of(values: &BTreeMap<String, String>) -> Self {
        if values.is_empty() {
            return Self::default();
        }
        let names = values.keys().map(|name| name.as_str().into()).collect();
        let mut block = Block::starting(names, 1);
        block.push(values.values().map(String::as_str));
        Self {
            block: Some(Arc::new(block)),
            at: 0,
        }
    }

    /// The value of a column.
    pub fn get(&self, name: &str) -> Option<&str> {
        let block = self.block.as_ref()?;
        let column = block.names.iter().position(|one| &**one == name)?;
        block.cell(self.at as usize, column)
    }

    /// Every column with its value, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let block = self.block.as_deref();
        block.into_iter().flat_map(|block| {
            let names = block.names.iter().map(|name| &**name);
            names.zip(block.cells(self.at as usize))
        })
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.block.is_none()
    }

    /// These and others; what is here already stays.
    pub(super) fn with<'v>(&self, others: impl Iterator<Item = (&'v String, &'v String)>) -> Self {
        let own = self
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut values: BTreeMap<String, String> = own.collect();
        for (name, value) in others {
            values.entry(name.clone()).or_insert_with(|| value.clone());
        }
        Self::of(&values)
    }
}

impl PartialEq for Columns {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Columns {}

impl fmt::Debug for Columns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// The table people came from, row by row as it was written, for whoever writes rows out again.
#[derive(Debug, Clone, Default)]
pub struct SourceTable {
    /// The names of its columns.
    pub columns: Vec<String>,
    blocks: Vec<Arc<Block>>,
}

impl SourceTable {
    pub(super) fn of(columns: Vec<String>) -> Self {
        Self {
            columns,
            blocks: Vec::new(),
        }
    }

    pub(super) fn push(&mut self, block: Arc<Block>) {
        self.blocks.push(block);
    }

    /// The cells of the row with this number, counting from 1 without the header.
    pub fn row(&self, number: u64) -> Option<impl ExactSizeIterator<Item = &str>> {
        let behind = self.blocks.partition_point(|block| block.first <= number);
        let block = self.blocks.get(behind.checked_sub(1)?)?;
        Some(block.cells(block.position(number)?))
    }
}

// Two audiences are equal by their people; the text they came from says nothing more.
impl PartialEq for SourceTable {
    fn eq(&self, other: &Self) -> bool {
        self.columns == other.columns
    }
}

impl Eq for SourceTable {}

#[cfg(test)]
mod tests {
    use super::{Block, Columns, SourceTable};
    use std::collections::BTreeMap;
    use std::sync::Arc;

    #[test]
    fn rows_of_a_block_keep_their_cells() {
        let names: Arc<[Box<str>]> = ["phone", "name"].map(Box::from).into();
        let mut block = Block::starting(names, 5);
        for row in [
            vec!["+44", "Ana"],
            vec!["", ""],
            vec!["+1"],
            vec!["a", "b", "c"],
        ] {
            assert!(block.push(row.into_iter()));
        }
        let block = Arc::new(block);
        let row = |at| Columns::in_block(&block, at);
        assert_eq!(
            (row(0).get("name"), row(0).get("other")),
            (Some("Ana"), None)
        );
        assert_eq!((row(1).get("name"), row(2).get("name")), (Some(""), None));
        assert_eq!(block.cells(3).collect::<Vec<_>>(), ["a", "b", "c"]);
        let mut table = SourceTable::of(Vec::new());
        table.push(Arc::clone(&block));
        assert_eq!(table.row(7).unwrap().collect::<Vec<_>>(), ["+1"]);
        assert!(table.row(4).is_none() && table.row(9).is_none());
    }

    #[test]
    fn own_columns_stand_before_those_of_others() {
        let map = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
            pairs.iter().map(owned).collect()
        };
        let columns = Columns::of(&map(&[("name", "Ana")]));
        let others = map(&[("name", "Sara"), ("city", "Leeds")]);
        let both = columns.with(others.iter());
        assert_eq!(
            (both.get("name"), both.get("city")),
            (Some("Ana"), Some("Leeds"))
        );
        assert!(Columns::default().is_empty());
        assert_eq!(both.clone(), both);
    }
}
