//! Recipients that are no numbers, windows that are closed, templates the library no longer has.

use crate::support::{constants, csv, draft, frozen, json_text, now, people, profile, template};
use alertdesk::domain::audience::{CsvOptions, from_csv, from_recipients};
use alertdesk::domain::{
    Audience, BroadcastPart, Content, LastHeard, Plan, Recipient, RecipientForm, Schedule,
    SendDraft, Standing,
};
use alertdesk::outbox::freeze::freeze;
use rstest::rstest;
use serde_json::{Value, json};

const SESSION: &str = "1f6e2c1c-9d5f-4a57-9f0b-5d0c6f1f2a3b";

fn notice(channel: &str) -> Content {
    Content::DirectBroadcast {
        title: "Notice".to_owned(),
        parts: vec![BroadcastPart::Text("We close early".to_owned())],
        channel: channel.to_owned(),
        exact_title: true,
    }
}

fn ids(ids: &[&str]) -> Audience {
    let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    from_recipients(&ids, RecipientForm::ChannelUser, None)
}

fn rule(plan: &Plan) -> Value {
    let body: Value = serde_json::from_str(json_text(&plan.calls[0].request)).unwrap();
    body["audience"]["rule"].clone()
}

#[test]
fn a_broadcast_reaches_people_of_another_channel_each_once() {
    let audience = ids(&[
        SESSION,
        "+44 7700 900412",
        " 447700900412 ",
        "web_2",
        SESSION,
    ]);
    let plan = frozen(notice("web"), audience).unwrap();
    assert_eq!(
        rule(&plan),
        json!({"channels": ["web"], "channelUserIds": [SESSION, "447700900412", "web_2"]})
    );
    let skipped: Vec<&str> = plan.skipped.iter().map(|row| &*row.rule).collect();
    assert_eq!(skipped, ["duplicate", "duplicate"]);
    assert!(plan.notes.iter().all(|note| !note.contains("24 hours")));
}

#[test]
fn ids_are_read_from_a_file_too() {
    let options = CsvOptions {
        form: RecipientForm::ChannelUser,
        ..CsvOptions::default()
    };
    let text = format!("channelUserId,name\n{SESSION},Sara\n,Tom\n");
    let audience = from_csv(text.as_bytes(), &options).unwrap();
    let plan = frozen(notice("web"), audience).unwrap();
    assert_eq!(rule(&plan)["channelUserIds"], json!([SESSION]));
    assert_eq!(plan.skipped[0].rule, "id_empty");
}

#[test]
fn the_form_of_recipients_follows_the_channel() {
    assert_eq!(notice("WhatsApp").recipient_form(), RecipientForm::Phone);
    assert_eq!(notice("web").recipient_form(), RecipientForm::ChannelUser);
    let values = constants(&[("1", "a"), ("2", "b")]);
    let template = template("template_body_only");
    let content = Content::Template { template, values };
    assert_eq!(content.recipient_form(), RecipientForm::Phone);
}

#[test]
fn only_broadcasts_reach_people_without_a_number() {
    let values = constants(&[("1", "a"), ("2", "b")]);
    let content = Content::Template {
        template: template("template_body_only"),
        values,
    };
    let mut audience = people(&["+447700900412"]);
    audience.rows.extend(ids(&[SESSION]).rows);
    let plan = frozen(content, audience).unwrap();
    assert_eq!(plan.recipients(), 1);
    assert_eq!(plan.skipped[0].rule, "not_a_number");
    assert!(matches!(plan.calls[0].recipients[0], Recipient::Phone(_)));
}

#[test]
fn a_template_on_another_channel_is_worth_a_look() {
    let content = Content::TemplateBroadcast {
        title: "Autumn".to_owned(),
        template: template("broadcast_whatsapp_template"),
        values: constants(&[("1", "a"), ("2", "b")]),
        channel: "rcs".to_owned(),
        exact_title: true,
    };
    let plan = frozen(content, ids(&["17"])).unwrap();
    assert!(
        plan.warnings
            .iter()
            .any(|warning| warning.parameter == "channel")
    );
}

