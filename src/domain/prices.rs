//! A rough cost from prices that somebody wrote down. Nothing here asks the platform; a price that
//! is not in the table is said to be missing, never guessed.

use super::plan_facts::Countries;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Millionths of a unit of money.
pub type Micros = u64;

/// Prices by country and category.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PriceTable {
    /// As written: `EUR`.
    pub currency: String,
    /// Of which day the prices are.
    pub as_of: Option<Date>,
    /// By country in two letters and category in small letters.
    pub prices: BTreeMap<String, BTreeMap<String, Micros>>,
}

/// What a plan would cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// The sum for those whose price is known.
    pub amount: Micros,
    /// As the table has it.
    pub currency: String,
    /// Of which day the prices are.
    pub as_of: Option<Date>,
    /// People without a price.
    pub unpriced: u64,
    /// Whether the category is unknown, so that the dearest price of each country was taken.
    pub at_most: bool,
}

impl PriceTable {
    /// What messages of a category to people of these countries cost. `None` where no country was
    /// counted.
    pub fn cost(&self, countries: &Countries, category: Option<&str>) -> Option<Cost> {
        if countries.is_empty() {
            return None;
        }
        let category = category.map(|word| word.trim().to_lowercase());
        let mut cost = Cost {
            amount: 0,
            currency: self.currency.clone(),
            as_of: self.as_of,
            unpriced: 0,
            at_most: category.is_none(),
        };
        for (country, people) in countries {
            let prices = self.prices.get(country);
            let price = prices.and_then(|prices| match &category {
                Some(category) => prices.get(category).copied(),
                None => prices.values().max().copied(),
            });
            match price {
                Some(price) => {
                    cost.amount = cost.amount.saturating_add(price.saturating_mul(*people));
                }
                None => cost.unpriced += people,
            }
        }
        Some(cost)
    }
}

impl Cost {
    /// `about 12.40 EUR (your table of 2026-10-01)`.
    pub fn words(&self) -> String {
        let cents = self.amount.div_ceil(10_000);
        let about = if self.at_most {
            "at most about"
        } else {
            "about"
        };
        let of = self
            .as_of
            .map_or_else(String::new, |day| format!(" of {day}"));
        let missing = match self.unpriced {
            0 => String::new(),
            people => format!("; no price for {people} of the people"),
        };
        format!(
            "{about} {}.{:02} {} (your table{of}{missing})",
            cents / 100,
            cents % 100,
            self.currency
        )
    }
}

#[cfg(test)]
mod tests {
    use super::PriceTable;
    use std::collections::BTreeMap;

    fn table() -> PriceTable {
        let gb = BTreeMap::from([
            ("marketing".to_owned(), 52_900),
            ("utility".to_owned(), 22_000),
        ]);
        PriceTable {
            currency: "EUR".to_owned(),
            as_of: Some(jiff::civil::date(2026, 10, 1)),
            prices: BTreeMap::from([("GB".to_owned(), gb)]),
        }
    }

    #[test]
    fn a_cost_says_what_it_is_made_of() {
        let countries = vec![("GB".to_owned(), 100), ("IE".to_owned(), 3)];
        let cost = |category| table().cost(&countries, category).unwrap().words();
        assert_eq!(
            cost(Some("UTILITY")),
            "about 2.20 EUR (your table of 2026-10-01; no price for 3 of the people)"
        );
        assert_eq!(
            cost(None),
            "at most about 5.29 EUR (your table of 2026-10-01; no price for 3 of the people)"
        );
        assert_eq!(table().cost(&Vec::new(), None), None);
    }
}
