//! The sign of waiting. It turns with a time that is given; it must not ask a clock.

use std::time::Duration;

use crate::theme::{Glyph, Motion, Theme};

/// Shorter waits show nothing: a sign that flashes by only unsettles.
pub const PATIENCE: Duration = Duration::from_millis(300);

/// How long one position stays: four a second.
pub const STEP: Duration = Duration::from_millis(250);

/// The sign after this long a wait, one cell; nothing while the wait is still short.
pub fn frame(elapsed: Duration, theme: &Theme) -> Option<&'static str> {
    let waited = elapsed.checked_sub(PATIENCE)?;
    if theme.motion() == Motion::Reduced {
        return Some(theme.glyph(Glyph::Cut));
    }
    let frames = theme.spinner();
    let turn = usize::try_from(waited.as_millis() / STEP.as_millis()).unwrap_or(0);
    frames.get(turn.checked_rem(frames.len())?).copied()
}

/// How long until the sign changes, or nothing when it never will again.
pub fn next_change(elapsed: Duration, theme: &Theme) -> Option<Duration> {
    let Some(waited) = elapsed.checked_sub(PATIENCE) else {
        return PATIENCE.checked_sub(elapsed);
    };
    if theme.motion() == Motion::Reduced {
        return None;
    }
    let into = u64::try_from(waited.as_millis() % STEP.as_millis()).unwrap_or(0);
    STEP.checked_sub(Duration::from_millis(into))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::ThemeOptions;

    fn after(millis: u64) -> Option<&'static str> {
        frame(Duration::from_millis(millis), &Theme::default())
    }

    #[test]
    fn short_waits_show_nothing_and_long_ones_turn() {
        assert_eq!(after(299), None);
        let first = after(300);
        assert!(first.is_some());
        assert_eq!(after(549), first);
        assert_ne!(after(550), first);
        assert_eq!(after(300 + 10 * 250), first);
    }

    #[test]
    fn the_next_change_is_when_the_sign_changes() {
        let theme = Theme::default();
        for millis in [0, 299, 300, 301, 549, 550, 1_000_003] {
            let now = Duration::from_millis(millis);
            let wait = next_change(now, &theme).unwrap();
            assert_ne!(frame(now, &theme), frame(now + wait, &theme), "{millis}");
        }
    }

    #[test]
    fn reduced_motion_does_not_turn() {
        let options = ThemeOptions {
            reduced_motion: true,
            ..ThemeOptions::default()
        };
        let theme = Theme::built_in(&options).unwrap();
        assert_eq!(frame(Duration::from_secs(1), &theme), Some("…"));
        assert_eq!(frame(Duration::from_secs(9), &theme), Some("…"));
        assert_eq!(next_change(Duration::from_secs(1), &theme), None);
    }
}
