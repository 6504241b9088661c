//! The table of `manual::mcp`: every row of the specification stands in it, every test that it
//! names is there, and every test that bears the number of a row stands in that row.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const MANUAL: &str = include_str!("../src/manual/mcp.rs");

/// How many rows of each kind there are.
const ROWS: [(char, usize); 3] = [('S', 34), ('A', 17), ('C', 14)];

#[test]
fn every_row_stands_in_the_table_once_and_in_order() {
    let listed: Vec<_> = rows().map(|row| row.name).collect();
    let expected: Vec<_> = ROWS
        .iter()
        .flat_map(|(kind, count)| (1..=*count).map(move |number| format!("{kind}{number}")))
        .collect();
    assert_eq!(listed, expected);
}

#[test]
fn every_row_names_a_test_or_whose_it_is_alone() {
    let others = ["the server's", "the authorization server's", "the client's"];
    for row in rows() {
        let reason =
            others.iter().find_map(|other| row.place.strip_prefix(other)?.strip_prefix(" alone: "));
        match reason {
            None => assert!(!row.tests.is_empty(), "{} is not proved", row.name),
            Some(reason) => {
                assert!(!reason.is_empty(), "{} says no reason", row.name);
                assert!(row.tests.is_empty(), "{} is not ours, and proved", row.name);
            }
        }
    }
}

#[test]
fn every_test_that_is_named_exists() {
    let (tests, over_http) = (tests(), tests_over_http());
    for row in rows() {
        for test in &row.tests {
            let is_there = tests.contains(*test) || over_http.contains(*test);
            assert!(is_there, "{}: there is no test {test}", row.name);
            // A number of another row would be a proof of something else.
            assert!(
                rows_of(test).count() == 0 || rows_of(test).any(|number| row.is(number)),
                "{}: {test} is of another row",
                row.name
            );
        }
    }
}

#[test]
fn every_test_of_a_row_stands_in_it() {
    let missing: Vec<_> = tests()
        .iter()
        .flat_map(|test| rows_of(test).map(move |number| (test, number)))
        .filter(|(test, number)| {
            !rows().any(|row| row.is(number) && row.tests.contains(&test.as_str()))
        })
        .map(|(test, number)| format!("{number}: {test}"))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(rows_of("s1_a17_c2_x").eq(["s1", "a17", "c2"]));
    assert_eq!(rows_of("a_s1").chain(rows_of("s_1")).chain(rows_of("sha256_x")).count(), 0);
}

struct Row {
    name: &'static str,
    place: &'static str,
    tests: Vec<&'static str>,
}

impl Row {
    /// Whether this is the number that a test's name begins with.
    fn is(&self, number: &str) -> bool {
        self.name.eq_ignore_ascii_case(number)
    }
}

fn rows() -> impl Iterator<Item = Row> {
    let lines = MANUAL.lines().filter_map(|line| line.strip_prefix("//! | "));
    lines.filter(|line| !line.starts_with("row ")).map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let [name, asked, place, tests, ""] = cells[..] else { panic!("not four cells: {line}") };
        assert!(!asked.is_empty(), "{name}");
        let tests = tests.split(", ").filter(|test| !test.is_empty());
        let tests = tests.map(|test| {
            let name = test.strip_prefix('`').and_then(|test| test.strip_suffix('`'));
            name.unwrap_or_else(|| panic!("{test} is no name of a test"))
        });
        Row { name, place, tests: tests.collect() }
    })
}

/// The rows that a test's name begins with.
fn rows_of(test: &str) -> impl Iterator<Item = &str> {
    test.split('_').take_while(|word| {
        let digits = word.strip_prefix(['s', 'a', 'c']).unwrap_or("");
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The names of all tests of this crate.
fn tests() -> BTreeSet<String> {
    let mut tests = BTreeSet::new();
    for folder in ["src", "tests"] {
        collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut tests);
    }
    tests
}

/// The names of the tests that send requests to servers in Python and in C.
fn tests_over_http() -> BTreeSet<String> {
    let file = "../python/tests/test_guard_http.py";
    let source = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file));
    let source = source.expect("the tests over HTTP");
    let names = source.lines().filter_map(|line| line.strip_prefix("def ")?.split_once('('));
    names.map(|(name, _)| name.to_owned()).filter(|name| name.starts_with("test_")).collect()
}

fn collect(folder: &Path, tests: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, tests);
            continue;
        }
        let source = fs::read_to_string(&path).expect("a source");
        let mut lines = source.lines().map(str::trim);
        while let Some(line) = lines.next() {
            if line != "#[test]" {
                continue;
            }
            let function = lines.find_map(|line| line.strip_prefix("fn ")).expect("a function");
            let (name, _) = function.split_once('(').expect("its name");
            tests.insert(name.to_owned());
        }
    }
}
