//! When a `send` happens: from `--at`, `--zone` and `--hand-over` to a schedule. It must not queue.

use crate::cli::args_send::{CommonSend, HandOver};
use crate::cli::context::{Context, usage};
use crate::contract::ApiError;
use crate::domain::schedule::{PlannedTime, When, read_when};
use crate::domain::{Profile, Schedule, SendKind, Waiting};
use crate::text::format;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// What a time is read with.
pub struct Reading<'a> {
    /// The profile, for its zone and its rules.
    pub profile: &'a Profile,
    /// What is sent.
    pub kind: SendKind,
    /// How many people it goes to.
    pub people: usize,
    /// Whether a sender is alive that stays.
    pub stays: bool,
}

/// When it happens and what was agreed about the waiting.
///
/// # Errors
/// A time that cannot be read or is not one moment, and a broadcast of which nobody knows whether
/// it can be kept here.
pub fn read(
    context: &Context,
    common: &CommonSend,
    reading: &Reading<'_>,
) -> Result<(Schedule, Waiting), ApiError> {
    let mut waiting = Waiting {
        quiet: reading.profile.times.quiet,
        ..Waiting::default()
    };
    let Some(at) = &common.at else {
        return Ok((Schedule::Now, waiting));
    };
    let name = common.zone.as_deref().unwrap_or(&reading.profile.time_zone);
    let zone = TimeZone::get(name).map_err(|_| {
        usage(
            format!("there is no time zone `{name}`"),
            "Write it as Area/City, for example Asia/Kolkata.",
        )
    })?;
    let advice = "Times are read in the profile's zone unless --zone says otherwise.";
    let time = match read_when(at, &zone, context.started) {
        Ok(When::Now) => return Ok((Schedule::Now, waiting)),
        Ok(When::At(time)) => time,
        Ok(When::Ask(question)) => return Err(usage(question.to_string(), advice)),
        Err(error) => return Err(usage(error.to_string(), advice)),
    };
    let schedule = schedule(context.started, common, reading, &time)?;
    say(context, schedule, &zone);
    waiting.meant = Some(time);
    waiting.hold_on_reply = common.hold_on_reply;
    if common.hold_on_reply {
        if reading.people != 1 || schedule.due().is_none() {
            return Err(usage(
                "--hold-on-reply is for a message to one person that is kept here until its time",
                "Leave it out, or send to one person with --at.",
            ));
        }
        context.output.note(
            "It is held if the person writes first: the conversation is read directly before it \
             leaves, and if that fails it is held too.",
        );
    }
    Ok((schedule, waiting))
}

fn schedule(
    now: Timestamp,
    common: &CommonSend,
    reading: &Reading<'_>,
    time: &PlannedTime,
) -> Result<Schedule, ApiError> {
    let rules = &reading.profile.times;
    if reading.kind != SendKind::Broadcast {
        return match common.hand_over {
            None => Ok(Schedule::StartAt(time.at)),
            Some(_) => Err(usage(
                "--hand-over is for broadcasts: everything else is started from here at its time",
                "Leave --hand-over out.",
            )),
        };
    }
    let late = match common.hand_over {
        Some(HandOver::Late) => true,
        Some(HandOver::Now) => false,
        None if rules.late && !reading.stays && !common.dry_run => {
            return Err(usage(
                "no sender that stays is running, so nobody would hand this broadcast over later",
                "Start `alertdesk outbox run --stay`, or give --hand-over now (then it can only be \
                 stopped in the panel) or --hand-over late (then it needs such a sender at its time).",
            ));
        }
        None => rules.late && reading.stays,
    };
    Ok(rules.publish(time.at, late, now))
}

fn say(context: &Context, schedule: Schedule, zone: &TimeZone) {
    let shown = |at: Timestamp| format::planned(&at.to_zoned(zone.clone()));
    let line = match schedule {
        Schedule::Now => return,
        Schedule::PublishAt(at) => format!(
            "Publish time: {}. It is handed over at once and can then only be stopped in the panel.",
            shown(at)
        ),
        Schedule::PublishLate { publish, due } => format!(
            "Publish time: {}. Until {} it is kept here and `outbox cancel` takes it back.",
            shown(publish),
            shown(due)
        ),
        Schedule::StartAt(at) => format!(
            "Starts here: {}. Until then `outbox cancel` takes it back.",
            shown(at)
        ),
    };
    context.output.note(&line);
}
