//! The rows of a review about time: when, how fast, and until when it can be taken back.

use super::State;
use crate::contract::SenderState;
use crate::domain::{Plan, Schedule};
use crate::text::format;
use jiff::{Timestamp, Zoned};
use std::time::Duration;

/// When and how fast.
pub fn when(plan: &Plan, now: &Zoned) -> Vec<(&'static str, String)> {
    let planned = |at: Timestamp| format::planned(&at.to_zoned(now.time_zone().clone()));
    let at = match plan.schedule {
        Schedule::Now => at_once(plan).to_owned(),
        Schedule::PublishAt(at) => format!("published by the platform {}", planned(at)),
        Schedule::PublishLate { publish, due } => format!(
            "published by the platform {}, handed over {}",
            planned(publish),
            format::clock(&due.to_zoned(now.time_zone().clone()))
        ),
        Schedule::StartAt(at) => format!("started here {}", planned(at)),
    };
    let mut rows = vec![("When", at)];
    if plan.waiting.hold_on_reply {
        rows.push((
            "Reply",
            "it is held if the person writes before that".to_owned(),
        ));
    }
    if plan.calls.len() > 1 {
        rows.push(("Speed", speed(plan)));
    }
    rows
}

/// When a plan without a time leaves.
pub fn at_once(plan: &Plan) -> &'static str {
    match plan.waiting.approvers {
        Some(_) => "once it is approved",
        None => "now",
    }
}

/// How long the calls take.
pub fn about(plan: &Plan) -> String {
    let limits = plan.limits;
    let seconds = plan.calls.len() as u64 * 60 / u64::from(limits.per_minute.max(1));
    let seconds = seconds.max(u64::from(limits.spread_minutes) * 60);
    format::estimate(Duration::from_secs(seconds))
}

fn speed(plan: &Plan) -> String {
    let limits = plan.limits;
    let about = about(plan);
    let mut speed = format!("{}/min, {about}", limits.per_minute);
    if limits.spread_minutes > 0 {
        speed = format!("spread evenly over {about}");
    }
    if limits.canary > 0 {
        speed.push_str(&format!(". After {} it waits for you.", limits.canary));
    }
    speed
}

/// What can be undone until when.
pub fn until(state: &State, now: &Zoned) -> String {
    let seconds = format::duration(state.grace);
    let at_once = format::people(state.facts.at_once);
    let clock = |at: Timestamp| format::clock(&at.to_zoned(now.time_zone().clone()));
    let last = match state.plan.schedule {
        Schedule::Now if state.plan.calls.len() > 1 => {
            "While it runs, H pauses at once. What was accepted cannot be taken back.".to_owned()
        }
        Schedule::Now => "What was accepted cannot be taken back.".to_owned(),
        Schedule::PublishAt(_) => {
            "After that it can only be stopped in the panel: this API has no cancel.".to_owned()
        }
        Schedule::PublishLate { due, .. } => format!(
            "Until {0} it waits on this computer and C takes it back. At {0} it is handed to the \
             platform, in {1}. After that it can only be stopped in the panel: this API has no \
             cancel. A sender must be running at {0}: {2}.",
            clock(due),
            format::counted(state.plan.calls.len() as u64, "call"),
            alive(state.sender)
        ),
        Schedule::StartAt(at) => format!(
            "Until {0} it waits on this computer and C takes it back. A sender must be running at \
             {0}: {1}. More than 2 min late it is held, never sent.",
            clock(at),
            alive(state.sender)
        ),
    };
    let first = match state.plan.waiting.approvers {
        Some(_) => "Nothing leaves this computer before a second person has approved it and R \
                    resumes it."
            .to_owned(),
        None => format!("For {seconds} nothing leaves this computer and u stops it."),
    };
    format!(
        "{first} {last} If this computer fails while it runs, at most {at_once} can become unknown."
    )
}

/// Who would be there, as far as it is known now.
pub fn alive(sender: SenderState) -> String {
    match sender {
        SenderState::ThisProcess => "now it is this window".to_owned(),
        SenderState::Other { pid } => format!("now it is process {pid}"),
        SenderState::Nobody | SenderState::CopiedFolder => "now nobody sends".to_owned(),
    }
}
