//! Importing a template: what each form of it gives.

use super::{ImportError, ImportRule, NamedFiles, import_json, read};
use crate::domain::{MediaKind, ParameterKind};
use proptest::prelude::*;
use serde_json::{Value, json};

fn names(text: &Value) -> Vec<String> {
    let report = import_json(&text.to_string()).unwrap();
    let parameters = report.template.parameters;
    parameters.into_iter().map(|p| p.name).collect()
}

fn call(components: &Value) -> Value {
    json!({"phoneNumber": "+447700900412", "payload": {
        "name": "oak_care", "language": {"code": "en_GB", "policy": "deterministic"},
        "components": components}})
}

#[test]
fn each_wrapping_leads_to_the_same_template() {
    let components = json!([{"type": "body", "parameters": [{"type": "text", "text": "Asha"}]}]);
    let body = call(&components);
    let bare = body["payload"].clone();
    let recorded = json!({"name": "a call", "method": "POST", "path": "/x", "body": body,
        "headers": {"authorization": "Basic not-a-real-key"}});
    let broadcast = json!({"broadcastTitle": "x", "payload": {"type": "whatsapp_template",
        "content": [{"type": "template", "data": null, "template": {"payload": bare,
        "targetWhatsappNumber": "{{phone_no}}"}}]}});
    let upload = json!({"body": {"template_payload": bare.to_string()}});
    let expected = import_json(&bare.to_string()).unwrap().template;
    assert_eq!(expected.name, "oak_care");
    assert_eq!(expected.language, "en_GB");
    assert_eq!(expected.version, 1);
    for wrapped in [body, recorded, broadcast, upload] {
        assert_eq!(
            import_json(&wrapped.to_string()).unwrap().template,
            expected
        );
    }
}

#[test]
fn a_key_in_the_text_is_left_out_and_said_so() {
    let recorded = json!({"body": call(&json!([])),
        "headers": {"Authorization": "Basic not-a-real-key"}});
    let report = import_json(&recorded.to_string()).unwrap();
    assert!(!format!("{report:?}").contains("not-a-real-key"));
    let import = read(&recorded.to_string(), &NamedFiles::new()).unwrap();
    assert!(import.key_found);
}

#[test]
fn names_that_would_meet_get_a_number() {
    let two = json!([
        {"type": "header", "parameters": [{"type": "text", "parameter_name": "who", "text": "a"}]},
        {"type": "body", "parameters": [{"type": "text", "parameter_name": "who", "text": "b"}]}]);
    assert_eq!(names(&call(&two)), ["who", "who.2"]);
}

#[test]
fn buttons_are_named_by_their_index_and_texts_become_numbers() {
    let buttons = json!([
        {"type": "BUTTON", "sub_type": "URL", "index": "1",
         "parameters": [{"type": "text", "text": "orders/1"}]},
        {"type": "button", "sub_type": "quick_reply", "index": 3,
         "parameters": [{"type": "payload", "payload": "flow_A"}]},
        {"type": "button", "sub_type": "catalog", "index": 4,
         "parameters": [{"type": "action", "action": {"x": 1}}]}]);
    let report = import_json(&call(&buttons).to_string()).unwrap();
    let template = report.template;
    assert_eq!(template.components[0]["index"], json!(1));
    assert_eq!(template.components[2], buttons[2]);
    assert_eq!(template.parameters[0].name, "button.1");
    assert_eq!(template.parameters[0].kind, ParameterKind::ButtonText);
    assert_eq!(template.parameters[0].default, None);
    assert_eq!(template.parameters[1].name, "button.3.payload");
    assert_eq!(template.parameters[1].default.as_deref(), Some("flow_A"));
    assert!(
        report
            .notes
            .iter()
            .any(|line| line.contains("Kept as it is: button 4"))
    );
}

