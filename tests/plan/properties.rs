//! Whatever is drafted: everybody is counted, nothing is left over in a text, wrong values are
//! refused by their rule, and one renderer makes every body that is shown, kept and sent.

use crate::generate::{
    any_content, any_file, any_numbers, defects, good_content, good_template, good_value,
};
use crate::support::{constants, csv, draft, frozen, json_text, now, people, profile, template};
use alertdesk::api::{ApiKey, SendClient, SendClientConfig, SendTransport};
use alertdesk::cli::send::document::Preview;
use alertdesk::contract::DraftForm;
use alertdesk::domain::audience::{CsvOptions, from_csv, from_recipients, row_rules};
use alertdesk::domain::draft::Values;
use alertdesk::domain::template::placeholders;
use alertdesk::domain::{
    Audience, BotTarget, Content, Plan, Profile, Recipient, RequestBody, SendLimits, Standing,
    Template, ValueSource,
};
use alertdesk::outbox::freeze::freeze;
use alertdesk::outbox::{Confirmation, Outbox, SystemClock};
use alertdesk::runtime::plan_builder::{self, Kept};
use alertdesk::store::outbox::ItemFilter;
use proptest::prelude::*;
use serde_json::Value;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn good_values(template: &Template) -> Values {
    let parameters = template.parameters.iter().enumerate();
    parameters
        .map(|(number, parameter)| {
            let text = good_value(parameter.kind, number);
            (parameter.name.clone(), ValueSource::Constant(text))
        })
        .collect()
}

/// A file in which one column holds the defect for the second person only.
fn file_with(good: &str, defect: &str) -> Audience {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    csv(&format!(
        "phone,own\n+447700900412,{0}\n+447700900118,{1}\n+447700900733,{0}\n",
        quoted(good),
        quoted(defect)
    ))
}

fn audience_for(content: &Content, file: &str) -> Audience {
    if content.names_recipients() {
        return Audience::default();
    }
    let options = CsvOptions {
        form: content.recipient_form(),
        ..CsvOptions::default()
    };
    from_csv(file.as_bytes(), &options).unwrap()
}

