//! What effects work on: clients that are built when they are first needed, the outbox, the
//! library, the cache. Built in the background, each once, so that the first frame waits for none.

use super::draft_people::DraftPeople;
use super::files::Files;
use super::kept_drafts::KeptDrafts;
use super::local_copy::{CachePlace, LocalCopy};
use crate::api::ReadClient;
use crate::api::media::{MediaClient, MediaClientConfig};
use crate::contract::{ApiError, CacheNews, DayLimits, ErrorKind, Meter};
use crate::domain::{BotTarget, FrozenRequest, PriceTable, Profile, Reason, copy_as};
use crate::outbox::clock::SystemClock;
use crate::outbox::{NoTransport, Outbox, Transport, TransportProvider, meter};
use crate::settings::{NotifyCommand, prices};
use crate::store::{CacheStore, Library};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// A connection to a profile: its clients, built from a key that stays inside them.
pub struct Connected {
    /// The profile.
    pub profile: Profile,
    /// Reads.
    pub read: ReadClient,
    /// Sends; used by the outbox alone.
    pub send: Arc<dyn Transport>,
}

/// A connection that is being made.
pub type Connecting<'a> = Pin<Box<dyn Future<Output = Result<Connected, ApiError>> + Send + 'a>>;

/// Makes connections from the settings. The key is fetched here and nowhere else.
pub trait Connector: Send + Sync {
    /// Connects to a profile by its name; `None` is the one in use.
    fn connect<'a>(&'a self, profile: Option<&'a str>) -> Connecting<'a>;
}

/// What has to happen once before the library is read, for example filling the demo's.
pub type Preparation = Box<dyn Fn(&Path) -> Result<(), ApiError> + Send + Sync>;

/// Everything effects work on.
pub struct World {
    data_dir: PathBuf,
    connector: Arc<dyn Connector>,
    connected: tokio::sync::Mutex<Option<Result<Arc<Connected>, ApiError>>>,
    sending_for: Mutex<Option<Arc<Connected>>>,
    read_only: AtomicBool,
    prepare: Preparation,
    prepared: OnceLock<Result<(), ApiError>>,
    outbox: OnceLock<Outbox>,
    local_copy: LocalCopy,
    drafts: KeptDrafts,
    people: DraftPeople,
    files: Files,
    config_file: Option<PathBuf>,
    notify: Option<NotifyCommand>,
    media: Mutex<Option<(String, Arc<MediaClient>)>>,
}

impl World {
    /// A world whose parts are built when they are needed.
    pub fn new(data_dir: PathBuf, connector: Arc<dyn Connector>, prepare: Preparation) -> Self {
        let files = Files::in_folder(data_dir.join("files"));
        Self {
            files,
            config_file: None,
            notify: None,
            media: Mutex::new(None),
            data_dir,
            connector,
            connected: tokio::sync::Mutex::new(None),
            sending_for: Mutex::new(None),
            read_only: AtomicBool::new(false),
            prepare,
            prepared: OnceLock::new(),
            outbox: OnceLock::new(),
            local_copy: LocalCopy::new(CachePlace::File),
            drafts: KeptDrafts::default(),
            people: DraftPeople::default(),
        }
    }

    /// The people of the draft in work.
    pub fn people(&self) -> &DraftPeople {
        &self.people
    }

    /// The same world with its local copy elsewhere.
    #[must_use]
    pub fn with_cache(mut self, place: CachePlace) -> Self {
        self.local_copy = LocalCopy::new(place);
        self
    }

    /// The same world with other ways to show, keep and open files.
    #[must_use]
    pub fn with_files(self, files: Files) -> Self {
        Self { files, ..self }
    }

    /// The same world with a settings file that a profile may be added to.
    #[must_use]
    pub fn with_config_file(self, config_file: Option<PathBuf>) -> Self {
        Self {
            config_file,
            ..self
        }
    }

    /// The same world with a command that calls a person.
    #[must_use]
    pub fn with_notify(self, notify: Option<NotifyCommand>) -> Self {
        Self { notify, ..self }
    }

    /// What calls a person when a batch needs one.
    pub fn notify(&self) -> Option<&NotifyCommand> {
        self.notify.as_ref()
    }

    /// The settings file that a profile may be added to, if there is one.
    pub fn config_file(&self) -> Option<&Path> {
        self.config_file.as_deref()
    }

    /// The prices that somebody wrote down beside the settings, or why they cannot be read; `None`
    /// without any. Read anew for each review, because people mend them between two.
    pub fn prices(&self) -> Option<Result<PriceTable, String>> {
        prices::load(self.config_file()?.parent()?)
    }

