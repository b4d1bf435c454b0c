//! Puts addresses together: checked path segments, encoded query values. It never sees a key.

use crate::contract::{ApiError, ErrorKind};
use std::fmt::Write as _;

/// One segment of a path, as it stands: identifiers are never changed or encoded.
///
/// # Errors
/// Refuses what would change the address: nothing at all, `/ ? # %`, white space, control
/// characters, `.` and `..`. `what` names the setting, for the sentence.
pub fn path_segment<'a>(what: &str, segment: &'a str) -> Result<&'a str, ApiError> {
    let problem = if segment.is_empty() {
        Some("it is empty".to_owned())
    } else if matches!(segment, "." | "..") {
        Some(format!("{segment} would change the address"))
    } else {
        segment
            .chars()
            .find(|c| {
                matches!(c, '/' | '?' | '#' | '%' | '\\') || c.is_control() || c.is_whitespace()
            })
            .map(|c| format!("it holds {c:?}, which cannot stand in an address"))
    };
    match problem {
        None => Ok(segment),
        Some(problem) => Err(ApiError::new(
            ErrorKind::Usage,
            format!("The {what} cannot be used: {problem}."),
            format!("Compare the {what} with the panel."),
        )),
    }
}

/// A query name or value with everything but letters, digits and `-._~` percent-encoded.
pub fn query_value(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else if write!(encoded, "%{byte:02X}").is_err() {
            // Writing into a String cannot fail.
            break;
        }
    }
    encoded
}

/// `?a=1&b=2` with encoded names and values, or nothing for no pairs.
pub fn query(pairs: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (name, value) in pairs {
        text.push(if text.is_empty() { '?' } else { '&' });
        text.push_str(&query_value(name));
        text.push('=');
        text.push_str(&query_value(value));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{path_segment, query};
    use proptest::{prop_assert, proptest};
    use rstest::rstest;

    #[rstest]
    #[case("")]
    #[case(".")]
    #[case("..")]
    #[case("a/b")]
    #[case("a?b")]
    #[case("a#b")]
    #[case("a%2f")]
    #[case("a\\b")]
    #[case("a\nb")]
    #[case("a b")]
    fn segments_that_change_the_address_are_refused(#[case] segment: &str) {
        let error = path_segment("bot key", segment).unwrap_err();
        assert!(error.message.starts_with("The bot key cannot be used"));
    }

    #[test]
    fn identifiers_pass_as_they_are() {
        for segment in ["00aa11bb22cc33dd", "447700900123", "Welcome_10001", "a.b"] {
            assert_eq!(path_segment("x", segment).unwrap(), segment);
        }
    }

    #[test]
    fn queries_are_encoded_as_the_platform_expects() {
        assert_eq!(
            query(&[
                ("attribute_name", "First Name"),
                ("attribute_value", "New Town & Co/é")
            ]),
            "?attribute_name=First%20Name&attribute_value=New%20Town%20%26%20Co%2F%C3%A9"
        );
        assert_eq!(query(&[]), "");
    }

    proptest! {
        #[test]
        fn an_encoded_value_never_ends_its_pair(text in "\\PC{0,20}") {
            let encoded = super::query_value(&text);
            prop_assert!(!encoded.contains(['&', '=', '#', '?', '/', ' ', '+']));
        }
    }
}
