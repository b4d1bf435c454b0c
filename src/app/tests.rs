//! What a slow or refused answer of the record does to the draft that was confirmed or taken back,
//! and what a change of profile or of read-only leaves of what was asked before.

use super::state::{Armed, CommandLine, Connection};
use super::{Context, Settings, State, answers, commands, drafts, flows, people_file};
use crate::contract::{
    ApiError, CallDirection, CallOutcome, CallRecord, Effect, ErrorKind, OutboxAnswer,
    OutboxCommand, OutboxEvent, PlanAnswer, PlanFailure, PlanProblem, PlanPurpose, Slot,
};
use crate::domain::{
    Batch, BatchId, BatchState, BotTarget, Counts, Guard, Profile, SendKind, Sha256Hex, TwinRules,
    WireOptions,
};
use crate::keymap::Keymap;
use crate::overlays::Overlay;
use crate::panes::template_composer::{Draft, DraftKind};
use crate::widgets::TextField;
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
        twins: TwinRules::default(),
        times: crate::domain::TimeRules::default(),
        confirm: crate::domain::ConfirmRules::default(),
        approval: crate::domain::ApprovalRules::default(),
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
    let draft = Box::new(Draft::new("a".to_owned(), DraftKind::Template));
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
    state.composer.draft = Some(Draft::new("a".to_owned(), DraftKind::Template));
    let new = state.tickets.issue(Slot::Review).unwrap();
    let answer = |ticket| PlanAnswer {
        ticket,
        purpose: PlanPurpose::Review,
        result: Err(PlanFailure {
            problems: Vec::new(),
            skipped: Vec::new(),
        }),
        countries: Vec::new(),
        checks: None,
        facts: None,
    };
    answers::plan(&mut state, answer(old));
    assert!(state.payload.failure.is_none());
    answers::plan(&mut state, answer(new));
    assert!(state.payload.failure.is_some());
}

fn batch(id: i64, state: BatchState) -> Batch {
    Batch {
        id: BatchId(id),
        kind: SendKind::Template,
        title: "autumn_sale".to_owned(),
        state,
        profile: "london-care".to_owned(),
        created: Timestamp::UNIX_EPOCH,
        scheduled: None,
        counts: Counts::default(),
        parent: None,
        reason: None,
        plan_sha256: Sha256Hex::of(b"plan"),
        revision: 0,
        only: None,
    }
}

fn in_grace() -> (State, Timestamp) {
    let mut state = state();
    let until = state.now.timestamp() + Duration::from_secs(10);
    state.armed.push(Armed {
        batch: BatchId(7),
        label: "autumn_sale".to_owned(),
        until,
        grace: Duration::from_secs(10),
        single: true,
        draft: Some(Box::new(Draft::new("a".to_owned(), DraftKind::Template))),
    });
    (state, until)
}

/// The answer to a command was read before the sender went on, and came after the sender's news.
#[test]
fn an_older_picture_of_a_batch_never_hides_a_newer_one() {
    let picture = |state, revision| Batch {
        revision,
        ..batch(7, state)
    };
    let mut state = state();
    let news = |batch| OutboxEvent::BatchChanged(Box::new(batch));
    answers::outbox(&mut state, news(picture(BatchState::Running, 2)));
    answers::outbox(&mut state, news(picture(BatchState::Done, 5)));
    let shown = |state: &State| state.broadcasts.batches[0].state;
    let late = picture(BatchState::Running, 3);
    answers::outbox_answer(&mut state, OutboxAnswer::Queued(late.clone()));
    assert_eq!(shown(&state), BatchState::Done);
    answers::outbox(&mut state, news(late.clone()));
    assert_eq!(shown(&state), BatchState::Done);
    answers::outbox_answer(&mut state, OutboxAnswer::Batches(vec![late]));
    assert_eq!(shown(&state), BatchState::Done);
    answers::outbox(&mut state, news(picture(BatchState::Paused, 6)));
    assert_eq!(shown(&state), BatchState::Paused);
}

#[test]
fn an_undo_opens_the_draft_only_when_nothing_has_left() {
    let one = |cancelled, accepted| Counts {
        planned: 1,
        cancelled,
        accepted,
        ..Counts::default()
    };
    for (end, counts, opened) in [
        (BatchState::Cancelled, one(1, 0), true),
        (BatchState::Done, one(0, 1), false),
    ] {
        let (mut state, _) = in_grace();
        let effects = drafts::undo(&mut state);
        assert_eq!(effects, [Effect::Outbox(OutboxCommand::Undo(BatchId(7)))]);
        assert!(state.composer.draft.is_none(), "nobody knows yet");
        assert!(drafts::undo(&mut state).is_empty(), "one at a time");
        let mut batch = batch(7, end);
        batch.counts = counts;
        answers::outbox(&mut state, OutboxEvent::BatchChanged(Box::new(batch)));
        assert_eq!(state.composer.draft.is_some(), opened, "{end:?}");
        assert!(state.undoing.is_none());
    }
}

