//! Planning and sending: what the dry run shows is what arrives, and every end has its status.

use crate::support::{ANA, Sandbox, TOM, keys};
use rstest::rstest;
use serde_json::Value;

const COUNTS: [&str; 10] = [
    "planned",
    "skipped",
    "queued",
    "sending",
    "accepted",
    "rejected",
    "unknown",
    "cancelled",
    "not_accepted",
    "abandoned",
];
pub const BATCH: [&str; 11] = [
    "id",
    "kind",
    "title",
    "state",
    "profile",
    "created",
    "scheduled",
    "counts",
    "parent",
    "reason",
    "plan_sha256",
];
const ITEM: [&str; 11] = [
    "id",
    "batch",
    "recipient",
    "state",
    "message_id",
    "rule",
    "http_status",
    "platform_code",
    "errors",
    "attempts",
    "body_sha256",
];
const ORDER: [&str; 6] = [
    "send",
    "template",
    "order_replacement",
    "--param",
    "1=Ana",
    "2=5521",
];

pub fn order<'a>(rest: &[&'a str]) -> Vec<&'a str> {
    [&ORDER[..], &["3=Monday"], rest].concat()
}

#[test]
fn three_commands_from_a_shell() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    let found = desk
        .run(&[
            "user",
            "find",
            "--attribute",
            "city=London",
            "--output",
            "json",
        ])
        .expect(0)
        .json();
    let phone = found[0]["phone"].as_str().unwrap();
    desk.run(&["conversation", "show", phone, "--output", "json"])
        .expect(0);

    let plan = desk
        .run(&order(&["--to", phone, "--dry-run", "--output", "json"]))
        .expect(0)
        .json();
    let fields = ["counts", "skipped", "requests", "notes", "checks"];
    assert_eq!(keys(&plan), fields);
    assert_eq!(keys(&plan["counts"]), COUNTS);
    let request = &plan["requests"][0];
    assert_eq!(
        keys(request),
        [
            "recipients",
            "method",
            "url",
            "headers",
            "body",
            "body_sha256"
        ]
    );
    assert_eq!(request["headers"]["Authorization"], "Basic [redacted]");
    assert!(sandbox.sends().is_empty(), "a dry run opens no connection");

    let sent = desk
        .run(&order(&[
            "--to",
            phone,
            "--now",
            "--confirm",
            "1",
            "--wait",
            "--output",
            "json",
        ]))
        .expect(0)
        .json();
    let mut fields = BATCH.to_vec();
    fields.push("items");
    assert_eq!(keys(&sent), fields);
    assert_eq!(keys(&sent["counts"]), COUNTS);
    assert_eq!(keys(&sent["items"][0]), ITEM);
    assert_eq!(
        (&sent["state"], &sent["counts"]["accepted"]),
        (&"done".into(), &1.into())
    );
    let arrived = sandbox.sends();
    assert_eq!(arrived.len(), 1);
    assert_eq!(arrived[0]["body_sha256"], request["body_sha256"]);
    assert_eq!(sent["items"][0]["body_sha256"], request["body_sha256"]);
}

#[rstest]
#[case("template:error=131026", 6, "rejected")]
#[case("template:close-after", 7, "unknown")]
#[case("template:html", 7, "unknown")]
#[case("template:late-500", 7, "unknown")]
#[case("template:status=401", 3, "rejected")]
#[case("template:status=403", 3, "rejected")]
#[case("template:redirect", 5, "rejected")]
#[case("template:status=429+retry-after=1@#1", 0, "accepted")]
fn each_end_of_a_send_has_its_status(
    #[case] faults: &str,
    #[case] status: i32,
    #[case] state: &str,
) {
    let sandbox = Sandbox::start(&["--faults", faults]);
    let desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    let run = desk
        .run(&order(&[
            "--to",
            ANA,
            "--now",
            "--confirm",
            "1",
            "--wait",
            "--output",
            "json",
        ]))
        .expect(status);
    let batch = run.json();
    assert_eq!(batch["items"][0]["state"], state, "{batch}");
    assert_eq!(batch["counts"][state], 1);
    let shown = desk
        .run(&["outbox", "show", "1", "--items", "--output", "json"])
        .expect(0)
        .json();
    assert_eq!(shown, batch);
    let unknown = desk
        .run(&["outbox", "unknown", "--output", "json"])
        .expect(0)
        .json();
    assert_eq!(
        unknown.as_array().unwrap().len(),
        usize::from(state == "unknown")
    );
}

