//! A file of a message: the picture itself, or what kind of file it is, and what can be done.
//!
//! The picture is put on the screen by [`put`], after everything else was drawn and cleaned,
//! because its cells may hold what no other cell may. Nothing is fetched here.

use super::frame::{self, OverlayEdges};
use crate::contract::{Action, AfterSaving, FetchedMedia, MediaAsk, PreparedPicture};
use crate::domain::MediaKind;
use crate::text::{bidi, format};
use crate::theme::{Glyph, Role};
use crate::widgets::{Painter, Picture};
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::{Rect, Size};
use ratatui::widgets::Widget;
use std::path::PathBuf;
use std::sync::Arc;

/// Cells of a line of an overlay without a picture.
const WIDTH: u16 = 72;
/// The most cells of a line.
const WIDEST: u16 = 96;

/// Where the file is.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Not asked for.
    Apart,
    /// On its way.
    Fetching {
        /// Since when.
        since: Timestamp,
    },
    /// Here.
    Here(Arc<FetchedMedia>),
    /// It could not be fetched; the sentences say why and what to do.
    Failed(String),
}

/// The picture, for a file that is one.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// It is not drawn; the sentence says why, empty where there is nothing to say.
    Not(String),
    /// It is made ready.
    Soon,
    /// It is ready.
    Ready(PreparedPicture),
}

/// A file of a message.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// Which.
    pub ask: Arc<MediaAsk>,
    /// Its name, clean.
    pub name: String,
    /// The host it lies on, clean.
    pub host: String,
    /// Where it is.
    pub content: Content,
    /// The picture.
    pub shown: Shown,
    /// Columns and rows the picture was last made ready for.
    pub fitted: Option<(u16, u16)>,
    /// What a person wants to happen as soon as it is here.
    pub wanted: Option<AfterSaving>,
    /// Where it was saved.
    pub saved: Option<PathBuf>,
}

/// What the overlay wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Go back; nothing goes on.
    Close,
    /// Save it, and then this.
    Save(AfterSaving),
    /// Fetch it again.
    Fetch,
}

/// Runs an action of the overlay.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "a file answers the actions it knows"
)]
pub fn act(state: &State, action: Action) -> Option<Wish> {
    match action {
        Action::SaveFile => Some(Wish::Save(AfterSaving::Keep)),
        Action::OpenFile => Some(Wish::Save(AfterSaving::Open)),
        Action::Accept | Action::Open if matches!(state.content, Content::Failed(_)) => {
            Some(Wish::Fetch)
        }
        Action::Back => Some(Wish::Close),
        _ => None,
    }
}

fn is_large(state: &State) -> bool {
    matches!(state.shown, Shown::Soon | Shown::Ready(_))
        && !matches!(state.content, Content::Failed(_))
}

fn area(state: &State, body: Rect) -> Rect {
    if is_large(state) {
        frame::area(body, WIDEST, body.height)
    } else {
        let width = usize::from(frame::area(body, WIDTH, 4).width.saturating_sub(4));
        let rows = crate::text::wrap::wrap(&sentence(state), width).len();
        let rows = u16::try_from(rows).unwrap_or(u16::MAX);
        frame::area(body, WIDTH, rows.saturating_add(3))
    }
}

/// The area inside the frame, as [`frame::draw`] gives it.
fn inside(area: Rect, body: Rect) -> Rect {
    let (side, ends) = if area == body { (1, 2) } else { (2, 4) };
    Rect {
        x: area.x + side,
        y: area.y + 1,
        width: area.width.saturating_sub(ends),
        height: area.height.saturating_sub(2),
    }
}

/// The place of a picture in a body of this size: all but the row that says what can be done,
/// which toasts may cover.
pub fn space(body: Rect) -> Rect {
    let inside = inside(frame::area(body, WIDEST, body.height), body);
    Rect {
        height: inside.height.saturating_sub(1),
        ..inside
    }
}

