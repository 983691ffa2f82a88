"""Records how PyYAML reads plain scalars: writes tests/compat/agsec/scalars.json.

Run with a Python that has PyYAML 6:  python tests/compat/record_scalars.py
"""

import itertools
import json
import pathlib

import yaml

WORDS = """
~ null Null NULL nULL true True TRUE tRUE false False FALSE yes Yes YES yEs no No NO nO on On ON off Off OFF oFF y Y n N
<< = == != < > <= abc rm -rf .inf .Inf .INF .iNF -.inf +.inf +.Inf .nan .NaN .NAN .Nan +.nan -.nan inf nan infinity NaN
2024-01-31 2024-1-31 2024-01-31T10:20:30Z 2024-01-31t1:20:30 2024-1-3T1:20:30.25+02:00 2024-01-31T10:20:30-5 24-01-31
2024-01-31T10:20 20240-01-31 2024-01-311 2024-01-31T10:20:30X 2024-01-31T10:20:30.
12:30 1:2 01:02 12:60 12:59:59 -1:30 +1:30 1:30.5 12:30:45.6 0:30 1: :1 1:2:3:4 1_0:30 1:30.5_0 1:30.5e+3 12:345 1:5_
0x1F 0X1F -0x1F +0x1f 0x 0x_ 0x1_F 0xg 0b101 0b2 -0b1 0b_1 0b 0o17 0O17 -0o7 0o8 010 08 00 0_ 0 -0 +0 1_000 _1 1_ --1
123456789012345678901234567890 -99999999999999999999 18446744073709551616 0x123456789abcdef0123456789abcdef
1. .5 -.5 +.5 . .. ... 1.5 -1.5 +1.5 1._5 1_0.5 ._5 1e3 1E3 1e+3 1.0e3 1.0e+3 1.0E-3 1.e+3 .5e+3 .5e3 1.5e 1.5e+ e3 1e
1.0e+999 1.0e-999 1.2.3 10.0.0.1 1,000 +1 + - 1- 1+1 1.5_ 0.1 00.1 0_0.1 1__0 9007199254740993 3.14159265358979323846
""".split()


def combinations():
    """Every text of up to four characters over those that decide what a number is."""
    for length in range(1, 5):
        for letters in itertools.product("01.e+-_:x", repeat=length):
            yield "".join(letters)


def reading(loader, text):
    tag = loader.resolve(yaml.ScalarNode, text, (True, False)).rsplit(":", 1)[1]
    if tag == "int" and ":" not in text:
        try:
            return ["int", str(loader.construct_yaml_int(yaml.ScalarNode(tag, text)))]
        except ValueError:
            return ["malformed", ""]
    if tag == "float" and ":" not in text:
        try:
            return ["float", repr(loader.construct_yaml_float(yaml.ScalarNode(tag, text)))]
        except ValueError:
            return ["malformed", ""]
    if tag == "bool":
        return ["bool", str(loader.construct_yaml_bool(yaml.ScalarNode(tag, text))).lower()]
    return [tag, ""]


def main():
    loader = yaml.SafeLoader("")
    rows = {}
    for text in itertools.chain([""], WORDS, combinations()):
        found = reading(loader, text)
        # Strings are the rule: of the combinations only those that are something else, and near misses, are kept.
        if found[0] != "str" or text in WORDS or len(text) <= 3:
            rows[text] = found
    out = pathlib.Path(__file__).parent / "agsec" / "scalars.json"
    lines = [json.dumps([text, *found]) for text, found in sorted(rows.items())]
    out.write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")
    print(len(rows), "scalars")


if __name__ == "__main__":
    main()
