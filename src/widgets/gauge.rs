//! A bar of three parts: what was accepted, what needs a look, what is still to come. It is drawn
//! only beside the counts it shows.

use ratatui::text::{Line, Span};

use crate::theme::{Glyph, Role, Theme};

/// What the bar shows, in the same unit (people, calls).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Accepted.
    pub accepted: u64,
    /// Rejected or unknown.
    pub bad: u64,
    /// Everything, including what is still to come.
    pub total: u64,
}

/// The cells of each part: accepted, bad, rest. They add up to `width`; a part that is not zero
/// has at least one cell, as far as there are cells.
pub fn parts(progress: Progress, width: usize) -> [usize; 3] {
    let done = progress.accepted.saturating_add(progress.bad);
    let total = progress.total.max(done);
    let rest = total - done;
    let mut left = width;
    // The smallest part that matters most takes its cell first.
    let mut cells = [0_usize; 3];
    for (at, amount) in [(1, progress.bad), (0, progress.accepted), (2, rest)] {
        if amount > 0 && left > 0 {
            if let Some(cell) = cells.get_mut(at) {
                *cell = 1;
            }
            left -= 1;
        }
    }
    let free = left;
    for (at, amount) in [(0, progress.accepted), (1, progress.bad)] {
        if let Some(cell) = cells.get_mut(at) {
            let more = share(amount, total, width)
                .saturating_sub(*cell)
                .min(left)
                .min(free);
            *cell += more;
            left -= more;
        }
    }
    match (rest > 0 || total == 0, cells) {
        (true, [accepted, bad, rest]) => [accepted, bad, rest + left],
        (false, [0, bad, rest]) => [0, bad + left, rest],
        (false, [accepted, bad, rest]) => [accepted + left, bad, rest],
    }
}

fn share(amount: u64, total: u64, width: usize) -> usize {
    let cells = u128::from(amount) * width as u128;
    cells
        .checked_div(u128::from(total))
        .and_then(|c| usize::try_from(c).ok())
        .unwrap_or(0)
}

/// The bar as one line of exactly `width` cells.
pub fn line(progress: Progress, width: usize, theme: &Theme) -> Line<'static> {
    let [accepted, bad, rest] = parts(progress, width);
    let part =
        |glyph, cells, role| Span::styled(theme.glyph(glyph).repeat(cells), theme.style(role));
    Line::from(vec![
        part(Glyph::BarFull, accepted, Role::Active),
        part(Glyph::BarBad, bad, Role::Failed),
        part(Glyph::BarRest, rest, Role::Muted),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    #[rstest]
    #[case(612, 11, 1_171, 20, [10, 1, 9])]
    #[case(0, 0, 10, 8, [0, 0, 8])]
    #[case(10, 0, 10, 8, [8, 0, 0])]
    #[case(0, 5, 5, 8, [0, 8, 0])]
    #[case(1, 1, 1_000_000, 10, [1, 1, 8])]
    #[case(999_999, 0, 1_000_000, 10, [9, 0, 1])]
    #[case(5, 5, 20, 1, [0, 1, 0])]
    #[case(0, 0, 0, 4, [0, 0, 4])]
    fn parts_are_honest(
        #[case] accepted: u64,
        #[case] bad: u64,
        #[case] total: u64,
        #[case] width: usize,
        #[case] expected: [usize; 3],
    ) {
        assert_eq!(
            parts(
                Progress {
                    accepted,
                    bad,
                    total
                },
                width
            ),
            expected
        );
    }

    #[test]
    fn the_bar_is_plain_in_ascii() {
        let options = crate::theme::ThemeOptions {
            ascii: true,
            ..Default::default()
        };
        let theme = Theme::built_in(&options).unwrap();
        let bar = line(
            Progress {
                accepted: 5,
                bad: 1,
                total: 10,
            },
            10,
            &theme,
        );
        assert_eq!(bar.to_string(), "#####%....");
    }

    proptest! {
        #[test]
        fn every_part_has_its_cell(accepted in any::<u64>(), bad in 0_u64..50, total in any::<u64>(), width in 0_usize..=120) {
            let cells = parts(Progress { accepted, bad, total }, width);
            prop_assert_eq!(cells.iter().sum::<usize>(), width);
            if width >= 3 {
                prop_assert_eq!(cells[0] > 0, accepted > 0);
                prop_assert_eq!(cells[1] > 0, bad > 0);
            }
        }
    }
}
