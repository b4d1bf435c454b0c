//! Why a text is not taken as a template, and where in it. No sentence here repeats what was
//! pasted: it may hold a key.

use std::fmt;

/// A place in what was pasted, or in a file that it names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The named file; `None` is the pasted text itself.
    pub file: Option<String>,
    /// Counts from 1.
    pub line: usize,
    /// Counts characters from 1.
    pub column: usize,
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}, ")?;
        }
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// What kind of obstacle it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportRule {
    /// Nothing but space.
    Empty,
    /// More than an import may have.
    TooLong,
    /// Neither a command nor JSON.
    NotKnown,
    /// A quote that never ends, or signs no shell takes.
    Shell,
    /// An option of the command that cannot be followed.
    Option,
    /// The body is in these files, which are not read unasked.
    NeedsFiles(Vec<String>),
    /// A command without a body.
    NoBody,
    /// A slip in the JSON.
    NotJson,
    /// JSON, but no template in it.
    NoTemplate,
    /// A part every template has is missing or of the wrong type.
    Wrong,
    /// Understood, but it cannot be sent from here.
    Unsupported,
}

/// Why a text is not taken as a template: where, what, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportError {
    /// The kind of obstacle.
    pub rule: ImportRule,
    /// Where, if it is at one place.
    pub at: Option<Position>,
    /// What is wrong, without a full stop.
    pub what: String,
    /// What to do, without a full stop.
    pub advice: String,
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = &self.at {
            write!(f, "{at}: ")?;
        }
        write!(f, "{}: {}", self.what, self.advice)
    }
}

impl std::error::Error for ImportError {}

impl ImportError {
    pub(super) fn new(
        rule: ImportRule,
        at: Option<Position>,
        what: impl Into<String>,
        advice: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            at,
            what: what.into(),
            advice: advice.into(),
        }
    }
}
