//! J2: one template to one person, from their chat to its place in the chat.

use crate::scenery::{batch, counts, outbox};
use crate::screens::keep_sizes;
use crate::support::harness::{Harness, Options};
use crate::support::stage::Stage;
use alertdesk::contract::{OutboxEvent, PaneId};
use alertdesk::domain::{BatchId, BatchState, Guard};
use alertdesk::overlays::Overlay;
use alertdesk::panes::conversation::{Outgoing, Way};
use std::time::Duration;

const SARA: &str = "447700900412";

/// Sara's chat, open for real customers.
async fn chat(options: Options) -> Harness {
    let mut desk = Harness::start(Options {
        profile: |profile| profile.guard = Guard::Production,
        ..options
    })
    .await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    assert_eq!(desk.state.focus, PaneId::Conversation);
    desk
}

/// The draft for Sara, filled.
async fn written(desk: &mut Harness) {
    desk.keys("t");
    desk.text("fit_slo");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("1 name    Sara Al-Mutairi");
    desk.text("Tue 27 Oct");
    desk.keys("Esc");
    desk.until_idle().await;
}

#[tokio::test]
async fn j2_from_the_chat_to_an_accepted_message_in_the_chat() {
    let mut desk = chat(Options::default()).await;
    written(&mut desk).await;
    // The bubble and the exact JSON side by side.
    desk.assert_shows("Hello Sara Al-Mutairi, our next free");
    desk.assert_shows("\"phoneNumber\": \"+447700900412\"");
    desk.assert_shows("\"text\": \"Tue 27 Oct\"");
    desk.keys("p");
    assert_eq!(desk.state.focus, PaneId::Payload);
    desk.keys("Esc S");
    desk.until_idle().await;
    for said in [
        "1 person gets the template fitting_slots (en), in one call, now.",
        "Sara Al-Mutairi  +44 7700 900412",
        "[PRODUCTION]",
        "no twin of this plan in ",
        "last four digits",
    ] {
        desk.assert_shows(said);
    }
    desk.advance(400);
    desk.keys("0 4 1 Enter");
    desk.assert_shows("Enter does nothing yet: type 0412");
    desk.keys("2 Enter");
    desk.until_idle().await;
    // Back in the chat, where it waits in sight.
    assert_eq!(desk.state.focus, PaneId::Conversation);
    desk.assert_shows("starts in 10 s");
    desk.assert_shows("u stops it");
    desk.assert_shows("fitting_slots waits: nothing has left yet");
    assert!(desk.platform.accepted().await.is_empty());
    desk.keys("S");
    let batch = desk
        .until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;
    desk.until_idle().await;
    assert_eq!((batch.counts.planned, batch.counts.accepted), (1, 1));
    assert_eq!(desk.platform.accepted().await.get(SARA), Some(&1));
    desk.assert_hides("fitting_slots waits");
    desk.assert_shows("fitting_slots accepted at ");
    desk.assert_shows("id wamid.SANDBOX0");
    // Once the platform shows the message itself, that line goes.
    desk.keys("r");
    desk.until_idle().await;
    desk.assert_hides("fitting_slots accepted at ");
}

#[tokio::test]
async fn j2_taken_back_in_its_grace_the_chat_shows_nothing_of_it() {
    let mut desk = chat(Options::default()).await;
    written(&mut desk).await;
    desk.keys("S");
    desk.until_idle().await;
    desk.advance(400);
    desk.keys("0 4 1 2 Enter");
    desk.until_idle().await;
    desk.assert_shows("fitting_slots waits: nothing has left yet");
    desk.keys("u");
    desk.until_idle().await;
    desk.assert_shows("Nothing was sent.");
    desk.assert_hides("fitting_slots waits");
    assert_eq!(desk.state.focus, PaneId::Composer);
    desk.assert_shows("Tue 27 Oct");
    assert!(desk.platform.accepted().await.is_empty());
}

