#!/usr/bin/env python3
"""Compares the words that agsec computes with those that bash itself gives to a command.

Generates shell texts of quoting, expansion, braces, arrays and arithmetic over harmless builtins. Every command is `p`;
for bash it is a function that prints its arguments, so that nothing else runs, in an empty directory. A word that agsec calls
late is left out; every other one has to be the same.

Run: python3 tests/compat/shell_words.py [--rows 5000] [--seed 1] [--probe PATH]
The probe is `cargo build --example commands_probe`.
"""

import argparse
import json
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

WORDS = ["a", "b1", "foo", "x.tar.gz", "/usr/lib/y", "a b", "", " lead", "trail ", "two  spaces", "*", "q?", "[ab]", "-n", "it's",
         'say "hi"', "a,b", "a:b:c", "$x", "back\\slash", "~", "~/d", "{a,b}", "tab\tx", "Ünï", "#c", "!", "a=b", "%s", "0", "7", "010"]
NAMES = ["x", "y", "z"]


class Texts:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, *items):
        return self.random.choice(items)

    def single(self, text):
        return "'" + text.replace("'", "'\\''") + "'"

    def ansi(self, text):
        out = ""
        for char in text:
            if char in "'\\":
                out += "\\" + char
            elif self.random.random() < 0.3 and char.isascii():
                out += self.pick("\\x%02x" % ord(char), "\\%03o" % ord(char))
            else:
                out += char.replace("\t", "\\t")
        return "$'" + out + "'"

    def double(self, text):
        for char in '\\"$`':
            text = text.replace(char, "\\" + char)
        return '"' + text + '"'

    def bare(self, text):
        return "".join(char if char.isalnum() and char.isascii() or char in "/._-" else "\\" + char for char in text) or "''"

    def literal(self):
        return self.pick(self.single, self.double, self.bare, self.ansi)(self.random.choice(WORDS))

    def pattern(self):
        return self.pick("*", "?", "a", "b*", "*.", ".*", "*/", "/*", "[a-c]", "[!a]*", "'*'", "\\?", "${y}", '"$z"', "foo")

    def operation(self, name):
        number = self.pick("0", "1", "2", "-1", " -2", "1+1")
        choices = [
            "${%s}" % name, "${#%s}" % name,
            "${%s:-%s}" % (name, self.pick("d", "'d e'", "$y", '"$z"')), "${%s-d}" % name, "${%s:+alt}" % name, "${%s+alt}" % name,
            "${%s:=w}" % name,
            "${%s#%s}" % (name, self.pattern()), "${%s##%s}" % (name, self.pattern()),
            "${%s%%%s}" % (name, self.pattern()), "${%s%%%%%s}" % (name, self.pattern()),
            "${%s/%s/%s}" % (name, self.pattern(), self.pick("R", "", "$y")), "${%s//%s/R}" % (name, self.pattern()),
            "${%s/#%s/R}" % (name, self.pattern()), "${%s/%%%s/R}" % (name, self.pattern()),
            "${%s:%s}" % (name, number), "${%s:%s:%s}" % (name, self.pick("0", "1"), self.pick("1", "2", "-1")),
            "${%s^}" % name, "${%s^^}" % name, "${%s,}" % name, "${%s,,}" % name, "${%s^^[a-f]}" % name,
        ]
        return self.random.choice(choices)

    def array(self):
        index = self.pick("0", "1", "2", "-1", "@", "*", "1+1")
        return self.pick("${a[%s]}" % index, "${#a[@]}", "${#a[1]}", "${!a[@]}", "${a[@]:1}", "${a[@]:0:2}", "${a[@]#?}", "${a[*]^^}", "$a",
                         "${a[@]/a/R}")

    def expansion(self):
        roll = self.random.random()
        if roll < 0.3:
            return "$" + self.pick(*NAMES)
        if roll < 0.65:
            return self.operation(self.pick(*NAMES))
        if roll < 0.8:
            return self.array()
        if roll < 0.87:
            return "$((%s))" % self.pick("1+2*3", "n", "n*2-1", "n>3?10:20", "0x1f", "2**5", "(n+1)%3", "-n", "!n", "n<<2|1", "010+1")
        if roll < 0.95:
            return "$(%s)" % self.pick("echo %s" % self.word(1), "printf %s", "printf '%s-' $x b", "echo -n hi", "echo $x", "printf '\\x41b\\n'",
                                       "basename /a/b.c .c", "dirname /a/b", "echo a; echo b", "seq 3", "echo abc | tr a-c x-z", "echo abc | rev",
                                       "echo YWJj | base64 -d", "printf '%s\\n' one two | tail -1", "echo a:b:c | cut -d: -f2")
        return self.pick("$@", "$*", "$1", "$2", "${@:2}", "$#", "${10}", "${@^}")

    def word(self, depth=0):
        parts = []
        for _ in range(self.random.choice([1, 1, 1, 2, 3])):
            roll = self.random.random()
            if roll < 0.35 or depth > 0:
                parts.append(self.literal())
            elif roll < 0.5:
                parts.append(self.pick("{a,b}", "{1..3}", "{a,{b,c}d}", "{x,$x}", "{,z}", "{c..a}", "{01..03}", "{a}", "{a,b", "pre{1,2}post", "{1..7..3}", "{'a b',c}"))
            elif roll < 0.75:
                parts.append(self.expansion())
            elif roll < 0.97:
                parts.append('"' + self.pick("", "l ", "-") + self.expansion() + self.pick("", " r", "/e") + '"')
            else:
                parts.append(self.pick("~", "~/x", "a~"))
        return "".join(parts)

    def call(self):
        return "p " + " ".join(self.word() for _ in range(self.random.randint(1, 3)))

    def text(self):
        lines = []
        for name in NAMES:
            if self.random.random() < 0.85:
                lines.append("%s%s=%s" % (self.pick("", "", "export ", "declare ", "readonly " if False else ""), name, self.literal()))
            else:
                lines.append("unset " + name)
        lines.append("n=%d" % self.random.randint(0, 9))
        lines.append("a=(%s)" % " ".join(self.word(1) for _ in range(self.random.randint(0, 4))))
        if self.random.random() < 0.3:
            lines.append(self.pick("a+=(more)", "a[1]=set", "x+=added", "a[5]=far", "x=$y$z", "x=\"$y\"", "x=${a[@]}", "n=$((n+1))", "x=(one two)"))
        lines.append("set -- " + self.pick("", "p1 'p 2' p3", "a", "'' b", "$x $y", '"$x" z'))
        if self.random.random() < 0.15:
            lines.append(self.pick("IFS=,", "IFS=:", "IFS=", "IFS=' ,'", "IFS=$'\\n'"))
        call = self.call()
        shape = self.random.random()
        if shape < 0.6:
            lines.append(call)
        elif shape < 0.7:
            lines.append("for x in %s; do %s; done" % (" ".join(self.word(1) for _ in range(2)), call))
        elif shape < 0.8:
            lines.append("f() { %s; %s; }; f %s" % (self.pick("local y=L", ":", "shift"), call, self.word(1)))
        elif shape < 0.9:
            lines.append("eval %s" % self.single(call))
        else:
            lines.append("{ %s; }; ( x=inner; %s ); p \"$x\"" % (call, call))
        return self.pick("; ", "\n").join(lines)


