//! Taking a second person's approval into the record, with its line of the audit. Whether a
//! signature is sound is not decided here; whether its key may approve is.

use super::OutboxStore;
use super::audit::{AuditNote, write_note};
use super::change::Change;
use super::insert::Again;
use super::intents;
use crate::domain::approval::{APPROVED, Approved, NEEDS_APPROVAL};
use crate::domain::{BatchId, Plan, Reason};
use crate::store::database::stored_time;
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::json;

impl OutboxStore {
    /// Notes who approved a batch that is held for that. It stays held until it is resumed.
    ///
    /// # Errors
    /// Whatever the database says; [`StoreError::Refused`] for a key that may not approve.
    pub fn approve(
        &self,
        id: BatchId,
        approved: &Approved,
        (fingerprint, reason): (&str, &str),
        now: Timestamp,
    ) -> Result<Change, StoreError> {
        self.change_batch(id, |tx| {
            // Somebody looked at all of it when they signed, and not when it was taken in.
            let looked = stored_time(approved.at).min(intents::see(tx, now)?);
            let changed = tx
                .prepare_cached(
                    "UPDATE batches SET approved_key = ?2, approved_by = ?3, approved_at = ?4,
                        reason_rule = ?5, reason_text = ?6,
                        marked = max(coalesce(marked, confirmed), ?7)
                     WHERE id = ?1 AND state = 'held' AND approvers IS NOT NULL
                     AND approved_key IS NULL",
                )?
                .execute(params![
                    id.0,
                    approved.key,
                    approved.by,
                    stored_time(approved.at),
                    APPROVED,
                    reason,
                    looked,
                ])?;
            if changed > 0 {
                let note = AuditNote {
                    action: "approved",
                    batch: Some(id),
                    detail: json!({ "fingerprint": fingerprint, "signed": approved.at }),
                    personal: json!({ "by": approved.by }),
                };
                write_note(tx, &note)?;
            }
            Ok(changed)
        })
    }
}

/// What the batch that is written next waits for if it needs an approval. Its number is known
/// before it is there, because numbers only rise and nobody else writes meanwhile.
pub(super) fn needed(
    tx: &Transaction<'_>,
    plan: &Plan,
    again: Option<&Again<'_>>,
) -> rusqlite::Result<Option<Reason>> {
    if plan.waiting.approvers.is_none() {
        return Ok(None);
    }
    let last: Option<i64> = tx
        .query_row(
            "SELECT seq FROM sqlite_sequence WHERE name = 'batches'",
            [],
            |row| row.get(0),
        )
        .optional()?;
    let number = last.unwrap_or(0).saturating_add(1);
    let from = again.map_or_else(String::new, |again| format!("Made from {}. ", again.parent));
    Ok(Some(Reason {
        rule: NEEDS_APPROVAL.to_owned(),
        text: format!(
            "{from}A second person approves it before anything leaves: it reaches {}. \
             `alertdesk approval request {number} --to FILE` writes the file they look at.",
            super::again::people(plan.recipients())
        ),
    }))
}
