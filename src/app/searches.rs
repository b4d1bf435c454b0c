//! Searches for people: asked, joined, kept under a name, chosen again. It must not join people
//! itself: how sets become one is the domain's business, and when, the pane's.

use super::choosing;
use super::flows;
use super::state::State;
use super::update::{Effects, notify};
use crate::contract::{ApiRequest, Effect, Notice, PaneId, Slot, StoreRequest};
use crate::domain::{Combine, Search, User, Wanted};
use crate::overlays::palette::{Entry, Target};
use crate::text::nearest::nearest;
use crate::text::{format, sanitize};
use std::sync::Arc;

/// Asks the platform for the people of a search.
pub fn find(state: &mut State, search: Search) -> Effects {
    let now = state.now.timestamp();
    let next = state.users.ask_all(search, now);
    ask(state, next)
}

/// What was typed behind `:find`, `:and`, `:or` and `:not`.
///
/// # Errors
/// Why it cannot be asked.
pub fn typed(state: &mut State, text: &str, combine: Combine) -> Result<Effects, String> {
    let wanted = Wanted::read(text).ok_or_else(|| {
        format!(
            "{} takes NAME=VALUE, for example city=London",
            combine.command()
        )
    })?;
    let value = wanted.value.trim().to_owned();
    let wanted = Wanted { value, ..wanted };
    flows::focus_pane(state, PaneId::Users);
    let now = state.now.timestamp();
    let next = state.users.ask(wanted, combine, now);
    Ok(ask(state, next))
}

/// People arrived; a search of several questions goes on with the next one.
pub fn arrived(state: &mut State, users: Vec<User>) -> Effects {
    let seen = Arc::new(users.clone());
    let mut effects = Vec::new();
    if let Some(Wanted { attribute, value }) = state.users.waited_for() {
        let searched = StoreRequest::RememberSearch { attribute, value };
        effects.push(Effect::Store(searched));
        effects.push(Effect::Store(StoreRequest::RememberUsers(seen)));
    }
    let now = state.now.timestamp();
    let next = state.users.arrive(users, now);
    effects.extend(ask(state, next));
    effects
}

fn ask(state: &mut State, next: Option<Wanted>) -> Effects {
    let Some(Wanted { attribute, value }) = next else {
        return Vec::new();
    };
    let request = ApiRequest::FindUsers { attribute, value };
    flows::request(state, Slot::UserSearch, request)
}

/// Keeps the whole search that is shown under a name.
///
/// # Errors
/// Nothing to keep, or no name for it.
pub fn save(state: &State, name: &str) -> Result<Effects, String> {
    let Some(search) = &state.users.asked else {
        return Err("no search to keep yet: / starts one".to_owned());
    };
    if name.is_empty() {
        return Err("save takes a name for the search that is shown".to_owned());
    }
    Ok(vec![Effect::Store(StoreRequest::SaveSearch {
        name: name.to_owned(),
        text: Some(search.to_text()),
    })])
}

/// Takes a kept search away.
///
/// # Errors
/// There is none of this name.
pub fn forget(state: &State, name: &str) -> Result<Effects, String> {
    let names = state.library.saved.iter().map(|(name, _)| name.as_str());
    if names.clone().any(|known| known == name) {
        return Ok(vec![Effect::Store(StoreRequest::SaveSearch {
            name: name.to_owned(),
            text: None,
        })]);
    }
    if state.library.saved.is_empty() {
        return Err("no search is kept: save NAME keeps the one that is shown".to_owned());
    }
    Err(match nearest(name, names) {
        Some(near) => format!("no search `{name}` is kept; did you mean `{near}`?"),
        None => format!("no search `{name}` is kept; Ctrl-p lists them"),
    })
}

/// The searches that are kept now; one more or one less is said.
pub fn kept(state: &mut State, saved: Vec<(String, String)>) -> Effects {
    let before = std::mem::replace(&mut state.library.saved, saved);
    let gone = before.iter().find(|(name, _)| {
        let mut now = state.library.saved.iter();
        !now.any(|(known, _)| known == name)
    });
    let text = match gone {
        Some((name, _)) => format!("The search {} is forgotten.", sanitize::clean_line(name)),
        None => "The search is kept; Ctrl-p finds it.".to_owned(),
    };
    notify(state, Notice::fact("search", text));
    Vec::new()
}

/// The kept searches to choose from.
pub fn entries(state: &State) -> impl Iterator<Item = Entry> {
    state.library.saved.iter().filter_map(|(name, text)| {
        let search = Search::read(text)?;
        let label = format!("{name}  {search}");
        let label = sanitize::clean_line(&label).into_owned();
        let target = Target::Search(search);
        Some(choosing::entry("search", label, "find", target))
    })
}

/// Says how many marks were taken away.
pub fn say_unmarked(state: &mut State, marks: usize) {
    let marks = format::counted(marks as u64, "mark");
    let text = format!("{marks} taken away.");
    notify(state, Notice::fact("marks", text));
}
