//! A dashboard of pure state: fixed time, invented data, no network. Plans are built and pasted
//! texts looked through at once, by the real code; every other effect is only kept.

use super::{keys, screen};
use alertdesk::app::{self, Context, State, update};
use alertdesk::cli::demo::fill_library;
use alertdesk::contract::{
    ApiAnswer, ApiError, ApiRequest, ApiResponse, ConversationPage, Effect, ErrorKind, Event,
    ImportAnswer, PlanAnswer, Slot, StorageEvent,
};
use alertdesk::domain::{
    BotTarget, ChatMessage, Direction, Guard, MessageKind, Profile, TwinRules, User, WireOptions,
};
use alertdesk::keymap::Keymap;
use alertdesk::runtime::plan_builder::Kept;
use alertdesk::runtime::{importing, plan_builder};
use alertdesk::theme::{Theme, ThemeOptions};
use crossterm::event::KeyEvent;
use jiff::{SignedDuration, Timestamp};
use ratatui::buffer::Buffer;
use serde_json::{Map, Value, json};

/// The moment at which every stage begins.
pub fn opening() -> Timestamp {
    "2026-10-22T09:47:00Z".parse().unwrap()
}

/// The profile of a stage: a bot that does not exist.
pub fn profile() -> Profile {
    Profile {
        name: "fern-oak".to_owned(),
        target: BotTarget {
            base_url: "https://api.fern-and-oak.example".to_owned(),
            customer_id: "99001".to_owned(),
            bot_key: "00aa11bb22cc33dd".to_owned(),
        },
        time_zone: "Europe/London".to_owned(),
        region: Some("GB".to_owned()),
        guard: Guard::None,
        read_only: false,
        per_minute: 600,
        wire: WireOptions::default(),
        strict_5xx: false,
        trust_408: false,
        twins: TwinRules::default(),
        times: alertdesk::domain::TimeRules::default(),
        confirm: alertdesk::domain::ConfirmRules::default(),
        approval: alertdesk::domain::ApprovalRules::default(),
    }
}

/// The library as the demonstration has it.
pub fn library() -> alertdesk::contract::Library {
    let folder = tempfile::tempdir().unwrap();
    fill_library(folder.path(), opening()).unwrap();
    let library = alertdesk::store::Library::open(folder.path()).unwrap();
    alertdesk::contract::Library {
        templates: library.templates().unwrap(),
        flows: library.flows().unwrap(),
        usage: library.usage().unwrap(),
        searches: vec![("city".to_owned(), "London".to_owned())],
        saved: Vec::new(),
        drafts: Vec::new(),
    }
}

/// A person with this name and the last four digits of a number of the fictional range.
pub fn person(name: &str, last: u32) -> User {
    let digits = format!("44770090{last:04}");
    let mut attributes = Map::new();
    attributes.insert("city".to_owned(), Value::from("London"));
    attributes.insert("label".to_owned(), Value::from("gold"));
    User {
        id: format!("u{last}"),
        channel_user_id: digits.clone(),
        name: (!name.is_empty()).then(|| name.to_owned()),
        phone: Some(format!("+{digits}")),
        channel: Some("whatsapp".to_owned()),
        attributes,
        raw: json!({ "id": last }),
    }
}

/// Six people of several scripts.
pub fn people() -> Vec<User> {
    vec![
        person("Sara Al-Mutairi", 412),
        person("Arjun Mehta", 118),
        person("山田 花子", 655),
        person("يوسف حداد", 164),
        person("", 777),
        person(
            "Maximiliana Alexandrovna Featherstonehaugh-Cholmondeley of the Northern Isles",
            811,
        ),
    ]
}

/// A text message so many minutes before the stage begins.
pub fn message(minutes_before: i64, direction: Direction, text: &str) -> ChatMessage {
    let time = opening() - SignedDuration::from_mins(minutes_before);
    ChatMessage {
        time: Some(time),
        time_raw: time.to_string(),
        direction,
        sender: match direction {
            Direction::In => "user",
            Direction::Out => "bot",
            Direction::System => "system",
        }
        .to_owned(),
        kind: if direction == Direction::System {
            MessageKind::System
        } else {
            MessageKind::Text
        },
        type_raw: "TEXT".to_owned(),
        text: text.to_owned(),
        options: Vec::new(),
        media: None,
        user_id: "447700900412".to_owned(),
        raw: json!({ "text": text }),
    }
}

/// So many messages, one a minute, the newest one minute old.
pub fn chat(count: i64) -> Vec<ChatMessage> {
    (1..=count)
        .rev()
        .map(|minutes| {
            let direction = if minutes % 3 == 0 {
                Direction::Out
            } else {
                Direction::In
            };
            message(
                minutes,
                direction,
                &format!("line {minutes} about the fern"),
            )
        })
        .collect()
}

