//! The template library by command: what staff add to a template, its versions, its use, and packs
//! that go from one desk to another.

use crate::support::{Desk, Sandbox, keys};
use serde_json::{Value, json};
use std::fs;

fn asset(name: &str) -> String {
    format!(
        "{}/assets/sandbox/payloads/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    )
}

fn list(desk: &Desk, options: &[&str]) -> Value {
    let arguments = [&["template", "list", "--output", "json"], options].concat();
    desk.run(&arguments).expect(0).json()
}

fn names(list: &Value) -> Vec<&str> {
    let entries = list.as_array().unwrap().iter();
    entries.map(|one| one["name"].as_str().unwrap()).collect()
}

#[test]
fn the_list_is_filtered_by_letters_and_has_stable_fields() {
    let desk = Desk::new();
    assert_eq!(list(&desk, &[]), json!([]));
    desk.import(&["order_tracking.en", "oak_care.en", "delivery_note.ar"]);
    let all = list(&desk, &[]);
    assert_eq!(names(&all), ["delivery_note", "oak_care", "order_tracking"]);
    assert_eq!(
        keys(&all[2]),
        [
            "name",
            "language",
            "version",
            "parameters",
            "category",
            "note",
            "batches",
            "recipients",
            "last_used"
        ]
    );
    assert_eq!(all[2]["parameters"], json!(["1", "2", "button.1"]));
    assert_eq!(
        names(&list(&desk, &["--filter", "ortra"])),
        ["order_tracking"]
    );
    assert_eq!(
        names(&list(&desk, &["--filter", "note ar"])),
        ["delivery_note"]
    );
    let none = desk.run(&["template", "list", "--filter", "xyz"]).expect(0);
    assert!(none.stderr.contains("None of 3 templates"), "{none:?}");
}

#[test]
fn what_staff_give_a_template_is_shown_and_its_payload_stays() {
    let desk = Desk::new();
    desk.import(&["order_tracking.en"]);
    let show = |desk: &Desk| {
        let arguments = ["template", "show", "order_tracking", "--output", "json"];
        desk.run(&arguments).expect(0).json()
    };
    let before = show(&desk);
    let edited = desk
        .run(&[
            "template",
            "edit",
            "order_tracking",
            "--label",
            "1=customer",
            "2=order",
            "--fallback",
            "customer=there",
            "--note",
            "only for parcels",
            "--category",
            "utility",
            "--body",
            "Hello {{customer}}, parcel {{2}} is on its way.",
            "--button",
            "1=Follow it",
            "--output",
            "json",
        ])
        .expect(0)
        .json();
    assert_eq!(edited["version"], 1);
    assert_eq!(edited["changes"][0]["what"], "value 1 label");
    let after = show(&desk);
    assert_eq!(after["components"], before["components"]);
    assert_eq!(
        after["body_text"],
        "Hello {{1}}, parcel {{2}} is on its way."
    );
    assert_eq!(after["note"], "only for parcels");
    assert_eq!(after["category"], "utility");
    assert_eq!(after["wording"]["buttons"][1]["label"], "Follow it");
    assert_eq!(after["wording"]["buttons"][1]["kind"], "url");
    let place = &after["details"][0];
    assert_eq!(
        (&place["label"], &place["fallback"]),
        (&json!("customer"), &json!("there"))
    );

    let edit = |options: &[&str]| {
        let arguments = [&["template", "edit", "order_tracking"], options].concat();
        desk.run(&arguments)
    };
    edit(&[]).expect(2);
    edit(&["--label", "1=order"]).expect(2);
    edit(&["--label", "7=seven"]).expect(2);
    edit(&["--body", "Hello {{1}}"]).expect(2);
    edit(&["--button", "x=Follow"]).expect(2);
    assert_eq!(show(&desk), after, "what was refused changed nothing");
    edit(&["--body", "", "--fallback", "customer="]).expect(0);
    let bare = show(&desk);
    assert_eq!(
        (&bare["body_text"], &bare["details"][0]["fallback"]),
        (&Value::Null, &Value::Null)
    );
}

#[test]
fn a_check_takes_names_and_labels_and_says_the_rule() {
    let desk = Desk::new();
    desk.import(&["order_tracking.en", "delivery_note.en", "delivery_note.ar"]);
    desk.run(&[
        "template",
        "edit",
        "order_tracking",
        "--label",
        "2=order",
        "--fallback",
        "1=there",
    ])
    .expect(0);
    let check = |params: &[&str]| {
        let arguments = [
            &[
                "template",
                "check",
                "order_tracking",
                "--output",
                "json",
                "--param",
            ],
            params,
        ]
        .concat();
        desk.run(&arguments)
    };
    let fine = check(&["order=90117", "button.1=90117"]).expect(0);
    assert_eq!(fine.json(), json!([]));
    assert!(fine.stderr.contains("fallback: there"), "{fine:?}");

    let bad = check(&["1=Ana", "order=a\tb", "button.1=90117", "3=x"]).expect(1);
    let rules: Vec<_> = bad
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["parameter"].clone(),
                one["rule"].clone(),
                one["severity"].clone(),
            )
        })
        .collect();
    assert!(
        rules.contains(&(json!("2"), json!("spacing"), json!("error"))),
        "{rules:?}"
    );
    assert!(
        rules.contains(&(json!("3"), json!("unknown_parameter"), json!("error"))),
        "{rules:?}"
    );
    check(&["2=a", "order=b"]).expect(2);

    let note = [
        "template",
        "check",
        "delivery_note",
        "--param",
        "1=a",
        "2=b",
        "3=c",
    ];
    desk.run(&note).expect(2);
    desk.run(&[&note[..], &["--language", "ar"]].concat())
        .expect(0);
}

