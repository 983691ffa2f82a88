//! Arguments that code is handed: `sys.argv[1]` stands for the first word behind `python -c CODE`.
//!
//! In: a language, code, the operands of its command. Out: the code with those arguments as constants.
//! Deliberately not here: arguments that the code goes through in a loop, or takes off one by one.

use crate::facts::command::Word;

/// How a language names the list of arguments, and the number of the first one behind the code.
const LISTS: &[(&str, &str, usize)] = &[
    ("python", "sys.argv[", 1),
    ("javascript", "process.argv[", 1),
    ("ruby", "ARGV[", 0),
    ("perl", "$ARGV[", 0),
    ("php", "$argv[", 1),
];
/// Arguments that are filled in.
const ARGUMENTS: usize = 16;

/// The code with its arguments in it; `None` where it names none.
pub(super) fn with_arguments(language: &str, code: &str, operands: &[&Word]) -> Option<String> {
    let (_, list, first) = LISTS.iter().find(|(known, ..)| *known == language)?;
    if !code.contains(list) {
        return None;
    }
    let mut filled = code.to_owned();
    for (at, word) in operands.iter().take(ARGUMENTS).enumerate() {
        let known = word.known().filter(|text| !text.contains(['\'', '\\', '\n']));
        if let Some(text) = known {
            let place = at.saturating_add(*first);
            filled = filled.replace(&format!("{list}{place}]"), &format!("'{text}'"));
        }
    }
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_become_constants_where_they_are_certain() {
        let word = |text: &str, late: bool| Word { text: text.to_owned(), late, ..Word::default() };
        let (known, late) = (word("/etc/x", false), word("a", true));
        let filled = with_arguments("python", "f(sys.argv[1], sys.argv[2])", &[&known, &late]);
        assert_eq!(filled.as_deref(), Some("f('/etc/x', sys.argv[2])"));
        assert_eq!(with_arguments("ruby", "rm ARGV[0]", &[&known]).as_deref(), Some("rm '/etc/x'"));
        assert_eq!(with_arguments("python", "f()", &[&known]), None);
        assert_eq!(with_arguments("sql", "sys.argv[1]", &[&known]), None);
    }
}
