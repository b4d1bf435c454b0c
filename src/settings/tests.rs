//! Settings as a whole: layers, choice of the profile, sentences for what is missing.

use super::{
    CacheSetting, Color, KeySource, Overrides, Settings, SettingsError, environment::Environment,
    load,
};
use crate::domain::Guard;
use crate::settings::explain::{explain, without_effect};
use crate::settings::value::Origin;
use std::path::Path;
use tempfile::TempDir;

const PRODUCTION: &str = r#"
default_profile = "production"
[profiles.production]
base_url = "https://panel.fern-oak.example"
customer_id = "99001"
bot_key = "00aa11bb22cc33dd"
api_key = { env = "FERN_OAK_KEY" }
time_zone = "Asia/Kolkata"
region = "in"
guard = "production"
[profiles.production.grace]
single = 2
"#;

fn folder(config: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    if !config.is_empty() {
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
    }
    folder
}

fn overrides(folder: &Path) -> Overrides {
    Overrides {
        config_dir: Some(folder.to_owned()),
        data_dir: Some(folder.join("data")),
        ..Overrides::default()
    }
}

fn environment(variables: &'static [(&str, &str)]) -> Environment {
    Environment::read(|name| {
        variables
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| (*value).to_owned())
    })
}

const COMPLETE: &[(&str, &str)] = &[
    ("ALERTDESK_BASE_URL", "http://127.0.0.1:4010/"),
    ("ALERTDESK_CUSTOMER_ID", "99001"),
    ("ALERTDESK_BOT_KEY", "00aa11bb22cc33dd"),
    ("ALERTDESK_API_KEY", "sentinel"),
    ("TZ", "Europe/London"),
];

fn settings(config: &str, variables: &'static [(&str, &str)]) -> Settings {
    let folder = folder(config);
    load(&overrides(folder.path()), &environment(variables)).unwrap()
}

#[test]
fn the_environment_alone_is_enough() {
    let settings = settings("", COMPLETE);
    let connection = settings.connection().unwrap();
    assert_eq!(connection.profile.name, "environment");
    assert_eq!(connection.profile.target.base_url, "http://127.0.0.1:4010");
    assert_eq!(connection.profile.time_zone, "Europe/London");
    assert!(!format!("{settings:?}").contains("sentinel"));
}

#[test]
fn a_profile_of_the_file_is_read_whole() {
    let settings = settings(PRODUCTION, &[("NO_COLOR", "1")]);
    let connection = settings.connection().unwrap();
    assert_eq!(connection.profile.guard, Guard::Production);
    assert_eq!(connection.profile.region.as_deref(), Some("IN"));
    assert!(connection.profile.strict_5xx, "guarded profiles are strict");
    assert_eq!(
        connection.grace.single.as_secs(),
        5,
        "never under 5 s in a guarded profile"
    );
    assert_eq!(settings.appearance.color, Color::None);
}

#[test]
fn option_beats_environment_beats_file_and_show_says_so() {
    let folder = folder(PRODUCTION);
    let mut overrides = overrides(folder.path());
    overrides.base_url = Some("https://option.fern-oak.example".to_owned());
    let variables = environment(&[
        ("ALERTDESK_BASE_URL", "https://environment.fern-oak.example"),
        ("ALERTDESK_CUSTOMER_ID", "12"),
    ]);
    let settings = load(&overrides, &variables).unwrap();
    let lines = explain(&settings);
    let line = |key: &str| {
        let key = format!("profiles.production.{key}");
        let line = lines.iter().find(|line| line.key == key).unwrap();
        (line.value.clone(), line.origin.clone())
    };
    let pair = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
    assert_eq!(
        line("base_url"),
        pair("https://option.fern-oak.example", "option --base-url")
    );
    assert_eq!(
        line("customer_id"),
        pair("12", "environment ALERTDESK_CUSTOMER_ID")
    );
    assert_eq!(
        line("bot_key"),
        pair("00aa11bb22cc33dd", "config.toml line 6")
    );
    assert_eq!(line("limits.per_minute"), pair("600", "default"));
    assert_eq!(
        line("api_key"),
        pair("set (from environment FERN_OAK_KEY)", "config.toml line 7")
    );
}

