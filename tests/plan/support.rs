//! Example calls and invented data for the plan tests.

use alertdesk::domain::audience::{CsvOptions, from_csv, from_numbers};
use alertdesk::domain::draft::Values;
use alertdesk::domain::template::import_json;
use alertdesk::domain::{
    Audience, BotTarget, Content, FrozenRequest, Guard, Plan, Profile, RequestBody, Schedule,
    SendDraft, SendLimits, Standing, Template, TwinRules, ValueSource, WireOptions,
};
use alertdesk::outbox::freeze::{FreezeError, freeze};
use jiff::Timestamp;
use serde_json::Value;
use std::path::Path;

/// An example call of the folder `requests`.
pub fn example(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/plan/requests")
        .join(format!("{name}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&text).unwrap()
}

/// The bot of the example calls.
pub fn target() -> BotTarget {
    BotTarget {
        base_url: "https://api.fernoak.example".to_owned(),
        customer_id: "99001".to_owned(),
        bot_key: "00aa11bb22cc33dd".to_owned(),
    }
}

/// The JSON text of a body.
pub fn json_text(request: &FrozenRequest) -> &str {
    match &request.body {
        RequestBody::Json(text) => text,
        other @ (RequestBody::Empty | RequestBody::Multipart { .. }) => {
            panic!("not JSON: {other:?}")
        }
    }
}

/// The address and JSON body of a call are those of the example.
pub fn assert_same_call(request: &FrozenRequest, example: &Value) {
    assert_eq!(request.method, example["method"]);
    let path = example["path"].as_str().unwrap();
    assert_eq!(request.url, format!("https://api.fernoak.example{path}"));
    assert_eq!(
        request.headers,
        [("Content-Type".to_owned(), "application/json".to_owned())]
    );
    let body: Value = serde_json::from_str(json_text(request)).unwrap();
    assert_eq!(body, example["body"]);
}

pub fn now() -> Timestamp {
    "2029-12-31T08:00:00Z".parse().unwrap()
}

pub fn profile() -> Profile {
    Profile {
        name: "fernoak".to_owned(),
        target: target(),
        time_zone: "Europe/London".to_owned(),
        region: None,
        guard: Guard::None,
        read_only: false,
        per_minute: 600,
        wire: WireOptions::default(),
        strict_5xx: false,
        trust_408: false,
        twins: TwinRules::default(),
        times: alertdesk::domain::TimeRules::default(),
        confirm: alertdesk::domain::ConfirmRules::default(),
        approval: alertdesk::domain::ApprovalRules::default(),
    }
}

pub fn template(name: &str) -> Template {
    import_json(&example(name).to_string()).unwrap().template
}

pub fn csv(text: &str) -> Audience {
    from_csv(text.as_bytes(), &CsvOptions::default()).unwrap()
}

pub fn people(numbers: &[&str]) -> Audience {
    let numbers: Vec<String> = numbers.iter().map(|n| (*n).to_owned()).collect();
    from_numbers(&numbers, None)
}

pub fn constants(pairs: &[(&str, &str)]) -> Values {
    let constant = |(name, text): &(&str, &str)| {
        (
            (*name).to_owned(),
            ValueSource::Constant((*text).to_owned()),
        )
    };
    pairs.iter().map(constant).collect()
}

pub fn columns(pairs: &[(&str, &str)]) -> Values {
    let column = |(name, column): &(&str, &str)| {
        (
            (*name).to_owned(),
            ValueSource::Column((*column).to_owned()),
        )
    };
    pairs.iter().map(column).collect()
}

pub fn draft(content: Content, audience: Audience) -> SendDraft {
    SendDraft {
        content,
        audience,
        schedule: Schedule::Now,
        waiting: alertdesk::domain::Waiting::default(),
        limits: SendLimits::default(),
        standing: Standing::Current,
    }
}

pub fn frozen(content: Content, audience: Audience) -> Result<Plan, FreezeError> {
    freeze(&draft(content, audience), &profile(), now(), "n1")
}
