//! J8: a flow for 40 people of a search after an outage, and the same once more.

use crate::support::harness::{Harness, Options};
use alertdesk::app::Settings;
use alertdesk::contract::PaneId;
use alertdesk::domain::BatchState;
use alertdesk::overlays::Overlay;
use std::time::Duration;

fn at_once(settings: &mut Settings) {
    settings.grace_list = Duration::ZERO;
}

async fn start(settings: fn(&mut Settings)) -> Harness {
    Harness::start(Options {
        users: 70,
        settings,
        ..Options::default()
    })
    .await
}

/// Forty of the people of a search, and the flow for them with its attributes.
async fn flow(desk: &mut Harness) {
    desk.find("city=London").await;
    desk.assert_shows("48 found");
    desk.keys("/ Ctrl-u");
    desk.text("!trade");
    desk.keys("Esc");
    desk.assert_shows("40 of 48 found");
    desk.keys("*");
    desk.assert_shows("40 marked");
    desk.keys("f");
    desk.text("callback");
    desk.keys("Enter");
    desk.until_idle().await;
    assert_eq!(desk.state.focus, PaneId::Composer);
    desk.assert_shows("40 people");
    desk.assert_shows("best_time");
    desk.text("{{last_order}}");
    desk.keys("Tab");
    desk.text("morning");
    desk.keys("Esc");
    desk.until_idle().await;
}

async fn review(desk: &mut Harness) {
    desk.keys("S");
    desk.until_idle().await;
    desk.advance(400);
}

#[tokio::test]
async fn j8_forty_of_a_search_get_a_flow_and_twice_needs_a_reason() {
    let mut desk = start(at_once).await;
    flow(&mut desk).await;
    // The JSON of any of them.
    desk.keys("p");
    let first = desk.screen();
    desk.assert_shows("\"best_time\"");
    desk.assert_hides("\"order\": \"{{");
    desk.keys("]");
    desk.until_idle().await;
    assert_ne!(desk.screen(), first, "another person, another order");
    desk.keys("Esc");
    review(&mut desk).await;
    desk.assert_shows("The flow callback_offer starts for 40 people, one call each, now");
    desk.keys("4 Enter");
    desk.assert_shows("Enter does nothing yet: type 40");
    desk.keys("0 Enter");
    let done = desk
        .until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;
    desk.until_idle().await;
    assert_eq!(done.counts.accepted, 40);
    let accepted = desk.platform.accepted().await;
    assert_eq!(accepted.len(), 40);

    // Within ten minutes nobody gets it again by themselves.
    desk.keys("Esc Esc Esc 1 Esc M");
    desk.assert_shows("40 marks taken away.");
    flow(&mut desk).await;
    review(&mut desk).await;
    // `at` or `last at`, where the calls fell into two minutes.
    desk.assert_shows("40 of 40 already triggered");
    desk.assert_shows("Type a reason to override.");
    desk.keys("Enter");
    desk.assert_shows("Enter does nothing yet: say why");
    desk.text("the first one led nowhere");
    desk.keys("Enter");
    desk.until_idle().await;
    // Where the lines break depends on the minutes in it.
    desk.assert_shows("because:");
    desk.assert_shows("nowhere");
    desk.advance(400);
    desk.keys("4 0 Enter");
    desk.until_batch("the second is done", |batch| {
        batch.id.0 == 2 && batch.state == BatchState::Done
    })
    .await;
    let accepted = desk.platform.accepted().await;
    assert!(accepted.values().all(|count| *count == 2));
}

#[tokio::test]
async fn j8_the_grace_of_a_list_takes_all_forty_back() {
    let mut desk = start(|_| {}).await;
    flow(&mut desk).await;
    review(&mut desk).await;
    desk.keys("4 0 Enter");
    desk.until_idle().await;
    desk.assert_shows("starts in 30 s");
    desk.keys("u");
    desk.until_idle().await;
    desk.assert_shows("Nothing was sent.");
    assert!(desk.platform.accepted().await.is_empty());
    assert!(!matches!(
        desk.state.overlays.last(),
        Some(Overlay::Review(_))
    ));
    desk.assert_shows("{{last_order}}");
}
