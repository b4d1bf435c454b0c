//! Settings: options, environment and file put together once at the start, each value with who
//! said it. The API key is not among them, only where it comes from.

mod add_profile;
pub mod connection;
pub mod environment;
pub mod explain;
pub mod file;
pub mod merge;
mod notify;
pub mod paths;
pub mod prices;
pub mod schema;
pub mod secrets;
pub mod value;

use crate::contract::{ApiError, ErrorKind};
use crate::text::nearest::nearest;
pub use add_profile::add_profile;
use connection::connect;
pub use connection::{Connection, Grace};
use environment::Environment;
use file::{FileProblem, FileSettings, Layer};
use merge::Merged;
pub use notify::NotifyCommand;
use paths::Folders;
use schema::{GENERAL, PROFILE};
pub use secrets::KeySource;
use std::path::{Path, PathBuf};
use value::{Origin, Sourced, Value, check_text};

/// What the command line says about settings.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--profile`.
    pub profile: Option<String>,
    /// `--config-dir`.
    pub config_dir: Option<PathBuf>,
    /// `--data-dir`.
    pub data_dir: Option<PathBuf>,
    /// `--base-url`.
    pub base_url: Option<String>,
    /// `--log-level`.
    pub log_level: Option<String>,
    /// The switches that were given, by setting: `read_only`, `ascii`, `reader`, `no_color`.
    pub switches: Vec<&'static str>,
}

/// How the dashboard looks and who orders right-to-left text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appearance {
    /// Name of the theme.
    pub theme: String,
    /// Colours or none.
    pub color: Color,
    /// Which signs are drawn.
    pub glyphs: Glyphs,
    /// Dashboard or linear dialogue.
    pub interface: Interface,
    /// Who orders right-to-left text.
    pub bidi: Bidi,
    /// How pictures are drawn.
    pub pictures: Pictures,
    /// Whether the terminal is told of links.
    pub hyperlinks: Hyperlinks,
    /// Messages that propose an opt-out, where the person names them.
    pub stop_words: Option<String>,
    /// Whether the user list stays beside the conversation.
    pub dock_users: bool,
    /// Whether the focused pane is larger.
    pub follow_focus: bool,
}

impl Appearance {
    /// Whether anything may be coloured.
    pub fn has_colours(&self) -> bool {
        self.color == Color::Theme
    }
}

/// Colours or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// As the theme says.
    Theme,
    /// None at all.
    None,
}

/// Which signs are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyphs {
    /// Lines and marks of Unicode.
    Unicode,
    /// Plain ASCII.
    Ascii,
}

/// Dashboard or linear dialogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Interface {
    /// Panes on the whole screen.
    Dashboard,
    /// Lines one after the other, for screen readers.
    Reader,
}

/// How pictures of messages are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pictures {
    /// As the terminal says of itself.
    Auto,
    /// As coloured half blocks.
    HalfBlocks,
    /// By the protocol of kitty.
    Kitty,
    /// As sixels.
    Sixel,
    /// As inline files of iTerm2.
    Iterm2,
    /// Not at all.
    Off,
}

/// Whether the terminal is told of links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hyperlinks {
    /// As the terminal says of itself.
    Auto,
    /// It is.
    On,
    /// It is not.
    Off,
}

/// Who orders right-to-left text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bidi {
    /// Whoever the terminal says of itself.
    Auto,
    /// This program.
    App,
    /// The terminal.
    Terminal,
}

/// How what was read is kept on this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CacheSetting {
    /// Not at all: it is gone with the process.
    Off,
    /// In a file.
    Readable,
    /// In a file that is encrypted with a key from there.
    Encrypted(KeySource),
}

impl std::fmt::Display for CacheSetting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            CacheSetting::Off => f.write_str("off"),
            CacheSetting::Readable => f.write_str("a readable file"),
            CacheSetting::Encrypted(source) => write!(f, "encrypted, its key from {source}"),
        }
    }
}

/// The settings of this start.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where things are kept.
    pub folders: Folders,
    /// How the dashboard looks.
    pub appearance: Appearance,
    /// Level of the log file.
    pub log_level: String,
    /// How what is read is kept.
    pub cache: CacheSetting,
    /// What calls a person when a batch needs one.
    pub notify: Option<NotifyCommand>,
    /// Profiles of the file, by name in order.
    pub profiles: Vec<String>,
    /// The profile in use, if one could be chosen.
    pub profile_name: Option<String>,
    /// The connection, or why there is none: many commands need none.
    connection: Result<Connection, ApiError>,
    /// What to tell a person once, as sentences.
    pub warnings: Vec<String>,
    general: Merged,
    profile: Merged,
    file: FileSettings,
}

impl Settings {
    /// The connection of the profile in use.
    ///
    /// # Errors
    /// Why there is none and what to do; without any profile it offers `alertdesk demo`.
    pub fn connection(&self) -> Result<&Connection, ApiError> {
        self.connection.as_ref().map_err(Clone::clone)
    }

