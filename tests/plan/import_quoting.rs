//! Whatever a template holds and however its call was quoted, the same template comes out, and no
//! key with it.

use crate::curl::{STYLES, Style};
use alertdesk::domain::template::{NamedFiles, Source, import_json, read_import};
use alertdesk::domain::{Template, TemplateParameter};
use proptest::prelude::*;
use serde_json::{Value, json};

const ADDRESS: &str =
    "https://api.fernoak.example/whatsapp-api/v1.0/customer/99001/bot/00aa11bb22cc33dd/template";
const KEY: &str = "00000000-0000-4000-8000-000000000000-ABCDEFG";

/// What means something to a shell or to JSON, and what does not.
const SIGNS: &str = "abcnrtuxAZ019 ''\"\"\\\\$`^^%!&|;<>(){}[]#@=*~?\t\n,:/.é山🛋ك-";

fn text() -> impl Strategy<Value = String> {
    let signs: Vec<char> = SIGNS.chars().collect();
    prop::collection::vec(prop::sample::select(signs), 0..24).prop_map(String::from_iter)
}

fn parameters(texts: Vec<String>, named: bool) -> Vec<Value> {
    let parameter = |(number, text): (usize, String)| {
        if named {
            json!({"type": "text", "parameter_name": format!("p_{number}"), "text": text})
        } else {
            json!({"type": "text", "text": text})
        }
    };
    texts.into_iter().enumerate().map(parameter).collect()
}

fn header() -> impl Strategy<Value = Option<Value>> {
    let media = |kind: &'static str| {
        text().prop_map(move |text| {
            let link = format!("https://media.fernoak.example/{text}");
            json!({"type": kind, kind: {"link": link}})
        })
    };
    let document = (text(), text()).prop_map(
        |(link, name)| json!({"type": "document", "document": {"link": link, "filename": name}}),
    );
    let place = text().prop_map(|name| {
        json!({"type": "location", "location": {"latitude": "51.5", "longitude": "-0.1",
            "name": name, "address": "1 Fern Lane"}})
    });
    let parameter = prop_oneof![
        text().prop_map(|text| json!({"type": "text", "text": text})),
        media("image"),
        media("video"),
        document,
        place,
        text().prop_map(|id| json!({"type": "image", "image": {"id": id}})),
    ];
    prop::option::of(parameter.prop_map(|one| json!({"type": "header", "parameters": [one]})))
}

fn button(index: usize) -> impl Strategy<Value = Value> {
    let whole = move |sub_type: &str, parameter: Value| json!({"type": "button", "sub_type": sub_type, "index": index, "parameters": [parameter]});
    prop_oneof![
        text().prop_map(move |text| whole(
            "quick_reply",
            json!({"type": "payload",
            "payload": format!("flow_0123||data_a={text}")})
        )),
        text().prop_map(move |text| whole("url", json!({"type": "text", "text": text}))),
        text().prop_map(move |text| whole(
            "copy_code",
            json!({"type": "coupon_code", "coupon_code": text})
        )),
        Just(whole(
            "flow",
            json!({"type": "action", "action": {"flow_token": "t"}})
        )),
    ]
}

fn body_and_buttons() -> impl Strategy<Value = Vec<Value>> {
    let texts = prop::collection::vec(text(), 0..4);
    let buttons = (0usize..3).prop_flat_map(|first| (button(first), button(first + 1), 0usize..3));
    (texts, any::<bool>(), buttons).prop_map(|(texts, named, (first, second, count))| {
        let body = json!({"type": "body", "parameters": parameters(texts, named)});
        std::iter::once(body)
            .chain([first, second].into_iter().take(count))
            .collect()
    })
}

fn components() -> impl Strategy<Value = Vec<Value>> {
    let offer = json!({"type": "limited_time_offer", "parameters": [{"type": "limited_time_offer",
        "limited_time_offer": {"expiration_time_ms": 1_893_488_400_000_i64}}]});
    let cards = prop::collection::vec((header(), body_and_buttons()), 2..4);
    let carousel = cards.prop_map(|cards| {
        let card = |(index, (header, rest)): (usize, (Option<Value>, Vec<Value>))| {
            let components: Vec<Value> = header.into_iter().chain(rest).collect();
            json!({"card_index": index, "components": components})
        };
        let cards: Vec<Value> = cards.into_iter().enumerate().map(card).collect();
        json!({"type": "carousel", "cards": cards})
    });
    (
        header(),
        prop::option::of(Just(offer)),
        body_and_buttons(),
        prop::option::weighted(0.3, carousel),
    )
        .prop_map(|(header, offer, rest, carousel)| {
            let front = header.into_iter().chain(offer);
            front.chain(rest).chain(carousel).collect()
        })
}

fn payload() -> impl Strategy<Value = Value> {
    let namespace = prop::option::of(Just("00000000_0000_4000_8000_000000000000"));
    (
        "[a-z_0-9]{1,20}",
        "[a-z]{2}(_[A-Z]{2})?",
        namespace,
        components(),
    )
        .prop_map(|(name, language, namespace, components)| {
            let mut payload = json!({"name": name,
                "language": {"code": language, "policy": "deterministic"},
                "components": components});
            if let Some(namespace) = namespace {
                payload["namespace"] = json!(namespace);
            }
            payload
        })
}

