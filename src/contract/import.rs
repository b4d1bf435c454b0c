//! What the dialog that adds templates asks of the world, and what it hears.

use super::api::ApiError;
use super::slot::Ticket;
use crate::domain::template::{Import, ImportError, TemplateEdit};
use crate::domain::{BotTarget, Template};

/// What a pasted text holds, or why it cannot be read.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportAnswer {
    /// Which asking it answers.
    pub ticket: Ticket,
    /// What was found.
    pub result: Result<Import, ImportError>,
}

/// Templates to keep, and what a person gave them.
#[derive(Debug, Clone, PartialEq)]
pub struct NewTemplates {
    /// The templates.
    pub templates: Vec<Template>,
    /// Labels and fallbacks of the only one; empty texts take away.
    pub edit: TemplateEdit,
}

/// A template that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptTemplate {
    /// Its name.
    pub name: String,
    /// Its language.
    pub language: String,
    /// The version it got.
    pub version: u32,
}

/// What became of [`NewTemplates`].
#[derive(Debug, Clone, PartialEq)]
pub struct KeptTemplates {
    /// Those that are kept.
    pub kept: Vec<KeptTemplate>,
    /// Why one was not; the ones after it were not tried.
    pub failed: Option<ApiError>,
    /// Everything the library holds now.
    pub templates: Vec<Template>,
}

/// A profile to write into the settings file, without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProfile {
    /// Letters, digits, `-` and `_`.
    pub name: String,
    /// The bot.
    pub target: BotTarget,
}
