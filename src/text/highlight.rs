//! Finds the places of a search word in a text, whatever its upper and lower case. It must not
//! know how a hit is drawn.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation as _;

/// The byte ranges of the hits of `query` in `text`, in order, not overlapping, widened to whole
/// graphemes so that a hit never splits what is one sign on the screen. An empty query has none.
pub fn find_all(text: &str, query: &str) -> Vec<Range<usize>> {
    let wanted: Vec<char> = query.chars().flat_map(char::to_lowercase).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let folded: Vec<(char, Range<usize>)> = text
        .char_indices()
        .flat_map(|(at, c)| {
            c.to_lowercase()
                .map(move |low| (low, at..at + c.len_utf8()))
        })
        .collect();
    let mut hits = Vec::new();
    let mut from = 0;
    while let Some(window) = folded.get(from..from + wanted.len()) {
        let same = window.iter().map(|(c, _)| *c).eq(wanted.iter().copied());
        if let (true, Some(first), Some(last)) = (same, window.first(), window.last()) {
            hits.push(first.1.start..last.1.end);
            from += wanted.len();
        } else {
            from += 1;
        }
    }
    if text.is_ascii() {
        hits
    } else {
        whole_graphemes(text, &hits)
    }
}

fn whole_graphemes(text: &str, hits: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut wide: Vec<Range<usize>> = Vec::new();
    for hit in hits {
        let mut range = hit.clone();
        for (at, grapheme) in text.grapheme_indices(true) {
            let end = at + grapheme.len();
            if at < hit.end && end > hit.start {
                range = range.start.min(at)..range.end.max(end);
            }
            if at >= hit.end {
                break;
            }
        }
        match wide.last_mut() {
            Some(last) if last.end > range.start => last.end = last.end.max(range.end),
            Some(_) | None => wide.push(range),
        }
    }
    wide
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found<'a>(text: &'a str, query: &str) -> Vec<&'a str> {
        find_all(text, query)
            .into_iter()
            .map(|range| &text[range])
            .collect()
    }

    #[test]
    fn case_does_not_matter() {
        assert_eq!(
            found("Sara, SARA and sara", "sArA"),
            ["Sara", "SARA", "sara"]
        );
        assert_eq!(found("LÉA", "léa"), ["LÉA"]);
        assert_eq!(found("aaaa", "aa"), ["aa", "aa"]);
        assert!(found("text", "").is_empty() && found("", "x").is_empty());
    }

    #[test]
    fn hits_are_whole_signs() {
        assert_eq!(found("e\u{301}t", "e"), ["e\u{301}"]);
        assert_eq!(
            found("👨\u{200d}👩\u{200d}👧", "👩"),
            ["👨\u{200d}👩\u{200d}👧"]
        );
    }

    proptest! {
        #[test]
        fn ranges_are_in_order_and_on_boundaries(text in "[aAé\u{301}İß👩\u{200d} ]{0,30}", query in "[aAéiß👩 ]{0,3}") {
            let mut end = 0;
            for range in find_all(&text, &query) {
                prop_assert!(range.start >= end && range.start < range.end);
                prop_assert!(text.get(range.clone()).is_some());
                end = range.end;
            }
        }
    }
}