#[test]
fn parts_that_are_not_understood_stay_untouched() {
    let odd = json!([
        {"type": "header", "parameters": [{"type": "product", "product": {"catalog_id": "1"}}]},
        {"type": "header", "parameters": [{"type": "image", "image": {"id": "17"}}]},
        {"type": "body", "parameters": [{"type": "currency", "currency": {"code": "EUR"}},
            {"type": "text", "text": "x"}]},
        {"type": "order_status", "parameters": [7, null]}]);
    let report = import_json(&call(&odd).to_string()).unwrap();
    assert_eq!(report.template.components, odd);
    let only = &report.template.parameters;
    assert_eq!(only.len(), 1);
    assert_eq!(
        (only[0].name.as_str(), only[0].pointer.as_str()),
        ("2", "/2/parameters/1/text")
    );
    assert_eq!(
        report
            .notes
            .iter()
            .filter(|line| line.starts_with("Kept"))
            .count(),
        4
    );
}

#[test]
fn a_location_leads_where_it_led_unless_told_otherwise() {
    let header = json!([{"type": "header", "parameters": [{"type": "location", "location":
        {"latitude": 51.5, "longitude": "-0.12", "name": "Fern & Oak"}}]}]);
    let template = import_json(&call(&header).to_string()).unwrap().template;
    let places = template.parameters.iter();
    let places: Vec<(&str, &str)> = places
        .map(|one| (one.name.as_str(), one.default.as_deref().unwrap()))
        .collect();
    assert_eq!(
        places,
        [
            ("header.latitude", "51.5"),
            ("header.longitude", "-0.12"),
            ("header.name", "Fern & Oak")
        ]
    );
}

#[test]
fn a_media_header_keeps_its_link() {
    let header = json!([{"type": "header", "parameters": [{"type": "video",
        "video": {"link": "https://media.fernoak.example/a.mp4"}}]}]);
    let template = import_json(&call(&header).to_string()).unwrap().template;
    assert_eq!(template.parameters[0].name, "header.link");
    assert_eq!(
        template.parameters[0].kind,
        ParameterKind::MediaLink(MediaKind::Video)
    );
    assert_eq!(
        template.parameters[0].default.as_deref(),
        Some("https://media.fernoak.example/a.mp4")
    );
}

fn refused(text: &str) -> ImportError {
    import_json(text).unwrap_err()
}

#[test]
fn errors_name_what_and_where() {
    let error = refused("{\n  \"name\": \"a\",\n  oops\n}");
    assert_eq!(error.rule, ImportRule::NotJson);
    assert!(
        error
            .to_string()
            .starts_with("line 3, column 3: this is not JSON"),
        "{error}"
    );
    assert_eq!(refused("[1, 2]").rule, ImportRule::NoTemplate);
    assert_eq!(
        refused("{\"phoneNumber\": \"1\"}").rule,
        ImportRule::NoTemplate
    );
    assert!(
        refused(" \n")
            .to_string()
            .starts_with("nothing is here yet")
    );
    assert_eq!(refused("hello").rule, ImportRule::NotKnown);

    let mut no_language = call(&json!([]));
    no_language["payload"]
        .as_object_mut()
        .unwrap()
        .remove("language");
    let error = refused(&no_language.to_string());
    assert!(
        error.to_string().contains("`payload.language.code`"),
        "{error}"
    );

    let text =
        "{\"payload\": {\"name\": \"a\", \"language\": \"en\",\n  \"components\": {\"a\": 1}}}";
    let error = refused(text);
    assert_eq!(
        error.to_string(),
        "line 2, column 17: `payload.components` must be a list: mend it here, or copy the whole \
         call again"
    );
}

#[test]
fn a_call_of_another_kind_is_named() {
    let flow = json!({"user.channel": "whatsapp", "user.phone_no": "447700900412"});
    assert!(refused(&flow.to_string()).what.contains("starts a flow"));
    let broadcast = json!({"broadcastTitle": "x", "payload": {"type": "direct", "content": [
        {"type": "text", "data": {"message": "We are closed."}}]}});
    assert!(
        refused(&broadcast.to_string())
            .what
            .contains("broadcast of texts")
    );
}

