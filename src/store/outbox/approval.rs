//! Taking a second person's approval into the record, with its line of the audit. Whether a
//! signature is sound is not decided here; whether its key may approve is.

use super::OutboxStore;
use super::audit::{AuditNote, write_note};
use super::change::Change;
use crate::domain::approval::{APPROVED, Approved, NEEDS_APPROVAL};
use crate::domain::{BatchId, Reason};
use crate::store::database::stored_time;
use crate::store::error::StoreError;
use rusqlite::params;
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
        fingerprint: &str,
        reason: &str,
    ) -> Result<Change, StoreError> {
        self.change_batch(id, |tx| {
            let changed = tx
                .prepare_cached(
                    "UPDATE batches SET approved_key = ?2, approved_by = ?3, approved_at = ?4,
                        reason_rule = ?5, reason_text = ?6
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

/// What a batch that needs an approval waits for.
pub(super) fn needed(people: u64) -> Reason {
    Reason {
        rule: NEEDS_APPROVAL.to_owned(),
        text: format!(
            "A second person approves it before anything leaves: it reaches {}. \
             `alertdesk approval request` writes the file to look at.",
            super::again::people(people)
        ),
    }
}
