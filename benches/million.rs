//! A batch of a million people: storing it, opening it in the pane, the memory of sending it, and
//! going on after the sender was killed. Each step is a process of its own, as in real life, so
//! that no step has in memory what another left. Takes a minute or two and three gigabytes of disk.
//! Goals: opened in 100 ms, sending in 150 MB, going on within 2 s.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark ends at the first surprise and prints what it found"
)]

#[path = "support/plans.rs"]
mod plans;

use alertdesk::domain::{Batch, BatchId, RowWindow};
use alertdesk::outbox::{Call, OneBot, Outbox, Scope, SendFuture, Sender, SystemClock, Transport};
use plans::{Accepting, NOWHERE};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

const PEOPLE: u32 = 1_000_000;
const BYTES: usize = 300;
/// Rows that the pane asks for at once.
const WINDOW: u64 = 200;
/// How long the sender works before it is killed.
const WORK: Duration = Duration::from_secs(6);

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    // `cargo test` starts every bench target with this; there is nothing to check here.
    if arguments.iter().any(|argument| argument == "--test") {
        return;
    }
    let step = std::env::var("ALERTDESK_BENCH_STEP").unwrap_or_default();
    let folder = std::env::var("ALERTDESK_BENCH_FOLDER").map(PathBuf::from);
    match (step.as_str(), folder) {
        ("store", Ok(folder)) => store(&folder),
        ("open", Ok(folder)) => open(&folder),
        ("send", Ok(folder)) => send(&folder),
        ("go_on", Ok(folder)) => go_on(&folder),
        (_, _) => all_steps(),
    }
}

fn all_steps() {
    let folder = tempfile::tempdir().expect("a folder");
    wait(start(folder.path(), "store"));
    wait(start(folder.path(), "open"));
    let mut sender = start(folder.path(), "send");
    std::thread::sleep(WORK);
    let peak = peak_memory(sender.id());
    sender.kill().expect("killed");
    sender.wait().expect("ended");
    println!("sending, {} s, then killed: peak {peak} kB", WORK.as_secs());
    wait(start(folder.path(), "go_on"));
}

fn start(folder: &Path, step: &str) -> Child {
    Command::new(std::env::current_exe().expect("this program"))
        .env("ALERTDESK_BENCH_STEP", step)
        .env("ALERTDESK_BENCH_FOLDER", folder)
        .spawn()
        .expect("a process")
}

fn wait(mut child: Child) {
    assert!(child.wait().expect("ended").success());
}

/// Peak resident memory of a process in kB; nothing where the system does not tell.
fn peak_memory(pid: u32) -> String {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let words = line.and_then(|line| line.split_whitespace().nth(1));
    words.unwrap_or("unknown").to_owned()
}

fn outbox(folder: &Path) -> Outbox {
    Outbox::open(folder, Arc::new(SystemClock::new())).expect("an outbox")
}

fn the_batch(outbox: &Outbox) -> Batch {
    let batches = outbox.list().expect("a list");
    batches.into_iter().next().expect("a batch")
}

fn store(folder: &Path) {
    let plan = plans::plan(NOWHERE, PEOPLE, BYTES);
    let outbox = outbox(folder);
    let started = Instant::now();
    plans::queue(&outbox, &plan);
    println!("stored in {:.1} s", started.elapsed().as_secs_f64());
}

/// What the pane asks for when a batch is opened: the list, the detail and the first people.
fn open(folder: &Path) {
    let cold = Instant::now();
    let outbox = outbox(folder);
    let batch = the_batch(&outbox);
    println!("record opened in {:.1} ms", millis(cold));
    let started = Instant::now();
    let id: BatchId = the_batch(&outbox).id;
    let detail = outbox.detail(id).expect("a detail");
    let rows = outbox
        .rows(id, &RowWindow::default(), &[], WINDOW)
        .expect("rows");
    println!("opened in the pane in {:.1} ms", millis(started));
    assert_eq!((batch.counts.queued, detail.batch), (u64::from(PEOPLE), id));
    assert_eq!(rows.items.len() as u64, WINDOW);
}

fn millis(started: Instant) -> f64 {
    started.elapsed().as_secs_f64() * 1000.0
}

fn run(sender: Sender, transport: impl Transport + 'static) {
    let (events, reader) = mpsc::channel(64);
    drop(reader);
    let provider = Arc::new(OneBot {
        target: plans::target(NOWHERE),
        transport: Arc::new(transport),
    });
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let scope = Scope::Everything;
    let run = sender.run_until_done(scope, provider, events, CancellationToken::new());
    runtime.block_on(run).expect("a run");
}

fn send(folder: &Path) {
    let outbox = outbox(folder);
    run(Sender::take(&outbox).expect("the lock"), Accepting);
}

/// Ends the program at the first call, with the time since the start.
struct First(Instant);

impl Transport for First {
    fn send<'a>(&'a self, _call: Call<'a>) -> SendFuture<'a> {
        println!("first call {:.0} ms after the start", millis(self.0));
        std::process::exit(0);
    }
}

/// A person starts the program again and resumes with the number of the people left.
fn go_on(folder: &Path) {
    let started = Instant::now();
    let outbox = outbox(folder);
    let sender = Sender::take(&outbox).expect("the lock");
    let batch = the_batch(&outbox);
    println!(
        "recovered {:.0} ms after the start: {:?}",
        millis(started),
        batch.counts
    );
    outbox
        .resume(batch.id, batch.counts.queued)
        .expect("resumed");
    run(sender, First(started));
}