#[test]
fn a_slip_within_quotes_is_named_where_it_was_pasted() {
    let bash = "curl 'https://x.example' \\\n --data '{\n  \"a\": '\\''x'\\'',\n}'";
    let error = read(bash, &NamedFiles::new()).unwrap_err();
    assert_eq!(error.rule, ImportRule::NotJson);
    let at = error.at.unwrap();
    assert_eq!(
        (at.line, at.column),
        (3, 10),
        "the quote that is no quote of JSON"
    );
    let open = "curl 'https://x.example' -H \"a: b' -d '{}'";
    let error = read(open, &NamedFiles::new()).unwrap_err();
    assert_eq!(error.rule, ImportRule::Shell);
    assert_eq!(error.at.unwrap().to_string(), "line 1, column 29");
}

#[test]
fn a_named_file_is_asked_for_and_never_read() {
    let text = "curl https://x.example -H @/etc/passwd -d @body.json";
    let error = read(text, &NamedFiles::new()).unwrap_err();
    assert_eq!(
        error.rule,
        ImportRule::NeedsFiles(vec!["body.json".to_owned()])
    );
    let mut files = NamedFiles::new();
    files.insert("body.json".to_owned(), call(&json!([])).to_string());
    let import = read(text, &files).unwrap();
    assert_eq!(import.templates[0].template.name, "oak_care");
    assert_eq!(import.files, ["/etc/passwd", "body.json"]);

    files.insert("body.json".to_owned(), "{\n \"a\": x}".to_owned());
    let error = read(text, &files).unwrap_err();
    assert_eq!(error.at.unwrap().to_string(), "body.json, line 2, column 7");
}

#[test]
fn a_list_gives_all_that_can_be_taken() {
    let description = |name: &str, format: &str| {
        json!({"name": name, "language": "en", "components": [{"type": "HEADER", "format": format},
            {"type": "BODY", "text": "Hello {{1}}"}]})
    };
    let list = json!({"data": [description("a", "IMAGE"), description("b", "PRODUCT"),
        description("c", "VIDEO")], "paging": {}});
    let import = read(&list.to_string(), &NamedFiles::new()).unwrap();
    let names: Vec<&str> = import
        .templates
        .iter()
        .map(|one| one.template.name.as_str())
        .collect();
    assert_eq!(names, ["a", "c"]);
    assert_eq!(import.left_out[0].0, "b");
    let error = &import.left_out[0].1;
    assert_eq!(error.rule, ImportRule::Unsupported);
    assert!(error.at.is_some(), "{error}");
}

fn any_json() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        Just("type"),
        Just("parameters"),
        Just("payload"),
        Just("name"),
        Just("language"),
        Just("components"),
        Just("index"),
        Just("sub_type"),
        Just("cards"),
        Just("text"),
        Just("content"),
        Just("body"),
        Just("image"),
        Just("link"),
        Just("card_index"),
    ];
    let word = prop_oneof![
        Just("header"),
        Just("body"),
        Just("button"),
        Just("carousel"),
        Just("text"),
        Just("image"),
        Just("quick_reply"),
        Just("payload"),
        Just("limited_time_offer"),
        Just("-1"),
        Just("{{1}}"),
        Just("{\"name\":\"a\",\"language\":\"en\"}"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|entries| {
                let entries = entries
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value));
                Value::Object(entries.collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn an_import_never_panics_and_every_place_exists(components in any_json(), text in ".{0,80}") {
        drop(import_json(&text));
        for start in ["curl ", "irm ", "curl x -d '{\"name\":\"a\",\"language\":"] {
            drop(read(&format!("{start}{text}"), &NamedFiles::new()));
        }
        drop(import_json(&components.to_string()));
        if let Ok(report) = import_json(&call(&json!([components])).to_string()) {
            for parameter in &report.template.parameters {
                prop_assert!(report.template.components.pointer(&parameter.pointer).is_some());
            }
        }
    }
}
