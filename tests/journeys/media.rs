//! Files of messages: fetched when a person asks and never by themselves, without the key.

use crate::support::harness::{Harness, Options};
use crate::support::screen;
use crate::support::stage::{Stage, message, profile};
use alertdesk::contract::{
    ApiError, CallDetail, CallDirection, CallOutcome, CallRecord, Effect, ErrorKind, Event,
    FetchedMedia, MediaAnswer, Slot,
};
use alertdesk::domain::{ChatMessage, Direction, Media, MediaKind, MessageKind};
use alertdesk::overlays::Overlay;
use alertdesk::overlays::media::{Content, Shown};
use alertdesk::runtime::files;
use alertdesk::theme::{Theme, ThemeOptions};
use alertdesk::widgets::{Graphics, PictureTerminal};
use ratatui::layout::Size;
use ratatui::style::Color;
use std::sync::Arc;

const SARA: &str = "447700900412";
const SIZES: [(u16, u16); 4] = [(40, 12), (80, 24), (120, 40), (200, 60)];

/// Opens Sara's conversation and puts the cursor on the newest message with a file.
async fn on_a_file(options: Options, file: Option<(&str, &str)>) -> Harness {
    let mut desk = Harness::start(options).await;
    if let Some((url, mime)) = file {
        desk.platform.customer_sends(SARA, url, mime).await;
    }
    desk.find("city=London").await;
    desk.keys("Enter");
    desk.until_idle().await;
    let has_file = |desk: &Harness| {
        let chat = desk.state.conversation.chat.as_ref().unwrap();
        let message = &chat.messages[desk.state.conversation.cursor];
        message.media.is_some()
    };
    desk.keys("G");
    for _ in 0..40 {
        if has_file(&desk) {
            return desk;
        }
        desk.keys("k");
    }
    panic!("no file in sight:\n{}", desk.screen());
}

async fn fetched(desk: &Harness) -> Vec<serde_json::Value> {
    let list = desk.platform.inspect("media").await;
    list.as_array().unwrap().clone()
}

fn open(desk: &Harness) -> &alertdesk::overlays::media::State {
    match desk.state.overlays.last() {
        Some(Overlay::Media(open)) => open,
        other => panic!("no file is open but {other:?}:\n{}", desk.screen()),
    }
}

#[tokio::test]
async fn a_picture_is_shown_and_saved_byte_by_byte() {
    let mut desk = on_a_file(Options::default(), None).await;
    assert!(
        fetched(&desk).await.is_empty(),
        "nothing is fetched by itself"
    );
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("table-leg.jpg · 800×600 · ");
    desk.assert_shows(" KB");
    let picture = desk.picture();
    let halves = picture.content().iter().filter(|cell| {
        matches!(cell.symbol(), "▀" | "▄" | " ") && matches!(cell.bg, Color::Rgb(..))
    });
    assert!(halves.count() > 500, "{}", desk.screen());
    let requests = fetched(&desk).await;
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert_eq!(requests[0]["with_key"], false, "{requests:?}");
    let said = requests[0].to_string();
    for word in ["authorization", "cookie", "referer"] {
        assert!(!said.contains(word), "{said}");
    }
    let wanted = desk.platform.file("table-leg.jpg-AB1CD.jpg").await;

    desk.keys("s");
    desk.until_idle().await;
    let path = desk.downloads().join("table-leg.jpg");
    assert_eq!(std::fs::read(&path).unwrap(), wanted);
    assert_eq!(desk.toasts(), [format!("Saved: {}", path.display())]);
    desk.keys("s");
    desk.until_idle().await;
    assert!(desk.downloads().join("table-leg (2).jpg").exists());
    desk.keys("Esc");
    assert!(desk.state.overlays.is_empty());
    desk.assert_shows("▣ picture  table-leg.jpg");
    desk.keys("6");
    desk.assert_shows("file from 127.0.0.1");
    desk.assert_hides("AB1CD");
}

