//! Every fault alone and all of them together, against the real client and the real classifier.

use crate::oracle::oracle;
use crate::server::{Fault, FaultServer, Means, Mix};
use crate::support::{finish, open, plan, provider, queue, real, run_sender};
use alertdesk::contract::{CallOutcome, OutboxEvent};
use alertdesk::domain::{BatchId, BatchState, Counts};
use alertdesk::outbox::{Outbox, Scope, Sender};
use std::collections::HashSet;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Sends a batch to such a server until nothing is left; the oracle holds whenever it stops.
fn send_all(people: u32, concurrency: u32, mix: Mix) -> (FaultServer, Counts) {
    let dir = tempfile::tempdir().unwrap();
    let server = FaultServer::start(mix);
    let outbox = open(dir.path());
    let id = queue(&outbox, &plan(&server.base_url(), people, concurrency));
    finish(&outbox, id, || send(&outbox, &server));
    let counts = outbox.show(id).unwrap().counts;
    assert_eq!(counts.planned, u64::from(people) + 2);
    (server, counts)
}

fn send(outbox: &Outbox, server: &FaultServer) {
    let base_url = server.base_url();
    run_sender(Sender::take(outbox).unwrap(), &base_url, real(&base_url));
    oracle(outbox, &server.tally().taken, &HashSet::new());
}

/// Every call meets it the first time it comes.
#[rstest::rstest]
fn a_fault_alone_ends_in_the_one_state_it_allows(
    #[values(
        Fault::ResetUnread,
        Fault::Reset,
        Fault::Hang,
        Fault::Refused,
        Fault::Html,
        Fault::Empty,
        Fault::Truncated,
        Fault::TwoStatus,
        Fault::LaterSeconds,
        Fault::LaterDate,
        Fault::LaterGarbage,
        Fault::Unavailable,
        Fault::UnavailableLater,
        Fault::Failed500,
        Fault::Failed502,
        Fault::Elsewhere,
        Fault::Drip
    )]
    fault: Fault,
) {
    let mix = Mix::of(&[fault], 1000);
    let (server, counts) = send_all(4, 1, Mix { visits: 1, ..mix });
    let ended = match fault.means() {
        Means::Yes | Means::Later => (4, 0, 0),
        Means::No => (0, 4, 0),
        Means::Ambiguous => (0, 0, 4),
    };
    assert_eq!((counts.accepted, counts.rejected, counts.unknown), ended);
    assert_eq!(server.tally().tried(), 4);
}

#[test]
fn a_mixed_batch_under_five_percent_faults_loses_and_doubles_nothing() {
    let (server, counts) = send_all(1000, 16, Mix::all(50));
    let tally = server.tally();
    assert!(tally.tried() > 20, "{:?}", tally.faults);
    assert_eq!(counts.unknown, u64::from(tally.of(Means::Ambiguous)));
    assert_eq!(counts.rejected, u64::from(tally.of(Means::No)));
    assert_eq!(counts.accepted + counts.unknown + counts.rejected, 1000);
}

#[test]
fn one_percent_faults_make_as_many_unknowns_as_were_ambiguous() {
    let (server, counts) = send_all(2000, 64, Mix::all(10));
    let ambiguous = u64::from(server.tally().of(Means::Ambiguous));
    assert!(ambiguous > 0);
    assert_eq!(counts.unknown, ambiguous);
    println!(
        "{ambiguous} ambiguous faults among 2000 calls: {} unknown",
        counts.unknown
    );
}

/// Sends until the first call waits for its next try, and stops then.
fn send_until_one_waits(outbox: &Outbox, base_url: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (events, mut reader) = mpsc::channel(64);
    let stop = CancellationToken::new();
    let sender = Sender::take(outbox).unwrap();
    let transport = real(base_url);
    runtime.block_on(async {
        let provider = provider(base_url, transport);
        let sending = sender.run_until_done(Scope::Everything, provider, events, stop.clone());
        let watching = async {
            while let Some(event) = reader.recv().await {
                if let OutboxEvent::CallFinished(call) = event
                    && call.outcome == CallOutcome::Waiting
                {
                    break;
                }
            }
            stop.cancel();
        };
        let (summary, ()) = tokio::join!(sending, watching);
        summary.unwrap();
    });
}

#[test]
fn a_refused_connection_is_no_unknown_and_what_waits_is_sent_once_the_server_is_back() {
    let dir = tempfile::tempdir().unwrap();
    // Bound and not listening: whoever connects is refused, and nobody else gets the port.
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let base_url = format!("http://{}", socket.local_addr().unwrap());
    let outbox = open(dir.path());
    let id: BatchId = queue(&outbox, &plan(&base_url, 5, 2));
    send_until_one_waits(&outbox, &base_url);
    let batch = outbox.show(id).unwrap();
    assert_eq!(batch.state, BatchState::Paused);
    assert_eq!((batch.counts.queued, batch.counts.unknown), (5, 0));
    let listener = runtime.block_on(async { socket.listen(64).unwrap().into_std().unwrap() });
    listener.set_nonblocking(false).unwrap();
    let server = FaultServer::on(listener, Mix::none());
    finish(&outbox, id, || send(&outbox, &server));
    assert_eq!(outbox.show(id).unwrap().counts.accepted, 5);
}
