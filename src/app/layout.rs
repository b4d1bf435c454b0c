//! Where everything is, as a pure function of size, focus and zoom.
//!
//! `update` uses it to know how far a page is and what a click hit; `view` uses it to draw. It
//! must not look at anything that drawing produced.
//!
//! ```text
//! header                                   header
//! ┌ Users ─┐┏ Conversation ━━━━━━━━━━━┓     tabs
//! │        │┃                         ┃     one pane, or Users docked beside Conversation
//! ├ Broadc.┤┡━━━━━━━━━━━━━━━━━━━━━━━━━┩
//! │        ││ Composer                │     status
//! └────────┘└─────────────────────────┘     (grace strip)
//! (grace strip) footer                     footer
//! ```

use crate::contract::PaneId;
use ratatui::layout::Rect;

/// The kind of arrangement a size allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Below 40×12: only a sentence.
    TooSmall,
    /// One pane with a tab line.
    OnePane,
    /// Users beside Conversation with a tab line.
    Docked,
    /// Four panes and more, framed.
    FourPanes,
    /// All six panes in three columns, framed.
    ThreeColumns,
}

/// What the layout depends on besides the size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayoutInput {
    /// The pane that has the keys.
    pub focus: PaneId,
    /// Whether that pane fills the body.
    pub zoomed: bool,
    /// Whether a countdown stands above the footer.
    pub grace_strip: bool,
    /// The person's settings.
    pub options: LayoutOptions,
}

/// The `layout.*` settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LayoutOptions {
    /// `layout.dock_users`: Users stay beside Conversation in small windows.
    pub dock_users: bool,
    /// `layout.follow_focus`: the focused pane grows.
    pub follow_focus: bool,
}

impl Default for LayoutOptions {
    fn default() -> Self {
        Self {
            dock_users: true,
            follow_focus: true,
        }
    }
}

/// Where everything is, in cells of the whole screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The arrangement.
    pub shape: Shape,
    /// The whole screen.
    pub screen: Rect,
    /// First row.
    pub header: Rect,
    /// Row of pane names, in the shapes without frames.
    pub tabs: Option<Rect>,
    /// Everything between header and footer lines.
    pub body: Rect,
    /// Row that carries what frames carry elsewhere.
    pub status: Option<Rect>,
    /// Countdown row.
    pub strip: Option<Rect>,
    /// Last row.
    pub footer: Rect,
    panes: [Option<Rect>; 6],
}

impl Layout {
    /// The area of a pane with its frame, if it is on the screen.
    pub fn pane(&self, pane: PaneId) -> Option<Rect> {
        self.panes.get(pane.number() - 1).copied().flatten()
    }

    /// The area inside a pane's frame, or its whole area where there are no frames.
    pub fn inside(&self, pane: PaneId) -> Option<Rect> {
        let area = self.pane(pane)?;
        if !self.framed() {
            return Some(area);
        }
        Some(Rect {
            x: area.x.saturating_add(1),
            y: area.y.saturating_add(1),
            width: area.width.saturating_sub(2),
            height: area.height.saturating_sub(2),
        })
    }

    /// Whether panes have frames.
    pub fn framed(&self) -> bool {
        matches!(self.shape, Shape::FourPanes | Shape::ThreeColumns)
    }

    /// The pane under a cell.
    pub fn pane_at(&self, column: u16, row: u16) -> Option<PaneId> {
        PaneId::ALL.into_iter().find(|pane| {
            self.pane(*pane)
                .is_some_and(|area| area.contains((column, row).into()))
        })
    }
}

/// The layout of a screen of `width` × `height` cells.
pub fn layout(width: u16, height: u16, input: LayoutInput) -> Layout {
    let screen = Rect::new(0, 0, width, height);
    let shape = shape_of(width, height, input);
    let row = |y: u16| Rect::new(0, y.min(height), width, u16::from(y < height));
    let footer = row(height.saturating_sub(1));
    let strip = input.grace_strip.then(|| row(height.saturating_sub(2)));
    let below = 1 + u16::from(input.grace_strip);
    let framed = matches!(shape, Shape::FourPanes | Shape::ThreeColumns);
    let above = if framed { 1 } else { 2 };
    let status = (!framed && height >= 16).then(|| row(height.saturating_sub(below + 1)));
    let below = below + u16::from(status.is_some());
    let body = Rect::new(0, above, width, height.saturating_sub(above + below));
    let panes = match shape {
        Shape::TooSmall => [None; 6],
        Shape::OnePane => only(input.focus, body),
        Shape::Docked => docked(input.focus, body),
        Shape::FourPanes => four_panes(input, body),
        Shape::ThreeColumns => three_columns(input, body),
    };
    let tabs = (!framed).then(|| row(1));
    Layout {
        shape,
        screen,
        header: row(0),
        tabs,
        body,
        status,
        strip,
        footer,
        panes,
    }
}