#[test]
fn without_a_connection_a_send_pauses_with_status_5_and_can_go_on() {
    let sandbox = Sandbox::start(&[]);
    let mut desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    let url = sandbox.text("listening").to_owned();
    desk.set("ALERTDESK_BASE_URL", "http://127.0.0.1:1");
    let run = desk
        .run(&order(&[
            "--to",
            ANA,
            "--now",
            "--confirm",
            "1",
            "--wait",
            "--output",
            "json",
        ]))
        .expect(5);
    let batch = run.json();
    assert_eq!(
        (&batch["state"], &batch["counts"]["queued"]),
        (&"paused".into(), &1.into())
    );
    assert_eq!(keys(&batch["reason"]), ["rule", "text"]);
    desk.run(&["outbox", "resume", "1"]).expect(2);
    desk.run(&["outbox", "resume", "1", "--confirm", "2"])
        .expect(2);
    desk.run(&["outbox", "resume", "1", "--confirm", "1"])
        .expect(0);
    // The profile leads elsewhere now: the plan is held and not redirected.
    desk.set("ALERTDESK_BASE_URL", &url);
    desk.run(&["outbox", "run"]).expect(1);
    assert!(sandbox.sends().is_empty());
    let held = desk
        .run(&["outbox", "show", "1", "--output", "json"])
        .expect(0)
        .json();
    assert_eq!(held["state"], "held");
    desk.run(&["outbox", "cancel", "1"]).expect(0);
    let end = desk
        .run(&["outbox", "show", "1", "--output", "json"])
        .expect(0)
        .json();
    assert_eq!(end["counts"]["cancelled"], 1);
}

#[test]
fn a_wrong_or_missing_count_queues_nothing() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    for rest in [
        &["--to", ANA, TOM, "--now"][..],
        &["--to", ANA, TOM, "--now", "--confirm", "3"],
    ] {
        let run = desk
            .run(&[&order(rest)[..], &["--output", "json"]].concat())
            .expect(2);
        let error = run.error();
        assert!(
            error["message"]
                .as_str()
                .unwrap()
                .contains("this reaches 2"),
            "{error}"
        );
        assert_eq!(run.stdout, "");
    }
    desk.run(&order(&["--to", ANA])).expect(2);
    let list = desk
        .run(&["outbox", "list", "--output", "json"])
        .expect(0)
        .json();
    assert_eq!(list, serde_json::json!([]));
}

#[test]
fn a_read_only_desk_plans_and_does_not_send() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    let run = desk
        .run(&order(&[
            "--to",
            ANA,
            "--now",
            "--confirm",
            "1",
            "--read-only",
        ]))
        .expect(1);
    assert!(run.stderr.contains("read-only"), "{}", run.stderr);
    desk.run(&order(&["--to", ANA, "--dry-run", "--read-only"]))
        .expect(0);
    desk.run(&["outbox", "run", "--read-only"]).expect(1);
}

#[test]
fn broadcasts_flows_and_uploads_reach_the_platform() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["winter_hours.en"]);
    let wait = [
        "--to",
        ANA,
        TOM,
        "--now",
        "--confirm",
        "2",
        "--wait",
        "--output",
        "json",
    ];
    let text = [
        "send",
        "broadcast",
        "--title",
        "Opening hours",
        "--text",
        "We open at 10.",
    ];
    let batch = desk.run(&[&text[..], &wait].concat()).expect(0).json();
    assert_eq!(
        (&batch["kind"], &batch["counts"]["accepted"]),
        (&"broadcast".into(), &2.into())
    );
    assert_eq!(
        (
            &batch["items"][0]["recipient"],
            &batch["items"][0]["recipients"]
        ),
        (&Value::Null, &2.into())
    );
    let template = [
        "send",
        "broadcast",
        "--title",
        "Winter",
        "--template",
        "winter_hours",
    ];
    desk.run(&[&template[..], &wait].concat()).expect(0);
    let upload = [
        "send",
        "csv-broadcast",
        "Winter",
        "--template",
        "winter_hours",
    ];
    let batch = desk.run(&[&upload[..], &wait].concat()).expect(0).json();
    assert_eq!(batch["kind"], "csv_broadcast");
    desk.run(&[
        "flow",
        "add",
        "welcome",
        "--key",
        "FEDCBA9876543210FEDCBA9876543210",
    ])
    .expect(0);
    // Another order each time: the same one again would be left out.
    for (version, order) in [
        ("v1.0", "order=5"),
        ("v2.0", "order=6"),
        ("v3.0", "order=7"),
    ] {
        let flow = [
            "send",
            "flow",
            "welcome",
            "--attr",
            order,
            "--version",
            version,
        ];
        let wait = ["--to", ANA, "--now", "--confirm", "1", "--wait"];
        desk.run(&[&flow[..], &wait].concat()).expect(0);
    }
    assert_eq!(sandbox.inspect("flows").as_array().unwrap().len(), 3);
}

