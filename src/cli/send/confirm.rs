//! The confirmation of a send: the number of recipients, given or typed. Enter alone never
//! confirms.

use crate::cli::args_send::CommonSend;
use crate::cli::context::{Context, usage};
use crate::contract::{ApiError, ErrorKind};
use crate::domain::{Plan, Profile, Schedule};
use crate::text::format::counted;
use std::io::{BufRead, IsTerminal};

/// Gives what was typed once it is the number of recipients.
///
/// # Errors
/// A wrong number, no terminal and no `--confirm`, or a person who stopped. Nothing is queued.
pub fn confirm(
    context: &Context,
    plan: &Plan,
    profile: &Profile,
    common: &CommonSend,
) -> Result<String, ApiError> {
    let expected = plan.recipients();
    if let Some(given) = common.confirm {
        if given == expected {
            return Ok(expected.to_string());
        }
        return Err(usage(
            format!("nothing was queued: this reaches {expected}, but --confirm says {given}"),
            format!("Look at the plan with --dry-run, then give --confirm {expected}."),
        ));
    }
    if !(std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        return Err(usage(
            format!(
                "nothing was queued: without a terminal a send needs --confirm COUNT, and this reaches {expected}"
            ),
            format!("Look at the plan with --dry-run, then give --confirm {expected}."),
        ));
    }
    for line in review(plan, profile) {
        context.output.note(&line);
    }
    context.output.note(&format!(
        "Type {expected} and Enter to send; anything else stops."
    ));
    let mut typed = String::new();
    let read = std::io::stdin().lock().read_line(&mut typed);
    if read.is_ok() && typed.trim() == expected.to_string() {
        return Ok(expected.to_string());
    }
    Err(ApiError::new(
        ErrorKind::Refused,
        "nothing was queued: the number was not typed",
        "Give the command again to send it.",
    ))
}

fn review(plan: &Plan, profile: &Profile) -> Vec<String> {
    let when = match plan.schedule {
        Schedule::Now => "at once".to_owned(),
        Schedule::PublishAt(time) => format!("published {time}"),
        Schedule::PublishLate { publish, due } => {
            format!("handed over {due}, published {publish}")
        }
        Schedule::StartAt(time) => format!("started here {time}"),
    };
    let calls = counted(plan.calls.len() as u64, "call");
    let mut lines = vec![
        format!("{} {} by profile {profile}", plan.kind, plan.title),
        format!(
            "{} recipients in {calls}, {when}, {} a minute; plan {}",
            plan.recipients(),
            plan.limits.per_minute,
            plan.sha256.short()
        ),
    ];
    if !plan.skipped.is_empty() {
        lines.push(format!(
            "{} skipped; --dry-run lists them",
            plan.skipped.len()
        ));
    }
    lines.extend(plan.notes.iter().cloned());
    lines
}
