//! What the engine tells the screen: each call once, each batch at most four times a second and
//! once more at the end.

use super::clock::Moment;
use super::engine::Finished;
use super::needs_person::needs_person;
use crate::contract::{CallDetail, CallDirection, CallOutcome, CallRecord, OutboxEvent};
use crate::domain::{Batch, BatchId, BatchState, Reason, RequestBody, Verdict};
use crate::store::StoreError;
use crate::store::outbox::{OutboxStore, Outcome, StoredBatch};
use std::collections::HashMap;
use std::time::Duration;

const BATCH_INTERVAL: Duration = Duration::from_millis(250);

/// Remembers what was told.
#[derive(Debug, Default)]
pub(super) struct Reporter {
    told: HashMap<BatchId, Told>,
    /// The state and run in which somebody was called for a batch last, or needed not be.
    called: HashMap<BatchId, (BatchState, i64)>,
    events: Vec<OutboxEvent>,
    data_version: Option<i64>,
    begun: bool,
    outside: bool,
}

#[derive(Debug)]
struct Told {
    batch: Batch,
    at: Option<Duration>,
    open: bool,
}

impl Reporter {
    /// Whether another connection has written since this was asked last.
    pub fn changed_outside(&mut self, store: &OutboxStore) -> bool {
        let version = store.data_version().ok();
        self.outside |= version.is_none() || version != self.data_version;
        self.data_version = version;
        self.outside
    }

    /// Tells batches that look different now. Gives the time at which to look again, if a
    /// change is kept back for a moment.
    pub fn compare(
        &mut self,
        store: &OutboxStore,
        now: Moment,
    ) -> Result<Option<Duration>, StoreError> {
        let mut current = store.unfinished()?;
        let mut wake = None;
        let open: Vec<BatchId> = current.iter().map(|stored| stored.batch.id).collect();
        if self.outside {
            current = store.batches()?;
        } else {
            for (id, told) in &self.told {
                if told.open && !open.contains(id) {
                    current.extend(store.batch(*id)?);
                }
            }
        }
        for stored in current {
            let is_open = open.contains(&stored.batch.id);
            self.call_person(&stored);
            let again = self.tell(stored.batch, is_open, now);
            wake = match (wake, again) {
                (Some(left), Some(right)) => Some(Duration::min(left, right)),
                (left, right) => left.or(right),
            };
        }
        self.begun = true;
        self.outside = false;
        Ok(wake)
    }

    /// Calls for a batch that a recovery stopped: it stands so since before this sender began.
    pub fn recovered(&mut self, stored: &StoredBatch) {
        self.called.remove(&stored.batch.id);
        self.call_person(stored);
    }

    /// Calls a person, once for each state and run; what stood so before is no news.
    fn call_person(&mut self, stored: &StoredBatch) {
        let here = (stored.batch.state, stored.runs);
        if self.called.insert(stored.batch.id, here) != Some(here) && self.begun {
            let call = needs_person(stored).map(Box::new);
            self.events.extend(call.map(OutboxEvent::PersonNeeded));
        }
    }

    fn tell(&mut self, batch: Batch, open: bool, now: Moment) -> Option<Duration> {
        let before = self.told.get(&batch.id);
        if before.is_some_and(|told| told.batch == batch && told.open == open) {
            return None;
        }
        let state_changed = before.is_none_or(|told| told.batch.state != batch.state);
        let due = before
            .and_then(|told| told.at)
            .map(|at| at + BATCH_INTERVAL);
        if let Some(due) = due.filter(|due| !state_changed && open && now.steady < *due) {
            return Some(due);
        }
        // What was finished before this sender began is no news.
        let news = self.begun || open;
        let told = Told {
            batch: batch.clone(),
            at: news.then_some(now.steady),
            open,
        };
        self.told.insert(batch.id, told);
        if news {
            self.events.push(OutboxEvent::BatchChanged(Box::new(batch)));
        }
        None
    }

    /// Tells how a call ended.
    pub fn call(&mut self, call: &Finished, outcome: &Outcome, now: Moment) {
        let record = call_record(call, outcome, now);
        self.events
            .push(OutboxEvent::CallFinished(Box::new(record)));
    }

    /// Tells that the record could not be written.
    pub fn trouble(&mut self, batch: BatchId, rule: &str, text: &str, now: Moment) {
        let told = (CallOutcome::Failed, "not written");
        let advice = "Look at the disk, then resume the batch.";
        let detail = local_detail(batch, rule, text, advice);
        self.local(told, detail, now);
    }

