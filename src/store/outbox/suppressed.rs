//! The list of people who must never be written to. It answers and keeps; what a plan or a claim
//! makes of the answer is decided there.

use super::OutboxStore;
use super::rows::word;
use crate::domain::{BotTarget, OptOut, OptOutNote, OptOutSource};
use crate::store::database::{read_time, stored_time};
use crate::store::error::StoreError;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::collections::HashMap;

const ACCOUNT: &str = "base_url = ?1 AND customer_id = ?2 AND bot_key = ?3";

impl OutboxStore {
    /// Puts people on the list of an account, as [`crate::domain::Recipient::text`] has them. Who
    /// is there already stays as noted first. Says of each, in order, whether it is new.
    ///
    /// # Errors
    /// Whatever the database says; then nobody was put there.
    pub fn suppress(
        &self,
        target: &BotTarget,
        people: &[String],
        note: &OptOutNote,
    ) -> Result<Vec<bool>, StoreError> {
        self.db.change(|tx| {
            let mut statement = tx.prepare_cached(
                "INSERT INTO suppressed
                    (base_url, customer_id, bot_key, recipient, since, who, source, reason)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
            )?;
            let mut put = |person: &String| {
                statement.execute(params![
                    target.base_url,
                    target.customer_id,
                    target.bot_key,
                    person,
                    stored_time(note.since),
                    note.who,
                    note.source.word(),
                    note.reason,
                ])
            };
            people.iter().map(|person| Ok(put(person)? > 0)).collect()
        })
    }

    /// Takes people off the list. Says of each, in order, whether it was there.
    ///
    /// # Errors
    /// Whatever the database says; then nobody was taken off.
    pub fn unsuppress(
        &self,
        target: &BotTarget,
        people: &[String],
    ) -> Result<Vec<bool>, StoreError> {
        self.db.change(|tx| {
            let sql = format!("DELETE FROM suppressed WHERE {ACCOUNT} AND recipient = ?4");
            let mut statement = tx.prepare_cached(&sql)?;
            let mut take = |person: &String| {
                statement.execute(params![
                    target.base_url,
                    target.customer_id,
                    target.bot_key,
                    person
                ])
            };
            people.iter().map(|person| Ok(take(person)? > 0)).collect()
        })
    }

    /// Everybody on the list of an account, the newest first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn suppressed(&self, target: &BotTarget) -> Result<Vec<OptOut>, StoreError> {
        self.db.read(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT recipient, since, who, source, reason FROM suppressed WHERE {ACCOUNT}
                     ORDER BY since DESC, recipient"
                ))?
                .query_map(account(target), opt_out)?
                .collect()
        })
    }

    /// Who of these is on the list: positions in order, with what is kept of each.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn suppressed_among(
        &self,
        target: &BotTarget,
        people: &[&str],
    ) -> Result<Vec<(usize, OptOut)>, StoreError> {
        self.db.read(|connection| among(connection, target, people))
    }
}

/// As [`OutboxStore::suppressed_among`], inside a transaction. Whichever is shorter is walked: the
/// list of a year against one person, or one person of the list against a million.
pub(super) fn among(
    connection: &Connection,
    target: &BotTarget,
    people: &[&str],
) -> rusqlite::Result<Vec<(usize, OptOut)>> {
    let listed: i64 = connection
        .prepare_cached(&format!(
            "SELECT count(*) FROM (SELECT 1 FROM suppressed WHERE {ACCOUNT} LIMIT ?4)"
        ))?
        .query_row(
            params![
                target.base_url,
                target.customer_id,
                target.bot_key,
                i64::try_from(people.len()).unwrap_or(i64::MAX)
            ],
            |row| row.get(0),
        )?;
    if listed == 0 {
        return Ok(Vec::new());
    }
    if usize::try_from(listed).unwrap_or(usize::MAX) < people.len() {
        return walk_list(connection, target, people);
    }
    let mut statement = connection.prepare_cached(&format!(
        "SELECT recipient, since, who, source, reason FROM suppressed
         WHERE {ACCOUNT} AND recipient = ?4"
    ))?;
    let mut found = Vec::new();
    for (at, person) in people.iter().enumerate() {
        let row = statement
            .query_row(
                params![target.base_url, target.customer_id, target.bot_key, person],
                opt_out,
            )
            .optional()?;
        found.extend(row.map(|row| (at, row)));
    }
    Ok(found)
}

fn walk_list(
    connection: &Connection,
    target: &BotTarget,
    people: &[&str],
) -> rusqlite::Result<Vec<(usize, OptOut)>> {
    let mut listed: HashMap<String, OptOut> = HashMap::new();
    let mut statement = connection.prepare_cached(&format!(
        "SELECT recipient, since, who, source, reason FROM suppressed WHERE {ACCOUNT}"
    ))?;
    for row in statement.query_map(account(target), opt_out)? {
        let row = row?;
        listed.insert(row.recipient.clone(), row);
    }
    let find = |(at, person): (usize, &&str)| listed.get(*person).map(|row| (at, row.clone()));
    Ok(people.iter().enumerate().filter_map(find).collect())
}

fn account(target: &BotTarget) -> [&str; 3] {
    [&target.base_url, &target.customer_id, &target.bot_key]
}

fn opt_out(row: &Row<'_>) -> rusqlite::Result<OptOut> {
    Ok(OptOut {
        recipient: row.get(0)?,
        since: read_time(row.get(1)?),
        who: row.get(2)?,
        source: word(row, 3, OptOutSource::from_word)?,
        reason: row.get(4)?,
    })
}

#[cfg(test)]
mod tests;
