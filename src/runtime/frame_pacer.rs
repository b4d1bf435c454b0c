//! When to draw: the first changes after quiet at once, bursts at most sixty times a second.
//!
//! A small credit lets a key and the answer it causes a millisecond later both be drawn at once;
//! only a longer burst waits.

use std::time::{Duration, Instant};

/// Time between two draws in a burst.
const FRAME: Duration = Duration::from_micros(16_667);
/// Draws that may follow each other without waiting.
const CREDIT: u32 = 4;

/// Decides when the screen may be drawn.
#[derive(Debug, Clone)]
pub struct FramePacer {
    credit: u32,
    refilled: Instant,
}

impl FramePacer {
    /// A pacer with full credit.
    pub fn new(now: Instant) -> Self {
        Self {
            credit: CREDIT,
            refilled: now,
        }
    }

    /// How long to wait before the next draw; zero means draw now.
    pub fn wait(&mut self, now: Instant) -> Duration {
        self.refill(now);
        if self.credit > 0 {
            return Duration::ZERO;
        }
        FRAME.saturating_sub(now.saturating_duration_since(self.refilled))
    }

    /// Something was drawn.
    pub fn drew(&mut self, now: Instant) {
        self.refill(now);
        if self.credit == CREDIT {
            self.refilled = now;
        }
        self.credit = self.credit.saturating_sub(1);
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.refilled);
        let frames = u32::try_from(passed.as_micros() / FRAME.as_micros()).unwrap_or(CREDIT);
        if frames > 0 {
            self.credit = self.credit.saturating_add(frames).min(CREDIT);
            self.refilled += FRAME * frames.min(CREDIT);
            if self.credit == CREDIT {
                self.refilled = now;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CREDIT, FRAME, FramePacer};
    use crate::runtime::clock;

    #[test]
    fn a_burst_is_merged_and_quiet_brings_the_credit_back() {
        let start = clock::steady();
        let mut pacer = FramePacer::new(start);
        for _ in 0..CREDIT {
            assert!(pacer.wait(start).is_zero());
            pacer.drew(start);
        }
        assert_eq!(pacer.wait(start), FRAME);
        assert!(pacer.wait(start + FRAME).is_zero());
        pacer.drew(start + FRAME);
        assert!(!pacer.wait(start + FRAME).is_zero());
        assert!(pacer.wait(start + FRAME * 20).is_zero());
    }

    #[test]
    fn a_second_of_ceaseless_changes_draws_sixty_times() {
        let start = clock::steady();
        let mut pacer = FramePacer::new(start);
        let mut draws = 0;
        for milli in 0..1000 {
            let now = start + std::time::Duration::from_millis(milli);
            if pacer.wait(now).is_zero() {
                pacer.drew(now);
                draws += 1;
            }
        }
        assert!((55..=66).contains(&draws), "{draws}");
    }
}
