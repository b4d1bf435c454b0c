//! Each of the example sends can be made by command and is the example as JSON: address, query and
//! body, or the parts of a form.

use crate::support::Desk;
use rstest::rstest;
use serde_json::{Value, json};

const ASHA: &str = "+14155550101";
const BEN: &str = "+14155550102";
const FLOW_KEY: &str = "0123456789ABCDEF0123456789ABCDEF";
const AT: [&str; 2] = ["--at", "2030-01-01T09:00:00Z"];

fn example_file(name: &str) -> String {
    format!(
        "{}/tests/fixtures/requests/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    )
}

fn example(name: &str) -> Value {
    let text = std::fs::read_to_string(example_file(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// A desk for the bot of the examples, with these lines of wire settings.
fn desk(wire: &str) -> Desk {
    let mut desk = Desk::new();
    desk.write_config(&format!(
        "default_profile = \"example\"\n[profiles.example]\nbase_url = \"https://api.fernoak.example\"\n\
         customer_id = \"99001\"\nbot_key = \"00aa11bb22cc33dd\"\napi_key = {{ env = \"KEY\" }}\n\
         time_zone = \"Europe/London\"\n[profiles.example.wire]\n{wire}\n"
    ));
    desk.set("KEY", "00000000-0000-4000-8000-000000000000-ABCDEFG");
    desk
}

/// The only request of a dry run.
fn request(desk: &Desk, arguments: &[&str]) -> Value {
    let dry = ["--dry-run", "--output", "json"];
    let run = desk.run(&[arguments, &dry].concat()).expect(0);
    assert!(!run.stdout.contains("ABCDEFG\""), "the key is redacted");
    let plan = run.json();
    assert_eq!(plan["skipped"], json!([]), "{plan}");
    let requests = plan["requests"].as_array().unwrap();
    assert_eq!(requests.len(), 1, "{plan}");
    requests[0].clone()
}

/// The address of a request as path and decoded query.
fn address(request: &Value) -> (String, Value) {
    let url: reqwest::Url = request["url"].as_str().unwrap().parse().unwrap();
    assert_eq!(url.host_str(), Some("api.fernoak.example"));
    let query = url
        .query_pairs()
        .map(|(name, value)| (name.into_owned(), json!(value)));
    (url.path().to_owned(), Value::Object(query.collect()))
}

/// The body as the example writes it.
fn body(request: &Value) -> Value {
    match &request["body"] {
        Value::String(text) => serde_json::from_str(text).unwrap(),
        Value::Array(parts) => {
            let part = |name: &str| {
                let found = parts.iter().find(|part| part["name"] == name);
                found.unwrap_or_else(|| panic!("no part {name} in {parts:?}"))
            };
            let file = part("target_audience");
            assert_eq!(parts.len(), 2);
            json!({
                "__multipart__": true,
                "target_audience": {
                    "filename": file["file_name"], "content_type": file["content_type"],
                    "content": file["content"],
                },
                "template_payload": part("template_payload")["content"],
            })
        }
        Value::Null => Value::Null,
        other @ (Value::Bool(_) | Value::Number(_) | Value::Object(_)) => panic!("{other}"),
    }
}

fn assert_is_the_example(request: &Value, name: &str) {
    let example = example(name);
    assert_eq!(request["method"], example["method"]);
    let (path, query) = address(request);
    assert_eq!(path, example["path"].as_str().unwrap());
    assert_eq!(query, example["query"]);
    assert_eq!(body(request), example["body"]);
    let content_type = request["headers"]["Content-Type"].as_str().unwrap();
    let expected = example["headers"]["Content-Type"].as_str().unwrap();
    assert_eq!(content_type.split(';').next(), expected.split(';').next());
    assert_eq!(request["headers"]["Authorization"], "Basic [redacted]");
}

#[rstest]
#[case("template_body_only", "", &["appointment_reminder", "--param", "1=Asha", "2=12 August 2026"])]
#[case("template_named_parameters", "", &["welcome_named", "--param", "first_name=Asha"])]
#[case("template_image_header", "", &["event_pass", "--param", "1=Asha"])]
#[case("template_document_header_two_quick_replies", "", &["invoice_approval", "--param", "1=Asha",
    "2=INV-1", "3=12,000", "header.filename=invoice.pdf"])]
#[case("template_otp_url_button", "", &["otp", "--param", "1=482913", "button.0=482913"])]
#[case("template_coupon_and_offer", "", &["summer_sale", "--param", "1=Asha", "button.0=SAVE20",
    "offer.expires=1893488400000"])]
#[case("template_carousel", "", &["new_arrivals", "--language", "en_US", "--param", "1=Asha",
    "card.0.1=Item 0", "card.1.1=Item 1"])]
