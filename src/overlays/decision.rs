//! What every overlay that decides something shares: it drops what was typed for the place before
//! it, takes no paste, and its answer counts once. One value of this in a dialog's state is all it
//! needs; the application asks it before any key gets through.

use jiff::{SignedDuration, Timestamp};

/// Input of a dialog's first moments is dropped: it was meant for what was there before.
pub const QUIET: SignedDuration = SignedDuration::from_millis(400);

/// The guard of one dialog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    opened: Timestamp,
    spent: bool,
    refusal: Option<String>,
}

impl Decision {
    /// The guard of a dialog that opens now.
    pub fn new(now: Timestamp) -> Self {
        Self {
            opened: now,
            spent: false,
            refusal: None,
        }
    }

    /// Begins the quiet time again, for example after a change of size. A spent answer stays
    /// spent.
    pub fn restart(&mut self, now: Timestamp) {
        self.opened = now;
    }

    /// Whether input is still dropped.
    pub fn is_quiet(&self, now: Timestamp) -> bool {
        now.duration_since(self.opened) < QUIET
    }

    /// Takes the one answer this dialog has: true once, and never again.
    pub fn take(&mut self) -> bool {
        !std::mem::replace(&mut self.spent, true)
    }

    /// Says why the last input did nothing.
    pub fn refuse(&mut self, why: String) {
        self.refusal = Some(why);
    }

    /// A paste does nothing but say so.
    pub fn refuse_paste(&mut self, now: Timestamp) {
        if !self.is_quiet(now) {
            self.refuse("type it: a paste is not taken here".to_owned());
        }
    }

    /// Something was typed; the last refusal is over.
    pub fn typed(&mut self) {
        self.refusal = None;
    }

    /// Why the last input did nothing.
    pub fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::Decision;
    use jiff::{SignedDuration, Timestamp};

    #[test]
    fn the_first_moments_are_quiet_and_the_answer_counts_once() {
        let start = Timestamp::UNIX_EPOCH;
        let after = |millis| start + SignedDuration::from_millis(millis);
        let mut decision = Decision::new(start);
        assert!(decision.is_quiet(after(399)) && !decision.is_quiet(after(400)));
        decision.refuse_paste(after(10));
        assert_eq!(decision.refusal(), None);
        decision.refuse_paste(after(500));
        assert!(decision.refusal().is_some());
        assert!(decision.take());
        decision.restart(after(1000));
        assert!(decision.is_quiet(after(1399)));
        assert!(!decision.take(), "also after a change of size");
    }
}
