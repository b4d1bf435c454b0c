//! Audiences out of audiences: and, or, not, and what differs from an earlier one. Whoever is taken
//! out is named with the reason, so that counts still add up.

use super::people_map::PeopleSet;
use super::{Audience, AudienceRow, SkippedRow};
use crate::domain::batch::ItemState;
use crate::domain::phone::PhoneNumber;
use crate::domain::recipient::{Recipient, RecipientForm, RecipientId};

/// The rule of people whom `--except` takes out.
pub const EXCLUDED: &str = "excluded";
/// The rule of people who are not among those of `--only`.
pub const NOT_AMONG: &str = "not_among";

/// Which people of an earlier batch are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum BatchPeople {
    /// Everybody it was for, without those who were left out.
    #[default]
    All,
    /// Who has it.
    Accepted,
    /// Whom the platform refused.
    Rejected,
    /// Who surely does not have it: refused, cancelled, not sent yet. Whoever is unknown may have it.
    NotReached,
}

impl BatchPeople {
    /// Every choice.
    pub const ALL: [Self; 4] = [Self::All, Self::Accepted, Self::Rejected, Self::NotReached];

    /// The word of commands.
    pub fn word(self) -> &'static str {
        match self {
            BatchPeople::All => "all",
            BatchPeople::Accepted => "accepted",
            BatchPeople::Rejected => "rejected",
            BatchPeople::NotReached => "not-reached",
        }
    }

    /// The choice of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// The states of the calls to these people.
    pub fn states(self) -> &'static [ItemState] {
        match self {
            BatchPeople::All => &[
                ItemState::Queued,
                ItemState::Sending,
                ItemState::Accepted,
                ItemState::Rejected,
                ItemState::Unknown,
                ItemState::Cancelled,
                ItemState::NotAccepted,
                ItemState::Abandoned,
            ],
            BatchPeople::Accepted => &[ItemState::Accepted],
            BatchPeople::Rejected => &[ItemState::Rejected],
            BatchPeople::NotReached => &[
                ItemState::Queued,
                ItemState::Rejected,
                ItemState::Cancelled,
                ItemState::NotAccepted,
            ],
        }
    }
}

/// Who is new and who is gone, compared with an earlier audience.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// Who was not there before, in the order of now.
    pub added: Vec<String>,
    /// Who is no longer there, in the order of then.
    pub removed: Vec<String>,
    /// How many are in both.
    pub same: u64,
}

impl Difference {
    /// What differs now from then.
    pub fn between<'r>(now: impl IntoIterator<Item = &'r Recipient>, then: &[Recipient]) -> Self {
        let before: PeopleSet = then.iter().collect();
        let (mut here, mut difference) = (PeopleSet::default(), Self::default());
        for person in now {
            if here.insert(person, ()).is_some() {
                continue;
            }
            if before.contains(person) {
                difference.same += 1;
            } else {
                difference.added.push(person.text().to_owned());
            }
        }
        let mut gone = PeopleSet::default();
        for person in then {
            if !here.contains(person) && gone.insert(person, ()).is_none() {
                difference.removed.push(person.text().to_owned());
            }
        }
        difference
    }
}

impl Audience {
    /// People who were written to before, as the record keeps them: digits or ids.
    pub fn of_record(people: &[String], form: RecipientForm) -> Self {
        let mut audience = Self::default();
        for text in people {
            match recorded(text, form) {
                Some(recipient) => audience.rows.push(AudienceRow {
                    row: None,
                    recipient,
                    columns: super::Columns::default(),
                }),
                None => audience.skipped.push(SkippedRow::without_number(text)),
            }
        }
        audience
    }

    /// Adds the people of another audience behind these. Their rows are those of another table, so
    /// they have no number here.
    pub fn also(&mut self, other: Self) {
        let Self {
            rows,
            skipped,
            notes,
            remarks,
            names,
            heard,
            ..
        } = other;
        let unnumbered = |row: AudienceRow| AudienceRow { row: None, ..row };
        self.rows.extend(rows.into_iter().map(unnumbered));
        let unnumbered = |row: SkippedRow| SkippedRow { row: None, ..row };
        self.skipped.extend(skipped.into_iter().map(unnumbered));
        self.notes.extend(notes);
        self.remarks.extend(remarks);
        self.names.extend(names);
        self.heard.extend(heard);
        // Two files are not the file that went out before.
        self.file_sha256 = None;
    }

