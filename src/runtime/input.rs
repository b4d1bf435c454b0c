//! What the terminal says, as a stream that can be given up for another program. It must not
//! know what a key means.

use crossterm::event::{Event, EventStream};
use futures_util::StreamExt;
use std::io;
use std::task::Poll;
use std::time::Duration;

/// Keys, pastes, mouse and size, read in the background while somebody wants them.
#[derive(Debug, Default)]
pub struct Input {
    stream: Option<EventStream>,
}

impl Input {
    /// Waits for what the terminal says next; `None` when it will say nothing more.
    pub async fn next(&mut self) -> Option<io::Result<Event>> {
        self.stream
            .get_or_insert_with(EventStream::new)
            .next()
            .await
    }

    /// What has already arrived; never waits. The poll must be made with the waker of this task:
    /// the stream keeps the first one it sees, and with another one no later key would wake us.
    pub async fn already_there(&mut self) -> Option<io::Result<Event>> {
        let stream = self.stream.as_mut()?;
        std::future::poll_fn(|context| match stream.poll_next_unpin(context) {
            Poll::Ready(read) => Poll::Ready(read),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    /// Stops reading, so that another program gets the keys; the next wait starts anew. The old
    /// reader must be gone before a new one is made: it holds the lock a new one asks for.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn give_up(&mut self) -> io::Result<()> {
        self.stream = None;
        // The reader that ends leaves a wake-up behind. Taken in later together with a key, it
        // would hide that key until the next one.
        crossterm::event::poll(Duration::ZERO).map(drop)
    }
}
