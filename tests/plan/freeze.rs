//! Drafts become plans: who stays, who is left out, and the bytes.

use crate::support::{
    columns, constants, csv, draft, example, frozen, json_text, now, people, profile, template,
};
use alertdesk::domain::draft::Values;
use alertdesk::domain::{
    Audience, BroadcastPart, Content, Flow, FlowVersion, Plan, Profile, QuietHours, QuietPolicy,
    RequestBody, Schedule, SendDraft, WireOptions,
};
use alertdesk::outbox::freeze::freeze;
use rstest::rstest;
use serde_json::Value;

fn reminder(values: Values) -> Content {
    let template = template("template_body_only");
    Content::Template { template, values }
}

fn direct(title: &str, exact_title: bool) -> Content {
    Content::DirectBroadcast {
        title: title.to_owned(),
        parts: vec![BroadcastPart::Text("We close early on Friday".to_owned())],
        channel: "whatsapp".to_owned(),
        exact_title,
    }
}

#[test]
fn each_person_gets_a_call_of_their_own() {
    let audience =
        csv("phone,name,day\n+447700900412,Asha,12 August\n+447700900118,Ben,13 August\n");
    let plan = frozen(reminder(columns(&[("1", "name"), ("2", "day")])), audience).unwrap();
    assert_eq!((plan.recipients(), plan.planned()), (2, 2));
    assert_eq!(plan.title, "appointment_reminder");
    let texts: Vec<Value> = plan
        .calls
        .iter()
        .map(|call| serde_json::from_str(json_text(&call.request)).unwrap())
        .collect();
    assert_eq!(texts[0]["phoneNumber"], "+447700900412");
    assert_eq!(
        texts[0]["payload"]["components"][0]["parameters"][0]["text"],
        "Asha"
    );
    assert_eq!(
        texts[1]["payload"]["components"][0]["parameters"][1]["text"],
        "13 August"
    );
    assert_eq!(
        plan.sha256,
        Plan::digest(&plan.target, plan.schedule, &plan.calls)
    );
}

#[test]
fn rows_that_fail_are_left_out_and_the_first_of_a_number_stays() {
    let audience = csv(concat!(
        "phone,name\n+447700900412,Asha\n+44 7700 900412,Asha again\n+447700900118,\n",
        "call me,Cleo\n+447700900119,two  \n+447700900120,a     b\n"
    ));
    let mut values = columns(&[("1", "name")]);
    values.extend(constants(&[("2", "12 August")]));
    let plan = frozen(reminder(values), audience).unwrap();
    let kept: Vec<&str> = plan
        .calls
        .iter()
        .map(|call| call.recipients[0].text())
        .collect();
    assert_eq!(kept, ["447700900412", "447700900119"]);
    let skipped: Vec<(u64, &str)> = plan
        .skipped
        .iter()
        .map(|row| (row.row.unwrap(), &*row.rule))
        .collect();
    assert_eq!(
        skipped,
        [
            (2, "duplicate"),
            (3, "empty"),
            (4, "number_not_a_number"),
            (6, "spacing")
        ]
    );
    assert_eq!(
        &*plan.skipped[0].reason,
        "the same number as row 1, which is kept"
    );
    assert_eq!(plan.planned(), 6);
    assert!(
        plan.notes
            .iter()
            .any(|note| note.starts_with("1 number was cleaned"))
    );
}

#[test]
fn imported_values_that_stay_are_noted() {
    let template = template("template_image_header");
    let values = constants(&[("1", "Asha")]);
    let plan = frozen(
        Content::Template { template, values },
        people(&["+447700900412"]),
    )
    .unwrap();
    assert_eq!(
        plan.notes,
        ["header.link is the same for everybody: https://media.example.com/out/pass.jpg"]
    );
}

#[rstest]
#[case(constants(&[("1", "Asha")]), "parameters", "2 has no value")]
#[case(constants(&[("1", "a"), ("2", "b"), ("3", "c")]), "parameters", "no parameter 3")]
#[case(constants(&[("1", "a"), ("2", "{{nmae}}")]), "parameters", "name is the nearest")]
#[case(constants(&[("1", "a"), ("2", "{{phone_no}}")]), "parameters", "does not replace")]
#[case(columns(&[("1", "name"), ("2", "nope")]), "no_such_column", "nope")]
fn values_wrong_for_everybody_refuse_the_plan(
    #[case] values: Values,
    #[case] rule: &str,
    #[case] part: &str,
) {
    let error = frozen(reminder(values), csv("phone,name\n+447700900412,Asha\n")).unwrap_err();
    assert_eq!(error.rule, rule);
    assert!(error.message.contains(part), "{}", error.message);
    assert!(!error.advice.is_empty());
}

