//! The line after `:`. Everything here is also a key or an action; commands only add arguments.

use super::state::{Context, State};
use super::update::{Effects, notify};
use super::{
    actions, approving, audit, choosing, dialogs, draft_shelf, drafts, importing, leaving,
    opting_out, reading, searches, triage,
};
use crate::contract::{Action, CachedAsk, Effect, Notice, OutboxCommand, PaneId};
use crate::domain::time_range::read_range;
use crate::domain::{BatchId, Combine, PhoneNumber, User};
use crate::overlays::palette::Target;
use crate::panes::template_composer::DraftKind;
use crate::text::nearest::nearest;
use jiff::Timestamp;

/// Every command with what follows it, for completion, help and error sentences.
pub const COMMANDS: [(&str, &str); 36] = [
    ("open", "USER"),
    ("find", "NAME=VALUE"),
    ("and", "NAME=VALUE"),
    ("or", "NAME=VALUE"),
    ("not", "NAME=VALUE"),
    ("save", "NAME"),
    ("forget", "NAME"),
    ("search", "TEXT"),
    ("goto", "DATE"),
    ("chart", ""),
    ("note", "TEXT"),
    ("label", "WORD,WORD"),
    ("suppress", "NUMBER"),
    ("template", "NAME|add"),
    ("broadcast", "new"),
    ("flow", "NAME"),
    ("drafts", ""),
    ("templates", ""),
    ("flows", ""),
    ("batch", "ID"),
    ("pause", ""),
    ("resume", ""),
    ("approval", "FILE"),
    ("approved", "FILE"),
    ("cancel", ""),
    ("retry", ""),
    ("rate", "N"),
    ("ctx", "PROFILE"),
    ("ro", "on|off"),
    ("unknown", ""),
    ("audit", "NUMBER|#BATCH|verify"),
    ("export", ""),
    ("clone", ""),
    ("older", ""),
    ("help", ""),
    ("quit", ""),
];

/// How an action without a key is started: the command of its name, if there is one.
pub fn typed_for(action: Action) -> Option<String> {
    if action == Action::AddTemplate {
        return Some(":template add".to_owned());
    }
    if action == Action::OptOut {
        return Some(":suppress".to_owned());
    }
    if action == Action::VerifyAudit {
        return Some(":audit verify".to_owned());
    }
    let named = COMMANDS.iter().find(|(name, _)| *name == action.name());
    named.map(|(name, _)| format!(":{name}"))
}

/// Runs the typed command; what cannot be run says why and stays in the line.
pub fn submit(state: &mut State, context: &Context<'_>) -> Effects {
    let text = state
        .command
        .as_ref()
        .map_or_else(String::new, |command| command.field.text());
    match parse_and_run(state, text.trim(), context) {
        Ok(effects) => {
            state.command = None;
            effects
        }
        Err(why) => {
            if let Some(command) = &mut state.command {
                command.refusal = Some(why);
            }
            Vec::new()
        }
    }
}