#[case("template_no_namespace_no_plus", "phone_plus = { template = false }", &["kyc_approved"])]
fn a_template_call_by_command(#[case] name: &str, #[case] wire: &str, #[case] rest: &[&str]) {
    let desk = desk(wire);
    desk.run(&["template", "import", &example_file(name)])
        .expect(0);
    let send = [&["send", "template"], rest, &["--to", ASHA]].concat();
    let request = request(&desk, &send);
    assert_is_the_example(&request, name);
    assert_eq!(request["recipients"], json!(["14155550101"]));
}

#[rstest]
#[case("template_body_only", "")]
#[case("template_carousel", "")]
#[case("template_coupon_and_offer", "")]
#[case("template_no_namespace_no_plus", "phone_plus = { template = false }")]
fn a_template_call_from_json_by_command(#[case] name: &str, #[case] wire: &str) {
    let desk = desk(wire);
    let payload = desk.write(
        "payload.json",
        &example(name)["body"]["payload"].to_string(),
    );
    let send = ["send", "template", "--raw", &payload, "--to", ASHA];
    assert_is_the_example(&request(&desk, &send), name);
}

#[test]
fn a_direct_broadcast_by_command() {
    let text = [
        "--text",
        "Our office is closed on Friday",
        "We are back on Monday at nine",
    ];
    let send = [
        &[
            "send",
            "broadcast",
            "--title",
            "Monsoon notice",
            "--exact-title",
            "--to",
            ASHA,
        ],
        &text[..],
        &AT,
    ];
    let request = request(&desk(""), &send.concat());
    assert_is_the_example(&request, "broadcast_direct_text");
}

#[test]
fn a_template_broadcast_by_command() {
    let desk = desk("");
    let name = "broadcast_whatsapp_template";
    desk.run(&["template", "import", &example_file(name)])
        .expect(0);
    let send = [
        &[
            "send",
            "broadcast",
            "--title",
            "Festival offer",
            "--exact-title",
        ],
        &["--template", "autumn_offer", "--param", "1=John", "2=Adam"],
        &["--to", ASHA, BEN][..],
        &AT[..],
    ];
    assert_is_the_example(&request(&desk, &send.concat()), name);
}

#[rstest]
#[case("broadcast_direct_text")]
#[case("broadcast_whatsapp_template")]
fn a_broadcast_from_json_by_command(#[case] name: &str) {
    let desk = desk("");
    let mut written = example(name)["body"].clone();
    let people = written["audience"]["rule"]["channelUserIds"]
        .as_array()
        .unwrap()
        .len();
    written["publishedOn"] = json!("2001-01-01T00:00:00.000Z");
    let file = desk.write("body.json", &written.to_string());
    let send = [
        &["send", "broadcast", "--exact-title", "--raw", &file],
        &AT[..],
    ]
    .concat();
    let request = request(&desk, &send);
    assert_is_the_example(&request, name);
    assert_eq!(request["recipients"].as_array().unwrap().len(), people);
}

#[test]
fn an_upload_by_command() {
    let desk = desk("");
    let name = "external_broadcast_multipart";
    desk.run(&["template", "import", &example_file(name)])
        .expect(0);
    let csv = format!("phone,name,day\n{ASHA},Asha,12 August\n{BEN},Ben,13 August\n");
    let csv = desk.write("people.csv", &csv);
    let send = [
        "send",
        "csv-broadcast",
        "August notice",
        "--template",
        "notice",
        "--csv",
        &csv,
    ];
    let mapped = [&send[..], &["--map", "1=name", "2=day"]].concat();
    assert_is_the_example(&request(&desk, &mapped), name);
    let placed = [&send[..], &["--param", "1={{name}}", "2={{day}}"]].concat();
    assert_is_the_example(&request(&desk, &placed), name);
}

#[rstest]
#[case("flow_v1_query_parameters", "v1.0", "", &["user.user_name=Asha", "channel=Whatsapp", "total=142.200"])]
#[case("flow_v2_json_body", "v2.0", "", &["payment_status=Payment Success"])]
#[case("flow_v3_json_body", "v3.0", "phone_plus = { flow = true }",
    &["attribute_appointment_id=17", "attribute_slot_date=12 August 2026"])]
fn a_flow_call_by_command(
    #[case] name: &str,
    #[case] version: &str,
    #[case] wire: &str,
    #[case] attributes: &[&str],
) {
    let desk = desk(wire);
    desk.run(&["flow", "add", "example", "--key", FLOW_KEY])
        .expect(0);
    let send = [
        "send",
        "flow",
        "example",
        "--to",
        ASHA,
        "--version",
        version,
        "--attr",
    ];
    let request = request(&desk, &[&send[..], attributes].concat());
    assert_is_the_example(&request, name);
}
