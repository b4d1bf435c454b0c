//! The list of people who must never be written to, as every process may change it. Plans and
//! claims look at it by themselves.

use super::error::OutboxError;
use super::queue::Outbox;
use crate::domain::{BotTarget, OptOut, OptOutNote, OptOutSource};
use crate::store::outbox::audit::operator;

impl Outbox {
    /// Puts people on the list of an account, as [`crate::domain::Recipient::text`] has them. Says
    /// of each, in order, whether it is new; who was there stays as noted first.
    ///
    /// # Errors
    /// [`OutboxError::Copied`], [`OutboxError::Store`]; then nobody was put there.
    pub fn suppress(
        &self,
        target: &BotTarget,
        people: &[String],
        (source, reason): (OptOutSource, &str),
    ) -> Result<Vec<bool>, OutboxError> {
        let note = OptOutNote {
            since: self.now(),
            who: operator(),
            source,
            reason: reason.trim().to_owned(),
        };
        let added = self.record()?.suppress(target, people, &note)?;
        self.tell();
        Ok(added)
    }

    /// Takes people off the list. Says of each, in order, whether it was there.
    ///
    /// # Errors
    /// [`OutboxError::Copied`], [`OutboxError::Store`]; then nobody was taken off.
    pub fn unsuppress(
        &self,
        target: &BotTarget,
        people: &[String],
    ) -> Result<Vec<bool>, OutboxError> {
        let removed = self.record()?.unsuppress(target, people)?;
        self.tell();
        Ok(removed)
    }

    /// Everybody on the list of an account, the newest first.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub fn suppressed(&self, target: &BotTarget) -> Result<Vec<OptOut>, OutboxError> {
        Ok(self.store().suppressed(target)?)
    }

    /// Those of these people who are on the list.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub fn suppressed_among(
        &self,
        target: &BotTarget,
        people: &[String],
    ) -> Result<Vec<OptOut>, OutboxError> {
        let people: Vec<&str> = people.iter().map(String::as_str).collect();
        let found = self.store().suppressed_among(target, &people)?;
        Ok(found.into_iter().map(|(_, one)| one).collect())
    }
}
