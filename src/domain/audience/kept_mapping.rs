//! What filled the places of a message when people came from a file of this shape, kept so that the
//! next file of the same sender needs no mapping. It holds names of columns and texts, no people.

use crate::domain::hash::Sha256Hex;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a mapping belongs to: a template, and the names of a file's columns in any order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MappingFor {
    /// Name of the template.
    pub template: String,
    /// Its language.
    pub language: String,
    /// The columns of the file's header.
    pub columns: Vec<String>,
}

impl MappingFor {
    /// A name for it that no other one has.
    pub fn name(&self) -> String {
        let mut columns: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        columns.sort_unstable();
        let parts = [self.template.as_str(), self.language.as_str()];
        let parts: Vec<&str> = parts.into_iter().chain(columns).collect();
        let whole = serde_json::Value::from(parts).to_string();
        format!("mapping {}", Sha256Hex::of(whole.as_bytes()))
    }
}

/// What filled a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptMapping {
    /// When it was confirmed.
    pub confirmed: Timestamp,
    /// The column of the recipients.
    pub to_column: String,
    /// Place of the message to its text: a column with form and fallback, or one for everybody.
    pub values: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::MappingFor;

    #[test]
    fn the_order_of_columns_does_not_count_and_everything_else_does() {
        let shape = |template: &str, language: &str, columns: &[&str]| {
            let columns = columns.iter().map(|column| (*column).to_owned()).collect();
            MappingFor {
                template: template.to_owned(),
                language: language.to_owned(),
                columns,
            }
            .name()
        };
        let one = shape("sale", "en", &["phone", "name"]);
        assert_eq!(one, shape("sale", "en", &["name", "phone"]));
        for other in [
            shape("sale", "ar", &["phone", "name"]),
            shape("sales", "en", &["phone", "name"]),
            shape("sale", "en", &["phone", "name", "city"]),
            shape("sale", "en", &["phone name"]),
        ] {
            assert_ne!(one, other);
        }
    }
}
