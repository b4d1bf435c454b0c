//! The default keys, files of users, and what is said about both.

use super::*;
use proptest::prelude::*;
use rstest::rstest;

fn chord(text: &str) -> Chord {
    text.parse().unwrap()
}

fn resolve(context: KeyContext, key: &str, facts: &[Fact]) -> Option<&'static str> {
    Keymap::default()
        .resolve(context, chord(key), Facts::of(facts))
        .map(Action::name)
}

#[test]
fn the_embedded_file_has_no_mistakes() {
    let report = Keymap::default_report();
    let bad: Vec<_> = report
        .findings
        .iter()
        .filter(|found| found.kind != Kind::Hides)
        .collect();
    assert!(bad.is_empty(), "{bad:#?}");
    assert!(Keymap::default().bindings().len() > 90);
}

#[test]
fn what_the_embedded_file_hides_it_hides_on_purpose() {
    let report = Keymap::default_report();
    let said: Vec<String> = report
        .findings
        .iter()
        .map(|found| found.text.split(" (line").next().unwrap().to_owned())
        .collect();
    assert_eq!(
        said,
        [
            "`Enter` in [composer] hides `open` of [list]",
            "`e` in [composer] hides `edit` of [global]",
            "`Esc` in [typing] hides `stop_loading` of [global]",
            "`Tab` in [typing] hides `next_pane` of [global]",
            "`Shift-Tab` in [typing] hides `previous_pane` of [global]",
            "`Ctrl-z` in [typing] hides `undo` of [global]",
            "`Enter` in [overlay] hides `open` of [list]",
            "`Tab` in [form] hides `next_tab` of [overlay]",
            "`Shift-Tab` in [form] hides `previous_tab` of [overlay]",
            "`Ctrl-u` in [form] hides `half_page_up` of [list]",
            "`Ctrl-z` in [form] hides `undo` of [overlay]",
            "`Ctrl-u` in [command_line] hides `half_page_up` of [list]",
            "`Ctrl-u` in [confirm] hides `half_page_up` of [list]",
            "`Tab` in [add_template] hides `next_tab` of [overlay]",
            "`Shift-Tab` in [add_template] hides `previous_tab` of [overlay]",
            "`Ctrl-u` in [add_template] hides `half_page_up` of [list]",
            "`Ctrl-z` in [add_template] hides `undo` of [overlay]",
            "`Tab` in [prompt] hides `next_tab` of [overlay]",
            "`Ctrl-u` in [prompt] hides `half_page_up` of [list]",
            "`Ctrl-z` in [prompt] hides `undo` of [overlay]",
            "`Ctrl-u` in [when] hides `half_page_up` of [list]",
            "`Ctrl-z` in [when] hides `undo` of [overlay]",
            "`h` in [clock_change] hides `move_left` of [list]",
            "`h` in [mapping] hides `move_left` of [list]",
            "`Enter` in [unknowns] hides `accept` of [overlay]",
            "`n` in [unknowns] hides `next_match` of [list]",
        ]
    );
    assert_eq!(report.summary(), "keymap: 26 hidden keys");
}

#[rstest]
#[case(KeyContext::Conversation, "K", Some("load_older"))]
#[case(KeyContext::Conversation, "j", Some("move_down"))]
#[case(KeyContext::Conversation, "2", Some("focus_conversation"))]
#[case(KeyContext::Users, "K", None)]
#[case(KeyContext::Composer, "Enter", Some("edit"))]
#[case(KeyContext::Users, "Enter", Some("open"))]
#[case(KeyContext::Payload, "(", Some("previous_call"))]
#[case(KeyContext::Payload, "E", Some("shortest_call"))]
#[case(KeyContext::Composer, "E", Some("edit_externally"))]
#[case(KeyContext::Typing, "j", None)]
#[case(KeyContext::Typing, "q", None)]
#[case(KeyContext::Typing, "Space", None)]
#[case(KeyContext::Typing, "F1", Some("help"))]
#[case(KeyContext::Typing, "Ctrl-p", Some("palette"))]
#[case(KeyContext::Typing, "Ctrl-d", None)]
#[case(KeyContext::Review, "u", Some("undo"))]
#[case(KeyContext::Review, "L", Some("longest_call"))]
#[case(KeyContext::ReviewName, "u", None)]
#[case(KeyContext::ReviewName, "L", None)]
#[case(KeyContext::ReviewName, "1", None)]
#[case(KeyContext::ReviewName, "Ctrl-o", Some("override_twins"))]
#[case(KeyContext::Review, "1", None)]
#[case(KeyContext::Review, "Ctrl-z", Some("undo"))]
#[case(KeyContext::Review, "PageDown", Some("page_down"))]
#[case(KeyContext::Review, "Esc", Some("back"))]
#[case(KeyContext::Help, "j", Some("move_down"))]
#[case(KeyContext::Help, "S", None)]
#[case(KeyContext::TooSmall, "u", Some("undo"))]
#[case(KeyContext::TooSmall, "j", None)]
fn keys_mean_what_their_place_says(
    #[case] context: KeyContext,
    #[case] key: &str,
    #[case] expected: Option<&str>,
) {
    assert_eq!(resolve(context, key, &[]), expected);
}

