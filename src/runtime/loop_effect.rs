//! Effects that the loop executes itself, because it owns the terminal.

use secrecy::SecretString;

/// What only the loop itself can do, because it owns the terminal.
#[derive(Debug)]
pub enum LoopEffect {
    /// Write to the clipboard.
    Copy(String),
    /// Write to the clipboard what holds the key, if it could be made.
    CopySecret(Option<SecretString>),
    /// Give the terminal to an editor.
    EditExternally(String),
    /// Draw the whole screen anew.
    Redraw,
    /// Leave.
    Quit,
}
