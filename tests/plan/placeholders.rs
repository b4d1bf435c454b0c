//! What is each person's own in a text: columns, fallbacks, and what never leaves.

use crate::support::{columns, constants, csv, frozen, json_text, people, template};
use alertdesk::domain::audience::CheckReport;
use alertdesk::domain::draft::Values;
use alertdesk::domain::{
    BroadcastPart, Content, Flow, FlowVersion, Plan, RequestBody, Template, ValueSource,
};
use rstest::rstest;
use serde_json::Value;

const PEOPLE: &str = "phone,name,city\n+447700900412,Sara,Leeds\n+447700900118,,York\n\
                      +447700900733,Tom,\n";

fn reminder() -> Template {
    template("template_body_only")
}

fn with(template: Template, values: Values) -> Content {
    Content::Template { template, values }
}

/// The texts of the body of each call.
fn texts(plan: &Plan) -> Vec<Vec<String>> {
    let texts = |body: &Value| {
        let parameters = body["payload"]["components"][0]["parameters"].as_array();
        let parameters = parameters.unwrap().iter();
        parameters
            .map(|one| one["text"].as_str().unwrap().to_owned())
            .collect()
    };
    let calls = plan.calls.iter();
    calls
        .map(|call| texts(&serde_json::from_str(json_text(&call.request)).unwrap()))
        .collect()
}

fn skipped(plan: &Plan) -> Vec<(&str, &str)> {
    let rows = plan.skipped.iter();
    rows.map(|row| (&*row.recipient, &*row.rule)).collect()
}

#[test]
fn a_text_of_ones_own_for_each_person() {
    let values = constants(&[
        ("1", "Dear {{name|friend}} of {{ city }}"),
        ("2", "{{phone}}"),
    ]);
    let plan = frozen(with(reminder(), values), csv(PEOPLE)).unwrap();
    assert_eq!(
        texts(&plan),
        [
            ["Dear Sara of Leeds", "+447700900412"],
            ["Dear friend of York", "+447700900118"]
        ]
    );
    assert_eq!(skipped(&plan), [("447700900733", "no_value")]);
    assert!(plan.skipped[0].reason.contains("{{city|text without it}}"));
    assert_eq!(plan.notes, ["1 person gets the fallback for 1."]);
    assert_eq!(plan.warnings[0].parameter, "1");
    assert_eq!(plan.warnings[0].rule, "fallback");
}

#[test]
fn the_fallback_of_the_template_stands_where_a_value_is_empty() {
    let mut template = reminder();
    template.parameters[0].label = Some("customer".to_owned());
    template.parameters[0].fallback = Some("customer of ours".to_owned());
    let mut values = columns(&[("customer", "name")]);
    values.extend(constants(&[("2", "{{city|your town}} at {{name|ten}}")]));
    let plan = frozen(with(template.clone(), values), csv(PEOPLE)).unwrap();
    assert_eq!(
        texts(&plan),
        [
            ["Sara", "Leeds at Sara"],
            ["customer of ours", "York at ten"],
            ["Tom", "your town at Tom"]
        ]
    );
    assert_eq!(
        plan.notes,
        [
            "1 person gets the fallback for customer.",
            "2 people get the fallback for 2."
        ]
    );

    // Nobody has a value: everybody gets the fallback, and the review says so.
    for values in [
        constants(&[("2", "x")]),
        constants(&[("1", " "), ("2", "x")]),
    ] {
        let plan = frozen(with(template.clone(), values), csv(PEOPLE)).unwrap();
        assert!(
            texts(&plan)
                .iter()
                .all(|texts| texts[0] == "customer of ours")
        );
        assert_eq!(plan.notes, ["everybody gets the fallback for customer."]);
    }

    // A placeholder without a value makes the whole text the fallback, never half a sentence.
    template.parameters[0].fallback = Some("you".to_owned());
    let values = constants(&[("1", "Dear {{name}}"), ("2", "x")]);
    let plan = frozen(with(template, values), csv(PEOPLE)).unwrap();
    let first: Vec<String> = texts(&plan)
        .into_iter()
        .map(|texts| texts[0].clone())
        .collect();
    assert_eq!(first, ["Dear Sara", "you", "Dear Tom"]);
}

