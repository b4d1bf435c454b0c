//! What a profile allows its bot within a day, and how much of it is used, in words that are the
//! same everywhere.

use crate::text::format;

/// What a profile allows within a day; nothing where it names no limit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DayLimits {
    /// Different people within 24 hours: the tier of the number.
    pub people: Option<u64>,
    /// Messages within a day of the calendar.
    pub messages: Option<u64>,
    /// The zone of that day.
    pub zone: String,
}

/// How far a limit is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filled {
    /// So much.
    pub used: u64,
    /// Of so much.
    pub limit: u64,
}

impl Filled {
    /// From nine tenths on it is worth a warning.
    pub fn is_tight(self) -> bool {
        self.used.saturating_mul(10) >= self.limit.saturating_mul(9)
    }

    /// `655 of 2 000`
    fn of(self) -> String {
        format!(
            "{} of {}",
            format::count(self.used),
            format::count(self.limit)
        )
    }

    /// Whether more of this is used than of another.
    fn is_fuller(self, other: Filled) -> bool {
        let here = u128::from(self.used) * u128::from(other.limit);
        here > u128::from(other.used) * u128::from(self.limit)
    }
}

/// How much of a day's limits is used; what has no limit is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Meter {
    /// Different people within 24 hours.
    pub people: Option<Filled>,
    /// Messages today.
    pub messages: Option<Filled>,
}

impl Meter {
    /// `24 h meter: 655 of 2 000 · today 120 of 5 000`; nothing without a limit.
    pub fn words(self) -> Option<String> {
        let people = self.people.map(|used| format!("24 h meter: {}", used.of()));
        let today = self.messages.map(|used| format!("today {}", used.of()));
        let words: Vec<String> = people.into_iter().chain(today).collect();
        (!words.is_empty()).then(|| words.join(" · "))
    }

    /// `655 of 2 000 in 24 h`, or what of both is used up more.
    pub fn short(self) -> Option<String> {
        let people = self.people.map(|used| format!("{} in 24 h", used.of()));
        let today = self.messages.map(|used| format!("{} today", used.of()));
        match (self.people, self.messages) {
            (Some(people_used), Some(messages)) if messages.is_fuller(people_used) => today,
            (Some(_), Some(_) | None) => people,
            (None, Some(_) | None) => today,
        }
    }

    /// Whether one of the limits is nearly used up.
    pub fn is_tight(self) -> bool {
        let both = [self.people, self.messages];
        both.into_iter().flatten().any(Filled::is_tight)
    }

    /// What a plan for more people and messages makes of it, as sentences: only where a limit
    /// would be nearly used up, or crossed.
    pub fn with(self, people: u64, messages: u64) -> Vec<String> {
        let people = self.people.and_then(|used| sum("24 h meter", used, people));
        let today = self
            .messages
            .and_then(|used| sum("today's count", used, messages));
        people.into_iter().chain(today).collect()
    }
}

/// `24 h meter would be 655 + 1 171 = 1 826 of 2 000: it pauses by itself at 2 000.`
fn sum(name: &str, before: Filled, more: u64) -> Option<String> {
    let after = Filled {
        used: before.used.saturating_add(more),
        ..before
    };
    after.is_tight().then(|| {
        format!(
            "{name} would be {} + {} = {}: it pauses by itself at {}.",
            format::count(before.used),
            format::count(more),
            after.of(),
            format::count(before.limit)
        )
    })
}

#[cfg(test)]
mod tests {
    use super::{Filled, Meter};

    fn used(used: u64, limit: u64) -> Filled {
        Filled { used, limit }
    }

    #[test]
    fn without_a_limit_nothing_is_said() {
        let meter = Meter::default();
        assert_eq!((meter.words(), meter.short()), (None, None));
        assert!(!meter.is_tight());
        assert!(meter.with(9_000_000, 9_000_000).is_empty());
    }

    #[test]
    fn words_name_both_limits_and_the_short_form_the_fuller() {
        let mut meter = Meter {
            people: Some(used(655, 2000)),
            messages: None,
        };
        assert_eq!(meter.words().unwrap(), "24 h meter: 655 of 2\u{a0}000");
        assert_eq!(meter.short().unwrap(), "655 of 2\u{a0}000 in 24 h");
        meter.messages = Some(used(4900, 5000));
        assert_eq!(
            meter.words().unwrap(),
            "24 h meter: 655 of 2\u{a0}000 · today 4\u{a0}900 of 5\u{a0}000"
        );
        assert_eq!(meter.short().unwrap(), "4\u{a0}900 of 5\u{a0}000 today");
        assert!(meter.is_tight());
        meter.people = None;
        assert_eq!(meter.short().unwrap(), "4\u{a0}900 of 5\u{a0}000 today");
    }

    #[test]
    fn a_plan_is_told_what_it_uses_up_from_nine_tenths_on() {
        let meter = Meter {
            people: Some(used(655, 2000)),
            messages: None,
        };
        assert!(meter.with(1144, 1144).is_empty());
        assert_eq!(
            meter.with(1171, 1171),
            [
                "24 h meter would be 655 + 1\u{a0}171 = 1\u{a0}826 of 2\u{a0}000: it pauses by itself at 2\u{a0}000."
            ]
        );
    }
}
