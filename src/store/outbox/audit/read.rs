//! Reading the audit: lines by batch, person and time, and the look over the whole chain.

use super::chain::{Link, SALT, hex, salted};
use crate::domain::audit::AuditFilter;
use crate::domain::{AuditBreak, AuditCheck, AuditLine, AuditPersonal, BatchId};
use crate::store::database::{read_time, stored_time};
use crate::store::error::StoreError;
use crate::store::outbox::OutboxStore;
use crate::store::outbox::rows::stored_number;
use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

const COLUMNS: &str = "l.seq, l.at, l.batch, l.line, l.hash, p.salt, p.text
    FROM audit_lines AS l LEFT JOIN audit_personal AS p ON p.seq = l.seq";

impl OutboxStore {
    /// The newest lines that fit, at most so many, the oldest of them first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn audit_lines(
        &self,
        filter: &AuditFilter,
        limit: u64,
    ) -> Result<Vec<AuditLine>, StoreError> {
        self.database().read(|connection| {
            let (fits, mut values) = condition(connection, filter)?;
            values.push(Value::Integer(stored_number(limit)));
            let sql = format!("SELECT {COLUMNS} WHERE {fits} ORDER BY l.seq DESC LIMIT ?");
            let mut lines: Vec<AuditLine> = connection
                .prepare(&sql)?
                .query_map(params_from_iter(values), line)?
                .collect::<rusqlite::Result<_>>()?;
            lines.reverse();
            Ok(lines)
        })
    }

    /// Number of the newest line; 0 without any.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn audit_end(&self) -> Result<u64, StoreError> {
        self.database().read(|connection| {
            let last: i64 = connection
                .prepare_cached("SELECT coalesce(max(seq), 0) FROM audit_lines")?
                .query_row([], |row| row.get(0))?;
            Ok(u64::try_from(last).unwrap_or(0))
        })
    }

    /// The lines after this number, at most so many.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn audit_after(&self, seq: u64, limit: u64) -> Result<Vec<AuditLine>, StoreError> {
        self.database().read(|connection| {
            connection
                .prepare_cached(&format!(
                    "SELECT {COLUMNS} WHERE l.seq > ?1 ORDER BY l.seq LIMIT ?2"
                ))?
                .query_map(params![stored_number(seq), stored_number(limit)], line)?
                .collect()
        })
    }

    /// The lines about a batch that fulfil a condition on it, `?1`, oldest first.
    pub(in crate::store::outbox) fn audit_where(
        &self,
        condition: &str,
        batch: BatchId,
    ) -> Result<Vec<AuditLine>, StoreError> {
        self.database().read(|connection| {
            connection
                .prepare(&format!(
                    "SELECT {COLUMNS} WHERE {condition} ORDER BY l.seq"
                ))?
                .query_map([batch.0], line)?
                .collect()
        })
    }

    /// Reads every line and compares it with the chain.
    ///
    /// # Errors
    /// Whatever the database says; a broken chain is an answer, not an error.
    pub fn audit_check(&self) -> Result<AuditCheck, StoreError> {
        self.database().read(check)
    }
}

/// As [`OutboxStore::audit_check`].
pub(super) fn check(connection: &Connection) -> rusqlite::Result<AuditCheck> {
    let mut walk = Walk::default();
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} ORDER BY l.seq"))?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        walk.step(row)?;
    }
    walk.strangers(connection)?;
    Ok(walk.end())
}

/// What a line must fulfil, and the values for it.
fn condition(
    connection: &Connection,
    filter: &AuditFilter,
) -> rusqlite::Result<(String, Vec<Value>)> {
    let mut parts = vec!["1".to_owned()];
    let mut values = Vec::new();
    if let Some(batch) = filter.batch {
        parts.push("l.batch = ?".to_owned());
        values.push(Value::Integer(batch.0));
    }
    if let Some(since) = filter.since {
        parts.push("l.at >= ?".to_owned());
        values.push(Value::Integer(stored_time(since)));
    }
    let Some(wanted) = &filter.recipient else {
        return Ok((parts.join(" AND "), values));
    };
    let mut ways = vec![
        // Looked for in the text first, because reading JSON takes longer.
        "instr(p.text, ?) > 0 AND (substr(json_extract(p.text, '$.recipient'), -length(?)) = ?
            OR EXISTS (SELECT 1 FROM json_each(p.text, '$.recipients')
                       WHERE substr(value, -length(?)) = ?))"
            .to_owned(),
    ];
    values.extend(std::iter::repeat_n(Value::Text(wanted.clone()), 5));
    let calls = calls_to(connection, wanted)?;
    if !calls.is_empty() {
        let calls: Vec<String> = calls.iter().map(i64::to_string).collect();
        ways.push(format!(
            "json_extract(l.line, '$.item') IN ({})",
            calls.join(",")
        ));
    }
    parts.push(format!("({})", ways.join(" OR ")));
    Ok((parts.join(" AND "), values))
}

/// The calls to several people of which this is one.
fn calls_to(connection: &Connection, wanted: &str) -> rusqlite::Result<Vec<i64>> {
    connection
        .prepare(
            "SELECT items.id FROM items JOIN bodies ON bodies.item = items.id
             WHERE items.recipient IS NULL
             AND instr(bodies.recipients || char(10), ?1 || char(10)) > 0",
        )?
        .query_map([wanted], |row| row.get(0))?
        .collect()
}

