//! People from a file: which file, how it is read, and its first rows.

use super::api::ApiError;
use super::slot::Ticket;
use crate::domain::audience::{ShapeChoice, TableSample};

/// A file of people, as a draft names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeopleFile {
    /// The path as typed; `~/` is the home folder.
    pub path: String,
    /// What a person said about how it is written.
    pub shape: ShapeChoice,
    /// The column of the recipients; found by its header if nobody said.
    pub to_column: Option<String>,
}

impl PeopleFile {
    /// The name of the file without its folders.
    pub fn name(&self) -> &str {
        let name = self.path.rsplit(['/', '\\']).next();
        name.filter(|name| !name.is_empty()).unwrap_or(&self.path)
    }
}

/// The first rows of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleAnswer {
    /// Which asking it answers.
    pub ticket: Ticket,
    /// The table, or why it cannot be read.
    pub result: Result<TableSample, ApiError>,
}
