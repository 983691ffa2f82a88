//! Long lists of values, in an order in which one is found without a look at the others.
//!
//! In: the elements of an `in` (compile side), bytes of the `Operands` section (run side). Out: bytes; whether a value
//! equals one of them. Every access is checked: bytes that lie give `None`. Short lists are those of `operand.rs`.
//!
//! Layout, little-endian: numbers of strings, numbers and other elements (u32 each), where the others begin (u32); for each
//! string its range in these bytes (two u32), by bytes; for each finite number or boolean the nearest float (f64) and where
//! it begins (u32, and 0), by that float; the values, as `operand.rs` has them, the others last.
//!
//! A string equals no element but a string, a finite number none but a number; so each is looked for among its own, and
//! beside these only the others matter. Any other value is compared with every element.
//! Deliberately not here: how values compare (`model::value`).

use super::blocks::Blocks;
use super::operand::Reader;
use crate::model::truth::Truth;
use crate::model::value::Value;
use std::cmp::Ordering;

/// Elements up to which a list is one of `operand.rs`: there a walk is as fast.
pub const LIST: usize = 8;
const HEADER: usize = 16;
const STRING: usize = 8;
const NUMBER: usize = 16;

/// Appends the list.
#[cfg(feature = "compile")]
pub fn encode(elements: &[Value<'_>], to: &mut Vec<u8>) {
    use super::operand;
    let word = |number: usize| u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes();
    let mut strings: Vec<&str> = elements.iter().filter_map(Value::as_str).collect();
    strings.sort_unstable();
    strings.dedup();
    let mut numbers: Vec<(f64, &Value<'_>)> =
        elements.iter().filter_map(|value| value.nearest_float().map(|key| (key, value))).collect();
    numbers.sort_by(|left, right| left.0.total_cmp(&right.0));
    let is_other = |value: &&Value<'_>| value.as_str().is_none() && value.nearest_float().is_none();
    let others: Vec<&Value<'_>> = elements.iter().filter(is_other).collect();
    let front = strings
        .len()
        .saturating_mul(STRING)
        .saturating_add(numbers.len().saturating_mul(NUMBER))
        .saturating_add(HEADER);
    let (mut places, mut values) = (Vec::new(), Vec::new());
    for text in &strings {
        places.extend_from_slice(&word(front.saturating_add(values.len())));
        places.extend_from_slice(&word(text.len()));
        values.extend_from_slice(text.as_bytes());
    }
    for (key, value) in &numbers {
        places.extend_from_slice(&key.to_bits().to_le_bytes());
        places.extend_from_slice(&word(front.saturating_add(values.len())));
        places.extend_from_slice(&[0; 4]);
        operand::encode(value, &mut values);
    }
    let start = front.saturating_add(values.len());
    for value in &others {
        operand::encode(value, &mut values);
    }
    for number in [strings.len(), numbers.len(), others.len(), start] {
        to.extend_from_slice(&word(number));
    }
    to.append(&mut places);
    to.append(&mut values);
}

/// A list as it lies in a bundle.
#[derive(Clone, Copy, Debug)]
pub struct Set<'a> {
    bytes: &'a [u8],
    strings: &'a [[u8; STRING]],
    numbers: &'a [[u8; NUMBER]],
    others: u32,
    others_start: usize,
    /// The blocks that the bytes lie in, which are checked as they are touched.
    blocks: Option<&'a Blocks<'a>>,
}

impl<'a> Set<'a> {
    /// Takes the parts apart; `None` where they are not within the bytes, or damaged.
    #[must_use]
    pub fn open(bytes: &'a [u8], blocks: Option<&'a Blocks<'a>>) -> Option<Self> {
        let header = bytes.first_chunk::<HEADER>()?;
        if let Some(blocks) = blocks {
            blocks.check(header)?;
        }
        let [strings, numbers, others, start] = super::read::words::<4>(header)?;
        let (start, rest) = (usize::try_from(start).ok()?, bytes.get(HEADER..)?);
        let length = usize::try_from(strings).ok()?.checked_mul(STRING)?;
        let (strings, rest) = rest.split_at_checked(length)?;
        let length = usize::try_from(numbers).ok()?.checked_mul(NUMBER)?;
        let numbers = rest.get(..length)?.as_chunks().0;
        Some(Self { bytes, strings: strings.as_chunks().0, numbers, others, others_start: start, blocks })
    }

    /// Whether an element equals the value; unknown where a number that is not finite is compared. `pay` is called with
    /// the number of elements before they are compared. `None`: damaged, or `pay` answered so.
    pub fn holds(&self, value: &Value<'_>, mut pay: impl FnMut(usize) -> Option<()>) -> Option<Truth> {
        let found = match (value, value.nearest_float()) {
            (Value::String(text), _) => self.holds_string(text, &mut pay)?,
            (_, Some(key)) => self.holds_number(value, key, &mut pay)?,
            (_, None) => self.holds_any(value, &mut pay)?,
        };
        let mut others = self.others()?;
        let mut truth = found;
        for _ in 0..self.others {
            if truth == Truth::True {
                break;
            }
            pay(1)?;
            truth = truth.or(value.equals(&others.value()?));
        }
        Some(truth)
    }

    fn holds_string(&self, text: &str, pay: &mut impl FnMut(usize) -> Option<()>) -> Option<Truth> {
        let (mut low, mut high) = (0, self.strings.len());
        while low < high {
            pay(1)?;
            let middle = low.midpoint(high);
            match self.string(middle)?.cmp(text.as_bytes()) {
                Ordering::Less => low = middle.checked_add(1)?,
                Ordering::Equal => return Some(Truth::True),
                Ordering::Greater => high = middle,
            }
        }
        Some(Truth::False)
    }

    fn holds_number(
        &self,
        value: &Value<'_>,
        key: f64,
        pay: &mut impl FnMut(usize) -> Option<()>,
    ) -> Option<Truth> {
        let (mut low, mut high) = (0, self.numbers.len());
        while low < high {
            pay(1)?;
            let middle = low.midpoint(high);
            if self.number(middle)?.0 < key {
                low = middle.checked_add(1)?;
            } else {
                high = middle;
            }
        }
        // Several numbers may have one nearest float.
        while low < self.numbers.len() {
            let (held, mut element) = self.number(low)?;
            if held > key {
                break;
            }
            pay(1)?;
            if value.equals(&element.value()?) == Truth::True {
                return Some(Truth::True);
            }
            low = low.checked_add(1)?;
        }
        Some(Truth::False)
    }

    fn holds_any(&self, value: &Value<'_>, pay: &mut impl FnMut(usize) -> Option<()>) -> Option<Truth> {
        let mut truth = Truth::False;
        for place in 0..self.strings.len() {
            pay(1)?;
            let text = std::str::from_utf8(self.string(place)?).ok()?;
            truth = truth.or(value.equals(&Value::String(text.into())));
        }
        for place in 0..self.numbers.len() {
            pay(1)?;
            truth = truth.or(value.equals(&self.number(place)?.1.value()?));
        }
        Some(truth)
    }

    fn string(&self, place: usize) -> Option<&'a [u8]> {
        let [start, length] = super::read::words(self.whole(self.strings.get(place)?)?)?;
        let text = self.bytes.get(usize::try_from(start).ok()?..)?.get(..usize::try_from(length).ok()?)?;
        self.whole(text)
    }

    /// The nearest float of a number, and a reader before it.
    fn number(&self, place: usize) -> Option<(f64, Reader<'a>)> {
        let record = self.numbers.get(place)?;
        self.whole(record)?;
        let (key, rest) = record.split_first_chunk::<8>()?;
        let [start, _] = super::read::words(rest)?;
        let start = usize::try_from(start).ok()?;
        let end = match place.checked_add(1).and_then(|next| self.numbers.get(next)) {
            None => self.others_start,
            Some(next) => {
                self.whole(next)?;
                let [_, _, next, _] = super::read::words::<4>(next)?;
                usize::try_from(next).ok()?
            }
        };
        let value = self.whole(self.bytes.get(start..end)?)?;
        Some((f64::from_bits(u64::from_le_bytes(*key)), Reader::new(value)))
    }

    fn others(&self) -> Option<Reader<'a>> {
        let others = self.whole(self.bytes.get(self.others_start..)?)?;
        Some(Reader::new(others))
    }

    fn whole(&self, piece: &'a [u8]) -> Option<&'a [u8]> {
        match self.blocks {
            Some(blocks) => blocks.check(piece),
            None => Some(piece),
        }
    }

    /// Whether every search ends in an answer, and finds what there is.
    #[must_use]
    pub fn verify(&self) -> bool {
        let string = |place: usize| self.string(place).filter(|text| std::str::from_utf8(text).is_ok());
        let strings = (0..self.strings.len()).all(|place| {
            let before = place.checked_sub(1).and_then(string);
            string(place).is_some_and(|text| before.is_none_or(|before| before < text))
        });
        let mut before = f64::NEG_INFINITY;
        let numbers = (0..self.numbers.len()).all(|place| {
            let Some((key, mut value)) = self.number(place) else { return false };
            let sound = key >= before
                && value.value().is_some_and(|value| value.nearest_float() == Some(key))
                && value.is_empty();
            before = key;
            sound
        });
        let others = self.others().is_some_and(|mut others| {
            (0..self.others).all(|_| others.value().is_some()) && others.is_empty()
        });
        strings && numbers && others
    }
}

