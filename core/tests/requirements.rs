//! The table of `manual::mcp`: every row of the specification stands in it, and every test that it
//! names is there.

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
fn every_row_says_where_it_is_done_and_which_test_proves_it() {
    for row in rows() {
        assert!(!row.place.is_empty(), "{} is nobody's", row.name);
        // Where there is something of ours, a test proves it.
        let is_ours = row.place.contains("](crate::") && !row.place.starts_with("the server's");
        assert!(!is_ours || !row.tests.is_empty(), "{} is not proved", row.name);
    }
}

#[test]
fn every_test_that_is_named_exists() {
    let tests = tests();
    for row in rows() {
        for test in &row.tests {
            assert!(tests.contains(*test), "{}: there is no test {test}", row.name);
        }
    }
}

#[test]
fn every_test_of_a_row_is_of_a_row_that_the_table_has() {
    for test in tests() {
        for number in rows_of(&test) {
            let known = rows().any(|row| row.name.eq_ignore_ascii_case(number));
            assert!(known, "{test} is of no row");
        }
    }
    assert!(rows_of("s1_a17_c2_x").eq(["s1", "a17", "c2"]));
    assert_eq!(rows_of("a_s1").chain(rows_of("s_1")).chain(rows_of("sha256_x")).count(), 0);
}

struct Row {
    name: &'static str,
    place: &'static str,
    tests: Vec<&'static str>,
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