#[tokio::test]
async fn j2_in_a_chat_its_person_is_meant_whoever_is_marked() {
    let mut desk = Harness::start(Options {
        settings: |settings| settings.grace_single = Duration::ZERO,
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("j Space Space Space g Enter");
    desk.until_idle().await;
    desk.keys("t");
    desk.text("winter_hours");
    desk.keys("Enter Esc");
    desk.until_idle().await;
    desk.keys("S");
    desk.until_idle().await;
    desk.assert_shows("1 person gets the template winter_hours");
    assert!(matches!(
        desk.state.overlays.last(),
        Some(Overlay::Review(_))
    ));
    desk.advance(400);
    desk.keys("1 Enter");
    desk.until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;
    let accepted = desk.platform.accepted().await;
    assert_eq!((accepted.len(), accepted.get(SARA)), (1, Some(&1)));
}

#[tokio::test]
async fn j2_what_waits_for_a_person_is_seen_in_their_chat_after_a_restart_too() {
    let mut desk = Harness::start(Options {
        settings: |settings| settings.grace_single = Duration::ZERO,
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("t");
    desk.text("winter_hours");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("w");
    desk.text("tomorrow 9:00");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("S");
    desk.until_idle().await;
    desk.advance(400);
    desk.keys("1 Enter");
    desk.until_batch("it waits", |batch| batch.state == BatchState::Scheduled)
        .await;
    desk.until_idle().await;
    desk.keys("2");
    desk.assert_shows("winter_hours leaves at its time");

    let mut other = desk.beside(Options::default()).await;
    other.until_idle().await;
    other.find("city=London").await;
    other.keys("Enter");
    other.until_idle().await;
    other.assert_shows("winter_hours leaves at its time");
    // Nobody else's chat says so.
    other.keys("1 j Enter");
    other.until_idle().await;
    other.assert_hides("winter_hours leaves at its time");
}

#[test]
fn j2_an_unknown_message_leaves_the_chat_once_it_is_settled() {
    let mut stage = Stage::furnished(120, 40);
    let unknown = |settled: bool| {
        let counts = counts(u64::from(settled), 0, u64::from(!settled), 0);
        let mut one = batch(41, "fitting_slots", BatchState::DoneWithProblems, counts);
        one.only = Some(SARA.into());
        one.revision = 900 + u64::from(settled);
        OutboxEvent::BatchChanged(Box::new(one))
    };
    stage.keys("2");
    outbox(&mut stage, unknown(false));
    let words = "fitting_slots unknown: U decides";
    assert!(stage.screen().contains(words), "{}", stage.screen());
    outbox(&mut stage, unknown(true));
    let screen = stage.screen();
    assert!(!screen.contains(words), "{screen}");
    assert!(!screen.contains("fitting_slots accepted at"), "{screen}");
}

#[test]
fn j2_how_far_a_message_is_stands_below_the_chat() {
    let mut stage = Stage::furnished(120, 40);
    let send = |stage: &mut Stage, person: &str, id: i64, way: Way| {
        stage.state.conversation.sends(Outgoing {
            batch: BatchId(id),
            person: person.to_owned(),
            title: "fitting_slots".to_owned(),
            way,
        });
    };
    let accepted = Way::Accepted {
        at: stage.now,
        id: Some("wamid.SANDBOX0000000001".to_owned()),
    };
    send(&mut stage, SARA, 1, accepted);
    send(&mut stage, "447700900118", 2, Way::Going);
    send(&mut stage, SARA, 3, Way::Grace);
    stage.keys("2");
    keep_sizes("conversation__outgoing", &stage);
    for (way, words) in [
        (
            Way::Rejected("131026".to_owned()),
            "fitting_slots rejected 131026: 4 shows why",
        ),
        (Way::Unknown, "fitting_slots unknown: U decides"),
        (Way::Stopped, "fitting_slots stands still: 4 shows why"),
    ] {
        stage.state.conversation.send_ended(BatchId(3), way);
        stage.keys("2");
        assert!(stage.screen().contains(words), "{}", stage.screen());
    }
}
