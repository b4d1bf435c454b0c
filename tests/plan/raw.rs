//! JSON that people wrote: what the program writes into it, what it refuses, what it leaves alone.

use crate::support::{csv, draft, frozen, json_text, now, people, profile};
use alertdesk::domain::{
    Audience, BroadcastPart, Content, LastHeard, Plan, Profile, Schedule, SendDraft, WireOptions,
};
use alertdesk::outbox::freeze::{FreezeError, freeze};
use rstest::rstest;
use serde_json::{Value, json};

const SESSION: &str = "1f6e2c1c-9d5f-4a57-9f0b-5d0c6f1f2a3b";

fn payload(text: &str) -> Value {
    json!({"name": "care", "language": {"code": "en", "policy": "deterministic"}, "odd": [1, null],
        "components": [{"type": "body", "parameters": [{"type": "text", "text": text}]}]})
}

fn raw_template(payload: &str) -> Content {
    Content::RawTemplate {
        payload: payload.to_owned(),
    }
}

fn bodies(plan: &Plan) -> Vec<Value> {
    let calls = plan.calls.iter();
    calls
        .map(|call| serde_json::from_str(json_text(&call.request)).unwrap())
        .collect()
}

#[test]
fn a_payload_leaves_as_it_was_written_for_each_person() {
    let audience = csv("phone,name\n+447700900412,Sara\n+447700900118,\n+447700900733,{{x}}\n");
    let written = payload("Hi {{name|there}}");
    let plan = frozen(raw_template(&written.to_string()), audience).unwrap();
    assert_eq!((plan.title.as_str(), plan.recipients()), ("care", 2));
    let bodies = bodies(&plan);
    assert_eq!(bodies[0]["phoneNumber"], "+447700900412");
    assert_eq!(bodies[0]["payload"], payload("Hi Sara"));
    assert_eq!(bodies[1]["payload"], payload("Hi there"));
    assert_eq!(plan.skipped[0].rule, "placeholder");
    assert!(plan.notes[0].starts_with("Unverified"), "{:?}", plan.notes);
}

#[rstest]
#[case("{", "not_json")]
#[case("[]", "not_an_object")]
#[case("{\"components\": []}", "raw_part")]
#[case("{\"name\": \"a\", \"name\": \"b\"}", "not_json")]
#[case("{\"phoneNumber\": \"1\", \"payload\": {\"name\": \"a\"}}", "raw_part")]
#[case(
    "{\"name\": \"a\", \"k\": \"Basic c2VjcmV0LXNlY3JldA==\"}",
    "key_inside"
)]
#[case("{\"name\": \"a\", \"x\": \"{{nmae}}\"}", "parameters")]
#[case("{\"name\": \"a\", \"x\": \"{{name\"}", "parameters")]
#[case("{\"name\": \"a\", \"{{name}}\": 1}", "placeholder")]
fn a_payload_that_cannot_leave_is_refused(#[case] text: &str, #[case] rule: &str) {
    let error = frozen(raw_template(text), people(&["+447700900412"])).unwrap_err();
    assert_eq!(error.rule, rule, "{error}");
    assert_eq!(error.problems[0].parameter, "json");
}

#[test]
fn what_the_form_would_refuse_is_worth_a_look_in_json() {
    let plan = frozen(
        raw_template(&payload("two\nlines").to_string()),
        people(&["+447700900412"]),
    )
    .unwrap();
    let rules: Vec<&str> = plan.warnings.iter().map(|warning| warning.rule).collect();
    assert_eq!(rules, ["spacing"]);
    assert!(plan.notes.iter().any(|note| note.contains("132018")));
}

fn body(rule: &Value) -> Value {
    json!({"broadcastId": null, "broadcastTitle": "Menu", "audience": {"rule": rule}, "extra": {"a": 1},
        "payload": {"type": "direct", "content": [{"type": "carousel", "templates": [{"title": "A"}]}]}})
}

fn raw_broadcast(body: &Value) -> Content {
    Content::RawBroadcast {
        title: String::new(),
        body: body.to_string(),
        channel: "whatsapp".to_owned(),
        exact_title: true,
    }
}

