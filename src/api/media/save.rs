//! Saves fetched files, and says with what the desktop opens them. It starts nothing itself.

use super::name::safe;
use crate::contract::{ApiError, ErrorKind, FetchedMedia};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// How many names are tried: `photo.png`, `photo (2).png`, up to this number.
const MOST_NAMES: u32 = 999;

/// Endings of files that run something, or carry scripts, when the desktop opens them.
const RUNNING: [&str; 75] = [
    "action",
    "apk",
    "app",
    "appimage",
    "appref-ms",
    "applescript",
    "bash",
    "bat",
    "bin",
    "chm",
    "cmd",
    "com",
    "command",
    "cpl",
    "csh",
    "deb",
    "desktop",
    "dll",
    "dmg",
    "docm",
    "dylib",
    "elf",
    "exe",
    "fileloc",
    "fish",
    "flatpakref",
    "gadget",
    "hta",
    "htm",
    "html",
    "inetloc",
    "inf",
    "ipa",
    "iso",
    "jar",
    "jnlp",
    "js",
    "jse",
    "ksh",
    "lnk",
    "lua",
    "mht",
    "mhtml",
    "mjs",
    "msi",
    "msp",
    "out",
    "php",
    "pif",
    "pkg",
    "pl",
    "pptm",
    "ps1",
    "py",
    "pyc",
    "pyw",
    "rb",
    "reg",
    "rpm",
    "run",
    "scpt",
    "scr",
    "sh",
    "so",
    "svg",
    "terminal",
    "tool",
    "url",
    "vbe",
    "vbs",
    "webloc",
    "workflow",
    "wsf",
    "xlsm",
    "zsh",
];

/// The program that opens a file with whatever the desktop uses for it, or `None` where none is
/// known. `os` is `std::env::consts::OS`. Give it one argument, the path of the file, and no shell.
pub fn open_command(os: &str) -> Option<&'static str> {
    match os {
        "linux" | "freebsd" | "netbsd" | "openbsd" | "dragonfly" => Some("xdg-open"),
        "macos" => Some("open"),
        _ => None,
    }
}

/// Whether the desktop may be asked to open a saved file.
///
/// # Errors
/// A name whose ending runs a program or a script.
pub fn may_open(path: &Path) -> Result<(), ApiError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let bare = name.trim_end_matches(['.', ' ']);
    let ending = bare.rsplit_once('.').map(|(_, ending)| ending);
    let ending = ending.unwrap_or_default().trim().to_lowercase();
    if RUNNING.contains(&ending.as_str()) {
        return Err(ApiError::new(
            ErrorKind::Refused,
            format!(
                "A file that ends in .{ending} is not opened from here, because it can run a program."
            ),
            "It is saved; have it checked before anybody opens it.",
        ));
    }
    Ok(())
}

/// Saves a file under a safe form of this name in an existing folder and gives the path. Nothing
/// is overwritten: a second one becomes `photo (2).png`. Only the owner can read it (mode 0600),
/// and it appears under its name only when it is complete. Blocks while it writes.
///
/// # Errors
/// A folder that is not there or cannot be written to, a full disk.
pub fn save(media: &FetchedMedia, folder: &Path, name: &str) -> Result<PathBuf, ApiError> {
    let name = safe(name);
    write(&media.bytes, folder, &name).map_err(|error| {
        ApiError::new(
            ErrorKind::Storage,
            format!("{name} cannot be saved in {}: {error}.", folder.display()),
            "Choose another folder, or make room on the disk.",
        )
    })
}

fn write(bytes: &[u8], folder: &Path, name: &str) -> io::Result<PathBuf> {
    let part = folder.join(format!(".alertdesk-{:016x}.part", fastrand::u64(..)));
    let mut file = new_file(&part)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file);
    let placed = written.and_then(|()| place(&part, folder, name));
    // After an error, and where a second name was given to it, the first one is still there.
    match fs::remove_file(&part) {
        Err(error) if error.kind() != io::ErrorKind::NotFound && placed.is_ok() => Err(error),
        Ok(()) | Err(_) => placed,
    }
}

/// Gives a complete file its name, or the next one that is free.
fn place(part: &Path, folder: &Path, name: &str) -> io::Result<PathBuf> {
    for number in 1..=MOST_NAMES {
        let path = folder.join(numbered(name, number));
        match fs::hard_link(part, &path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            // Some file systems have no second names: take the name first, then fill it.
            Err(_) => match new_file(&path) {
                Ok(_) => return fs::rename(part, &path).map(|()| path),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            },
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn numbered(name: &str, number: u32) -> String {
    if number == 1 {
        return name.to_owned();
    }
    match name.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem} ({number}).{ending}"),
        None => format!("{name} ({number})"),
    }
}

/// A file that did not exist, for its owner alone.
fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::{FetchedMedia, RUNNING, may_open, open_command, save};
    use rstest::rstest;
    use std::fs;
    use std::path::Path;

    fn media(text: &str) -> FetchedMedia {
        FetchedMedia {
            bytes: text.as_bytes().to_vec(),
            mime: None,
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn nothing_is_overwritten_and_nothing_is_left_behind() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["one", "two", "three"] {
            let path = save(&media(text), folder.path(), "photo.png").unwrap();
            assert_eq!(fs::read_to_string(path).unwrap(), text);
        }
        let expected = ["photo (2).png", "photo (3).png", "photo.png"];
        assert_eq!(names(folder.path()), expected);
        save(&media("x"), folder.path(), "nameless").unwrap();
        let path = save(&media("y"), folder.path(), "nameless").unwrap();
        assert!(path.ends_with("nameless (2)"));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads_it_and_a_link_is_not_followed() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let elsewhere = folder.path().join("elsewhere");
        symlink(&elsewhere, folder.path().join("a.pdf")).unwrap();
        let path = save(&media("x"), folder.path(), "a.pdf").unwrap();
        assert!(path.ends_with("a (2).pdf"));
        assert!(!elsewhere.exists());
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_name_never_leaves_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let path = save(&media("x"), folder.path(), "../../up.txt").unwrap();
        assert_eq!(path.parent().unwrap(), folder.path());
        let error = save(&media("x"), &folder.path().join("none"), "a").unwrap_err();
        assert!(error.message.starts_with("a cannot be saved in "));
    }

    #[rstest]
    #[case("photo.png", true)]
    #[case("invoice 4.pdf", true)]
    #[case("nameless", true)]
    #[case("letter.DESKTOP", false)]
    #[case("photo.png.exe", false)]
    #[case("run.sh.", false)]
    #[case("page.html ", false)]
    #[case("Tool.Command", false)]
    fn what_can_run_is_not_opened(#[case] name: &str, #[case] good: bool) {
        assert_eq!(may_open(&Path::new("/tmp").join(name)).is_ok(), good);
    }

    #[test]
    fn the_openers_are_data() {
        assert_eq!(open_command("linux"), Some("xdg-open"));
        assert_eq!(open_command("macos"), Some("open"));
        assert_eq!(open_command("plan9"), None);
        assert!(
            RUNNING
                .iter()
                .all(|ending| ending.to_lowercase() == *ending)
        );
    }
}
