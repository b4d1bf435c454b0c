//! How well two colours can be told apart, as the Web Content Accessibility Guidelines compute
//! it. It must not be asked about the sixteen colours of a terminal: nobody knows their values.

use ratatui::style::Color;

/// The contrast ratio of two colours, from 1 (the same) to 21 (black on white), or nothing when
/// one of them depends on the terminal.
pub fn ratio(one: Color, other: Color) -> Option<f64> {
    let (a, b) = (luminance(one)?, luminance(other)?);
    Some((a.max(b) + 0.05) / (a.min(b) + 0.05))
}

/// Relative luminance of an sRGB colour, 0 to 1.
fn luminance(colour: Color) -> Option<f64> {
    let Color::Rgb(red, green, blue) = colour else {
        return None;
    };
    let linear = |channel: u8| {
        let share = f64::from(channel) / 255.0;
        if share <= 0.040_45 {
            share / 12.92
        } else {
            ((share + 0.055) / 1.055).powf(2.4)
        }
    };
    Some(0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theme::Role;
    use crate::theme::load;
    use rstest::rstest;

    #[test]
    fn the_ends_of_the_scale() {
        let (black, white) = (Color::Rgb(0, 0, 0), Color::Rgb(255, 255, 255));
        assert!((ratio(black, white).unwrap() - 21.0).abs() < 0.01);
        assert!((ratio(white, white).unwrap() - 1.0).abs() < 0.01);
        assert_eq!(ratio(Color::Red, white), None);
    }

    /// The ratios promised for each role, in the order of `Role::ALL`.
    const PROMISED: [(&str, [f64; 15]); 3] = [
        (
            "dark",
            [
                13.3, 7.1, 3.7, 8.6, 8.9, 10.5, 10.6, 9.5, 8.3, 9.9, 9.9, 7.9, 8.9, 7.3, 11.6,
            ],
        ),
        (
            "light",
            [
                15.5, 6.0, 3.2, 6.6, 13.1, 7.0, 6.7, 7.8, 6.5, 6.3, 6.6, 6.5, 7.1, 7.3, 11.4,
            ],
        ),
        (
            "high_contrast",
            [
                21.0, 13.6, 21.0, 19.6, 21.0, 19.6, 16.9, 12.9, 12.6, 16.5, 14.3, 10.3, 11.3, 7.4,
                19.6,
            ],
        ),
    ];

    #[rstest]
    #[case(0)]
    #[case(1)]
    #[case(2)]
    fn every_role_is_as_readable_as_promised(#[case] which: usize) {
        let (name, promised) = PROMISED[which];
        let palette = load::built_in(name).unwrap();
        for (role, promise) in Role::ALL.iter().zip(promised) {
            let style = palette.style(*role);
            let ground = style.bg.or(palette.background()).unwrap();
            let real = ratio(style.fg.unwrap(), ground).unwrap();
            assert!(
                (real - promise).abs() < 0.06,
                "{name} {role:?}: {real} not {promise}"
            );
            let least = match (name, role) {
                ("high_contrast", _) => 7.0,
                (_, Role::Border) => 3.0,
                _ => 4.5,
            };
            assert!(real >= least, "{name} {role:?}: {real}");
        }
    }
}
