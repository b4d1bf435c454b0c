//! Plans against the record: who has the same already, from which file, and who got the template
//! lately.

use crate::support::{
    columns, constants, csv, draft, json_text, now, people, profile, target, template,
};
use alertdesk::domain::{
    Audience, BotTarget, BroadcastPart, Content, Flow, FlowVersion, Plan, Profile, Schedule,
    SendDraft,
};
use alertdesk::outbox::freeze::FreezeError;
use alertdesk::outbox::twins::{self, Planning};
use alertdesk::outbox::{Clock, Confirmation, Moment, Outbox, OutboxError};
use jiff::SignedDuration;
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const SARA: &str = "+447700900412";
const BEN: &str = "+447700900118";

/// A clock that stands until it is moved.
struct HandClock(Mutex<Duration>);

impl Clock for HandClock {
    fn now(&self) -> Moment {
        let steady = *self.0.lock().unwrap();
        Moment {
            wall: now() + SignedDuration::try_from(steady).unwrap(),
            steady,
        }
    }
}

struct Desk {
    outbox: Outbox,
    clock: Arc<HandClock>,
    _folder: tempfile::TempDir,
}

impl Desk {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(HandClock(Mutex::new(Duration::ZERO)));
        let outbox = Outbox::open(folder.path(), clock.clone()).unwrap();
        Self {
            outbox,
            clock,
            _folder: folder,
        }
    }

    fn pass(&self, time: Duration) {
        *self.clock.0.lock().unwrap() += time;
    }

    fn plan_as(
        &self,
        profile: &Profile,
        draft: &SendDraft,
        reason: Option<&str>,
    ) -> Result<Plan, FreezeError> {
        let planning = Planning {
            profile,
            now: self.clock.now().wall,
            nonce: "n1",
            override_reason: reason,
            shows_twins: false,
        };
        twins::plan(draft, planning, Some(self.outbox.store()))
    }

    fn plan(&self, content: Content, audience: Audience) -> Result<Plan, FreezeError> {
        self.plan_as(&profile(), &draft(content, audience), None)
    }

    fn queue(&self, plan: &Plan) -> Result<i64, OutboxError> {
        let confirmation = Confirmation {
            typed: plan.recipients().to_string(),
            grace: Duration::ZERO,
        };
        Ok(self.outbox.queue(plan, &confirmation)?.id.0)
    }

    /// Plans and queues.
    fn send(&self, content: Content, audience: Audience) -> i64 {
        let plan = self.plan(content, audience).unwrap();
        self.queue(&plan).unwrap()
    }

    /// What became of everything that waits, as if it had been sent now.
    fn accept_all(&self) {
        let now = self.clock.now().wall.as_microsecond();
        let record = self.outbox.store().database();
        let done = record.change(|tx| {
            tx.execute(
                "UPDATE items SET state = 'sending', marked = ?1 WHERE state = 'queued'",
                [now],
            )?;
            tx.execute(
                "UPDATE items SET state = 'accepted' WHERE state = 'sending'",
                [],
            )
        });
        assert!(done.unwrap() > 0);
    }
}

fn reminder(day: &str) -> Content {
    Content::Template {
        template: template("template_body_only"),
        values: constants(&[("1", "Asha"), ("2", day)]),
    }
}

fn offer(title: &str, text: &str) -> Content {
    Content::DirectBroadcast {
        title: title.to_owned(),
        parts: vec![BroadcastPart::Text(text.to_owned())],
        channel: "whatsapp".to_owned(),
        exact_title: false,
    }
}

fn callback(order: &str, version: FlowVersion) -> Content {
    Content::Flow {
        flow: Flow {
            name: "callback_offer".to_owned(),
            key: "FEDCBA9876543210FEDCBA9876543210".to_owned(),
            required: Vec::new(),
        },
        version,
        attributes: constants(&[("order", order)]),
    }
}

fn upload(title: &str, day: &str) -> Content {
    Content::CsvBroadcast {
        title: title.to_owned(),
        template: template("template_body_only"),
        values: constants(&[("1", "Asha"), ("2", day)]),
    }
}

