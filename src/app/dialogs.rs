//! Opening overlays and running what they decide.

use super::state::{Context, State};
use super::update::{Effects, notify};
use super::{
    audit, drafts, files, flows, helping, importing, leaving, library, opting_out, people_file,
    people_memory, people_messages, triage, when,
};
use crate::contract::{
    Action, Effect, Notice, OutboxCommand, Settlement, ShelfRequest, StoreRequest, TimerId,
};
use crate::domain::{Guard, Plan, PlanFacts, Schedule};
use crate::overlays::audit as audit_list;
use crate::overlays::confirm::{Asked, Purpose};
use crate::overlays::decision::{Decision, QUIET};
use crate::overlays::when as when_dialog;
use crate::overlays::{Overlay, confirm, form, link, page, palette, phone, prompt, review};
use crate::text::sanitize;
use crossterm::event::KeyEvent;
use std::sync::Arc;

/// What happens to early and held keys in a dialog that decides: nothing. `None` lets the key in.
pub fn drop_early_input(state: &mut State, held: bool) -> Option<Effects> {
    let now = state.now.timestamp();
    let overlay = state.overlays.last_mut()?;
    // Held keys only move there: what decides is asked in a question of its own.
    let held = held && !matches!(overlay, Overlay::Triage(_));
    let decision = overlay.decision()?;
    (held || decision.is_quiet(now)).then(Vec::new)
}

/// After a change of size the quiet time starts again; text and caret stay.
pub fn restart_quiet_time(state: &mut State) {
    let now = state.now.timestamp();
    for overlay in &mut state.overlays {
        if let Some(decision) = overlay.decision() {
            decision.restart(now);
        }
    }
}

/// A dialog that decides opens, and is quiet at first.
fn open_quietly(state: &mut State, overlay: Overlay) -> Effects {
    state.overlays.push(overlay);
    vec![Effect::After {
        delay: QUIET.unsigned_abs(),
        timer: TimerId::DialogReady,
    }]
}

/// A key typed into the field of an overlay.
pub fn key(state: &mut State, key: KeyEvent) -> Effects {
    let Some(overlay) = state.overlays.last_mut() else {
        return Vec::new();
    };
    match overlay {
        Overlay::AddTemplate(_) => return importing::key(state, key),
        Overlay::Prompt(asked) => {
            if prompt::key(asked, key) {
                helping::weigh(state);
            }
        }
        Overlay::When(dialog) => {
            if when_dialog::key(dialog, key) {
                when::weigh(state);
            }
        }
        Overlay::Palette(palette) => palette::key(palette, key),
        Overlay::Review(review) => review::key(review, key),
        Overlay::Confirm(confirm) => confirm::key(confirm, key),
        Overlay::Form(open) => form::key(open, key),
        Overlay::Audit(list) => audit_list::key(list, key),
        Overlay::Page(_)
        | Overlay::Media(_)
        | Overlay::Link(_)
        | Overlay::Triage(_)
        | Overlay::Mapping(_)
        | Overlay::Checks(_)
        | Overlay::Phone(_) => {}
    }
    Vec::new()
}

/// Text pasted into the field of an overlay; where something is decided it is refused.
pub fn paste(state: &mut State, text: &str) -> Effects {
    let now = state.now.timestamp();
    if let Some(decision) = state.overlays.last_mut().and_then(Overlay::decision) {
        decision.refuse_paste(now);
        return Vec::new();
    }
    match state.overlays.last_mut() {
        Some(Overlay::Palette(palette)) => palette::paste(palette, text),
        Some(Overlay::Form(open)) => form::paste(open, text),
        Some(Overlay::Audit(list)) => audit_list::paste(list, text),
        Some(Overlay::Prompt(asked)) => {
            asked.field.paste(text);
            helping::weigh(state);
        }
        Some(Overlay::When(dialog)) => {
            dialog.field.paste(text);
            when::weigh(state);
        }
        Some(Overlay::AddTemplate(_)) => return importing::paste(state, text),
        Some(
            Overlay::Review(_)
            | Overlay::Confirm(_)
            | Overlay::Page(_)
            | Overlay::Media(_)
            | Overlay::Link(_)
            | Overlay::Triage(_)
            | Overlay::Mapping(_)
            | Overlay::Checks(_)
            | Overlay::Phone(_),
        )
        | None => {}
    }
    Vec::new()
}

/// Whether Enter, Up and Down belong to what is being typed.
pub fn takes_line_breaks(state: &State) -> bool {
    match state.overlays.last() {
        Some(Overlay::Prompt(asked)) => prompt::takes_line_breaks(asked),
        Some(Overlay::AddTemplate(dialog)) => dialog.takes_line_breaks(),
        Some(Overlay::Form(open)) => form::takes_line_breaks(open),
        Some(_) | None => false,
    }
}

/// Whether the other arrows, Home and End belong to what is being typed.
pub fn takes_arrows(state: &State) -> bool {
    matches!(state.overlays.last(), Some(Overlay::AddTemplate(_)))
}

