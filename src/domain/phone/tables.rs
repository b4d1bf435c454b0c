//! The phone library's own tables, read without its search: which country a number has, whether it
//! is assigned there. The library looks through every country of a calling code with patterns it
//! keeps compiling; for long lists that takes most of the time. Here each pattern is compiled once.
//! What the library may rewrite is not answered here: then it is asked itself, and a property test
//! holds both to the same verdict.

use phonenumber::Metadata;
use phonenumber::metadata::{DATABASE, Descriptor};
use regex::bytes::{Regex, RegexBuilder};
use std::borrow::Cow;
use std::sync::{LazyLock, OnceLock};

/// Calling codes have one to three digits.
const CODES: u16 = 1000;
/// A national number has fewer digits than this.
const LENGTHS: usize = 16;

/// Every calling code that is in use, by its number.
static CALLING_CODES: LazyLock<Vec<Option<CallingCode>>> =
    LazyLock::new(|| (0..CODES).map(CallingCode::of).collect());

/// What the tables say about an international number whose digits stay as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Looked {
    /// Whether its country uses such numbers.
    pub(super) valid: bool,
    /// Whether it fits the looser pattern of a country of its calling code.
    pub(super) possible: bool,
    /// Two letters, or the calling code with `+`.
    pub(super) country: Cow<'static, str>,
}

/// Looks a number up; `None` if only the library itself can say.
pub(super) fn look(digits: &str) -> Option<Looked> {
    let (code, national) = split(digits)?;
    let has_length = (2..LENGTHS).contains(&national.len());
    if national.starts_with('0') || !has_length {
        return None;
    }
    let (valid, id) = match code.owner(national)? {
        Owner::Country(region) if region.may_rewrite(national)? => return None,
        Owner::Country(region) => (region.assigns(national)?, region.meta.id()),
        Owner::Nobody => (false, WORLD),
    };
    let country = match id {
        WORLD => Cow::Owned(format!("+{}", code.number)),
        id => Cow::Borrowed(id),
    };
    Some(Looked {
        valid,
        possible: valid || code.has_possible(national)?,
        country,
    })
}

/// The library's name for what belongs to no country.
const WORLD: &str = "001";

/// The shortest calling code a number begins with, and the rest.
fn split(digits: &str) -> Option<(&'static CallingCode, &str)> {
    (1..=3).find_map(|length| {
        let (code, national) = digits.split_at_checked(length)?;
        let number: usize = code.parse().ok()?;
        Some((CALLING_CODES.get(number)?.as_ref()?, national))
    })
}

/// Whose number it is.
enum Owner {
    Country(&'static Region),
    /// No country of the calling code has such numbers.
    Nobody,
}

/// The countries of a calling code, in the library's order.
struct CallingCode {
    number: u16,
    regions: Vec<Region>,
}

impl CallingCode {
    fn of(number: u16) -> Option<Self> {
        let regions = DATABASE.by_code(&number)?;
        Some(Self {
            number,
            regions: regions.into_iter().map(Region::of).collect(),
        })
    }

    /// Whose number it is, by the library's rule: the only country, else the first with its
    /// leading digits, or that assigns it.
    fn owner(&'static self, national: &str) -> Option<Owner> {
        if let [only] = self.regions.as_slice() {
            return Some(Owner::Country(only));
        }
        for region in &self.regions {
            let is_its = match region.meta.leading_digits() {
                Some(source) => region.leading.begins(source.as_str(), national)?,
                None => region.assigns(national)?,
            };
            if is_its {
                return Some(Owner::Country(region));
            }
        }
        Some(Owner::Nobody)
    }

    fn has_possible(&self, national: &str) -> Option<bool> {
        for region in &self.regions {
            if region.fits(national)? {
                return Some(true);
            }
        }
        Some(false)
    }
}

/// A country with its patterns.
struct Region {
    meta: &'static Metadata,
    leading: Pattern,
    prefix: Pattern,
    general: Pattern,
    /// All kinds of numbers of a length in one pattern.
    kinds: [Pattern; LENGTHS],
}

impl Region {
    fn of(meta: &'static Metadata) -> Self {
        Self {
            meta,
            leading: Pattern::default(),
            prefix: Pattern::default(),
            general: Pattern::default(),
            kinds: Default::default(),
        }
    }

    /// Whether it fits the country's general pattern.
    fn fits(&self, national: &str) -> Option<bool> {
        let general = self.meta.descriptors().general();
        if !has_length(general, national.len()) {
            return Some(false);
        }
        self.general
            .begins(general.national_number().as_str(), national)
    }

    /// Whether the country uses such a number for anything.
    fn assigns(&self, national: &str) -> Option<bool> {
        if !self.fits(national)? {
            return Some(false);
        }
        let length = national.len();
        let all = self.meta.descriptors();
        let kinds = [
            all.premium_rate(),
            all.toll_free(),
            all.shared_cost(),
            all.voip(),
            all.personal_number(),
            all.pager(),
            all.uan(),
            all.voicemail(),
            all.fixed_line(),
            all.mobile(),
        ];
        let kinds = kinds.into_iter().flatten();
        let mut kinds = kinds.filter(|kind| has_length(kind, length)).peekable();
        if kinds.peek().is_none() {
            return Some(false);
        }
        let pattern = self.kinds.get(length)?;
        let regex = pattern.or_compile(|| {
            // Patterns are written over several lines; so are these.
            let sources = kinds.map(|kind| format!("(?:\n{}\n)", kind.national_number().as_str()));
            sources.collect::<Vec<_>>().join("|")
        })?;
        Some(regex.is_match(national.as_bytes()))
    }

