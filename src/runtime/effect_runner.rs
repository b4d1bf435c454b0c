//! Executes effects: the only file of the dashboard that starts tasks. Results come back into the
//! one queue as events.

use super::live::{Live, LiveTask};
use super::loop_effect::LoopEffect;
use super::plan_builder::{self, Built};
use super::sender_loop;
use super::storage::{Job, execute};
use super::whole_conversation::{self, Calls};
use super::world::World;
use super::{clock, draft_people, files, importing, paths, reading_back};
use crate::contract::{
    AfterSaving, ApiAnswer, ApiError, ApiRequest, ConversationRef, DraftForm, Effect, ErrorKind,
    Event, FetchedMedia, MediaAnswer, MediaAsk, OutboxCommand, PlanAnswer, PlanPurpose, Slot,
    StorageEvent, SyncEnd, SyncNews, Ticket, TimerId,
};
use crate::domain::{ItemId, Profile};
use crate::store::ConversationKey;
use crate::sync::Progress;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::{AbortHandle, JoinHandle};
use tokio_util::sync::CancellationToken;

/// Events that may wait; a flood of results waits at its source instead of growing here.
pub const QUEUE: usize = 1024;

/// Executes effects.
pub struct EffectRunner {
    world: Arc<World>,
    events: mpsc::Sender<Event>,
    jobs: mpsc::UnboundedSender<(Job, LiveTask)>,
    long_jobs: mpsc::UnboundedSender<(Job, LiveTask)>,
    slots: HashMap<Slot, AbortHandle>,
    timers: HashMap<TimerId, AbortHandle>,
    plans: HashMap<PlanPurpose, AbortHandle>,
    one_plan: Arc<Semaphore>,
    one_picture: Arc<Semaphore>,
    one_file: Arc<Semaphore>,
    pictures: u32,
    live: Arc<Live>,
    nonce: u64,
}

impl EffectRunner {
    /// A runner whose results go into this queue.
    pub fn new(world: Arc<World>, events: mpsc::Sender<Event>) -> Self {
        let live = Arc::new(Live::default());
        let (jobs, waiting) = mpsc::unbounded_channel();
        spawn(work_off(Arc::clone(&world), waiting, events.clone()));
        let (long_jobs, waiting) = mpsc::unbounded_channel();
        spawn(work_off(Arc::clone(&world), waiting, events.clone()));
        let (slots, timers) = (HashMap::new(), HashMap::new());
        Self {
            world,
            events,
            jobs,
            long_jobs,
            slots,
            timers,
            plans: HashMap::new(),
            one_plan: Arc::new(Semaphore::new(1)),
            one_picture: Arc::new(Semaphore::new(1)),
            one_file: Arc::new(Semaphore::new(1)),
            pictures: 0,
            live,
            nonce: fastrand::u64(..),
        }
    }

