//! A search inside a pane: the field that takes the text, and which rows or messages have it. The
//! pane decides what is looked through and where a match leads.

use super::TextField;

/// A search inside a pane.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Find {
    /// What is looked for.
    pub field: TextField,
    /// Whether keys go into the field.
    pub typing: bool,
    /// Indices of what has it, in order.
    pub matches: Vec<usize>,
}
