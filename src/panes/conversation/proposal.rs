//! A wish to hear no more, found while reading: it is proposed on the edge, and nothing else
//! happens by itself.

use super::state::State;
use crate::domain::opt_out::StopWords;
use crate::domain::{Direction, MessageKind};
use crate::text::{format, sanitize};
use jiff::{Timestamp, Zoned};

/// Newest messages that are looked through; a wish from long before was seen by somebody.
const LOOKED_THROUGH: usize = 200;

/// The newest message that is nothing but such a wish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The word as written, clean.
    pub word: String,
    /// When it came.
    pub at: Option<Timestamp>,
}

impl Proposal {
    /// ` on Tue`, ` at 10:44`, ` on 2 Oct`.
    fn when(&self, now: &Zoned) -> String {
        let Some(at) = self.at else {
            return String::new();
        };
        let at = at.to_zoned(now.time_zone().clone());
        if at.date() == now.date() {
            return format!(" at {}", format::clock(&at));
        }
        let moment = format::moment(&at, now);
        let day = moment
            .split_once(' ')
            .filter(|(_, rest)| rest.contains(':'));
        format!(" on {}", day.map_or(moment.as_str(), |(day, _)| day))
    }

    /// `Sara wrote STOP on Tue: O opts out`.
    pub fn words(&self, who: &str, now: &Zoned) -> String {
        format!("{who} wrote {}{}: O opts out", self.word, self.when(now))
    }

    /// What is noted as the reason unless a person writes another: `wrote STOP on 20 Oct 2026`.
    pub fn reason(&self, now: &Zoned) -> String {
        let day = self.at.map_or_else(String::new, |at| {
            let at = at.to_zoned(now.time_zone().clone());
            at.strftime(" on %-d %b %Y").to_string()
        });
        format!("wrote {}{day}", self.word)
    }
}

impl State {
    /// Looks for a wish among the newest messages, unless it was granted already.
    pub fn propose(&mut self, words: &StopWords) {
        self.proposal = self.find_proposal(words);
    }

    fn find_proposal(&self, words: &StopWords) -> Option<Proposal> {
        let chat = self.chat.as_ref().filter(|_| self.opted_out.is_none())?;
        let newest = chat.messages.iter().rev().take(LOOKED_THROUGH);
        let mut theirs = newest.filter(|message| {
            message.direction == Direction::In && message.kind == MessageKind::Text
        });
        theirs.find_map(|message| {
            let word = words.of(&message.text)?;
            Some(Proposal {
                word: sanitize::clean_line(word).into_owned(),
                at: message.time,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Proposal;

    #[test]
    fn the_day_is_as_short_as_it_can_be_said() {
        let now: jiff::Zoned = "2026-10-22T10:47:00+01:00[Europe/London]".parse().unwrap();
        for (at, words) in [
            (
                "2026-10-22T09:44:00Z",
                "Sara wrote STOP at 10:44: O opts out",
            ),
            ("2026-10-20T15:20:00Z", "Sara wrote STOP on Tue: O opts out"),
            (
                "2026-10-02T15:20:00Z",
                "Sara wrote STOP on 2 Oct: O opts out",
            ),
        ] {
            let proposal = Proposal {
                word: "STOP".to_owned(),
                at: Some(at.parse().unwrap()),
            };
            assert_eq!(proposal.words("Sara", &now), words);
            assert!(proposal.reason(&now).starts_with("wrote STOP on "));
        }
    }
}