#[test]
fn nobody_left_is_refused_with_the_rows() {
    let audience = csv("phone,name\n+447700900412,\nnobody,Ben\n");
    let mut values = columns(&[("1", "name")]);
    values.extend(constants(&[("2", "x")]));
    let error = frozen(reminder(values), audience).unwrap_err();
    assert_eq!(error.rule, "no_recipients");
    assert_eq!(error.skipped.len(), 2);
    assert!(error.message.contains("all 2 recipients"));
    let values = constants(&[("1", "a"), ("2", "b")]);
    assert_eq!(
        frozen(reminder(values), Audience::default())
            .unwrap_err()
            .rule,
        "no_recipients"
    );
}

#[test]
fn a_read_only_profile_freezes_nothing() {
    let profile = Profile {
        read_only: true,
        ..profile()
    };
    let draft = draft(direct("Notice", false), people(&["+447700900412"]));
    assert_eq!(
        freeze(&draft, &profile, now(), "n").unwrap_err().rule,
        "read_only"
    );
}

#[test]
fn an_offer_that_is_over_is_refused() {
    let template = template("template_coupon_and_offer");
    let values = constants(&[
        ("1", "Asha"),
        ("button.0", "OAK15"),
        ("offer.expires", "1700000000000"),
    ]);
    let error = frozen(
        Content::Template { template, values },
        people(&["+447700900412"]),
    )
    .unwrap_err();
    assert_eq!(error.problems[0].rule, "offer_over");
}

#[test]
fn a_csv_broadcast_is_split_by_the_size_of_its_files() {
    let wire = WireOptions {
        csv_file_bytes: 60,
        ..WireOptions::default()
    };
    let profile = Profile { wire, ..profile() };
    let audience = csv(
        "phone,name,day\n+447700900412,Ana,Monday\n+447700900118,Ben,Tuesday\n\
         +447700900733,Cleo,Friday\n+447700900119,Dan,Sunday\n",
    );
    let content = Content::CsvBroadcast {
        title: "Oak care".to_owned(),
        template: template("template_body_only"),
        values: columns(&[("1", "name"), ("2", "day")]),
    };
    let plan = freeze(&draft(content, audience), &profile, now(), "n1").unwrap();
    let sizes: Vec<usize> = plan
        .calls
        .iter()
        .map(|call| call.recipients.len())
        .collect();
    assert_eq!((sizes, plan.once.intents.len()), (vec![2, 2], 4));
    assert!(
        plan.calls[0]
            .request
            .url
            .ends_with("broadcast_id=Oak%20care%20%281%2F2%29")
    );
    assert_ne!(plan.calls[0].request.url, plan.calls[1].request.url);
    let body = String::from_utf8(plan.calls[1].request.body.bytes()).unwrap();
    assert!(
        body.contains("+447700900733,Cleo,Friday\n+447700900119,Dan,Sunday\n"),
        "{body}"
    );
    assert!(!body.contains("Ana"));
    assert_eq!(plan.title, "Oak care");
}

#[test]
fn a_broadcast_is_split_and_each_part_has_a_title_of_its_own() {
    let wire = WireOptions {
        broadcast_chunk: 2,
        ..WireOptions::default()
    };
    let profile = Profile { wire, ..profile() };
    let audience = people(&[
        "+447700900412",
        "+447700900118",
        "447700900412",
        "+447700900119",
    ]);
    let draft = draft(direct("Oak care", false), audience);
    let plan = freeze(&draft, &profile, now(), "n1").unwrap();
    assert_eq!(plan.calls.len(), 2);
    assert_eq!((plan.recipients(), plan.skipped.len()), (3, 1));
    let (stem, id) = plan.title.rsplit_once('~').unwrap();
    assert_eq!((stem, id.len()), ("Oak care", 4));
    let body: Value = serde_json::from_str(json_text(&plan.calls[1].request)).unwrap();
    assert_eq!(body["broadcastTitle"], format!("Oak care (2/2)~{id}"));
    assert_eq!(body["publishedOn"], "2029-12-31T08:00:00.000Z");
    assert_eq!(
        body["audience"]["rule"]["channelUserIds"][0],
        "447700900119"
    );

    assert_eq!(freeze(&draft, &profile, now(), "n1").unwrap(), plan);
    assert_ne!(
        freeze(&draft, &profile, now(), "n2").unwrap().title,
        plan.title
    );
}

