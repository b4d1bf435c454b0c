//! A hostile machine: two programs on one folder, a lock that nobody holds, a disk that is full in
//! the middle, a clock that jumps, a process that is stopped for a while.

use crate::kill::{PROGRAM, start, start_program};
use crate::oracle::oracle;
use crate::server::{FaultServer, Mix};
use crate::signal::signal;
use crate::support::{asked_for, finish, open, plan, provider, queue, real};
use alertdesk::domain::BatchState;
use alertdesk::outbox::{
    Call, Clock, Moment, Outbox, Scope, SendFuture, Sender, SystemClock, Transport,
};
use std::collections::HashSet;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

fn holds(outbox: &Outbox, server: &FaultServer) {
    oracle(outbox, &server.tally().taken, &HashSet::new());
}

/// Seconds for which a program is stopped, unless `ALERTDESK_STOPPED_SECONDS` asks for more.
const STOPPED: u32 = 2;

#[cfg(unix)]
#[test]
fn a_sender_that_is_stopped_in_a_call_keeps_its_folder_and_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let server = FaultServer::start(Mix::none());
    let outbox = open(dir.path());
    let id = queue(&outbox, &plan(&server.base_url(), 100, 4));
    server.hold(true);
    let mut first = start_program(dir.path(), &server.base_url());
    server.until(1, || first.try_wait().unwrap().is_some());
    signal(first.id(), "STOP");
    // It holds the folder all the same: another one sends nothing and says so.
    let mut second = start_program(dir.path(), &server.base_url());
    assert!(!second.wait().unwrap().success());
    assert_eq!(server.tally().came.len(), 1);
    // Time itself is what is tried here: the answer comes while it is stopped, and lies there.
    let stopped = asked_for("ALERTDESK_STOPPED_SECONDS").unwrap_or(STOPPED);
    server.hold(false);
    std::thread::sleep(Duration::from_secs(stopped.into()));
    assert_eq!(server.tally().came.len(), 1);
    signal(first.id(), "CONT");
    assert!(first.wait().unwrap().success());
    let batch = outbox.show(id).unwrap();
    assert_eq!(
        (batch.state, batch.counts.accepted),
        (BatchState::Done, 100)
    );
    holds(&outbox, &server);
}

#[test]
fn two_programs_that_start_at_once_send_everything_once() {
    let dir = tempfile::tempdir().unwrap();
    let server = FaultServer::start(Mix::none());
    let outbox = open(dir.path());
    let id = queue(&outbox, &plan(&server.base_url(), 200, 16));
    let mut both = [(); 2].map(|()| start_program(dir.path(), &server.base_url()));
    for program in &mut both {
        program.wait().unwrap();
    }
    let batch = outbox.show(id).unwrap();
    assert_eq!(
        (batch.state, batch.counts.accepted),
        (BatchState::Done, 200)
    );
    holds(&outbox, &server);
}

#[test]
fn a_lock_file_that_a_dead_process_left_stops_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let server = FaultServer::start(Mix::none());
    let outbox = open(dir.path());
    let id = queue(&outbox, &plan(&server.base_url(), 3, 1));
    // The pid of somebody who is alive and has nothing to do with it.
    std::fs::write(dir.path().join("sender.lock"), "1").unwrap();
    let mut program = start_program(dir.path(), &server.base_url());
    assert!(program.wait().unwrap().success());
    assert_eq!(outbox.show(id).unwrap().counts.accepted, 3);
    holds(&outbox, &server);
}

