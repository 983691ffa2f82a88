//! What programs print that compute from their arguments and input alone: `echo`, `printf`, `base64 -d`, `tr`, `rev` …
//!
//! In: the name of a program, its arguments, the text of its input where that is known. Out: what it prints; `None`
//! where that is not certain, too long, or not UTF-8.
//! Deliberately not here: programs that look at the machine (`cat FILE`, `pwd`), which `simple` knows from its memory.

use super::memory::is_known;

/// Bytes that are computed at most.
pub(super) const LONGEST: usize = 1 << 18;

/// What the program prints.
pub(super) fn output(name: &str, args: &[&str], input: Option<&str>) -> Option<String> {
    let bytes = match name {
        "true" | ":" | "false" => Vec::new(),
        "echo" => return echo(args),
        "printf" => return printf(args),
        "cat" | "tee" | "pv" => pass(args, input)?.into(),
        "base64" => base64(args, input)?,
        "openssl" => openssl(args, input)?,
        "xxd" => xxd(args, input)?,
        "rev" => input?.split_inclusive('\n').map(reversed_line).collect::<String>().into(),
        "tac" => lines(input?).rev().collect::<String>().into(),
        "tr" => return translate(args, input?),
        "basename" => return basename(args),
        "dirname" => match args {
            [path] => format!("{}\n", dirname(path)).into(),
            _ => return None,
        },
        "seq" => return sequence(args),
        "sed" => return substitute(args, input?),
        "cut" => return cut(args, input?),
        "head" | "tail" => return first_or_last(name == "head", args, input?),
        _ => return None,
    };
    String::from_utf8(bytes).ok().filter(|text| text.len() <= LONGEST)
}

/// `cat`, `cat -`, `tee FILE`.
fn pass<'i>(args: &[&str], input: Option<&'i str>) -> Option<&'i str> {
    args.iter().all(|arg| matches!(*arg, "-" | "-u")).then_some(input).flatten()
}

fn lines(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    text.split_inclusive('\n')
}

fn reversed_line(line: &str) -> String {
    match line.strip_suffix('\n') {
        Some(inner) => inner.chars().rev().chain(['\n']).collect(),
        None => line.chars().rev().collect(),
    }
}

fn echo(args: &[&str]) -> Option<String> {
    let (mut newline, mut escapes) = (true, false);
    let mut rest = args;
    while let Some((first, after)) = rest.split_first() {
        let Some(letters) = first.strip_prefix('-').filter(|letters| !letters.is_empty()) else { break };
        if !letters.bytes().all(|letter| matches!(letter, b'n' | b'e' | b'E')) {
            break;
        }
        for letter in letters.bytes() {
            match letter {
                b'n' => newline = false,
                b'e' => escapes = true,
                _ => escapes = false,
            }
        }
        rest = after;
    }
    let mut text = rest.join(" ");
    if escapes {
        let (decoded, stop) = unescape(&text, true)?;
        text = decoded;
        newline &= !stop;
    }
    if newline {
        text.push('\n');
    }
    (text.len() <= LONGEST).then_some(text)
}

/// The text with backslash escapes decoded, and whether `\c` ended it. `zero`: octal is `\0NNN` as `echo` reads it, else
/// `\NNN`.
pub(super) fn unescape(text: &str, zero: bool) -> Option<(String, bool)> {
    let mut out: Vec<u8> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((plain, after)) = rest.split_once('\\') {
        out.extend(plain.bytes());
        let Some(letter) = after.chars().next() else {
            out.push(b'\\');
            rest = after;
            continue;
        };
        rest = after.get(letter.len_utf8()..)?;
        let simple = match letter {
            'n' => b'\n',
            't' => b'\t',
            'r' => b'\r',
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'v' => 11,
            'e' | 'E' => 27,
            '\\' => b'\\',
            'c' => return Some((String::from_utf8(out).ok()?, true)),
            'x' => digits(&mut rest, 16, 2).and_then(|value| u8::try_from(value).ok())?,
            '0'..='7' => {
                let mut from = if zero && letter == '0' { rest } else { after };
                let value = if zero && letter != '0' { None } else { digits(&mut from, 8, 3) };
                if value.is_some() {
                    rest = from;
                }
                match value {
                    Some(value) => (value & 0xff) as u8,
                    None if letter == '0' => 0,
                    None => {
                        out.extend([b'\\', letter as u8]);
                        continue;
                    }
                }
            }
            'u' | 'U' => {
                let value = digits(&mut rest, 16, if letter == 'u' { 4 } else { 8 })?;
                let char = char::from_u32(value).filter(|char| is_known(char.encode_utf8(&mut [0; 4])))?;
                out.extend(char.encode_utf8(&mut [0; 4]).bytes());
                continue;
            }
            other => {
                out.push(b'\\');
                out.extend(other.encode_utf8(&mut [0; 4]).bytes());
                continue;
            }
        };
        out.push(simple);
    }
    out.extend(rest.bytes());
    Some((String::from_utf8(out).ok()?, false))
}

