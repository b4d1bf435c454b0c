//! Descriptions of every kind become payloads that the filler and the platform understand.

use crate::domain::MediaKind;
use crate::domain::template::{
    ButtonKind, ImportReport, ImportRule, ParameterKind, Template, TemplateFiller, check_values,
    fill, import_json, summary,
};
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn report(components: &Value, category: &str) -> ImportReport {
    let text = json!({"name": "oak_care", "language": "en_GB", "category": category,
        "status": "APPROVED", "id": "1", "components": components});
    import_json(&text.to_string()).unwrap()
}

fn template(components: &Value) -> Template {
    report(components, "UTILITY").template
}

fn places(template: &Template) -> Vec<(&str, ParameterKind)> {
    let places = template.parameters.iter();
    places.map(|one| (one.name.as_str(), one.kind)).collect()
}

#[test]
fn header_body_footer_and_buttons_become_a_payload_and_words() {
    let report = report(
        &json!([
            {"type": "HEADER", "format": "IMAGE",
             "example": {"header_handle": ["https://cdn.example/sample.jpg"]}},
            {"type": "BODY", "text": "Hello {{1}}, your {{2}} is ready.",
             "example": {"body_text": [["Ana", "table"]]}},
            {"type": "FOOTER", "text": "Fern & Oak"},
            {"type": "BUTTONS", "buttons": [
                {"type": "PHONE_NUMBER", "text": "Call us", "phone_number": "+447700900100"},
                {"type": "URL", "text": "Shop", "url": "https://fernoak.example/shop"},
                {"type": "URL", "text": "Track", "url": "https://fernoak.example/track/{{1}}",
                 "example": ["https://fernoak.example/track/88213"]},
                {"type": "QUICK_REPLY", "text": "Later"}]}
        ]),
        "UTILITY",
    );
    let template = report.template;
    assert_eq!(
        template.components,
        json!([
            {"type": "header", "parameters": [{"type": "image", "image": {"link": ""}}]},
            {"type": "body", "parameters": [{"type": "text", "text": "Ana"},
                {"type": "text", "text": "table"}]},
            {"type": "button", "sub_type": "url", "index": 2,
             "parameters": [{"type": "text", "text": "88213"}]},
            {"type": "button", "sub_type": "quick_reply", "index": 3,
             "parameters": [{"type": "payload", "payload": "Later"}]}
        ])
    );
    assert_eq!(
        places(&template),
        [
            ("header.link", ParameterKind::MediaLink(MediaKind::Image)),
            ("1", ParameterKind::Text),
            ("2", ParameterKind::Text),
            ("button.2", ParameterKind::ButtonText),
            ("button.3.payload", ParameterKind::Payload),
        ]
    );
    assert_eq!(
        template.parameters[0].default, None,
        "a sample file reaches nobody"
    );
    assert_eq!(template.parameters[4].default.as_deref(), Some("Later"));
    let words = &template.wording;
    assert_eq!(
        words.body.as_deref(),
        Some("Hello {{1}}, your {{2}} is ready.")
    );
    assert_eq!(words.footer.as_deref(), Some("Fern & Oak"));
    let kinds: Vec<ButtonKind> = words.buttons.iter().map(|one| one.kind).collect();
    let expected = [
        ButtonKind::Phone,
        ButtonKind::Url,
        ButtonKind::Url,
        ButtonKind::QuickReply,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(words.buttons[0].target.as_deref(), Some("+447700900100"));
    assert_eq!(template.category.as_deref(), Some("utility"));
    assert_eq!(
        summary(&template),
        "1 header image, 2 body variables, 1 call button, 2 link buttons, 1 quick-reply button"
    );
}

#[test]
fn names_stay_names() {
    let template = template(&json!([
        {"type": "HEADER", "format": "TEXT", "text": "Order {{order}}",
         "example": {"header_text_named_params": [{"param_name": "order", "example": "88213"}]}},
        {"type": "BODY", "text": "{{first_name}}, {{first_name}}: {{day}}",
         "example": {"body_text_named_params": [{"param_name": "first_name", "example": "Ana"}]}}]));
    assert_eq!(
        template.components,
        json!([
            {"type": "header", "parameters":
                [{"type": "text", "parameter_name": "order", "text": "88213"}]},
            {"type": "body", "parameters": [
                {"type": "text", "parameter_name": "first_name", "text": "Ana"},
                {"type": "text", "parameter_name": "day", "text": ""}]}
        ])
    );
    assert_eq!(template.wording.header.as_deref(), Some("Order {{order}}"));
    let names: Vec<&str> = places(&template).iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["order", "first_name", "day"]);
}

