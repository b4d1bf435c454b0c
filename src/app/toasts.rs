//! Toasts: at most two rows; facts leave by themselves, errors stay until something settles them.

use crate::contract::{Notice, NoticeKind};
use jiff::{SignedDuration, Timestamp};

/// How long a fact stays.
const FACT_STAYS: SignedDuration = SignedDuration::from_secs(6);

/// A notice on the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toast {
    /// What it says.
    pub notice: Notice,
    /// How often it was said.
    pub times: u32,
    /// When it was said last.
    pub at: Timestamp,
}

/// The toasts on the screen, newest last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Toasts {
    shown: Vec<Toast>,
}

impl Toasts {
    /// Shows a notice; the same one again counts up instead of stacking.
    pub fn show(&mut self, notice: Notice, now: Timestamp) {
        if let Some(toast) = self.shown.iter_mut().find(|toast| toast.notice == notice) {
            toast.times += 1;
            toast.at = now;
            return;
        }
        self.shown
            .retain(|toast| toast.notice.about != notice.about);
        self.shown.push(Toast {
            notice,
            times: 1,
            at: now,
        });
        if self.shown.len() > 2 {
            self.shown.remove(0);
        }
    }

    /// What it was about works again.
    pub fn settle(&mut self, about: &str) {
        self.shown.retain(|toast| toast.notice.about != about);
    }

    /// Removes the newest; says whether there was one.
    pub fn dismiss(&mut self) -> bool {
        self.shown.pop().is_some()
    }

    /// Removes facts that stayed long enough; gives the time until the next one leaves.
    pub fn expire(&mut self, now: Timestamp) -> Option<SignedDuration> {
        let left = |toast: &Toast| FACT_STAYS - now.duration_since(toast.at);
        self.shown.retain(|toast| {
            toast.notice.kind == NoticeKind::Error || left(toast) > SignedDuration::ZERO
        });
        self.shown
            .iter()
            .filter(|toast| toast.notice.kind != NoticeKind::Error)
            .map(left)
            .min()
    }

    /// The toasts, newest last.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Toast> {
        self.shown.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::Toasts;
    use crate::contract::Notice;
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn facts_leave_errors_stay_and_repeats_count() {
        let start = Timestamp::UNIX_EPOCH;
        let later = |seconds| start + SignedDuration::from_secs(seconds);
        let mut toasts = Toasts::default();
        toasts.show(Notice::error("users", "no answer"), start);
        toasts.show(Notice::error("users", "no answer"), start);
        toasts.show(Notice::fact("copy", "copied"), start);
        assert_eq!(
            toasts.iter().map(|toast| toast.times).collect::<Vec<_>>(),
            [2, 1]
        );
        assert_eq!(toasts.expire(later(2)), Some(SignedDuration::from_secs(4)));
        assert_eq!(toasts.expire(later(6)), None);
        assert_eq!(toasts.iter().count(), 1);
        toasts.settle("users");
        assert_eq!(toasts.iter().count(), 0);
    }
}
