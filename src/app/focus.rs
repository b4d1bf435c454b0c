//! Who gets the next key, computed from state alone: overlays first, then the command line, then a
//! field that is typed in, then the focused pane. What was drawn never matters.

use super::layout::Shape;
use super::state::State;
use super::waits;
use crate::contract::PaneId;
use crate::keymap::{Fact, Facts, KeyContext};
use crate::overlays::{Overlay, page};
use crate::panes::user_search;

/// Who gets the next key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The window is too small for anything but leaving.
    TooSmall,
    /// The topmost overlay.
    Overlay,
    /// The line after `:`.
    CommandLine,
    /// A field of this pane.
    Field(PaneId),
    /// This pane.
    Pane(PaneId),
}

/// Who gets the next key.
pub fn target(state: &State) -> Target {
    if state.layout().shape == Shape::TooSmall {
        return Target::TooSmall;
    }
    if !state.overlays.is_empty() {
        return Target::Overlay;
    }
    if state.command.is_some() {
        return Target::CommandLine;
    }
    let typing = match state.focus {
        PaneId::Users => state.users.typing == user_search::Typing::InSearch,
        PaneId::Conversation => state
            .conversation
            .find
            .as_ref()
            .is_some_and(|find| find.typing),
        PaneId::Composer => state.composer.typing,
        PaneId::Payload => state.payload.find.as_ref().is_some_and(|find| find.typing),
        PaneId::Broadcasts => state.broadcasts.detail_open && state.broadcasts.people.typing,
        PaneId::Activity => false,
    };
    if typing {
        Target::Field(state.focus)
    } else {
        Target::Pane(state.focus)
    }
}

/// The place in the keymap that belongs to it.
pub fn key_context(state: &State) -> KeyContext {
    match target(state) {
        Target::TooSmall => KeyContext::TooSmall,
        Target::Overlay => state
            .overlays
            .last()
            .map_or(KeyContext::Overlay, overlay_context),
        Target::CommandLine => KeyContext::CommandLine,
        Target::Field(_) => KeyContext::Typing,
        Target::Pane(pane) => pane_context(pane),
    }
}

fn overlay_context(overlay: &Overlay) -> KeyContext {
    match overlay {
        Overlay::Page(page) => match page.kind {
            page::Kind::Help => KeyContext::Help,
            page::Kind::Detail => KeyContext::Detail,
        },
        Overlay::Palette(list) if list.typing => KeyContext::Palette,
        Overlay::Palette(_) => KeyContext::Library,
        Overlay::Audit(list) if list.typing => KeyContext::Palette,
        Overlay::Audit(_) => KeyContext::Audit,
        Overlay::Form(_) => KeyContext::Form,
        Overlay::Triage(_) => KeyContext::Unknowns,
        Overlay::Media(_) => KeyContext::Media,
        Overlay::Link(_) => KeyContext::Link,
        Overlay::Review(review) if review.takes_words() => KeyContext::ReviewName,
        Overlay::Review(_) => KeyContext::Review,
        Overlay::Confirm(_) => KeyContext::Confirm,
        Overlay::Prompt(_) => KeyContext::Prompt,
        Overlay::When(dialog) if dialog.question().is_some() => KeyContext::ClockChange,
        Overlay::When(_) => KeyContext::When,
        Overlay::AddTemplate(_) => KeyContext::AddTemplate,
        Overlay::Phone(_) => KeyContext::Phone,
        Overlay::Mapping(_) => KeyContext::Mapping,
        Overlay::Checks(_) => KeyContext::Checks,
    }
}

/// The place of a pane.
pub fn pane_context(pane: PaneId) -> KeyContext {
    match pane {
        PaneId::Users => KeyContext::Users,
        PaneId::Conversation => KeyContext::Conversation,
        PaneId::Composer => KeyContext::Composer,
        PaneId::Broadcasts => KeyContext::Broadcasts,
        PaneId::Payload => KeyContext::Payload,
        PaneId::Activity => KeyContext::Activity,
    }
}

/// Whether the focused pane has a level of its own to go back from: a filter, a search, a range, a
/// detail. What other panes have counts there and not here.
pub fn goes_back_inside(state: &State) -> bool {
    match state.focus {
        PaneId::Users => state.users.range_from.is_some() || !state.users.filter.is_empty(),
        PaneId::Conversation => state.conversation.find.is_some(),
        PaneId::Broadcasts => state.broadcasts.detail_open,
        PaneId::Payload => state.payload.find.is_some(),
        PaneId::Composer | PaneId::Activity => false,
    }
}

/// Whether going back once more would leave the program.
pub fn at_top(state: &State) -> bool {
    state.overlays.is_empty()
        && state.command.is_none()
        && !matches!(target(state), Target::Field(_))
        && !state.zoomed
        && state.toasts.iter().next().is_none()
        && !goes_back_inside(state)
        && (state.focus != PaneId::Conversation || state.conversation.marked().is_empty())
        && state.visited_from.is_empty()
}

/// Whether the open draft is made of a template whose own words nobody wrote down yet.
pub fn words_unknown(state: &State) -> bool {
    let draft = state.composer.draft.as_ref();
    let template = draft
        .filter(|draft| draft.takes_template())
        .and_then(|draft| draft.template.as_ref());
    template.is_some_and(|template| template.wording.body.is_none())
}

/// What holds right now, as far as keys care.
pub fn facts(state: &State) -> Facts {
    let searching = match state.focus {
        PaneId::Users => !state.users.filter.is_empty(),
        PaneId::Conversation => state.conversation.find.is_some(),
        PaneId::Payload => state.payload.find.is_some(),
        PaneId::Composer | PaneId::Broadcasts | PaneId::Activity => false,
    };
    Facts::default()
        .with(Fact::AtTop, at_top(state))
        .with(Fact::BatchSelected, state.broadcasts.selected().is_some())
        .with(Fact::DraftOpen, state.composer.draft.is_some())
        .with(Fact::InGrace, state.can_undo())
        .with(Fact::Loading, waits::is_waiting(state, state.focus))
        .with(Fact::Searching, searching)
        .with(Fact::WordsUnknown, words_unknown(state))
        .with(Fact::Zoomed, state.zoomed)
}
