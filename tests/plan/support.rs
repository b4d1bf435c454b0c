//! Example calls and invented data for the plan tests.

use alertdesk::domain::{BotTarget, FrozenRequest, RequestBody};
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
