//! A second person looks before many people are written to: said before it is confirmed, shown
//! while it waits, and nothing leaves before the number is typed again.

use crate::scenery::{batch, counts};
use crate::screens::{keep_sizes, keep_stage};
use crate::support::harness::{Harness, Options};
use crate::support::stage::Stage;
use alertdesk::app::Settings;
use alertdesk::contract::{Event, OutboxAnswer};
use alertdesk::domain::approval::{APPROVED, NEEDS_APPROVAL};
use alertdesk::domain::{ApprovalRules, Approvers, Batch, BatchState, Profile, Reason};
use alertdesk::pack::SigningKey;
use alertdesk::pack::approval::{Approval, PlanFile};
use alertdesk::runtime::clock;
use std::sync::LazyLock;
use std::time::Duration;

/// The key of the second person.
static ASHA: LazyLock<SigningKey> =
    LazyLock::new(|| SigningKey::read(&SigningKey::make().unwrap()).unwrap());

fn asks(profile: &mut Profile) {
    profile.per_minute = 6000;
    profile.approval = ApprovalRules {
        above: Some(2),
        approvers: Approvers::read(ASHA.public().as_str()),
    };
}

fn at_once(settings: &mut Settings) {
    settings.grace_list = Duration::ZERO;
}

fn only(desk: &Harness) -> &Batch {
    desk.state.broadcasts.batches.first().unwrap()
}

/// The screen in one line of single spaces, however it is wrapped.
fn words(desk: &Harness) -> String {
    let screen = desk.screen().replace(['\u{a0}', '┃', '│', '║'], " ");
    screen.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The review of a template for the 24 people in London.
async fn in_review() -> Harness {
    let mut desk = Harness::start(Options {
        profile: asks,
        settings: at_once,
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("v G v t");
    desk.text("winter_hours");
    desk.keys("Enter Esc");
    desk.until_idle().await;
    desk.keys("S");
    desk.until_idle().await;
    desk.advance(400);
    desk
}

/// What the second person does elsewhere: reads the file of the plan and signs it.
fn sign(desk: &Harness, plan: &str, answer: &str) {
    let text = std::fs::read_to_string(desk.downloads().join(plan)).unwrap();
    let (plan, _) = PlanFile::open(&text).unwrap();
    assert_eq!(plan.calls.len(), 24);
    let approval = Approval {
        program: "1".to_owned(),
        made: clock::now(),
        approved_by: "asha@desk-2".to_owned(),
        about: plan.about,
    };
    let signed = approval.seal(&ASHA).unwrap();
    std::fs::write(desk.folder().join(answer), signed).unwrap();
}

fn command(desk: &mut Harness, text: &str) {
    desk.keys(":");
    desk.text(text);
    desk.keys("Enter");
}

#[tokio::test]
async fn many_people_wait_for_a_second_look() {
    let mut desk = in_review().await;
    let said = words(&desk);
    for text in [
        "one call each, once it is approved, about",
        "A second person approves it first, and you resume it then",
        "! A second person approves it before anything leaves: it is held until then.",
        "To have it approved, type the number of people: 24",
    ] {
        assert!(said.contains(text), "{text} is not in\n{}", desk.screen());
    }
    desk.text("24");
    desk.assert_shows("Enter holds it for the second person.");
    desk.keys("Enter");
    desk.until_idle().await;
    assert!(only(&desk).waits_for_approval(), "{:?}", only(&desk));
    let toasts = desk.toasts().join("\n");
    assert!(toasts.contains("#1 waits for a second person"), "{toasts}");

    desk.keys("4");
    desk.until_idle().await;
    let said = words(&desk);
    assert!(said.contains("approval request 1 --to FILE"), "{said}");
    assert!(!said.contains("R resumes 24"), "{said}");
    desk.keys("R");
    desk.until_idle().await;
    let toasts = desk.toasts().join("\n");
    assert!(
        toasts.contains("no second person has approved #1"),
        "{toasts}"
    );
    assert!(only(&desk).waits_for_approval());
    desk.assert_hides("Resume #1");
    assert_eq!(desk.platform.accepted().await.len(), 0);

    command(&mut desk, "approval");
    desk.assert_shows("approval takes the name of the file to write");
    desk.keys("Esc");
    command(&mut desk, "approval plan.json");
    desk.until_idle().await;
    let toasts = desk.toasts().join("\n");
    assert!(toasts.contains("#1 for a second person: "), "{toasts}");
    command(&mut desk, "approval plan.json");
    desk.until_idle().await;
    let toasts = desk.toasts().join("\n");
    assert!(toasts.contains("is there already"), "{toasts}");
    sign(&desk, "plan.json", "yes.json");
    let plan = desk.downloads().join("plan.json");
    command(&mut desk, &format!("approved {}", plan.display()));
    desk.until_idle().await;
    let toasts = desk.toasts().join("\n");
    assert!(toasts.contains("the file is no approval"), "{toasts}");
    let answer = desk.folder().join("yes.json");
    command(&mut desk, &format!("approved {}", answer.display()));
    desk.until_batch("it is approved", |batch| {
        batch
            .reason
            .as_ref()
            .is_some_and(|why| why.rule == APPROVED)
    })
    .await;
    let toasts = desk.toasts().join("\n");
    assert!(toasts.contains("#1: asha@desk-2 approved it"), "{toasts}");
    assert!(words(&desk).contains("R resumes 24"), "{}", desk.screen());
    desk.keys("R");
    desk.assert_shows("Resume #1");
    desk.advance(400);
    desk.text("24");
    desk.keys("Enter");
    desk.until_batch("it is done", |batch| batch.state == BatchState::Done)
        .await;
    assert_eq!(desk.platform.accepted().await.len(), 24);
}

#[test]
fn what_waits_for_a_second_person_names_the_command_in_every_size() {
    let mut stage = Stage::furnished(120, 40);
    let counts = counts(0, 0, 0, 1171);
    let mut held = batch(41, "autumn_offer", BatchState::Held, counts);
    held.reason = Some(Reason {
        rule: NEEDS_APPROVAL.to_owned(),
        text: "A second person approves it before anything leaves: it reaches 1171 people. \
               `alertdesk approval request 41 --to FILE` writes the file they look at."
            .to_owned(),
    });
    stage.event(Event::OutboxAnswer(Box::new(OutboxAnswer::Batches(vec![
        held,
    ]))));
    stage.keys("4");
    keep_sizes("second_person__held", &stage);
    stage.keys("R");
    keep_stage("second_person__refused", &stage);
}
