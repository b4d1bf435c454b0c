//! A second person's approval from the dashboard: the file for them is written, and what they
//! signed is taken. It reads and writes nothing itself.

use super::state::State;
use super::update::{Effects, notify};
use crate::contract::{ApiError, Effect, Notice, OutboxCommand};
use crate::domain::BatchId;
use crate::text::sanitize;

/// `:approval FILE`: writes the batch under the cursor for a second person.
///
/// # Errors
/// A batch that waits for nobody, or no name of a file.
pub fn ask(state: &mut State, file: &str) -> Result<Effects, String> {
    let Some(batch) = state.broadcasts.selected() else {
        return Err("no batch is under the cursor".to_owned());
    };
    if !batch.waits_for_approval() {
        return Err(format!("{} does not wait for an approval", batch.id));
    }
    if file.is_empty() {
        return Err("approval takes the name of the file to write".to_owned());
    }
    let command = OutboxCommand::AskApproval {
        batch: batch.id,
        file: file.to_owned(),
    };
    state.command = None;
    Ok(vec![Effect::Outbox(command)])
}

/// `:approved FILE`: takes what a second person signed, of whichever batch it is.
///
/// # Errors
/// No name of a file.
pub fn take(state: &mut State, file: &str) -> Result<Effects, String> {
    if file.is_empty() {
        return Err("approved takes the file that the second person signed".to_owned());
    }
    state.command = None;
    let command = OutboxCommand::TakeApproval(file.to_owned());
    Ok(vec![Effect::Outbox(command)])
}

/// The file for the second person is there, or why not.
pub fn asked(state: &mut State, batch: BatchId, written: Result<String, ApiError>) {
    let notice = match written {
        Ok(file) => {
            let file = sanitize::clean_line(&file).into_owned();
            let text = format!("{batch} for a second person: {file} · they give it back signed");
            Notice::fact("approval", text)
        }
        Err(error) => {
            let message = error.message.trim_end_matches('.');
            let text = format!("✗ {message}. {}", error.advice);
            Notice::error("approval", text)
        }
    };
    notify(state, notice);
}
