//! People of a search as the source of a send, and the searches that are kept.

use crate::sends::order;
use crate::support::{Desk, Sandbox};
use serde_json::{Value, json};

fn start() -> (Sandbox, Desk) {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    (sandbox, desk)
}

/// A send to whoever these options name, with the name of each person in it.
fn sent(desk: &Desk, count: &str, people: &[&str]) -> Value {
    let template = ["send", "template", "order_replacement"];
    let values = [
        "--param",
        "1={{name|there}}",
        "2={{last_order}}",
        "3=Monday",
    ];
    let now = ["--now", "--confirm", count, "--wait", "--output", "json"];
    let all = [&template[..], people, &values, &now].concat();
    desk.run(&all).expect(0).json()
}

fn found(desk: &Desk, options: &[&str]) -> usize {
    let find = [&["user", "find", "--output", "json"][..], options].concat();
    desk.run(&find).expect(0).json().as_array().unwrap().len()
}

#[test]
fn people_of_an_attribute_are_asked_for_and_fill_the_message() {
    let (sandbox, desk) = start();
    desk.run(&[
        "flow",
        "add",
        "welcome",
        "--key",
        "FEDCBA9876543210FEDCBA9876543210",
    ])
    .expect(0);
    let flow = [
        "send",
        "flow",
        "welcome",
        "--from-search",
        "city=Leeds",
        "--attr",
        "order={{last_order}}",
    ];
    let now = ["--now", "--confirm", "4", "--wait", "--output", "json"];
    let batch = desk.run(&[&flow[..], &now].concat()).expect(0).json();
    assert_eq!(
        (&batch["counts"]["planned"], &batch["counts"]["accepted"]),
        (&json!(4), &json!(4))
    );
    let find = ["user", "find", "--attribute", "city=Leeds", "--output"];
    let people = desk.run(&[&find[..], &["json"]].concat()).expect(0).json();
    let flows = sandbox.inspect("flows");
    let flows: Vec<String> = flows
        .as_array()
        .unwrap()
        .iter()
        .map(Value::to_string)
        .collect();
    for person in people.as_array().unwrap() {
        let order = person["attributes"]["last_order"].as_str().unwrap();
        let phone = person["channel_user_id"].as_str().unwrap();
        let own = |flow: &&String| flow.contains(phone) && flow.contains(order);
        assert_eq!(flows.iter().filter(own).count(), 1, "{flows:?}");
    }
}

#[test]
fn a_kept_search_is_a_source_and_joins_with_the_others() {
    let (_sandbox, desk) = start();
    let london = found(&desk, &["--attribute", "city=London"]);
    desk.run(&[
        "user",
        "save",
        "plain London",
        "--attribute",
        "city=London",
        "--not",
        "label=gold",
        "label=trade",
    ])
    .expect(0);
    let list = desk
        .run(&["user", "searches", "--output", "json"])
        .expect(0)
        .json();
    assert_eq!(
        list,
        json!([{"name": "plain London",
                "search": "city=London not label=gold not label=trade"}])
    );
    let plain = found(&desk, &["--kept", "plain London"]);
    assert!(plain > 0 && plain < london);
    // Everybody of London without those: gold and trade.
    let others = (london - plain).to_string();
    let run = sent(
        &desk,
        &others,
        &[
            "--from-search",
            "city=London",
            "--except",
            "search:plain London",
        ],
    );
    assert_eq!(run["counts"]["skipped"], json!(plain));
    let run = sent(
        &desk,
        &plain.to_string(),
        &[
            "--from-search",
            "city=London",
            "--only",
            "search:plain London",
        ],
    );
    assert_eq!(run["counts"]["accepted"], json!(plain));
    desk.run(&["user", "forget", "plain London"]).expect(0);
    desk.run(&["user", "forget", "plain London"]).expect(4);
    let gone = desk
        .run(&order(&[
            "--from-search",
            "plain London",
            "--now",
            "--confirm",
            "1",
        ]))
        .expect(4);
    assert!(
        gone.stderr.contains("no search `plain London` is kept"),
        "{}",
        gone.stderr
    );
}

#[test]
fn a_dry_run_opens_no_connection_and_says_what_to_do_instead() {
    let (sandbox, desk) = start();
    let before = sandbox.inspect("requests").as_array().unwrap().len();
    for people in [
        &["--from-search", "city=Leeds"][..],
        &["--to", "447700900444", "--except", "search:city=Leeds"],
    ] {
        let run = desk
            .run(&order(&[people, &["--dry-run"]].concat()))
            .expect(2);
        let find = "alertdesk user find --attribute city=Leeds --wide --output csv";
        assert!(
            run.stderr.contains("--dry-run opens no connection"),
            "{}",
            run.stderr
        );
        assert!(run.stderr.contains(find), "{}", run.stderr);
    }
    let after = sandbox.inspect("requests").as_array().unwrap().len();
    assert_eq!(before, after);
    // What it says works, and the attributes are columns.
    let table = desk
        .run(&[
            "user",
            "find",
            "--attribute",
            "city=Leeds",
            "--wide",
            "--output",
            "csv",
        ])
        .expect(0)
        .stdout;
    assert!(table.starts_with("id,name,phone,channel,"), "{table}");
    let file = desk.write("leeds.csv", &table);
    let plan = desk
        .run(&[
            "send",
            "template",
            "order_replacement",
            "--csv",
            &file,
            "--param",
            "1={{name}}",
            "2={{last_order}}",
            "3={{city}}",
            "--dry-run",
            "--output",
            "json",
        ])
        .expect(0)
        .json();
    assert_eq!(plan["counts"]["planned"], json!(4));
    assert_eq!(plan["counts"]["skipped"], json!(0), "{}", plan["skipped"]);
    let body = plan["requests"][0]["body"].as_str().unwrap();
    assert!(body.contains("\"Leeds\""), "{body}");
}

