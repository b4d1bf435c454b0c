//! Guards the import: a cURL of 1 MB is read while a person looks at it, in under 50 ms, whatever
//! its quoting and whatever it is filled with.

#[path = "../tests/support/curl.rs"]
mod curl;

use alertdesk::domain::template::{NamedFiles, mask_keys, read_import};
use curl::Style;
use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use serde_json::{Value, json};

const MEGABYTE: usize = 1024 * 1024;
const ADDRESS: &str =
    "https://api.fernoak.example/whatsapp-api/v1.0/customer/99001/bot/00aa11bb22cc33dd/template";
const KEY: &str = "00000000-0000-4000-8000-000000000000-ABCDEFG";

fn main() {
    divan::main();
}

/// A call of about so many bytes: one long text, or as many places as there is room for.
fn call(bytes: usize, many_places: bool) -> Value {
    let texts: Vec<Value> = if many_places {
        let count = bytes / 70;
        (0..count)
            .map(|number| json!({"type": "text", "text": format!("it's \"number\" {number} & more")}))
            .collect()
    } else {
        let text = "It's 5 o'clock; \"tea\" costs $4 & `cake` 100% ^_^ ".repeat(bytes / 55);
        vec![json!({"type": "text", "text": text})]
    };
    json!({"phoneNumber": "+447700900412", "payload": {"name": "oak_care",
        "language": {"code": "en_GB", "policy": "deterministic"},
        "components": [{"type": "body", "parameters": texts}]}})
}

fn command(style: Style, body: &str) -> String {
    format!(
        "{} {}{next}-H {}{next}--data-raw {}",
        style.program(),
        style.quoted(ADDRESS),
        style.quoted(&format!("Authorization: Basic {KEY}")),
        style.quoted(body),
        next = style.continuation(),
    )
}

fn read(bencher: Bencher<'_, '_>, text: &str) {
    let files = NamedFiles::new();
    bencher
        .counter(BytesCount::of_str(text))
        .bench(|| read_import(black_box(text), &files).map(|import| import.templates.len()));
}

#[divan::bench(args = ["BashSingle", "BashAnsi", "CmdCaret", "CmdDoubled", "PowerShellDouble"])]
fn one_long_text(bencher: Bencher<'_, '_>, name: &str) {
    read(
        bencher,
        &command(style(name), &call(MEGABYTE, false).to_string()),
    );
}

#[divan::bench(args = ["BashSingle", "CmdCaret", "PowerShellDouble"])]
fn thousands_of_places(bencher: Bencher<'_, '_>, name: &str) {
    read(
        bencher,
        &command(style(name), &call(MEGABYTE, true).to_string()),
    );
}

#[divan::bench]
fn a_quote_that_never_closes(bencher: Bencher<'_, '_>) {
    let mut text = command(Style::BashSingle, &call(MEGABYTE, false).to_string());
    text.pop();
    read(bencher, &text);
}

#[divan::bench]
fn masking_of_keys(bencher: Bencher<'_, '_>) {
    let text = format!("authorization: Basic {KEY} - ").repeat(MEGABYTE / 70);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| mask_keys(black_box(&text)).found);
}

fn style(name: &str) -> Style {
    let found = curl::STYLES.into_iter();
    let mut found = found.filter(|style| format!("{style:?}") == name);
    found.next().unwrap_or(Style::BashSingle)
}
