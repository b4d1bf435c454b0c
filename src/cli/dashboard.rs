//! Without a command: the dashboard, for the profile in use. It must not draw itself.

use super::connect;
use super::context::Context;
use super::exit::ExitStatus;
use super::{keys, links, pictures, turning};
use crate::app;
use crate::app::layout::LayoutOptions;
use crate::contract::{ApiError, ErrorKind};
use crate::domain::opt_out::StopWords;
use crate::domain::{Guard, SendLimits};
use crate::runtime::dashboard as screen;
use crate::runtime::local_copy::{CachePlace, CacheSecret};
use crate::runtime::world::{Connected, Connecting, Connector};
use crate::sandbox::BoundSandbox;
use crate::settings::environment::Environment;
use crate::settings::{self, Appearance, CacheSetting, Color, Connection, Glyphs, Settings};
use crate::theme::{Theme, ThemeOptions};
use std::sync::Arc;

/// What a dashboard starts with.
#[derive(Debug)]
pub struct Start {
    /// The settings, whose connection is there.
    pub settings: Settings,
    /// A sandbox to serve in this process, and a library to fill once the first frame is drawn.
    pub sandbox: Option<BoundSandbox>,
}

/// Opens the dashboard on the profile in use.
///
/// # Errors
/// What is wrong with the settings; without any profile the sentence offers the demo.
pub fn run(context: &Context) -> Result<ExitStatus, ApiError> {
    let settings = context.quiet_settings()?;
    settings.connection()?;
    context.start_reports(&settings);
    open(
        context,
        Start {
            settings,
            sandbox: None,
        },
    )
}

/// Runs the dashboard to its end.
///
/// # Errors
/// When theme or keymap cannot be read, or the terminal cannot be used.
pub fn open(context: &Context, start: Start) -> Result<ExitStatus, ApiError> {
    let Start { settings, sandbox } = start;
    let connection = settings.connection()?.clone();
    let (keymap, report) = keys::load(context)?;
    if report.has_mistakes() {
        context
            .output
            .note(&format!("warning: {}", report.summary()));
    }
    let started = context.started;
    let is_demo = sandbox.is_some();
    screen::run(screen::Start {
        profile: connection.profile.clone(),
        settings: screen_settings(&settings, &connection),
        theme: theme(&settings)?,
        keymap,
        data_dir: settings.folders.data.path.clone(),
        connector: Arc::new(SettingsConnector {
            context: context.clone(),
            connection,
        }),
        sandbox,
        cache: cache_place(context, &settings),
        files: pictures::files(&settings),
        links: links::told(settings.appearance.hyperlinks),
        notify: settings.notify.clone(),
        config_file: (!is_demo).then(|| settings.folders.config_file()),
        prepare: Box::new(move |data_dir| {
            if is_demo {
                super::demo::fill_library(data_dir, started)
            } else {
                Ok(())
            }
        }),
    })?;
    Ok(ExitStatus::Done)
}

fn cache_place(context: &Context, settings: &Settings) -> CachePlace {
    match &settings.cache {
        CacheSetting::Off => CachePlace::Memory,
        CacheSetting::Readable => CachePlace::File,
        CacheSetting::Encrypted(source) => {
            let (context, source) = (context.clone(), source.clone());
            CachePlace::Sealed(CacheSecret::new(move || context.cache_key(&source)))
        }
    }
}

fn screen_settings(settings: &Settings, connection: &Connection) -> app::Settings {
    let profiles = settings.profiles.iter().map(|name| {
        let table = settings.profile_table(name);
        let text = |path: &str| {
            table
                .as_ref()
                .map_or_else(String::new, |table| table.text(path))
        };
        let guard = if text("guard") == "production" {
            Guard::Production
        } else {
            Guard::None
        };
        (name.clone(), guard, text("base_url"))
    });
    let limits = SendLimits {
        per_minute: connection.profile.per_minute,
        concurrency: connection.concurrency,
        canary: connection.canary,
        spread_minutes: 0,
    };
    let appearance = &settings.appearance;
    app::Settings {
        layout: LayoutOptions {
            dock_users: appearance.dock_users,
            follow_focus: appearance.follow_focus,
        },
        limits,
        grace_single: connection.grace.single,
        grace_list: connection.grace.list,
        grace_guarded: connection.grace.large,
        profiles: profiles.collect(),
        reduced_motion: reduced_motion(),
        first_search: (connection.profile.guard == Guard::Sandbox)
            .then(|| ("city".to_owned(), "London".to_owned())),
        no_pictures: pictures::why_not(appearance),
        turning: turning::of_terminal(appearance.bidi),
        stop_words: appearance
            .stop_words
            .as_deref()
            .map_or_else(StopWords::default, |words| StopWords::new(words.split(','))),
        ..app::Settings::default()
    }
}

/// A terminal that can do nothing is spared every motion.
fn reduced_motion() -> bool {
    std::env::var("TERM").is_ok_and(|term| term == "dumb")
}

/// A theme of the program, or `themes/NAME.toml` of the person.
fn theme(settings: &Settings) -> Result<Theme, ApiError> {
    let Appearance {
        theme: name,
        color,
        glyphs,
        ..
    } = &settings.appearance;
    let options = ThemeOptions {
        name: name.clone(),
        no_color: *color == Color::None,
        ascii: *glyphs == Glyphs::Ascii,
        reduced_motion: reduced_motion(),
    };
    let wrong = |text: String| {
        ApiError::new(
            ErrorKind::Usage,
            text,
            "Themes: terminal, dark, light, high_contrast.",
        )
    };
    let file = settings.folders.themes().join(format!("{name}.toml"));
    if !name.is_empty() && !Theme::BUILT_IN.contains(&name.as_str()) && file.exists() {
        let text = std::fs::read_to_string(&file)
            .map_err(|error| wrong(format!("{} cannot be read: {error}", file.display())))?;
        return Theme::from_file(&options, &file.display().to_string(), &text)
            .map_err(|error| wrong(error.to_string()));
    }
    Theme::built_in(&options).map_err(|error| wrong(error.to_string()))
}

/// Connects as the settings say.
struct SettingsConnector {
    context: Context,
    connection: Connection,
}

impl SettingsConnector {
    /// The settings of another profile, read anew.
    fn other(&self, name: &str) -> Result<Connection, ApiError> {
        if name == self.connection.profile.name {
            return Ok(self.connection.clone());
        }
        let mut overrides = self.context.global.overrides();
        overrides.profile = Some(name.to_owned());
        let settings = settings::load(&overrides, &Environment::of_process())?;
        settings.connection().cloned()
    }
}

impl Connector for SettingsConnector {
    fn connect<'a>(&'a self, profile: Option<&'a str>) -> Connecting<'a> {
        Box::pin(async move {
            let connection = match profile {
                Some(name) => self.other(name)?,
                None => self.connection.clone(),
            };
            let (read, send) = connect::clients(&self.context, &connection).await?;
            Ok(Connected {
                profile: connection.profile.clone(),
                read,
                send,
            })
        })
    }
}