#[rstest]
#[case(
    "{{nmae}}",
    "unknown_placeholder",
    "known are city, name, phone; name is the nearest"
)]
#[case("{{order}}", "unknown_placeholder", "nobody has a value called order")]
#[case("{{name", "placeholder", "does not close it")]
#[case("{{}}", "placeholder", "names nothing")]
#[case("{{name|{{city}}}}", "placeholder", "names nothing")]
#[case("{{phone_no}}", "placeholder", "does not replace in this kind of send")]
#[case(
    "{{user.attribute_0}}",
    "placeholder",
    "does not replace in this kind of send"
)]
fn a_placeholder_that_means_nothing_stops_the_send(
    #[case] text: &str,
    #[case] rule: &str,
    #[case] part: &str,
) {
    let values = constants(&[("1", text), ("2", "x")]);
    let error = frozen(with(reminder(), values), csv(PEOPLE)).unwrap_err();
    assert_eq!(error.problems[0].rule, rule);
    assert_eq!(error.problems[0].parameter, "1");
    assert!(error.message.contains(part), "{}", error.message);
}

#[test]
fn everything_that_is_to_mend_is_said_at_once() {
    let values = constants(&[("1", "{{nmae}}"), ("2", "two\nlines"), ("3", "x")]);
    let error = frozen(with(reminder(), values), csv(PEOPLE)).unwrap_err();
    let rules: Vec<&str> = error.problems.iter().map(|problem| problem.rule).collect();
    assert_eq!(
        rules,
        ["unknown_parameter", "unknown_placeholder", "spacing"]
    );
}

#[test]
fn a_value_with_braces_is_data_and_never_leaves() {
    let audience = csv(
        "phone,name,half\n+447700900412,{{city}},x\n+447700900118,{{phone_no}},x\n\
         +447700900733,a {{ b,x\n+447700900734,{x}},{x}}\n",
    );
    let values = constants(&[("1", "Dear {{name}}"), ("2", "{{{half}}}")]);
    let error = frozen(with(reminder(), values), audience.clone()).unwrap_err();
    assert_eq!(
        error.problems[0].rule, "placeholder",
        "three braces name nothing"
    );
    let values = constants(&[("1", "Dear {{name}}"), ("2", "{ {{half}}")]);
    let plan = frozen(with(reminder(), values), audience.clone()).unwrap();
    assert_eq!(
        skipped(&plan),
        [
            ("447700900412", "placeholder"),
            ("447700900118", "placeholder"),
            ("447700900733", "placeholder")
        ]
    );
    // Braces of a text and of a value that only together are a placeholder.
    let values = constants(&[("1", "x"), ("2", "a{{{half}}")]);
    assert!(frozen(with(reminder(), values), audience).is_err());
}

#[test]
fn known_everywhere_are_name_and_phone() {
    let values = constants(&[("1", "{{name|you}}"), ("2", "{{phone}}")]);
    let plan = frozen(with(reminder(), values), people(&["+447700900412"])).unwrap();
    assert_eq!(texts(&plan), [["you", "+447700900412"]]);
    let values = constants(&[("1", "{{name}}"), ("2", "x")]);
    let error = frozen(with(reminder(), values), people(&["+447700900412"])).unwrap_err();
    assert_eq!(error.rule, "no_recipients");
    assert_eq!(error.skipped[0].rule, "no_value");
    let problem = &error.problems[0];
    assert_eq!(
        (problem.parameter.as_str(), problem.rule),
        ("1", "no_value")
    );
}