#[tokio::test]
async fn another_size_fits_the_picture_anew_without_fetching_it_again() {
    let mut desk = on_a_file(Options::default(), None).await;
    desk.keys("Enter");
    desk.until_idle().await;
    let before = open(&desk).shown.clone();
    desk.resize(80, 24);
    desk.until_idle().await;
    assert_ne!(open(&desk).shown, before);
    desk.assert_shows("table-leg.jpg · 800×600");
    assert!(desk.screen().contains(['▀', '▄']), "{}", desk.screen());
    assert_eq!(fetched(&desk).await.len(), 1);
}

#[tokio::test]
async fn a_document_waits_for_what_a_person_wants_with_it() {
    let file = Some(("/media/invoice-88213.pdf", "application/pdf"));
    let mut desk = on_a_file(Options::default(), file).await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("▤ file · application/pdf");
    desk.assert_shows("is not fetched yet");
    assert!(fetched(&desk).await.is_empty());
    desk.keys("s");
    desk.until_idle().await;
    let saved: Vec<_> = std::fs::read_dir(desk.downloads()).unwrap().collect();
    assert_eq!(saved.len(), 1);
    let path = saved[0].as_ref().unwrap().path();
    assert_eq!(path.file_name().unwrap(), "the-file.pdf");
    let bytes = std::fs::read(path).unwrap();
    assert_eq!(bytes, desk.platform.file("invoice-88213.pdf").await);
    desk.keys("o");
    desk.until_idle().await;
    let toasts = desk.toasts().join(" ");
    assert!(toasts.contains("No program is known here"), "{toasts}");
}

#[tokio::test]
async fn opening_starts_the_desktops_program_with_the_saved_file() {
    let options = Options {
        opener: Some("true".to_owned()),
        ..Options::default()
    };
    let file = Some(("/media/voice-note.ogg", "audio/ogg"));
    let mut desk = on_a_file(options, file).await;
    desk.keys("Enter");
    desk.assert_shows("♪ voice · audio/ogg");
    desk.keys("o");
    desk.until_idle().await;
    let path = desk.downloads().join("the-file.ogg");
    let said = format!("Given to the desktop's program: {}", path.display());
    assert_eq!(desk.toasts(), [said]);
    assert!(path.exists());
}

#[tokio::test]
async fn what_can_run_is_saved_and_not_opened() {
    let options = Options {
        opener: Some("true".to_owned()),
        ..Options::default()
    };
    let file = Some(("/media/setup.sh", "text/x-shellscript"));
    let mut desk = on_a_file(options, file).await;
    let chat = desk.state.conversation.chat.as_mut().unwrap();
    let media = chat.messages[desk.state.conversation.cursor].media.as_mut();
    media.unwrap().name = Some("setup.sh".to_owned());
    desk.keys("Enter o");
    desk.until_idle().await;
    assert!(desk.downloads().join("setup.sh").exists());
    let toasts = desk.toasts().join(" ");
    assert!(
        toasts.contains("ends in .sh is not opened from here"),
        "{toasts}"
    );
}

#[tokio::test]
async fn files_that_cannot_be_fetched_say_why_and_nothing_else_stops() {
    let cases = [
        (
            "http://media.fern-and-oak.example/a.png",
            "does not begin with https://",
        ),
        (
            "https://10.1.2.3/secret/a.png",
            "an address of a private or special network",
        ),
        (
            "https://[::ffff:192.168.1.1]/a.png",
            "an address of a private or special network",
        ),
        (
            "/media/gone.png",
            "does not have the file any more (HTTP 404)",
        ),
        ("/media/huge.png", "larger than the limit of 20 MiB"),
        ("file:///etc/hosts", "its address cannot be read"),
    ];
    for (url, sentence) in cases {
        let mut desk = on_a_file(Options::default(), Some((url, "image/png"))).await;
        desk.keys("Enter");
        desk.until_idle().await;
        let toasts = desk.toasts().join(" ");
        assert!(toasts.contains(sentence), "{url}: {toasts}");
        assert!(
            !toasts.contains("secret"),
            "only the host is named: {toasts}"
        );
        assert!(matches!(open(&desk).content, Content::Failed(_)), "{url}");
        desk.keys("Esc");
        desk.keys("6");
        desk.assert_shows("not fetched");
    }
}