#[test]
fn versions_are_listed_with_their_changes_and_come_back() {
    let desk = Desk::new();
    desk.import(&["delivery_note.en"]);
    desk.run(&["template", "edit", "delivery_note", "--label", "1=customer"])
        .expect(0);
    let text = fs::read_to_string(asset("delivery_note.en")).unwrap();
    let other = desk.write("other.json", &text.replace("door.jpg", "oil.jpg"));
    desk.run(&["template", "import", &other]).expect(0);

    let versions = |desk: &Desk| {
        let arguments = [
            "template",
            "show",
            "delivery_note",
            "--versions",
            "--output",
            "json",
        ];
        desk.run(&arguments).expect(0).json()["versions"].clone()
    };
    let two = versions(&desk);
    assert_eq!(
        (&two[0]["version"], &two[1]["version"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(
        two[0]["changes"],
        json!([{
            "what": "value header.link keeps",
            "before": "https://img.fernoak.example/door.jpg",
            "after": "https://img.fernoak.example/oil.jpg",
        }]),
        "the label went on to the new version"
    );
    let table = desk
        .run(&["template", "show", "delivery_note", "--versions"])
        .expect(0);
    assert!(
        table
            .stdout
            .contains("- https://img.fernoak.example/door.jpg"),
        "{table:?}"
    );

    let restore = |version: &str| {
        desk.run(&[
            "template",
            "restore",
            "delivery_note",
            "--version",
            version,
            "--output",
            "json",
        ])
    };
    assert_eq!(restore("1").expect(0).json()["version"], 3);
    restore("3").expect(4);
    restore("9").expect(4);
    desk.run(&["template", "remove", "delivery_note", "--language", "en"])
        .expect(0);
    desk.run(&["template", "show", "delivery_note"]).expect(4);
    desk.run(&["template", "remove", "delivery_note"]).expect(4);
    assert!(versions(&desk)[0]["removed"].is_string());
    assert_eq!(restore("2").expect(0).json()["version"], 4);
    desk.run(&["template", "show", "delivery_note"]).expect(0);
}

#[test]
fn what_is_queued_is_counted_for_its_language() {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["delivery_note.en", "delivery_note.ar"]);
    let send = [
        "send",
        "template",
        "delivery_note",
        "--language",
        "ar",
        "--to",
        "+447700900118",
        "+447700900733",
        "--param",
        "1=a",
        "2=b",
        "3=c",
        "--now",
        "--confirm",
        "2",
    ];
    desk.run(&[&send[..], &["--dry-run"]].concat()).expect(0);
    desk.run(&send).expect(0);
    let all = list(&desk, &[]);
    let used: Vec<_> = all
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["language"], &one["batches"], &one["recipients"]))
        .collect();
    assert_eq!(
        used,
        [
            (&json!("ar"), &json!(1), &json!(2)),
            (&json!("en"), &json!(0), &json!(0))
        ]
    );
    assert!(all[0]["last_used"].is_string());
    assert_eq!(all[1]["last_used"], Value::Null);
}