    /// These settings for the embedded sandbox: its connection, a data folder of its own, and
    /// nothing of the profiles, so that a demonstration never touches a real account. What is
    /// invented needs no encryption.
    #[must_use]
    pub fn for_sandbox(self, connection: Connection, data: PathBuf) -> Self {
        let mut folders = self.folders;
        folders.data = paths::Folder {
            path: data,
            origin: Origin::Default,
        };
        Self {
            profiles: vec![connection.profile.name.clone()],
            profile_name: Some(connection.profile.name.clone()),
            connection: Ok(connection),
            profile: Merged::default(),
            warnings: Vec::new(),
            // A demonstration calls nobody.
            notify: None,
            folders,
            cache: match self.cache {
                CacheSetting::Off => CacheSetting::Off,
                CacheSetting::Readable | CacheSetting::Encrypted(_) => CacheSetting::Readable,
            },
            ..self
        }
    }

    /// The settings of a profile of the file by itself, merged with the defaults only.
    pub fn profile_table(&self, name: &str) -> Option<Merged> {
        let layer = self.file.profiles.get(name)?;
        Some(Merged::of(PROFILE, &[layer]))
    }
}

/// Why settings could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The file has mistakes; all of them.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    File(Vec<FileProblem>),
    /// Anything else.
    #[error(transparent)]
    Other(#[from] ApiError),
}

impl From<SettingsError> for ApiError {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Other(error) => error,
            problems @ SettingsError::File(_) => usage(
                problems.to_string(),
                "Mend the file; `alertdesk config check` reads it again.",
            ),
        }
    }
}

fn usage(message: impl Into<String>, advice: impl Into<String>) -> ApiError {
    ApiError::new(ErrorKind::Usage, message, advice)
}

/// Reads the settings of this start.
///
/// # Errors
/// Every mistake of the file, or the first of options and environment.
pub fn load(overrides: &Overrides, environment: &Environment) -> Result<Settings, SettingsError> {
    let folders = Folders::choose(
        overrides.config_dir.clone(),
        overrides.data_dir.clone(),
        environment,
    )?;
    let (file, mut warnings) = read_file(&folders.config_file())?;
    let wrong = |sentence: String| usage(sentence, "Mend the value, or unset it.");
    let (general_options, profile_options) = option_layers(overrides).map_err(wrong)?;
    let general_environment = environment.general().map_err(wrong)?;
    let profile_environment = environment.profile().map_err(wrong)?;
    let general = Merged::of(
        GENERAL,
        &[&general_options, &general_environment, &file.general],
    );

    let mut profile = Merged::default();
    let mut profile_name = None;
    let connection = choose_profile(overrides, environment, &file, &general).and_then(|name| {
        let empty = Layer::new();
        let layer = file.profiles.get(&name).unwrap_or(&empty);
        profile = Merged::of(PROFILE, &[&profile_options, &profile_environment, layer]);
        fill_dependent(&mut profile, environment);
        profile_name = Some(name.clone());
        connect(name, &profile, &folders)
    });
    if let Ok(connection) = &connection {
        warnings.extend(connection.key.warning());
    }
    let cache = cache(&general);
    if let CacheSetting::Encrypted(source) = &cache {
        warnings.extend(source.warning());
    }
    let databases = [
        folders.outbox_file(),
        folders.cache_file(),
        folders.sealed_cache_file(),
    ];
    warnings.extend(
        databases
            .iter()
            .filter_map(|path| paths::readable_by_others(path, 0o600)),
    );
    Ok(Settings {
        appearance: appearance(&general),
        log_level: general.text("log_level"),
        cache,
        notify: notify::notify(&general, &file),
        profiles: file.profiles.keys().cloned().collect(),
        profile_name,
        connection,
        warnings,
        general,
        profile,
        file,
        folders,
    })
}

fn read_file(path: &Path) -> Result<(FileSettings, Vec<String>), SettingsError> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok((FileSettings::default(), Vec::new()));
        }
        Err(error) => {
            let sentence = format!("{} cannot be read: {error}", path.display());
            return Err(usage(sentence, "Check that it is a text file you may read.").into());
        }
    };
    let settings = file::parse(path, &text).map_err(SettingsError::File)?;
    let warnings = paths::readable_by_others(path, 0o600).into_iter().collect();
    Ok((settings, warnings))
}