fn in_palette(state: &mut State, action: Action, context: &Context<'_>) -> Effects {
    let body = state.layout().body;
    let Some(Overlay::Palette(palette)) = state.overlays.last_mut() else {
        return Vec::new();
    };
    let height = palette::height(palette, body);
    match palette::act(palette, action, height) {
        None => Vec::new(),
        Some(palette::Wish::Close) => close(state),
        Some(palette::Wish::Refuse(why)) => {
            notify(state, Notice::warning("unavailable", why));
            Vec::new()
        }
        Some(palette::Wish::Choose(target)) => {
            state.overlays.pop();
            library::choose(state, target, context)
        }
        Some(palette::Wish::Tend(tending, target)) => library::tend(state, tending, &target),
        Some(palette::Wish::Add(kind)) => library::add(state, kind),
    }
}

/// Runs an action in the topmost overlay.
pub fn act(state: &mut State, action: Action, context: &Context<'_>) -> Effects {
    let body = state.layout().body;
    let now = state.now.clone();
    match state.overlays.last_mut() {
        None => Vec::new(),
        Some(Overlay::Page(page)) => match page::act(page, action, body) {
            None => Vec::new(),
            Some(page::Wish::Close) => close(state),
            Some(page::Wish::Copy(text)) => flows::copy(state, text),
        },
        Some(Overlay::Palette(_)) => in_palette(state, action, context),
        Some(Overlay::Media(_)) => files::act(state, action),
        Some(Overlay::Audit(_)) => audit::act(state, action),
        Some(Overlay::Link(link)) => {
            let wish = link::act(link, action, body);
            files::in_links(state, wish)
        }
        Some(Overlay::AddTemplate(_)) => importing::act(state, action),
        Some(Overlay::Triage(_)) => triage::act(state, action),
        Some(Overlay::When(_)) => when::act(state, action),
        Some(Overlay::Prompt(asked)) => match prompt::act(asked, action) {
            None => Vec::new(),
            Some(prompt::Wish::Close) => close(state),
            Some(prompt::Wish::Take) => helping::take(state),
            Some(prompt::Wish::Complete) => helping::complete(state),
            Some(prompt::Wish::Weigh) => {
                helping::weigh(state);
                Vec::new()
            }
        },
        Some(Overlay::Phone(shown)) => {
            if phone::act(shown, action, body) {
                state.overlays.pop();
                return Vec::new();
            }
            people_messages::turn(state, action)
        }
        Some(Overlay::Mapping(_) | Overlay::Checks(_)) => people_file::act(state, action),
        Some(Overlay::Form(open)) => match form::act(open, action) {
            None => Vec::new(),
            Some(form::Wish::Close) => close(state),
            Some(form::Wish::Save) => library::save(state),
        },
        Some(Overlay::Review(review)) => {
            let wish = review::act(review, action, body, &now);
            in_review(state, wish)
        }
        Some(Overlay::Confirm(confirm)) => match confirm::act(confirm, action) {
            None => Vec::new(),
            Some(confirm::Wish::Close) => close(state),
            Some(confirm::Wish::Confirmed(purpose)) => {
                let reason = confirm.reason_text();
                state.overlays.pop();
                confirmed(state, purpose, reason)
            }
        },
    }
}

fn in_review(state: &mut State, wish: Option<review::Wish>) -> Effects {
    match wish {
        None => Vec::new(),
        Some(review::Wish::Close) => close(state),
        Some(review::Wish::Confirmed) => confirmed_plan(state),
        Some(review::Wish::Override(sentence)) => ask_override(state, &sentence),
        Some(review::Wish::Say(why)) => {
            notify(state, Notice::warning("unavailable", why.to_owned()));
            Vec::new()
        }
    }
}

fn close(state: &mut State) -> Effects {
    state.overlays.pop();
    Vec::new()
}

/// The plan that was reviewed is the plan that is queued.
fn confirmed_plan(state: &mut State) -> Effects {
    let Some(Overlay::Review(review)) = state.overlays.pop() else {
        return Vec::new();
    };
    let draft = state.composer.draft.take();
    let kept = draft
        .as_ref()
        .and_then(|draft| people_memory::keep(state, draft));
    if let Some(draft) = draft {
        state.queueing = Some((Box::new(draft), review.grace));
    }
    state.composer.note.clear();
    state.composer.unsaved = None;
    state.payload.clear();
    // Whoever came here from a person or a chat goes back there for the next one.
    if let Some(pane) = state.visited_from.first() {
        state.focus = *pane;
    }
    state.visited_from.clear();
    let typed = review.typed();
    let queue = Effect::Outbox(OutboxCommand::Queue {
        plan: review.plan,
        typed,
        grace: review.grace,
    });
    kept.into_iter().chain([queue]).collect()
}

