//! What a person keeps to send with: templates, flows, drafts and small settings. In the same
//! file as the record, because it must survive when the cache is deleted.

mod mappings;
mod packs;
mod templates;
mod trust;
mod usage;

pub use packs::{PackTake, Taken, TakenAs};
pub use templates::{ChangeError, TemplateInsert};

use super::database::{Database, read_time, stored_time};
use super::error::StoreError;
use super::outbox::OutboxStore;
use crate::domain::Flow;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use std::path::Path;

/// The local library. Cloning shares the connection; everything blocks.
#[derive(Debug, Clone)]
pub struct Library {
    pub(super) db: Database,
}

/// A saved draft, as opaque text of whoever saved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// Its name, chosen by whoever saved it.
    pub id: String,
    /// The draft.
    pub json: String,
    /// When it was saved last.
    pub updated: Timestamp,
}

impl Library {
    /// Opens the library of a data folder on a connection of its own.
    ///
    /// # Errors
    /// As [`OutboxStore::open`].
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        Ok(Self::of(&OutboxStore::open(data_dir)?))
    }

    /// The library on the record's own connection.
    pub fn of(store: &OutboxStore) -> Self {
        Self {
            db: store.database().clone(),
        }
    }

    /// Adds a flow or replaces the one of that name; `true` if one was replaced.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn put_flow(&self, flow: &Flow, now: Timestamp) -> Result<bool, StoreError> {
        let required = serde_json::Value::from(flow.required.clone()).to_string();
        self.db.change(|tx| {
            let there: bool = tx.query_row(
                "SELECT EXISTS (SELECT 1 FROM flows WHERE name = ?1)",
                [&flow.name],
                |row| row.get(0),
            )?;
            tx.execute(
                "INSERT INTO flows (name, key, required, added) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (name) DO UPDATE SET key = excluded.key, required = excluded.required",
                params![flow.name, flow.key, required, stored_time(now)],
            )?;
            Ok(there)
        })
    }

    /// Every flow, by name.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn flows(&self) -> Result<Vec<Flow>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached("SELECT name, key, required FROM flows ORDER BY name")?
                .query_map([], |row| {
                    Ok(Flow {
                        name: row.get(0)?,
                        key: row.get(1)?,
                        required: from_json(&row.get::<_, String>(2)?)?,
                    })
                })?
                .collect()
        })
    }

    /// Forgets a flow; `false` if there was none of that name.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn remove_flow(&self, name: &str) -> Result<bool, StoreError> {
        self.db
            .change(|tx| Ok(tx.execute("DELETE FROM flows WHERE name = ?1", [name])? > 0))
    }

    /// Saves a draft under its id.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn save_draft(&self, draft: &DraftRow) -> Result<(), StoreError> {
        self.db.change(|tx| {
            tx.prepare_cached(
                "INSERT INTO drafts (id, json, updated) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET json = excluded.json, updated = excluded.updated",
            )?
            .execute(params![draft.id, draft.json, stored_time(draft.updated)])?;
            Ok(())
        })
    }

    /// Every draft, the newest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn drafts(&self) -> Result<Vec<DraftRow>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached("SELECT id, json, updated FROM drafts ORDER BY updated DESC, id")?
                .query_map([], |row| {
                    Ok(DraftRow {
                        id: row.get(0)?,
                        json: row.get(1)?,
                        updated: read_time(row.get(2)?),
                    })
                })?
                .collect()
        })
    }

    /// Deletes a draft a person discarded or confirmed.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn delete_draft(&self, id: &str) -> Result<(), StoreError> {
        self.db.change(|tx| {
            tx.execute("DELETE FROM drafts WHERE id = ?1", [id])
                .map(drop)
        })
    }

    /// A small setting kept between runs.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.db.read(|connection| {
            connection
                .query_row(
                    "SELECT value FROM settings WHERE name = ?1",
                    [name],
                    |row| row.get(0),
                )
                .optional()
        })
    }

    /// Keeps a small setting.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn set_setting(&self, name: &str, value: &str) -> Result<(), StoreError> {
        self.db.change(|tx| {
            tx.execute(
                "INSERT INTO settings (name, value) VALUES (?1, ?2)
                 ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                params![name, value],
            )
            .map(drop)
        })
    }
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error))
    })
}

#[cfg(test)]
mod tests {
    use super::{DraftRow, Library};
    use crate::domain::Flow;
    use jiff::Timestamp;

    fn time(second: i64) -> Timestamp {
        Timestamp::from_second(1_760_000_000 + second).unwrap()
    }

    #[test]
    fn flows_drafts_and_settings_survive_a_new_start() {
        let dir = tempfile::tempdir().unwrap();
        let flow = Flow {
            name: "welcome".to_owned(),
            key: "aB3".to_owned(),
            required: vec!["city".to_owned()],
        };
        let draft = DraftRow {
            id: "composer".to_owned(),
            json: "{}".to_owned(),
            updated: time(5),
        };
        {
            let library = Library::open(dir.path()).unwrap();
            assert!(!library.put_flow(&flow, time(0)).unwrap());
            assert!(library.put_flow(&flow, time(0)).unwrap());
            library.save_draft(&draft).unwrap();
            library.set_setting("theme", "dark").unwrap();
        }
        let library = Library::open(dir.path()).unwrap();
        assert_eq!(library.flows().unwrap(), [flow]);
        assert_eq!(library.drafts().unwrap(), [draft]);
        assert_eq!(library.setting("theme").unwrap().as_deref(), Some("dark"));
        assert!(library.remove_flow("welcome").unwrap());
        assert!(!library.remove_flow("welcome").unwrap());
        library.delete_draft("composer").unwrap();
        assert!(library.drafts().unwrap().is_empty());
    }
}