    /// How files are shown, kept and opened.
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// The client of files for a profile of this base address; built once for each.
    ///
    /// # Errors
    /// Certificates of this machine that cannot be used.
    pub fn media_client(&self, base_url: &str) -> Result<Arc<MediaClient>, ApiError> {
        let mut slot = self.media.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((known, client)) = slot.as_ref()
            && known == base_url
        {
            return Ok(Arc::clone(client));
        }
        let client = Arc::new(MediaClient::new(MediaClientConfig::new(base_url))?);
        *slot = Some((base_url.to_owned(), Arc::clone(&client)));
        Ok(client)
    }

    /// The data folder.
    pub fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The connection in use; made at the first call. A failed attempt is not kept, so that the
    /// next read tries again.
    ///
    /// # Errors
    /// A key that cannot be fetched, or settings no client can be built from.
    pub async fn connected(&self) -> Result<Arc<Connected>, ApiError> {
        let mut slot = self.connected.lock().await;
        if let Some(Ok(connected)) = slot.as_ref() {
            return Ok(Arc::clone(connected));
        }
        let result = self.connector.connect(None).await.map(Arc::new);
        if let Ok(connected) = &result {
            self.set_sending_for(connected);
        }
        *slot = Some(result.clone());
        result
    }

    /// Connects with another profile; the old connection stays in use if that fails.
    ///
    /// # Errors
    /// As [`World::connected`], and when there is no such profile.
    pub async fn switch(&self, name: &str) -> Result<Profile, ApiError> {
        let connected = Arc::new(self.connector.connect(Some(name)).await?);
        let profile = connected.profile.clone();
        self.set_sending_for(&connected);
        *self.connected.lock().await = Some(Ok(connected));
        Ok(profile)
    }

    /// While it holds nothing is sent, whatever the profile allows.
    pub fn set_read_only(&self, on: bool) {
        self.read_only.store(on, Ordering::SeqCst);
    }

    /// The request as a curl command that holds the key, for the clipboard alone; `None` while no
    /// connection for its bot is there, so that a key never goes with another host's address.
    pub fn curl_with_key(&self, request: &FrozenRequest) -> Option<SecretString> {
        let slot = self
            .sending_for
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let connected = slot.as_ref()?;
        let base_url = connected.profile.target.base_url.trim_end_matches('/');
        let rest = request.url.strip_prefix(base_url)?;
        let authorization = connected.send.authorization()?;
        let text = copy_as::curl(request, Some(authorization.expose_secret()));
        rest.starts_with('/').then(|| SecretString::from(text))
    }

    /// What the connection in use may send within a day; `None` while there is none.
    pub fn day_limits(&self) -> Option<DayLimits> {
        let slot = self
            .sending_for
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        slot.as_ref().map(|connected| connected.send.day_limits())
    }

    /// How much of that is used; nothing without a connection.
    ///
    /// # Errors
    /// When the record cannot be used.
    pub fn meter(&self, now: Timestamp) -> Result<Meter, ApiError> {
        let connected = self
            .sending_for
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let Some(connected) = connected else {
            return Ok(Meter::default());
        };
        let (record, limits) = (self.outbox()?.store(), connected.send.day_limits());
        meter(record, &connected.profile.target, &limits, now)
            .map_err(|error| storage_error(&error))
    }

    fn set_sending_for(&self, connected: &Arc<Connected>) {
        let mut slot = self
            .sending_for
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *slot = Some(Arc::clone(connected));
    }

    /// The outbox of the data folder. Blocks at the first call.
    ///
    /// # Errors
    /// When the record cannot be used.
    pub fn outbox(&self) -> Result<&Outbox, ApiError> {
        if let Some(outbox) = self.outbox.get() {
            return Ok(outbox);
        }
        let opened = Outbox::open(&self.data_dir, Arc::new(SystemClock::new()))?;
        Ok(self.outbox.get_or_init(|| opened))
    }

    /// The local library, prepared once. Blocks.
    ///
    /// # Errors
    /// When the record cannot be used.
    pub fn library(&self) -> Result<Library, ApiError> {
        self.prepared
            .get_or_init(|| (self.prepare)(&self.data_dir))
            .clone()?;
        let outbox = self.outbox()?;
        Ok(Library::of(outbox.store()))
    }

    /// What this window knows of the kept drafts.
    pub fn drafts(&self) -> &KeptDrafts {
        &self.drafts
    }

    /// The cache. Blocks at the first call.
    ///
    /// # Errors
    /// When it cannot be used; it may be deleted at any time.
    pub fn cache(&self) -> Result<&CacheStore, ApiError> {
        self.local_copy.get(&self.data_dir)
    }

    /// What the opening of the cache had to say, once.
    pub fn cache_news(&self) -> Option<CacheNews> {
        self.local_copy.take_news()
    }
}

/// An error of the local database as people see it.
pub fn storage_error(error: &crate::store::StoreError) -> ApiError {
    let advice = "Free space or rights in the data folder, then try again; nothing typed is lost.";
    ApiError::new(ErrorKind::Storage, error.to_string(), advice)
}

