//! The columns of a table and what they may mean: which is the recipient, which fits a parameter.
//! It only proposes; a person decides.

use super::AudienceError;
use super::sample::TableSample;
use crate::domain::phone;
use crate::domain::template::TemplateParameter;
use std::collections::{BTreeMap, BTreeSet};

/// Headers that mean the recipient, lower case and without spaces, `_`, `-` and `.`.
const RECIPIENT_HEADERS: [&str; 10] = [
    "phone",
    "phonenumber",
    "phoneno",
    "mobile",
    "msisdn",
    "whatsapp",
    "number",
    "userphonenumber",
    "userphoneno",
    "channeluserid",
];
/// Names that mean the same, folded. The first of each is what it is called here.
const SYNONYMS: [&[&str]; 9] = [
    &[
        "name",
        "firstname",
        "fname",
        "givenname",
        "customername",
        "customer",
        "username",
        "fullname",
        "vorname",
        "nombre",
        "prenom",
        "nome",
        "clientname",
    ],
    &[
        "lastname",
        "surname",
        "familyname",
        "lname",
        "nachname",
        "apellido",
    ],
    &[
        "order",
        "orderid",
        "orderno",
        "ordernumber",
        "orderref",
        "bookingid",
        "booking",
        "reference",
    ],
    &[
        "date",
        "day",
        "duedate",
        "deliverydate",
        "appointment",
        "datum",
        "fecha",
    ],
    &["time", "hour", "slot", "uhrzeit", "hora"],
    &[
        "amount", "total", "price", "sum", "value", "due", "balance", "betrag", "importe",
    ],
    &["city", "town", "place", "location", "ort", "ciudad"],
    &["link", "url", "website", "web", "page"],
    &[
        "code",
        "coupon",
        "couponcode",
        "voucher",
        "promo",
        "promocode",
        "discountcode",
    ],
];
/// Of the rows of a sample, so many in a hundred must look like numbers.
const MOST: usize = 60;

/// Which column is the recipient, as far as it can be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecipientProposal {
    /// Its header says so.
    Named(usize),
    /// Its header does not say so, but it is the only column that looks like numbers.
    Looks(usize),
    /// Several could be: a person chooses.
    Several(Vec<usize>),
    /// None could be.
    Nothing,
}

/// The names of the columns, taken from the first row: letters without a header, and where the
/// header has an empty cell.
pub(super) fn column_names(first: &[String], header: bool) -> Result<Vec<String>, AudienceError> {
    let written = |cell: &String| {
        let name = cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        (header && !name.is_empty()).then(|| name.to_owned())
    };
    let mut taken = BTreeSet::new();
    for name in first.iter().filter_map(written) {
        if !taken.insert(name.clone()) {
            return Err(AudienceError::RepeatedColumn(name));
        }
    }
    let named = first.iter().enumerate().map(|(at, cell)| {
        written(cell).unwrap_or_else(|| {
            let letter = letter(at);
            let free = !taken.contains(&letter);
            if free {
                letter
            } else {
                format!("column {}", at + 1)
            }
        })
    });
    Ok(named.collect())
}

/// How a spreadsheet calls a column: A to Z, AA …
fn letter(at: usize) -> String {
    let last = u8::try_from(at % 26).map_or('A', |offset| char::from(b'A' + offset));
    match at / 26 {
        0 => last.to_string(),
        more => format!("{}{last}", letter(more - 1)),
    }
}

/// The columns whose header means the recipient.
pub(super) fn named_recipients(columns: &[String]) -> Vec<usize> {
    let known = |name: &String| RECIPIENT_HEADERS.contains(&folded(name).as_str());
    let found = columns.iter().enumerate().filter(|(_, name)| known(name));
    found.map(|(at, _)| at).collect()
}

/// Proposes the recipient's column: by the header, else by what stands in the sample.
pub fn propose_recipient(sample: &TableSample) -> RecipientProposal {
    let named = if sample.shape.header {
        named_recipients(&sample.columns)
    } else {
        Vec::new()
    };
    match named.as_slice() {
        [only] => return RecipientProposal::Named(*only),
        [] => {}
        _ => return RecipientProposal::Several(named),
    }
    let looks = |at: &usize| {
        let cells = sample.rows.iter().filter_map(|row| row.get(*at));
        let filled: Vec<&String> = cells.filter(|cell| !cell.trim().is_empty()).collect();
        let numbers = filled.iter().filter(|cell| phone::looks_like_number(cell));
        !filled.is_empty() && numbers.count() * 100 >= filled.len() * MOST
    };
    let candidates: Vec<usize> = (0..sample.columns.len()).filter(looks).collect();
    match candidates.as_slice() {
        [only] => RecipientProposal::Looks(*only),
        [] => RecipientProposal::Nothing,
        _ => RecipientProposal::Several(candidates),
    }
}

