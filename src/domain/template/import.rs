//! Reads templates out of what people have: the panel's "Generate cURL" in the quoting of any
//! shell, Meta's description of a template, the JSON of a call. Only templates and the bot they
//! belong to are taken: keys are masked before anything else looks at a text, numbers and headers
//! are left out, and a file that is named is never read here.

mod bot;
mod carry_over;
mod curl;
mod definition;
mod error;
mod find;
mod invoke;
mod json_path;
mod key;
mod payload;
mod places;
mod shell;
mod source;
mod source_map;
mod summary;

pub use bot::{FoundBot, FoundConnection};
pub use carry_over::carry_over;
pub use error::{ImportError, ImportRule, Position};
pub use key::{Masked, mask_keys};
pub use shell::Dialect;
pub use source::Source;
pub use summary::summary;

use super::{ParameterKind, Template, TemplateParameter};
use payload::{Head, PartError};
use source::Body;
use std::collections::BTreeMap;

/// Bytes of a text that is taken at most; a template is a page.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Contents of files that a person allowed to be read, by the name that the text gives them.
pub type NamedFiles = BTreeMap<String, String>;

/// What JSON a template was found in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Wrapping {
    /// The bare payload.
    Payload,
    /// A call that sends it to one person.
    Call,
    /// A broadcast.
    Broadcast,
    /// A broadcast with a file of people.
    CsvBroadcast,
    /// Meta's description.
    Description,
}

impl Wrapping {
    /// What it is, in words.
    pub fn words(self) -> &'static str {
        match self {
            Wrapping::Payload => "a bare payload",
            Wrapping::Call => "a call for one person",
            Wrapping::Broadcast => "a broadcast call",
            Wrapping::CsvBroadcast => "a CSV broadcast call",
            Wrapping::Description => "Meta's description",
        }
    }
}

/// A template that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportReport {
    /// The template, as version 1; the library counts on.
    pub template: Template,
    /// One sentence per part that was kept as it is or left out, and on its state at WhatsApp.
    pub notes: Vec<String>,
}

/// What a text holds. No key is in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// How it was written.
    pub source: Source,
    /// What the first template was wrapped in.
    pub wrapping: Wrapping,
    /// The bot it was made for, as far as it is named.
    pub bot: FoundBot,
    /// Whether a key stood in it. It is dropped.
    pub key_found: bool,
    /// The files it names; none of them was read here.
    pub files: Vec<String>,
    /// At least one.
    pub templates: Vec<ImportReport>,
    /// Entries of a list that cannot be taken: name and why.
    pub left_out: Vec<(String, ImportError)>,
}

/// Reads everything that a text holds; `files` are those that a person allowed to be read.
///
/// # Errors
/// What cannot be read, where, and what to do. With [`ImportRule::NeedsFiles`] the body is in
/// files: read them, if the person agrees, and import again.
pub fn read(text: &str, files: &NamedFiles) -> Result<Import, ImportError> {
    if text.len() > MOST_BYTES {
        return Err(ImportError::new(
            ImportRule::TooLong,
            None,
            "this has more than 8 MiB",
            "take the part with the template",
        ));
    }
    let masked = mask_keys(text);
    let mut import = source::read(&masked.text, files)?;
    import.key_found = masked.found;
    Ok(import)
}

/// The connection a text was made for, with its key. Only for a set-up that a person asked for.
pub fn found_connection(text: &str) -> Option<FoundConnection> {
    let masked = mask_keys(text);
    let key = masked.key?;
    let bot = source::bot_of(&masked.text)?;
    Some(FoundConnection { bot, key })
}

/// Reads the one template of a JSON text.
///
/// # Errors
/// As [`read`]; a text with several templates too.
pub fn import_json(text: &str) -> Result<ImportReport, ImportError> {
    let import = read(text, &NamedFiles::new())?;
    let mut templates = import.templates.into_iter();
    match (templates.next(), templates.next()) {
        (Some(only), None) => Ok(only),
        (_, _) => Err(ImportError::new(
            ImportRule::NoTemplate,
            None,
            "this holds several templates",
            "take one of them",
        )),
    }
}

/// What the templates of a document are, and what they were wrapped in.
struct Documents {
    wrapping: Wrapping,
    templates: Vec<ImportReport>,
    left_out: Vec<(String, ImportError)>,
}

/// Reads the templates of a body.
fn read_body(body: &Body<'_>) -> Result<Documents, ImportError> {
    let document = body.json()?;
    let bot_call = find::other_call(&document);
    let candidates = find::candidates(document);
    if candidates.is_empty() {
        return Err(ImportError::new(
            ImportRule::NoTemplate,
            Some(body.place(0)),
            bot_call.unwrap_or("no template in this JSON"),
            "paste the call of a template, with `name`, `language` and `components`",
        ));
    }
    let several = candidates.len() > 1;
    let mut documents = Documents {
        wrapping: Wrapping::Payload,
        templates: Vec::new(),
        left_out: Vec::new(),
    };
    for mut candidate in candidates {
        let name = payload::text_of(candidate.object.get("name")).unwrap_or_default();
        match read_candidate(&mut candidate) {
            Ok((wrapping, report)) => {
                if documents.templates.is_empty() {
                    documents.wrapping = wrapping;
                }
                documents.templates.push(report);
            }
            Err(error) => {
                let at = candidate.in_text.then(|| body.place_of(&error.path));
                let error = ImportError::new(error.rule, at, error.what, error.advice);
                documents.left_out.push((name, error));
            }
        }
    }
    match (several, documents.templates.is_empty()) {
        (_, false) => Ok(documents),
        (_, true) => Err(documents.left_out.swap_remove(0).1),
    }
}

fn read_candidate(candidate: &mut find::Candidate) -> Result<(Wrapping, ImportReport), PartError> {
    let path = &candidate.path;
    let head = Head::read(&candidate.object, path)?;
    let components = payload::components_of(&mut candidate.object, path)?;
    if definition::is_description(&components) {
        let report = definition::read(head, &candidate.object, &components, path)?;
        return Ok((Wrapping::Description, report));
    }
    let wrapping = if path.passes("template_payload") {
        Wrapping::CsvBroadcast
    } else if path.passes("content") {
        Wrapping::Broadcast
    } else if path.passes("payload") || path.passes("body") || path.passes("template") {
        Wrapping::Call
    } else {
        Wrapping::Payload
    };
    Ok((wrapping, payload::read(head, components)))
}

/// A word of a grammar as it may stand in a sentence: short, and only letters of names.
fn plain_word(word: &str) -> String {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    if !word.is_empty() && word.len() <= 40 && word.chars().all(plain) {
        format!("`{word}`")
    } else {
        "of an unknown kind".to_owned()
    }
}

#[cfg(test)]
mod tests;
