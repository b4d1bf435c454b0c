//! Reading a conversation: what is asked of the local copy, what of the platform, and when to look
//! again. The local copy shows first; what the platform answers is kept there.

use super::state::State;
use super::update::{Effects, notify};
use super::{dialogs, drafts, fetching, files, flows, help, people};
use crate::contract::{
    Above, ApiError, ApiRequest, CachedAnswer, CachedAsk, CachedPart, ConversationPage,
    ConversationRef, Effect, ErrorKind, Notice, PageRequest, PaneId, Slot, StoreRequest, TimerId,
};
use crate::domain::{ChatMessage, User};
use crate::panes::conversation::Wish;
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;
use std::time::Duration;

/// The first look after something new; the wait doubles from one quiet look to the next.
const FOLLOW_FIRST: Duration = Duration::from_secs(2);
/// The longest wait between two looks.
const FOLLOW_LAST: Duration = Duration::from_secs(60);
/// How far a look reaches back before the newest message, because some arrive late.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);

/// Opens a person's conversation at its end.
pub fn open_chat(state: &mut State, user: User) -> Effects {
    let open = state.conversation.chat.as_ref();
    let same = open.is_some_and(|chat| chat.user.channel_user_id == user.channel_user_id);
    flows::focus_pane(state, PaneId::Conversation);
    if same {
        return Vec::new();
    }
    let now = state.now.timestamp();
    state.conversation.open(user, now);
    state.followed = 0;
    let mut effects = Vec::new();
    for slot in [Slot::OlderMessages, Slot::Follow] {
        state.tickets.forget(slot);
        effects.push(Effect::Cancel(slot));
    }
    effects.extend(ask_cached(state, CachedAsk::Open));
    effects.extend(ask_platform(state, Slot::Conversation, None, None));
    effects
}

/// The open conversation.
pub(super) fn conversation_ref(state: &State) -> Option<ConversationRef> {
    let chat = state.conversation.chat.as_ref()?;
    Some(ConversationRef {
        target: state.profile.target.clone(),
        user: chat.user.clone(),
    })
}

/// Asks the local copy of the open conversation.
pub(super) fn ask_cached(state: &State, ask: CachedAsk) -> Effects {
    let Some(conversation) = conversation_ref(state) else {
        return Vec::new();
    };
    vec![Effect::Store(StoreRequest::Conversation(
        Box::new(conversation),
        ask,
    ))]
}

/// Asks the platform for messages of the open conversation.
fn ask_platform(
    state: &mut State,
    slot: Slot,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
) -> Effects {
    let Some(chat) = &state.conversation.chat else {
        return Vec::new();
    };
    // Without a readable time the pages can only be counted.
    let counted = slot == Slot::OlderMessages && until.is_none();
    let request = PageRequest {
        channel_user_id: chat.user.channel_user_id.clone(),
        since,
        until,
        page_number: if counted { chat.pages + 1 } else { 1 },
        page_size: state.settings.page_size,
    };
    flows::request(state, slot, ApiRequest::ConversationPage(request))
}

/// What the Conversation pane wishes.
pub fn wished(state: &mut State, wish: Option<Wish>) -> Effects {
    match wish {
        None => Vec::new(),
        Some(Wish::Refresh) => refresh(state),
        Some(Wish::LoadOlder) => load_older(state),
        Some(Wish::LoadNewer) => load_newer(state),
        Some(Wish::GoToNewest) => ask_cached(state, CachedAsk::Newest),
        Some(Wish::GoToOldest) => match first(state) {
            Some(message) => ask_cached(state, CachedAsk::Oldest(message)),
            None => Vec::new(),
        },
        Some(Wish::FindBeyond { text, forward }) => {
            let from = if forward { last(state) } else { first(state) };
            let Some(from) = from else { return Vec::new() };
            ask_cached(
                state,
                CachedAsk::Match {
                    text,
                    from,
                    forward,
                },
            )
        }
        Some(Wish::FetchAll) => fetching::begin(state),
        Some(Wish::ShowChart) => {
            let zone = state.profile.time_zone.clone();
            ask_cached(state, CachedAsk::Summary(zone))
        }
        Some(Wish::WriteTemplate(user)) => drafts::write_template(state, &[*user]),
        Some(Wish::ShowMedia(file)) => files::open(state, *file),
        Some(Wish::ShowLinks(addresses)) => dialogs::show_links(state, addresses),
        Some(Wish::GoToTime(time)) => ask_cached(state, CachedAsk::At(time)),
        Some(Wish::Copy(text)) => flows::copy(state, text),
        Some(Wish::CopyMarked { text, said }) => flows::copy_as(state, text, &said),
        Some(Wish::ShowRaw(raw)) => {
            let page = help::raw_page("Raw answer of the platform", &raw);
            flows::push_page(state, page)
        }
    }
}

