//! Single values: what stops a send, and what is worth a warning.

use super::{Severity, check_value};
use crate::domain::{MediaKind, ParameterKind};
use rstest::rstest;

const LINK: ParameterKind = ParameterKind::MediaLink(MediaKind::Image);
const VIDEO: ParameterKind = ParameterKind::MediaLink(MediaKind::Video);
const DOCUMENT: ParameterKind = ParameterKind::MediaLink(MediaKind::Document);

#[rstest]
#[case(ParameterKind::Text, "Asha", "")]
#[case(ParameterKind::Text, "four    spaces", "")]
#[case(ParameterKind::Text, "", "empty")]
#[case(ParameterKind::Text, " \u{a0} ", "empty")]
#[case(ParameterKind::Text, "five     spaces", "spacing")]
#[case(ParameterKind::Text, "two\nlines", "spacing")]
#[case(ParameterKind::Text, "a\tb", "spacing")]
#[case(ParameterKind::Text, "a\u{1b}[31m", "control_character")]
#[case(ParameterKind::Text, "Hi {{name}}", "placeholder")]
#[case(ParameterKind::Text, "Hi {{phone_no}} {{1}}", "placeholder")]
#[case(ParameterKind::Text, "{{phone_no}} {{user.attribute_12}}", "")]
#[case(ParameterKind::Text, "{{user.attribute_}}", "placeholder")]
#[case(ParameterKind::Text, "{{ not closed", "placeholder")]
#[case(
    ParameterKind::Text,
    "closed {{phone_no}} and {{ not closed",
    "placeholder"
)]
#[case(ParameterKind::Text, "\u{200b}\u{2060}", "empty")]
#[case(ParameterKind::HeaderText, &"x".repeat(60), "")]
#[case(ParameterKind::HeaderText, &"x".repeat(61), "too_long")]
#[case(ParameterKind::Coupon, "SAVE20", "")]
#[case(ParameterKind::Coupon, "SAVE20SAVE20SAVE", "too_long")]
#[case(ParameterKind::ButtonText, "orders/17?a=b", "")]
#[case(ParameterKind::ButtonText, "two words", "not_url_safe")]
#[case(ParameterKind::ButtonText, "{{user.attribute_0}}", "")]
#[case(ParameterKind::ButtonText, "caf\u{e9}", "not_url_safe")]
#[case(ParameterKind::ButtonText, &"x".repeat(2001), "too_long")]
#[case(LINK, "https://media.fernoak.example/a.jpg", "")]
#[case(LINK, "https://media.fernoak.example/out/a.jpeg-AB1CD.PNG", "")]
#[case(LINK, "https://media.fernoak.example/a.pdf", "media_type")]
#[case(LINK, "https://media.fernoak.example/a.webp?x=a.jpg", "media_type")]
#[case(VIDEO, "https://media.fernoak.example/a.mp4", "")]
#[case(VIDEO, "https://media.fernoak.example/a.mov", "media_type")]
#[case(DOCUMENT, "https://media.fernoak.example/a.docx#page=2", "")]
#[case(DOCUMENT, "https://media.fernoak.example/a.png", "media_type")]
#[case(LINK, "https://ana:secret@media.fernoak.example/a.jpg", "not_public")]
#[case(LINK, "https://files/a.jpg", "not_public")]
#[case(LINK, "https://nas.local/a.jpg", "not_public")]
#[case(LINK, "https://192.168.1.9:8443/a.jpg", "not_public")]
#[case(LINK, "https://172.20.0.1/a.jpg", "not_public")]
#[case(LINK, "https://172.32.0.1/a.jpg", "")]
#[case(LINK, "ftp://media.fernoak.example/a.jpg", "not_https")]
#[case(LINK, "http://media.fernoak.example/a.jpg", "not_https")]
#[case(LINK, "https:///a.jpg", "not_https")]
#[case(LINK, "https://media.fernoak.example/a b.jpg", "not_https")]
#[case(LINK, "{{user.attribute_0}}", "")]
#[case(ParameterKind::Payload, "flow_WELCOME_10001", "")]
#[case(ParameterKind::Payload, "flow_AB||data_x.y=1", "")]
#[case(ParameterKind::Payload, "flow_", "payload_grammar")]
#[case(ParameterKind::Payload, "flow_AB||truck=1", "payload_grammar")]
#[case(ParameterKind::Payload, "flow_AB||DATA_truck=1", "payload_grammar")]
#[case(
    ParameterKind::Payload,
    "flow_AB||data_a=1||data_b=2",
    "payload_grammar"
)]
#[case(ParameterKind::Payload, "flow_AB||data_=1", "payload_grammar")]
#[case(ParameterKind::OfferExpiry, "1893488400000", "")]
#[case(ParameterKind::OfferExpiry, "1893488400", "not_a_time")]
#[case(ParameterKind::OfferExpiry, "tomorrow", "not_a_time")]
fn values_that_stop_a_send(#[case] kind: ParameterKind, #[case] value: &str, #[case] rule: &str) {
    let problems = check_value(kind, "1", value);
    let errors: Vec<&str> = problems
        .iter()
        .filter(|problem| problem.is_error())
        .map(|problem| problem.rule)
        .collect();
    if rule.is_empty() {
        assert!(errors.is_empty(), "{problems:?}");
    } else {
        assert_eq!(errors, [rule]);
    }
}

#[rstest]
#[case(ParameterKind::Payload, &format!("flow_{}", "A".repeat(124)), "too_long")]
#[case(ParameterKind::Payload, "yes please", "payload_grammar")]
#[case(ParameterKind::Payload, "flow_AB||data_a=two words", "payload_grammar")]
#[case(ParameterKind::FileName, "out/invoice.pdf", "file_name")]
#[case(ParameterKind::FileName, "invoice", "file_name")]
#[case(LINK, "https://media.fernoak.example/picture", "media_type")]
#[case(LINK, "https://media.fernoak.example/get.php?id=17", "media_type")]
#[case(LINK, &format!("https://media.fernoak.example/{}.jpg", "a".repeat(300)), "long_link")]
#[case(LINK, &format!("https://media.fernoak.example/a.jpg?{}", "k=v&".repeat(11)), "long_query")]
#[case(LINK, "https://media.fernoak.example/our%20shop.jpg", "encoded_signs")]
#[case(LINK, "https://www.dropbox.com/s/ab12/a.jpg", "not_direct")]
fn values_worth_a_warning(#[case] kind: ParameterKind, #[case] value: &str, #[case] rule: &str) {
    let problems = check_value(kind, "p", value);
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!(problems[0].rule, rule);
    assert_eq!(problems[0].severity, Severity::Warning);
    assert!(problems[0].text.starts_with("p "));
}
