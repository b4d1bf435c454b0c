//! Who a send is for: checked recipients with their values, and the rows left out with the reason.

mod columns;
mod csv_file;
mod encoding;
mod known;
mod numbers;
mod sample;
mod shape;

pub use columns::{RecipientProposal, propose_columns, propose_recipient};
pub use csv_file::{AudienceError, CsvOptions, from_csv};
pub use encoding::{Detected, TextEncoding};
pub use known::KnownPerson;
pub use numbers::{from_numbers, from_recipients};
pub use sample::{TableSample, sample};
pub use shape::{HEAD, ShapeChoice, TableShape};

use super::hash::Sha256Hex;
use super::recipient::Recipient;
use super::window::LastHeard;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One recipient and the columns that came with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudienceRow {
    /// Row in the source file counting from 1 without the header; `None` for `--to`.
    pub row: Option<u64>,
    /// Who.
    pub recipient: Recipient,
    /// Column or attribute name to value.
    pub columns: BTreeMap<String, String>,
}

/// A row that is not sent to, and why. Listed in the plan, counted as skipped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedRow {
    /// The recipient as written, or as digits once it could be read.
    pub recipient: String,
    /// One sentence.
    pub reason: String,
    /// Row in the source file counting from 1 without the header.
    pub row: Option<u64>,
    /// A short stable word, for example `duplicate`.
    pub rule: String,
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
    /// Name of the file the rows came from.
    pub source: Option<String>,
    /// SHA-256 of that file as it was read.
    pub file_sha256: Option<Sha256Hex>,
    /// Every name that columns of rows may have, also where a row has none.
    pub names: BTreeSet<String>,
    /// What is known of the last messages of people, by [`Recipient::text`].
    pub heard: BTreeMap<String, LastHeard>,
}