fn style() -> impl Strategy<Value = Style> {
    prop::sample::select(STYLES.to_vec())
}

/// How the body is given.
fn option() -> impl Strategy<Value = &'static str> {
    let plain = vec![
        "--data-raw ",
        "-d ",
        "--data ",
        "--data-binary ",
        "--json ",
        "--data=",
        "-d",
        "-sSd ",
    ];
    prop::sample::select([plain, vec!["--form ", "-F "]].concat())
}

/// A body in the wrapping that its option takes.
fn wrapped(payload: &Value, option: &str, pretty: bool) -> String {
    let form = option.starts_with("-F") || option.starts_with("--form");
    let call = json!({"phoneNumber": "+447700900412", "payload": payload});
    let value = if form { payload } else { &call };
    let text = if pretty {
        serde_json::to_string_pretty(value).unwrap()
    } else {
        value.to_string()
    };
    if form {
        format!("template_payload={text};type=application/json")
    } else {
        text
    }
}

fn command(style: Style, option: &str, body: &str) -> String {
    let next = style.continuation();
    let (program, header) = (style.program(), format!("Authorization: Basic {KEY}"));
    // A here-string must be a word of its own.
    let option = match (style, option) {
        (Style::PowerShellHere, "--data=" | "-d") => "-d ",
        (_, option) => option,
    };
    format!(
        "{program} --location --request POST {address}{next}-H {header}{next}--header {kind}{next}\
         {option}{body}",
        address = style.quoted(ADDRESS),
        header = style.quoted(&header),
        kind = style.quoted("Content-Type: application/json"),
        body = style.quoted(body),
    )
}

fn same(template: &Template, payload: &Value) {
    assert_eq!(template.name, payload["name"]);
    assert_eq!(template.language, payload["language"]["code"]);
    assert_eq!(template.namespace.as_deref(), payload["namespace"].as_str());
    assert_eq!(template.components, payload["components"]);
    let points = |one: &TemplateParameter| template.components.pointer(&one.pointer).is_some();
    assert!(template.parameters.iter().all(points));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_template_in_any_quoting_comes_back_the_same(
        payload in payload(), style in style(), option in option(), pretty: bool,
    ) {
        // The prompt itself takes no lines within a word.
        let pretty = pretty && !matches!(style, Style::CmdBackslash | Style::CmdDoubled);
        let text = command(style, option, &wrapped(&payload, option, pretty));
        let import = read_import(&text, &NamedFiles::new());
        let import = import.unwrap_or_else(|error| panic!("{error}\n{text}"));
        same(&import.templates[0].template, &payload);
        let bare = import_json(&payload.to_string()).unwrap();
        prop_assert_eq!(&import.templates[0], &bare);
        prop_assert!(matches!(import.source, Source::Curl(_)));
        prop_assert!(import.key_found);
        let shown = format!("{import:?}");
        prop_assert!(!shown.contains(KEY));
        let target = import.bot.target().unwrap();
        prop_assert_eq!(target.base_url, "https://api.fernoak.example");
        prop_assert_eq!((target.customer_id.as_str(), target.bot_key.as_str()),
            ("99001", "00aa11bb22cc33dd"));
    }

    #[test]
    fn a_body_in_a_file_comes_back_the_same_once_it_may_be_read(payload in payload()) {
        let text = format!("curl {ADDRESS} -F target_audience=@people.csv -F 'template_payload=@p.json'");
        let mut files = NamedFiles::new();
        prop_assert!(read_import(&text, &files).is_err());
        files.insert("p.json".to_owned(), payload.to_string());
        let import = read_import(&text, &files).unwrap();
        same(&import.templates[0].template, &payload);
        prop_assert_eq!(&import.files, &["people.csv", "p.json"]);
    }

    #[test]
    fn powershells_own_command_gives_the_same(payload in payload(), here: bool) {
        let style = if here { Style::PowerShellHere } else { Style::PowerShellDouble };
        let body = wrapped(&payload, "-d", true);
        let text = format!(
            "$headers = @{{ 'Authorization' = 'Basic {KEY}' }}\n$body = {}\n\
             Invoke-RestMethod -Uri '{ADDRESS}' -Method POST -Headers $headers -Body $body",
            style.quoted(&body),
        );
        let import = read_import(&text, &NamedFiles::new()).unwrap();
        same(&import.templates[0].template, &payload);
        prop_assert_eq!(import.source, Source::PowerShell);
        let shown = format!("{import:?}");
        prop_assert!(import.key_found && !shown.contains(KEY));
    }

    #[test]
    fn a_key_shows_nowhere_wherever_it_stands(
        payload in payload(), style in style(), at in 0usize..2000, cut in 0usize..4000,
    ) {
        let mut text = command(style, "-d ", &wrapped(&payload, "-d ", true));
        let boundary = |text: &str, at: usize| {
            (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap()
        };
        let place = boundary(&text, at);
        text.insert_str(place, KEY);
        text.truncate(boundary(&text, cut.max(60)));
        let found = read_import(&text, &NamedFiles::new());
        let shown = match &found {
            Ok(import) => format!("{import:?}"),
            Err(error) => format!("{error:?} {error}"),
        };
        prop_assert!(!shown.contains("ABCDEFG"), "{}", shown);
    }
}
