//! What longer pieces a block of texts may hold, in a few bits for each letter: the index knows
//! pieces of up to three letters, and where all of a phrase are frequent, every block has them
//! somewhere. A signature says no for nearly all blocks that do not have them in a row, and is a
//! fraction of the text to read. It never says no wrongly. No SQL.
//!
//! Signatures lie in the file, so what is computed here never changes.

use super::messages::side_mark;
use crate::domain::Direction;

/// Bits for each letter of a block. Each letter sets up to two, and many pieces come more than
/// once, so that about half of the bits stay free.
const BITS: usize = 2;

const SIDES: [Direction; 3] = [Direction::In, Direction::Out, Direction::System];

/// The last six letters.
#[derive(Debug, Clone, Copy, Default)]
struct Letters {
    last: u128,
    count: usize,
}

impl Letters {
    /// Takes in one more letter. Letters that differ only in their plane look alike, which costs a
    /// glance at the text, no more.
    fn push(&mut self, letter: char) {
        self.last = self.last << 16 | u128::from(u32::from(letter) & 0xFFFF);
        self.count += 1;
    }

    /// The number of the last four letters, whoever wrote them.
    fn four(self) -> Option<u64> {
        (self.count >= 4).then(|| mixed(low(self.last)))
    }

    /// The number of the last six letters of this side.
    fn six(self, mark: char) -> Option<u64> {
        let two = low(self.last >> 64) & 0xFFFF_FFFF;
        let side = u64::from(u32::from(mark)) << 32;
        (self.count >= 6).then(|| mixed(low(self.last) ^ mixed(two | side)))
    }
}

fn low(bits: u128) -> u64 {
    u64::try_from(bits & u128::from(u64::MAX)).unwrap_or_default()
}

/// Spreads what differs in any bit over all bits.
fn mixed(number: u64) -> u64 {
    let number = (number ^ number >> 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ number >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    number ^ number >> 32
}

/// The bit of a piece in so many bytes, and the byte it is in.
fn place(piece: u64, bytes: usize) -> (usize, u8) {
    let bits = bytes as u128 * 8;
    let bit = usize::try_from((u128::from(piece) * bits) >> 64).unwrap_or_default();
    (bit / 8, 1 << (bit % 8))
}

/// The signature of a block's text: folded texts, each after the mark of its side.
pub(super) fn signature(text: &str) -> Vec<u8> {
    let mut signature = vec![0_u8; (text.chars().count() * BITS).div_ceil(8)];
    let bytes = signature.len();
    let mut set = |piece: Option<u64>| {
        let Some((byte, bit)) = piece.map(|piece| place(piece, bytes)) else {
            return;
        };
        if let Some(byte) = signature.get_mut(byte) {
            *byte |= bit;
        }
    };
    for line in text.split('\n') {
        let mut letters = line.chars();
        let Some(mark) = letters.next() else { continue };
        let mut last = Letters::default();
        for letter in letters {
            last.push(letter);
            set(last.four());
            set(last.six(mark));
        }
    }
    signature
}

/// The pieces of a searched text.
#[derive(Debug)]
pub(super) struct Pieces {
    fours: Vec<u64>,
    /// For each side that may have written it.
    sixes: Vec<Vec<u64>>,
}

impl Pieces {
    /// The pieces of a folded text that this side or any wrote; `None` if it is too short to have
    /// one.
    pub(super) fn of(folded: &str, side: Option<Direction>) -> Option<Self> {
        let sides: Vec<Direction> = side.map_or(SIDES.to_vec(), |side| vec![side]);
        let mut pieces = Self {
            fours: Vec::new(),
            sixes: vec![Vec::new(); sides.len()],
        };
        let mut last = Letters::default();
        for letter in folded.chars() {
            last.push(letter);
            pieces.fours.extend(last.four());
            for (sixes, side) in pieces.sixes.iter_mut().zip(&sides) {
                sixes.extend(last.six(side_mark(*side)));
            }
        }
        (!pieces.fours.is_empty()).then_some(pieces)
    }

    /// Whether a block of this signature may hold the text.
    pub(super) fn may_be_in(&self, signature: &[u8]) -> bool {
        let has = |piece: &u64| {
            let (byte, bit) = place(*piece, signature.len());
            signature.get(byte).is_some_and(|byte| byte & bit != 0)
        };
        self.fours.iter().all(has) && self.sixes.iter().any(|sixes| sixes.iter().all(has))
    }
}

#[cfg(test)]
mod tests {
    use super::{Pieces, signature};
    use crate::domain::Direction;
    use proptest::prelude::{prop_assert, proptest};

    fn may_be(text: &str, side: Option<Direction>, block: &str) -> bool {
        Pieces::of(text, side).is_none_or(|pieces| pieces.may_be_in(&signature(block)))
    }

    #[test]
    fn pieces_that_are_there_but_not_in_a_row_are_told_apart() {
        let block = "\u{1}the table is here\n\u{2}a tablet of oak for the room\n\u{1}मेज़ कब आएगी";
        assert!(may_be("table is", None, block));
        assert!(may_be("ablet of oak", Some(Direction::Out), block));
        assert!(may_be("कब आएगी", Some(Direction::In), block));
        assert!(!may_be("the tablet of", None, block));
        assert!(!may_be("tablet of oak", Some(Direction::In), block));
        assert!(!may_be("here a tablet", None, block));
        assert!(!may_be("four", None, ""));
    }

    proptest! {
        #[test]
        fn what_is_there_is_never_denied(
            lines in proptest::collection::vec("\\PC{0,30}", 1..20),
            (line, from, length) in (0_usize..20, 0_usize..30, 0_usize..12),
        ) {
            let line = line % lines.len();
            let block: Vec<String> = lines.iter().map(|line| format!("\u{2}{line}")).collect();
            let block = block.join("\n");
            let part: String = lines[line].chars().skip(from).take(length).collect();
            for side in [None, Some(Direction::Out)] {
                prop_assert!(may_be(&part, side, &block));
            }
        }
    }
}
