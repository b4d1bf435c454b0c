//! The review of a list: counts that add up, every call in its exact bytes, what has to be typed,
//! and a million people that cost no more to draw than ten.

use crate::screens::{keep_sizes, keep_stage};
use crate::support::stage::{Stage, profile};
use alertdesk::app::{self, dialogs};
use alertdesk::contract::{Effect, Event, OutboxCommand};
use alertdesk::domain::prices::Cost;
use alertdesk::domain::{
    Approvers, BatchId, Compared, FrozenRequest, Guard, Once, PhoneNumber, Plan, PlanFacts,
    PlannedCall, Profile, RequestBody, Schedule, SendKind, SendLimits, SkippedRow, Used,
};
use alertdesk::overlays::Overlay;
use alertdesk::overlays::review::State as Review;
use alertdesk::runtime::clock;
use rstest::rstest;
use std::sync::Arc;
use std::time::Duration;

fn number(index: u32) -> PhoneNumber {
    PhoneNumber::from_digits(&format!("447700{index:06}")).unwrap()
}

fn call(index: u32, text: &str) -> PlannedCall {
    let digits = number(index).digits().to_owned();
    let body = format!("{{\"phoneNumber\":\"+{digits}\",\"payload\":{{\"text\":\"{text}\"}}}}");
    PlannedCall {
        recipients: vec![number(index).into()],
        request: FrozenRequest::post(
            "https://api.fern-and-oak.example/template".to_owned(),
            RequestBody::Json(body),
        ),
    }
}

fn skipped(rule: &'static str, reason: &str, row: u64) -> SkippedRow {
    SkippedRow {
        recipient: "447700900047".into(),
        reason: reason.into(),
        row: Some(row),
        rule: rule.into(),
    }
}

/// A list of so many people with three who are left out.
fn plan(people: u32, profile: &Profile) -> Plan {
    let words = |index: u32| match index {
        3 => "the longest of all texts here",
        7 => "null",
        _ => "Tue 27 Oct",
    };
    // All but the first share their bytes: hashing a million bodies is not what is looked at.
    let shared = call(9, "Tue 27 Oct").request;
    let calls: Vec<PlannedCall> = (0..people)
        .map(|index| match index {
            0..2000 => call(index, words(index)),
            _ => PlannedCall {
                recipients: vec![number(index).into()],
                request: shared.clone(),
            },
        })
        .collect();
    let few = calls.get(..1.min(calls.len())).unwrap_or_default();
    Plan {
        source: None,
        waiting: alertdesk::domain::Waiting::default(),
        kind: SendKind::Template,
        title: "oak_care".to_owned(),
        profile: profile.name.clone(),
        sha256: Plan::digest(&profile.target, Schedule::Now, few),
        target: profile.target.clone(),
        calls,
        skipped: vec![
            skipped("duplicate", "the same number as row 2, which is kept", 4),
            skipped("number_invalid", "`4477` is not a valid number", 9),
            skipped("opted_out", "opted out on 9 Sep 2026", 11),
        ],
        notes: vec!["14 people got oak_care in the last 7 days.".to_owned()],
        warnings: Vec::new(),
        schedule: Schedule::Now,
        limits: SendLimits {
            per_minute: 24,
            ..SendLimits::default()
        },
        used: Some(Used::template("oak_care", "en")),
        once: Once::default(),
    }
}

/// A stage on which this list stands in review, past its quiet time.
fn reviewed(people: u32, guard: Guard, change: impl FnOnce(&mut PlanFacts)) -> Stage {
    reviewed_as(people, guard, (|_| {}, change))
}

/// The same, of a plan with these changes.
fn reviewed_as(
    people: u32,
    guard: Guard,
    (planned, change): (impl FnOnce(&mut Plan), impl FnOnce(&mut PlanFacts)),
) -> Stage {
    let mut who = profile();
    who.guard = guard;
    let mut stage = Stage::with(120, 40, who, app::Settings::default());
    stage.furnish();
    let mut plan = plan(people, &stage.state.profile);
    planned(&mut plan);
    let mut facts = PlanFacts::of(&plan);
    change(&mut facts);
    dialogs::open_review(&mut stage.state, (Arc::new(plan), Arc::new(facts)));
    stage.wait(400);
    stage
}

