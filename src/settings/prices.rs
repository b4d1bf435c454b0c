//! Reads `prices.toml` of the config folder: what messages cost by country and category, as
//! somebody wrote it down. It must not ask anybody, and a file that is wrong says so in one
//! sentence; it never stops a send.

use crate::domain::PriceTable;
use crate::domain::prices::Micros;
use crate::text::nearest::line_of;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The name of the file.
pub const PRICES_FILE: &str = "prices.toml";
/// The form of the file, for the sentence about a wrong one.
const FORM: &str =
    "it is written as currency = \"EUR\", as_of = \"2026-10-01\", [prices.GB] marketing = 0.0529";

/// The table of this config folder; `None` without a file.
///
/// # Errors
/// One sentence: file, line, what is wrong and what is right.
pub fn load(config_folder: &Path) -> Option<Result<PriceTable, String>> {
    match std::fs::read_to_string(config_folder.join(PRICES_FILE)) {
        Ok(text) => Some(parse(&text)),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => Some(Err(format!(
            "{PRICES_FILE} cannot be read, so no cost is shown: {error}."
        ))),
    }
}

/// Reads the text of such a file.
///
/// # Errors
/// As [`load`].
pub fn parse(text: &str) -> Result<PriceTable, String> {
    let wrong = |at: usize, what: &str| {
        let line = line_of(text, at);
        format!("{PRICES_FILE}, line {line}: {what}, so no cost is shown; {FORM}.")
    };
    let root = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        wrong(at, "this is not TOML")
    })?;
    let mut table = PriceTable::default();
    for (name, value) in root.get_ref() {
        let at = name.span().start;
        match (name.get_ref().as_ref(), value.get_ref()) {
            ("currency", DeValue::String(word)) if !word.trim().is_empty() => {
                word.trim().clone_into(&mut table.currency);
            }
            ("as_of", DeValue::String(day)) => {
                table.as_of = Some(date(day).ok_or_else(|| wrong(at, "as_of is no day"))?);
            }
            ("as_of", DeValue::Datetime(day)) => {
                let day = day.to_string();
                table.as_of = Some(date(&day).ok_or_else(|| wrong(at, "as_of is no day"))?);
            }
            ("prices", DeValue::Table(countries)) => {
                table.prices = prices(countries).map_err(|(at, what)| wrong(at, &what))?;
            }
            (other, _) => return Err(wrong(at, &format!("`{other}` cannot be used"))),
        }
    }
    if table.currency.is_empty() || table.prices.is_empty() {
        return Err(wrong(0, "the currency or the prices are missing"));
    }
    Ok(table)
}

fn date(text: &str) -> Option<Date> {
    text.trim().parse().ok()
}

type Prices = BTreeMap<String, BTreeMap<String, Micros>>;

fn prices(countries: &DeTable<'_>) -> Result<Prices, (usize, String)> {
    let mut prices = Prices::new();
    for (country, value) in countries {
        let at = country.span().start;
        let code = country.get_ref().to_uppercase();
        let is_code = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_alphabetic());
        let DeValue::Table(categories) = value.get_ref() else {
            return Err((at, format!("[prices.{code}] holds no prices")));
        };
        if !is_code {
            return Err((
                at,
                format!("`{}` is no country of two letters", country.get_ref()),
            ));
        }
        let entry = prices.entry(code).or_default();
        for (category, price) in categories {
            let read = micros(price);
            let price = read.ok_or_else(|| {
                let at = price.span().start;
                (
                    at,
                    format!("the price of `{}` is no amount", category.get_ref()),
                )
            })?;
            entry.insert(category.get_ref().to_lowercase(), price);
        }
    }
    Ok(prices)
}

/// An amount of money in millionths, read as written so that no rounding creeps in.
fn micros(price: &Spanned<DeValue<'_>>) -> Option<Micros> {
    let text = match price.get_ref() {
        DeValue::Integer(number) => number.as_str().to_owned(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::String(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_)
        | DeValue::Array(_)
        | DeValue::Table(_) => return None,
    };
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 6 || !digits(whole) || !digits(part) {
        return None;
    }
    let whole: u64 = whole.parse().ok().filter(|units| *units < 1_000_000)?;
    let part: u64 = format!("{part:0<6}").parse().ok()?;
    Some(whole * 1_000_000 + part)
}

#[cfg(test)]
mod tests {
    use super::{load, parse};
    use rstest::rstest;

    const GOOD: &str = "currency = \"EUR\"\nas_of = 2026-10-01\n\n[prices.gb]\nMarketing = 0.0529\n\
                        utility = 1\n[prices.IE]\nmarketing = 0.06\n";

    #[test]
    fn a_table_is_read_as_written() {
        let table = parse(GOOD).unwrap();
        assert_eq!(table.currency, "EUR");
        assert_eq!(table.as_of.unwrap().to_string(), "2026-10-01");
        assert_eq!(table.prices["GB"]["marketing"], 52_900);
        assert_eq!(table.prices["GB"]["utility"], 1_000_000);
        assert_eq!(table.prices["IE"]["marketing"], 60_000);
    }

    #[rstest]
    #[case("currency = ", "line 1: this is not TOML")]
    #[case("currency = \"EUR\"\n", "the currency or the prices are missing")]
    #[case(
        "currency = \"EUR\"\n[prices.GB]\nmarketing = \"cheap\"\n",
        "line 3: the price of `marketing` is no amount"
    )]
    #[case("currency = \"EUR\"\n[prices.GB]\nmarketing = -1.0\n", "line 3")]
    #[case(
        "currency = \"EUR\"\n[prices.GBR]\nmarketing = 1.0\n",
        "`GBR` is no country"
    )]
    #[case("currency = \"EUR\"\nrates = 1\n", "line 2: `rates` cannot be used")]
    #[case("currency = \"EUR\"\nas_of = \"soon\"\n", "line 2: as_of is no day")]
    fn a_wrong_table_is_one_sentence(#[case] text: &str, #[case] said: &str) {
        let sentence = parse(text).unwrap_err();
        assert!(sentence.starts_with("prices.toml, "), "{sentence}");
        assert!(sentence.contains(said), "{sentence}");
        assert!(sentence.contains("so no cost is shown"), "{sentence}");
    }

    #[test]
    fn without_a_file_there_is_no_table() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(load(dir.path()), None);
        std::fs::write(dir.path().join("prices.toml"), GOOD).unwrap();
        assert_eq!(load(dir.path()).unwrap().unwrap().currency, "EUR");
    }
}
