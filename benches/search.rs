//! Guards finding in a conversation: every key in the search field looks through all loaded
//! messages, so that must stay far below the time of a frame.

#![expect(clippy::expect_used, reason = "a benchmark ends at the first surprise")]

#[path = "support/chat.rs"]
mod chat;
#[path = "support/pages.rs"]
mod pages;
#[path = "support/who.rs"]
mod who;

use alertdesk::widgets::Find;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

#[divan::bench(args = ["o", "order 88213", "बजे", "nobody wrote this"])]
fn in_3000_messages(bencher: Bencher<'_, '_>, query: &str) {
    let mut state = chat::dashboard((120, 40), 3000);
    let mut find = Find::default();
    find.field.set_text(query);
    state.conversation.find = Some(find);
    bencher.bench_local(|| {
        state.conversation.search();
        black_box(
            state
                .conversation
                .find
                .as_ref()
                .map(|find| find.matches.len()),
        )
    });
}
