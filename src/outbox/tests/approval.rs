//! A second person: nothing starts what they have not approved, and only the right word counts.

use super::times::kept;
use super::{Bench, accepted, fast, judgement, plan};
use crate::domain::approval::{APPROVED, NEEDS_APPROVAL};
use crate::domain::{Approved, Approvers, BatchId, BatchState, Judgement, Plan, Schedule, Verdict};
use crate::outbox::approval::GivenApproval;
use crate::outbox::clock::Clock;
use crate::outbox::error::OutboxError;
use crate::outbox::queue::Outbox;
use crate::store::outbox::OutboxStore;
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
            "approval_above = 1000",
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

#[test]
fn neither_a_recovery_nor_a_copy_nor_a_sender_itself_starts_it() {
    let bench = Bench::new();
    let id = bench.queue(&guarded(), 10);
    let stands = || {
        let batch = bench.batch(id);
        assert!(batch.waits_for_approval(), "{batch:?}");
        assert_eq!(batch.counts.queued, 3);
    };
    bench.pass(Duration::from_secs(48 * 3600));
    bench.outbox.recover_if_idle().unwrap();
    stands();
    let held = Outbox::adopt(bench.outbox.data_dir(), bench.clock.as_ref()).unwrap();
    assert_eq!(held, [], "it is held already");
    stands();
    // As if an engine had it in hand, whatever made it think so.
    let now = bench.clock.now().wall;
    let store = OutboxStore::open(bench.outbox.data_dir()).unwrap();
    let candidates = store.candidates(id, now, 9).unwrap();
    assert_eq!(candidates.len(), 3);
    assert!(!matches!(store.mark(id, &candidates, now), Ok(marked) if !marked.is_empty()));
    assert!(store.resume(id, 3, now).is_err(), "the record refuses");
    store.end_grace(id, now).unwrap();
    store.let_go(id, now).unwrap();
    stands();
}

#[test]
fn what_it_waits_for_names_the_command() {
    let bench = Bench::new();
    bench.queue(&plan(1, fast(1)), 0);
    let id = bench.queue(&guarded(), 0);
    let reason = bench.batch(id).reason.unwrap().text;
    let command = format!("`alertdesk approval request {} --to FILE`", id.0);
    assert!(reason.contains(&command), "{reason}");
}

/// A refusal of the kind that passes.
fn busy() -> Judgement {
    Judgement {
        transient: true,
        ..judgement(Verdict::Rejected, Some(200))
    }
}

/// A batch whose calls were all refused for now; its profile asks above so many.
fn refused_for_now(bench: &mut Bench, above: u64) -> BatchId {
    let mut plan = guarded();
    plan.waiting.approvers = Some(Approvers::read(ASHA).asked_above(above));
    let id = bench.queue(&plan, 0);
    take(bench, id, ASHA, SignedDuration::ZERO).unwrap();
    bench.outbox.resume(id, 3).unwrap();
    bench.turn(Vec::new());
    while !bench.on_the_way.is_empty() {
        bench.answer(&busy());
    }
    assert_eq!(bench.batch(id).counts.rejected, 3);
    id
}

#[test]
fn what_is_sent_again_is_looked_at_again() {
    let mut bench = Bench::new();
    let parent = refused_for_now(&mut bench, 2);
    let again = bench.outbox.retry(parent).unwrap();
    assert_eq!(again.parent, Some(parent));
    assert!(again.waits_for_approval(), "{again:?}");
    let reason = &again.reason.as_ref().unwrap().text;
    assert!(
        reason.starts_with(&format!("Made from {parent}. A second person")),
        "{reason}"
    );
    assert_eq!(
        bench.outbox.resume(again.id, 3).unwrap_err(),
        OutboxError::NotApproved(again.id)
    );
    // The word for the first is no word for the second, although both say the same.
    let first = bench.batch(parent);
    assert_eq!(first.plan_sha256, again.plan_sha256);
    assert_eq!(bench.turn(Vec::new()), 0);
    let shown = bench.outbox.to_approve(again.id).unwrap();
    assert_eq!(shown.calls.len(), 3);
    take(&bench, again.id, ASHA, SignedDuration::ZERO).unwrap();
    bench.outbox.resume(again.id, 3).unwrap();
    assert!(
        bench.until_sending(Duration::from_secs(60)).is_some(),
        "{:?}",
        bench.batch(again.id)
    );
}

#[test]
fn fewer_than_the_profile_asks_about_are_sent_again_by_the_first_person() {
    let mut bench = Bench::new();
    let parent = refused_for_now(&mut bench, 2);
    // One of them was refused for good: two are left, and two need nobody.
    let few = {
        let file = bench.outbox.data_dir().join("outbox.db");
        let raw = Connection::open(file).unwrap();
        let sql = "UPDATE attempts SET transient = 0
                   WHERE item = (SELECT min(id) FROM items WHERE batch = ?1)";
        assert_eq!(raw.execute(sql, [parent.0]).unwrap(), 1);
        bench.outbox.retry(parent).unwrap()
    };
    assert_eq!((few.state, few.counts.queued), (BatchState::Paused, 2));
    bench.outbox.resume(few.id, 2).unwrap();
    assert!(
        bench.until_sending(Duration::from_secs(60)).is_some(),
        "{:?}",
        bench.batch(few.id)
    );
}

#[test]
fn an_approval_is_a_fresh_look_for_a_day_from_when_it_was_signed() {
    let hours = |hours: u64| Duration::from_secs(hours * 3600);
    let mut bench = Bench::new();
    let id = bench.queue(&guarded(), 0);
    bench.pass(hours(30));
    take(&bench, id, ASHA, SignedDuration::from_hours(20)).unwrap();
    bench.outbox.resume(id, 3).unwrap();
    assert_ne!(bench.turn(Vec::new()), 0);

    let old = bench.queue(&guarded(), 0);
    bench.pass(hours(30));
    take(&bench, old, ASHA, SignedDuration::from_hours(20)).unwrap();
    bench.pass(hours(5));
    let refused = bench.outbox.resume(old, 3).unwrap_err();
    assert!(matches!(refused, OutboxError::TooOld { .. }), "{refused}");
}

#[test]
fn whoever_takes_an_approval_too_late_for_the_plan_is_told() {
    let bench = Bench::new();
    let queue = |minutes: i64| {
        let mut plan = kept(3, Schedule::StartAt(bench.after(minutes)));
        plan.waiting.approvers = Some(Approvers::read(ASHA));
        bench.queue(&plan, 0)
    };
    let (missed, ahead) = (queue(10), queue(30));
    bench.pass(Duration::from_secs(20 * 60));
    let reason = |id: BatchId| {
        take(&bench, id, ASHA, SignedDuration::ZERO).unwrap();
        bench.batch(id).reason.unwrap().text
    };
    let text = reason(missed);
    assert!(text.ends_with("resumed, it starts at once."), "{text}");
    let text = reason(ahead);
    assert!(text.ends_with("it reaches 3 people."), "{text}");
    assert_eq!(
        bench.outbox.resume(ahead, 3).unwrap().state,
        BatchState::Scheduled
    );
}
