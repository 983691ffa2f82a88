#!/usr/bin/env python3.11
"""Records what CPython 3.11 says about JSON values and globs, for tests/suite/values.rs.

Writes tests/compat/agsec/values.json (equality, order and text) and tests/compat/agsec/globs.json (fnmatchcase).
Deterministic: the same interpreter writes the same bytes. Run: python3.11 tests/compat/record_values.py
"""

import fnmatch
import json
import math
import pathlib
import random
import struct

OUT = pathlib.Path(__file__).parent / "agsec"

NUMBERS = """
0 -0 0.0 -0.0 1 -1 1.0 -1.0 2 0.5 -0.5 1.5 10 10000.0 123456789 0.1 0.30000000000000004 3.0e0 1E2 1e+2
9007199254740991 9007199254740992 9007199254740993 9007199254740992.0 9007199254740994.0 -9007199254740993
9223372036854775807 9223372036854775808 -9223372036854775808 -9223372036854775809 9223372036854775807.0
9223372036854775808.0 9223372036854774784.0 -9223372036854775808.0 -9223372036854777856.0 18446744073709551615
18446744073709551616 18446744073709551616.0 -18446744073709551616 1e22 1e23 1e15 1e16 1e17 123456789012345678.0
10000000000000000000000 10000000000000000000001 99999999999999991611392 99999999999999991611393
1e308 1.7976931348623157e308 5e-324 2.2250738585072014e-308 1e-4 1e-5 0.0001 0.00001 1e-7 -1e-5 100e-2
1e400 -1e400 1e-400 NaN Infinity -Infinity
""".split() + [str(10**308), str(10**309), "-" + str(10**309), str(int(1e308)), str(int(1e308) + 1), "7" * 400]

OTHERS = [
    "null", "true", "false", '""', '"1"', '"1.0"', '"True"', '"a"', '"b"', '"ab"', '"B"', '"\u00e9"', '"\uffff"',
    '"\U00010000"', '"it\'s"', '"say \\"hi\\""', '"both \' and \\""', '"tab\\tnl\\ncr\\r\\\\"', '"\\u0000\\u001b\\u007f"',
    '"\\u0085\\u00a0\\u00ad\\u200b\\u2028\\ufeff\\ue000"', '"\U000e0001 \U0001f600 \U0010ffff"', '"\u0378 \u4e00 \u3000"',
    "[]", "[1]", "[1.0]", "[true]", "[1, 2]", "[2, 1]", "[[1], [2]]", "[NaN]", "[1, NaN]", "[2, NaN]", "[1e400, 2]",
    '["a"]', '["a", "b"]', "[null]", "[null, true, false, 1e16, -0.0]", "{}", '{"a": 1}', '{"a": 1.0}', '{"a": true}',
    '{"a": NaN}', '{"b": NaN}', '{"a": NaN, "b": 1}', '{"a": 1, "b": 2}', '{"b": 2, "a": 1}', '{"b": 1, "a": NaN}',
    '{"a": {"k": [1, {"x": 2}]}}', '{"a": {"k": [1.0, {"x": 2.0}]}}', '{"it\'s": "a\\nb", "\u00e9": [1e-05]}',
    "[" * 30 + "]" * 30,
]


def reads(text):
    return json.loads(text)


def doubtful(value):
    return isinstance(value, float) and not math.isfinite(value)


