//! Foreign words inside our sentences: one line, bearable length, in quotes. The full text stays
//! in the record; cleaning for a terminal happens where it is shown.

/// Longest piece of foreign text inside a sentence, in characters.
const LONGEST_QUOTE: usize = 300;

/// Foreign text on one line and of bearable length.
fn one_line(text: &str) -> String {
    let mut line: String = text
        .chars()
        .take(LONGEST_QUOTE)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if text.chars().nth(LONGEST_QUOTE).is_some() {
        line.push('…');
    }
    line.trim().to_owned()
}

/// Foreign text to be built into a sentence: one line, no full stop at its end.
pub(in crate::api) fn clip(text: &str) -> String {
    one_line(text).trim_end_matches('.').to_owned()
}

/// Foreign text in quotes, word for word.
pub(in crate::api) fn quoted(text: &str) -> String {
    format!("\"{}\"", one_line(text))
}
