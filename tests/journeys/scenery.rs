//! What stands on the stages of several tests: batches, calls, unknown results, a review.

use crate::support::stage::{Stage, opening};
use alertdesk::contract::{
    CallDetail, CallDirection, CallOutcome, CallRecord, Effect, Event, OutboxAnswer, OutboxCommand,
    OutboxEvent, Phase, ReadBackBy, SenderState, UnknownItem,
};
use alertdesk::domain::unknown::ARRIVAL;
use alertdesk::domain::{
    Batch, BatchId, BatchState, Counts, Item, ItemId, ItemState, PlatformError, Reason, RowPage,
    SendKind, Sha256Hex,
};
use alertdesk::overlays::Overlay;
use jiff::SignedDuration;
use std::time::Duration;

/// A stage on which a filled draft stands in review.
pub fn with_review(width: u16, height: u16) -> Stage {
    let mut stage = Stage::furnished(width, height);
    stage.keys(":");
    stage.text("template fitting_slots");
    stage.keys("Enter");
    stage.text("+44 7700 900412");
    stage.keys("Tab");
    stage.text("Sara");
    stage.keys("Tab");
    stage.text("Tue 27 Oct");
    stage.keys("Esc S");
    assert!(
        matches!(stage.state.overlays.last(), Some(Overlay::Review(_))),
        "{}",
        stage.screen()
    );
    stage
}

/// The outbox says something.
pub fn outbox(stage: &mut Stage, event: OutboxEvent) {
    stage.event(Event::Outbox(Box::new(event)));
}

/// A template batch.
pub fn batch(id: i64, title: &str, state: BatchState, counts: Counts) -> Batch {
    Batch {
        id: BatchId(id),
        kind: SendKind::Template,
        title: title.to_owned(),
        state,
        profile: "fern-oak".to_owned(),
        created: opening() - SignedDuration::from_mins(90 - id),
        scheduled: None,
        counts,
        parent: None,
        reason: None,
        plan_sha256: Sha256Hex::of(title.as_bytes()),
        revision: 0,
        only: None,
    }
}

/// People accepted, rejected, unknown and not sent.
pub fn counts(accepted: u64, rejected: u64, unknown: u64, queued: u64) -> Counts {
    Counts {
        planned: accepted + rejected + unknown + queued,
        accepted,
        rejected,
        unknown,
        queued,
        ..Counts::default()
    }
}

/// Batches of every group of the list.
pub fn with_batches(stage: &mut Stage) {
    let mut paused = batch(
        34,
        "winter_hours",
        BatchState::Paused,
        counts(612, 9, 2, 548),
    );
    paused.reason = Some(Reason {
        rule: "no_connection".to_owned(),
        text: "no connection for 5 calls in a row".to_owned(),
    });
    let batches = vec![
        paused,
        batch(
            36,
            "autumn_sale",
            BatchState::Running,
            counts(182, 1, 0, 117),
        ),
        batch(33, "fitting_slots", BatchState::Done, counts(40, 0, 0, 0)),
        batch(
            31,
            "oak_care",
            BatchState::DoneWithProblems,
            counts(7, 3, 0, 0),
        ),
    ];
    outbox(stage, OutboxEvent::Sender(SenderState::ThisProcess));
    stage.event(Event::OutboxAnswer(Box::new(OutboxAnswer::Batches(
        batches,
    ))));
}