#[test]
fn a_broadcast_with_a_time_keeps_it_and_a_past_time_is_refused() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let text = [
        "send",
        "broadcast",
        "--title",
        "Later",
        "--text",
        "Hello.",
        "--to",
        ANA,
        "--zone",
        "Asia/Kolkata",
        "--output",
        "json",
        "--dry-run",
    ];
    let plan = desk
        .run(&[&text[..], &["--at", "2090-12-01 09:00"]].concat())
        .expect(0)
        .json();
    let body = plan["requests"][0]["body"].as_str().unwrap();
    assert!(
        body.contains("2090-12-01T03:30:00") || body.contains("2090/12/01 03:30"),
        "{body}"
    );
    desk.run(&[&text[..], &["--at", "2020-12-01 09:00"]].concat())
        .expect(2);
    desk.run(&[&text[..], &["--at", "tea time"]].concat())
        .expect(2);
}

#[test]
fn names_that_are_not_in_the_library_are_status_4() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let rest = ["--to", ANA, "--now", "--confirm", "1"];
    desk.run(&[&["send", "template", "nothing"][..], &rest].concat())
        .expect(4);
    desk.run(&[&["send", "flow", "nothing"][..], &rest].concat())
        .expect(4);
    desk.run(&["outbox", "show", "77"]).expect(4);
}

#[test]
fn a_list_waits_after_its_first_people_and_goes_on_with_the_number_of_the_others() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    let rows: Vec<String> = (410..422).map(|last| format!("+447700900{last}")).collect();
    let file = desk.write("people.csv", &format!("phone\n{}\n", rows.join("\n")));
    let list = [
        "--csv",
        &file,
        "--now",
        "--confirm",
        "12",
        "--rate",
        "60000",
    ];
    let canary = ["--canary", "3", "--wait", "--output", "json"];
    let batch = desk
        .run(&order(&[&list[..], &canary].concat()))
        .expect(1)
        .json();
    assert_eq!(batch["state"], "paused");
    assert_eq!(batch["reason"]["rule"], "canary");
    assert_eq!(
        (&batch["counts"]["queued"], sandbox.sends().len()),
        (&9.into(), 3)
    );
    desk.run(&["outbox", "run"]).expect(0);
    assert_eq!(sandbox.sends().len(), 3);
    desk.run(&["outbox", "resume", "1", "--confirm", "9"])
        .expect(0);
    desk.run(&["outbox", "run"]).expect(0);
    assert_eq!(sandbox.sends().len(), 12);
}

#[test]
fn no_more_people_within_a_day_than_the_profile_allows() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    let lines = ["base_url", "customer_id", "bot_key"].map(|name| {
        let value = sandbox.text(if name == "base_url" {
            "listening"
        } else {
            name
        });
        format!("{name} = \"{value}\"\n")
    });
    desk.write_config(&format!(
        "[profiles.care]\n{}api_key = {{ env = \"ALERTDESK_API_KEY\" }}\n[profiles.care.limits]\ndaily_unique_recipients = 1\n",
        lines.concat()
    ));
    desk.import(&["order_replacement.en"]);
    let (ana, tom) = (format!("+{ANA}"), format!("+{TOM}"));
    let send = order(&[
        "--to",
        &ana,
        "--to",
        &tom,
        "--now",
        "--confirm",
        "2",
        "--wait",
    ]);
    let batch = desk
        .run(&[&["--profile", "care", "--output", "json"], &send[..]].concat())
        .expect(1)
        .json();
    assert_eq!(batch["reason"]["rule"], "people_limit", "{batch}");
    assert_eq!(
        (&batch["counts"]["accepted"], &batch["counts"]["queued"]),
        (&1.into(), &1.into())
    );
    assert_eq!(sandbox.sends().len(), 1);
}
