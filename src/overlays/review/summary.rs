//! The first view of a review: one plain sentence, then each fact on a row with its label.

use super::State;
use super::times::{about, at_once, until, when};
use super::views::shown;
use crate::domain::plan_facts::recipients;
use crate::domain::{Plan, PlanFacts, Schedule, SendKind, Used};
use crate::text::{format, sanitize, width, wrap};
use crate::theme::Role;
use crate::widgets::Spans;
use jiff::{Timestamp, Zoned};
use std::time::Duration;

/// Countries that are named; the others are counted.
const NAMED: usize = 6;
/// Cells of a label.
const LABEL: usize = 10;

/// A row: its label, its text, and the key that does something about it.
struct Row {
    label: &'static str,
    text: String,
}

fn row(label: &'static str, text: impl Into<String>) -> Row {
    let text = text.into();
    Row { label, text }
}

/// One plain sentence about what the plan does: who, what, when, how long, until when it can be
/// stopped.
pub fn sentence(plan: &Plan, facts: &PlanFacts, grace: Duration, now: &Zoned) -> String {
    let people = facts.people;
    let places = match facts.countries.len() {
        0 | 1 => String::new(),
        countries => format!(" in {countries} countries"),
    };
    let who = format!("{}{places}", format::people(people));
    let title = titled(plan);
    let calls = plan.calls.len() as u64;
    let calls = format!("in {}", format::counted(calls, "call"));
    let what = match plan.kind {
        SendKind::Template if people == 1 => {
            format!("{who} gets the template {title}, in one call")
        }
        SendKind::Template => format!("{who} get the template {title}, one call each"),
        SendKind::Broadcast if people == 1 => {
            format!("{who} gets the broadcast {title}, handed to the platform {calls}")
        }
        SendKind::Broadcast => {
            format!("{who} get the broadcast {title}, handed to the platform {calls}")
        }
        SendKind::CsvBroadcast => format!(
            "The list of {who} for {title} is handed to the platform {calls}, which leaves out \
             people it does not know"
        ),
        SendKind::Flow if people == 1 => format!("The flow {title} starts for {who}"),
        SendKind::Flow => format!("The flow {title} starts for {who}, one call each"),
    };
    let planned = |at: Timestamp| format::planned(&at.to_zoned(now.time_zone().clone()));
    let clock = |at: Timestamp| format::clock(&at.to_zoned(now.time_zone().clone()));
    let (when, last) = match plan.schedule {
        Schedule::Now => (
            at_once(plan).to_owned(),
            "after that what was accepted stays".to_owned(),
        ),
        Schedule::PublishAt(at) => (
            planned(at),
            "after that only the panel can cancel it".to_owned(),
        ),
        Schedule::PublishLate { publish, due } => (
            planned(publish),
            format!("C cancels it until {}, then only the panel can", clock(due)),
        ),
        Schedule::StartAt(at) => (planned(at), format!("C cancels it until {}", clock(at))),
    };
    let pace = if plan.calls.len() > 1 {
        format!(", {} at {} a minute", about(plan), plan.limits.per_minute)
    } else {
        String::new()
    };
    let stop = if plan.waiting.approvers.is_some() {
        "A second person approves it first, and you resume it then".to_owned()
    } else if grace.is_zero() {
        "It starts at once".to_owned()
    } else {
        format!("u stops all of it for {}", format::duration(grace))
    };
    format!("{what}, {when}{pace}. {stop}; {last}.")
}

/// What it is called, with the language of a template.
fn titled(plan: &Plan) -> String {
    let title = sanitize::clean_line(&plan.title);
    match &plan.used {
        Some(Used::Template { language, .. }) => {
            format!("{title} ({})", sanitize::clean_line(language))
        }
        Some(Used::Flow(_)) | None => title.into_owned(),
    }
}

/// Why people are left out: `21 given twice · 9 no number of its country`.
pub(super) fn classes(state: &State) -> String {
    let classes = state.facts.classes.iter();
    let named: Vec<String> = classes
        .map(|(words, count)| format!("{} {}", format::count(*count), sanitize::clean_line(words)))
        .collect();
    named.join(" · ")
}

/// The rows of the summary.
fn rows(state: &State, now: &Zoned) -> Vec<Row> {
    let plan = &state.plan;
    let text = sentence(plan, &state.facts, state.grace, now);
    let mut rows = vec![row("", text), row("", "")];
    rows.extend(
        when(plan, now)
            .into_iter()
            .map(|(label, text)| row(label, text)),
    );
    let all = state.facts.people + plan.skipped.len() as u64;
    if all > 1 {
        let planned = format::count(all);
        let going = format::count(state.facts.people);
        let left_out = format::count(plan.skipped.len() as u64);
        let text = format!("{planned} = {going} to go + {left_out} left out");
        rows.push(row("Planned", text));
    }
    rows.push(skipped(state));
    rows.extend(people(state));
    rows.extend(compared(state, now));
    rows.extend(odd(state));
    if let Some(cost) = &state.facts.cost {
        let words = cost.words();
        rows.push(row("Cost", sanitize::clean_line(&words).into_owned()));
    }
    if let Some(sentence) = &state.facts.no_cost {
        rows.push(row("!", sanitize::clean_line(sentence).into_owned()));
    }
    rows.push(row(
        "Account",
        format!(
            "{} · customer {} · bot {}",
            plan.target.base_url, plan.target.customer_id, plan.target.bot_key
        ),
    ));
    rows.push(row(
        "✓",
        format!("same bytes as the preview, plan {}", plan.sha256.short()),
    ));
    rows.extend(passed(plan));
    rows.extend(warnings(state));
    rows.push(row("", ""));
    rows.push(row("", until(state, now)));
    rows
}

