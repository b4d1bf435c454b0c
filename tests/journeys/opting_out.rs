//! Opting out: by key and reason, proposed by a word, seen in lists and plans, taken off again.

use crate::scenery::{batch, counts, outbox};
use crate::screens::{keep_sizes, keep_stage};
use crate::support::harness::{Harness, Options};
use crate::support::stage::{Stage, message};
use alertdesk::contract::{
    Effect, Event, OptOutAsk, OutboxAnswer, OutboxCommand, OutboxEvent, SenderState,
};
use alertdesk::domain::{BatchState, Direction, OptOut, OptOutSource};
use alertdesk::overlays::Overlay;

const SARA: &str = "447700900412";

async fn desk() -> Harness {
    let mut desk = Harness::start(Options::default()).await;
    desk.find("city=London").await;
    desk
}

#[tokio::test]
async fn a_reason_puts_a_person_on_the_list_and_no_plan_reaches_them() {
    let mut desk = desk().await;
    desk.keys("O");
    desk.assert_shows("Opt out · Sara Al-Mutairi …0412");
    desk.advance(400);
    desk.keys("Enter");
    desk.assert_shows("Enter does nothing yet: say why");
    desk.text("asked on the phone");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("Sara Al-Mutairi …0412 opted out.");
    desk.assert_shows("⊘ Sara");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("⊘ opted out");
    desk.keys("t");
    desk.text("fitting");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.text("Tue 27 Oct");
    desk.keys("Esc");
    desk.until_idle().await;
    desk.assert_shows("✗ opted out on ");
    desk.keys("S");
    desk.until_idle().await;
    assert!(desk.state.overlays.is_empty(), "{}", desk.screen());
    // A word takes them off again, and then they can be written to.
    desk.keys("2 O");
    desk.assert_shows("May be written to again");
    desk.advance(400);
    desk.text("remove");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_hides("⊘ opted out");
    desk.keys("3");
    desk.until_idle().await;
    desk.resize(200, 60);
    desk.assert_shows("✓ not opted out");
    desk.keys("S");
    desk.until_idle().await;
    assert!(matches!(
        desk.state.overlays.last(),
        Some(Overlay::Review(_))
    ));
    let mut fifth = desk.beside(Options::default()).await;
    fifth.keys(":");
    fifth.text("audit verify");
    fifth.keys("Enter");
    fifth.until_idle().await;
    fifth.assert_shows("chain intact");
}

