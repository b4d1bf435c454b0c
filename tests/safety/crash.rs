//! The crash matrix: a child process sends a batch to a server that counts, and dies at every
//! step, or at any moment. The oracle: nobody is reached twice without a person's doing, nothing
//! the server took is called not sent, and a person can finish what was left.
//!
//! The child is this test binary itself, told by the environment to play that part.

use crate::support::{CountingServer, TcpTransport, judged, open, plan, provider, queue};
use alertdesk::domain::{AuditLine, BatchId, BatchState, ItemState, Verdict};
use alertdesk::outbox::{
    AUDIT_FILE, Call, Hooks, Outbox, Point, RunSummary, Scope, SendFuture, Sender, Transport,
};
use alertdesk::store::outbox::ItemFilter;
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const PEOPLE: u32 = 200;
const PART: &str = "ALERTDESK_TEST_CRASH_PART";

/// Ends the process at the n-th visit of a step.
struct AbortAt {
    point: Point,
    visits: AtomicU32,
    at: u32,
}

impl Hooks for AbortAt {
    fn at(&self, point: Point) {
        if point == self.point && self.visits.fetch_add(1, Ordering::SeqCst) + 1 == self.at {
            std::process::abort();
        }
    }
}

fn point_of(name: &str) -> Option<Point> {
    [
        Point::BeforeMark,
        Point::AfterMark,
        Point::BeforeCall,
        Point::AfterCall,
        Point::BeforeRecord,
        Point::AfterRecord,
    ]
    .into_iter()
    .find(|point| format!("{point:?}") == name)
}

/// What the child does: sends everything that is ready. Only when told so.
#[test]
fn child_part() {
    let Ok(part) = std::env::var(PART) else {
        return;
    };
    let mut words = part.split('|');
    let mut word = || words.next().unwrap().to_owned();
    let (dir, address, point, at) = (word(), word(), word(), word());
    let outbox = open(Path::new(&dir));
    let mut sender = Sender::take(&outbox).unwrap();
    if let Some(point) = point_of(&point) {
        sender = sender.with_hooks(Arc::new(AbortAt {
            point,
            visits: AtomicU32::new(0),
            at: at.parse().unwrap(),
        }));
    }
    let address = address.parse().unwrap();
    run_sender(sender, &format!("http://{address}"), TcpTransport(address));
}

/// Counts every call that an engine wants to make where it must make none.
struct MustNotSend(Arc<AtomicU32>);

impl Transport for MustNotSend {
    fn send<'a>(&'a self, _call: Call<'a>) -> SendFuture<'a> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { judged(Verdict::Unknown, None, "must_not_send") })
    }
}