#[test]
fn an_undo_that_the_record_refuses_shows_the_countdown_again() {
    let (mut state, until) = in_grace();
    drafts::undo(&mut state);
    assert!(state.armed.is_empty());
    answers::outbox_answer(&mut state, OutboxAnswer::Refused(refusal()));
    assert_eq!(state.armed.first().map(|armed| armed.until), Some(until));
    assert!(state.composer.draft.is_none());
}

#[test]
fn a_draft_of_another_profile_is_asked_about_before_its_review() {
    let mut state = state();
    drafts::new_draft(&mut state, DraftKind::Broadcast);
    let draft = state.composer.draft.clone().unwrap();
    assert_eq!(draft.profile.as_deref(), Some("london-care"));
    flows::profile_switched(&mut state, Ok(profile("paris-care")));
    state.composer.draft = Some(draft);
    drafts::review(&mut state);
    let Some(Overlay::Confirm(question)) = state.overlays.last() else {
        panic!("no question: {:?}", state.overlays);
    };
    assert_eq!(question.wanted, "paris-care");
    assert!(question.lines[0].contains("london-care"));
}

#[test]
fn read_only_by_hand_stays_over_a_change_of_profile_and_gives_back_what_was() {
    let mut state = state();
    let keymap = Keymap::default();
    let context = Context {
        now: Timestamp::UNIX_EPOCH,
        keymap: &keymap,
    };
    let command = |state: &mut State, text: &str| {
        state.command = Some(CommandLine {
            field: TextField::with_text(text),
            refusal: None,
        });
        commands::submit(state, &context)
    };
    let mut running = batch(7, BatchState::Running);
    running.counts.planned = 5;
    state.broadcasts.change(running, state.now.timestamp());
    let effects = command(&mut state, "ro on");
    assert_eq!(
        effects,
        [
            Effect::SetReadOnly(true),
            Effect::Outbox(OutboxCommand::Pause(BatchId(7)))
        ]
    );
    flows::profile_switched(&mut state, Ok(profile("paris-care")));
    assert!(state.profile.read_only);
    assert_eq!(command(&mut state, "ro off"), [Effect::SetReadOnly(false)]);
    assert!(!state.profile.read_only);

    state.profile.read_only = true;
    command(&mut state, "ro off");
    assert!(state.profile.read_only, "the settings say so");
    let said = state.toasts.iter().last().unwrap();
    assert!(
        said.notice.text.contains("make paris-care read-only"),
        "{said:?}"
    );
}

#[test]
fn the_header_says_another_time_only_when_it_is_another() {
    let mut state = state();
    let mut answered_in = |milliseconds| {
        let record = CallRecord {
            started: Timestamp::UNIX_EPOCH,
            duration: Duration::from_millis(milliseconds),
            direction: CallDirection::Read,
            label: "users city=London".to_owned(),
            outcome: CallOutcome::Done,
            result: "24 found".to_owned(),
            http_status: Some(200),
            detail: Box::default(),
        };
        answers::call(&mut state, record);
        match state.connection {
            Connection::Online { answered_in } => answered_in.as_millis(),
            other @ (Connection::Connecting
            | Connection::Offline { .. }
            | Connection::KeyRefused) => panic!("{other:?}"),
        }
    };
    let shown: Vec<u128> = [3, 9, 30, 80, 100, 45, 5]
        .into_iter()
        .map(&mut answered_in)
        .collect();
    assert_eq!(shown, [3, 3, 3, 80, 80, 80, 5]);
}

#[test]
fn a_check_that_broke_leaves_its_dialog_ready_for_another() {
    let mut state = state();
    let mut draft = Draft::new("a".to_owned(), DraftKind::Template);
    draft.take_people_from("people.csv");
    state.composer.draft = Some(draft);
    people_file::open(&mut state);
    let dialog = |state: &mut State| match state.overlays.last_mut() {
        Some(Overlay::Mapping(dialog)) => std::mem::replace(&mut dialog.checking, true),
        other => panic!("no dialog of columns but {other:?}"),
    };
    dialog(&mut state);
    let ticket = state.tickets.issue(Slot::Check).unwrap();
    let problem = PlanProblem {
        field: None,
        rule: "failed",
        text: "a worker ended".to_owned(),
        advice: String::new(),
    };
    answers::plan(
        &mut state,
        PlanAnswer {
            ticket,
            purpose: PlanPurpose::Check,
            result: Err(PlanFailure {
                problems: vec![problem],
                skipped: Vec::new(),
            }),
            countries: Vec::new(),
            checks: None,
            facts: None,
        },
    );
    assert!(!dialog(&mut state));
    let said = state.toasts.iter().last().unwrap();
    assert!(said.notice.text.contains("a worker ended"), "{said:?}");
}
