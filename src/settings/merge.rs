//! Puts the layers on top of each other: option, environment, file, default; each value on its
//! own, keeping who said it. It must not read files or the environment.

use super::file::Layer;
use super::schema::{Key, Shape};
use super::secrets::KeySource;
use super::value::{Origin, Sourced, Value, check_text};

/// The winning value of each setting of one table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Merged {
    values: Layer,
}

impl Merged {
    /// Merges layers, the strongest first, and fills up with the defaults of the table.
    pub fn of(table: &'static [Key], layers: &[&Layer]) -> Self {
        let mut values = Layer::new();
        for key in table {
            let said = layers.iter().find_map(|layer| layer.get(key.path)).cloned();
            if let Some(winner) = said.or_else(|| default_of(key)) {
                values.insert(key.path.to_owned(), winner);
            }
        }
        Self { values }
    }

    /// Sets a value that depends on others, if nobody said it.
    pub fn fill(&mut self, path: &str, value: Value, origin: Origin) {
        self.values
            .entry(path.to_owned())
            .or_insert(Sourced { value, origin });
    }

    /// A value with its origin.
    pub fn get(&self, path: &str) -> Option<&Sourced> {
        self.values.get(path)
    }

    /// A text, empty if unset.
    pub fn text(&self, path: &str) -> String {
        self.optional_text(path).unwrap_or_default()
    }

    /// A text, if one is set.
    pub fn optional_text(&self, path: &str) -> Option<String> {
        match &self.get(path)?.value {
            Value::Text(text) => Some(text.clone()),
            Value::Flag(_) | Value::Count(_) | Value::Key(_) => None,
        }
    }

    /// A yes or no, `false` if unset.
    pub fn flag(&self, path: &str) -> bool {
        matches!(
            self.get(path).map(|sourced| &sourced.value),
            Some(Value::Flag(true))
        )
    }

    /// A number, if one is set.
    pub fn count(&self, path: &str) -> Option<u64> {
        match &self.get(path)?.value {
            Value::Count(count) => Some(*count),
            Value::Text(_) | Value::Flag(_) | Value::Key(_) => None,
        }
    }

    /// Where a secret comes from, if that is set.
    pub fn key(&self, path: &str) -> Option<&KeySource> {
        match &self.get(path)?.value {
            Value::Key(source) => Some(source),
            Value::Text(_) | Value::Flag(_) | Value::Count(_) => None,
        }
    }
}

fn default_of(key: &Key) -> Option<Sourced> {
    let value = match key.shape {
        Shape::KeySource => return None,
        shape @ (Shape::Text
        | Shape::Flag
        | Shape::Count(..)
        | Shape::Word(_)
        | Shape::BaseUrl
        | Shape::Digits
        | Shape::Token
        | Shape::Zone
        | Shape::Country
        | Shape::PublicKeys
        | Shape::ClockTime) => check_text(shape, key.default?).ok()?,
    };
    let origin = Origin::Default;
    Some(Sourced { value, origin })
}

#[cfg(test)]
mod tests {
    use super::{Layer, Merged};
    use crate::settings::schema::{GENERAL, PROFILE};
    use crate::settings::value::{Origin, Sourced, Value, check_text};

    fn layer(path: &str, text: &str, origin: Origin) -> Layer {
        let value = Value::Text(text.to_owned());
        Layer::from([(path.to_owned(), Sourced { value, origin })])
    }

    #[test]
    fn the_stronger_layer_wins_per_value() {
        let option = layer("theme", "dark", Origin::Option("--theme"));
        let mut file = layer("theme", "light", Origin::File(1));
        file.extend(layer("log_level", "debug", Origin::File(2)));
        let merged = Merged::of(GENERAL, &[&option, &file]);
        assert_eq!(merged.text("theme"), "dark");
        assert_eq!(merged.get("log_level").unwrap().origin, Origin::File(2));
        assert_eq!(merged.get("bidi").unwrap().origin, Origin::Default);
    }

    #[test]
    fn every_default_passes_its_own_check() {
        for key in GENERAL.iter().chain(PROFILE) {
            if let Some(default) = key.default {
                assert!(check_text(key.shape, default).is_ok(), "{}", key.path);
            }
        }
    }
}