#[test]
fn escape_never_leaves_the_program_and_undo_prefers_the_grace() {
    assert_eq!(resolve(KeyContext::Users, "Esc", &[]), Some("back"));
    assert_eq!(resolve(KeyContext::Users, "Esc", &[Fact::AtTop]), None);
    assert_eq!(
        resolve(KeyContext::Users, "q", &[Fact::AtTop]),
        Some("back")
    );
    assert_eq!(
        resolve(KeyContext::Typing, "Ctrl-z", &[Fact::InGrace]),
        Some("undo")
    );
    assert_eq!(
        resolve(KeyContext::Typing, "Ctrl-z", &[]),
        Some("undo_edit")
    );
}

#[test]
fn no_key_that_needs_alt_gr_stands_alone() {
    let keymap = Keymap::default();
    for binding in keymap.bindings() {
        let needs = binding
            .chord
            .text()
            .is_some_and(|c| "@[]{}\\|~".contains(c));
        if needs && binding.context != KeyContext::Detail {
            let keys = keymap.chords_for(binding.context, binding.run.unwrap());
            assert!(keys.len() > 1, "{} alone", binding.chord);
        }
    }
}

#[test]
fn a_user_file_changes_only_what_it_names() {
    let (keymap, report) = Keymap::with_user_file(
        "keys.toml",
        "[conversation]\n\"K\" = \"none\"\n\"o\" = \"load_older\"\n[global]\n\"ctrl-P\" = \"refresh\"\n",
    );
    assert_eq!(report, Report::default());
    assert_eq!(report.summary(), "keymap: nothing to report");
    let go = |key: &str| {
        keymap
            .resolve(KeyContext::Conversation, chord(key), Facts::default())
            .map(Action::name)
    };
    assert_eq!(go("K"), None);
    assert_eq!(go("o"), Some("load_older"));
    assert_eq!(go("Ctrl-p"), Some("refresh"));
    assert_eq!(go("t"), Some("template_to_user"));
}

#[test]
fn none_also_silences_a_shared_key() {
    let (keymap, report) = Keymap::with_user_file("keys.toml", "[users]\n\"P\" = \"none\"\n");
    let profile = |context| keymap.resolve(context, chord("P"), Facts::default());
    assert_eq!(profile(KeyContext::Users), None);
    assert_eq!(profile(KeyContext::Activity), Some(Action::SwitchProfile));
    assert_eq!(report.findings.len(), 1);
    assert_eq!(report.findings[0].kind, Kind::Hides);
}

#[rstest]
#[case(
    "[usres]\n",
    "keys.toml, line 1: unknown context `usres`; did you mean `users`?"
)]
#[case(
    "[users]\n\n\"K\" = \"load_oldr\"\n",
    "keys.toml, line 3: unknown action `load_oldr`; did you mean `load_older`?"
)]
#[case(
    "[users]\n\"Entr\" = \"open\"\n",
    "keys.toml, line 2: unknown key `Entr`; did you mean `Enter`?"
)]
#[case(
    "[users]\n\"x\" = { run = \"open\", when = \"in_grase\" }\n",
    "keys.toml, line 2: unknown word `in_grase` after `when`; did you mean `in_grace`?"
)]
#[case(
    "[users]\n\"x\" = { ru = \"open\", run = \"open\" }\n",
    "keys.toml, line 2: unknown setting `ru`; did you mean `run`?"
)]
#[case(
    "[users]\n\"x\" = { when = \"at_top\" }\n",
    "keys.toml, line 2: `run` is missing: { run = \"...\", when = \"...\" }"
)]
#[case(
    "[users]\n\"x\" = 3\n",
    "keys.toml, line 2: the name of an action is needed, or { run = \"...\", when = \"...\" }"
)]
#[case(
    "users = 3\n",
    "keys.toml, line 1: `users` is a context: write [users]"
)]
fn mistakes_name_file_line_and_cure(#[case] text: &str, #[case] expected: &str) {
    let (_, report) = Keymap::with_user_file("keys.toml", text);
    assert!(report.has_mistakes());
    assert_eq!(report.findings[0].to_string(), expected);
    assert_eq!(report.summary(), format!("keymap: 1 mistake · {expected}"));
}

