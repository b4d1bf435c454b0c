//! Texts as they are compared in a search, and the pieces of one, two and three letters that the
//! index knows them by. No SQL.

use icu_normalizer::{ComposingNormalizer, ComposingNormalizerBorrowed};

const NFKC: ComposingNormalizerBorrowed<'static> = ComposingNormalizer::new_nfkc();

/// How many pieces of a searched text the index is asked for; the text itself decides afterwards.
const ASKED: usize = 12;

/// A text as searches compare it: Unicode form NFKC (so that composed and decomposed letters, wide
/// and narrow forms are the same), then lower case letter by letter, a final sigma as any other,
/// and every control character, line ends included, as a space. Nothing is dropped: accents and
/// vowel signs count.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text
            .chars()
            .map(|letter| match letter.to_ascii_lowercase() {
                control if control.is_ascii_control() => ' ',
                other => other,
            })
            .collect();
    }
    let mut folded = String::with_capacity(text.len());
    for letter in NFKC.normalize(text).chars() {
        if letter.is_control() {
            folded.push(' ');
        } else {
            folded.extend(letter.to_lowercase().map(|lower| match lower {
                'ς' => 'σ',
                other => other,
            }));
        }
    }
    folded
}

/// Collects the pieces of many folded texts and writes each once.
#[derive(Debug, Default)]
pub(super) struct Grams {
    packed: Vec<u64>,
}

impl Grams {
    /// Adds every piece of a folded text.
    pub(super) fn add(&mut self, folded: &str) {
        // Three code points fit into one number; no code point is 0, so lengths cannot be mixed up.
        let (mut before, mut between) = (0_u64, 0_u64);
        for letter in folded.chars() {
            let letter = u64::from(u32::from(letter));
            self.packed.push(letter);
            if between != 0 {
                self.packed.push(between << 21 | letter);
            }
            if before != 0 {
                self.packed.push(before << 42 | between << 21 | letter);
            }
            (before, between) = (between, letter);
        }
    }

    /// The pieces, each once, as one text for the index.
    pub(super) fn into_tokens(mut self) -> String {
        self.packed.sort_unstable();
        self.packed.dedup();
        let mut tokens = String::with_capacity(self.packed.len() * 5);
        for piece in self.packed {
            push_token(&mut tokens, piece);
            tokens.push(' ');
        }
        tokens
    }
}

/// What to ask the index for so that it names every block that can hold this folded text; `None`
/// for an empty text, which everything holds.
pub(super) fn index_query(folded: &str) -> Option<String> {
    let letters: Vec<u64> = folded.chars().map(|c| u64::from(u32::from(c))).collect();
    let mut pieces: Vec<u64> = letters
        .windows(letters.len().clamp(1, 3))
        .map(|piece| piece.iter().fold(0, |packed, letter| packed << 21 | letter))
        .collect();
    pieces.sort_unstable();
    pieces.dedup();
    let step = pieces.len().div_ceil(ASKED).max(1);
    let mut query = String::new();
    for piece in pieces.into_iter().step_by(step) {
        query.push('"');
        push_token(&mut query, piece);
        query.push_str("\" ");
    }
    (!query.is_empty()).then_some(query)
}

/// The tokenizer of the index splits at ASCII signs and spaces, never at anything else, so these
/// are moved out of its sight. That two signs then look alike costs a glance at the text, no more.
fn push_token(tokens: &mut String, piece: u64) {
    for shift in [42, 21, 0] {
        let code = u32::try_from(piece >> shift & 0x1F_FFFF).unwrap_or(0);
        if code == 0 {
            continue;
        }
        let code = match char::from_u32(code) {
            Some(letter) if letter.is_ascii() && !letter.is_ascii_alphanumeric() => code + 0x80,
            Some(_) | None => code,
        };
        tokens.extend(char::from_u32(code));
    }
}

#[cfg(test)]
mod tests {
    use super::{Grams, folded, index_query};
    use rstest::rstest;

    #[rstest]
    #[case("Fern & OAK", "fern & oak")]
    #[case("Ｆｅｒｎ１", "fern1")]
    #[case("e\u{301}t\u{e9}", "été")]
    #[case("ΟΔΟΣ ς", "οδοσ σ")]
    #[case("two\r\nlines\u{85}é", "two  lines é")]
    #[case("\u{fefb}", "لا")]
    #[case("क\u{93c}ि", "क\u{93c}ि")]
    fn texts_are_compared_in_one_form(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(folded(text), expected);
        assert_eq!(folded(expected), expected);
    }

    #[test]
    fn every_piece_is_there_once() {
        let mut grams = Grams::default();
        grams.add("ab a");
        grams.add("ab");
        let mut pieces: Vec<String> = grams
            .into_tokens()
            .split(' ')
            .map(str::to_owned)
            .filter(|piece| !piece.is_empty())
            .collect();
        pieces.sort();
        assert_eq!(
            pieces,
            [
                "a", "ab", "ab\u{a0}", "b", "b\u{a0}", "b\u{a0}a", "\u{a0}", "\u{a0}a"
            ]
        );
    }

    #[test]
    fn a_query_asks_for_the_longest_pieces_and_not_for_too_many() {
        assert_eq!(index_query(""), None);
        assert_eq!(index_query("好").as_deref(), Some("\"好\" "));
        assert_eq!(index_query("\"a").as_deref(), Some("\"\u{a2}a\" "));
        assert_eq!(index_query("abcd").as_deref(), Some("\"abc\" \"bcd\" "));
        let long: String = ('a'..='z').chain('0'..='9').collect();
        assert!(index_query(&long).unwrap().matches('"').count() <= 24);
    }
}
