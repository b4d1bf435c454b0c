//! The limits of a day before and after a send, and whoever is called when a batch needs a person.

use crate::support::harness::{Harness, Options};
use alertdesk::app::Settings;
use alertdesk::contract::DayLimits;
use alertdesk::domain::BatchState;
use alertdesk::settings::NotifyCommand;
use std::time::Duration;

fn at_once(settings: &mut Settings) {
    settings.grace_single = Duration::ZERO;
}

/// A draft for Sara under review.
async fn review(options: Options) -> Harness {
    let mut desk = Harness::start(options).await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.keys("t");
    desk.text("fitting");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.text("Tue 27 Oct");
    desk.keys("Esc S");
    desk.until_idle().await;
    desk.advance(400);
    desk
}

#[tokio::test]
async fn the_review_says_what_a_send_would_use_up_and_the_pane_what_is_used() {
    let mut desk = review(Options {
        settings: at_once,
        day: DayLimits {
            people: Some(1),
            messages: Some(40),
            zone: "Europe/London".to_owned(),
        },
        ..Options::default()
    })
    .await;
    desk.assert_shows("24 h meter would be 0 + 1 = 1 of 1: it pauses by itself at 1.");
    desk.assert_hides("today's count");
    desk.keys("1 Enter");
    desk.until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;
    desk.keys("4");
    desk.until("the meter follows", |state| {
        state.broadcasts.meter.people.map(|people| people.used) == Some(1)
    })
    .await;
    desk.assert_shows("24 h meter: 1 of 1 · today 1 of 40");
}

fn refused(command: String) -> Options {
    Options {
        settings: at_once,
        faults: "template:error=131026".to_owned(),
        notify: Some(NotifyCommand {
            command,
            without: Vec::new(),
        }),
        ..Options::default()
    }
}

#[tokio::test]
async fn a_person_is_called_when_a_batch_needs_one() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    // The file is there only once it is whole.
    let command = format!(
        "cat > '{0}.part' && mv '{0}.part' '{0}'",
        told.to_str().unwrap()
    );
    let mut desk = review(refused(command)).await;
    desk.keys("1 Enter");
    desk.until_batch("it is refused", |batch| {
        batch.state == BatchState::DoneWithProblems
    })
    .await;
    for _ in 0..1000 {
        if told.exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(
        std::fs::read_to_string(&told).unwrap(),
        format!(
            "#1 fitting_slots ({}) ended: 0 of 1 accepted, 1 rejected.\n",
            desk.state.profile.name
        )
    );
}

#[tokio::test]
async fn a_call_that_fails_is_a_line_of_the_activity() {
    let mut desk = review(refused("exit 4".to_owned())).await;
    desk.keys("1 Enter");
    desk.until("the call failed", |state| {
        let mut records = state.activity.records.iter();
        records.any(|record| record.result == "nobody called")
    })
    .await;
    desk.keys("6");
    desk.assert_shows("#1 notify_command");
    assert_eq!(desk.state.broadcasts.batches[0].counts.rejected, 1);
}
