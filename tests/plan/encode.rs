//! The encoders make the example calls.

use crate::support::{assert_same_call, example, json_text, target};
use alertdesk::api::wire::encode::{BroadcastHead, CsvRow, DirectEntry, Encoder, TemplatePayload};
use alertdesk::domain::{
    FlowVersion, LetterCase, PhoneNumber, RequestBody, Schedule, Sha256Hex, WireOptions,
};
use rstest::rstest;
use serde_json::Value;

fn phone(digits: &str) -> PhoneNumber {
    PhoneNumber::from_digits(digits).unwrap()
}

fn payload(payload: &Value) -> TemplatePayload<'_> {
    TemplatePayload {
        name: payload["name"].as_str().unwrap(),
        namespace: payload["namespace"].as_str(),
        language: payload["language"]["code"].as_str().unwrap(),
        components: &payload["components"],
    }
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
fn a_template_call_is_that_of_the_example(#[case] name: &str, #[case] plus: bool) {
    let example = example(name);
    let wire = WireOptions {
        template_phone_plus: plus,
        ..WireOptions::default()
    };
    let target = target();
    let encoder = Encoder::new(&target, &wire).unwrap();
    let call = encoder.template_call(&phone("14155550101"), payload(&example["body"]["payload"]));
    assert_same_call(&call, &example);
    assert_eq!(call.body_sha256, Sha256Hex::of(&call.body.bytes()));
}

#[test]
fn the_keys_of_a_template_call_keep_their_order() {
    let example = example("template_body_only");
    let wire = WireOptions::default();
    let target = target();
    let encoder = Encoder::new(&target, &wire).unwrap();
    let call = encoder.template_call(&phone("14155550101"), payload(&example["body"]["payload"]));
    assert_eq!(
        json_text(&call),
        concat!(
            r#"{"phoneNumber":"+14155550101","payload":{"name":"appointment_reminder","#,
            r#""namespace":"00000000_0000_4000_8000_000000000000","#,
            r#""language":{"code":"en_US","policy":"deterministic"},"#,
            r#""components":[{"type":"body","parameters":[{"type":"text","text":"Asha"},"#,
            r#"{"type":"text","text":"12 August 2026"}]}]}}"#
        )
    );
}

#[test]
fn a_direct_broadcast_is_that_of_the_example_key_by_key() {
    let example = example("broadcast_direct_text");
    let wire = WireOptions::default();
    let target = target();
    let recipients = [phone("14155550101").into()];
    let head = BroadcastHead {
        title: "Monsoon notice",
        channel: "whatsapp",
        recipients: &recipients,
        schedule: Schedule::PublishAt("2030-01-01T09:00:00Z".parse().unwrap()),
        now: "2029-12-31T08:00:00Z".parse().unwrap(),
    };
    let texts = [
        DirectEntry::Text("Our office is closed on Friday"),
        DirectEntry::Text("We are back on Monday at nine"),
    ];
    let encoder = Encoder::new(&target, &wire).unwrap();
    let call = encoder.direct_broadcast(head, &texts);
    assert_same_call(&call, &example);
    assert_eq!(json_text(&call), example["body"].to_string());

    let now = encoder.direct_broadcast(
        BroadcastHead {
            schedule: Schedule::Now,
            ..head
        },
        &texts,
    );
    let now: Value = serde_json::from_str(json_text(&now)).unwrap();
    assert_eq!(now["publishedOn"], "2029-12-31T08:00:00.000Z");
    assert_eq!(now["status"], Value::Null);
}