#[tokio::test]
async fn bytes_that_are_no_picture_can_still_be_saved() {
    let file = Some(("/media/care-guide.pdf", "image/jpeg"));
    let mut desk = on_a_file(Options::default(), file).await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("is not a picture that can be shown here");
    assert!(matches!(open(&desk).shown, Shown::Not(_)));
    desk.keys("s");
    desk.until_idle().await;
    assert_eq!(std::fs::read_dir(desk.downloads()).unwrap().count(), 1);
}

#[tokio::test]
async fn without_pictures_enter_fetches_nothing_and_says_why() {
    let options = Options {
        settings: |settings| settings.no_pictures = Some("In plain ASCII no picture is drawn."),
        ..Options::default()
    };
    let mut desk = on_a_file(options, None).await;
    desk.keys("Enter");
    desk.until_idle().await;
    desk.assert_shows("In plain ASCII no picture is drawn.");
    assert!(fetched(&desk).await.is_empty());
    desk.keys("s");
    desk.until_idle().await;
    assert!(desk.downloads().join("table-leg.jpg").exists());
}

/// A stage whose newest message has this file, opened.
fn opened(kind: MediaKind, name: &str, mime: &str) -> Stage {
    let mut stage = Stage::with(120, 40, profile(), alertdesk::app::Settings::default());
    stage.furnish();
    let media = Media {
        url: Some(format!(
            "https://media.fern-and-oak.example/in/{name}?token=1"
        )),
        mime: Some(mime.to_owned()),
        name: Some(name.to_owned()),
        kind,
    };
    let newest = ChatMessage {
        kind: MessageKind::Media,
        media: Some(media),
        ..message(0, Direction::In, "")
    };
    stage.keys("r");
    stage.answer_page(vec![message(1, Direction::Out, "Send a picture."), newest]);
    stage.keys("G Enter");
    stage
}

fn record() -> CallRecord {
    CallRecord {
        started: crate::support::stage::opening(),
        duration: std::time::Duration::from_millis(84),
        direction: CallDirection::Local,
        label: "file from media.fern-and-oak.example".to_owned(),
        outcome: CallOutcome::Done,
        result: "1 KB".to_owned(),
        http_status: Some(200),
        detail: Box::new(CallDetail::default()),
    }
}

fn drawing() -> FetchedMedia {
    let part = |place: u32| u8::try_from(place / 4).unwrap();
    let pixel = |x: u32, y: u32| image::Rgb([part(x), 90, part(y)]);
    let picture = image::RgbImage::from_fn(800, 600, pixel);
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    FetchedMedia {
        bytes: bytes.into_inner(),
        mime: Some("image/png".to_owned()),
    }
}

/// Answers the fetching that was asked for last.
fn arrive(stage: &mut Stage, result: Result<FetchedMedia, ApiError>) {
    let ticket = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::FetchMedia { ticket, .. } => Some(*ticket),
        _ => None,
    });
    stage.event(Event::Media(Box::new(MediaAnswer::Fetched {
        ticket: ticket.expect("something is fetched"),
        result: result.map(Arc::new),
        record: record(),
    })));
}

