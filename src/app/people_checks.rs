//! The check of every row of a draft's people: asked for, shown class by class, and what a person
//! decides about a class. Who is left out in the end is the plan's business.

use super::people_file::{ask_fallback, changed, dialog};
use super::people_places::{personal, single_place};
use super::state::State;
use super::update::{Effects, notify};
use super::{drafts, helping, people_messages, people_rejects};
use crate::contract::{Notice, PlanFailure, PlanPurpose};
use crate::domain::Plan;
use crate::domain::audience::{CheckClass, CheckReport};
use crate::overlays::prompt::Purpose;
use crate::overlays::{Overlay, checks};
use crate::panes::template_composer::Draft;
use std::sync::Arc;

/// Looks at every row.
pub fn check(state: &mut State) -> Effects {
    let effects = drafts::build_plan(state, PlanPurpose::Check, None);
    let asked = !effects.is_empty();
    if let Some(dialog) = dialog(state) {
        dialog.checking = asked;
    }
    if !asked {
        let draft = state.composer.draft.as_ref();
        let first = draft.and_then(|draft| draft.problems.first());
        let why = first.map_or("choose a template first", |problem| &problem.text);
        let text = format!("The rows cannot be checked yet: {why}");
        notify(state, Notice::warning("check", text));
    }
    effects
}

/// Every row was looked at, or that broke.
pub fn answered(
    state: &mut State,
    report: Option<Box<CheckReport>>,
    result: &Result<Arc<Plan>, PlanFailure>,
) {
    match report {
        Some(report) => checked(state, *report, result),
        None => not_checked(state, result),
    }
}

fn checked(state: &mut State, mut report: CheckReport, result: &Result<Arc<Plan>, PlanFailure>) {
    if let Some(draft) = &state.composer.draft {
        for class in &mut report.classes {
            class.text = draft.in_form_words(&class.about, &class.text);
        }
    }
    let skipped = match result {
        Ok(plan) => plan.skipped.clone(),
        Err(failure) => failure.skipped.clone(),
    };
    let guarded = state.profile.guard == crate::domain::Guard::Production;
    let source = state
        .composer
        .draft
        .as_ref()
        .map_or_else(String::new, Draft::to_words);
    if let Some(draft) = &mut state.composer.draft {
        draft.table.people = Some(report.to_go);
        draft.table.skipped = Arc::new(skipped);
    }
    let file = state.composer.draft.as_ref().and_then(Draft::people_file);
    let source = file.map_or(source, |file| file.name().to_owned());
    let opens = dialog(state).is_some_and(|dialog| std::mem::take(&mut dialog.checking));
    match shown(state) {
        // A class was decided about: the cursor stays with it.
        Some(dialog) => dialog.take(report),
        None if opens => state.overlays.push(Overlay::Checks(Box::new(checks::State {
            source,
            report,
            at: 0,
            guarded,
        }))),
        None => {}
    }
}

/// The dialog of the check, if it is open.
pub(super) fn shown(state: &mut State) -> Option<&mut checks::State> {
    state.overlays.iter_mut().rev().find_map(|overlay| {
        if let Overlay::Checks(dialog) = overlay {
            Some(dialog.as_mut())
        } else {
            None
        }
    })
}

/// The dialog waits no longer and can be asked again.
fn not_checked(state: &mut State, result: &Result<Arc<Plan>, PlanFailure>) {
    let waited = dialog(state).is_some_and(|dialog| std::mem::take(&mut dialog.checking));
    let problem = result.as_ref().err();
    let problem = problem.and_then(|failure| failure.problems.first());
    if let (true, Some(problem)) = (waited, problem) {
        let text = format!("✗ The people were not checked: {}", problem.text);
        notify(state, Notice::error("checks", text));
    }
}

/// What the dialog of the check wants.
pub fn wished(state: &mut State, wish: Option<checks::Wish>) -> Effects {
    match wish {
        None => Vec::new(),
        Some(checks::Wish::Close) => {
            state.overlays.pop();
            Vec::new()
        }
        Some(checks::Wish::Review) => {
            let ours =
                |overlay: &Overlay| matches!(overlay, Overlay::Checks(_) | Overlay::Mapping(_));
            state.overlays.retain(|overlay| !ours(overlay));
            drafts::review(state)
        }
        Some(checks::Wish::List(class)) => people_rejects::list(state, &class),
        Some(checks::Wish::Write) => helping::ask(state, Purpose::Rejects),
        Some(checks::Wish::Messages(action)) => people_messages::open(state, action),
        Some(checks::Wish::Decide(rule)) => decide(state, &rule),
        Some(checks::Wish::Fallback(class)) => fall_back(state, &class),
    }
}

/// The next choice for a class, and every row looked at again.
fn decide(state: &mut State, rule: &str) -> Effects {
    let Some(draft) = &mut state.composer.draft else {
        return Vec::new();
    };
    draft.table.choices.next(rule);
    let mut effects = changed(state);
    effects.extend(check(state));
    effects
}

/// Asks for the text of people without a value, at the place that the class is about.
fn fall_back(state: &mut State, class: &CheckClass) -> Effects {
    let Some(draft) = &state.composer.draft else {
        return Vec::new();
    };
    let why: Vec<&str> = class.examples.iter().map(|one| one.why.as_str()).collect();
    let about = |raw: &str| why.iter().any(|why| why.contains(raw));
    let at = personal(draft)
        .position(|field| single_place(&field.text.text()).is_some_and(|place| about(place.raw)));
    let Some(at) = at else {
        let text = "The text stands in the middle of others: write {{column|text}} in the draft.";
        notify(state, Notice::warning("column", text));
        return Vec::new();
    };
    state.overlays.pop();
    if let Some(dialog) = dialog(state) {
        dialog.at = at + 1;
    }
    ask_fallback(state)
}
