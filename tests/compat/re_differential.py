#!/usr/bin/env python3.11
"""Compare agsec's patterns with Python 3.11's `re` on random patterns and texts.

Usage: re_differential.py [--checks N] [--seed S] [--probe PROGRAM] [--show N]

Each pattern is asked of both sides: accepted or refused, and for each text found or not. Ours answers four times: by the
table that would be used, by the table of each direction where it is exact, and by the reference matcher. What Python
accepts may be refused here only for a declared reason. Prints how often each construct occurred, how many texts were near
misses (one edit away from a text that matches, and not matching), and every difference; exits 1 if there is one.

The program is `cargo build --example regex_probe`.
"""

import argparse
import collections
import json
import pathlib
import random
import re
import signal
import subprocess
import sys
import warnings

warnings.simplefilter("ignore")

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Why we may refuse what Python accepts.
DECLARED = {
    "back-reference": "back-references are not supported",
    "conditional": "conditionals on groups are not supported",
    "possessive": "possessive repeats are not supported",
    "atomic": "atomic groups are not supported",
    "named character": "characters cannot be named here",
    "depth": "groups are nested more than",
    "mixed look-around": "cannot be decided in one pass",
    "too large": "the pattern needs too large an automaton",
    "too many classes": "the character classes of this pattern are too many",
}

PLAIN = "abcABC019 _-.:/"
ODD = ("\n\n\r\t\x0b\x1c\x1f\x85\u00a0\u1680\u2028\u200b\u0301"
       "iIsSkK\u0130\u0131\u017f\u212a\u00b5\u039c\u03bc\u03a3\u03c3\u03c2\u00df\u1e9e\u01c4\u01c5\u01c6"
       "\u0345\u03b9\u1fbe\u0399\u1e9b\u1e60\u1e61\ufb05\ufb06\u1c80\u0432\u0412\ua64a\ua64b\u1c88"
       "\u00b2\u2167\u0663\u09f4\u4e00\u3007\u00e9\u00c9\u00aa\u2460\uff21\uff41"
       "\U00010400\U00010428\U0001d7d9\U0001f600\U00020000\ue000\x00\x7f")
SPECIAL = "[]()*+?{}|^$\\.#-&~<>=!:,"


class Timeout(Exception):
    pass


def expire(_signal, _frame):
    raise Timeout


