//! Keys as data: chords, contexts, conflicts, and the resolver from a key to an action.
//!
//! ```text
//! keymap.toml (embedded) + the user's file --parse--> bindings --resolve--> Action
//!                                                        |--conflicts--> Report
//!                                                        `--describe--> footer, help, README
//! ```
//!
//! Nothing here knows the state of the program or whether an action is possible; it gets a place,
//! a key and a set of facts. It reads no files.

pub mod chord;
pub mod condition;
pub mod conflicts;
pub mod context;
mod describe;
mod parse;
mod resolve;

pub use chord::{Chord, ChordError};
pub use condition::{Condition, Fact, Facts};
pub use conflicts::{Finding, Kind, Report};
pub use context::KeyContext;
pub use describe::Described;

use crate::contract::action::Action;

const DEFAULTS: &str = include_str!("../../keymap.toml");

/// The name under which findings speak of the embedded file.
pub const DEFAULT_FILE: &str = "keymap.toml";

/// Whose line a binding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The embedded file.
    Default,
    /// The file of the user.
    User,
}

/// One line of a keymap: in this place this key does this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// The place.
    pub context: KeyContext,
    /// The key.
    pub chord: Chord,
    /// What it starts; `None` is the word `none`: the key does nothing here.
    pub run: Option<Action>,
    /// What must hold for it.
    pub when: Condition,
    /// The line in its file, from 1.
    pub line: usize,
    /// Whose file.
    pub source: Source,
}

/// All keys, the user's changes already laid over the defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

impl Keymap {
    /// The defaults with the user's file laid over them, and what is wrong or worth knowing about
    /// that file. A wrong line is left out and reported; the others count.
    pub fn with_user_file(file: &str, text: &str) -> (Self, Report) {
        let mut keymap = Self::default();
        let (changes, mut findings) = parse::parse(file, text, Source::User);
        keymap.bindings.retain(|old| {
            !changes
                .iter()
                .any(|new| (new.context, new.chord) == (old.context, old.chord))
        });
        keymap.bindings.extend(changes);
        // Stable: within a place the defaults come first, then the user's lines.
        keymap
            .bindings
            .sort_by_key(|binding| binding.context as usize);
        findings.extend(conflicts::find(&keymap, file, Some(Source::User)));
        findings.sort_by_key(|finding| finding.line);
        (keymap, Report { findings })
    }

    /// What is worth knowing about the embedded file itself: the keys that one place hides from
    /// another on purpose.
    pub fn default_report() -> Report {
        let (_, mut findings) = parse::parse(DEFAULT_FILE, DEFAULTS, Source::Default);
        findings.extend(conflicts::find(&Self::default(), DEFAULT_FILE, None));
        Report { findings }
    }

    /// Every binding, ordered by place.
    pub fn bindings(&self) -> &[Binding] {
        &self.bindings
    }
}

impl Default for Keymap {
    /// The embedded keys.
    fn default() -> Self {
        let (mut bindings, _) = parse::parse(DEFAULT_FILE, DEFAULTS, Source::Default);
        bindings.sort_by_key(|binding| binding.context as usize);
        Self { bindings }
    }
}

#[cfg(test)]
mod tests;
