//! Two people, two data folders: one plans, the other looks and signs, and nothing leaves before.

use crate::support::{ANA, Desk, Sandbox, TOM};
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
