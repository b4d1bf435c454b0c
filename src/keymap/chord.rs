//! One key with its modifiers: how it is written in files and on the screen, and how it comes
//! from the terminal. It must not know what a key does.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::text::nearest::nearest;

/// Names of keys that are no character, with the way they are written.
const NAMES: [(&str, KeyCode); 15] = [
    ("Space", KeyCode::Char(' ')),
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("Backspace", KeyCode::Backspace),
    ("Delete", KeyCode::Delete),
    ("Insert", KeyCode::Insert),
    ("Home", KeyCode::Home),
    ("End", KeyCode::End),
    ("PageUp", KeyCode::PageUp),
    ("PageDown", KeyCode::PageDown),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
];

const MODIFIERS: [(&str, KeyModifiers); 3] = [
    ("Ctrl-", KeyModifiers::CONTROL),
    ("Alt-", KeyModifiers::ALT),
    ("Shift-", KeyModifiers::SHIFT),
];

/// One key with its modifiers, in one form only: Shift of a character is in the character, and
/// with Ctrl the case of a letter does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord {
    code: KeyCode,
    modifiers: KeyModifiers,
}

/// Why a word is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChordError {
    /// Nothing is there.
    #[error("an empty key")]
    Empty,
    /// The word after the modifiers is no key.
    #[error("unknown key `{word}`{hint}")]
    Unknown {
        /// The word as it was written.
        word: String,
        /// What was probably meant, ready to follow the sentence.
        hint: String,
    },
    /// Shift was written before a character.
    #[error("Shift is in the character itself: write `G`, not `Shift-g`")]
    ShiftedCharacter,
}

impl Chord {
    /// The chord of a terminal event; nothing for a released key and for keys without a name.
    pub fn from_event(event: &KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
        if !known.contains(event.modifiers) {
            return None;
        }
        let chord = Self::normal(event.code, event.modifiers);
        chord.has_name().then_some(chord)
    }

    /// The event of a terminal when this chord is pressed once.
    pub fn to_event(self) -> KeyEvent {
        KeyEvent::new(self.code, self.modifiers)
    }

    /// The chord of one plain character, as it is typed.
    pub fn character(character: char) -> Self {
        Self::normal(KeyCode::Char(character), KeyModifiers::NONE)
    }

    /// Whether it is Enter without another key.
    pub fn is_enter(self) -> bool {
        self.code == KeyCode::Enter && self.modifiers.is_empty()
    }

    /// The character this chord would type into a field: any character without Ctrl and Alt.
    pub fn text(self) -> Option<char> {
        if let (KeyCode::Char(character), true) = (self.code, self.modifiers.is_empty()) {
            Some(character)
        } else {
            None
        }
    }

    fn normal(code: KeyCode, mut modifiers: KeyModifiers) -> Self {
        if code == KeyCode::BackTab {
            return Self {
                code: KeyCode::Tab,
                modifiers: modifiers | KeyModifiers::SHIFT,
            };
        }
        let KeyCode::Char(mut character) = code else {
            return Self { code, modifiers };
        };
        let both = KeyModifiers::CONTROL | KeyModifiers::ALT;
        if modifiers.contains(both) && !character.is_ascii_alphanumeric() && character != ' ' {
            // Some terminals report AltGr as Ctrl and Alt together; what was typed is a sign.
            modifiers.remove(both);
        }
        if modifiers.contains(KeyModifiers::CONTROL) {
            character = character.to_ascii_lowercase();
        } else if modifiers.contains(KeyModifiers::SHIFT) {
            let mut upper = character.to_uppercase();
            if let (Some(one), None) = (upper.next(), upper.next()) {
                character = one;
            }
        }
        modifiers.remove(KeyModifiers::SHIFT);
        Self {
            code: KeyCode::Char(character),
            modifiers,
        }
    }

    fn has_name(self) -> bool {
        if let KeyCode::Char(character) = self.code {
            return !character.is_control();
        }
        if let KeyCode::F(number) = self.code {
            return (1..=24).contains(&number);
        }
        NAMES.iter().any(|(_, code)| *code == self.code)
    }
}

impl fmt::Display for Chord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, modifier) in MODIFIERS {
            if self.modifiers.contains(modifier) {
                f.write_str(name)?;
            }
        }
        if let Some((name, _)) = NAMES.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        if let KeyCode::Char(character) = self.code {
            return write!(f, "{character}");
        }
        if let KeyCode::F(number) = self.code {
            return write!(f, "F{number}");
        }
        Ok(())
    }
}

impl FromStr for Chord {
    type Err = ChordError;

    fn from_str(text: &str) -> Result<Self, ChordError> {
        let mut rest = text;
        let mut modifiers = KeyModifiers::NONE;
        while let Some((name, modifier)) = MODIFIERS.iter().find(|(name, _)| {
            let head = rest.get(..name.len());
            head.is_some_and(|head| head.eq_ignore_ascii_case(name)) && rest.len() > name.len()
        }) {
            modifiers |= *modifier;
            rest = rest.get(name.len()..).unwrap_or_default();
        }
        let code = key(rest)?;
        if matches!(code, KeyCode::Char(_)) && modifiers.contains(KeyModifiers::SHIFT) {
            return Err(ChordError::ShiftedCharacter);
        }
        Ok(Self::normal(code, modifiers))
    }
}

