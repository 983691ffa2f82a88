//! Patterns end to end: every table agrees with the reference matcher, hostile patterns get a quick and clear answer,
//! searching is total on any bytes.

use agsec::bundle::table;
use agsec::compile::automata::{self, Budget, Direction};
use agsec::ir::pattern::{self, Pattern};
use agsec::testing::choices::Choices;
use agsec::testing::pattern::{check_search_total, check_tables};
use agsec::vm::scan;
use proptest::prelude::*;

fn parsed(text: &str) -> Pattern {
    pattern::parse(text).expect("a pattern")
}

fn built(text: &str) -> Vec<u8> {
    automata::build(&parsed(text), &Budget::default()).expect("a table")
}

fn found(text: &str, value: &str) -> bool {
    scan::search(&built(text), value, &mut 1_000_000).expect("an answer")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn tables_answer_as_the_reference_matcher_does(bytes in prop::collection::vec(any::<u8>(), 8..160)) {
        let mut choices = Choices::new(&bytes);
        let pattern = agsec::testing::pattern::pattern(&mut choices);
        let texts: Vec<String> = (0..6).map(|_| agsec::testing::pattern::text(&mut choices)).collect();
        check_tables(&pattern, &texts);
    }

    #[test]
    fn searching_is_total_on_mutated_tables(
        bytes in prop::collection::vec(any::<u8>(), 8..60),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        text in ".{0,12}",
    ) {
        let mut choices = Choices::new(&bytes);
        let pattern = agsec::testing::pattern::pattern(&mut choices);
        let Ok(pattern) = pattern::parse(&pattern) else { return Ok(()) };
        let budget = Budget { states: 500, bytes: 1 << 16, steps: 50_000 };
        let Ok(mut table) = automata::build(&pattern, &budget) else { return Ok(()) };
        check_search_total(&table[..cut.index(table.len())], &text);
        for (place, byte) in edits {
            let place = place.index(table.len());
            table[place] = byte;
        }
        check_search_total(&table, &text);
    }

    #[test]
    fn searching_is_total_on_random_bytes(mut bytes in prop::collection::vec(any::<u8>(), 0..400), text in ".{0,12}") {
        check_search_total(&bytes, &text);
        if let Some(version) = bytes.first_mut() {
            *version = table::VERSION;
        }
        check_search_total(&bytes, &text);
    }
}

#[test]
fn the_generator_reaches_both_directions_and_both_answers() {
    let (mut asked, mut yes, mut both) = (0, 0, 0);
    for seed in 0_u64..400 {
        let bytes: Vec<u8> =
            (0..120).map(|index| (seed * 7919 + index * index * 31 + index * seed) as u8).collect();
        let mut choices = Choices::new(&bytes);
        let text = agsec::testing::pattern::pattern(&mut choices);
        let value = agsec::testing::pattern::text(&mut choices);
        let Ok(pattern) = pattern::parse(&text) else { continue };
        asked += check_tables(&text, std::slice::from_ref(&value)).min(1);
        let built = [Direction::RightToLeft, Direction::LeftToRight]
            .map(|direction| automata::build_direction(&pattern, direction, &Budget::default()));
        both += usize::from(built.iter().all(Option::is_some));
        let [Some(table), _] = built else { continue };
        yes += usize::from(scan::search(&table, &value, &mut 1_000) == Some(true));
    }
    assert!(
        asked > 200 && both > 150 && yes > 40 && yes < asked,
        "{asked} asked, {both} both ways, {yes} found"
    );
}

/// Recorded from CPython 3.11. The reference matcher shares the parser, so it cannot tell when that is wrong.
#[test]
fn answers_are_those_that_python_gives() {
    for (text, value, answer) in [
        (r"a\Bb", "ab", true),
        (r"a\B", "a", false),
        // A class that the pattern begins with is read by the flags of the whole pattern as well …
        (r"(?a:\W)x", "éx", false),
        (r"(?a)(?u:\w)x", "éx", false),
        (r"(?i:\W)x", "éx", false),
        (r"(?ai:\W)x", "éx", false),
        (r"y(?a:\W)x", "yéx", true),
        // … but not where ignoring case changes it.
        (r"(?ai:[\Wk])x", "éx", true),
        (r"(?i)[\dk]x", "Kx", true),
    ] {
        assert_eq!(found(text, value), answer, "{text} in {value}");
    }
}