fn run_sender(sender: Sender, base_url: &str, transport: impl Transport + 'static) -> RunSummary {
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

fn start_child(dir: &Path, server: &CountingServer, point: &str, at: u32) -> Child {
    let part = format!("{}|{}|{point}|{at}", dir.display(), server.address);
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child_part", "--nocapture"])
        .env(PART, part)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn recipients(outbox: &Outbox, id: BatchId, state: ItemState) -> HashSet<String> {
    outbox
        .items(id, ItemFilter::State(state), 10_000, 0)
        .unwrap()
        .into_iter()
        .filter_map(|item| item.recipient)
        .collect()
}

fn at_most_once(taken: &HashMap<String, u32>) {
    let twice: Vec<_> = taken.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "reached twice: {twice:?}");
}

/// What must hold after a crash and recovery, before any person did anything.
fn check_record(outbox: &Outbox, id: BatchId, server: &CountingServer) {
    let batch = outbox.show(id).unwrap();
    assert!(batch.counts.balances());
    assert_eq!(batch.counts, outbox.store().counted(id).unwrap());
    assert_eq!(batch.counts.sending, 0);
    assert!(batch.counts.unknown <= 4, "{:?}", batch.counts);
    let taken = server.counts();
    at_most_once(&taken);
    let accepted = recipients(outbox, id, ItemState::Accepted);
    let unknown = recipients(outbox, id, ItemState::Unknown);
    let not_sent = recipients(outbox, id, ItemState::Queued);
    for number in taken.keys() {
        assert!(
            accepted.contains(number) || unknown.contains(number),
            "{number} was taken but is called not sent"
        );
        assert!(!not_sent.contains(number));
    }
    for number in &accepted {
        assert!(taken.contains_key(number), "{number} was never taken");
    }
    check_audit(outbox, server);
}

/// I9 after a crash: the chain is whole, every mark and every result has its line, and the copy was
/// completed at the start.
fn check_audit(outbox: &Outbox, server: &CountingServer) {
    assert_eq!(outbox.verify_audit().unwrap().broken, None);
    let lines = outbox.store().audit_after(0, 1_000_000).unwrap();
    let copy = std::fs::read_to_string(outbox.data_dir().join(AUDIT_FILE)).unwrap();
    let rows: String = lines.iter().map(|line| line.jsonl() + "\n").collect();
    assert!(copy == rows, "the copy differs from the record");
    let (mut marked, mut ended) = (HashSet::new(), HashSet::new());
    for reading in lines.iter().map(AuditLine::read) {
        match reading.action.as_str() {
            "marked" => {
                let attempts = reading.fields["attempts"].as_array().unwrap();
                marked.extend(attempts.iter().map(|attempt| attempt[0].as_i64().unwrap()));
            }
            "result" => {
                ended.insert(reading.fields["attempt"].as_i64().unwrap());
            }
            _ => {}
        }
    }
    assert_eq!(marked, ended);
    assert!(marked.len() >= server.counts().len());
}

/// Recovers, checks, and lets a person resume until everything has a final state.
fn recover_and_finish(dir: &Path, id: BatchId, server: &CountingServer) {
    let outbox = open(dir);
    outbox.recover_if_idle().unwrap();
    check_record(&outbox, id, server);
    let batch = outbox.show(id).unwrap();
    if batch.state == BatchState::Paused {
        // A sender alone sends nothing of it.
        let asked = Arc::new(AtomicU32::new(0));
        let idle = run_sender(
            Sender::take(&outbox).unwrap(),
            &server.base_url(),
            MustNotSend(Arc::clone(&asked)),
        );
        assert!(idle.recovered.is_empty());
        // Not the server's counts: it may count only now what the dead process had written.
        assert_eq!(
            asked.load(Ordering::SeqCst),
            0,
            "something was sent by itself"
        );
        assert_eq!(outbox.show(id).unwrap(), batch);
        assert!(outbox.resume(id, batch.counts.queued + 1).is_err());
        outbox.resume(id, batch.counts.queued).unwrap();
    }
    run_sender(
        Sender::take(&outbox).unwrap(),
        &server.base_url(),
        TcpTransport(server.address),
    );
    check_record(&outbox, id, server);
    let end = outbox.show(id).unwrap();
    assert_eq!(end.counts.queued, 0);
    assert_eq!(
        end.counts.accepted + end.counts.unknown,
        u64::from(PEOPLE),
        "{end:?}"
    );
}

fn crash_at(point: Point, at: u32) {
    let dir = tempfile::tempdir().unwrap();
    let server = CountingServer::start();
    let outbox = open(dir.path());
    let id = queue(&outbox, &plan(&server.base_url(), PEOPLE, 4));
    drop(outbox);
    let status = start_child(dir.path(), &server, &format!("{point:?}"), at)
        .wait()
        .unwrap();
    assert!(!status.success(), "the child should have died at {point:?}");
    recover_and_finish(dir.path(), id, &server);
}

#[rstest::rstest]
fn a_process_that_dies_at_any_step_sends_nothing_twice(
    #[values(
        Point::BeforeMark,
        Point::AfterMark,
        Point::BeforeCall,
        Point::AfterCall,
        Point::BeforeRecord,
        Point::AfterRecord
    )]
    point: Point,
    #[values(1, 2, 23)] at: u32,
) {
    crash_at(point, at);
}

/// `ALERTDESK_CRASH_ROUNDS` asks for more rounds than the ten of every test run.
#[test]
fn a_process_that_is_killed_at_any_moment_sends_nothing_twice() {
    let rounds = std::env::var("ALERTDESK_CRASH_ROUNDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(10);
    for _ in 0..rounds {
        let dir = tempfile::tempdir().unwrap();
        let server = CountingServer::start();
        let outbox = open(dir.path());
        let id = queue(&outbox, &plan(&server.base_url(), PEOPLE, 4));
        drop(outbox);
        let mut child = start_child(dir.path(), &server, "-", 0);
        // The moment is measured in what the server has taken, so that no clock is needed.
        let moment = fastrand::usize(1..PEOPLE as usize);
        while server.counts().len() < moment && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        recover_and_finish(dir.path(), id, &server);
    }
}
