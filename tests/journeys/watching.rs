//! Watching a broadcast: the list by what needs a person, the batch below it, its people behind
//! Enter.

use crate::scenery::{batch, counts, outbox};
use crate::screens::{keep_sizes, keep_stage};
use crate::support::stage::{Stage, opening};
use alertdesk::contract::{
    CallDirection, CallOutcome, Effect, Event, Filled, Meter, OutboxAnswer, OutboxCommand,
    OutboxEvent, SenderState,
};
use alertdesk::domain::codes::{Numbering, lookup};
use alertdesk::domain::{
    Batch, BatchCopy, BatchDetail, BatchId, BatchState, FrozenRequest, Item, ItemId, ItemState,
    Reason, ReportClass, RequestBody, RowFilter, RowPage, RowWindow, SendLimits,
};
use jiff::SignedDuration;

/// The list of screens.md: two that need a person, one running, two planned, some done.
fn batches() -> Vec<Batch> {
    let mut canary = batch(37, "spring_fair", BatchState::Paused, counts(4, 1, 0, 1199));
    canary.reason = Some(Reason {
        rule: Reason::CANARY.to_owned(),
        text: "the first 5 were sent".to_owned(),
    });
    let mut refused = batch(
        29,
        "stock_recall",
        BatchState::Paused,
        counts(90, 0, 0, 310),
    );
    refused.reason = Some(Reason {
        rule: "key_refused".to_owned(),
        text: "The platform refused the key (401).".to_owned(),
    });
    let mut running = batch(
        34,
        "winter_hours",
        BatchState::Running,
        counts(612, 9, 2, 548),
    );
    running.counts.skipped = 33;
    running.counts.planned += 33;
    let mut planned = batch(35, "oak_care", BatchState::Scheduled, counts(0, 0, 0, 1171));
    planned.scheduled = Some("2026-10-23T08:00:00Z".parse().unwrap());
    let mut list = vec![
        batch(
            31,
            "autumn_sale",
            BatchState::DoneWithProblems,
            counts(299, 0, 1, 0),
        ),
        canary,
        refused,
        running,
        planned,
        batch(
            30,
            "repair_slots",
            BatchState::DoneWithProblems,
            counts(198, 2, 0, 0),
        ),
        batch(33, "fitting_slots", BatchState::Done, counts(40, 0, 0, 0)),
    ];
    list.extend(
        (10..28).map(|id| batch(id, "showroom_open", BatchState::Done, counts(412, 0, 0, 0))),
    );
    list
}

fn class(code: i64, people: u64) -> ReportClass {
    let known = lookup(code, Numbering::CloudApi).unwrap();
    ReportClass {
        state: ItemState::Rejected,
        recipients: people,
        rule: Some("error_list".to_owned()),
        platform_code: Some(1000),
        error_code: Some(code),
        meaning: known.meaning.to_owned(),
        advice: known.advice.to_owned(),
    }
}

fn detail(id: i64) -> BatchDetail {
    BatchDetail {
        batch: BatchId(id),
        revision: 0,
        limits: SendLimits {
            per_minute: 600,
            canary: 5,
            ..SendLimits::default()
        },
        canary_passed: true,
        canary_accepted: 5,
        canary_ended: Some(opening() - jiff::SignedDuration::from_mins(27)),
        went_on: Some(opening() - jiff::SignedDuration::from_mins(26)),
        source: Some("winter-2026.csv".to_owned()),
        ends: Some(("447700900107".to_owned(), "447700900988".to_owned())),
        classes: vec![
            class(131_026, 6),
            class(131_049, 2),
            class(131_050, 1),
            ReportClass {
                state: ItemState::Unknown,
                recipients: 2,
                rule: Some("answer_timeout".to_owned()),
                platform_code: None,
                error_code: None,
                meaning: "No answer came within 90 s.".to_owned(),
                advice: String::new(),
            },
        ],
    }
}

/// Answers what was asked last about the batch under the cursor.
fn answer_detail(stage: &mut Stage, detail: BatchDetail) {
    let asked = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::Outbox(OutboxCommand::LoadDetail { ticket, batch }) => Some((*ticket, *batch)),
        _ => None,
    });
    let (ticket, batch) = asked.expect("the detail was asked for");
    assert_eq!(batch, detail.batch);
    let detail = Box::new(detail);
    let answer = OutboxAnswer::Detail { ticket, detail };
    stage.event(Event::OutboxAnswer(Box::new(answer)));
}

