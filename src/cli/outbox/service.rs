//! `outbox service`: a systemd unit for a sender that runs while nobody is logged in.

use crate::cli::context::{Context, usage};
use crate::cli::exit::ExitStatus;
use crate::contract::ApiError;
use crate::settings::secrets::KeySource;
use crate::settings::{ENVIRONMENT_PROFILE, Settings};
use std::path::Path;

/// Seconds a stop may take: a call on the way may need two minutes to answer.
const STOP_WITHIN: u32 = 180;

/// Prints the unit for the profile in use.
///
/// # Errors
/// Settings with which nothing could be sent, or paths that no unit can hold.
pub fn print(context: &Context, settings: &Settings) -> Result<ExitStatus, ApiError> {
    let connection = settings.connection()?;
    let profile = &connection.profile;
    if profile.name == ENVIRONMENT_PROFILE {
        return Err(usage(
            "this connection comes from variables of your shell, which a service does not have",
            "Write it into a profile of config.toml and choose that with --profile.",
        ));
    }
    let program = std::env::current_exe().map_err(|error| {
        usage(
            format!("this program cannot say where it lies: {error}"),
            "Write the unit by hand; the README shows one.",
        )
    })?;
    let folder = |path: &Path| {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        path.to_string_lossy().into_owned()
    };
    let words = [
        program.to_string_lossy().into_owned(),
        "--profile".to_owned(),
        profile.name.clone(),
        "--config-dir".to_owned(),
        folder(&settings.folders.config.path),
        "--data-dir".to_owned(),
        folder(&settings.folders.data.path),
        "outbox".to_owned(),
        "run".to_owned(),
        "--stay".to_owned(),
    ];
    let words: Result<Vec<String>, ApiError> = words.iter().map(|word| quoted(word)).collect();
    context.output.text(&unit(&profile.name, &words?.join(" ")));
    context.output.note(
        "Save it as ~/.config/systemd/user/alertdesk.service, then: systemctl --user enable --now alertdesk, and loginctl enable-linger to keep it running.",
    );
    if let KeySource::Environment(name) = &connection.key {
        context.output.note(&format!(
            "The key comes from the variable {name}, which a service does not have: name a file or a command in the profile."
        ));
    }
    Ok(ExitStatus::Done)
}

fn unit(profile: &str, command: &str) -> String {
    let profile = profile.replace('%', "%%");
    format!(
        "[Unit]
Description=alertdesk sends what was confirmed for {profile}
Wants=network-online.target
After=network-online.target

[Service]
ExecStart={command}
Restart=on-failure
RestartSec=10
TimeoutStopSec={STOP_WITHIN}
NoNewPrivileges=yes
UMask=0077

[Install]
WantedBy=default.target"
    )
}

/// A word of a command line as systemd reads it (systemd.service(5), "Command lines").
///
/// # Errors
/// A control character, which no unit can hold.
fn quoted(word: &str) -> Result<String, ApiError> {
    if word.chars().any(char::is_control) {
        return Err(usage(
            format!("no unit can hold the path {word:?}"),
            "Use folders whose names have no control characters.",
        ));
    }
    let escaped = word
        .replace('%', "%%")
        .replace('$', "$$")
        .replace('\\', "\\\\")
        .replace('"', "\\\"");
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+%@:=".contains(c);
    Ok(if !escaped.is_empty() && escaped.chars().all(plain) {
        escaped
    } else {
        format!("\"{escaped}\"")
    })
}

#[cfg(test)]
mod tests {
    use super::{quoted, unit};

    #[test]
    fn words_are_read_by_systemd_as_they_were_meant() {
        let of = |word: &str| quoted(word).unwrap();
        assert_eq!(of("/usr/bin/alertdesk"), "/usr/bin/alertdesk");
        assert_eq!(of("/srv/a b/x"), "\"/srv/a b/x\"");
        assert_eq!(of("50%"), "50%%");
        assert_eq!(of("a$HOME"), "\"a$$HOME\"");
        assert_eq!(of("say \"hi\"\\"), "\"say \\\"hi\\\"\\\\\"");
        assert_eq!(of(""), "\"\"");
        quoted("a\nb").unwrap_err();
    }

    #[test]
    fn a_stop_waits_for_the_longest_call() {
        let unit = unit("care 100%", "alertdesk outbox run --stay");
        assert!(unit.contains("\nTimeoutStopSec=180\n"), "{unit}");
        assert!(unit.contains("for care 100%%\n"), "{unit}");
    }
}
