//! Reads `config.toml` into a flat map of checked values with their lines, and says everything
//! that is wrong with it at once. It must not decide which layer wins.

use super::schema::{GENERAL, Key, PROFILE, Shape, find, names_below};
use super::secrets::KeySource;
use super::value::{Origin, Sourced, Value, check_count, check_text};
use crate::text::nearest::{line_of, nearest};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Something wrong in a file of the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}:{line}: {sentence}", file.display())]
pub struct FileProblem {
    /// The file.
    pub file: PathBuf,
    /// The line, counting from 1.
    pub line: usize,
    /// What is wrong and what is right.
    pub sentence: String,
}

/// Values by dotted path.
pub type Layer = BTreeMap<String, Sourced>;

/// What a settings file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileSettings {
    /// Settings for every profile.
    pub general: Layer,
    /// Settings by profile name.
    pub profiles: BTreeMap<String, Layer>,
}

/// Reads the text of a settings file; `file` is only named in problems, and relative key files
/// lie beside it.
///
/// # Errors
/// Every unknown key, wrong type and wrong value, in the order of the file.
pub fn parse(file: &Path, text: &str) -> Result<FileSettings, Vec<FileProblem>> {
    let mut reader = Reader {
        file,
        text,
        problems: Vec::new(),
    };
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            let sentence = format!("this is not TOML: {}", error.message());
            reader.report(offset, sentence);
            return Err(reader.problems);
        }
    };
    let settings = reader.root(root.get_ref());
    reader.default_profile(root.get_ref(), &settings);
    if reader.problems.is_empty() {
        return Ok(settings);
    }
    reader.problems.sort_by_key(|problem| problem.line);
    Err(reader.problems)
}

struct Reader<'a> {
    file: &'a Path,
    text: &'a str,
    problems: Vec<FileProblem>,
}

