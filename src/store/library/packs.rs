//! Taking a team's pack into the library: all of it in one transaction, or nothing. Nothing is
//! overwritten; whether the pack may be taken at all was decided before.

use super::Library;
use super::templates::{insert_version, newest};
use super::trust::trust_key;
use crate::domain::{Flow, Template};
use crate::store::database::stored_time;
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

/// A pack whose signature was checked.
#[derive(Debug, Clone, Copy)]
pub struct PackTake<'a> {
    /// Public key of who signed it, 64 hex digits; trusted from now on.
    pub key: &'a str,
    /// Its templates.
    pub templates: &'a [Template],
    /// Its flows.
    pub flows: &'a [Flow],
    /// Whether a flow of the pack takes the place of another one of that name.
    pub replace_flows: bool,
}

/// What became of one entry of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenAs {
    /// It was not there.
    New,
    /// There was another one: this is a new version, or took its place.
    Changed,
    /// The same was there.
    Unchanged,
    /// There was another one, and it stays.
    Kept,
}

/// One entry of a pack and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its name.
    pub name: String,
    /// The language of a template; a flow has none.
    pub language: Option<String>,
    /// The version in use now; a flow has none.
    pub version: Option<u32>,
    /// What became of it.
    pub taken: TakenAs,
}

impl Library {
    /// Takes a pack: a template with other content becomes a new version, a flow with another key
    /// is left unless its replacement was asked for.
    ///
    /// # Errors
    /// Whatever the database says; then nothing of it is in the library.
    pub fn take_pack(&self, pack: PackTake<'_>, now: Timestamp) -> Result<Vec<Taken>, StoreError> {
        self.db.change(|tx| {
            let mut report = Vec::new();
            for template in pack.templates {
                report.push(take_template(tx, template, now)?);
            }
            for flow in pack.flows {
                report.push(take_flow(tx, flow, pack.replace_flows, now)?);
            }
            trust_key(tx, pack.key, now)?;
            Ok(report)
        })
    }
}

fn take_template(
    tx: &Transaction<'_>,
    template: &Template,
    now: Timestamp,
) -> rusqlite::Result<Taken> {
    let live = newest(tx, &template.name, &template.language)?;
    let comes = match &live {
        Some(before) => template.clone().inheriting(before),
        None => template.clone(),
    };
    let (version, taken) = match &live {
        Some(before) if same_content(before, &comes) => (before.version, TakenAs::Unchanged),
        Some(_) => (insert_version(tx, &comes, now)?, TakenAs::Changed),
        None => (insert_version(tx, &comes, now)?, TakenAs::New),
    };
    Ok(Taken {
        name: template.name.clone(),
        language: Some(template.language.clone()),
        version: Some(version),
        taken,
    })
}

/// Whether two versions differ in nothing but their number and the samples of their imports.
fn same_content(left: &Template, right: &Template) -> bool {
    let content = |template: &Template| Template {
        version: 0,
        ..template.clone().without_samples()
    };
    content(left) == content(right)
}

fn take_flow(
    tx: &Transaction<'_>,
    flow: &Flow,
    replace: bool,
    now: Timestamp,
) -> rusqlite::Result<Taken> {
    let required = serde_json::Value::from(flow.required.clone()).to_string();
    let there = tx
        .query_row(
            "SELECT key = ?2 AND required = ?3 FROM flows WHERE name = ?1",
            params![flow.name, flow.key, required],
            |row| row.get::<_, bool>(0),
        )
        .optional()?;
    let taken = match there {
        None => TakenAs::New,
        Some(true) => TakenAs::Unchanged,
        Some(false) if replace => TakenAs::Changed,
        Some(false) => TakenAs::Kept,
    };
    if matches!(taken, TakenAs::New | TakenAs::Changed) {
        tx.execute(
            "INSERT INTO flows (name, key, required, added) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (name) DO UPDATE SET key = excluded.key, required = excluded.required",
            params![flow.name, flow.key, required, stored_time(now)],
        )?;
    }
    Ok(Taken {
        name: flow.name.clone(),
        language: None,
        version: None,
        taken,
    })
}
