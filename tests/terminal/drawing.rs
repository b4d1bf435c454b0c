//! What is on the screen: the first frame, other sizes, no colours, plain characters, silence.

use crate::support::{Home, Tty};
use rstest::rstest;
use std::time::Duration;
use vt100::Color;

/// What the program told the terminal of links: opened with this address, or closed.
fn links(written: &[u8]) -> Vec<Option<String>> {
    let text = String::from_utf8_lossy(written).into_owned();
    let told = text.split("\u{1b}]8;").skip(1);
    told.map(|told| {
        let (said, _) = told.split_once("\u{1b}\\").expect("a whole sequence");
        let (id, target) = said.split_once(';').expect("parameters and an address");
        assert_eq!(id.is_empty(), target.is_empty(), "{said:?}");
        (!target.is_empty()).then(|| target.to_owned())
    })
    .collect()
}

/// Opens a conversation with a link in it, looks around and leaves.
fn read_and_leave(home: Home, term: &str) -> Tty {
    let mut tty = Tty::start_in(home, &["demo"], (120, 40), &[("TERM", term)]);
    tty.find_people();
    tty.keys("\r");
    tty.wait_for("Is that possible?");
    tty.wait_for("https://fernoak.example/track/88213");
    tty.keys("kkkk?");
    tty.wait_for("Keys here");
    tty.keys("\u{1b}");
    tty.wait_without("Keys here");
    tty.keys("q");
    assert!(tty.wait_for_end().success());
    tty
}

#[test]
fn links_of_messages_reach_the_terminal_and_every_one_is_closed() {
    let tty = read_and_leave(Home::new(), "xterm-256color");
    let told = links(&tty.written);
    let targets: Vec<&String> = told.iter().flatten().collect();
    let track = "https://fernoak.example/track/88213";
    assert!(targets.iter().any(|target| *target == track), "{targets:?}");
    let file = "/media/table-leg.jpg";
    assert!(
        targets.iter().any(|target| target.contains(file)),
        "{targets:?}"
    );
    assert_eq!(told.last(), Some(&None), "closed at the end");
    let mut open = false;
    for one in &told {
        assert!(!(open && one.is_some()), "one inside another: {told:?}");
        open = one.is_some();
    }
    tty.assert_given_back();
}

#[rstest]
#[case("xterm-256color", "hyperlinks = \"off\"\n")]
#[case("linux", "")]
#[case("dumb", "hyperlinks = \"on\"\n")]
fn a_terminal_that_is_not_to_know_of_links_is_told_of_none(
    #[case] term: &str,
    #[case] settings: &str,
) {
    let home = Home::new();
    std::fs::write(home.path("config").join("config.toml"), settings).unwrap();
    let tty = read_and_leave(home, term);
    assert_eq!(links(&tty.written), []);
}

#[test]
fn the_first_frame_has_every_pane_and_a_search_shows_people() {
    let mut tty = Tty::demo();
    for title in ["1 Users", "2 Conversation", "3 Composer", "4 Broadcasts"] {
        tty.wait_for(title);
    }
    assert!(tty.text().contains("[SANDBOX]"), "{}", tty.text());
    assert!(tty.screen().alternate_screen());
    assert!(tty.screen().hide_cursor());
    assert!(tty.screen().bracketed_paste());
    assert!(!tty.modes_are_back());
    tty.find_people();
    tty.wait_for("city=London");
    tty.wait_for("…");
    assert!(tty.text().contains(" of "), "{}", tty.text());
}

#[test]
fn every_size_is_drawn_whole_and_the_way_back_too() {
    let mut tty = Tty::demo();
    tty.find_people();
    tty.resize(80, 24);
    tty.wait_without("4 Broadcasts ─");
    tty.wait_for("city=London");
    tty.resize(40, 12);
    tty.wait_for("city=London");
    tty.resize(36, 9);
    tty.wait_without("city=London");
    tty.wait_for("40");
    assert!(!tty.has_ended());
    tty.resize(120, 40);
    for text in ["1 Users", "3 Composer", "4 Broadcasts", "city=London"] {
        tty.wait_for(text);
    }
    tty.keys("2");
    tty.wait_for("┏━ 2 Conversation");
}

