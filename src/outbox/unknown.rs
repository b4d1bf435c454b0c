//! Unknown results: what there is to know of each, and what a person decides. Nothing here sends;
//! what is to be sent again becomes a paused batch that needs the number of its people.

use super::error::OutboxError;
use super::queue::Outbox;
use crate::contract::unknown::{Look, Phase, ReadBackBy, Settled, Settlement, UnknownItem};
use crate::domain::read_back::ids_in_answer;
use crate::domain::sent_text::{SentText, sent_text, template_of};
use crate::domain::unknown::ARRIVAL;
use crate::domain::{Batch, BatchId, Decision, FrozenRequest, ItemId, SendKind, Template};
use crate::store::Library;
use crate::store::outbox::{
    Asked, Chosen, PROCESS_STOPPED, Refusal, Retry, Ruled, Ruling, UnknownRow,
};
use jiff::Timestamp;

impl Outbox {
    /// Unknown results with their evidence, the newest batch first; of one batch or of all.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub fn unknowns(
        &self,
        only: Option<BatchId>,
        limit: u64,
    ) -> Result<Vec<UnknownItem>, OutboxError> {
        let rows = self.store().unknown_rows(only, limit)?;
        rows.iter().map(|row| self.evidence(row)).collect()
    }

    /// One unknown result; `None` if it is not unknown.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub fn unknown(&self, item: ItemId) -> Result<Option<UnknownItem>, OutboxError> {
        let row = self.store().unknown_row(item)?;
        row.map(|row| self.evidence(&row)).transpose()
    }

    /// Results of a batch that came to light after they had been closed otherwise.
    ///
    /// # Errors
    /// [`OutboxError::Store`].
    pub fn late_evidence(&self, batch: BatchId) -> Result<Vec<(ItemId, String)>, OutboxError> {
        Ok(self.store().late_evidence(batch)?)
    }

    /// What there is to know of an unknown result.
    pub(super) fn evidence(&self, row: &UnknownRow) -> Result<UnknownItem, OutboxError> {
        let words = self.words_of(row.batch.batch.kind, &row.request)?;
        let attempt = &row.attempt;
        let phase = if attempt.rule.as_deref() == Some(PROCESS_STOPPED) {
            Phase::ProcessStopped
        } else if attempt.http_status.is_some() {
            Phase::Answered
        } else {
            Phase::NoAnswer
        };
        let duration = attempt
            .duration
            .and_then(|duration| u64::try_from(duration.as_millis()).ok());
        let (read_back, look_yourself) = ways(row, &words);
        Ok(UnknownItem {
            item: row.item.clone(),
            kind: row.batch.batch.kind,
            title: row.batch.batch.title.clone(),
            profile: row.batch.batch.profile.clone(),
            text: shown(words),
            started: attempt.started,
            duration_ms: duration.filter(|_| phase != Phase::ProcessStopped),
            body_bytes: row.request.body.bytes().len() as u64,
            phase,
            sentence: attempt.sentence.clone(),
            response: attempt.response.clone().filter(|text| !text.is_empty()),
            read_back,
            look_yourself,
            looked: row.look.clone().map(|(at, found)| Look { at, found }),
            wait_until: wait_until(attempt.started),
            late_evidence: attempt.late_evidence.clone(),
        })
    }

    /// What a call says, by the words of its template that are known here.
    pub(super) fn words_of(
        &self,
        kind: SendKind,
        request: &FrozenRequest,
    ) -> Result<SentText, OutboxError> {
        let versions: Vec<Template> = match template_of(kind, request) {
            Some((name, language)) => {
                let kept = Library::of(self.store()).template_versions(&name, &language)?;
                kept.into_iter().map(|version| version.template).collect()
            }
            None => Vec::new(),
        };
        Ok(sent_text(kind, request, &versions))
    }

    /// Settles unknown results as a person says. What is marked as not accepted becomes a new
    /// paused batch of the very same calls.
    ///
    /// # Errors
    /// [`OutboxError::Unknown`] if nothing was decided, with the reason.
    pub fn settle(&self, settlement: &Settlement, who: &str) -> Result<Settled, OutboxError> {
        self.rule(Chosen::Items(&settlement.items), settlement, who)
    }

    /// [`Outbox::settle`] for everything unknown of a batch; the count of the settlement is the
    /// number of people and its list of items is not used.
    ///
    /// # Errors
    /// As [`Outbox::settle`], and [`OutboxError::Missing`].
    pub fn settle_batch(
        &self,
        batch: BatchId,
        settlement: &Settlement,
        who: &str,
    ) -> Result<Settled, OutboxError> {
        self.stored(batch)?;
        self.rule(Chosen::Batch(batch), settlement, who)
    }

    fn rule(
        &self,
        chosen: Chosen<'_>,
        settlement: &Settlement,
        who: &str,
    ) -> Result<Settled, OutboxError> {
        let typed = settlement
            .count
            .map_or_else(String::new, |count| count.to_string());
        let ruling = Ruling {
            chosen,
            decision: settlement.decision,
            count: settlement.count,
            who,
            reason: &settlement.reason,
            asked: self.asked(&typed),
        };
        let ruled = self
            .store()
            .resolve(&ruling)?
            .map_err(|refusal| OutboxError::Unknown(sentence(&refusal), fault(&refusal)))?;
        self.tell();
        self.settled(settlement.decision, ruled)
    }

    fn settled(&self, decision: Decision, ruled: Ruled) -> Result<Settled, OutboxError> {
        let show = |ids: Vec<BatchId>| -> Result<Vec<Batch>, OutboxError> {
            ids.into_iter().map(|id| self.show(id)).collect()
        };
        Ok(Settled {
            decision,
            items: ruled.items,
            changed: show(ruled.changed)?,
            made: show(ruled.made)?,
        })
    }

    /// Makes one new paused batch of everything that was refused for a reason that passes.
    ///
    /// # Errors
    /// [`OutboxError::Unknown`] if there is nothing to try again, [`OutboxError::Missing`].
    pub fn retry(&self, id: BatchId) -> Result<Batch, OutboxError> {
        match self.store().retry(id, self.asked(""))? {
            Retry::Made(made) => {
                self.tell();
                self.show(made)
            }
            Retry::Missing => Err(OutboxError::Missing(id)),
            Retry::Tampered(item) => {
                let refusal = Refusal::Tampered(item);
                Err(OutboxError::Unknown(sentence(&refusal), fault(&refusal)))
            }
            Retry::Nothing { passing: 0, .. } => {
                let text = format!(
                    "nothing of batch {} was refused for a reason that passes, so nothing can be tried again",
                    id.0
                );
                Err(OutboxError::Unknown(text, Fault::Refused))
            }
            Retry::Nothing { passing, again } => {
                let text = format!(
                    "nothing of batch {} is left to try again: of {passing} refused for a reason that passes {again} are in a newer batch",
                    id.0
                );
                Err(OutboxError::Unknown(text, Fault::Refused))
            }
        }
    }

    fn asked<'a>(&'a self, typed: &'a str) -> Asked<'a> {
        Asked {
            now: self.now(),
            owner: self.owner(),
            typed,
        }
    }
}