#[rstest]
#[case(json!([
    {"type": "BODY", "add_security_recommendation": true},
    {"type": "FOOTER", "code_expiration_minutes": 10},
    {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]}]))]
#[case(json!([
    {"type": "BODY", "text": "*{{1}}* is your code.", "example": {"body_text": [["123456"]]}},
    {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Copy code",
        "url": "https://www.example/otp/code/?code=otp{{1}}",
        "example": ["https://www.example/otp/code/?code=otp123456"]}]}]))]
fn a_one_time_code_is_the_same_in_body_and_button(#[case] components: Value) {
    let template = report(&components, "AUTHENTICATION").template;
    assert_eq!(
        places(&template),
        [
            ("1", ParameterKind::Text),
            ("button.0", ParameterKind::ButtonText)
        ]
    );
    let values = |body: &str, button: &str| {
        BTreeMap::from([
            ("1".to_owned(), body.to_owned()),
            ("button.0".to_owned(), button.to_owned()),
        ])
    };
    assert_eq!(check_values(&template, &values("771204", "771204")), []);
    let problems = check_values(&template, &values("771204", "771205"));
    assert_eq!(
        problems[0].rule, "code_differs",
        "the filler knows it as a code"
    );
    assert_eq!(template.category.as_deref(), Some("authentication"));
}

#[test]
fn an_offer_with_a_coupon() {
    let template = template(&json!([
        {"type": "LIMITED_TIME_OFFER",
         "limited_time_offer": {"text": "Until Sunday", "has_expiration": true}},
        {"type": "BODY", "text": "Oak tables cost less."},
        {"type": "BUTTONS", "buttons": [
            {"type": "COPY_CODE", "example": "OAK20"},
            {"type": "URL", "text": "Shop", "url": "https://fernoak.example/{{1}}"}]}]));
    assert_eq!(
        places(&template),
        [
            ("offer.expires", ParameterKind::OfferExpiry),
            ("button.0", ParameterKind::Coupon),
            ("button.1", ParameterKind::ButtonText),
        ]
    );
    let values = [
        ("offer.expires", "1893488400000"),
        ("button.0", "OAK20"),
        ("button.1", "sale"),
    ];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let filled = fill(&template, &BTreeMap::from(values)).unwrap();
    assert_eq!(
        filled.pointer("/0/parameters/0/limited_time_offer/expiration_time_ms"),
        Some(&json!(1_893_488_400_000_i64))
    );
    let summary = summary(&template);
    assert_eq!(
        summary,
        "1 offer with an end, no body variables, 1 code button, 1 link button"
    );
}

#[test]
fn cards_have_places_and_words_of_their_own() {
    let card = |text: &str| {
        json!({"components": [
            {"type": "HEADER", "format": "VIDEO", "example": {"header_handle": ["x"]}},
            {"type": "BODY", "text": text},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "More"},
                {"type": "URL", "text": "See", "url": "https://fernoak.example/{{1}}"}]}]})
    };
    let template = template(&json!([
        {"type": "BODY", "text": "Hello {{1}}"},
        {"type": "CAROUSEL", "cards": [card("{{1}} from {{2}}"), card("a chair")]}]));
    let names: Vec<&str> = places(&template).iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "1",
            "card.0.header.link",
            "card.0.1",
            "card.0.2",
            "card.0.button.0.payload",
            "card.0.button.1",
            "card.1.header.link",
            "card.1.button.0.payload",
            "card.1.button.1"
        ]
    );
    let cards = &template.wording.cards;
    assert_eq!(cards[0].body.as_deref(), Some("{{1}} from {{2}}"));
    assert_eq!(cards[1].buttons[1].label, "See");
    assert_eq!(summary(&template), "1 body variable, 2 cards");
    assert!(TemplateFiller::new(&template).is_ok());
}

