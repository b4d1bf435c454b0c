//! Guards the time from a key to the bytes of a frame: drawing must cost what is visible, however
//! long the conversation is, and a key may change and draw within a fraction of a millisecond.

#![expect(clippy::expect_used, reason = "a benchmark ends at the first surprise")]

#[path = "support/chat.rs"]
mod chat;
#[path = "support/pages.rs"]
mod pages;
#[path = "support/who.rs"]
mod who;

use alertdesk::app::{Context, State, update, view};
use alertdesk::contract::Event;
use alertdesk::keymap::Keymap;
use alertdesk::theme::{Theme, ThemeOptions};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use divan::{Bencher, black_box};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

const MESSAGES: usize = 3000;

fn main() {
    divan::main();
}

fn theme() -> Theme {
    Theme::built_in(&ThemeOptions::default()).expect("a theme")
}

fn canvas(state: &State) -> Buffer {
    Buffer::empty(Rect::new(0, 0, state.size.0, state.size.1))
}

/// A whole frame into an empty buffer.
#[divan::bench(args = [(40, 12), (120, 40), (200, 60)])]
fn frame(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let (state, theme, keymap) = (chat::dashboard(size, MESSAGES), theme(), Keymap::default());
    let mut buffer = canvas(&state);
    bencher.bench_local(|| {
        buffer.reset();
        view(black_box(&state), &theme, &keymap, &mut buffer);
    });
}

/// What one key costs: update, the lines that become visible, a whole frame.
#[divan::bench(args = [(120, 40), (200, 60)])]
fn key_and_frame(bencher: Bencher<'_, '_>, size: (u16, u16)) {
    let mut state = chat::dashboard(size, MESSAGES);
    let (theme, keymap) = (theme(), Keymap::default());
    let context = Context {
        now: pages::now(),
        keymap: &keymap,
    };
    let mut buffer = canvas(&state);
    let mut up = true;
    bencher.bench_local(|| {
        let code = if up { KeyCode::Up } else { KeyCode::Down };
        up = !up;
        let key = Event::Key(KeyEvent::new(code, KeyModifiers::NONE));
        black_box(update(&mut state, key, &context));
        buffer.reset();
        view(&state, &theme, &keymap, &mut buffer);
    });
}

/// The length of the conversation must not show in the cost of a key.
#[divan::bench(args = [30, 300, 3000])]
fn key_by_length(bencher: Bencher<'_, '_>, messages: usize) {
    let mut state = chat::dashboard((120, 40), messages);
    let keymap = Keymap::default();
    let context = Context {
        now: pages::now(),
        keymap: &keymap,
    };
    let mut up = true;
    bencher.bench_local(|| {
        let code = if up {
            KeyCode::PageUp
        } else {
            KeyCode::PageDown
        };
        up = !up;
        let key = Event::Key(KeyEvent::new(code, KeyModifiers::NONE));
        black_box(update(&mut state, key, &context));
    });
}