#[tokio::test]
async fn who_opts_out_in_the_grace_is_taken_back_before_the_call() {
    let mut desk = Harness::start(Options {
        settings: |settings| settings.grace_single = std::time::Duration::from_secs(600),
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("t");
    desk.text("fitting");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.text("Tue 27 Oct");
    desk.keys("Esc S");
    desk.until_idle().await;
    desk.advance(400);
    desk.keys("1 Enter");
    desk.until_idle().await;
    desk.assert_shows("starts in 10 min 00 s");
    desk.keys("1 O");
    desk.advance(400);
    desk.text("asked on the phone");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("S");
    let batch = desk
        .until_batch("it is over", |batch| {
            batch.state == BatchState::DoneWithProblems
        })
        .await;
    assert_eq!((batch.counts.cancelled, batch.counts.accepted), (1, 0));
    assert!(desk.platform.accepted().await.is_empty());
    assert_eq!(desk.platform.calls("/template").await, 0);
}

#[tokio::test]
async fn a_stop_word_only_proposes() {
    let mut desk = desk().await;
    desk.platform.customer_writes(SARA, "Stop!").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("wrote Stop at ");
    desk.assert_shows("O opts out");
    let looks = |effect: &&Effect| {
        matches!(
            effect,
            Effect::Outbox(OutboxCommand::OptOuts { ask, .. }) if *ask != OptOutAsk::Look
        )
    };
    assert_eq!(desk.effects.iter().find(looks), None, "nothing by itself");
    desk.keys("O");
    desk.advance(400);
    // The word is the reason unless somebody writes another.
    desk.assert_shows("wrote Stop on ");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("⊘ opted out");
    desk.assert_hides("O opts out");
    let put = desk.effects.iter().find_map(|effect| match effect {
        Effect::Outbox(OutboxCommand::OptOuts {
            ask: OptOutAsk::Put(source, reason),
            ..
        }) => Some((*source, reason.clone())),
        _ => None,
    });
    let (source, reason) = put.unwrap();
    assert_eq!(source, OptOutSource::Word);
    assert!(reason.starts_with("wrote Stop on "), "{reason}");
}

#[tokio::test]
async fn the_command_takes_a_number() {
    let mut desk = desk().await;
    desk.keys(":");
    desk.text("suppress nobody");
    desk.keys("Enter");
    desk.assert_shows("suppress takes a number with country code");
    desk.keys("Esc :");
    desk.text("suppress +44 7700 900871");
    desk.keys("Enter");
    desk.advance(400);
    desk.assert_shows("Opt out · ");
    desk.keys("Esc");
    assert!(desk.state.overlays.is_empty());
    desk.keys(":");
    desk.text("suppress");
    desk.keys("Enter");
    desk.assert_shows("Opt out · Sara Al-Mutairi …0412");
}

fn found(recipient: &str) -> OptOut {
    OptOut {
        recipient: recipient.to_owned(),
        since: "2026-09-09T08:00:00Z".parse().unwrap(),
        who: "meera@desk-4".to_owned(),
        source: OptOutSource::Manual,
        reason: "asked".to_owned(),
    }
}

fn told(stage: &mut Stage, people: &[&str]) {
    stage.event(Event::OutboxAnswer(Box::new(OutboxAnswer::OptOuts {
        ask: OptOutAsk::Look,
        people: people.iter().map(|one| (*one).to_owned()).collect(),
        found: people.iter().map(|one| found(one)).collect(),
    })));
}

#[test]
fn how_it_looks() {
    let mut stage = Stage::furnished(120, 40);
    let person = stage.state.users.rows()[2].key().to_owned();
    told(&mut stage, &[&person, SARA]);
    stage.keys("1");
    keep_sizes("opted_out__users", &stage);
    stage.keys("2");
    keep_sizes("opted_out__chat", &stage);
    stage.keys("O");
    stage.wait(400);
    keep_sizes("opted_out__take_off", &stage);

    let mut proposed = Stage::furnished(120, 40);
    let mut messages = crate::support::stage::chat(12);
    messages.push(message(2 * 24 * 60, Direction::In, "STOP"));
    messages.sort_by_key(|message| message.time);
    proposed.keys("2 r");
    proposed.answer_page(messages);
    assert!(
        proposed
            .screen()
            .contains("Sara wrote STOP on Tue: O opts out")
    );
    keep_sizes("opted_out__proposed", &proposed);
    proposed.keys("O");
    proposed.wait(400);
    keep_sizes("opted_out__ask", &proposed);
}

#[test]
fn a_refusal_of_whatsapp_offers_it() {
    let mut stage = Stage::furnished(120, 40);
    outbox(&mut stage, OutboxEvent::Sender(SenderState::ThisProcess));
    let done = batch(
        31,
        "oak_care",
        BatchState::DoneWithProblems,
        counts(1, 1, 0, 0),
    );
    stage.event(Event::OutboxAnswer(Box::new(OutboxAnswer::Batches(vec![
        done,
    ]))));
    stage.keys("4 O");
    stage.wait(100);
    assert!(
        stage.screen().contains("131050"),
        "says when it can be done\n{}",
        stage.screen()
    );
    stage.keys("Enter");
    crate::scenery::with_refused_person(&mut stage, 131_050);
    keep_stage("opted_out__refused", &stage);
    stage.keys("O");
    stage.wait(400);
    let Some(Overlay::Confirm(question)) = stage.state.overlays.last() else {
        panic!("{}", stage.screen());
    };
    assert!(question.reason_text().contains("131050"));
}
