//! Example data that fits the sandbox, for whoever fills a local library for the demo.
//!
//! Texts only, as they stand in the assets; nothing here takes part in serving.

macro_rules! payloads {
    ($($file:literal),* $(,)?) => {
        [$(include_str!(concat!("../../assets/sandbox/payloads/", $file, ".json"))),*]
    };
}

/// One importable template payload (name, namespace, language, components with sample values)
/// for every template the sandbox knows, each a JSON object.
pub const EXAMPLE_PAYLOADS: [&str; 13] = payloads![
    "delivery_note.en",
    "delivery_note.ar",
    "order_replacement.en",
    "fitting_slots.en",
    "winter_hours.en",
    "invoice_ready.en",
    "order_tracking.en",
    "login_code.en",
    "autumn_sale.en",
    "new_arrivals.en",
    "welcome_named.en",
    "repair_slots.en",
    "oak_care.en",
];

/// The flows the sandbox knows: a JSON array of `{name, key, required: [attribute]}`.
pub const EXAMPLE_FLOWS: &str = include_str!("../../assets/sandbox/flows.json");

/// The templates the sandbox knows, with their texts: a JSON array of `{name, language, category,
/// header?, body, footer?, buttons?, cards?, offer?}`.
pub const EXAMPLE_TEMPLATES: &str = include_str!("../../assets/sandbox/templates.json");