    /// Whether the library might take a prefix away or put another in its place.
    fn may_rewrite(&self, national: &str) -> Option<bool> {
        let prefix = self.meta.national_prefix();
        if prefix.is_some_and(|prefix| national.starts_with(prefix)) {
            return Some(true);
        }
        let Some(source) = self.meta.national_prefix_for_parsing() else {
            return Some(false);
        };
        let regex = self.prefix.or_compile(|| source.as_str().to_owned())?;
        let Some(found) = regex.find(national.as_bytes()) else {
            return Some(false);
        };
        if found.end() > 0 {
            return Some(true);
        }
        // Nothing is taken away; something is put in only where the last group stands for it.
        let groups = regex.captures(national.as_bytes())?;
        let last = groups.get(groups.len().saturating_sub(1));
        Some(self.meta.national_prefix_transform_rule().is_some() && last.is_some())
    }
}

/// A pattern that is compiled when it is first needed. The library accepts a pattern that is found
/// at the start, so these are bound to the start.
#[derive(Default)]
struct Pattern(OnceLock<Option<Regex>>);

impl Pattern {
    /// `None` for a pattern that cannot be compiled: then the library is asked.
    fn or_compile(&self, source: impl FnOnce() -> String) -> Option<&Regex> {
        let compile = || {
            let source = format!("^(?:\n{}\n)", source());
            let mut builder = RegexBuilder::new(&source);
            builder.ignore_whitespace(true).unicode(false).build().ok()
        };
        self.0.get_or_init(compile).as_ref()
    }

    fn begins(&self, source: &str, text: &str) -> Option<bool> {
        let regex = self.or_compile(|| source.to_owned())?;
        Some(regex.is_match(text.as_bytes()))
    }
}

fn has_length(descriptor: &Descriptor, length: usize) -> bool {
    let possible = descriptor.possible_length();
    possible.is_empty() || possible.iter().any(|one| usize::from(*one) == length)
}

#[cfg(test)]
mod tests {
    use super::{CALLING_CODES, look};
    use phonenumber::metadata::DATABASE;
    use proptest::prelude::*;

    /// What the library says: digits, valid, possible, country.
    fn library(digits: &str) -> Option<(String, bool, bool, String)> {
        let parsed = phonenumber::parse(None, format!("+{digits}")).ok()?;
        let e164 = parsed.format().mode(phonenumber::Mode::E164).to_string();
        let national = parsed.national().to_string();
        let countries = DATABASE.by_code(&parsed.code().value()).unwrap();
        let possible = countries
            .iter()
            .any(|country| country.descriptors().general().is_match(&national));
        let country = parsed.country();
        let named = country.id().map(|id| id.as_ref().to_owned());
        let country = named.unwrap_or_else(|| format!("+{}", country.code()));
        Some((e164[1..].to_owned(), parsed.is_valid(), possible, country))
    }

    fn agree(digits: &str) -> Result<(), TestCaseError> {
        let Some(looked) = look(digits) else {
            return Ok(());
        };
        let Some((same, valid, possible, country)) = library(digits) else {
            return Err(TestCaseError::fail(format!("the library refuses {digits}")));
        };
        prop_assert_eq!(&same, digits, "the library rewrites it");
        prop_assert_eq!(looked.valid, valid, "validity of {}", digits);
        prop_assert_eq!(
            looked.possible,
            possible || valid,
            "possibility of {}",
            digits
        );
        prop_assert_eq!(looked.country, country, "country of {}", digits);
        Ok(())
    }

    fn codes() -> Vec<u16> {
        let known = CALLING_CODES.iter().flatten();
        known.map(|code| code.number).collect()
    }

    #[test]
    fn examples_of_every_country_are_as_the_library_says_and_mostly_answered_here() {
        let (mut here, mut all) = (0, 0);
        for meta in DATABASE.iter() {
            let kinds = [meta.descriptors().mobile(), meta.descriptors().fixed_line()];
            for example in kinds
                .into_iter()
                .flatten()
                .filter_map(|kind| kind.example())
            {
                // Each takes the library a hundredth of a second without optimisation.
                for changed in neighbours(example).into_iter().step_by(11) {
                    let digits = format!("{}{changed}", meta.country_code());
                    agree(&digits).unwrap();
                    here += usize::from(look(&digits).is_some());
                    all += 1;
                }
            }
        }
        assert!(all > 400 && here * 10 > all * 8, "{here} of {all}");
    }

    /// An example, shorter, longer, and with each of its first digits changed.
    fn neighbours(example: &str) -> Vec<String> {
        let mut texts = vec![
            example.to_owned(),
            format!("{example}5"),
            example[..example.len() - 1].to_owned(),
            format!("0{example}"),
            format!("1{example}"),
            format!("9{example}"),
        ];
        for at in 0..example.len().min(4) {
            for digit in ["0", "1", "5", "9"] {
                let mut changed = example.to_owned();
                changed.replace_range(at..=at, digit);
                texts.push(changed);
            }
        }
        texts
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(150))]
        #[test]
        fn the_tables_and_the_library_agree(
            code in prop::sample::select(codes()),
            national in "[0-9]{4,13}",
        ) {
            agree(&format!("{code}{national}"))?;
        }

        #[test]
        fn any_digits_get_the_same_verdict(digits in "[1-9][0-9]{7,14}") {
            agree(&digits)?;
        }

        #[test]
        fn digits_never_change(code in prop::sample::select(codes()), national in "0{0,3}[0-9]{4,10}") {
            let written = format!("+{code}{national}");
            if let Ok(read) = crate::domain::phone::read_number(&written, None) {
                prop_assert_eq!(read.phone.with_plus(), written);
            }
        }
    }
}
