//! People of a search as the audience of a send: kept as a whole, chosen again, marked, and never a
//! part of them or somebody else.

use crate::screens::keep_sizes;
use crate::support::harness::{Harness, Options};
use crate::support::stage::{Stage, people};
use alertdesk::app::Settings;
use alertdesk::contract::{ApiRequest, ApiResponse, Effect, PaneId, Slot};
use alertdesk::domain::{BatchState, Search};
use std::time::Duration;

fn at_once(settings: &mut Settings) {
    settings.grace_list = Duration::ZERO;
}

async fn command(desk: &mut Harness, text: &str) {
    desk.keys(":");
    desk.text(text);
    desk.keys("Enter");
    desk.until_idle().await;
}

#[tokio::test]
async fn a_kept_search_of_several_questions_is_an_audience_as_a_whole() {
    let mut desk = Harness::start(Options {
        settings: at_once,
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    let all = desk.state.users.rows().len();
    command(&mut desk, "not label=gold").await;
    let some = desk.state.users.rows().len();
    assert!(some > 0 && some < all);
    command(&mut desk, "save plain London").await;
    desk.assert_shows("The search is kept; Ctrl-p finds it.");
    // A refresh asks the whole question again.
    desk.keys("1 r");
    desk.until_idle().await;
    assert_eq!(desk.state.users.rows().len(), some);
    desk.find("city=Leeds").await;
    assert_eq!(desk.state.users.rows().len(), 4);
    desk.keys("Ctrl-p");
    desk.text("plain London");
    desk.assert_shows("plain London  city=London not label=gold");
    desk.keys("Enter");
    desk.until_idle().await;
    assert_eq!(desk.state.focus, PaneId::Users);
    assert_eq!(desk.state.users.rows().len(), some);
    // All of them, found in the palette by what it does.
    desk.keys("Ctrl-p");
    desk.text("mark or unmark all");
    desk.keys("Enter");
    desk.assert_shows(&format!("{some} marked"));
    desk.keys("t");
    desk.text("winter_hours");
    desk.keys("Enter Esc");
    desk.until_idle().await;
    desk.keys("S");
    desk.until_idle().await;
    desk.assert_shows(&format!("{some} people get the template winter_hours"));
    desk.advance(400);
    desk.text(&some.to_string());
    desk.keys("Enter");
    desk.until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;
    let accepted = desk.platform.accepted().await;
    assert_eq!(accepted.len(), some);
    command(&mut desk, "forget plain london").await;
    desk.assert_shows("did you mean `plain London`?");
    desk.keys("Ctrl-u");
    desk.text("forget plain London");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("The search plain London is forgotten.");
    assert!(desk.library().saved_searches().unwrap().is_empty());
}

fn asked(stage: &Stage) -> Vec<String> {
    let asked = stage.effects.iter().filter_map(|effect| match effect {
        Effect::Api {
            request: ApiRequest::FindUsers { attribute, value },
            ..
        } => Some(format!("{attribute}={value}")),
        _ => None,
    });
    asked.collect()
}

fn typed(stage: &mut Stage, text: &str) {
    stage.keys(":");
    stage.text(text);
    stage.keys("Enter");
}

#[test]
fn a_part_of_a_search_is_never_shown_as_the_whole() {
    let mut stage = Stage::furnished(120, 40);
    let before = stage.state.users.rows().len();
    typed(&mut stage, "find city=Leeds");
    typed(&mut stage, "and label=gold");
    // The first was not answered yet, so the whole begins anew.
    let both = ["city=Leeds", "label=gold"];
    stage.effects.clear();
    stage.keys("1 r");
    assert_eq!(asked(&stage), both[..1]);
    stage.answer(Slot::UserSearch, Ok(ApiResponse::Users(people())));
    assert_eq!(asked(&stage), both);
    assert_eq!(stage.state.users.rows().len(), before);
    assert!(stage.state.users.users.loading_since().is_some());
    // Given up in between: the list is what it was, and says so.
    stage.keys("Esc");
    let shown = stage.state.users.asked.as_ref().map(Search::to_string);
    assert_ne!(shown.as_deref(), Some("city=Leeds and label=gold"));
    assert_eq!(stage.state.users.rows().len(), before);
}

#[test]
fn ranges_and_marks_in_every_size() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys("1 j v j j");
    keep_sizes("users__range", &stage);
    stage.keys("Esc");
    assert!(
        stage.state.users.marked.is_empty(),
        "giving up marks nobody"
    );
    stage.keys("g v j j Space");
    assert_eq!(stage.state.users.marked.len(), 3);
    // Backwards, over marks that are there; and all, and nobody.
    stage.keys("G v k k k v");
    assert_eq!(stage.state.users.marked.len(), 6);
    stage.keys("*");
    assert!(stage.state.users.marked.is_empty());
    stage.keys("* M");
    assert!(stage.state.users.marked.is_empty());
    stage.keys("M");
    assert!(stage.screen().contains("nobody is marked"));
    // What is seen as chosen is what a draft is for.
    stage.keys("g v j t");
    let draft = stage.state.composer.draft.as_ref().unwrap();
    assert_eq!(draft.recipients().len(), 2);
}

#[test]
fn people_of_other_channels_are_named_by_their_id_and_never_by_its_digits() {
    let mut stage = Stage::furnished(120, 40);
    let mut found = people();
    found.truncate(1);
    let mut web = people().remove(1);
    (web.id, web.channel_user_id) = ("u9".to_owned(), "1f6e-447700900118".to_owned());
    (web.phone, web.channel) = (None, Some("web".to_owned()));
    found.push(web);
    typed(&mut stage, "find city=Leeds");
    stage.answer(Slot::UserSearch, Ok(ApiResponse::Users(found)));
    stage.keys("1 * t");
    stage.text("winter_hours");
    stage.keys("Enter Esc");
    let draft = stage.state.composer.draft.as_ref().unwrap();
    assert_eq!(draft.recipients(), ["+447700900412", "1f6e-447700900118"]);
    let plan = draft.plan.as_ref().unwrap();
    assert_eq!(plan.recipients(), 1);
    assert_eq!(&*plan.skipped[0].recipient, "1f6e-447700900118");
}

#[test]
fn a_filter_in_one_pane_never_makes_esc_in_another_leave_the_program() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys("1 /");
    stage.text("sara");
    stage.keys("Esc 3");
    for _ in 0..6 {
        stage.keys("Esc");
    }
    assert!(!stage.effects.contains(&Effect::Quit));
    assert_eq!(stage.state.users.filter, "sara");
    stage.keys("1 Esc");
    assert!(stage.state.users.filter.is_empty());
}