/// A desk with two templates and a flow, and the pack it wrote.
fn team() -> (Desk, String, Value) {
    let desk = Desk::new();
    desk.import(&["order_tracking.en", "oak_care.en"]);
    desk.run(&[
        "template", "edit", "oak_care", "--label", "1=owner", "--note", "oak only",
    ])
    .expect(0);
    desk.run(&[
        "flow",
        "add",
        "callback",
        "--key",
        "5C0F1E2D",
        "--require",
        "city",
    ])
    .expect(0);
    let file = desk
        .folder
        .path()
        .join("team.json")
        .to_str()
        .unwrap()
        .to_owned();
    let made = desk
        .run(&["template", "export", "--to", &file, "--output", "json"])
        .expect(0)
        .json();
    (desk, file, made)
}

fn take(desk: &Desk, file: &str, options: &[&str]) -> crate::support::Run {
    let arguments = [
        &["template", "import-pack", file, "--output", "json"],
        options,
    ]
    .concat();
    desk.run(&arguments)
}

fn results(run: &crate::support::Run) -> Vec<(String, Value)> {
    let document = run.json();
    let entries = document["entries"].as_array().unwrap().iter();
    entries
        .map(|one| {
            (
                one["name"].as_str().unwrap().to_owned(),
                one["result"].clone(),
            )
        })
        .collect()
}

#[test]
fn a_pack_is_taken_once_its_signer_is_known_and_overwrites_nothing() {
    let (team, file, made) = team();
    assert_eq!((&made["templates"], &made["flows"]), (&json!(2), &json!(1)));
    let fingerprint = made["fingerprint"].as_str().unwrap();
    let desk = Desk::new();

    let refused = take(&desk, &file, &[]).expect(1);
    assert!(
        refused.error()["message"]
            .as_str()
            .unwrap()
            .contains(fingerprint)
    );
    take(&desk, &file, &["--trust", "0000-0000-0000-0000-0000"]).expect(1);
    assert_eq!(list(&desk, &[]), json!([]), "nothing was taken");

    let first = take(&desk, &file, &["--trust", fingerprint]).expect(0);
    let all_new =
        ["oak_care", "order_tracking", "callback"].map(|name| (name.to_owned(), json!("new")));
    assert_eq!(results(&first), all_new);
    assert_eq!(first.json()["trusted"], "now");
    let again = take(&desk, &file, &[]).expect(0);
    assert!(
        results(&again)
            .iter()
            .all(|(_, result)| result == "unchanged"),
        "{again:?}"
    );
    assert_eq!(again.json()["trusted"], "before");
    let show = desk
        .run(&["template", "show", "oak_care", "--output", "json"])
        .expect(0)
        .json();
    assert_eq!(
        (&show["note"], &show["details"][1]["label"]),
        (&json!("oak only"), &json!("owner"))
    );

    // Both sides go on: the pack makes a new version, and the other flow stays.
    team.run(&["template", "edit", "oak_care", "--note", "oak and beech"])
        .expect(0);
    team.run(&["template", "export", "--to", &file]).expect(2);
    team.run(&["template", "export", "--to", &file, "--force"])
        .expect(0);
    desk.run(&["flow", "add", "callback", "--key", "OTHER"])
        .expect(0);
    let second = take(&desk, &file, &[]).expect(0);
    let expected = [
        ("oak_care", "changed"),
        ("order_tracking", "unchanged"),
        ("callback", "kept"),
    ];
    let expected = expected.map(|(name, result)| (name.to_owned(), json!(result)));
    assert_eq!(results(&second), expected);
    let show = desk
        .run(&["template", "show", "oak_care", "--output", "json"])
        .expect(0)
        .json();
    assert_eq!(
        (&show["version"], &show["note"]),
        (&json!(2), &json!("oak and beech"))
    );
    let replaced = take(&desk, &file, &["--replace-flows"]).expect(0);
    assert_eq!(
        results(&replaced)[2],
        ("callback".to_owned(), json!("changed"))
    );

    let own = take(&team, &file, &[]).expect(0);
    assert_eq!(own.json()["trusted"], "own");
}