fn option_layers(overrides: &Overrides) -> Result<(Layer, Layer), String> {
    let mut general = Layer::new();
    let mut profile = Layer::new();
    for switch in &overrides.switches {
        let (layer, option) = match *switch {
            "read_only" => (&mut profile, "--read-only"),
            "ascii" => (&mut general, "--ascii"),
            "reader" => (&mut general, "--reader"),
            _ => (&mut general, "--no-color"),
        };
        let value = Value::Flag(true);
        let origin = Origin::Option(option);
        layer.insert((*switch).to_owned(), Sourced { value, origin });
    }
    let texts = [
        (
            &mut general,
            GENERAL,
            "log_level",
            "--log-level",
            &overrides.log_level,
        ),
        (
            &mut profile,
            PROFILE,
            "base_url",
            "--base-url",
            &overrides.base_url,
        ),
    ];
    for (layer, table, path, option, text) in texts {
        if let (Some(text), Some(key)) = (text, schema::find(table, path)) {
            let value =
                check_text(key.shape, text).map_err(|wrong| format!("{option}: {wrong}"))?;
            let origin = Origin::Option(option);
            layer.insert(path.to_owned(), Sourced { value, origin });
        }
    }
    Ok((general, profile))
}

/// The name used when a connection comes from the environment alone.
pub(crate) const ENVIRONMENT_PROFILE: &str = "environment";

fn choose_profile(
    overrides: &Overrides,
    environment: &Environment,
    file: &FileSettings,
    general: &Merged,
) -> Result<String, ApiError> {
    let default = general.optional_text("default_profile");
    let asked = overrides.profile.clone().map(|name| (name, "--profile"));
    let said = environment
        .get("ALERTDESK_PROFILE")
        .map(|name| (name.to_owned(), "ALERTDESK_PROFILE"));
    let written = default.map(|name| (name, "default_profile"));
    if let Some((name, who)) = asked.or(said).or(written) {
        if file.profiles.contains_key(&name) || file.profiles.is_empty() {
            return Ok(name);
        }
        let known = file.profiles.keys().map(String::as_str);
        let hint = nearest(&name, known.clone()).map_or_else(
            || format!("known: {}", known.collect::<Vec<_>>().join(", ")),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(usage(
            format!("there is no profile `{name}` (from {who}); {hint}"),
            "`alertdesk profile list` shows them.",
        ));
    }
    let mut names = file.profiles.keys();
    match (names.next(), names.next()) {
        (None, _) => Ok(ENVIRONMENT_PROFILE.to_owned()),
        (Some(only), None) => Ok(only.clone()),
        (Some(_), Some(_)) => Err(usage(
            format!(
                "there are several profiles: {}",
                file.profiles.keys().cloned().collect::<Vec<_>>().join(", ")
            ),
            "Choose one with --profile NAME, or write default_profile into the settings file.",
        )),
    }
}

fn fill_dependent(profile: &mut Merged, environment: &Environment) {
    let guarded = profile.text("guard") == "production";
    profile.fill("strict_5xx", Value::Flag(guarded), Origin::Default);
    if profile.get("time_zone").is_none() {
        let named = environment
            .get("TZ")
            .and_then(|name| check_text(schema::Shape::Zone, name.trim_start_matches(':')).ok())
            .map(|value| (value, Origin::Environment("TZ")));
        let system = || {
            let zone = jiff::tz::TimeZone::try_system().ok()?;
            let name = zone.iana_name()?;
            Some((Value::Text(name.to_owned()), Origin::System))
        };
        let (value, origin) = named
            .or_else(system)
            .unwrap_or_else(|| (Value::Text("UTC".to_owned()), Origin::Default));
        profile.fill("time_zone", value, origin);
    }
}

fn cache(general: &Merged) -> CacheSetting {
    if !general.flag("cache") {
        return CacheSetting::Off;
    }
    match general.key("cache_key") {
        Some(source) => CacheSetting::Encrypted(source.clone()),
        None => CacheSetting::Readable,
    }
}

fn appearance(general: &Merged) -> Appearance {
    Appearance {
        theme: general.text("theme"),
        color: if general.flag("no_color") {
            Color::None
        } else {
            Color::Theme
        },
        glyphs: if general.flag("ascii") {
            Glyphs::Ascii
        } else {
            Glyphs::Unicode
        },
        interface: if general.flag("reader") {
            Interface::Reader
        } else {
            Interface::Dashboard
        },
        bidi: match general.text("bidi").as_str() {
            "app" => Bidi::App,
            "terminal" => Bidi::Terminal,
            _ => Bidi::Auto,
        },
        pictures: match general.text("pictures").as_str() {
            "half_blocks" => Pictures::HalfBlocks,
            "kitty" => Pictures::Kitty,
            "sixel" => Pictures::Sixel,
            "iterm2" => Pictures::Iterm2,
            "off" => Pictures::Off,
            _ => Pictures::Auto,
        },
        stop_words: general.optional_text("stop_words"),
        hyperlinks: match general.text("hyperlinks").as_str() {
            "on" => Hyperlinks::On,
            "off" => Hyperlinks::Off,
            _ => Hyperlinks::Auto,
        },
        dock_users: general.flag("layout.dock_users"),
        follow_focus: general.flag("layout.follow_focus"),
    }
}

#[cfg(test)]
mod tests;