/// How many people of the second have the first already.
fn twins_of(first: Content, second: Content) -> u64 {
    let desk = Desk::new();
    desk.send(first, people(&[SARA, BEN]));
    let plan = desk.plan(second, people(&[SARA, "+447700900733"])).unwrap();
    let found = plan.once.found.unwrap();
    assert_eq!(plan.skipped.len() as u64, found.people);
    found.people
}

#[test]
fn the_same_to_the_same_person_is_a_twin_and_anything_else_is_not() {
    let same = [
        (reminder("Monday"), reminder("Monday")),
        (
            offer("One", "We open at 10."),
            offer("Two", "We open at 10."),
        ),
        (
            callback("5", FlowVersion::V1),
            callback("5", FlowVersion::V3),
        ),
        (upload("One", "Monday"), upload("Two", "Monday")),
    ];
    for (first, second) in same {
        assert_eq!(twins_of(first.clone(), second), 1, "{first:?}");
    }
    let others = [
        (reminder("Monday"), reminder("Tuesday")),
        (
            offer("One", "We open at 10."),
            offer("One", "We open at 9."),
        ),
        (
            callback("5", FlowVersion::V2),
            callback("6", FlowVersion::V2),
        ),
        (upload("One", "Monday"), upload("One", "Tuesday")),
        (reminder("Monday"), upload("One", "Monday")),
    ];
    for (first, second) in others {
        assert_eq!(twins_of(first.clone(), second), 0, "{first:?}");
    }
}

#[test]
fn json_written_by_hand_is_a_twin_of_the_form() {
    let desk = Desk::new();
    let plan = desk.plan(reminder("Monday"), people(&[SARA])).unwrap();
    let body: Value = serde_json::from_str(json_text(&plan.calls[0].request)).unwrap();
    desk.queue(&plan).unwrap();
    let raw = Content::RawTemplate {
        payload: body["payload"].to_string(),
    };
    let error = desk.plan(raw, people(&[SARA])).unwrap_err();
    assert_eq!(error.rule, "duplicate");

    let plan = desk.plan(offer("One", "Hello."), people(&[SARA])).unwrap();
    let body = json_text(&plan.calls[0].request).to_owned();
    desk.queue(&plan).unwrap();
    let raw = Content::RawBroadcast {
        title: "Another".to_owned(),
        body,
        channel: "whatsapp".to_owned(),
        exact_title: false,
    };
    let error = desk.plan(raw, people(&[])).unwrap_err();
    assert_eq!(error.rule, "duplicate");
}

#[test]
fn another_time_is_no_other_message() {
    let desk = Desk::new();
    let at = |hours| SendDraft {
        schedule: Schedule::PublishAt(now() + SignedDuration::from_hours(hours)),
        ..draft(offer("One", "We open at 10."), people(&[SARA, BEN]))
    };
    let plan = desk.plan_as(&profile(), &at(25), None).unwrap();
    desk.queue(&plan).unwrap();
    let error = desk.plan_as(&profile(), &at(26), None).unwrap_err();
    assert_eq!(error.rule, "duplicate");
    assert_eq!(error.message, "2 of 2 already queued");
    assert_eq!(error.skipped.len(), 2);
    let again = desk
        .plan_as(&profile(), &at(26), Some("a reminder"))
        .unwrap();
    assert_eq!(again.recipients(), 2);
    let note = "2 of 2 already queued: they get it again, because: a reminder";
    assert!(
        again.notes.iter().any(|one| one == note),
        "{:?}",
        again.notes
    );
    let id = desk.queue(&again).unwrap();
    let kept = desk.outbox.override_reason(alertdesk::domain::BatchId(id));
    assert_eq!(kept.unwrap().as_deref(), Some("a reminder"));
}

#[test]
fn two_profiles_of_one_bot_see_each_other_and_two_bots_do_not() {
    let desk = Desk::new();
    desk.send(reminder("Monday"), people(&[SARA]));
    let second = Profile {
        name: "another".to_owned(),
        time_zone: "Asia/Kuwait".to_owned(),
        ..profile()
    };
    let again = draft(reminder("Monday"), people(&[SARA]));
    let error = desk.plan_as(&second, &again, None).unwrap_err();
    assert_eq!(error.rule, "duplicate");
    for target in [
        BotTarget {
            bot_key: "1111111111111111".to_owned(),
            ..target()
        },
        BotTarget {
            base_url: "http://127.0.0.1:8080".to_owned(),
            ..target()
        },
    ] {
        let sandbox = Profile {
            target,
            ..profile()
        };
        let plan = desk.plan_as(&sandbox, &again, None).unwrap();
        assert_eq!(plan.recipients(), 1);
    }
}