/// Makes the picture ready that was asked for last.
fn make_ready(stage: &mut Stage, terminal: PictureTerminal) {
    let asked = stage.effects.iter().rev().find_map(|effect| match effect {
        Effect::PreparePicture {
            ticket,
            file,
            space,
        } => Some((*ticket, Arc::clone(file), *space)),
        _ => None,
    });
    let (ticket, file, space) = asked.expect("a picture is to be made ready");
    let result = files::prepare(&file, terminal, space, 7);
    stage.event(Event::Media(Box::new(MediaAnswer::Prepared {
        ticket,
        result,
    })));
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
fn a_file_in_every_size() {
    let mut picture = opened(MediaKind::Image, "table-leg.jpg", "image/jpeg");
    keep("media__fetching", &picture);
    let mut failed = picture.clone();
    let error = ApiError::new(
        ErrorKind::NotFound,
        "media.fern-and-oak.example does not have the file any more (HTTP 404).",
        "Look at it in the panel of the platform.",
    );
    arrive(&mut failed, Err(error));
    keep("media__failed", &failed);
    arrive(&mut picture, Ok(drawing()));
    let voice = opened(MediaKind::Audio, "voice-note.ogg", "audio/ogg");
    for (width, height) in SIZES {
        picture.event(Event::Resized(width, height));
        make_ready(&mut picture, PictureTerminal::half_blocks());
        keep("media__picture", &picture);
        let mut voice = voice.clone();
        voice.event(Event::Resized(width, height));
        keep("media__voice", &voice);
    }
}

#[test]
fn going_back_stops_the_fetching() {
    let mut stage = opened(MediaKind::Image, "table-leg.jpg", "image/jpeg");
    let waiting = stage.clone();
    stage.keys("Esc");
    assert!(stage.effects.contains(&Effect::Cancel(Slot::Media)));
    assert!(stage.state.overlays.is_empty());
    stage.effects.extend(waiting.effects);
    arrive(&mut stage, Ok(drawing()));
    assert!(stage.state.overlays.is_empty());
    assert!(!stage.state.tickets.is_waiting(Slot::Picture));
}

/// Cells of the screen that hold an escape.
fn escapes(stage: &Stage) -> usize {
    let picture = screen::draw(&stage.state, &stage.theme, &stage.keymap);
    let cells = picture.content().iter();
    cells
        .filter(|cell| cell.symbol().contains('\u{1b}'))
        .count()
}

#[test]
fn only_the_cells_of_a_prepared_picture_pass_the_gate() {
    for (graphics, name) in [
        (Graphics::Kitty, "kitty"),
        (Graphics::Sixel, "sixel"),
        (Graphics::Iterm2, "iterm2"),
    ] {
        let hostile = "\u{1b}_Ga=d\u{1b}\\\u{1b}]1337;File=:x\u{7}.png";
        let mut stage = opened(MediaKind::Image, hostile, "image/png");
        assert_eq!(escapes(&stage), 0, "{name}");
        arrive(&mut stage, Ok(drawing()));
        let terminal = PictureTerminal::forced(graphics, Some(Size::new(10, 20)));
        make_ready(&mut stage, terminal);
        let shown = escapes(&stage);
        assert!(shown > 0, "{name}");
        if graphics != Graphics::Kitty {
            assert_eq!(shown, 1, "{name}");
        }
        let draw = || screen::draw(&stage.state, &stage.theme, &stage.keymap);
        assert_eq!(draw(), draw(), "{name}: twice the same");
        // What stands above the picture hides it.
        let mut asked = stage.clone();
        asked.state.armed.push(alertdesk::app::Armed {
            batch: alertdesk::domain::BatchId(1),
            label: "x".to_owned(),
            until: stage.now + jiff::SignedDuration::from_secs(9),
            grace: std::time::Duration::from_secs(9),
            single: true,
            draft: None,
        });
        asked.keys("Ctrl-c");
        assert_eq!(escapes(&asked), 0, "{name}:\n{}", asked.screen());
        stage.keys("Esc");
        assert_eq!(escapes(&stage), 0, "{name}");
    }
}

#[test]
fn ascii_and_colourless_screens_name_the_file_in_their_own_signs() {
    let mut stage = opened(MediaKind::Document, "invoice.pdf", "application/pdf");
    stage.theme = Theme::built_in(&ThemeOptions {
        ascii: true,
        no_color: true,
        ..ThemeOptions::default()
    })
    .unwrap();
    keep("media__ascii_document", &stage);
}
