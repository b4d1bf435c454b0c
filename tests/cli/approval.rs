//! Two people, two data folders: one plans, the other looks and signs, and nothing leaves before.

use crate::support::{ANA, Desk, Sandbox, TOM};
use alertdesk::domain::{
    BatchId, BotTarget, FrozenRequest, Plan, PlannedCall, Recipient, RequestBody, Schedule,
};
use alertdesk::pack::SigningKey;
use alertdesk::pack::approval::{About, PlanFile};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// A desk whose profile asks for the word of these keys above one person.
fn desk(sandbox: &Sandbox, keys: &str) -> Desk {
    let mut desk = Desk::new();
    desk.set("ALERTDESK_API_KEY", sandbox.text("api_key"));
    desk.write_config(&format!(
        "default_profile = \"desk\"\n[profiles.desk]\nbase_url = \"{}\"\ncustomer_id = \"{}\"\n\
         bot_key = \"{}\"\napi_key = {{ env = \"ALERTDESK_API_KEY\" }}\n\
         [profiles.desk.approval]\nabove = 1\n{keys}\n",
        sandbox.text("listening"),
        sandbox.text("customer_id"),
        sandbox.text("bot_key"),
    ));
    desk.run(&[
        "flow",
        "add",
        "callback",
        "--key",
        "FEDCBA9876543210FEDCBA9876543210",
    ])
    .expect(0);
    desk.run(&[
        "flow",
        "add",
        "welcome",
        "--key",
        "C0FFEE00C0FFEE00C0FFEE00C0FFEE00",
    ])
    .expect(0);
    desk
}

/// The key of a desk and its fingerprint.
fn key(desk: &Desk) -> (String, String) {
    let printed = desk.run(&["approval", "key", "--output", "json"]).expect(0);
    let document = printed.json();
    let text = |name: &str| document[name].as_str().unwrap().to_owned();
    (text("key"), text("fingerprint"))
}