#[test]
fn one_person_more_makes_no_other_audience() {
    let desk = Desk::new();
    let list = |people: u32| {
        let mut text = "phone\n".to_owned();
        for index in 0..people {
            text.push_str(&format!("+447700{:06}\n", 900_000 + index));
        }
        csv(&text)
    };
    desk.send(reminder("Monday"), list(1204));
    desk.accept_all();
    desk.pass(Duration::from_secs(180));
    let plan = desk.plan(reminder("Monday"), list(1205)).unwrap();
    assert_eq!((plan.recipients(), plan.skipped.len()), (1, 1204));
    let found = plan.once.found.clone().unwrap();
    assert_eq!(found.people, 1204);
    assert_eq!(found.sentence, "1204 of 1205 already accepted at 08:00");
    assert_eq!(
        &*plan.skipped[0].reason,
        "already accepted at 08:00, batch 1: the same to the same person"
    );
    assert_eq!(plan.skipped[0].rule, "duplicate");
    assert_eq!(plan.skipped[0].row, Some(1));
    let note = "1204 of 1205 already accepted at 08:00: left out.";
    assert!(plan.notes.iter().any(|one| one == note), "{:?}", plan.notes);
    desk.queue(&plan).unwrap();
}

#[test]
fn whoever_is_left_out_of_a_broadcast_is_in_none_of_its_calls() {
    let desk = Desk::new();
    desk.send(offer("One", "Hello."), people(&[BEN]));
    let plan = desk
        .plan(offer("Two", "Hello."), people(&[SARA, BEN]))
        .unwrap();
    let body = json_text(&plan.calls[0].request);
    assert!(body.contains("447700900412") && !body.contains("447700900118"));
}

#[test]
fn a_second_row_of_a_twin_does_not_take_its_place() {
    let desk = Desk::new();
    let content = || Content::Template {
        template: template("template_body_only"),
        values: {
            let mut values = columns(&[("1", "name")]);
            values.extend(constants(&[("2", "Monday")]));
            values
        },
    };
    desk.send(content(), csv("phone,name\n+447700900412,Asha\n"));
    let both = "phone,name\n+447700900412,Asha\n+447700900412,Asha A.\n+447700900118,Ben\n";
    let plan = desk.plan(content(), csv(both)).unwrap();
    assert_eq!(plan.recipients(), 1);
    assert_eq!(&*plan.skipped[1].reason, "the same number as row 1");
}

#[test]
fn flows_have_a_short_window_and_settings_change_both() {
    let desk = Desk::new();
    desk.send(callback("5", FlowVersion::V2), people(&[SARA]));
    desk.send(reminder("Monday"), people(&[SARA]));
    desk.accept_all();
    desk.pass(Duration::from_secs(9 * 60));
    let error = desk
        .plan(callback("5", FlowVersion::V2), people(&[SARA]))
        .unwrap_err();
    assert_eq!(error.message, "1 of 1 already triggered at 08:00");
    assert_eq!(error.advice, "Type a reason to override.");
    desk.pass(Duration::from_secs(2 * 60));
    desk.plan(callback("5", FlowVersion::V2), people(&[SARA]))
        .unwrap();
    desk.plan(reminder("Monday"), people(&[SARA])).unwrap_err();
    let mut short = profile();
    short.twins.window = Duration::from_secs(60);
    let again = draft(reminder("Monday"), people(&[SARA]));
    let plan = desk.plan_as(&short, &again, None).unwrap();
    // The window is the plan's own from here on.
    desk.queue(&plan).unwrap();
}

#[test]
fn what_was_queued_between_plan_and_confirmation_is_found() {
    let desk = Desk::new();
    let plan = || desk.plan(reminder("Monday"), people(&[SARA, BEN])).unwrap();
    let (first, second) = (plan(), plan());
    let id = desk.queue(&first).unwrap();
    let error = desk.queue(&second).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("nothing was queued: batch {id} has the same for 2 of 2 by now")
    );
    assert_eq!(desk.outbox.list().unwrap().len(), 1);
}

