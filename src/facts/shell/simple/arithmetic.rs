//! Arithmetic on constants: `$((…))`, array indices, `${x:1:2}`.
//!
//! In: the text of an expression, quoting and `$x` gone, and what the variables hold. Out: its value, as bash computes
//! it in 64 bits; `None` where it is not certain or not understood.
//! Deliberately not here: assignments inside of expressions, which make the value not certain.

/// Parentheses, signs and variables inside of each other.
const DEPTH: u8 = 24;
/// Bytes of an expression that are looked at.
const LONGEST: usize = 4096;

/// The value of an expression; `variable` gives the text of a variable that is known, an empty one where it is not set.
pub(super) fn evaluate(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Option<i64> {
    evaluate_at(text, variable, 0)
}

fn evaluate_at(text: &str, variable: &dyn Fn(&str) -> Option<String>, depth: u8) -> Option<i64> {
    if text.len() > LONGEST || depth > DEPTH {
        return None;
    }
    if text.trim().is_empty() {
        return Some(0);
    }
    let mut reader = Reader { rest: text, variable, depth };
    let value = reader.binary(0)?;
    reader.skip_space();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'r> {
    rest: &'r str,
    variable: &'r dyn Fn(&str) -> Option<String>,
    depth: u8,
}

/// Binary operators and how tightly they bind; longer spellings before their beginnings.
const OPERATORS: &[(&str, u8)] = &[
    ("**", 12),
    ("<<", 9),
    (">>", 9),
    ("<=", 8),
    (">=", 8),
    ("==", 7),
    ("!=", 7),
    ("&&", 3),
    ("||", 2),
    ("*", 11),
    ("/", 11),
    ("%", 11),
    ("+", 10),
    ("-", 10),
    ("<", 8),
    (">", 8),
    ("&", 6),
    ("^", 5),
    ("|", 4),
    ("?", 1),
];

impl Reader<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, text: &str) -> bool {
        self.skip_space();
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn binary(&mut self, least: u8) -> Option<i64> {
        self.depth = self.depth.checked_add(1).filter(|depth| *depth <= DEPTH)?;
        let mut left = self.unary()?;
        loop {
            self.skip_space();
            let Some((operator, binds)) =
                OPERATORS.iter().find(|(operator, _)| self.rest.starts_with(operator))
            else {
                break;
            };
            if *binds < least {
                break;
            }
            self.rest = self.rest.strip_prefix(operator)?;
            // `x = 1`, `x += 1` and their like.
            if self.rest.starts_with('=') {
                return None;
            }
            if *operator == "?" {
                let yes = self.binary(1)?;
                if !self.eat(":") {
                    return None;
                }
                let no = self.binary(1)?;
                left = if left == 0 { no } else { yes };
                continue;
            }
            let right = self.binary(if *operator == "**" { *binds } else { binds.saturating_add(1) })?;
            left = apply(operator, left, right)?;
        }
        self.depth = self.depth.saturating_sub(1);
        Some(left)
    }

    fn unary(&mut self) -> Option<i64> {
        self.skip_space();
        let mut signs = Vec::new();
        while let Some(sign) = self.rest.chars().next().filter(|char| matches!(char, '+' | '-' | '!' | '~')) {
            if self.rest.starts_with("++") || self.rest.starts_with("--") {
                return None;
            }
            signs.push(sign);
            self.rest = self.rest.get(1..)?.trim_start();
        }
        let mut value = self.primary()?;
        for sign in signs.iter().rev() {
            value = match sign {
                '-' => value.wrapping_neg(),
                '!' => i64::from(value == 0),
                '~' => !value,
                _ => value,
            };
        }
        Some(value)
    }

    fn primary(&mut self) -> Option<i64> {
        if self.eat("(") {
            let value = self.binary(0)?;
            return self.eat(")").then_some(value);
        }
        let word = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '#' | '@');
        let end = self.rest.find(|char| !word(char)).unwrap_or(self.rest.len());
        let (token, rest) = self.rest.split_at_checked(end)?;
        self.rest = rest;
        if token.starts_with(|char: char| char.is_ascii_digit()) {
            return number(token);
        }
        let name = !token.is_empty() && !token.contains(['#', '@']);
        if !name
            || rest.starts_with(['[', '=']) && !rest.starts_with("==")
            || rest.starts_with("++")
            || rest.starts_with("--")
        {
            return None;
        }
        let value = (self.variable)(token)?;
        evaluate_at(&value, self.variable, self.depth.saturating_add(1))
    }
}

fn apply(operator: &str, left: i64, right: i64) -> Option<i64> {
    Some(match operator {
        "**" => left.wrapping_pow(u32::try_from(right).ok()?),
        "*" => left.wrapping_mul(right),
        "/" => left.checked_div(right)?,
        "%" => left.checked_rem(right)?,
        "+" => left.wrapping_add(right),
        "-" => left.wrapping_sub(right),
        "<<" => left.wrapping_shl(u32::try_from(right).ok()?),
        ">>" => left.wrapping_shr(u32::try_from(right).ok()?),
        "<" => i64::from(left < right),
        ">" => i64::from(left > right),
        "<=" => i64::from(left <= right),
        ">=" => i64::from(left >= right),
        "==" => i64::from(left == right),
        "!=" => i64::from(left != right),
        "&" => left & right,
        "^" => left ^ right,
        "|" => left | right,
        "&&" => i64::from(left != 0 && right != 0),
        "||" => i64::from(left != 0 || right != 0),
        _ => return None,
    })
}

/// `12`, `0x1f`, `017`, `2#101`.
fn number(token: &str) -> Option<i64> {
    if let Some(digits) = token.strip_prefix("0x").or_else(|| token.strip_prefix("0X")) {
        return i64::from_str_radix(digits, 16).ok();
    }
    if let Some((base, digits)) = token.split_once('#') {
        let base = base.parse::<u32>().ok().filter(|base| (2..=36).contains(base))?;
        return i64::from_str_radix(digits, base).ok();
    }
    match token.strip_prefix('0') {
        Some(digits) if !digits.is_empty() => i64::from_str_radix(digits, 8).ok(),
        Some(_) | None => token.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_have_the_values_that_bash_gives_them() {
        let variable = |name: &str| match name {
            "x" => Some("5".to_owned()),
            "unset" => Some(String::new()),
            "loop" => Some("loop".to_owned()),
            _ => None,
        };
        for (text, value) in [
            ("1 + 2 * 3", Some(7)),
            ("(1+2)*3", Some(9)),
            ("2 ** 3 ** 2", Some(512)),
            ("-2 - -3", Some(1)),
            ("10 - 3 - 2", Some(5)),
            ("0x1F + 010 + 2#11", Some(42)),
            ("x > 4 ? 1 : 2", Some(1)),
            ("x < 4 ? 1 : x == 5 ? 7 : 8", Some(7)),
            ("!x || unset", Some(0)),
            ("x <= 5 && 1 != 2", Some(1)),
            ("7 & 3 | 8 ^ 1", Some(11)),
            ("1 / 0", None),
            ("x = 3", None),
            ("x += 3", None),
            ("x++", None),
            ("late", None),
            ("loop", None),
            ("", Some(0)),
            ("1 2", None),
        ] {
            assert_eq!(evaluate(text, &variable), value, "{text}");
        }
        assert_eq!(evaluate(&"(".repeat(4000), &variable), None);
    }
}
