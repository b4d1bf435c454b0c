//! What staff noted for each other: notes and labels about people, and searches by name. Typed by
//! people, so it lies beside the record and survives when the cache is deleted; nothing of it ever
//! goes to the platform.

use super::Library;
use super::database::{read_time, stored_time};
use super::error::StoreError;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

impl Library {
    /// Writes the note about a person (their channel user id); an empty one takes it away.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn set_note(
        &self,
        account: &str,
        user: &str,
        text: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.db.change(|tx| {
            if text.is_empty() {
                tx.prepare_cached("DELETE FROM notes WHERE account = ?1 AND user = ?2")?
                    .execute([account, user])?;
            } else {
                tx.prepare_cached(
                    "INSERT INTO notes (account, user, text, at) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT (account, user) DO UPDATE
                     SET text = excluded.text, at = excluded.at",
                )?
                .execute(params![account, user, text, stored_time(now)])?;
            }
            Ok(())
        })
    }

    /// The note about a person, and when it was written.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn note(
        &self,
        account: &str,
        user: &str,
    ) -> Result<Option<(String, Timestamp)>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached("SELECT text, at FROM notes WHERE account = ?1 AND user = ?2")?
                .query_row([account, user], |row| {
                    Ok((row.get(0)?, read_time(row.get(1)?)))
                })
                .optional()
        })
    }

    /// Gives a person exactly these labels. Space around a label is dropped, an empty one too.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn set_labels(
        &self,
        account: &str,
        user: &str,
        labels: &[String],
    ) -> Result<(), StoreError> {
        self.db.change(|tx| {
            tx.prepare_cached("DELETE FROM labels WHERE account = ?1 AND user = ?2")?
                .execute([account, user])?;
            let mut insert = tx.prepare_cached(
                "INSERT OR IGNORE INTO labels (account, user, label) VALUES (?1, ?2, ?3)",
            )?;
            for label in labels.iter().map(|label| label.trim()) {
                if !label.is_empty() {
                    insert.execute([account, user, label])?;
                }
            }
            Ok(())
        })
    }

    /// The labels of a person, by name.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn labels(&self, account: &str, user: &str) -> Result<Vec<String>, StoreError> {
        self.texts(
            "SELECT label FROM labels WHERE account = ?1 AND user = ?2 ORDER BY label",
            &[account, user],
        )
    }

    /// Every label in use, by name.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn all_labels(&self, account: &str) -> Result<Vec<String>, StoreError> {
        self.texts(
            "SELECT DISTINCT label FROM labels WHERE account = ?1 ORDER BY label",
            &[account],
        )
    }

    /// The channel user ids of everybody with a label, in order.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn labelled(&self, account: &str, label: &str) -> Result<Vec<String>, StoreError> {
        self.texts(
            "SELECT user FROM labels WHERE account = ?1 AND label = ?2 ORDER BY user",
            &[account, label],
        )
    }

    fn texts(&self, sql: &'static str, values: &[&str]) -> Result<Vec<String>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached(sql)?
                .query_map(rusqlite::params_from_iter(values), |row| row.get(0))?
                .collect()
        })
    }

    /// Keeps a search under a name; one of that name is replaced.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn save_search(&self, name: &str, text: &str) -> Result<(), StoreError> {
        self.db.change(|tx| {
            tx.prepare_cached(
                "INSERT OR REPLACE INTO saved_searches (name, text) VALUES (?1, ?2)",
            )?
            .execute([name, text])?;
            Ok(())
        })
    }

    /// The searches kept, as name and text, by name.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn saved_searches(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached("SELECT name, text FROM saved_searches ORDER BY name")?
                .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    /// Takes a kept search away; whether there was one of this name.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn remove_saved_search(&self, name: &str) -> Result<bool, StoreError> {
        self.db.change(|tx| {
            let removed = tx
                .prepare_cached("DELETE FROM saved_searches WHERE name = ?1")?
                .execute([name])?;
            Ok(removed > 0)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::store::Library;
    use jiff::Timestamp;

    #[test]
    fn notes_labels_and_searches_survive_without_the_cache() {
        let time = |second: i64| Timestamp::from_second(1_760_000_000 + second).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let library = Library::open(dir.path()).unwrap();
        library
            .set_note("a", "u", "Ring after six.", time(1))
            .unwrap();
        let labels = ["vip", " late ", "", "vip"].map(str::to_owned);
        library.set_labels("a", "u", &labels).unwrap();
        library.set_labels("a", "v", &labels[..1]).unwrap();
        library.save_search("gold", "tier=gold").unwrap();
        drop(library);
        let library = Library::open(dir.path()).unwrap();
        let note = library.note("a", "u").unwrap();
        assert_eq!(note, Some(("Ring after six.".to_owned(), time(1))));
        assert_eq!(library.note("b", "u").unwrap(), None);
        assert_eq!(library.labels("a", "u").unwrap(), ["late", "vip"]);
        assert_eq!(library.labelled("a", "vip").unwrap(), ["u", "v"]);
        assert_eq!(library.all_labels("a").unwrap(), ["late", "vip"]);
        let saved = library.saved_searches().unwrap();
        assert_eq!(saved, [("gold".to_owned(), "tier=gold".to_owned())]);
        assert!(library.remove_saved_search("gold").unwrap());
        assert!(!library.remove_saved_search("gold").unwrap());
        library.set_note("a", "u", "", time(2)).unwrap();
        assert_eq!(library.note("a", "u").unwrap(), None);
    }
}