#[test]
fn work_is_counted_in_characters_and_ends_the_search() {
    let table = built("é$");
    let mut work = 10;
    assert_eq!(scan::search(&table, "éé", &mut work), Some(true));
    assert!((8..10).contains(&work), "{work}");
    let mut work = 3;
    assert_eq!(scan::search(&built("x"), "aaaa", &mut work), None);
    assert_eq!(work, 0);
    assert_eq!(scan::search(&built("x"), "aaa", &mut 3), Some(false));
}

#[test]
fn the_direction_that_stays_small_is_taken() {
    // Each of these explodes in one direction.
    for (text, left_to_right) in [(r"AIzaSy[\w-]{33}", false), (r"[\w-]{20}AIza", true)] {
        let bytes = built(text);
        assert!(bytes.len() < 2_000, "{text}: {} bytes", bytes.len());
        assert_eq!(table::Table::read(&bytes).expect("a table").left_to_right, left_to_right, "{text}");
    }
}

#[test]
fn hostile_patterns_are_refused_with_the_part_at_fault() {
    for (text, part) in [
        ("x((a{0,100}){0,100}){0,100}", "((a{0,100}){0,100}){0,100}"),
        ("a{65535}b", "a{65535}"),
        ("xa.{30}b", ".{30}"),
        ("(?:xy|a[ab]{25}b[ab]{26}a)", "[ab]{26}"),
    ] {
        let error =
            automata::build(&parsed(text), &Budget::default()).map(|table| table.len()).expect_err(text);
        assert!(error.help.is_some());
        assert_eq!(&text[error.start..error.end], part, "{text}");
    }
}

#[test]
fn hostile_patterns_that_are_small_after_all_are_accepted() {
    let words: Vec<String> = (0..10_000).map(|number| format!("w{number:05}")).collect();
    for (text, yes, no) in [
        ("(a*)*b", "aab", "aaa"),
        ("(?:(?:a|a)*)*c", "aac", "aab"),
        ("(?:){4000000000}a", "a", "b"),
        (r"(?:\b){4000000000}a", "a", "ba"),
        ("(?:(?=a)a){500}", &"a".repeat(500), &"a".repeat(499)),
        (&words.join("|"), "-w09999-", "-w0999-"),
        (&"a?".repeat(20_000), "", ""),
        (
            &format!("^(?:{})b$", (1..=200).map(|length| "a".repeat(length)).collect::<Vec<_>>().join("|")),
            "aab",
            "aac",
        ),
    ] {
        assert!(found(text, yes), "{:?}", text.get(..40));
        assert!(yes == no || !found(text, no), "{:?}", text.get(..40));
    }
}

#[test]
fn a_pattern_of_a_megabyte_gets_an_answer() {
    for text in [
        "x".repeat(1_000_000),
        "x|".repeat(500_000),
        "[a-z]".repeat(200_000),
        r"[^\w]|".repeat(150_000),
        "(a)".repeat(300_000),
        (0x4e00..0x7000).filter_map(char::from_u32).map(|c| format!(r"[\w{c}]x")).collect(),
        (0xc8..0x3000).filter_map(char::from_u32).map(|c| format!("(?i:[{c}-\u{fffd}])")).collect(),
    ] {
        if let Ok(pattern) = pattern::parse(&text) {
            let _ = automata::build(&pattern, &Budget::default());
        }
    }
}

#[test]
fn look_around_of_both_sides_is_exact_or_refused() {
    assert!(
        found("(?<!ab)c(?!d)", "xbc") && !found("(?<!ab)c(?!d)", "abc") && !found("(?<!ab)c(?!d)", "xcd")
    );
    let error = automata::build(&parsed("x*(?<!ab)c(?!de)"), &Budget::default()).expect_err("mixed");
    assert_eq!((error.start, error.end), (2, 9));
    assert!(error.message.contains("one pass"));
}
