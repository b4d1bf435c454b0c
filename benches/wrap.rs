//! Guards wrapping: ten thousand lines of text must wrap within milliseconds when they are all
//! new (cold), and showing wrapped messages again must cost nearly nothing (warm).

#![expect(clippy::expect_used, reason = "a benchmark ends at the first surprise")]

#[path = "support/chat.rs"]
mod chat;
#[path = "support/pages.rs"]
mod pages;
#[path = "support/who.rs"]
mod who;

use alertdesk::text::wrap::wrap;
use divan::{Bencher, black_box};

fn main() {
    divan::main();
}

/// A text of so many lines in four scripts.
fn text(lines: usize) -> String {
    let parts = [
        "My oak table came but one leg is cracked, and I paid for the fitting too.",
        "सुबह 10 बजे के बाद आइए, मैं घर पर हूँ",
        "山田花子様、こんにちは。ご注文の品は明日届きます。",
        "مرحبا سارة، أرسلي صورة للطاولة من فضلك.",
    ];
    let lines: Vec<&str> = parts.iter().copied().cycle().take(lines).collect();
    lines.join("\n")
}

#[divan::bench(args = [40, 72])]
fn ten_thousand_lines_cold(bencher: Bencher<'_, '_>, width: usize) {
    let text = text(10_000);
    bencher.bench(|| wrap(black_box(&text), width).len());
}

/// A new width: every visible message is wrapped anew.
#[divan::bench]
fn screen_cold(bencher: Bencher<'_, '_>) {
    let mut state = chat::dashboard((120, 40), 3000);
    let now = state.now.clone();
    let mut wide = false;
    bencher.bench_local(|| {
        wide = !wide;
        state
            .conversation
            .prepare(if wide { 84 } else { 83 }, 26, &now);
    });
}

/// The same width again: everything is known.
#[divan::bench]
fn screen_warm(bencher: Bencher<'_, '_>) {
    let mut state = chat::dashboard((120, 40), 3000);
    let now = state.now.clone();
    bencher.bench_local(|| state.conversation.prepare(84, 26, &now));
}
