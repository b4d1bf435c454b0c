//! Random and damaged bodies: never a panic, never accepted without evidence, never tried again
//! without proof.

use super::tests::{ALL, BID, DEFAULT, FAILURE, FALSE, ID, TRUE, judge_with};
use super::{BodyRead, SendEndpoint};
use crate::domain::Verdict;
use SendEndpoint::{Broadcast, Flow};
use proptest::prelude::{any, prop_oneof};
use proptest::strategy::{Just, Strategy};
use proptest::{prop_assert, proptest};

/// Pieces that, put together at random, come close to real answers.
fn near_json() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(":"),
        Just(","),
        Just("\"status\""),
        Just("\"code\""),
        Just("1000"),
        Just("\"1000\""),
        Just("2000"),
        Just("true"),
        Just("false"),
        Just("null"),
        Just("\"responseObject\""),
        Just("\"errors\""),
        Just("\"message_id\""),
        Just("\"broadcastId\""),
        Just("\"x\""),
        Just(" "),
        Just("\"status\":{\"code\":1000}"),
        Just("\"responseObject\":true"),
        Just("{\"status\":{\"code\":1000}}"),
        Just("é"),
        Just("<"),
    ];
    proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// The evidence, read by a second hand: does the text hold what an acceptance rests on?
fn has_evidence(endpoint: SendEndpoint, body: &[u8]) -> bool {
    if body.is_empty() {
        return endpoint == Flow;
    }
    let Ok(value) = serde_json::from_slice::<serde_json::Value>(
        body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(body),
    ) else {
        return false;
    };
    let code = &value["status"]["code"];
    let by_code = *code == 1000 || code.as_str().is_some_and(|text| text.trim() == "1000");
    let bare = value["status"].is_null() && matches!(endpoint, Broadcast | Flow);
    let object = &value["responseObject"];
    let by_object = *object == true || (endpoint == Broadcast && !object["broadcastId"].is_null());
    by_code || (bare && by_object)
}

fn check(endpoint: SendEndpoint, status: u16, body: Vec<u8>) -> Result<(), String> {
    let evidence = has_evidence(endpoint, &body);
    let judgement = judge_with(endpoint, status, BodyRead::Whole(body), None, &DEFAULT);
    let accepted = matches!(judgement.verdict, Verdict::Accepted { .. });
    if accepted && !(evidence && (200..300).contains(&status)) {
        return Err(format!("accepted by {} without evidence", judgement.rule));
    }
    if matches!(judgement.verdict, Verdict::Retry { .. }) && !matches!(status, 425 | 429) {
        return Err(format!("{status} tried again by {}", judgement.rule));
    }
    if judgement.sentence.is_empty() {
        return Err("no sentence".to_owned());
    }
    Ok(())
}

proptest! {
    #[test]
    fn nothing_is_accepted_without_evidence(
        which in 0usize..4, status in any::<u16>(), near in near_json(),
        bytes in proptest::collection::vec(any::<u8>(), 0..64),
    ) {
        for status in [200, status] {
            for body in [near.clone().into_bytes(), bytes.clone()] {
                let result = check(ALL[which], status, body);
                prop_assert!(result.is_ok(), "{result:?}");
            }
        }
    }

    #[test]
    fn a_damaged_answer_never_turns_into_more(
        which in 0usize..4, pick in 0usize..5, at in 0usize..80, byte in any::<u8>(),
        cut in 0usize..80,
    ) {
        let original = [ID, TRUE, FALSE, FAILURE, BID][pick].as_bytes().to_vec();
        let mut changed = original.clone();
        if let Some(place) = changed.get_mut(at) {
            *place = byte;
        }
        let mut shortened = original;
        shortened.truncate(cut);
        for body in [changed, shortened] {
            let result = check(ALL[which], 200, body);
            prop_assert!(result.is_ok(), "{result:?}");
        }
    }
}
