//! The drafts of this window in the local record. It remembers what it last read or wrote of each,
//! so that a second window with the same draft gets a copy of its own instead of winning.

use super::world::storage_error;
use crate::contract::{ApiError, KeptDraft};
use crate::store::Library;
use crate::store::library::DraftRow;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Copies of one draft that are tried before giving up; each is of another window.
const COPIES: u32 = 20;

/// What this window knows of the kept drafts.
#[derive(Debug, Default)]
pub struct KeptDrafts {
    seen: Mutex<BTreeMap<String, String>>,
}

impl KeptDrafts {
    fn seen(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Every kept draft, the last changed first.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn load(&self, library: &Library) -> Result<Vec<KeptDraft>, ApiError> {
        let rows = library.drafts().map_err(|error| storage_error(&error))?;
        let mut seen = self.seen();
        let drafts = rows.into_iter().map(|row| {
            seen.insert(row.id.clone(), row.json.clone());
            KeptDraft {
                id: row.id,
                text: row.json,
                updated: row.updated,
            }
        });
        Ok(drafts.collect())
    }

    /// Keeps a draft and gives the name under which it is kept: another one where another window
    /// has changed the draft.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn save(
        &self,
        library: &Library,
        id: &str,
        text: &str,
        now: Timestamp,
    ) -> Result<String, ApiError> {
        let mut seen = self.seen();
        for copy in 1..=COPIES {
            let name = if copy == 1 {
                id.to_owned()
            } else {
                format!("{id}-{copy}")
            };
            let row = DraftRow {
                id: name.clone(),
                json: text.to_owned(),
                updated: now,
            };
            let last = seen.get(&name).map(String::as_str);
            if library
                .keep_draft(&row, last)
                .map_err(|error| storage_error(&error))?
            {
                seen.insert(name.clone(), row.json);
                return Ok(name);
            }
        }
        Err(ApiError::new(
            crate::contract::ErrorKind::Storage,
            "The draft is open in too many windows.",
            "Close some of them; nothing typed is lost.",
        ))
    }

    /// Forgets a draft, unless another window has changed it.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn delete(&self, library: &Library, id: &str) -> Result<(), ApiError> {
        let last = self.seen().remove(id);
        let forgotten = library.forget_draft(id, last.as_deref());
        forgotten.map_err(|error| storage_error(&error))
    }
}

#[cfg(test)]
mod tests {
    use super::KeptDrafts;
    use crate::store::Library;
    use jiff::Timestamp;

    #[test]
    fn two_windows_with_one_draft_keep_both_texts() {
        let dir = tempfile::tempdir().unwrap();
        let library = Library::open(dir.path()).unwrap();
        let (here, there) = (KeptDrafts::default(), KeptDrafts::default());
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(here.save(&library, "a", "begun", now).unwrap(), "a");
        assert_eq!(there.load(&library).unwrap().len(), 1);
        assert_eq!(here.save(&library, "a", "mine", now).unwrap(), "a");
        assert_eq!(there.save(&library, "a", "yours", now).unwrap(), "a-2");
        assert_eq!(
            there.save(&library, "a-2", "yours too", now).unwrap(),
            "a-2"
        );
        there.delete(&library, "a").unwrap();
        let kept: Vec<String> = library
            .drafts()
            .unwrap()
            .into_iter()
            .map(|row| row.json)
            .collect();
        assert_eq!(kept.len(), 2);
        assert!(kept.contains(&"mine".to_owned()) && kept.contains(&"yours too".to_owned()));
    }
}
