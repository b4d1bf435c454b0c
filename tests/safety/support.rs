//! What the safety tests share: plans, transports that answer, a person who resumes.

use alertdesk::api::{ApiKey, ClassifierOptions, SendClient, SendClientConfig};
use alertdesk::domain::{
    BatchId, BatchState, BotTarget, FrozenRequest, Judgement, Meaning, Once, PauseAdvice,
    PhoneNumber, Plan, PlannedCall, RequestBody, Schedule, SendKind, SendLimits, SkippedRow,
    Verdict,
};
use alertdesk::outbox::{
    ApiTransport, Call, Confirmation, Judged, OneBot, Outbox, RunSummary, Scope, SendFuture,
    Sender, SystemClock, Transport, TransportProvider,
};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A key of nobody.
pub const KEY: &str = "k3yOfNobody0123456789";

/// A bot at this address.
pub fn target(base_url: &str) -> BotTarget {
    BotTarget {
        base_url: base_url.to_owned(),
        customer_id: "99001".to_owned(),
        bot_key: "00aa11bb22cc33dd".to_owned(),
    }
}

/// The number of the fictional range with this index; more than a thousand use more digits.
pub fn digits(index: u32) -> String {
    format!("447700{index:06}")
}

/// Every plan says something new, so that plans for the same people are no twins.
static PLANS: AtomicU64 = AtomicU64::new(0);

/// A template plan for so many people and two who are left out.
pub fn plan(base_url: &str, people: u32, concurrency: u32) -> Plan {
    let target = target(base_url);
    let fern = PLANS.fetch_add(1, Ordering::Relaxed);
    let calls: Vec<PlannedCall> = (0..people)
        .map(|index| {
            let digits = digits(index);
            PlannedCall {
                request: FrozenRequest::post(
                    format!("{base_url}/template"),
                    RequestBody::Json(format!(
                        "{{\"phoneNumber\":\"{digits}\",\"text\":\"Your fern {fern} is ready.\"}}"
                    )),
                ),
                recipients: vec![PhoneNumber::from_digits(&digits).unwrap().into()],
            }
        })
        .collect();
    let skipped = ["12", "abc"].map(|text| SkippedRow {
        recipient: text.into(),
        reason: "It is no number.".into(),
        row: None,
        rule: "not_a_number".into(),
    });
    let people = calls.iter().flat_map(|call| &call.recipients);
    let mut meaning = Meaning::new(&target, SendKind::Template);
    meaning.text(&fern.to_string());
    let once = Once {
        intents: people.map(|one| meaning.to(one)).collect(),
        ..Once::default()
    };
    Plan {
        once,
        kind: SendKind::Template,
        title: "fern_ready".to_owned(),
        profile: "test".to_owned(),
        sha256: Plan::digest(&target, Schedule::Now, &calls),
        target,
        calls,
        skipped: skipped.to_vec(),
        notes: Vec::new(),
        warnings: Vec::new(),
        schedule: Schedule::Now,
        waiting: alertdesk::domain::Waiting::default(),
        limits: SendLimits {
            per_minute: 10_000_000,
            concurrency,
            ..SendLimits::default()
        },
        used: None,
        source: None,
    }
}

pub const NOWHERE: &str = "https://api.fern-and-oak.example";

pub fn open(dir: &Path) -> Outbox {
    Outbox::open(dir, Arc::new(SystemClock::new())).unwrap()
}

pub fn queue(outbox: &Outbox, plan: &Plan) -> BatchId {
    let confirmation = Confirmation {
        typed: plan.recipients().to_string(),
        grace: Duration::ZERO,
    };
    outbox.queue(plan, &confirmation).unwrap().id
}

pub fn judged(verdict: Verdict, status: Option<u16>, rule: &'static str) -> Judged {
    Judged {
        judgement: Judgement {
            verdict,
            rule,
            pause: PauseAdvice::GoOn,
            http_status: status,
            platform_code: status.map(|_| 1000),
            errors: Vec::new(),
            transient: false,
            sentence: "It was a test.".to_owned(),
        },
        response: "{\"status\":{\"code\":1000}}".to_owned(),
    }
}

pub fn accepted() -> Judged {
    let verdict = Verdict::Accepted {
        message_id: Some("m1".to_owned()),
        note: None,
    };
    judged(verdict, Some(200), "template_accepted")
}

/// A transport made of a function; each call is its own task and may wait.
pub struct Answering<F>(pub F);

impl<F, A> Transport for Answering<F>
where
    F: Fn(String) -> A + Send + Sync,
    A: Future<Output = Judged> + Send + 'static,
{
    fn send<'a>(&'a self, call: Call<'a>) -> SendFuture<'a> {
        let body = String::from_utf8(call.request.body.bytes()).unwrap();
        Box::pin((self.0)(body))
    }
}

pub fn provider(base_url: &str, transport: impl Transport + 'static) -> Arc<dyn TransportProvider> {
    Arc::new(OneBot {
        target: target(base_url),
        transport: Arc::new(transport),
    })
}

/// The real client and the real classifier. Hanging calls end after half a second.
pub fn real(base_url: &str) -> impl Transport + use<> {
    let mut config = SendClientConfig::new(target(base_url), ApiKey::parse(KEY).unwrap());
    config.answer_timeout = Duration::from_millis(500);
    ApiTransport::new(
        Arc::new(SendClient::new(config).unwrap()),
        ClassifierOptions::default(),
        Arc::new(SystemClock::new()),
    )
}

/// Sends everything that is ready, on threads of its own.
pub fn run_sender(
    sender: Sender,
    base_url: &str,
    transport: impl Transport + 'static,
) -> RunSummary {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let (events, _reader) = mpsc::channel(16);
    runtime
        .block_on(sender.run_until_done(
            Scope::Everything,
            provider(base_url, transport),
            events,
            CancellationToken::new(),
        ))
        .unwrap()
}

/// Plays the person who resumes a batch whenever it stops, until nothing of it is left.
pub fn finish(outbox: &Outbox, id: BatchId, mut send: impl FnMut()) {
    for _ in 0..1000 {
        let batch = outbox.show(id).unwrap();
        if batch.counts.queued == 0 {
            return;
        }
        if matches!(batch.state, BatchState::Paused | BatchState::Held) {
            outbox.resume(id, batch.counts.queued).unwrap();
        }
        send();
    }
    panic!("{:?} does not end", outbox.show(id).unwrap());
}

/// A number from the environment, for the longer forms of a test.
pub fn asked_for(variable: &str) -> Option<u32> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap())
}
