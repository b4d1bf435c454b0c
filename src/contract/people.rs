//! People from a file: which file, how it is read, and its first rows.

use super::api::ApiError;
use super::slot::Ticket;
use crate::domain::audience::{ClassChoices, KeptMapping, ShapeChoice, TableSample};
use crate::domain::{RecipientForm, SkippedRow};
use std::sync::Arc;

/// A file of people, as a draft names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeopleFile {
    /// The path as typed; `~/` is the home folder.
    pub path: String,
    /// What a person said about how it is written.
    pub shape: ShapeChoice,
    /// The column of the recipients; found by its header if nobody said.
    pub to_column: Option<String>,
    /// What a person decided about classes of its rows.
    pub choices: ClassChoices,
}

impl PeopleFile {
    /// The name of the file without its folders.
    pub fn name(&self) -> &str {
        let name = self.path.rsplit(['/', '\\']).next();
        name.filter(|name| !name.is_empty()).unwrap_or(&self.path)
    }
}

/// Whose first rows are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SampleAsk {
    /// The file.
    pub file: PeopleFile,
    /// Name and language of the template whose places its columns shall fill.
    pub template: Option<(String, String)>,
}

/// The first rows of a file.
#[derive(Debug, Clone, PartialEq)]
pub struct SampleAnswer {
    /// Which asking it answers.
    pub ticket: Ticket,
    /// The table, or why it cannot be read.
    pub result: Result<TableSample, ApiError>,
    /// What filled the draft's template when such a file was confirmed last.
    pub before: Option<KeptMapping>,
}

/// What fits a path that is being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathsAnswer {
    /// Which asking it answers.
    pub ticket: Ticket,
    /// What had been typed.
    pub typed: String,
    /// Names that its last part may become, in order; folders end with `/`.
    pub names: Vec<String>,
}

impl PathsAnswer {
    /// What was typed, as far as every name that fits goes on alike.
    pub fn completed(&self) -> String {
        let start = self.typed.rfind('/').map_or(0, |at| at + 1);
        let (folder, begun) = self.typed.split_at(start);
        let mut common = self.names.first().map_or(begun, String::as_str);
        for name in &self.names {
            let same = common.char_indices().zip(name.chars());
            let same = same.take_while(|((_, ours), theirs)| ours == theirs);
            let end = same
                .last()
                .map_or(0, |((at, sign), _)| at + sign.len_utf8());
            common = common.get(..end).unwrap_or_default();
        }
        format!("{folder}{common}")
    }
}

/// Who is left out of a draft whose people come from a file, and where that is written.
#[derive(Debug, Clone, PartialEq)]
pub struct Rejects {
    /// The draft's file.
    pub file: PeopleFile,
    /// How its people are written.
    pub form: RecipientForm,
    /// Two-letter country of numbers without one.
    pub region: Option<String>,
    /// Who is left out.
    pub skipped: Arc<Vec<SkippedRow>>,
    /// The file to write; without a folder it goes to the folder for downloads.
    pub name: String,
}
