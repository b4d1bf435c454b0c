//! The network or the program died in the middle: what a person finds, how the unknown results are
//! settled, and how the rest goes on. Nobody is reached twice without a person's doing.

use crate::scenery::{batch, counts, outbox, unknown_item, with_batches, with_unknowns};
use crate::screens::{keep_sizes, keep_stage};
use crate::support::harness::{Harness, Options};
use crate::support::keys::{held, press};
use crate::support::platform::TestConnector;
use crate::support::stage::{Stage, opening};
use alertdesk::contract::{
    ApiError, DayLimits, DraftForm, Effect, ErrorKind, Event, Found, Look, OutboxAnswer,
    OutboxCommand, OutboxEvent, Phase, ReadBackBy, Settlement, UnknownItem,
};
use alertdesk::domain::{
    BatchId, BatchState, Content, Decision, Guard, ItemId, Plan, SendLimits, Standing, ValueSource,
};
use alertdesk::outbox::{Call, Confirmation, Outbox, SystemClock};
use alertdesk::overlays::Overlay;
use alertdesk::runtime::plan_builder;
use alertdesk::runtime::plan_builder::Kept;
use alertdesk::runtime::world::Connector;
use alertdesk::store::outbox::Outcome;
use jiff::SignedDuration;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

const PEOPLE: [&str; 4] = [
    "447700900118",
    "447700900412",
    "447700900733",
    "447700900871",
];

fn rested() -> Options {
    Options {
        sends: false,
        ..Options::default()
    }
}

/// How far the second call came before the program died.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reached {
    Platform,
    Nobody,
}

/// A template to these people, queued by another process.
fn queued(desk: &Harness, people: &[&str]) -> (Outbox, Arc<Plan>, BatchId) {
    let library = desk.library();
    let found = library.templates_named("fitting_slots").unwrap();
    let value = |text: &str| ValueSource::Constant(text.to_owned());
    let form = DraftForm {
        content: Content::Template {
            template: found[0].clone(),
            values: BTreeMap::from([
                ("1".to_owned(), value("Ruth")),
                ("2".to_owned(), value("Tue 27 Oct")),
            ]),
        },
        to: people.iter().map(|digits| format!("+{digits}")).collect(),
        file: None,
        people: BTreeMap::new(),
        standing: Standing::Current,
        when: "now".to_owned(),
        waits: alertdesk::domain::WaitWish::default(),
        limits: SendLimits::default(),
        override_reason: None,
    };
    let profile = &desk.state.profile;
    let plan = plan_builder::build(&form, profile, Kept::default(), (desk.now, "1")).unwrap();
    let record = Outbox::open(desk.data(), Arc::new(SystemClock::new())).unwrap();
    let confirmation = Confirmation {
        typed: people.len().to_string(),
        grace: Duration::ZERO,
    };
    let id = record.queue(&plan, &confirmation).unwrap().id;
    (record, plan, id)
}

/// A record as a sender leaves it that died in the middle: one accepted, one on the way, two not
/// sent.
async fn died_in_the_middle(desk: &Harness, reached: Reached) {
    let (record, plan, id) = queued(desk, &PEOPLE);
    let profile = desk.state.profile.clone();
    let connector = TestConnector {
        profiles: vec![profile],
        key: desk.platform.known.api_key.clone(),
        answer_timeout: Duration::from_secs(20),
        max_body: 1024 * 1024,
        tries: 1,
        day: DayLimits::default(),
    };
    let send = connector.connect(None).await.unwrap().send;
    let now = alertdesk::runtime::clock::now();
    let store = record.store();
    let candidates = store.candidates(id, now, 2).unwrap();
    let marked = store.mark(id, &candidates, now).unwrap();
    for (index, one) in marked.iter().enumerate() {
        if index == 1 && reached == Reached::Nobody {
            continue;
        }
        let call = Call {
            kind: plan.kind,
            recipients: 1,
            request: &one.request,
        };
        let judged = send.send(call).await;
        if index == 0 {
            let outcome = Outcome::judged(one, id, &judged.judgement, now);
            store.record(&[outcome], &[]).unwrap();
        }
    }
}

