//! Plans of any length to one bot, and a platform that takes everything at once.

use alertdesk::domain::{
    BotTarget, FrozenRequest, Judgement, Meaning, Once, PauseAdvice, PhoneNumber, Plan,
    PlannedCall, RequestBody, Schedule, SendKind, SendLimits, Verdict,
};
use alertdesk::outbox::{Call, Confirmation, Judged, Outbox, SendFuture, Transport};
use std::time::Duration;

pub const NOWHERE: &str = "https://api.fern-and-oak.example";

pub fn target(base_url: &str) -> BotTarget {
    BotTarget {
        base_url: base_url.to_owned(),
        customer_id: "99001".to_owned(),
        bot_key: "00aa11bb22cc33dd".to_owned(),
    }
}

/// A template for so many people, with bodies of about so many bytes; the limiter never waits.
pub fn plan(base_url: &str, people: u32, bytes: usize) -> Plan {
    let target = target(base_url);
    let text = "Your fern is ready. ".repeat(bytes / 20 + 1);
    let calls: Vec<PlannedCall> = (0..people)
        .map(|index| {
            let digits = format!("4477{index:08}");
            let head = format!("{{\"phoneNumber\":\"+{digits}\",\"text\":\"");
            let rest = bytes.saturating_sub(head.len() + 2).max(1);
            let body = format!("{head}{}\"}}", text.get(..rest).expect("ASCII"));
            PlannedCall {
                request: FrozenRequest::post(
                    format!("{base_url}/template"),
                    RequestBody::Json(body),
                ),
                recipients: vec![PhoneNumber::from_digits(&digits).expect("a number").into()],
            }
        })
        .collect();
    let people = calls.iter().flat_map(|call| &call.recipients);
    let meaning = Meaning::new(&target, SendKind::Template);
    let once = Once {
        intents: people.map(|one| meaning.to(one)).collect(),
        ..Once::default()
    };
    Plan {
        once,
        kind: SendKind::Template,
        title: "fern_ready".to_owned(),
        profile: "bench".to_owned(),
        sha256: Plan::digest(&target, Schedule::Now, &calls),
        target,
        calls,
        skipped: Vec::new(),
        notes: Vec::new(),
        warnings: Vec::new(),
        schedule: Schedule::Now,
        limits: SendLimits {
            per_minute: 10_000_000,
            concurrency: 64,
            ..SendLimits::default()
        },
        used: None,
    }
}

pub fn queue(outbox: &Outbox, plan: &Plan) {
    let confirmation = Confirmation {
        typed: plan.recipients().to_string(),
        grace: Duration::ZERO,
    };
    outbox.queue(plan, &confirmation).expect("queued");
}

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
