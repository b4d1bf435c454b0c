//! `send …`: from options to a plan, its confirmation, the durable queue and, with `--wait`, its
//! end. A plan is made once; what is shown, confirmed and sent are the same bytes.

mod checks;
mod confirm;
pub mod document;
mod draft;
pub mod people;
mod time;

use super::args_send::{CommonSend, SendCommand};
use super::connect::Line;
use super::context::{Context, block_on, usage};
use super::exit::ExitStatus;
use super::outbox::{self, Finish};
use super::signals::StopSignals;
use crate::contract::{ApiError, ErrorKind, SenderState};
use crate::domain::opt_out::OPTED_OUT;
use crate::domain::{Batch, BatchState, Plan, Profile, SkippedRow};
use crate::outbox::twins::{self, DUPLICATE, Planning};
use crate::outbox::{Confirmation, FreezeError, Outbox, note_limits};
use crate::text::format::counted;
use checks::Checks;
use std::time::Duration;

/// Plans, confirms and queues a send.
///
/// # Errors
/// What is wrong with the options, the rows, the confirmation or the record. Nothing is queued
/// then.
pub fn run(context: &Context, command: &SendCommand) -> Result<ExitStatus, ApiError> {
    let common = draft::common(command);
    let people = draft::people(command);
    check_times(common)?;
    checks::check_rejects(people)?;
    let settings = context.settings()?;
    let connection = settings.connection()?;
    let library = context.library(&settings)?;
    let folder = &settings.folders.data.path;
    let outbox = outbox::open_at(folder)?;
    let stays = outbox.somebody_stays()?;
    let line = Line::new(context, connection);
    let draft = draft::build(&line, &library, &settings, command, stays)?;
    let mut profile = connection.profile.clone();
    if common.dry_run {
        // A dry run sends nothing, so that people who may only read can look at plans.
        profile.read_only = false;
    }
    let nonce = format!("{}-{}", context.started.as_nanosecond(), std::process::id());
    let planning = Planning {
        profile: &profile,
        now: context.started,
        nonce: &nonce,
        override_reason: override_reason(common)?,
        shows_twins: false,
    };
    let mut plan = twins::plan(&draft, planning, Some(outbox.store()));
    if let Ok(plan) = &mut plan {
        note_limits(plan, outbox.store(), &connection.day, context.started);
    }
    let left_out = skipped_of(&plan);
    checks::write_file(context, people, &draft.audience, left_out)?;
    checks::stop_at(&draft.audience.choices, left_out)?;
    if common.strict {
        refuse_bad_rows(left_out)?;
    }
    if common.dry_run {
        let now = draft.audience.rows.iter().map(|row| &row.recipient);
        let compared = people::compare(people, &settings, now)?;
        let checks = Checks::of(&draft.audience, &plan, compared);
        return dry_run(context, plan, &checks);
    }
    let plan = plan.map_err(|error| refused(&error, context))?;
    let typed = confirm::confirm(context, &plan, &profile, common)?;
    let confirmed = Confirmed {
        plan,
        typed,
        common,
    };
    block_on(queue(&line, &profile, &outbox, confirmed))
}

struct Confirmed<'a> {
    plan: Plan,
    typed: String,
    common: &'a CommonSend,
}

async fn queue(
    line: &Line<'_>,
    profile: &Profile,
    outbox: &Outbox,
    confirmed: Confirmed<'_>,
) -> Result<ExitStatus, ApiError> {
    let context = line.context;
    let Confirmed {
        plan,
        typed,
        common,
    } = confirmed;
    // Before the queue and not in it: a command that ends must leave a batch that can be sent,
    // and one that is stopped in its grace must leave nothing.
    let mut signals = StopSignals::listen()?;
    wait_out_grace(context, &mut signals, grace(profile, common)).await?;
    // The key is fetched before anything is queued, so that a wrong setting leaves nothing behind.
    let provider = if common.wait {
        Some(line.transports().await?)
    } else {
        None
    };
    let confirmation = Confirmation {
        typed,
        grace: Duration::ZERO,
    };
    let batch = outbox.queue(&plan, &confirmation)?;
    if let Some(provider) = provider {
        let finish = Finish { signals, provider };
        return outbox::send_and_wait(context, outbox, batch.id, finish).await;
    }
    outbox::print_batch(context, &batch);
    say_who_sends(context, outbox, &batch)?;
    Ok(ExitStatus::Done)
}

fn grace(profile: &Profile, common: &CommonSend) -> Duration {
    let asked = Duration::from_secs(common.grace.unwrap_or(0));
    asked.max(profile.guard.shortest_grace())
}

async fn wait_out_grace(
    context: &Context,
    signals: &mut StopSignals,
    grace: Duration,
) -> Result<(), ApiError> {
    if grace.is_zero() {
        return Ok(());
    }
    let seconds = counted(grace.as_secs(), "second");
    context
        .output
        .note(&format!("Nothing leaves for {seconds}; Ctrl-C stops it."));
    tokio::select! {
        () = tokio::time::sleep(grace) => Ok(()),
        _ = signals.next() => Err(ApiError::new(
            ErrorKind::Refused,
            "stopped in its grace time, nothing was queued",
            "Give the command again to send it.",
        )),
    }
}