fn skipped(state: &State) -> Row {
    let text = match state.plan.skipped.len() as u64 {
        0 => "nobody".to_owned(),
        count => format!("{}: {}", format::count(count), classes(state)),
    };
    row("Skipped", text)
}

/// The only person; else the countries, and the first and the last.
fn people(state: &State) -> Vec<Row> {
    let plan = &state.plan;
    let Some(first) = recipients(plan).next() else {
        return Vec::new();
    };
    if state.facts.people == 1 {
        let name = state.person.as_ref();
        let name = name.map_or_else(String::new, |name| format!("{name}  "));
        let country = state.facts.countries.first();
        let country = country.filter(|(country, _)| !country.starts_with('+'));
        let country = country.map_or_else(String::new, |(country, _)| format!("  {country}"));
        return vec![row("Person", format!("{name}{}{country}", shown(first)))];
    }
    let last = plan.calls.last().and_then(|call| call.recipients.last());
    let last = last.map(shown).unwrap_or_default();
    let total = format::count(state.facts.people);
    let ends = format!("first {} · last {last}", shown(first));
    if state.facts.countries.is_empty() {
        return vec![row("Goes to", format!("{total} · {ends}"))];
    }
    vec![
        row("Goes to", format!("{total}: {}", countries(&state.facts))),
        row(" ", ends),
    ]
}

fn countries(facts: &PlanFacts) -> String {
    let one = |(country, people): &(String, u64)| format!("{country} {}", format::count(*people));
    let mut named: Vec<String> = facts.countries.iter().take(NAMED).map(one).collect();
    let others = facts.countries.get(NAMED..).unwrap_or_default();
    if !others.is_empty() {
        let people = others.iter().map(|(_, people)| people).sum();
        let word = if others.len() == 1 {
            "country"
        } else {
            "countries"
        };
        named.push(format!(
            "{} in {} more {word}",
            format::count(people),
            others.len()
        ));
    }
    named.join(" · ")
}

fn compared(state: &State, now: &Zoned) -> Option<Row> {
    let compared = state.facts.compared?;
    let at = compared.confirmed.to_zoned(now.time_zone().clone());
    Some(row(
        "Compared",
        format!(
            "with {} of {}: {} new · {} gone · {} the same",
            compared.batch,
            format::moment(&at, now),
            format::count(compared.new),
            format::count(compared.gone),
            format::count(compared.same)
        ),
    ))
}

/// Calls that a person should look at.
fn odd(state: &State) -> Option<Row> {
    let facts = &state.facts;
    let mut parts = Vec::new();
    if let (Some((long, bytes)), Some((short, fewer))) = (facts.longest, facts.shortest)
        && bytes != fewer
    {
        let call = |at: usize| format::count(at as u64 + 1);
        parts.push(format!(
            "L longest: call {}, {}",
            call(long),
            format::bytes(bytes)
        ));
        parts.push(format!(
            "E shortest: call {}, {}",
            call(short),
            format::bytes(fewer)
        ));
    }
    if let Some((count, _, why)) = &facts.odd {
        let calls = format::counted(*count, "call");
        parts.push(format!(
            "O {calls} with an odd value: {}",
            sanitize::clean_line(why)
        ));
    }
    (!parts.is_empty()).then(|| row("Odd", parts.join(" · ")))
}

/// What the record said, where it knows of nobody who has the same.
fn passed(plan: &Plan) -> Option<Row> {
    let found = plan.once.found.as_ref()?;
    let window = format::span(plan.once.window);
    (found.people == 0).then(|| row("✓", format!("no twin of this plan in {window}")))
}

/// The notes of the plan, and the key that does something about those who have it already.
fn warnings(state: &State) -> Vec<Row> {
    let twins = state.left_out_twins();
    let notes = state.plan.notes.iter().map(|note| {
        let note = sanitize::clean_line(note);
        let about_twins = twins.as_ref().is_some_and(|twins| note.starts_with(twins));
        if about_twins {
            return row("!", format!("{note}  Ctrl-o sends to them too"));
        }
        row("!", note)
    });
    notes.collect()
}

/// The rows in lines of this width.
pub(super) fn lines(state: &State, width: usize, now: &Zoned) -> Vec<Spans> {
    let mut lines = Vec::new();
    for Row { label, text } in rows(state, now) {
        let (indent, role) = match label {
            "" => (0, Role::Muted),
            "!" => (2, Role::Attention),
            "✓" => (2, Role::Accepted),
            _ => (LABEL, Role::Muted),
        };
        let wrapped = wrap::wrap(&text, width.saturating_sub(indent));
        if wrapped.is_empty() {
            lines.push(Spans::default());
        }
        for (index, part) in wrapped.into_iter().enumerate() {
            let label = if index == 0 { label } else { "" };
            let head = width::pad_right(label, indent);
            lines.push(Spans::of(role, head).with(Role::Text, part));
        }
    }
    lines
}
