//! The outside of every signed file: JSON with the number of its format, the public key, the
//! signature, and the content whose very bytes are signed. What the content says is not known here.

use super::key::{PublicKey, SigningKey};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// A kind of signed file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// The field that holds the number of the format, by which a file is known.
    pub field: &'static str,
    /// What the signed bytes begin with, so that no signature of one kind fits another.
    pub words: &'static str,
    /// The format that is written, and the newest that is read.
    pub format: u32,
}

/// Why a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// Something else.
    Kind,
    /// Made by a newer version.
    Newer(u32),
    /// The content is not what was signed.
    Signature,
}

impl Kind {
    /// The text of a file with this content, which is JSON. Everything else in it is a number or
    /// hex digits.
    pub fn seal(self, content: &str, key: &SigningKey) -> String {
        let (field, format) = (self.field, self.format);
        let public = key.public();
        let signature = key.sign(&self.message(content));
        format!(
            "{{\n  \"{field}\": {format},\n  \"key\": \"{}\",\n  \"signature\": \
             \"{signature}\",\n  \"content\": {content}\n}}\n",
            public.as_str()
        )
    }

    /// The content of a file whose signature fits, and whose it is.
    pub fn open(self, text: &str) -> Result<(&str, PublicKey), Wrong> {
        let mut fields: BTreeMap<&str, &RawValue> =
            serde_json::from_str(text).map_err(|_| Wrong::Kind)?;
        let mut take = |name: &str| fields.remove(name).map(RawValue::get);
        let format: u32 = take(self.field)
            .and_then(|number| number.parse().ok())
            .ok_or(Wrong::Kind)?;
        if format > self.format {
            return Err(Wrong::Newer(format));
        }
        let word = |text: Option<&str>| -> Option<String> { serde_json::from_str(text?).ok() };
        let (key, signature) = (word(take("key")), word(take("signature")));
        let content = take("content").ok_or(Wrong::Kind)?;
        let (Some(key), Some(signature)) = (key, signature) else {
            return Err(Wrong::Kind);
        };
        let key = PublicKey::read(&key).ok_or(Wrong::Kind)?;
        if !fields.is_empty() {
            return Err(Wrong::Kind);
        }
        if !key.signed(&self.message(content), &signature) {
            return Err(Wrong::Signature);
        }
        Ok((content, key))
    }

    /// What is signed: the kind, the number of the format and the bytes of the content.
    fn message(self, content: &str) -> Vec<u8> {
        format!("{} {}\n{content}", self.words, self.format).into_bytes()
    }
}
