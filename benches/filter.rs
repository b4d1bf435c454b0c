//! Guards typing into the list of people: ten thousand of them must be filtered anew between two
//! keys without being felt.

use alertdesk::domain::User;
use alertdesk::panes::user_search::State;
use divan::{Bencher, black_box};
use jiff::Timestamp;
use serde_json::{Map, Value};

const NAMES: [&str; 8] = [
    "Sara Al-Mutairi",
    "Arjun Mehta",
    "Léa Martin",
    "山田 花子",
    "Fatima Zahra El Idrissi",
    "يوسف حداد",
    "Chidi Nwosu",
    "Ravi & Sons Ltd",
];

fn main() {
    divan::main();
}

fn people(count: usize) -> Vec<User> {
    let named = NAMES.iter().cycle().take(count).enumerate();
    named
        .map(|(index, name)| {
            let digits = format!("447700{index:06}");
            User {
                id: digits.clone(),
                channel_user_id: digits.clone(),
                name: Some(format!("{name} {index}")),
                phone: Some(digits),
                channel: Some("whatsapp".to_owned()),
                attributes: Map::new(),
                raw: Value::Null,
            }
        })
        .collect()
}

fn state(count: usize) -> State {
    let mut state = State::default();
    state.users.start(Timestamp::UNIX_EPOCH);
    state.arrive(people(count), Timestamp::UNIX_EPOCH);
    state
}

/// One key more in the filter.
#[divan::bench(args = ["s", "sara", "lea mart", "0412", "nobody has this"])]
fn ten_thousand_people(bencher: Bencher<'_, '_>, filter: &str) {
    let mut state = state(10_000);
    filter.clone_into(&mut state.filter);
    bencher.bench_local(|| {
        state.apply_filter();
        black_box(state.shown.len())
    });
}

/// An answer of ten thousand people becomes rows.
#[divan::bench(sample_count = 20)]
fn arrive(bencher: Bencher<'_, '_>) {
    bencher
        .with_inputs(|| people(10_000))
        .bench_values(|people| {
            let mut state = State::default();
            state.arrive(people, Timestamp::UNIX_EPOCH);
            state.shown.len()
        });
}