/// Whether the person or the record is at fault, for the exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// A wrong number.
    Usage,
    /// No such thing.
    Missing,
    /// It cannot be done, or not yet.
    Refused,
}

/// When a message has had its time to show up.
pub(super) fn wait_until(started: Timestamp) -> Timestamp {
    started.saturating_add(ARRIVAL).unwrap_or(Timestamp::MAX)
}

/// The words for people; a template without known words by its name and values.
fn shown(words: SentText) -> Option<String> {
    match words {
        SentText::Words(words) => Some(words),
        SentText::Template {
            name,
            language,
            values,
        } if values.is_empty() => Some(format!("template {name} ({language})")),
        SentText::Template {
            name,
            language,
            values,
        } => Some(format!(
            "template {name} ({language}): {}",
            values.join(" · ")
        )),
        SentText::Flow | SentText::Several => None,
    }
}

/// How a look at the conversation could prove it, and what to do where it cannot.
fn ways(row: &UnknownRow, words: &SentText) -> (ReadBackBy, Option<String>) {
    let batch = &row.batch.batch;
    let list = matches!(batch.kind, SendKind::Broadcast | SendKind::CsvBroadcast);
    let panel = || {
        let place = match row.batch.publish_at {
            Some(_) => "Scheduled or Published",
            None => "Published",
        };
        format!(
            "Look in the panel under Broadcast → {place} for {}.",
            batch.title
        )
    };
    if row.item.recipient.is_none() || (list && row.batch.publish_at.is_some()) {
        return (ReadBackBy::Nobody, Some(panel()));
    }
    let ids = known_ids(row);
    match words {
        SentText::Words(_) => (ReadBackBy::Text, list.then(panel)),
        SentText::Template { .. } | SentText::Flow | SentText::Several if !ids.is_empty() => {
            (ReadBackBy::MessageId, None)
        }
        SentText::Several if list => (ReadBackBy::Nobody, Some(panel())),
        SentText::Flow => {
            let text = "What a flow says lies with the platform, and it gives no id. Look on the phone or in the panel.";
            (ReadBackBy::Nobody, Some(text.to_owned()))
        }
        SentText::Template { .. } | SentText::Several => {
            let text = format!(
                "The words of {} are not known here, so only the platform's id of the message could prove it, and its answer told none. Look on the phone or in the panel.",
                batch.title
            );
            (ReadBackBy::Nobody, Some(text))
        }
    }
}

/// Ids of the message that the platform's answer told, as far as it came.
pub(super) fn known_ids(row: &UnknownRow) -> Vec<String> {
    let answer = row.attempt.response.as_deref().unwrap_or_default();
    let mut ids = ids_in_answer(answer);
    ids.extend(row.item.message_id.clone());
    ids
}

fn fault(refusal: &Refusal) -> Fault {
    match refusal {
        Refusal::Missing(_) => Fault::Missing,
        Refusal::Count(_) | Refusal::Nobody => Fault::Usage,
        Refusal::Settled(_) | Refusal::Nothing(_) | Refusal::TooEarly(_) | Refusal::Tampered(_) => {
            Fault::Refused
        }
    }
}

fn sentence(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Missing(item) => format!("there is no item {}", item.0),
        Refusal::Settled(item) => format!(
            "nothing was decided: item {} is {}, not unknown",
            item.id.0, item.state
        ),
        Refusal::Nobody => "nothing was named, so nothing was decided".to_owned(),
        Refusal::Nothing(batch) => format!("nothing of batch {} is unknown", batch.0),
        Refusal::Count(people) => {
            format!("nothing was decided: this is about {people}, confirm with {people}")
        }
        Refusal::TooEarly(until) => format!(
            "nothing was decided: a message can take 15 minutes to show up, so several at once can be sent again after {until:.0}"
        ),
        Refusal::Tampered(item) => format!(
            "nothing was made: the stored call of item {} is not the one that was confirmed",
            item.0
        ),
    }
}
