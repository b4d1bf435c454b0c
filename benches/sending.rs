//! What safety costs over a network: the sender, with every message marked on the disk before its
//! first byte and every result recorded, against a bare loop of the same HTTP library with the
//! same bodies and as many calls on the way. Both take turns in one run, against a responder on
//! loopback that does nothing but answer. Prints rates and their ratio (goal: 0.4 and 10,000 a
//! second), so the machine's own speed does not matter much.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark ends at the first surprise and prints what it found"
)]

#[path = "support/plans.rs"]
mod plans;

use alertdesk::api::{ApiKey, ClassifierOptions, SendClient, SendClientConfig};
use alertdesk::domain::Plan;
use alertdesk::outbox::{ApiTransport, OneBot, Outbox, Scope, Sender, SystemClock};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const PEOPLE: u32 = 20_000;
const BYTES: usize = 700;
const AT_ONCE: usize = 64;
const ROUNDS: usize = 5;
const ANSWER: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 69\r\n\r\n\
{\"responseObject\":{\"message_id\":\"wamid.0\"},\"status\":{\"code\":1000}}  \n";

fn main() {
    // `cargo test` starts every bench target with this; there is nothing to check here.
    if std::env::args().any(|argument| argument == "--test") {
        return;
    }
    let base_url = responder();
    let plan = plans::plan(&base_url, PEOPLE, BYTES);
    let (mut bare, mut safe) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let (one, other) = (bare_loop(&plan), sender(&plan, &base_url));
        // The first round warms both up.
        if round > 0 {
            bare.push(one);
            safe.push(other);
        }
    }
    let (bare, safe) = (median(&mut bare), median(&mut safe));
    println!("{PEOPLE} calls of {BYTES} bytes, {AT_ONCE} at once, median of {ROUNDS} rounds");
    println!("bare loop   {bare:>8.0} a second");
    println!("sender      {safe:>8.0} a second, every mark and result on the disk");
    println!("ratio       {:>8.2}", safe / bare);
}

fn median(rates: &mut [f64]) -> f64 {
    rates.sort_by(f64::total_cmp);
    *rates.get(rates.len() / 2).expect("rounds")
}

fn rate(started: Instant) -> f64 {
    f64::from(PEOPLE) / started.elapsed().as_secs_f64()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Answers whatever comes, on a thread of its own. Gives its address.
fn responder() -> String {
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            tell.send(listener.local_addr().expect("an address"))
                .expect("a listener");
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                tokio::spawn(answer(stream));
            }
        });
    });
    format!("http://{}", told.recv().expect("an address"))
}

/// Reads request after request by their length and answers each.
async fn answer(mut stream: TcpStream) {
    let mut buffer = Vec::new();
    loop {
        while let Some(end) = whole_request(&buffer) {
            buffer.drain(..end);
            if stream.write_all(ANSWER).await.is_err() {
                return;
            }
        }
        match stream.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// Where the first request in the buffer ends, once all of it is there.
fn whole_request(buffer: &[u8]) -> Option<usize> {
    let head = buffer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(buffer.get(..head)?).expect("a head");
    let length = text.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().expect("a length"))
    });
    let end = head + length.unwrap_or(0);
    (buffer.len() >= end).then_some(end)
}

/// The same calls in a loop that knows nothing of safety.
fn bare_loop(plan: &Plan) -> f64 {
    let client = reqwest::Client::builder()
        .http1_only()
        .build()
        .expect("a client");
    let calls: Arc<Vec<(String, Vec<u8>)>> = Arc::new(
        plan.calls
            .iter()
            .map(|call| (call.request.url.clone(), call.request.body.bytes()))
            .collect(),
    );
    let next = Arc::new(AtomicUsize::new(0));
    let runtime = runtime();
    let started = Instant::now();
    runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..AT_ONCE {
            let (client, calls, next) = (client.clone(), Arc::clone(&calls), Arc::clone(&next));
            tasks.spawn(async move {
                while let Some((url, body)) = calls.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let request = client
                        .post(url)
                        .header("content-type", "application/json")
                        .body(body.clone());
                    let answer = request.send().await.expect("an answer");
                    let body = answer.bytes().await.expect("a body");
                    assert!(!body.is_empty());
                }
            });
        }
        while let Some(ended) = tasks.join_next().await {
            ended.expect("a task");
        }
    });
    rate(started)
}

/// The sender on an outbox of its own.
fn sender(plan: &Plan, base_url: &str) -> f64 {
    let folder = tempfile::tempdir().expect("a folder");
    let outbox = Outbox::open(folder.path(), Arc::new(SystemClock::new())).expect("an outbox");
    plans::queue(&outbox, plan);
    let key = ApiKey::parse("k3yOfNobody0123456789").expect("a key");
    let config = SendClientConfig::new(plans::target(base_url), key);
    let transport = ApiTransport::new(
        Arc::new(SendClient::new(config).expect("a client")),
        ClassifierOptions::default(),
        Arc::new(SystemClock::new()),
    );
    let provider = Arc::new(OneBot {
        target: plans::target(base_url),
        transport: Arc::new(transport),
    });
    let sender = Sender::take(&outbox).expect("the lock");
    let (events, reader) = mpsc::channel(64);
    drop(reader);
    let runtime = runtime();
    let started = Instant::now();
    let scope = Scope::Everything;
    let run = sender.run_until_done(scope, provider, events, CancellationToken::new());
    let summary = runtime.block_on(run).expect("a run");
    assert_eq!(summary.exit_status(), 0);
    let rate = rate(started);
    let accepted: u64 = outbox
        .list()
        .expect("a list")
        .iter()
        .map(|one| one.counts.accepted)
        .sum();
    assert_eq!(accepted, u64::from(PEOPLE));
    drop(outbox);
    runtime.shutdown_timeout(Duration::from_secs(1));
    rate
}