fn parse_and_run(state: &mut State, text: &str, context: &Context<'_>) -> Result<Effects, String> {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    let run = |state: &mut State, action| {
        // The line is closed first, so that the action reaches the pane below it.
        state.command = None;
        Ok(actions::run(state, action, context))
    };
    match word {
        "" => Ok(Vec::new()),
        "find" => searches::typed(state, rest, Combine::Replace),
        "and" => searches::typed(state, rest, Combine::And),
        "or" => searches::typed(state, rest, Combine::Or),
        "not" => searches::typed(state, rest, Combine::Not),
        "save" => searches::save(state, rest),
        "forget" => searches::forget(state, rest),
        "search" if rest.is_empty() => Err("search takes any part of a message".to_owned()),
        "search" => Ok(choosing::search_messages(state, rest)),
        "goto" => go_to(state, rest),
        "chart" => run(state, Action::Chart),
        "note" => in_chat(state, CachedAsk::SetNote(rest.to_owned())),
        "label" => label(state, rest),
        "suppress" if rest.is_empty() => run(state, Action::OptOut),
        "suppress" => suppress(state, rest),
        "open" => open(state, rest),
        "template" => template(state, rest, context),
        "broadcast" => Ok(drafts::new_draft(state, DraftKind::Broadcast)),
        "flow" if rest.is_empty() => Ok(drafts::new_draft(state, DraftKind::Flow)),
        "flow" => flow(state, rest, context),
        "drafts" => Ok(draft_shelf::list(state)),
        "templates" => run(state, Action::Templates),
        "flows" => run(state, Action::Flows),
        "batch" => batch(state, rest, context),
        "pause" => on_batch(state, Action::PauseBatch, context),
        "resume" => on_batch(state, Action::ResumeBatch, context),
        "approval" => approving::ask(state, rest),
        "approved" => approving::take(state, rest),
        "continue" => on_batch(state, Action::GoOn, context),
        "cancel" => on_batch(state, Action::CancelBatch, context),
        "rate" => rate(state, rest),
        "ctx" => profile(state, rest),
        "ro" => read_only(state, rest),
        "unknown" => unknown(state),
        "retry" => on_batch(state, Action::RetryFailed, context),
        "audit" if rest.is_empty() => run(state, Action::Audit),
        "audit" if rest == "verify" => run(state, Action::VerifyAudit),
        "audit" => {
            state.command = None;
            Ok(audit::open(state, rest))
        }
        "export" => on_batch(state, Action::ExportBatch, context),
        "clone" => on_batch(state, Action::CloneBatch, context),
        "older" => run(state, Action::LoadOlder),
        "help" => run(state, Action::Help),
        "quit" | "q" => run(state, Action::Quit),
        other => Err(unknown_command(other)),
    }
}

fn unknown(state: &mut State) -> Result<Effects, String> {
    super::availability::available(Action::Unknowns, state)?;
    state.command = None;
    Ok(triage::open_for(state, None))
}

fn label(state: &mut State, rest: &str) -> Result<Effects, String> {
    let labels = rest.split(',').map(str::trim);
    let labels = labels.filter(|label| !label.is_empty());
    let labels = labels.map(str::to_owned).collect();
    in_chat(state, CachedAsk::SetLabels(labels))
}

/// Asks why somebody opted out, by number.
fn suppress(state: &mut State, text: &str) -> Result<Effects, String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if PhoneNumber::from_digits(&digits).is_none() || text.chars().any(char::is_alphabetic) {
        return Err(
            "suppress takes a number with country code, or the person under the cursor".to_owned(),
        );
    }
    state.command = None;
    Ok(opting_out::ask_about(state, digits))
}

fn unknown_command(word: &str) -> String {
    match nearest(word, COMMANDS.iter().map(|(name, _)| *name)) {
        Some(name) => format!("there is no command `{word}`; did you mean `{name}`?"),
        None => format!("there is no command `{word}`; ? lists what there is"),
    }
}

fn in_chat(state: &State, ask: CachedAsk) -> Result<Effects, String> {
    if state.conversation.chat.is_none() {
        return Err("no chat is open".to_owned());
    }
    Ok(reading::ask_cached(state, ask))
}

fn go_to(state: &mut State, text: &str) -> Result<Effects, String> {
    if state.conversation.chat.is_none() {
        return Err("no chat is open".to_owned());
    }
    let range = read_range(text, &state.now)?;
    let time = range.since.or(range.until).unwrap_or(Timestamp::MIN);
    Ok(reading::go_to_time(state, time))
}

fn open(state: &mut State, text: &str) -> Result<Effects, String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let wanted = text.to_lowercase();
    let known = state.users.rows().iter().find(|row| {
        (!digits.is_empty() && row.key() == digits) || row.name.to_lowercase() == wanted
    });
    if let Some(row) = known {
        let user = row.user.clone();
        return Ok(reading::open_chat(state, user));
    }
    if digits.len() < 8 {
        return Err(
            "open takes a number with country code, or the name of somebody in the list".to_owned(),
        );
    }
    // Nobody in the list: the conversation can be asked for by number all the same.
    Ok(reading::open_chat(state, User::unknown(&digits)))
}

