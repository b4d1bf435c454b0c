//! Looking at one batch: why people were not accepted, and its people part by part. It changes
//! nothing, and never reads a list as a whole.

use super::error::OutboxError;
use super::queue::Outbox;
use super::snapshot::class;
use crate::domain::{
    BatchCopy, BatchDetail, BatchId, Item, ItemId, ItemState, RowPage, RowWindow, SendKind,
};
use crate::store::outbox::ItemFilter;

impl Outbox {
    /// What is known of a batch besides its counts.
    ///
    /// # Errors
    /// [`OutboxError::Missing`] if there is none of that number.
    pub fn detail(&self, id: BatchId) -> Result<BatchDetail, OutboxError> {
        let stored = self.stored(id)?;
        let store = self.store();
        let classes = store.report_groups(id)?;
        let (canary_accepted, canary_ended) = store.first_calls(id, stored.limits.canary)?;
        let (source, went_on) = store.origin(id)?;
        Ok(BatchDetail {
            batch: id,
            revision: stored.batch.revision,
            limits: stored.limits,
            canary_passed: stored.canary_passed,
            canary_accepted,
            canary_ended,
            went_on,
            source,
            ends: store.ends(id)?,
            classes: classes.into_iter().map(class).collect(),
        })
    }

    /// A part of the list of a batch's people. Whoever has one of the `named` numbers is found by
    /// a search as well.
    ///
    /// # Errors
    /// [`OutboxError::Missing`] if there is none of that number.
    pub fn rows(
        &self,
        id: BatchId,
        window: &RowWindow,
        named: &[String],
        limit: u64,
    ) -> Result<RowPage, OutboxError> {
        let stored = self.stored(id)?;
        Ok(self.store().row_page(&stored, window, named, limit)?)
    }

    /// What of a batch becomes a new draft: those who were not sent to, if there are any, because
    /// everybody else has it already; else everybody.
    ///
    /// # Errors
    /// [`OutboxError::NoCopy`] if it is no template batch, or for more people than a person reads.
    pub fn copy_of(&self, id: BatchId) -> Result<BatchCopy, OutboxError> {
        let batch = self.stored(id)?.batch;
        let not_sent = [ItemState::Queued, ItemState::Cancelled];
        let counts = batch.counts;
        let only_not_sent = counts.queued + counts.cancelled > 0;
        let people = if only_not_sent {
            counts.queued + counts.cancelled
        } else {
            counts.planned - counts.skipped
        };
        if batch.kind != SendKind::Template {
            let why = "only a template batch becomes a draft again".to_owned();
            return Err(OutboxError::NoCopy { batch: id, why });
        }
        if people > BatchCopy::MOST {
            let why = format!("{people} people are too many for the list of a draft");
            return Err(OutboxError::NoCopy { batch: id, why });
        }
        let mut items = Vec::new();
        if only_not_sent {
            for state in not_sent {
                let filter = ItemFilter::State(state);
                items.extend(self.items(id, filter, BatchCopy::MOST, 0)?);
            }
        } else {
            items = self.items(id, ItemFilter::All, people, 0)?;
        }
        let mut calls = Vec::new();
        for item in items {
            if let (Some(one), Some(request)) = (item.recipient, self.request_of(item.id)?) {
                calls.push((one, request));
            }
        }
        if calls.is_empty() {
            let why = "its personal text was purged".to_owned();
            return Err(OutboxError::NoCopy { batch: id, why });
        }
        Ok(BatchCopy {
            batch,
            only_not_sent,
            calls,
        })
    }

    /// The call of the same batch after an item, or before it; `None` at either end.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub fn call_beside(&self, item: ItemId, after: bool) -> Result<Option<ItemId>, OutboxError> {
        Ok(self.store().call_beside(item, after)?)
    }

    /// The place of an item among those of its batch from 1 on, and how many calls that has.
    ///
    /// # Errors
    /// [`OutboxError::Missing`] if its batch is gone.
    pub fn place_of(&self, item: &Item) -> Result<(u64, u64), OutboxError> {
        let calls = self.stored(item.batch)?.calls;
        Ok((self.store().place_of(item)?, calls))
    }
}
