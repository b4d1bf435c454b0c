//! The messages of a day: what a plan says of them, and where a run stops.

use crate::support::{ANA, Sandbox, TOM};

#[test]
fn a_run_stops_at_the_messages_of_a_day_and_a_plan_says_so_before() {
    let sandbox = Sandbox::start(&[]);
    let mut desk = sandbox.desk();
    desk.set("ALERTDESK_PROFILE", "london");
    desk.write_config("[profiles.london]\nlimits.per_day = 1\ntime_zone = \"Europe/London\"\n");
    desk.import(&["order_replacement.en"]);
    let send = |more: &[&str]| {
        let command = [
            "send",
            "template",
            "order_replacement",
            "--to",
            ANA,
            TOM,
            "--param",
            "1=a",
            "2=b",
            "3=c",
            "--now",
            "--concurrency",
            "1",
        ];
        desk.run(&[&command[..], more].concat())
    };
    let plan = send(&["--dry-run", "--output", "json"]).expect(0);
    assert!(
        plan.stdout
            .contains("today's count would be 0 + 2 = 2 of 1: it pauses by itself at 1."),
        "{plan:#?}"
    );
    send(&["--confirm", "2"]).expect(0);
    desk.run(&["outbox", "run"]).expect(1);
    let batch = desk.run(&["outbox", "show", "1", "--output", "json"]);
    let batch = batch.expect(0).json();
    assert_eq!(batch["state"], "paused");
    assert_eq!(batch["reason"]["rule"], "daily_budget");
    let text = batch["reason"]["text"].as_str().unwrap();
    assert!(text.contains("There is room again from "), "{text}");
    assert!(text.ends_with(" 00:00 (Europe/London)."), "{text}");
    assert_eq!(sandbox.sends().len(), 1);
}
