//! A platform that takes everything at once.

use alertdesk::domain::{Judgement, PauseAdvice, Verdict};
use alertdesk::outbox::{Call, Judged, SendFuture, Transport};

/// Nobody is there.
pub const NOWHERE: &str = "https://api.fern-and-oak.example";

/// Accepts at once, without a network.
pub struct Accepting;

impl Transport for Accepting {
    fn send<'a>(&'a self, _call: Call<'a>) -> SendFuture<'a> {
        let judgement = Judgement {
            verdict: Verdict::Accepted {
                message_id: Some("m1".to_owned()),
                note: None,
            },
            rule: "template_accepted",
            pause: PauseAdvice::GoOn,
            http_status: Some(200),
            platform_code: Some(1000),
            errors: Vec::new(),
            transient: false,
            sentence: "It was accepted.".to_owned(),
        };
        Box::pin(std::future::ready(Judged {
            judgement,
            response: "{\"status\":{\"code\":1000}}".to_owned(),
        }))
    }
}
