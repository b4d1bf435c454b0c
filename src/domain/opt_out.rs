//! People who must never be written to: what is kept of each, and the words that may mean it. A
//! word only proposes; nobody is put on the list without a person.

use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeSet;

/// Bytes of a message that can be a stop word at most.
const LONGEST: usize = 200;

/// Rule of rows, items and batches that are stopped because somebody opted out.
pub const OPTED_OUT: &str = "opted_out";

/// WhatsApp's code for a person who wants no more marketing.
pub const WANTS_NO_MORE: i64 = 131_050;

/// Where the wish came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OptOutSource {
    /// Somebody typed the number.
    Manual,
    /// A row of a file.
    Csv,
    /// A person decided while reading a conversation, or after WhatsApp said so.
    Conversation,
    /// A person agreed to what a word in a conversation proposed.
    Word,
}

impl OptOutSource {
    /// The word that is stored and printed.
    pub fn word(self) -> &'static str {
        match self {
            OptOutSource::Manual => "manual",
            OptOutSource::Csv => "csv",
            OptOutSource::Conversation => "conversation",
            OptOutSource::Word => "word",
        }
    }

    /// The source of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "manual" => Some(OptOutSource::Manual),
            "csv" => Some(OptOutSource::Csv),
            "conversation" => Some(OptOutSource::Conversation),
            "word" => Some(OptOutSource::Word),
            _ => None,
        }
    }
}

/// What is noted with everybody who is put on the list together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptOutNote {
    /// When.
    pub since: Timestamp,
    /// Who did it, as the audit names people.
    pub who: String,
    /// Where the wish came from.
    pub source: OptOutSource,
    /// As typed; may be empty.
    pub reason: String,
}

/// Somebody who must not be written to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OptOut {
    /// Digits of the number, or the id of a channel, as [`super::Recipient::text`] has it.
    pub recipient: String,
    /// Since when.
    pub since: Timestamp,
    /// Who put them on the list.
    pub who: String,
    /// Where the wish came from.
    pub source: OptOutSource,
    /// As typed; may be empty.
    pub reason: String,
}

/// Words that mean *stop* when they are a whole message, in small letters: the languages of
/// WhatsApp's largest markets. A setting replaces the list.
pub const STOP_WORDS: &[&str] = &[
    "stop",
    "stop all",
    "stopall",
    "unsubscribe",
    "cancel",
    "opt out",
    "opt-out",
    "optout",
    "quit",
    "end",
    "remove me",
    "no more messages", // English
    "abmelden",
    "stopp",
    "abbestellen", // German
    "arrêt",
    "arret",
    "arrêter",
    "désabonner",
    "désinscription", // French
    "baja",
    "cancelar",
    "parar",
    "alto",
    "darme de baja", // Spanish, Portuguese
    "sair",
    "descadastrar",
    "cancelar inscrição", // Portuguese
    "annulla",
    "disiscriviti",
    "basta", // Italian
    "afmelden",
    "stoppen",  // Dutch
    "berhenti", // Indonesian, Malay
    "dur",
    "durdur",
    "iptal", // Turkish
    "стоп",
    "отписаться",
    "отмена", // Russian
    "إيقاف",
    "ايقاف",
    "توقف",
    "الغاء",
    "إلغاء",
    "الغاء الاشتراك",
    "إلغاء الاشتراك", // Arabic
    "रोकें",
    "बंद करें",
    "बंद करो",
    "रुको",     // Hindi
    "বন্ধ করুন", // Bengali
    "நிறுத்து", // Tamil
    "退订",
    "停止",
    "取消订阅", // Chinese
    "停止してください",
    "配信停止", // Japanese
];

/// The words that propose an opt-out, ready to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StopWords(BTreeSet<String>);

impl Default for StopWords {
    fn default() -> Self {
        Self::new(STOP_WORDS.iter().copied())
    }
}

impl StopWords {
    /// These words; case and runs of spaces do not count.
    pub fn new<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let words = words.into_iter().map(folded);
        Self(words.filter(|word| !word.is_empty()).collect())
    }

    /// The word of a message that is nothing but a wish to hear no more, as it was written; case,
    /// spaces and signs around it do not count.
    pub fn of<'t>(&self, text: &'t str) -> Option<&'t str> {
        // The longest word has few letters; a long message is never one of them.
        if text.len() > LONGEST {
            return None;
        }
        let written = text.trim_matches(|c: char| !c.is_alphanumeric() && !is_mark(c));
        self.0.contains(&folded(written)).then_some(written)
    }
}

/// Vowel signs and joiners at the end of a word of Indian scripts are no punctuation.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{963}' | '\u{966}'..='\u{dff}' | '\u{200c}' | '\u{200d}')
}

fn folded(text: &str) -> String {
    let words = text.split_whitespace().map(str::to_lowercase);
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::{OptOutSource, STOP_WORDS, StopWords};
    use rstest::rstest;

    #[rstest]
    #[case("STOP", Some("STOP"))]
    #[case("  stop. ", Some("stop"))]
    #[case("\u{ab}Stop  all!\u{bb}", Some("Stop  all"))]
    #[case(
        "\u{0625}\u{0644}\u{063a}\u{0627}\u{0621}",
        Some("\u{0625}\u{0644}\u{063a}\u{0627}\u{0621}")
    )]
    #[case("बंद करें", Some("बंद करें"))]
    #[case("रोकें।", Some("रोकें"))]
    #[case("When do you stop serving?", None)]
    #[case("don't stop", None)]
    #[case("", None)]
    #[case("!!!", None)]
    fn only_a_whole_message_proposes(#[case] text: &str, #[case] word: Option<&str>) {
        assert_eq!(StopWords::default().of(text), word);
    }

    #[test]
    fn sources_lead_back_from_their_words_and_no_stop_word_is_there_twice() {
        for source in [
            OptOutSource::Manual,
            OptOutSource::Csv,
            OptOutSource::Conversation,
            OptOutSource::Word,
        ] {
            assert_eq!(OptOutSource::from_word(source.word()), Some(source));
        }
        assert_eq!(StopWords::default().0.len(), STOP_WORDS.len());
        assert!(STOP_WORDS.iter().all(|word| super::folded(word) == *word));
        let own = StopWords::new(["Nie wieder", " "]);
        assert_eq!(
            (own.of("nie  wieder!"), own.of("stop")),
            (Some("nie  wieder"), None)
        );
    }
}
