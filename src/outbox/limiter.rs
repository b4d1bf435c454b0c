//! How fast: a token bucket in messages a minute that starts slowly, grows with success and
//! halves when the platform asks for less. It holds no clock; times are given.

use std::time::Duration;

/// Tokens that may lie ready at the usual rates.
const BURST: f64 = 5.0;
/// Above 6,000 a minute five tokens would be less than one turn of the engine uses.
const BURST_SECONDS: f64 = 0.05;
const SLOW_START: f64 = 0.25;
const GROWTH: f64 = 1.1;
const GROWTH_EVERY: u32 = 50;
/// One message in four hours; slower is not waiting but forgetting.
const SLOWEST: f64 = 1.0 / 240.0;

/// The rate of one bot.
#[derive(Debug, Clone, PartialEq)]
pub struct Limiter {
    limit: f64,
    current: f64,
    tokens: f64,
    counted: Duration,
    accepted: u32,
    wait_until: Option<Duration>,
}

impl Limiter {
    /// A full bucket at this many messages a minute.
    pub fn new(per_minute: f64, now: Duration) -> Self {
        let limit = per_minute.max(SLOWEST);
        Self {
            limit,
            current: limit,
            tokens: BURST,
            counted: now,
            accepted: 0,
            wait_until: None,
        }
    }

    /// A list begins or goes on after a stop: a quarter of its rate at first.
    pub fn begin(&mut self, per_minute: f64, now: Duration) {
        self.refill(now);
        self.limit = per_minute.max(SLOWEST);
        self.current = (self.limit * SLOW_START).max(self.limit.min(1.0));
        self.accepted = 0;
    }

    /// A person changed the rate while it runs.
    pub fn set_limit(&mut self, per_minute: f64, now: Duration) {
        let limit = per_minute.max(SLOWEST);
        if (limit - self.limit).abs() < f64::EPSILON {
            return;
        }
        self.refill(now);
        self.current = (self.current * limit / self.limit).max(limit.min(1.0));
        self.limit = limit;
    }

    /// How many calls may be started now.
    pub fn available(&mut self, now: Duration) -> u32 {
        if self.wait_until.is_some_and(|until| now < until) {
            return 0;
        }
        self.wait_until = None;
        self.refill(now);
        whole(self.tokens)
    }

    /// Uses up tokens for calls that were marked.
    pub fn take(&mut self, count: u32) {
        self.tokens = (self.tokens - f64::from(count)).max(0.0);
    }

    /// When a call may be started next.
    pub fn next_at(&mut self, now: Duration) -> Duration {
        self.refill(now);
        let missing = (1.0 - self.tokens).max(0.0);
        let token_at = now + Duration::from_secs_f64(missing * 60.0 / self.current);
        token_at.max(self.wait_until.unwrap_or(now))
    }

    /// The platform took one.
    pub fn accepted(&mut self) {
        self.accepted += 1;
        if self.accepted >= GROWTH_EVERY {
            self.accepted = 0;
            self.current = (self.current * GROWTH).min(self.limit);
        }
    }

    /// Nothing may start until then; the rate stays.
    pub fn wait(&mut self, until: Duration) {
        self.wait_until = Some(self.wait_until.map_or(until, |at| at.max(until)));
    }

    /// The platform asked for less: wait, then go on at half the rate. Answers to calls that were
    /// on the way together count once.
    pub fn throttled(&mut self, until: Duration, now: Duration) {
        if self.wait_until.is_none_or(|at| now >= at) {
            self.refill(now);
            self.current = (self.current / 2.0).max(self.limit.min(1.0));
            self.tokens = self.tokens.min(1.0);
            self.accepted = 0;
        }
        self.wait(until);
    }

    /// Messages a minute right now.
    pub fn per_minute(&self) -> u32 {
        whole(self.current)
    }

    fn refill(&mut self, now: Duration) {
        let seconds = now.saturating_sub(self.counted).as_secs_f64();
        let burst = BURST.max(self.current / 60.0 * BURST_SECONDS);
        self.tokens = (self.tokens + seconds * self.current / 60.0).min(burst);
        self.counted = now.max(self.counted);
    }
}

/// The whole part of a small count that is never negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of u32 before"
)]
fn whole(value: f64) -> u32 {
    // A hair under a whole token is that token; the error does not add up.
    (value + 1e-9).clamp(0.0, f64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::Limiter;
    use std::time::Duration;

    fn seconds(value: u64) -> Duration {
        Duration::from_secs(value)
    }

    #[test]
    fn never_more_than_five_at_once_and_the_rate_over_a_minute() {
        let mut limiter = Limiter::new(600.0, seconds(0));
        assert_eq!(limiter.available(seconds(100)), 5);
        limiter.take(5);
        assert_eq!(limiter.available(seconds(100)), 0);
        assert_eq!(
            limiter.next_at(seconds(100)),
            Duration::from_millis(100_100)
        );
        let mut sent = 0;
        for tick in 0..600u64 {
            let now = seconds(100) + Duration::from_millis(100 * (tick + 1));
            let count = limiter.available(now);
            limiter.take(count);
            sent += count;
        }
        assert!((598..=600).contains(&sent), "{sent}");
    }

    #[test]
    fn a_list_starts_at_a_quarter_and_grows_with_success() {
        let mut limiter = Limiter::new(600.0, seconds(0));
        limiter.begin(600.0, seconds(0));
        assert_eq!(limiter.per_minute(), 150);
        for _ in 0..50 {
            limiter.accepted();
        }
        assert_eq!(limiter.per_minute(), 165);
        for _ in 0..5000 {
            limiter.accepted();
        }
        assert_eq!(limiter.per_minute(), 600);
    }

    #[test]
    fn a_refusal_for_speed_waits_and_halves_once_for_all_on_the_way() {
        let mut limiter = Limiter::new(600.0, seconds(0));
        limiter.throttled(seconds(42), seconds(10));
        limiter.throttled(seconds(40), seconds(11));
        assert_eq!(limiter.per_minute(), 300);
        assert_eq!(limiter.available(seconds(41)), 0);
        assert_eq!(limiter.next_at(seconds(20)), seconds(42));
        assert!(limiter.available(seconds(42)) >= 1);
        limiter.throttled(seconds(50), seconds(43));
        assert_eq!(limiter.per_minute(), 150);
    }

    #[test]
    fn a_person_changes_the_rate_while_it_runs() {
        let mut limiter = Limiter::new(600.0, seconds(0));
        limiter.begin(600.0, seconds(0));
        limiter.set_limit(1200.0, seconds(1));
        assert_eq!(limiter.per_minute(), 300);
        limiter.set_limit(0.5, seconds(1));
        limiter.take(5);
        assert_eq!(limiter.next_at(seconds(1)), seconds(121));
    }
}
