//! Looks at conversations for messages that prove unknown results. Every call on the way is told
//! of, as any other call is, and so is what came of each result.

use super::effect_runner::{deliver, run_blocking};
use super::world::{Connected, World};
use crate::contract::{ApiError, ApiRequest, Event, Found, OutboxAnswer, PageRequest};
use crate::domain::{BotTarget, ItemId};
use crate::outbox::{Chats, Outbox, PageFuture, operator};
use crate::sync;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Conversations of the connection in use, each call told of.
struct ToldChats<'a> {
    connected: &'a Connected,
    events: &'a mpsc::Sender<Event>,
}

impl Chats for ToldChats<'_> {
    fn target(&self) -> &BotTarget {
        &self.connected.profile.target
    }

    fn page(&self, asked: PageRequest) -> PageFuture<'_> {
        Box::pin(async move {
            let request = ApiRequest::ConversationPage(asked);
            let (result, record) = self.connected.read.fetch(&request).await;
            let clock = record.detail.server_clock;
            deliver(self.events, Event::Call(Box::new(record))).await;
            (result.map(sync::page_of), clock)
        })
    }
}

/// Looks for these and tells what came of each.
pub async fn read_back(world: &Arc<World>, items: Vec<ItemId>, events: &mpsc::Sender<Event>) {
    let (told, mut news) = mpsc::unbounded_channel();
    let tell = move |item, found| {
        // The other end is read until this one is gone.
        drop(told.send((item, found)));
    };
    let looking = look(world, items, events, tell);
    let passing_on = async {
        while let Some((item, found)) = news.recv().await {
            let answer = OutboxAnswer::ReadBack { item, found };
            deliver(events, Event::OutboxAnswer(Box::new(answer))).await;
        }
    };
    tokio::join!(looking, passing_on);
}

async fn look(
    world: &Arc<World>,
    items: Vec<ItemId>,
    events: &mpsc::Sender<Event>,
    mut tell: impl FnMut(ItemId, Found) + Send,
) {
    let opening = Arc::clone(world);
    let outbox = run_blocking(move || opening.outbox().cloned()).await;
    let ready = match outbox {
        Ok(Ok(outbox)) => world.connected().await.map(|connected| (outbox, connected)),
        Ok(Err(error)) => Err(error),
        Err(error) => {
            tracing::error!(%error, "opening the record broke");
            return;
        }
    };
    let asked = items.clone();
    let ended: Result<(), ApiError> = match ready {
        Ok((outbox, connected)) => all(&outbox, items, &connected, (events, &mut tell)).await,
        Err(error) => Err(error),
    };
    if let Err(error) = ended {
        for item in asked {
            tell(item, Found::Failed(error.clone()));
        }
    }
}

async fn all(
    outbox: &Outbox,
    items: Vec<ItemId>,
    connected: &Connected,
    (events, tell): (&mpsc::Sender<Event>, &mut (dyn FnMut(ItemId, Found) + Send)),
) -> Result<(), ApiError> {
    let chats = ToldChats { connected, events };
    let looked = outbox.read_back(items, &chats, &operator(), tell).await;
    looked.map_err(ApiError::from)
}
