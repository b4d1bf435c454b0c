//! A second person's approval: the calls they are shown, and taking what they signed. Signatures
//! are checked by whoever reads the files.

use super::error::OutboxError;
use super::queue::Outbox;
use super::twin_words::counted;
use crate::domain::{Approved, Batch, BatchId, PlannedCall, Sha256Hex};
use crate::store::outbox::StoredBatch;
use jiff::SignedDuration;

/// An approval that is older says nothing about what is true today.
const FRESH: SignedDuration = SignedDuration::from_hours(24);
/// By so much the clocks of two people may differ.
const SKEW: SignedDuration = SignedDuration::from_mins(2);

/// An approval whose signature fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenApproval<'a> {
    /// Hash of the plan that was looked at.
    pub plan_sha256: &'a str,
    /// Number of people they were told.
    pub recipients: u64,
    /// Who, when, and the key it is signed with.
    pub approved: &'a Approved,
    /// The key, short enough to be read out.
    pub fingerprint: &'a str,
    /// Whether it is the key of this very data folder.
    pub is_own: bool,
}

/// What a second person looks at.
#[derive(Debug, Clone)]
pub struct ToApprove {
    /// The batch as it is held.
    pub stored: StoredBatch,
    /// What the first person was told.
    pub notes: Vec<String>,
    /// Every call, in sending order.
    pub calls: Vec<PlannedCall>,
}

impl Outbox {
    /// A batch that waits for an approval, with what was confirmed.
    ///
    /// # Errors
    /// [`OutboxError::Approval`] if it waits for none; [`OutboxError::Missing`].
    pub fn to_approve(&self, id: BatchId) -> Result<ToApprove, OutboxError> {
        let stored = self.stored(id)?;
        if stored.waiting.approvers.is_none() {
            return Err(refused(id, "nobody has to approve it"));
        }
        if stored.approved.is_some() {
            return Err(refused(id, "it is approved already"));
        }
        let head = self.store().report_head(id)?;
        Ok(ToApprove {
            stored,
            notes: head.map(|head| head.notes).unwrap_or_default(),
            calls: self.store().calls_of(id)?,
        })
    }

    /// Takes a second person's approval of a batch. It stays held until the first person resumes
    /// it with the number of its people.
    ///
    /// # Errors
    /// [`OutboxError::Approval`] with the reason.
    pub fn take_approval(
        &self,
        id: BatchId,
        given: &GivenApproval<'_>,
    ) -> Result<Batch, OutboxError> {
        let stored = self.stored(id)?;
        let Some(approvers) = &stored.waiting.approvers else {
            return Err(refused(id, "nobody has to approve it"));
        };
        let approved = given.approved;
        let age = self.clock().now().wall.duration_since(approved.at);
        let same_plan =
            Sha256Hex::from_stored(given.plan_sha256.to_owned()) == stored.batch.plan_sha256;
        let people = stored.batch.counts.planned - stored.batch.counts.skipped;
        let why = if stored.approved.is_some() {
            "it is approved already"
        } else if given.is_own {
            "it is signed with the key of this very data folder, and the one who planned does not \
             approve"
        } else if !approvers.include(&approved.key) {
            "its signer is not among those who may approve, as the profile said when it was planned"
        } else if !same_plan || given.recipients != people {
            "it is about another plan"
        } else if age > FRESH {
            "it is older than 24 hours, ask for a new one"
        } else if age < -SKEW {
            "it is signed in the future, compare the clocks of both machines"
        } else {
            ""
        };
        if !why.is_empty() {
            return Err(refused(id, why));
        }
        let own_time = stored.due.filter(|_| stored.publish_at.is_none());
        let late = own_time.filter(|due| *due <= self.now());
        let late = late.map_or("", |_| " Its time has passed: resumed, it starts at once.");
        let reason = format!(
            "{} approved it ({}). Resume it to send it: it reaches {}.{late}",
            approved.by,
            given.fingerprint,
            counted(
                usize::try_from(people).unwrap_or(usize::MAX),
                "person",
                "people"
            )
        );
        let record = self.record()?;
        let said = (given.fingerprint, reason.as_str());
        let change = record.approve(id, approved, said, self.now())?;
        self.changed(id, change, "approved")
    }
}

fn refused(batch: BatchId, why: &str) -> OutboxError {
    OutboxError::Approval {
        batch,
        why: why.to_owned(),
    }
}
