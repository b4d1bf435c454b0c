//! Fuzzy search by name: the letters in their order, wherever they stand. The same for every list
//! of the dashboard to choose from and for filters of commands.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

/// Indices of the texts that fit, best first; equally good ones in their own order. An empty query
/// fits everything.
pub fn ranked<'a>(query: &str, texts: impl Iterator<Item = &'a str>) -> Vec<usize> {
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(query, CaseMatching::Ignore, Normalization::Smart);
    let mut buffer = Vec::new();
    let mut scored: Vec<(u32, usize)> = texts
        .enumerate()
        .filter_map(|(index, text)| {
            let haystack = Utf32Str::new(text, &mut buffer);
            Some((pattern.score(haystack, &mut matcher)?, index))
        })
        .collect();
    scored.sort_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
    scored.into_iter().map(|(_, index)| index).collect()
}

#[cfg(test)]
mod tests {
    use super::ranked;

    #[test]
    fn letters_in_their_order_fit_and_the_best_comes_first() {
        let texts = ["order_tracking", "oak_care", "order_delay", "ordre"];
        let found = |query| ranked(query, texts.iter().copied());
        assert_eq!(found(""), [0, 1, 2, 3]);
        assert_eq!(found("ordel").first(), Some(&2));
        assert_eq!(found("OAK"), [1, 0], "tracking has these letters too");
        assert_eq!(found("xyz"), [] as [usize; 0]);
    }
}