    /// Tells that people sleep to whom a batch is being sent.
    pub fn night(&mut self, batch: BatchId, hours: &str, now: Moment) {
        let text = format!(
            "It is night for people it is sent to now ({hours} where they live). The profile only \
             says so."
        );
        let advice = "Pause it if it shall wait for the morning; quiet_hours.policy = \"hold\" \
                      leaves those who sleep for then.";
        let detail = local_detail(batch, Reason::QUIET, &text, advice);
        self.local((CallOutcome::Done, "quiet hours"), detail, now);
    }

    fn local(&mut self, (outcome, result): (CallOutcome, &str), detail: CallDetail, now: Moment) {
        let record = CallRecord {
            started: now.wall,
            duration: Duration::ZERO,
            direction: CallDirection::Local,
            label: detail.batch.map_or_else(String::new, |id| id.to_string()),
            outcome,
            result: result.to_owned(),
            http_status: None,
            detail: Box::new(detail),
        };
        self.events
            .push(OutboxEvent::CallFinished(Box::new(record)));
    }

    /// Everything to tell since the last time.
    pub fn take_events(&mut self) -> Vec<OutboxEvent> {
        std::mem::take(&mut self.events)
    }
}

fn local_detail(batch: BatchId, rule: &str, text: &str, advice: &str) -> CallDetail {
    CallDetail {
        sentence: text.to_owned(),
        advice: advice.to_owned(),
        rule: Some(rule.to_owned()),
        batch: Some(batch),
        ..CallDetail::default()
    }
}

fn call_record(call: &Finished, outcome: &Outcome, now: Moment) -> CallRecord {
    let judgement = &call.judged.judgement;
    let request = &call.marked.request;
    let candidate = &call.marked.candidate;
    let whom = match &candidate.recipient {
        Some(digits) => format!("…{}", tail(digits)),
        None => format!("{} people", candidate.recipients),
    };
    let (state, result) = match &judgement.verdict {
        Verdict::Accepted { .. } => (CallOutcome::Accepted, "accepted".to_owned()),
        Verdict::Rejected => (CallOutcome::Rejected, rejected_as(outcome)),
        Verdict::Unknown => (CallOutcome::Unknown, "unknown".to_owned()),
        Verdict::Retry { .. } => (CallOutcome::Waiting, waiting_as(outcome, now)),
    };
    let message_id = match &judgement.verdict {
        Verdict::Accepted { message_id, .. } => message_id.clone(),
        Verdict::Rejected | Verdict::Unknown | Verdict::Retry { .. } => None,
    };
    CallRecord {
        started: call.started.wall,
        duration: outcome.duration,
        direction: CallDirection::Send,
        label: format!("{} {whom}", call.batch),
        outcome: state,
        result,
        http_status: outcome.http_status,
        detail: Box::new(CallDetail {
            sentence: outcome.sentence.clone(),
            advice: String::new(),
            request: format!("{} {}", request.method, request.url),
            request_bytes: body_len(&request.body),
            request_sha256: Some(request.body_sha256.clone()),
            response: outcome.response.clone(),
            platform_code: outcome.platform_code,
            platform_text: outcome.errors.first().and_then(|error| error.title.clone()),
            errors: outcome.errors.clone(),
            message_id,
            rule: Some(outcome.rule.clone()),
            attempt: call.marked.number,
            batch: Some(call.batch),
            recipient: candidate.recipient.clone(),
            series: None,
            retry_at: outcome.retry_at,
            server_clock: None,
        }),
    }
}

fn rejected_as(outcome: &Outcome) -> String {
    let code = outcome.errors.first().map(|error| error.code);
    match code.or(outcome.platform_code).filter(|code| *code != 1000) {
        Some(code) => code.to_string(),
        None => "rejected".to_owned(),
    }
}

fn waiting_as(outcome: &Outcome, now: Moment) -> String {
    let at = outcome.retry_at.unwrap_or(now.wall);
    let seconds = at.duration_since(now.wall).as_secs_f64().ceil();
    format!("waiting {seconds:.0} s")
}

fn tail(digits: &str) -> &str {
    digits
        .get(digits.len().saturating_sub(4)..)
        .unwrap_or(digits)
}

fn body_len(body: &RequestBody) -> usize {
    match body {
        RequestBody::Empty => 0,
        RequestBody::Json(text) => text.len(),
        RequestBody::Multipart { .. } => body.bytes().len(),
    }
}