#[cfg(all(test, feature = "compile"))]
mod tests {
    use super::*;
    use crate::model::value::Number;

    fn elements() -> Vec<Value<'static>> {
        let int = |number| Value::Number(Number::Int(number));
        let mut all: Vec<Value<'_>> =
            ["b", "", "a", "grüße", "a"].map(|text| Value::String(text.into())).into();
        all.extend([int(9_007_199_254_740_993), int(9_007_199_254_740_992), int(-3), Value::Bool(true)]);
        all.push(Value::Number(Number::Big("18446744073709551617".into())));
        all.push(Value::Number(Number::Float(0.5)));
        all.extend([Value::Null, Value::List(vec![int(1)]), Value::Object(vec![])]);
        all
    }

    fn asked() -> Vec<Value<'static>> {
        let mut all = elements();
        all.extend(["c", "A", "gr"].map(|text| Value::String(text.into())));
        all.extend([Number::Int(1), Number::Int(0), Number::Int(9_007_199_254_740_991)].map(Value::Number));
        all.extend(
            [18_446_744_073_709_551_616.0, -0.0, 1.0, f64::NAN, f64::MAX]
                .map(|float| Value::Number(Number::Float(float))),
        );
        all.push(Value::List(vec![Value::Bool(true)]));
        all.push(Value::Number(Number::Big("1".repeat(400).into())));
        all
    }

    #[test]
    fn holds_what_a_walk_over_the_elements_finds() {
        for count in 0..=elements().len() {
            for not_finite in [false, true] {
                let mut held = elements()[..count].to_vec();
                held.extend(not_finite.then_some(Value::Number(Number::Float(f64::INFINITY))));
                let mut bytes = Vec::new();
                encode(&held, &mut bytes);
                let set = Set::open(&bytes, None).expect("a set");
                assert!(set.verify());
                for value in asked() {
                    let walked = held.iter().fold(Truth::False, |truth, held| truth.or(value.equals(held)));
                    assert_eq!(set.holds(&value, |_| Some(())), Some(walked), "{value:?} in {held:?}");
                }
            }
        }
    }

    #[test]
    fn a_search_pays_for_the_elements_on_its_way() {
        let held: Vec<Value<'_>> = (0..4096).map(|number| Value::Number(Number::Int(number))).collect();
        let mut bytes = Vec::new();
        encode(&held, &mut bytes);
        let set = Set::open(&bytes, None).expect("a set");
        let mut paid = 0;
        let pay = |count| {
            paid += count;
            Some(())
        };
        assert_eq!(set.holds(&Value::Number(Number::Int(77)), pay), Some(Truth::True));
        assert!(paid < 20, "{paid}");
        assert_eq!(set.holds(&Value::Number(Number::Int(77)), |_| None), None);
    }

    #[test]
    fn changed_bytes_are_never_a_panic() {
        let mut bytes = Vec::new();
        encode(&elements(), &mut bytes);
        for at in 0..bytes.len() {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] = value;
                let Some(set) = Set::open(&changed, None) else { continue };
                let sound = set.verify();
                for value in asked() {
                    let answer = set.holds(&value, |_| Some(()));
                    assert!(!sound || answer.is_some(), "it verifies, and turns out damaged");
                }
            }
        }
    }
}
