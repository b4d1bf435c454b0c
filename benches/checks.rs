//! Guards the checks of a long list: a hundred thousand people's values must be filled in, checked
//! and frozen while somebody looks on. With 100,000 people the limit is a second.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot start shall say so"
)]

use alertdesk::domain::audience::{CsvOptions, from_csv};
use alertdesk::domain::draft::Values;
use alertdesk::domain::template::{check_parameter, import_json};
use alertdesk::domain::{
    Audience, BotTarget, Content, Guard, Profile, Schedule, SendDraft, SendLimits, Standing,
    Template, TwinRules, ValueSource, WireOptions,
};
use alertdesk::outbox::freeze::freeze;
use divan::{Bencher, black_box};
use std::fmt::Write as _;

fn main() {
    divan::main();
}

fn template() -> Template {
    let text = r#"{"name": "order_update", "language": {"code": "en"}, "components": [
        {"type": "header", "parameters": [{"type": "document", "document":
            {"link": "https://media.fernoak.example/a.pdf", "filename": "a.pdf"}}]},
        {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "1"},
            {"type": "text", "text": "Monday"}]},
        {"type": "button", "sub_type": "url", "index": 0, "parameters": [{"type": "text", "text": "x"}]}]}"#;
    let mut template = import_json(text).expect("a template").template;
    template.wording.body = Some(
        "Dear {{1}}, your order {{2}} leaves our greenhouse on {{3}}. We will tell you when it is \
         with the carrier."
            .to_owned(),
    );
    template.parameters[2].fallback = Some("customer".to_owned());
    template
}

fn audience(people: usize) -> Audience {
    let mut text = String::from("phone,name,order,day,file\n");
    for index in 0..people {
        let name = if index % 10 == 0 { "" } else { "Fatima Zahra" };
        writeln!(
            text,
            "+447{:09},{name},A-{index},Tuesday 12 August,https://media.fernoak.example/{index}.pdf",
            700_000_000 + index
        )
        .expect("a line");
    }
    from_csv(text.as_bytes(), &CsvOptions::default()).expect("a file")
}

fn draft(people: usize) -> SendDraft {
    let constant = |text: &str| ValueSource::Constant(text.to_owned());
    let values = Values::from([
        (
            "header.link".to_owned(),
            ValueSource::Column("file".to_owned()),
        ),
        ("header.filename".to_owned(), constant("{{order}}.pdf")),
        ("1".to_owned(), ValueSource::Column("name".to_owned())),
        ("2".to_owned(), constant("no. {{order|unknown}}")),
        ("3".to_owned(), ValueSource::Column("day".to_owned())),
        (
            "button.0".to_owned(),
            ValueSource::Column("order".to_owned()),
        ),
    ]);
    SendDraft {
        content: Content::Template {
            template: template(),
            values,
        },
        audience: audience(people),
        schedule: Schedule::Now,
        waiting: alertdesk::domain::Waiting::default(),
        limits: SendLimits::default(),
        standing: Standing::Current,
    }
}

fn profile() -> Profile {
    Profile {
        name: "bench".to_owned(),
        target: BotTarget {
            base_url: "https://api.fernoak.example".to_owned(),
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

/// Fills in, checks and freezes every call: what a review of a long list waits for.
#[divan::bench(args = [1_000, 100_000], sample_count = 5, sample_size = 1)]
fn plan(bencher: Bencher<'_, '_>, people: usize) {
    let (draft, profile) = (draft(people), profile());
    let now = "2029-12-31T08:00:00Z".parse().expect("a time");
    bencher.bench_local(|| {
        let plan = freeze(&draft, &profile, now, "n").expect("a plan");
        assert!(plan.skipped.is_empty());
        black_box(plan.recipients())
    });
}

/// The rules alone, six values for each person, as they are checked in a plan.
#[divan::bench(args = [100_000], sample_count = 5, sample_size = 1)]
fn rules(bencher: Bencher<'_, '_>, people: usize) {
    let template = template();
    let values = [
        "https://media.fernoak.example/17.pdf",
        "A-17.pdf",
        "Fatima Zahra",
        "no. A-17",
        "Tuesday 12 August",
        "A-17",
    ];
    bencher.bench_local(|| {
        let mut problems = 0;
        for _ in 0..people {
            for (parameter, value) in template.parameters.iter().zip(values) {
                problems += check_parameter(parameter, black_box(value)).len();
            }
        }
        assert_eq!(problems, 0);
    });
}