/// A dashboard that starts after that.
async fn restarted(reached: Reached) -> (Harness, Harness) {
    let before = Harness::start(rested()).await;
    died_in_the_middle(&before, reached).await;
    let mut desk = before.beside(Options::default()).await;
    desk.until("the stop is told", |state| {
        !state.broadcasts.recovered.is_empty() && state.broadcasts.unknown() == 1
    })
    .await;
    desk.until_idle().await;
    (desk, before)
}

/// The unknown results, past their quiet time.
async fn triage(desk: &mut Harness) {
    desk.keys("U");
    desk.until_idle().await;
    desk.advance(400);
}

async fn accepted(desk: &Harness) -> Vec<u64> {
    let accepted = desk.platform.accepted().await;
    PEOPLE
        .iter()
        .map(|digits| accepted.get(*digits).copied().unwrap_or(0))
        .collect()
}

#[tokio::test]
async fn what_arrived_is_found_in_the_chat_and_the_rest_goes_on() {
    let (mut desk, _before) = restarted(Reached::Platform).await;
    desk.assert_shows("Batch 1 stopped: 1 accepted, 1 unknown, 2 not sent.");
    desk.assert_shows("? 1 unknown");
    triage(&mut desk).await;
    desk.assert_shows("Unknown: did these people get it?");
    desk.assert_shows("program stopped");
    desk.assert_shows("Hello Ruth");
    desk.keys("r");
    desk.until_idle().await;
    let toasts = desk.toasts().join("\n");
    assert!(toasts.contains("found in the chat at "), "{toasts}");
    desk.assert_shows("Nothing is unknown.");
    desk.assert_shows("? 0 unknown");
    desk.keys("Esc 4 R");
    desk.advance(400);
    desk.assert_shows("To do it, type  2");
    desk.keys("2 Enter");
    let batch = desk
        .until_batch("it goes on to its end", |batch| {
            batch.counts.queued == 0 && batch.counts.sending == 0
        })
        .await;
    assert_eq!((batch.counts.accepted, batch.counts.unknown), (4, 0));
    assert_eq!(accepted(&desk).await, [1, 1, 1, 1]);
}

#[tokio::test]
async fn what_is_not_found_is_sent_again_only_by_a_person_and_as_a_paused_batch() {
    let (mut desk, _before) = restarted(Reached::Nobody).await;
    triage(&mut desk).await;
    desk.keys("r");
    desk.until_idle().await;
    desk.assert_shows("no evidence yet");
    desk.assert_shows("Arrival can take 15 min: r again after");
    desk.assert_shows("? 1 unknown");
    desk.keys("n");
    desk.assert_shows("Sending again can reach the");
    desk.advance(400);
    desk.text("the customer says nothing came");
    desk.keys("Enter");
    desk.text("agan");
    desk.advance(400);
    desk.keys("Enter");
    desk.assert_shows("Enter does nothing yet: type again");
    desk.keys("Ctrl-u");
    for _ in 0..9 {
        desk.keys("Backspace");
    }
    desk.text("again");
    desk.advance(400);
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("? 0 unknown");
    desk.assert_shows("not accepted, paused in #2");
    let child = desk
        .until_batch("it is paused", |batch| batch.id == BatchId(2))
        .await;
    assert_eq!(
        (child.state, child.parent),
        (BatchState::Paused, Some(BatchId(1)))
    );
    assert_eq!(
        accepted(&desk).await,
        [1, 0, 0, 0],
        "nothing left by itself"
    );
    desk.keys("Esc :");
    desk.text("batch 2");
    desk.keys("Enter");
    desk.keys("R");
    desk.advance(400);
    desk.assert_shows("To do it, type  1");
    desk.keys("1 Enter");
    desk.until_batch("it is done", |batch| {
        batch.id == BatchId(2) && batch.state == BatchState::Done
    })
    .await;
    assert_eq!(accepted(&desk).await, [1, 1, 0, 0]);
}

