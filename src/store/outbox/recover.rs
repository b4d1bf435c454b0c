//! What is found when a sender starts: whatever was on the way is unknown, whatever ran is paused,
//! whatever waited too long is held. Nothing found here is ever sent again by itself.

use super::OutboxStore;
use super::audit::{AuditNote, write_note};
use super::candidates::wait_from_now;
use super::change::{hold_batch, settle, stop_batch};
use super::read::batch_row;
use super::rows::StopKind;
use super::send::{Outcome, record_outcome};
use super::times;
use crate::domain::{Batch, BatchId, Reason};
use crate::store::database::stored_time;
use crate::store::error::StoreError;
use jiff::Timestamp;
use rusqlite::{Transaction, params};
use serde_json::{Value, json};

/// The rule of a call that was on the way when its process ended; the classifier's own word.
pub const PROCESS_STOPPED: &str = "process_stopped";

/// What recovery goes by.
#[derive(Debug, Clone, Copy)]
pub struct RecoveryRules<'a> {
    /// Now.
    pub now: Timestamp,
    /// Ready batches confirmed before this are held, because nobody expects them any more.
    pub stale_before: Timestamp,
    /// The opened outbox that recovers; its own graces go on.
    pub owner: &'a str,
}

/// A batch that recovery changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoveredBatch {
    /// Which.
    pub id: BatchId,
    /// What was found, for people.
    pub sentence: String,
}

/// Everything recovery changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovery {
    /// Batches stopped or held, oldest first.
    pub batches: Vec<RecoveredBatch>,
}

impl OutboxStore {
    /// Applies results that only reached the emergency file, then stops what a dead sender left.
    /// Only the holder of the sender lock may call this.
    ///
    /// # Errors
    /// Whatever the database says; then nothing is changed.
    pub fn recover(
        &self,
        rules: &RecoveryRules<'_>,
        emergency: &[Outcome],
    ) -> Result<Recovery, StoreError> {
        if self.has_unended()? {
            self.db.check()?;
        }
        self.db.change(|tx| {
            let mut recovery = Recovery::default();
            let mut late = Vec::new();
            for outcome in emergency {
                if !record_outcome(tx, outcome)? {
                    late.extend(note_late(tx, outcome)?);
                }
            }
            let crashed = ids(
                tx,
                "SELECT id FROM batches WHERE state IN ('running','draining') OR sending > 0
                 ORDER BY id",
            )?;
            make_unknown(tx, rules.now)?;
            wait_from_now(tx, rules.now)?;
            for id in crashed {
                recovery.batches.extend(stop_crashed(tx, id)?);
            }
            hold_all(tx, rules, &mut recovery)?;
            note_recovery(tx, &recovery, emergency.len())?;
            recovery.batches.extend(late);
            Ok(recovery)
        })
    }

    fn has_unended(&self) -> Result<bool, StoreError> {
        self.db.read(|connection| {
            connection.query_row(
                "SELECT EXISTS (SELECT 1 FROM batches
                    WHERE state IN ('running','draining') OR sending > 0)",
                [],
                |row| row.get(0),
            )
        })
    }
}

/// One line that says why all the others were written.
fn note_recovery(
    tx: &Transaction<'_>,
    recovery: &Recovery,
    emergency: usize,
) -> rusqlite::Result<()> {
    if recovery.batches.is_empty() && emergency == 0 {
        return Ok(());
    }
    let batches: Vec<i64> = recovery.batches.iter().map(|batch| batch.id.0).collect();
    let note = AuditNote {
        action: "recovered",
        batch: None,
        detail: json!({ "batches": batches, "from_emergency_file": emergency }),
        personal: Value::Null,
    };
    write_note(tx, &note)
}

fn ids(tx: &Transaction<'_>, sql: &str) -> rusqlite::Result<Vec<BatchId>> {
    tx.prepare(sql)?
        .query_map([], |row| Ok(BatchId(row.get(0)?)))?
        .collect()
}

/// A result that came after the attempt had been closed otherwise: kept beside it, never over it,
/// and said once.
fn note_late(tx: &Transaction<'_>, outcome: &Outcome) -> rusqlite::Result<Option<RecoveredBatch>> {
    let text = format!(
        "Late evidence: {} ({}). If it was sent again, the person was reached twice.",
        outcome.sentence, outcome.rule
    );
    let noted = tx.execute(
        "UPDATE attempts SET late_evidence = ?2
         WHERE id = ?1 AND verdict <> ?3 AND late_evidence IS NULL",
        params![
            outcome.attempt,
            text,
            serde_json::to_value(outcome.verdict)
                .ok()
                .and_then(|word| word.as_str().map(str::to_owned)),
        ],
    )?;
    Ok((noted > 0).then(|| RecoveredBatch {
        id: outcome.batch,
        sentence: format!(
            "Batch {}, item {}: a result came late and changes nothing by itself. {text}",
            outcome.batch.0, outcome.item.0
        ),
    }))
}