#[test]
fn a_value_may_be_given_by_label_but_not_twice() {
    let mut template = reminder();
    template.parameters[1].label = Some("day".to_owned());
    let values = constants(&[("1", "a"), ("day", "b")]);
    let plan = frozen(with(template.clone(), values), people(&["+447700900412"])).unwrap();
    assert_eq!(texts(&plan), [["a", "b"]]);
    let values = constants(&[("1", "a"), ("day", "b"), ("2", "c")]);
    let error = frozen(with(template.clone(), values), people(&["+447700900412"])).unwrap_err();
    assert_eq!(error.problems[0].rule, "given_twice");
    let values = constants(&[("1", "a"), ("day", "two\nlines")]);
    let error = frozen(with(template, values), people(&["+447700900412"])).unwrap_err();
    let problem = &error.problems[0];
    assert_eq!((problem.parameter.as_str(), problem.rule), ("2", "spacing"));
    assert!(
        problem.text.starts_with("day has a line break"),
        "{}",
        problem.text
    );
}

#[test]
fn a_broadcast_has_one_text_for_all_and_says_so() {
    let content = |text: &str| Content::TemplateBroadcast {
        title: "Autumn".to_owned(),
        template: template("broadcast_whatsapp_template"),
        values: constants(&[("1", text), ("2", "x")]),
        channel: "whatsapp".to_owned(),
        exact_title: true,
    };
    let error = frozen(content("Dear {{name|you}}"), csv(PEOPLE)).unwrap_err();
    assert_eq!(error.rule, "one_text_for_all");
    assert_eq!(error.problems[0].parameter, "1");
    assert!(error.message.contains("one text for all"));
    // The platform replaces the number itself.
    let plan = frozen(content("your number {{phone_no}}"), csv(PEOPLE)).unwrap();
    assert!(json_text(&plan.calls[0].request).contains("your number {{phone_no}}"));
    let error = frozen(content("{{user.attribute_0}}"), csv(PEOPLE)).unwrap_err();
    assert_eq!(error.problems[0].rule, "placeholder");
}

#[test]
fn a_column_called_like_the_platforms_placeholder_confuses_nothing() {
    let audience = csv("phone_no,name\n+447700900412,Sara\n");
    let content = Content::TemplateBroadcast {
        title: "Autumn".to_owned(),
        template: template("broadcast_whatsapp_template"),
        values: constants(&[("1", "{{phone_no}}"), ("2", "x")]),
        channel: "whatsapp".to_owned(),
        exact_title: true,
    };
    let plan = frozen(content, audience.clone()).unwrap();
    assert!(json_text(&plan.calls[0].request).contains("\"text\":\"{{phone_no}}\""));
    let values = constants(&[("1", "{{phone_no}}"), ("2", "x")]);
    let plan = frozen(with(reminder(), values), audience).unwrap();
    assert_eq!(texts(&plan), [["+447700900412", "x"]]);

    // The platform's own file: its columns are called as its attributes are.
    let own =
        csv("user.phone_number,user.attribute_0,user.attribute_1\n+447700900412,Sara,Monday\n");
    let content = Content::CsvBroadcast {
        title: "August notice".to_owned(),
        template: template("external_broadcast_multipart"),
        values: constants(&[("1", "{{user.attribute_1}}"), ("2", "{{user.attribute_0}}")]),
    };
    let plan = frozen(content, own).unwrap();
    let RequestBody::Multipart { parts, .. } = &plan.calls[0].request.body else {
        panic!("not multipart");
    };
    assert!(
        parts[0].content.ends_with("+447700900412,Monday,Sara\n"),
        "{parts:?}"
    );
}

#[test]
fn a_part_that_takes_no_value_holds_no_placeholder_either() {
    let mut template = reminder();
    let odd = serde_json::json!({"type": "footer", "text": "Bye {{name}}"});
    template.components.as_array_mut().unwrap().push(odd);
    let values = constants(&[("1", "a"), ("2", "b")]);
    let error = frozen(with(template, values), csv(PEOPLE)).unwrap_err();
    assert_eq!(error.problems[0].parameter, "template");
    assert!(
        error.message.contains("[1].text holds {{name}}"),
        "{}",
        error.message
    );
}

