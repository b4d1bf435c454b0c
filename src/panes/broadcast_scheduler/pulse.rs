//! How fast batches go: how many people got their result in each step of the last quarter of an
//! hour. Bounded, whatever the size of a batch; kept only while the program runs.

use crate::domain::{Batch, BatchId};
use jiff::Timestamp;
use std::collections::VecDeque;
use std::time::Duration;

/// Seconds of a step.
const STEP: i64 = 10;
/// Steps of a minute.
const MINUTE: i64 = 60 / STEP;
/// Minutes that are shown.
const MINUTES: i64 = 13;
/// Batches that are remembered, the last that moved.
const BATCHES: usize = 8;

/// The speed of the batches that moved last.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pulses {
    of: Vec<Pulse>,
}

#[derive(Debug, Clone, PartialEq)]
struct Pulse {
    batch: BatchId,
    since: Timestamp,
    steps: VecDeque<(i64, u64)>,
    wait: Option<Wait>,
}

/// A batch stands still until a time, because its last call is tried again then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// When the call is tried again.
    pub until: Timestamp,
    /// Whether the platform asked for it; else there was no way to it.
    pub asked: bool,
}

/// Recipients whose result is known, or cannot be.
fn settled(batch: &Batch) -> u64 {
    let counts = &batch.counts;
    counts.accepted + counts.rejected + counts.unknown
}

impl Pulses {
    /// A batch looks different: the people who got their result meanwhile count for this moment.
    /// Counted from pictures of the batch, because a window that does not send sees no calls.
    pub fn moved(&mut self, before: Option<&Batch>, after: &Batch, now: Timestamp) {
        let Some(before) = before else { return };
        let people = settled(after).saturating_sub(settled(before));
        if people == 0 {
            return;
        }
        let at = step(now);
        let mut pulse = self.take(after.id, now);
        pulse.wait = None;
        match pulse.steps.back_mut() {
            Some((last, count)) if *last >= at => *count += people,
            Some(_) | None => pulse.steps.push_back((at, people)),
        }
        let oldest = at - MINUTES * MINUTE;
        pulse.steps.retain(|(step, _)| *step > oldest);
        self.of.insert(0, pulse);
    }

    /// A call of the batch is tried again later, or one has ended and nothing is waited for.
    pub fn waits(&mut self, batch: BatchId, wait: Option<Wait>, now: Timestamp) {
        if wait.is_some() || self.find(batch).is_some() {
            let mut pulse = self.take(batch, now);
            pulse.wait = wait;
            self.of.insert(0, pulse);
        }
    }

    /// What the batch waits for at this moment.
    pub fn wait(&self, batch: BatchId, now: Timestamp) -> Option<Wait> {
        self.find(batch)?.wait.filter(|wait| wait.until > now)
    }

    /// People a minute over the last minute; `None` if that is not known yet.
    pub fn rate(&self, batch: BatchId, now: Timestamp) -> Option<f64> {
        /// Below so many seconds a speed would be a guess.
        const LEAST: f64 = 5.0;
        let pulse = self.find(batch)?;
        let first = step(now) - MINUTE + 1;
        let people = pulse.steps.iter().filter(|(step, _)| *step >= first);
        let people: u64 = people.map(|(_, count)| count).sum();
        let begun = Timestamp::from_second(first * STEP).unwrap_or(pulse.since);
        let seconds = now.duration_since(begun.max(pulse.since)).as_secs_f64();
        if people == 0 || seconds < LEAST {
            return None;
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "a speed needs no such precision"
        )]
        let people = people as f64;
        Some(people * 60.0 / seconds)
    }

    /// How long so many people take at the speed of the last minute.
    pub fn left(&self, batch: BatchId, people: u64, now: Timestamp) -> Option<Duration> {
        #[expect(
            clippy::cast_precision_loss,
            reason = "an estimate needs no such precision"
        )]
        let minutes = people as f64 / self.rate(batch, now)?;
        Duration::try_from_secs_f64(minutes * 60.0).ok()
    }

    /// People in each of the last minutes, oldest first; the minutes before the batch moved are
    /// left out.
    pub fn minutes(&self, batch: BatchId, now: Timestamp) -> Vec<u64> {
        let Some(pulse) = self.find(batch) else {
            return Vec::new();
        };
        let here = step(now);
        let Some((first, _)) = pulse.steps.front() else {
            return Vec::new();
        };
        let shown = ((here - first) / MINUTE + 1).clamp(1, MINUTES);
        let of_minute = |back: i64| {
            let from = here - (back + 1) * MINUTE;
            let steps = pulse.steps.iter();
            let steps = steps.filter(|(step, _)| *step > from && *step <= from + MINUTE);
            steps.map(|(_, count)| count).sum()
        };
        (0..shown).rev().map(of_minute).collect()
    }

    fn find(&self, batch: BatchId) -> Option<&Pulse> {
        self.of.iter().find(|pulse| pulse.batch == batch)
    }

    /// Takes out what is known of a batch, and makes room to put it in front.
    fn take(&mut self, batch: BatchId, now: Timestamp) -> Pulse {
        let at = self.of.iter().position(|pulse| pulse.batch == batch);
        let known = at.map(|at| self.of.remove(at));
        self.of.truncate(BATCHES - 1);
        known.unwrap_or(Pulse {
            batch,
            since: now,
            steps: VecDeque::new(),
            wait: None,
        })
    }
}

