//! J11: the wrong profile is hard to miss, and a draft never changes it by itself.

use crate::support::harness::{Harness, Options};
use alertdesk::contract::{Effect, OutboxCommand};
use alertdesk::domain::{BatchState, Guard};
use alertdesk::overlays::Overlay;
use alertdesk::theme::Role;

/// Two profiles: the first for trying, `real` with customers.
async fn two() -> Harness {
    Harness::start(Options {
        others: vec![|other| {
            "real".clone_into(&mut other.name);
            other.guard = Guard::Production;
        }],
        ..Options::default()
    })
    .await
}

/// Chooses a profile by its list.
async fn choose(desk: &mut Harness, name: &str) {
    desk.keys("P");
    desk.text(name);
    desk.keys("Enter");
    desk.until_idle().await;
}

async fn to_real(desk: &mut Harness) {
    choose(desk, "real").await;
    desk.assert_shows("Profile \u{b7} real [PRODUCTION]");
    desk.advance(400);
    desk.text("real");
    desk.keys("Enter");
    desk.until_idle().await;
    assert_eq!(desk.state.profile.name, "real");
}

/// A draft for Ben.
async fn draft(desk: &mut Harness) {
    desk.keys(":");
    desk.text("template winter_hours");
    desk.keys("Enter");
    desk.text("+44 7700 900118");
    desk.keys("Esc");
    desk.until_idle().await;
}

fn queued(desk: &Harness) -> usize {
    let is_queue = |effect: &&Effect| matches!(effect, Effect::Outbox(OutboxCommand::Queue { .. }));
    desk.effects.iter().filter(is_queue).count()
}

#[tokio::test]
async fn j11_real_customers_are_red_slow_and_typed() {
    let mut desk = two().await;
    let guard = desk.theme.style(Role::Guard);
    let band = |desk: &Harness| desk.picture()[(60, 0)].style();
    assert_ne!(band(&desk).bg, guard.bg);
    // A key alone does not lead there.
    choose(&mut desk, "real").await;
    desk.assert_shows("longer grace");
    desk.advance(400);
    desk.keys("Enter");
    assert_eq!(desk.state.profile.name, "demo");
    desk.keys("Esc");
    to_real(&mut desk).await;
    desk.assert_shows("real [PRODUCTION]");
    assert_eq!(
        band(&desk).bg,
        guard.bg,
        "the band is that of real customers"
    );
    draft(&mut desk).await;
    desk.keys("S");
    desk.until_idle().await;
    desk.assert_shows("last four digits");
    desk.advance(400);
    desk.keys("1 Enter");
    desk.assert_shows("Enter does nothing yet: type 0118");
    desk.advance(400);
    desk.keys("Esc");
    // Two people are a list, and a list has a minute.
    desk.keys("g j Enter");
    desk.text(", +44 7700 900412");
    desk.keys("Esc");
    desk.until_idle().await;
    desk.keys("S");
    desk.until_idle().await;
    desk.advance(400);
    desk.keys("2 Enter");
    desk.until_idle().await;
    desk.assert_shows("starts in 60 s");
    desk.keys("u");
    desk.until_idle().await;
    desk.assert_shows("Nothing was sent.");
}

#[tokio::test]
async fn j11_read_only_by_hand_lasts_for_the_shift() {
    let mut desk = two().await;
    draft(&mut desk).await;
    desk.keys(":");
    desk.text("ro on");
    desk.keys("Enter");
    desk.assert_shows("[READ-ONLY]");
    desk.keys("S");
    desk.until_idle().await;
    desk.assert_shows("review: this profile is read-only");
    assert!(desk.state.overlays.is_empty());
    to_real(&mut desk).await;
    desk.assert_shows("[READ-ONLY]");
    desk.keys("S");
    desk.until_idle().await;
    assert!(desk.state.overlays.is_empty());
    assert_eq!(queued(&desk), 0);
    desk.keys(":");
    desk.text("ro off");
    desk.keys("Enter");
    desk.assert_hides("[READ-ONLY]");
}

#[tokio::test]
async fn j11_a_draft_remembers_its_profile_and_asks_before_it_goes_elsewhere() {
    let mut desk = two().await;
    draft(&mut desk).await;
    to_real(&mut desk).await;
    desk.keys("3");
    desk.assert_shows("made for demo");
    desk.keys("S");
    desk.until_idle().await;
    desk.assert_shows("Take this draft to real");
    desk.assert_shows("Going on sends it from real instead. P goes back to demo.");
    desk.advance(400);
    desk.keys("Enter Enter");
    assert!(matches!(
        desk.state.overlays.last(),
        Some(Overlay::Confirm(_))
    ));
    // Saying no leaves the draft with the profile it was made for.
    desk.keys("Esc");
    let profile = |desk: &Harness| desk.state.composer.draft.as_ref().unwrap().profile.clone();
    assert_eq!(profile(&desk).as_deref(), Some("demo"));
    // The same from the shelf.
    desk.keys("b d");
    desk.text("winter");
    desk.assert_shows("demo \u{b7} ");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("made for demo");
    assert_eq!(profile(&desk).as_deref(), Some("demo"));
    assert_eq!(queued(&desk), 0);
    // Back where it belongs nothing is asked.
    choose(&mut desk, "demo").await;
    desk.keys("3 S");
    desk.until_idle().await;
    assert!(matches!(
        desk.state.overlays.last(),
        Some(Overlay::Review(_))
    ));
    desk.advance(400);
    desk.keys("Esc");
    // Taken along on purpose it is reviewed with the digits that real customers ask for.
    to_real(&mut desk).await;
    desk.keys("3 S");
    desk.until_idle().await;
    desk.advance(400);
    desk.text("real");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("last four digits");
    assert_eq!(profile(&desk).as_deref(), Some("real"));
    desk.advance(400);
    desk.keys("0 1 1 8 Enter");
    desk.until_idle().await;
    desk.keys("S");
    let batch = desk
        .until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;
    assert_eq!(batch.profile, "real");
}
