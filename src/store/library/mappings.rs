//! Mappings of files that were confirmed, beside the small settings.

use super::Library;
use crate::domain::audience::{KeptMapping, MappingFor};
use crate::store::StoreError;

impl Library {
    /// Keeps a mapping in place of the one before.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn keep_mapping(&self, of: &MappingFor, mapping: &KeptMapping) -> Result<(), StoreError> {
        let text = serde_json::json!(mapping).to_string();
        self.set_setting(&of.name(), &text)
    }

    /// The mapping that was kept last; `None` also for one that another version wrote.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn kept_mapping(&self, of: &MappingFor) -> Result<Option<KeptMapping>, StoreError> {
        let text = self.setting(&of.name())?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }
}

#[cfg(test)]
mod tests {
    use super::{KeptMapping, Library, MappingFor};
    use jiff::Timestamp;
    use std::collections::BTreeMap;

    #[test]
    fn a_mapping_comes_back_for_its_template_and_header() {
        let dir = tempfile::tempdir().unwrap();
        let library = Library::open(dir.path()).unwrap();
        let of = MappingFor {
            template: "sale".to_owned(),
            language: "en".to_owned(),
            columns: vec!["phone".to_owned(), "name".to_owned()],
        };
        assert_eq!(library.kept_mapping(&of).unwrap(), None);
        let mut mapping = KeptMapping {
            confirmed: Timestamp::from_second(1_760_000_000).unwrap(),
            to_column: "phone".to_owned(),
            values: BTreeMap::from([("1".to_owned(), "{{name|there}}".to_owned())]),
        };
        library.keep_mapping(&of, &mapping).unwrap();
        mapping.to_column = "mobile".to_owned();
        library.keep_mapping(&of, &mapping).unwrap();
        assert_eq!(library.kept_mapping(&of).unwrap(), Some(mapping));
    }
}
