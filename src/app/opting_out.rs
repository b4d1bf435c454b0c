//! People who opted out, as far as they are in sight: asked of the record, shown in the panes, and
//! changed after a question. Words of a conversation only propose it.

use super::dialogs;
use super::state::State;
use super::update::{Effects, notify};
use crate::contract::{Effect, Notice, OptOutAsk, OutboxCommand, PaneId};
use crate::domain::{OptOut, OptOutSource, User};
use crate::overlays::Overlay;
use crate::overlays::confirm::{Asked, Purpose};
use crate::text::{format, sanitize};
use jiff::Timestamp;

/// What the people in sight depend on: when the list came and how long it is, the open chat, the
/// account.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sight {
    list: Option<(Timestamp, usize)>,
    chat: Option<String>,
    account: (String, String, String),
}

/// Asks who of the people in sight opted out, once for each sight. Called after every event.
pub fn follow(state: &mut State) -> Effects {
    let target = &state.profile.target;
    let chat = state.conversation.chat.as_ref();
    let as_of = state.users.users.as_of();
    let sight = Sight {
        list: as_of.map(|at| (at, state.users.rows().len())),
        chat: chat.map(|chat| chat.user.channel_user_id.clone()),
        account: (
            target.base_url.clone(),
            target.customer_id.clone(),
            target.bot_key.clone(),
        ),
    };
    if state.sight.as_ref() == Some(&sight) || sight.list.is_none() && sight.chat.is_none() {
        return Vec::new();
    }
    let listed = state.users.rows().iter().map(|row| row.key().to_owned());
    let people: Vec<String> = listed.chain(sight.chat.clone()).collect();
    state.sight = Some(sight);
    vec![ask(state, OptOutAsk::Look, people)]
}

fn ask(state: &State, ask: OptOutAsk, people: Vec<String>) -> Effect {
    Effect::Outbox(OutboxCommand::OptOuts {
        target: state.profile.target.clone(),
        people,
        ask,
    })
}

/// The record answers: who of these is on the list.
pub fn answered(
    state: &mut State,
    ask: &OptOutAsk,
    (asked, found): (Vec<String>, Vec<OptOut>),
) -> Effects {
    for person in &asked {
        state.users.opted_out.remove(person);
    }
    let listed = found.iter().map(|one| (one.recipient.clone(), one.since));
    state.users.opted_out.extend(listed);
    let chat = state.conversation.chat.as_ref();
    let chat = chat.map(|chat| chat.user.channel_user_id.clone());
    if let Some(chat) = chat.filter(|chat| asked.contains(chat)) {
        let one = found.iter().find(|one| one.recipient == chat);
        state.conversation.opted_out = one.map(|one| one.since);
    }
    let who = asked.first().map(|person| name(state, person));
    let who = who.unwrap_or_default();
    let said = match ask {
        OptOutAsk::Look => return Vec::new(),
        OptOutAsk::Put(..) => {
            format!("{who} opted out. Nothing is sent to them any more; O takes them off again.")
        }
        OptOutAsk::TakeOff => format!("{who} may be written to again."),
    };
    notify(state, Notice::fact("opt out", said));
    // What is being written may be for them.
    super::drafts::preview(state)
}

/// The person an opt-out would be for, in the pane that has the keys.
///
/// # Errors
/// Why there is none.
pub fn person(state: &State) -> Result<String, String> {
    match state.focus {
        PaneId::Users => state
            .users
            .selected()
            .map(|row| row.key().to_owned())
            .ok_or_else(|| "nobody is under the cursor".to_owned()),
        PaneId::Broadcasts => {
            let item = state.broadcasts.people.selected();
            let item = item.filter(|_| state.broadcasts.detail_open);
            let item = item.filter(|item| item.says_opted_out());
            item.and_then(|item| item.recipient.clone())
                .ok_or_else(|| "only on somebody refused with 131050".to_owned())
        }
        PaneId::Conversation | PaneId::Composer | PaneId::Payload | PaneId::Activity => state
            .conversation
            .chat
            .as_ref()
            .map(|chat| chat.user.channel_user_id.clone())
            .ok_or_else(|| "no chat is open".to_owned()),
    }
}

