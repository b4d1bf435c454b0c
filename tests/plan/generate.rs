//! Random drafts: templates that are right, values that fit, defects with the rule that must find
//! them, and nonsense of every kind.

use alertdesk::domain::draft::Values;
use alertdesk::domain::template::import_json;
use alertdesk::domain::{
    BroadcastPart, Content, Flow, FlowVersion, ParameterKind, Template, TemplateParameter,
    ValueSource,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn text() -> Value {
    json!({"type": "text", "text": "sample"})
}

fn header(kind: u8) -> Option<Value> {
    let media = |kind: &str, file: &str| json!({"type": kind, kind: {"link": format!("https://media.fernoak.example/{file}")}});
    let parameter = match kind {
        0 => text(),
        1 => media("image", "a.jpg"),
        2 => media("video", "a.mp4"),
        3 => json!({"type": "document", "document": {
            "link": "https://media.fernoak.example/a.pdf", "filename": "a.pdf"}}),
        _ => return None,
    };
    Some(json!({"type": "header", "parameters": [parameter]}))
}

fn button(kind: u8, index: usize) -> Value {
    let (sub_type, parameter) = match kind {
        0 => (
            "quick_reply",
            json!({"type": "payload", "payload": "flow_A"}),
        ),
        1 => ("url", text()),
        _ => (
            "copy_code",
            json!({"type": "coupon_code", "coupon_code": "SAVE"}),
        ),
    };
    json!({"type": "button", "sub_type": sub_type, "index": index, "parameters": [parameter]})
}

fn body(texts: usize) -> Value {
    json!({"type": "body", "parameters": vec![text(); texts]})
}

/// Templates that WhatsApp could have approved.
pub fn good_template() -> BoxedStrategy<Template> {
    let buttons = prop_oneof![
        Just(vec![]),
        Just(vec![0]),
        Just(vec![0, 0]),
        Just(vec![1]),
        Just(vec![1, 0]),
        Just(vec![2]),
    ];
    let cards = prop::option::of((2..5_usize, 0..3_usize, 1..3_u8));
    (0..4_usize, 0..6_u8, buttons, cards, any::<bool>()).prop_map(
        |(texts, head, buttons, cards, offer)| {
            let mut parts: Vec<Value> = header(head).into_iter().collect();
            if offer {
                parts.push(json!({"type": "limited_time_offer", "parameters": [
                    {"type": "limited_time_offer",
                     "limited_time_offer": {"expiration_time_ms": 1}}]}));
            }
            parts.push(body(texts));
            if let Some((count, texts, head)) = cards {
                let card = |index: usize| {
                    json!({"card_index": index, "components": [header(head), body(texts), button(0, 0)]})
                };
                let cards: Vec<Value> = (0..count).map(card).collect();
                parts.push(json!({"type": "carousel", "cards": cards}));
            }
            let buttons = buttons.iter().enumerate();
            parts.extend(buttons.map(|(index, kind)| button(*kind, index)));
            let payload = json!({"name": "care", "language": {"code": "en"}, "components": parts});
            import_json(&payload.to_string()).unwrap().template
        },
    )
    .boxed()
}

/// A value that fits a place.
pub fn good_value(kind: ParameterKind, number: usize) -> String {
    use alertdesk::domain::MediaKind;
    match kind {
        ParameterKind::Text | ParameterKind::HeaderText | ParameterKind::Location => {
            format!("Sara {number}, caf\u{e9}")
        }
        ParameterKind::MediaLink(MediaKind::Image) => format!("https://x.example/{number}.png"),
        ParameterKind::MediaLink(MediaKind::Video) => format!("https://x.example/{number}.mp4"),
        ParameterKind::MediaLink(MediaKind::Audio) => format!("https://x.example/{number}.mp3"),
        ParameterKind::MediaLink(MediaKind::Document) => format!("https://x.example/{number}.pdf"),
        ParameterKind::FileName => format!("invoice {number}.pdf"),
        ParameterKind::ButtonText => format!("orders/{number}?a=b"),
        ParameterKind::Coupon => format!("SAVE{number}"),
        ParameterKind::Payload => format!("flow_AB12||data_answer={number}"),
        ParameterKind::OfferExpiry => format!("19{number:011}"),
    }
}

/// Values that stop a send in this place, each with its rule.
pub fn defects(parameter: &TemplateParameter) -> Vec<(String, &'static str)> {
    let mut defects: Vec<(String, &'static str)> = vec![
        (String::new(), "empty"),
        (" \u{a0}\u{200b}".to_owned(), "empty"),
    ];
    let mut add = |value: &str, rule| defects.push((value.to_owned(), rule));
    match parameter.kind {
        ParameterKind::Text
        | ParameterKind::HeaderText
        | ParameterKind::Coupon
        | ParameterKind::Location => {
            add("a\nb", "spacing");
            add("a\tb", "spacing");
            add("a     b", "spacing");
            add("a\u{1b}b", "control_character");
        }
        ParameterKind::MediaLink(_) => {
            add("http://x.example/a.jpg", "not_https");
            add("https://x.example/a b.jpg", "not_https");
            add("https://x.example/a.html", "media_type");
            add("https://10.0.0.1/a", "not_public");
        }
        ParameterKind::ButtonText => {
            add("two words", "not_url_safe");
            add(&"x".repeat(2001), "too_long");
        }
        ParameterKind::Payload => {
            add("flow_", "payload_grammar");
            add("flow_A||DATA_x=1", "payload_grammar");
            add("flow_A||data_x=1||data_y=2", "payload_grammar");
        }
        ParameterKind::OfferExpiry => {
            add("tomorrow", "not_a_time");
            add("1893488400", "not_a_time");
            add("1700000000000", "offer_over");
        }
        ParameterKind::FileName => add("a\u{7}.pdf", "control_character"),
    }
    match parameter.kind {
        ParameterKind::HeaderText => add(&"x".repeat(61), "too_long"),
        ParameterKind::Coupon => add("SIXTEENCHARACTER", "too_long"),
        ParameterKind::Text
        | ParameterKind::MediaLink(_)
        | ParameterKind::FileName
        | ParameterKind::Location
        | ParameterKind::ButtonText
        | ParameterKind::Payload
        | ParameterKind::OfferExpiry => {}
    }
    defects
}

fn any_text() -> BoxedStrategy<String> {
    prop_oneof![
        Just("Hi {{name|there}}".to_owned()),
        Just("{{city}} {{phone}}".to_owned()),
        Just("{{phone_no}}".to_owned()),
        Just("{{user.attribute_0}}".to_owned()),
        "[a-z ]{1,12}",
        "[a-z{}|\u{e9}\u{5d0}\n\"\\\\:/.= ]{0,24}",
        "\\{\\{[a-z|{}]{0,8}\\}\\}",
    ]
    .boxed()
}

fn any_values(names: Vec<String>) -> BoxedStrategy<Values> {
    let source = prop_oneof![
        4 => any_text().prop_map(ValueSource::Constant),
        1 => prop_oneof![Just("name"), Just("city"), Just("nope")]
            .prop_map(|column| ValueSource::Column(column.to_owned())),
    ];
    let count = names.len();
    prop::collection::vec(prop::option::weighted(0.9, source), count)
        .prop_map(move |sources| {
            let pairs = names.iter().cloned().zip(sources);
            pairs
                .filter_map(|(name, source)| Some((name, source?)))
                .collect()
        })
        .boxed()
}

fn template_and_values() -> BoxedStrategy<(Template, Values)> {
    good_template()
        .prop_flat_map(|template| {
            let names = template.parameters.iter().map(|p| p.name.clone()).collect();
            (Just(template), any_values(names))
        })
        .boxed()
}

/// Values that mostly fit, so that plans come out of it.
fn template_and_good_values() -> BoxedStrategy<(Template, Values)> {
    let personal = prop::collection::vec(0..4_u8, 40);
    (good_template(), personal)
        .prop_map(|(template, personal)| {
            let parameters = template.parameters.iter().zip(personal).enumerate();
            let values = parameters.map(|(number, (parameter, personal))| {
                let is_text = parameter.kind == ParameterKind::Text;
                let text = match personal {
                    0 if is_text => "Hi {{name|there}}".to_owned(),
                    1 if is_text => "{{city|town}}".to_owned(),
                    _ => good_value(parameter.kind, number),
                };
                (parameter.name.clone(), ValueSource::Constant(text))
            });
            let values = values.collect();
            (template, values)
        })
        .boxed()
}

fn any_json() -> BoxedStrategy<String> {
    let entry = any_text().prop_map(|text| json!({"type": "card", "text": text, "n": [1, null]}));
    prop_oneof![
        entry.prop_map(|value| value.to_string()),
        any_text().prop_map(|text| json!({"name": "care", "language": {"code": "en"},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": text}]}]})
            .to_string()),
        (any_text(), any::<bool>()).prop_map(|(text, own)| {
            let ids = if own { json!(["447700900412", "17"]) } else { json!([]) };
            json!({"broadcastTitle": "Menu", "audience": {"rule": {"channelUserIds": ids}},
                "payload": {"type": "direct", "content": [{"type": "text", "data": {"message": text}}]}})
            .to_string()
        }),
        any_text(),
    ]
    .boxed()
}

fn channel() -> impl Strategy<Value = String> {
    prop_oneof![Just("whatsapp"), Just("web"), Just("")].prop_map(str::to_owned)
}

/// Drafts of every kind, right and wrong.
pub fn any_content() -> BoxedStrategy<Content> {
    let title = || prop_oneof![Just("Notice".to_owned()), any_text()];
    let values = || prop_oneof![template_and_values(), template_and_good_values()];
    let part = prop_oneof![
        any_text().prop_map(BroadcastPart::Text),
        any_json().prop_map(BroadcastPart::Raw)
    ];
    let parts = prop::collection::vec(part, 0..4);
    let attributes = any_values(vec!["order".to_owned(), "greeting".to_owned()]);
    let version = prop_oneof![
        Just(FlowVersion::V1),
        Just(FlowVersion::V2),
        Just(FlowVersion::V3)
    ];
    prop_oneof![
        values().prop_map(|(template, values)| Content::Template { template, values }),
        any_json().prop_map(|payload| Content::RawTemplate { payload }),
        (title(), parts, channel(), any::<bool>()).prop_map(
            |(title, parts, channel, exact_title)| Content::DirectBroadcast {
                title,
                parts,
                channel,
                exact_title
            }
        ),
        (title(), values(), channel(), any::<bool>()).prop_map(
            |(title, (template, values), channel, exact_title)| Content::TemplateBroadcast {
                title,
                template,
                values,
                channel,
                exact_title
            }
        ),
        (title(), any_json(), channel(), any::<bool>()).prop_map(
            |(title, body, channel, exact_title)| Content::RawBroadcast {
                title,
                body,
                channel,
                exact_title
            }
        ),
        (title(), values()).prop_map(|(title, (template, values))| Content::CsvBroadcast {
            title,
            template,
            values
        }),
        (attributes, version).prop_map(|(attributes, version)| Content::Flow {
            flow: Flow {
                name: "welcome".to_owned(),
                key: "0123456789ABCDEF0123456789ABCDEF".to_owned(),
                required: vec!["order".to_owned()],
            },
            version,
            attributes,
        }),
    ]
    .boxed()
}

/// A template with values that fit; texts hold placeholders where they may be personal.
fn fitting(personal: bool) -> BoxedStrategy<(Template, Values)> {
    let fill = move |template: Template| {
        let parameters = template.parameters.iter().enumerate();
        let values: Values = parameters
            .map(|(number, parameter)| {
                let text = if personal && parameter.kind == ParameterKind::Text {
                    "Hi {{name|there}} {{phone}}".to_owned()
                } else {
                    good_value(parameter.kind, number)
                };
                (parameter.name.clone(), ValueSource::Constant(text))
            })
            .collect();
        (template, values)
    };
    good_template().prop_map(fill).boxed()
}

fn good_text() -> BoxedStrategy<String> {
    "[a-zA-Z\u{e9}\u{5d0}\n\"\\\\,;:/.=&%+]{1,40}".boxed()
}

/// Texts, entries and whole bodies of a broadcast.
fn good_broadcast() -> BoxedStrategy<Content> {
    let part = prop_oneof![
        good_text().prop_map(BroadcastPart::Text),
        good_text()
            .prop_map(|text| BroadcastPart::Raw(json!({"type": "x", "t": text}).to_string())),
    ];
    let direct = (prop::collection::vec(part, 1..4), any::<bool>());
    prop_oneof![
        direct.prop_map(|(parts, exact_title)| Content::DirectBroadcast {
            title: "Notice".to_owned(),
            parts,
            channel: "whatsapp".to_owned(),
            exact_title,
        }),
        (good_text(), any::<bool>()).prop_map(|(text, own)| {
            let ids = if own {
                json!(["447700900412"])
            } else {
                json!([])
            };
            let body = json!({"audience": {"rule": {"channelUserIds": ids}},
                "payload": {"type": "direct", "content": [text]}});
            Content::RawBroadcast {
                title: "Menu".to_owned(),
                body: body.to_string(),
                channel: "whatsapp".to_owned(),
                exact_title: true,
            }
        }),
    ]
    .boxed()
}

fn good_flow() -> BoxedStrategy<Content> {
    let version = prop_oneof![
        Just(FlowVersion::V1),
        Just(FlowVersion::V2),
        Just(FlowVersion::V3)
    ];
    (good_text(), version)
        .prop_map(|(text, version)| Content::Flow {
            flow: Flow {
                name: "welcome".to_owned(),
                key: "0123456789ABCDEF0123456789ABCDEF".to_owned(),
                required: vec!["order".to_owned()],
            },
            version,
            attributes: Values::from([
                (
                    "order".to_owned(),
                    ValueSource::Constant(format!("a{text}")),
                ),
                (
                    "to".to_owned(),
                    ValueSource::Constant("{{phone}}".to_owned()),
                ),
            ]),
        })
        .boxed()
}

/// Drafts that become plans.
pub fn good_content() -> BoxedStrategy<Content> {
    let personal = || any::<bool>().prop_flat_map(fitting);
    prop_oneof![
        personal().prop_map(|(template, values)| Content::Template { template, values }),
        personal().prop_map(|(template, values)| Content::CsvBroadcast {
            title: "August & more".to_owned(),
            template,
            values
        }),
        (fitting(false), any::<bool>()).prop_map(|((template, values), exact_title)| {
            Content::TemplateBroadcast {
                title: "Autumn".to_owned(),
                template,
                values,
                channel: "whatsapp".to_owned(),
                exact_title,
            }
        }),
        good_text().prop_map(|text| Content::RawTemplate {
            payload: json!({"name": "care", "odd": {"a": text}}).to_string()
        }),
        good_broadcast(),
        good_flow(),
    ]
    .boxed()
}

/// One to five numbers, some twice.
pub fn any_numbers() -> BoxedStrategy<Vec<String>> {
    let number = (0..8_u32).prop_map(|n| format!("+44 7700 90041{n}"));
    prop::collection::vec(number, 1..6).boxed()
}

/// Files of people: numbers, ids, empty cells, braces.
pub fn any_file() -> BoxedStrategy<String> {
    let who = prop_oneof![
        3 => (0..6_u32).prop_map(|n| format!("+44770090041{n}")),
        1 => Just("web_17".to_owned()),
        1 => Just("07700".to_owned()),
    ];
    let cell = prop_oneof![Just(String::new()), "[a-z{} ]{0,8}", "[A-Z][a-z]{2,6}"];
    let row =
        (who, cell.clone(), cell).prop_map(|(who, name, city)| format!("{who},{name},{city}"));
    prop::collection::vec(row, 1..8)
        .prop_map(|rows| format!("phone,name,city\n{}\n", rows.join("\n")))
        .boxed()
}
