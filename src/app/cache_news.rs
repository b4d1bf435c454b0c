//! What the opening of the local copy had to say, once.

use super::state::State;
use super::update::notify;
use crate::contract::{
    ApiError, CacheNews, CallDetail, CallDirection, CallOutcome, CallRecord, Notice,
};
use std::time::Duration;

/// An encrypted copy that cannot be opened is no reason to stop anybody: a toast that stays, and
/// the whole text in the activity list.
pub fn show(state: &mut State, news: CacheNews) {
    let (notice, outcome, result, detail) = match news {
        CacheNews::Told(sentence) => {
            let notice = Notice::fact("cache", sentence.clone());
            let detail = CallDetail {
                sentence,
                ..CallDetail::default()
            };
            (notice, CallOutcome::Done, "opened", detail)
        }
        CacheNews::InMemory(ApiError {
            message, advice, ..
        }) => {
            let text = format!("✗ Cache in memory only: {message} · @ details");
            let detail = CallDetail {
                sentence: format!("{message}."),
                advice: format!("What is read is gone at the end. {advice}"),
                ..CallDetail::default()
            };
            let notice = Notice::error("cache", text);
            (notice, CallOutcome::Failed, "in memory only", detail)
        }
    };
    notify(state, notice);
    state.activity.add(CallRecord {
        started: state.now.timestamp(),
        duration: Duration::ZERO,
        direction: CallDirection::Local,
        label: "open the local cache".to_owned(),
        outcome,
        result: result.to_owned(),
        http_status: None,
        detail: Box::new(detail),
    });
}
