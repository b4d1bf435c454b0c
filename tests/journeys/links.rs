//! Links in messages: clicked in a terminal that knows them, opened by a key after their whole
//! address was shown, and never by themselves.

use crate::support::harness::{Harness, Options};
use crate::support::keys::held;
use crate::support::stage::{Stage, message};
use alertdesk::app::hyperlinks;
use alertdesk::contract::{Effect, ErrorKind, Event};
use alertdesk::domain::{ChatMessage, Direction, Media, MediaKind, MessageKind};
use alertdesk::overlays::Overlay;
use alertdesk::runtime::files::{Files, link_opener};
use alertdesk::runtime::screen::Screen;
use alertdesk::theme::{Theme, ThemeOptions};
use alertdesk::widgets::Hyperlink;
use proptest::prelude::*;
use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

/// A stage whose conversation ends with these texts of the customer, the cursor on the last.
fn reading(texts: &[&str]) -> Stage {
    let mut stage = Stage::furnished(120, 40);
    let mut messages = vec![message(1, Direction::Out, "Where did you see it?")];
    messages.extend(texts.iter().map(|text| message(0, Direction::In, text)));
    stage.keys("r");
    stage.answer_page(messages);
    stage.keys("G");
    stage
}

fn links(stage: &Stage) -> Vec<Hyperlink> {
    hyperlinks(&stage.state, &stage.theme, &stage.picture())
}

fn targets(stage: &Stage) -> Vec<String> {
    let links = links(stage).into_iter();
    links.map(|link| link.target.to_string()).collect()
}

fn opened(stage: &Stage) -> Vec<&Effect> {
    let effects = stage.effects.iter();
    effects
        .filter(|effect| matches!(effect, Effect::OpenLink(_)))
        .collect()
}

const TRACK: &str = "https://fernoak.example/track/88213";

#[test]
fn a_link_lies_over_its_own_text_and_changes_nothing_of_it() {
    let address = format!("{TRACK}/every/step/of/it");
    let text = format!("It says so here: {address}.");
    let mut stage = reading(&[&text]);
    let before = stage.picture();
    let found = links(&stage);
    assert_eq!(found.len(), 1);
    let row: String = (0..120).map(|x| before[(x, found[0].y)].symbol()).collect();
    let columns = usize::from(found[0].x)..usize::from(found[0].x + found[0].width());
    let chars: Vec<char> = row.chars().collect();
    assert_eq!(chars[columns].iter().collect::<String>(), address);
    assert_eq!(stage.picture(), before);
    // In a narrow pane the one link stands on several rows.
    stage.event(Event::Resized(40, 12));
    let found = links(&stage);
    assert!(found.len() > 1, "{}", stage.screen());
    assert!(
        found
            .iter()
            .all(|link| *link.target == *address && link.id == found[0].id)
    );
}

#[test]
fn what_stands_over_a_link_is_no_link() {
    let mut stage = reading(&[TRACK]);
    assert_eq!(targets(&stage), [TRACK]);
    stage.keys("?");
    assert_eq!(targets(&stage), [""; 0], "a page stands above it");
    stage.keys("Esc /");
    stage.text("x");
    // The line of the search took the row of the link, or the link stands beside it.
    let shown = stage.screen().contains(TRACK);
    assert_eq!(!targets(&stage).is_empty(), shown, "{}", stage.screen());
    stage.keys("Esc");
    stage.event(Event::Resized(36, 9));
    assert_eq!(targets(&stage), [""; 0], "too small");
}

