//! Help with the field under the cursor: the list of what fits there, questions that build a text,
//! the words of a template, and the message as a phone shows it. What comes of it goes into the
//! draft; nothing here sends.

use super::state::State;
use super::update::{Effects, notify};
use super::{audit, drafts, people, people_file, people_forms, people_rejects};
use crate::contract::{Effect, Notice, PathsAnswer, Slot, StoreRequest};
use crate::domain::User;
use crate::overlays::palette::{Entry, Target};
use crate::overlays::prompt::{self, Purpose};
use crate::overlays::{Overlay, palette, phone};
use crate::panes::template_composer::helpers::{self, Does, Offer};
use crate::panes::template_composer::{self, Draft, Field, Takes};
use crate::text::{local, sanitize};
use crate::widgets::{Lines, TextField, bubble};

/// Opens the list of what helps in the field under the cursor.
pub fn open(state: &mut State) -> Effects {
    let Some(draft) = &state.composer.draft else {
        return Vec::new();
    };
    let takes = draft.field().map(|field| field.takes);
    let entries: Vec<Entry> = if takes == Some(Takes::Numbers) {
        people::recipient_entries(state)
    } else {
        let offers = helpers::offers(draft, &state.library.flows, &state.now);
        offers.into_iter().map(entry).collect()
    };
    if entries.is_empty() {
        let text = "Nothing is known that fits into this field.";
        notify(state, Notice::fact("helpers", text));
        return Vec::new();
    }
    let label = draft.field().map_or("", |field| field.label.as_str());
    let title = format!("What helps: {}", sanitize::clean_line(label));
    let list = palette::State::new(title, entries);
    state.overlays.push(Overlay::Palette(list));
    Vec::new()
}

fn entry(offer: Offer) -> Entry {
    let insert = |text, at_caret| Target::Insert { text, at_caret };
    Entry {
        kind: offer.kind,
        label: offer.label,
        note: offer.note,
        unavailable: false,
        target: match offer.does {
            Does::Replaces(text) => insert(text, false),
            Does::Inserts(text) => insert(text, true),
            Does::AsksFallback(attribute) => Target::Ask(Purpose::Fallback(attribute)),
            Does::AsksDay(language) => Target::Ask(Purpose::Day(language)),
            Does::AsksNumber(language) => Target::Ask(Purpose::Number(language)),
            Does::AsksExpiry => Target::Ask(Purpose::Expiry),
            Does::AsksPayload(key) => Target::Ask(Purpose::Payload(key)),
        },
    }
}

/// Puts a text into the field under the cursor; the typing goes on there.
pub fn insert(state: &mut State, text: &str, at_caret: bool) -> Effects {
    let wish = template_composer::insert(&mut state.composer, text, at_caret);
    state.composer.typing = wish.is_some();
    drafts::composer(state, wish)
}

/// Adds somebody to those the draft is for.
pub fn add_recipient(state: &mut State, user: &User) -> Effects {
    let Some(draft) = &mut state.composer.draft else {
        return Vec::new();
    };
    draft.add(user);
    state.composer.revision += 1;
    drafts::draft_changed(state)
}

/// Asks for a text.
pub fn ask(state: &mut State, purpose: Purpose) -> Effects {
    let (title, line) = asked(&purpose);
    let lines = match purpose {
        Purpose::Words(..) => Lines::Many,
        Purpose::Report(_)
        | Purpose::PeopleFile
        | Purpose::ColumnFallback(..)
        | Purpose::Rejects
        | Purpose::Fallback(_)
        | Purpose::Payload(_)
        | Purpose::Day(_)
        | Purpose::Number(_)
        | Purpose::Expiry => Lines::One,
    };
    let mut field = TextField::new(lines);
    field.set_text(&first_answer(state, &purpose));
    state.overlays.push(Overlay::Prompt(Box::new(prompt::State {
        purpose,
        title,
        lines: vec![line.to_owned()],
        field,
        result: Err(String::new()),
    })));
    weigh(state);
    Vec::new()
}

