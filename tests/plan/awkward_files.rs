//! The folder of awkward files: what each of them comes to, as a report somebody can read. A new way
//! in which a file can be wrong is a new file there.

use crate::support::{constants, frozen, now, profile, template};
use alertdesk::domain::audience::{
    CheckReport, CheckVerdict, CsvOptions, RecipientProposal, ShapeChoice, from_csv,
    propose_recipient, row_rules, sample,
};
use alertdesk::domain::{Audience, Content, Plan};
use alertdesk::outbox::freeze::{FreezeError, freeze};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

fn send(audience: Audience) -> Result<Plan, FreezeError> {
    let content = Content::Template {
        template: template("template_body_only"),
        values: constants(&[("1", "Ana"), ("2", "5521")]),
    };
    frozen(content, audience)
}

/// What a file comes to, in the order in which a person meets it.
fn report(bytes: &[u8]) -> String {
    let mut text = String::new();
    match sample(bytes, &ShapeChoice::default()) {
        Err(error) => writeln!(text, "sample: refused, {error}").unwrap(),
        Ok(table) => {
            let shape = table.shape;
            let delimiter = char::from(shape.delimiter);
            let header = if shape.header {
                "a header"
            } else {
                "no header"
            };
            writeln!(text, "sample: {}, {delimiter:?}, {header}", shape.encoding).unwrap();
            let recipient = match propose_recipient(&table) {
                RecipientProposal::Named(at) => format!("{}, named so", table.columns[at]),
                RecipientProposal::Looks(at) => format!("{}, by its looks", table.columns[at]),
                RecipientProposal::Several(_) => "several could be".to_owned(),
                RecipientProposal::Nothing => "none".to_owned(),
            };
            writeln!(
                text,
                "columns: {}; recipient: {recipient}",
                table.columns.join(", ")
            )
            .unwrap();
            for warning in &table.warnings {
                writeln!(text, "warning: {warning}").unwrap();
            }
        }
    }
    let audience = match from_csv(bytes, &CsvOptions::default()) {
        Ok(audience) => audience,
        Err(error) => {
            writeln!(text, "refused ({}): {error}", error.rule()).unwrap();
            return text;
        }
    };
    let checks = match send(audience.clone()) {
        Ok(plan) => CheckReport::of_plan(&audience, &plan),
        Err(error) => {
            writeln!(text, "no plan: {error}").unwrap();
            CheckReport::of_problems(&audience, &error.skipped, &error.problems)
        }
    };
    assert_eq!(checks.planned, checks.to_go + checks.left_out());
    assert_eq!(
        checks.planned,
        (audience.rows.len() + audience.skipped.len()) as u64
    );
    writeln!(
        text,
        "{} planned, {} to go, {} left out",
        checks.planned,
        checks.to_go,
        checks.left_out()
    )
    .unwrap();
    for class in checks.with(CheckVerdict::LeftOut) {
        let named = row_rules::all().any(|rule| rule == class.rule);
        assert!(named, "{} cannot be decided about", class.rule);
    }
    for class in &checks.classes {
        let (stage, verdict) = (class.stage.word(), class.verdict.word());
        writeln!(
            text,
            "{stage} {verdict} {} x{}: {}",
            class.rule, class.count, class.text
        )
        .unwrap();
        for example in &class.examples {
            let row = example
                .row
                .map_or_else(String::new, |row| format!("row {row} "));
            let shown = example.shown.escape_debug();
            writeln!(text, "  {row}{shown} {}", example.why.escape_debug()).unwrap();
        }
    }
    text
}

#[test]
fn every_awkward_file_comes_to_its_report() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/people");
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 30, "{} files", files.len());
    let mut all = String::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy();
        writeln!(all, "== {name}\n{}", report(&std::fs::read(&file).unwrap())).unwrap();
    }
    insta::assert_snapshot!("what_awkward_files_come_to", all);
}

/// The call of each person, by number.
fn calls(rows: &[(u32, u32)]) -> BTreeMap<String, String> {
    let mut file = String::from("phone,name\n");
    for (number, value) in rows {
        writeln!(file, "+447700900{number:03},Person {value}").unwrap();
    }
    let audience = from_csv(file.as_bytes(), &CsvOptions::default()).unwrap();
    let content = Content::Template {
        template: template("template_body_only"),
        values: constants(&[("1", "{{name}}"), ("2", "5521")]),
    };
    let draft = crate::support::draft(content, audience);
    let plan = freeze(&draft, &profile(), now(), "n1").unwrap();
    let call = |call: &alertdesk::domain::PlannedCall| {
        let body = String::from_utf8(call.request.body.bytes()).unwrap();
        (call.recipients[0].text().to_owned(), body)
    };
    plan.calls.iter().map(call).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn shuffled_rows_give_everybody_the_same(
        rows in prop::collection::btree_map(0_u32..1000, 0_u32..50, 1..30),
        seed in any::<u64>(),
    ) {
        let rows: Vec<(u32, u32)> = rows.into_iter().collect();
        let mut shuffled = rows.clone();
        fastrand::Rng::with_seed(seed).shuffle(&mut shuffled);
        prop_assert_eq!(calls(&rows), calls(&shuffled));
    }

    #[test]
    fn what_was_normalised_is_normalised(written in "[+0]?[0-9 ().\u{a0}-]{8,18}") {
        let read = |text: &str| alertdesk::domain::phone::read_number(text, None);
        if let Ok(once) = read(&written) {
            let twice = read(&once.phone.with_plus()).unwrap();
            prop_assert_eq!(&twice.phone, &once.phone);
            prop_assert!(!twice.cleaned);
        }
    }
}