def equal(a, b):
    """Python's ==, but None (unknown) where the answer hangs on a number that is not finite."""
    if doubtful(a) or doubtful(b):
        return None
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and every(equal(x, y) for x, y in zip(a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and every(equal(a[k], b[k]) for k in a)
    return a == b


def every(answers):
    answers = list(answers)
    return False if False in answers else None if None in answers else True


def order(a, b):
    both_numbers = isinstance(a, (int, float)) and isinstance(b, (int, float))
    if not both_numbers and not (isinstance(a, str) and isinstance(b, str)):
        return None
    if doubtful(a) or doubtful(b):
        return None
    return -1 if a < b else 1 if a > b else 0


def random_number(rng):
    kind = rng.randrange(4)
    if kind == 0:
        return repr(struct.unpack("<d", rng.randbytes(8))[0]).replace("inf", "Infinity").replace("nan", "NaN")
    if kind == 1:
        return str(rng.randrange(-(2**70), 2**70))
    if kind == 2:
        exponent = rng.randrange(50, 130)
        return repr(float(2**exponent + rng.randrange(2 ** (exponent - 50))))
    return repr(rng.randrange(-(10**6), 10**6) / 10 ** rng.randrange(0, 9))


def neighbours(rng):
    """A float and an integer at most two apart."""
    value = float(rng.choice([2**53, 2**63, 2**64, 10**22, 3**50, 2**200]) * rng.choice([1, -1, 3]))
    return repr(value), str(int(value) + rng.randrange(-2, 3))


def random_string(rng):
    ranges = [(0, 0x7F), (0, 0x2FF), (0x300, 0x3000), (0xE000, 0x10FFFF)]
    points = (rng.randrange(*rng.choice(ranges)) for _ in range(rng.randrange(12)))
    return json.dumps("".join(map(chr, points)) + rng.choice(["", "'", '"', "'\""]))


def values(rng):
    fixed = NUMBERS + OTHERS
    numbers = [random_number(rng) for _ in range(700)]
    # A string is its own text; inside a list it is quoted.
    quoted = [f"[{text}]" for text in OTHERS] + [f"[{random_string(rng)}]" for _ in range(500)]
    texts = fixed + numbers + quoted
    pairs = [(a, b) for a in NUMBERS for b in NUMBERS if rng.random() < 0.5]
    pairs += [(a, b) for a in OTHERS for b in OTHERS if rng.random() < 0.5]
    pairs += [(rng.choice(fixed), rng.choice(fixed)) for _ in range(600)]
    pairs += [neighbours(rng)[:: rng.choice([1, -1])] for _ in range(500)]
    pairs += [(rng.choice(numbers), rng.choice(numbers)) for _ in range(300)]
    return {
        "texts": [[text, str(reads(text))] for text in texts],
        "pairs": [[a, b, equal(reads(a), reads(b)), order(reads(a), reads(b))] for a, b in pairs],
    }


GLOBS = """
* ** a* *a *a* a?c ?? [abc] [!abc] [a-c]* [!a-c]* [z-a] [!z-a] [] [!] []] [!]] []a] [!]a] [ [! [a [a- [a-] [-a] [!-a]
[a--] [+--] [--0] []-a] [!]-a] [^a] [[] [[a] [\\] [a\\] [&&] [~~] [||] [a-c-e] [a-c-] [z-ab-d] [!z-ab-d] [z-a!b]
[z-a!] [z-a!-~] [z-a^b] [!!] [!-!] [a-a] [!a-a]x a[b]c *[0-9]* bash.* *.execute mcp.*.* mcp.[a-z]*.delete_* file.[!r]*
[a-cx-z] [%--] [!%--] [--] [---] [----] [!--] [!---] *.* ?*? a*b*c*d [A-Z]* *é* [é-ü]
""".split() + ["", "a b", "a\nb", "*\n*", "[\n]", "[ ]"]

NAMES = """
a b c z ab abc axc ! - ^ [ ] \\ & ~ | . % + 0 5 bash.execute file.read file.write mcp.github.delete_repo mcp.a.b
[a [] [! [!] aXbYcZd é ü A Zx x-y a]c !b
""".split() + ["", " ", "\n", "a\nb", "a b", "a.b\n"]


def globs(rng):
    cases = [(pattern, name) for pattern in GLOBS for name in NAMES]
    alphabet = "ab!-]^[*?\\~&|."
    for _ in range(3000):
        pattern = "".join(rng.choice(alphabet) for _ in range(rng.randrange(1, 6)))
        if rng.random() < 0.6:
            pattern = "[" + pattern + "]"
        cases += [(pattern, "".join(rng.choice(alphabet) for _ in range(rng.randrange(0, 3))))]
        cases += [(pattern, rng.choice(alphabet))]
    return {"cases": [[pattern, name, fnmatch.fnmatchcase(name, pattern)] for pattern, name in cases]}


def write(name, table):
    """One row a line, so that a change can be read."""
    sections = (
        json.dumps(key) + ": [\n" + ",\n".join(json.dumps(row, ensure_ascii=True) for row in rows) + "\n]"
        for key, rows in table.items()
    )
    (OUT / name).write_text("{\n" + ",\n".join(sections) + "\n}\n")


def main():
    write("values.json", values(random.Random(1)))
    write("globs.json", globs(random.Random(2)))


main()