#[tokio::test]
async fn what_is_settled_elsewhere_is_settled_here() {
    let (mut desk, before) = restarted(Reached::Nobody).await;
    desk.assert_shows("? 1 unknown");
    let record = Outbox::open(before.data(), Arc::new(SystemClock::new())).unwrap();
    let items = record.unknown_items().unwrap();
    assert_eq!(items.len(), 1);
    let settlement = Settlement {
        items: items.iter().map(|item| item.id).collect(),
        decision: Decision::Abandoned,
        reason: String::new(),
        count: None,
    };
    record.settle(&settlement, "ivan@desk-9").unwrap();
    desk.until("it is settled here as well", |state| {
        state.broadcasts.unknown() == 0
    })
    .await;
    desk.assert_shows("? 0 unknown");
}

#[tokio::test]
async fn a_window_that_does_not_send_counts_what_becomes_unknown_in_another() {
    let sending = Harness::start(Options {
        faults: "template:close-after@#1".to_owned(),
        ..Options::default()
    })
    .await;
    let mut other = sending.beside(Options::default()).await;
    let (_, _, id) = queued(&sending, &PEOPLE[..1]);
    other
        .until_batch("it is unknown", |batch| {
            batch.id == id && batch.counts.unknown == 1
        })
        .await;
    other.assert_shows("? 1 unknown");
    triage(&mut other).await;
    other.keys("r");
    other.until_idle().await;
    other.assert_shows("found in the chat");
    other.assert_shows("? 0 unknown");
}

fn unknowns() -> Vec<UnknownItem> {
    let mut looked = unknown_item(71, "447700900118");
    looked.looked = Some(Look {
        at: opening() - SignedDuration::from_mins(2),
        found: "No such message is there yet.".to_owned(),
    });
    let mut broadcast = unknown_item(72, "447700900871");
    broadcast.item.batch = BatchId(31);
    broadcast.item.recipient = None;
    broadcast.item.recipients = Some(1204);
    broadcast.item.rule = Some("contract_changed".to_owned());
    broadcast.item.http_status = Some(200);
    broadcast.phase = Phase::Answered;
    broadcast.title = "autumn_sale~7F3K".to_owned();
    broadcast.text = None;
    broadcast.response = Some("<html>\u{1b}[31mLog in to the guest network".to_owned());
    broadcast.read_back = ReadBackBy::Nobody;
    broadcast.look_yourself =
        Some("Look in the panel under Broadcast → Published for autumn_sale~7F3K.".to_owned());
    let mut late = unknown_item(75, "447700900412");
    late.late_evidence =
        Some("Late evidence: the platform took it (template_accepted).".to_owned());
    vec![looked, broadcast, late]
}

fn stage_with(items: Vec<UnknownItem>) -> Stage {
    let mut stage = Stage::furnished(120, 40);
    with_batches(&mut stage);
    with_unknowns(&mut stage, items);
    stage
}

fn settlements(stage: &Stage) -> Vec<Settlement> {
    let settle = |effect: &Effect| match effect {
        Effect::Outbox(OutboxCommand::Settle(settlement)) => Some(settlement.clone()),
        _ => None,
    };
    stage.effects.iter().filter_map(settle).collect()
}