fn line(row: &Row<'_>) -> rusqlite::Result<AuditLine> {
    let hash: Vec<u8> = row.get(4)?;
    let salt: Option<Vec<u8>> = row.get(5)?;
    let text: Option<String> = row.get(6)?;
    let seq: i64 = row.get(0)?;
    Ok(AuditLine {
        seq: u64::try_from(seq).unwrap_or(0),
        at: read_time(row.get(1)?),
        batch: row.get::<_, Option<i64>>(2)?.map(BatchId),
        proof: row.get(3)?,
        hash: hex(&hash),
        personal: salt.zip(text).map(|(salt, text)| AuditPersonal {
            salt: hex(&salt),
            text,
        }),
    })
}

/// What the columns beside a line must agree with.
#[derive(Deserialize)]
struct Head {
    seq: i64,
    at: Timestamp,
    #[serde(default)]
    batch: Option<i64>,
    action: String,
    #[serde(default)]
    personal_sha256: Option<String>,
}

/// A walk along the chain.
#[derive(Default)]
struct Walk {
    last: Link,
    lines: u64,
    broken: Option<AuditBreak>,
    /// Batches whose personal text is gone, with the first such line.
    gone: BTreeMap<Option<i64>, i64>,
    purged: BTreeSet<i64>,
}

impl Walk {
    fn step(&mut self, row: &Row<'_>) -> rusqlite::Result<()> {
        self.lines += 1;
        let seq: i64 = row.get(0)?;
        // Read as bytes: what is no text any more must not end the walk.
        let text = row.get_ref(3)?.as_bytes().unwrap_or_default().to_vec();
        let hash = row.get_ref(4)?.as_bytes().unwrap_or_default().to_vec();
        if self.broken.is_none() {
            let wrong = self.compare(row, &text, &hash)?;
            self.broken = wrong.map(|what| broken(seq, what));
        }
        if let Ok(hash) = hash.try_into() {
            self.last = Link { seq, hash };
        }
        Ok(())
    }

    fn compare(
        &mut self,
        row: &Row<'_>,
        text: &[u8],
        hash: &[u8],
    ) -> rusqlite::Result<Option<&'static str>> {
        let seq: i64 = row.get(0)?;
        if seq != self.last.seq + 1 {
            return Ok(Some(
                "the line before it is missing: somebody has deleted lines.",
            ));
        }
        let changed = "the line, or the one before it, is not what was written: somebody has \
                       changed the record.";
        let Ok(text) = std::str::from_utf8(text) else {
            return Ok(Some(changed));
        };
        if self.last.next(text) != hash {
            return Ok(Some(changed));
        }
        let Ok(head) = serde_json::from_str::<Head>(text) else {
            return Ok(Some(changed));
        };
        let beside = (
            row.get_ref(1)?.as_i64().ok(),
            row.get_ref(2)?.as_i64_or_null().ok().flatten(),
        );
        let said = (Some(stored_time(head.at)), head.batch);
        if head.seq != seq || beside != said {
            return Ok(Some(
                "its number, time or batch is not the one in the line: somebody has changed the \
                 record.",
            ));
        }
        if head.action == "purged" {
            self.purged.extend(head.batch);
        }
        self.personal(row, &head)
    }

    fn personal(&mut self, row: &Row<'_>, head: &Head) -> rusqlite::Result<Option<&'static str>> {
        let salt = row.get_ref(5)?.as_bytes_or_null().ok().flatten();
        let text = row.get_ref(6)?.as_bytes_or_null().ok().flatten();
        let wrong = "the personal text beside it is not the one that was written: somebody has \
                     changed the record.";
        Ok(match (&head.personal_sha256, salt, text) {
            (None, None, None) => None,
            (Some(_), None, None) => {
                self.gone.entry(head.batch).or_insert(head.seq);
                None
            }
            (Some(hash), Some(salt), Some(text)) => {
                let text = std::str::from_utf8(text).unwrap_or_default();
                let same = salt.len() == SALT && hex(&salted(salt, text)) == *hash;
                (!same).then_some(wrong)
            }
            (None | Some(_), _, _) => Some(wrong),
        })
    }

    /// Personal texts without a line.
    fn strangers(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        let stranger: Option<i64> = connection.query_row(
            "SELECT min(seq) FROM audit_personal
             WHERE seq NOT IN (SELECT seq FROM audit_lines)",
            [],
            |row| row.get(0),
        )?;
        if let (Some(seq), None) = (stranger, &self.broken) {
            let what = "there is personal text for it and no line: somebody has deleted lines.";
            self.broken = Some(broken(seq, what));
        }
        Ok(())
    }

    fn end(mut self) -> AuditCheck {
        let unexplained = self.gone.iter().filter(|(batch, _)| {
            let purged = batch.is_some_and(|batch| self.purged.contains(&batch));
            !purged
        });
        if let (Some(seq), None) = (unexplained.map(|(_, seq)| *seq).min(), &self.broken) {
            let what =
                "its personal text is gone and no purge dropped it: somebody has deleted it.";
            self.broken = Some(broken(seq, what));
        }
        AuditCheck {
            lines: self.lines,
            broken: self.broken,
        }
    }
}

fn broken(seq: i64, what: &str) -> AuditBreak {
    AuditBreak {
        seq: u64::try_from(seq).unwrap_or(0),
        what: what.to_owned(),
    }
}