/// A call so many seconds ago.
pub fn record(ago: i64, direction: CallDirection, label: &str, outcome: CallOutcome) -> CallRecord {
    let (result, status) = match outcome {
        CallOutcome::Done => ("24 found", Some(200)),
        CallOutcome::Accepted => ("accepted", Some(200)),
        CallOutcome::Rejected => ("131026", Some(200)),
        CallOutcome::Unknown => ("unknown", None),
        CallOutcome::Waiting => ("waits 20 s", Some(429)),
        CallOutcome::Failed => ("no answer", None),
    };
    CallRecord {
        started: opening() - SignedDuration::from_secs(ago),
        duration: Duration::from_millis(84),
        direction,
        label: label.to_owned(),
        outcome,
        result: result.to_owned(),
        http_status: status,
        detail: Box::new(CallDetail {
            sentence: "No answer came within 30 s.".to_owned(),
            advice: "Try again; if it stays, ask whoever runs the network.".to_owned(),
            request: "GET https://api.fern-and-oak.example/bot-api/v1.0/customer/99001/users"
                .to_owned(),
            response: "{\"status\":{\"code\":1000}}".to_owned(),
            ..CallDetail::default()
        }),
    }
}

/// Calls of every outcome.
pub fn with_calls(stage: &mut Stage) {
    let calls = [
        (
            60,
            CallDirection::Read,
            "users city=London",
            CallOutcome::Done,
        ),
        (50, CallDirection::Send, "#36 …0412", CallOutcome::Accepted),
        (40, CallDirection::Send, "#36 …0871", CallOutcome::Rejected),
        (30, CallDirection::Send, "#34 …0118", CallOutcome::Unknown),
        (20, CallDirection::Send, "#36 …0655", CallOutcome::Waiting),
        (
            10,
            CallDirection::Read,
            "conversation 447700900412 page 1",
            CallOutcome::Failed,
        ),
    ];
    for (ago, direction, label, outcome) in calls {
        stage.event(Event::Call(Box::new(record(
            ago, direction, label, outcome,
        ))));
    }
}

/// A person whose result is unknown.
pub fn unknown_item(id: i64, digits: &str) -> UnknownItem {
    let started = opening() - SignedDuration::from_mins(5 + (id - 71) * 11);
    let item = Item {
        id: ItemId(id),
        batch: BatchId(34),
        recipient: Some(digits.to_owned()),
        recipients: None,
        state: ItemState::Unknown,
        message_id: None,
        rule: Some("answer_timeout".to_owned()),
        http_status: None,
        platform_code: None,
        errors: Vec::new(),
        attempts: 1,
        body_sha256: None,
        retry_at: None,
    };
    UnknownItem {
        item,
        kind: SendKind::Template,
        title: "winter_hours".to_owned(),
        profile: "fern-oak".to_owned(),
        text: Some("Hello Ruth, our showroom closes at 17:00 from Sun 25 Oct.".to_owned()),
        started,
        duration_ms: Some(90_000),
        body_bytes: 498,
        phase: Phase::NoAnswer,
        sentence: Some("No answer came within 90 s. It may have arrived.".to_owned()),
        response: None,
        read_back: ReadBackBy::Text,
        look_yourself: None,
        looked: None,
        wait_until: started + ARRIVAL,
        late_evidence: None,
    }
}

/// `U`, answered with these results and past its quiet time.
pub fn with_unknowns(stage: &mut Stage, items: Vec<UnknownItem>) {
    stage.keys("U");
    stage.event(Event::OutboxAnswer(Box::new(OutboxAnswer::Unknown {
        only: None,
        items,
    })));
    stage.wait(400);
}

/// Answers the people of the open batch with one whom WhatsApp refused for this code.
pub fn with_refused_person(stage: &mut Stage, code: i64) {
    let asked = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::Outbox(OutboxCommand::LoadItems {
            ticket,
            batch,
            window,
        }) => Some((*ticket, *batch, window.clone())),
        _ => None,
    });
    let (ticket, batch, window) = asked.expect("people were asked for");
    let item = Item {
        state: ItemState::Rejected,
        batch,
        errors: vec![PlatformError {
            code,
            title: None,
            details: None,
            meaning: Some("The person said no to marketing.".to_owned()),
            advice: None,
        }],
        ..unknown_item(7, "447700900540").item
    };
    let page = RowPage {
        items: vec![item],
        total: 1,
        window,
    };
    stage.event(Event::OutboxAnswer(Box::new(OutboxAnswer::Items {
        ticket,
        batch,
        page,
    })));
}
