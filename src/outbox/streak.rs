//! What counts in a row within one run of a batch, and when that stops it. A resume starts a new
//! run, and with it every count at zero.

use crate::domain::{BatchId, BotTarget, Judgement, PauseAdvice, Reason, Verdict};
use crate::store::outbox::{Stop, StopKind, StopScope};

const CONNECTIONS: u32 = 5;
const REJECTIONS: u32 = 5;
const UNKNOWNS: u32 = 3;

/// The counts of one run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Streak {
    /// Which run of the batch this counts.
    pub run: i64,
    /// Whether a first clear answer has come, so that more than one call may be on the way.
    pub proven: bool,
    connections: u32,
    rejections: Option<(RejectionKey, u32)>,
    unknowns: u32,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct RejectionKey {
    rule: &'static str,
    status: Option<u16>,
    code: Option<i64>,
    error: Option<i64>,
}

impl Streak {
    /// A run that begins.
    pub fn of_run(run: i64) -> Self {
        Self {
            run,
            ..Self::default()
        }
    }

    /// Whether calls must go one at a time: before the first answer, and after a failed connection.
    pub fn one_at_a_time(&self) -> bool {
        !self.proven || self.connections > 0
    }

    /// Counts an answer and says whether it stops the batch, or all of the bot's.
    pub fn count(
        &mut self,
        batch: BatchId,
        target: &BotTarget,
        judgement: &Judgement,
    ) -> Option<Stop> {
        let no_connection = is_no_connection(judgement);
        // An unknown proves nothing: whatever made it would make as many as there are calls.
        self.proven |= matches!(
            judgement.verdict,
            Verdict::Accepted { .. } | Verdict::Rejected
        );
        self.connections = if no_connection {
            self.connections + 1
        } else {
            0
        };
        self.unknowns = match judgement.verdict {
            Verdict::Unknown => self.unknowns + 1,
            Verdict::Accepted { .. } | Verdict::Rejected | Verdict::Retry { .. } => 0,
        };
        self.count_rejection(judgement);
        match judgement.pause {
            PauseAdvice::Bot => {
                return Some(Stop {
                    scope: StopScope::Bot(target.clone()),
                    kind: stop_kind(judgement),
                    reason: advised(judgement),
                });
            }
            PauseAdvice::Batch => {
                return Some(Stop::batch(batch, stop_kind(judgement), advised(judgement)));
            }
            PauseAdvice::GoOn => {}
        }
        self.full().map(|(kind, rule, what)| {
            let text = format!("{what} The last one: {}", judgement.sentence);
            let rule = rule.to_owned();
            Stop::batch(batch, kind, Reason { rule, text })
        })
    }

    fn count_rejection(&mut self, judgement: &Judgement) {
        if judgement.verdict != Verdict::Rejected {
            self.rejections = None;
            return;
        }
        let key = RejectionKey {
            rule: judgement.rule,
            status: judgement.http_status,
            code: judgement.platform_code,
            error: judgement.errors.first().map(|error| error.code),
        };
        let before = match &self.rejections {
            Some((last, count)) if *last == key => *count,
            Some(_) | None => 0,
        };
        self.rejections = Some((key, before + 1));
    }

    fn full(&self) -> Option<(StopKind, &'static str, &'static str)> {
        if self.connections >= CONNECTIONS {
            return Some((
                StopKind::Network,
                "no_connection",
                "Paused after five failed connections in a row.",
            ));
        }
        if self.unknowns >= UNKNOWNS {
            return Some((
                StopKind::Other,
                "unknown_in_a_row",
                "Paused after three unknown results in a row.",
            ));
        }
        let same = self.rejections.as_ref().map_or(0, |(_, count)| *count);
        (same >= REJECTIONS).then_some((
            StopKind::Other,
            "same_rejection",
            "Paused after the same rejection five times in a row.",
        ))
    }
}

/// Whether a call never reached anybody, as against one the platform asked to repeat.
pub fn is_no_connection(judgement: &Judgement) -> bool {
    judgement.http_status.is_none() && matches!(judgement.verdict, Verdict::Retry { .. })
}

fn stop_kind(judgement: &Judgement) -> StopKind {
    match judgement.http_status {
        Some(401 | 403) => StopKind::Key,
        Some(300..=399) => StopKind::Network,
        // Without an answer only a certificate or the like is a definite refusal.
        None if judgement.verdict == Verdict::Rejected || is_no_connection(judgement) => {
            StopKind::Network
        }
        Some(_) | None => StopKind::Other,
    }
}

fn advised(judgement: &Judgement) -> Reason {
    Reason {
        rule: judgement.rule.to_owned(),
        text: judgement.sentence.clone(),
    }
}
