//! Dates and numbers as the readers of a message write them: by the language code of its template.
//! Languages that are not listed get ISO dates and plain digits, which nobody misreads.

use jiff::civil::Date;

/// How a language writes dates and numbers.
struct Habits {
    language: &'static str,
    months: [&'static str; 12],
    /// Between day and month, and between month and year.
    joins: (&'static str, &'static str),
    /// Between groups of digits, and before decimals.
    digits: (char, char),
}

const LATIN: (char, char) = ('.', ',');

const HABITS: [Habits; 10] = [
    Habits {
        language: "en",
        months: [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        joins: (" ", " "),
        digits: (',', '.'),
    },
    Habits {
        language: "de",
        months: [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
        joins: (". ", " "),
        digits: LATIN,
    },
    Habits {
        language: "fr",
        months: [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
        joins: (" ", " "),
        digits: ('\u{a0}', ','),
    },
    Habits {
        language: "es",
        months: [
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ],
        joins: (" de ", " de "),
        digits: LATIN,
    },
    Habits {
        language: "pt",
        months: [
            "janeiro",
            "fevereiro",
            "março",
            "abril",
            "maio",
            "junho",
            "julho",
            "agosto",
            "setembro",
            "outubro",
            "novembro",
            "dezembro",
        ],
        joins: (" de ", " de "),
        digits: LATIN,
    },
    Habits {
        language: "it",
        months: [
            "gennaio",
            "febbraio",
            "marzo",
            "aprile",
            "maggio",
            "giugno",
            "luglio",
            "agosto",
            "settembre",
            "ottobre",
            "novembre",
            "dicembre",
        ],
        joins: (" ", " "),
        digits: LATIN,
    },
    Habits {
        language: "nl",
        months: [
            "januari",
            "februari",
            "maart",
            "april",
            "mei",
            "juni",
            "juli",
            "augustus",
            "september",
            "oktober",
            "november",
            "december",
        ],
        joins: (" ", " "),
        digits: LATIN,
    },
    Habits {
        language: "id",
        months: [
            "Januari",
            "Februari",
            "Maret",
            "April",
            "Mei",
            "Juni",
            "Juli",
            "Agustus",
            "September",
            "Oktober",
            "November",
            "Desember",
        ],
        joins: (" ", " "),
        digits: LATIN,
    },
    Habits {
        language: "ar",
        months: [
            "يناير",
            "فبراير",
            "مارس",
            "أبريل",
            "مايو",
            "يونيو",
            "يوليو",
            "أغسطس",
            "سبتمبر",
            "أكتوبر",
            "نوفمبر",
            "ديسمبر",
        ],
        joins: (" ", " "),
        digits: (',', '.'),
    },
    Habits {
        language: "hi",
        months: [
            "जनवरी",
            "फ़रवरी",
            "मार्च",
            "अप्रैल",
            "मई",
            "जून",
            "जुलाई",
            "अगस्त",
            "सितंबर",
            "अक्टूबर",
            "नवंबर",
            "दिसंबर",
        ],
        joins: (" ", " "),
        digits: (',', '.'),
    },
];

fn habits(code: &str) -> Option<&'static Habits> {
    let language = code.split(['_', '-']).next().unwrap_or(code);
    HABITS.iter().find(|habits| habits.language == language)
}

/// Whether the language of this code has dates of its own here.
pub fn is_known(code: &str) -> bool {
    habits(code).is_some()
}

/// A date with the name of its month: `23 October 2026`, in American English `October 23, 2026`.
pub fn date(day: Date, code: &str) -> String {
    let month = usize::try_from(day.month() - 1).unwrap_or(0);
    let named = habits(code).and_then(|habits| Some((habits, *habits.months.get(month)?)));
    match named {
        None => day.to_string(),
        Some((_, month)) if code == "en_US" => {
            format!("{month} {}, {}", day.day(), day.year())
        }
        Some((habits, month)) => {
            let (first, second) = habits.joins;
            format!("{}{first}{month}{second}{}", day.day(), day.year())
        }
    }
}

/// A number typed with plain digits and a point, grouped as the language does it.
///
/// # Errors
/// A sentence, if it is no such number.
pub fn number(text: &str, code: &str) -> Result<String, String> {
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    let (whole, rest) = match digits.split_once('.') {
        Some((whole, rest)) => (whole, Some(rest)),
        None => (digits, None),
    };
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !rest.is_none_or(is_digits) {
        return Err("type digits only, with a point before decimals: 12000.50".to_owned());
    }
    let Some(habits) = habits(code) else {
        return Ok(text.to_owned());
    };
    let (group, point) = habits.digits;
    let lakh = habits.language == "hi" || code == "en_IN";
    let mut out = sign.to_owned();
    for (at, digit) in whole.char_indices() {
        let left = whole.len() - at;
        let ends_group = if lakh && left > 3 {
            (left - 3).is_multiple_of(2)
        } else {
            left.is_multiple_of(3)
        };
        if at > 0 && ends_group {
            out.push(group);
        }
        out.push(digit);
    }
    if let Some(rest) = rest {
        out.push(point);
        out.push_str(rest);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::{date, number};
    use rstest::rstest;

    #[rstest]
    #[case("en", "23 October 2026")]
    #[case("en_GB", "23 October 2026")]
    #[case("en_US", "October 23, 2026")]
    #[case("de", "23. Oktober 2026")]
    #[case("es_MX", "23 de octubre de 2026")]
    #[case("ar", "23 أكتوبر 2026")]
    #[case("hi", "23 अक्टूबर 2026")]
    #[case("sw", "2026-10-23")]
    fn dates(#[case] code: &str, #[case] expected: &str) {
        assert_eq!(date("2026-10-23".parse().unwrap(), code), expected);
    }

    #[rstest]
    #[case("12000", "en", "12,000")]
    #[case("12000.50", "de", "12.000,50")]
    #[case("1200000", "hi", "12,00,000")]
    #[case("1200000", "en_IN", "12,00,000")]
    #[case("999", "en", "999")]
    #[case("-1234567", "fr", "-1\u{a0}234\u{a0}567")]
    #[case("12000", "sw", "12000")]
    fn numbers(#[case] text: &str, #[case] code: &str, #[case] expected: &str) {
        assert_eq!(number(text, code).unwrap(), expected);
    }

    #[rstest]
    #[case("12,000")]
    #[case("")]
    #[case("1e3")]
    #[case("1.")]
    fn no_numbers(#[case] text: &str) {
        assert!(number(text, "en").is_err());
    }
}
