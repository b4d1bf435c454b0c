//! The rules about sources. Each takes files and gives one sentence per place that breaks it.

use crate::scan::{Source, has_word, item_end};

/// Which modules each module of `src/` may use; the picture of it is in `src/lib.rs`.
const MAY_USE: [(&str, &[&str]); 20] = [
    ("domain", &[]),
    ("text", &[]),
    ("sandbox", &[]),
    ("contract", &["domain", "text"]),
    ("theme", &["contract", "domain", "text"]),
    ("keymap", &["contract", "domain", "text"]),
    ("widgets", &["contract", "domain", "text", "theme"]),
    (
        "panes",
        &["contract", "domain", "keymap", "text", "theme", "widgets"],
    ),
    (
        "overlays",
        &["contract", "domain", "keymap", "text", "theme", "widgets"],
    ),
    (
        "app",
        &[
            "contract", "domain", "keymap", "overlays", "panes", "text", "theme", "widgets",
        ],
    ),
    ("api", &["contract", "domain"]),
    ("store", &["contract", "domain"]),
    ("export", &["contract", "domain"]),
    ("pack", &["domain"]),
    ("outbox", &["api", "contract", "domain", "store"]),
    ("sync", &["api", "contract", "domain", "store"]),
    ("settings", &["contract", "domain", "text"]),
    ("report", &["contract", "settings", "text"]),
    (
        "runtime",
        &[
            "api", "app", "contract", "domain", "export", "keymap", "outbox", "pack", "report",
            "sandbox", "settings", "store", "sync", "text", "theme", "widgets",
        ],
    ),
    (
        "cli",
        &[
            "api", "app", "contract", "domain", "export", "keymap", "outbox", "pack", "report",
            "runtime", "sandbox", "settings", "store", "sync", "text", "theme", "widgets",
        ],
    ),
];

/// The modules that only think: no task, file, clock, chance, process or network.
const PURE: [&str; 9] = [
    "contract", "app", "panes", "overlays", "widgets", "domain", "text", "keymap", "theme",
];

/// What a module that only thinks cannot have.
const IMPURE: [&str; 19] = [
    "tokio",
    "reqwest",
    "axum",
    "rusqlite",
    "std::fs",
    "fs::",
    "std::env",
    "env::var",
    "std::net",
    "std::process",
    "std::thread",
    "Instant",
    "SystemTime",
    "Timestamp::now",
    "Zoned::now",
    "TimeZone::system",
    "fastrand",
    "spawn",
    "spawn_blocking",
];

/// What every module but the drawing ones does without.
const DRAWING: [&str; 3] = ["ratatui", "crossterm", "tui_textarea"];

/// The only files that may start a task, a thread or a process.
pub const MAY_SPAWN: [&str; 7] = [
    "src/outbox/sender.rs",
    // A person is called by a command.
    "src/runtime/call_person.rs",
    "src/runtime/effect_runner.rs",
    // A long file is read by one thread and checked by another.
    "src/runtime/people_files.rs",
    "src/sandbox/mod.rs",
    // A secret may be the output of a command.
    "src/settings/secrets.rs",
    "src/sync/engine.rs",
];

/// What no code outside tests says.
const NEVER: [&str; 12] = [
    ".unwrap()",
    ".expect(",
    ".unwrap_err()",
    ".expect_err(",
    "panic!",
    "todo!",
    "unimplemented!",
    "unreachable!",
    "dbg!",
    "process::exit",
    "#[allow",
    "#![allow",
];

fn at(file: &Source, line: usize, what: &str) -> String {
    format!("{}:{line}: {what}", file.path)
}

/// A sentence for every product line that `breaks` names something about.
fn each_line(files: &[Source], breaks: impl Fn(&Source, &str) -> Option<String>) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (number, line) in file.product() {
            found.extend(breaks(file, line).map(|what| at(file, number, &what)));
        }
    }
    found
}

