//! The dialog that adds templates: a text to paste into, what was found in it, names and fallbacks
//! for its places, and a profile for its account.
//!
//! ```text
//! text      what was pasted, keys masked; below it what was found or what cannot be read
//! names     a row for each place: what people call it, what stands in for an empty value
//! profile   what would be written into the settings, a name, and the word yes
//! ```
//!
//! Nothing is read, kept or written here; nothing that is pasted does anything.

mod act;
mod names;
mod pasted;
mod view;

pub use act::{Wish, act, key, paste};
pub use names::{Column, Names};
pub use pasted::Pasted;
pub use view::draw;

use crate::contract::NewProfile;
use crate::domain::template::{Import, ImportError, ImportRule};
use crate::domain::{BotTarget, Template};
use crate::widgets::TextField;

/// Which part has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Page {
    /// The pasted text.
    #[default]
    Text,
    /// Names and fallbacks, or the list of templates where there are several.
    Names,
    /// A profile for the account.
    Profile,
}

/// What is known of the text.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Reading {
    /// There is none.
    #[default]
    Empty,
    /// It holds templates.
    Found(Box<Found>),
    /// It cannot be read.
    Failed {
        /// Why and where.
        error: ImportError,
        /// The line it is about, clean, and the column in it from 0.
        line: Option<(String, usize)>,
    },
}

/// What a text holds, and how it stands to what is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What was found.
    pub import: Import,
    /// The only template, with what the library knew of it.
    pub template: Option<Template>,
    /// The version the library has of it.
    pub known: Option<u32>,
    /// In what its account differs from the profile in use.
    pub differs: Option<String>,
    /// What its account would be as a profile, where that can be offered.
    pub account: Option<BotTarget>,
    /// What is wrong with the template itself, clean.
    pub problems: Vec<String>,
}

/// The form of a new profile.
#[derive(Debug, Clone, PartialEq)]
pub struct ProfileForm {
    /// The account.
    pub target: BotTarget,
    /// Its name.
    pub name: TextField,
    /// The word that writes it.
    pub answer: TextField,
    /// Whether the answer has the keys.
    pub at_answer: bool,
    /// Names that are taken.
    pub taken: Vec<String>,
    /// The page one came from.
    pub from: Page,
}

impl ProfileForm {
    /// The profile, once its name and the answer are right; else why not yet.
    ///
    /// # Errors
    /// What is missing.
    pub fn profile(&self) -> Result<NewProfile, String> {
        let name = self.name.text().trim().to_owned();
        let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_".contains(sign);
        if name.is_empty() {
            return Err("type a name for the profile".to_owned());
        }
        if name.chars().count() > 40 || !name.chars().all(plain) {
            return Err("a name has letters, digits, - and _, at most 40".to_owned());
        }
        if self.taken.contains(&name) {
            return Err(format!(
                "there is a profile {name} already: it stays as it is"
            ));
        }
        if self.answer.text().trim() != "yes" {
            return Err("type yes to write it, Tab goes there".to_owned());
        }
        Ok(NewProfile {
            name,
            target: self.target.clone(),
        })
    }

    fn field(&mut self) -> &mut TextField {
        if self.at_answer {
            &mut self.answer
        } else {
            &mut self.name
        }
    }
}

/// The dialog.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct State {
    /// What was pasted.
    pub text: Pasted,
    /// What is known of it.
    pub reading: Reading,
    /// Which part has the keys.
    pub page: Page,
    /// Names and fallbacks.
    pub names: Names,
    /// The form of a new profile, while it is open.
    pub profile: Option<ProfileForm>,
    /// Why the last input did nothing.
    pub refusal: Option<String>,
    /// Whether a key was taken out of the text.
    pub key_found: bool,
    /// Whether a person allowed the files that the text names to be read.
    pub read_files: bool,
    /// Whether what was found is being kept.
    pub keeping: bool,
}

impl State {
    /// What was found, if anything.
    pub fn found(&self) -> Option<&Found> {
        match &self.reading {
            Reading::Found(found) => Some(found),
            Reading::Empty | Reading::Failed { .. } => None,
        }
    }

    /// The files that the text names and that were not allowed to be read yet.
    pub fn files_asked_for(&self) -> Option<&[String]> {
        match &self.reading {
            Reading::Failed {
                error:
                    ImportError {
                        rule: ImportRule::NeedsFiles(files),
                        ..
                    },
                ..
            } => Some(files),
            Reading::Empty | Reading::Found(_) | Reading::Failed { .. } => None,
        }
    }

    /// Takes over what a text holds; names that were typed for the same places stay.
    pub fn show(&mut self, found: Found) {
        match &found.template {
            Some(template) => self.names.fit(template),
            None => self.names.list(found.import.templates.len()),
        }
        self.reading = Reading::Found(Box::new(found));
        self.check_names();
    }

    /// Takes over why a text cannot be read.
    pub fn fail(&mut self, error: ImportError, line: Option<(String, usize)>) {
        if self.page == Page::Names {
            self.page = Page::Text;
        }
        self.reading = Reading::Failed { error, line };
    }

    /// Says what is wrong with the names while they are typed.
    fn check_names(&mut self) {
        let template = self.found().and_then(|found| found.template.as_ref());
        let wrong = template.and_then(|template| self.names.edit().apply(template).err());
        self.names.problem = wrong.map(|error| error.text);
    }

    /// Whether Enter and the arrows belong to the text.
    pub fn takes_line_breaks(&self) -> bool {
        self.page == Page::Text
    }
}