#[test]
fn a_changed_pack_is_refused_as_a_whole() {
    let (_team, file, made) = team();
    let fingerprint = made["fingerprint"].as_str().unwrap();
    let text = fs::read_to_string(&file).unwrap();
    let desk = Desk::new();
    for (at, (from, to)) in [
        ("oak only", "oak onl1"),
        ("5C0F1E2D", "5C0F1E2E"),
        ("\"alertdesk_pack\": 1", "\"alertdesk_pack\": 2"),
        ("\"signature\": \"", "\"signature\": \"0"),
        ("\"content\"", "\"contents\""),
    ]
    .into_iter()
    .enumerate()
    {
        assert!(text.contains(from), "{from}");
        let changed = desk.write(&format!("changed-{at}.json"), &text.replace(from, to));
        let refused = take(&desk, &changed, &["--trust", fingerprint]);
        assert!([1, 2].contains(&refused.status), "{refused:?}");
        let message = refused.error()["message"].to_string();
        assert!(message.contains("nothing was taken"), "{message}");
    }
    assert_eq!(list(&desk, &[]), json!([]));
    assert_eq!(
        desk.run(&["flow", "list", "--output", "json"])
            .expect(0)
            .json(),
        json!([])
    );
}

#[test]
fn a_pack_holds_no_key_no_host_and_no_person() {
    let mut desk = Desk::new();
    desk.set("ALERTDESK_BASE_URL", "https://api.fern-and-oak.example")
        .set("ALERTDESK_CUSTOMER_ID", "99001")
        .set("ALERTDESK_BOT_KEY", "00aa11bb22cc33dd")
        .set("ALERTDESK_API_KEY", "made-up-sentinel");
    desk.import(&["order_tracking.en"]);
    let file = desk
        .folder
        .path()
        .join("team.json")
        .to_str()
        .unwrap()
        .to_owned();
    desk.run(&["template", "export", "--to", &file, "order_tracking"])
        .expect(0);
    let text = fs::read_to_string(&file).unwrap();
    for word in [
        "Léa",
        "90117",
        "fern-and-oak",
        "99001",
        "00aa11bb22cc33dd",
        "made-up-sentinel",
    ] {
        assert!(!text.contains(word), "{word} is in the pack");
    }
    desk.run(&[
        "template",
        "export",
        "--to",
        &file,
        "--force",
        "order_trackin",
    ])
    .expect(4);
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        text,
        "a refused export leaves the file"
    );
}

#[test]
fn a_check_finds_what_no_send_with_the_template_could_carry() {
    let desk = Desk::new();
    let buttons = [0, 1, 2].map(|index| {
        json!({"type": "button", "sub_type": "url", "index": index,
            "parameters": [{"type": "text", "text": "a"}]})
    });
    let payload = json!({"name": "three_links", "language": {"code": "en"},
        "components": buttons});
    let file = desk.write("three.json", &payload.to_string());
    desk.run(&["template", "import", &file]).expect(0);
    let values = ["button.0=a", "button.1=b", "button.2=c"];
    let mut arguments = vec!["template", "check", "three_links", "--output", "json"];
    arguments.extend(values.iter().flat_map(|value| ["--param", value]));
    let found = desk.run(&arguments).expect(1).json();
    assert_eq!(found[0]["rule"], "buttons", "{found}");
    assert_eq!(found[0]["severity"], "error");
}
