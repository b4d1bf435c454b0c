//! The joined forms of Arabic letters, for terminals that put one letter into one cell and join
//! none: without them a word is a row of single letters. Persian and Urdu letters are in it too.
//!
//! It must not put two letters into one form: what was two cells stays two cells.

/// Tells letters apart without joining them.
const NON_JOINER: char = '\u{200C}';
/// A line that joins on both sides and has one form.
const TATWEEL: char = '\u{0640}';

/// How a letter joins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joins {
    /// On neither side.
    Not,
    /// Only to the letter before it in reading order.
    Before,
    /// On both sides.
    Both,
}

/// A letter, its form alone, and how it joins. Its other forms follow in the order of Unicode: at
/// the end of a word, at its beginning, in its middle.
type Letter = (char, char, Joins);

const LETTERS: [Letter; 54] = [
    ('\u{0621}', '\u{FE80}', Joins::Not),
    ('\u{0622}', '\u{FE81}', Joins::Before),
    ('\u{0623}', '\u{FE83}', Joins::Before),
    ('\u{0624}', '\u{FE85}', Joins::Before),
    ('\u{0625}', '\u{FE87}', Joins::Before),
    ('\u{0626}', '\u{FE89}', Joins::Both),
    ('\u{0627}', '\u{FE8D}', Joins::Before),
    ('\u{0628}', '\u{FE8F}', Joins::Both),
    ('\u{0629}', '\u{FE93}', Joins::Before),
    ('\u{062A}', '\u{FE95}', Joins::Both),
    ('\u{062B}', '\u{FE99}', Joins::Both),
    ('\u{062C}', '\u{FE9D}', Joins::Both),
    ('\u{062D}', '\u{FEA1}', Joins::Both),
    ('\u{062E}', '\u{FEA5}', Joins::Both),
    ('\u{062F}', '\u{FEA9}', Joins::Before),
    ('\u{0630}', '\u{FEAB}', Joins::Before),
    ('\u{0631}', '\u{FEAD}', Joins::Before),
    ('\u{0632}', '\u{FEAF}', Joins::Before),
    ('\u{0633}', '\u{FEB1}', Joins::Both),
    ('\u{0634}', '\u{FEB5}', Joins::Both),
    ('\u{0635}', '\u{FEB9}', Joins::Both),
    ('\u{0636}', '\u{FEBD}', Joins::Both),
    ('\u{0637}', '\u{FEC1}', Joins::Both),
    ('\u{0638}', '\u{FEC5}', Joins::Both),
    ('\u{0639}', '\u{FEC9}', Joins::Both),
    ('\u{063A}', '\u{FECD}', Joins::Both),
    ('\u{0641}', '\u{FED1}', Joins::Both),
    ('\u{0642}', '\u{FED5}', Joins::Both),
    ('\u{0643}', '\u{FED9}', Joins::Both),
    ('\u{0644}', '\u{FEDD}', Joins::Both),
    ('\u{0645}', '\u{FEE1}', Joins::Both),
    ('\u{0646}', '\u{FEE5}', Joins::Both),
    ('\u{0647}', '\u{FEE9}', Joins::Both),
    ('\u{0648}', '\u{FEED}', Joins::Before),
    ('\u{0649}', '\u{FEEF}', Joins::Before),
    ('\u{064A}', '\u{FEF1}', Joins::Both),
    ('\u{0671}', '\u{FB50}', Joins::Before),
    ('\u{0679}', '\u{FB66}', Joins::Both),
    ('\u{067E}', '\u{FB56}', Joins::Both),
    ('\u{0686}', '\u{FB7A}', Joins::Both),
    ('\u{0688}', '\u{FB88}', Joins::Before),
    ('\u{0691}', '\u{FB8C}', Joins::Before),
    ('\u{0698}', '\u{FB8A}', Joins::Before),
    ('\u{06A4}', '\u{FB6A}', Joins::Both),
    ('\u{06A9}', '\u{FB8E}', Joins::Both),
    ('\u{06AD}', '\u{FBD3}', Joins::Both),
    ('\u{06AF}', '\u{FB92}', Joins::Both),
    ('\u{06BA}', '\u{FB9E}', Joins::Before),
    ('\u{06BB}', '\u{FBA0}', Joins::Both),
    ('\u{06BE}', '\u{FBAA}', Joins::Both),
    ('\u{06C1}', '\u{FBA6}', Joins::Both),
    ('\u{06CC}', '\u{FBFC}', Joins::Both),
    ('\u{06D2}', '\u{FBAE}', Joins::Before),
    ('\u{06D3}', '\u{FBB0}', Joins::Before),
];

