//! Puts lines at the end of the chain. What a line says is not its business.

use super::chain::{self, Link, SALT};
use super::process::{self, Process};
use crate::store::database::stored_time;
use jiff::Timestamp;
use ring::rand::{SecureRandom, SystemRandom};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::Serialize;

/// The end of the chain, open for more.
pub(super) struct Writer<'a> {
    /// The transaction whose changes are written down.
    pub tx: &'a Transaction<'a>,
    last: Link,
    at: Timestamp,
    said: String,
    process: i64,
    random: SystemRandom,
}

impl<'a> Writer<'a> {
    /// Finds the end of the chain, and says who writes if that was not said yet.
    pub fn open(tx: &'a Transaction<'a>, process: &mut Process) -> rusqlite::Result<Self> {
        let last = tx
            .prepare_cached("SELECT seq, hash FROM audit_lines ORDER BY seq DESC LIMIT 1")?
            .query_row([], |row| {
                Ok(Link {
                    seq: row.get(0)?,
                    hash: row.get(1)?,
                })
            })
            .optional()?;
        let at = process::now();
        let mut writer = Self {
            tx,
            last: last.unwrap_or_default(),
            at,
            said: at.to_string(),
            process: process.line().unwrap_or_default(),
            random: SystemRandom::new(),
        };
        if process.line().is_none() {
            writer.line("process", None, process::facts(), None)?;
            process.wrote(writer.last.seq);
            writer.process = writer.last.seq;
        }
        Ok(writer)
    }

    /// Writes one line. `detail` is an object; `personal` is the text of an object that a purge
    /// may drop, of which the line holds only a salted hash.
    pub fn line(
        &mut self,
        action: &str,
        batch: Option<i64>,
        detail: &impl Serialize,
        personal: Option<&str>,
    ) -> rusqlite::Result<()> {
        let detail = json(detail)?;
        self.line_of_text(action, batch, &detail, personal)
    }

    /// As [`Writer::line`], of a detail that is JSON already.
    pub fn line_of_text(
        &mut self,
        action: &str,
        batch: Option<i64>,
        detail: &str,
        personal: Option<&str>,
    ) -> rusqlite::Result<()> {
        let seq = self.last.seq + 1;
        let salted = match personal {
            Some(text) => Some((self.salt()?, text)),
            None => None,
        };
        let mut line = String::with_capacity(detail.len() + 200);
        line.push_str(&format!(
            "{{\"seq\":{seq},\"at\":\"{}\",\"action\":",
            self.said
        ));
        line.push_str(&json(&action)?);
        if self.process != 0 {
            line.push_str(&format!(",\"process\":{}", self.process));
        }
        if let Some(batch) = batch {
            line.push_str(&format!(",\"batch\":{batch}"));
        }
        let inside = detail
            .strip_prefix('{')
            .and_then(|text| text.strip_suffix('}'));
        if let Some(inside) = inside.filter(|inside| !inside.is_empty()) {
            line.push(',');
            line.push_str(inside);
        }
        if let Some((salt, text)) = &salted {
            let hash = chain::hex(&chain::salted(salt, text));
            line.push_str(&format!(",\"personal_sha256\":\"{hash}\""));
        }
        line.push('}');
        let hash = self.last.next(&line);
        self.tx
            .prepare_cached(
                "INSERT INTO audit_lines (seq, at, batch, line, hash) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![seq, stored_time(self.at), batch, line, hash])?;
        if let Some((salt, text)) = salted {
            self.tx
                .prepare_cached("INSERT INTO audit_personal (seq, salt, text) VALUES (?1, ?2, ?3)")?
                .execute(params![seq, salt, text])?;
        }
        self.last = Link { seq, hash };
        Ok(())
    }

    fn salt(&self) -> rusqlite::Result<[u8; SALT]> {
        let mut salt = [0; SALT];
        self.random.fill(&mut salt).map_err(|_| {
            let text = "the system gives no random numbers";
            rusqlite::Error::ToSqlConversionFailure(text.into())
        })?;
        Ok(salt)
    }
}

/// A value as JSON.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
