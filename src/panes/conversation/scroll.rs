//! Where in the conversation the reader is: by message, never by line number, so that new and
//! older messages do not move the text.

/// The first visible line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Anchor {
    /// The end stays in view, also when messages arrive.
    #[default]
    Bottom,
    /// This line of this message is the first.
    At {
        /// Index of the message.
        message: usize,
        /// Line of its block.
        line: usize,
    },
}

/// A line by message and line of its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Position {
    /// Index of the message.
    pub message: usize,
    /// Line of its block.
    pub line: usize,
}

/// Moves a position by lines; `height` gives the number of lines of a message's block. Only the
/// blocks walked over are asked for.
pub fn walk(
    from: Position,
    lines: isize,
    count: usize,
    mut height: impl FnMut(usize) -> usize,
) -> Position {
    let mut at = from;
    let mut left = lines.unsigned_abs();
    while left > 0 {
        if lines < 0 {
            if at.line >= left {
                at.line -= left;
                return at;
            }
            if at.message == 0 {
                return Position::default();
            }
            left -= at.line + 1;
            at.message -= 1;
            at.line = height(at.message).saturating_sub(1);
        } else {
            let last = height(at.message).saturating_sub(1);
            if at.line + left <= last {
                at.line += left;
                return at;
            }
            if at.message + 1 >= count {
                at.line = last;
                return at;
            }
            left -= last - at.line + 1;
            at.message += 1;
            at.line = 0;
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::{Position, walk};
    use proptest::prelude::*;

    fn at(message: usize, line: usize) -> Position {
        Position { message, line }
    }

    #[test]
    fn walking_crosses_messages_and_stops_at_both_ends() {
        let heights = [2usize, 1, 3];
        let go = |from, lines| walk(from, lines, 3, |index| heights[index]);
        assert_eq!(go(at(0, 0), 2), at(1, 0));
        assert_eq!(go(at(0, 0), 5), at(2, 2));
        assert_eq!(go(at(0, 0), 50), at(2, 2));
        assert_eq!(go(at(2, 2), -3), at(1, 0));
        assert_eq!(go(at(2, 2), -50), at(0, 0));
    }

    proptest! {
        #[test]
        fn there_and_back_is_where_it_began(
            heights in proptest::collection::vec(1usize..5, 1..20), steps in 0isize..40,
        ) {
            let count = heights.len();
            let total: usize = heights.iter().sum();
            let there = walk(at(0, 0), steps, count, |index| heights[index]);
            let walked = steps.min(total.cast_signed() - 1);
            prop_assert_eq!(walk(there, -walked, count, |index| heights[index]), at(0, 0));
        }
    }
}