fn send(desk: &Desk, flow: &str, people: &[&str]) -> Value {
    let count = people.len().to_string();
    let head = [
        "send",
        "flow",
        flow,
        "--now",
        "--output",
        "json",
        "--confirm",
        &count,
    ];
    desk.run(&[&head[..], &["--to"], people].concat())
        .expect(0)
        .json()
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

#[test]
fn a_plan_leaves_only_after_a_second_person_signed_it() {
    let sandbox = Sandbox::start(&[]);
    let asha = desk(&sandbox, "");
    let (asha_key, fingerprint) = key(&asha);
    let meera = desk(&sandbox, &format!("keys = \"{asha_key}\""));
    let folder = tempfile::tempdir().unwrap();
    let (plan, answer) = (
        path(folder.path(), "plan.json"),
        path(folder.path(), "yes.json"),
    );

    // One person needs nobody; two wait.
    assert_eq!(send(&meera, "welcome", &[ANA])["state"], "ready");
    let batch = send(&meera, "callback", &[ANA, TOM]);
    assert_eq!(
        (&batch["state"], &batch["reason"]["rule"]),
        (&"held".into(), &"needs_approval".into())
    );
    let id = batch["id"].to_string();
    let resume = ["outbox", "resume", &id, "--confirm", "2"];
    let refused = meera.run(&resume).expect(1);
    assert!(
        refused.stderr.contains("no second person has approved it"),
        "{}",
        refused.stderr
    );
    meera.run(&["outbox", "run"]).expect(0);
    assert_eq!(sandbox.sends().len(), 1);

    meera
        .run(&["approval", "request", &id, "--to", &plan])
        .expect(0);
    let whole = fs::read_to_string(&plan).unwrap();
    assert!(!whole.contains(sandbox.text("api_key")));
    let own = meera
        .run(&["approval", "give", &plan, "--to", &answer, "--confirm", "2"])
        .expect(1);
    assert!(
        own.stderr.contains("made in this very data folder"),
        "{}",
        own.stderr
    );

    let give = ["approval", "give", &plan, "--to", &answer, "--confirm"];
    let looked = asha.run(&give[..5]).expect(2);
    let told = &looked.stderr;
    assert!(
        told.contains("asks to send flow callback of profile desk to 2 people"),
        "{told}"
    );
    assert!(
        told.contains("needs --confirm COUNT, and this reaches 2"),
        "{told}"
    );
    asha.run(&[&give[..], &["1"]].concat()).expect(1);
    assert!(!Path::new(&answer).exists());
    let given = asha
        .run(&[&give[..], &["2", "--output", "json"]].concat())
        .expect(0);
    assert_eq!(given.json()["fingerprint"], fingerprint.as_str());

    let swapped = meera.run(&["approval", "take", &plan]).expect(2);
    assert!(
        swapped.stderr.contains("the file is no approval"),
        "{}",
        swapped.stderr
    );
    let taken = meera
        .run(&["approval", "take", &answer, "--output", "json"])
        .expect(0);
    assert_eq!(taken.json()["reason"]["rule"], "approved");
    assert!(
        taken
            .stderr
            .contains(&format!("outbox resume {id} --confirm 2")),
        "{}",
        taken.stderr
    );
    meera.run(&["outbox", "run"]).expect(0);
    assert_eq!(sandbox.sends().len(), 1, "the first person lets it go");
    meera.run(&resume).expect(0);
    meera.run(&["outbox", "run"]).expect(0);
    assert_eq!(sandbox.sends().len(), 3);
    meera.run(&["audit", "verify"]).expect(0);
}

#[test]
fn what_cannot_be_taken_is_refused_in_a_sentence() {
    let sandbox = Sandbox::start(&[]);
    let (asha, ben) = (desk(&sandbox, ""), desk(&sandbox, ""));
    let meera = desk(&sandbox, &format!("keys = \"{}\"", key(&asha).0));
    let folder = tempfile::tempdir().unwrap();
    let (plan, answer) = (
        path(folder.path(), "plan.json"),
        path(folder.path(), "yes.json"),
    );
    let id = send(&meera, "callback", &[ANA, TOM])["id"].to_string();
    meera
        .run(&["approval", "request", &id, "--to", &plan])
        .expect(0);
    let again = meera
        .run(&["approval", "request", &id, "--to", &plan])
        .expect(2);
    assert!(again.stderr.contains("--force"), "{}", again.stderr);

    ben.run(&["approval", "give", &plan, "--to", &answer, "--confirm", "2"])
        .expect(0);
    let stranger = meera.run(&["approval", "take", &answer]).expect(1);
    assert!(
        stranger.stderr.contains("not among those who may approve"),
        "{}",
        stranger.stderr
    );

    let folder_itself = folder.path().display().to_string();
    let gone = path(folder.path(), "gone.json");
    for file in [&gone, &folder_itself] {
        let unread = meera.run(&["approval", "take", file]).expect(2);
        assert!(
            unread.stderr.contains("cannot be read"),
            "{}",
            unread.stderr
        );
    }
    let changed = fs::read_to_string(&plan)
        .unwrap()
        .replacen("callback", "callbacx", 1);
    fs::write(&plan, changed).unwrap();
    let cut = asha
        .run(&["approval", "give", &plan, "--to", &gone, "--confirm", "2"])
        .expect(1);
    assert!(
        cut.stderr.contains("the signature does not fit"),
        "{}",
        cut.stderr
    );

    let nobody = desk(&sandbox, "");
    let unset = [
        "send",
        "flow",
        "callback",
        "--now",
        "--confirm",
        "2",
        "--to",
        ANA,
        TOM,
    ];
    let refused = nobody.run(&unset).expect(2);
    assert!(
        refused.stderr.contains("the profile names nobody who may"),
        "{}",
        refused.stderr
    );
}

/// A colleague who has nothing but the program signs as well.
#[test]
fn the_second_person_needs_no_settings_and_sees_what_it_is_about() {
    let sandbox = Sandbox::start(&[]);
    let asha = Desk::new();
    let meera = desk(&sandbox, &format!("keys = \"{}\"", key(&asha).0));
    let folder = tempfile::tempdir().unwrap();
    let (plan, answer) = (
        path(folder.path(), "plan.json"),
        path(folder.path(), "yes.json"),
    );
    let batch = send(&meera, "callback", &[ANA, TOM]);
    let id = batch["id"].to_string();
    let command = format!("`alertdesk approval request {id} --to FILE`");
    let reason = batch["reason"]["text"].as_str().unwrap();
    assert!(reason.contains(&command), "{reason}");
    meera
        .run(&["approval", "request", &id, "--to", &plan])
        .expect(0);
    let give = ["approval", "give", &plan, "--to", &answer, "--confirm", "2"];
    let told = asha.run(&give).expect(0).stderr;
    let host = format!("Host: {}, customer", sandbox.text("listening"));
    for text in [
        &host,
        &format!("as batch {id}, signed with the key {}.", key(&meera).1),
        "Countries: +44 2",
        "A second person approves it before anything leaves",
        "Call 1 of 2, to +44 7700 900118: POST",
        "Call 2 of 2, to +44 7700 900733: POST",
    ] {
        assert!(told.contains(text), "{text} is not in\n{told}");
    }
    meera.run(&["approval", "take", &answer]).expect(0);
    let shown = meera.run(&["outbox", "show", &id]).expect(0);
    let (_, fingerprint) = key(&asha);
    let said = format!("approved it with {fingerprint}, signed ");
    assert!(shown.stderr.contains(&said), "{}", shown.stderr);
    let again = meera.run(&["approval", "take", &answer]).expect(1);
    assert!(
        again.stderr.contains("it is approved already"),
        "{}",
        again.stderr
    );
}

/// What a file is, and what is said of it: where a plan is wanted, and where an approval is.
#[test]
fn every_other_file_is_refused_with_what_to_do() {
    let sandbox = Sandbox::start(&[]);
    let asha = Desk::new();
    let meera = desk(&sandbox, &format!("keys = \"{}\"", key(&asha).0));
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| path(folder.path(), name);
    let id = send(&meera, "callback", &[ANA, TOM])["id"].to_string();
    let (plan, answer, pack) = (file("plan.json"), file("yes.json"), file("pack.json"));
    meera
        .run(&["approval", "request", &id, "--to", &plan])
        .expect(0);
    let give = ["approval", "give"];
    asha.run(&[&give[..], &[&plan, "--to", &answer, "--confirm", "2"]].concat())
        .expect(0);
    meera.run(&["template", "export", "--to", &pack]).expect(0);

    let read = |name: &str| fs::read_to_string(name).unwrap();
    let bytes = |name: &str, content: &[u8]| {
        let name = file(name);
        fs::write(&name, content).unwrap();
        name
    };
    let empty = bytes("empty", b"");
    let prose = bytes("prose", b"Yes, go ahead.");
    let object = bytes("object", b"{\"approved\": true}");
    let sheet = bytes("sheet", b"PK\x03\x04\xff\xfe");
    let deep = bytes("deep", "[".repeat(200_000).as_bytes());
    let huge = bytes("huge", &vec![b' '; 1_000_001]);
    let half = bytes("half", &read(&answer).as_bytes()[..300]);
    let newer = bytes(
        "newer",
        read(&answer).replacen(": 1,", ": 7,", 1).as_bytes(),
    );
    let counted = read(&answer).replacen("\"recipients\":2", "\"recipients\":3", 1);
    let counted = bytes("counted", counted.as_bytes());
    let other_batch = read(&answer).replacen("\"batch\":", "\"batch\":9", 1);
    let other_batch = bytes("other_batch", other_batch.as_bytes());
    let unread = "cannot be read";
    let none = "the file is no approval";
    let changed = "the signature does not fit";
    let (gone, directory) = (file("gone"), folder.path().display().to_string());
    for (name, status, said) in [
        (&gone, 2, unread),
        (&directory, 2, unread),
        (&empty, 2, none),
        (&prose, 2, none),
        (&object, 2, none),
        (&deep, 2, none),
        (&pack, 2, none),
        (&plan, 2, none),
        (&half, 2, none),
        (&sheet, 2, "is not UTF-8 text"),
        (&huge, 2, "has more than 1.0 MB"),
        (
            &newer,
            1,
            "the file has format 7, which this version cannot read",
        ),
        (&counted, 1, changed),
        (&other_batch, 1, changed),
    ] {
        let refused = meera.run(&["approval", "take", name]).expect(status);
        assert!(refused.stderr.contains(said), "{name}: {}", refused.stderr);
    }
    let (unsigned, none) = (file("unsigned.json"), "the file is no plan");
    for (name, status, said) in [
        (&gone, 2, unread),
        (&directory, 2, unread),
        (&empty, 2, none),
        (&prose, 2, none),
        (&object, 2, none),
        (&pack, 2, none),
        (&answer, 2, none),
        (&sheet, 2, "is not UTF-8 text"),
    ] {
        let arguments = [name.as_str(), "--to", &unsigned, "--confirm", "2"];
        let refused = asha.run(&[&give[..], &arguments].concat()).expect(status);
        assert!(refused.stderr.contains(said), "{name}: {}", refused.stderr);
    }
    assert!(!Path::new(&unsigned).exists());
    let shown = meera.run(&["outbox", "show", &id, "--output", "json"]);
    assert_eq!(shown.expect(0).json()["reason"]["rule"], "needs_approval");
}

#[test]
fn whoever_waits_for_the_end_is_told_that_a_second_person_comes_first() {
    let sandbox = Sandbox::start(&[]);
    let meera = desk(&sandbox, &format!("keys = \"{}\"", "a1".repeat(32)));
    let waits = [
        "send",
        "flow",
        "callback",
        "--now",
        "--wait",
        "--confirm",
        "2",
        "--to",
        ANA,
        TOM,
    ];
    let ended = meera.run(&waits).expect(1);
    assert!(
        ended.stderr.contains("A second person approves it before"),
        "{}",
        ended.stderr
    );
    let dry = ["send", "flow", "welcome", "--dry-run", "--to", ANA, TOM];
    let planned = meera.run(&dry).expect(0);
    let all = format!("{}{}", planned.stdout, planned.stderr);
    assert!(all.contains("A second person approves it before"), "{all}");
    assert_eq!(sandbox.sends().len(), 0);
}

#[test]
fn keys_that_are_none_are_refused_where_they_stand() {
    let sandbox = Sandbox::start(&[]);
    for (keys, said) in [
        ("keys = \"asha\"", "keys of 64 signs"),
        ("keys = \"\"", "keys"),
        ("keys = 5", "text in quotes"),
    ] {
        let meera = Desk::new();
        meera.write_config(&format!(
            "default_profile = \"desk\"\n[profiles.desk]\nbase_url = \"{}\"\n\
             [profiles.desk.approval]\nabove = 1\n{keys}\n",
            sandbox.text("listening"),
        ));
        let refused = meera.run(&["config", "check"]).expect(2);
        let all = format!("{}{}", refused.stdout, refused.stderr);
        assert!(all.contains(said) && all.contains("approval"), "{all}");
    }
}

/// A plan that somebody asks to have looked at, with one call, as the program itself writes it.
fn old_plan(due: &str) -> String {
    let target = BotTarget {
        base_url: "https://api.fern-and-oak.example".to_owned(),
        customer_id: "99001".to_owned(),
        bot_key: "00aa11bb22cc33dd".to_owned(),
    };
    let calls = vec![PlannedCall {
        recipients: vec![Recipient::from_text(ANA).unwrap()],
        request: FrozenRequest::post(
            format!("{}/template", target.base_url),
            RequestBody::Json("{}".to_owned()),
        ),
    }];
    let due = due.parse().unwrap();
    let about = About {
        batch: BatchId(31),
        target: (&target).into(),
        plan_sha256: Plan::digest(&target, Schedule::StartAt(due), &calls)
            .as_str()
            .to_owned(),
        recipients: 1,
    };
    let mut plan = PlanFile::new(about, "meera@desk-4".to_owned(), due);
    (plan.due, plan.calls) = (Some(due), calls);
    let key = SigningKey::read(&SigningKey::make().unwrap()).unwrap();
    plan.seal(&key).unwrap()
}

#[test]
fn a_plan_whose_time_has_passed_is_not_signed() {
    let asha = Desk::new();
    let answer = path(asha.folder.path(), "yes.json");
    let give =
        |plan: &str| asha.run(&["approval", "give", plan, "--to", &answer, "--confirm", "1"]);
    let late = asha.write("late.json", &old_plan("2026-01-02T09:00:00Z"));
    let refused = give(&late).expect(1);
    assert!(
        refused
            .stderr
            .contains("nothing was signed: its time has passed, Fri 2 Jan 2026"),
        "{}",
        refused.stderr
    );
    assert!(!Path::new(&answer).exists());
    let ahead = asha.write("ahead.json", &old_plan("2126-01-02T09:00:00Z"));
    give(&ahead).expect(0);
    assert!(Path::new(&answer).exists());
}
