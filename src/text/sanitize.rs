//! The one sanitizer: turns text from outside into text that is safe and honest on a terminal.
//!
//! Every character that could steer the terminal, turn the reading direction or hide in zero
//! cells becomes the visible placeholder `·`. Joiners and variation selectors stay where they do
//! their honest work: inside emoji, and between letters of scripts that need them. It must not
//! know what a text means, and it must not lose a visible character.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use unicode_width::UnicodeWidthChar as _;

use super::joining::{
    BLACK_FLAG, FLAG_TAGS, ZWJ, ZWNJ, is_emoji_pair, is_one_grapheme, is_selector, is_skin_tone,
    is_virama, needs_joiners,
};

/// What stands in place of every character that may not reach a terminal.
pub const PLACEHOLDER: &str = "·";

/// How many combining marks stay on one base; more than that only smears over other lines.
pub const MAX_MARKS: usize = 8;

/// Makes a text of one or more lines safe. Line ends become `\n` and stay, a tab becomes one
/// space, every hostile character becomes [`PLACEHOLDER`].
pub fn clean(text: &str) -> Cow<'_, str> {
    run(text, Shape::Lines, &mut |_| ())
}

/// Makes a text safe that must stay on one line: as [`clean`], but a run of line ends becomes
/// one space.
pub fn clean_line(text: &str) -> Cow<'_, str> {
    run(text, Shape::OneLine, &mut |_| ())
}

/// The byte ranges of the placeholders that [`clean`] puts into its result for this raw text, so
/// that a view can colour them. A `·` that somebody really wrote is not among them.
pub fn placeholders(raw: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let cleaned = run(raw, Shape::Lines, &mut |range| found.push(range));
    drop(cleaned);
    found
}

/// Whether this character may never reach a terminal, wherever it stands. Joiners, variation
/// selectors and combining marks depend on their neighbours and are not hostile by themselves;
/// `\n` and `\t` are, because a cell of the screen cannot hold them.
pub fn is_hostile(character: char) -> bool {
    matches!(
        character,
        '\u{0000}'..='\u{001F}'
            | '\u{007F}'..='\u{009F}'
            | '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180E}'
            | '\u{200B}'
            | '\u{200E}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{3164}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{FFFE}'..='\u{FFFF}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E00FF}'
            | '\u{E01F0}'..='\u{E0FFF}'
    )
}

/// Whether one grapheme, as it stands in a cell of the screen, may be written to the terminal.
pub fn is_safe_cell(symbol: &str) -> bool {
    if let &[byte] = symbol.as_bytes() {
        return (0x20..0x7F).contains(&byte);
    }
    !wants_care(symbol) || matches!(run(symbol, Shape::Cell, &mut |_| ()), Cow::Borrowed(_))
}

/// Writes the hostile characters of an already serialised JSON document as `\uXXXX` escapes: the
/// document keeps exactly its data and becomes safe to print. Line ends between the values stay.
pub fn escape_json_text(json: &str) -> String {
    let mut safe = String::with_capacity(json.len());
    let mut scanner = Scanner::new(Shape::Cell);
    let mut rest = json;
    while let Some(character) = rest.chars().next() {
        let step = if matches!(character, '\n' | '\t') {
            scanner.restart();
            Step::Keep(1)
        } else {
            scanner.step(character, rest)
        };
        match step {
            Step::Keep(length) => {
                let (kept, after) = rest.split_at(length);
                safe.push_str(kept);
                rest = after;
            }
            Step::Replace(_) | Step::Swallow => {
                push_escape(&mut safe, character);
                rest = rest.get(character.len_utf8()..).unwrap_or_default();
            }
        }
    }
    safe
}

fn push_escape(out: &mut String, character: char) {
    let mut units = [0_u16; 2];
    for unit in character.encode_utf16(&mut units) {
        // Writing into a String cannot fail.
        if write!(out, "\\u{unit:04x}").is_err() {
            return;
        }
    }
}

/// What kind of place the text goes to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Lines,
    OneLine,
    /// A piece whose right neighbour is not known: a joiner may be its last character.
    Cell,
}

