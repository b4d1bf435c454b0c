//! Which bot an address belongs to: host, customer and bot key. Whatever else an address holds is
//! left out, because it may be a key.

use crate::domain::BotTarget;
use secrecy::SecretString;
use std::fmt;

/// What an address says of the bot behind it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FoundBot {
    /// Scheme, host and port.
    pub base_url: Option<String>,
    /// The customer id.
    pub customer_id: Option<String>,
    /// The bot key.
    pub bot_key: Option<String>,
}

impl FoundBot {
    /// Reads an address such as `https://HOST/…/customer/ID/bot/KEY/template`.
    pub(super) fn of_address(address: &str) -> Self {
        let address = address.trim();
        let (scheme, rest) = address.split_once("://").unwrap_or(("https", address));
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
        // Before an @ stands a name and a password.
        let host = authority.rsplit('@').next().unwrap_or_default();
        let plain = |sign: char| sign.is_ascii_alphanumeric() || "-._:[]".contains(sign);
        let scheme = scheme.to_ascii_lowercase();
        let known = matches!(scheme.as_str(), "http" | "https");
        let is_host = known && !host.is_empty() && host.chars().all(plain);
        Self {
            base_url: is_host.then(|| format!("{scheme}://{}", host.to_ascii_lowercase())),
            ..Self::of_path(path)
        }
    }

    /// Reads the path of an address.
    pub(super) fn of_path(path: &str) -> Self {
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let after = |name: &str| {
            let mut segments = path.split('/');
            segments.find(|segment| *segment == name)?;
            let id = segments.next()?;
            let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_".contains(sign);
            (!id.is_empty() && id.chars().all(plain)).then(|| id.to_owned())
        };
        Self {
            base_url: None,
            customer_id: after("customer"),
            bot_key: after("bot"),
        }
    }

    /// The host and port alone.
    pub fn host(&self) -> Option<&str> {
        let (_, host) = self.base_url.as_deref()?.split_once("://")?;
        Some(host)
    }

    /// The bot, where all three parts are known.
    pub fn target(&self) -> Option<BotTarget> {
        Some(BotTarget {
            base_url: self.base_url.clone()?,
            customer_id: self.customer_id.clone()?,
            bot_key: self.bot_key.clone()?,
        })
    }

    /// What differs from the bot in use, in words; `None` where nothing that is known does. An
    /// address of another service says nothing about the bot.
    pub fn differs_from(&self, target: &BotTarget) -> Option<String> {
        if self.customer_id.is_none() && self.bot_key.is_none() {
            return None;
        }
        let differs = |found: &Option<String>, used: &str| {
            found
                .as_ref()
                .is_some_and(|found| !found.eq_ignore_ascii_case(used))
        };
        let parts = [
            ("host", differs(&self.base_url, &target.base_url)),
            ("customer", differs(&self.customer_id, &target.customer_id)),
            ("bot", differs(&self.bot_key, &target.bot_key)),
        ];
        let names: Vec<&str> = parts
            .into_iter()
            .filter_map(|(name, differs)| differs.then_some(name))
            .collect();
        (!names.is_empty()).then(|| names.join(" and "))
    }
}

/// A connection as it was pasted. Only the set-up that a person asked for may take it; it is part
/// of no report, and its key shows nowhere.
pub struct FoundConnection {
    /// The bot.
    pub bot: FoundBot,
    /// Its key.
    pub key: SecretString,
}

impl fmt::Debug for FoundConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FoundConnection")
            .field("bot", &self.bot)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::FoundBot;
    use crate::domain::BotTarget;
    use rstest::rstest;

    #[rstest]
    #[case(
        "https://api.fernoak.example/whatsapp-api/v1.0/customer/99001/bot/00aa11bb22cc33dd/template?x=1",
        "https://api.fernoak.example",
        "99001",
        "00aa11bb22cc33dd"
    )]
    #[case(
        "HTTPS://me:secret@API.fernoak.example:8443/customer/1/bot/b",
        "https://api.fernoak.example:8443",
        "1",
        "b"
    )]
    #[case(
        "api.fernoak.example/customer/1/bot/b",
        "https://api.fernoak.example",
        "1",
        "b"
    )]
    #[case(
        "https://graph.fernoak.example/v20.0/1/message_templates",
        "https://graph.fernoak.example",
        "",
        ""
    )]
    #[case("ftp://a/customer/1/bot/b c", "", "1", "")]
    #[case("", "", "", "")]
    fn an_address_gives_its_bot(
        #[case] address: &str,
        #[case] base_url: &str,
        #[case] customer: &str,
        #[case] bot: &str,
    ) {
        let found = FoundBot::of_address(address);
        assert_eq!(found.base_url.as_deref().unwrap_or(""), base_url);
        assert_eq!(found.customer_id.as_deref().unwrap_or(""), customer);
        assert_eq!(found.bot_key.as_deref().unwrap_or(""), bot);
        assert!(!format!("{found:?}").contains("secret"));
    }

    #[test]
    fn another_bot_is_said_part_by_part() {
        let used = BotTarget {
            base_url: "https://api.fernoak.example".to_owned(),
            customer_id: "99001".to_owned(),
            bot_key: "00aa11bb22cc33dd".to_owned(),
        };
        let of = |address: &str| FoundBot::of_address(address).differs_from(&used);
        assert_eq!(
            of("https://API.fernoak.example/customer/99001/bot/00AA11BB22CC33DD/x"),
            None
        );
        assert_eq!(of("https://graph.example/1"), None);
        assert_eq!(
            of("https://api.fernoak.example/customer/99002/bot/0/x").as_deref(),
            Some("customer and bot")
        );
        assert_eq!(
            of("https://other.example/customer/99001").as_deref(),
            Some("host")
        );
    }
}
