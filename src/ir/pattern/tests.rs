//! Cases of the pattern parser: what is accepted, what is refused and where.

use super::parse;

#[test]
fn what_python_accepts_is_accepted() {
    for text in [
        "",
        "a|b|",
        "(?:)*",
        "(?:^)*",
        "()*",
        "a{}",
        "a{,}",
        "a{,3}?",
        "x{",
        "x{1",
        "{a",
        "}]",
        "[]a]",
        "[^]a]",
        "[a-]",
        "[a&&b]",
        "[[:alpha:]]",
        r"\<",
        r"[\b]",
        r"[\d-]",
        r"\0",
        r"\08",
        r"\377",
        r"[\377]",
        "(?i)(?x) (?#c)(?s)a",
        "(?#c)(?i)a",
        "(?x) (?i)a # comment",
        "(?a-i:x)",
        "(?P<é>x)",
        "(?i-s:.)",
        "(?-i:a)",
        r"\ud800",
        r"[^\ud800]",
        "(?=a)*",
        "(?<=a|b)",
        "(?<=)",
        "(?t)a",
        "(?=a){2,3}",
        r"a\
b",
    ] {
        assert!(parse(text).is_ok(), "{text:?}: {:?}", parse(text).err());
    }
}

#[test]
fn what_python_refuses_is_refused_with_its_place() {
    for (text, start, end) in [
        ("a)", 1, 2),
        ("(a", 0, 1),
        (r"x\", 1, 2),
        (r"x\y", 1, 3),
        ("*a", 0, 1),
        ("^*", 1, 2),
        (r"\b+", 2, 3),
        ("a**", 2, 3),
        ("a{2}{3}", 4, 7),
        ("{1}", 0, 3),
        ("a{3,2}", 1, 6),
        ("a{4294967295}", 1, 13),
        ("[", 0, 1),
        ("[]", 0, 2),
        ("x[b-a]", 2, 5),
        (r"[\d-z]", 1, 5),
        (r"\x1", 0, 3),
        (r"\U00110000", 0, 10),
        (r"\400", 0, 4),
        (r"[\400]", 1, 5),
        (r"\1", 0, 2),
        (r"(\1)", 1, 3),
        ("(?P>a)", 0, 4),
        ("(?P<1>a)", 0, 6),
        ("(?P<a>.)(?P<a>.)", 8, 14),
        ("(?<n>a)", 0, 4),
        ("(?L)a", 0, 3),
        ("a(?i)b", 1, 5),
        ("|(?i)b", 1, 5),
        ("((?i)b)", 1, 5),
        ("(?u)(?a)a", 4, 8),
        ("(?au:a)", 0, 4),
        ("(?i-i:a)", 0, 6),
        ("(?t)a+", 5, 6),
        (r"\p{L}", 0, 2),
        ("(?<=a*)b", 0, 7),
        ("(?<=a|bc)b", 0, 9),
    ] {
        let error = parse(text).expect_err(text);
        assert_eq!((error.start, error.end), (start, end), "{text:?}: {}", error.message);
    }
}

#[test]
fn what_no_automaton_decides_is_refused_with_a_way_out() {
    for text in [r"(a)\1", "(?P<n>a)(?P=n)", "(a)?(?(1)b|c)", "a*+", "a{2}+", "(?>a)", r"\N{BULLET}"] {
        let error = parse(text).expect_err(text);
        assert!(error.help.is_some(), "{text:?}: {}", error.message);
    }
}

#[test]
fn nesting_is_capped() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(200)).is_ok());
    assert!(parse(&nested(201)).is_err());
    assert!(parse(&"(".repeat(1_000_000)).is_err());
}
