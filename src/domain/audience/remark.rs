//! What a person should know about people who were read although nobody is left out for it.

/// Where in a file something is found; also the order in which it is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// The file as a whole: its encoding, its header, its quotes.
    Structure,
    /// Its columns, and what is the same for everybody.
    Columns,
    /// One row at a time.
    Rows,
}

impl Stage {
    /// The word of documents.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Structure => "structure",
            Stage::Columns => "columns",
            Stage::Rows => "rows",
        }
    }
}

/// A row that shows what is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The row, counting from 1 without the header, where there is one.
    pub row: Option<u64>,
    /// What stands there, or who it is.
    pub shown: String,
    /// Why it is named, where its class does not say all; may be empty.
    pub why: String,
}

impl Example {
    /// Most examples of one thing.
    pub const MOST: usize = 5;
    /// Most characters of one.
    const SHOWN: usize = 60;

    /// Adds an example as long as there are few.
    pub(super) fn keep(examples: &mut Vec<Self>, row: Option<u64>, shown: &str) {
        Self::keep_with(examples, row, shown, "");
    }

    /// The same with a reason.
    pub(super) fn keep_with(examples: &mut Vec<Self>, row: Option<u64>, shown: &str, why: &str) {
        if examples.len() < Self::MOST {
            examples.push(Self {
                row,
                shown: shown.trim().chars().take(Self::SHOWN).collect(),
                why: why.to_owned(),
            });
        }
    }
}

/// Something to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Where it is found.
    pub stage: Stage,
    /// A short stable word.
    pub rule: &'static str,
    /// How many rows it is about; 1 for the file as a whole.
    pub count: u64,
    /// What it is, as a sentence without a full stop.
    pub text: String,
    /// Some of the rows.
    pub examples: Vec<Example>,
}

impl Remark {
    /// A remark without examples.
    pub(super) fn new(stage: Stage, rule: &'static str, count: u64, text: String) -> Self {
        Self {
            stage,
            rule,
            count,
            text,
            examples: Vec::new(),
        }
    }
}
