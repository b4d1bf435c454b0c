//! Guards the price of safety: every message is marked on the disk before its first byte and
//! recorded after its answer. Groups share a sync, so a group of 64 must cost little more than
//! one; and a long list must be queued in a moment. The same without the triggers of the audit
//! stands beside it: what a line for every mark and result costs.

#![expect(clippy::expect_used, reason = "a benchmark ends at the first surprise")]

#[path = "support/plans.rs"]
mod plans;

use alertdesk::domain::Plan;
use alertdesk::outbox::{OneBot, Outbox, Scope, Sender, SystemClock};
use divan::Bencher;
use divan::counter::ItemsCount;
use plans::{Accepting, NOWHERE, queue};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

fn main() {
    divan::main();
}

fn plan(people: u32) -> Plan {
    plans::plan(NOWHERE, people, 60)
}

fn open() -> (TempDir, Outbox) {
    let folder = tempfile::tempdir().expect("a folder");
    let outbox = Outbox::open(folder.path(), Arc::new(SystemClock::new())).expect("an outbox");
    (folder, outbox)
}

/// As [`open`], but nothing is written down: what the record cost before it had an audit.
fn open_without_audit() -> (TempDir, Outbox) {
    let (folder, outbox) = open();
    let drop_all = outbox.store().database().change(|tx| {
        let names: Vec<String> = tx
            .prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'audit%'",
            )?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for name in names {
            tx.execute_batch(&format!("DROP TRIGGER {name}"))?;
        }
        Ok(())
    });
    drop_all.expect("no triggers");
    (folder, outbox)
}

/// Claim, mark, call and record so many, from the lock to the end of the run.
#[divan::bench(args = [1, 64, 1024, 8192], sample_count = 20, sample_size = 1)]
fn send(bencher: Bencher<'_, '_>, people: u32) {
    send_from(bencher, people, open);
}

/// [`send`] without its lines.
#[divan::bench(args = [1024, 8192], sample_count = 20, sample_size = 1)]
fn send_without_audit(bencher: Bencher<'_, '_>, people: u32) {
    send_from(bencher, people, open_without_audit);
}

fn send_from(bencher: Bencher<'_, '_>, people: u32, open: fn() -> (TempDir, Outbox)) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime");
    let plan = plan(people);
    bencher
        .counter(ItemsCount::new(people))
        .with_inputs(|| {
            let (folder, outbox) = open();
            queue(&outbox, &plan);
            (folder, outbox)
        })
        .bench_local_refs(|(_folder, outbox)| run_to_end(&runtime, outbox));
}

fn run_to_end(runtime: &tokio::runtime::Runtime, outbox: &Outbox) {
    let sender = Sender::take(outbox).expect("the lock");
    let (events, reader) = mpsc::channel(64);
    drop(reader);
    let provider = Arc::new(OneBot {
        target: plans::target(NOWHERE),
        transport: Arc::new(Accepting),
    });
    let scope = Scope::Everything;
    let run = sender.run_until_done(scope, provider, events, CancellationToken::new());
    let summary = runtime.block_on(run).expect("a run");
    assert_eq!(summary.exit_status(), 0);
}

/// Store a confirmed plan durably.
#[divan::bench(args = [64, 10_000, 300_000], sample_count = 10, sample_size = 1)]
fn queue_rows(bencher: Bencher<'_, '_>, people: u32) {
    queue_into(bencher, people, open);
}

/// [`queue_rows`] without its line.
#[divan::bench(args = [10_000, 300_000], sample_count = 10, sample_size = 1)]
fn queue_rows_without_audit(bencher: Bencher<'_, '_>, people: u32) {
    queue_into(bencher, people, open_without_audit);
}

/// Compare the lines of two thousand calls with the chain.
#[divan::bench(sample_count = 20)]
fn verify_audit(bencher: Bencher<'_, '_>) {
    let (_folder, outbox) = open();
    queue(&outbox, &plan(2_000));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    run_to_end(&runtime, &outbox);
    bencher
        .counter(ItemsCount::new(2_000_u32))
        .bench_local(|| outbox.verify_audit().expect("a chain"));
}

fn queue_into(bencher: Bencher<'_, '_>, people: u32, open: fn() -> (TempDir, Outbox)) {
    let plan = plan(people);
    bencher
        .counter(ItemsCount::new(people))
        .with_inputs(open)
        .bench_local_refs(|(_folder, outbox)| queue(outbox, &plan));
}

/// Show a list of ten thousand, as the dashboard does.
#[divan::bench(sample_count = 20)]
fn list_with_10000_rows(bencher: Bencher<'_, '_>) {
    let (_folder, outbox) = open();
    queue(&outbox, &plan(10_000));
    let queued = |list: &[alertdesk::domain::Batch]| list.iter().map(|one| one.counts.queued).sum();
    let list = || outbox.list().expect("a list");
    let all: u64 = queued(&list());
    assert_eq!(all, 10_000);
    bencher.bench_local(list);
}