#[test]
fn a_body_brings_its_own_people_and_they_are_counted() {
    let rule = json!({"channels": ["whatsapp"], "userIds": ["u-17", 18],
        "channelUserIds": ["447700900412", "+44 7700 900412", "nobody", "447700900118"]});
    let plan = frozen(raw_broadcast(&body(&rule)), Audience::default()).unwrap();
    assert_eq!((plan.recipients(), plan.skipped.len()), (4, 2));
    let rules: Vec<&str> = plan.skipped.iter().map(|row| &*row.rule).collect();
    assert_eq!(rules, ["number_not_a_number", "duplicate"]);
    let sent = &bodies(&plan)[0];
    assert_eq!(
        sent["audience"]["rule"],
        json!({"channels": ["whatsapp"], "userIds": ["u-17", "18"],
            "channelUserIds": ["447700900412", "447700900118"]})
    );
    assert_eq!(sent["publishedOn"], "2029-12-31T08:00:00.000Z");
    assert_eq!(sent["payload"], body(&rule)["payload"]);
    assert_eq!(sent["extra"], json!({"a": 1}));
    assert_eq!(plan.title, "Menu");
}

#[test]
fn a_body_without_people_takes_those_of_the_draft_in_chunks() {
    let wire = WireOptions {
        broadcast_chunk: 2,
        ..WireOptions::default()
    };
    let profile = Profile { wire, ..profile() };
    let content = Content::RawBroadcast {
        title: "Given".to_owned(),
        body: body(&json!({"channelUserIds": []})).to_string(),
        channel: "whatsapp".to_owned(),
        exact_title: false,
    };
    let audience = people(&["+447700900412", "+447700900118", "+447700900733"]);
    let plan = freeze(&draft(content, audience), &profile, now(), "n").unwrap();
    let sent = bodies(&plan);
    let rule = |index: usize| sent[index]["audience"]["rule"].clone();
    assert_eq!(
        rule(0)["channelUserIds"],
        json!(["447700900412", "447700900118"])
    );
    assert_eq!(rule(1)["channelUserIds"], json!(["447700900733"]));
    assert_eq!(rule(1)["channels"], json!(["whatsapp"]));
    assert!(
        sent[1]["broadcastTitle"]
            .as_str()
            .unwrap()
            .starts_with("Given (2/2)~")
    );
}

#[test]
fn people_in_the_body_and_beside_it_are_refused() {
    let rule = json!({"channels": ["whatsapp"], "channelUserIds": ["447700900412"]});
    let error = frozen(raw_broadcast(&body(&rule)), people(&["+447700900118"])).unwrap_err();
    assert_eq!(error.rule, "two_audiences");
}

#[rstest]
#[case("/broadcastId", json!("17"), "broadcastId may change")]
#[case("/broadcastTitle", json!(" "), "title")]
#[case("/payload", json!([]), "payload must be an object")]
#[case("/payload/type", json!(""), "payload.type")]
#[case("/payload/content", json!([]), "payload.content")]
#[case("/payload/content/0/title", json!("Hi {{name}}"), "{{name}}")]
#[case("/audience/rule", json!([]), "audience.rule must be an object")]
#[case("/audience/rule/segment", json!("all"), "audience.rule.segment may reach")]
#[case("/audience/all", json!(true), "audience.all may reach")]
#[case("/audience/rule/channels", json!(["whatsapp", "web"]), "one channel")]
#[case("/audience/rule/channelUserIds", json!("447700900412"), "list of ids")]
#[case("/k", json!("00000000-0000-4000-8000-000000000000-ABCDEFG"), "API key")]
fn a_body_that_could_do_something_else_is_refused(
    #[case] at: &str,
    #[case] value: Value,
    #[case] part: &str,
) {
    let mut body = body(&json!({"channels": ["whatsapp"]}));
    let (parent, name) = at.rsplit_once('/').unwrap();
    body.pointer_mut(parent).unwrap()[name] = value;
    let error = frozen(raw_broadcast(&body), people(&["+447700900412"])).unwrap_err();
    assert!(error.message.contains(part), "{error}");
    assert!(!error.to_string().contains("ABCDEFG"));
}

