//! Who a send is for: checked recipients with their values, and the rows left out with the reason.

mod cells;
mod check_report;
mod choices;
mod columns;
mod combine;
mod countries;
mod csv_file;
mod encoding;
mod error;
mod kept_mapping;
mod known;
mod numbers;
mod people_map;
mod remark;
pub mod row_rules;
mod sample;
mod scan;
mod shape;
mod table;
mod text;

pub use cells::{Block, Columns, SourceTable};
pub use check_report::{CheckClass, CheckReport, CheckVerdict};
pub use choices::{ClassChoice, ClassChoices, RECENT, stays, stop_sentence};
pub use columns::{RecipientProposal, propose_columns, propose_recipient};
pub use combine::{BatchPeople, Difference, EXCLUDED, NOT_AMONG};
pub use countries::countries;
pub use csv_file::{CsvOptions, Gathering, from_csv};
pub use encoding::{Detected, TextEncoding};
pub use error::AudienceError;
pub use kept_mapping::{KeptMapping, MappingFor};
pub use known::KnownPerson;
pub use numbers::{from_numbers, from_recipients, from_recipients_choosing};
pub use people_map::{PeopleMap, PeopleSet};
pub use remark::{Example, Remark, Stage};
pub use sample::{TableSample, sample};
pub use scan::ROW_BYTES;
pub use shape::{HEAD, ShapeChoice, TableShape};
pub use table::{TableEnd, TableReader};

use super::hash::Sha256Hex;
use super::recipient::Recipient;
use super::window::LastHeard;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One recipient and the columns that came with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudienceRow {
    /// Row in the source file counting from 1 without the header; `None` for `--to`.
    pub row: Option<u64>,
    /// Who.
    pub recipient: Recipient,
    /// Column or attribute name to value.
    pub columns: Columns,
}

/// A row that is not sent to, and why. Listed in the plan, counted as skipped. A file may have a
/// million of them, so its texts are shared by its copies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedRow {
    /// The recipient as written, or as digits once it could be read.
    pub recipient: Arc<str>,
    /// One sentence.
    pub reason: Arc<str>,
    /// Row in the source file counting from 1 without the header.
    pub row: Option<u64>,
    /// A short stable word, for example `duplicate`.
    pub rule: Cow<'static, str>,
}

/// Everybody a send is meant for, in the order given.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audience {
    /// Who can be reached.
    pub rows: Vec<AudienceRow>,
    /// Who was left out while reading.
    pub skipped: Vec<SkippedRow>,
    /// What was cleaned without changing a meaning, as sentences with counts.
    pub notes: Vec<String>,
    /// The same by rule, with what is not worth a note.
    pub remarks: Vec<Remark>,
    /// Name of the file the rows came from.
    pub source: Option<String>,
    /// SHA-256 of that file as it was read.
    pub file_sha256: Option<Sha256Hex>,
    /// Every name that columns of rows may have, also where a row has none.
    pub names: BTreeSet<String>,
    /// What is known of the last messages of people, by [`Recipient::text`].
    pub heard: BTreeMap<String, LastHeard>,
    /// The table they came from, as it was written.
    pub table: SourceTable,
    /// What a person decided about classes of them.
    pub choices: ClassChoices,
}

impl Audience {
    /// The first so many people, for a preview of what everybody gets; says so in a note.
    #[must_use]
    pub fn first(&self, most: usize) -> Self {
        let rows: Vec<AudienceRow> = self.rows.iter().take(most).cloned().collect();
        let note = format!(
            "This shows the first {} of {} people; the review looks at all of them.",
            rows.len(),
            self.rows.len()
        );
        Self {
            rows,
            notes: vec![note],
            source: self.source.clone(),
            file_sha256: self.file_sha256.clone(),
            names: self.names.clone(),
            choices: self.choices.clone(),
            ..Self::default()
        }
    }
}
