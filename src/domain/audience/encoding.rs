//! Which bytes a text file is written in, and its text. It guesses only where nothing else can be
//! done, and says so; whoever knows better overrules it.

use encoding_rs::Encoding;
use std::fmt;

/// How many of a file's first bytes are looked at for zeros between letters.
const LOOKED_AT: usize = 4096;

/// How the text of a file is written in bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TextEncoding(&'static Encoding);

impl TextEncoding {
    /// What everybody should write.
    pub const UTF_8: Self = Self(encoding_rs::UTF_8);
    /// What Excel calls "Unicode text".
    pub const UTF_16_LE: Self = Self(encoding_rs::UTF_16LE);
    /// The same with the bytes of each sign the other way round.
    pub const UTF_16_BE: Self = Self(encoding_rs::UTF_16BE);
    /// What Excel calls "CSV" in western Europe and America.
    pub const WINDOWS_1252: Self = Self(encoding_rs::WINDOWS_1252);

    /// What a person can choose from: those that Excel writes somewhere in the world, the usual
    /// ones first.
    pub const CHOICES: [Self; 20] = [
        Self::UTF_8,
        Self::WINDOWS_1252,
        Self::UTF_16_LE,
        Self::UTF_16_BE,
        Self(encoding_rs::WINDOWS_1250),
        Self(encoding_rs::WINDOWS_1251),
        Self(encoding_rs::WINDOWS_1253),
        Self(encoding_rs::WINDOWS_1254),
        Self(encoding_rs::WINDOWS_1255),
        Self(encoding_rs::WINDOWS_1256),
        Self(encoding_rs::WINDOWS_1257),
        Self(encoding_rs::WINDOWS_1258),
        Self(encoding_rs::WINDOWS_874),
        Self(encoding_rs::ISO_8859_2),
        Self(encoding_rs::ISO_8859_15),
        Self(encoding_rs::MACINTOSH),
        Self(encoding_rs::SHIFT_JIS),
        Self(encoding_rs::GB18030),
        Self(encoding_rs::BIG5),
        Self(encoding_rs::EUC_KR),
    ];

    /// The encoding of this name, whatever its case: `utf-8`, `windows-1252`, `latin1` …
    pub fn named(name: &str) -> Option<Self> {
        let name = name.trim();
        let by_label = Encoding::for_label_no_replacement(name.as_bytes());
        by_label.map(Self).or_else(|| {
            let number = name.to_ascii_lowercase();
            let number = number.strip_prefix("cp")?;
            Encoding::for_label(format!("windows-{number}").as_bytes()).map(Self)
        })
    }

    /// Its name, for example `UTF-8`.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The encoding of a file that begins so; `whole` if there is nothing behind.
    pub fn of_head(head: &[u8], whole: bool) -> Detected {
        let sure = |encoding| Detected {
            encoding,
            is_guess: false,
        };
        if let Some((encoding, _)) = Encoding::for_bom(head) {
            return sure(Self(encoding));
        }
        if let Some(encoding) = without_mark(head) {
            return sure(encoding);
        }
        match std::str::from_utf8(head) {
            Ok(_) => sure(Self::UTF_8),
            // The last sign of a cut head may be cut too.
            Err(error) if error.error_len().is_none() && !whole => sure(Self::UTF_8),
            Err(_) => Detected {
                encoding: Self::WINDOWS_1252,
                is_guess: true,
            },
        }
    }

    /// A decoder that takes a byte order mark away.
    pub(super) fn decoder(self) -> encoding_rs::Decoder {
        self.0.new_decoder_with_bom_removal()
    }
}

impl fmt::Debug for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for TextEncoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An encoding that was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// Which.
    pub encoding: TextEncoding,
    /// Whether it is only the most likely one: a person should look at names with accents.
    pub is_guess: bool,
}

/// UTF-16 without a byte order mark: in western text every second byte is zero.
fn without_mark(head: &[u8]) -> Option<TextEncoding> {
    let head = head.get(..LOOKED_AT).unwrap_or(head);
    let zeros = |at: usize| head.iter().skip(at).step_by(2).filter(|b| **b == 0).count();
    let (first, second, pairs) = (zeros(0), zeros(1), head.len() / 2);
    let most = |count: usize| pairs > 3 && count * 2 > pairs;
    match (first, second) {
        (0, count) if most(count) => Some(TextEncoding::UTF_16_LE),
        (count, 0) if most(count) => Some(TextEncoding::UTF_16_BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::TextEncoding;
    use rstest::rstest;

    #[rstest]
    #[case(b"phone,name", "UTF-8", false)]
    #[case(b"\xef\xbb\xbfphone", "UTF-8", false)]
    #[case("phone,Jos\u{e9}".as_bytes(), "UTF-8", false)]
    #[case(b"phone,Jos\xe9", "windows-1252", true)]
    #[case(b"\xff\xfep\0h\0", "UTF-16LE", false)]
    #[case(b"\xfe\xff\0p\0h", "UTF-16BE", false)]
    #[case(b"p\0h\0o\0n\0e\0", "UTF-16LE", false)]
    #[case(b"\0p\0h\0o\0n\0e", "UTF-16BE", false)]
    #[case(b"phone,na\0me", "UTF-8", false)]
    fn the_encoding_is_seen_in_the_first_bytes(
        #[case] head: &[u8],
        #[case] name: &str,
        #[case] is_guess: bool,
    ) {
        let detected = TextEncoding::of_head(head, true);
        assert_eq!(
            (detected.encoding.name(), detected.is_guess),
            (name, is_guess)
        );
    }

    #[test]
    fn a_head_that_cuts_a_sign_is_still_utf_8() {
        let text = "phone,Jos\u{e9}";
        let head = &text.as_bytes()[..text.len() - 1];
        assert!(!TextEncoding::of_head(head, false).is_guess);
        assert!(TextEncoding::of_head(head, true).is_guess);
    }

    #[test]
    fn encodings_have_many_names() {
        for (name, encoding) in [
            ("utf8", "UTF-8"),
            ("Latin1", "windows-1252"),
            ("cp1251", "windows-1251"),
            ("UTF-16", "UTF-16LE"),
        ] {
            assert_eq!(TextEncoding::named(name).unwrap().name(), encoding);
        }
        assert_eq!(TextEncoding::named("klingon"), None);
        for choice in TextEncoding::CHOICES {
            assert_eq!(TextEncoding::named(choice.name()), Some(choice));
        }
    }
}