#[test]
fn how_it_looks() {
    let mut stage = stage_with(unknowns());
    keep_sizes("unknowns__three", &stage);
    stage.keys("j");
    keep_sizes("unknowns__a_broadcast", &stage);
    stage.keys("k k Space Space");
    keep_stage("unknowns__two_marked", &stage);
    let mut page = stage_with(unknowns());
    page.keys("j Enter");
    keep_stage("unknowns__all_about_one", &page);
    let mut one = stage_with(unknowns());
    one.keys("n");
    keep_sizes("unknowns__not_accepted", &one);
    let mut several = stage_with(unknowns());
    several.wait(20 * 60 * 1000);
    several.keys("Space j Space n");
    several.wait(400);
    several.text("nothing came, says the customer");
    several.keys("Enter");
    keep_sizes("unknowns__several_again", &several);
    let mut real = Stage::furnished(120, 40);
    with_batches(&mut real);
    real.state.profile.guard = Guard::Production;
    with_unknowns(&mut real, unknowns());
    keep_stage("unknowns__production", &real);
    keep_sizes("unknowns__none", &stage_with(Vec::new()));
}

#[test]
fn no_key_alone_decides_and_a_reason_is_needed() {
    for (key, decision) in [("a", Decision::Accepted), ("x", Decision::Abandoned)] {
        let mut stage = stage_with(unknowns());
        stage.keys(key);
        stage.wait(400);
        stage.keys("Enter");
        assert!(stage.screen().contains("say why"), "{}", stage.screen());
        assert!(settlements(&stage).is_empty());
        stage.text("seen on the phone");
        stage.wait(400);
        stage.keys("Enter");
        let expected = Settlement {
            items: vec![ItemId(71)],
            decision,
            reason: "seen on the phone".to_owned(),
            count: None,
        };
        assert_eq!(settlements(&stage), [expected]);
        assert!(matches!(
            stage.state.overlays.last(),
            Some(Overlay::Triage(_))
        ));
    }
}

#[test]
fn early_held_and_pasted_input_decides_nothing() {
    let mut stage = Stage::furnished(120, 40);
    with_batches(&mut stage);
    stage.keys("U");
    stage.event(Event::OutboxAnswer(Box::new(OutboxAnswer::Unknown {
        only: None,
        items: unknowns(),
    })));
    stage.wait(399);
    stage.keys("n a x");
    assert!(matches!(
        stage.state.overlays.last(),
        Some(Overlay::Triage(_))
    ));
    stage.wait(1);
    stage.keys("n");
    for _ in 0..30 {
        stage.key(held(press('n')));
    }
    stage.keys("y e s Enter");
    assert!(!stage.screen().contains("› y"), "{}", stage.screen());
    stage.wait(400);
    stage.event(Event::Paste("again".to_owned()));
    assert!(stage.screen().contains("a paste is not taken here"));
    stage.text("why");
    stage.keys("Enter");
    stage.event(Event::Paste("again".to_owned()));
    stage.wait(400);
    stage.keys("Enter");
    assert!(settlements(&stage).is_empty());
    stage.text("again");
    stage.wait(400);
    stage.key(held(press('\n')));
    assert!(settlements(&stage).is_empty(), "held Enter");
    stage.wait(400);
    stage.keys("Enter");
    assert_eq!(settlements(&stage).len(), 1);
}

#[test]
fn several_are_sent_again_only_after_their_time_and_with_their_count() {
    let mut stage = stage_with(unknowns());
    stage.keys("Space Space n");
    assert!(matches!(
        stage.state.overlays.last(),
        Some(Overlay::Triage(_))
    ));
    let toasts: Vec<String> = stage
        .state
        .toasts
        .iter()
        .map(|toast| toast.notice.text.clone())
        .collect();
    assert!(
        toasts
            .iter()
            .any(|text| text.contains("can be sent again after")),
        "{toasts:?}"
    );
    stage.wait(60 * 60 * 1000);
    stage.keys("n");
    stage.wait(400);
    stage.text("nothing came");
    stage.keys("Enter");
    for wrong in ["2", "1204"] {
        stage.text(wrong);
        stage.wait(400);
        stage.keys("Enter");
        assert!(settlements(&stage).is_empty(), "{wrong}");
        for _ in 0..4 {
            stage.keys("Backspace");
        }
    }
    stage.text("1205");
    stage.wait(400);
    stage.keys("Enter");
    let settled = settlements(&stage);
    assert_eq!(settled[0].items, [ItemId(71), ItemId(72)]);
    assert_eq!(
        (settled[0].count, settled[0].decision),
        (Some(1205), Decision::NotAccepted)
    );
}

