//! `template import`: what people have goes in, keys stay out.

use crate::support::{Desk, keys};
use serde_json::json;

const KEY: &str = "00000000-0000-4000-8000-000000000000-ABCDEFG";
const ADDRESS: &str =
    "https://api.fern-oak.example/whatsapp-api/v1.0/customer/99001/bot/00aa11bb22cc33dd/template";

fn payload() -> String {
    json!({"phoneNumber": "+447700900412", "payload": {"name": "order_ready",
        "language": {"code": "en", "policy": "deterministic"}, "components": [
            {"type": "header", "parameters": [{"type": "image",
                "image": {"link": "https://img.fern-oak.example/door.jpg"}}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Ana"},
                {"type": "text", "text": "88213"}]}]}})
    .to_string()
}

fn curl(data: &str) -> String {
    format!(
        "curl --location --request POST '{ADDRESS}' \\\n--header 'Authorization: Basic {KEY}' \\\n\
         --header 'Content-Type: application/json' \\\n{data}"
    )
}

fn holds_key(desk: &Desk) -> bool {
    let written = desk.everything_written();
    written
        .windows(KEY.len())
        .any(|bytes| bytes == KEY.as_bytes())
}

#[test]
fn the_panels_curl_becomes_a_template_with_names_and_without_the_key() {
    let desk = Desk::new();
    desk.write_config(
        "[profiles.care]\nbase_url = \"https://api.other.example\"\ncustomer_id = \"99001\"\n\
         bot_key = \"00aa11bb22cc33dd\"\napi_key = { env = \"NONE\" }\n",
    );
    let text = curl(&format!("--data-raw '{}'", payload()));
    let arguments = [
        "template",
        "import",
        "-",
        "--output",
        "json",
        "--name",
        "1=customer",
        "--name",
        "2=order",
        "--fallback",
        "customer=there",
    ];
    let run = desk.run_with_input(&arguments, &text).expect(0);
    let document = run.json();
    assert_eq!(
        keys(&document),
        ["name", "language", "version", "replaced", "parameters"]
    );
    assert_eq!(document["parameters"], json!(["header.link", "1", "2"]));
    for said in [
        "Read as cURL for bash, a call for one person, host api.fern-oak.example, customer 99001",
        "The key in the text was left out; it is not stored.",
        "warning: it was made for another host than the profile care has.",
        "order_ready: 1 header image, 2 body variables.",
    ] {
        assert!(run.stderr.contains(said), "{said} in {run:#?}");
    }
    assert!(!run.stderr.contains(KEY) && !holds_key(&desk));

    // Imported again, in another quoting, it keeps its names.
    let again = format!(
        "curl ^\"{ADDRESS}^\" ^\r\n  -d \"{}\"",
        payload().replace('"', "\\\"")
    );
    let run = desk
        .run_with_input(&["template", "import", "--output", "json"], &again)
        .expect(0);
    assert_eq!(run.json()["version"], 2);
    assert!(run.stderr.contains("the Windows command prompt"), "{run:?}");
    let shown = desk
        .run(&["template", "show", "order_ready", "--output", "json"])
        .expect(0);
    let details = shown.json()["details"].clone();
    let labels: Vec<_> = details
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["label"])
        .collect();
    assert_eq!(labels, [&json!(null), &json!("customer"), &json!("order")]);
}

#[test]
fn names_that_cannot_be_keep_nothing() {
    let desk = Desk::new();
    let text = curl(&format!("-d '{}'", payload()));
    for wrong in [
        ["--name", "7=x"],
        ["--name", "1=2"],
        ["--fallback", "1={{x}}"],
    ] {
        let arguments = [&["template", "import", "-"][..], &wrong[..]].concat();
        desk.run_with_input(&arguments, &text).expect(2);
    }
    let list = desk
        .run(&["template", "list", "--output", "json"])
        .expect(0);
    assert_eq!(list.json(), json!([]));
}

#[test]
fn a_named_file_is_read_only_where_that_is_allowed() {
    let desk = Desk::new();
    let file = desk.write("payload.json", &payload());
    let command = desk.write("command.sh", &curl(&format!("--data @{file}")));
    let refused = desk
        .run(&["template", "import", &command, "--output", "json"])
        .expect(2)
        .error();
    assert!(refused["message"].as_str().unwrap().contains(&file));
    assert!(
        refused["advice"]
            .as_str()
            .unwrap()
            .contains("--allow-files")
    );
    let allowed = [
        "template",
        "import",
        &command,
        "--allow-files",
        "--output",
        "json",
    ];
    assert_eq!(desk.run(&allowed).expect(0).json()["name"], "order_ready");

    let device = desk.write("device.sh", &curl("--data @/dev/zero"));
    let run = desk
        .run(&["template", "import", &device, "--allow-files"])
        .expect(2);
    assert!(run.stderr.contains("is no plain file"), "{run:?}");
}

#[test]
fn a_list_is_taken_whole_or_one_is_chosen() {
    let desk = Desk::new();
    let one = |name: &str, language: &str| {
        json!({"name": name, "language": language, "status": "APPROVED", "category": "UTILITY",
            "components": [{"type": "BODY", "text": "Hello {{1}}, see {{2}}",
                "example": {"body_text": [["Ana", "us"]]}}]})
    };
    let list = json!({"data": [one("care", "en"), one("care", "de"), one("hours", "en"),
        {"name": "shop", "language": "en", "components": [{"type": "HEADER", "format": "PRODUCT"}]}]});
    let file = desk.write("templates.json", &list.to_string());
    let run = desk.run(&["template", "import", &file]).expect(2);
    assert!(
        run.stderr.contains("care in en, care in de, hours in en"),
        "{run:?}"
    );
    assert!(run.stderr.contains("Left out: shop: line 1"), "{run:?}");
    let chosen = [
        "template",
        "import",
        &file,
        "--only",
        "care",
        "--language",
        "de",
        "--output",
        "json",
    ];
    let document = desk.run(&chosen).expect(0).json();
    assert_eq!(
        (&document["language"], &document["parameters"]),
        (&json!("de"), &json!(["1", "2"]))
    );
    desk.run(&["template", "import", &file, "--language", "fr"])
        .expect(4);
    let all = desk
        .run(&["template", "import", &file, "--all", "--output", "json"])
        .expect(0);
    let versions: Vec<_> = all
        .json()
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["version"].clone())
        .collect();
    assert_eq!(versions, [json!(1), json!(2), json!(1)]);
    let shown = desk
        .run(&["template", "show", "hours", "--output", "json"])
        .expect(0);
    assert_eq!(shown.json()["body_text"], "Hello {{1}}, see {{2}}");
}

#[test]
fn a_slip_is_named_where_it_stands() {
    let desk = Desk::new();
    let broken = payload().replace("\"components\"", "\n  components");
    let text = curl(&format!("--data-raw '{broken}'"));
    let run = desk
        .run_with_input(&["template", "import", "-", "--output", "json"], &text)
        .expect(2);
    let message = run.error()["message"].as_str().unwrap().to_owned();
    assert!(
        message.starts_with("line 5, column 3: this is not JSON"),
        "{message}"
    );
    assert!(!run.stderr.contains(KEY) && !holds_key(&desk));
}
