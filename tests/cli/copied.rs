//! A copied data folder is looked at only, until somebody makes it their own; and the unit of a
//! sender that runs as a service.

use crate::support::{ANA, Desk, Sandbox, TOM};
use std::fs;
use std::path::Path;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn a_copy_sends_nothing_until_it_is_adopted_and_then_waits_for_a_person() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["order_tracking.en"]);
    let (ana, tom) = (format!("+{ANA}"), format!("+{TOM}"));
    let values = [
        "--param",
        "1=Ana",
        "--param",
        "2=88213",
        "--param",
        "button.1=88213",
    ];
    let send = [
        "send",
        "template",
        "order_tracking",
        "--to",
        &ana,
        "--to",
        &tom,
    ];
    let confirmed = ["--now", "--confirm", "2"];
    desk.run(&[&send[..], &values, &confirmed].concat())
        .expect(0);

    let copied = desk.data().with_file_name("copied");
    copy(&desk.data(), &copied);
    let folder = ["--data-dir", copied.to_str().unwrap()];
    let run = |words: &[&str]| desk.run(&[&folder[..], words].concat());
    let list = run(&["outbox", "list", "--output", "json"]).expect(0);
    assert_eq!(list.json()[0]["state"], "ready");
    assert!(
        list.stderr.contains("is a copy: it was made as "),
        "{list:?}"
    );
    for refused in [&["outbox", "run"][..], &["outbox", "cancel", "1"]] {
        let run = run(&[refused, &["--output", "json"]].concat()).expect(1);
        let error = run.error();
        let advice = error["advice"].as_str().unwrap().to_owned();
        assert!(advice.contains("`alertdesk outbox adopt`"), "{error}");
    }
    assert_eq!(sandbox.sends().len(), 0);

    let adopted = run(&["outbox", "adopt", "--output", "json"]).expect(0);
    assert_eq!(adopted.json()[0]["state"], "held");
    assert_eq!(adopted.json()[0]["reason"]["rule"], "adopted");
    // The original goes on with it; the copy waits until somebody has looked there.
    desk.run(&["outbox", "run"]).expect(0);
    run(&["outbox", "run"]).expect(0);
    assert_eq!(sandbox.sends().len(), 2);
    run(&["outbox", "cancel", "1"]).expect(0);
}

#[test]
fn a_record_that_was_replaced_by_a_copy_in_its_place_is_one() {
    let desk = Desk::new();
    desk.run(&["outbox", "list"]).expect(0);
    let record = desk.data().join("outbox.db");
    let saved = desk.data().join("saved.db");
    fs::copy(&record, &saved).unwrap();
    fs::rename(&saved, &record).unwrap();
    let list = desk.run(&["outbox", "list"]).expect(0);
    assert!(list.stderr.contains("replaced by a copy"), "{list:?}");
    desk.run(&["outbox", "adopt"]).expect(0);
    let list = desk.run(&["outbox", "list"]).expect(0);
    assert!(!list.stderr.contains("copy"), "{list:?}");
}

#[test]
fn a_unit_names_the_profile_and_the_folders_and_never_the_key() {
    let desk = Desk::new();
    desk.write_config(
        "[profiles.care]\nbase_url = \"https://api.fernoak.example\"\ncustomer_id = \"99001\"\nbot_key = \"00aa11bb22cc33dd\"\napi_key = { env = \"CARE_KEY\" }\n",
    );
    let unit = desk
        .run(&["--profile", "care", "outbox", "service"])
        .expect(0);
    let start = unit
        .stdout
        .lines()
        .find(|line| line.starts_with("ExecStart="))
        .unwrap();
    assert!(start.contains(" --profile care --config-dir /"), "{start}");
    assert!(start.ends_with(" outbox run --stay"), "{start}");
    assert!(unit.stdout.contains("TimeoutStopSec=180"), "{unit:?}");
    assert!(unit.stderr.contains("variable CARE_KEY"), "{unit:?}");

    let sandbox = Sandbox::start(&[]);
    let unit = sandbox.desk().run(&["outbox", "service"]).expect(2);
    assert!(unit.stderr.contains("variables of your shell"), "{unit:?}");
}
