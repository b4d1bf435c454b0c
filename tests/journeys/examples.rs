//! Every example call that sends something, made by keyboard in the composer: what the Payload
//! pane then shows is the example as JSON.

use crate::support::stage::{Stage, opening, profile};
use alertdesk::app::Settings;
use alertdesk::contract::{ApiResponse, Event, Library, Slot, StorageEvent};
use alertdesk::domain::template::import_json;
use alertdesk::domain::{Flow, FrozenRequest, RequestBody, User, WireOptions};
use alertdesk::panes::template_composer::FieldId;
use rstest::rstest;
use serde_json::{Map, Value, json};
use std::path::Path;

const FLOW: &str = "0123456789ABCDEF0123456789ABCDEF";

fn example(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/plan/requests")
        .join(format!("{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// A desk whose library knows the template of a payload and one flow.
fn desk(payload: Option<&Value>, wire: WireOptions) -> Stage {
    let profile = alertdesk::domain::Profile { wire, ..profile() };
    let mut stage = Stage::with(120, 40, profile, Settings::default());
    let templates = payload.map(|payload| import_json(&payload.to_string()).unwrap().template);
    let flow = Flow {
        name: "example".to_owned(),
        key: FLOW.to_owned(),
        required: Vec::new(),
    };
    let library = Library {
        templates: templates.into_iter().collect(),
        flows: vec![flow],
        ..Library::default()
    };
    stage.event(Event::Storage(Box::new(StorageEvent::Library(Box::new(
        library,
    )))));
    stage
}

fn command(stage: &mut Stage, text: &str) {
    stage.keys(":");
    stage.text(text);
    stage.keys("Enter");
}

/// Moves the cursor of the composer to a field, by keys.
#[track_caller]
fn go_to(stage: &mut Stage, id: &FieldId) {
    stage.keys("Esc g");
    let draft = stage.state.composer.draft.as_ref().unwrap();
    let at = draft.fields.iter().position(|field| field.id == *id);
    let at = at.unwrap_or_else(|| panic!("no field {id:?}:\n{}", stage.screen()));
    for _ in 0..at {
        stage.keys("j");
    }
}

/// Types into a field, in place of what stands there.
#[track_caller]
fn fill(stage: &mut Stage, id: &FieldId, text: &str) {
    go_to(stage, id);
    stage.keys("Enter Ctrl-u");
    stage.text(text);
    stage.keys("Esc");
}

/// Types every value that a payload has in the places of its template.
fn fill_places(stage: &mut Stage, payload: &Value) {
    let draft = stage.state.composer.draft.as_ref().unwrap();
    let places = draft.template.as_ref().unwrap().parameters.clone();
    for place in places {
        let value = payload["components"].pointer(&place.pointer).unwrap();
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        fill(stage, &FieldId::Parameter(place.name), &text);
    }
}

#[track_caller]
fn request(stage: &Stage) -> FrozenRequest {
    assert!(
        stage.state.payload.failure.is_none(),
        "{:?}\n{}",
        stage.state.payload.failure,
        stage.screen()
    );
    stage.state.payload.request().expect("a request").clone()
}

fn body(request: &FrozenRequest) -> Value {
    match &request.body {
        RequestBody::Json(text) => serde_json::from_str(text).unwrap(),
        RequestBody::Empty => Value::Null,
        RequestBody::Multipart { .. } => panic!("not JSON"),
    }
}

#[track_caller]
fn assert_path(request: &FrozenRequest, example: &Value) {
    assert_eq!(request.method, example["method"]);
    let (_, path) = request.url.split_once(".example").unwrap();
    let path = path.split('?').next().unwrap();
    assert_eq!(path, example["path"]);
}

#[rstest]
#[case("template_body_only", true)]
#[case("template_carousel", true)]
#[case("template_coupon_and_offer", true)]
#[case("template_document_header_two_quick_replies", true)]
#[case("template_image_header", true)]
#[case("template_named_parameters", true)]
#[case("template_no_namespace_no_plus", false)]
#[case("template_otp_url_button", true)]
fn a_template_to_one_person(#[case] name: &str, #[case] template_phone_plus: bool) {
    let example = example(name);
    let payload = &example["body"]["payload"];
    let wire = WireOptions {
        template_phone_plus,
        ..WireOptions::default()
    };
    let mut stage = desk(Some(payload), wire);
    command(
        &mut stage,
        &format!("template {}", payload["name"].as_str().unwrap()),
    );
    fill(&mut stage, &FieldId::To, "+1 415 555 0101");
    fill_places(&mut stage, payload);
    let request = request(&stage);
    assert_path(&request, &example);
    assert_eq!(body(&request), example["body"], "{}", stage.screen());
}

#[test]
fn a_broadcast_of_two_texts() {
    let example = example("broadcast_direct_text");
    let mut stage = desk(None, WireOptions::default());
    command(&mut stage, "broadcast new");
    stage.keys("Enter");
    stage.text("+14155550101");
    stage.keys("Tab");
    stage.text("Monsoon notice");
    stage.keys("Tab");
    stage.text("Our office is closed on Friday");
    stage.keys("Tab");
    stage.text("We are back on Monday at nine");
    go_to(&mut stage, &FieldId::TitleId);
    stage.keys("l");
    fill(&mut stage, &FieldId::When, "2030-01-01 09:00");
    let request = request(&stage);
    assert_path(&request, &example);
    assert_eq!(body(&request), example["body"], "{}", stage.screen());
}

#[test]
fn a_broadcast_with_a_template() {
    let example = example("broadcast_whatsapp_template");
    let payload = &example["body"]["payload"]["content"][0]["template"]["payload"];
    let mut stage = desk(Some(payload), WireOptions::default());
    command(&mut stage, "broadcast new");
    fill(&mut stage, &FieldId::To, "+14155550101, +14155550102");
    fill(&mut stage, &FieldId::Title, "Festival offer");
    go_to(&mut stage, &FieldId::TitleId);
    stage.keys("l j l j Enter");
    stage.text("autumn");
    stage.keys("Enter");
    fill_places(&mut stage, payload);
    fill(&mut stage, &FieldId::When, "2030-01-01 09:00");
    let request = request(&stage);
    assert_path(&request, &example);
    assert_eq!(body(&request), example["body"], "{}", stage.screen());
}

fn guest(name: &str, digits: &str, date: &str) -> User {
    let mut attributes = Map::new();
    attributes.insert("date".to_owned(), json!(date));
    User {
        id: digits.to_owned(),
        name: Some(name.to_owned()),
        phone: Some(format!("+{digits}")),
        attributes,
        ..User::unknown(digits)
    }
}

#[test]
fn a_csv_broadcast_to_marked_people() {
    let example = example("external_broadcast_multipart");
    let template = example["body"]["template_payload"].as_str().unwrap();
    let payload: Value = serde_json::from_str(template).unwrap();
    let mut stage = desk(Some(&payload), WireOptions::default());
    stage.keys("1 /");
    stage.text("event=summer");
    stage.keys("Enter");
    let people = vec![
        guest("Asha", "14155550101", "12 August"),
        guest("Ben", "14155550102", "13 August"),
    ];
    stage.answer(Slot::UserSearch, Ok(ApiResponse::Users(people)));
    stage.keys("Space Space");
    command(&mut stage, "broadcast new");
    stage.keys("g l");
    fill(&mut stage, &FieldId::Title, "August notice");
    go_to(&mut stage, &FieldId::Template);
    stage.keys("Enter Enter");
    // The typing stands in the first value; what is known of the people is offered.
    stage.keys("Ctrl-o");
    stage.text("name");
    stage.keys("Enter Tab Ctrl-o");
    stage.text("date");
    stage.keys("Enter Esc");
    let request = request(&stage);
    assert_path(&request, &example);
    let query = "?broadcast_id=August%20notice";
    assert!(request.url.ends_with(query), "{}", request.url);
    let RequestBody::Multipart { parts, .. } = &request.body else {
        panic!("{request:?}");
    };
    let file = &example["body"]["target_audience"];
    assert_eq!(parts[0].name, "target_audience");
    assert_eq!(parts[0].file_name.as_deref(), file["filename"].as_str());
    assert_eq!(parts[0].content, file["content"].as_str().unwrap());
    assert_eq!(parts[1].name, "template_payload");
    assert_eq!(parts[1].content, template);
}

#[rstest]
#[case("flow_v1_query_parameters", false)]
#[case("flow_v2_json_body", false)]
#[case("flow_v3_json_body", true)]
fn a_flow_of_every_version(#[case] name: &str, #[case] flow_phone_plus: bool) {
    let example = example(name);
    let wire = WireOptions {
        flow_phone_plus,
        ..WireOptions::default()
    };
    let mut stage = desk(None, wire);
    command(&mut stage, "flow example");
    fill(&mut stage, &FieldId::To, "+14155550101");
    go_to(&mut stage, &FieldId::Version);
    match name {
        "flow_v1_query_parameters" => stage.keys("h"),
        "flow_v3_json_body" => stage.keys("l"),
        _ => {}
    }
    let given = match &example["body"] {
        Value::Null => &example["query"],
        body => body,
    };
    let mut count = 0;
    for (name, value) in given.as_object().unwrap() {
        if !matches!(name.as_str(), "user.phone_no" | "user.channel") {
            let text = format!("{name}={}", value.as_str().unwrap());
            fill(&mut stage, &FieldId::Extra(count), &text);
            count += 1;
        }
    }
    let request = request(&stage);
    assert_path(&request, &example);
    assert_eq!(body(&request), example["body"], "{}", stage.screen());
    let query = request.url.split_once('?').map_or("", |(_, query)| query);
    let pairs = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap();
            (name.to_owned(), Value::from(value))
        });
    assert_eq!(Value::Object(pairs.collect()), example["query"]);
}

#[test]
fn the_stage_is_before_the_examples() {
    // Otherwise their publish times would be refused as past.
    assert!(opening() < "2030-01-01T00:00:00Z".parse().unwrap());
}