#[rstest]
#[case("")]
#[case("two words")]
fn a_channel_is_one_word(#[case] channel: &str) {
    let error = frozen(notice(channel), ids(&["17"])).unwrap_err();
    assert_eq!(error.rule, "channel");
}

fn heard(at: &str, looked: &str) -> LastHeard {
    LastHeard {
        at: at.parse().unwrap(),
        looked: looked.parse().unwrap(),
    }
}

#[test]
fn a_closed_window_leaves_out_and_an_unknown_one_never_does() {
    let mut audience = people(&[
        "+447700900412",
        "+447700900118",
        "+447700900733",
        "+447700900734",
    ]);
    for (digits, at, looked) in [
        (
            "447700900412",
            "2029-12-30T07:59:59Z",
            "2029-12-31T07:55:00Z",
        ),
        (
            "447700900118",
            "2029-12-30T08:00:01Z",
            "2029-12-31T07:55:00Z",
        ),
        (
            "447700900733",
            "2029-12-20T08:00:00Z",
            "2029-12-31T07:00:00Z",
        ),
    ] {
        audience.heard.insert(digits.to_owned(), heard(at, looked));
    }
    let plan = frozen(notice("whatsapp"), audience.clone()).unwrap();
    assert_eq!(
        rule(&plan)["channelUserIds"],
        json!(["447700900118", "447700900733", "447700900734"])
    );
    assert_eq!(plan.skipped[0].rule, "window_closed");
    assert!(plan.skipped[0].reason.contains("only a template"));

    // Until a later time people may write again.
    let later = SendDraft {
        schedule: Schedule::PublishAt("2029-12-31T20:00:00Z".parse().unwrap()),
        ..draft(notice("whatsapp"), audience.clone())
    };
    assert_eq!(
        freeze(&later, &profile(), now(), "n").unwrap().recipients(),
        4
    );

    // A template reaches everybody.
    let content = Content::Template {
        template: template("template_body_only"),
        values: constants(&[("1", "a"), ("2", "b")]),
    };
    assert_eq!(frozen(content, audience).unwrap().recipients(), 4);
}

#[test]
fn a_template_the_library_changed_or_lost_is_told() {
    let template = template("template_body_only");
    let mut newer = template.clone();
    newer.version = 2;
    let mut other = newer.clone();
    other.parameters.pop();
    let mut language = template.clone();
    language.language = "en_GB".to_owned();
    assert_eq!(
        Standing::of(&template, &[language.clone(), template.clone()]),
        Standing::Current
    );
    let cases = [
        (vec![newer], Ok(("template_replaced", "newer version 2"))),
        (vec![other], Ok(("template_replaced", "with other values"))),
        (vec![language], Err(("language", "en_GB"))),
        (vec![], Err(("template_gone", "no longer has"))),
    ];
    for (library, expected) in cases {
        let standing = Standing::of(&template, &library);
        let draft = SendDraft {
            standing,
            ..draft(
                Content::Template {
                    template: template.clone(),
                    values: constants(&[("1", "a"), ("2", "b")]),
                },
                csv("phone\n+447700900412\n"),
            )
        };
        match (freeze(&draft, &profile(), now(), "n"), expected) {
            (Ok(plan), Ok((rule, part))) => {
                assert_eq!(plan.warnings[0].rule, rule);
                assert!(plan.notes[0].contains(part), "{:?}", plan.notes);
            }
            (Err(error), Err((rule, part))) => {
                assert_eq!(error.rule, rule);
                assert_eq!(error.problems[0].parameter, "template");
                assert!(error.message.contains(part), "{error}");
            }
            (found, expected) => panic!("{found:?} instead of {expected:?}"),
        }
    }
}
