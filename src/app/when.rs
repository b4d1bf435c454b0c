//! The dialog that asks when the open draft goes out: what it knows, and where its answer goes.

use super::drafts;
use super::state::State;
use super::update::Effects;
use crate::contract::Action;
use crate::domain::TimeRules;
use crate::domain::quiet::zones_of;
use crate::domain::schedule::{PlannedTime, When, read_when};
use crate::overlays::Overlay;
use crate::overlays::when::{self, Other, Wish, Wishes};
use crate::panes::template_composer::{Draft, DraftKind, FieldId};
use crate::text::{format, sanitize};
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Countries of people whose zones can be chosen.
const COUNTRIES: usize = 6;

/// Opens the dialog for the open draft.
pub fn open(state: &mut State) -> Effects {
    let Some(draft) = &state.composer.draft else {
        return Vec::new();
    };
    let here = state.now.time_zone().clone();
    let zones = zones(here, draft);
    let others = state.broadcasts.waiting().map(|batch| Other {
        at: batch.scheduled.unwrap_or(batch.created),
        label: format!("{} {}", batch.id, sanitize::clean_line(&batch.title)),
    });
    let dialog = when::State {
        field: when::field(&draft.value(&FieldId::When)),
        profile: state.profile.name.clone(),
        zones,
        zone: 0,
        read: Ok(When::Now),
        asking: false,
        others: others.collect(),
        skew: state.skew,
        quiet: String::new(),
        quiet_ends: None,
        waits: draft.waits,
        wishes: wishes(draft, &state.profile.times),
        sender: state.sender,
    };
    state.overlays.push(Overlay::When(Box::new(dialog)));
    weigh(state);
    Vec::new()
}

/// The profile's zone, UTC, and those of the people, the country with most of them first.
fn zones(here: TimeZone, draft: &Draft) -> Vec<TimeZone> {
    let mut zones = vec![here, TimeZone::UTC];
    for (country, _) in draft.countries.iter().take(COUNTRIES) {
        zones.extend(
            zones_of(country)
                .next()
                .and_then(|name| TimeZone::get(name).ok()),
        );
    }
    let mut known = Vec::new();
    for zone in zones {
        if !known.contains(&zone) {
            known.push(zone);
        }
    }
    known
}

/// What can be wished for the waiting of a draft.
fn wishes(draft: &Draft, rules: &TimeRules) -> Wishes {
    let is_broadcast = draft.kind == DraftKind::Broadcast;
    Wishes {
        late: is_broadcast.then_some((rules.late, rules.lead)),
        reply: !is_broadcast && draft.people_file().is_none() && draft.recipients().len() == 1,
    }
}

/// Runs an action of the dialog.
pub fn act(state: &mut State, action: Action) -> Effects {
    let Some(Overlay::When(dialog)) = state.overlays.last_mut() else {
        return Vec::new();
    };
    match when::act(dialog, action) {
        None => Vec::new(),
        Some(Wish::Weigh) => {
            weigh(state);
            Vec::new()
        }
        Some(Wish::Close) => {
            state.overlays.pop();
            Vec::new()
        }
        Some(Wish::AfterQuiet(end)) => {
            let now = state.now.timestamp();
            if let Some(Overlay::When(dialog)) = state.overlays.last_mut() {
                let zone = dialog.zone();
                let time = PlannedTime::of(end, &zone);
                dialog.field = when::field(&written(&time, &zone, now));
                dialog.asking = false;
            }
            weigh(state);
            Vec::new()
        }
        Some(Wish::Now) => take(state, "now"),
        Some(Wish::Take(time)) => {
            let text = written(&time, state.now.time_zone(), state.now.timestamp());
            take(state, &text)
        }
    }
}

/// The time as it stands in the draft: a local one, unless that has another meaning or none.
fn written(time: &PlannedTime, zone: &TimeZone, now: Timestamp) -> String {
    let local = time.at.to_zoned(zone.clone());
    let shape = if local.second() == 0 {
        "%Y-%m-%d %H:%M"
    } else {
        "%Y-%m-%d %H:%M:%S"
    };
    let short = local.strftime(shape).to_string();
    match read_when(&short, zone, now) {
        Ok(When::At(read)) if read.at == time.at => short,
        Ok(_) | Err(_) => PlannedTime::of(time.at, zone).exact(),
    }
}

fn take(state: &mut State, text: &str) -> Effects {
    let waits = match state.overlays.pop() {
        Some(Overlay::When(dialog)) => dialog.waits,
        _ => return Vec::new(),
    };
    let Some(draft) = &mut state.composer.draft else {
        return Vec::new();
    };
    draft.set_when(text);
    draft.waits = waits;
    state.composer.revision += 1;
    drafts::draft_changed(state)
}

/// Reads the line again, and looks who sleeps then.
pub fn weigh(state: &mut State) {
    let now = state.now.timestamp();
    let rules = state.profile.times;
    let draft = state.composer.draft.as_ref();
    let countries = draft
        .map(|draft| draft.countries.clone())
        .unwrap_or_default();
    let Some(Overlay::When(dialog)) = state.overlays.last_mut() else {
        return;
    };
    let text = dialog.field.text();
    let text = if text.trim().is_empty() { "now" } else { &text };
    dialog.read = read_when(text, &dialog.zone(), now);
    let at = match &dialog.read {
        Ok(When::Now) => Some(now),
        Ok(When::Ask(question)) => question.choices.first().map(|choice| choice.at),
        Ok(When::At(_)) | Err(_) => dialog.time().map(|time| time.at),
    };
    dialog.quiet = String::new();
    dialog.quiet_ends = None;
    let (Some(quiet), Some(at)) = (rules.quiet, at) else {
        return;
    };
    let asleep: Vec<(u64, Timestamp)> = countries
        .iter()
        .filter_map(|(country, people)| {
            let zones: Vec<TimeZone> = zones_of(country)
                .filter_map(|name| TimeZone::get(name).ok())
                .collect();
            Some((*people, quiet.ends(at, &zones)?))
        })
        .collect();
    let people: u64 = asleep.iter().map(|(people, _)| people).sum();
    let all: u64 = countries.iter().map(|(_, people)| people).sum();
    if let Some(end) = asleep.iter().map(|(_, end)| *end).max() {
        let who = match people {
            1 => "1 person is".to_owned(),
            _ if people == all => format!("All {} are", format::people(people)),
            _ => format!("{} are", format::people(people)),
        };
        dialog.quiet_ends = Some(end);
        dialog.quiet = format!(
            "{who} in quiet hours then ({}), until {}.",
            quiet.words(),
            format::clock(&end.to_zoned(dialog.zone()))
        );
    }
}

/// Whether the clock here is so far off the server's that nothing with a time can be planned.
pub fn clock_is_wrong(state: &State) -> bool {
    state.skew.is_some_and(|skew| skew.abs() > when::MOST)
}
