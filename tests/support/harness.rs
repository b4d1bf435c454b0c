//! A dashboard without a terminal: the real `update`, the real effect runner, the real sandbox
//! over a loopback socket. The clock of the screen belongs to the test and moves only by hand;
//! timers fire when it passes them. Nothing here sleeps: it waits for events, with a limit that
//! fails with the screen.

use super::keys;
use super::platform::{Platform, TestConnector};
use super::screen;
use alertdesk::app::{self, Context, State, update};
use alertdesk::cli::demo::fill_library;
use alertdesk::contract::{DayLimits, Effect, Event, TimerId};
use alertdesk::domain::{Batch, Guard, Profile, TwinRules, WireOptions};
use alertdesk::keymap::Keymap;
use alertdesk::runtime::clock;
use alertdesk::runtime::effect_runner::{EffectRunner, QUEUE};
use alertdesk::runtime::files::Files;
use alertdesk::runtime::live::Live;
use alertdesk::runtime::local_copy::CachePlace;
use alertdesk::runtime::loop_effect::LoopEffect;
use alertdesk::runtime::world::World;
use alertdesk::sandbox::SandboxConfig;
use alertdesk::settings::NotifyCommand;
use alertdesk::theme::{Theme, ThemeOptions};
use crossterm::event::KeyEvent;
use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use secrecy::ExposeSecret;
use std::collections::BTreeMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// The longest that anything may take; far more than it ever does.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a dashboard of a test starts.
pub struct Options {
    /// Columns and rows.
    pub size: (u16, u16),
    /// What goes wrong at the platform, in the language of the sandbox.
    pub faults: String,
    /// Messages of the busiest conversation.
    pub messages: usize,
    /// People at the platform.
    pub users: usize,
    /// Changes to the profile in use.
    pub profile: fn(&mut Profile),
    /// Changes to the settings.
    pub settings: fn(&mut app::Settings),
    /// Further profiles, each the one in use with these changes.
    pub others: Vec<fn(&mut Profile)>,
    /// How long an answer of the platform may take.
    pub answer_timeout: Duration,
    /// The largest answer that is read, in bytes.
    pub max_body: usize,
    /// How often a read is tried.
    pub tries: u32,
    /// Whether this process sends.
    pub sends: bool,
    /// What may be sent within a day.
    pub day: DayLimits,
    /// What calls a person when a batch needs one.
    pub notify: Option<NotifyCommand>,
    /// What opens files with the programs of the desktop.
    pub opener: Option<String>,
    /// Where the local copy of this data folder is; it may put something there before.
    pub cache: fn(&Path) -> CachePlace,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            size: (120, 40),
            faults: String::new(),
            messages: 120,
            users: 46,
            profile: |_| {},
            settings: |_| {},
            others: Vec::new(),
            answer_timeout: Duration::from_secs(20),
            max_body: 1024 * 1024,
            tries: 1,
            sends: true,
            day: DayLimits::default(),
            notify: None,
            opener: None,
            cache: |_| CachePlace::File,
        }
    }
}

/// A dashboard without a terminal.
pub struct Harness {
    /// What the dashboard knows.
    pub state: State,
    /// The other side of the network.
    pub platform: Arc<Platform>,
    /// The moment the dashboard is told with every event.
    pub now: Timestamp,
    /// Every effect so far, timers left out.
    pub effects: Vec<Effect>,
    /// What was put on the clipboard.
    pub copied: Vec<String>,
    /// What `$EDITOR` gives back.
    pub editor_writes: String,
    /// Whether the dashboard has ended.
    pub left: bool,
    /// How it looks.
    pub theme: Theme,
    /// What keys mean.
    pub keymap: Keymap,
    timers: BTreeMap<TimerId, Timestamp>,
    runner: EffectRunner,
    live: Arc<Live>,
    events: mpsc::Receiver<Event>,
    stop: CancellationToken,
    folder: Arc<TempDir>,
}

impl Drop for Harness {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Harness {
    /// Starts a dashboard and its sandbox and waits until both are ready.
    pub async fn start(options: Options) -> Self {
        let mut config = SandboxConfig::new(clock::now());
        config.messages = options.messages;
        config.users = options.users;
        config.faults = options.faults.parse().unwrap();
        let platform = Arc::new(Platform::start(config));
        let folder = Arc::new(tempfile::tempdir().unwrap());
        Self::open(options, platform, folder).await
    }

    /// Another dashboard on the same data folder and platform, as after a restart.
    pub async fn beside(&self, options: Options) -> Self {
        let (platform, folder) = (Arc::clone(&self.platform), Arc::clone(&self.folder));
        Self::open(options, platform, folder).await
    }

