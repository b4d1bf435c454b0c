//! Tests of packs: what was sealed comes back, and what was changed does not.

use super::{Pack, PackError, SigningKey};
use crate::domain::template::{TemplateEdit, Wording, import_json};
use crate::domain::{Flow, Template};
use jiff::Timestamp;
use proptest::prelude::*;
use rstest::rstest;
use secrecy::ExposeSecret;

fn key() -> SigningKey {
    SigningKey::read(&SigningKey::make().unwrap()).unwrap()
}

fn template(name: &str, sample: &str) -> Template {
    let text = serde_json::json!({
        "phoneNumber": "+447700900412",
        "payload": {
            "name": name, "language": { "code": "en" }, "components": [
                { "type": "header", "parameters": [
                    { "type": "image", "image": { "link": "https://img.fernoak.example/door.jpg" } }
                ] },
                { "type": "body", "parameters": [{ "type": "text", "text": sample }] },
            ],
        },
    });
    import_json(&text.to_string()).unwrap().template
}

fn pack(names: &[String], note: &str) -> Pack {
    let edit = TemplateEdit {
        labels: vec![("1".to_owned(), "customer".to_owned())],
        fallbacks: vec![("1".to_owned(), "there".to_owned())],
        note: Some(note.to_owned()),
        category: Some("utility".to_owned()),
        wording: Some(Wording {
            body: Some("Hello {{1}}".to_owned()),
            ..Wording::default()
        }),
    };
    let templates = names
        .iter()
        .map(|name| edit.apply(&template(name, "Ana Field")).unwrap());
    let flow = Flow {
        name: "callback".to_owned(),
        key: "0123ABCD".to_owned(),
        required: vec!["city".to_owned()],
    };
    Pack::new(templates.collect(), vec![flow], Timestamp::UNIX_EPOCH)
}

fn small() -> Pack {
    pack(&["care".to_owned()], "only for owners of oak")
}

#[test]
fn a_pack_names_its_program_and_holds_no_person() {
    let text = small().seal(&key()).unwrap();
    assert!(text.contains(concat!("\"program\": \"", env!("CARGO_PKG_VERSION"), "\"")));
    for word in ["Ana", "447700900412"] {
        assert!(!text.contains(word), "{word} is in the pack");
    }
    for word in ["door.jpg", "customer", "there", "Hello {{1}}", "0123ABCD"] {
        assert!(text.contains(word), "{word} is not in the pack");
    }
}

#[test]
fn the_secret_half_stays_out_of_the_file() {
    let secret = SigningKey::make().unwrap();
    let key = SigningKey::read(&secret).unwrap();
    let text = small().seal(&key).unwrap();
    // The seed lies in the middle of the secret; any eight bytes of it would give it away.
    let secret = secret.expose_secret();
    let public = key.public();
    for start in (0..secret.len() - 16).step_by(2) {
        let part = &secret[start..start + 16];
        let known = public.as_str().contains(part);
        assert!(
            known || !text.contains(part),
            "a part of the secret is in the file"
        );
    }
}

#[test]
fn every_changed_byte_of_what_is_signed_is_noticed() {
    let (key, other) = (key(), key());
    let text = small().seal(&key).unwrap();
    let start = text.find("\"content\"").unwrap();
    let content = start + "\"content\": ".len()..text.rfind('}').unwrap();
    for at in content {
        if !text.is_char_boundary(at) || !text.is_char_boundary(at + 1) {
            continue;
        }
        for sign in ["x", " ", ""] {
            let mut changed = text.clone();
            changed.replace_range(at..=at, sign);
            // White space around the content is not part of it.
            let around = text[..at].trim_end().ends_with("content\":") || text[at..].trim() == "}";
            if changed == text || around {
                continue;
            }
            let opened = Pack::open(&changed);
            let refused = matches!(opened, Err(PackError::Signature | PackError::NotAPack));
            assert!(refused, "byte {at} as {sign:?}: {opened:?}");
        }
    }
    let of_another = text.replace(key.public().as_str(), other.public().as_str());
    assert_eq!(Pack::open(&of_another), Err(PackError::Signature));
    let cut = text.replace("\"signature\": \"", "\"signature\": \"00");
    assert_eq!(Pack::open(&cut), Err(PackError::Signature));
}

#[rstest]
#[case("", PackError::NotAPack)]
#[case("{}", PackError::NotAPack)]
#[case(r#"{"name": "care", "language": "en"}"#, PackError::NotAPack)]
#[case(
    r#"{"alertdesk_pack": 1, "key": "", "signature": "", "content": {}}"#,
    PackError::NotAPack
)]
#[case(r#"{"alertdesk_pack": 2, "something": "new"}"#, PackError::Newer(2))]
fn what_is_no_pack_or_a_newer_one_is_refused(#[case] text: &str, #[case] why: PackError) {
    assert_eq!(Pack::open(text), Err(why));
}

#[test]
fn a_signed_pack_with_unsound_content_is_refused() {
    let twice = pack(&["care".to_owned(), "care".to_owned()], "");
    let mut pointless = small();
    pointless.templates[0].parameters[0].pointer = "/9/nowhere".to_owned();
    let mut nameless = small();
    nameless.flows[0].key.clear();
    let mut ambiguous = small();
    ambiguous.templates[0].parameters[0].label = Some("customer".to_owned());
    for pack in [twice, pointless, nameless, ambiguous] {
        let opened = Pack::open(&pack.seal(&key()).unwrap());
        assert!(matches!(opened, Err(PackError::Content(_))), "{opened:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn what_was_sealed_comes_back(
        names in prop::collection::btree_set("[a-z_]{1,12}", 0..4),
        note in "\\PC{0,60}",
    ) {
        let names: Vec<String> = names.into_iter().collect();
        let (pack, key) = (pack(&names, &note), key());
        let (opened, signer) = Pack::open(&pack.seal(&key).unwrap()).unwrap();
        prop_assert_eq!(opened, pack);
        prop_assert_eq!(signer, key.public());
    }

    #[test]
    fn a_byte_anywhere_changed_never_gives_another_pack(at in any::<prop::sample::Index>(), byte in 0_u8..128) {
        let pack = small();
        let mut bytes = pack.seal(&key()).unwrap().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let text = String::from_utf8(bytes).unwrap();
        // White space and the like outside the content may differ; what is taken may not.
        if let Ok((opened, _)) = Pack::open(&text) {
            prop_assert_eq!(opened, pack);
        }
    }
}
