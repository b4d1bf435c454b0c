//! The pasted text. A short one is edited like any other; a long one is held as a whole, because
//! nobody edits megabytes by hand and every key would have to walk over them.

use crate::widgets::{Lines, TextField};
use crossterm::event::KeyEvent;
use std::sync::Arc;

/// Bytes up to which a text is edited here.
const SHORT: usize = 24 * 1024;

/// The pasted text.
#[derive(Debug, Clone, PartialEq)]
pub enum Pasted {
    /// Edited here.
    Short(Box<TextField>),
    /// Held as a whole.
    Long(Arc<str>),
}

impl Default for Pasted {
    fn default() -> Self {
        Pasted::Short(Box::new(TextField::new(Lines::Many)))
    }
}

/// What a key did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typed {
    /// The text changed.
    Changed,
    /// It did not.
    Same,
    /// A long text takes no keys.
    Refused,
}

impl Pasted {
    /// The whole text.
    pub fn text(&self) -> Arc<str> {
        match self {
            Pasted::Short(field) => field.text().into(),
            Pasted::Long(text) => Arc::clone(text),
        }
    }

    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        match self {
            Pasted::Short(field) => field.is_empty(),
            Pasted::Long(text) => text.is_empty(),
        }
    }

    /// A key.
    pub fn key(&mut self, key: KeyEvent) -> Typed {
        match self {
            Pasted::Short(field) => {
                if field.key(key) {
                    Typed::Changed
                } else {
                    Typed::Same
                }
            }
            Pasted::Long(_) => Typed::Refused,
        }
    }

    /// A paste: at the caret of a short text, behind a long one.
    pub fn paste(&mut self, text: &str) {
        match self {
            Pasted::Short(field) if text.len() <= SHORT => {
                field.paste(text);
            }
            Pasted::Short(_) | Pasted::Long(_) => {
                let whole = format!("{}{}", self.text(), unix_lines(text));
                self.set(&whole);
            }
        }
        if let Pasted::Short(field) = self
            && field.text().len() > SHORT
        {
            *self = Pasted::Long(field.text().into());
        }
    }

    /// Replaces the text; in a short one that can be undone.
    pub fn set(&mut self, text: &str) {
        if text.len() > SHORT {
            *self = Pasted::Long(unix_lines(text).into());
            return;
        }
        if let Pasted::Long(_) = self {
            *self = Pasted::default();
        }
        if let Pasted::Short(field) = self {
            field.set_text(text);
        }
    }
}

fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use super::{Pasted, Typed};
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    #[test]
    fn a_long_text_is_held_and_a_short_one_edited() {
        let enter = KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE);
        let mut pasted = Pasted::default();
        pasted.paste("curl x \\\r\n -d '{}'");
        assert_eq!(pasted.key(enter), Typed::Changed);
        assert_eq!(&*pasted.text(), "curl x \\\n -d '{}'\n");
        pasted.paste(&"x\r".repeat(40_000));
        assert_eq!(pasted.key(enter), Typed::Refused);
        assert!(pasted.text().starts_with("curl x \\\n -d '{}'\nx\nx\n"));
        pasted.set("{}");
        assert_eq!(
            (pasted.key(enter), &*pasted.text()),
            (Typed::Changed, "{}\n")
        );
    }
}
