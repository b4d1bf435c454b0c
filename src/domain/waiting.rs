//! What was agreed about a plan that waits for its time: how the time was meant, when nobody is to
//! be disturbed, and what stops it. It must not read the clock.

use super::approval::Approvers;
use super::draft::Schedule;
use super::schedule::PlannedTime;
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What happens to people for whom it is night.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QuietPolicy {
    /// It is said before and while it is sent.
    Warn,
    /// Whoever is awake gets it; with those who sleep it is held until a person resumes it.
    Hold,
}

/// The hours in which nobody is to be written to, by the clocks where a person lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct QuietHours {
    /// From this time of day.
    pub start: Time,
    /// Until this one; an earlier one is of the next day.
    pub end: Time,
    /// What happens then.
    pub policy: QuietPolicy,
}

/// What a profile says about times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeRules {
    /// Whether a broadcast stays here until shortly before its time; else it is handed over at
    /// once.
    pub late: bool,
    /// How long before its time that is.
    pub lead: Duration,
    /// When nobody is to be disturbed, if there is such a time.
    pub quiet: Option<QuietHours>,
}

impl Default for TimeRules {
    fn default() -> Self {
        Self {
            late: true,
            lead: Duration::from_secs(15 * 60),
            quiet: None,
        }
    }
}

impl TimeRules {
    /// How a broadcast that is published then is handed over.
    pub fn publish(&self, at: Timestamp, late: bool, now: Timestamp) -> Schedule {
        let lead = SignedDuration::try_from(self.lead).unwrap_or(SignedDuration::MAX);
        if late {
            Schedule::publish_late(at, lead, now)
        } else {
            Schedule::PublishAt(at)
        }
    }
}

/// What a person wants of a draft that waits for its time, where the profile leaves it open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WaitWish {
    /// An answer of the person before its time holds it.
    pub hold_on_reply: bool,
    /// A broadcast is kept here until shortly before its time, or is handed over at once; `None` as
    /// the profile says.
    pub late: Option<bool>,
}

/// What was agreed about the waiting of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Waiting {
    /// The time as it was meant; `None` for what goes out at once.
    pub meant: Option<PlannedTime>,
    /// Whether an answer of the person before its time holds it.
    pub hold_on_reply: bool,
    /// When nobody is to be disturbed, if the profile says so.
    pub quiet: Option<QuietHours>,
    /// Who has to approve it before anything leaves, if the profile asks for a second person.
    pub approvers: Option<Approvers>,
}