/// Answers the part of the people that was asked for last, out of `whole`.
fn answer_people(stage: &mut Stage, whole: u64) -> RowWindow {
    let asked = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::Outbox(OutboxCommand::LoadItems {
            ticket,
            batch,
            window,
        }) => Some((*ticket, *batch, window.clone())),
        _ => None,
    });
    let (ticket, batch, window) = asked.expect("people were asked for");
    let end = (window.offset + 300).min(whole);
    let page = RowPage {
        items: (window.offset..end).map(|at| item(batch, at)).collect(),
        total: whole,
        window: window.clone(),
    };
    stage.event(Event::OutboxAnswer(Box::new(OutboxAnswer::Items {
        ticket,
        batch,
        page,
    })));
    window
}

fn item(batch: BatchId, at: u64) -> Item {
    let state = match at % 9 {
        4 => ItemState::Rejected,
        7 => ItemState::Unknown,
        _ => ItemState::Accepted,
    };
    Item {
        id: ItemId(i64::try_from(at).unwrap() + 1),
        batch,
        recipient: Some(format!("447700900{:03}", at % 1000)),
        recipients: None,
        state,
        message_id: (state == ItemState::Accepted).then(|| format!("wamid.{at:06}")),
        rule: Some("answer_timeout".to_owned()),
        http_status: None,
        platform_code: None,
        errors: Vec::new(),
        attempts: 1,
        body_sha256: None,
        retry_at: None,
    }
}

/// The running batch of the list gets on for some minutes.
fn run_on(stage: &mut Stage, minutes: i64) {
    let before = batches().into_iter().find(|batch| batch.id == BatchId(34));
    let mut now = before.unwrap();
    let accepted = now.counts.accepted;
    now.counts.queued += accepted;
    now.counts.accepted = 0;
    now.revision = 1;
    outbox(stage, OutboxEvent::BatchChanged(Box::new(now.clone())));
    let steps = minutes * 6;
    for step in 1..=steps {
        stage.now = opening() - SignedDuration::from_secs((steps - step) * 10 + 5);
        let wanted = accepted * u64::try_from(step).unwrap() / u64::try_from(steps).unwrap();
        now.counts.queued -= wanted - now.counts.accepted;
        now.counts.accepted = wanted;
        now.revision += 1;
        outbox(stage, OutboxEvent::BatchChanged(Box::new(now.clone())));
    }
    assert!(now.counts.balances());
}

/// The screen, with the no-break spaces of numbers as plain ones.
fn shown(stage: &Stage) -> String {
    stage.screen().replace('\u{a0}', " ")
}

fn watched(width: u16, height: u16) -> Stage {
    let mut stage = Stage::furnished(width, height);
    outbox(&mut stage, OutboxEvent::Sender(SenderState::ThisProcess));
    stage.event(Event::OutboxAnswer(Box::new(OutboxAnswer::Batches(
        batches(),
    ))));
    stage.state.toasts = alertdesk::app::toasts::Toasts::default();
    stage.keys("4");
    stage
}

/// The cursor stands on the running batch, and its detail has come.
fn running() -> Stage {
    let mut stage = watched(120, 40);
    stage.keys("j j j");
    run_on(&mut stage, 13);
    answer_detail(&mut stage, detail(34));
    stage
}

fn answer_meter(stage: &mut Stage, people: Option<(u64, u64)>, today: Option<(u64, u64)>) {
    let filled = |pair: Option<(u64, u64)>| pair.map(|(used, limit)| Filled { used, limit });
    let meter = Meter {
        people: filled(people),
        messages: filled(today),
    };
    stage.event(Event::OutboxAnswer(Box::new(OutboxAnswer::Meter(meter))));
}

fn asked_meter(stage: &Stage) -> usize {
    let asked = Effect::Outbox(OutboxCommand::LoadMeter);
    stage
        .effects
        .iter()
        .filter(|effect| **effect == asked)
        .count()
}

