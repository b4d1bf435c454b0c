//! A toast: one row that says what happened and names the key that helps.

/// How long a notice stays and how it is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// A fact; leaves after six seconds.
    Fact,
    /// Something to know; leaves after six seconds.
    Warning,
    /// An error; stays until Esc, its key, or the next success of the same thing.
    Error,
}

/// One toast.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// How it is shown.
    pub kind: NoticeKind,
    /// What it is about; a later success of the same thing removes the error.
    pub about: &'static str,
    /// The sentence, with its key.
    pub text: String,
}

impl Notice {
    /// Something that happened.
    pub fn fact(about: &'static str, text: impl Into<String>) -> Self {
        Self {
            kind: NoticeKind::Fact,
            about,
            text: text.into(),
        }
    }

    /// Something to know.
    pub fn warning(about: &'static str, text: impl Into<String>) -> Self {
        Self {
            kind: NoticeKind::Warning,
            about,
            text: text.into(),
        }
    }

    /// Something that went wrong.
    pub fn error(about: &'static str, text: impl Into<String>) -> Self {
        Self {
            kind: NoticeKind::Error,
            about,
            text: text.into(),
        }
    }
}
