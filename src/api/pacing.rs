//! How reads wait: the gap between calls, and the pause before another try. Never used by sends.

use super::clock;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::Instant;

/// Reads per second against a real host.
const PER_SECOND: u32 = 10;

/// Keeps calls apart. `None` inside means no limit, for this machine itself.
#[derive(Debug)]
pub(super) struct Pacer {
    next: Option<Mutex<Instant>>,
}

impl Pacer {
    /// Ten calls a second, or no limit.
    pub(super) fn new(limited: bool) -> Self {
        Self {
            next: limited.then(|| Mutex::new(clock::steady())),
        }
    }

    /// Waits for this call's turn.
    pub(super) async fn turn(&self) {
        if let Some(at) = self.reserve(clock::steady()) {
            tokio::time::sleep_until(at).await;
        }
    }

    fn reserve(&self, now: Instant) -> Option<Instant> {
        let next = self.next.as_ref()?;
        // A panic elsewhere cannot leave a time half written.
        let mut next = next
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let at = (*next).max(now);
        *next = at + Duration::from_secs(1) / PER_SECOND;
        Some(at)
    }
}

/// The wait before the next try: what the platform asked for, or a doubling pause with jitter.
/// `chance` is between 0 and 1.
pub(super) fn pause(tries_done: u32, asked: Option<Duration>, chance: f64) -> Duration {
    let base =
        Duration::from_millis(250) * 2_u32.saturating_pow(tries_done.saturating_sub(1).min(8));
    let jitter = base.mul_f64(chance.clamp(0.0, 1.0));
    asked.unwrap_or(base) + jitter
}

#[cfg(test)]
mod tests {
    use super::{Pacer, pause};
    use std::time::Duration;
    use tokio::time::Instant;

    #[test]
    fn calls_stand_a_tenth_of_a_second_apart_and_unlimited_ones_do_not_wait() {
        let pacer = Pacer::new(true);
        let now = Instant::now() + Duration::from_secs(1);
        let turns: Vec<Instant> = (0..3).filter_map(|_| pacer.reserve(now)).collect();
        assert_eq!(turns[0], now);
        assert_eq!(turns[2] - turns[0], Duration::from_millis(200));
        assert_eq!(Pacer::new(false).reserve(now), None);
    }

    #[test]
    fn pauses_double_and_keep_to_what_was_asked() {
        assert_eq!(pause(1, None, 0.0), Duration::from_millis(250));
        assert_eq!(pause(2, None, 1.0), Duration::from_secs(1));
        assert!(pause(1, Some(Duration::from_secs(3)), 0.5) >= Duration::from_secs(3));
    }
}
