//! Guards the judgement of a send: it is made for every answer, between the last byte of one call
//! and the record of it, and must cost nothing beside the call itself.

use alertdesk::api::classify::{Answer, BodyRead};
use alertdesk::api::{ClassifierOptions, Observation, SendEndpoint, classify};
use divan::{Bencher, black_box};
use jiff::Timestamp;

const ANSWERS: [(&str, u16, &str); 4] = [
    (
        "accepted",
        200,
        r#"{"responseObject":{"message_id":"m-1"},"status":{"code":1000,"desc":"SUCCESS"}}"#,
    ),
    (
        "rejected",
        200,
        r#"{"responseObject":{"errors":[{"code":132000,"title":"Number of parameters does not match","details":"expected 3"}]},"status":{"code":2000,"desc":"FAILURE"}}"#,
    ),
    (
        "too_fast",
        429,
        r#"{"status":429,"error":"Too Many Requests"}"#,
    ),
    ("html", 502, "<html><body>Bad Gateway</body></html>"),
];

fn main() {
    divan::main();
}

#[divan::bench(args = ["accepted", "rejected", "too_fast", "html"])]
fn template_answer(bencher: Bencher<'_, '_>, name: &str) {
    let found = ANSWERS.iter().find(|(known, _, _)| *known == name);
    let (_, status, body) = found.copied().unwrap_or(("", 0, ""));
    let whole = BodyRead::Whole(body.as_bytes().to_vec());
    let observation = Observation::Answer(Answer::new(status, whole));
    let options = ClassifierOptions::default();
    bencher.bench(|| {
        classify(
            SendEndpoint::Template,
            black_box(&observation),
            &options,
            Timestamp::UNIX_EPOCH,
        )
    });
}
