//! The crash matrix: a child process sends a batch to a server that counts, and dies at every
//! step of the engine. After each the oracle holds, and a person can finish what was left.
//!
//! The child is this test binary itself, told by the environment to play that part.

use crate::oracle::oracle;
use crate::server::{FaultServer, Means, Mix};
use crate::support::{finish, judged, open, plan, queue, real, run_sender};
use alertdesk::domain::{BatchId, BatchState, Verdict};
use alertdesk::outbox::{Call, Hooks, Outbox, Point, SendFuture, Sender, Transport};
use std::collections::HashSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

const PEOPLE: u32 = 100;
const CONCURRENCY: u32 = 4;
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
    let (dir, base_url, point, at) = (word(), word(), word(), word());
    let outbox = open(Path::new(&dir));
    let mut sender = Sender::take(&outbox).unwrap();
    if let Some(point) = point_of(&point) {
        sender = sender.with_hooks(Arc::new(AbortAt {
            point,
            visits: AtomicU32::new(0),
            at: at.parse().unwrap(),
        }));
    }
    run_sender(sender, &base_url, real(&base_url));
}

/// Counts every call that an engine wants to make where it must make none.
struct MustNotSend(Arc<AtomicU32>);

impl Transport for MustNotSend {
    fn send<'a>(&'a self, _call: Call<'a>) -> SendFuture<'a> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Box::pin(async { judged(Verdict::Unknown, None, "must_not_send") })
    }
}

fn start_child(dir: &Path, server: &FaultServer, point: &str, at: u32) -> Child {
    let part = format!("{}|{}|{point}|{at}", dir.display(), server.base_url());
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child_part", "--nocapture"])
        .env(PART, part)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What must hold after a crash and recovery, before any person did anything.
fn check_recovered(outbox: &Outbox, id: BatchId, server: &FaultServer) {
    let counts = outbox.show(id).unwrap().counts;
    assert_eq!(counts.sending, 0);
    assert!(counts.unknown <= u64::from(CONCURRENCY) + ambiguous(server));
    oracle(outbox, &server.tally().taken, &HashSet::new());
}

fn ambiguous(server: &FaultServer) -> u64 {
    u64::from(server.tally().of(Means::Ambiguous))
}

/// Recovers, checks, and lets a person resume until everything has a final state.
fn recover_and_finish(dir: &Path, id: BatchId, server: &FaultServer) {
    let outbox = open(dir);
    outbox.recover_if_idle().unwrap();
    check_recovered(&outbox, id, server);
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
    }
    finish(&outbox, id, || {
        let sender = Sender::take(&outbox).unwrap();
        run_sender(sender, &server.base_url(), real(&server.base_url()));
    });
    check_recovered(&outbox, id, server);
    let end = outbox.show(id).unwrap().counts;
    let ended = end.accepted + end.unknown + end.rejected;
    assert_eq!(ended, u64::from(PEOPLE), "{end:?}");
}

fn crash_at(point: Point, at: u32, mix: Mix) {
    let dir = tempfile::tempdir().unwrap();
    let server = FaultServer::start(mix);
    let outbox = open(dir.path());
    let id = queue(&outbox, &plan(&server.base_url(), PEOPLE, CONCURRENCY));
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
    crash_at(point, at, Mix::none());
}

/// The same where the calls on the way are broken ones too.
#[rstest::rstest]
fn a_process_that_dies_among_faults_sends_nothing_twice(
    #[values(
        Point::AfterMark,
        Point::BeforeCall,
        Point::AfterCall,
        Point::BeforeRecord,
        Point::AfterRecord
    )]
    point: Point,
) {
    let mix = Mix::all(50);
    crash_at(point, 4, Mix { seed: 11, ..mix });
}