/// The title of a question, and what to type.
fn asked(purpose: &Purpose) -> (String, &'static str) {
    match purpose {
        Purpose::Fallback(attribute) => (
            format!("People without {}", sanitize::clean_line(attribute)),
            "What do they read instead?",
        ),
        Purpose::Payload(_) => (
            "What the quick reply stores".to_owned(),
            "attribute=value, or nothing to only start the flow",
        ),
        Purpose::Day(_) => (
            "A day".to_owned(),
            "tomorrow, friday, in 3 days, 23 Oct, 2026-12-31",
        ),
        Purpose::Number(_) => (
            "A number".to_owned(),
            "digits, with a point before decimals: 12000.50",
        ),
        Purpose::Expiry => (
            "When the offer ends".to_owned(),
            "a day and a time of this profile's zone: friday 18:00",
        ),
        Purpose::Words(name, language) => (
            format!(
                "Text of {} · {}",
                sanitize::clean_line(name),
                sanitize::clean_line(language)
            ),
            "The body as people read it, with {{1}} for the first value and so on. It is only \
             kept here, for the preview.",
        ),
        Purpose::PeopleFile => (
            "People from a file".to_owned(),
            "A CSV or TSV file; ~/ is your folder. It is only read, and nothing is sent.",
        ),
        Purpose::ColumnFallback(_, column) => (
            format!("People without {}", people_forms::plain(column)),
            "What do they read instead?",
        ),
        Purpose::Rejects => (
            "Who is left out".to_owned(),
            "A CSV file with their rows and the reasons. A name without a folder goes to the \
             folder for downloads.",
        ),
        Purpose::Report(batch) => (
            format!("Report of {batch}"),
            "The ending says what it is: .csv, .json or .md. A name without a folder goes to the \
             folder for downloads.",
        ),
    }
}

/// What stands in the answer at first: the library's own fallback, or what was built before.
fn first_answer(state: &State, purpose: &Purpose) -> String {
    let draft = state.composer.draft.as_ref();
    let field = draft.and_then(Draft::field);
    match purpose {
        Purpose::Fallback(_) => {
            let name = field.and_then(|field| field.id.parameter());
            let template = draft.and_then(|draft| draft.template.as_ref());
            let parameter = template
                .zip(name)
                .and_then(|(one, name)| one.parameter_named(name));
            parameter
                .and_then(|one| one.fallback.clone())
                .unwrap_or_default()
        }
        Purpose::Payload(_) => field.map_or_else(String::new, stored_by),
        Purpose::Report(batch) => audit::report_name(state, *batch),
        Purpose::Rejects => "rejects.csv".to_owned(),
        Purpose::PeopleFile => {
            let file = draft.and_then(Draft::people_file);
            file.map_or_else(String::new, |file| file.path)
        }
        Purpose::ColumnFallback(..) => String::new(),
        Purpose::Day(_) | Purpose::Number(_) | Purpose::Expiry | Purpose::Words(..) => {
            String::new()
        }
    }
}

/// `slot=fri_am` of `flow_KEY||data_slot=fri_am`.
fn stored_by(field: &Field) -> String {
    let text = field.text.text();
    let data = text.split_once("||data_").map(|(_, data)| data);
    data.unwrap_or_default().to_owned()
}

/// Works out what the typed answer becomes.
pub fn weigh(state: &mut State) {
    let Some(Overlay::Prompt(asked)) = state.overlays.last() else {
        return;
    };
    let text = asked.field.text();
    let now = &state.now;
    let result = match &asked.purpose {
        Purpose::Fallback(attribute) | Purpose::ColumnFallback(_, attribute) => {
            helpers::typed_fallback(&text, attribute)
        }
        Purpose::PeopleFile if text.trim().is_empty() => Err("type the path of a file".to_owned()),
        Purpose::PeopleFile => Ok(people_file::what_comes_next(state).to_owned()),
        Purpose::Rejects if text.trim().is_empty() => Err("type a name".to_owned()),
        Purpose::Rejects => Ok(format!("a CSV file, {}", text.trim())),
        Purpose::Payload(key) => helpers::typed_payload(&text, key),
        Purpose::Day(language) => helpers::typed_day(&text, language.as_deref(), now),
        Purpose::Number(language) => local::number(&text, language),
        Purpose::Expiry => {
            helpers::typed_expiry(&text, now).map(|(millis, words)| format!("{words} = {millis}"))
        }
        Purpose::Report(_) => audit::weigh_report(&text),
        Purpose::Words(..) => {
            let draft = state.composer.draft.as_ref();
            draft.map_or_else(|| Ok(String::new()), |draft| draft.weigh_words(&text))
        }
    };
    if let Some(Overlay::Prompt(asked)) = state.overlays.last_mut() {
        asked.result = result;
    }
}