fn review(stage: &Stage) -> &Review {
    match stage.state.overlays.last() {
        Some(Overlay::Review(review)) => review,
        _ => panic!("no review\n{}", stage.screen()),
    }
}

/// What was typed for the plan that was queued.
fn queued(stage: &Stage) -> Option<String> {
    stage.effects.iter().find_map(|effect| match effect {
        Effect::Outbox(OutboxCommand::Queue { typed, .. }) => Some(typed.clone()),
        _ => None,
    })
}

fn rich(facts: &mut PlanFacts) {
    facts.countries = vec![
        ("GB".to_owned(), 1102),
        ("IE".to_owned(), 51),
        ("FR".to_owned(), 18),
    ];
    facts.compared = Some(Compared {
        batch: BatchId(28),
        confirmed: "2026-10-15T08:00:00Z".parse().unwrap(),
        new: 46,
        gone: 12,
        same: 1125,
    });
    facts.cost = Some(Cost {
        amount: 12_400_000,
        currency: "EUR".to_owned(),
        as_of: Some("2026-10-01".parse().unwrap()),
        unpriced: 0,
        at_most: false,
    });
}

#[test]
fn a_list_says_everything_and_its_counts_add_up() {
    let mut stage = reviewed(1171, Guard::Production, rich);
    keep_sizes("review__list", &stage);
    let text = stage.screen().replace('\u{a0}', " ");
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "1 171 people in 3 countries get the template oak_care (en), one call each, now, about 49 min",
        "1 174 = 1 171 to go + 3 left out",
        "GB 1 102 · IE 51 · FR 18",
        "with #28 of 15 Oct: 46 new · 12 gone · 1 125 the same",
        "about 12.40 EUR (your table of 2026-10-01)",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    let facts = &review(&stage).facts;
    let left_out: u64 = facts.classes.iter().map(|(_, count)| count).sum();
    assert_eq!(left_out, review(&stage).plan.skipped.len() as u64);
    stage.keys("Tab");
    keep_stage("review__list_people", &stage);
    stage.keys("Tab Tab");
    keep_sizes("review__list_skipped", &stage);
    assert!(
        stage
            .screen()
            .contains("row 11: 447700900047  opted out on 9 Sep 2026")
    );
}

#[test]
fn a_list_that_a_second_person_approves_says_so_before_it_is_confirmed() {
    let approved = |plan: &mut Plan| {
        plan.waiting.approvers = Some(Approvers::read(&"a1".repeat(32)));
        plan.notes = vec![
            "A second person approves it before anything leaves: it is held until then.".to_owned(),
        ];
    };
    let stage = reviewed_as(1171, Guard::Production, (approved, rich));
    keep_sizes("review__second_person", &stage);
}

#[test]
fn every_call_is_shown_byte_for_byte() {
    let mut stage = reviewed(1171, Guard::None, |_| {});
    stage.keys("]");
    let about = |stage: &Stage, call: &str| {
        let text = stage.screen().replace('\u{a0}', " ");
        assert!(
            text.contains(&format!("call {call} of 1 171 · to ")),
            "{text}"
        );
    };
    about(&stage, "1");
    stage.keys("] )");
    about(&stage, "3");
    assert!(stage.screen().contains("+447700000002"));
    stage.keys("[ [ [ [");
    about(&stage, "1");
    stage.keys("L");
    about(&stage, "4");
    assert!(stage.screen().contains("the longest of all texts here"));
    keep_sizes("review__call", &stage);
    stage.keys("E");
    about(&stage, "8");
    stage.keys("Tab Tab O");
    about(&stage, "8");
    stage.keys("L ]");
    about(&stage, "5");
    // Digits are typed all the while.
    stage.keys("1 1 7 1 Enter");
    assert_eq!(queued(&stage).as_deref(), Some("1171"));
}

