//! What an action does: global ones here, the others go to the overlay or the pane that has the
//! keys.

use super::availability::available;
use super::state::{CommandLine, Context, State};
use super::update::{Effects, notify};
use super::{
    audit, batches, choosing, commands, dialogs, drafts, flows, focus, help, importing, library,
    opting_out, reading, triage, waits, when,
};
use crate::contract::{Action, Effect, Notice, PaneId};
use crate::panes::{
    activity, broadcast_scheduler, conversation, payload_preview, template_composer, user_search,
};
use crate::text::format;

/// Runs an action wherever the keys are.
pub fn run(state: &mut State, action: Action, context: &Context<'_>) -> Effects {
    if let Err(why) = available(action, state) {
        let text = format!("{}: {why}", action.label());
        notify(state, Notice::warning("unavailable", text));
        return Vec::new();
    }
    if let Some(effects) = everywhere(state, action, context) {
        return effects;
    }
    match focus::target(state) {
        focus::Target::TooSmall => Vec::new(),
        focus::Target::Overlay => dialogs::act(state, action, context),
        focus::Target::CommandLine => in_command_line(state, action, context),
        // Help and the palette are offered while typing, and what was typed stays.
        focus::Target::Field(_) if matches!(action, Action::Help | Action::Palette) => {
            global(state, action, context).unwrap_or_default()
        }
        focus::Target::Field(pane) => in_pane(state, pane, action, context),
        focus::Target::Pane(pane) => match global(state, action, context) {
            Some(effects) => effects,
            None => in_pane(state, pane, action, context),
        },
    }
}

/// Actions that work over overlays and in fields too.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "all other actions belong to a place"
)]
fn everywhere(state: &mut State, action: Action, _context: &Context<'_>) -> Option<Effects> {
    match action {
        Action::Undo => Some(drafts::undo(state)),
        Action::Quit => Some(flows::quit(state)),
        Action::Redraw => Some(vec![Effect::Redraw]),
        _ => None,
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "all other actions belong to a pane"
)]
fn global(state: &mut State, action: Action, context: &Context<'_>) -> Option<Effects> {
    if let Some(pane) = PaneId::focused_by(action) {
        flows::focus_pane(state, pane);
        return Some(Vec::new());
    }
    let effects = match action {
        Action::NextPane => flows::step_pane(state, 1),
        Action::PreviousPane => flows::step_pane(state, -1),
        Action::Zoom => {
            state.zoomed = !state.zoomed;
            Vec::new()
        }
        Action::Help => {
            let page = help::page(state, context.keymap);
            flows::push_page(state, page)
        }
        Action::CommandLine => {
            state.command = Some(CommandLine::default());
            Vec::new()
        }
        Action::Palette => choosing::open_palette(state, context.keymap),
        Action::SwitchProfile => choosing::open_profiles(state),
        Action::Templates => library::open_templates(state, false),
        Action::Flows => library::open_flows(state, false),
        Action::Audit => audit::open(state, ""),
        Action::VerifyAudit => audit::verify(),
        Action::Unknowns => triage::open(state),
        Action::Preview => drafts::show_preview(state),
        Action::Edit if state.focus != PaneId::Composer => {
            flows::visit_pane(state, PaneId::Composer);
            Vec::new()
        }
        Action::OptOut => opting_out::begin(state),
        Action::AddTemplate => importing::open(state),
        Action::NewBroadcast => drafts::new_draft(state, template_composer::DraftKind::Broadcast),
        Action::NewFlow => drafts::new_draft(state, template_composer::DraftKind::Flow),
        Action::Review => drafts::review(state),
        Action::When => when::open(state),
        Action::StopLoading => waits::stop_loading(state, state.focus),
        Action::Back => return back(state),
        _ => return None,
    };
    Some(effects)
}

/// Takes away the marks of the open conversation; says whether there were any.
fn clear_marks(state: &mut State) -> bool {
    let marks = state.conversation.clear_marks();
    if marks > 0 {
        let word = if marks == 1 { "mark" } else { "marks" };
        let text = format!("{} {word} taken away.", format::count(marks as u64));
        notify(state, Notice::fact("marks", text));
    }
    marks > 0
}

/// One level back: a pane's own, then a toast, the zoom, the pane visited, marks; at the top it
/// leaves.
fn back(state: &mut State) -> Option<Effects> {
    if focus::goes_back_inside(state) {
        return None;
    }
    if state.toasts.dismiss() {
        return Some(Vec::new());
    }
    if state.zoomed {
        state.zoomed = false;
        return Some(Vec::new());
    }
    if let Some(pane) = state.visited_from.pop() {
        state.focus = pane;
        return Some(Vec::new());
    }
    if state.focus == PaneId::Conversation && clear_marks(state) {
        return Some(Vec::new());
    }
    Some(flows::quit(state))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a line answers the actions it knows"
)]
fn in_command_line(state: &mut State, action: Action, context: &Context<'_>) -> Effects {
    match action {
        Action::Accept | Action::Open => commands::submit(state, context),
        Action::Back | Action::StopTyping => {
            state.command = None;
            Vec::new()
        }
        Action::ClearField => {
            state.command = Some(CommandLine::default());
            Vec::new()
        }
        _ => Vec::new(),
    }
}

/// Runs an action in a pane, whoever has the keys.
pub fn in_pane(state: &mut State, pane: PaneId, action: Action, _context: &Context<'_>) -> Effects {
    let layout = state.layout();
    let height = state.list_height(&layout, pane);
    let now = state.now.clone();
    match pane {
        PaneId::Users => {
            let wish = user_search::act(&mut state.users, action, height);
            flows::users(state, wish)
        }
        PaneId::Conversation => {
            let wish = conversation::act(&mut state.conversation, action, &now);
            reading::wished(state, wish)
        }
        PaneId::Composer => {
            let wish = template_composer::act(&mut state.composer, action, &state.library);
            drafts::composer(state, wish)
        }
        PaneId::Broadcasts => {
            let wish = broadcast_scheduler::act(&mut state.broadcasts, action, height);
            batches::wished(state, wish)
        }
        PaneId::Payload => {
            let wish = payload_preview::act(&mut state.payload, action, height);
            flows::payload(state, wish)
        }
        PaneId::Activity => {
            let wish = activity::act(&mut state.activity, action, height);
            flows::activity(state, wish)
        }
    }
}
