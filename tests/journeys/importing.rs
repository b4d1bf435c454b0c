//! Templates come in by paste: what was found is said, names are asked for, the key is gone.

use crate::support::harness::{Harness, Options};
use alertdesk::contract::{Effect, PaneId, StoreRequest};
use alertdesk::domain::{Guard, Template};
use alertdesk::overlays::Overlay;
use serde_json::json;
use std::path::Path;

const KEY: &str = "00000000-0000-4000-8000-000000000000-ABCDEFG";

fn payload() -> String {
    let text = |text: &str| json!({"type": "text", "text": text});
    let payload = json!({"phoneNumber": "+447700900412", "payload": {
        "name": "order_ready", "language": {"code": "en", "policy": "deterministic"},
        "components": [
            {"type": "header", "parameters": [{"type": "image",
                "image": {"link": "https://img.fernoak.example/door.jpg"}}]},
            {"type": "body", "parameters": [text("Ana"), text("88213"), text("Tue 27 Oct")]},
            {"type": "button", "sub_type": "quick_reply", "index": 0, "parameters": [
                {"type": "payload", "payload": "flow_0123456789ABCDEF0123456789ABCDEF"}]}]}});
    serde_json::to_string_pretty(&payload).unwrap()
}

/// The panel's "Generate cURL" for the bot of this desk.
fn curl(desk: &Harness) -> String {
    let target = desk.platform.target();
    format!(
        "curl --location --request POST '{}/whatsapp-api/v1.0/customer/{}/bot/{}/template' \\\n\
         --header 'Authorization: Basic {KEY}' \\\n--header 'Content-Type: application/json' \\\n\
         --data-raw '{}'",
        target.base_url,
        target.customer_id,
        target.bot_key,
        payload()
    )
}

fn kept<'d>(desk: &'d Harness, name: &str) -> &'d Template {
    let mut templates = desk.state.library.templates.iter();
    templates.find(|one| one.name == name).unwrap()
}

/// Everything that lies below a folder.
fn written(folder: &Path, bytes: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            written(&path, bytes);
        } else {
            bytes.extend(std::fs::read(path).unwrap());
        }
    }
}

fn assert_no_key(desk: &Harness) {
    desk.assert_hides("ABCDEFG");
    let mut bytes = Vec::new();
    written(desk.folder(), &mut bytes);
    let holds = |bytes: &[u8]| bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes());
    assert!(!holds(&bytes), "the key was written");
    let said = format!("{:?}{:?}", desk.state, desk.effects);
    assert!(
        !said.contains("ABCDEFG"),
        "the key is in the state or in an effect"
    );
}

async fn pasting(options: Options) -> Harness {
    let mut desk = Harness::start(options).await;
    desk.keys("3 a");
    desk.assert_shows("Add a template");
    desk.assert_shows("Paste the panel's \"Generate cURL\"");
    desk
}

