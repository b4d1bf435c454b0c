//! What the platform's numbers mean and what to do about them, in our own words.
//!
//! Three numbering systems share digits: 2000 is "failure" in `status.code` and "parameter count"
//! in an error list. A number is therefore never looked up without saying whose it is. The
//! platform's own text is shown beside this, never replaced by it.

mod cloud;
mod on_premises;

/// Whose number it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Numbering {
    /// `status.code` of the platform's envelope.
    Platform,
    /// Error lists, six-digit numbers of the WhatsApp Cloud API and its general ones.
    CloudApi,
    /// Error lists, older three- and four-digit numbers.
    OnPremises,
}

impl Numbering {
    /// How a sentence names the owner of the number.
    pub fn owner(self) -> &'static str {
        match self {
            Numbering::Platform => "the platform's own number",
            Numbering::CloudApi => "WhatsApp's number",
            Numbering::OnPremises => "WhatsApp's older number",
        }
    }
}

/// What kind of trouble a number announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CodeClass {
    /// Passes by itself; worth trying again later, by a person's decision.
    Later,
    /// The request has to change.
    Fix,
    /// This person cannot be reached; everybody else can.
    Recipient,
    /// The template is paused or gone: every further call would meet the same.
    Template,
    /// The account or its connection: every further call would meet the same.
    Account,
    /// About a message that came in, not about a send.
    Inbound,
}

/// What is known about one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeInfo {
    /// The number.
    pub code: i64,
    /// What it means, without a full stop.
    pub meaning: &'static str,
    /// The kind of trouble.
    pub class: CodeClass,
    /// What to do, as a sentence.
    pub advice: &'static str,
    /// Whose number it is.
    pub numbering: Numbering,
}

impl CodeInfo {
    /// Whether every further call of the same batch would meet the same. Spam limits pass by
    /// themselves, yet going on makes them worse.
    pub fn stops_batch(&self) -> bool {
        matches!(self.class, CodeClass::Account | CodeClass::Template)
            || matches!(self.code, 131_048 | 471)
    }

    /// Whether the refusal is of the passing kind.
    pub fn passes(&self) -> bool {
        self.class == CodeClass::Later
    }
}

/// A line of a table: number, class, meaning, advice.
type Row = (i64, CodeClass, &'static str, &'static str);

const PLATFORM: &[Row] = &[
    (
        1002,
        CodeClass::Fix,
        "the person has not written within the last 24 hours",
        "Use a template.",
    ),
    (
        1004,
        CodeClass::Fix,
        "the person is not in a live chat",
        "Hand the conversation to an agent first, or use a template.",
    ),
    (
        2000,
        CodeClass::Fix,
        "the platform failed without saying more",
        "Read the error list; if there is none, ask the platform's support.",
    ),
    (
        2003,
        CodeClass::Account,
        "no bot has this bot key",
        "Compare the bot key of the profile with the panel.",
    ),
    (
        2004,
        CodeClass::Account,
        "the WhatsApp provider's key is missing at the platform; this is not about our own key",
        "Have the WhatsApp provider connected for this bot in the panel.",
    ),
    (
        2005,
        CodeClass::Fix,
        "the uploaded file was not taken as CSV",
        "Check the header line and the columns of the file.",
    ),
    (
        2006,
        CodeClass::Fix,
        "the upload failed or the file is too large",
        "Split the file into smaller ones.",
    ),
];

/// What a number of that numbering means, if it is known.
pub fn lookup(code: i64, numbering: Numbering) -> Option<CodeInfo> {
    let table = match numbering {
        Numbering::Platform => PLATFORM,
        Numbering::CloudApi => cloud::TABLE,
        Numbering::OnPremises => on_premises::TABLE,
    };
    // Graph permissions are one block of a hundred numbers with one meaning.
    let key = if numbering == Numbering::CloudApi && (200..=299).contains(&code) {
        200
    } else {
        code
    };
    table
        .iter()
        .find(|row| row.0 == key)
        .map(|&(_, class, meaning, advice)| CodeInfo {
            code,
            meaning,
            class,
            advice,
            numbering,
        })
}

/// What a `status.code` of the platform's envelope means, if it is known.
pub fn explain_platform(code: i64) -> Option<CodeInfo> {
    lookup(code, Numbering::Platform)
}

/// What a number of an error list means, if it is known. The two numberings found there share
/// no number.
pub fn explain_error(code: i64) -> Option<CodeInfo> {
    lookup(code, Numbering::CloudApi).or_else(|| lookup(code, Numbering::OnPremises))
}

#[cfg(test)]
mod tests {
    use super::{
        CodeClass, Numbering, PLATFORM, cloud, explain_error, explain_platform, lookup, on_premises,
    };
    use std::collections::HashSet;

    #[test]
    fn a_number_is_never_mixed_up_between_its_owners() {
        let own = explain_platform(2000).unwrap();
        let listed = explain_error(2000).unwrap();
        assert_eq!(own.numbering, Numbering::Platform);
        assert_eq!(listed.numbering, Numbering::OnPremises);
        assert_ne!(own.meaning, listed.meaning);
        assert!(listed.meaning.contains("parameters"));
        assert!(explain_error(2999).is_none());
    }

    #[test]
    fn no_number_stands_twice_and_the_lists_share_none() {
        let mut seen = HashSet::new();
        for row in cloud::TABLE.iter().chain(on_premises::TABLE) {
            assert!(seen.insert(row.0), "{} stands twice", row.0);
        }
        let own: HashSet<i64> = PLATFORM.iter().map(|row| row.0).collect();
        assert_eq!(own.len(), PLATFORM.len());
    }

    #[test]
    fn every_line_says_what_it_means_and_what_to_do() {
        for row in PLATFORM
            .iter()
            .chain(cloud::TABLE)
            .chain(on_premises::TABLE)
        {
            assert!(!row.2.is_empty() && !row.2.ends_with('.'), "{}", row.0);
            assert!(row.3.ends_with('.'), "{}", row.0);
        }
    }

    #[test]
    fn classes_decide_what_stops_and_what_passes() {
        let class = |code| explain_error(code).unwrap().class;
        assert_eq!(class(130_429), CodeClass::Later);
        assert_eq!(class(131_026), CodeClass::Recipient);
        assert_eq!(class(132_015), CodeClass::Template);
        assert_eq!(class(190), CodeClass::Account);
        assert_eq!(class(131_052), CodeClass::Inbound);
        assert!(explain_error(131_048).unwrap().stops_batch());
        assert!(!explain_error(132_000).unwrap().stops_batch());
        assert!(explain_error(130_429).unwrap().passes());
        let range = lookup(250, Numbering::CloudApi).unwrap();
        assert_eq!((range.code, range.class), (250, CodeClass::Account));
    }
}