/// What the file is, in a word.
pub fn word(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "picture",
        MediaKind::Video => "video",
        MediaKind::Audio => "voice",
        MediaKind::Document => "file",
    }
}

fn glyph(kind: MediaKind) -> Glyph {
    match kind {
        MediaKind::Image => Glyph::Picture,
        MediaKind::Video => Glyph::Video,
        MediaKind::Audio => Glyph::Voice,
        MediaKind::Document => Glyph::File,
    }
}

fn title(state: &State) -> String {
    let mut title = bidi::apart(&state.name).into_owned();
    if let Shown::Ready(ready) = &state.shown {
        let (width, height) = ready.pixels;
        title.push_str(&format!(" · {width}×{height}"));
    }
    if let Content::Here(file) = &state.content {
        title.push_str(&format!(" · {}", format::file_size(file.bytes.len())));
    }
    title
}

/// What happens with the file now.
fn sentence(state: &State) -> String {
    match (&state.content, &state.shown) {
        (Content::Fetching { .. }, _) => format!("Fetching it from {}. Esc stops it.", state.host),
        (Content::Failed(why), _) => format!("{why} Enter fetches it again."),
        (Content::Here(_), Shown::Soon) => "Making it ready for the screen.".to_owned(),
        (Content::Apart | Content::Here(_), Shown::Not(why)) if !why.is_empty() => why.clone(),
        (Content::Apart, _) => format!("It lies on {} and is not fetched yet.", state.host),
        (Content::Here(_), _) => String::new(),
    }
}

/// Draws everything but the picture.
pub fn draw(state: &State, painter: &mut Painter<'_>, body: Rect) {
    let area = area(state, body);
    let edges = OverlayEdges {
        title: title(state),
        hint: "s save · o save and open it with the desktop's program".to_owned(),
        leave: "Esc back".to_owned(),
        ..OverlayEdges::default()
    };
    let inside = frame::draw(painter, body, area, &edges);
    if let Some(path) = &state.saved {
        let text = format!("saved: {}", path.display());
        let text = crate::text::sanitize::clean_line(&text).into_owned();
        let room = usize::from(inside.width);
        let text = crate::text::width::truncate_middle(&text, room, "…").into_owned();
        let at = (inside.x, inside.bottom().saturating_sub(1));
        painter.text(at, inside.right(), &text, Role::Muted);
    }
    if matches!(state.shown, Shown::Ready(_)) {
        return;
    }
    let kind = state.ask.kind;
    let mime = state.ask.mime.as_deref().unwrap_or("of unknown type");
    let mime = crate::text::sanitize::clean_line(mime);
    let head = format!(
        "{} {} · {mime}",
        painter.theme.glyph(glyph(kind)),
        word(kind)
    );
    painter.text((inside.x, inside.y), inside.right(), &head, Role::Active);
    let rows = (inside.y + 1..inside.bottom()).skip(usize::from(inside.height >= 4));
    let role = match state.content {
        Content::Failed(_) => Role::Failed,
        Content::Apart | Content::Fetching { .. } | Content::Here(_) => Role::Text,
    };
    let sentence = sentence(state);
    let lines = crate::text::wrap::wrap(&sentence, usize::from(inside.width));
    for (y, line) in rows.zip(lines) {
        painter.text((inside.x, y), inside.right(), line, role);
    }
}

/// Puts the picture on the screen, centred in its space, if it fits there.
pub fn put(state: &State, body: Rect, buffer: &mut Buffer) {
    let Shown::Ready(ready) = &state.shown else {
        return;
    };
    let Some(picture) = ready.picture.get::<Picture>() else {
        return;
    };
    let (space, Size { width, height }) = (space(body), picture.size());
    if width > space.width || height > space.height {
        return;
    }
    let area = Rect {
        x: space.x + (space.width - width) / 2,
        y: space.y + (space.height - height) / 2,
        width,
        height,
    };
    picture.render(area, buffer);
}
