//! The cache: what was seen at the platform and what was searched for. It may be deleted at any
//! time; a damaged one is moved aside and a new one begun.

use super::database::{Database, Durability, Schema, read_time, stored_time};
use super::error::StoreError;
use crate::domain::User;
use jiff::Timestamp;
use rusqlite::params;
use std::path::{Path, PathBuf};

const SCHEMA: Schema = Schema {
    application_id: 0x616c_6361,
    migrations: &["
CREATE TABLE attribute_names (
    name      TEXT PRIMARY KEY,
    last_used INTEGER NOT NULL,
    uses      INTEGER NOT NULL
);
CREATE TABLE users (
    id   TEXT PRIMARY KEY,
    json TEXT NOT NULL,
    seen INTEGER NOT NULL
);
CREATE TABLE searches (
    attribute TEXT NOT NULL,
    value     TEXT NOT NULL,
    last_used INTEGER NOT NULL,
    PRIMARY KEY (attribute, value)
);
"],
    durability: Durability::Normal,
};

/// The cache of one data folder. Cloning shares the connection; everything blocks.
#[derive(Debug, Clone)]
pub struct CacheStore {
    db: Database,
}

/// An attribute name that was searched with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedAttribute {
    /// The name.
    pub name: String,
    /// When it was used last.
    pub last_used: Timestamp,
    /// How often.
    pub uses: u64,
}

impl CacheStore {
    /// Opens or creates the cache. A damaged file is renamed to `cache.db.damaged` first.
    ///
    /// # Errors
    /// [`StoreError`] if it can be neither opened nor set aside, or is of a newer version.
    pub fn open(data_dir: &Path) -> Result<Self, StoreError> {
        let path = super::cache_path(data_dir);
        match Database::open(&path, &SCHEMA) {
            Err(StoreError::Damaged { .. }) => {
                set_aside(&path).map_err(|error| StoreError::from_io(&path, &error))?;
                Database::open(&path, &SCHEMA)
            }
            other => other,
        }
        .map(|db| Self { db })
    }

    /// Remembers a search for people.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn searched(&self, attribute: &str, value: &str, now: Timestamp) -> Result<(), StoreError> {
        self.db.change(|tx| {
            tx.execute(
                "INSERT INTO attribute_names (name, last_used, uses) VALUES (?1, ?2, 1)
                 ON CONFLICT (name) DO UPDATE SET last_used = excluded.last_used, uses = uses + 1",
                params![attribute, stored_time(now)],
            )?;
            tx.execute(
                "INSERT INTO searches (attribute, value, last_used) VALUES (?1, ?2, ?3)
                 ON CONFLICT (attribute, value) DO UPDATE SET last_used = excluded.last_used",
                params![attribute, value, stored_time(now)],
            )?;
            Ok(())
        })
    }

    /// Attribute names used so far, the latest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn attribute_names(&self) -> Result<Vec<UsedAttribute>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT name, last_used, uses FROM attribute_names
                     ORDER BY last_used DESC, name",
                )?
                .query_map([], |row| {
                    Ok(UsedAttribute {
                        name: row.get(0)?,
                        last_used: read_time(row.get(1)?),
                        uses: row.get::<_, i64>(2)?.unsigned_abs(),
                    })
                })?
                .collect()
        })
    }

    /// Searches made so far as attribute and value, the latest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn recent_searches(&self, limit: u32) -> Result<Vec<(String, String)>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT attribute, value FROM searches ORDER BY last_used DESC LIMIT ?1",
                )?
                .query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })
    }

    /// Keeps people as they were just seen.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn seen_users(&self, users: &[User], now: Timestamp) -> Result<(), StoreError> {
        self.db.change(|tx| {
            let mut statement = tx.prepare_cached(
                "INSERT INTO users (id, json, seen) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET json = excluded.json, seen = excluded.seen",
            )?;
            for user in users {
                let json = serde_json::to_string(user)
                    .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
                statement.execute(params![user.id, json, stored_time(now)])?;
            }
            Ok(())
        })
    }

    /// People seen before, the latest first, each with the time.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn users(&self, limit: u32) -> Result<Vec<(User, Timestamp)>, StoreError> {
        let rows: Vec<(String, i64)> = self.db.read(|connection| {
            connection
                .prepare_cached("SELECT json, seen FROM users ORDER BY seen DESC, id LIMIT ?1")?
                .query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect()
        })?;
        // A row of an older form is only a cache entry that is fetched again.
        Ok(rows
            .into_iter()
            .filter_map(|(json, seen)| Some((serde_json::from_str(&json).ok()?, read_time(seen))))
            .collect())
    }
}

fn set_aside(path: &Path) -> std::io::Result<()> {
    for (ending, aside) in [
        ("", ".damaged"),
        ("-wal", ".damaged-wal"),
        ("-shm", ".damaged-shm"),
    ] {
        let from = with_suffix(path, ending);
        if from.exists() {
            std::fs::rename(from, with_suffix(path, aside))?;
        }
    }
    Ok(())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::CacheStore;
    use crate::domain::User;
    use jiff::Timestamp;
    use serde_json::{Map, json};

    fn time(second: i64) -> Timestamp {
        Timestamp::from_second(1_760_000_000 + second).unwrap()
    }

    #[test]
    fn searches_and_people_come_back_latest_first() {
        let dir = tempfile::tempdir().unwrap();
        let cache = CacheStore::open(dir.path()).unwrap();
        cache.searched("city", "London", time(0)).unwrap();
        cache.searched("tier", "gold", time(1)).unwrap();
        cache.searched("city", "Leeds", time(2)).unwrap();
        let names = cache.attribute_names().unwrap();
        assert_eq!(names[0].name, "city");
        assert_eq!(names[0].uses, 2);
        let recent = cache.recent_searches(2).unwrap();
        assert_eq!(recent[0], ("city".to_owned(), "Leeds".to_owned()));
        assert_eq!(recent.len(), 2);

        let user = User {
            id: "u1".to_owned(),
            channel_user_id: "447700900047".to_owned(),
            name: Some("Grace Lim".to_owned()),
            phone: None,
            channel: None,
            attributes: Map::new(),
            raw: json!({}),
        };
        cache
            .seen_users(std::slice::from_ref(&user), time(3))
            .unwrap();
        assert_eq!(cache.users(10).unwrap(), [(user, time(3))]);
    }

    #[test]
    fn a_damaged_cache_is_kept_aside_and_begun_again() {
        let dir = tempfile::tempdir().unwrap();
        let path = crate::store::cache_path(dir.path());
        std::fs::write(&path, b"not a database at all, but kept").unwrap();
        let cache = CacheStore::open(dir.path()).unwrap();
        assert!(cache.users(1).unwrap().is_empty());
        let aside = std::fs::read(dir.path().join("cache.db.damaged")).unwrap();
        assert!(aside.starts_with(b"not a database"));
    }
}