#[test]
fn a_large_guarded_list_asks_for_the_number_and_then_for_the_name() {
    let mut stage = reviewed(1171, Guard::Production, |_| {});
    let name = stage.state.profile.name.clone();
    stage.text(&name);
    stage.wait(150);
    stage.keys("Enter");
    assert_eq!(queued(&stage), None, "the name alone is nothing");
    stage.keys("Ctrl-u");
    let length = review(&stage).field.text().chars().count();
    for _ in 0..length {
        stage.keys("Backspace");
    }
    stage.text("1171");
    stage.wait(150);
    assert!(stage.screen().contains("asks for the profile's name"));
    stage.keys("Enter");
    assert_eq!(queued(&stage), None);
    keep_sizes("review__name", &stage);
    stage.event(Event::Paste(name.clone()));
    assert!(stage.screen().contains("a paste is not taken here"));
    stage.wait(150);
    stage.keys("Enter");
    assert!(stage.screen().contains("Enter does nothing yet: type "));
    stage.text(&name);
    stage.wait(150);
    stage.keys("Enter");
    assert_eq!(queued(&stage), Some(format!("1171 {name}")));
}

#[rstest]
#[case(1000, Guard::Production)]
#[case(1171, Guard::None)]
fn a_list_that_is_small_or_not_guarded_asks_for_no_name(#[case] people: u32, #[case] guard: Guard) {
    let mut stage = reviewed(people, guard, |_| {});
    stage.text(&people.to_string());
    stage.wait(150);
    stage.keys("Enter");
    assert_eq!(queued(&stage), Some(people.to_string()));
}

#[rstest]
#[case(4, "0000", "four")]
#[case(2, "00", "two")]
fn one_person_of_a_guarded_profile_takes_the_last_digits(
    #[case] digits: u8,
    #[case] wanted: &str,
    #[case] word: &str,
) {
    let mut who = profile();
    who.guard = Guard::Production;
    who.confirm.digits = digits;
    let mut stage = Stage::with(120, 40, who, app::Settings::default());
    stage.furnish();
    let plan = plan(1, &stage.state.profile);
    let facts = PlanFacts::of(&plan);
    dialogs::open_review(&mut stage.state, (Arc::new(plan), Arc::new(facts)));
    stage.wait(400);
    let asked = format!("type the last {word} digits: {wanted}");
    assert!(stage.screen().contains(&asked), "{}", stage.screen());
    stage.keys("1 Enter");
    assert_eq!(queued(&stage), None, "the number of people is not enough");
    stage.keys("Backspace");
    stage.wait(150);
    stage.text(wanted);
    stage.keys("Enter");
    assert_eq!(queued(&stage).as_deref(), Some(wanted));
}

#[test]
fn prices_that_cannot_be_read_are_said_once() {
    let stage = reviewed(40, Guard::None, |facts| {
        facts.no_cost = Some("prices.toml, line 3: no amount, so no cost is shown.".to_owned());
    });
    assert!(stage.screen().contains("prices.toml, line 3"));
    assert!(!stage.screen().contains("Cost"));
}

#[test]
fn a_million_people_cost_no_more_to_draw_than_their_window() {
    let mut stage = reviewed(1_000_000, Guard::None, |_| {});
    for keys in ["Tab", "PageDown", "G", "Tab", "]", "Tab", "Tab"] {
        stage.keys(keys);
        let begun = clock::now();
        let picture = stage.screen();
        let took = clock::now().duration_since(begun).unsigned_abs();
        assert!(picture.contains("Review · "), "{picture}");
        // A frame of this has room for many more; a walk over everybody has not.
        assert!(took < Duration::from_millis(500), "{keys}: {took:?}");
    }
    stage.keys("Shift-Tab Shift-Tab Shift-Tab G");
    assert!(stage.screen().contains("+44 7700 999999") || stage.screen().contains("447700999999"));
}