    async fn open(options: Options, platform: Arc<Platform>, folder: Arc<TempDir>) -> Self {
        let now = clock::now();
        let profiles = profiles(&platform, &options);
        let mut settings = app::Settings {
            profiles: profiles
                .iter()
                .map(|one| (one.name.clone(), one.guard, one.target.base_url.clone()))
                .collect(),
            ..app::Settings::default()
        };
        (options.settings)(&mut settings);
        let connector = TestConnector {
            profiles: profiles.clone(),
            key: platform.known.api_key.clone(),
            answer_timeout: options.answer_timeout,
            max_body: options.max_body,
            tries: options.tries,
            day: options.day.clone(),
        };
        let prepare = Box::new(move |path: &std::path::Path| fill_library(path, now));
        let world = World::new(folder.path().to_owned(), Arc::new(connector), prepare);
        let world = world.with_cache((options.cache)(folder.path()));
        let world = world.with_files(Files {
            opener: options.opener.clone(),
            ..Files::in_folder(folder.path().join("downloads"))
        });
        let world = world.with_notify(options.notify.clone());
        let world = world.with_config_file(Some(folder.path().join("config/config.toml")));
        let (events_in, events) = mpsc::channel(QUEUE);
        let runner = EffectRunner::new(Arc::new(world), events_in);
        let stop = CancellationToken::new();
        if options.sends {
            drop(runner.start_sender(stop.clone()));
        }
        let mut state = State::new(profiles[0].clone(), settings, options.size, now);
        state.prepare();
        let mut harness = Self {
            state,
            platform,
            now,
            effects: Vec::new(),
            copied: Vec::new(),
            editor_writes: String::new(),
            left: false,
            theme: Theme::built_in(&ThemeOptions::default()).unwrap(),
            keymap: Keymap::default(),
            timers: BTreeMap::new(),
            live: runner.live(),
            runner,
            events,
            stop,
            folder,
        };
        harness.event(Event::Started);
        harness.until_idle().await;
        if options.sends {
            // Itself, or the dashboard that was there before.
            harness
                .until("it is known who sends", |state| {
                    state.sender != alertdesk::contract::SenderState::Nobody
                })
                .await;
        }
        harness
    }

    /// Hands over an event and runs what follows from it.
    pub fn event(&mut self, event: Event) {
        if self.left {
            return;
        }
        let context = Context {
            now: self.now,
            keymap: &self.keymap,
        };
        for effect in update(&mut self.state, event, &context) {
            if let Effect::After { delay, timer } = effect {
                let delay = SignedDuration::try_from(delay).unwrap();
                self.timers.insert(timer, self.now + delay);
                continue;
            }
            self.effects.push(effect.clone());
            match self.runner.run(effect, &self.state.profile) {
                None | Some(LoopEffect::Redraw) => {}
                Some(LoopEffect::Copy(text)) => self.copied.push(text),
                Some(LoopEffect::CopySecret(text)) => {
                    let copied = text.is_some();
                    self.copied
                        .extend(text.map(|text| text.expose_secret().to_owned()));
                    return self.event(Event::CopiedWithKey(copied));
                }
                Some(LoopEffect::EditExternally(_)) => {
                    let text = self.editor_writes.clone();
                    return self.event(Event::Edited(Ok(text)));
                }
                Some(LoopEffect::Quit) => self.left = true,
            }
        }
    }

    /// Presses the keys of a script.
    pub fn keys(&mut self, script: &str) {
        for key in keys::script(script) {
            self.key(key);
        }
    }

    /// Presses one key.
    pub fn key(&mut self, key: KeyEvent) {
        self.event(Event::Key(key));
    }

    /// Types a text.
    pub fn text(&mut self, text: &str) {
        for key in keys::typed(text) {
            self.key(key);
        }
    }

    /// Pastes a text.
    pub fn paste(&mut self, text: &str) {
        self.event(Event::Paste(text.to_owned()));
    }

    /// Gives the terminal another size.
    pub fn resize(&mut self, width: u16, height: u16) {
        self.event(Event::Resized(width, height));
    }

    /// Lets time pass on the dashboard's clock; timers fire in their order.
    pub fn advance(&mut self, milliseconds: i64) {
        let end = self.now + SignedDuration::from_millis(milliseconds);
        while let Some((timer, at)) = self.next_timer().filter(|(_, at)| *at <= end) {
            self.timers.remove(&timer);
            self.now = self.now.max(at);
            self.event(Event::Timer(timer));
        }
        self.now = end;
    }

