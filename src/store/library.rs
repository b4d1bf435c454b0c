//! What a person keeps to send with: templates, flows, drafts and small settings. In the same
//! file as the record, because it must survive when the cache is deleted.

use super::database::{Database, read_time, stored_time};
use super::error::StoreError;
use super::outbox::OutboxStore;
use crate::domain::{Flow, Template};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use std::path::Path;

/// The local library. Cloning shares the connection; everything blocks.
#[derive(Debug, Clone)]
pub struct Library {
    pub(super) db: Database,
}

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TemplateInsert {
    /// The version it got.
    pub version: u32,
    /// Whether an older version of that name and language was in use.
    pub replaced: bool,
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

    /// Adds a template as the newest version of its name and language. Its own `version` field is
    /// ignored; older versions stay in the file.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn insert_template(
        &self,
        template: &Template,
        now: Timestamp,
    ) -> Result<TemplateInsert, StoreError> {
        self.db.change(|tx| {
            let (last, live): (u32, bool) = tx.query_row(
                "SELECT coalesce(max(version), 0), coalesce(max(removed IS NULL), 0)
                 FROM templates WHERE name = ?1 AND language = ?2",
                params![template.name, template.language],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            let stored = Template {
                version: last + 1,
                ..template.clone()
            };
            let json = serde_json::to_string(&stored)
                .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
            tx.execute(
                "INSERT INTO templates (name, language, version, json, added)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    stored.name,
                    stored.language,
                    stored.version,
                    json,
                    stored_time(now)
                ],
            )?;
            Ok(TemplateInsert {
                version: stored.version,
                replaced: live,
            })
        })
    }

    /// The newest version of every template that was not removed, by name and language.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn templates(&self) -> Result<Vec<Template>, StoreError> {
        self.select_templates(None)
    }

    /// The newest version of each language of one name.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn templates_named(&self, name: &str) -> Result<Vec<Template>, StoreError> {
        self.select_templates(Some(name))
    }

    fn select_templates(&self, name: Option<&str>) -> Result<Vec<Template>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT json FROM templates AS t WHERE removed IS NULL
                     AND (?1 IS NULL OR name = ?1)
                     AND version = (SELECT max(version) FROM templates
                                    WHERE name = t.name AND language = t.language)
                     ORDER BY name, language",
                )?
                .query_map([name], |row| from_json(&row.get::<_, String>(0)?))?
                .collect()
        })
    }

    /// Takes every version of a name out of the library; `false` if there was none.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn remove_template(&self, name: &str, now: Timestamp) -> Result<bool, StoreError> {
        self.db.change(|tx| {
            let changed = tx.execute(
                "UPDATE templates SET removed = ?2 WHERE name = ?1 AND removed IS NULL",
                params![name, stored_time(now)],
            )?;
            Ok(changed > 0)
        })
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
    use crate::domain::template::Wording;
    use crate::domain::{Flow, Template};
    use jiff::Timestamp;
    use serde_json::json;

    fn time(second: i64) -> Timestamp {
        Timestamp::from_second(1_760_000_000 + second).unwrap()
    }

    fn template(name: &str, language: &str) -> Template {
        Template {
            name: name.to_owned(),
            language: language.to_owned(),
            namespace: None,
            version: 0,
            components: json!([{"type": "body"}]),
            parameters: Vec::new(),
            wording: Wording::default(),
            category: None,
            note: String::new(),
        }
    }

    #[test]
    fn an_import_of_the_same_name_and_language_is_a_new_version() {
        let dir = tempfile::tempdir().unwrap();
        let library = Library::open(dir.path()).unwrap();
        let first = library
            .insert_template(&template("care", "en"), time(0))
            .unwrap();
        assert_eq!((first.version, first.replaced), (1, false));
        let second = library
            .insert_template(&template("care", "en"), time(1))
            .unwrap();
        assert_eq!((second.version, second.replaced), (2, true));
        library
            .insert_template(&template("care", "de"), time(2))
            .unwrap();

        let found = library.templates_named("care").unwrap();
        let versions: Vec<_> = found
            .iter()
            .map(|t| (t.language.as_str(), t.version))
            .collect();
        assert_eq!(versions, [("de", 1), ("en", 2)]);

        assert!(library.remove_template("care", time(3)).unwrap());
        assert!(library.templates().unwrap().is_empty());
        let again = library
            .insert_template(&template("care", "en"), time(4))
            .unwrap();
        assert_eq!((again.version, again.replaced), (3, false));
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