    /// Keeps who is among these people; `source` is what a person calls them.
    pub fn only(&mut self, people: &PeopleSet, source: &str) {
        let reason = format!("not among the people of {source}");
        self.take_out(NOT_AMONG, &reason, |one| !people.contains(one));
    }

    /// Takes these people out; `source` is what a person calls them.
    pub fn except(&mut self, people: &PeopleSet, source: &str) {
        let reason = format!("taken out, because {source} has this person");
        self.take_out(EXCLUDED, &reason, |one| people.contains(one));
    }

    fn take_out(&mut self, rule: &'static str, reason: &str, leaves: impl Fn(&Recipient) -> bool) {
        let Self { rows, skipped, .. } = self;
        rows.retain(|row| {
            if !leaves(&row.recipient) {
                return true;
            }
            skipped.push(SkippedRow {
                recipient: row.recipient.text().into(),
                reason: reason.into(),
                row: row.row,
                rule: rule.into(),
            });
            false
        });
    }
}

fn recorded(text: &str, form: RecipientForm) -> Option<Recipient> {
    if let Some(phone) = PhoneNumber::from_digits(text) {
        return Some(Recipient::Phone(phone));
    }
    match form {
        RecipientForm::Phone => None,
        RecipientForm::ChannelUser => RecipientId::read(text).ok().map(Recipient::ChannelUser),
    }
}

#[cfg(test)]
mod tests {
    use super::{BatchPeople, Difference};
    use crate::domain::audience::{Audience, PeopleSet, from_numbers};
    use crate::domain::recipient::RecipientForm;
    use proptest::prelude::*;

    fn people(last: &[u8]) -> Audience {
        let numbers: Vec<String> = last.iter().map(|n| format!("+4477009001{n:02}")).collect();
        from_numbers(&numbers, None)
    }

    fn set(audience: &Audience) -> PeopleSet {
        audience.rows.iter().map(|row| &row.recipient).collect()
    }

    fn texts(audience: &Audience) -> Vec<&str> {
        audience
            .rows
            .iter()
            .map(|row| row.recipient.text())
            .collect()
    }

    #[test]
    fn and_or_not_keep_everybody_in_sight() {
        let mut audience = people(&[1, 2, 3, 4]);
        audience.only(&set(&people(&[2, 3, 4, 5])), "list.csv");
        audience.except(&set(&people(&[3])), "batch 12");
        audience.also(people(&[9]));
        assert_eq!(
            texts(&audience),
            ["447700900102", "447700900104", "447700900109"]
        );
        let skipped: Vec<(&str, &str)> = audience
            .skipped
            .iter()
            .map(|row| (&*row.recipient, &*row.rule))
            .collect();
        assert_eq!(
            skipped,
            [("447700900101", "not_among"), ("447700900103", "excluded")]
        );
    }

    #[test]
    fn a_difference_names_both_sides_once() {
        let (now, then) = (people(&[1, 2, 2, 3]), people(&[4, 2, 4]));
        let then: Vec<_> = then.rows.into_iter().map(|row| row.recipient).collect();
        let difference = Difference::between(now.rows.iter().map(|row| &row.recipient), &then);
        assert_eq!(difference.added, ["447700900101", "447700900103"]);
        assert_eq!(
            (difference.removed, difference.same),
            (vec!["447700900104".to_owned()], 1)
        );
    }

    #[test]
    fn people_of_the_record_come_back_as_they_were() {
        let texts = ["447700900101", "web_17"].map(str::to_owned);
        let numbers = Audience::of_record(&texts, RecipientForm::Phone);
        assert_eq!((numbers.rows.len(), numbers.skipped.len()), (1, 1));
        let ids = Audience::of_record(&texts, RecipientForm::ChannelUser);
        assert_eq!((ids.rows.len(), ids.skipped.len()), (2, 0));
        for one in BatchPeople::ALL {
            assert_eq!(BatchPeople::from_word(one.word()), Some(one));
        }
    }

    proptest! {
        #[test]
        fn nobody_is_lost_in_combining(
            here in prop::collection::vec(0_u8..20, 0..20),
            only in prop::collection::vec(0_u8..20, 0..20),
            except in prop::collection::vec(0_u8..20, 0..20),
        ) {
            let mut audience = people(&here);
            audience.only(&set(&people(&only)), "a");
            audience.except(&set(&people(&except)), "b");
            prop_assert_eq!(audience.rows.len() + audience.skipped.len(), here.len());
            for row in &audience.rows {
                prop_assert!(set(&people(&only)).contains(&row.recipient));
                prop_assert!(!set(&people(&except)).contains(&row.recipient));
            }
        }
    }
}