HARNESS = r"""
p() { printf 'C\0'; [ $# -gt 0 ] && printf '%s\0' "$@"; printf 'E\0'; }
while IFS= read -r -d '' row; do
  printf 'R\0'
  ( eval "$row" ) 2>/dev/null </dev/null
done
"""


def bash(texts):
    """For each text the arguments of its calls, in order."""
    with tempfile.TemporaryDirectory() as folder:
        program = [shutil.which("bash"), "--norc", "--noprofile", "-c", HARNESS]
        environment = {"HOME": "/home/dev", "USER": "dev", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        run = subprocess.run(program, input="\0".join(texts).encode() + b"\0", capture_output=True, cwd=folder, env=environment, check=True)
    rows, call = [], None
    # The working directory is that which the probe is told of.
    told = run.stdout.decode(errors="replace").replace(folder, "/home/dev/shop")
    for part in told.split("\0"):
        if call is None and part == "R":
            rows.append([])
        elif call is None and part == "C":
            call = []
        elif call is not None and part == "E":
            rows[-1].append(call)
            call = None
        elif call is not None:
            call.append(part)
    return rows


def agsec(texts, probe):
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    run = subprocess.run([probe], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--rows", type=int, default=5000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--probe", default=str(ROOT / "target/debug/examples/commands_probe"))
    arguments.add_argument("--show", type=int, default=20)
    given = arguments.parse_args()
    if shutil.which("bash") is None:
        print("SKIPPED: there is no bash here; nothing was compared", file=sys.stderr)
        return 0
    texts = Texts(given.seed)
    rows = [texts.text() for _ in range(given.rows)]
    theirs, ours = bash(rows), agsec(rows, given.probe)
    assert len(theirs) == len(ours) == len(rows), (len(theirs), len(ours))
    compared = late = mistaken = wrong = 0
    for text, calls, found in zip(rows, theirs, ours):
        mine = [command for command in found["commands"] if command["words"][0] == "p" and not command["late"][0]]
        if any(any(command["late"]) for command in mine) or found["opaque"]:
            late += 1
            continue
        if not calls:
            # bash refused the text while it ran, e.g. a bad substring; there is nothing to compare with.
            continue
        # Of `${a[@]#?}` with an empty IFS, bash 5.2 makes one word, with marks of its own (\\x01) in it.
        if "${a[@]#?}" in text and re.search(r"\bIFS=(;|\n|$)", text):
            mistaken += 1
            continue
        compared += 1
        if [command["words"][1:] for command in mine] != calls:
            wrong += 1
            if wrong <= given.show:
                print("text: %s\n  bash:  %s\n  agsec: %s" % (text, calls, [command["words"][1:] for command in mine]))
    print("%d texts (seed %d): %d compared, %d late or opaque, %d that bash mistakes, %d differ" % (len(rows), given.seed, compared, late, mistaken, wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