/// Every text of a JSON value.
fn texts(value: &Value, all: &mut Vec<String>) {
    match value {
        Value::String(text) => all.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, all)),
        Value::Object(entries) => entries.iter().for_each(|(name, item)| {
            all.push(name.clone());
            texts(item, all);
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What people would read, of every part of a body.
fn texts_of(body: &RequestBody) -> Vec<String> {
    let mut all = Vec::new();
    match body {
        RequestBody::Empty => {}
        RequestBody::Json(text) => texts(&serde_json::from_str(text).unwrap(), &mut all),
        RequestBody::Multipart { parts, .. } => {
            all.push(parts[0].content.clone());
            texts(&serde_json::from_str(&parts[1].content).unwrap(), &mut all);
        }
    }
    all
}

fn is_the_platforms(content: &Content, placeholder: &str) -> bool {
    match content {
        Content::TemplateBroadcast { .. } | Content::RawBroadcast { .. } => {
            placeholder == "{{phone_no}}"
        }
        Content::CsvBroadcast { .. } => {
            placeholder == "{{phone_no}}" || placeholder.starts_with("{{user.attribute_")
        }
        Content::Template { .. }
        | Content::RawTemplate { .. }
        | Content::DirectBroadcast { .. }
        | Content::Flow { .. } => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn values_that_fit_pass(template in good_template()) {
        let values = good_values(&template);
        let plan = frozen(Content::Template { template, values }, people(&["+447700900412"]));
        let plan = plan.unwrap_or_else(|error| panic!("{error:?}"));
        prop_assert!(plan.warnings.is_empty(), "{:?}", plan.warnings);
    }

    #[test]
    fn a_wrong_value_is_refused_by_its_rule(template in good_template(), at in any::<prop::sample::Index>(),
                                            which in any::<prop::sample::Index>()) {
        prop_assume!(!template.parameters.is_empty());
        let parameter = at.get(&template.parameters).clone();
        let defects = defects(&parameter);
        let (defect, rule) = which.get(&defects);
        let name = parameter.name.clone();

        // The same for everybody: nothing is planned.
        let mut values = good_values(&template);
        values.insert(name.clone(), ValueSource::Constant(defect.clone()));
        let content = Content::Template { template: template.clone(), values: values.clone() };
        let error = frozen(content, people(&["+447700900412"])).unwrap_err();
        let found = error.problems.iter().any(|p| p.parameter == name && p.rule == *rule);
        prop_assert!(found, "{defect:?}: {rule} is not in {:?}", error.problems);

        // One person's own: that person is left out and nobody else.
        values.insert(name, ValueSource::Column("own".to_owned()));
        let audience = file_with(&good_value(parameter.kind, 7), defect);
        let plan = frozen(Content::Template { template, values }, audience).unwrap();
        prop_assert_eq!(plan.recipients(), 2);
        prop_assert_eq!(&*plan.skipped[0].recipient, "447700900118");
        prop_assert_eq!(&plan.skipped[0].rule, rule);
        prop_assert!(row_rules::all().any(|known| known == *rule), "{rule} has no name");
    }

    #[test]
    fn a_missing_or_foreign_name_is_refused(template in good_template(), at in any::<prop::sample::Index>()) {
        let mut values = good_values(&template);
        values.insert("nobody.knows".to_owned(), ValueSource::Constant("x".to_owned()));
        let content = Content::Template { template: template.clone(), values: values.clone() };
        let error = frozen(content, people(&["+447700900412"])).unwrap_err();
        prop_assert_eq!(error.problems[0].rule, "unknown_parameter");
        values.remove("nobody.knows");
        let needed: Vec<_> = template.parameters.iter().filter(|p| p.default.is_none()).collect();
        prop_assume!(!needed.is_empty());
        let name = at.get(&needed).name.clone();
        values.remove(&name);
        let content = Content::Template { template, values };
        let error = frozen(content, people(&["+447700900412"])).unwrap_err();
        prop_assert_eq!((error.problems[0].parameter.as_str(), error.problems[0].rule), (name.as_str(), "missing"));
    }

    #[test]
    fn a_body_is_never_longer_than_allowed(lengths in prop::collection::vec(1..700_usize, 2..=2)) {
        let pairs: Vec<String> = lengths.iter().map(|length| "x".repeat(*length)).collect();
        let values = constants(&[("1", &pairs[0]), ("2", &pairs[1])]);
        let mut template = template("template_body_only");
        template.wording.body = Some("{{1}}, see you on {{2}}.".to_owned());
        let total = lengths.iter().sum::<usize>() + ", see you on .".len();
        let content = Content::Template { template, values };
        match frozen(content, people(&["+447700900412"])) {
            Ok(_) => prop_assert!(total <= 1024),
            Err(error) => {
                prop_assert!(total > 1024);
                prop_assert_eq!(error.problems[0].rule, "too_long");
                prop_assert_eq!(&error.problems[0].parameter, "body");
            }
        }
    }

    #[test]
    fn whatever_is_drafted_everybody_is_counted_and_nothing_is_left_over(content in any_content(), file in any_file()) {
        let audience = audience_for(&content, &file);
        let everybody = (audience.rows.len() + audience.skipped.len()) as u64;
        let plan = match frozen(content.clone(), audience) {
            Ok(plan) => plan,
            Err(error) => {
                prop_assert!(!error.message.is_empty() && !error.advice.is_empty());
                return Ok(());
            }
        };
        if !content.names_recipients() {
            prop_assert_eq!(plan.planned(), everybody);
        }
        let all = plan.calls.iter().flat_map(|call| &call.recipients);
        let texts: BTreeSet<_> = all.clone().map(Recipient::key).collect();
        prop_assert_eq!(texts.len() as u64, plan.recipients(), "somebody is there twice");
        prop_assert_eq!(&Plan::digest(&plan.target, plan.schedule, &plan.calls), &plan.sha256);
        for call in &plan.calls {
            prop_assert!(!call.recipients.is_empty());
            for text in texts_of(&call.request.body) {
                let foreign = placeholders(&text).find(|one| !is_the_platforms(&content, one));
                prop_assert_eq!(foreign, None, "{}", text);
            }
        }
    }
}

/// A server that keeps the bodies it gets and says yes to each.
struct Listener {
    base_url: String,
    bodies: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Listener {
    #[expect(clippy::disallowed_methods, reason = "the server of a test")]
    fn start() -> Self {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let listener = Self {
            base_url: format!("http://{}", server.local_addr().unwrap()),
            bodies: Arc::default(),
        };
        let bodies = Arc::clone(&listener.bodies);
        std::thread::spawn(move || {
            for stream in server.incoming() {
                let mut stream = stream.unwrap();
                let body = read_body(&mut stream);
                bodies.lock().unwrap().push(body);
                let answer = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}";
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        listener
    }

    fn last(&self) -> Vec<u8> {
        self.bodies.lock().unwrap().last().cloned().unwrap()
    }
}

fn read_body(stream: &mut impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut piece = [0_u8; 4096];
    loop {
        let head = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        if let Some(head) = head {
            let text = String::from_utf8_lossy(&bytes[..head]).to_lowercase();
            let length = text
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
                .unwrap_or(0);
            if bytes.len() >= head + 4 + length {
                return bytes.split_off(head + 4);
            }
        }
        let read = stream.read(&mut piece).unwrap();
        assert!(read > 0, "closed before the whole body");
        bytes.extend_from_slice(&piece[..read]);
    }
}

fn runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_all().build().unwrap()
}

/// The body as the document of a dry run writes it.
fn assert_documented(document: &Value, index: usize, body: &RequestBody) {
    let shown = &document["requests"][index]["body"];
    match body {
        RequestBody::Empty => assert_eq!(shown, &Value::Null),
        RequestBody::Json(text) => assert_eq!(shown, text.as_str()),
        RequestBody::Multipart { parts, .. } => {
            assert_eq!(shown, &serde_json::to_value(parts).unwrap());
        }
    }
}

/// What the dashboard would send to the same people, planned on its own road.
fn preview(content: &Content, to: &[String], profile: &Profile) -> Option<Arc<Plan>> {
    let form = DraftForm {
        content: content.clone(),
        to: to.to_vec(),
        file: None,
        people: BTreeMap::new(),
        standing: Standing::Current,
        when: "now".to_owned(),
        waits: alertdesk::domain::WaitWish::default(),
        limits: SendLimits::default(),
        override_reason: None,
    };
    plan_builder::build(&form, profile, Kept::default(), (now(), "n1")).ok()
}

/// What the roads of a plan lead to.
struct Roads {
    listener: Listener,
    profile: Profile,
    client: SendClient,
    outbox: Outbox,
    _folder: tempfile::TempDir,
}

impl Roads {
    fn new() -> Self {
        let listener = Listener::start();
        let target = BotTarget {
            base_url: listener.base_url.clone(),
            ..crate::support::target()
        };
        let profile = Profile {
            target: target.clone(),
            ..profile()
        };
        let key = ApiKey::parse("00000000-0000-4000-8000-000000000000-ABCDEFG").unwrap();
        let client = SendClient::new(SendClientConfig::new(target, key)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let outbox = Outbox::open(folder.path(), Arc::new(SystemClock::new())).unwrap();
        Self {
            listener,
            profile,
            client,
            outbox,
            _folder: folder,
        }
    }

    /// Shown, kept and sent are the bytes of the plan.
    fn walk(&self, plan: &Plan) {
        let document = serde_json::to_value(Preview::of_plan(plan)).unwrap();
        let confirmation = Confirmation {
            typed: plan.recipients().to_string(),
            grace: Duration::ZERO,
        };
        let mut meant = plan.clone();
        // Two drafts of chance may say the same.
        meant.once.override_reason = Some("chance".to_owned());
        let batch = self.outbox.queue(&meant, &confirmation).unwrap().id;
        let items = self.outbox.items(batch, ItemFilter::All, 100, 0).unwrap();
        for (index, call) in plan.calls.iter().enumerate() {
            assert_documented(&document, index, &call.request.body);
            let kept = self.outbox.request_of(items[index].id).unwrap().unwrap();
            assert_eq!(kept, call.request);
            runtime().block_on(SendTransport::send(&self.client, &kept));
            assert_eq!(self.listener.last(), call.request.body.bytes());
        }
    }
}

#[test]
fn what_is_shown_kept_and_sent_is_made_by_one_renderer() {
    let roads = runtime().block_on(async { Roads::new() });
    let planned = Cell::new(0);
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(120)
    };
    let content = prop_oneof![any_content(), good_content(), good_content()];
    proptest::test_runner::TestRunner::new(config)
        .run(&(content, any_numbers()), |(content, to)| {
            let to = if content.names_recipients() {
                Vec::new()
            } else {
                to
            };
            let audience = from_recipients(&to, content.recipient_form(), None);
            let plan = freeze(
                &draft(content.clone(), audience),
                &roads.profile,
                now(),
                "n1",
            )
            .ok();
            let preview = preview(&content, &to, &roads.profile);
            prop_assert_eq!(preview.as_deref(), plan.as_ref());
            if let Some(plan) = plan {
                planned.set(planned.get() + 1);
                roads.walk(&plan);
            }
            Ok(())
        })
        .unwrap();
    assert!(
        planned.get() > 60,
        "only {} drafts became plans",
        planned.get()
    );
}

#[test]
fn a_preview_with_attributes_is_the_plan_of_a_file_with_the_same_columns() {
    let values = constants(&[("1", "Dear {{name|friend}}"), ("2", "{{city|your town}}")]);
    let content = Content::Template {
        template: template("template_body_only"),
        values,
    };
    let file = "phone,name,city\n+447700900412,Sara,\n+447700900118,,York\n";
    let plan = frozen(content.clone(), csv(file)).unwrap();
    let person = |pairs: &[(&str, &str)]| alertdesk::domain::KnownPerson {
        attributes: pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        heard: None,
    };
    let form = DraftForm {
        content,
        to: vec!["+44 7700 900412".to_owned(), "+447700900118".to_owned()],
        file: None,
        people: BTreeMap::from([
            ("447700900412".to_owned(), person(&[("name", "Sara")])),
            (
                "447700900118".to_owned(),
                person(&[("city", "York"), ("name", " ")]),
            ),
        ]),
        standing: Standing::Current,
        when: "now".to_owned(),
        waits: alertdesk::domain::WaitWish::default(),
        limits: SendLimits::default(),
        override_reason: None,
    };
    let preview = plan_builder::build(&form, &profile(), Kept::default(), (now(), "n1")).unwrap();
    assert_eq!(preview.calls, plan.calls);
    assert!(json_text(&preview.calls[1].request).contains("Dear friend"));
}