/// When a person wrote last, as far as a cache knows.
pub fn heard_in(cache: &CacheStore, target: &BotTarget, person: &str) -> Option<Timestamp> {
    let heard = cache.last_heard(target, [person]).ok()?;
    heard.get(person).map(|heard| heard.at)
}

impl TransportProvider for World {
    fn transport(
        &self,
        profile: &str,
        target: &BotTarget,
    ) -> Result<Arc<dyn Transport>, NoTransport> {
        let slot = self
            .sending_for
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(connected) = slot.as_ref() else {
            return Err(NoTransport::Leave);
        };
        if connected.profile.read_only || self.read_only.load(Ordering::SeqCst) {
            return Err(NoTransport::Leave);
        }
        if connected.profile.target == *target {
            return Ok(Arc::clone(&connected.send));
        }
        if connected.profile.name != profile {
            return Err(NoTransport::Leave);
        }
        Err(NoTransport::Hold(Reason {
            rule: "other_bot".to_owned(),
            text: format!(
                "The profile {profile} now leads to {} instead of {}, for which this was \
                 confirmed. Set it back and resume, or cancel this.",
                connected.profile.target.base_url, target.base_url
            ),
        }))
    }

    fn last_heard(&self, target: &BotTarget, person: &str) -> Option<Timestamp> {
        heard_in(self.cache().ok()?, target, person)
    }
}

#[cfg(test)]
mod tests {
    use super::{Connected, Connecting, Connector, World};
    use crate::api::{ApiKey, ReadClient, ReadClientConfig};
    use crate::domain::{BotTarget, Guard, Profile, TwinRules, WireOptions};
    use crate::outbox::{Call, NoTransport, SendFuture, Transport, TransportProvider};
    use std::path::PathBuf;
    use std::sync::Arc;

    struct NoCalls;

    impl Transport for NoCalls {
        fn send<'a>(&'a self, _call: Call<'a>) -> SendFuture<'a> {
            unreachable!("nothing is sent here")
        }
    }

    fn target() -> BotTarget {
        BotTarget {
            base_url: "http://127.0.0.1:9".to_owned(),
            customer_id: "99001".to_owned(),
            bot_key: "00aa11bb22cc33dd".to_owned(),
        }
    }

    /// Whether the profile is read-only.
    struct OneProfile(bool);

    impl Connector for OneProfile {
        fn connect<'a>(&'a self, _profile: Option<&'a str>) -> Connecting<'a> {
            let profile = Profile {
                name: "london-care".to_owned(),
                target: target(),
                time_zone: "Europe/London".to_owned(),
                region: None,
                guard: Guard::None,
                read_only: self.0,
                per_minute: 600,
                wire: WireOptions::default(),
                strict_5xx: false,
                trust_408: false,
                twins: TwinRules::default(),
                times: crate::domain::TimeRules::default(),
                confirm: crate::domain::ConfirmRules::default(),
                approval: crate::domain::ApprovalRules::default(),
            };
            Box::pin(async move {
                let key = ApiKey::parse("not-a-real-key")?;
                Ok(Connected {
                    profile,
                    read: ReadClient::new(ReadClientConfig::new(target(), key))?,
                    send: Arc::new(NoCalls),
                })
            })
        }
    }

    #[tokio::test]
    async fn a_batch_of_the_profile_for_another_host_customer_or_bot_is_held() {
        let connector = Arc::new(OneProfile(false));
        let world = World::new(PathBuf::new(), connector, Box::new(|_| Ok(())));
        world.connected().await.unwrap();
        let mut others = [target(), target(), target()];
        others[0].base_url = "http://127.0.0.1:8".to_owned();
        others[1].customer_id = "99002".to_owned();
        others[2].bot_key = "00aa11bb22cc33de".to_owned();
        for other in &others {
            let Err(NoTransport::Hold(reason)) = world.transport("london-care", other).map(drop)
            else {
                panic!("{other:?} got the key of another bot");
            };
            assert_eq!(reason.rule, "other_bot");
            // What another profile planned is another profile's business.
            let left = world.transport("dublin-view", other).map(drop);
            assert!(matches!(left, Err(NoTransport::Leave)));
        }
        assert!(world.transport("dublin-view", &target()).is_ok());
    }

    #[tokio::test]
    async fn a_read_only_profile_sends_nothing_that_others_queued() {
        for read_only in [false, true] {
            let connector = Arc::new(OneProfile(read_only));
            let world = World::new(PathBuf::new(), connector, Box::new(|_| Ok(())));
            world.connected().await.unwrap();
            let transport = world.transport("london-care", &target());
            let left = matches!(transport, Err(NoTransport::Leave));
            assert_eq!(left, read_only);
        }
    }
}