#[tokio::test]
async fn a_new_template_from_the_web_panel() {
    let mut desk = pasting(Options::default()).await;
    let text = curl(&desk);
    desk.paste(&text);
    desk.until_idle().await;
    desk.assert_shows("order_ready · en · new in the library");
    desk.assert_shows("1 header image, 3 body variables, 1 quick-reply button");
    desk.assert_shows("cURL for bash, a call for one person");
    desk.assert_shows("key found and discarded");
    desk.assert_hides("made for another");
    let up = vec!["Up"; 40].join(" ");
    desk.keys(&up);
    desk.assert_shows("Basic ••••");
    assert_no_key(&desk);

    desk.keys("Tab");
    desk.assert_shows("Give the values names and fallbacks");
    for (name, fallback) in [
        ("customer", "there"),
        ("order", "your order"),
        ("date", "soon"),
    ] {
        desk.text(name);
        desk.keys("Tab");
        desk.text(fallback);
        desk.keys("Tab");
    }
    desk.keys("Ctrl-s");
    desk.until_idle().await;
    desk.assert_shows("order_ready · en is kept as version 1");
    let template = kept(&desk, "order_ready");
    let named: Vec<(&str, Option<&str>, Option<&str>)> = template
        .parameters
        .iter()
        .map(|one| {
            (
                one.name.as_str(),
                one.label.as_deref(),
                one.fallback.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        named,
        [
            ("header.link", None, None),
            ("1", Some("customer"), Some("there")),
            ("2", Some("order"), Some("your order")),
            ("3", Some("date"), Some("soon")),
            ("button.0.payload", None, None)
        ]
    );
    assert!(desk.state.overlays.is_empty());
    let draft = desk.state.composer.draft.as_ref().unwrap();
    assert_eq!(draft.template.as_ref().unwrap().name, "order_ready");
    assert_eq!(desk.state.focus, PaneId::Composer);
    assert_no_key(&desk);

    // Again it is a new version that keeps the names, and a draft that is open stays as it is.
    desk.keys("Esc a");
    desk.paste(&text.replace("door.jpg", "oil.jpg"));
    desk.until_idle().await;
    desk.assert_shows("will be version 2, the library has 1");
    desk.keys("Tab");
    desk.assert_shows("customer");
    desk.assert_shows("your order");
    desk.keys("Ctrl-s");
    desk.until_idle().await;
    assert_eq!(kept(&desk, "order_ready").version, 2);
    let draft = desk.state.composer.draft.as_ref().unwrap();
    assert_eq!(draft.template.as_ref().unwrap().version, 1);
}

#[tokio::test]
async fn a_slip_is_pointed_at_and_the_text_stays() {
    let mut desk = pasting(Options::default()).await;
    let text = curl(&desk).replace("\"components\"", "components");
    desk.paste(&text);
    desk.until_idle().await;
    desk.assert_shows("this is not JSON, key must be a string");
    desk.assert_shows("line 12, column 5");
    desk.assert_shows("components: [");
    desk.keys("Ctrl-s");
    desk.assert_shows("nothing is found yet that could be kept");
    desk.keys("Esc");
    assert!(desk.state.overlays.is_empty());
    desk.keys("a");
    desk.until_idle().await;
    desk.assert_shows("line 12, column 5");
    desk.keys("Ctrl-u");
    desk.paste(&payload());
    desk.until_idle().await;
    desk.assert_shows("JSON, a call for one person");
    assert_no_key(&desk);
    desk.keys("Ctrl-z Ctrl-z Ctrl-z");
    desk.until_idle().await;
    assert_no_key(&desk);
}

#[tokio::test]
async fn a_paste_does_nothing_but_stand_there() {
    let mut desk = pasting(Options::default()).await;
    let before = desk.effects.len();
    desk.paste("q\r\n:quit\r\nrm -rf x\u{1b}[31m\r\n\u{13}");
    desk.until_idle().await;
    desk.assert_shows(":quit");
    desk.assert_shows("this is neither a cURL command nor JSON");
    desk.keys("Enter q");
    desk.until_idle().await;
    desk.assert_shows("Add a template");
    let only_reads = desk.effects[before..]
        .iter()
        .all(|effect| matches!(effect, Effect::ReadImport { .. }));
    assert!(only_reads, "{:?}", &desk.effects[before..]);
    assert!(!desk.left);
}

#[tokio::test]
async fn a_named_file_is_read_when_a_person_says_so() {
    let mut desk = pasting(Options::default()).await;
    let file = desk.folder().join("payload.json");
    std::fs::write(&file, payload()).unwrap();
    desk.paste(&format!("curl https://x.example -d @{}", file.display()));
    desk.until_idle().await;
    desk.assert_shows("payload.json: Ctrl-r reads it, nothing is read unasked");
    desk.keys("Ctrl-r");
    desk.until_idle().await;
    desk.assert_shows("order_ready · en · new in the library");
}

#[tokio::test]
async fn a_list_of_descriptions_is_kept_as_a_whole() {
    let mut desk = pasting(Options::default()).await;
    let one = |name: &str, language: &str| {
        json!({"name": name, "language": language, "category": "UTILITY", "components": [
            {"type": "BODY", "text": "Hello {{1}}", "example": {"body_text": [["Ana"]]}}]})
    };
    let list = json!({"data": [one("opening", "en"), one("opening", "de"), one("closing", "en")]});
    desk.paste(&list.to_string());
    desk.until_idle().await;
    desk.assert_shows("3 templates: Tab lists them, Ctrl-s keeps them all");
    desk.keys("Tab");
    desk.assert_shows("closing · en  1 body variable");
    desk.keys("Ctrl-s");
    desk.until_idle().await;
    desk.assert_shows("3 templates are kept");
    let closing = kept(&desk, "closing");
    assert_eq!(closing.wording.body.as_deref(), Some("Hello {{1}}"));
}

#[tokio::test]
async fn another_account_becomes_a_profile_after_a_name_and_a_yes() {
    let options = Options {
        profile: |profile| profile.guard = Guard::None,
        ..Options::default()
    };
    let mut desk = pasting(options).await;
    let text = curl(&desk).replace("/customer/", "/customer/7");
    desk.paste(&text);
    desk.until_idle().await;
    desk.assert_shows("made for another customer than the profile in use: Ctrl-o makes a profile");
    desk.keys("Ctrl-o");
    desk.assert_shows("[profiles.NAME]");
    desk.assert_shows("ALERTDESK_API_KEY");
    desk.text("demo");
    desk.keys("Enter");
    desk.assert_shows("there is a profile demo already");
    desk.keys("Ctrl-u");
    desk.text("london");
    desk.keys("Enter Enter");
    desk.assert_shows("type yes to write it");
    let file = desk.folder().join("config/config.toml");
    assert!(!file.exists());
    desk.paste("yes");
    desk.assert_shows("a paste is not taken here");
    desk.text("yes");
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("london is in config.toml");
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(
        written.contains("[profiles.london]\nbase_url = "),
        "{written}"
    );
    desk.assert_shows("order_ready · en");
    assert_no_key(&desk);
}

#[tokio::test]
async fn megabytes_are_held_and_stay_quick_to_draw() {
    let mut desk = pasting(Options::default()).await;
    let filler = "x".repeat(3 * 1024 * 1024);
    let text = curl(&desk).replace("\"Ana\"", &format!("\"{filler}\""));
    desk.paste(&text);
    desk.until_idle().await;
    desk.assert_shows("order_ready · en · new in the library");
    desk.assert_shows("held as it is; Ctrl-e opens it");
    desk.keys("x");
    desk.assert_shows("too long to type in");
    desk.keys("Ctrl-u");
    desk.until_idle().await;
    desk.assert_hides("order_ready");
    let asked = |effect: &Effect| matches!(effect, Effect::Store(StoreRequest::KeepTemplates(_)));
    assert!(!desk.effects.iter().any(asked));
}

#[tokio::test]
async fn it_is_reached_by_name_from_anywhere() {
    let mut desk = Harness::start(Options::default()).await;
    desk.keys("1 :");
    desk.text("template add");
    desk.keys("Enter");
    desk.assert_shows("Add a template");
    desk.keys("Esc Ctrl-p");
    desk.text("add a template");
    desk.keys("Enter");
    desk.assert_shows("Paste the panel's \"Generate cURL\"");
}

#[tokio::test]
async fn the_list_of_templates_takes_a_new_one_and_shows_it() {
    let mut desk = Harness::start(Options::default()).await;
    desk.until_idle().await;
    desk.keys(":");
    desk.text("templates");
    desk.keys("Enter a");
    desk.until_idle().await;
    let text = curl(&desk);
    desk.paste(&text);
    desk.until_idle().await;
    desk.keys("Ctrl-s");
    desk.until_idle().await;
    desk.keys("Ctrl-s");
    desk.until_idle().await;
    assert_eq!(kept(&desk, "order_ready").version, 1);
    desk.assert_shows("order_ready");
    assert!(matches!(
        desk.state.overlays.last(),
        Some(Overlay::Palette(_))
    ));
}