#[test]
fn how_much_of_a_day_is_used_stands_on_the_edge_where_there_is_a_limit() {
    let mut stage = watched(120, 40);
    assert_eq!(asked_meter(&stage), 1, "once somebody is connected");
    answer_meter(&mut stage, None, None);
    stage.wait(120_000);
    stage.keys("j");
    assert_eq!(asked_meter(&stage), 1, "no limit, no question");
    assert!(!shown(&stage).contains("24 h meter"));

    answer_meter(&mut stage, Some((655, 2000)), None);
    assert!(shown(&stage).contains(" 24 h meter: 655 of 2 000 "));
    answer_meter(&mut stage, Some((655, 2000)), Some((4900, 5000)));
    assert!(shown(&stage).contains(" 24 h meter: 655 of 2 000 · today 4 900 of 5 000 "));
    stage.keys("k");
    assert_eq!(asked_meter(&stage), 2, "it was asked for long ago");
    stage.wait(10_000);
    stage.keys("j");
    assert_eq!(asked_meter(&stage), 2, "nothing has happened");
    stage.event(Event::Resized(80, 24));
    assert!(shown(&stage).contains(" 24 h meter: 655 of 2 000 · today 4 900 of 5 000 "));
    stage.event(Event::Resized(120, 40));
    stage.keys("3");
    let narrow = shown(&stage);
    assert!(narrow.contains("─ 4 900 of 5 000 today ─"), "{narrow}");
}

#[test]
fn the_list_and_the_batch_under_the_cursor() {
    let mut stage = running();
    answer_meter(&mut stage, Some((655, 2000)), None);
    let screen = shown(&stage);
    for words in [
        "1 204 = accepted 612 + rejected 9 + unknown 2 + not sent 548 + skipped 33",
        "(limit 600)",
        "about 10 min",
        "done near 10:57 London, 09:57 UTC",
        "c goes on",
        "U decide",
        "131026",
    ] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    keep_sizes("broadcasts__running", &stage);
}

#[test]
fn what_needs_a_person_stays_in_view_wherever_the_cursor_is() {
    for (width, height) in [(120, 40), (80, 24), (40, 12), (200, 60)] {
        let mut stage = watched(width, height);
        for key in ["j", "j", "G", "k", "g", "G"] {
            stage.keys(key);
            let screen = shown(&stage);
            for title in ["#37 spring", "#31 autumn", "#29 stock"] {
                assert!(screen.contains(title), "{title} after {key}\n{screen}");
            }
            let selected = stage.state.broadcasts.selected().unwrap();
            assert!(screen.contains(&format!("{} ", selected.id)), "{screen}");
        }
        if (width, height) == (40, 12) {
            keep_stage("broadcasts__at_the_end", &stage);
        }
    }
}

#[test]
fn a_batch_that_waits_after_its_first_people_says_so() {
    let mut stage = watched(120, 40);
    let mut known = detail(37);
    known.canary_passed = false;
    known.canary_accepted = 4;
    known.classes = vec![class(131_026, 1)];
    answer_detail(&mut stage, known);
    assert!(
        shown(&stage).contains("4 of the first 5 accepted"),
        "{}",
        shown(&stage)
    );
    keep_sizes("broadcasts__canary", &stage);
}

#[test]
fn a_wait_that_the_platform_asked_for_counts_down_and_ends() {
    let mut stage = running();
    let mut record =
        crate::scenery::record(0, CallDirection::Send, "#34 …0655", CallOutcome::Waiting);
    record.detail.batch = Some(BatchId(34));
    record.detail.retry_at = Some(stage.now + SignedDuration::from_secs(42));
    stage.effects.clear();
    outbox(&mut stage, OutboxEvent::CallFinished(Box::new(record)));
    assert!(
        shown(&stage).contains("waits 42 s, the platform asked"),
        "{}",
        shown(&stage)
    );
    let timed = |stage: &Stage| {
        let timers = stage.effects.iter().filter(|effect| {
            matches!(effect, Effect::After { timer, .. }
            if *timer == alertdesk::contract::TimerId::Countdown)
        });
        timers.count()
    };
    assert_eq!(timed(&stage), 1, "it counts down");
    stage.wait(42_000);
    stage.effects.clear();
    stage.event(Event::Timer(alertdesk::contract::TimerId::Countdown));
    assert!(
        !shown(&stage).contains("the platform asked"),
        "{}",
        shown(&stage)
    );
    assert_eq!(timed(&stage), 0, "an idle screen writes nothing");
}