impl Reader<'_> {
    fn report(&mut self, offset: usize, sentence: String) {
        self.problems.push(FileProblem {
            file: self.file.to_owned(),
            line: line_of(self.text, offset),
            sentence,
        });
    }

    /// A default that names no profile is wrong whoever is asked for: it is a slip of the pen.
    fn default_profile(&mut self, root: &DeTable<'_>, settings: &FileSettings) {
        let Some(value) = root.get("default_profile") else {
            return;
        };
        let (Some(name), false) = (value.get_ref().as_str(), settings.profiles.is_empty()) else {
            return;
        };
        if settings.profiles.contains_key(name) {
            return;
        }
        let known = settings.profiles.keys().map(String::as_str);
        let hint = nearest(name, known.clone()).map_or_else(
            || format!("known: {}", known.collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        let sentence = format!("`default_profile`: there is no profile `{name}`; {hint}");
        self.report(value.span().start, sentence);
    }

    fn root(&mut self, root: &DeTable<'_>) -> FileSettings {
        let mut settings = FileSettings::default();
        for (name, value) in root {
            if name.get_ref() != "profiles" {
                self.entry(GENERAL, "", (name, value), &mut settings.general);
                continue;
            }
            let Some(profiles) = value.get_ref().as_table() else {
                self.report(
                    value.span().start,
                    "`profiles` must be tables such as [profiles.production]".to_owned(),
                );
                continue;
            };
            for (profile, value) in profiles {
                let layer = settings
                    .profiles
                    .entry(profile.get_ref().to_string())
                    .or_default();
                if let Some(table) = value.get_ref().as_table() {
                    for entry in table {
                        self.entry(PROFILE, "", entry, layer);
                    }
                } else {
                    let sentence =
                        format!("`{}` must be a table: [profiles.NAME]", profile.get_ref());
                    self.report(value.span().start, sentence);
                }
            }
        }
        settings
    }

    fn entry(
        &mut self,
        table: &'static [Key],
        prefix: &str,
        (name, value): (&Spanned<std::borrow::Cow<'_, str>>, &Spanned<DeValue<'_>>),
        layer: &mut Layer,
    ) {
        let path = format!("{prefix}{}", name.get_ref());
        if let Some(key) = find(table, &path) {
            match self.value(key, value) {
                Ok(checked) => {
                    let origin = Origin::File(line_of(self.text, name.span().start));
                    layer.insert(
                        path,
                        Sourced {
                            value: checked,
                            origin,
                        },
                    );
                }
                Err(wrong) => self.report(value.span().start, format!("`{path}`: {wrong}")),
            }
            return;
        }
        let below = format!("{path}.");
        let known = names_below(table, &below);
        if known.is_empty() {
            let sentence = unknown(table, prefix, name.get_ref());
            self.report(name.span().start, sentence);
        } else if let Some(section) = value.get_ref().as_table() {
            for entry in section {
                self.entry(table, &below, entry, layer);
            }
        } else {
            let sentence = format!("`{path}` is a section with {}", known.join(", "));
            self.report(value.span().start, sentence);
        }
    }

    fn value(&self, key: &Key, value: &Spanned<DeValue<'_>>) -> Result<Value, String> {
        let value = value.get_ref();
        match key.shape {
            Shape::KeySource => key_source(self.file, value).map(Value::Key),
            Shape::Flag => value
                .as_bool()
                .map(Value::Flag)
                .ok_or_else(|| format!("it must be true or false, not {}", described(value))),
            Shape::Count(low, high) => {
                let count = whole_number(value).ok_or_else(|| {
                    format!(
                        "it must be a whole number from {low} to {high}, not {}",
                        described(value)
                    )
                })?;
                check_count(low, high, count)
            }
            Shape::Text
            | Shape::Word(_)
            | Shape::BaseUrl
            | Shape::Digits
            | Shape::Token
            | Shape::Zone
            | Shape::Country
            | Shape::PublicKeys
            | Shape::ClockTime => {
                let text = value.as_str().ok_or_else(|| {
                    format!("it must be a text in quotes, not {}", described(value))
                })?;
                check_text(key.shape, text)
            }
        }
    }
}

fn unknown(table: &'static [Key], prefix: &str, name: &str) -> String {
    let mut known = names_below(table, prefix);
    if table.as_ptr() == GENERAL.as_ptr() && prefix.is_empty() {
        known.push("profiles");
    }
    if let Some(near) = nearest(name, known.iter().copied()) {
        return format!("unknown key `{prefix}{name}`; did you mean `{prefix}{near}`?");
    }
    let elsewhere = GENERAL
        .iter()
        .map(|key| key.path.to_owned())
        .chain(
            PROFILE
                .iter()
                .map(|key| format!("profiles.NAME.{}", key.path)),
        )
        .find(|path| path.rsplit('.').next() == Some(name));
    match elsewhere {
        Some(path) => format!("unknown key `{prefix}{name}`; it belongs at `{path}`"),
        None => format!(
            "unknown key `{prefix}{name}`; known here: {}",
            known.join(", ")
        ),
    }
}

fn whole_number(value: &DeValue<'_>) -> Option<u64> {
    let integer = value.as_integer()?;
    u64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

fn described(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "this number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

const KEY_FORMS: [&str; 5] = ["command", "env", "file", "fd", "keyring"];

/// `{ command = "…" }`, `{ env = "…" }`, `{ file = "…" }`, `{ fd = N }` or `{ keyring = true }`.
fn key_source(file: &Path, value: &DeValue<'_>) -> Result<KeySource, String> {
    if value.as_str().is_some() {
        return match check_text(Shape::KeySource, "") {
            Err(sentence) => Err(sentence),
            Ok(_) => Err("the key itself does not belong here".to_owned()),
        };
    }
    let table = value.as_table().ok_or_else(|| {
        format!(
            "it must be a table such as {{ env = \"NAME\" }}, not {}",
            described(value)
        )
    })?;
    let mut entries = table.iter();
    let (Some((name, value)), None) = (entries.next(), entries.next()) else {
        return Err(format!("give exactly one of {}", KEY_FORMS.join(", ")));
    };
    let text = || {
        let text = value.get_ref().as_str().filter(|text| !text.is_empty());
        text.map(str::to_owned)
            .ok_or_else(|| format!("`{}` must be a text in quotes", name.get_ref()))
    };
    match name.get_ref().as_ref() {
        "command" => text().map(KeySource::Command),
        "env" => text().map(KeySource::Environment),
        "file" => {
            let folder = file.parent().unwrap_or(Path::new(""));
            text().map(|path| KeySource::File(folder.join(path)))
        }
        "fd" => whole_number(value.get_ref())
            .and_then(|number| u32::try_from(number).ok())
            .map(KeySource::Descriptor)
            .ok_or_else(|| "`fd` must be the number of an open file descriptor".to_owned()),
        "keyring" => match value.get_ref().as_bool() {
            Some(true) => Ok(KeySource::Keyring),
            Some(false) | None => Err("`keyring` can only be true".to_owned()),
        },
        other => {
            let hint = nearest(other, KEY_FORMS)
                .map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            Err(format!(
                "`{other}` is not one of {}{hint}",
                KEY_FORMS.join(", ")
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FileSettings, parse};
    use crate::settings::secrets::KeySource;
    use crate::settings::value::{Origin, Value};
    use rstest::rstest;
    use std::path::Path;

    fn read(text: &str) -> Result<FileSettings, Vec<String>> {
        parse(Path::new("config.toml"), text)
            .map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn values_keep_their_line() {
        let settings = read("theme = \"dark\"\n\n[profiles.a.limits]\nper_minute = 60\n").unwrap();
        assert_eq!(
            settings.general["theme"].value,
            Value::Text("dark".to_owned())
        );
        let limit = &settings.profiles["a"]["limits.per_minute"];
        assert_eq!(
            (&limit.value, &limit.origin),
            (&Value::Count(60), &Origin::File(4))
        );
    }

    #[test]
    fn inline_tables_are_sections_too() {
        let settings = read(
            "[profiles.a]\napi_key = { env = \"DESK_KEY\" }\nwire = { phone_plus = { template = false } }\n",
        )
        .unwrap();
        let profile = &settings.profiles["a"];
        assert_eq!(
            profile["api_key"].value,
            Value::Key(KeySource::Environment("DESK_KEY".to_owned()))
        );
        assert_eq!(
            profile["wire.phone_plus.template"].value,
            Value::Flag(false)
        );
    }

    #[rstest]
    #[case(
        "thme = \"dark\"",
        "config.toml:1: unknown key `thme`; did you mean `theme`?"
    )]
    #[case(
        "[profiles.a]\nbas_url = \"x\"",
        "config.toml:2: unknown key `bas_url`; did you mean `base_url`?"
    )]
    #[case(
        "[profiles.a.limits]\n\nper_minut = 1",
        "config.toml:3: unknown key `limits.per_minut`; did you mean `limits.per_minute`?"
    )]
    #[case(
        "base_url = \"https://fern-oak.example\"",
        "config.toml:1: unknown key `base_url`; it belongs at `profiles.NAME.base_url`"
    )]
    #[case(
        "[profiles.a]\nread_only = \"yes\"",
        "config.toml:2: `read_only`: it must be true or false, not a text"
    )]
    #[case(
        "[profiles.a.limits]\nper_minute = 0",
        "config.toml:2: `limits.per_minute`: it is 0 and must be from 1 to 60000"
    )]
    #[case(
        "[profiles.a]\nlimits = 3",
        "config.toml:2: `limits` is a section with per_minute, concurrency, canary, daily_unique_recipients, per_day"
    )]
    #[case(
        "[profiles.a]\napi_key = { comand = \"x\" }",
        "config.toml:2: `api_key`: `comand` is not one of command, env, file, fd, keyring; did you mean `command`?"
    )]
    #[case(
        "[profiles.a]\nguard = \"yes\"",
        "config.toml:2: `guard`: `yes` is not one of none, production"
    )]
    #[case(
        "default_profile = \"shpo\"\n[profiles.shop]\n",
        "config.toml:1: `default_profile`: there is no profile `shpo`; did you mean `shop`?"
    )]
    fn mistakes_name_line_and_right_name(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(read(text).unwrap_err(), [expected]);
    }

    #[test]
    fn a_key_in_the_file_is_refused_without_repeating_it() {
        let problems = read("[profiles.a]\napi_key = \"sentinel-key\"")
            .unwrap_err()
            .join("\n");
        assert!(problems.contains("does not belong here"), "{problems}");
        assert!(!problems.contains("sentinel"), "{problems}");
    }

    #[test]
    fn everything_wrong_is_said_at_once_in_the_order_of_the_file() {
        let problems = read("zzz = 1\n[profiles.a]\nqqq = 2\ncustomer_id = 3\n").unwrap_err();
        assert_eq!(problems.len(), 3);
        assert!(
            problems[2].starts_with("config.toml:4: `customer_id`"),
            "{problems:?}"
        );
    }

    #[test]
    fn broken_toml_names_its_line() {
        let problems = read("theme = \"dark\"\n[profiles.a\n").unwrap_err();
        assert!(
            problems[0].starts_with("config.toml:2: this is not TOML"),
            "{problems:?}"
        );
    }
}
