//! A conversation at a glance: messages per day on both sides, and how long people wait for an
//! answer. Computed from messages in their order; nothing here fetches them.

use super::chat_message::Direction;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;

/// Messages of one day in the zone of the profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayCount {
    /// The day.
    pub day: Date,
    /// Messages of the customer.
    pub from_customer: u64,
    /// Messages of our side, bot or agent.
    pub from_us: u64,
}

/// How long the customer waited for our first answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResponseTimes {
    /// How often we answered.
    pub answers: u64,
    /// Half of the answers came within this.
    pub median: SignedDuration,
    /// Nine of ten answers came within this.
    pub slow: SignedDuration,
}

/// A conversation at a glance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversationSummary {
    /// One entry a day, without gaps, from the first with a message to the last.
    pub days: Vec<DayCount>,
    /// Nothing if we never answered.
    pub responses: Option<ResponseTimes>,
    /// Since when the customer waits for an answer, if they do.
    pub waiting_since: Option<Timestamp>,
}

/// Collects messages, oldest first.
#[derive(Debug)]
pub struct SummaryBuilder {
    zone: TimeZone,
    days: BTreeMap<Date, (u64, u64)>,
    waits: Vec<SignedDuration>,
    waiting_since: Option<Timestamp>,
}

impl SummaryBuilder {
    /// Nothing yet; days are those of this zone.
    pub fn new(zone: TimeZone) -> Self {
        Self {
            zone,
            days: BTreeMap::new(),
            waits: Vec::new(),
            waiting_since: None,
        }
    }

    /// Adds a message. Notes of the platform count for neither side.
    pub fn add(&mut self, time: Timestamp, direction: Direction) {
        let day = self.days.entry(time.to_zoned(self.zone.clone()).date());
        match direction {
            Direction::In => {
                day.or_default().0 += 1;
                self.waiting_since.get_or_insert(time);
            }
            Direction::Out => {
                day.or_default().1 += 1;
                if let Some(since) = self.waiting_since.take() {
                    self.waits.push(time.duration_since(since));
                }
            }
            Direction::System => {}
        }
    }

    /// The summary of what was added.
    pub fn finish(mut self) -> ConversationSummary {
        self.waits.sort_unstable();
        let at = |part: usize| {
            let index = (self.waits.len() * part).div_ceil(10).saturating_sub(1);
            self.waits.get(index).copied()
        };
        let responses = at(5).zip(at(9)).map(|(median, slow)| ResponseTimes {
            answers: self.waits.len() as u64,
            median,
            slow,
        });
        ConversationSummary {
            days: every_day(&self.days),
            responses,
            waiting_since: self.waiting_since,
        }
    }
}

fn every_day(days: &BTreeMap<Date, (u64, u64)>) -> Vec<DayCount> {
    let (Some((first, _)), Some((last, _))) = (days.first_key_value(), days.last_key_value())
    else {
        return Vec::new();
    };
    let series = first.series(jiff::Span::new().days(1));
    series
        .take_while(|day| day <= last)
        .map(|day| {
            let (from_customer, from_us) = days.get(&day).copied().unwrap_or_default();
            DayCount {
                day,
                from_customer,
                from_us,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Direction, SummaryBuilder};
    use jiff::tz::TimeZone;
    use jiff::{SignedDuration, Timestamp};

    fn summary(messages: &[(&str, Direction)]) -> super::ConversationSummary {
        let mut builder = SummaryBuilder::new(TimeZone::get("Europe/London").unwrap());
        for (time, direction) in messages {
            builder.add(time.parse::<Timestamp>().unwrap(), *direction);
        }
        builder.finish()
    }

    #[test]
    fn days_are_those_of_the_zone_and_none_is_left_out() {
        let found = summary(&[
            ("2026-08-01T23:30:00Z", Direction::In),
            ("2026-08-04T10:00:00Z", Direction::Out),
            ("2026-08-04T10:00:01Z", Direction::System),
        ]);
        let days: Vec<(String, u64, u64)> = found
            .days
            .iter()
            .map(|day| (day.day.to_string(), day.from_customer, day.from_us))
            .collect();
        assert_eq!(
            days,
            [
                ("2026-08-02".to_owned(), 1, 0),
                ("2026-08-03".to_owned(), 0, 0),
                ("2026-08-04".to_owned(), 0, 1),
            ]
        );
    }

    #[test]
    fn a_wait_lasts_from_the_first_unanswered_message_to_our_first_answer() {
        let found = summary(&[
            ("2026-08-01T10:00:00Z", Direction::In),
            ("2026-08-01T10:05:00Z", Direction::In),
            ("2026-08-01T10:10:00Z", Direction::Out),
            ("2026-08-01T10:11:00Z", Direction::Out),
            ("2026-08-01T11:00:00Z", Direction::In),
            ("2026-08-01T11:02:00Z", Direction::Out),
            ("2026-08-01T12:00:00Z", Direction::In),
        ]);
        let responses = found.responses.unwrap();
        assert_eq!(responses.answers, 2);
        assert_eq!(responses.median, SignedDuration::from_mins(2));
        assert_eq!(responses.slow, SignedDuration::from_mins(10));
        let waiting: Timestamp = "2026-08-01T12:00:00Z".parse().unwrap();
        assert_eq!(found.waiting_since, Some(waiting));
    }

    #[test]
    fn nothing_is_nothing() {
        let found = summary(&[]);
        assert!(found.days.is_empty() && found.responses.is_none());
    }
}
