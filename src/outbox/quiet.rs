//! Nobody is disturbed at night, by the clocks of the country of each number: said when a plan is
//! made, and looked at again when its calls are claimed. Whose country is not known is not asleep.

use super::clock::Moment;
use super::engine::Engine;
use crate::domain::quiet::zones_of;
use crate::domain::{PhoneNumber, Plan, QuietHours, QuietPolicy, Reason, Recipient};
use crate::store::StoreError;
use crate::store::outbox::{Candidate, StoredBatch};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::collections::HashMap;

/// So many first digits tell a country.
const PREFIX: usize = 7;

/// Who sleeps at one moment.
struct Sleepers {
    quiet: QuietHours,
    at: Timestamp,
    by_country: HashMap<String, Option<Timestamp>>,
    by_prefix: HashMap<String, Option<Timestamp>>,
    /// How many were asleep.
    people: u64,
    /// When the last of them is not any more.
    end: Option<Timestamp>,
}

impl Sleepers {
    fn new(quiet: QuietHours, at: Timestamp) -> Self {
        Self {
            quiet,
            at,
            by_country: HashMap::new(),
            by_prefix: HashMap::new(),
            people: 0,
            end: None,
        }
    }

    fn look_at(&mut self, phone: &PhoneNumber) {
        let digits = phone.digits();
        let prefix = digits.get(..PREFIX).unwrap_or(digits);
        let known = self.by_prefix.get(prefix).copied();
        let end = known.unwrap_or_else(|| {
            let end = phone
                .country()
                .and_then(|country| self.in_country(&country));
            self.by_prefix.insert(prefix.to_owned(), end);
            end
        });
        if let Some(end) = end {
            self.people += 1;
            self.end = Some(self.end.map_or(end, |last| last.max(end)));
        }
    }

    fn in_country(&mut self, country: &str) -> Option<Timestamp> {
        if let Some(end) = self.by_country.get(country) {
            return *end;
        }
        let zones: Vec<TimeZone> = zones_of(country)
            .filter_map(|name| TimeZone::get(name).ok())
            .collect();
        let end = self.quiet.ends(self.at, &zones);
        self.by_country.insert(country.to_owned(), end);
        end
    }
}

/// What a person should know before confirming: how many people of a plan sleep when they get it.
pub(super) fn note(plan: &Plan, now: Timestamp) -> Option<String> {
    let quiet = plan.waiting.quiet?;
    let mut sleepers = Sleepers::new(quiet, plan.schedule.reaches(now));
    let people = plan.calls.iter().flat_map(|call| &call.recipients);
    for phone in people.filter_map(Recipient::phone) {
        sleepers.look_at(phone);
    }
    let end = sleepers.end?;
    let who = match (sleepers.people, plan.recipients()) {
        (1, 1) => "The person is".to_owned(),
        (people, all) if people == all => format!("All {all} people are"),
        (1, _) => "1 person is".to_owned(),
        (people, _) => format!("{people} people are"),
    };
    let then = match quiet.policy {
        QuietPolicy::Warn => String::new(),
        QuietPolicy::Hold => format!(" It is held before them; from {} nobody is.", at(plan, end)),
    };
    Some(format!(
        "{who} in quiet hours then ({}).{then}",
        quiet.words()
    ))
}

/// A moment on the wall that the time was meant for.
fn at(plan: &Plan, moment: Timestamp) -> String {
    let zone = plan.waiting.meant.as_ref().map(|meant| meant.zone.as_str());
    let zone = zone.and_then(|name| TimeZone::get(name).ok());
    let zoned = moment.to_zoned(zone.unwrap_or(TimeZone::UTC));
    let name = zoned.time_zone().iana_name().unwrap_or("UTC").to_owned();
    format!("{} {name}", zoned.strftime("%a %-d %b %H:%M"))
}

impl Engine {
    /// Why the next calls of a batch wait for the morning, and when that is.
    ///
    /// # Errors
    /// What the record says; then nothing may go.
    pub fn asleep(
        &self,
        stored: &StoredBatch,
        candidates: &[Candidate],
        now: Moment,
    ) -> Result<Option<(Reason, Timestamp)>, StoreError> {
        let holds = |quiet: &QuietHours| quiet.policy == QuietPolicy::Hold;
        let Some(quiet) = stored.waiting.quiet.filter(holds) else {
            return Ok(None);
        };
        let reached = stored.publish_at.unwrap_or(now.wall);
        if stored.quiet_passed.is_some_and(|until| reached < until) {
            return Ok(None);
        }
        let mut sleepers = Sleepers::new(quiet, reached);
        for candidate in candidates {
            let Some(digits) = &candidate.recipient else {
                let people = self.store.recipients_of(candidate.item)?;
                for phone in people.iter().filter_map(Recipient::phone) {
                    sleepers.look_at(phone);
                }
                continue;
            };
            if let Some(phone) = PhoneNumber::from_digits(digits) {
                sleepers.look_at(&phone);
            }
        }
        let Some(end) = sleepers.end else {
            return Ok(None);
        };
        let text = format!(
            "It is night for the next people of it ({} where they live). It may go on at {}: \
             resume it then. Resuming it earlier writes to them all the same.",
            quiet.words(),
            end.strftime("%a %-d %b %H:%M UTC")
        );
        let rule = Reason::QUIET.to_owned();
        Ok(Some((Reason { rule, text }, end)))
    }
}
