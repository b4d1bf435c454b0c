//! Who a send is for: how files are written, earlier batches, and or not, what is left out as a
//! file, and the checks of a dry run.

use crate::sends::order;
use crate::support::{ANA, Desk, Sandbox, TOM};
use serde_json::{Value, json};

/// A desk with the template of the sends, and the sandbox it talks to.
fn start() -> (Sandbox, Desk) {
    let sandbox = Sandbox::start(&[]);
    let desk = sandbox.desk();
    desk.import(&["order_replacement.en"]);
    (sandbox, desk)
}

fn plan(desk: &Desk, rest: &[&str]) -> Value {
    let all = [rest, &["--dry-run", "--output", "json"]].concat();
    desk.run(&order(&all)).expect(0).json()
}

fn recipients(plan: &Value) -> Vec<&str> {
    let requests = plan["requests"].as_array().unwrap().iter();
    requests
        .map(|request| request["recipients"][0].as_str().unwrap())
        .collect()
}

#[test]
fn the_shape_of_a_file_is_seen_and_can_be_overruled() {
    let (_sandbox, desk) = start();
    let bare = desk.write("bare.txt", &format!("+{ANA};Ana\n+{TOM};Tom\n"));
    let run = desk.run(&order(&["--csv", &bare, "--dry-run"])).expect(2);
    assert!(run.stderr.contains("has no header"), "{}", run.stderr);
    let seen = plan(&desk, &["--csv", &bare, "--map", "to=A"]);
    assert_eq!(recipients(&seen), [ANA, TOM]);
    let rules: Vec<&str> = seen["checks"]["classes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|class| class["rule"].as_str().unwrap())
        .collect();
    assert_eq!(rules, ["no_header"]);
    let forced = [
        "--csv",
        &bare,
        "--map",
        "to=A",
        "--delimiter",
        ";",
        "--no-header",
        "--encoding",
        "latin1",
    ];
    assert_eq!(recipients(&plan(&desk, &forced)), [ANA, TOM]);
    let wrong = desk
        .run(&order(&[
            "--csv",
            &bare,
            "--encoding",
            "klingon",
            "--dry-run",
        ]))
        .expect(2);
    assert!(wrong.stderr.contains("windows-1252"), "{}", wrong.stderr);
}

#[test]
fn checks_add_up_and_rejected_rows_go_to_a_file() {
    let (_sandbox, desk) = start();
    let file = desk.write(
        "people.csv",
        &format!("phone,name\n+{ANA},Ana\nnobody,=Bo\n+{ANA},Twin\n9.19E+11,Eve\n+{TOM},Tom\n"),
    );
    let rejects = desk.folder.path().join("rejects.csv");
    let target = rejects.to_str().unwrap();
    let plan = plan(&desk, &["--csv", &file, "--rejects", target]);
    let checks = &plan["checks"];
    assert_eq!(
        (&checks["planned"], &checks["to_go"], &checks["left_out"]),
        (&json!(5), &json!(2), &json!(3))
    );
    assert_eq!(checks["planned"], plan["counts"]["planned"]);
    let class = checks["classes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|class| class["rule"] == "duplicate")
        .unwrap();
    assert_eq!(
        (&class["verdict"], &class["examples"][0]["row"]),
        (&json!("left_out"), &json!(3))
    );
    let written = std::fs::read_to_string(&rejects).unwrap();
    assert_eq!(written.lines().count(), 4, "{written}");
    assert!(written.contains(",nobody,'=Bo"), "{written}");
    let again = desk
        .run(&order(&["--csv", &file, "--rejects", target, "--dry-run"]))
        .expect(2);
    assert!(again.stderr.contains("--force"), "{}", again.stderr);
    let text = desk
        .run(&order(&[
            "--csv",
            &file,
            "--rejects",
            target,
            "--force",
            "--dry-run",
        ]))
        .expect(0)
        .stdout;
    assert!(
        text.contains("rows check, left out: 1 \u{d7} damaged by a spreadsheet"),
        "{text}"
    );
    let stopped = desk
        .run(&order(&[
            "--csv",
            &file,
            "--on",
            "duplicate=stop",
            "--dry-run",
        ]))
        .expect(2);
    assert!(stopped.stderr.contains("row 3"), "{}", stopped.stderr);
    desk.run(&order(&[
        "--csv",
        &file,
        "--on",
        "duplicate=maybe",
        "--dry-run",
    ]))
    .expect(2);
    let unknown = desk
        .run(&order(&[
            "--csv",
            &file,
            "--on",
            "duplicates=stop",
            "--dry-run",
        ]))
        .expect(2);
    assert!(
        unknown.stderr.contains("Is duplicate meant?"),
        "{}",
        unknown.stderr
    );
}

#[test]
fn of_many_rows_left_out_people_read_the_first_and_documents_have_all() {
    let (_sandbox, desk) = start();
    let twice = "+447700900118\n".repeat(31);
    let many = desk.write("many.csv", &format!("phone\n{twice}"));
    let text = desk
        .run(&order(&["--csv", &many, "--dry-run"]))
        .expect(0)
        .stdout;
    let named = text.lines().filter(|line| line.starts_with("skipped: row"));
    assert_eq!(named.count(), 20, "{text}");
    assert!(text.contains("skipped: 10 more; --rejects FILE"), "{text}");
    let document = plan(&desk, &["--csv", &many]);
    assert_eq!(document["skipped"].as_array().unwrap().len(), 30);
    assert_eq!(document["requests"].as_array().unwrap().len(), 1);
}

#[test]
fn what_usually_stays_is_left_out_or_stops_where_a_person_wants_that() {
    let (_sandbox, desk) = start();
    let mixed = desk.write("mixed.csv", "phone\n+447700900118\n447700900412\n");
    let all = plan(&desk, &["--csv", &mixed]);
    assert_eq!(recipients(&all), ["447700900118", "447700900412"]);
    let out = plan(&desk, &["--csv", &mixed, "--on", "no_plus=exclude"]);
    assert_eq!(recipients(&out), ["447700900118"]);
    assert_eq!(
        out["skipped"][0]["reason"],
        "written without +, so its country is a guess"
    );
    let stopped = desk
        .run(&order(&[
            "--csv",
            &mixed,
            "--on",
            "no_plus=stop",
            "--dry-run",
        ]))
        .expect(2);
    assert!(
        stopped.stderr.contains("row 2, 447700900412"),
        "{}",
        stopped.stderr
    );
    let typed = plan(
        &desk,
        &[
            "--to",
            "447700900412",
            "+447700900118",
            "--on",
            "no_plus=exclude",
        ],
    );
    assert_eq!(recipients(&typed), ["447700900118"]);
    let fallback = desk
        .run(&order(&[
            "--csv",
            &mixed,
            "--on",
            "no_value=fallback",
            "--dry-run",
        ]))
        .expect(2);
    assert!(
        fallback.stderr.contains("{{first_name|customer}}"),
        "{}",
        fallback.stderr
    );
}

#[test]
fn people_of_an_earlier_batch_are_taken_left_out_and_compared() {
    let (_sandbox, desk) = start();
    let first = desk.run(&order(&[
        "--to",
        ANA,
        TOM,
        "--now",
        "--confirm",
        "2",
        "--wait",
        "--output",
        "json",
    ]));
    let id = first.expect(0).json()["id"].to_string();
    let accepted = format!("{id}:accepted");
    let another = ["--allow-duplicates", "a test"];
    let taken = plan(
        &desk,
        &[&["--from-batch", &accepted], &another[..]].concat(),
    );
    assert_eq!(recipients(&taken), [ANA, TOM]);
    let left = format!("{id}:not-reached");
    desk.run(&order(&["--from-batch", &left, "--dry-run"]))
        .expect(2);

    let file = desk.write("more.csv", &format!("phone\n+{ANA}\n+447700900555\n"));
    let source = format!("batch:{accepted}");
    let without = plan(
        &desk,
        &["--csv", &file, "--except", &source, "--compare", &id],
    );
    assert_eq!(recipients(&without), ["447700900555"]);
    assert_eq!(without["skipped"][0]["rule"], "excluded");
    assert_eq!(
        without["compare"],
        json!({"batch": id.parse::<i64>().unwrap(), "same": 0, "added": ["447700900555"],
               "removed": [ANA, TOM]})
    );
    let only = plan(
        &desk,
        &[&["--csv", &file, "--only", &source], &another[..]].concat(),
    );
    assert_eq!(recipients(&only), [ANA]);
    let also = plan(
        &desk,
        &[&["--to", "447700900444", "--also", &file], &another[..]].concat(),
    );
    assert_eq!(recipients(&also), ["447700900444", ANA, "447700900555"]);
    for wrong in ["999", "x", &format!("{id}:everybody")] {
        let run = desk.run(&order(&["--from-batch", wrong, "--dry-run"]));
        assert!(matches!(run.status, 2 | 4), "{run:?}");
    }
}

#[test]
fn a_column_takes_its_form_and_what_is_no_date_is_a_class_of_its_own() {
    let (_sandbox, desk) = start();
    let file = desk.write(
        "people.csv",
        &format!("phone,name,when\n+{ANA},ANA,03/04/2026\n+{TOM},tom,2026-04-03\n"),
    );
    let send = |map: &str| {
        let words = [
            "send",
            "template",
            "order_replacement",
            "--csv",
            &file,
            "--param",
            "1=x",
            "2=y",
            "--map",
            map,
            "--dry-run",
            "--output",
            "json",
        ];
        desk.run(&words)
    };
    let plan = send("3=when:date(DD/MM/YYYY)").expect(0).json();
    assert_eq!(recipients(&plan), [ANA]);
    let body = plan["requests"][0]["body"].as_str().unwrap();
    assert!(body.contains("3 Apr 2026"), "{body}");
    let class = &plan["checks"]["classes"][0];
    assert_eq!(
        (&class["rule"], &class["verdict"], &class["count"]),
        (&json!("no_date"), &json!("left_out"), &json!(1))
    );
    let wrong = send("3=when:date(slashes)").expect(2);
    assert!(wrong.stderr.contains("DD/MM/YYYY"), "{}", wrong.stderr);
    let wrong = send("3=when:date").expect(2);
    assert!(
        wrong.stderr.contains("no column when:date"),
        "{}",
        wrong.stderr
    );
}