/// Asks why the person of the pane opted out, or whether they may be written to again.
pub fn begin(state: &mut State) -> Effects {
    match person(state) {
        Ok(person) => ask_about(state, person),
        Err(why) => {
            notify(state, Notice::warning("unavailable", why));
            Vec::new()
        }
    }
}

/// As [`begin`], for anybody.
pub fn ask_about(state: &mut State, person: String) -> Effects {
    let since = state.users.opted_out.get(&person).copied();
    let chat = state.conversation.chat.as_ref();
    let in_chat = chat.is_some_and(|chat| chat.user.channel_user_id == person);
    let since = since.or(state.conversation.opted_out.filter(|_| in_chat));
    match since {
        Some(since) => ask_take_off(state, person, since),
        None => ask_put(state, person, in_chat),
    }
}

fn ask_put(state: &mut State, person: String, in_chat: bool) -> Effects {
    let who = name(state, &person);
    let proposal = state.conversation.proposal.clone().filter(|_| in_chat);
    let source = match (&proposal, in_chat, state.focus) {
        (Some(_), _, _) => OptOutSource::Word,
        (None, true, _) | (None, false, PaneId::Broadcasts) => OptOutSource::Conversation,
        (None, false, _) => OptOutSource::Manual,
    };
    let lines = vec![
        format!("Nothing is sent to {who} any more, whatever it is and whoever sends it."),
        "Plans leave them out, and what waits for them already is taken back before its call. O \
         on them again takes them off the list."
            .to_owned(),
    ];
    let asked = Asked {
        purpose: Purpose::OptOut(person, source),
        title: format!("Opt out · {who}"),
        lines,
        wanted: String::new(),
        reason: true,
    };
    let effects = dialogs::ask_with(state, asked);
    let from_batch = state.focus == PaneId::Broadcasts && !in_chat;
    let reason = match proposal {
        Some(proposal) => proposal.reason(&state.now),
        None if from_batch => "WhatsApp: opted out (131050)".to_owned(),
        None => String::new(),
    };
    if let Some(Overlay::Confirm(question)) = state.overlays.last_mut()
        && let Some(field) = &mut question.reason
    {
        field.field.set_text(&reason);
    }
    effects
}

fn ask_take_off(state: &mut State, person: String, since: Timestamp) -> Effects {
    let who = name(state, &person);
    let since = since.to_zoned(state.now.time_zone().clone());
    let lines = vec![
        format!("{who} opted out on {}.", since.strftime("%a %-d %b %Y")),
        "Off the list, they can be written to again. Only do it if they asked for it.".to_owned(),
    ];
    let title = format!("May be written to again · {who}");
    let purpose = Purpose::TakeOff(person);
    dialogs::ask(state, purpose, title, lines, "remove".to_owned())
}

/// The answer is right.
pub fn put(state: &State, person: String, source: OptOutSource, reason: String) -> Effects {
    vec![ask(state, OptOutAsk::Put(source, reason), vec![person])]
}

/// The answer is right.
pub fn take_off(state: &State, person: String) -> Effects {
    vec![ask(state, OptOutAsk::TakeOff, vec![person])]
}

/// Name and last digits of somebody in sight, else the number.
fn name(state: &State, person: &str) -> String {
    let listed = state.users.rows().iter().map(|row| &row.user);
    let chat = state.conversation.chat.as_ref().map(|chat| &chat.user);
    let known: Option<&User> = listed
        .chain(chat)
        .find(|user| user.channel_user_id == person);
    match known.and_then(|user| user.name.as_deref()) {
        Some(name) => format!(
            "{} {}",
            sanitize::clean_line(name),
            format::last_four(person)
        ),
        None => format::recipient(&sanitize::clean_line(person)),
    }
}
