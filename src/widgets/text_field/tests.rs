//! Editing by grapheme, replacing, counting and drawing.

use super::*;
use crate::theme::Theme;
use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use rstest::rstest;

fn press(field: &mut TextField, code: KeyCode) -> Outcome {
    field.key(&KeyEvent::new(code, KeyModifiers::NONE))
}

fn typed(lines: Lines, text: &str) -> TextField {
    let mut field = TextField::new(lines, None);
    for character in text.chars() {
        press(&mut field, KeyCode::Char(character));
    }
    field
}

fn screen(field: &TextField, width: u16, height: u16) -> (Vec<String>, Option<Position>) {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let caret = field.draw(buffer.area, &mut buffer, &Theme::default(), Caret::Shown);
    let rows = buffer
        .content
        .chunks(usize::from(width))
        .map(|row| row.iter().map(ratatui::buffer::Cell::symbol).collect())
        .collect();
    (rows, caret)
}

#[test]
fn a_grapheme_is_one_step_and_one_deletion() {
    let family = "👨\u{200d}👩\u{200d}👧";
    let mut field = typed(Lines::One, &format!("a{family}e\u{301}"));
    press(&mut field, KeyCode::Backspace);
    assert_eq!(field.text(), format!("a{family}"));
    press(&mut field, KeyCode::Left);
    assert_eq!(field.caret(), (0, 1));
    press(&mut field, KeyCode::Delete);
    assert_eq!(field.text(), "a");
    assert!(field.undo());
    assert_eq!(field.text(), format!("a{family}"));
}

#[test]
fn one_line_stays_one_line() {
    let mut field = typed(Lines::One, "ab");
    assert_eq!(press(&mut field, KeyCode::Enter), Outcome::Ignored);
    assert_eq!(press(&mut field, KeyCode::Up), Outcome::Ignored);
    field.paste("c\r\nd\ne");
    assert_eq!(field.text(), "abc d e");
}

#[test]
fn many_lines_keep_their_ends() {
    let mut field = typed(Lines::Many, "ab");
    press(&mut field, KeyCode::Enter);
    field.paste("c\r\nd");
    assert_eq!(field.text(), "ab\nc\nd");
    assert_eq!(field.counter().used, 6);
    press(&mut field, KeyCode::Home);
    press(&mut field, KeyCode::Backspace);
    assert_eq!((field.text().as_str(), field.caret()), ("ab\ncd", (1, 1)));
}

#[test]
fn what_was_typed_is_not_changed_by_drawing() {
    let mut field = TextField::new(Lines::One, None);
    field.paste("a\u{202e}b\u{1b}c\td");
    assert_eq!(field.text(), "a\u{202e}b\u{1b}c\td");
    assert_eq!(screen(&field, 10, 1).0, ["a·b·c·d▏  "]);
}

#[test]
fn a_replacement_is_undone_at_once() {
    let mut field = typed(Lines::One, "five     spaces");
    field.replace_text("five spaces");
    assert_eq!(field.text(), "five spaces");
    field.undo();
    assert_eq!(field.text(), "five     spaces");
    field.replace_text("");
    assert!(field.is_empty());
    field.undo();
    assert_eq!(field.text(), "five     spaces");
}

#[test]
fn letters_with_ctrl_are_not_text_but_alt_gr_is() {
    let mut field = TextField::new(Lines::One, None);
    let ctrl = KeyModifiers::CONTROL;
    assert_eq!(
        field.key(&KeyEvent::new(KeyCode::Char('x'), ctrl)),
        Outcome::Ignored
    );
    let alt_gr = ctrl | KeyModifiers::ALT;
    assert_eq!(
        field.key(&KeyEvent::new(KeyCode::Char('@'), alt_gr)),
        Outcome::Changed
    );
    let mut released = KeyEvent::new(KeyCode::Char('x'), KeyModifiers::NONE);
    released.kind = KeyEventKind::Release;
    assert_eq!(field.key(&released), Outcome::Ignored);
    assert_eq!(field.text(), "@");
}

#[rstest]
#[case(89, Role::Muted)]
#[case(90, Role::Attention)]
#[case(100, Role::Attention)]
#[case(101, Role::Failed)]
fn counters_warn_before_the_limit(#[case] used: usize, #[case] role: Role) {
    let counter = Counter {
        used,
        limit: Some(100),
    };
    assert_eq!((counter.role(), counter.is_over()), (role, used > 100));
    assert_eq!(counter.text(), format!("{used} of 100"));
}

#[test]
fn the_caret_stays_in_view() {
    let mut field = typed(Lines::One, "0123456789");
    assert_eq!(
        screen(&field, 5, 1),
        (vec!["6789▏".to_owned()], Some(Position::new(4, 0)))
    );
    press(&mut field, KeyCode::Home);
    assert_eq!(
        screen(&field, 5, 1),
        (vec!["01234".to_owned()], Some(Position::new(0, 0)))
    );

    let field = typed(Lines::Many, "one two three\nfour");
    let (rows, caret) = screen(&field, 6, 2);
    assert_eq!(rows, ["three ", "four▏ "]);
    assert_eq!(caret, Some(Position::new(4, 1)));
    assert_eq!(field.height(6), 4);
}

#[test]
fn a_caret_inside_the_text_turns_the_cell_round() {
    let mut field = typed(Lines::One, "ab");
    press(&mut field, KeyCode::Left);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 4, 1));
    let caret = field.draw(buffer.area, &mut buffer, &Theme::default(), Caret::Shown);
    assert_eq!(caret, Some(Position::new(1, 0)));
    assert!(buffer[(1, 0)].modifier.contains(Modifier::REVERSED));
    assert_eq!(buffer[(1, 0)].symbol(), "b");
    let caret = field.draw(buffer.area, &mut buffer, &Theme::default(), Caret::Hidden);
    assert_eq!(caret, None);
}

fn any_key() -> impl Strategy<Value = (KeyCode, KeyModifiers)> {
    let code = prop_oneof![
        prop::sample::select(vec![
            'a', ' ', '山', '👩', '\u{200d}', '👧', '\u{301}', 'ك', '\t'
        ])
        .prop_map(KeyCode::Char),
        prop::sample::select(vec![
            KeyCode::Enter,
            KeyCode::Backspace,
            KeyCode::Delete,
            KeyCode::Left,
            KeyCode::Right,
            KeyCode::Up,
            KeyCode::Down,
            KeyCode::Home,
            KeyCode::End,
        ]),
    ];
    let modifiers = prop::sample::select(vec![
        KeyModifiers::NONE,
        KeyModifiers::NONE,
        KeyModifiers::SHIFT,
        KeyModifiers::CONTROL,
    ]);
    (code, modifiers)
}

proptest! {
    #[test]
    fn no_keys_and_no_size_panic(
        keys in prop::collection::vec(any_key(), 0..40),
        width in 0_u16..=120,
        height in 0_u16..=20,
        many in any::<bool>(),
    ) {
        let mut field = TextField::new(if many { Lines::Many } else { Lines::One }, Some(9));
        for (code, modifiers) in keys {
            field.key(&KeyEvent::new(code, modifiers));
            let (row, column) = field.caret();
            prop_assert!(row < field.area.lines().len());
            prop_assert!(column <= field.line(row).chars().count());
        }
        let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
        let caret = field.draw(buffer.area, &mut buffer, &Theme::default(), Caret::Shown);
        prop_assert!(caret.is_none_or(|at| buffer.area.contains(at)));
        prop_assert_eq!(caret.is_none(), buffer.area.is_empty());
        prop_assert_eq!(&field.clone(), &field);
        while field.undo() {}
    }
}