#[rstest]
#[case("Dear {{name|you}}", "one_text_for_all")]
#[case("Dear {{first_name}}", "one_text_for_all")]
#[case("{{phone_no}}", "one_text_for_all")]
#[case("open {{", "placeholder")]
fn no_placeholder_leaves_in_a_direct_broadcast(#[case] text: &str, #[case] rule: &str) {
    let part = |text: &str| BroadcastPart::Text(text.to_owned());
    let content = Content::DirectBroadcast {
        title: "Notice".to_owned(),
        parts: vec![part("First."), part(text)],
        channel: "whatsapp".to_owned(),
        exact_title: true,
    };
    let error = frozen(content, csv(PEOPLE)).unwrap_err();
    assert_eq!(error.rule, "placeholder");
    let problem = &error.problems[0];
    assert_eq!((problem.parameter.as_str(), problem.rule), ("text.1", rule));
}

#[test]
fn an_upload_gets_an_attribute_for_what_is_personal() {
    let template = template("external_broadcast_multipart");
    let mut values = constants(&[("1", "Dear {{name|friend}}")]);
    values.insert("2".to_owned(), ValueSource::Column("city".to_owned()));
    let content = |values| Content::CsvBroadcast {
        title: "August notice".to_owned(),
        template: template.clone(),
        values,
    };
    let plan = frozen(content(values), csv(PEOPLE)).unwrap();
    let RequestBody::Multipart { parts, .. } = &plan.calls[0].request.body else {
        panic!("not multipart");
    };
    assert_eq!(
        parts[0].content,
        "user.phone_number,user.attribute_0,user.attribute_1\n\
         +447700900412,Dear Sara,Leeds\n+447700900118,Dear friend,York\n"
    );
    assert!(parts[1].content.contains("{{user.attribute_0}}"));
    assert_eq!(skipped(&plan), [("447700900733", "empty")]);

    // The same source twice is one attribute, and the wire's own placeholder may name it.
    let same = constants(&[("1", "{{city|a town}}"), ("2", "{{city|a town}}")]);
    let plan = frozen(content(same), csv(PEOPLE)).unwrap();
    let RequestBody::Multipart { parts, .. } = &plan.calls[0].request.body else {
        panic!("not multipart");
    };
    assert!(
        parts[0]
            .content
            .starts_with("user.phone_number,user.attribute_0\n")
    );
    let own = constants(&[("1", "{{city|a town}}"), ("2", "in {{user.attribute_0}}")]);
    assert!(frozen(content(own), csv(PEOPLE)).is_ok());
    let beyond = constants(&[("1", "{{city|a town}}"), ("2", "in {{user.attribute_1}}")]);
    let error = frozen(content(beyond), csv(PEOPLE)).unwrap_err();
    assert_eq!(error.problems[0].rule, "placeholder");
}

fn welcome(attributes: Values) -> Content {
    Content::Flow {
        flow: Flow {
            name: "welcome".to_owned(),
            key: "0123456789ABCDEF0123456789ABCDEF".to_owned(),
            required: vec!["greeting".to_owned()],
        },
        version: FlowVersion::V2,
        attributes,
    }
}

#[test]
fn attributes_of_a_flow_take_placeholders_too() {
    let attributes = constants(&[("greeting", "Hi {{name|there}}"), ("town", "{{city}}")]);
    let plan = frozen(welcome(attributes), csv(PEOPLE)).unwrap();
    let bodies: Vec<&str> = plan
        .calls
        .iter()
        .map(|call| json_text(&call.request))
        .collect();
    assert_eq!(
        bodies,
        [
            r#"{"user.channel":"whatsapp","user.phone_no":"447700900412","greeting":"Hi Sara","town":"Leeds"}"#,
            r#"{"user.channel":"whatsapp","user.phone_no":"447700900118","greeting":"Hi there","town":"York"}"#
        ]
    );
    assert_eq!(skipped(&plan), [("447700900733", "no_value")]);
    assert_eq!(plan.notes, ["1 person gets the fallback for greeting."]);
    let unknown = constants(&[("greeting", "Hi {{nmae}}")]);
    let error = frozen(welcome(unknown), csv(PEOPLE)).unwrap_err();
    assert_eq!(error.problems[0].rule, "unknown_placeholder");
    assert_eq!(error.problems[0].parameter, "greeting");
}