#[test]
fn a_document_and_a_location_take_values_in_each_part() {
    let document = template(&json!([{"type": "HEADER", "format": "DOCUMENT"},
        {"type": "BODY", "text": "Your invoice."}]));
    let names: Vec<&str> = places(&document).iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["header.link", "header.filename"]);
    let location = template(&json!([{"type": "HEADER", "format": "LOCATION"},
        {"type": "BODY", "text": "We are here."}]));
    let names: Vec<&str> = places(&location).iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "header.latitude",
            "header.longitude",
            "header.name",
            "header.address"
        ]
    );
    assert!(location.parameters.iter().all(|one| one.default.is_none()));
}

#[test]
fn a_form_and_unknown_parts_are_said() {
    let report = report(
        &json!([{"type": "BODY", "text": "Book a slot."},
            {"type": "BUTTONS", "buttons": [{"type": "FLOW", "text": "Book", "flow_id": "1"}]},
            {"type": "SOMETHING_NEW"}]),
        "MARKETING",
    );
    assert_eq!(
        report.template.components,
        json!([{"type": "button", "sub_type": "flow", "index": 0,
            "parameters": [{"type": "action", "action": {"flow_token": "unused"}}]}])
    );
    let said = |text: &str| report.notes.iter().any(|line| line.contains(text));
    assert!(said("opens a form of WhatsApp"), "{:?}", report.notes);
    assert!(said("`SOMETHING_NEW`"), "{:?}", report.notes);
}

#[rstest]
#[case("REJECTED", "does not take it now")]
#[case("PENDING", "not approved it yet")]
fn a_state_that_sends_nothing_is_said(#[case] status: &str, #[case] expected: &str) {
    let text = json!({"name": "a", "language": "en", "status": status,
        "components": [{"type": "BODY", "text": "x"}]});
    let report = import_json(&text.to_string()).unwrap();
    assert!(report.notes[0].contains(expected), "{:?}", report.notes);
}

#[rstest]
#[case(json!([{"type": "BODY", "text": "{{1}} and {{3}}"}]), ImportRule::Wrong, "without a gap")]
#[case(json!([{"type": "BODY", "text": "{{1}} and {{name}}"}]), ImportRule::Wrong, "all names")]
#[case(json!([{"type": "HEADER", "format": "PRODUCT"}]), ImportRule::Unsupported, "format `PRODUCT`")]
#[case(json!([{"type": "HEADER", "format": "TEXT", "text": "{{1}} {{2}}"}]), ImportRule::Unsupported, "one value")]
#[case(json!([{"type": "BODY", "text": "x"}, {"type": "BUTTONS", "buttons": [{"type": "MPM"}]}]),
    ImportRule::Unsupported, "shows products")]
#[case(json!([{"type": "BODY", "text": "x"}, {"type": "CAROUSEL"}]), ImportRule::Wrong, "list of the cards")]
#[case(json!([{"text": "x"}]), ImportRule::Wrong, "`type`")]
fn what_cannot_be_built_is_named_with_its_place(
    #[case] components: Value,
    #[case] rule: ImportRule,
    #[case] what: &str,
) {
    let text = json!({"name": "a", "language": "en", "components": components});
    let error = import_json(&text.to_string()).unwrap_err();
    assert_eq!(error.rule, rule, "{error}");
    assert!(error.what.contains(what), "{error}");
    assert!(
        error.at.unwrap().column > 40,
        "it points into the components"
    );
}