fn step(now: Timestamp) -> i64 {
    now.as_second().div_euclid(STEP)
}

#[cfg(test)]
mod tests {
    use super::{BATCHES, Pulses, Wait};
    use crate::domain::{Batch, BatchId, BatchState, Counts, SendKind, Sha256Hex};
    use jiff::{SignedDuration, Timestamp};
    use std::time::Duration;

    fn batch(id: i64, accepted: u64) -> Batch {
        Batch {
            id: BatchId(id),
            kind: SendKind::Template,
            title: "winter_hours".to_owned(),
            state: BatchState::Running,
            profile: "demo".to_owned(),
            created: Timestamp::UNIX_EPOCH,
            scheduled: None,
            counts: Counts {
                planned: accepted,
                accepted,
                ..Counts::default()
            },
            parent: None,
            reason: None,
            plan_sha256: Sha256Hex::of(b""),
            revision: accepted,
            only: None,
        }
    }

    fn after(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap() + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn a_steady_batch_has_its_rate_and_the_time_it_takes() {
        let mut pulses = Pulses::default();
        let id = BatchId(1);
        for second in 0..300 {
            let done = u64::try_from(second).unwrap() * 2;
            pulses.moved(Some(&batch(1, done)), &batch(1, done + 2), after(second));
        }
        let rate = pulses.rate(id, after(300)).unwrap();
        assert!((110.0..=132.0).contains(&rate), "{rate}");
        let left = pulses.left(id, 240, after(300)).unwrap();
        assert!((105..=135).contains(&left.as_secs()), "{left:?}");
        let minutes = pulses.minutes(id, after(299));
        assert_eq!(minutes, [120; 5]);
        // Nothing moves any more: there is no rate, and the line falls to nothing.
        assert_eq!(pulses.rate(id, after(420)), None);
        assert_eq!(pulses.minutes(id, after(419)).last(), Some(&0));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut pulses = Pulses::default();
        for second in 0..10_000 {
            let id = second % 20;
            let done = u64::try_from(second).unwrap();
            pulses.moved(Some(&batch(id, done)), &batch(id, done + 1), after(second));
        }
        assert_eq!(pulses.of.len(), BATCHES);
        assert!(pulses.of.iter().all(|pulse| pulse.steps.len() <= 78));
        assert_eq!(pulses.rate(BatchId(0), after(10_000)), None, "forgotten");
    }

    #[test]
    fn a_wait_ends_by_its_time_or_by_a_result() {
        let mut pulses = Pulses::default();
        let id = BatchId(1);
        let wait = Wait {
            until: after(42),
            asked: true,
        };
        pulses.waits(id, Some(wait), after(0));
        assert_eq!(pulses.wait(id, after(41)), Some(wait));
        assert_eq!(pulses.wait(id, after(42)), None);
        pulses.moved(Some(&batch(1, 1)), &batch(1, 2), after(3));
        assert_eq!(pulses.wait(id, after(4)), None);
        assert_eq!(pulses.left(id, 5, after(4)), None, "a second is too short");
        assert_eq!(pulses.left(id, 5, after(13)), Some(Duration::from_secs(65)));
    }
}