pub(super) fn make_unknown(tx: &Transaction<'_>, now: Timestamp) -> rusqlite::Result<()> {
    tx.execute(
        "UPDATE attempts SET finished = ?1, verdict = 'unknown', rule = ?2,
            transient = 0,
            sentence = 'The program ended while this call was on the way. It may have arrived.'
         WHERE finished IS NULL",
        params![stored_time(now), PROCESS_STOPPED],
    )?;
    tx.execute(
        "UPDATE items SET state = 'unknown', rule = ?1, http_status = NULL,
            platform_code = NULL, errors = NULL, message_id = NULL, waiting_since = NULL
         WHERE state = 'sending'",
        [PROCESS_STOPPED],
    )?;
    Ok(())
}

fn stop_crashed(tx: &Transaction<'_>, id: BatchId) -> rusqlite::Result<Option<RecoveredBatch>> {
    let Some(stored) = batch_row(tx, id)? else {
        return Ok(None);
    };
    let sentence = stopped_sentence(&stored.batch);
    let reason = Reason {
        rule: "stopped".to_owned(),
        text: sentence.clone(),
    };
    if stored.batch.counts.queued > 0 {
        stop_batch(tx, id, StopKind::Other, &reason)?;
        tx.execute(
            "UPDATE batches SET reason_rule = ?2, reason_text = ?3, stop_kind = 'other'
             WHERE id = ?1 AND state = 'draining'",
            params![id.0, reason.rule, reason.text],
        )?;
    }
    settle(tx, id)?;
    Ok(Some(RecoveredBatch { id, sentence }))
}

/// The sentence of the banner after a crash.
fn stopped_sentence(batch: &Batch) -> String {
    let counts = batch.counts;
    let mut parts = vec![format!("{} accepted", counts.accepted)];
    if counts.rejected > 0 {
        parts.push(format!("{} rejected", counts.rejected));
    }
    parts.push(format!("{} unknown", counts.unknown));
    parts.push(format!("{} not sent", counts.queued + counts.cancelled));
    format!(
        "Batch {} stopped: {}. Nothing was sent while the program was closed.",
        batch.id.0,
        parts.join(", ")
    )
}

/// What was to start while nobody was there.
fn missed(tx: &Transaction<'_>, now: Timestamp) -> rusqlite::Result<Vec<(BatchId, Reason)>> {
    let waiting = ids(
        tx,
        "SELECT id FROM batches WHERE state IN ('scheduled','ready') AND due IS NOT NULL
         ORDER BY id",
    )?;
    let mut batches = Vec::new();
    for id in waiting {
        batches.extend(batch_row(tx, id)?);
    }
    times::hold_missed(tx, &batches, now)
}

fn hold_all(
    tx: &Transaction<'_>,
    rules: &RecoveryRules<'_>,
    recovery: &mut Recovery,
) -> rusqlite::Result<()> {
    for (id, reason) in missed(tx, rules.now)? {
        recovery.batches.push(RecoveredBatch {
            id,
            sentence: reason.text,
        });
    }
    let armed: Vec<BatchId> = tx
        .prepare("SELECT id FROM batches WHERE state = 'armed' AND owner <> ?1 ORDER BY id")?
        .query_map([rules.owner], |row| Ok(BatchId(row.get(0)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let stale: Vec<BatchId> = tx
        .prepare("SELECT id FROM batches WHERE state = 'ready' AND confirmed < ?1 ORDER BY id")?
        .query_map([stored_time(rules.stale_before)], |row| {
            Ok(BatchId(row.get(0)?))
        })?
        .collect::<rusqlite::Result<_>>()?;
    for id in armed {
        let reason = Reason {
            rule: "grace_interrupted".to_owned(),
            text: format!(
                "Batch {} was in its grace time when the program ended, so nothing of it was sent.",
                id.0
            ),
        };
        hold_batch(tx, id, &reason)?;
        recovery.batches.push(RecoveredBatch {
            id,
            sentence: reason.text,
        });
    }
    for id in stale {
        let reason = Reason {
            rule: "stale".to_owned(),
            text: format!(
                "Batch {} was confirmed more than 10 minutes ago and never started, so it waits for a person.",
                id.0
            ),
        };
        hold_batch(tx, id, &reason)?;
        recovery.batches.push(RecoveredBatch {
            id,
            sentence: reason.text,
        });
    }
    Ok(())
}
