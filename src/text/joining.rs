//! Which characters honestly stand in no cell of their own: joiners, selectors and the tags of
//! three flags, and the neighbours they need. It must not decide what happens to the others.

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthChar as _;

/// The sign that keeps two letters apart.
pub(super) const ZWNJ: char = '\u{200C}';
/// The sign that ties two letters or two pictures together.
pub(super) const ZWJ: char = '\u{200D}';
/// The picture on which the flags of [`FLAG_TAGS`] are built.
pub(super) const BLACK_FLAG: char = '\u{1F3F4}';

/// The only three flags that are honestly spelled with tag characters: England, Scotland, Wales.
pub(super) const FLAG_TAGS: [&str; 3] = [
    "\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
    "\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}",
    "\u{E0067}\u{E0062}\u{E0077}\u{E006C}\u{E0073}\u{E007F}",
];

/// Characters that choose one of several looks of the character before them.
pub(super) fn is_selector(character: char) -> bool {
    matches!(
        character,
        '\u{FE00}'..='\u{FE0F}'
            | '\u{180B}'..='\u{180D}'
            | '\u{180F}'
            | '\u{E0100}'..='\u{E01EF}'
    )
}

/// The five skin colours that follow a picture of a person or a hand.
pub(super) fn is_skin_tone(character: char) -> bool {
    matches!(character, '\u{1F3FB}'..='\u{1F3FF}')
}

/// The sign that takes the vowel from a consonant; a joiner after it chooses the shape, also at
/// the end of a word (Malayalam is full of it).
pub(super) fn is_virama(character: char) -> bool {
    matches!(
        character,
        '\u{094D}'
            | '\u{09CD}'
            | '\u{0A4D}'
            | '\u{0ACD}'
            | '\u{0B4D}'
            | '\u{0BCD}'
            | '\u{0C4D}'
            | '\u{0CCD}'
            | '\u{0D4D}'
            | '\u{0DCA}'
            | '\u{1039}'..='\u{103A}' | '\u{17D2}'
    )
}

/// Letters and signs of the scripts whose spelling uses joiners: Arabic and its relatives, the
/// scripts of India and their neighbours, Mongolian.
pub(super) fn needs_joiners(character: char) -> bool {
    matches!(
        character,
        '\u{0620}'..='\u{065F}'
            | '\u{066E}'..='\u{06EF}'
            | '\u{06FA}'..='\u{06FF}'
            | '\u{0710}'..='\u{07FF}'
            | '\u{0840}'..='\u{08FF}'
            | '\u{0900}'..='\u{0DFF}'
            | '\u{1000}'..='\u{109F}'
            | '\u{1780}'..='\u{17D3}'
            | '\u{1820}'..='\u{18AF}'
            | '\u{FB50}'..='\u{FDFF}'
            | '\u{FE70}'..='\u{FEFC}'
    ) && !is_selector(character)
}

/// Two pictures that a joiner melts into one: exactly those that the grapheme rules melt.
pub(super) fn is_emoji_pair(base: char, next: char) -> bool {
    if base.is_ascii() || next.is_ascii() || needs_joiners(next) || next.width() == Some(0) {
        return false;
    }
    is_one_grapheme(&[base, ZWJ, next])
}

/// Whether a reader sees these characters as one sign.
pub(super) fn is_one_grapheme(characters: &[char]) -> bool {
    let joined: String = characters.iter().collect();
    joined.graphemes(true).count() == 1
}
