//! Files of messages: opened, fetched, saved and shown when a person asks, never by themselves.

use super::flows;
use super::state::State;
use super::update::{Effects, notify};
use crate::contract::{
    Action, AfterSaving, ApiError, Effect, FetchedMedia, MediaAnswer, MediaAsk, Notice,
    PreparedPicture, Slot, Ticket,
};
use crate::domain::{Media, MediaKind};
use crate::overlays::media::{self, Content, Shown, Wish};
use crate::overlays::{Overlay, link};
use crate::text::{links, sanitize};
use std::path::PathBuf;
use std::sync::Arc;

/// Opens the file of a message. A picture that can be drawn is fetched at once, because seeing it
/// is what was asked for; everything else waits for what a person wants with it.
pub fn open(state: &mut State, file: Media) -> Effects {
    let Some(url) = file.url else {
        let text = "The platform has no file for this message.";
        notify(state, Notice::warning("media", text));
        return Vec::new();
    };
    let clean = |text: &str| sanitize::clean_line(text).into_owned();
    // Nothing else of the address is shown.
    let host = clean(links::host(&url));
    let name = file.name.as_deref().map(clean);
    let shown = match (file.kind, state.settings.no_pictures) {
        (MediaKind::Image, None) => Shown::Soon,
        (MediaKind::Image, Some(why)) => Shown::Not(why.to_owned()),
        (MediaKind::Video | MediaKind::Audio | MediaKind::Document, _) => Shown::Not(String::new()),
    };
    let at_once = shown == Shown::Soon;
    let overlay = media::State {
        name: name.unwrap_or_else(|| format!("a {} without a name", media::word(file.kind))),
        host,
        ask: Arc::new(MediaAsk {
            url,
            name: file.name,
            mime: file.mime,
            kind: file.kind,
        }),
        content: Content::Apart,
        shown,
        fitted: None,
        wanted: None,
        saved: None,
    };
    state.overlays.push(Overlay::Media(Box::new(overlay)));
    if at_once { fetch(state) } else { Vec::new() }
}

/// The open file, also while a question stands above it.
fn open_file(state: &mut State) -> Option<&mut media::State> {
    state.overlays.iter_mut().find_map(|overlay| match overlay {
        Overlay::Media(open) => Some(&mut **open),
        Overlay::Page(_)
        | Overlay::Palette(_)
        | Overlay::Form(_)
        | Overlay::Review(_)
        | Overlay::Confirm(_)
        | Overlay::Link(_)
        | Overlay::Prompt(_)
        | Overlay::AddTemplate(_)
        | Overlay::Audit(_)
        | Overlay::Triage(_)
        | Overlay::Mapping(_)
        | Overlay::Checks(_)
        | Overlay::When(_)
        | Overlay::Phone(_) => None,
    })
}

fn fetch(state: &mut State) -> Effects {
    let since = state.now.timestamp();
    let Some(open) = open_file(state) else {
        return Vec::new();
    };
    if matches!(open.content, Content::Fetching { .. }) {
        return Vec::new();
    }
    open.content = Content::Fetching { since };
    let ask = Arc::clone(&open.ask);
    let ticket = state.tickets.issue(Slot::Media);
    let effect = ticket.map(|ticket| Effect::FetchMedia { ticket, ask });
    effect.into_iter().collect()
}

/// Runs an action of the open file.
pub fn act(state: &mut State, action: Action) -> Effects {
    let wish = open_file(state).and_then(|open| media::act(open, action));
    match wish {
        None => Vec::new(),
        Some(Wish::Close) => {
            state.overlays.pop();
            let slots = [Slot::Media, Slot::Picture];
            for slot in slots {
                state.tickets.forget(slot);
            }
            slots.into_iter().map(Effect::Cancel).collect()
        }
        Some(Wish::Fetch) => fetch(state),
        Some(Wish::Save(after)) => save(state, after),
    }
}

/// Saves the file, fetching it first where that was not done.
fn save(state: &mut State, after: AfterSaving) -> Effects {
    let Some(open) = open_file(state) else {
        return Vec::new();
    };
    if let (AfterSaving::Open, Some(path)) = (after, &open.saved) {
        return vec![Effect::OpenSaved(path.clone())];
    }
    if let Content::Here(file) = &open.content {
        let (ask, file) = (Arc::clone(&open.ask), Arc::clone(file));
        return vec![Effect::SaveMedia { ask, file, after }];
    }
    open.wanted = Some(after);
    fetch(state)
}

