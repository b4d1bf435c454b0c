//! The variables this program reads, taken once, so that tests can give their own. The value of
//! the key's variable is not kept; only whether it is there.

use super::file::Layer;
use super::schema::{GENERAL, PROFILE, find};
use super::secrets::KeySource;
use super::value::{Origin, Sourced, Value, check_text};
use std::collections::BTreeMap;

/// The variable that holds the API key.
pub const API_KEY: &str = "ALERTDESK_API_KEY";

const GENERAL_VARIABLES: [(&str, &str); 2] = [
    ("ALERTDESK_READER", "reader"),
    ("ALERTDESK_LOG", "log_level"),
];

const PROFILE_VARIABLES: [(&str, &str); 3] = [
    ("ALERTDESK_BASE_URL", "base_url"),
    ("ALERTDESK_CUSTOMER_ID", "customer_id"),
    ("ALERTDESK_BOT_KEY", "bot_key"),
];

const OTHER_VARIABLES: [&str; 6] = [
    "ALERTDESK_PROFILE",
    "ALERTDESK_CONFIG_DIR",
    "ALERTDESK_DATA_DIR",
    "NO_COLOR",
    "TZ",
    API_KEY,
];

/// A snapshot of the variables.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: BTreeMap<&'static str, String>,
}

impl Environment {
    /// The variables of this process. Empty ones count as unset.
    pub fn of_process() -> Self {
        Self::read(|name| std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()))
    }

    /// The variables a function gives.
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let names = GENERAL_VARIABLES
            .iter()
            .chain(&PROFILE_VARIABLES)
            .map(|(name, _)| *name)
            .chain(OTHER_VARIABLES);
        let mut variables = BTreeMap::new();
        for name in names {
            if let Some(value) = lookup(name).filter(|value| !value.is_empty()) {
                let kept = if name == API_KEY {
                    "set".to_owned()
                } else {
                    value
                };
                variables.insert(name, kept);
            }
        }
        Self { variables }
    }

    /// The value of a variable that is not the key's.
    pub fn get(&self, name: &str) -> Option<&str> {
        if name == API_KEY {
            return None;
        }
        self.variables.get(name).map(String::as_str)
    }

    /// Whether the key's variable is set.
    pub fn has_api_key(&self) -> bool {
        self.variables.contains_key(API_KEY)
    }

    /// What the environment says for every profile.
    ///
    /// # Errors
    /// A sentence that names the variable.
    pub fn general(&self) -> Result<Layer, String> {
        let mut layer = Layer::new();
        for (name, path) in GENERAL_VARIABLES {
            self.take(name, path, &mut layer)?;
        }
        if self.variables.contains_key("NO_COLOR") {
            let origin = Origin::Environment("NO_COLOR");
            let value = Value::Flag(true);
            layer.insert("no_color".to_owned(), Sourced { value, origin });
        }
        Ok(layer)
    }

    /// What the environment says for the profile in use.
    ///
    /// # Errors
    /// A sentence that names the variable.
    pub fn profile(&self) -> Result<Layer, String> {
        let mut layer = Layer::new();
        for (name, path) in PROFILE_VARIABLES {
            self.take(name, path, &mut layer)?;
        }
        if self.has_api_key() {
            let value = Value::Key(KeySource::Environment(API_KEY.to_owned()));
            let origin = Origin::Environment(API_KEY);
            layer.insert("api_key".to_owned(), Sourced { value, origin });
        }
        Ok(layer)
    }

    fn take(&self, name: &'static str, path: &str, layer: &mut Layer) -> Result<(), String> {
        let Some(text) = self.variables.get(name) else {
            return Ok(());
        };
        let Some(key) = find(GENERAL, path).or_else(|| find(PROFILE, path)) else {
            return Ok(());
        };
        let value = check_text(key.shape, text).map_err(|wrong| format!("{name}: {wrong}"))?;
        let origin = Origin::Environment(name);
        layer.insert(path.to_owned(), Sourced { value, origin });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{API_KEY, Environment};

    #[test]
    fn the_key_is_noticed_and_not_kept() {
        let environment =
            Environment::read(|name| (name == API_KEY).then(|| "sentinel".to_owned()));
        assert!(environment.has_api_key());
        assert_eq!(environment.get(API_KEY), None);
        assert!(!format!("{environment:?}").contains("sentinel"));
    }

    #[test]
    fn a_wrong_variable_is_named() {
        let environment =
            Environment::read(|name| (name == "ALERTDESK_LOG").then(|| "inf".to_owned()));
        let wrong = environment.general().unwrap_err();
        assert!(
            wrong.starts_with("ALERTDESK_LOG: `inf` is not one of"),
            "{wrong}"
        );
    }
}
