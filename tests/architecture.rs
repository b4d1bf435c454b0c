//! The rules of the architecture as code: who may know whom, what may happen where, how long
//! things may be, and that what is written for people agrees with the program.
//!
//! Every rule is a function over sources (`architecture/rules.rs`), so that the tests at the end
//! can show that it finds what it looks for.
#![cfg(test)]

#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/scan.rs"]
mod scan;
#[path = "architecture/self_check.rs"]
mod self_check;

use alertdesk::app::commands::COMMANDS;
use alertdesk::contract::Action;
use alertdesk::keymap::{Keymap, Kind};
use std::fs;
use std::process::Command;

/// The entries the top of the repository may have.
const TOP_LEVEL: [&str; 16] = [
    ".ci",
    ".gitattributes",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "assets",
    "benches",
    "clippy.toml",
    "deny.toml",
    "keymap.toml",
    "rustfmt.toml",
    "src",
    "tests",
];

/// Functions between 60 and 80 lines, each for a reason.
const LONGER: [(&str, &str); 2] = [
    // A table.
    ("src/app/footer.rs", "fn entries("),
    // One loop; its order is what makes it right, so it stands in one place.
    ("src/outbox/sender.rs", "async fn drive("),
];

/// Folders of one machine, which mean nothing on another.
const MACHINE_FOLDERS: [&str; 3] = [
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/wo", "rk/"),
];

fn nothing(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

fn product() -> Vec<scan::Source> {
    scan::sources("src")
}

/// The files under version control, or `None` where there is none to ask.
fn tracked_files() -> Option<Vec<String>> {
    let listed = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(scan::root())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let names = String::from_utf8(listed.stdout).ok()?;
    let names = names.split('\0').filter(|name| !name.is_empty());
    Some(names.map(str::to_owned).collect())
}

fn readme() -> String {
    fs::read_to_string(scan::root().join("README.md")).expect("README.md stands at the top")
}

#[test]
fn inner_modules_never_know_outer_ones() {
    nothing(&rules::dependency_direction(&product()));
}

#[test]
fn panes_do_not_know_each_other() {
    nothing(&rules::panes_are_strangers(&product()));
}

#[test]
fn what_only_thinks_touches_nothing_of_the_world() {
    nothing(&rules::purity(&product()));
}

#[test]
fn below_the_screen_nothing_knows_the_screen() {
    nothing(&rules::drawing_stays_above(&product()));
}

#[test]
fn tasks_start_in_the_listed_files_only() {
    assert_eq!(rules::spawning_files(&product()), rules::MAY_SPAWN);
}

#[test]
fn key_codes_stay_in_the_keymap() {
    nothing(&rules::key_codes(&product()));
}

#[test]
fn colours_stay_in_the_theme() {
    nothing(&rules::colours(&product()));
}

#[test]
fn nothing_is_swallowed_and_nothing_falls_over() {
    nothing(&rules::no_shortcuts(&product()));
}

#[test]
fn files_and_functions_stay_short() {
    let files = product();
    nothing(&rules::file_lengths(&files, 500));
    nothing(&rules::function_lengths(&files, 60, &LONGER));
    nothing(&rules::file_lengths(&scan::sources("tests"), 800));
}

#[test]
fn every_file_and_everything_public_says_what_it_is() {
    let files = product();
    nothing(&rules::file_docs(&files));
    nothing(&rules::public_docs(&files));
}

#[test]
fn http_clients_are_built_in_one_place() {
    nothing(&rules::http_clients(&product()));
}

#[test]
fn the_send_client_repeats_nothing_and_follows_nothing() {
    let of = |path: &str| {
        let text = fs::read_to_string(scan::root().join(path)).unwrap();
        scan::blanked(&text).replace(char::is_whitespace, "")
    };
    let (shared, send) = (of("src/api/transport.rs"), of("src/api/send_client.rs"));
    for setting in [
        ".redirect(reqwest::redirect::Policy::none())",
        ".retry(reqwest::retry::never())",
    ] {
        assert!(shared.contains(setting), "the clients lost {setting}");
    }
    for setting in ["builder(&base_url,", ".http1_only()", ".no_proxy()"] {
        assert!(send.contains(setting), "the send client lost {setting}");
    }
    let writes = send.matches(".execute(request)").count();
    assert_eq!(writes, 2, "one method that writes, called from one place");
    for word in [".redirect(", ".retry(", "loop{", "while"] {
        assert!(!send.contains(word), "the send client must not have {word}");
    }
}

#[test]
fn every_action_can_be_reached() {
    let keymap = Keymap::default();
    for action in Action::ALL {
        let key = keymap
            .bindings()
            .iter()
            .any(|binding| binding.run == Some(*action));
        let command = COMMANDS.iter().any(|(name, _)| *name == action.name());
        assert!(key || command, "no key starts `{}`", action.name());
    }
}

#[test]
fn the_default_keymap_contradicts_nothing() {
    let report = Keymap::default_report();
    let wrong = report
        .findings
        .iter()
        .filter(|finding| finding.kind != Kind::Hides);
    let wrong: Vec<String> = wrong.map(ToString::to_string).collect();
    nothing(&wrong);
}

#[test]
fn the_readme_has_the_keys_of_the_keymap() {
    let (begin, end) = ("<!-- keys:begin -->", "<!-- keys:end -->");
    let text = readme();
    let table = text
        .split_once(begin)
        .and_then(|(_, rest)| rest.split_once(end))
        .map(|(table, _)| table.trim())
        .expect("README.md marks its table of keys with keys:begin and keys:end");
    assert!(
        table == Keymap::default().markdown_table().trim(),
        "the table of keys in README.md is old; put what `cargo run -- keys markdown` prints \
         between `{begin}` and `{end}`"
    );
}

#[test]
fn the_readme_names_the_two_commands() {
    let text = readme();
    let command_of = |line: &str| line.split('#').next().unwrap_or_default().trim().to_owned();
    let has = |command: &str| text.lines().any(|line| command_of(line) == command);
    for command in ["cargo run --release -- demo", "cargo test"] {
        assert!(has(command), "README.md lost the line `{command}`");
    }
    let checks = fs::read_to_string(scan::root().join(".ci/run")).unwrap();
    assert!(
        text.contains("<!-- test-command -->") && checks.contains("<!-- test-command -->"),
        ".ci/run runs the command that follows <!-- test-command --> in README.md"
    );
}

#[test]
fn the_top_level_holds_only_what_was_agreed() {
    let names = tracked_files().unwrap_or_else(|| {
        let entries = fs::read_dir(scan::root()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name());
        names
            .map(|name| name.to_string_lossy().into_owned())
            .filter(|name| name != "target" && !name.starts_with(".git"))
            .collect()
    });
    for name in names {
        let top = name.split('/').next().unwrap_or_default();
        assert!(
            TOP_LEVEL.contains(&top),
            "`{top}` has no place at the top level"
        );
    }
}

#[test]
fn no_file_names_a_folder_of_one_machine() {
    let Some(names) = tracked_files() else {
        return;
    };
    let mut found = Vec::new();
    for name in names {
        let Ok(text) = fs::read_to_string(scan::root().join(&name)) else {
            continue;
        };
        for (number, line) in text.lines().enumerate() {
            if MACHINE_FOLDERS.iter().any(|folder| line.contains(folder)) {
                found.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    nothing(&found);
}