#[test]
fn plain_characters_and_files_are_links_too() {
    let file = ChatMessage {
        kind: MessageKind::Media,
        media: Some(Media {
            url: Some("https://media.fernoak.example/in/leg.jpg?token=1".to_owned()),
            mime: Some("image/jpeg".to_owned()),
            name: Some("leg.jpg".to_owned()),
            kind: MediaKind::Image,
        }),
        ..message(0, Direction::In, "")
    };
    let mut stage = Stage::furnished(120, 40);
    stage.keys("r");
    stage.answer_page(vec![message(1, Direction::Out, TRACK), file]);
    let expected = [TRACK, "https://media.fernoak.example/in/leg.jpg?token=1"];
    assert_eq!(targets(&stage), expected);
    stage.theme = Theme::built_in(&ThemeOptions {
        ascii: true,
        ..ThemeOptions::default()
    })
    .unwrap();
    assert_eq!(targets(&stage), expected, "{}", stage.screen());
}

#[test]
fn enter_shows_the_whole_address_and_only_o_opens_it() {
    let long = format!("https://fernoak.example/?q={}", "abcdefghij".repeat(20));
    let text = format!("Look: {TRACK} and {TRACK} and {long}");
    let mut stage = reading(&[&text]);
    stage.keys("Enter");
    assert!(
        stage.screen().contains("Link · fernoak.example"),
        "{}",
        stage.screen()
    );
    assert!(
        stage.screen().contains("1 of 2 · Tab next"),
        "{}",
        stage.screen()
    );
    stage.keys("o");
    assert!(opened(&stage).is_empty(), "too early to have read it");
    stage.wait(400);
    for key in crate::support::keys::script("o") {
        stage.key(held(key));
    }
    stage.keys("Enter Space");
    assert!(opened(&stage).is_empty(), "only o");
    stage.keys("Tab");
    let rows: String = stage.screen().lines().collect();
    let shown: String = rows.chars().filter(char::is_ascii_alphanumeric).collect();
    assert!(shown.contains("abcdefghijabcdefghij"), "{}", stage.screen());
    stage.keys("y");
    assert!(stage.effects.contains(&Effect::Copy(long.clone())));
    stage.keys("o");
    assert_eq!(opened(&stage), [&Effect::OpenLink(long)]);
    assert!(stage.state.overlays.is_empty());
}

#[test]
fn a_message_with_a_file_and_a_link_has_a_key_for_each() {
    let file = ChatMessage {
        kind: MessageKind::Media,
        media: Some(Media {
            url: Some("https://media.fernoak.example/in/leg.pdf".to_owned()),
            mime: Some("application/pdf".to_owned()),
            name: Some("leg.pdf".to_owned()),
            kind: MediaKind::Document,
        }),
        ..message(0, Direction::In, TRACK)
    };
    let mut stage = Stage::furnished(120, 40);
    stage.keys("r");
    stage.answer_page(vec![message(1, Direction::Out, "none"), file]);
    stage.keys("G Enter");
    assert!(matches!(
        stage.state.overlays.last(),
        Some(Overlay::Media(_))
    ));
    stage.keys("Esc o");
    assert!(matches!(
        stage.state.overlays.last(),
        Some(Overlay::Link(_))
    ));
    stage.wait(400);
    stage.keys("Esc k Enter");
    let why = "the message under the cursor has no file and no link";
    assert!(stage.screen().contains(why), "{}", stage.screen());
}

#[tokio::test]
async fn a_link_is_given_to_the_desktops_program_and_nothing_is_asked_by_itself() {
    let mut desk = Harness::start(Options {
        opener: Some("true".to_owned()),
        ..Options::default()
    })
    .await;
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    for _ in 0..20 {
        let chat = desk.state.conversation.chat.as_ref().unwrap();
        if chat.messages[desk.state.conversation.cursor]
            .text
            .contains(TRACK)
        {
            break;
        }
        desk.keys("k");
    }
    desk.keys("o");
    desk.assert_shows(TRACK);
    desk.now += jiff::SignedDuration::from_millis(400);
    desk.keys("o");
    desk.until_idle().await;
    assert_eq!(
        desk.toasts(),
        [format!("Given to the desktop's program: {TRACK}")]
    );
}

