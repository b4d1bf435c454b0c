//! From settings to the first frame to the end: what runs when, in an order that paints first.

use super::clock;
use super::effect_runner::{EffectRunner, QUEUE};
use super::event_loop::EventLoop;
use super::files::Files;
use super::local_copy::CachePlace;
use super::terminal::{DashboardTerminal, Links, Manners};
use super::world::{Connector, Preparation, World};
use crate::app::{Settings, State};
use crate::contract::{ApiError, ErrorKind};
use crate::domain::Profile;
use crate::keymap::Keymap;
use crate::sandbox::BoundSandbox;
use crate::theme::Theme;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How long a thread for blocking work waits for more. Ending one wakes the processor, and an idle
/// dashboard should not.
const KEEP_THREADS: std::time::Duration = std::time::Duration::from_secs(600);

/// How long the end waits for blocking work that has begun.
const PATIENCE_AT_END: std::time::Duration = std::time::Duration::from_secs(2);

/// What a dashboard starts with.
pub struct Start {
    /// The profile in use.
    pub profile: Profile,
    /// What does not change.
    pub settings: Settings,
    /// How it looks.
    pub theme: Theme,
    /// What keys mean.
    pub keymap: Keymap,
    /// Where the record is.
    pub data_dir: PathBuf,
    /// Makes connections.
    pub connector: Arc<dyn Connector>,
    /// A sandbox to serve in this process.
    pub sandbox: Option<BoundSandbox>,
    /// Where the local copy is kept.
    pub cache: CachePlace,
    /// What has to happen once before the library is read.
    pub prepare: Preparation,
    /// How files are shown, kept and opened.
    pub files: Files,
    /// Whether the terminal is told of links.
    pub links: Links,
    /// The settings file that a profile may be added to; the demo has none.
    pub config_file: Option<PathBuf>,
}

/// Runs the dashboard to its end.
///
/// # Errors
/// When there is no terminal, or it goes away.
pub fn run(start: Start) -> Result<(), ApiError> {
    let manners = Manners {
        links: start.links,
        turning: start.settings.turning,
    };
    let mut terminal = DashboardTerminal::enter(manners).map_err(|error| no_terminal(&error))?;
    let size = terminal.size().map_err(|error| no_terminal(&error))?;
    let mut state = State::new(
        start.profile.clone(),
        start.settings.clone(),
        size,
        clock::now(),
    );
    state.prepare();
    // Painted before anything else is built: the frame is there while the rest gets ready.
    terminal
        .draw(&state, &start.theme, &start.keymap)
        .map_err(|error| no_terminal(&error))?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_keep_alive(KEEP_THREADS)
        .enable_all()
        .build()
        .map_err(|error| no_terminal(&error))?;
    let ended = runtime.block_on(serve(start, terminal, state));
    // Writers are waited for, so that whoever removes the folder afterwards removes all of it; a
    // name that takes long to be looked up must not hold up the end. Sends were waited for.
    runtime.shutdown_timeout(PATIENCE_AT_END);
    ended.map_err(|error| no_terminal(&error))
}

async fn serve(start: Start, terminal: DashboardTerminal, state: State) -> io::Result<()> {
    let stop = CancellationToken::new();
    let sandbox = start.sandbox.map(|sandbox| {
        let stop = stop.clone();
        super::effect_runner::serve_beside(async move {
            if let Err(error) = sandbox.serve(stop.cancelled_owned()).await {
                tracing::error!(%error, "the sandbox ended");
            }
        })
    });
    let world = World::new(start.data_dir.clone(), start.connector, start.prepare);
    let world = Arc::new(
        world
            .with_cache(start.cache)
            .with_files(start.files)
            .with_config_file(start.config_file),
    );
    let (events_in, events) = mpsc::channel(QUEUE);
    let runner = EffectRunner::new(Arc::clone(&world), events_in);
    let stop_sending = CancellationToken::new();
    let sender = runner.start_sender(stop_sending.clone());
    let event_loop = EventLoop {
        state,
        terminal,
        theme: start.theme,
        keymap: start.keymap,
        runner,
        events,
        data_dir: start.data_dir,
        dirty: true,
    };
    let ended = Box::pin(event_loop.run()).await;
    stop_sending.cancel();
    wait_for_calls(sender).await;
    stop.cancel();
    if let Some(sandbox) = sandbox {
        sandbox.abort();
    }
    ended
}

/// Calls on their way end before the program does, so that their results are known; a second
/// Ctrl-C leaves at once, and what was on its way shows as unknown.
async fn wait_for_calls(sender: tokio::task::JoinHandle<()>) {
    tokio::pin!(sender);
    let patience = std::time::Duration::from_millis(500);
    let early = tokio::time::timeout(patience, &mut sender).await;
    if early.is_ok() {
        return;
    }
    say("Waiting for the calls on their way; Ctrl-C leaves at once and they become unknown.");
    tokio::select! {
        ended = &mut sender => {
            if let Err(error) = ended {
                tracing::error!(%error, "the sender broke");
            }
        }
        asked = tokio::signal::ctrl_c() => {
            if asked.is_ok() {
                say("Left. What was on its way shows as unknown at the next start.");
            }
        }
    }
}

fn say(sentence: &str) {
    use std::io::Write;
    // The terminal was given back; if it is gone as well, nobody is left to tell.
    drop(writeln!(io::stderr(), "{sentence}"));
}

fn no_terminal(error: &io::Error) -> ApiError {
    ApiError::new(
        ErrorKind::Refused,
        format!("the terminal cannot be used: {error}"),
        "Start the dashboard in a terminal; `alertdesk --help` lists the commands for scripts.",
    )
}