#[test]
fn a_wrong_count_or_nobody_queues_nothing_and_says_the_number() {
    let (sandbox, desk) = start();
    let wrong = desk
        .run(&order(&[
            "--from-search",
            "city=Leeds",
            "--now",
            "--confirm",
            "5",
        ]))
        .expect(2);
    assert!(
        wrong.stderr.contains("city=Leeds: 4 people."),
        "{}",
        wrong.stderr
    );
    desk.run(&order(&[
        "--from-search",
        "city=Nowhere",
        "--now",
        "--confirm",
        "0",
    ]))
    .expect(2);
    desk.run(&order(&[
        "--from-search",
        "leeds",
        "--now",
        "--confirm",
        "4",
    ]))
    .expect(4);
    assert!(sandbox.sends().is_empty());
    let both = desk.run(&order(&[
        "--from-search",
        "city=Leeds",
        "--to",
        "447700900444",
        "--dry-run",
    ]));
    both.expect(2);
}

/// A descriptor can be read once, and a command may ask somebody: one command fetches one key.
#[cfg(unix)]
#[test]
fn the_key_is_fetched_once_for_the_search_and_the_send() {
    let sandbox = Sandbox::start(&[]);
    let desk = Desk::new();
    desk.import(&["order_replacement.en"]);
    let asked = desk.folder.path().join("asked");
    let script = desk.write(
        "key.sh",
        &format!(
            "echo x >> '{}'\necho '{}'\n",
            asked.display(),
            sandbox.text("api_key")
        ),
    );
    desk.write_config(&format!(
        "[profiles.desk]\nbase_url = \"{}\"\ncustomer_id = \"{}\"\nbot_key = \"{}\"\n\
         api_key = {{ command = \"sh '{script}'\" }}\ntime_zone = \"Europe/London\"\n",
        sandbox.text("listening"),
        sandbox.text("customer_id"),
        sandbox.text("bot_key"),
    ));
    sent(
        &desk,
        "7",
        &[
            "--from-search",
            "city=Leeds",
            "--also",
            "search:city=Dublin",
        ],
    );
    let asked = std::fs::read_to_string(asked).unwrap();
    assert_eq!(asked.lines().count(), 1, "{asked}");
}

/// J6 from a shell: looked at first, then confirmed with the number that was said.
#[test]
fn j6_three_hundred_from_stdin_are_looked_at_and_then_confirmed() {
    let (sandbox, desk) = start();
    let mut list = String::from("phone,first\n");
    for number in 0..300 {
        list.push_str(&format!("+44770090{number:04},P{number}\n"));
    }
    let send = |rest: &[&str]| {
        let own = ["send", "template", "order_replacement", "--csv", "-"];
        let values = ["--map", "1=first", "--param", "2=5521", "3=Monday"];
        desk.run_with_input(&[&own[..], &values, rest].concat(), &list)
    };
    let plan = send(&["--dry-run", "--output", "json"]).expect(0).json();
    assert_eq!(plan["counts"]["planned"], json!(300));
    assert_eq!(plan["requests"].as_array().unwrap().len(), 300);
    let wrong = send(&["--now", "--confirm", "299"]).expect(2);
    assert!(wrong.stderr.contains("300"), "{}", wrong.stderr);
    assert!(sandbox.sends().is_empty());
    let now = [
        "--now",
        "--confirm",
        "300",
        "--canary",
        "5",
        "--rate",
        "60000",
    ];
    let batch = send(&[&now[..], &["--wait", "--output", "json"]].concat());
    let first = batch.expect(1).json();
    assert_eq!(
        (&first["state"], &first["counts"]["accepted"]),
        (&json!("paused"), &json!(5))
    );
    let id = first["id"].to_string();
    desk.run(&["outbox", "resume", &id, "--confirm", "295"])
        .expect(0);
    desk.run(&["outbox", "run"]).expect(0);
    let done = desk
        .run(&["outbox", "show", &id, "--output", "json"])
        .expect(0)
        .json();
    assert_eq!(
        (&done["state"], &done["counts"]["accepted"]),
        (&json!("done"), &json!(300))
    );
    assert_eq!(sandbox.sends().len(), 300);
}