#[test]
fn without_any_profile_the_demo_is_offered() {
    let error = settings("", &[]).connection().unwrap_err();
    assert!(
        error.advice.contains("`alertdesk demo`"),
        "{}",
        error.advice
    );
}

#[test]
fn what_is_missing_is_named() {
    let error = settings(
        "[profiles.a]\nbase_url = \"https://fern-oak.example\"\n",
        &[],
    )
    .connection()
    .unwrap_err();
    assert_eq!(
        error.message,
        "the profile `a` has no customer_id, no bot_key, no api_key"
    );
    assert!(error.advice.contains("ALERTDESK_BOT_KEY"));
}

#[test]
fn a_wrong_profile_name_finds_the_near_one() {
    let folder = folder(PRODUCTION);
    let mut overrides = overrides(folder.path());
    overrides.profile = Some("prodution".to_owned());
    let settings = load(&overrides, &environment(&[])).unwrap();
    let error = settings.connection().unwrap_err();
    assert!(
        error.message.contains("did you mean `production`?"),
        "{}",
        error.message
    );
}

#[test]
fn several_profiles_without_a_default_ask_for_one() {
    let error = settings("[profiles.a]\n[profiles.b]\n", &[])
        .connection()
        .unwrap_err();
    assert_eq!(error.message, "there are several profiles: a, b");
}

#[test]
fn mistakes_of_the_file_are_all_reported() {
    let folder = folder("thme = 1\n[profiles.a]\nbas_url = 2\n");
    let SettingsError::File(problems) =
        load(&overrides(folder.path()), &environment(&[])).unwrap_err()
    else {
        panic!("expected problems of the file");
    };
    assert_eq!(problems.len(), 2);
}

#[test]
fn a_file_others_can_read_is_named_with_its_fix() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder(PRODUCTION);
    let file = folder.path().join("config.toml");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let settings = load(&overrides(folder.path()), &environment(&[])).unwrap();
    assert!(
        settings.warnings[0].contains("chmod 600"),
        "{:?}",
        settings.warnings
    );
}

#[test]
fn settings_without_effect_are_named() {
    let text = format!("{PRODUCTION}[profiles.production.quiet_hours]\nstart = \"21:00\"\n");
    let settings = settings(&text, &[]);
    let line = text.lines().count();
    assert_eq!(
        without_effect(&settings),
        [format!(
            "`quiet_hours.start` (config.toml line {line}) has no effect without `quiet_hours.end`"
        )]
    );
}

#[test]
fn the_cache_can_be_switched_off() {
    assert_eq!(settings("", &[]).cache, CacheSetting::Readable);
    let settings = settings("cache = false\n", &[]);
    assert_eq!(settings.cache, CacheSetting::Off);
    assert_eq!(without_effect(&settings), [""; 0]);
    assert_eq!(
        settings.general.get("cache").unwrap().origin,
        Origin::File(1)
    );
}

#[test]
fn a_key_encrypts_the_cache_and_show_says_where_it_comes_from() {
    let command = "cache_key = { command = \"pass show made-up\" }\n";
    let sealed = settings(command, &[]);
    let source = KeySource::Command("pass show made-up".to_owned());
    assert_eq!(sealed.cache, CacheSetting::Encrypted(source));
    let lines = explain(&sealed);
    let line = lines.iter().find(|line| line.key == "cache_key").unwrap();
    assert_eq!(line.value, "set (from command)");
    assert_eq!(line.origin, "config.toml line 1");
    assert!(line.help.contains("encrypted"), "{}", line.help);

    let off = settings("cache = false\ncache_key = { env = \"MADE_UP\" }\n", &[]);
    assert_eq!(off.cache, CacheSetting::Off);
    assert_eq!(
        without_effect(&off),
        ["`cache_key` (config.toml line 2) has no effect because `cache` is false"]
    );
}

#[test]
fn the_key_file_of_the_cache_is_looked_at_too() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder("cache_key = { file = \"key\" }\n");
    let file = folder.path().join("key");
    std::fs::write(&file, "a made-up key of some length").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let settings = load(&overrides(folder.path()), &environment(&[])).unwrap();
    let said = settings.warnings.join("\n");
    assert!(said.contains("key can be read by others"), "{said}");
}