/// What happens with the character (or the characters) in front of the scanner.
enum Step {
    /// This many bytes stay as they are.
    Keep(usize),
    /// One character becomes this.
    Replace(&'static str),
    /// One character goes, because what stands before it already speaks for it.
    Swallow,
}

struct Scanner {
    shape: Shape,
    /// The last character of the result.
    previous: Option<char>,
    /// The last character of the result that others can sit on.
    base: Option<char>,
    /// Combining marks on the base so far.
    marks: usize,
}

impl Scanner {
    fn new(shape: Shape) -> Self {
        Self {
            shape,
            previous: None,
            base: None,
            marks: 0,
        }
    }

    fn restart(&mut self) {
        *self = Self::new(self.shape);
    }

    /// Decides about the first character of `rest`, which is `character`.
    fn step(&mut self, character: char, rest: &str) -> Step {
        let after = rest.get(character.len_utf8()..).unwrap_or_default();
        if let Some(step) = self.line_end(character, after) {
            return step;
        }
        if is_hostile(character) {
            return self.replace(PLACEHOLDER);
        }
        if matches!(character, ZWJ | ZWNJ) {
            return if self.joins(character, after) {
                self.previous = Some(character);
                Step::Keep(character.len_utf8())
            } else {
                self.replace(PLACEHOLDER)
            };
        }
        if is_selector(character) {
            return if self.selects() {
                self.previous = Some(character);
                Step::Keep(character.len_utf8())
            } else {
                self.replace(PLACEHOLDER)
            };
        }
        if character.width() == Some(0) {
            return self.mark(character);
        }
        self.previous = Some(character);
        if !is_skin_tone(character) {
            self.base = Some(character);
            self.marks = 0;
        }
        if character == BLACK_FLAG
            && let Some(tags) = FLAG_TAGS.iter().find(|tags| after.starts_with(**tags))
        {
            return Step::Keep(character.len_utf8() + tags.len());
        }
        Step::Keep(character.len_utf8())
    }

    fn line_end(&mut self, character: char, after: &str) -> Option<Step> {
        match (self.shape, character) {
            (Shape::Lines, '\n') => {
                self.restart();
                Some(Step::Keep(1))
            }
            (Shape::Lines | Shape::OneLine, '\r') if after.starts_with('\n') => Some(Step::Swallow),
            (Shape::Lines, '\u{2028}' | '\u{2029}') => Some(self.replace("\n")),
            (Shape::OneLine, '\n' | '\u{2028}' | '\u{2029}') => {
                let last_of_run = !after.starts_with(['\n', '\r', '\u{2028}', '\u{2029}']);
                Some(if last_of_run {
                    self.replace(" ")
                } else {
                    Step::Swallow
                })
            }
            (Shape::Lines | Shape::OneLine, '\t') => Some(self.replace(" ")),
            (Shape::Lines | Shape::OneLine | Shape::Cell, _) => None,
        }
    }

    fn replace(&mut self, with: &'static str) -> Step {
        self.restart();
        self.previous = with.chars().last();
        Step::Replace(with)
    }

    fn mark(&mut self, character: char) -> Step {
        // A mark without a base would fall onto our own words, or onto a frame.
        let sits = self.base.is_some()
            && self
                .previous
                .is_some_and(|before| is_one_grapheme(&[before, character]));
        if !sits {
            return if self.marks > MAX_MARKS {
                Step::Swallow
            } else {
                self.surplus()
            };
        }
        self.marks += 1;
        if self.marks > MAX_MARKS {
            return self.surplus();
        }
        self.previous = Some(character);
        Step::Keep(character.len_utf8())
    }

    /// One placeholder speaks for the whole run of marks that are too many.
    fn surplus(&mut self) -> Step {
        let step = self.replace(PLACEHOLDER);
        self.marks = MAX_MARKS + 1;
        step
    }

    fn selects(&self) -> bool {
        self.previous.is_some_and(|before| {
            let stacked = is_selector(before) || matches!(before, ZWJ | ZWNJ);
            let plain = before.is_ascii() && !matches!(before, '0'..='9' | '#' | '*');
            !stacked && !plain && before != '·'
        })
    }

