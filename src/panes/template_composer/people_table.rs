//! People of a draft that come from a file: the field To then holds `@` and the path. `@@` begins an
//! id that itself begins with `@`.

use super::form::FieldId;
use super::state::Draft;
use crate::contract::PeopleFile;
use crate::domain::audience::{ClassChoices, ShapeChoice, TableSample, TextEncoding};
use crate::domain::{SkippedRow, User};
use crate::text::{format, sanitize};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What stands before a path in the field To.
const MARK: char = '@';

/// How the file of a draft is read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PeopleTable {
    /// What a person said about how it is written.
    pub shape: ShapeChoice,
    /// The column of the recipients, where a person chose it.
    pub to_column: Option<String>,
    /// What came back from the last time.
    pub restored: Option<Restored>,
    /// What a person decided about classes of its rows.
    pub choices: ClassChoices,
    /// Its first rows, once they are read.
    pub sample: Option<Arc<TableSample>>,
    /// How many people every row together came to, when that was last looked at.
    pub people: Option<u64>,
    /// Who was left out then.
    pub skipped: Arc<Vec<SkippedRow>>,
}

/// What came back from the last time that a file of this shape was confirmed.
#[derive(Debug, Clone, PartialEq)]
pub struct Restored {
    /// When that was.
    pub confirmed: Timestamp,
    /// Key of a field to what stood there before, and what came back.
    pub values: BTreeMap<String, (String, String)>,
}

/// What of it is written down with the draft.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedTable {
    encoding: Option<String>,
    delimiter: Option<u8>,
    header: Option<bool>,
    to_column: Option<String>,
    choices: ClassChoices,
}

impl PeopleTable {
    /// What of it is written down.
    pub fn to_saved(&self) -> SavedTable {
        SavedTable {
            encoding: self
                .shape
                .encoding
                .map(|encoding| encoding.name().to_owned()),
            delimiter: self.shape.delimiter,
            header: self.shape.header,
            to_column: self.to_column.clone(),
            choices: self.choices.clone(),
        }
    }

    /// As it was written down.
    pub fn from_saved(saved: SavedTable) -> Self {
        let shape = ShapeChoice {
            encoding: saved.encoding.as_deref().and_then(TextEncoding::named),
            delimiter: saved.delimiter,
            header: saved.header,
        };
        Self {
            shape,
            to_column: saved.to_column,
            choices: saved.choices,
            ..Self::default()
        }
    }
}

/// The path in the text of the field To, if it names a file.
pub fn file_in(to: &str) -> Option<&str> {
    let path = to.trim().strip_prefix(MARK)?;
    (!path.starts_with(MARK)).then_some(path.trim())
}

/// One recipient of the field To as it is meant: `@@web` is the id `@web`.
pub fn meant(part: &str) -> &str {
    match part.strip_prefix(MARK) {
        Some(id) if id.starts_with(MARK) => id,
        Some(_) | None => part,
    }
}

/// Somebody as the field To has them, so that [`meant`] reads the same person.
pub fn written(user: &User) -> String {
    let text = user.recipient_text();
    if text.starts_with(MARK) {
        return format!("{MARK}{text}");
    }
    text
}

impl Draft {
    /// The file that its people come from, if they come from one.
    pub fn people_file(&self) -> Option<PeopleFile> {
        let to = self.value(&FieldId::To);
        let path = file_in(&to)?;
        Some(PeopleFile {
            path: path.to_owned(),
            shape: self.table.shape,
            to_column: self.table.to_column.clone(),
            choices: self.table.choices.clone(),
        })
    }

    /// Takes its people from a file. How another file was read does not hold for this one.
    pub fn take_people_from(&mut self, path: &str) {
        let same = self.people_file().is_some_and(|file| file.path == path);
        if !same {
            self.table = PeopleTable::default();
        }
        self.forget_own_values();
        self.set_value(&FieldId::To, &format!("{MARK}{path}"));
    }

    /// The file in a few words: its name, and how many people are in it once that is known.
    pub fn file_words(&self, file: &PeopleFile) -> String {
        let name = sanitize::clean_line(file.name()).into_owned();
        match self.table.people {
            Some(people) => format!("{name} \u{b7} {}", format::people(people)),
            None => format!("people of {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::contract::Library;
    use crate::domain::User;
    use crate::domain::audience::TextEncoding;
    use crate::panes::template_composer::{Draft, DraftKind, FieldId};

    #[test]
    fn a_file_stands_in_the_field_to_and_is_kept_with_the_draft() {
        let mut draft = Draft::new("a".to_owned(), DraftKind::Template);
        assert_eq!(draft.people_file(), None);
        draft.take_people_from("~/lists/oak, all; owners.csv");
        assert_eq!(draft.value(&FieldId::To), "@~/lists/oak, all; owners.csv");
        assert!(draft.recipients().is_empty());
        assert_eq!(draft.to_words(), "people of oak, all; owners.csv");
        draft.table.shape.encoding = Some(TextEncoding::WINDOWS_1252);
        draft.table.to_column = Some("mobile".to_owned());
        let text = draft.to_text().unwrap();
        let back = Draft::from_text("a", &text, &Library::default()).unwrap();
        let file = back.people_file().unwrap();
        assert_eq!(file, draft.people_file().unwrap());
        assert_eq!(file.name(), "oak, all; owners.csv");
        assert_eq!(file.to_column.as_deref(), Some("mobile"));
        draft.set_value(&FieldId::To, "@@web_17, +447700900412, @web_18");
        assert_eq!(draft.people_file(), None);
        assert_eq!(draft.recipients(), ["@web_17", "+447700900412", "@web_18"]);
        draft.add(&User::unknown("447700900118"));
        assert_eq!(
            draft.recipients(),
            ["@web_17", "+447700900412", "@web_18", "+447700900118"]
        );
        draft.take_people_from("other.csv");
        assert_eq!(draft.people_file().unwrap().to_column, None);
    }
}
