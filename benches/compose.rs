//! Guards the time from a key to the frame in the composer: a body of the full length, a carousel of
//! ten cards, the bubble and the exact request follow every key. The plan is built here in the
//! same breath; the program builds it beside, so that a frame never waits for it.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark reads the clock, prints what it found and ends at the first surprise"
)]

use alertdesk::app::{Context, Settings, State, update, view};
use alertdesk::contract::{Action, Effect, Event, Library, PlanAnswer, StorageEvent};
use alertdesk::domain::template::{ButtonKind, ButtonWording, CardWording, Wording, import_json};
use alertdesk::domain::{BotTarget, Guard, Profile, Template, TwinRules, WireOptions};
use alertdesk::keymap::Keymap;
use alertdesk::panes::template_composer::FieldId;
use alertdesk::runtime::plan_builder::{self, Kept};
use alertdesk::theme::{Theme, ThemeOptions};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const CARDS: usize = 10;
/// What a key may cost in 99 of 100 cases.
const LIMIT: Duration = Duration::from_millis(8);

fn main() {
    // Without `--bench` it is a test, which only wants to see that it runs.
    let keys = if std::env::args().any(|one| one == "--bench") {
        2000
    } else {
        20
    };
    for size in [(80, 24), (120, 40), (200, 60)] {
        for place in [1, 1 + 4 * CARDS / 2] {
            measure(size, place, keys);
        }
    }
}

/// The moment every key is pressed.
fn now() -> Timestamp {
    "2026-10-22T09:47:00Z".parse().expect("a time")
}

fn text(sample: &str) -> Value {
    json!({ "type": "text", "text": sample })
}

fn card(index: usize) -> Value {
    let link = format!("https://img.fernoak.example/card{index}.jpg");
    let payload = format!("flow_0123456789ABCDEF0123456789ABCDEF||data_piece={index}");
    json!({ "card_index": index, "components": [
        { "type": "header", "parameters": [{ "type": "image", "image": { "link": link } }] },
        { "type": "body", "parameters": [text("Oak bench"), text("240")] },
        { "type": "button", "sub_type": "quick_reply", "index": 0,
          "parameters": [{ "type": "payload", "payload": payload }] },
    ]})
}

/// A template with a body of about a thousand characters and ten cards.
fn template() -> Template {
    let payload = json!({
        "name": "everything", "language": { "code": "en", "policy": "deterministic" },
        "components": [
            { "type": "body", "parameters": [text("Sara"), text("88213")] },
            { "type": "carousel", "cards": (0..CARDS).map(card).collect::<Vec<_>>() },
        ],
    });
    let mut template = import_json(&payload.to_string())
        .expect("a template")
        .template;
    let label = |text: &str| ButtonWording {
        kind: ButtonKind::QuickReply,
        label: text.to_owned(),
        target: None,
    };
    let words = "oak tables and fern chairs in the showroom ".repeat(22);
    template.wording = Wording {
        body: Some(format!("Hello {{{{1}}}}, order {{{{2}}}}: {words}")),
        footer: Some("Fern & Oak".to_owned()),
        buttons: vec![label("To the shop")],
        cards: vec![
            CardWording {
                body: Some("{{1}}, from {{2}}".to_owned()),
                buttons: vec![label("Tell me more")],
            };
            CARDS
        ],
        ..Wording::default()
    };
    template
}

fn profile() -> Profile {
    Profile {
        name: "bench".to_owned(),
        target: BotTarget {
            base_url: "https://api.fern-and-oak.example".to_owned(),
            customer_id: "99001".to_owned(),
            bot_key: "00aa11bb22cc33dd".to_owned(),
        },
        time_zone: "Europe/London".to_owned(),
        region: None,
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

/// The dashboard and what it is drawn on.
struct Desk {
    state: State,
    keymap: Keymap,
    theme: Theme,
    buffer: Buffer,
}

impl Desk {
    fn new(size: (u16, u16)) -> Self {
        let settings = Settings::default();
        let mut desk = Self {
            state: State::new(profile(), settings, size, now()),
            keymap: Keymap::default(),
            theme: Theme::built_in(&ThemeOptions::default()).expect("a theme"),
            buffer: Buffer::empty(Rect::new(0, 0, size.0, size.1)),
        };
        let library = Library {
            templates: vec![template()],
            ..Library::default()
        };
        let library = StorageEvent::Library(Box::new(library));
        desk.event(Event::Storage(Box::new(library)));
        desk.event(Event::Action(Action::CommandLine));
        for sign in "template everything".chars() {
            desk.key(KeyCode::Char(sign));
        }
        desk.key(KeyCode::Enter);
        desk
    }

    /// Hands over an event; a plan that is asked for is built and handed over too.
    fn event(&mut self, event: Event) {
        let context = Context {
            now: now(),
            keymap: &self.keymap,
        };
        let mut answers = Vec::new();
        for effect in update(&mut self.state, event, &context) {
            if let Effect::BuildPlan {
                ticket,
                purpose,
                draft,
            } = effect
            {
                let at = (now(), "1");
                let result = plan_builder::build(&draft, &self.state.profile, Kept::default(), at);
                let known = plan_builder::Known::default();
                let built = plan_builder::Built::of(result, purpose, known);
                answers.push(Event::Plan(Box::new(PlanAnswer {
                    ticket,
                    purpose,
                    result: built.result,
                    countries: built.countries,
                    facts: built.facts,
                    checks: None,
                })));
            }
        }
        for answer in answers {
            update(&mut self.state, answer, &context);
        }
    }

    fn key(&mut self, code: KeyCode) {
        self.event(Event::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    fn draw(&mut self) {
        self.buffer.reset();
        view(&self.state, &self.theme, &self.keymap, &mut self.buffer);
    }

    /// Fills every value and stands typing in this parameter.
    fn fill(&mut self, place: usize) {
        let draft = self.state.composer.draft.as_mut().expect("a draft");
        draft.set_value(&FieldId::To, "+447700900412");
        let mut places = Vec::new();
        for (index, field) in draft.fields.iter_mut().enumerate() {
            if matches!(field.id, FieldId::Parameter(_)) {
                places.push(index);
                if field.text.is_empty() {
                    field.text.set_text("a value of the usual length");
                }
            }
        }
        draft.cursor = places.get(place).copied().expect("a field");
        self.state.composer.typing = true;
        self.key(KeyCode::Char('x'));
        let problems = &self
            .state
            .composer
            .draft
            .as_ref()
            .expect("a draft")
            .problems;
        assert!(problems.is_empty(), "{problems:?}");
    }
}

fn measure(size: (u16, u16), place: usize, keys: usize) {
    let mut desk = Desk::new(size);
    desk.fill(place);
    let mut times: Vec<Duration> = (0..keys)
        .map(|number| {
            let code = if number % 2 == 0 {
                KeyCode::Char('y')
            } else {
                KeyCode::Backspace
            };
            let begun = Instant::now();
            desk.key(code);
            desk.draw();
            begun.elapsed()
        })
        .collect();
    times.sort_unstable();
    let at = |share: usize| times.get(keys * share / 100).copied().unwrap_or_default();
    let (p50, p99) = (at(50), at(99));
    let verdict = if p99 < LIMIT { "" } else { "  over 8 ms" };
    println!(
        "{}x{} value {place}: key to frame p50 {p50:.1?} p99 {p99:.1?}{verdict}",
        size.0, size.1
    );
}
