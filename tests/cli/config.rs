//! Settings from outside: whole files that are right, whole files that are wrong with the sentence
//! each must give, and what happens without any.

use crate::support::Desk;
use std::path::PathBuf;

fn files(kind: &str) -> Vec<PathBuf> {
    let folder = format!("{}/tests/cli/config/{kind}", env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

#[test]
fn right_files_are_taken_whole() {
    for file in files("valid") {
        let desk = Desk::new();
        desk.write_config(&std::fs::read_to_string(&file).unwrap());
        let run = desk.run(&["config", "check"]);
        assert_eq!(run.status, 0, "{}: {run:?}", file.display());
    }
}

/// The first line of each wrong file is `# expect: ` and the sentence, from the line number on.
#[test]
fn wrong_files_name_line_and_remedy() {
    for file in files("invalid") {
        let text = std::fs::read_to_string(&file).unwrap();
        let expected = text
            .lines()
            .next()
            .unwrap()
            .strip_prefix("# expect: ")
            .unwrap();
        let desk = Desk::new();
        desk.write_config(&text);
        for command in [
            &["config", "check"][..],
            &["user", "find", "--attribute", "a=b"],
        ] {
            let run = desk.run(command);
            assert_eq!(run.status, 2, "{}: {run:?}", file.display());
            let sentence = format!("config.toml:{expected}");
            assert!(
                run.stderr.contains(&sentence),
                "{}: {}",
                file.display(),
                run.stderr
            );
            assert!(!run.stderr.contains("sentinel"), "{}", run.stderr);
        }
        desk.run(&["config", "path"]).expect(0);
    }
}

#[test]
fn a_profile_that_leads_nowhere_is_not_right() {
    let desk = Desk::new();
    desk.write_config("[profiles.shop]\nbase_url = \"https://panel.fern-oak.example\"\n");
    let run = desk.run(&["config", "check"]).expect(2);
    assert!(run.stderr.contains("has no customer_id"), "{run:?}");
    desk.write_config("default_profile = \"gone\"\n[profiles.shop]\n");
    desk.run(&["config", "check"]).expect(2);
}

#[test]
fn without_an_account_the_demo_is_offered() {
    let run = Desk::new()
        .run(&["user", "find", "--attribute", "a=b"])
        .expect(2);
    assert!(run.stderr.contains("alertdesk demo"), "{}", run.stderr);
    let run = Desk::new().run(&[]).expect(2);
    assert!(run.stderr.contains("alertdesk demo"), "{}", run.stderr);
}

#[test]
fn plain_http_is_refused_but_for_this_machine() {
    let mut desk = Desk::new();
    desk.set("ALERTDESK_CUSTOMER_ID", "99001")
        .set("ALERTDESK_BOT_KEY", "00aa11bb22cc33dd")
        .set("ALERTDESK_API_KEY", "made-up");
    for url in [
        "http://panel.fern-oak.example",
        "http://localhost.fern-oak.example",
    ] {
        let run = desk
            .run(&["--base-url", url, "user", "find", "--attribute", "a=b"])
            .expect(2);
        assert!(
            run.stderr.contains("would travel in clear"),
            "{}",
            run.stderr
        );
    }
    desk.run(&["--base-url", "http://127.0.0.1:9", "config", "check"])
        .expect(0);
}

#[test]
fn show_tells_who_won_and_never_the_key() {
    let mut desk = Desk::new();
    desk.write_config(
        "[profiles.shop]\nbase_url = \"https://panel.fern-oak.example\"\ncustomer_id = \"99001\"\n\
         bot_key = \"00aa\"\napi_key = { env = \"SHOP_KEY\" }\n",
    );
    desk.set("ALERTDESK_CUSTOMER_ID", "12")
        .set("SHOP_KEY", "made-up-sentinel");
    let run = desk
        .run(&[
            "--base-url",
            "https://other.fern-oak.example",
            "config",
            "show",
            "--output",
            "json",
        ])
        .expect(0);
    let lines = run.json();
    let origin = |key: &str| {
        let line = lines
            .as_array()
            .unwrap()
            .iter()
            .find(|line| line["key"] == key)
            .unwrap();
        (
            line["value"].as_str().unwrap().to_owned(),
            line["origin"].as_str().unwrap().to_owned(),
        )
    };
    let pair = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
    assert_eq!(
        origin("profiles.shop.base_url"),
        pair("https://other.fern-oak.example", "option --base-url")
    );
    assert_eq!(
        origin("profiles.shop.customer_id"),
        pair("12", "environment ALERTDESK_CUSTOMER_ID")
    );
    assert_eq!(
        origin("profiles.shop.bot_key"),
        pair("00aa", "config.toml line 4")
    );
    assert_eq!(
        origin("profiles.shop.time_zone"),
        pair("Europe/London", "environment TZ")
    );
    assert_eq!(
        origin("profiles.shop.api_key"),
        pair("set (from environment SHOP_KEY)", "config.toml line 5")
    );
    assert!(!run.stdout.contains("sentinel"));
}

#[test]
fn a_config_file_others_can_read_gets_a_warning_with_its_fix() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    desk.write_config("theme = \"dark\"\n");
    let file = desk.folder.path().join("config/config.toml");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let run = desk.run(&["template", "list"]).expect(0);
    assert!(run.stderr.contains("chmod 600"), "{}", run.stderr);
}

#[test]
fn the_data_folder_and_its_files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new();
    desk.import(&["winter_hours.en"]);
    let mode = |path: PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(desk.data()), 0o700);
    assert_eq!(mode(desk.data().join("outbox.db")), 0o600);
}