/// The number that up to `most` digits give; they are taken from `rest`.
fn digits(rest: &mut &str, base: u32, most: usize) -> Option<u32> {
    let count = rest.bytes().take(most).take_while(|byte| char::from(*byte).is_digit(base)).count();
    let (token, after) = rest.split_at_checked(count)?;
    *rest = after;
    u32::from_str_radix(token, base).ok()
}

fn printf(args: &[&str]) -> Option<String> {
    let args = if args.first() == Some(&"--") { args.get(1..)? } else { args };
    let (format, mut values) = args.split_first()?;
    if format.starts_with('-') {
        return None;
    }
    let mut out = String::new();
    loop {
        let before = values.len();
        let mut rest = *format;
        while let Some(at) = rest.find('%') {
            let (plain, after) = rest.split_at_checked(at)?;
            let (text, stop) = unescape(plain, false)?;
            out.push_str(&text);
            if stop {
                return Some(out);
            }
            rest = conversion(after.get(1..)?, &mut values, &mut out)?;
        }
        let (text, stop) = unescape(rest, false)?;
        out.push_str(&text);
        if out.len() > LONGEST {
            return None;
        }
        // The format is used again while it takes arguments and some are left.
        if stop || values.is_empty() || values.len() == before {
            return Some(out);
        }
    }
}

/// One conversion after its `%`; what follows it.
fn conversion<'f>(spec: &'f str, values: &mut &[&str], out: &mut String) -> Option<&'f str> {
    if let Some(rest) = spec.strip_prefix('%') {
        out.push('%');
        return Some(rest);
    }
    // Widths and flags are for tables, not for commands.
    let letter = spec.chars().next()?;
    let (value, left) = match values.split_first() {
        Some((value, left)) => (*value, left),
        None => ("", *values),
    };
    *values = left;
    match letter {
        's' => out.push_str(value),
        'b' => out.push_str(&unescape(value, true)?.0),
        'c' => out.extend(value.chars().next()),
        'd' | 'i' | 'u' if value.is_empty() => out.push('0'),
        'd' | 'i' => out.push_str(&value.parse::<i64>().ok()?.to_string()),
        'u' => out.push_str(&value.parse::<u64>().ok()?.to_string()),
        'x' => out.push_str(&format!("{:x}", value.parse::<u64>().ok()?)),
        'o' => out.push_str(&format!("{:o}", value.parse::<u64>().ok()?)),
        _ => return None,
    }
    spec.get(1..)
}

fn base64(args: &[&str], input: Option<&str>) -> Option<Vec<u8>> {
    let mut decode = false;
    for arg in args {
        match *arg {
            "-d" | "-D" | "--decode" | "-di" | "-id" => decode = true,
            "-i" | "--ignore-garbage" | "-" => {}
            _ => return None,
        }
    }
    if decode { decode_base64(input?) } else { None }
}

