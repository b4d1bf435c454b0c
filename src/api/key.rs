//! The API key. It leaves this type only inside a header marked sensitive; nothing prints it.

use crate::contract::{ApiError, ErrorKind};
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;

/// What stands where a key was.
const HIDDEN: &[u8] = b"[key hidden]";

/// An API key as the platform wants it: the plain text after `Basic `.
#[derive(Clone)]
pub struct ApiKey(SecretString);

impl ApiKey {
    /// Takes a key as pasted, also together with a leading `Basic `.
    ///
    /// # Errors
    /// Refuses nothing at all and anything but visible ASCII. The sentence never shows the key.
    pub fn parse(pasted: &str) -> Result<Self, ApiError> {
        let trimmed = pasted.trim();
        let bare = match trimmed.split_once(char::is_whitespace) {
            Some((word, rest)) if word.eq_ignore_ascii_case("basic") => rest.trim(),
            Some(_) | None => trimmed,
        };
        if bare.is_empty() || bare.eq_ignore_ascii_case("basic") {
            return Err(refused("it is empty"));
        }
        if !bare.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refused(
                "it holds a space, a control character or a letter outside ASCII",
            ));
        }
        Ok(Self(SecretString::from(bare)))
    }

    /// The value of the `Authorization` header, marked sensitive.
    pub(super) fn header(&self) -> Result<HeaderValue, ApiError> {
        let text = SecretString::from(format!("Basic {}", self.0.expose_secret()));
        let mut value = HeaderValue::from_str(text.expose_secret())
            .map_err(|_| refused("it cannot stand in a header"))?;
        value.set_sensitive(true);
        Ok(value)
    }

    /// Takes the key out of what a server sent back, so that no record ever holds it.
    pub(super) fn hide_in(&self, bytes: Vec<u8>) -> Vec<u8> {
        let key = self.0.expose_secret().as_bytes();
        if find(&bytes, key).is_none() {
            return bytes;
        }
        let mut clean = Vec::with_capacity(bytes.len());
        let mut rest = bytes.as_slice();
        while let Some(start) = find(rest, key) {
            let (before, after) = rest.split_at(start);
            clean.extend_from_slice(before);
            clean.extend_from_slice(HIDDEN);
            rest = after.get(key.len()..).unwrap_or_default();
        }
        clean.extend_from_slice(rest);
        clean
    }

    /// [`ApiKey::hide_in`] for text.
    pub(super) fn hide_in_text(&self, text: &str) -> String {
        let clean = text.replace(self.0.expose_secret(), "[key hidden]");
        debug_assert!(!clean.contains(self.0.expose_secret()));
        clean
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(hidden)")
    }
}

fn find(bytes: &[u8], piece: &[u8]) -> Option<usize> {
    bytes
        .windows(piece.len())
        .position(|window| window == piece)
}

fn refused(problem: &str) -> ApiError {
    ApiError::new(
        ErrorKind::Usage,
        format!("The API key cannot be used: {problem}."),
        "Copy the key from the panel again, in one piece and without quotes.",
    )
}

#[cfg(test)]
mod tests {
    use super::ApiKey;
    use rstest::rstest;

    const KEY: &str = "00000000-0000-4000-8000-000000000000-ABCDEFG";

    #[rstest]
    #[case("00000000-0000-4000-8000-000000000000-ABCDEFG")]
    #[case("Basic 00000000-0000-4000-8000-000000000000-ABCDEFG\n")]
    #[case("  basic   00000000-0000-4000-8000-000000000000-ABCDEFG")]
    fn a_key_is_taken_as_it_is(#[case] pasted: &str) {
        let key = ApiKey::parse(pasted).unwrap();
        let header = key.header().unwrap();
        assert_eq!(header.to_str().unwrap(), format!("Basic {KEY}"));
        assert!(header.is_sensitive());
        assert!(!format!("{key:?} {header:?}").contains("ABCDEFG"));
    }

    #[rstest]
    #[case("")]
    #[case("Basic ")]
    #[case("s3cret\u{7}x")]
    #[case("s3crét")]
    #[case("s3cret and more")]
    fn what_is_no_key_is_refused_without_showing_it(#[case] pasted: &str) {
        let error = ApiKey::parse(pasted).unwrap_err();
        assert!(!format!("{error:?} {error}").contains("s3cr"));
    }

    #[test]
    fn a_key_that_comes_back_is_taken_out() {
        let key = ApiKey::parse(KEY).unwrap();
        let echoed = format!("{KEY} and {KEY}!").into_bytes();
        assert_eq!(key.hide_in(echoed), b"[key hidden] and [key hidden]!");
        assert_eq!(key.hide_in(b"x".to_vec()), b"x");
        assert_eq!(key.hide_in_text(KEY), "[key hidden]");
    }
}