#[test]
fn only_an_address_of_the_web_is_handed_to_the_desktop() {
    let mut files = Files::in_folder(std::path::PathBuf::new());
    files.opener = Some("true".to_owned());
    for address in [
        "file:///etc/hosts",
        "--help",
        "https://fernoak.example/a b",
        "",
    ] {
        let refused = link_opener(&files, address).unwrap_err();
        assert_eq!(refused.kind, ErrorKind::Refused, "{address}");
    }
    let command = link_opener(&files, TRACK).unwrap();
    let arguments: Vec<_> = command.as_std().get_args().collect();
    assert_eq!(arguments, [TRACK]);
    files.opener = None;
    let without = link_opener(&files, TRACK).unwrap_err();
    assert!(without.advice.contains("y copies it"), "{without:?}");
}

fn keep(name: &str, stage: &Stage) {
    let (width, height) = stage.state.size;
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let name = format!("{name}__{width}x{height}");
    settings.bind(|| insta::assert_snapshot!(name, stage.screen()));
}

#[test]
fn links_in_every_size() {
    let long = format!(
        "https://fernoak.example/orders?token={}",
        "0123456789".repeat(60)
    );
    let text = format!("Is this yours? {long} Or {TRACK}");
    let mut stage = reading(&[&text]);
    stage.keys("o");
    for (width, height) in SIZES {
        stage.event(Event::Resized(width, height));
        keep("link__long", &stage);
    }
}

#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What the program tells the terminal of links, in a whole frame.
fn told(stage: &Stage) -> Vec<String> {
    let written = Written::default();
    let mut screen = Screen::new(written.clone());
    let paint = |buffer: &mut ratatui::buffer::Buffer| {
        alertdesk::app::view(&stage.state, &stage.theme, &stage.keymap, buffer);
        hyperlinks(&stage.state, &stage.theme, buffer)
    };
    screen.draw(stage.state.size, paint).unwrap();
    let text = String::from_utf8(written.0.take()).unwrap();
    // Whatever is no command of the cursor, the colours or the screen is a link.
    let mut told = Vec::new();
    for command in text.split('\u{1b}').skip(1) {
        let known = command.starts_with('[') || command.starts_with('\\');
        if !known {
            told.push(command.to_owned());
        }
    }
    told
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_message_breaks_out_of_a_link(
        before in "\\PC{0,10}",
        host in "(fernoak\\.example|[a-z0-9.@:\\\\-]{0,20})",
        rest in "[a-z0-9/?#;:\u{1b}\u{7}\u{9c}\u{90}\u{9d}\n\u{202e}\u{200b}كر花é🙂·\"'<>|^`{} \\\\()-]{0,80}",
        raw in any::<String>(),
        file in any::<bool>(),
    ) {
        let address = format!("https://{host}/{rest}");
        let mut hostile = message(0, Direction::In, &format!("{before} {address} {raw}"));
        if file {
            hostile.kind = MessageKind::Media;
            hostile.media = Some(Media {
                url: Some(format!("{address}{raw}")),
                mime: Some(raw.clone()),
                name: Some(format!("{rest}{raw}")),
                kind: MediaKind::Document,
            });
        }
        let mut stage = Stage::furnished(120, 40);
        stage.keys("r");
        stage.answer_page(vec![message(1, Direction::Out, "first"), hostile]);
        let mut open = false;
        for command in told(&stage) {
            let link = command.strip_prefix("]8;");
            prop_assert!(link.is_some(), "{:?}", command);
            let (id, target) = link.unwrap().split_once(';').unwrap();
            prop_assert!(target.bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert!(target.len() <= 2000);
            let web = target.starts_with("http://") || target.starts_with("https://");
            prop_assert_eq!(web, id.starts_with("id=alertdesk-"));
            prop_assert!(web != target.is_empty(), "{:?}", command);
            prop_assert!(web != open, "each is closed before the next: {:?}", command);
            open = web;
        }
        prop_assert!(!open);
    }
}
