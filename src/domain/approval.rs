//! A second person looks before many people are written to: from how many on, whose signature
//! counts, and what a plan is held for. It must not know how anything is signed.

use jiff::Timestamp;

/// When a profile asks for a second person.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ApprovalRules {
    /// A plan for more people than this waits; `None` never asks.
    pub above: Option<u64>,
    /// Who may approve.
    pub approvers: Approvers,
}

impl ApprovalRules {
    /// Who has to approve a plan for so many people; `None` if nobody has to.
    pub fn asked_of(&self, people: u64) -> Option<Approvers> {
        let above = self.above.filter(|above| people > *above)?;
        Some(self.approvers.clone().asked_above(above))
    }
}

/// Who may approve, and above how many people they are asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Approvers {
    /// Public keys: 64 lower-case hex digits each.
    keys: Vec<String>,
    above: u64,
}

impl Approvers {
    /// Reads keys that are separated by spaces or commas; the other way round of
    /// [`Approvers::text`]. They are asked about any number of people.
    pub fn read(text: &str) -> Self {
        let words = text.split([' ', ',']).filter(|word| !word.is_empty());
        Self {
            keys: words.map(str::to_ascii_lowercase).collect(),
            above: 0,
        }
    }

    /// The same, asked above so many people only.
    #[must_use]
    pub fn asked_above(self, above: u64) -> Self {
        Self { above, ..self }
    }

    /// Above how many people they are asked.
    pub fn above(&self) -> u64 {
        self.above
    }

    /// The keys with a space between them.
    pub fn text(&self) -> String {
        self.keys.join(" ")
    }

    /// Whether this key is one of them.
    pub fn include(&self, key: &str) -> bool {
        self.keys.iter().any(|one| one == key)
    }

    /// Every key.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(String::as_str)
    }
}

/// Who approved a batch, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approved {
    /// The public key the approval was signed with.
    pub key: String,
    /// The name in the approval, as `asha@desk-2`.
    pub by: String,
    /// When it was signed.
    pub at: Timestamp,
}

/// Why a batch waits for a second person, as a rule of [`super::Reason`].
pub const NEEDS_APPROVAL: &str = "needs_approval";
/// Why an approved batch still waits: for the first person.
pub const APPROVED: &str = "approved";

#[cfg(test)]
mod tests {
    use super::{ApprovalRules, Approvers};

    #[test]
    fn it_is_asked_above_the_number_only() {
        let approvers = Approvers::read("AB12, cd34  ef56,");
        assert_eq!(approvers.text(), "ab12 cd34 ef56");
        assert_eq!(Approvers::read(&approvers.text()), approvers);
        assert!(approvers.include("cd34") && !approvers.include("cd3"));
        let rules = |above| ApprovalRules {
            above,
            approvers: approvers.clone(),
        };
        assert_eq!(rules(None).asked_of(u64::MAX), None);
        assert_eq!(rules(Some(100)).asked_of(100), None);
        let asked = rules(Some(100)).asked_of(101);
        assert_eq!(asked, Some(approvers.clone().asked_above(100)));
        assert_eq!(rules(Some(0)).asked_of(1), Some(approvers.clone()));
    }
}