fn shape_of(width: u16, height: u16, input: LayoutInput) -> Shape {
    if width < 40 || height < 12 {
        return Shape::TooSmall;
    }
    let roomy = width >= 100 && height >= 30;
    if input.zoomed {
        return Shape::OnePane;
    }
    if roomy {
        let wide = width >= 160 && height >= 40;
        return if wide {
            Shape::ThreeColumns
        } else {
            Shape::FourPanes
        };
    }
    let dockable = matches!(input.focus, PaneId::Users | PaneId::Conversation);
    if width >= 80 && input.options.dock_users && dockable {
        Shape::Docked
    } else {
        Shape::OnePane
    }
}

type Panes = [Option<Rect>; 6];

fn place(panes: &mut Panes, pane: PaneId, area: Rect) {
    if let Some(slot) = panes.get_mut(pane.number() - 1) {
        *slot = Some(area);
    }
}

fn only(pane: PaneId, body: Rect) -> Panes {
    let mut panes = [None; 6];
    place(&mut panes, pane, body);
    panes
}

/// Users at the left, one column for the line between, Conversation at the right.
fn docked(focus: PaneId, body: Rect) -> Panes {
    let users = if focus == PaneId::Users {
        percent(body.width, 44)
    } else {
        percent(body.width, 30).clamp(24, 36)
    };
    let (left, right) = split_columns(body, users);
    let mut panes = [None; 6];
    place(&mut panes, PaneId::Users, left);
    let right = Rect {
        x: right.x + 1,
        width: right.width.saturating_sub(1),
        ..right
    };
    place(&mut panes, PaneId::Conversation, right);
    panes
}

fn four_panes(input: LayoutInput, body: Rect) -> Panes {
    let focus = proportions(input);
    let mut panes = [None; 6];
    let left_width = match focus {
        PaneId::Users => percent(body.width, 47),
        PaneId::Conversation | PaneId::Activity => percent(body.width, 28).clamp(28, 44),
        PaneId::Composer | PaneId::Payload => percent(body.width, 22).clamp(24, 36),
        PaneId::Broadcasts => percent(body.width, 70),
    };
    let (left, right) = split_columns(body, left_width);
    let users_height = match focus {
        PaneId::Users => body.height - percent(body.height, 30).clamp(8, 14),
        PaneId::Broadcasts => percent(body.height, 20).clamp(6, 12),
        PaneId::Conversation | PaneId::Composer | PaneId::Payload | PaneId::Activity => {
            body.height - percent(body.height, 37).clamp(10, 20)
        }
    };
    let (users, broadcasts) = split_rows(left, users_height);
    place(&mut panes, PaneId::Users, users);
    place(&mut panes, PaneId::Broadcasts, broadcasts);
    right_of_four(&mut panes, focus, right);
    panes
}

fn right_of_four(panes: &mut Panes, focus: PaneId, right: Rect) {
    match focus {
        PaneId::Users | PaneId::Broadcasts | PaneId::Conversation => {
            let low = focus == PaneId::Conversation && right.height < 34;
            let composer = if low { 7 } else { 8 };
            let (upper, lower) = split_rows(right, right.height.saturating_sub(composer));
            place(panes, PaneId::Conversation, upper);
            place(panes, PaneId::Composer, lower);
        }
        PaneId::Composer | PaneId::Payload => {
            let (upper, lower) = split_rows(right, percent(right.height, 20).clamp(6, 12));
            let share = if focus == PaneId::Composer { 53 } else { 44 };
            let (composer, payload) = split_columns(lower, percent(lower.width, share));
            place(panes, PaneId::Conversation, upper);
            place(panes, PaneId::Composer, composer);
            place(panes, PaneId::Payload, payload);
        }
        PaneId::Activity => {
            let (upper, rest) = split_rows(right, percent(right.height, 32));
            let (activity, composer) = split_rows(rest, rest.height.saturating_sub(3));
            place(panes, PaneId::Conversation, upper);
            place(panes, PaneId::Activity, activity);
            place(panes, PaneId::Composer, composer);
        }
    }
}

fn three_columns(input: LayoutInput, body: Rect) -> Panes {
    let focus = if input.options.follow_focus {
        input.focus
    } else {
        PaneId::Conversation
    };
    let (first, second) = match focus {
        PaneId::Broadcasts => (42, 33),
        PaneId::Payload | PaneId::Activity => (18, 37),
        PaneId::Users | PaneId::Conversation | PaneId::Composer => (22, 43),
    };
    let (left, rest) = split_columns(body, percent(body.width, first));
    let (middle, right) = split_columns(rest, percent(body.width, second));
    let users = if focus == PaneId::Broadcasts { 35 } else { 65 };
    let conversation = if focus == PaneId::Composer {
        14
    } else {
        body.height.saturating_sub(12)
    };
    let payload = match focus {
        PaneId::Payload => 70,
        PaneId::Activity => 30,
        PaneId::Users | PaneId::Conversation | PaneId::Composer | PaneId::Broadcasts => 58,
    };
    let (users, broadcasts) = split_rows(left, percent(body.height, users));
    let (conversation, composer) = split_rows(middle, conversation);
    let (payload, activity) = split_rows(right, percent(body.height, payload));
    let mut panes = [None; 6];
    for (pane, area) in
        PaneId::ALL
            .into_iter()
            .zip([users, conversation, composer, broadcasts, payload, activity])
    {
        place(&mut panes, pane, area);
    }
    panes
}