/// The parameters of every colour command (`m`) the program wrote.
fn colour_parameters(written: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(written).into_owned();
    text.split("\u{1b}[")
        .skip(1)
        .filter_map(|command| {
            let end = command.find(|c: char| c.is_ascii_alphabetic())?;
            command[end..].starts_with('m').then_some(&command[..end])
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn without_colours_the_selection_is_still_reversed() {
    let mut tty = Tty::start(&["demo"], (120, 40), &[("NO_COLOR", "1")]);
    tty.find_people();
    tty.wait("a reversed row", |tty| {
        let Some((column, row)) = tty.find("▌") else {
            return false;
        };
        tty.screen().cell(row, column + 2).unwrap().inverse()
    });
    for parameters in colour_parameters(&tty.written) {
        // 39 and 49 ask for the terminal's own colours.
        let coloured = parameters.split(';').any(|number| {
            let number: u32 = number.parse().unwrap_or(0);
            matches!(number, 30..=38 | 40..=48 | 90..=97 | 100..=107)
        });
        assert!(!coloured, "{parameters}");
    }
}

#[test]
fn with_colours_the_terminal_gets_some() {
    let mut tty = Tty::demo();
    tty.find_people();
    let (rows, columns) = tty.screen().size();
    let coloured = (0..rows)
        .flat_map(|row| (0..columns).map(move |column| (row, column)))
        .filter_map(|(row, column)| tty.screen().cell(row, column))
        .any(|cell| cell.fgcolor() != Color::Default);
    assert!(coloured);
}

#[test]
fn plain_characters_are_enough_for_frames_and_marks() {
    let mut tty = Tty::start(&["demo", "--ascii"], (120, 40), &[]);
    tty.wait_for("3 Composer");
    assert!(tty.text().is_ascii(), "{}", tty.text());
    tty.keys("?");
    tty.wait("the help", |tty| !tty.text().contains("3 Composer"));
    assert!(tty.text().is_ascii(), "{}", tty.text());
}

#[rstest]
#[case("dumb")]
#[case("vt100")]
fn a_terminal_that_can_little_is_enough(#[case] term: &str) {
    let mut tty = Tty::start(&["demo"], (80, 24), &[("TERM", term)]);
    tty.wait_for("Users");
    tty.keys("q");
    assert!(tty.wait_for_end().success());
}

#[test]
fn nothing_is_written_while_nothing_happens() {
    let mut tty = Tty::demo();
    tty.find_people();
    // Settled: a whole second without a byte.
    tty.wait("a settled screen", |tty| !tty.take(Duration::from_secs(1)));
    let written = tty.written.len();
    // The one real wait of these tests: silence has no other proof.
    assert!(!tty.take(Duration::from_secs(3)), "{}", tty.text());
    assert_eq!(tty.written.len(), written);
}

#[test]
fn a_picture_reaches_the_terminal_once_and_leaves_with_its_dialog() {
    let home = Home::new();
    let settings = home.path("config").join("config.toml");
    std::fs::write(settings, "pictures = \"sixel\"\n").unwrap();
    let mut tty = Tty::start_in(home, &["demo"], (120, 40), &[]);
    tty.find_people();
    tty.keys("\r");
    tty.wait_for("Is that possible?");
    tty.keys("(((((\r");
    tty.wait_for("800×600");
    let sixels = |tty: &Tty| {
        let written = String::from_utf8_lossy(&tty.written);
        written.matches("\u{1b}P").count()
    };
    tty.wait("the picture", |tty| sixels(tty) > 0);
    // Keys that mean nothing here draw the screen anew and nothing of the picture.
    tty.keys("jkjk");
    tty.keys("\u{1b}");
    tty.wait_without("800×600");
    tty.wait_for("Is that possible?");
    assert_eq!(sixels(&tty), 1);
}