#[test]
fn people_of_a_million_are_read_window_by_window() {
    let mut stage = running();
    stage.keys("Enter");
    let first = answer_people(&mut stage, 1_000_000);
    assert_eq!((first.offset, first.filter), (0, RowFilter::All));
    keep_sizes("broadcasts__people", &stage);
    stage.effects.clear();
    stage.keys("G");
    let last = answer_people(&mut stage, 1_000_000);
    assert!(last.offset > 999_000, "{last:?}");
    assert!(shown(&stage).contains("wamid.999999"), "{}", shown(&stage));
    assert!(
        shown(&stage).contains("1 000 000 of 1 000 000"),
        "{}",
        shown(&stage)
    );
    // Going up within the part asks for nothing.
    stage.effects.clear();
    stage.keys("k k k");
    assert!(
        !stage
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Outbox(_)))
    );
}

#[test]
fn people_are_filtered_by_state_and_found_by_number() {
    let mut stage = running();
    stage.keys("Enter");
    answer_people(&mut stage, 1204);
    stage.keys("f f");
    let window = answer_people(&mut stage, 9);
    assert_eq!((window.filter, window.offset), (RowFilter::Rejected, 0));
    stage.keys("/");
    stage.text("0412q");
    keep_stage("broadcasts__people_typing", &stage);
    stage.keys("Backspace Enter");
    let window = answer_people(&mut stage, 0);
    assert_eq!(
        (window.filter, window.find.as_str()),
        (RowFilter::Rejected, "0412")
    );
    assert!(
        shown(&stage).contains("Nobody here has that number"),
        "{}",
        shown(&stage)
    );
    stage.keys("Esc");
    assert_eq!(answer_people(&mut stage, 9).find, "");
    assert!(stage.state.broadcasts.detail_open);
    stage.keys("Esc");
    assert!(!stage.state.broadcasts.detail_open);
}

/// A frozen call of the template that stands first in the library, with these values.
fn call(digits: &str, name: &str, hour: &str) -> (String, FrozenRequest) {
    let body = serde_json::json!({
        "phoneNumber": format!("+{digits}"),
        "payload": {
            "name": "fitting_slots",
            "language": {"code": "en", "policy": "deterministic"},
            "components": [{"type": "body", "parameters": [
                {"type": "text", "text": name}, {"type": "text", "text": hour}]}]
        }
    });
    let url = "https://api.fern-and-oak.example/template".to_owned();
    let request = FrozenRequest::post(url, RequestBody::Json(body.to_string()));
    (digits.to_owned(), request)
}

#[test]
fn a_past_batch_becomes_a_draft_with_what_all_of_its_calls_share() {
    let mut stage = watched(120, 40);
    stage.keys("j j Y");
    let asked = |stage: &Stage| {
        let mut effects = stage.effects.iter().rev();
        effects.any(|effect| *effect == Effect::Outbox(OutboxCommand::LoadCopy(BatchId(29))))
    };
    assert!(asked(&stage));
    let copy = BatchCopy {
        batch: batch(29, "fitting_slots", BatchState::Paused, counts(90, 0, 0, 2)),
        only_not_sent: true,
        calls: vec![
            call("447700900412", "Sara", "Tue 27 Oct"),
            call("447700900118", "Arjun", "Tue 27 Oct"),
        ],
    };
    let answer = OutboxAnswer::Copy(Box::new(copy));
    stage.event(Event::OutboxAnswer(Box::new(answer)));
    let screen = shown(&stage);
    for words in [
        "A draft for the 2 people not sent of #29; values that differ",
        "Tue 27 Oct",
    ] {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    let draft = stage.state.composer.draft.as_ref().unwrap();
    assert_eq!(draft.recipients(), ["+447700900412", "+447700900118"]);
    let values = draft.values();
    assert!(
        !values.values().any(|value| value == "Sara"),
        "nobody gets the name of another"
    );
    keep_stage("broadcasts__cloned", &stage);

    // As a command, and not across accounts.
    let mut other = watched(120, 40);
    other.state.profile.name = "another".to_owned();
    other.keys(":");
    other.text("clone");
    other.keys("Enter");
    assert!(
        shown(&other).contains("was confirmed as fern-oak"),
        "{}",
        shown(&other)
    );
}
