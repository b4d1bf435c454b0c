//! Questions and lists above the panes. An overlay holds the keyboard; Esc goes back one level.
//!
//! Six kinds serve everything: a page to read, a list to choose from, the review of a plan, a
//! question answered by typing, a form of several texts, and the file of a message.

pub mod confirm;
pub mod form;
pub mod frame;
pub mod media;
pub mod page;
pub mod palette;
pub mod review;

/// What stands above the panes.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// Something to read.
    Page(page::State),
    /// Something to choose.
    Palette(palette::State),
    /// The file of a message.
    Media(Box<media::State>),
    /// A plan to confirm.
    Review(Box<review::State>),
    /// A question answered by typing a word or a number.
    Confirm(confirm::State),
    /// Several texts that are saved as a whole.
    Form(Box<form::State>),
}

impl Overlay {
    /// Whether the overlay decides something, so that early keys, held keys and pastes must not
    /// reach it.
    pub fn decides(&self) -> bool {
        matches!(self, Overlay::Review(_) | Overlay::Confirm(_))
    }
}
