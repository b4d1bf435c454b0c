//! People and what they were searched by. It keeps copies of what the platform said and asks it
//! nothing.

use super::CacheStore;
use crate::domain::User;
use crate::store::StoreError;
use crate::store::database::{read_time, stored_time};
use jiff::Timestamp;
use rusqlite::params;

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

    /// Remembers that somebody's conversation was opened, with the person as they were then.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn opened(&self, account: &str, user: &User, now: Timestamp) -> Result<(), StoreError> {
        self.db.change(|tx| {
            let json = serde_json::to_string(user)
                .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
            tx.prepare_cached(
                "INSERT INTO opened (account, user, json, at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (account, user) DO UPDATE SET json = excluded.json, at = excluded.at",
            )?
            .execute(params![
                account,
                user.channel_user_id,
                json,
                stored_time(now)
            ])?;
            Ok(())
        })
    }

    /// People whose conversation was opened, the latest first, each with the time.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn recent(&self, account: &str, limit: u32) -> Result<Vec<(User, Timestamp)>, StoreError> {
        let rows: Vec<(String, i64)> = self.db.read(|connection| {
            connection
                .prepare_cached(
                    "SELECT json, at FROM opened WHERE account = ?1
                     ORDER BY at DESC, user LIMIT ?2",
                )?
                .query_map(params![account, limit], |row| {
                    Ok((row.get(0)?, row.get(1)?))
                })?
                .collect()
        })?;
        Ok(rows
            .into_iter()
            .filter_map(|(json, at)| Some((serde_json::from_str(&json).ok()?, read_time(at))))
            .collect())
    }
}
