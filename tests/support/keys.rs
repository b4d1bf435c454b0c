//! Key scripts: chords in the notation of the keymap, separated by spaces.

use alertdesk::keymap::Chord;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// The key presses of a script such as `/ c i t y Enter Ctrl-d`. A chord may stand in angle
/// brackets, `<Esc>`, where that reads better.
pub fn script(text: &str) -> Vec<KeyEvent> {
    text.split_whitespace()
        .map(|word| {
            let inner = word
                .strip_prefix('<')
                .and_then(|rest| rest.strip_suffix('>'))
                .filter(|inner| !inner.is_empty());
            let chord: Chord = inner
                .unwrap_or(word)
                .parse()
                .unwrap_or_else(|error| panic!("the script `{text}`: {error}"));
            chord.to_event()
        })
        .collect()
}

/// The key presses that type a text.
pub fn typed(text: &str) -> Vec<KeyEvent> {
    text.chars().map(press).collect()
}

/// The press of a character.
pub fn press(character: char) -> KeyEvent {
    let code = match character {
        '\n' => KeyCode::Enter,
        other => KeyCode::Char(other),
    };
    let modifiers = if character.is_uppercase() {
        KeyModifiers::SHIFT
    } else {
        KeyModifiers::NONE
    };
    KeyEvent::new(code, modifiers)
}

/// The same key as a terminal repeats it while it is held.
pub fn held(key: KeyEvent) -> KeyEvent {
    KeyEvent {
        kind: KeyEventKind::Repeat,
        ..key
    }
}
