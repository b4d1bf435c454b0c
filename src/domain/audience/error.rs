//! Why people are not read from a file at all: each is one sentence with the place and what to do.

use super::encoding::TextEncoding;

/// Why a file is not read at all. Each is a sentence with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AudienceError {
    /// The system's reason.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// A directory.
    #[error("it is a folder: name a file in it")]
    Folder,
    /// Somebody wrote to it meanwhile.
    #[error("the file changed while it was read: wait until it is saved, then read it again")]
    Changed,
    /// Beyond the limit.
    #[error("the file has more than 1 GiB: split it")]
    TooLarge,
    /// Nothing in it.
    #[error("the file is empty: choose another, or export it again")]
    Empty,
    /// A workbook, a picture or something else that is no text: its name.
    #[error("the file is {0} and no CSV: open it where it was made and save it as CSV UTF-8")]
    OtherFormat(&'static str),
    /// No text at all, or damaged where the rest is UTF-8.
    #[error("line {line} is not UTF-8 text: save the file as CSV UTF-8")]
    NotText {
        /// Counts from 1.
        line: u64,
    },
    /// Bytes that the encoding does not have.
    #[error("line {line} is not {encoding} text: name another encoding, or save it as CSV UTF-8")]
    NotThisEncoding {
        /// Counts from 1.
        line: u64,
        /// As chosen or seen.
        encoding: TextEncoding,
    },
    /// Pasted together from files of different programs.
    #[error(
        "lines {other} and {line} are written in two encodings: save the file as CSV UTF-8, or name \
         its encoding with --encoding"
    )]
    MixedEncodings {
        /// Counts from 1.
        line: u64,
        /// The first line in the other one.
        other: u64,
    },
    /// Text files have none.
    #[error("line {line} has a NUL byte: the file is damaged or no CSV, export it again")]
    Nul {
        /// Counts from 1.
        line: u64,
    },
    /// Everything behind it would be one cell.
    #[error("the quote opened in line {line} is never closed: close it or remove it")]
    UnclosedQuote {
        /// Counts from 1.
        line: u64,
    },
    /// No row of people is so long.
    #[error("the row in line {line} has more than 1 MiB: the file is damaged or no CSV")]
    LongRow {
        /// Counts from 1.
        line: u64,
    },
    /// Nothing but a header, or not even that.
    #[error("the file has no rows below its header line")]
    NoRows,
    /// Two columns could be meant.
    #[error("the header has the column `{0}` twice: give each column a name of its own")]
    RepeatedColumn(String),
    /// No header is known to mean the recipient.
    #[error(
        "no column for the recipient: the header has {0}; name the column with --map to=COLUMN"
    )]
    NoRecipientColumn(String),
    /// There is no header that could say which it is.
    #[error(
        "the file has no header, so the recipient's column is not known: name one of {0} with --map \
         to=COLUMN"
    )]
    NoHeader(String),
    /// Several headers mean the recipient.
    #[error("several columns could be the recipient: {0}; name one with --map to=COLUMN")]
    SeveralRecipientColumns(String),
    /// The named column is not there.
    #[error("there is no column `{column}`: the header has {headers}")]
    NoSuchColumn {
        /// As asked.
        column: String,
        /// What is there.
        headers: String,
    },
    /// The first bad row, where none is allowed.
    #[error("row {row}: {reason}")]
    BadRow {
        /// Counts from 1 without the header.
        row: u64,
        /// A short stable word.
        rule: String,
        /// One sentence.
        reason: String,
    },
}

impl AudienceError {
    /// A short stable word.
    pub fn rule(&self) -> &str {
        match self {
            AudienceError::Unreadable(_) => "unreadable",
            AudienceError::Folder => "folder",
            AudienceError::Changed => "changed",
            AudienceError::TooLarge => "too_large",
            AudienceError::Empty => "empty",
            AudienceError::OtherFormat(_) => "other_format",
            AudienceError::NotText { .. } => "not_text",
            AudienceError::NotThisEncoding { .. } => "not_this_encoding",
            AudienceError::MixedEncodings { .. } => "mixed_encodings",
            AudienceError::Nul { .. } => "nul",
            AudienceError::UnclosedQuote { .. } => "unclosed_quote",
            AudienceError::LongRow { .. } => "long_row",
            AudienceError::NoRows => "no_rows",
            AudienceError::RepeatedColumn(_) => "repeated_column",
            AudienceError::NoRecipientColumn(_) => "no_recipient_column",
            AudienceError::NoHeader(_) => "no_header",
            AudienceError::SeveralRecipientColumns(_) => "several_recipient_columns",
            AudienceError::NoSuchColumn { .. } => "no_such_column",
            AudienceError::BadRow { rule, .. } => rule,
        }
    }
}
