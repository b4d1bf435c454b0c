//! Takes the API key out of any text before it is logged, printed or stored. It knows the keys of
//! this process and the shape of the header that carries them.

use secrecy::{ExposeSecret, SecretString};
use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

/// What stands where a key was.
pub const REDACTED: &str = "[redacted]";

/// The word before the key in the `Authorization` header.
const SCHEME: &str = "basic ";
/// What stands directly before it there.
const HEADER: &str = "authorization";
/// A word of this many characters after the scheme may be a key wherever it stands; shorter ones
/// are words of a sentence unless the header's name stands before them.
const KEY_LENGTH: usize = 16;

/// Replaces keys in texts. Clones share what they have learnt.
#[derive(Clone, Default)]
pub struct Redactor {
    secrets: Arc<RwLock<Vec<SecretString>>>,
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Redactor")
    }
}

impl Redactor {
    /// A redactor that knows no key yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on this key is replaced wherever it appears.
    pub fn learn(&self, secret: &SecretString) {
        if secret.expose_secret().is_empty() {
            return;
        }
        self.secrets
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .push(secret.clone());
    }

    /// The text without any known key and without what follows `Basic `.
    pub fn clean<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        let secrets = self.secrets.read().unwrap_or_else(PoisonError::into_inner);
        for secret in secrets.iter() {
            let secret = secret.expose_secret();
            if text.contains(secret) {
                text = Cow::Owned(text.replace(secret, REDACTED));
            }
        }
        match without_header(&text) {
            Some(clean) => Cow::Owned(clean),
            None => text,
        }
    }
}

/// The text with the word after each `Basic ` replaced; `None` if there is none.
fn without_header(text: &str) -> Option<String> {
    // ASCII lower case keeps every byte at its place.
    let lower = text.to_ascii_lowercase();
    let mut out = String::new();
    let mut rest = 0;
    while let Some(found) = lower.get(rest..).and_then(|tail| tail.find(SCHEME)) {
        let start = rest + found + SCHEME.len();
        let tail = text.get(start..)?;
        let length = tail
            .find(|c: char| c.is_whitespace() || "\"'`,;\\".contains(c))
            .unwrap_or(tail.len());
        let before = lower.get(..rest + found).unwrap_or("");
        let named = before
            .trim_end_matches(|c: char| c.is_whitespace() || "\"':=\\".contains(c))
            .ends_with(HEADER);
        let secret = length >= KEY_LENGTH || (named && length > 0);
        out.push_str(text.get(rest..start)?);
        out.push_str(if secret {
            REDACTED
        } else {
            tail.get(..length)?
        });
        rest = start + length;
    }
    if out.is_empty() {
        return None;
    }
    out.push_str(text.get(rest..)?);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::Redactor;
    use rstest::rstest;
    use secrecy::SecretString;
    use std::borrow::Cow;

    #[test]
    fn a_known_key_goes_wherever_it_stands() {
        let redactor = Redactor::new();
        redactor.clone().learn(&SecretString::from("made-up-key"));
        assert_eq!(redactor.clean("a made-up-key, b"), "a [redacted], b");
        assert!(!format!("{redactor:?}").contains("made-up"));
    }

    #[rstest]
    #[case(
        "Authorization: Basic abc123==\nnext",
        "Authorization: Basic [redacted]\nnext"
    )]
    #[case(
        "-H \"authorization: basic abc\" x",
        "-H \"authorization: basic [redacted]\" x"
    )]
    #[case("ÄBasic é0123456789abcdef ü", "ÄBasic [redacted] ü")]
    #[case(
        "{\"authorization\":\"Basic a\"} basic b",
        "{\"authorization\":\"Basic [redacted]\"} basic b"
    )]
    #[case("expected a basic string", "expected a basic string")]
    fn what_follows_the_scheme_goes(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(Redactor::new().clean(text), expected);
    }

    #[test]
    fn other_text_is_not_copied() {
        assert!(matches!(
            Redactor::new().clean("nothing here"),
            Cow::Borrowed(_)
        ));
    }
}