/// Opens a person's conversation at a moment, with a text looked for.
pub fn open_at(state: &mut State, user: User, at: Timestamp, text: &str) -> Effects {
    let mut effects = open_chat(state, user);
    state.conversation.look_for(text);
    effects.extend(ask_cached(state, CachedAsk::At(at)));
    effects
}

/// Goes to a time in the local copy.
pub fn go_to_time(state: &mut State, time: Timestamp) -> Effects {
    flows::focus_pane(state, PaneId::Conversation);
    ask_cached(state, CachedAsk::At(time))
}

/// The oldest loaded message with a readable time: places are found by time.
fn first(state: &State) -> Option<Box<ChatMessage>> {
    let chat = state.conversation.chat.as_ref()?;
    let message = chat.messages.iter().find(|one| one.time.is_some());
    message.cloned().map(Box::new)
}

/// The newest loaded message with a readable time.
fn last(state: &State) -> Option<Box<ChatMessage>> {
    let chat = state.conversation.chat.as_ref()?;
    let message = chat.messages.iter().rev().find(|one| one.time.is_some());
    message.cloned().map(Box::new)
}

fn refresh(state: &mut State) -> Effects {
    state.followed = 0;
    ask_newest(state)
}

/// Asks for the newest page where a look at what is new would not do. It counts as a look, so that
/// a platform that always needs it is not asked every two seconds.
fn look_at_newest(state: &mut State) -> Effects {
    state.followed += 1;
    ask_newest(state)
}

fn ask_newest(state: &mut State) -> Effects {
    let now = state.now.timestamp();
    if let Some(chat) = &mut state.conversation.chat {
        chat.newest.start(now);
    }
    ask_platform(state, Slot::Conversation, None, None)
}

fn load_older(state: &mut State) -> Effects {
    let now = state.now.timestamp();
    let Some(chat) = &mut state.conversation.chat else {
        return Vec::new();
    };
    chat.older.start(now);
    let above = chat.above;
    // Times that cannot be read stand beside their neighbours, so the first readable one will do.
    let until = chat.messages.iter().find_map(|message| message.time);
    match (above, first(state)) {
        (Above::Cached, Some(message)) => ask_cached(state, CachedAsk::Older(message)),
        (Above::Cached | Above::Platform | Above::Nothing, _) => {
            ask_platform(state, Slot::OlderMessages, None, until)
        }
    }
}

fn load_newer(state: &mut State) -> Effects {
    let now = state.now.timestamp();
    let Some(message) = last(state) else {
        return Vec::new();
    };
    if let Some(chat) = &mut state.conversation.chat {
        chat.older.start(now);
    }
    ask_cached(state, CachedAsk::Newer(message))
}

/// The newest page of the platform.
pub fn newest_arrived(state: &mut State, page: ConversationPage) -> Effects {
    let (now, page_size) = (state.now.timestamp(), state.settings.page_size);
    let complete = page.received < page_size as usize;
    let mut effects = keep(state, &page, (stretch(&page), complete), Some(now));
    let added = state.conversation.newest_arrived(page, page_size, now);
    if added > 0 {
        state.followed = 0;
    }
    effects.push(next_look(state));
    effects
}

/// From the first to the last readable time of a page. The page may end before the moment it was
/// asked for: only what it holds is known to be whole.
fn stretch(page: &ConversationPage) -> Option<(Timestamp, Timestamp)> {
    let mut times = page.messages.iter().filter_map(|message| message.time);
    let first = times.next()?;
    Some((first, times.next_back().unwrap_or(first)))
}

/// An older page of the platform.
pub fn older_arrived(state: &mut State, page: ConversationPage) -> Effects {
    let (now, page_size) = (state.now.timestamp(), state.settings.page_size);
    let chat = state.conversation.chat.as_ref();
    let until = chat.and_then(|chat| chat.messages.iter().find_map(|message| message.time));
    let since = page.messages.iter().find_map(|message| message.time);
    // A page that brings nothing new ends the reading here, but proves nothing about the platform.
    let complete = page.received < page_size as usize;
    let effects = keep(state, &page, (since.zip(until), complete), None);
    state.conversation.older_arrived(page, page_size, now);
    effects
}