#[test]
fn a_template_broadcast_is_that_of_the_example_key_by_key() {
    let example = example("broadcast_whatsapp_template");
    let inner = &example["body"]["payload"]["content"][0]["template"]["payload"];
    let target = target();
    let recipients = [phone("14155550101").into(), phone("14155550102").into()];
    let head = BroadcastHead {
        title: "Festival offer",
        channel: "whatsapp",
        recipients: &recipients,
        schedule: Schedule::PublishAt("2030-01-01T09:00:00Z".parse().unwrap()),
        now: "2029-12-31T08:00:00Z".parse().unwrap(),
    };
    let wire = WireOptions::default();
    let encoder = Encoder::new(&target, &wire).unwrap();
    let call = encoder.template_broadcast(head, payload(inner));
    assert_same_call(&call, &example);
    assert_eq!(json_text(&call), example["body"].to_string());

    let now = BroadcastHead {
        schedule: Schedule::Now,
        ..head
    };
    let now: Value =
        serde_json::from_str(json_text(&encoder.template_broadcast(now, payload(inner)))).unwrap();
    assert_eq!(now["status"], Value::Null);

    let upper = WireOptions {
        broadcast_case: LetterCase::Upper,
        broadcast_status_case: LetterCase::Lower,
        phone_placeholder: "{{phone no}}".to_owned(),
        ..WireOptions::default()
    };
    let encoder = Encoder::new(&target, &upper).unwrap();
    let call = encoder.template_broadcast(head, payload(inner));
    let call: Value = serde_json::from_str(json_text(&call)).unwrap();
    assert_eq!(call["payload"]["type"], "WHATSAPP_TEMPLATE");
    assert_eq!(call["payload"]["content"][0]["type"], "TEMPLATE");
    assert_eq!(call["status"], "scheduled");
    assert_eq!(
        call["payload"]["content"][0]["template"]["targetWhatsappNumber"],
        "{{phone no}}"
    );
}

#[test]
fn a_csv_broadcast_is_that_of_the_example() {
    let example = example("external_broadcast_multipart");
    let template = example["body"]["template_payload"].as_str().unwrap();
    let parsed: Value = serde_json::from_str(template).unwrap();
    let (asha, ben) = (phone("14155550101"), phone("14155550102"));
    let rows = [
        CsvRow {
            phone: &asha,
            attributes: vec!["Asha", "12 August"],
        },
        CsvRow {
            phone: &ben,
            attributes: vec!["Ben", "13 August"],
        },
    ];
    let target = target();
    let wire = WireOptions::default();
    let encoder = Encoder::new(&target, &wire).unwrap();
    let call = encoder
        .csv_broadcast("August notice", payload(&parsed), &rows, 2)
        .unwrap();
    let path = example["path"].as_str().unwrap();
    assert_eq!(
        call.url,
        format!("https://api.fernoak.example{path}?broadcast_id=August%20notice")
    );
    let RequestBody::Multipart { boundary, parts } = &call.body else {
        panic!("not multipart: {:?}", call.body);
    };
    assert_eq!(
        call.headers[0].1,
        format!("multipart/form-data; boundary={boundary}")
    );
    let file = &example["body"]["target_audience"];
    assert_eq!(parts[0].name, "target_audience");
    assert_eq!(parts[0].file_name.as_deref(), file["filename"].as_str());
    assert_eq!(
        parts[0].content_type.as_deref(),
        file["content_type"].as_str()
    );
    assert_eq!(parts[0].content, file["content"].as_str().unwrap());
    assert_eq!(parts[1].name, "template_payload");
    assert_eq!(parts[1].content, template);
}

#[test]
fn a_flow_call_of_each_version_is_that_of_the_example() {
    let target = target();
    let wire = WireOptions::default();
    let encoder = Encoder::new(&target, &wire).unwrap();
    let key = "0123456789ABCDEF0123456789ABCDEF";
    let to = phone("14155550101");

    let v1 = example("flow_v1_query_parameters");
    let attributes = [
        ("user.user_name", "Asha"),
        ("channel", "Whatsapp"),
        ("total", "142.200"),
    ];
    let call = encoder
        .flow_call(FlowVersion::V1, key, &to, &attributes)
        .unwrap();
    assert_eq!(
        call.url,
        format!(
            "https://api.fernoak.example{}?user.phone_no=14155550101&user.user_name=Asha\
             &channel=Whatsapp&total=142.200",
            v1["path"].as_str().unwrap()
        )
    );
    assert_eq!(call.body, RequestBody::Empty);

    let attributes = [("payment_status", "Payment Success")];
    let call = encoder
        .flow_call(FlowVersion::V2, key, &to, &attributes)
        .unwrap();
    assert_same_call(&call, &example("flow_v2_json_body"));

    let plus = WireOptions {
        flow_phone_plus: true,
        ..WireOptions::default()
    };
    let encoder = Encoder::new(&target, &plus).unwrap();
    let attributes = [
        ("attribute_appointment_id", "17"),
        ("attribute_slot_date", "12 August 2026"),
    ];
    let call = encoder
        .flow_call(FlowVersion::V3, key, &to, &attributes)
        .unwrap();
    assert_same_call(&call, &example("flow_v3_json_body"));
    assert!(encoder.flow_call(FlowVersion::V3, "a/b", &to, &[]).is_err());
}