fn key(word: &str) -> Result<KeyCode, ChordError> {
    let mut characters = word.chars();
    match (characters.next(), characters.next()) {
        (None, _) => return Err(ChordError::Empty),
        (Some(only), None) if !only.is_control() => return Ok(KeyCode::Char(only)),
        (Some(_), _) => {}
    }
    if let Some((_, code)) = NAMES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(word))
    {
        return Ok(*code);
    }
    if let Some(number) = word
        .strip_prefix(['F', 'f'])
        .and_then(|digits| digits.parse().ok())
        && (1..=24).contains(&number)
    {
        return Ok(KeyCode::F(number));
    }
    let hint = nearest(word, NAMES.iter().map(|(name, _)| *name))
        .map(|name| format!("; did you mean `{name}`?"))
        .unwrap_or_default();
    Err(ChordError::Unknown {
        word: word.to_owned(),
        hint,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    fn chord(text: &str) -> Chord {
        text.parse().unwrap()
    }

    #[rstest]
    #[case("Ctrl-d")]
    #[case("Shift-Tab")]
    #[case("F1")]
    #[case("Space")]
    #[case("Esc")]
    #[case("PageUp")]
    #[case("g")]
    #[case("G")]
    #[case("?")]
    #[case("-")]
    #[case("Ctrl--")]
    #[case("Ctrl-Alt-x")]
    #[case("Ctrl-Space")]
    #[case("é")]
    fn written_as_read(#[case] text: &str) {
        assert_eq!(chord(text).to_string(), text);
    }

    #[rstest]
    #[case("ctrl-D", "Ctrl-d")]
    #[case("pageup", "PageUp")]
    #[case("f12", "F12")]
    fn spelling_is_lenient_but_one(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(chord(text).to_string(), expected);
    }

    #[rstest]
    #[case("", "an empty key")]
    #[case("Escp", "unknown key `Escp`; did you mean `Esc`?")]
    #[case("Ctrl-Entr", "unknown key `Entr`; did you mean `Enter`?")]
    #[case("F99", "unknown key `F99`")]
    #[case(
        "Shift-g",
        "Shift is in the character itself: write `G`, not `Shift-g`"
    )]
    fn mistakes_are_named(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(text.parse::<Chord>().unwrap_err().to_string(), expected);
    }

    #[rstest]
    #[case(KeyCode::Char('G'), KeyModifiers::SHIFT, "G")]
    #[case(KeyCode::Char('g'), KeyModifiers::SHIFT, "G")]
    #[case(KeyCode::Char('?'), KeyModifiers::SHIFT, "?")]
    #[case(KeyCode::Char('D'), KeyModifiers::CONTROL, "Ctrl-d")]
    #[case(KeyCode::BackTab, KeyModifiers::SHIFT, "Shift-Tab")]
    #[case(KeyCode::Char('@'), KeyModifiers::CONTROL.union(KeyModifiers::ALT), "@")]
    #[case(KeyCode::Char(' '), KeyModifiers::NONE, "Space")]
    fn events_become_chords(
        #[case] code: KeyCode,
        #[case] modifiers: KeyModifiers,
        #[case] expected: &str,
    ) {
        let chord = Chord::from_event(&KeyEvent::new(code, modifiers)).unwrap();
        assert_eq!(chord.to_string(), expected);
    }

    #[test]
    fn releases_and_nameless_keys_are_nothing() {
        let mut event = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::NONE);
        event.kind = KeyEventKind::Release;
        assert_eq!(Chord::from_event(&event), None);
        assert_eq!(
            Chord::from_event(&KeyEvent::new(KeyCode::Null, KeyModifiers::NONE)),
            None
        );
        let event = KeyEvent::new(KeyCode::Char('a'), KeyModifiers::SUPER);
        assert_eq!(Chord::from_event(&event), None);
    }

    #[test]
    fn only_plain_characters_are_text() {
        assert_eq!(chord("G").text(), Some('G'));
        assert_eq!(chord("Space").text(), Some(' '));
        assert_eq!(chord("Ctrl-g").text(), None);
        assert_eq!(chord("Enter").text(), None);
    }

    fn any_code() -> impl Strategy<Value = KeyCode> {
        prop_oneof![
            any::<char>().prop_map(KeyCode::Char),
            (0_u8..30).prop_map(KeyCode::F),
            Just(KeyCode::BackTab),
            prop::sample::select(NAMES.map(|(_, code)| code).to_vec()),
        ]
    }

    proptest! {
        #[test]
        fn every_event_with_a_name_reads_back(code in any_code(), bits in 0_u8..8) {
            let event = KeyEvent::new(code, KeyModifiers::from_bits_truncate(bits));
            if let Some(chord) = Chord::from_event(&event) {
                let shifted = matches!(chord.code, KeyCode::Char(_))
                    && chord.modifiers.contains(KeyModifiers::SHIFT);
                prop_assert!(!shifted);
                prop_assert_eq!(chord.to_string().parse::<Chord>(), Ok(chord));
            }
        }

        #[test]
        fn no_word_panics(word in "\\PC{0,12}|((Ctrl|Alt|Shift)-){0,3}.{0,3}") {
            if let Ok(chord) = word.parse::<Chord>() {
                prop_assert_eq!(chord.to_string().parse::<Chord>(), Ok(chord));
            }
        }
    }
}
