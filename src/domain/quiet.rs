//! Night where people live: which zones a country has, and whether it is quiet there. It must not
//! read the clock nor look up a zone; both are given.

use super::waiting::{QuietHours, QuietPolicy};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Country and its zones, one country a line.
const COUNTRIES: &str = include_str!("../../assets/zones/countries.txt");

/// So many ends of quiet hours follow one another at most: there are no more zones.
const MOST_ENDS: usize = 48;

/// Calling codes that several countries share, with the country most of their people live in; what
/// the tables of numbers do not tell apart.
const SHARED: [(&str, &str); 6] = [
    ("+1", "US"),
    ("+7", "RU"),
    ("+39", "IT"),
    ("+44", "GB"),
    ("+47", "NO"),
    ("+61", "AU"),
];

/// The names of the zones of a country, written with two letters or as a calling code with `+`;
/// nothing for one that is not known.
pub fn zones_of(country: &str) -> impl Iterator<Item = &'static str> {
    let shared = SHARED.iter().find(|(code, _)| *code == country);
    let country = shared.map_or(country, |(_, country)| country);
    let line = COUNTRIES.lines().find(|line| {
        line.split_once(' ')
            .is_some_and(|(code, _)| code.eq_ignore_ascii_case(country))
    });
    line.into_iter().flat_map(|line| line.split(' ').skip(1))
}

impl QuietHours {
    /// Whether those who sleep are not written to; else it is only said.
    pub fn holds(&self) -> bool {
        match self.policy {
            QuietPolicy::Hold => true,
            QuietPolicy::Warn => false,
        }
    }

    /// Until when it is quiet in a zone at this moment; `None` if it is not.
    fn ends_in(&self, at: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let here = at.to_zoned(zone.clone());
        let time = here.time();
        let (quiet, tomorrow) = if self.start <= self.end {
            (self.start <= time && time < self.end, false)
        } else {
            (time >= self.start || time < self.end, time >= self.start)
        };
        if !quiet {
            return None;
        }
        let day = here.date().checked_add(i64::from(tomorrow).days()).ok()?;
        let end = day.to_datetime(self.end).to_zoned(zone.clone()).ok()?;
        Some(end.timestamp())
    }

    /// Until when it is quiet in any of these zones at this moment; `None` if it is quiet in none.
    pub fn ends(&self, at: Timestamp, zones: &[TimeZone]) -> Option<Timestamp> {
        let mut end = None;
        let mut now = at;
        for _ in 0..MOST_ENDS {
            let next = zones
                .iter()
                .filter_map(|zone| self.ends_in(now, zone))
                .max();
            let Some(next) = next.filter(|next| *next > now) else {
                return end;
            };
            (end, now) = (Some(next), next);
        }
        end
    }

    /// `21:00–08:00`.
    pub fn words(&self) -> String {
        format!(
            "{}–{}",
            self.start.strftime("%H:%M"),
            self.end.strftime("%H:%M")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{COUNTRIES, SHARED, zones_of};
    use crate::domain::{QuietHours, QuietPolicy};
    use jiff::Timestamp;
    use jiff::civil::time;
    use jiff::tz::TimeZone;
    use proptest::prelude::*;
    use rstest::rstest;

    fn night() -> QuietHours {
        QuietHours {
            start: time(21, 0, 0, 0),
            end: time(8, 0, 0, 0),
            policy: QuietPolicy::Warn,
        }
    }

    fn zones(country: &str) -> Vec<TimeZone> {
        zones_of(country)
            .map(|name| TimeZone::get(name).unwrap())
            .collect()
    }

    #[test]
    fn every_zone_of_the_table_is_known() {
        let lines = COUNTRIES.lines().filter(|line| !line.starts_with('#'));
        let mut countries = 0;
        for line in lines {
            let code = line.split(' ').next().unwrap();
            assert_eq!(code.len(), 2);
            assert!(!zones(code).is_empty(), "{code}");
            countries += 1;
        }
        assert!(countries > 240, "{countries}");
        for (code, _) in SHARED {
            assert!(!zones(code).is_empty(), "{code}");
        }
        assert_eq!(
            zones_of("XX").count() + zones_of("+999").count() + zones_of("").count(),
            0
        );
    }

    #[rstest]
    #[case("GB", "2026-10-22T20:30:00Z", Some("2026-10-23T07:00:00Z"))]
    #[case("GB", "2026-10-23T06:59:00Z", Some("2026-10-23T07:00:00Z"))]
    #[case("GB", "2026-10-23T07:00:00Z", None)]
    #[case("GB", "2026-10-22T19:59:00Z", None)]
    #[case("IN", "2026-10-22T15:30:00Z", Some("2026-10-23T02:30:00Z"))]
    #[case("np", "2026-10-22T15:20:00Z", Some("2026-10-23T02:15:00Z"))]
    #[case("AE", "2026-10-22T10:00:00Z", None)]
    // The clocks go back in the night: it ends an hour later by UTC.
    #[case("GB", "2026-10-24T22:00:00Z", Some("2026-10-25T08:00:00Z"))]
    // When it is eight in New York it is still night in Honolulu.
    #[case("US", "2026-10-22T12:00:00Z", Some("2026-10-22T18:00:00Z"))]
    fn nights(#[case] country: &str, #[case] at: &str, #[case] end: Option<&str>) {
        let found = night().ends(at.parse().unwrap(), &zones(country));
        assert_eq!(found.map(|end| end.to_string()).as_deref(), end);
    }

    #[test]
    fn hours_within_a_day_and_no_hours() {
        let noon = QuietHours {
            start: time(12, 0, 0, 0),
            end: time(14, 0, 0, 0),
            ..night()
        };
        let zones = zones("GB");
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(noon.ends(at("2026-12-01T13:59:00Z"), &zones).is_some());
        assert!(noon.ends(at("2026-12-01T14:00:00Z"), &zones).is_none());
        let none = QuietHours {
            end: noon.start,
            ..noon
        };
        assert!(none.ends(at("2026-12-01T12:00:00Z"), &zones).is_none());
        assert_eq!(night().words(), "21:00–08:00");
    }

    proptest! {
        #[test]
        fn at_the_end_of_a_night_nobody_sleeps(
            minutes in 0_i64..1_000_000, start in 0_i8..24, end in 0_i8..24,
            country in prop::sample::select(vec!["GB", "IN", "US", "AU", "BR", "RU", "NZ"]),
        ) {
            let quiet = QuietHours {
                start: time(start, 0, 0, 0),
                end: time(end, 0, 0, 0),
                policy: QuietPolicy::Hold,
            };
            let at = Timestamp::from_second(1_780_000_000 + minutes * 60).unwrap();
            let zones = zones(country);
            if let Some(ends) = quiet.ends(at, &zones) {
                prop_assert!(ends > at);
                let widest = quiet.ends(ends, &zones);
                // A country so wide that somebody always sleeps has no end.
                prop_assert!(widest.is_none() || ends.duration_since(at).as_hours() > 24);
            }
        }
    }
}
