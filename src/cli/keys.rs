//! `keys [list|check|markdown]`: the active keymap.

use super::args::KeysCommand;
use super::context::{Context, usage};
use super::exit::ExitStatus;
use super::output::Row;
use crate::contract::ApiError;
use crate::keymap::{Finding, KeyContext, Keymap, Report};
use crate::settings::environment::Environment;
use crate::settings::paths::Folders;
use serde_json::json;

/// Runs a `keys` command.
///
/// # Errors
/// When the user's keymap cannot be read, or `check` found a mistake in it.
pub fn run(context: &Context, command: KeysCommand) -> Result<ExitStatus, ApiError> {
    let (keymap, report) = load(context)?;
    match command {
        KeysCommand::List => list(context, &keymap),
        KeysCommand::Markdown => context.output.text(&keymap.markdown_table()),
        KeysCommand::Check => return check(context, &report),
    }
    if let (KeysCommand::List, true) = (command, report.has_mistakes()) {
        context
            .output
            .note(&format!("warning: {}", report.summary()));
    }
    Ok(ExitStatus::Done)
}

/// The active keymap and what is to say about it.
///
/// # Errors
/// When the file of the person cannot be read.
pub fn load(context: &Context) -> Result<(Keymap, Report), ApiError> {
    let global = &context.global;
    let environment = Environment::of_process();
    let folders = Folders::choose(
        global.config_dir.clone(),
        global.data_dir.clone(),
        &environment,
    )?;
    let file = folders.keymap_file();
    match std::fs::read_to_string(&file) {
        Ok(text) => Ok(Keymap::with_user_file(&file.display().to_string(), &text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Ok((Keymap::default(), Report::default()))
        }
        Err(error) => Err(usage(
            format!("{} cannot be read: {error}", file.display()),
            "Check that it is a text file you may read.",
        )),
    }
}

fn list(context: &Context, keymap: &Keymap) {
    let mut rows = Vec::new();
    for place in KeyContext::ALL {
        for described in keymap
            .describe(*place)
            .into_iter()
            .filter(|one| one.from == *place)
        {
            let action = described.action;
            let keys: Vec<String> = described.chords.iter().map(ToString::to_string).collect();
            let document = json!({
                "context": place.name(), "keys": keys, "action": action.name(), "help": action.help(),
            });
            let cells = vec![
                place.title().to_owned(),
                keys.join(" "),
                action.name().to_owned(),
                action.help().to_owned(),
            ];
            rows.push(Row::new(&document, cells));
        }
    }
    context
        .output
        .list(&["context", "keys", "action", "help"], &rows);
}

fn check(context: &Context, report: &Report) -> Result<ExitStatus, ApiError> {
    let findings: Vec<String> = report.findings.iter().map(Finding::to_string).collect();
    let summary = report.summary();
    let document = json!({ "summary": summary, "findings": findings });
    let lines = [
        ("summary", summary.clone()),
        ("findings", findings.join("\n")),
    ];
    let shown = if findings.is_empty() {
        &lines[..1]
    } else {
        &lines[..]
    };
    context.output.document(&document, shown);
    if report.has_mistakes() {
        return Err(usage(summary, "Mend the lines named above."));
    }
    Ok(ExitStatus::Done)
}