/// Asks what fits the path that is typed.
pub fn complete(state: &mut State) -> Effects {
    let Some(Overlay::Prompt(asked)) = state.overlays.last() else {
        return Vec::new();
    };
    let typed = asked.field.text();
    match state.tickets.issue(Slot::PeopleSample) {
        Some(ticket) => vec![Effect::ListPaths { ticket, typed }],
        None => Vec::new(),
    }
}

/// What fits is known: the path goes on as far as all of it is alike, and the rest is shown.
pub fn completed(state: &mut State, answer: &PathsAnswer) -> Effects {
    if !state.tickets.redeem(Slot::PeopleSample, answer.ticket) {
        return Vec::new();
    }
    let Some(Overlay::Prompt(asked)) = state.overlays.last_mut() else {
        return Vec::new();
    };
    // Who typed on meanwhile keeps what they typed.
    if asked.field.text() != answer.typed {
        return Vec::new();
    }
    asked.field.set_text(&answer.completed());
    weigh(state);
    let result = match answer.names.as_slice() {
        [_] => return Vec::new(),
        [] => Err("no file begins so".to_owned()),
        several => Ok(sanitize::clean_line(&several.join("  ")).into_owned()),
    };
    if let Some(Overlay::Prompt(asked)) = state.overlays.last_mut() {
        asked.result = result;
    }
    Vec::new()
}

/// Takes the answer of the question on top.
pub fn take(state: &mut State) -> Effects {
    let Some(Overlay::Prompt(asked)) = state.overlays.pop() else {
        return Vec::new();
    };
    let text = asked.field.text();
    let Ok(result) = asked.result else {
        return Vec::new();
    };
    match asked.purpose {
        Purpose::Fallback(_) | Purpose::Day(_) | Purpose::Number(_) => insert(state, &result, true),
        Purpose::Payload(_) => insert(state, &result, false),
        Purpose::Expiry => match helpers::typed_expiry(&text, &state.now) {
            Ok((millis, _)) => insert(state, &millis, false),
            Err(_) => Vec::new(),
        },
        Purpose::Words(..) => keep_words(state, &text),
        Purpose::Report(batch) => audit::report(batch, &result),
        Purpose::PeopleFile => people_file::take(state, &text),
        Purpose::ColumnFallback(place, _) => people_file::set_fallback(state, place, &result),
        Purpose::Rejects => people_rejects::write_rejects(state, text.trim()),
    }
}

/// Asks for the words of the draft's template.
pub fn ask_words(state: &mut State) -> Effects {
    let template = state
        .composer
        .draft
        .as_ref()
        .and_then(|draft| draft.template.as_ref());
    let Some(template) = template else {
        return Vec::new();
    };
    let purpose = Purpose::Words(template.name.clone(), template.language.clone());
    ask(state, purpose)
}

fn keep_words(state: &mut State, text: &str) -> Effects {
    let Some(template) = state
        .composer
        .draft
        .as_mut()
        .and_then(|draft| draft.template.as_mut())
    else {
        return Vec::new();
    };
    template.wording.body = Some(text.trim_end().to_owned());
    let template = template.clone();
    let known = state
        .library
        .templates
        .iter_mut()
        .find(|one| (&one.name, &one.language) == (&template.name, &template.language));
    if let Some(known) = known {
        known.wording.clone_from(&template.wording);
    }
    let mut effects = vec![Effect::Store(StoreRequest::SaveWording {
        name: template.name,
        language: template.language,
        wording: Box::new(template.wording),
    })];
    // What is known now can be checked now.
    effects.extend(drafts::preview(state));
    effects
}

/// Shows the draft's message as a phone does, above everything.
pub fn show_phone(state: &mut State) {
    let Some(draft) = &state.composer.draft else {
        return;
    };
    let rows = template_composer::bubble_rows(draft, &state.now, bubble::WIDTH);
    if rows.rows.is_empty() {
        return;
    }
    let title = format!("As a phone shows it: {}", draft.subject());
    state.overlays.push(Overlay::Phone(phone::State {
        title,
        paging: None,
        rows,
        scroll: 0,
    }));
}
