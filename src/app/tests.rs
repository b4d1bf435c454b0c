//! What a slow or refused answer of the record does to the draft that was confirmed, and what a
//! change of profile leaves of what was asked before.

use super::{Settings, State, answers, flows};
use crate::contract::{
    ApiError, ErrorKind, OutboxAnswer, PlanAnswer, PlanFailure, PlanPurpose, Slot,
};
use crate::domain::{BotTarget, Guard, Profile, WireOptions};
use crate::panes::template_composer::{Draft, DraftKind};
use jiff::Timestamp;
use std::time::Duration;

fn profile(name: &str) -> Profile {
    Profile {
        name: name.to_owned(),
        target: BotTarget {
            base_url: "https://api.fern-and-oak.example".to_owned(),
            customer_id: "99001".to_owned(),
            bot_key: "00aa11bb22cc33dd".to_owned(),
        },
        time_zone: "Europe/London".to_owned(),
        region: None,
        guard: Guard::None,
        read_only: false,
        per_minute: 600,
        wire: WireOptions::default(),
        strict_5xx: false,
        trust_408: false,
    }
}

fn state() -> State {
    let (settings, start) = (Settings::default(), Timestamp::UNIX_EPOCH);
    State::new(profile("london-care"), settings, (120, 40), start)
}

fn refusal() -> ApiError {
    ApiError::new(ErrorKind::Refused, "It cannot be.", "Look again.")
}

fn confirmed() -> State {
    let mut state = state();
    let draft = Box::new(Draft::new(DraftKind::Template));
    state.queueing = Some((draft, Duration::from_secs(10)));
    state
}

#[test]
fn a_plan_that_was_not_queued_gives_its_draft_back() {
    let mut state = confirmed();
    answers::outbox_answer(&mut state, OutboxAnswer::NotQueued(refusal()));
    assert!(state.composer.draft.is_some());
    assert!(state.queueing.is_none());
}

#[test]
fn another_refusal_leaves_the_confirmed_draft_with_its_plan() {
    // Otherwise it stands in the composer although it leaves, without a countdown and an undo.
    let mut state = confirmed();
    answers::outbox_answer(&mut state, OutboxAnswer::Refused(refusal()));
    assert!(state.composer.draft.is_none());
    assert!(state.queueing.is_some());
}

#[test]
fn an_answer_for_the_old_profile_is_no_answer_for_the_new_one() {
    let mut state = state();
    let old = state.tickets.issue(Slot::Review).unwrap();
    flows::profile_switched(&mut state, Ok(profile("paris-care")));
    state.composer.draft = Some(Draft::new(DraftKind::Template));
    let new = state.tickets.issue(Slot::Review).unwrap();
    let answer = |ticket| PlanAnswer {
        ticket,
        purpose: PlanPurpose::Review,
        result: Err(PlanFailure {
            problems: Vec::new(),
            skipped: Vec::new(),
        }),
    };
    answers::plan(&mut state, answer(old));
    assert!(state.payload.failure.is_none());
    answers::plan(&mut state, answer(new));
    assert!(state.payload.failure.is_some());
}
