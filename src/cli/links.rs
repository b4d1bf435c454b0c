//! Whether this terminal is told of links (OSC 8), from the settings and what the terminal says of
//! itself in the environment. Nothing is asked of the terminal.
//!
//! Terminals that do not know the sequence ignore it, so it is written unless the terminal is known
//! not to: those without any such sequences, GNU screen, which shows the end of long ones, and a
//! version of the GNOME terminal's library that broke on them. tmux passes links on since 3.4 and
//! drops them before.

use crate::runtime::terminal::Links;
use crate::settings::Hyperlinks;

/// The last version of the library of the GNOME terminal that broke on links.
const BROKEN_VTE: u32 = 5000;

/// Beginnings of `TERM` of terminals that show the sequence or stumble over it.
const WITHOUT: [&str; 8] = [
    "dumb", "linux", "vt", "cons25", "eterm", "sun", "wyse", "ansi",
];

/// Whether this terminal is told of links.
pub fn told(wanted: Hyperlinks) -> Links {
    decide(wanted, |name| std::env::var(name).ok())
}

fn decide(wanted: Hyperlinks, variable: impl Fn(&str) -> Option<String>) -> Links {
    let value = |name: &str| variable(name).unwrap_or_default();
    let term = value("TERM");
    let takes_nothing =
        term.is_empty() || WITHOUT.iter().any(|beginning| term.starts_with(beginning));
    let tmux = !value("TMUX").is_empty();
    let screen = !tmux && (term.starts_with("screen") || !value("STY").is_empty());
    let version: Option<u32> = value("VTE_VERSION").parse().ok();
    let breaks = !tmux && version.is_some_and(|version| version <= BROKEN_VTE);
    match wanted {
        Hyperlinks::On if term != "dumb" => Links::Told,
        Hyperlinks::Auto if !takes_nothing && !screen && !breaks => Links::Told,
        Hyperlinks::Auto | Hyperlinks::On | Hyperlinks::Off => Links::Kept,
    }
}

#[cfg(test)]
mod tests {
    use super::decide;
    use crate::runtime::terminal::Links;
    use crate::settings::Hyperlinks;
    use rstest::rstest;

    #[rstest]
    #[case(&[("TERM", "xterm-256color")], Links::Told)]
    #[case(&[("TERM", "xterm-kitty")], Links::Told)]
    #[case(&[("TERM", "xterm-256color"), ("VTE_VERSION", "7600")], Links::Told)]
    #[case(&[("TERM", "xterm-256color"), ("VTE_VERSION", "5000")], Links::Kept)]
    #[case(&[("TERM", "tmux-256color"), ("TMUX", "/tmp/tmux-1000/default,1,0")], Links::Told)]
    #[case(&[("TERM", "screen-256color"), ("TMUX", "/tmp/tmux-1000/default,1,0")], Links::Told)]
    #[case(&[("TERM", "screen-256color"), ("STY", "1.pts")], Links::Kept)]
    #[case(&[("TERM", "screen")], Links::Kept)]
    #[case(&[("TERM", "linux")], Links::Kept)]
    #[case(&[("TERM", "vt100")], Links::Kept)]
    #[case(&[("TERM", "dumb")], Links::Kept)]
    #[case(&[], Links::Kept)]
    fn a_terminal_that_would_stumble_is_not_told(
        #[case] variables: &[(&str, &str)],
        #[case] expected: Links,
    ) {
        let variable = |name: &str| {
            let known = variables.iter().find(|(known, _)| *known == name);
            known.map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(decide(Hyperlinks::Auto, variable), expected);
        if variable("TERM").as_deref() != Some("dumb") {
            assert_eq!(decide(Hyperlinks::On, variable), Links::Told);
        }
        assert_eq!(decide(Hyperlinks::Off, variable), Links::Kept);
    }
}
