//! Paths as people type them: where they lead, and what a folder holds that fits what is typed.
//! Blocks. It opens no file.

use crate::contract::{Event, PathsAnswer, Ticket};
use std::path::{Path, PathBuf};

/// Names of one folder at most; nobody reads more.
const MOST: usize = 200;

/// Where a path below home leads; `None` for others, and where this machine names no home.
pub fn below_home(typed: &str) -> Option<PathBuf> {
    let rest = typed.strip_prefix("~/")?;
    Some(directories::BaseDirs::new()?.home_dir().join(rest))
}

/// Where a path as typed leads; relative ones begin where the program was started.
pub fn resolve(typed: &str) -> PathBuf {
    below_home(typed).unwrap_or_else(|| PathBuf::from(typed))
}

/// What fits a path that is being typed, as the event that says so.
pub fn listed(ticket: Ticket, typed: String) -> Event {
    let names = names(&typed);
    Event::Paths(Box::new(PathsAnswer {
        ticket,
        typed,
        names,
    }))
}

/// The names in the folder of a path that begin as its last part does, folders with `/`, in order.
/// Hidden ones only if that part begins with a point.
fn names(typed: &str) -> Vec<String> {
    let (folder, begun) = match typed.rsplit_once('/') {
        Some((folder, begun)) => (resolve(&format!("{folder}/")), begun),
        None => (PathBuf::from("."), typed),
    };
    let Ok(entries) = std::fs::read_dir(&folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .filter_map(Result::ok)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| {
            name.starts_with(begun) && (begun.starts_with('.') || !name.starts_with('.'))
        })
        .take(MOST)
        .map(|name| shown(&folder, name))
        .collect();
    names.sort();
    names
}

fn shown(folder: &Path, name: String) -> String {
    if folder.join(&name).is_dir() {
        name + "/"
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn names_that_begin_so_are_found_folders_marked_and_hidden_ones_left_out() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("people")).unwrap();
        for name in ["people.csv", "prices.toml", ".people", "other.csv"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let at = |begun: &str| names(&format!("{}/{begun}", folder.path().display()));
        assert_eq!(at("pe"), ["people.csv", "people/"]);
        assert_eq!(
            at(""),
            ["other.csv", "people.csv", "people/", "prices.toml"]
        );
        assert_eq!(at(".p"), [".people"]);
        assert_eq!(at("x/y"), Vec::<String>::new());
    }
}