    /// Counts what is on its way.
    pub fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live)
    }

    /// Executes an effect; gives back what only the loop can do.
    pub fn run(&mut self, effect: Effect, profile: &Profile) -> Option<LoopEffect> {
        match effect {
            Effect::Api {
                slot,
                ticket,
                request,
            } => self.api(slot, ticket, request),
            Effect::Cancel(slot) => self.cancel(slot),
            Effect::After { delay, timer } => self.after(delay, timer),
            Effect::Store(request) => self.job(Job::Store(request)),
            Effect::Outbox(command) => {
                if matches!(command, OutboxCommand::Queue { .. }) {
                    self.nonce = self.nonce.wrapping_add(1);
                }
                self.job(Job::Outbox(command));
            }
            Effect::ReadBack(items) => self.read_back(items),
            Effect::BuildPlan {
                ticket,
                purpose,
                draft,
            } => {
                self.build_plan((ticket, purpose), draft, profile.clone());
            }
            Effect::FetchMedia { ticket, ask } => {
                self.fetch_media(ticket, ask, profile.target.base_url.clone());
            }
            Effect::PreparePicture {
                ticket,
                file,
                space,
            } => self.prepare_picture(ticket, file, space),
            Effect::SaveMedia { ask, file, after } => self.save_media(ask, file, after),
            Effect::OpenSaved(path) => self.open_saved(path),
            Effect::OpenLink(address) => self.open_link(address),
            Effect::SwitchProfile(name) => self.switch_profile(name),
            effect @ (Effect::ReadImport { .. }
            | Effect::SamplePeople { .. }
            | Effect::ListPaths { .. }) => self.read_file(effect),
            Effect::WriteRejects(rejects) => self.job(Job::WriteRejects(rejects)),
            Effect::AddProfile(profile) => self.job(Job::AddProfile(profile)),
            Effect::SetReadOnly(on) => self.world.set_read_only(on),
            Effect::Copy(text) => return Some(LoopEffect::Copy(text)),
            Effect::CopyWithKey(request) => {
                return Some(LoopEffect::CopySecret(self.world.curl_with_key(&request)));
            }
            Effect::EditExternally(text) => return Some(LoopEffect::EditExternally(text)),
            Effect::Sync {
                ticket,
                conversation,
            } => self.sync(ticket, &conversation),
            Effect::Redraw => return Some(LoopEffect::Redraw),
            Effect::Quit => return Some(LoopEffect::Quit),
        }
        None
    }

    /// What reads a text or a file that a person named.
    fn read_file(&mut self, effect: Effect) {
        let one = Arc::clone(&self.one_file);
        if let Effect::ReadImport {
            ticket,
            text,
            read_files,
        } = effect
        {
            let work = move || importing::answered(ticket, &text, read_files);
            self.answer_in(Slot::Import, one, work);
        } else if let Effect::SamplePeople { ticket, ask } = effect {
            let world = Arc::clone(&self.world);
            let work = move || draft_people::sampled(&world, ticket, &ask);
            self.answer_in(Slot::PeopleSample, one, work);
        } else if let Effect::ListPaths { ticket, typed } = effect {
            let work = move || paths::listed(ticket, typed);
            self.answer_in(Slot::PeopleSample, one, work);
        }
    }

    fn job(&self, job: Job) {
        let jobs = if job.takes_long() {
            &self.long_jobs
        } else {
            &self.jobs
        };
        let queued = jobs.send((job, self.live.begin()));
        if queued.is_err() {
            tracing::error!("the worker of the local record has ended");
        }
    }

    /// What a task works with.
    fn task(&self) -> (Arc<World>, mpsc::Sender<Event>, LiveTask) {
        let world = Arc::clone(&self.world);
        (world, self.events.clone(), self.live.begin())
    }

    fn cancel(&mut self, slot: Slot) {
        if let Some(task) = self.slots.remove(&slot) {
            task.abort();
        }
    }

    fn api(&mut self, slot: Slot, ticket: Ticket, request: ApiRequest) {
        self.cancel(slot);
        let (world, events, live) = self.task();
        let task = spawn(async move {
            let _live = live;
            let result = match world.connected().await {
                Ok(connected) => {
                    let (result, record) = connected.read.fetch(&request).await;
                    deliver(&events, Event::Call(Box::new(record))).await;
                    result
                }
                Err(error) => {
                    let record = super::world_record(&request, &error, clock::now());
                    deliver(&events, Event::Call(Box::new(record))).await;
                    Err(error)
                }
            };
            deliver(
                &events,
                Event::Api(Box::new(ApiAnswer {
                    slot,
                    ticket,
                    result,
                })),
            )
            .await;
        });
        self.slots.insert(slot, task.abort_handle());
    }

    /// Brings a whole conversation into the local copy; every page is told of.
    fn sync(&mut self, ticket: Ticket, conversation: &ConversationRef) {
        self.cancel(Slot::Sync);
        let (world, events, live) = (
            Arc::clone(&self.world),
            self.events.clone(),
            self.live.begin(),
        );
        let user = conversation.user.channel_user_id.clone();
        let key = ConversationKey::new(&conversation.target, &user);
        let task = spawn(async move {
            let _live = live;
            let told = |progress: Progress, end| {
                Event::Sync(Box::new(SyncNews {
                    ticket,
                    user: user.clone(),
                    fetched: progress.new,
                    back_to: progress.back_to,
                    end,
                }))
            };
            let mut tell = |progress| {
                // A page that nobody hears of is counted by the next one.
                drop(events.try_send(told(progress, None)));
            };
            let calls = Calls {
                events: &events,
                series: ticket,
            };
            let (progress, end) = match whole_conversation::cache_of(&world).await {
                Ok(cache) => whole_conversation::fetch(&world, cache, &key, calls, &mut tell).await,
                Err(error) => (Progress::default(), SyncEnd::Failed(error)),
            };
            deliver(&events, told(progress, Some(end))).await;
        });
        self.slots.insert(Slot::Sync, task.abort_handle());
    }

    fn read_back(&self, items: Vec<ItemId>) {
        let (world, events, live) = self.task();
        spawn(async move {
            let _live = live;
            reading_back::read_back(&world, items, &events).await;
        });
    }

    fn after(&mut self, delay: Duration, timer: TimerId) {
        if let Some(task) = self.timers.remove(&timer) {
            task.abort();
        }
        let events = self.events.clone();
        let task = spawn(async move {
            tokio::time::sleep(delay).await;
            deliver(&events, Event::Timer(timer)).await;
        });
        self.timers.insert(timer, task.abort_handle());
    }

    /// Builds one plan at a time. A newer one takes the place of one that still waits, so that
    /// typing fast costs two builds and not one per key.
    fn build_plan(
        &mut self,
        asked: (Ticket, PlanPurpose),
        draft: Arc<DraftForm>,
        profile: Profile,
    ) {
        let (ticket, purpose) = asked;
        let (events, live, nonce) = (
            self.events.clone(),
            self.live.begin(),
            self.nonce.to_string(),
        );
        if let Some(older) = self.plans.remove(&purpose) {
            older.abort();
        }
        let turn = Arc::clone(&self.one_plan).acquire_owned();
        let world = Arc::clone(&self.world);
        let task = spawn(async move {
            let _live = live;
            let Ok(turn) = turn.await else { return };
            let built = run_blocking(move || {
                let built = plan_builder::build_in(&world, &draft, &profile, purpose, &nonce);
                // Held to the end of the work, also when nobody waits for it any more.
                drop(turn);
                built
            });
            let built = built.await.unwrap_or_else(|error| Built::broke(&error));
            let answer = PlanAnswer {
                ticket,
                purpose,
                result: built.result,
                countries: built.countries,
                checks: built.checks,
                facts: built.facts,
            };
            deliver(&events, Event::Plan(Box::new(answer))).await;
        });
        self.plans.insert(purpose, task.abort_handle());
    }

    fn fetch_media(&mut self, ticket: Ticket, ask: Arc<MediaAsk>, base_url: String) {
        self.cancel(Slot::Media);
        let (world, events, live) = self.task();
        let task = spawn(async move {
            let _live = live;
            let (result, record) = files::fetch(&world, &base_url, &ask).await;
            let answer = MediaAnswer::Fetched {
                ticket,
                result,
                record,
            };
            deliver(&events, Event::Media(Box::new(answer))).await;
        });
        self.slots.insert(Slot::Media, task.abort_handle());
    }

    /// Makes one picture ready at a time; a newer one takes the place of one that still waits.
    fn prepare_picture(&mut self, ticket: Ticket, file: Arc<FetchedMedia>, space: (u16, u16)) {
        // Terminals that keep pictures know them by a number, and none has 0.
        self.pictures = self.pictures % 0xFF_FFFF + 1;
        let (id, terminal) = (self.pictures, self.world.files().terminal);
        let one = Arc::clone(&self.one_picture);
        self.answer_in(Slot::Picture, one, move || {
            files::prepared(ticket, &file, terminal, space, id)
        });
    }

    fn save_media(&self, ask: Arc<MediaAsk>, file: Arc<FetchedMedia>, after: AfterSaving) {
        let (world, events, live) = self.task();
        spawn(async move {
            let _live = live;
            let folder = world.files().folder.clone();
            let saving = run_blocking(move || files::save(&folder, &ask, &file));
            let result = saving.await.unwrap_or_else(|error| Err(broke(&error)));
            let saved = result.clone();
            let answer = MediaAnswer::Saved(result);
            deliver(&events, Event::Media(Box::new(answer))).await;
            if let (Ok(path), AfterSaving::Open) = (saved, after) {
                let answer = MediaAnswer::Opened(open_with_desktop(world.files(), path));
                deliver(&events, Event::Media(Box::new(answer))).await;
            }
        });
    }

    fn open_saved(&self, path: PathBuf) {
        let (world, events, live) = self.task();
        spawn(async move {
            let _live = live;
            let answer = MediaAnswer::Opened(open_with_desktop(world.files(), path));
            deliver(&events, Event::Media(Box::new(answer))).await;
        });
    }

    fn open_link(&self, address: String) {
        let (world, events, live) = self.task();
        spawn(async move {
            let _live = live;
            let answer = MediaAnswer::LinkOpened(open_in_browser(world.files(), address));
            deliver(&events, Event::Media(Box::new(answer))).await;
        });
    }

    /// Makes one answer at a time; a newer one of its slot takes the place of one that still waits.
    fn answer_in(
        &mut self,
        slot: Slot,
        one: Arc<Semaphore>,
        answer: impl FnOnce() -> Event + Send + 'static,
    ) {
        self.cancel(slot);
        let (events, live) = (self.events.clone(), self.live.begin());
        let turn = one.acquire_owned();
        let task = spawn(async move {
            let _live = live;
            let Ok(turn) = turn.await else { return };
            let made = run_blocking(move || {
                let answer = answer();
                drop(turn);
                answer
            });
            if let Ok(answer) = made.await {
                deliver(&events, answer).await;
            }
        });
        self.slots.insert(slot, task.abort_handle());
    }

    fn switch_profile(&self, name: String) {
        let (world, events, live) = self.task();
        spawn(async move {
            let _live = live;
            let result = world.switch(&name).await;
            deliver(&events, Event::ProfileSwitched(Box::new(result))).await;
        });
    }

    /// Becomes the sender as soon as nobody else is, and sends until told to stop.
    pub fn start_sender(&self, stop: CancellationToken) -> JoinHandle<()> {
        let (world, events) = (Arc::clone(&self.world), self.events.clone());
        spawn(sender_loop::send_until_stopped(world, events, stop))
    }
}