fn say_who_sends(context: &Context, outbox: &Outbox, batch: &Batch) -> Result<(), ApiError> {
    if batch.state == BatchState::Scheduled {
        return say_who_waits(context, outbox, batch);
    }
    let who = match outbox.sender()? {
        SenderState::Nobody | SenderState::CopiedFolder => {
            "No sender is running: `alertdesk outbox run` sends it. After 10 minutes it is held."
                .to_owned()
        }
        SenderState::ThisProcess | SenderState::Other { pid: 0 } => {
            "The running sender sends it.".to_owned()
        }
        SenderState::Other { pid } => format!("Process {pid} sends it."),
    };
    context
        .output
        .note(&format!("Batch {} is queued. {who}", batch.id));
    Ok(())
}

/// A batch that waits for its time needs somebody who is there then.
fn say_who_waits(context: &Context, outbox: &Outbox, batch: &Batch) -> Result<(), ApiError> {
    let who = if outbox.somebody_stays()? {
        "A sender stays for it."
    } else {
        "It needs a sender that stays: `alertdesk outbox run --stay`. What is more than 2 minutes \
         late is held, never sent."
    };
    context
        .output
        .note(&format!("Batch {} waits for its time. {who}", batch.id));
    Ok(())
}

/// Why twins are sent all the same: a reason that somebody can read later.
fn override_reason(common: &CommonSend) -> Result<Option<&str>, ApiError> {
    match common.allow_duplicates.as_deref().map(str::trim) {
        Some("") => Err(usage(
            "--allow-duplicates needs a reason",
            "Say in a few words why people get the same again.",
        )),
        reason => Ok(reason),
    }
}

fn check_times(common: &CommonSend) -> Result<(), ApiError> {
    if !common.now && common.at.is_none() && !common.dry_run {
        return Err(usage(
            "a send needs --now or --at TIME",
            "--now sends as soon as it is confirmed; --at at a time such as 'tomorrow 9:00'.",
        ));
    }
    if common.hold_on_reply && common.at.is_none() {
        return Err(usage(
            "--hold-on-reply needs --at TIME",
            "Without a time nothing waits for an answer.",
        ));
    }
    if common.hand_over.is_some() && common.at.is_none() {
        return Err(usage(
            "--hand-over needs --at TIME",
            "Without a time a broadcast is handed over at once.",
        ));
    }
    Ok(())
}

/// Who is left out, whether there is a plan or not.
fn skipped_of(plan: &Result<Plan, FreezeError>) -> &[SkippedRow] {
    match plan {
        Ok(plan) => &plan.skipped,
        Err(error) => &error.skipped,
    }
}

/// With `--strict` the first row that fails a check ends everything; a number given twice and a
/// person who opted out are no failed checks.
fn refuse_bad_rows(skipped: &[SkippedRow]) -> Result<(), ApiError> {
    let Some(bad) = skipped
        .iter()
        .find(|row| !matches!(&*row.rule, DUPLICATE | OPTED_OUT))
    else {
        return Ok(());
    };
    let place = bad
        .row
        .map_or_else(|| bad.recipient.to_string(), |row| format!("row {row}"));
    Err(usage(
        format!("{place}: {}", bad.reason.trim_end_matches('.')),
        "Mend it, or leave --strict out to skip such rows.",
    ))
}

fn dry_run(
    context: &Context,
    plan: Result<Plan, FreezeError>,
    checks: &Checks,
) -> Result<ExitStatus, ApiError> {
    match plan {
        Ok(plan) => {
            document::print(
                context,
                &document::Preview::of_plan(&plan).with_checks(checks),
            );
            Ok(ExitStatus::Done)
        }
        Err(error) if matches!(error.rule, "no_recipients" | DUPLICATE | OPTED_OUT) => {
            document::print(
                context,
                &document::Preview::of_nobody(&error).with_checks(checks),
            );
            Err(refusal(&error))
        }
        Err(error) => Err(refused(&error, context)),
    }
}

/// Why no plan was made, as commands show it; the rows left out are named for people.
fn refused(error: &FreezeError, context: &Context) -> ApiError {
    for line in document::skipped_lines(&error.skipped) {
        context.output.note(&line);
    }
    for problem in error.problems.iter().skip(1) {
        context.output.note(&problem.text);
    }
    refusal(error)
}

/// The same where the rows left out have been shown.
fn refusal(error: &FreezeError) -> ApiError {
    let advice = match error.rule {
        DUPLICATE | twins::SAME_FILE => {
            "Give --allow-duplicates REASON to override; the reason is kept.".to_owned()
        }
        _ => error.advice.clone(),
    };
    let kind = match error.rule {
        "read_only" => ErrorKind::Refused,
        _ => ErrorKind::Usage,
    };
    ApiError::new(kind, error.message.trim_end_matches('.'), advice)
}
