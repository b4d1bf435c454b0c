//! A long conversation as the platform sends it.

use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

/// Texts of several scripts and lengths, as people write them.
const TEXTS: [&str; 8] = [
    "Is that possible?",
    "My oak table came but one leg is cracked. I paid for the fitting too, and nobody came on \
     Friday although your message said between 9:00 and 12:00.",
    "مرحبا سارة، أرسلي صورة للطاولة من فضلك.",
    "सुबह 10 बजे के बाद आइए, मैं घर पर हूँ",
    "Wonderful, thank you 🙏 from all of us 👨\u{200d}👩\u{200d}👧",
    "山田花子様、こんにちは。ご注文の品は明日届きます。",
    "[Fine, Change the day]",
    "Order 88213 was handed over at 17:35.\nAll in good order?",
];

/// The moment every bench happens at.
pub fn now() -> Timestamp {
    "2026-10-22T09:47:00Z".parse().expect("a time")
}

/// A page of so many messages, byte for byte as it comes over the wire.
pub fn page(messages: usize) -> Vec<u8> {
    let start = now() - 2000.hours();
    let entries: Vec<Value> = (0..messages)
        .map(|index| {
            let minutes = i64::try_from(index).unwrap_or(0) * 30;
            let at = (start + minutes.minutes()).strftime("%Y/%m/%d %H:%M:%S.000+0000");
            json!({
                "user_id": "447700900412",
                "timestamp": at.to_string(),
                "sender": if index % 2 == 0 { "user" } else { "bot" },
                "message_type": if index % 8 == 6 { "OPTIONS" } else { "TEXT" },
                "response": format!("{} #{index}", TEXTS.get(index % 8).unwrap_or(&"")),
                "file": null,
                "attachments": null,
            })
        })
        .collect();
    json!({ "conversations": entries }).to_string().into_bytes()
}
