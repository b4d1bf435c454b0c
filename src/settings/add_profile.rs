//! Writes a new profile into the settings file, behind everything that stands there: comments,
//! order and every other profile stay as they are. The key is never written; the file says how it
//! can be given.

use super::file;
use super::usage;
use crate::contract::{ApiError, ErrorKind, NewProfile};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Adds a profile to the settings file, which is made if there is none. Atomic: a failure leaves
/// the file as it was.
///
/// # Errors
/// A profile of that name, a file that is not valid as it is or would not be, or a disk that does
/// not take it.
pub fn add_profile(path: &Path, profile: &NewProfile) -> Result<(), ApiError> {
    // A link stays a link: the file it leads to is written.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let before = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(not_written(&path, &error)),
    };
    let known = file::parse(&path, &before).map_err(|problems| {
        let first = problems
            .first()
            .map_or_else(String::new, ToString::to_string);
        usage(
            first,
            "Mend that first; `alertdesk config check` reads it again.",
        )
    })?;
    if known.profiles.contains_key(&profile.name) {
        return Err(usage(
            format!("there is a profile `{}` already", profile.name),
            "Take another name; nothing was changed.",
        ));
    }
    let after = with_profile(&before, profile);
    let fits = file::parse(&path, &after);
    if !fits.is_ok_and(|read| read.profiles.contains_key(&profile.name)) {
        return Err(usage(
            format!("{} has a form that nothing can be added to", path.display()),
            "Write the profile by hand below [profiles.NAME].",
        ));
    }
    write(&path, &after).map_err(|error| not_written(&path, &error))
}

fn with_profile(before: &str, profile: &NewProfile) -> String {
    let mut text = before.to_owned();
    if !text.is_empty() {
        if !text.ends_with('\n') {
            text.push('\n');
        }
        text.push('\n');
    }
    let quoted = |value: &str| toml::Value::from(value).to_string();
    let target = &profile.target;
    text.push_str(&format!(
        "[profiles.{}]\nbase_url = {}\ncustomer_id = {}\nbot_key = {}\n\
         # The API key, one of: {{ command = \"pass show NAME\" }}, {{ file = \"FILE\" }}, \
         {{ env = \"NAME\" }}\n# api_key = {{ command = \"pass show alertspanel\" }}\n\
         # Take this line away if no real customers are on this bot.\nguard = \"production\"\n",
        profile.name,
        quoted(&target.base_url),
        quoted(&target.customer_id),
        quoted(&target.bot_key),
    ));
    text
}

/// Writes beside the file and puts it in its place; only its owner reads a new one.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mode = std::fs::metadata(path).map_or(0o600, |about| about.permissions().mode() & 0o777);
    let beside = Beside(path.with_extension(format!("toml.{}.new", std::process::id())));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(&beside.0)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside.0, path)
}

/// The file beside the settings; gone if it did not take their place.
struct Beside(PathBuf);

impl Drop for Beside {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a half-written settings file stays");
        }
    }
}

fn not_written(path: &Path, error: &io::Error) -> ApiError {
    ApiError::new(
        ErrorKind::Storage,
        format!("{} cannot be written: {error}", path.display()),
        "Mend its rights or free some space; it is as it was.",
    )
}

#[cfg(test)]
mod tests {
    use super::add_profile;
    use crate::contract::NewProfile;
    use crate::domain::BotTarget;
    use std::os::unix::fs::PermissionsExt;

    fn profile(name: &str) -> NewProfile {
        NewProfile {
            name: name.to_owned(),
            target: BotTarget {
                base_url: "https://api.fernoak.example".to_owned(),
                customer_id: "99001".to_owned(),
                bot_key: "00aa11bb22cc33dd".to_owned(),
            },
        }
    }

    const BEFORE: &str = "# mine\ntheme = \"dark\"   # at night\n\n[profiles.care]\n\
        base_url = \"https://api.care.example\"\n[profiles.care.limits]\nper_minute = 30";

    #[test]
    fn a_profile_is_added_behind_what_stands_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/config.toml");
        add_profile(&path, &profile("london")).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        std::fs::write(&path, BEFORE).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        add_profile(&path, &profile("london")).unwrap();
        let after = std::fs::read_to_string(&path).unwrap();
        assert!(after.starts_with(BEFORE), "{after}");
        let read = crate::settings::file::parse(&path, &after).unwrap();
        assert_eq!(read.profiles.len(), 2);
        assert!(read.profiles["london"].contains_key("guard"));
        assert!(!read.profiles["london"].contains_key("api_key"));
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        let entries = std::fs::read_dir(path.parent().unwrap()).unwrap();
        assert_eq!(entries.count(), 1, "nothing else is left behind");
    }

    #[test]
    fn nothing_is_overwritten_and_nothing_is_broken() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        for (before, why) in [
            (BEFORE, "already"),
            ("theme = ", "not TOML"),
            ("profiles = { other = { customer_id = \"1\" } }", "by hand"),
        ] {
            std::fs::write(&path, before).unwrap();
            let error = add_profile(&path, &profile("care")).unwrap_err();
            let said = format!("{} {}", error.message, error.advice);
            assert!(said.contains(why), "{said}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
        }
    }

    #[test]
    fn a_link_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (real, link) = (
            folder.path().join("real.toml"),
            folder.path().join("config.toml"),
        );
        std::fs::write(&real, BEFORE).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        add_profile(&link, &profile("london")).unwrap();
        assert!(std::fs::symlink_metadata(&link).unwrap().is_symlink());
        assert!(
            std::fs::read_to_string(&real)
                .unwrap()
                .contains("[profiles.london]")
        );
    }
}