/// The names that follow `crate::` in a line.
fn used_modules(line: &str) -> Vec<&str> {
    let parts = line.split("crate::").skip(1);
    parts
        .map(|rest| {
            let end = rest.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
            &rest[..end.unwrap_or(rest.len())]
        })
        .collect()
}

/// Inner modules never know outer ones.
pub fn dependency_direction(files: &[Source]) -> Vec<String> {
    each_line(files, |file, line| {
        let own = file.module();
        if matches!(own, "lib" | "main") {
            return None;
        }
        let Some((_, allowed)) = MAY_USE.iter().find(|(module, _)| *module == own) else {
            return Some(format!("`{own}` is not in the table of modules"));
        };
        for used in used_modules(line) {
            if used.is_empty() {
                return Some("name the module: crate::{…} hides what is used".to_owned());
            }
            let known = MAY_USE.iter().any(|(module, _)| *module == used);
            if known && used != own && !allowed.contains(&used) {
                return Some(format!("`{own}` must not use `{used}`"));
            }
        }
        let way_out = "super::".repeat(file.depth());
        line.contains(&way_out)
            .then(|| "leaves its module through super; use crate::".to_owned())
    })
}

/// A pane knows no other pane; only the frame they share.
pub fn panes_are_strangers(files: &[Source]) -> Vec<String> {
    each_line(files, |file, line| {
        let own = file.path.strip_prefix("src/panes/")?.split('/').next()?;
        let (_, used) = line.split_once("crate::panes::")?;
        let end = used.find(|letter: char| !(letter.is_alphanumeric() || letter == '_'));
        let used = &used[..end.unwrap_or(used.len())];
        let fine = used == own || used == "chrome";
        (!fine).then(|| format!("the pane `{own}` uses `{used}`; what crosses panes is a flow"))
    })
}

/// Modules that only think use nothing of the world.
pub fn purity(files: &[Source]) -> Vec<String> {
    each_line(files, |file, line| {
        if !PURE.contains(&file.module()) {
            return None;
        }
        let word = IMPURE.iter().find(|word| has_word(line, word))?;
        Some(format!("`{word}` in a module that only thinks"))
    })
}

/// Below the screen nothing knows the screen; `keymap` knows keys, `text` knows styled spans.
pub fn drawing_stays_above(files: &[Source]) -> Vec<String> {
    let below = [
        "contract", "domain", "api", "store", "outbox", "export", "sandbox", "settings",
    ];
    each_line(files, |file, line| {
        let word = DRAWING.iter().find(|word| has_word(line, word))?;
        // A key press is an event, and its type is the terminal library's.
        let key_press = file.module() == "contract" && *word == "crossterm";
        (below.contains(&file.module()) && !key_press).then(|| format!("`{word}` below the screen"))
    })
}

/// The files that start tasks, threads or processes.
pub fn spawning_files(files: &[Source]) -> Vec<String> {
    let spawns = |line: &str| has_word(line, "spawn(") || has_word(line, "spawn_blocking(");
    let starting = files
        .iter()
        .filter(|file| file.product().any(|(_, line)| spawns(line)));
    starting.map(|file| file.path.clone()).collect()
}

/// Keys are data of the keymap; only the text field reads them.
pub fn key_codes(files: &[Source]) -> Vec<String> {
    each_line(files, |file, line| {
        let reads = file.module() == "keymap" || file.path == "src/widgets/text_field.rs";
        (!reads && has_word(line, "KeyCode")).then(|| "`KeyCode` outside the keymap".to_owned())
    })
}

/// Colours are data of the theme. A `Color` of a file that does not draw is a setting.
pub fn colours(files: &[Source]) -> Vec<String> {
    each_line(files, |file, line| {
        let draws = file
            .product()
            .any(|(_, line)| DRAWING.iter().any(|word| has_word(line, word)));
        (draws && file.module() != "theme" && has_word(line, "Color"))
            .then(|| "`Color` outside the theme".to_owned())
    })
}

