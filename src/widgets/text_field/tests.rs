//! Typing, pasting, taking back and drawing of one field.

use super::{Lines, TextField};
use crate::theme::{Role, Theme};
use crate::widgets::Painter;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

fn press(field: &mut TextField, code: KeyCode) -> bool {
    field.key(KeyEvent::new(code, KeyModifiers::NONE))
}

#[test]
fn typing_pasting_and_undoing() {
    let mut field = TextField::default();
    for character in "abc".chars() {
        assert!(press(&mut field, KeyCode::Char(character)));
    }
    assert!(
        !press(&mut field, KeyCode::Enter),
        "one line takes no line break"
    );
    field.paste("d\r\ne");
    assert_eq!(field.text(), "abcd e");
    field.set_text("new");
    assert_eq!(field.text(), "new");
    field.undo();
    assert_eq!(field.text(), "abcd e");
}

#[test]
fn what_was_undone_comes_back() {
    let mut field = TextField::with_text("five     spaces");
    field.set_text("five spaces");
    field.undo();
    assert_eq!(field.text(), "five     spaces");
    field.redo();
    assert_eq!(field.text(), "five spaces");
    field.undo();
    assert_eq!(field.text(), "five     spaces");
    field.redo();
    press(&mut field, KeyCode::Char('!'));
    field.undo();
    assert_eq!(field.text(), "five spaces");
    field.redo();
    assert_eq!(field.text(), "five spaces!");
    field.redo();
    assert_eq!(field.text(), "five spaces!");
}

#[test]
fn lines_of_a_paste_are_joined_in_a_field_of_one() {
    let mut field = TextField::default();
    assert!(
        !field.paste("one line\n"),
        "an end of line alone joins nothing"
    );
    assert_eq!(field.text(), "one line");
    assert!(field.paste(" two\r\nlines"));
    assert_eq!(field.text(), "one line two lines");
    assert!(!TextField::new(Lines::Many).paste("a\nb"));
}

#[test]
fn an_empty_replacement_is_undone_too() {
    let mut field = TextField::with_text("five     spaces");
    field.set_text("");
    assert!(field.is_empty());
    field.undo();
    assert_eq!(field.text(), "five     spaces");
}

#[test]
fn a_grapheme_is_one_step_and_one_deletion() {
    let family = "👨\u{200d}👩\u{200d}👧";
    let mut field = TextField::with_text(&format!("a{family}e\u{301}"));
    assert!(press(&mut field, KeyCode::Backspace));
    assert_eq!(field.text(), format!("a{family}"));
    assert!(!press(&mut field, KeyCode::Left));
    assert!(press(&mut field, KeyCode::Delete));
    assert_eq!(field.text(), "a");
    field.undo();
    assert_eq!(field.text(), format!("a{family}"));
}

#[test]
fn a_picked_text_is_replaced_by_what_is_typed_and_kept_by_moving() {
    let picked = || {
        let mut field = TextField::with_text("city=London");
        field.pick_all();
        field
    };
    let mut typed = picked();
    press(&mut typed, KeyCode::Char('v'));
    press(&mut typed, KeyCode::Char('i'));
    assert_eq!(typed.text(), "vi");
    let mut pasted = picked();
    pasted.paste("vip=yes");
    assert_eq!(pasted.text(), "vip=yes");
    let mut deleted = picked();
    assert!(press(&mut deleted, KeyCode::Backspace));
    assert!(deleted.is_empty());
    deleted.undo();
    assert_eq!(deleted.text(), "city=London");
    let mut moved = picked();
    press(&mut moved, KeyCode::End);
    press(&mut moved, KeyCode::Char('!'));
    assert_eq!(moved.text(), "city=London!");
}

#[test]
fn no_selection_starts_unseen() {
    let mut field = TextField::with_text("abc");
    field.key(KeyEvent::new(KeyCode::Left, KeyModifiers::SHIFT));
    press(&mut field, KeyCode::Char('x'));
    assert_eq!(field.text(), "abxc");
}

#[test]
fn alt_gr_types_and_a_release_does_nothing() {
    let mut field = TextField::default();
    let alt_gr = KeyModifiers::CONTROL | KeyModifiers::ALT;
    assert!(field.key(KeyEvent::new(KeyCode::Char('@'), alt_gr)));
    let mut released = KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE);
    released.kind = crossterm::event::KeyEventKind::Release;
    assert!(!field.key(released));
    assert_eq!(field.text(), "@");
}

fn any_key() -> impl Strategy<Value = KeyEvent> {
    let signs = vec!['a', ' ', '山', '👩', '\u{200d}', '👧', '\u{301}', 'ك'];
    let keys = vec![
        KeyCode::Enter,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Home,
        KeyCode::End,
    ];
    let code = prop_oneof![
        prop::sample::select(signs).prop_map(KeyCode::Char),
        prop::sample::select(keys),
    ];
    (code, 0_u8..8)
        .prop_map(|(code, bits)| KeyEvent::new(code, KeyModifiers::from_bits_truncate(bits)))
}

proptest! {
    #[test]
    fn no_keys_fail_and_the_caret_stays_in_the_text(
        keys in prop::collection::vec(any_key(), 0..40), many: bool,
    ) {
        let mut field = TextField::new(if many { Lines::Many } else { Lines::One });
        for key in keys {
            field.key(key);
            let text = field.text();
            prop_assert!(text.is_char_boundary(field.caret()) && field.caret() <= text.len());
            prop_assert!(many || !text.contains('\n'));
        }
        let theme = Theme::default();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 6));
        let mut painter = Painter { buffer: &mut buffer, theme: &theme };
        field.draw(&mut painter, Rect::new(0, 0, 7, 3), Role::Text, true);
        for _ in 0..60 {
            field.undo();
        }
    }
}

#[test]
fn the_caret_stands_where_the_next_letter_goes_in_any_script() {
    let mut field = TextField::with_text("ab مر");
    let theme = Theme::default();
    let drawn = |field: &TextField| {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 10, 1));
        let mut painter = Painter {
            buffer: &mut buffer,
            theme: &theme,
        };
        field.draw(&mut painter, Rect::new(0, 0, 10, 1), Role::Text, true);
        let row: String = (0..10)
            .map(|x| buffer[(x, 0)].symbol().to_owned())
            .collect();
        row.trim_end().to_owned()
    };
    assert_eq!(drawn(&field), "ab رم▏");
    press(&mut field, KeyCode::Left);
    assert_eq!(drawn(&field), "ab ر▏م");
    press(&mut field, KeyCode::Home);
    assert_eq!(drawn(&field), "▏ab رم");
}

#[test]
fn many_lines_keep_their_breaks() {
    let mut field = TextField::new(Lines::Many);
    field.paste("one\ntwo");
    assert!(press(&mut field, KeyCode::Enter));
    assert_eq!(field.text(), "one\ntwo\n");
    assert!(field.height(10) >= 2);
}

proptest! {
    #[test]
    fn drawing_never_fails_and_never_changes_the_text(
        text in "\\PC{0,60}", width in 0u16..30, height in 0u16..6, caret: bool,
    ) {
        let mut field = TextField::new(Lines::Many);
        field.paste(&text);
        let before = field.text();
        let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 6));
        let theme = Theme::default();
        let mut painter = Painter { buffer: &mut buffer, theme: &theme };
        field.draw(&mut painter, Rect::new(0, 0, width, height), Role::Text, caret);
        prop_assert_eq!(field.text(), before);
    }
}
