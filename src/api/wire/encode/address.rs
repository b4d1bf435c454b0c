//! Addresses of the platform: path segments that are checked, query values that are percent-encoded.
//! It never puts a secret into an address.

use crate::domain::BotTarget;
use std::fmt::Write as _;

/// Why a request cannot be built. Each is a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A base URL is a host, not an address with parameters.
    #[error("the base URL `{0}` must end after the host or path: remove its `?` or `#` part")]
    BaseUrl(String),
    /// An id is empty, a dot path, or has a sign that would change the address.
    #[error("the {what} `{value}` cannot be part of an address: {why}")]
    Segment {
        /// Which id: `customer id`, `bot key`, `flow key`.
        what: &'static str,
        /// As given.
        value: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A row of an upload does not have the columns of the others.
    #[error("row {row} of the upload has {found} values where {expected} are needed")]
    Columns {
        /// Counts from 1.
        row: usize,
        /// Values it has.
        found: usize,
        /// Values it needs.
        expected: usize,
    },
    /// Line breaks would become part of a message parameter, which WhatsApp refuses.
    #[error("row {row} of the upload has a value with a line break: put it on one line")]
    LineBreak {
        /// Counts from 1.
        row: usize,
    },
}

/// Where a bot's endpoints live.
#[derive(Debug, Clone)]
pub(super) struct BotAddress {
    base_url: String,
    bot_path: String,
}

impl BotAddress {
    pub(super) fn new(target: &BotTarget) -> Result<Self, EncodeError> {
        if target.base_url.contains(['?', '#']) {
            return Err(EncodeError::BaseUrl(target.base_url.clone()));
        }
        let customer = segment("customer id", &target.customer_id)?;
        let bot = segment("bot key", &target.bot_key)?;
        Ok(Self {
            base_url: target.base_url.trim_end_matches('/').to_owned(),
            bot_path: format!("customer/{customer}/bot/{bot}"),
        })
    }

    /// `{base}/{service}/{version}/customer/{id}/bot/{key}/{rest}`; `rest` is already checked.
    pub(super) fn endpoint(&self, service: &str, version: &str, rest: &str) -> String {
        format!(
            "{}/{service}/{version}/{}/{rest}",
            self.base_url, self.bot_path
        )
    }
}

/// A value as one path segment.
pub(super) fn segment(what: &'static str, value: &str) -> Result<String, EncodeError> {
    let why = if value.is_empty() {
        "it is empty"
    } else if value == "." || value == ".." {
        "it would point to another folder"
    } else if value.contains(['/', '\\', '?', '#', '%']) {
        "the signs / \\ ? # % have a meaning there"
    } else if value.chars().any(|c| c.is_control() || c.is_whitespace()) {
        "it has a space or an invisible sign"
    } else {
        return Ok(percent_encoded(value));
    };
    Err(EncodeError::Segment {
        what,
        value: value.to_owned(),
        why,
    })
}

/// Everything but letters, digits and `-._~` as `%XX` (RFC 3986; a space is `%20`, never `+`).
pub(super) fn percent_encoded(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else if write!(encoded, "%{byte:02X}").is_err() {
            // Writing into a String cannot fail.
            break;
        }
    }
    encoded
}

/// `name=value` pairs joined with `&`.
pub(super) fn query<'q>(pairs: impl IntoIterator<Item = (&'q str, &'q str)>) -> String {
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{}={}", percent_encoded(name), percent_encoded(value)))
        .collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::{BotAddress, EncodeError, percent_encoded, query, segment};
    use crate::domain::BotTarget;
    use rstest::rstest;

    #[rstest]
    #[case("")]
    #[case(".")]
    #[case("..")]
    #[case("a/b")]
    #[case("a\\b")]
    #[case("a?b")]
    #[case("a#b")]
    #[case("a%2fb")]
    #[case("a b")]
    #[case("a\nb")]
    fn a_segment_that_would_change_the_address_is_refused(#[case] value: &str) {
        let error = segment("flow key", value).unwrap_err();
        assert!(matches!(
            error,
            EncodeError::Segment {
                what: "flow key",
                ..
            }
        ));
        assert!(error.to_string().contains("flow key"));
    }

    #[test]
    fn a_query_uses_percent_twenty_and_keeps_what_is_harmless() {
        assert_eq!(
            percent_encoded("New Town & Co+1=é"),
            "New%20Town%20%26%20Co%2B1%3D%C3%A9"
        );
        assert_eq!(
            query([("user.phone_no", "447700900412"), ("a b", "1&2")]),
            "user.phone_no=447700900412&a%20b=1%262"
        );
    }

    #[test]
    fn a_slash_at_the_end_of_the_base_url_does_no_harm() {
        let target = |base: &str| BotTarget {
            base_url: base.to_owned(),
            customer_id: "99001".to_owned(),
            bot_key: "00aa11bb22cc33dd".to_owned(),
        };
        let address = BotAddress::new(&target("https://api.fernoak.example/")).unwrap();
        assert_eq!(
            address.endpoint("bot-api", "v1.0", "broadcast"),
            "https://api.fernoak.example/bot-api/v1.0/customer/99001/bot/00aa11bb22cc33dd/broadcast"
        );
        assert!(BotAddress::new(&target("https://api.fernoak.example/?a=b")).is_err());
    }
}
