//! What is known about a send after a try. Produced by the one classifier, stored with the attempt.

use super::audience::row_rules;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What can be said about one call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Positive evidence: the platform took it.
    Accepted {
        /// The platform's id; without one the call cannot be tracked.
        message_id: Option<String>,
        /// Set where the evidence is thin or something is missing, as a sentence.
        note: Option<String>,
    },
    /// Definite refusal.
    Rejected,
    /// Provably not processed; may be tried again.
    Retry {
        /// The wait the platform asked for.
        after: Option<Duration>,
    },
    /// Cannot be known; only a person may decide.
    Unknown,
}

/// Whether the batch should stop because of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseAdvice {
    /// Go on.
    GoOn,
    /// Pause this batch now: every further call would meet the same.
    Batch,
    /// Pause everything for this bot now (key refused).
    Bot,
}

/// One entry of the platform's error list, word for word, with our explanation beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformError {
    /// The number as sent; [`PlatformError::NO_CODE`] if the entry has none.
    pub code: i64,
    /// The platform's short text.
    pub title: Option<String>,
    /// The platform's long text.
    pub details: Option<String>,
    /// What the number means, if it is known.
    pub meaning: Option<String>,
    /// What to do about it, if it is known.
    pub advice: Option<String>,
}

impl PlatformError {
    /// Stands for the number of an entry that came without a readable one. Nobody uses negative
    /// numbers, while 0 has a meaning of its own.
    pub const NO_CODE: i64 = -1;
}

/// The classifier's answer, stored with the attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What is known.
    pub verdict: Verdict,
    /// Stable id of the rule that decided, for example `template_accepted`.
    pub rule: &'static str,
    /// Whether to stop.
    pub pause: PauseAdvice,
    /// HTTP status, if one arrived.
    pub http_status: Option<u16>,
    /// `status.code` of the answer, if it could be read.
    pub platform_code: Option<i64>,
    /// The platform's error list.
    pub errors: Vec<PlatformError>,
    /// Whether the refusal is of the passing kind that "retry only the failed" offers.
    pub transient: bool,
    /// One clear sentence: what happened and what to do. Never contains the key.
    pub sentence: String,
}

/// The rule a verdict was reached by, in a few words for a person.
pub fn rule_in_words(rule: &str) -> String {
    let words = match rule {
        "broken_after_start" => "the connection broke while it was on its way",
        "answer_timeout" => "no answer came in time",
        "process_stopped" => "the program stopped while it was on its way",
        "conflicting_status" | "contradiction_errors" | "contradiction_false" => {
            "the answer contradicts itself"
        }
        "body_not_json" | "body_html" | "body_too_large" | "contract_changed" => {
            "the answer cannot be read"
        }
        "bulk_failure_2000" => "the platform answered failure for all at once",
        "refused_code" | "refused_false" => "refused by the platform",
        "by_person" => "a person decided",
        "read_back" => "found in the conversation",
        "http_401" | "http_403" => "the key was refused",
        // Also why a row was left out.
        other => return row_rules::short(other),
    };
    words.to_owned()
}