#[cfg(unix)]
#[test]
fn a_disk_that_is_full_in_the_middle_stops_the_batch_and_every_result_is_found_again() {
    let dir = tempfile::tempdir().unwrap();
    let server = FaultServer::start(Mix::none());
    let outbox = open(dir.path());
    // A sender was here before, so that the space for emergencies is reserved.
    outbox.recover_if_idle().unwrap();
    let id = queue(&outbox, &plan(&server.base_url(), 1000, 8));
    // The journal of the record grows past the limit after some dozen messages.
    let journal = std::fs::metadata(dir.path().join("outbox.db-wal")).unwrap();
    let blocks = (journal.len() + 1_000_000) / 512;
    let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" outbox run");
    let mut full = Command::new("sh");
    full.args(["-c", &limited]).arg(PROGRAM);
    let mut program = start(full, dir.path(), &server.base_url());
    let emergency = dir.path().join("emergency.jsonl");
    let kept = || {
        let bytes = std::fs::read(&emergency).unwrap();
        bytes.iter().any(|byte| !byte.is_ascii_whitespace())
    };
    // Where a mark fails first and nothing is on the way, there is no result to be kept aside.
    let mut moved = (0, Instant::now());
    server.until(1000, || {
        let accepted = outbox.show(id).unwrap().counts.accepted;
        if accepted != moved.0 {
            moved = (accepted, Instant::now());
        }
        let still = moved.1.elapsed() > Duration::from_secs(10);
        kept() || still || program.try_wait().unwrap().is_some()
    });
    if program.try_wait().unwrap().is_none() {
        signal(program.id(), "TERM");
    }
    program.wait().unwrap();
    let came = server.tally().came.len();
    assert!(came < 1000, "it did not stop");
    outbox.recover_if_idle().unwrap();
    let counts = outbox.show(id).unwrap().counts;
    assert_eq!((counts.accepted, counts.unknown), (came as u64, 0));
    holds(&outbox, &server);
    finish(&outbox, id, || {
        let mut program = start_program(dir.path(), &server.base_url());
        program.wait().unwrap();
    });
    assert_eq!(outbox.show(id).unwrap().counts.accepted, 1000);
    holds(&outbox, &server);
}

/// The machine's clock, set ahead or back by so many days.
struct SetClock {
    machine: SystemClock,
    days: Arc<AtomicI64>,
}

impl Clock for SetClock {
    fn now(&self) -> Moment {
        let now = self.machine.now();
        let days = self.days.load(Ordering::SeqCst);
        Moment {
            wall: now.wall + jiff::SignedDuration::from_hours(24 * days),
            ..now
        }
    }
}

/// Sets the clock at some of the calls.
struct Setting<T> {
    inner: T,
    calls: AtomicU32,
    days: Arc<AtomicI64>,
}

impl<T: Transport> Transport for Setting<T> {
    fn send<'a>(&'a self, call: Call<'a>) -> SendFuture<'a> {
        let days = match self.calls.fetch_add(1, Ordering::SeqCst) {
            0..20 => 0,
            20..40 => 3,
            40..60 => -6,
            _ => 400,
        };
        self.days.store(days, Ordering::SeqCst);
        self.inner.send(call)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_ahead_and_back_sends_nothing_twice() {
    let dir = tempfile::tempdir().unwrap();
    let server = FaultServer::start(Mix::none());
    let days = Arc::new(AtomicI64::new(0));
    let clock = SetClock {
        machine: SystemClock::new(),
        days: Arc::clone(&days),
    };
    let outbox = Outbox::open(dir.path(), Arc::new(clock)).unwrap();
    let list = plan(&server.base_url(), 100, 4);
    let id = queue(&outbox, &list);
    let transport = Setting {
        inner: real(&server.base_url()),
        calls: AtomicU32::new(0),
        days,
    };
    let (events, _reader) = mpsc::channel(16);
    let sender = Sender::take(&outbox).unwrap();
    let provider = provider(&server.base_url(), transport);
    let stop = CancellationToken::new();
    let run = sender.run_until_done(Scope::Everything, provider, events, stop);
    run.await.unwrap();
    let batch = outbox.show(id).unwrap();
    assert_eq!(
        (batch.state, batch.counts.accepted),
        (BatchState::Done, 100)
    );
    holds(&outbox, &server);
}