class Generator:
    """Random patterns, each with texts that probably match it."""

    def __init__(self, rng):
        self.rng = rng
        self.seen = collections.Counter()

    def count(self, name):
        self.seen[name] += 1

    def character(self):
        return self.rng.choice(PLAIN) if self.rng.random() < 0.75 else self.rng.choice(ODD)

    # Each of these returns (pattern, sample): the sample is a guess, nothing depends on it being right.

    def literal(self):
        c = self.character()
        self.count("literal")
        roll = self.rng.random()
        if roll < 0.06:
            self.count("escape \\x \\u \\U")
            code = ord(c)
            if code < 256 and self.rng.random() < 0.6:
                return f"\\x{code:02x}", c
            return (f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"), c
        if roll < 0.09 and ord(c) < 256:
            self.count("escape octal")
            return (f"\\0{ord(c):02o}" if ord(c) < 64 else f"\\{ord(c):03o}"), c
        if roll < 0.11:
            self.count("escape control")
            letter = self.rng.choice("afnrtv")
            return "\\" + letter, eval(f"'\\{letter}'")
        if c in SPECIAL or c in " \t\n\r\x0b\x0c#" or (roll < 0.2 and not (c.isascii() and c.isalnum())):
            return "\\" + c, c
        return c, c

    def class_item(self):
        roll = self.rng.random()
        if roll < 0.2:
            self.count("category in class")
            letter = self.rng.choice("dDsSwW")
            return "\\" + letter, self.from_category(letter)
        if roll < 0.45:
            self.count("range")
            low, high = self.character(), self.character()
            if self.rng.random() < 0.97 and low > high:
                low, high = high, low
            quoted = [("\\" + x if x in "\\]^-[" else x) for x in (low, high)]
            return f"{quoted[0]}-{quoted[1]}", self.rng.choice((low, high))
        if roll < 0.5:
            self.count("odd class item")
            return self.rng.choice(["\\b", "&&", "--", "~~", "||", "[:alpha:]", "[", "\\-", "^", "-", "\\x41", "\\101",
                                    "\\ud800", "\\0", "\\U00010400", "\\N{DOT}", "\\q", "\\B", "\\8", "."]), "a"
        c = self.character()
        return ("\\" + c if c in "\\]^-[" else c), c

    def from_category(self, letter):
        return self.rng.choice({"d": "07\u0663", "s": " \t\n\x1c\x85", "w": "aZ_9\u00e9\u00b2",
                                "D": "a-", "S": "a.", "W": "-. \u0301"}[letter])

    def character_class(self):
        self.count("class")
        items = [self.class_item() for _ in range(self.rng.choice((1, 1, 2, 2, 3, 5)))]
        negated = self.rng.random() < 0.3
        if negated:
            self.count("negated class")
        body = "".join(item[0] for item in items)
        lead = self.rng.choice(("", "", "", "", "]", "-"))
        tail = self.rng.choice(("", "", "", "-"))
        sample = self.character() if negated else self.rng.choice(items)[1]
        return f"[{'^' if negated else ''}{lead}{body}{tail}]", sample

    def category(self):
        letter = self.rng.choice("dDsSwW")
        self.count("category")
        return "\\" + letter, self.from_category(letter)

    def anchor(self):
        anchor = self.rng.choice(["^", "$", "$", r"\A", r"\Z", r"\b", r"\b", r"\B"])
        self.count("anchor " + anchor)
        return anchor, ""

    def quantified(self, depth):
        body, sample = self.atom(depth)
        low = self.rng.choice((0, 0, 1, 2))
        high = low + self.rng.choice((0, 1, 2))
        form = self.rng.choice(["*", "+", "?", "*", "+", "?", f"{{{low}}}", f"{{{low},}}", f"{{{low},{high}}}", f"{{,{high}}}"])
        self.count("repeat " + (form if form in "*+?" else "{}"))
        times = {"*": self.rng.randrange(3), "+": 1 + self.rng.randrange(2), "?": self.rng.randrange(2)}.get(form, low)
        roll = self.rng.random()
        if roll < 0.12:
            self.count("lazy repeat")
            form += "?"
        elif roll < 0.125:
            self.count("possessive repeat")
            form += "+"
        return body + form, sample * times

    def group(self, depth):
        body, sample = self.alternation(depth - 1)
        roll = self.rng.random()
        if roll < 0.3:
            self.count("capture")
            return f"({body})", sample
        if roll < 0.38:
            self.count("named capture")
            name = self.rng.choice(["n", "name", "\u00e9", "_1", "n1", "1n", "a-b", ""]) + str(self.rng.randrange(30))
            return f"(?P<{name}>{body})", sample
        if roll < 0.58:
            self.count("scoped flags")
            on = "".join(self.rng.sample("imsxau", self.rng.choice((0, 1, 1, 1, 2))))
            off = "".join(self.rng.sample("imsx", self.rng.choice((0, 0, 0, 1, 1, 2))))
            flags = on + ("-" + off if off else "")
            if "x" in on:
                self.count("verbose")
                body = body.replace("a", "a # b\\\n", 1) if self.rng.random() < 0.3 else f" {body} "
            return f"(?{flags}:{body})", sample
        return f"(?:{body})", sample

    def look(self, depth):
        ahead = self.rng.random() < 0.6
        negative = self.rng.random() < 0.5
        self.count(("negative " if negative else "") + ("look-ahead" if ahead else "look-behind"))
        if ahead:
            body, _ = self.alternation(depth - 1)
        else:
            width = self.rng.choice((0, 1, 1, 1, 2, 3))
            parts = ["".join(self.one(depth)[0] for _ in range(width)) for _ in range(self.rng.choice((1, 1, 1, 2)))]
            body = "|".join(parts)
            if self.rng.random() < 0.15:
                body = self.rng.choice(("^", r"\b", "(?=a)", "(?:a{2})")) + body
            elif self.rng.random() < 0.05:
                body = self.alternation(depth - 1)[0]
        sign = ("" if ahead else "<") + ("!" if negative else "=")
        return f"(?{sign}{body})", ""

    def one(self, _depth):
        roll = self.rng.random()
        if roll < 0.6:
            return self.literal()
        if roll < 0.75:
            return self.character_class()
        if roll < 0.9:
            return self.category()
        self.count("dot")
        return ".", self.character()

    def odd(self):
        self.count("odd construct")
        return self.rng.choice([
            "{", "}", "]", "{}", "x{", "{a", "a{,}", "a{1", "(?#c)", "(?#)", "(?#a\\)b)", "(?i)", "(?<n>a)", "(?P>n)", "\\p{L}",
            "(?P=n)", "(a)\\1", "(?(1)a|b)", "(?>a)", "\\N{DIGIT ONE}", "\\y", "\\1", "\\8", "(?L)", "(?t)", "(?i-i:a)",
            "(?-u:a)", "(?au:a)", "(?", "(?P", "(?P<", "(?<", "[", "[]", "(", ")", "*", "a**", "a{2}{3}", "a{3,2}", "{1}",
            "^*", "\\b+", "(?=a)*", "(?!a){2}", "()*", "(?:)+", "(?:^)*", "\\x1", "\\u12", "\\U00110000", "\\400", "\\777",
            "a{4294967295}", "a{0}", "(?:a{0})*", "(?s-m:.)", "(?-:a)", "(?i", "(?i-", "(?z)", "(?P<n>a)", "|", "||", "\\\u00e9",
            "\\ud800", "[\\ud800-\\udfff]", "\\e", "\\Z*", "a|*", "(?:|a)", "(|a)*", "(?:a|b|)+",
        ]), ""

    def atom(self, depth):
        roll = self.rng.random()
        if depth <= 0 or roll < 0.72:
            return self.one(depth)
        if roll < 0.92:
            return self.group(depth)
        if roll < 0.96:
            return self.look(depth)
        return self.anchor()

    def piece(self, depth):
        roll = self.rng.random()
        if roll < 0.26:
            return self.quantified(depth)
        if roll < 0.36:
            return self.anchor()
        if roll < 0.42 and depth > 0:
            return self.look(depth)
        if roll < 0.427:
            return self.odd()
        return self.atom(depth)

    def sequence(self, depth):
        pieces = [self.piece(depth) for _ in range(self.rng.choice((1, 1, 2, 2, 3, 4)))]
        return "".join(p for p, _ in pieces), "".join(s for _, s in pieces)

    def alternation(self, depth):
        branches = [self.sequence(depth) for _ in range(self.rng.choice((1, 1, 1, 1, 2, 3)))]
        if len(branches) > 1:
            self.count("alternation")
            if self.rng.random() < 0.1:
                branches.append(("", ""))
                self.count("empty alternative")
        return "|".join(b for b, _ in branches), self.rng.choice(branches)[1]

    def pattern(self):
        branches = [self.sequence(2) for _ in range(self.rng.choice((1, 1, 1, 2)))]
        text = "|".join(b for b, _ in branches)
        if self.rng.random() < 0.4:
            self.count("global flags")
            flags = "".join(self.rng.sample("iiimsxau", self.rng.choice((1, 1, 1, 2))))
            text = f"(?{flags})" + text
        samples = [s for _, s in branches]
        if self.rng.random() < 0.12:
            self.count("mutated pattern")
            for _ in range(self.rng.choice((1, 1, 2))):
                text = self.edit(text, SPECIAL + "abixP10")
        return text, samples

    def edit(self, text, extra):
        roll, place = self.rng.random(), self.rng.randrange(len(text) + 1)
        if roll < 0.35:
            return text[:place] + text[place + 1:]
        if roll < 0.7:
            return text[:place] + self.rng.choice(extra) + text[place:]
        return text[:place] + self.rng.choice(extra) + text[place + 1:]

    def texts(self, samples):
        """Texts, each with the one that it is an edit of, or None."""
        found = [("", None), ("\n", None)]
        for sample in samples:
            found.append((sample, None))
            found.append((self.character() + sample + self.character(), None))
            found.append((sample + "\n", None))
            for _ in range(4):
                found.append((self.edit(sample, PLAIN + ODD), sample))
            found.append((sample.swapcase(), None))
        for _ in range(4):
            found.append(("".join(self.character() for _ in range(self.rng.randrange(1, 9))), None))
        base = self.rng.choice(samples)
        found.append(("".join(self.rng.choice(base + "ab\n ") for _ in range(self.rng.randrange(1, 8))), None))
        return [(text[:24], base) for text, base in found]


def python_answers(pattern, texts):
    """None where Python refuses the pattern; otherwise t, f, or ? (took too long) for each text."""
    try:
        compiled = re.compile(pattern)
    except (re.error, OverflowError, ValueError, RecursionError):
        return None
    answers = ""
    for text in texts:
        signal.setitimer(signal.ITIMER_REAL, 0.5)
        try:
            answers += "t" if compiled.search(text) else "f"
        except Timeout:
            answers += "?"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return answers


class Report:
    def __init__(self):
        self.counts = collections.Counter()
        self.refused = collections.Counter()
        self.differences = []

    def compare(self, pattern, texts, ours, python):
        strings = [text for text, _ in texts]
        if ours["status"] == "unsound":
            self.differences.append((pattern, "the table is not sound", ours))
            return
        if python is None:
            self.counts["refused by both" if ours["status"] == "error" else "accepted by us alone"] += 1
            if ours["status"] != "error":
                self.differences.append((pattern, "accepted here, refused by Python", ours))
            return
        if ours["status"] != "ok":
            reasons = [name for name, words in DECLARED.items() if words in ours["message"]]
            self.refused[reasons[0] if reasons else "UNDECLARED"] += 1
            if not reasons:
                self.differences.append((pattern, "refused here, accepted by Python", ours))
            return
        self.counts["accepted by both"] += 1
        self.counts["checks"] += len(strings)
        self.counts["table bytes"] += ours["bytes"]
        matched = {text for text, answer in zip(strings, python) if answer == "t"}
        self.counts["found"] += python.count("t")
        self.counts["took Python too long"] += python.count("?")
        self.counts["near misses"] += sum(
            1 for (_, base), answer in zip(texts, python) if base in matched and answer == "f")
        for who in ("table", "right_to_left", "left_to_right", "reference"):
            self.counts[f"answers by {who}"] += len(ours[who]) - ours[who].count("-")
            for text, own, theirs in zip(strings, ours[who], python):
                if own != theirs and theirs != "?" and (own != "-" or who == "table"):
                    self.differences.append((pattern, f"{who} says {own}, Python {theirs}", text))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--checks", type=int, default=20_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--probe", default=str(ROOT / "target/debug/examples/regex_probe"))
    options.add_argument("--show", type=int, default=20)
    options = options.parse_args()
    if sys.version_info[:2] != (3, 11):
        sys.exit("this needs python3.11: its `re` is the reference")
    signal.signal(signal.SIGALRM, expire)
    generator = Generator(random.Random(options.seed))
    report = Report()
    while report.counts["checks"] < options.checks and len(report.differences) < 1000:
        batch = []
        for _ in range(500):
            pattern, samples = generator.pattern()
            batch.append((pattern, generator.texts(samples)))
        lines = [json.dumps({"pattern": p, "texts": [t for t, _ in texts]}) for p, texts in batch]
        probe = subprocess.run([options.probe], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True)
        answers = [json.loads(line) for line in probe.stdout.split("\n") if line]
        if len(answers) != len(batch):
            sys.exit("the probe did not answer every question")
        for (pattern, texts), ours in zip(batch, answers):
            report.compare(pattern, texts, ours, python_answers(pattern, [text for text, _ in texts]))
    for title, counts in (("constructs", generator.seen), ("refused for a declared reason", report.refused),
                          ("counts", report.counts)):
        print(f"{title}:")
        for name, count in sorted(counts.items()):
            print(f"  {name}: {count}")
    for difference in report.differences[:options.show]:
        print("DIFFERENCE", *(repr(part) for part in difference))
    print(f"seed {options.seed}: {report.counts['checks']} checks, {len(report.differences)} differences")
    sys.exit(1 if report.differences else 0)


if __name__ == "__main__":
    main()