fn confirmed(state: &mut State, purpose: Purpose, reason: String) -> Effects {
    match purpose {
        Purpose::Resume(batch, remaining) => {
            vec![Effect::Outbox(OutboxCommand::Resume { batch, remaining })]
        }
        Purpose::Cancel(batch) => vec![Effect::Outbox(OutboxCommand::Cancel(batch))],
        Purpose::SwitchProfile(name) => vec![Effect::SwitchProfile(name)],
        Purpose::Quit => {
            let mut effects = leaving::pause_all(state);
            effects.extend(flows::leave(state));
            effects
        }
        Purpose::Remove(change) => vec![Effect::Store(StoreRequest::Shelf(ShelfRequest::Change(
            change,
        )))],
        Purpose::Override => {
            // The plan under review is made anew with everybody in it.
            state
                .overlays
                .retain(|overlay| !matches!(overlay, Overlay::Review(_)));
            drafts::review_overriding(state, reason)
        }
        Purpose::Settle(settlement) => {
            let settlement = Settlement {
                reason,
                ..settlement
            };
            vec![Effect::Outbox(OutboxCommand::Settle(settlement))]
        }
        Purpose::OptOut(person, source) => opting_out::put(state, person, source, reason),
        Purpose::TakeOff(person) => opting_out::take_off(state, person),
        Purpose::TakeDraft => {
            if let Some(draft) = &mut state.composer.draft {
                draft.profile = Some(state.profile.name.clone());
            }
            drafts::review(state)
        }
    }
}

/// A draft is bound to the account it was made for: its people and values belong there.
pub fn ask_take_draft(state: &mut State, made_for: &str) -> Effects {
    let name = state.profile.name.clone();
    let lines = vec![
        format!("This draft was made for {made_for}. Its people and values belong there."),
        format!("Going on sends it from {name} instead. P goes back to {made_for}."),
    ];
    let title = format!("Take this draft to {name}");
    ask(state, Purpose::TakeDraft, title, lines, name)
}

/// A guarded profile asks for its name; leaving one does not.
pub fn switch_profile(state: &mut State, name: String) -> Effects {
    let guarded = state
        .settings
        .profiles
        .iter()
        .any(|(known, guard, _)| *known == name && *guard == Guard::Production);
    if !guarded || name == state.profile.name {
        return vec![Effect::SwitchProfile(name)];
    }
    let lines = vec![
        format!("Real customers are on {name}: longer grace, and each send asks for the"),
        "number of people or the last four digits.".to_owned(),
    ];
    let title = format!("Profile · {name} [PRODUCTION]");
    ask(
        state,
        Purpose::SwitchProfile(name.clone()),
        title,
        lines,
        name,
    )
}

/// Asks a question that is answered by typing what is wanted.
pub fn ask(
    state: &mut State,
    purpose: Purpose,
    title: String,
    lines: Vec<String>,
    wanted: String,
) -> Effects {
    let asked = Asked {
        purpose,
        title,
        lines,
        wanted,
        reason: false,
    };
    ask_with(state, asked)
}

/// Asks a question, with a reason where it wants one.
pub fn ask_with(state: &mut State, asked: Asked) -> Effects {
    let guarded = state.profile.guard == Guard::Production;
    let question = confirm::State::new(asked, state.now.timestamp(), guarded);
    open_quietly(state, Overlay::Confirm(question))
}

/// Asks why people who have the same already should get it again.
pub fn ask_override(state: &mut State, sentence: &str) -> Effects {
    let lines = vec![
        format!(
            "{}. Type a reason to override.",
            sanitize::clean_line(sentence.trim_end_matches('.'))
        ),
        "They are reviewed with everybody else before anything leaves, and the reason is kept \
         with the batch."
            .to_owned(),
    ];
    let asked = Asked {
        purpose: Purpose::Override,
        title: "They have it already".to_owned(),
        lines,
        wanted: String::new(),
        reason: true,
    };
    ask_with(state, asked)
}

/// Shows the addresses in a message; opening one is asked for there.
pub fn show_links(state: &mut State, addresses: Vec<String>) -> Effects {
    let links = link::State {
        addresses,
        at: 0,
        scroll: 0,
        decision: Decision::new(state.now.timestamp()),
    };
    open_quietly(state, Overlay::Link(links))
}

/// Opens the review of a plan.
pub fn open_review(state: &mut State, (plan, facts): (Arc<Plan>, Arc<PlanFacts>)) -> Effects {
    if plan.schedule != Schedule::Now && when::clock_is_wrong(state) {
        let text = "the clock of this computer is more than 2 min off the server's: set it before \
                    anything with a time is planned";
        notify(state, Notice::warning("clock", text.to_owned()));
        return Vec::new();
    }
    let people = facts.people;
    let guarded = state.profile.guard == Guard::Production;
    let settings = &state.settings;
    let grace = match (people, guarded) {
        (1, _) => settings.grace_single,
        (2..=1000, false) => settings.grace_list,
        _ => settings.grace_guarded,
    };
    let grace = grace.max(state.profile.guard.shortest_grace());
    let only = plan.calls.first().and_then(|call| call.recipients.first());
    let person =
        only.and_then(|recipient| state.composer.draft.as_ref()?.name_of(recipient.text()));
    let decision = Decision::new(state.now.timestamp());
    let profile = state.profile.clone();
    let mut review = review::State::new((plan, facts), profile, grace, decision);
    review.sender = state.sender;
    review.person = person.filter(|_| people == 1);
    open_quietly(state, Overlay::Review(Box::new(review)))
}
