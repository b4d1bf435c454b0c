//! Reading the record for a file: the report of a batch and the whole audit, all of one moment,
//! whatever a sender writes meanwhile. It changes nothing.

use super::error::OutboxError;
use crate::domain::{
    AuditLine, BatchId, BatchReport, ConfirmedBy, ItemState, PlatformError, ReportClass,
    ReportEvent, ReportRow, rule_in_words,
};
use crate::store::outbox::{OutboxStore, ReportGroup};

/// So many calls or lines are read at once.
const PART: u64 = 2_000;

/// The record at one moment.
#[derive(Debug)]
pub struct Snapshot {
    store: OutboxStore,
}

impl Snapshot {
    pub(super) fn of(store: OutboxStore) -> Self {
        Self { store }
    }

    /// Gives every line to somebody, oldest first, without holding them all.
    ///
    /// # Errors
    /// What the record says, or whoever takes the lines.
    pub fn each_audit_line<E: From<OutboxError>>(
        &self,
        mut take: impl FnMut(&AuditLine) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut last = 0;
        loop {
            let lines = self.store.audit_after(last, PART);
            let lines = lines.map_err(OutboxError::from)?;
            let Some(newest) = lines.last() else {
                return Ok(last);
            };
            last = newest.seq;
            for line in &lines {
                take(line)?;
            }
        }
    }

    /// Everything about a batch but its recipients.
    ///
    /// # Errors
    /// [`OutboxError::Missing`] if there is none of that number.
    pub fn report(&self, id: BatchId) -> Result<BatchReport, OutboxError> {
        let stored = self.store.batch(id)?.ok_or(OutboxError::Missing(id))?;
        let store = &self.store;
        let head = store.report_head(id)?.ok_or(OutboxError::Missing(id))?;
        let lines = store.audit_of_whole_batch(id)?;
        let classes = store.report_groups(id)?;
        Ok(BatchReport {
            batch: stored.batch,
            confirmed: lines.iter().find_map(confirmed_by),
            typed: Some(head.typed).filter(|typed| !typed.is_empty()),
            limits: stored.limits,
            notes: head.notes,
            purged: head.purged,
            classes: classes.into_iter().map(class).collect(),
            history: lines.iter().map(event).collect(),
        })
    }

    /// Gives every recipient of a batch to somebody, in sending order.
    ///
    /// # Errors
    /// What the record says, or whoever takes the rows.
    pub fn each_recipient<E: From<OutboxError>>(
        &self,
        id: BatchId,
        mut take: impl FnMut(&ReportRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut last = 0;
        loop {
            let rows = self.store.report_rows(id, last, PART);
            let rows = rows.map_err(OutboxError::from)?;
            let Some((newest, _)) = rows.last() else {
                return Ok(());
            };
            last = newest.item;
            for (row, several) in rows {
                if several.is_empty() {
                    take(&row)?;
                }
                for one in several {
                    take(&ReportRow {
                        recipient: Some(one),
                        recipients: 1,
                        ..row.clone()
                    })?;
                }
            }
        }
    }
}

fn confirmed_by(line: &AuditLine) -> Option<ConfirmedBy> {
    let reading = line.read();
    if reading.action != "confirmed" {
        return None;
    }
    let text = |name: &str| {
        let value = reading.fields.get(name).and_then(|value| value.as_str());
        value.unwrap_or_default().to_owned()
    };
    Some(ConfirmedBy {
        user: text("user"),
        host: text("host"),
        version: text("version"),
        at: line.at,
    })
}

fn event(line: &AuditLine) -> ReportEvent {
    let reading = line.read();
    ReportEvent {
        at: line.at,
        action: reading.action,
        what: reading.what,
        line: line.seq,
    }
}

/// What a group of recipients has in common, explained by one of them.
pub(super) fn class(group: ReportGroup) -> ReportClass {
    let sample = group.sample;
    let error = sample.errors.first();
    let known = error.and_then(|error| error.meaning.clone());
    let said = known.or_else(|| error.and_then(|error| error.title.clone()));
    let rule = sample.rule.as_deref().map(rule_in_words);
    // What is said of a row that was left out names that row.
    let alone = group.recipients == 1 || sample.state != ItemState::Skipped;
    let sentence = sample.sentence.filter(|_| alone);
    let meaning = said.or(sentence).or(rule);
    ReportClass {
        state: sample.state,
        recipients: group.recipients,
        platform_code: sample.platform_code,
        error_code: error
            .map(|error| error.code)
            .filter(|code| *code != PlatformError::NO_CODE),
        meaning: meaning.unwrap_or_else(|| state_in_words(sample.state).to_owned()),
        advice: error
            .and_then(|error| error.advice.clone())
            .unwrap_or_default(),
        rule: sample.rule,
    }
}

fn state_in_words(state: ItemState) -> &'static str {
    match state {
        ItemState::Skipped => "left out by a check",
        ItemState::Queued => "not sent yet",
        ItemState::Sending => "on the way",
        ItemState::Accepted => "accepted by the platform",
        ItemState::Rejected => "refused by the platform",
        ItemState::Unknown => "cannot be known",
        ItemState::Cancelled => "taken back before it left",
        ItemState::NotAccepted => "a person decided that it never arrived",
        ItemState::Abandoned => "given up by a person without knowing",
    }
}