#[test]
fn the_time_of_the_send_wins_and_the_body_is_told_so() {
    let mut body = body(&json!({"channels": ["whatsapp"]}));
    body["publishedOn"] = json!("2001-01-01T00:00:00.000Z");
    body["status"] = json!("SCHEDULED");
    let plan = frozen(raw_broadcast(&body), people(&["+447700900412"])).unwrap();
    assert_eq!(bodies(&plan)[0]["publishedOn"], "2029-12-31T08:00:00.000Z");
    let told = plan
        .warnings
        .iter()
        .filter(|warning| warning.rule == "raw_time");
    assert_eq!(told.count(), 2, "{:?}", plan.warnings);

    let time = "2030-01-01T09:00:00Z".parse().unwrap();
    let at = SendDraft {
        schedule: Schedule::PublishAt(time),
        ..draft(raw_broadcast(&body), people(&["+447700900412"]))
    };
    let plan = freeze(&at, &profile(), now(), "n").unwrap();
    assert_eq!(bodies(&plan)[0]["publishedOn"], "2030-01-01T09:00:00.000Z");
    assert_eq!(bodies(&plan)[0]["status"], "SCHEDULED");
}

#[test]
fn a_template_inside_a_body_is_looked_at_too() {
    let mut body = body(&json!({"channels": ["whatsapp"]}));
    body["payload"] = json!({"type": "whatsapp_template", "content": [{"type": "template",
        "template": {"payload": payload("five     spaces"), "targetWhatsappNumber": "{{phone_no}}"}}]});
    let plan = frozen(raw_broadcast(&body), people(&["+447700900412"])).unwrap();
    let rules: Vec<&str> = plan.warnings.iter().map(|warning| warning.rule).collect();
    assert_eq!(rules, ["spacing"]);
    assert_eq!(bodies(&plan)[0]["payload"], body["payload"]);
}

fn mixed(entry: &str) -> Content {
    Content::DirectBroadcast {
        title: "Menu".to_owned(),
        parts: vec![
            BroadcastPart::Text("Our menu:".to_owned()),
            BroadcastPart::Raw(entry.to_owned()),
        ],
        channel: "whatsapp".to_owned(),
        exact_title: true,
    }
}

#[test]
fn an_entry_of_another_type_stands_among_texts_as_it_was_written() {
    let entry = json!({"type": "msg_options", "text": "Which?", "options": [
        {"text": "Tea", "postback": "flow_TEA"}]});
    let plan = frozen(mixed(&entry.to_string()), people(&["+447700900412"])).unwrap();
    let content = &bodies(&plan)[0]["payload"]["content"];
    assert_eq!(
        content[0],
        json!({"type": "text", "data": {"message": "Our menu:"}})
    );
    assert_eq!(content[1], entry);
    assert!(plan.notes.iter().any(|note| note.starts_with("Unverified")));
}

#[rstest]
#[case("{\"text\": \"x\"}", "raw_part")]
#[case("nonsense", "not_json")]
#[case(
    "{\"type\": \"text\", \"data\": {\"message\": \"Hi {{name}}\"}}",
    "placeholder"
)]
#[case(
    "{\"type\": \"text\", \"data\": {\"message\": \"{{phone_no}}\"}}",
    "placeholder"
)]
fn an_entry_that_cannot_leave_is_refused(#[case] entry: &str, #[case] rule: &str) {
    let error: FreezeError = frozen(mixed(entry), people(&["+447700900412"])).unwrap_err();
    let problem = &error.problems[0];
    assert_eq!((problem.parameter.as_str(), problem.rule), ("text.1", rule));
}

#[test]
fn a_closed_window_leaves_people_out_of_a_direct_body_only() {
    let heard = LastHeard {
        at: "2029-12-29T08:00:00Z".parse().unwrap(),
        looked: now(),
    };
    let mut audience = people(&["+447700900412", "+447700900118"]);
    audience.heard.insert("447700900412".to_owned(), heard);
    let mut body = body(&json!({"channels": ["whatsapp"]}));
    let plan = frozen(raw_broadcast(&body), audience.clone()).unwrap();
    assert_eq!(plan.skipped[0].rule, "window_closed");
    body["payload"]["type"] = json!("whatsapp_template");
    let plan = frozen(raw_broadcast(&body), audience).unwrap();
    assert!(plan.skipped.is_empty());
}

#[test]
fn a_body_may_name_another_channel() {
    let rule = json!({"channels": ["web"], "channelUserIds": [SESSION, "a/b"]});
    let plan = frozen(raw_broadcast(&body(&rule)), Audience::default()).unwrap();
    assert_eq!(plan.calls[0].recipients[0].text(), SESSION);
    assert_eq!(plan.skipped[0].rule, "id_bad_sign");
}
