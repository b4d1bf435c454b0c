//! Countries in which the same telephone has been written in two ways. Both may be right for
//! WhatsApp, so nothing is rewritten: a person is told.

/// A way of writing that may reach nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Variant {
    /// A Brazilian mobile number with eight digits behind the area code, without the 9 of 2016.
    BrazilWithoutNine,
    /// A Mexican mobile number with the 1 behind 52 that ended in 2019.
    MexicoWithOne,
    /// An Argentine number without the 9 behind 54 that mobiles have in other countries' dialling.
    ArgentinaWithoutNine,
}

impl Variant {
    /// Every one.
    pub const ALL: [Self; 3] = [
        Self::BrazilWithoutNine,
        Self::MexicoWithOne,
        Self::ArgentinaWithoutNine,
    ];

    /// How the number is written, if in such a way.
    pub fn of(digits: &str) -> Option<Self> {
        let national = |code: &str| digits.strip_prefix(code);
        if let Some(national) = national("55") {
            let mobile = matches!(national.as_bytes(), [_, _, b'6'..=b'9', ..]);
            return (national.len() == 10 && mobile).then_some(Self::BrazilWithoutNine);
        }
        if let Some(national) = national("52") {
            let old = national.len() == 11 && national.starts_with('1');
            return old.then_some(Self::MexicoWithOne);
        }
        let national = national("54")?;
        let local = national.len() == 10 && !national.starts_with('9');
        local.then_some(Self::ArgentinaWithoutNine)
    }

    /// A short stable word.
    pub fn rule(self) -> &'static str {
        match self {
            Self::BrazilWithoutNine => "brazil_without_nine",
            Self::MexicoWithOne => "mexico_with_one",
            Self::ArgentinaWithoutNine => "argentina_without_nine",
        }
    }

    /// What it is about, as a sentence that follows a count of numbers.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::BrazilWithoutNine => {
                "of Brazil without the ninth digit: some people have WhatsApp under the number with \
                 it"
            }
            Self::MexicoWithOne => {
                "of Mexico with the old 1 behind 52: some people have WhatsApp under the number \
                 without it"
            }
            Self::ArgentinaWithoutNine => {
                "of Argentina without the 9 behind 54: mobile numbers have WhatsApp under the number \
                 with it"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Variant;
    use rstest::rstest;

    #[rstest]
    #[case("551187654321", Some(Variant::BrazilWithoutNine))]
    #[case("5511987654321", None)]
    #[case("551132654321", None)]
    #[case("5215512345678", Some(Variant::MexicoWithOne))]
    #[case("525512345678", None)]
    #[case("541123456789", Some(Variant::ArgentinaWithoutNine))]
    #[case("5491123456789", None)]
    #[case("447700900412", None)]
    fn ways_of_writing_are_seen(#[case] digits: &str, #[case] variant: Option<Variant>) {
        assert_eq!(Variant::of(digits), variant);
    }
}