fn keep(
    state: &State,
    page: &ConversationPage,
    (whole, complete): (Option<(Timestamp, Timestamp)>, bool),
    refreshed: Option<Timestamp>,
) -> Effects {
    let page = Arc::new(page.messages.clone());
    let whole = whole.filter(|(since, until)| since <= until);
    ask_cached(
        state,
        CachedAsk::Keep {
            page,
            whole,
            complete,
            refreshed,
        },
    )
}

/// What a look found; a full page may have left something out, so everything new is fetched.
pub fn looked(state: &mut State, page: ConversationPage) -> Effects {
    let now = state.now.timestamp();
    if page.received >= state.settings.page_size as usize {
        return look_at_newest(state);
    }
    let mut effects = keep(state, &page, (stretch(&page), false), Some(now));
    let Some(added) = state.conversation.news_arrived(page, now) else {
        return look_at_newest(state);
    };
    state.followed = if added > 0 { 0 } else { state.followed + 1 };
    effects.push(next_look(state));
    effects
}

/// A look that failed says so in the pane; it is no reason for a toast of its own every minute.
pub fn look_failed(state: &mut State, error: ApiError) -> Effects {
    let now = state.now.timestamp();
    let refused = error.kind == ErrorKind::Authentication;
    if let Some(chat) = &mut state.conversation.chat {
        chat.newest.fail(error, now);
    }
    state.followed += 1;
    if refused {
        Vec::new()
    } else {
        vec![next_look(state)]
    }
}

/// The timer of the next look.
fn next_look(state: &State) -> Effect {
    let wait = FOLLOW_FIRST.saturating_mul(1 << state.followed.min(5));
    Effect::After {
        delay: wait.min(FOLLOW_LAST),
        timer: TimerId::Follow,
    }
}

/// Looks for new messages in the open conversation, unless nobody can see them.
pub fn look_again(state: &mut State) -> Effects {
    let Some(chat) = &state.conversation.chat else {
        return Vec::new();
    };
    let newest = chat.messages.iter().rev().find_map(|message| message.time);
    if !state.terminal_focused || chat.newest.loading_since().is_some() {
        return Vec::new();
    }
    let Some(newest) = newest.filter(|_| !chat.below) else {
        return look_at_newest(state);
    };
    let since = newest.saturating_sub(OVERLAP).unwrap_or(newest);
    ask_platform(state, Slot::Follow, Some(since), None)
}

/// Somebody looks at the terminal again: so does the conversation.
pub fn focused(state: &mut State) -> Effects {
    state.followed = 0;
    look_again(state)
}

/// The local copy answers; what belongs to another conversation is dropped.
pub fn cached(state: &mut State, answer: CachedAnswer) -> Effects {
    let now = state.now.timestamp();
    let open = state.conversation.chat.as_ref();
    if open.is_none_or(|chat| chat.user.channel_user_id != answer.user) {
        return Vec::new();
    }
    match answer.part {
        CachedPart::Opened(slice, refreshed, handover) => {
            state.conversation.recalled(slice, refreshed);
            state.conversation.hand_over(handover);
        }
        CachedPart::KeptHandover(handover) => {
            state.conversation.hand_over(handover);
            notify(
                state,
                Notice::fact("handover", "Kept for whoever comes next."),
            );
        }
        CachedPart::Summary(summary) => {
            let name = state
                .conversation
                .chat
                .as_ref()
                .map(|chat| chat.name.clone());
            let page = people::summary_page(&name.unwrap_or_default(), &summary, &state.now);
            return flows::push_page(state, page);
        }
        CachedPart::Kept(None) => {}
        CachedPart::Kept(Some((oldest, above))) => {
            state.conversation.above_known(oldest, above);
        }
        CachedPart::Older(slice) => state.conversation.older_recalled(slice, now),
        CachedPart::Newer(slice) => state.conversation.newer_recalled(slice, now),
        CachedPart::Jumped(slice, at) => state.conversation.show(slice, at),
        CachedPart::Nothing => return nothing_cached(state),
    }
    Vec::new()
}

/// The local copy has not what was expected there: the platform is asked.
fn nothing_cached(state: &mut State) -> Effects {
    let Some(chat) = &mut state.conversation.chat else {
        return Vec::new();
    };
    if chat.older.loading_since().is_some() {
        chat.above = Above::Platform;
        return load_older(state);
    }
    let text = "Nothing of the kind in the local copy; K loads older messages into it.";
    notify(state, Notice::fact("conversation", text));
    Vec::new()
}
