//! What the safety tests share: plans, transports that answer or count, a server that counts.

use alertdesk::domain::{
    BatchId, BotTarget, FrozenRequest, Judgement, Meaning, Once, PauseAdvice, PhoneNumber, Plan,
    PlannedCall, RequestBody, Schedule, SendKind, SendLimits, SkippedRow, Verdict,
};
use alertdesk::outbox::{
    Call, Confirmation, Judged, OneBot, Outbox, SendFuture, SystemClock, Transport,
    TransportProvider,
};
use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

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
    let calls: Vec<PlannedCall> = (0..people)
        .map(|index| {
            let digits = digits(index);
            PlannedCall {
                request: FrozenRequest::post(
                    format!("{base_url}/template"),
                    RequestBody::Json(format!(
                        "{{\"phoneNumber\":\"{digits}\",\"text\":\"Your fern is ready.\"}}"
                    )),
                ),
                recipients: vec![PhoneNumber::from_digits(&digits).unwrap().into()],
            }
        })
        .collect();
    let skipped = ["12", "abc"].map(|text| SkippedRow {
        recipient: text.to_owned(),
        reason: "It is no number.".to_owned(),
        row: None,
        rule: "not_a_number".to_owned(),
    });
    let people = calls.iter().flat_map(|call| &call.recipients);
    let mut meaning = Meaning::new(&target, SendKind::Template);
    meaning.text(&PLANS.fetch_add(1, Ordering::Relaxed).to_string());
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
        limits: SendLimits {
            per_minute: 10_000_000,
            concurrency,
            ..SendLimits::default()
        },
        used: None,
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

/// A server that reads whole requests, counts them per recipient, and answers them all alike.
pub struct CountingServer {
    pub address: SocketAddr,
    counts: Arc<Mutex<HashMap<String, u32>>>,
}

impl CountingServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let counts = Arc::new(Mutex::new(HashMap::new()));
        let shared = Arc::clone(&counts);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let counts = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &counts));
            }
        });
        Self { address, counts }
    }

    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// How often each person's message was taken.
    pub fn counts(&self) -> HashMap<String, u32> {
        self.counts.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, counts: &Mutex<HashMap<String, u32>>) {
    let Some(body) = read_request(&mut stream) else {
        return;
    };
    let number = body.split('"').nth(3).unwrap().to_owned();
    *counts.lock().unwrap().entry(number).or_insert(0) += 1;
    let answer = "{\"status\":{\"code\":1000}}";
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
        answer.len()
    );
    // The caller may be dead by now; what was counted stays counted.
    drop(stream.write_all(head.as_bytes()));
}

fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 1024];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length: usize = head.rsplit_once("Content-Length: ")?.1.parse().ok()?;
            if body.len() >= length {
                return Some(body.to_owned());
            }
        }
        match stream.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend(&chunk[..count]),
        }
    }
}

/// Writes one request to the counting server and judges by how far it came.
pub struct TcpTransport(pub SocketAddr);

impl Transport for TcpTransport {
    fn send<'a>(&'a self, call: Call<'a>) -> SendFuture<'a> {
        let address = self.0;
        let body = call.request.body.bytes();
        Box::pin(async move {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            let Ok(mut stream) = tokio::net::TcpStream::connect(address).await else {
                return judged(Verdict::Retry { after: None }, None, "no_connection");
            };
            let head = format!(
                "POST /template HTTP/1.1\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            let mut answer = String::new();
            let done = async {
                stream.write_all(&[head.as_bytes(), &body].concat()).await?;
                stream.read_to_string(&mut answer).await
            };
            match done.await {
                Ok(_) if answer.contains("1000") => accepted(),
                Ok(_) | Err(_) => judged(Verdict::Unknown, None, "connection_lost"),
            }
        })
    }
}
