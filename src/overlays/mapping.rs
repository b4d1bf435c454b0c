//! People from a file: which column is the number, which fill the message. What it shows is worked
//! out by whoever opened it; a choice here changes the draft at once, and nothing is sent.
//!
//! ```text
//! template wants    takes column       first rows                   check
//! ▌ number          mobile             07700 900107 · 07700 900…    ✓ looks like numbers
//!   1 name          first name         Aaron · Abena · Zoë          ✓ all filled, longest 5
//! ```

mod view;

pub use view::draw;

use crate::contract::Action;

/// How far the first rows are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Head {
    /// They are being read.
    Reading,
    /// They are there: how the file is written, in words.
    Read(String),
    /// They cannot be read: why, and what to do.
    Failed(String),
}

/// How a place of the message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// As it should be.
    Good,
    /// A person should look.
    Doubtful,
    /// Nothing can be sent like this.
    Missing,
}

/// A place of the message, and what fills it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What the message calls it.
    pub label: String,
    /// The column, or what is the same for everybody.
    pub takes: String,
    /// What stands there in the first rows.
    pub samples: String,
    /// How it stands.
    pub standing: Standing,
    /// The same in words.
    pub check: String,
}

/// The dialog.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Name of the file.
    pub file: String,
    /// The first rows.
    pub head: Head,
    /// The number, then the places of the message.
    pub places: Vec<Place>,
    /// Columns that fill nothing.
    pub unused: Vec<String>,
    /// How the first person's message reads.
    pub reads: String,
    /// That it was filled as the last time, and when that was.
    pub as_before: Option<String>,
    /// What a person should look at.
    pub warnings: Vec<String>,
    /// The place under the cursor.
    pub at: usize,
    /// Whether every row is being looked at now.
    pub checking: bool,
    /// Whether real customers are meant.
    pub guarded: bool,
}

/// What the dialog wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Back to the draft.
    Close,
    /// Take another file.
    OtherFile,
    /// Choose what fills the place under the cursor.
    Map,
    /// Give people without a value another text.
    Fallback,
    /// Choose the form of what fills the place under the cursor.
    Form,
    /// Fill every place by its name again.
    Guess,
    /// The first row is a header, or is none.
    SwitchHeader,
    /// Read it in the next encoding.
    NextEncoding,
    /// Take the next sign for what separates columns.
    NextDelimiter,
    /// Look at every row.
    Check,
}

/// Runs an action of the dialog.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a dialog answers the actions it knows"
)]
pub fn act(state: &mut State, action: Action) -> Option<Wish> {
    let last = state.places.len().saturating_sub(1);
    let wish = match action {
        Action::MoveDown => {
            state.at = (state.at + 1).min(last);
            return None;
        }
        Action::MoveUp => {
            state.at = state.at.saturating_sub(1);
            return None;
        }
        Action::First => {
            state.at = 0;
            return None;
        }
        Action::Last => {
            state.at = last;
            return None;
        }
        Action::Accept | Action::Open => Wish::Map,
        Action::ChoosePeople => Wish::OtherFile,
        Action::UseFallback => Wish::Fallback,
        Action::ChangeForm => Wish::Form,
        Action::GuessColumns => Wish::Guess,
        Action::SwitchHeader => Wish::SwitchHeader,
        Action::NextEncoding => Wish::NextEncoding,
        Action::NextDelimiter => Wish::NextDelimiter,
        Action::CheckRows => Wish::Check,
        Action::Back => Wish::Close,
        _ => return None,
    };
    Some(wish)
}
