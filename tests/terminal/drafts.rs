//! What is typed survives the program: killed in the middle of a word, it has everything but the
//! last second when it starts again.

use crate::support::{Home, Tty, now, signal};
use alertdesk::store::Library;
use std::path::Path;
use std::time::{Duration, Instant};

/// The most that a kill may take.
const LOST: Duration = Duration::from_secs(1);
/// A pause between two words, shorter than any after which a draft is saved for its quiet.
const PAUSE: Duration = Duration::from_millis(60);

fn demo(data: &Path) -> Tty {
    let data = data.to_str().unwrap();
    Tty::start_in(Home::new(), &["demo", "--data-dir", data], (120, 40), &[])
}

/// The last word of the text on the screen.
fn last_word(tty: &Tty) -> u32 {
    let text = tty.text();
    let words = text.split_whitespace().rev();
    let mut numbers = words.filter_map(|word| word.strip_prefix('w')?.parse().ok());
    numbers.next().unwrap_or(0)
}

/// The last word of the text in the record.
fn last_kept(data: &Path) -> u32 {
    let drafts = Library::open(data).unwrap().drafts().unwrap();
    let words = drafts.iter().flat_map(|draft| draft.json.split([' ', '"']));
    let numbers = words.filter_map(|word| word.strip_prefix('w')?.parse().ok());
    numbers.max().unwrap_or(0)
}

#[test]
fn a_kill_in_the_middle_of_typing_takes_a_second_at_most() {
    let data = tempfile::tempdir().unwrap();
    let mut tty = demo(data.path());
    tty.wait_for("3 Composer");
    tty.keys("3b");
    tty.wait_for("Title");
    tty.keys("\r\t\t");
    tty.wait_for("[typing]");
    // What the screen showed, and when: only what the program has seen can be lost or kept.
    let mut shown: Vec<(Instant, u32)> = Vec::new();
    for word in 1..=60 {
        tty.keys(&format!("w{word} "));
        let started = now();
        while started.elapsed() < PAUSE {
            tty.take(PAUSE);
        }
        shown.push((now(), last_word(&tty)));
    }
    signal(tty.pid(), "KILL");
    let killed = now();
    tty.wait_for_end();
    let kept = last_kept(data.path());
    let old = shown.iter().rev();
    let mut old = old.filter(|(at, _)| killed.duration_since(*at) >= LOST);
    let (_, needed) = *old.next().expect("the typing took longer than a second");
    assert!(needed > 0, "{shown:?}");
    assert!(
        kept >= needed,
        "kept w{kept}, w{needed} was shown a second before"
    );
    // The next start shows it again.
    let mut tty = demo(data.path());
    tty.wait_for("of last time");
    tty.keys("3");
    tty.wait_for(&format!("w{kept}"));
}

#[test]
fn a_pause_is_enough_for_all_of_it() {
    let data = tempfile::tempdir().unwrap();
    let mut tty = demo(data.path());
    tty.wait_for("3 Composer");
    tty.keys("3b");
    tty.wait_for("Title");
    tty.keys("\r\t\tw1 w2");
    tty.wait_for("draft saved");
    tty.wait("the last word is kept", |_| last_kept(data.path()) == 2);
    signal(tty.pid(), "KILL");
    tty.wait_for_end();
    let mut tty = demo(data.path());
    tty.wait_for("of last time");
    tty.keys("3");
    tty.wait_for("w1 w2");
}
