//! Who turns words round on this terminal that run from right to left, from the settings and what
//! the terminal says of itself in the environment. Nothing is asked of the terminal.

use crate::settings::Bidi;
use crate::text::turning::Turning;

/// The version of VTE since which it orders rows.
const VTE_WITH_ORDER: u32 = 5800;

/// Who turns words round here.
pub fn of_terminal(wanted: Bidi) -> Turning {
    choose(wanted, |name| std::env::var(name).ok())
}

fn choose(wanted: Bidi, variable: impl Fn(&str) -> Option<String>) -> Turning {
    let value = |name: &str| variable(name).unwrap_or_default();
    let set = |name: &str| !value(name).is_empty();
    let term = value("TERM");
    let inside = |names: &[&str]| names.iter().any(|name| term.starts_with(name));
    if wanted == Bidi::App {
        return Turning::Program;
    }
    // A terminal started from another one inherits its variables: the own name comes first.
    if term == "xterm-kitty" {
        return Turning::Word;
    }
    if wanted == Bidi::Terminal || inside(&["mlterm"]) {
        return Turning::Terminal;
    }
    if set("XTERM_VERSION") || inside(&["alacritty", "foot", "wezterm", "xterm-ghostty", "linux"]) {
        return Turning::Program;
    }
    let vte = value("VTE_VERSION").parse().unwrap_or(0_u32);
    if set("KONSOLE_VERSION") || vte >= VTE_WITH_ORDER || set("MLTERM") {
        Turning::Terminal
    } else if inside(&["tmux", "screen"]) && set("KITTY_WINDOW_ID") {
        Turning::Word
    } else {
        Turning::Program
    }
}

#[cfg(test)]
mod tests {
    use super::choose;
    use crate::settings::Bidi;
    use crate::text::turning::Turning;
    use rstest::rstest;

    #[rstest]
    #[case(&[("TERM", "xterm-256color")], Turning::Program)]
    #[case(&[("TERM", "xterm-256color"), ("VTE_VERSION", "7006")], Turning::Terminal)]
    #[case(&[("TERM", "xterm-256color"), ("VTE_VERSION", "5202")], Turning::Program)]
    #[case(&[("TERM", "xterm-256color"), ("KONSOLE_VERSION", "221203")], Turning::Terminal)]
    #[case(&[("TERM", "xterm"), ("XTERM_VERSION", "XTerm(379)"), ("VTE_VERSION", "7006")], Turning::Program)]
    #[case(&[("TERM", "mlterm")], Turning::Terminal)]
    #[case(&[("TERM", "xterm-kitty"), ("KONSOLE_VERSION", "221203")], Turning::Word)]
    #[case(&[("TERM", "tmux-256color"), ("KITTY_WINDOW_ID", "1")], Turning::Word)]
    #[case(&[("TERM", "tmux-256color"), ("VTE_VERSION", "7006")], Turning::Terminal)]
    #[case(&[("TERM", "alacritty"), ("VTE_VERSION", "7006")], Turning::Program)]
    #[case(&[], Turning::Program)]
    fn terminals_are_known_by_what_they_say(
        #[case] variables: &[(&str, &str)],
        #[case] turning: Turning,
    ) {
        let variable = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        assert_eq!(choose(Bidi::Auto, variable), turning);
        assert_eq!(choose(Bidi::App, variable), Turning::Program);
        assert_ne!(choose(Bidi::Terminal, variable), Turning::Program);
    }
}
