//! The sender of this process: becomes it as soon as nobody else is, and hands its news to the
//! dashboard. What is sent, and when, is the outbox engine's business.

use super::call_person::{call_person, failed_call};
use super::clock;
use super::effect_runner::{QUEUE, deliver, run_blocking};
use super::storage::{Job, execute};
use super::world::World;
use crate::contract::{ApiError, Event, OutboxCommand, OutboxEvent, SenderState};
use crate::outbox::{OutboxError, Sender};
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How often a window that does not send looks whether the sender is gone.
const TAKE_OVER: Duration = Duration::from_secs(2);

/// Sends until told to stop.
pub async fn send_until_stopped(
    world: Arc<World>,
    events: mpsc::Sender<Event>,
    stop: CancellationToken,
) {
    while !stop.is_cancelled() {
        match try_to_send(&world, &events, &stop).await {
            Ok(()) => return,
            // What others do is told here as well: a result that becomes unknown there waits for
            // a person wherever one looks.
            Err(OutboxError::OtherSender { .. }) => follow(&world, &events, &stop).await,
            // It stays one as long as this process has it open.
            Err(error @ OutboxError::Copied(_)) => {
                refused(&events, error).await;
                return;
            }
            Err(error) => {
                tracing::error!(%error, "the sender stopped");
                refused(&events, error).await;
                tell(&events, OutboxEvent::Sender(SenderState::Nobody)).await;
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(TAKE_OVER) => {}
        }
    }
}

async fn refused(events: &mpsc::Sender<Event>, error: OutboxError) {
    let answer = crate::contract::OutboxAnswer::Refused(ApiError::from(error));
    deliver(events, Event::OutboxAnswer(Box::new(answer))).await;
}

async fn tell(events: &mpsc::Sender<Event>, event: OutboxEvent) {
    deliver(events, Event::Outbox(Box::new(event))).await;
}

/// Tells what another process does for as long as it sends.
async fn follow(world: &Arc<World>, events: &mpsc::Sender<Event>, stop: &CancellationToken) {
    let opening = Arc::clone(world);
    let Ok(Ok(outbox)) = run_blocking(move || opening.outbox().cloned()).await else {
        return;
    };
    let (news, mut incoming) = mpsc::channel(QUEUE);
    let following = outbox.follow(news, stop.clone());
    tokio::pin!(following);
    loop {
        tokio::select! {
            Some(event) = incoming.recv() => tell(events, event).await,
            ended = &mut following => {
                if let Err(error) = ended {
                    tracing::error!(%error, "another sender could not be followed");
                }
                return;
            }
        }
    }
}

async fn try_to_send(
    world: &Arc<World>,
    events: &mpsc::Sender<Event>,
    stop: &CancellationToken,
) -> Result<(), OutboxError> {
    // Without a key nothing can be sent; the reads say why.
    if world.connected().await.is_err() {
        return Err(OutboxError::OtherSender { pid: 0 });
    }
    let taking = Arc::clone(world);
    let taken = run_blocking(move || match taking.outbox() {
        Ok(outbox) => Sender::take(outbox).map_err(|error| (error, outbox.sender().ok())),
        Err(error) => Err((OutboxError::Broken(error.message), None)),
    });
    let taken = taken
        .await
        .map_err(|error| OutboxError::Broken(error.to_string()))?;
    let sender = match taken {
        Ok(sender) => sender,
        Err((error, other)) => {
            if let Some(other) = other {
                tell(events, OutboxEvent::Sender(other)).await;
            }
            return Err(error);
        }
    };
    tell(events, OutboxEvent::Sender(SenderState::ThisProcess)).await;
    if !sender.recovered().is_empty() {
        tell(events, OutboxEvent::Recovered(sender.recovered().to_vec())).await;
        let taking = Arc::clone(world);
        let listed = run_blocking(move || execute(&taking, Job::Outbox(OutboxCommand::Load)));
        if let Ok(Some(event)) = listed.await {
            deliver(events, event).await;
        }
    }
    let (news, mut incoming) = mpsc::channel(QUEUE);
    let provider: Arc<dyn crate::outbox::TransportProvider> = Arc::clone(world) as _;
    let running = sender.run(provider, news, stop.clone());
    tokio::pin!(running);
    // Beside the sender, which waits for nobody who is called.
    let mut calls = FuturesUnordered::new();
    loop {
        tokio::select! {
            Some(event) = incoming.recv() => {
                if let (OutboxEvent::PersonNeeded(call), Some(command)) = (&event, world.notify()) {
                    let call = call.clone();
                    calls.push(async move { (call_person(command, &call).await, call) });
                }
                tell(events, event).await;
            }
            Some((ended, call)) = calls.next() => {
                if let Err(sentence) = ended {
                    let record = failed_call(&call, sentence, clock::now());
                    deliver(events, Event::Call(Box::new(record))).await;
                }
            }
            result = &mut running => return result.map(|_| ()),
        }
    }
}
