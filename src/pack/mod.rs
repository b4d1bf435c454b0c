//! Signed files. Packs: the templates and flows of a team in one signed file. A pack holds no key of an account,
//! no host and no person: of a template it takes what every send of it has in common. It must not
//! know where a pack comes from, or whether its signer is trusted.
//!
//! The file is JSON. What is signed are the very bytes of `content`, so that nothing has to be
//! brought into a form first; the number of the format is signed with them.

pub mod approval;
mod key;
mod signed;

pub use key::{PublicKey, SigningKey};

use crate::domain::template::{TemplateEdit, TemplateFiller};
use crate::domain::{Flow, Template};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use signed::{Kind, Wrong};
use std::collections::BTreeSet;

/// The format this version writes, and the newest it reads.
pub const FORMAT: u32 = 1;

/// What a pack holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pack {
    /// Version of the program that made it.
    pub program: String,
    /// When it was made.
    pub made: Timestamp,
    /// The newest version of each template.
    pub templates: Vec<Template>,
    /// Flows by our names for them.
    pub flows: Vec<Flow>,
}

/// Why a file is not taken as a pack, or none is made. Each is one sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// Something else.
    #[error("this is no pack of alertdesk: `alertdesk template export --to FILE` makes one")]
    NotAPack,
    /// Made by a newer version.
    #[error("the pack has format {0}, this version reads up to {FORMAT}: update alertdesk")]
    Newer(u32),
    /// The content is not what was signed.
    #[error(
        "the signature does not fit: the file was changed or cut after it was signed, ask for it again"
    )]
    Signature,
    /// Signed, but not to be used.
    #[error("the pack holds what this version cannot use: {0}")]
    Content(String),
    /// The own key.
    #[error("{0}: packs cannot be signed")]
    Key(&'static str),
}

const KIND: Kind = Kind {
    field: "alertdesk_pack",
    words: "alertdesk pack",
    format: FORMAT,
};

impl From<Wrong> for PackError {
    fn from(wrong: Wrong) -> Self {
        match wrong {
            Wrong::Kind => Self::NotAPack,
            Wrong::Newer(format) => Self::Newer(format),
            Wrong::Signature => Self::Signature,
        }
    }
}

impl Pack {
    /// A pack of these templates and flows, without the samples of their imports.
    pub fn new(templates: Vec<Template>, flows: Vec<Flow>, made: Timestamp) -> Self {
        Self {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            made,
            templates: templates
                .into_iter()
                .map(Template::without_samples)
                .collect(),
            flows,
        }
    }

    /// The text of the file, signed.
    ///
    /// # Errors
    /// When the content cannot be written as JSON.
    pub fn seal(&self, key: &SigningKey) -> Result<String, PackError> {
        let content = serde_json::to_string_pretty(self)
            .map_err(|error| PackError::Content(error.to_string()))?;
        Ok(KIND.seal(&content, key))
    }

    /// Reads a file and checks its signature. Whether that signer is trusted is another question.
    ///
    /// # Errors
    /// No pack, a newer one, one that was changed, or one whose content cannot be used.
    pub fn open(text: &str) -> Result<(Self, PublicKey), PackError> {
        let (content, key) = KIND.open(text)?;
        let pack: Pack =
            serde_json::from_str(content).map_err(|error| PackError::Content(error.to_string()))?;
        pack.check()?;
        Ok((pack, key))
    }

    /// A signature says who made it, not that it is sound.
    fn check(&self) -> Result<(), PackError> {
        let mut seen = BTreeSet::new();
        for template in &self.templates {
            let name = (template.name.as_str(), template.language.as_str());
            if name.0.trim().is_empty() || name.1.trim().is_empty() || !seen.insert(name) {
                let text = "a template without a name or language, or one that is there twice";
                return Err(PackError::Content(text.to_owned()));
            }
            TemplateFiller::new(template).map_err(|problem| PackError::Content(problem.text))?;
            let same = TemplateEdit::default().apply(template);
            same.map_err(|error| PackError::Content(error.text))?;
        }
        let mut names = BTreeSet::new();
        let sound = |flow: &Flow| !flow.name.trim().is_empty() && !flow.key.trim().is_empty();
        if !self
            .flows
            .iter()
            .all(|flow| sound(flow) && names.insert(flow.name.clone()))
        {
            let text = "a flow without a name or key, or one that is there twice";
            return Err(PackError::Content(text.to_owned()));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