fn template(state: &mut State, name: &str, context: &Context<'_>) -> Result<Effects, String> {
    let found = state
        .library
        .templates
        .iter()
        .find(|template| template.name == name);
    if name == "add" && found.is_none() {
        state.command = None;
        return Ok(importing::open(state));
    }
    if let Some(template) = found.cloned() {
        let target = Target::Template(template.name, template.language);
        return Ok(choosing::choose(state, target, context));
    }
    let names = state
        .library
        .templates
        .iter()
        .map(|template| template.name.as_str());
    Err(match nearest(name, names) {
        Some(near) => format!("there is no template `{name}`; did you mean `{near}`?"),
        None => format!("there is no template `{name}` in the library"),
    })
}

fn flow(state: &mut State, name: &str, context: &Context<'_>) -> Result<Effects, String> {
    if state.library.flows.iter().any(|flow| flow.name == name) {
        let target = Target::Flow(name.to_owned());
        return Ok(choosing::choose(state, target, context));
    }
    Err(format!("there is no flow `{name}` in the registry"))
}

fn batch(state: &mut State, text: &str, context: &Context<'_>) -> Result<Effects, String> {
    let id = text
        .trim_start_matches('#')
        .parse()
        .map_err(|_| "batch takes a number such as 34")?;
    let id = BatchId(id);
    if !state.broadcasts.batches.iter().any(|batch| batch.id == id) {
        return Err(format!("there is no batch {id}"));
    }
    Ok(choosing::choose(state, Target::Batch(id), context))
}

fn on_batch(state: &mut State, action: Action, context: &Context<'_>) -> Result<Effects, String> {
    super::availability::available(action, state)?;
    state.command = None;
    Ok(actions::in_pane(state, PaneId::Broadcasts, action, context))
}

fn rate(state: &mut State, text: &str) -> Result<Effects, String> {
    let rate: u32 = text
        .parse()
        .map_err(|_| "rate takes messages a minute, for example 60")?;
    if rate == 0 {
        return Err("rate takes at least 1; pause stops a batch".to_owned());
    }
    state.profile.per_minute = rate;
    notify(state, Notice::fact("rate", format!("{rate} a minute")));
    Ok(match state.broadcasts.selected() {
        Some(batch) => vec![Effect::Outbox(OutboxCommand::SetRate(batch.id, rate))],
        None => Vec::new(),
    })
}

fn profile(state: &mut State, name: &str) -> Result<Effects, String> {
    if state
        .settings
        .profiles
        .iter()
        .any(|(known, ..)| known == name)
    {
        return Ok(dialogs::switch_profile(state, name.to_owned()));
    }
    let names = state
        .settings
        .profiles
        .iter()
        .map(|(name, ..)| name.as_str());
    Err(match nearest(name, names) {
        Some(near) => format!("there is no profile `{name}`; did you mean `{near}`?"),
        None => format!("there is no profile `{name}`"),
    })
}

fn read_only(state: &mut State, text: &str) -> Result<Effects, String> {
    let (notice, effects) = match text {
        "on" => {
            let before = state.profile.read_only;
            state.read_only_before.get_or_insert(before);
            state.profile.read_only = true;
            let stopped = leaving::pause_all(state);
            let said = if stopped.is_empty() {
                "read-only is on: nothing is sent"
            } else {
                "read-only is on: what was running is paused, R resumes it after :ro off"
            };
            let effects = std::iter::once(Effect::SetReadOnly(true)).chain(stopped);
            (Notice::fact("read-only", said), effects.collect())
        }
        "off" => {
            let before = state.read_only_before.take();
            state.profile.read_only = before.unwrap_or(state.profile.read_only);
            let notice = if state.profile.read_only {
                let text = format!(
                    "the settings make {} read-only; P chooses another profile",
                    state.profile.name
                );
                Notice::warning("read-only", text)
            } else {
                Notice::fact("read-only", "read-only is off")
            };
            (notice, vec![Effect::SetReadOnly(false)])
        }
        _ => return Err("ro takes on or off".to_owned()),
    };
    state.command = None;
    notify(state, notice);
    Ok(effects)
}