#[test]
fn a_star_marks_the_batch_and_reading_back_leaves_out_what_it_cannot_prove() {
    let mut stage = stage_with(unknowns());
    stage.keys("*");
    let Some(Overlay::Triage(open)) = stage.state.overlays.last() else {
        panic!("{}", stage.screen())
    };
    assert_eq!(
        open.marked.iter().copied().collect::<Vec<_>>(),
        [ItemId(71), ItemId(75)]
    );
    stage.keys("j Space r");
    let asked = |stage: &Stage| {
        stage.effects.iter().rev().find_map(|effect| match effect {
            Effect::ReadBack(items) => Some(items.clone()),
            _ => None,
        })
    };
    assert_eq!(asked(&stage), Some(vec![ItemId(71), ItemId(75)]));
    assert!(stage.screen().contains("looking"), "{}", stage.screen());
    let failed = Found::Failed(ApiError::new(
        ErrorKind::Network,
        "No answer came within 30 s.",
        "Try again.",
    ));
    stage.event(Event::OutboxAnswer(Box::new(OutboxAnswer::ReadBack {
        item: ItemId(71),
        found: failed,
    })));
    let Some(Overlay::Triage(open)) = stage.state.overlays.last() else {
        panic!("{}", stage.screen())
    };
    assert!(!open.looking.contains_key(&ItemId(71)) && open.looking.contains_key(&ItemId(75)));
    let mut broadcast = stage_with(unknowns());
    broadcast.keys("j r");
    assert_eq!(asked(&broadcast), None);
    assert!(
        broadcast
            .screen()
            .contains("Published for autumn_sale~7F3K")
    );
}

#[test]
fn the_list_follows_the_record_and_a_closed_one_stays_closed() {
    let mut stage = stage_with(unknowns());
    let before = stage.effects.len();
    let mut changed = batch(
        34,
        "winter_hours",
        BatchState::Paused,
        counts(613, 9, 1, 548),
    );
    changed.revision = 5;
    outbox(&mut stage, OutboxEvent::BatchChanged(Box::new(changed)));
    let asked = stage.effects[before..]
        .iter()
        .any(|effect| matches!(effect, Effect::Outbox(OutboxCommand::LoadUnknown(None))));
    assert!(asked, "what is unknown changed");
    stage.keys("j j");
    let answer = |items| Event::OutboxAnswer(Box::new(OutboxAnswer::Unknown { only: None, items }));
    stage.event(answer(unknowns().split_off(1)));
    let Some(Overlay::Triage(open)) = stage.state.overlays.last() else {
        panic!("{}", stage.screen())
    };
    let under = open.selected().map(|row| row.unknown.item.id);
    assert_eq!(under, Some(ItemId(75)), "the cursor stays on its result");
    stage.keys("Esc");
    stage.event(answer(unknowns()));
    assert!(stage.state.overlays.is_empty());
}

#[test]
fn from_a_batch_only_its_own_are_listed() {
    let mut stage = Stage::furnished(120, 40);
    with_batches(&mut stage);
    stage.keys("4 U");
    let only = stage.effects.iter().any(|effect| {
        matches!(
            effect,
            Effect::Outbox(OutboxCommand::LoadUnknown(Some(BatchId(34))))
        )
    });
    assert!(only, "{}", stage.screen());
    assert!(
        stage.screen().contains("Unknown in #34"),
        "{}",
        stage.screen()
    );
    let mut refused = stage_with(unknowns());
    refused.state.profile.read_only = true;
    refused.keys("n");
    assert!(matches!(
        refused.state.overlays.last(),
        Some(Overlay::Triage(_))
    ));
    assert!(refused.screen().contains("read-only"));
}
