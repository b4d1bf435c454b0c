//! Templates are read out of the example calls and fill back into the same calls.

use crate::support::example;
use alertdesk::domain::template::{fill, import_json};
use rstest::rstest;
use serde_json::Value;
use std::collections::BTreeMap;

#[rstest]
#[case("template_body_only", &["1", "2"])]
#[case("template_carousel", &["1", "card.0.header.link", "card.0.1", "card.0.button.0.payload",
    "card.1.header.link", "card.1.1", "card.1.button.0.payload"])]
#[case("template_coupon_and_offer", &["header.link", "offer.expires", "1", "button.0"])]
#[case("template_document_header_two_quick_replies", &["header.link", "header.filename", "1", "2",
    "3", "button.0.payload", "button.1.payload"])]
#[case("template_image_header", &["header.link", "1"])]
#[case("template_named_parameters", &["first_name"])]
#[case("template_no_namespace_no_plus", &[])]
#[case("template_otp_url_button", &["1", "button.0"])]
#[case("broadcast_whatsapp_template", &["1", "2", "button.0.payload", "button.1.payload"])]
#[case("external_broadcast_multipart", &["1", "2"])]
fn every_place_of_an_example_gets_its_name(#[case] name: &str, #[case] expected: &[&str]) {
    let text = example(name).to_string();
    let report = import_json(&text).unwrap();
    assert!(
        !format!("{report:?}").contains("ABCDEFG\""),
        "a key was kept"
    );
    let template = report.template;
    let mut names: Vec<&str> = template
        .parameters
        .iter()
        .map(|p| p.name.as_str())
        .collect();
    names.sort_unstable();
    let mut wanted = expected.to_vec();
    wanted.sort_unstable();
    assert_eq!(names, wanted);

    // The values of the example put back give the example's components.
    let values: BTreeMap<String, String> = template
        .parameters
        .iter()
        .map(|parameter| {
            let value = match template.components.pointer(&parameter.pointer).unwrap() {
                Value::String(text) => text.clone(),
                other @ (Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Array(_)
                | Value::Object(_)) => other.to_string(),
            };
            (parameter.name.clone(), value)
        })
        .collect();
    assert_eq!(fill(&template, &values).unwrap(), template.components);
}
