//! A second person: nothing starts what they have not approved, and only the right word counts.

use super::{Bench, accepted, fast, plan};
use crate::domain::approval::{APPROVED, NEEDS_APPROVAL};
use crate::domain::{Approved, Approvers, BatchId, BatchState, Plan};
use crate::outbox::approval::GivenApproval;
use crate::outbox::clock::Clock;
use crate::outbox::error::OutboxError;
use jiff::SignedDuration;
use rusqlite::Connection;
use std::time::Duration;

const ASHA: &str = "a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1";
const BEN: &str = "b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2";

fn guarded() -> Plan {
    let mut plan = plan(3, fast(4));
    plan.waiting.approvers = Some(Approvers::read(ASHA));
    plan
}

/// Takes an approval by `key` that was signed `age` ago.
fn take(bench: &Bench, id: BatchId, key: &str, age: SignedDuration) -> Result<(), OutboxError> {
    let batch = bench.batch(id);
    give(
        bench,
        id,
        (key, age),
        (batch.plan_sha256.as_str(), 3),
        false,
    )
}

fn give(
    bench: &Bench,
    id: BatchId,
    (key, age): (&str, SignedDuration),
    (plan_sha256, recipients): (&str, u64),
    is_own: bool,
) -> Result<(), OutboxError> {
    let approved = Approved {
        key: key.to_owned(),
        by: "asha@desk-2".to_owned(),
        at: bench.clock.now().wall - age,
    };
    let given = GivenApproval {
        plan_sha256,
        recipients,
        approved: &approved,
        fingerprint: "1111-2222-3333-4444-5555",
        is_own,
    };
    bench.outbox.take_approval(id, &given).map(|_| ())
}

#[test]
fn no_road_starts_what_nobody_approved() {
    let mut bench = Bench::new();
    // With a grace too: it does not run out by itself.
    for grace in [0, 10] {
        let id = bench.queue(&guarded(), grace);
        assert_eq!(bench.batch(id).state, BatchState::Held);
        assert_eq!(bench.rule(id).as_deref(), Some(NEEDS_APPROVAL));
        assert_eq!(bench.turn(Vec::new()), 0);
        bench.pass(Duration::from_secs(60));
        assert_eq!(bench.turn(Vec::new()), 0);
        let refused = bench.outbox.resume(id, 3).unwrap_err();
        assert_eq!(refused, OutboxError::NotApproved(id));
        assert!(bench.outbox.start_now(id).is_err());
        assert!(bench.outbox.pause(id).is_err());
        // Nor does another program, or a mistake of this one.
        let file = bench.outbox.data_dir().join("outbox.db");
        let raw = Connection::open(file).unwrap();
        for state in [
            "ready",
            "armed",
            "scheduled",
            "running",
            "paused",
            "draining",
            "done",
        ] {
            let sql = format!("UPDATE batches SET state = '{state}' WHERE id = {}", id.0);
            assert!(raw.execute(&sql, []).is_err(), "{state}");
        }
        for change in [
            "approvers = NULL",
            "approvers = 'c3'",
            "approved_key = approvers",
            &format!("approved_key = '{BEN}', approved_by = 'ben', approved_at = 1"),
        ] {
            let sql = format!("UPDATE batches SET {change} WHERE id = {}", id.0);
            assert!(raw.execute(&sql, []).is_err(), "{change}");
        }
        assert_eq!(bench.turn(Vec::new()), 0);
        assert_eq!(bench.batch(id).state, BatchState::Held);
    }
    let cancelled = bench.queue(&guarded(), 0);
    bench.outbox.cancel(cancelled).unwrap();
    assert_eq!(bench.batch(cancelled).counts.cancelled, 3);
}

#[test]
fn once_approved_it_waits_for_the_first_person_and_their_number() {
    let mut bench = Bench::new();
    let id = bench.queue(&guarded(), 0);
    take(&bench, id, ASHA, SignedDuration::from_mins(3)).unwrap();
    let batch = bench.batch(id);
    assert_eq!(batch.state, BatchState::Held);
    let reason = batch.reason.unwrap();
    assert_eq!(reason.rule, APPROVED);
    assert!(
        reason.text.starts_with("asha@desk-2 approved it (1111-"),
        "{}",
        reason.text
    );
    assert_eq!(bench.turn(Vec::new()), 0);
    assert!(bench.outbox.resume(id, 2).is_err());
    bench.outbox.resume(id, 3).unwrap();
    assert_eq!(bench.turn(Vec::new()), 1);
    assert_eq!(bench.answer(&accepted()), 2);

    // Paused and resumed, it needs no second word.
    bench.outbox.pause(id).unwrap();
    bench.answer(&accepted());
    assert!(take(&bench, id, ASHA, SignedDuration::ZERO).is_err());
    assert_eq!(bench.batch(id).counts.accepted, 3);

    let lines = bench
        .outbox
        .audit(&crate::domain::audit::AuditFilter::default(), 100)
        .unwrap();
    let line = lines
        .iter()
        .find(|line| line.proof.contains("\"action\":\"approved\""));
    let line = line.expect("a line of the audit");
    assert!(line.proof.contains("1111-2222-3333-4444-5555"));
    assert!(!line.proof.contains("asha"), "the name may be purged");
    assert!(line.personal.as_ref().unwrap().text.contains("asha@desk-2"));
}

#[test]
fn only_the_right_word_counts() {
    let bench = Bench::new();
    let id = bench.queue(&guarded(), 0);
    let sha = bench.batch(id).plan_sha256;
    let right = (ASHA, SignedDuration::from_mins(1));
    let about = (sha.as_str(), 3);
    let why = |refused: Result<(), OutboxError>| refused.unwrap_err().to_string();
    let stranger = why(give(&bench, id, (BEN, right.1), about, false));
    assert!(
        stranger.contains("its signer is not among those who may approve"),
        "{stranger}"
    );
    assert!(why(give(&bench, id, right, about, true)).contains("the one who planned does not"));
    let other = "0".repeat(64);
    assert!(why(give(&bench, id, right, (&other, 3), false)).contains("about another plan"));
    assert!(why(give(&bench, id, right, (about.0, 4), false)).contains("about another plan"));
    let old = (ASHA, SignedDuration::from_hours(25));
    assert!(why(give(&bench, id, old, about, false)).contains("older than 24 hours"));
    let early = (ASHA, SignedDuration::from_mins(-3));
    assert!(why(give(&bench, id, early, about, false)).contains("signed in the future"));

    let free = bench.queue(&plan(2, fast(1)), 0);
    assert!(why(take(&bench, free, ASHA, SignedDuration::ZERO)).contains("nobody has to"));
    assert!(bench.outbox.to_approve(free).is_err());

    let shown = bench.outbox.to_approve(id).unwrap();
    assert_eq!((shown.calls.len(), &shown.calls), (3, &guarded().calls));
    give(&bench, id, right, about, false).unwrap();
    assert!(why(give(&bench, id, right, about, false)).contains("approved already"));
    assert!(bench.outbox.to_approve(id).is_err());
}
