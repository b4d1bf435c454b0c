//! Helps to point at a mistake in a file of the user: the line of a byte, the name that was
//! probably meant. It must not read files.

/// The line (from 1) on which this byte offset stands. An offset beyond the end is on the last
/// line.
pub fn line_of(text: &str, offset: usize) -> usize {
    // Offsets come from parsers and stand between characters; any other counts as the end.
    1 + text.get(..offset).unwrap_or(text).matches('\n').count()
}

/// The candidate most like the word, or nothing when none is near enough to be worth naming.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            (
                strsim::jaro_winkler(&word, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(likeness, _)| *likeness >= 0.72)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_from_one() {
        let text = "a\nbc\n\nd";
        assert_eq!(line_of(text, 0), 1);
        assert_eq!(line_of(text, 2), 2);
        assert_eq!(line_of(text, 6), 4);
        assert_eq!(line_of(text, 99), 4);
    }

    #[test]
    fn a_slip_finds_its_name_and_noise_finds_none() {
        let names = ["accepted", "attention", "failed"];
        assert_eq!(nearest("acepted", names), Some("accepted"));
        assert_eq!(nearest("Atention", names), Some("attention"));
        assert_eq!(nearest("qqq", names), None);
    }
}
