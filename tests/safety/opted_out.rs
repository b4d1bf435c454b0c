//! Nobody who opted out before the claim is ever accepted by the server, whenever that happens:
//! before the plan is queued, while it waits, while it runs, in a repeat.

use crate::oracle::{Taken, all_items, oracle};
use crate::support::{
    Answering, NOWHERE, accepted, digits, finish, judged, open, plan, queue, run_sender,
};
use alertdesk::domain::{ItemState, OptOutSource, Sha256Hex, Verdict};
use alertdesk::outbox::{Outbox, OutboxError, Sender};
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

const WHY: (OptOutSource, &str) = (OptOutSource::Manual, "asked");

fn opt_out(outbox: &Outbox, people: impl IntoIterator<Item = u32>) {
    let people: Vec<String> = people.into_iter().map(digits).collect();
    let target = crate::support::target(NOWHERE);
    outbox.suppress(&target, &people, WHY).unwrap();
}

#[test]
fn opted_out_while_it_runs_means_never_taken_from_then_on() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = open(dir.path());
    let id = queue(&outbox, &plan(NOWHERE, 120, 4));
    opt_out(&outbox, [3, 4, 5]);
    let taken: Arc<Mutex<Taken>> = Arc::default();
    // Who had opted out when a call was made, by the server's own book.
    let gone: Arc<Mutex<HashSet<String>>> =
        Arc::new(Mutex::new([3, 4, 5].map(digits).into_iter().collect()));
    let (book, list, record) = (Arc::clone(&taken), Arc::clone(&gone), outbox.clone());
    let count = Arc::new(Mutex::new(0_u32));
    finish(&outbox, id, || {
        let (book, list, record) = (Arc::clone(&book), Arc::clone(&list), record.clone());
        let count = Arc::clone(&count);
        let transport = Answering(move |body: String| {
            let number = body.split('"').nth(3).unwrap().to_owned();
            let hash = Sha256Hex::of(body.as_bytes()).as_str().to_owned();
            assert!(
                !list.lock().unwrap().contains(&number),
                "{number} opted out"
            );
            *book.lock().unwrap().entry(hash).or_insert(0) += 1;
            let mut count = count.lock().unwrap();
            *count += 1;
            // Somebody far behind in the queue opts out now and then.
            if count.is_multiple_of(10) && *count <= 80 {
                let who = 119 - *count / 10;
                opt_out(&record, [who]);
                list.lock().unwrap().insert(digits(who));
            }
            async { accepted() }
        });
        run_sender(Sender::take(&outbox).unwrap(), NOWHERE, transport);
    });
    let counts = outbox.show(id).unwrap().counts;
    let gone = gone.lock().unwrap();
    assert!(gone.len() > 8, "{gone:?}");
    assert_eq!(counts.cancelled, gone.len() as u64);
    assert_eq!(counts.accepted + counts.cancelled, 120);
    for item in all_items(&outbox) {
        let out = item
            .recipient
            .as_ref()
            .is_some_and(|one| gone.contains(one));
        if out {
            assert_eq!(item.state, ItemState::Cancelled, "{item:?}");
            assert_eq!(item.rule.as_deref(), Some("opted_out"));
        }
    }
    oracle(&outbox, &taken.lock().unwrap(), &HashSet::new());
}

#[test]
fn a_repeat_of_what_was_refused_leaves_out_who_opted_out_since() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = open(dir.path());
    let id = queue(&outbox, &plan(NOWHERE, 3, 1));
    let refusing = Answering(|_| async {
        let mut judged = judged(Verdict::Rejected, Some(400), "refused");
        judged.judgement.transient = true;
        judged
    });
    run_sender(Sender::take(&outbox).unwrap(), NOWHERE, refusing);
    assert_eq!(outbox.show(id).unwrap().counts.rejected, 3);
    opt_out(&outbox, [1]);
    let again = outbox.retry(id).unwrap();
    let taken: Arc<Mutex<Taken>> = Arc::default();
    let book = Arc::clone(&taken);
    outbox.resume(again.id, 3).unwrap();
    let transport = Answering(move |body: String| {
        assert!(!body.contains(&digits(1)), "{body}");
        let hash = Sha256Hex::of(body.as_bytes()).as_str().to_owned();
        *book.lock().unwrap().entry(hash).or_insert(0) += 1;
        async { accepted() }
    });
    run_sender(Sender::take(&outbox).unwrap(), NOWHERE, transport);
    let counts = outbox.show(again.id).unwrap().counts;
    assert_eq!((counts.accepted, counts.cancelled), (2, 1));
    oracle(&outbox, &taken.lock().unwrap(), &HashSet::new());
}

#[test]
fn opted_out_between_plan_and_confirm_queues_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let outbox = open(dir.path());
    let plan = plan(NOWHERE, 3, 1);
    opt_out(&outbox, [2]);
    let confirmation = alertdesk::outbox::Confirmation {
        typed: "3".to_owned(),
        grace: std::time::Duration::ZERO,
    };
    let refused = outbox.queue(&plan, &confirmation).unwrap_err();
    assert_eq!(refused, OutboxError::OptedOut(1));
    assert_eq!(outbox.list().unwrap(), []);
    oracle(&outbox, &HashMap::new(), &HashSet::new());
}