/// Nothing is swallowed, and nothing outside tests falls over.
pub fn no_shortcuts(files: &[Source]) -> Vec<String> {
    each_line(files, |_, line| {
        if line.contains("let _ =") || line.contains("let _:") {
            return Some("a result is thrown away".to_owned());
        }
        let word = NEVER.iter().find(|word| has_word(line, word))?;
        Some(format!("`{word}` outside tests"))
    })
}

/// Files stay readable.
pub fn file_lengths(files: &[Source], most: usize) -> Vec<String> {
    let long = files.iter().filter(|file| file.raw.len() > most);
    long.map(|file| format!("{}: {} lines, at most {most}", file.path, file.raw.len()))
        .collect()
}

/// Functions stay readable; `longer` names those that may be a little longer, with their lines.
pub fn function_lengths(files: &[Source], most: usize, longer: &[(&str, &str)]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (number, line) in file.product() {
            let allowed = |(path, start): &(&str, &str)| file.path == *path && line.contains(start);
            let most = if longer.iter().any(allowed) { 80 } else { most };
            if !starts_function(line) {
                continue;
            }
            let lines = item_end(&file.code, number - 1) + 2 - number;
            if lines > most {
                let text = format!("a function of {lines} lines, at most {most}");
                found.push(at(file, number, &text));
            }
        }
    }
    found
}

fn starts_function(line: &str) -> bool {
    let mut words = line.split_whitespace();
    words.by_ref().find(|word| {
        let before =
            word.starts_with("pub") || matches!(*word, "const" | "async" | "in" | "super)");
        !before
    }) == Some("fn")
}

/// Every file says first what it is and what it must not do.
pub fn file_docs(files: &[Source]) -> Vec<String> {
    let silent = files.iter().filter(|file| {
        let first = file.raw.first().map_or("", String::as_str);
        !first.starts_with("//! ")
    });
    silent
        .map(|file| format!("{}: does not begin with //! and a sentence", file.path))
        .collect()
}

/// Everything public says what it is.
pub fn public_docs(files: &[Source]) -> Vec<String> {
    let kinds = [
        "fn", "async", "struct", "enum", "trait", "const", "static", "type", "macro",
    ];
    let mut found = Vec::new();
    for file in files {
        for (number, line) in file.product() {
            let Some(rest) = line.trim_start().strip_prefix("pub ") else {
                continue;
            };
            let kind = rest.split_whitespace().next().unwrap_or_default();
            if kinds.contains(&kind) && !documented(file, number - 1) {
                found.push(at(
                    file,
                    number,
                    &format!("no /// before `{}`", line.trim()),
                ));
            }
        }
    }
    found
}

/// Whether a doc comment stands before this line (from 0), attributes between them or not.
fn documented(file: &Source, line: usize) -> bool {
    let mut inside_attribute = false;
    for above in file.raw[..line].iter().rev() {
        let above = above.trim();
        if inside_attribute {
            inside_attribute = !above.starts_with("#[");
        } else if ["///", "#[doc", "$(#["]
            .iter()
            .any(|doc| above.starts_with(doc))
        {
            return true;
        } else if above.ends_with(")]") && !above.starts_with("#[") {
            inside_attribute = true;
        } else if !above.starts_with("#[") {
            return false;
        }
    }
    false
}

/// HTTP clients are built in one place, and nothing but `api` speaks HTTP to the platform.
pub fn http_clients(files: &[Source]) -> Vec<String> {
    each_line(files, |file, line| {
        // An address is only an address.
        let speaks = has_word(&line.replace("reqwest::Url", ""), "reqwest");
        if file.module() != "api" && speaks {
            return Some("`reqwest` outside api".to_owned());
        }
        let builds = ["Client::builder(", "Client::new()", "ClientBuilder::new("]
            .iter()
            .any(|word| line.contains(word) && line.contains("reqwest"));
        if builds && file.path != "src/api/transport.rs" {
            return Some("an HTTP client outside api/transport".to_owned());
        }
        let loose = ["Policy::limited", "Policy::default", "retry::for_host"];
        let word = loose.iter().find(|word| line.contains(*word))?;
        Some(format!("`{word}`: no client follows or repeats"))
    })
}
