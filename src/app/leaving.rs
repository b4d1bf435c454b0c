//! Leaving while something runs, is in its grace or waits for its time. It must not leave by itself.

use super::dialogs::ask;
use super::state::State;
use super::update::Effects;
use crate::contract::{Effect, OutboxCommand, SenderState};
use crate::domain::Guard;
use crate::overlays::confirm::Purpose;
use crate::text::{format, sanitize};

/// Pauses whatever this process sends or is about to; another process is left alone.
pub fn pause_all(state: &State) -> Effects {
    if matches!(state.sender, SenderState::Other { .. }) {
        return Vec::new();
    }
    let active = state.broadcasts.active();
    active
        .map(|batch| Effect::Outbox(OutboxCommand::Pause(batch.id)))
        .collect()
}

/// Asks before leaving while something runs.
pub fn ask_quit(state: &mut State) -> Effects {
    let mut lines: Vec<String> = state
        .broadcasts
        .active()
        .map(|batch| {
            let left = batch.counts.queued + batch.counts.sending;
            format!(
                "{} {}: {} not sent",
                batch.id,
                sanitize::clean_line(&batch.title),
                format::count(left)
            )
        })
        .collect();
    let zone = state.now.time_zone().clone();
    let waiting: Vec<String> = state
        .broadcasts
        .waiting()
        .map(|batch| {
            let at = batch
                .scheduled
                .unwrap_or(batch.created)
                .to_zoned(zone.clone());
            let title = sanitize::clean_line(&batch.title);
            let at = at.strftime("%a %-d %b %H:%M");
            format!("{} {title} is due {at} and needs a sender then", batch.id)
        })
        .collect();
    if !waiting.is_empty() {
        lines.extend(waiting);
        lines.push(
            "It stays planned. \"alertdesk outbox run --stay\" starts it in time; without a"
                .to_owned(),
        );
        lines.push("sender it is held at its time, never sent late.".to_owned());
    }
    lines.push("Leaving pauses what runs and holds what is in grace; nothing is lost,".to_owned());
    lines.push("and nothing leaves while the program is closed. A person resumes it.".to_owned());
    if state.profile.guard == Guard::Sandbox {
        lines.push(
            "This is the demo: its record goes when it ends, unless --keep was given.".to_owned(),
        );
    }
    ask(
        state,
        Purpose::Quit,
        "Quit while work is running?".to_owned(),
        lines,
        "quit".to_owned(),
    )
}