#[test]
fn nobody_awake_shares_a_call_with_people_who_sleep_where_that_is_held() {
    // It is eight in the morning in London and half past one in Mumbai.
    let quiet = |policy| {
        Some(QuietHours {
            start: "21:00".parse().unwrap(),
            end: "09:00".parse().unwrap(),
            policy,
        })
    };
    let numbers = [
        "+447700900412",
        "+919876500118",
        "+447700900119",
        "+919876500733",
        "+919876500734",
    ];
    let upload = Content::CsvBroadcast {
        title: "Oak care".to_owned(),
        template: template("template_body_only"),
        values: constants(&[("1", "Ana"), ("2", "Monday")]),
    };
    for content in [direct("Oak care", false), upload] {
        let mut draft = draft(content, people(&numbers));
        let calls = |draft: &SendDraft| -> Vec<Vec<String>> {
            let plan = freeze(draft, &profile(), now(), "n1").unwrap();
            let named: Vec<&str> = plan
                .calls
                .iter()
                .map(|call| call.request.url.as_str())
                .collect();
            let bodies = plan.calls.iter().map(|call| call.request.body.bytes());
            let told = named.into_iter().map(str::as_bytes).map(<[u8]>::to_vec);
            let told: std::collections::BTreeSet<_> = told.zip(bodies).collect();
            assert_eq!(told.len(), plan.calls.len(), "each is named apart");
            assert_eq!(plan.once.intents.len(), numbers.len());
            let people = plan.calls.iter().map(|call| {
                let texts = call.recipients.iter().map(|one| one.text().to_owned());
                texts.map(|text| text.replace('+', "")).collect()
            });
            people.collect()
        };
        assert_eq!(calls(&draft).len(), 1);
        draft.waiting.quiet = quiet(QuietPolicy::Warn);
        assert_eq!(calls(&draft).len(), 1);
        draft.waiting.quiet = quiet(QuietPolicy::Hold);
        assert_eq!(
            calls(&draft),
            [
                vec!["919876500118", "919876500733", "919876500734"],
                vec!["447700900412", "447700900119"],
            ]
        );
    }
}

#[test]
fn an_exact_title_leaves_as_typed() {
    let plan = frozen(direct("Oak care", true), people(&["+447700900412"])).unwrap();
    assert_eq!(plan.title, "Oak care");
    let body: Value = serde_json::from_str(json_text(&plan.calls[0].request)).unwrap();
    assert_eq!(body["broadcastTitle"], "Oak care");
}

#[rstest]
#[case(" ", &["x"], "title")]
#[case("Title", &[], "empty_text")]
#[case("Title", &["x", "  "], "empty_text")]
#[case("Title", &["Dear {{name}}"], "placeholder")]
fn a_broadcast_needs_a_title_and_texts(
    #[case] title: &str,
    #[case] texts: &[&str],
    #[case] rule: &str,
) {
    let content = Content::DirectBroadcast {
        title: title.to_owned(),
        parts: texts
            .iter()
            .map(|text| BroadcastPart::Text((*text).to_owned()))
            .collect(),
        channel: "whatsapp".to_owned(),
        exact_title: false,
    };
    assert_eq!(
        frozen(content, people(&["+447700900412"]))
            .unwrap_err()
            .rule,
        rule
    );
}

#[test]
fn a_template_broadcast_has_one_text_for_all() {
    let content = |values| Content::TemplateBroadcast {
        title: "Autumn".to_owned(),
        template: template("broadcast_whatsapp_template"),
        values,
        channel: "whatsapp".to_owned(),
        exact_title: true,
    };
    let mut values = columns(&[("1", "name")]);
    values.extend(constants(&[("2", "x")]));
    let audience = csv("phone,name\n+447700900412,Asha\n");
    let error = frozen(content(values), audience.clone()).unwrap_err();
    assert_eq!(error.rule, "one_text_for_all");

    let plan = frozen(content(constants(&[("1", "Asha"), ("2", "Ben")])), audience).unwrap();
    let body: Value = serde_json::from_str(json_text(&plan.calls[0].request)).unwrap();
    let payload = &body["payload"]["content"][0]["template"]["payload"];
    assert_eq!(payload["components"][0]["parameters"][1]["text"], "Ben");
    let same = plan
        .notes
        .iter()
        .filter(|note| note.contains("the same for everybody"));
    assert_eq!(same.count(), 2, "{:?}", plan.notes);
}

#[rstest]
#[case("2030-01-01T09:00:00Z", true)]
#[case("2029-12-31T08:02:00Z", true)]
#[case("2029-12-31T08:01:59Z", false)]
#[case("2029-12-31T07:00:00Z", false)]
fn a_publish_time_is_two_minutes_ahead(#[case] time: &str, #[case] fine: bool) {
    let schedule = Schedule::PublishAt(time.parse().unwrap());
    let direct = SendDraft {
        schedule,
        ..draft(direct("Notice", true), people(&["+447700900412"]))
    };
    match freeze(&direct, &profile(), now(), "n") {
        Ok(plan) => {
            assert!(fine);
            assert!(
                plan.notes
                    .iter()
                    .any(|note| note.contains("Broadcast, Scheduled, Notice"))
            );
        }
        Err(error) => assert!(!fine && error.rule == "publish_time", "{error:?}"),
    }
    let values = constants(&[("1", "a"), ("2", "b")]);
    let template = SendDraft {
        schedule,
        ..draft(reminder(values), people(&["+447700900412"]))
    };
    assert_eq!(
        freeze(&template, &profile(), now(), "n").unwrap_err().rule,
        "publish_time"
    );
}