/// With `follow_focus` off the proportions of Conversation stay, but a focused pane is never
/// off the screen.
fn proportions(input: LayoutInput) -> PaneId {
    match input.focus {
        PaneId::Payload | PaneId::Activity => input.focus,
        PaneId::Users | PaneId::Conversation | PaneId::Composer | PaneId::Broadcasts => {
            if input.options.follow_focus {
                input.focus
            } else {
                PaneId::Conversation
            }
        }
    }
}

fn percent(whole: u16, share: u32) -> u16 {
    u16::try_from((u32::from(whole) * share + 50) / 100).unwrap_or(whole)
}

fn split_columns(area: Rect, left: u16) -> (Rect, Rect) {
    let left = left.min(area.width);
    let right = Rect {
        x: area.x + left,
        width: area.width - left,
        ..area
    };
    (
        Rect {
            width: left,
            ..area
        },
        right,
    )
}

fn split_rows(area: Rect, upper: u16) -> (Rect, Rect) {
    let upper = upper.min(area.height);
    let lower = Rect {
        y: area.y + upper,
        height: area.height - upper,
        ..area
    };
    (
        Rect {
            height: upper,
            ..area
        },
        lower,
    )
}

#[cfg(test)]
mod tests {
    use super::{Layout, LayoutInput, LayoutOptions, Shape, layout};
    use crate::contract::PaneId;
    use proptest::prelude::*;
    use ratatui::layout::Rect;

    fn input(focus: PaneId) -> LayoutInput {
        LayoutInput {
            focus,
            zoomed: false,
            grace_strip: false,
            options: LayoutOptions::default(),
        }
    }

    #[test]
    fn the_usual_window_has_the_proportions_of_the_design() {
        let at = layout(120, 40, input(PaneId::Conversation));
        assert_eq!(at.shape, Shape::FourPanes);
        assert_eq!(at.pane(PaneId::Users), Some(Rect::new(0, 1, 34, 24)));
        assert_eq!(at.pane(PaneId::Broadcasts), Some(Rect::new(0, 25, 34, 14)));
        assert_eq!(
            at.pane(PaneId::Conversation),
            Some(Rect::new(34, 1, 86, 30))
        );
        assert_eq!(at.pane(PaneId::Composer), Some(Rect::new(34, 31, 86, 8)));
        assert_eq!(at.pane(PaneId::Payload), None);
        let at = layout(120, 40, input(PaneId::Composer));
        assert_eq!(at.pane(PaneId::Users).unwrap().width, 26);
        assert_eq!(at.pane(PaneId::Conversation).unwrap().height, 8);
        assert_eq!(at.pane(PaneId::Composer), Some(Rect::new(26, 9, 50, 30)));
    }

    #[test]
    fn smaller_windows_dock_or_show_one_pane_and_say_when_they_are_too_small() {
        assert_eq!(layout(80, 24, input(PaneId::Users)).shape, Shape::Docked);
        assert_eq!(
            layout(80, 24, input(PaneId::Composer)).shape,
            Shape::OnePane
        );
        assert_eq!(layout(40, 12, input(PaneId::Users)).shape, Shape::OnePane);
        assert_eq!(layout(39, 12, input(PaneId::Users)).shape, Shape::TooSmall);
        assert_eq!(
            layout(200, 60, input(PaneId::Users)).shape,
            Shape::ThreeColumns
        );
        let small = layout(40, 12, input(PaneId::Conversation));
        assert_eq!(
            small.pane(PaneId::Conversation),
            Some(Rect::new(0, 2, 40, 9))
        );
        assert_eq!(small.status, None);
        let zoomed = LayoutInput {
            zoomed: true,
            ..input(PaneId::Payload)
        };
        assert_eq!(layout(200, 60, zoomed).shape, Shape::OnePane);
    }

    fn covered(at: &Layout) -> Vec<Rect> {
        PaneId::ALL
            .into_iter()
            .filter_map(|pane| at.pane(pane))
            .collect()
    }

    proptest! {
        #[test]
        fn panes_stay_inside_never_overlap_and_the_focused_one_is_there(
            width in 0u16..300, height in 0u16..100, focus in 0usize..6,
            zoomed: bool, grace_strip: bool, dock_users: bool, follow_focus: bool,
        ) {
            let focus = PaneId::ALL[focus];
            let options = LayoutOptions { dock_users, follow_focus };
            let input = LayoutInput { focus, zoomed, grace_strip, options };
            let at = layout(width, height, input);
            let panes = covered(&at);
            for (index, area) in panes.iter().enumerate() {
                prop_assert_eq!(area.intersection(at.body), *area);
                for other in &panes[index + 1..] {
                    prop_assert!(!area.intersects(*other), "{:?} {:?}", area, other);
                }
            }
            if at.shape != Shape::TooSmall {
                let focused = at.pane(focus).expect("the focused pane is on the screen");
                prop_assert!(focused.width >= 20 && focused.height >= 6, "{:?}", focused);
            }
        }
    }
}