/// The error of a platform that does not answer.
pub fn no_answer() -> ApiError {
    ApiError::new(
        ErrorKind::Network,
        "no answer from api.fern-and-oak.example within 30 s.",
        "Try again.",
    )
}

/// A dashboard of pure state.
#[derive(Clone)]
pub struct Stage {
    /// What the dashboard knows.
    pub state: State,
    /// How it looks.
    pub theme: Theme,
    /// What keys mean.
    pub keymap: Keymap,
    /// The moment it is told.
    pub now: Timestamp,
    /// Effects that nobody executed, timers included.
    pub effects: Vec<Effect>,
}

impl Stage {
    /// An empty dashboard of this size.
    pub fn new(width: u16, height: u16) -> Self {
        Self::with(width, height, profile(), app::Settings::default())
    }

    /// An empty dashboard with a profile and settings.
    pub fn with(width: u16, height: u16, profile: Profile, settings: app::Settings) -> Self {
        let mut state = State::new(profile, settings, (width, height), opening());
        state.prepare();
        Self {
            state,
            theme: Theme::built_in(&ThemeOptions::default()).unwrap(),
            keymap: Keymap::default(),
            now: opening(),
            effects: Vec::new(),
        }
    }

    /// A dashboard with the library, six people and an open conversation.
    pub fn furnished(width: u16, height: u16) -> Self {
        let mut stage = Self::new(width, height);
        stage.furnish();
        stage
    }

    /// Adds the library, six people and an open conversation.
    pub fn furnish(&mut self) {
        self.event(Event::Started);
        self.event(Event::Storage(Box::new(StorageEvent::Library(Box::new(
            library(),
        )))));
        self.keys("1 /");
        self.text("city=London");
        self.keys("Enter");
        self.answer(Slot::UserSearch, Ok(ApiResponse::Users(people())));
        self.keys("Enter");
        self.answer_page(chat(60));
    }

    /// Hands over an event; plans that are asked for arrive at once.
    pub fn event(&mut self, event: Event) {
        let context = Context {
            now: self.now,
            keymap: &self.keymap,
        };
        for effect in update(&mut self.state, event, &context) {
            if let Effect::BuildPlan {
                ticket,
                purpose,
                draft,
            } = &effect
            {
                let result = plan_builder::build(
                    draft,
                    &self.state.profile,
                    Kept::default(),
                    (self.now, "1"),
                );
                let known = plan_builder::Known::default();
                let built = plan_builder::Built::of(result, *purpose, known);
                self.event(Event::Plan(Box::new(PlanAnswer {
                    ticket: *ticket,
                    purpose: *purpose,
                    result: built.result,
                    countries: built.countries,
                    facts: built.facts,
                    checks: built.checks,
                })));
            } else if let Effect::ReadImport {
                ticket,
                text,
                read_files: false,
            } = &effect
            {
                let result = importing::read(text, false);
                self.event(Event::Import(Box::new(ImportAnswer {
                    ticket: *ticket,
                    result,
                })));
            } else {
                self.effects.push(effect);
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

    /// Lets time pass; timers stay where they are.
    pub fn wait(&mut self, milliseconds: i64) {
        self.now += SignedDuration::from_millis(milliseconds);
    }

    /// The last question asked for a slot.
    pub fn asked(&self, wanted: Slot) -> Option<(alertdesk::contract::Ticket, ApiRequest)> {
        self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Api {
                slot,
                ticket,
                request,
            } if *slot == wanted => Some((*ticket, request.clone())),
            _ => None,
        })
    }

    /// Answers the last question asked for a slot.
    #[track_caller]
    pub fn answer(&mut self, slot: Slot, result: Result<ApiResponse, ApiError>) {
        let (ticket, _) = self.asked(slot).expect("something was asked");
        self.event(Event::Api(Box::new(ApiAnswer {
            slot,
            ticket,
            result,
        })));
    }

    /// Answers the newest page of the open conversation.
    #[track_caller]
    pub fn answer_page(&mut self, messages: Vec<ChatMessage>) {
        let received = messages.len();
        let page = ConversationPage { messages, received };
        self.answer(Slot::Conversation, Ok(ApiResponse::Page(page)));
    }

    /// The screen as a person sees it.
    pub fn screen(&self) -> String {
        screen::rows(&self.picture())
    }

    /// The screen with its styles.
    pub fn picture(&self) -> Buffer {
        screen::draw(&self.state, &self.theme, &self.keymap)
    }
}