/// Something became of a file.
pub fn answered(state: &mut State, answer: MediaAnswer) -> Effects {
    match answer {
        MediaAnswer::Fetched {
            ticket,
            result,
            record,
        } => {
            state.activity.add(record);
            fetched(state, ticket, result)
        }
        MediaAnswer::Prepared { ticket, result } => {
            prepared(state, ticket, result);
            Vec::new()
        }
        MediaAnswer::Saved(result) => {
            saved(state, result);
            Vec::new()
        }
        MediaAnswer::Opened(result) => {
            match result {
                Ok(path) => say(
                    state,
                    format!("Given to the desktop's program: {}", path.display()),
                ),
                Err(error) => failed(state, &error),
            }
            Vec::new()
        }
        MediaAnswer::LinkOpened(result) => {
            match result {
                Ok(address) => say(state, format!("Given to the desktop's program: {address}")),
                Err(error) => failed(state, &error),
            }
            Vec::new()
        }
    }
}

fn say(state: &mut State, text: String) {
    notify(state, Notice::fact("media", text));
}

fn failed(state: &mut State, error: &ApiError) {
    let text = format!("✗ {} {} · @ details", error.message, error.advice);
    notify(state, Notice::error("media", text));
}

fn fetched(
    state: &mut State,
    ticket: Ticket,
    result: Result<Arc<FetchedMedia>, ApiError>,
) -> Effects {
    if !state.tickets.redeem(Slot::Media, ticket) {
        return Vec::new();
    }
    match result {
        Ok(file) => {
            state.toasts.settle("media");
            let Some(open) = open_file(state) else {
                return Vec::new();
            };
            open.content = Content::Here(file);
            open.wanted
                .take()
                .map_or_else(Vec::new, |after| save(state, after))
        }
        Err(error) => {
            failed(state, &error);
            if let Some(open) = open_file(state) {
                open.wanted = None;
                open.content = Content::Failed(format!("{} {}", error.message, error.advice));
            }
            Vec::new()
        }
    }
}

fn prepared(state: &mut State, ticket: Ticket, result: Result<PreparedPicture, ApiError>) {
    if !state.tickets.redeem(Slot::Picture, ticket) {
        return;
    }
    let Some(open) = open_file(state) else {
        return;
    };
    match result {
        Ok(picture) => open.shown = Shown::Ready(picture),
        Err(error) => {
            open.shown = Shown::Not(format!("{} {}", error.message, error.advice));
            failed(state, &error);
        }
    }
}

fn saved(state: &mut State, result: Result<PathBuf, ApiError>) {
    match result {
        Ok(path) => {
            say(state, format!("Saved: {}", path.display()));
            if let Some(open) = open_file(state) {
                open.saved = Some(path);
            }
        }
        Err(error) => failed(state, &error),
    }
}

/// Asks for the picture anew if the space for it is another one than it was made for.
pub fn fit_picture(state: &mut State) -> Effects {
    let space = media::space(state.layout().body);
    let space = (space.width, space.height);
    let Some(open) = open_file(state) else {
        return Vec::new();
    };
    let Content::Here(file) = &open.content else {
        return Vec::new();
    };
    if matches!(open.shown, Shown::Not(_)) || open.fitted == Some(space) {
        return Vec::new();
    }
    let file = Arc::clone(file);
    open.fitted = Some(space);
    let ticket = state.tickets.issue(Slot::Picture);
    let effect = ticket.map(|ticket| Effect::PreparePicture {
        ticket,
        file,
        space,
    });
    effect.into_iter().collect()
}

/// What the list of a message's links wants.
pub fn in_links(state: &mut State, wish: Option<link::Wish>) -> Effects {
    match wish {
        None => Vec::new(),
        Some(link::Wish::Close) => {
            state.overlays.pop();
            Vec::new()
        }
        Some(link::Wish::Copy(address)) => flows::copy(state, address),
        Some(link::Wish::Open(address)) => {
            state.overlays.pop();
            vec![Effect::OpenLink(address)]
        }
    }
}
