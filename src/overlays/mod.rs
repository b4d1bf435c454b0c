//! Questions and lists above the panes. An overlay holds the keyboard; Esc goes back one level.
//!
//! Fifteen kinds serve everything: a page to read, a list to choose from, a form of several texts,
//! the review of a plan, a question that decides, a question that only takes a text, the file of a
//! message, the links in its text, a message as a phone shows it, the lines of the audit, the
//! unknown results, the time of a draft, the
//! dialog that adds templates, the columns of a file of people, and what was found in its rows.

pub mod add_template;
pub mod audit;
pub mod checks;
pub mod confirm;
pub mod decision;
pub mod form;
pub mod frame;
pub mod link;
pub mod mapping;
pub mod media;
pub mod page;
pub mod palette;
pub mod phone;
pub mod prompt;
pub mod review;
pub mod triage;
pub mod when;

use decision::Decision;

/// What stands above the panes.
#[derive(Debug, Clone, PartialEq)]
pub enum Overlay {
    /// Something to read.
    Page(page::State),
    /// Something to choose.
    Palette(palette::State),
    /// The file of a message.
    Media(Box<media::State>),
    /// The links of a message.
    Link(link::State),
    /// A plan to confirm.
    Review(Box<review::State>),
    /// A question answered by typing a word or a number.
    Confirm(confirm::State),
    /// A question that takes a text and decides nothing.
    Prompt(Box<prompt::State>),
    /// The columns of a file of people, and what they fill.
    Mapping(Box<mapping::State>),
    /// What was found in every row of a draft's people.
    Checks(Box<checks::State>),
    /// The lines of the audit.
    Audit(Box<audit::State>),
    /// What is pasted to add templates.
    AddTemplate(Box<add_template::State>),
    /// The draft's message as a phone shows it.
    Phone(phone::State),
    /// The unknown results.
    Triage(Box<triage::State>),
    /// Several texts that are saved as a whole.
    Form(Box<form::State>),
    /// When the draft goes out.
    When(Box<when::State>),
}

impl Overlay {
    /// The guard of an overlay that decides something, so that early keys, held keys and pastes do
    /// not reach it; `None` where nothing is decided.
    pub fn decision(&mut self) -> Option<&mut Decision> {
        match self {
            Overlay::Review(review) => Some(&mut review.decision),
            Overlay::Confirm(confirm) => Some(&mut confirm.decision),
            Overlay::Link(link) => Some(&mut link.decision),
            Overlay::Triage(open) => Some(&mut open.decision),
            Overlay::Page(_)
            | Overlay::Palette(_)
            | Overlay::Media(_)
            | Overlay::Form(_)
            | Overlay::Prompt(_)
            | Overlay::AddTemplate(_)
            | Overlay::Mapping(_)
            | Overlay::Checks(_)
            | Overlay::Audit(_)
            | Overlay::When(_)
            | Overlay::Phone(_) => None,
        }
    }
}