#[test]
fn a_mistake_does_not_spoil_the_other_lines() {
    let (keymap, report) =
        Keymap::with_user_file("keys.toml", "[users]\n\"x\" = \"opn\"\n\"o\" = \"open\"\n");
    assert!(report.has_mistakes());
    let open = keymap.resolve(KeyContext::Users, chord("o"), Facts::default());
    assert_eq!(open, Some(Action::Open));
}

#[test]
fn twice_and_never_are_found() {
    let text =
        "[users]\n\"Ctrl-d\" = \"open\"\n\"ctrl-D\" = \"copy\"\n[typing]\n\"x\" = \"copy\"\n";
    let (keymap, report) = Keymap::with_user_file("keys.toml", text);
    let kinds: Vec<_> = report
        .findings
        .iter()
        .map(|found| (found.line, found.kind))
        .collect();
    assert_eq!(
        kinds,
        [(3, Kind::Twice), (3, Kind::Hides), (5, Kind::NeverActs)]
    );
    assert_eq!(
        report.findings[0].text,
        "`Ctrl-d` stands twice in [users], first on line 2"
    );
    let copy = keymap.resolve(KeyContext::Users, chord("Ctrl-d"), Facts::default());
    assert_eq!(copy, Some(Action::Copy));
    assert!(!report.has_mistakes());
    assert_eq!(
        report.summary(),
        "keymap: 1 key bound twice, 1 hidden key, 1 key that never acts"
    );
}

#[test]
fn the_same_line_twice_is_a_mistake_of_the_file() {
    let text = "[users]\n\"x\" = \"open\"\n\"x\" = \"copy\"\n";
    let (_, report) = Keymap::with_user_file("keys.toml", text);
    assert_eq!(report.findings[0].line, 3);
    assert!(report.findings[0].text.contains("duplicate"), "{report:?}");
}

#[test]
fn footers_and_help_get_the_keys_that_work_there() {
    let keymap = Keymap::default();
    let key = |context, action| {
        keymap
            .key_for(context, action)
            .map(|chord| chord.to_string())
    };
    assert_eq!(
        key(KeyContext::Composer, Action::Edit).as_deref(),
        Some("Enter")
    );
    assert_eq!(key(KeyContext::Composer, Action::Open), None);
    assert_eq!(key(KeyContext::Typing, Action::Help).as_deref(), Some("F1"));
    assert_eq!(key(KeyContext::Users, Action::Help).as_deref(), Some("?"));
    assert_eq!(
        key(KeyContext::Typing, Action::Undo).as_deref(),
        Some("Ctrl-z")
    );

    let users = keymap.describe(KeyContext::Users);
    assert_eq!(users[0].action, Action::TemplateToUser);
    let down = users
        .iter()
        .find(|one| one.action == Action::MoveDown)
        .unwrap();
    assert_eq!(
        (down.keys().as_str(), down.from),
        ("j Down", KeyContext::List)
    );
}

#[test]
fn the_table_has_every_bound_action_once_per_place() {
    let table = Keymap::default().markdown_table();
    assert!(
        table.contains("| 2 Conversation | `K` | load older messages |\n"),
        "{table}"
    );
    assert!(table.contains("| Moving | `j` `Down` | move down |\n"));
    assert!(table.contains("| Typing | `Ctrl-z` | undo the last edit of the field |\n"));
    assert!(
        table.contains(
            "| Anywhere | `Esc` | go back one level; at the top quit (when not at top) |\n"
        )
    );
    assert!(!table.contains("| 3 Composer | `z`"), "{table}");
    let mut rows: Vec<_> = table.lines().collect();
    let all = rows.len();
    rows.sort_unstable();
    rows.dedup();
    assert_eq!(rows.len(), all);
}

proptest! {
    #[test]
    fn no_file_panics(text in "(\\[(users|global|typing|x)\\]\n|\"(Ctrl-)?[a-z]\" = (\"open\"|\"none\"|3|\\{ run = \"copy\" \\}|\\[\"open\", 4\\])\n|.){0,12}") {
        let (keymap, report) = Keymap::with_user_file("keys.toml", &text);
        let lines = text.lines().count().max(1) + 1;
        prop_assert!(report.findings.iter().all(|found| found.line >= 1 && found.line <= lines));
        prop_assert!(!keymap.bindings().is_empty());
        prop_assert!(!report.summary().is_empty());
    }
}