#[test]
fn a_csv_broadcast_turns_columns_into_attributes() {
    let content = |values| Content::CsvBroadcast {
        title: "August notice".to_owned(),
        template: template("external_broadcast_multipart"),
        values,
    };
    let audience = csv(
        "number,day,name\n+14155550101,12 August,Asha\n+14155550102,13 August,Ben\n+14155550103,\"two\nlines\",Cy\n",
    );
    let values = columns(&[("1", "name"), ("2", "day")]);
    let plan = frozen(content(values), audience.clone()).unwrap();
    let RequestBody::Multipart { parts, .. } = &plan.calls[0].request.body else {
        panic!("not multipart");
    };
    let example = example("external_broadcast_multipart");
    assert_eq!(
        parts[0].content,
        example["body"]["target_audience"]["content"]
            .as_str()
            .unwrap()
    );
    assert_eq!(
        parts[1].content,
        example["body"]["template_payload"].as_str().unwrap()
    );
    assert_eq!((plan.calls[0].recipients.len(), plan.skipped.len()), (2, 1));
    assert_eq!(plan.skipped[0].rule, "spacing");

    let mut values = columns(&[("1", "name")]);
    values.extend(constants(&[("2", "{{user.attribute_1}}")]));
    assert_eq!(
        frozen(content(values), audience).unwrap_err().problems[0].rule,
        "placeholder"
    );
}

fn welcome(attributes: Values) -> Content {
    Content::Flow {
        flow: Flow {
            name: "welcome".to_owned(),
            key: "0123456789ABCDEF0123456789ABCDEF".to_owned(),
            required: vec!["order_id".to_owned()],
        },
        version: FlowVersion::V2,
        attributes,
    }
}

#[test]
fn a_flow_gets_its_required_attributes() {
    let audience = csv("phone,order\n+447700900412,17\n+447700900118,\n+447700900119,{{order}}\n");
    let error = frozen(welcome(Values::new()), audience.clone()).unwrap_err();
    assert_eq!(error.message, "the flow welcome needs order_id");
    let plan = frozen(welcome(columns(&[("order_id", "order")])), audience.clone()).unwrap();
    assert_eq!(
        json_text(&plan.calls[0].request),
        r#"{"user.channel":"whatsapp","user.phone_no":"447700900412","order_id":"17"}"#
    );
    let rules: Vec<&str> = plan.skipped.iter().map(|row| &*row.rule).collect();
    assert_eq!(rules, ["empty", "placeholder"]);
    let own = constants(&[("order_id", "1"), ("user.phone_no", "447700900999")]);
    assert_eq!(
        frozen(welcome(own), audience).unwrap_err().rule,
        "parameters"
    );
}

#[test]
fn an_id_that_fits_no_address_is_refused() {
    let mut profile = profile();
    profile.target.bot_key = "../x".to_owned();
    let draft = draft(direct("Notice", true), people(&["+447700900412"]));
    let error = freeze(&draft, &profile, now(), "n").unwrap_err();
    assert_eq!(error.rule, "address");
    assert!(error.message.contains("bot key"));
}

/// Only meaningful when optimised: `cargo test --release --test plan three_hundred_thousand`.
#[test]
#[cfg_attr(debug_assertions, ignore = "measures a release build")]
#[expect(clippy::disallowed_methods, reason = "measures real time")]
fn three_hundred_thousand_rows_freeze_in_seconds() {
    use std::fmt::Write as _;
    let mut text = String::from("phone,name,day\n");
    for index in 0..300_000 {
        writeln!(
            text,
            "+4477{:08},Person {index},12 August",
            100_000 + index * 300
        )
        .unwrap();
    }
    let start = std::time::Instant::now();
    let audience = csv(&text);
    let read = start.elapsed();
    let draft = draft(reminder(columns(&[("1", "name"), ("2", "day")])), audience);
    let start = std::time::Instant::now();
    let plan = freeze(&draft, &profile(), now(), "n").unwrap();
    let took = start.elapsed();
    println!(
        "{} calls: read in {read:?}, frozen in {took:?}",
        plan.calls.len()
    );
    assert!(plan.calls.len() > 200_000);
    assert!(took < std::time::Duration::from_secs(5), "{took:?}");
}