#[test]
fn a_warning_of_one_value_hides_no_error_of_another() {
    let template = template("template_document_header_two_quick_replies");
    let audience = csv("phone,file,who\n+447700900412,invoice,two  \n+447700900118,invoice,a\tb\n");
    let mut values = columns(&[("header.filename", "file"), ("1", "who")]);
    values.extend(constants(&[("2", "INV-1"), ("3", "12")]));
    let plan = frozen(with(template, values), audience).unwrap();
    assert_eq!(skipped(&plan), [("447700900118", "spacing")]);
    assert!(
        plan.warnings
            .iter()
            .any(|warning| warning.rule == "file_name")
    );
}

#[test]
fn a_column_takes_the_form_that_is_said_and_no_date_is_ever_guessed() {
    let file = "phone,name,when,odd:title\n+447700900412,SARA o'neill,03/08/2026,kept\n\
                +447700900118,Tom,13/08/2026,kept\n+447700900733,Ana,08/13/2026,kept\n\
                +447700900620,Olu,soon,kept\n+447700900515,Bo,,kept\n";
    let values = constants(&[
        ("1", "Dear {{name:title|friend}} {{odd:title}}"),
        ("2", "on {{when:date(DD/MM/YYYY -> dddd D MMMM)}}"),
    ]);
    let plan = frozen(with(reminder(), values), csv(file)).unwrap();
    assert_eq!(
        texts(&plan),
        [
            ["Dear Sara O'Neill kept", "on Monday 3 August"],
            ["Dear Tom kept", "on Thursday 13 August"]
        ]
    );
    assert_eq!(
        skipped(&plan),
        [
            ("447700900733", "no_date"),
            ("447700900620", "no_date"),
            ("447700900515", "no_value")
        ]
    );
    assert!(plan.skipped[0].reason.contains("not written as DD/MM/YYYY"));

    // A column by itself, and another text for people without a date.
    let mut template = reminder();
    template.parameters[1].fallback = Some("soon".to_owned());
    let values = columns(&[("1", "odd:title"), ("2", "when:date(DD/MM/YYYY)")]);
    let plan = frozen(with(template, values), csv(file)).unwrap();
    assert_eq!(
        texts(&plan),
        [
            ["kept", "3 Aug 2026"],
            ["kept", "13 Aug 2026"],
            ["kept", "soon"]
        ]
    );
    assert_eq!(skipped(&plan).len(), 2);

    for (wrong, why) in [
        ("when:date(DDMM)", "names no day, month and year"),
        ("{{when:date(day)}}", "`d`"),
        ("{{when:date}}", "when is the nearest"),
    ] {
        let mut values = constants(&[("1", "x")]);
        let source = if wrong.contains("{{") {
            ValueSource::Constant(wrong.to_owned())
        } else {
            ValueSource::Column(wrong.to_owned())
        };
        values.insert("2".to_owned(), source);
        let error = frozen(with(reminder(), values), csv(file)).unwrap_err();
        let said = format!("{error:?}");
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn each_call_names_the_row_that_was_not_left_out() {
    let audience = csv(
        "phone,name\n+447700900412,\n+447700900118,Tom\n+447700900412,Sara\n\
                        +447700900412,Sara again\n",
    );
    let values = constants(&[("1", "{{name}}"), ("2", "x")]);
    let plan = frozen(with(reminder(), values), audience.clone()).unwrap();
    let report = CheckReport::of_plan(&audience, &plan);
    assert_eq!(texts(&plan), [["Tom", "x"], ["Sara", "x"]]);
    assert_eq!(*report.rows, [2, 3]);
}
