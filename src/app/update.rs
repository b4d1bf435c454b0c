//! Events in, changed state and effects out. Only routes: what an event means lives beside it.

use super::state::{Context, State};
use super::{
    actions, answers, batches, copying, fetching, files, flows, helping, importing, keys,
    opting_out, people_file, people_rejects, reading, waits,
};
use crate::contract::{Effect, Event, Notice, TimerId};

/// What the world must do.
pub type Effects = Vec<Effect>;

/// Takes in an event. No I/O, no clock, no chance, no waiting.
pub fn update(state: &mut State, event: Event, context: &Context<'_>) -> Effects {
    state.set_now(context.now);
    let mut effects = match event {
        Event::Started => flows::start(state),
        Event::Key(key) => keys::press(state, key, context),
        Event::Paste(text) => keys::paste(state, &text, context),
        Event::Mouse(input) => keys::mouse(state, input, context),
        Event::Resized(width, height) => flows::resize(state, (width, height), context.keymap),
        Event::Focus(focused) => {
            state.terminal_focused = focused;
            if focused {
                reading::focused(state)
            } else {
                Vec::new()
            }
        }
        Event::Action(action) => actions::run(state, action, context),
        Event::Api(answer) => answers::api(state, *answer),
        Event::Call(record) => answers::call(state, *record),
        Event::Plan(answer) => answers::plan(state, *answer),
        Event::Outbox(event) => answers::outbox(state, *event),
        Event::OutboxAnswer(answer) => answers::outbox_answer(state, *answer),
        Event::Storage(answer) => answers::storage(state, *answer, context),
        Event::Sample(answer) => people_file::sampled(state, *answer),
        Event::Paths(answer) => helping::completed(state, &answer),
        Event::RejectsWritten(written) => people_rejects::rejects_written(state, *written),
        Event::Import(answer) => importing::answered(state, *answer),
        Event::ProfileAdded(result) => importing::profile_added(state, result),
        Event::Media(answer) => files::answered(state, *answer),
        Event::Timer(timer) => flows::timer(state, timer),
        Event::Sync(news) => fetching::news(state, *news),
        Event::Edited(result) => flows::edited(state, result),
        Event::CopiedWithKey(copied) => copying::copied_with_key(state, copied),
        Event::ProfileSwitched(result) => flows::profile_switched(state, *result),
        Event::Terminated => flows::leave(state),
    };
    state.prepare();
    people_file::refresh(state);
    effects.extend(files::fit_picture(state));
    effects.extend(batches::follow_detail(state));
    effects.extend(batches::follow_meter(state));
    effects.extend(opting_out::follow(state));
    arm_timers(state, &mut effects);
    effects
}

/// Timers that follow from the state: a toast that leaves, a countdown, a spinner. Nothing is set
/// while nothing moves, so an idle screen costs nothing.
fn arm_timers(state: &mut State, effects: &mut Effects) {
    let now = state.now.timestamp();
    if let Some(left) = state.toasts.expire(now) {
        effects.push(Effect::After {
            delay: left.unsigned_abs(),
            timer: TimerId::Toast,
        });
    }
    if let Some(left) = state.next_start() {
        let into_second = left.subsec_millis().unsigned_abs().into();
        let delay =
            std::time::Duration::from_millis(if into_second == 0 { 1000 } else { into_second });
        effects.push(Effect::After {
            delay,
            timer: TimerId::Countdown,
        });
    }
    if state.next_start().is_none() && batches::counts_down(state) {
        effects.push(Effect::After {
            delay: std::time::Duration::from_secs(1),
            timer: TimerId::Countdown,
        });
    }
    if let Some(delay) = waits::next_spinner(state) {
        effects.push(Effect::After {
            delay,
            timer: TimerId::Spinner,
        });
    }
}

/// Shows a notice.
pub fn notify(state: &mut State, notice: Notice) {
    let now = state.now.timestamp();
    state.toasts.show(notice, now);
}
