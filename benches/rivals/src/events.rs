//! Events for rules: typical ones, in the words of the rules; adversarial ones, made of the literals that the rules look
//! for ("atom soup"); and short ones that conditions match, for the comparison of answers.

use crate::random::Random;
use crate::rules::{Field, Rules};
use crate::words::Words;

/// One action of an agent.
#[derive(Clone, Debug)]
pub struct Event {
    pub field: Field,
    pub value: String,
    pub team: String,
    /// Whether it is measured, and not only compared.
    pub measured: bool,
}

impl Event {
    pub fn value(&self, field: Field) -> Option<&str> {
        match field {
            Field::Team => Some(&self.team),
            other => (other == self.field).then_some(self.value.as_str()),
        }
    }

    pub fn action(&self) -> &'static str {
        self.field.action()
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::json!({
            "action": self.action(),
            "params": {self.field.key(): self.value},
            "context": {"team": self.team},
            "measured": self.measured,
        })
    }
}

/// Bytes of the value that is looked at.
pub const SIZES: [usize; 4] = [50, 300, 10_000, 1_000_000];
/// Events of each size and kind.
pub const COUNTS: [usize; 4] = [12, 12, 3, 1];

/// Typical events of one size: what agents do, in the words of the rules.
pub fn typical(size: usize, count: usize, words: &Words, random: &mut Random) -> Vec<Event> {
    let one = |number: usize, random: &mut Random| {
        // Paths and URLs are short; of the longer values all are commands, such as scripts in a here-document.
        let field = match number % 4 {
            1 if size <= 300 => Field::Path,
            3 if size <= 300 => Field::Url,
            _ => Field::Command,
        };
        let mut value = String::new();
        while value.len() < size {
            value += &match (field, value.is_empty()) {
                (Field::Path, _) => format!("/{}/{}", words.folder(random), words.name(random)),
                (Field::Url, true) => format!("https://{}.{}", words.name(random), words.domain(random)),
                (Field::Url, false) => format!("/{}/{}", words.act(random), words.name(random)),
                (_, true) => command(words, random),
                (_, false) => format!(" && {}", command(words, random)),
            };
        }
        event(field, value, size, words, random)
    };
    (0..count).map(|number| one(number, random)).collect()
}

fn command(words: &Words, random: &mut Random) -> String {
    let (t, s, f, w) = (words.tool(random), words.act(random), words.flag(random), words.name(random));
    match random.below(4) {
        0 => format!("{t} {s} {f} {w}"),
        1 => format!("cd {}/{w}", words.folder(random)),
        2 => format!("{t} {s} {w} | grep -v {}", words.kind(random)),
        _ => format!("echo \"{s} the {w}\""),
    }
}

/// Atom soup: literals of the rules in any order.
pub fn adversarial(
    size: usize,
    count: usize,
    rules: &Rules,
    words: &Words,
    random: &mut Random,
) -> Vec<Event> {
    let atoms: Vec<&String> = rules
        .conditions
        .iter()
        .filter(|condition| condition.field == Field::Command)
        .flat_map(|condition| &condition.atoms)
        .collect();
    let one = |random: &mut Random| {
        let mut value = String::new();
        while value.len() < size {
            value += random.one(&atoms).as_str();
            value.push(' ');
        }
        event(Field::Command, value, size, words, random)
    };
    (0..count).map(|_| one(random)).collect()
}

/// Short events that some condition matches, or nearly.
pub fn samples(count: usize, rules: &Rules, words: &Words, random: &mut Random) -> Vec<Event> {
    let one = |random: &mut Random| {
        let condition = random.one(&rules.conditions);
        let (field, mut value) = match condition.field {
            Field::Team => (Field::Command, command(words, random)),
            field => (field, condition.sample.clone()),
        };
        if random.percent(30) {
            value.remove(random.below(value.len()));
        }
        let mut made = Event { measured: false, ..event(field, value, usize::MAX, words, random) };
        if condition.field == Field::Team {
            made.team = condition.sample.clone();
        }
        made
    };
    (0..count).map(|_| one(random)).collect()
}

fn event(field: Field, mut value: String, size: usize, words: &Words, random: &mut Random) -> Event {
    value.truncate(size);
    // No white space at an end: `\Z` and `$` are the same then in every syntax.
    let value = value.trim().to_owned();
    let team = format!("{}-{}", words.name(random), random.below(50));
    Event { field, value, team, measured: true }
}
