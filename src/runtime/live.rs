//! How much is on its way: what a test waits for instead of for a time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;

/// Counts tasks, so that a test can wait until nothing is on its way.
#[derive(Debug, Default)]
pub struct Live {
    count: AtomicUsize,
    changed: Notify,
}

impl Live {
    /// Tasks on their way whose results are wanted.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::SeqCst)
    }

    /// Waits for the next task to end.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    pub(super) fn begin(self: &Arc<Self>) -> LiveTask {
        self.count.fetch_add(1, Ordering::SeqCst);
        LiveTask(Arc::clone(self))
    }
}

/// A task whose result is wanted, until it is dropped.
pub(super) struct LiveTask(Arc<Live>);

impl Drop for LiveTask {
    fn drop(&mut self) {
        self.0.count.fetch_sub(1, Ordering::SeqCst);
        self.0.changed.notify_waiters();
    }
}