    fn joins(&self, joiner: char, after: &str) -> bool {
        let Some(before) = self.previous else {
            return false;
        };
        if matches!(before, ZWJ | ZWNJ) {
            return false;
        }
        if is_virama(before) {
            return true;
        }
        let Some(next) = after.chars().next() else {
            return self.shape == Shape::Cell && needs_joiners(before);
        };
        if needs_joiners(before) && needs_joiners(next) && next.width() != Some(0) {
            return true;
        }
        joiner == ZWJ && self.base.is_some_and(|base| is_emoji_pair(base, next))
    }
}

/// Whether a text has anything that the scanner must look at.
fn wants_care(text: &str) -> bool {
    text.chars().any(|character| {
        !matches!(character, ' '..='~')
            && (character.width().unwrap_or(0) == 0 || is_hostile(character))
    })
}

fn run<'a>(
    text: &'a str,
    shape: Shape,
    on_placeholder: &mut dyn FnMut(Range<usize>),
) -> Cow<'a, str> {
    if !wants_care(text) {
        return Cow::Borrowed(text);
    }
    let mut out: Option<String> = None;
    let mut scanner = Scanner::new(shape);
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let done = text.len() - rest.len();
        match scanner.step(character, rest) {
            Step::Keep(length) => {
                let (kept, after) = rest.split_at(length);
                if let Some(out) = out.as_mut() {
                    out.push_str(kept);
                }
                rest = after;
            }
            Step::Replace(with) => {
                let out =
                    out.get_or_insert_with(|| text.get(..done).unwrap_or_default().to_owned());
                if with == PLACEHOLDER {
                    on_placeholder(out.len()..out.len() + with.len());
                }
                out.push_str(with);
                rest = rest.get(character.len_utf8()..).unwrap_or_default();
            }
            Step::Swallow => {
                out.get_or_insert_with(|| text.get(..done).unwrap_or_default().to_owned());
                rest = rest.get(character.len_utf8()..).unwrap_or_default();
            }
        }
    }
    out.map_or(Cow::Borrowed(text), Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case::escape("\u{1b}[31mred\u{1b}]0;title\u{7}", "·[31mred·]0;title·")]
    #[case::c1("\u{9b}2J", "·2J")]
    #[case::delete("a\u{7f}b", "a·b")]
    #[case::lone_return("paid\rdue", "paid·due")]
    #[case::override_("invoice\u{202e}fdp.exe", "invoice·fdp.exe")]
    #[case::isolates("\u{2066}a\u{2069}", "·a·")]
    #[case::marks_of_direction("a\u{200f}b\u{061c}", "a·b·")]
    #[case::zero_width("pay\u{200b}pal\u{2060}\u{feff}", "pay·pal··")]
    #[case::soft_hyphen("co\u{ad}op", "co·op")]
    #[case::tags("hi\u{e0068}\u{e0069}", "hi··")]
    #[case::filler("\u{3164}", "·")]
    #[case::tab("a\tb", "a b")]
    #[case::windows_lines("a\r\nb", "a\nb")]
    #[case::separators("a\u{2028}b", "a\nb")]
    #[case::joiner_between_latin("a\u{200d}b", "a·b")]
    #[case::stray_joiner("\u{200d}", "·")]
    #[case::joiner_after_joiner("🚀\u{94d}\u{200d}\u{200d}👩", "🚀\u{94d}\u{200d}·👩")]
    #[case::stray_selector("a\u{fe0f}", "a·")]
    #[case::stacked_selectors("☎\u{fe0f}\u{fe0f}", "☎\u{fe0f}·")]
    #[case::mark_without_base("\u{301}x", "·x")]
    fn hostile_characters_become_visible(#[case] raw: &str, #[case] expected: &str) {
        assert_eq!(clean(raw), expected);
    }

    #[rstest]
    #[case::latin("Léa Martin, 10:44 – “fine” …")]
    #[case::arabic("مرحبا سارة، أرسلي صورة للطاولة من فضلك.")]
    #[case::persian("می\u{200c}خواهم")]
    #[case::hindi("सुबह 10 बजे के बाद आइए, मैं घर पर हूँ")]
    #[case::hindi_joiner("क्\u{200d}ष")]
    #[case::malayalam_chillu("അവന്\u{200d} വന്നു")]
    #[case::family("👨\u{200d}👩\u{200d}👧\u{200d}👦")]
    #[case::skin("👩🏽\u{200d}🚀 👍🏿")]
    #[case::heart_on_fire("❤\u{fe0f}\u{200d}🔥")]
    #[case::rainbow("🏳\u{fe0f}\u{200d}🌈")]
    #[case::keycap("1\u{fe0f}\u{20e3}")]
    #[case::flags("🇬🇧🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}")]
    #[case::ideograph_variant("葛\u{e0100}城")]
    #[case::japanese("山田 花子 ﾊﾞ")]
    #[case::hangul_jamo("\u{1112}\u{1161}\u{11ab}")]
    #[case::lines("one\ntwo")]
    #[case::stacked_marks("e\u{301}\u{302}\u{303}")]
    fn honest_text_is_not_touched(#[case] raw: &str) {
        assert!(matches!(clean(raw), Cow::Borrowed(same) if same == raw));
    }

    #[test]
    fn at_most_eight_marks_stay_and_one_placeholder_speaks_for_the_rest() {
        let raw = format!("z{}!", "\u{301}".repeat(40));
        assert_eq!(clean(&raw), format!("z{}·!", "\u{301}".repeat(8)));
    }

    #[rstest]
    #[case("a\nb", "a b")]
    #[case("a\r\n\r\nb", "a b")]
    #[case("a\n\n\nb\n", "a b ")]
    fn one_line_has_no_line_end(#[case] raw: &str, #[case] expected: &str) {
        assert_eq!(clean_line(raw), expected);
    }

    #[test]
    fn placeholders_are_told_from_dots_that_were_written() {
        let raw = "a·b\u{1b}c";
        assert_eq!(clean(raw), "a·b·c");
        assert_eq!(placeholders(raw), vec![4..6]);
    }

    #[test]
    fn json_stays_the_same_data() {
        let value = serde_json::json!({
            "name": "a\u{202e}b\u{200b}\u{e0041}", "family": "👨\u{200d}👩", "esc": "\u{1b}[2J\u{7f}"
        });
        let text = serde_json::to_string_pretty(&value).unwrap();
        let safe = escape_json_text(&text);
        assert!(safe.contains("a\\u202eb\\u200b\\udb40\\udc41"), "{safe}");
        assert!(safe.contains("👨\u{200d}👩") && safe.contains('\n'));
        assert_eq!(
            serde_json::from_str::<serde_json::Value>(&safe).unwrap(),
            value
        );
    }

    #[test]
    fn a_cell_may_end_with_the_joiner_of_its_script_only() {
        assert!(is_safe_cell("ی\u{200c}"));
        assert!(is_safe_cell("👨\u{200d}👩"));
        assert!(is_safe_cell("━") && is_safe_cell("x"));
        assert!(!is_safe_cell("x\u{200d}"));
        assert!(!is_safe_cell("\u{1b}") && !is_safe_cell("\u{202e}") && !is_safe_cell("\n"));
    }

    proptest! {
        #[test]
        fn clean_text_is_clean_and_stays_so(raw in ".{0,40}|[\u{0}-\u{ff}\u{200b}-\u{206f}\u{300}-\u{310}\u{fe00}-\u{fe0f}👩🏽🚀کख्]{0,30}") {
            let once = clean(&raw).into_owned();
            prop_assert!(once.chars().all(|c| c == '\n' || !is_hostile(c)), "{:?}", once);
            let twice = clean(&once);
            prop_assert_eq!(&*twice, &*once);
            prop_assert!(!clean_line(&raw).contains(['\n', '\r']));
            for range in placeholders(&raw) {
                prop_assert_eq!(&once[range], PLACEHOLDER);
            }
        }

        #[test]
        fn what_is_clean_passes_the_last_gate(raw in any::<String>(), letters in "[aकी्हن‌\u{200d}ख\u{64e}👩🏽🚀\u{fe0f}ก็한\u{1161}]{0,20}") {
            for text in [raw, letters] {
                let text = clean_line(&text);
                for grapheme in unicode_segmentation::UnicodeSegmentation::graphemes(&*text, true) {
                    let drawn = crate::text::width::grapheme_cells(grapheme) > 0;
                    prop_assert!(!drawn || is_safe_cell(grapheme), "{:?}", grapheme);
                }
            }
        }

        #[test]
        fn every_string_survives_json(raw in any::<String>()) {
            let text = serde_json::to_string(&raw).unwrap();
            let safe = escape_json_text(&text);
            prop_assert!(safe.chars().all(|c| !is_hostile(c)));
            prop_assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), raw);
        }
    }
}
