//! The words after `when`: a plain list of facts that must or must not hold. It must not know
//! where facts come from.

use std::fmt;

use crate::text::nearest::nearest;

macro_rules! facts {
    ($($variant:ident = $name:literal, $doc:literal;)*) => {
        /// Something that holds or does not, as far as keys care.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Fact { $(#[doc = $doc] $variant,)* }

        impl Fact {
            /// Every fact.
            pub const ALL: &'static [Fact] = &[$(Fact::$variant,)*];

            /// The word used after `when`.
            pub fn name(self) -> &'static str {
                match self { $(Fact::$variant => $name,)* }
            }
        }
    };
}

facts! {
    AtTop = "at_top", "There is nothing to go back from: one more step would quit.";
    BatchSelected = "batch_selected", "A batch is under the cursor of the Broadcasts pane.";
    DraftOpen = "draft_open", "A draft is open in the composer.";
    InGrace = "in_grace", "Something is in its grace time, or left it less than two seconds ago.";
    Loading = "loading", "The focused pane waits for the platform.";
    Searching = "searching", "A search or filter is on in the focused pane.";
    WordsUnknown = "words_unknown", "The words of the draft's template are not known.";
    Zoomed = "zoomed", "The focused pane is zoomed.";
}

/// The facts that hold right now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts(u16);

impl Facts {
    /// These facts hold, all others do not.
    pub fn of(facts: &[Fact]) -> Self {
        Self(facts.iter().fold(0, |bits, fact| bits | 1 << *fact as u16))
    }

    /// The same facts with one more, if it holds.
    #[must_use]
    pub fn with(self, fact: Fact, holds: bool) -> Self {
        Self(self.0 | u16::from(holds) << fact as u16)
    }

    /// Whether a fact holds.
    pub fn holds(self, fact: Fact) -> bool {
        self.0 & (1 << fact as u16) != 0
    }
}

/// What must hold for a key to count. Empty: always.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Condition {
    terms: Vec<Term>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Term {
    Is(Fact),
    IsNot(Fact),
}

impl Condition {
    /// Reads `word and not word`.
    ///
    /// # Errors
    ///
    /// A sentence that names the word nobody knows and the one that was probably meant.
    pub fn parse(text: &str) -> Result<Self, String> {
        let terms = text.split(" and ").map(|term| {
            let term = term.trim();
            let (word, wanted) = match term.strip_prefix("not ") {
                Some(word) => (word.trim(), false),
                None => (term, true),
            };
            let fact = Fact::ALL.iter().copied().find(|fact| fact.name() == word);
            match (fact, wanted) {
                (Some(fact), true) => Ok(Term::Is(fact)),
                (Some(fact), false) => Ok(Term::IsNot(fact)),
                (None, _) => Err(unknown_word(word)),
            }
        });
        Ok(Self {
            terms: terms.collect::<Result<_, _>>()?,
        })
    }

    /// Whether there is no condition at all.
    pub fn is_always(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it holds with these facts.
    pub fn holds(&self, facts: Facts) -> bool {
        self.terms.iter().all(|term| match term {
            Term::Is(fact) => facts.holds(*fact),
            Term::IsNot(fact) => !facts.holds(*fact),
        })
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, term) in self.terms.iter().enumerate() {
            let and = if at == 0 { "" } else { " and " };
            match term {
                Term::Is(fact) => write!(f, "{and}{}", fact.name())?,
                Term::IsNot(fact) => write!(f, "{and}not {}", fact.name())?,
            }
        }
        Ok(())
    }
}

fn unknown_word(word: &str) -> String {
    let names = || Fact::ALL.iter().map(|fact| fact.name());
    let hint = nearest(word, names()).map_or_else(
        || format!("; there are: {}", names().collect::<Vec<_>>().join(", ")),
        |name| format!("; did you mean `{name}`?"),
    );
    format!("unknown word `{word}` after `when`{hint}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_joined_and_turned_round() {
        let condition = Condition::parse("in_grace and not at_top").unwrap();
        assert!(condition.holds(Facts::of(&[Fact::InGrace])));
        assert!(!condition.holds(Facts::of(&[Fact::InGrace, Fact::AtTop])));
        assert!(!condition.holds(Facts::default()));
        assert_eq!(condition.to_string(), "in_grace and not at_top");
        assert!(Condition::default().is_always() && Condition::default().holds(Facts::default()));
    }

    #[test]
    fn facts_are_independent() {
        let facts = Facts::default()
            .with(Fact::Zoomed, true)
            .with(Fact::Searching, false);
        for fact in Fact::ALL {
            assert_eq!(facts.holds(*fact), *fact == Fact::Zoomed);
        }
    }

    #[test]
    fn a_slip_is_named() {
        assert_eq!(
            Condition::parse("draft_opened").unwrap_err(),
            "unknown word `draft_opened` after `when`; did you mean `draft_open`?"
        );
    }
}
