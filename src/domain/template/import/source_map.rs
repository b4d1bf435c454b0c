//! From a place in a text that was taken out of quotes back to the place it had in what was
//! pasted, so that a mistake can be pointed at.

use super::error::Position;

/// Bytes taken out of a text, and where each came from. Kept as runs: most bytes stand beside
/// their neighbours in both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Taken {
    bytes: Vec<u8>,
    /// Where a run begins: in `bytes`, and in the source.
    runs: Vec<(usize, usize)>,
}

impl Taken {
    /// A text that stands in the source as it is, from this byte on.
    pub fn whole(text: &str, source: usize) -> Self {
        let mut taken = Self::default();
        taken.push(text.as_bytes(), source);
        taken
    }

    /// Adds bytes that stand at `source`.
    pub fn push(&mut self, bytes: &[u8], source: usize) {
        // A run without bytes would stand where the next one begins.
        if bytes.is_empty() {
            return;
        }
        let at = self.bytes.len();
        let joined = self
            .runs
            .last()
            .is_some_and(|(start, from)| source == from + (at - start));
        if !joined {
            self.runs.push((at, source));
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Adds another text behind this one.
    pub fn append(&mut self, other: &Taken) {
        let at = self.bytes.len();
        let moved = other.runs.iter().map(|(start, from)| (start + at, *from));
        self.runs.extend(moved);
        self.bytes.extend_from_slice(&other.bytes);
    }

    /// Whether nothing was taken.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The bytes so far.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The text, where the bytes are one.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    /// The byte of the source that the byte at `at` came from.
    pub fn source_of(&self, at: usize) -> usize {
        let run = self.runs.partition_point(|(start, _)| *start <= at);
        let (start, from) = run
            .checked_sub(1)
            .and_then(|run| self.runs.get(run))
            .copied()
            .unwrap_or_default();
        from + (at - start)
    }

    /// The bytes from `from` up to `to`, with their places.
    pub fn part(&self, from: usize, to: usize) -> Taken {
        let mut part = Taken::default();
        let to = to.min(self.bytes.len());
        let first = self.runs.partition_point(|(start, _)| *start <= from);
        let mut at = from;
        let mut run = first.saturating_sub(1);
        while at < to {
            let next = self.runs.get(run + 1);
            let end = next.map_or(to, |(start, _)| *start).min(to);
            part.push(self.bytes.get(at..end).unwrap_or(&[]), self.source_of(at));
            at = end;
            run += 1;
        }
        part
    }
}

/// Line and column of a byte; a byte inside a character counts as that character.
pub(super) fn position(text: &str, byte: usize, file: Option<&str>) -> Position {
    let bytes = text.as_bytes();
    let before = bytes.get(..byte.min(bytes.len())).unwrap_or(bytes);
    let line = 1 + memchr::memchr_iter(b'\n', before).count();
    let start = memchr::memrchr(b'\n', before).map_or(0, |found| found + 1);
    // Characters are counted by their first bytes.
    let in_line = before.get(start..).unwrap_or(&[]);
    let column = 1 + in_line
        .iter()
        .filter(|byte| (**byte & 0b1100_0000) != 0b1000_0000)
        .count();
    Position {
        file: file.map(str::to_owned),
        line,
        column,
    }
}

#[cfg(test)]
mod tests {
    use super::{Taken, position};

    #[test]
    fn a_byte_leads_back_to_its_place() {
        // 'a'\''b' of a shell: a at 1, the quote at 4, b at 6.
        let mut taken = Taken::default();
        taken.push(b"a", 1);
        taken.push(b"'", 4);
        taken.push(b"bc", 6);
        let places: Vec<usize> = (0..4).map(|at| taken.source_of(at)).collect();
        assert_eq!(places, [1, 4, 6, 7]);
        assert_eq!(taken.source_of(4), 8, "the end follows the last byte");
        let part = taken.part(1, 3);
        assert_eq!(part.text(), Some("'b"));
        assert_eq!((part.source_of(0), part.source_of(1)), (4, 6));
        let mut twice = taken.clone();
        twice.append(&part);
        assert_eq!(twice.text(), Some("a'bc'b"));
        assert_eq!(twice.source_of(5), 6);
    }

    #[test]
    fn columns_count_characters() {
        let text = "one\nzwölf x";
        let at = text.find('x').unwrap();
        let found = position(text, at, None);
        assert_eq!((found.line, found.column), (2, 7));
        let beyond = position(text, 99, Some("a.json"));
        assert_eq!(beyond.to_string(), "a.json, line 2, column 8");
    }
}