#[test]
fn a_file_goes_to_a_template_once_a_day() {
    let desk = Desk::new();
    let file = "phone,name\n+447700900412,Asha\n";
    let content = |column: &str| Content::Template {
        template: template("template_body_only"),
        values: {
            let mut values = columns(&[("1", column)]);
            values.extend(constants(&[("2", "Monday")]));
            values
        },
    };
    desk.send(content("name"), csv(file));
    // Other values, so that nobody has a twin; the file and the template are the same.
    let error = desk.plan(content("phone"), csv(file)).unwrap_err();
    assert_eq!(error.rule, "same_file");
    assert_eq!(
        error.message,
        "this list went to appointment_reminder already, for the same day, at 08:00 in batch 1"
    );
    let again = draft(content("phone"), csv(file));
    let plan = desk
        .plan_as(&profile(), &again, Some("new values"))
        .unwrap();
    assert_eq!(plan.recipients(), 1);
    // Another file, another template version or another day is another matter.
    desk.plan(content("phone"), csv("phone,name\n+447700900412,Asha!\n"))
        .unwrap();
    let mut newer = template("template_body_only");
    newer.version += 1;
    let values = columns(&[("1", "phone"), ("2", "name")]);
    let versioned = Content::Template {
        template: newer,
        values,
    };
    desk.plan(versioned, csv(file)).unwrap();
    desk.pass(Duration::from_secs(17 * 3600));
    desk.plan(content("phone"), csv(file)).unwrap();
    // What was taken back frees the file.
    let desk = Desk::new();
    let id = desk.send(content("name"), csv(file));
    desk.outbox.cancel(alertdesk::domain::BatchId(id)).unwrap();
    desk.plan(content("name"), csv(file)).unwrap();
}

#[test]
fn who_got_the_template_lately_is_noted_and_stays_in() {
    let desk = Desk::new();
    let list = "phone,name\n+447700900412,Asha\n+447700900118,\n+447700900733,Tom\n\
                +447700900734,Zoe\n+447700900735,Max\n";
    desk.send(reminder("Monday"), csv(list));
    desk.accept_all();
    desk.pass(Duration::from_secs(6 * 24 * 3600));
    let plan = desk.plan(reminder("Tuesday"), csv(list)).unwrap();
    assert_eq!(plan.recipients(), 5);
    let note = "5 people got appointment_reminder in the last 7 days: Asha …0412, \
                +447700900118, Tom …0733, 2 more.";
    assert!(plan.notes.iter().any(|one| one == note), "{:?}", plan.notes);
    let warned = plan.warnings.iter().find(|one| one.rule == "recent");
    assert_eq!(warned.unwrap().rows, 5);
    // A person may leave them out; then nobody is left, or the others.
    let mut chosen = csv(list);
    chosen.choices.read("recent=exclude").unwrap();
    let nobody = desk.plan(reminder("Tuesday"), chosen).unwrap_err();
    assert!(nobody.message.contains("are to be left out"), "{nobody:?}");
    let mut more = csv(&format!("{list}+447700900736,Ida\n"));
    more.choices.read("recent=exclude").unwrap();
    let plan = desk.plan(reminder("Tuesday"), more).unwrap();
    assert_eq!((plan.recipients(), plan.skipped.len()), (1, 5));
    assert_eq!(plan.skipped[0].rule, "recent");
    assert_eq!(
        &*plan.skipped[0].reason,
        "got appointment_reminder in the last 7 days"
    );
    assert!(
        plan.notes[0].ends_with("2 more: left out."),
        "{:?}",
        plan.notes
    );
    assert!(plan.warnings.iter().all(|one| one.rule != "recent"));
    let lately = |desk: &Desk, profile: &Profile| {
        let again = draft(reminder("Tuesday"), people(&[SARA]));
        let plan = desk.plan_as(profile, &again, None).unwrap();
        plan.notes.iter().any(|note| note.contains("in the last"))
    };
    assert!(lately(&desk, &profile()));
    let mut never = profile();
    never.twins.recent_days = 0;
    assert!(!lately(&desk, &never));
    desk.pass(Duration::from_secs(2 * 24 * 3600));
    assert!(!lately(&desk, &profile()));
}