/// `openssl base64 -d`, `openssl enc -base64 -d`.
fn openssl(args: &[&str], input: Option<&str>) -> Option<Vec<u8>> {
    let (first, rest) = args.split_first()?;
    let known = |arg: &&str| matches!(*arg, "-d" | "-A" | "-base64" | "-a");
    let base64 =
        *first == "base64" || *first == "enc" && rest.iter().any(|arg| matches!(*arg, "-base64" | "-a"));
    (base64 && rest.contains(&"-d") && rest.iter().all(known)).then(|| decode_base64(input?)).flatten()
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in text.bytes() {
        let sextet = match byte {
            b'A'..=b'Z' => byte.wrapping_sub(b'A'),
            b'a'..=b'z' => byte.wrapping_sub(b'a').wrapping_add(26),
            b'0'..=b'9' => byte.wrapping_sub(b'0').wrapping_add(52),
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            byte if byte.is_ascii_whitespace() => continue,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(sextet);
        count = count.wrapping_add(6);
        if count >= 8 {
            count = count.wrapping_sub(8);
            out.push((bits >> count) as u8);
        }
    }
    Some(out)
}

/// `xxd -r -p`: hexadecimal digits become bytes.
fn xxd(args: &[&str], input: Option<&str>) -> Option<Vec<u8>> {
    let plain = args.iter().all(|arg| matches!(*arg, "-r" | "-p" | "-ps" | "-plain" | "-rp" | "-pr" | "-"));
    let both = ["r", "p"].iter().all(|letter| args.iter().any(|arg| arg.contains(letter)));
    if !plain || !both {
        return None;
    }
    let digits: Vec<u32> = input?
        .chars()
        .filter(|char| !char.is_whitespace())
        .map(|char| char.to_digit(16))
        .collect::<Option<_>>()?;
    Some(
        digits
            .chunks(2)
            .filter_map(|pair| match pair {
                [high, low] => Some(((high << 4) | low) as u8),
                _ => None,
            })
            .collect(),
    )
}

fn translate(args: &[&str], input: &str) -> Option<String> {
    match args {
        ["-d", set] => {
            let set = characters(set)?;
            Some(input.chars().filter(|char| !set.contains(char)).collect())
        }
        ["-s", set] => {
            let set = characters(set)?;
            let mut last = None;
            let kept = |char: &char| {
                let again = last == Some(*char) && set.contains(char);
                last = Some(*char);
                !again
            };
            Some(input.chars().filter(kept).collect())
        }
        [from, to] if !from.starts_with('-') || from.len() == 1 => {
            let (from, to) = (characters(from)?, characters(to)?);
            let last = *to.last()?;
            let by = |char: char| match from.iter().rposition(|own| *own == char) {
                Some(at) => to.get(at).copied().unwrap_or(last),
                None => char,
            };
            Some(input.chars().map(by).collect())
        }
        _ => None,
    }
}

/// The characters of a set of `tr`.
fn characters(set: &str) -> Option<Vec<char>> {
    let set = match set {
        "[:upper:]" | "[A-Z]" => "A-Z",
        "[:lower:]" | "[a-z]" => "a-z",
        "[:space:]" => " \\t\\n\\r\\v\\f",
        "[:digit:]" => "0-9",
        other if other.contains("[:") || other.contains("[=") => return None,
        other => other,
    };
    let chars: Vec<char> = unescape(set, false)?.0.chars().collect();
    let mut out = Vec::new();
    let mut rest = chars.as_slice();
    loop {
        match rest {
            [low, '-', high, after @ ..] if low <= high => {
                out.extend((*low..=*high).take(256));
                rest = after;
            }
            [char, after @ ..] => {
                out.push(*char);
                rest = after;
            }
            [] => return (out.len() <= 1024).then_some(out),
        }
    }
}

fn basename(args: &[&str]) -> Option<String> {
    let (path, suffix) = match args {
        [path] => (path, ""),
        [path, suffix] if !path.starts_with('-') => (path, *suffix),
        _ => return None,
    };
    let name = path.trim_end_matches('/').rsplit('/').next()?;
    let stem = name.strip_suffix(suffix).filter(|stem| !stem.is_empty()).unwrap_or(name);
    Some(format!("{}\n", if stem.is_empty() && path.starts_with('/') { "/" } else { stem }))
}

/// The directory part of a path, as `dirname` prints it.
pub(super) fn dirname(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match trimmed.rsplit_once('/') {
        None if trimmed.is_empty() && path.starts_with('/') => "/",
        None => ".",
        Some((before, _)) => match before.trim_end_matches('/') {
            "" => "/",
            directory => directory,
        },
    }
}

fn sequence(args: &[&str]) -> Option<String> {
    let number = |text: &&str| text.parse::<i64>().ok();
    let (first, step, last) = match args {
        [last] => (1, 1, number(last)?),
        [first, last] => (number(first)?, 1, number(last)?),
        [first, step, last] => (number(first)?, number(step)?, number(last)?),
        _ => return None,
    };
    if step == 0 {
        return None;
    }
    let mut out = String::new();
    let mut at = first;
    while if step > 0 { at <= last } else { at >= last } {
        out.push_str(&at.to_string());
        out.push('\n');
        if out.len() > 4096 {
            return None;
        }
        at = at.checked_add(step)?;
    }
    Some(out)
}

/// `sed s/a/b/` and `sed s/a/b/g` with nothing special in either text.
fn substitute(args: &[&str], input: &str) -> Option<String> {
    let script = match args {
        [script] | ["-e" | "-E" | "-r", script] => script,
        _ => return None,
    };
    let body = script.strip_prefix('s')?;
    let separator = body.chars().next().filter(|char| char.is_ascii_punctuation() && *char != '\\')?;
    let parts: Vec<&str> = body.get(1..)?.split(separator).collect();
    let [from, to, flags] = parts.as_slice() else { return None };
    let special =
        |text: &str| text.contains(['\\', '.', '*', '[', ']', '^', '$', '&', '+', '?', '(', ')', '{', '|']);
    if from.is_empty() || special(from) || special(to) || !matches!(*flags, "" | "g") {
        return None;
    }
    let replace = |line: &str| {
        if *flags == "g" { line.replace(from, to) } else { line.replacen(from, to, 1) }
    };
    let out: String = lines(input).map(replace).collect();
    (out.len() <= LONGEST).then_some(out)
}

/// `cut -d X -f N`, `cut -c N-M`.
fn cut(args: &[&str], input: &str) -> Option<String> {
    let (mut delimiter, mut fields, mut characters) = ('\t', None, None);
    let mut rest = args.iter();
    while let Some(arg) = rest.next() {
        let mut chars = arg.strip_prefix('-')?.chars();
        let letter = chars.next()?;
        let value = if chars.as_str().is_empty() { *rest.next()? } else { chars.as_str() };
        match letter {
            'd' => delimiter = value.chars().next()?,
            'f' => fields = Some(range(value)?),
            'c' | 'b' => characters = Some(range(value)?),
            _ => return None,
        }
    }
    let mut out = String::new();
    for line in input.lines() {
        if let Some((from, to)) = characters {
            out.extend(line.chars().take(to).skip(from));
        } else if line.contains(delimiter) {
            let (from, to) = fields?;
            let kept: Vec<&str> = line.split(delimiter).take(to).skip(from).collect();
            out.push_str(&kept.join(delimiter.encode_utf8(&mut [0; 4])));
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    Some(out)
}

/// `3`, `2-`, `-4`, `2-4`, as what to skip and where to stop.
fn range(text: &str) -> Option<(usize, usize)> {
    let number = |text: &str| text.parse::<usize>().ok().filter(|number| *number > 0);
    let before = |number: usize| number.saturating_sub(1);
    match text.split_once('-') {
        None => number(text).map(|only| (before(only), only)),
        Some(("", to)) => number(to).map(|to| (0, to)),
        Some((from, "")) => number(from).map(|from| (before(from), usize::MAX)),
        Some((from, to)) => Some((before(number(from)?), number(to)?)),
    }
}

/// `head -n 1`, `tail -1`, `head -c 5`.
fn first_or_last(first: bool, args: &[&str], input: &str) -> Option<String> {
    let count = |text: &str| text.parse::<usize>().ok();
    let (bytes, count) = match args {
        [] => (false, 10),
        ["-n", number] => (false, count(number)?),
        ["-c", number] => (true, count(number)?),
        [option] => match option.strip_prefix("-c") {
            Some(number) => (true, count(number)?),
            None => {
                let number = option.strip_prefix('-')?;
                (false, count(number.strip_prefix('n').unwrap_or(number))?)
            }
        },
        _ => return None,
    };
    let skipped = |all: usize| if first { 0 } else { all.saturating_sub(count) };
    if bytes {
        let from = skipped(input.len());
        let to = from.saturating_add(count).min(input.len());
        return input.get(from..to).map(str::to_owned);
    }
    Some(lines(input).skip(skipped(lines(input).count())).take(count).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_print_what_they_print() {
        for (line, input, expected) in [
            (vec!["echo", "a", "b"], None, Some("a b\n")),
            (vec!["echo", "-ne", "\\x72m \\055rf\\0101"], None, Some("rm -rfA")),
            (vec!["echo", "-nx"], None, Some("-nx\n")),
            (vec!["printf", "%s-%s\\n", "a", "b", "c"], None, Some("a-b\nc-\n")),
            (vec!["printf", "\\162\\155"], None, Some("rm")),
            (vec!["printf", "%5d", "1"], None, None),
            (vec!["printf", "a"], None, Some("a")),
            (vec!["printf", "a", "b"], None, Some("a")),
            (vec!["base64", "-d"], Some("cm0gLXJmIC8="), Some("rm -rf /")),
            (vec!["base64", "-d", "file"], Some("cm0="), None),
            (vec!["openssl", "enc", "-d", "-base64"], Some("cm0="), Some("rm")),
            (vec!["xxd", "-r", "-p"], Some("726d 0a"), Some("rm\n")),
            (vec!["rev"], Some("/ fr- mr\n"), Some("rm -rf /\n")),
            (vec!["tr", "a-z", "n-za-m"], Some("ez -es /"), Some("rm -rf /")),
            (vec!["tr", "-d", "_"], Some("r_m"), Some("rm")),
            (vec!["tr", "[:upper:]", "[:lower:]"], Some("RM"), Some("rm")),
            (vec!["basename", "/a/b.sh", ".sh"], None, Some("b\n")),
            (vec!["dirname", "/a/b.sh"], None, Some("/a\n")),
            (vec!["seq", "2", "4"], None, Some("2\n3\n4\n")),
            (vec!["sed", "s/x//g"], Some("xrxm"), Some("rm")),
            (vec!["cut", "-d:", "-f2"], Some("a:rm:c"), Some("rm\n")),
            (vec!["cut", "-c", "2-3"], Some("arm"), Some("rm\n")),
            (vec!["head", "-n1"], Some("a\nb\n"), Some("a\n")),
            (vec!["tail", "-1"], Some("a\nb\n"), Some("b\n")),
            (vec!["date"], None, None),
        ] {
            let args = &line[1..];
            assert_eq!(output(line[0], args, input).as_deref(), expected, "{line:?}");
        }
    }
}
