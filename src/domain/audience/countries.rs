//! In which countries people are, by their numbers. It decides nothing.

use crate::domain::phone::PhoneNumber;
use crate::domain::recipient::Recipient;
use std::borrow::Cow;
use std::collections::HashMap;

/// Countries with how many people each has, the one with most people first: two letters, or a
/// calling code such as `+1` where the tables do not tell. People without a number are in none.
/// A million people take about a second.
pub fn countries<'r>(people: impl IntoIterator<Item = &'r Recipient>) -> Vec<(String, u64)> {
    let mut counts: HashMap<Cow<'static, str>, u64> = HashMap::new();
    let numbers = people.into_iter().filter_map(Recipient::phone);
    for country in numbers.filter_map(PhoneNumber::country) {
        *counts.entry(country).or_default() += 1;
    }
    let owned = |(country, count): (Cow<'static, str>, u64)| (country.into_owned(), count);
    let mut counts: Vec<(String, u64)> = counts.into_iter().map(owned).collect();
    counts.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    counts
}

#[cfg(test)]
mod tests {
    use super::countries;
    use crate::domain::audience::from_numbers;

    #[test]
    fn people_are_counted_by_country() {
        let numbers = [
            "+447400123456",
            "+447400123457",
            "+14155550132",
            "+919876543210",
            "no",
        ];
        let audience = from_numbers(&numbers.map(str::to_owned), None);
        let people = audience.rows.iter().map(|row| &row.recipient);
        let expected = [("GB", 2), ("IN", 1), ("US", 1)];
        assert_eq!(
            countries(people),
            expected.map(|(name, count)| (name.to_owned(), count))
        );
    }
}
