//! How fast a run goes, from what it saw during the last minute, and how long the rest takes.

use crate::text::format;
use jiff::{SignedDuration, Timestamp};
use std::collections::VecDeque;
use std::time::Duration;

/// So far back results count.
const SEEN: SignedDuration = SignedDuration::from_secs(60);
/// Over a shorter time a speed would be a guess.
const LEAST: f64 = 5.0;

/// Results by the second in which they were known.
#[derive(Debug, Default)]
pub struct Speed {
    seen: VecDeque<(Timestamp, u64)>,
}

impl Speed {
    /// So many results are known by now. The first time only says where counting begins.
    pub fn note(&mut self, now: Timestamp, known: u64) {
        while let Some((at, _)) = self.seen.front()
            && now.duration_since(*at) > SEEN
        {
            self.seen.pop_front();
        }
        let same_second = self.seen.len() > 1
            && self
                .seen
                .back()
                .is_some_and(|(at, _)| at.as_second() == now.as_second());
        match self.seen.back_mut().filter(|_| same_second) {
            Some(last) => last.1 = known,
            None => self.seen.push_back((now, known)),
        }
    }

    /// ` · 120/min · about 3 min left`; nothing while that would be a guess.
    pub fn words(&self, left: u64) -> String {
        let (Some((first, before)), Some((last, known))) = (self.seen.front(), self.seen.back())
        else {
            return String::new();
        };
        let seconds = last.duration_since(*first).as_secs_f64();
        let people = known.saturating_sub(*before);
        if seconds < LEAST || people == 0 {
            return String::new();
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "an estimate needs no such precision"
        )]
        let (people, left_over) = (people as f64, left as f64);
        let rest = Duration::try_from_secs_f64(left_over * seconds / people);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a speed is small and never below zero"
        )]
        let per_minute = format::count((people * 60.0 / seconds).round() as u64);
        match rest {
            Ok(rest) if left > 0 => {
                format!(" · {per_minute}/min · {} left", format::estimate(rest))
            }
            Ok(_) | Err(_) => format!(" · {per_minute}/min"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Speed;
    use jiff::{SignedDuration, Timestamp};

    fn after(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn a_steady_run_says_its_speed_and_the_rest() {
        let mut speed = Speed::default();
        speed.note(after(0), 100);
        assert_eq!(speed.words(360), "");
        for second in 1..=90u32 {
            speed.note(after(second.into()), 100 + u64::from(second) * 2);
        }
        assert_eq!(speed.words(360), " · 120/min · about 3 min left");
        assert_eq!(speed.words(0), " · 120/min");
        assert!(speed.seen.len() <= 62, "what is remembered is bounded");
    }

    #[test]
    fn a_run_that_stands_still_promises_nothing() {
        let mut speed = Speed::default();
        for second in 0..70 {
            speed.note(after(second), 7);
        }
        assert_eq!(speed.words(360), "");
    }
}