    /// The timer that fires next.
    pub fn next_timer(&self) -> Option<(TimerId, Timestamp)> {
        let next = self.timers.iter().min_by_key(|(_, at)| **at);
        next.map(|(timer, at)| (*timer, *at))
    }

    /// Waits until the queue is empty and nothing is on its way.
    pub async fn until_idle(&mut self) {
        let limit = tokio::time::timeout(PATIENCE, self.idle()).await;
        assert!(
            limit.is_ok(),
            "still busy after {PATIENCE:?}:\n{}",
            self.screen()
        );
    }

    async fn idle(&mut self) {
        loop {
            while let Ok(event) = self.events.try_recv() {
                self.event(event);
            }
            let live = Arc::clone(&self.live);
            let mut ended = pin!(live.changed());
            // Asked for before the count is read, so that an end in between is not missed.
            let already = std::future::poll_fn(|context| {
                Poll::Ready(ended.as_mut().poll(context).is_ready())
            })
            .await;
            if already {
                continue;
            }
            if live.count() == 0 {
                // A result is in the queue before its task ends.
                match self.events.try_recv() {
                    Ok(event) => self.event(event),
                    Err(_) => return,
                }
                continue;
            }
            tokio::select! {
                Some(event) = self.events.recv() => self.event(event),
                () = ended => {}
            }
        }
    }

    /// Waits for events until the state is as wanted.
    pub async fn until(&mut self, what: &str, wanted: impl Fn(&State) -> bool) {
        let waiting = async {
            while !wanted(&self.state) {
                let event = self.events.recv().await.unwrap();
                self.event(event);
            }
        };
        let limit = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(
            limit.is_ok(),
            "waited {PATIENCE:?} until {what}:\n{}",
            self.screen()
        );
    }

    /// Waits until the batch is as wanted and gives it back.
    pub async fn until_batch(&mut self, what: &str, wanted: impl Fn(&Batch) -> bool) -> Batch {
        let found = |state: &State| {
            state
                .broadcasts
                .batches
                .iter()
                .find(|one| wanted(one))
                .cloned()
        };
        self.until(what, |state| found(state).is_some()).await;
        found(&self.state).unwrap()
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    /// The folder that files are saved in.
    pub fn downloads(&self) -> PathBuf {
        self.folder.path().join("downloads")
    }

    /// The library of this dashboard, as another process opens it.
    pub fn library(&self) -> alertdesk::store::Library {
        alertdesk::store::Library::open(self.folder.path()).unwrap()
    }

    /// The folder with everything that is written.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// The screen as a person sees it.
    pub fn screen(&self) -> String {
        screen::rows(&self.picture())
    }

    /// The screen with its styles.
    pub fn picture(&self) -> Buffer {
        screen::draw(&self.state, &self.theme, &self.keymap)
    }

    /// Fails with the screen unless it shows the text.
    #[track_caller]
    pub fn assert_shows(&self, text: &str) {
        let screen = self.screen();
        assert!(
            screen.contains(text),
            "the screen lacks `{text}`:\n{screen}"
        );
    }

    /// Fails with the screen if it shows the text.
    #[track_caller]
    pub fn assert_hides(&self, text: &str) {
        let screen = self.screen();
        assert!(!screen.contains(text), "the screen has `{text}`:\n{screen}");
    }

    /// The sentences of the toasts on the screen.
    pub fn toasts(&self) -> Vec<String> {
        let toasts = self.state.toasts.iter();
        toasts.map(|toast| toast.notice.text.clone()).collect()
    }

    /// Finds people by an attribute, from any pane.
    pub async fn find(&mut self, query: &str) {
        self.keys("1 /");
        self.keys("Ctrl-u");
        self.text(query);
        self.keys("Enter");
        self.until_idle().await;
    }
}

fn profiles(platform: &Platform, options: &Options) -> Vec<Profile> {
    let mut first = Profile {
        name: "demo".to_owned(),
        target: platform.target(),
        time_zone: "Europe/London".to_owned(),
        region: Some("GB".to_owned()),
        guard: Guard::Sandbox,
        read_only: false,
        per_minute: 600,
        wire: WireOptions::default(),
        strict_5xx: false,
        trust_408: false,
        twins: TwinRules::default(),
        times: alertdesk::domain::TimeRules::default(),
        confirm: alertdesk::domain::ConfirmRules::default(),
        approval: alertdesk::domain::ApprovalRules::default(),
    };
    (options.profile)(&mut first);
    let others = options.others.iter().map(|change| {
        let mut other = first.clone();
        change(&mut other);
        other
    });
    let others: Vec<Profile> = others.collect();
    std::iter::once(first).chain(others).collect()
}