/// The signs of a word in reading order, each with its joined form and its marks kept; `None`
/// where the sign stays as it is.
pub(super) fn joined<'a>(word: impl Iterator<Item = &'a str>) -> Vec<Option<String>> {
    let signs: Vec<&str> = word.collect();
    let next_joins = |at: usize| signs.get(at + 1).is_some_and(|next| takes_before(next));
    let before_joins = |at: usize| {
        let before = at.checked_sub(1).and_then(|before| signs.get(before));
        before.is_some_and(|before| gives_after(before))
    };
    let form = |(at, sign): (usize, &&str)| {
        let base = sign.chars().next()?;
        let (_, alone, joins) = letter(base)?;
        let before = before_joins(at) && joins != Joins::Not;
        let after = gives_after(sign) && next_joins(at);
        let step = match (before, after) {
            (false, false) => 0,
            (true, false) => 1,
            (false, true) => 2,
            (true, true) => 3,
        };
        let shaped = char::from_u32(u32::from(alone) + step)?;
        let marks = sign.get(base.len_utf8()..).unwrap_or_default();
        Some(format!("{shaped}{marks}"))
    };
    signs.iter().enumerate().map(form).collect()
}

fn letter(base: char) -> Option<Letter> {
    let at = LETTERS
        .binary_search_by_key(&base, |letter| letter.0)
        .ok()?;
    LETTERS.get(at).copied()
}

/// Whether a sign joins to the one after it.
fn gives_after(sign: &str) -> bool {
    let base = sign.chars().next().unwrap_or_default();
    let both = letter(base).is_some_and(|(_, _, joins)| joins == Joins::Both);
    (both || base == TATWEEL) && !sign.contains(NON_JOINER)
}

/// Whether a sign joins to the one before it.
fn takes_before(sign: &str) -> bool {
    let base = sign.chars().next().unwrap_or_default();
    base == TATWEEL || letter(base).is_some_and(|(_, _, joins)| joins != Joins::Not)
}

#[cfg(test)]
mod tests {
    use super::{Joins, LETTERS, joined};
    use icu_normalizer::ComposingNormalizerBorrowed;
    use unicode_segmentation::UnicodeSegmentation as _;

    fn word(text: &str) -> String {
        let signs: Vec<&str> = text.graphemes(true).collect();
        let forms = joined(signs.iter().copied());
        let shown = signs.iter().zip(forms);
        shown
            .map(|(sign, form)| form.unwrap_or_else(|| (*sign).to_owned()))
            .collect()
    }

    #[test]
    fn every_form_is_a_form_of_its_letter() {
        let normalizer = ComposingNormalizerBorrowed::new_nfkc();
        for (base, alone, joins) in LETTERS {
            let forms = match joins {
                Joins::Not => 1,
                Joins::Before => 2,
                Joins::Both => 4,
            };
            for step in 0..forms {
                let form = char::from_u32(u32::from(alone) + step).unwrap();
                let plain = normalizer.normalize(&form.to_string()).into_owned();
                assert_eq!(plain, base.to_string(), "{base} {step}");
            }
        }
        assert!(LETTERS.is_sorted_by_key(|letter| letter.0));
    }

    #[test]
    fn letters_join_where_they_can() {
        assert_eq!(word("مرحبا"), "\u{FEE3}\u{FEAE}\u{FEA3}\u{FE92}\u{FE8E}");
        assert_eq!(word("دار"), "\u{FEA9}\u{FE8D}\u{FEAD}");
        assert_eq!(word("شيء"), "\u{FEB7}\u{FEF2}\u{FE80}");
        assert_eq!(word("ب"), "\u{FE8F}");
        assert_eq!(word("بـ"), "\u{FE91}\u{0640}");
        assert_eq!(word("שלום"), "שלום");
    }

    #[test]
    fn marks_stay_and_a_non_joiner_parts() {
        assert_eq!(word("بَت"), "\u{FE91}\u{064E}\u{FE96}");
        assert_eq!(word("می\u{200C}خ"), "\u{FEE3}\u{FBFD}\u{200C}\u{FEA5}");
    }
}