/// Proposes a column for each parameter that one fits, by the parameter's name: the same name or
/// label whatever its case, spaces and signs, else a name that means the same. A column that two
/// could have goes to the first; the column of the recipient goes to none.
pub fn propose_columns(
    columns: &[String],
    recipient: Option<usize>,
    parameters: &[TemplateParameter],
) -> BTreeMap<String, usize> {
    let mut proposed = BTreeMap::new();
    let mut free: BTreeMap<usize, String> = columns
        .iter()
        .enumerate()
        .filter(|(at, _)| Some(*at) != recipient)
        .map(|(at, name)| (at, folded(name)))
        .collect();
    let fits: [fn(&str, &str) -> bool; 2] = [|wanted, column| wanted == column, means_the_same];
    for fit in fits {
        for parameter in parameters {
            if proposed.contains_key(&parameter.name) {
                continue;
            }
            let wanted = names_of(parameter);
            let found = free
                .iter()
                .find(|(_, column)| wanted.iter().any(|one| fit(one, column)));
            if let Some(at) = found.map(|(at, _)| *at) {
                free.remove(&at);
                proposed.insert(parameter.name.clone(), at);
            }
        }
    }
    proposed
}

/// What a column for a parameter may be called: its label, its name, and for numbered ones the ways
/// in which people number columns.
fn names_of(parameter: &TemplateParameter) -> Vec<String> {
    let mut names: Vec<String> = parameter.label.iter().map(|label| folded(label)).collect();
    names.push(folded(&parameter.name));
    if parameter.name.bytes().all(|byte| byte.is_ascii_digit()) {
        let number = &parameter.name;
        let ways = [
            "{{N}}",
            "param",
            "parameter",
            "var",
            "variable",
            "body",
            "attribute",
        ];
        names.extend(ways.iter().map(|way| match *way {
            "{{N}}" => format!("{{{{{number}}}}}"),
            way => format!("{way}{number}"),
        }));
    }
    names
}

fn means_the_same(wanted: &str, column: &str) -> bool {
    let group = SYNONYMS.iter().find(|group| group.contains(&wanted));
    group.is_some_and(|group| group.contains(&column))
}

/// A name without what people write differently: case, spaces, `_`, `-` and `.`.
pub(super) fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| !matches!(c, ' ' | '_' | '-' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{RecipientProposal, column_names, letter, propose_columns, propose_recipient};
    use crate::domain::audience::{ShapeChoice, sample};
    use crate::domain::template::{ParameterKind, TemplateParameter};
    use rstest::rstest;
    use std::collections::BTreeMap;

    #[rstest]
    #[case("Phone No,name\n1,a\n", RecipientProposal::Named(0))]
    #[case(
        "who,name\n+447700900412,Ana\nnobody,Bo\n+447700900118,Cleo\n",
        RecipientProposal::Looks(0)
    )]
    #[case("phone,mobile\n1,2\n", RecipientProposal::Several(vec![0, 1]))]
    #[case("a,b\n+447700900412,+447700900118\n", RecipientProposal::Several(vec![0, 1]))]
    #[case("order,name\n17,Ana\n", RecipientProposal::Nothing)]
    #[case("Ana,+447700900412\nBo,+447700900118\n", RecipientProposal::Looks(1))]
    fn the_recipient_is_proposed(#[case] text: &str, #[case] proposal: RecipientProposal) {
        let table = sample(text.as_bytes(), &ShapeChoice::default()).unwrap();
        assert_eq!(propose_recipient(&table), proposal);
    }

    #[test]
    fn parameters_find_their_columns() {
        let parameter = |name: &str, label: Option<&str>| TemplateParameter {
            name: name.to_owned(),
            pointer: String::new(),
            kind: ParameterKind::Text,
            default: None,
            label: label.map(str::to_owned),
            fallback: None,
        };
        let parameters = [
            parameter("1", Some("first_name")),
            parameter("2", Some("order")),
            parameter("3", None),
            parameter("city", None),
            parameter("4", Some("colour")),
        ];
        let columns = [
            "Mobile",
            "Order No",
            "First Name",
            "var 3",
            "City",
            "colours",
        ];
        let columns = columns.map(str::to_owned);
        let proposed = propose_columns(&columns, Some(0), &parameters);
        let expected = [("1", 2), ("2", 1), ("3", 3), ("city", 4)];
        let expected = expected.map(|(name, at)| (name.to_owned(), at));
        assert_eq!(proposed, BTreeMap::from(expected));
    }

    #[test]
    fn columns_without_a_name_are_letters() {
        let first = ["A", "", "name", ""].map(str::to_owned);
        assert_eq!(column_names(&first, true).unwrap(), ["A", "B", "name", "D"]);
        assert_eq!(column_names(&first, false).unwrap(), ["A", "B", "C", "D"]);
        let clash = ["B", ""].map(str::to_owned);
        assert_eq!(column_names(&clash, true).unwrap(), ["B", "column 2"]);
        assert_eq!(
            (letter(25), letter(26), letter(701)),
            ("Z".into(), "AA".into(), "ZZ".into())
        );
        let twice = ["name", " name"].map(str::to_owned);
        column_names(&twice, true).unwrap_err();
    }
}