/// Starts the desktop's opener with the one file, cut off from this terminal; it is not waited for.
fn open_with_desktop(files: &files::Files, path: PathBuf) -> Result<PathBuf, ApiError> {
    let mut command = files::opener(files, &path)?;
    match command.spawn() {
        Ok(_) => Ok(path),
        Err(error) => {
            let saved = format!("The file is saved: {}", path.display());
            Err(files::not_opened(&error, saved))
        }
    }
}

fn open_in_browser(files: &files::Files, address: String) -> Result<String, ApiError> {
    let mut command = files::link_opener(files, &address)?;
    match command.spawn() {
        Ok(_) => Ok(address),
        Err(error) => {
            let advice = "Enter shows the link again, and y copies it.".to_owned();
            Err(files::not_opened(&error, advice))
        }
    }
}

fn broke(error: &tokio::task::JoinError) -> ApiError {
    let text = format!("The work on the file broke: {error}.");
    ApiError::new(ErrorKind::Unreadable, text, "Save it, or try again.")
}

pub(super) async fn deliver(events: &mpsc::Sender<Event>, event: Event) {
    if events.send(event).await.is_err() {
        tracing::debug!("the dashboard has ended before a result came");
    }
}

/// Works off the requests to the record, one after the other.
async fn work_off(
    world: Arc<World>,
    mut jobs: mpsc::UnboundedReceiver<(Job, LiveTask)>,
    events: mpsc::Sender<Event>,
) {
    while let Some((job, live)) = jobs.recv().await {
        let working = Arc::clone(&world);
        match run_blocking(move || execute(&working, job)).await {
            Ok(Some(event)) => deliver(&events, event).await,
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "a request to the record broke"),
        }
        if let Some(news) = world.cache_news() {
            let event = StorageEvent::Cache(news);
            deliver(&events, Event::Storage(Box::new(event))).await;
        }
        drop(live);
    }
}

/// Runs a server beside the dashboard.
pub fn serve_beside(server: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    spawn(server)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place of the dashboard that starts tasks"
)]
fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    tokio::spawn(future)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place of the dashboard that blocks"
)]
pub(super) fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<T> {
    tokio::task::spawn_blocking(work)
}
