#!/usr/bin/env python3
"""Compare what agsec reads as shell text without an error with what `bash -n` accepts.

Usage: shell_syntax.py [--corpora DIR] [--checks N] [--seed S] [--probe PROGRAM] [--bash PROGRAM] [--show N]

Texts are the cases below, the commands of the corpora (files `command.*.jsonl` of lines `{"input": "ls"}`, in DIR or the
folder that the variable `AGSEC_CORPORA` names), and mutations of both: a token or a character dropped, doubled, swapped
or put in, two texts joined. Without corpora there are only the cases and their mutations, and that is said loudly. A
text beyond our own limits and one with a NUL are not compared. Prints each difference, and how many there were; exits 1
when more than `--allow` of them (a share) differ.

The program is `cargo build --example shell_probe`. Nothing is run: `bash -n` only reads.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
LONGEST = 100_000

CASES = [
    "ls -la", "a && b || c | d |& e; f & g", "x=1 y+=2 a[1+2]=3 b=(1 '2' [3]=4) cmd", "declare -a a=(1 2) b",
    'echo "a $b ${c:-d e} $(f "g") `h \\`i\\`` $((1+2)) $[3]"', "cat <<E >f <<-'F'\na $x\nE\n\tq\n\tF\nls",
    "if a; then b; elif c; then d; else e; fi >f", "for x in a b; do c; done; for x; do :; done",
    "for ((i=0;i<3;i++)); do :; done", "for x in a; { b; }", "while a; do b; done; until a; do b; done",
    "case $x in a|b) c;; (d) e;& *) ;;& esac", "select x in a b; do c; break; done",
    "[[ -f x && ( a == *.@(b|c) || ! $z =~ ^(a|b)$ ) ]]", "[[ a < b ]] && [[ -n $x ]]", "(( a > 1 )) && ((b) ; (c))",
    "coproc N { a; }; coproc ls -l", "f() { a; } >x; function g { b; }; function h() ( c )", "time -p ! ls; !",
    "diff <(a) >(b) &>x &>>y 2>&1 {fd}>z >|w <>v 3<&- <<<'str'",
    "echo ${x#a} ${x%%b} ${x/a/b} ${x//a} ${x:1:2} ${x^^} ${!x} ${!x*} ${!a[@]} ${#a[@]} ${x@Q} ${#} ${@:2}",
    "echo \"${x:-\"a b\"}\" \"${x:-'}'}\" \"${x#'}'}\" ${x:-$'a'}", "echo $'a\\'b\\n' $\"c\" 'd' \\e", "! ! a",
    "echo $((a)) $( (a) | (b)) $(( (1) + (2) )) $((a) | (b))", "x=$(cat <<EOF\nhi ) '\nEOF\n)", "a # b ' c\nd",
    "echo $(case x in a) b;; esac) $(# c )\n)", "{ { a; } }; ( (b) )", "trap 'rm -f x' EXIT; eval \"a b\"",
    "if (a) then (b) fi; while { a; } do { b; } done", "a\\\nb | \\\n c", "find . -name '*.o' -exec rm {} \\; -o -print",
    "echo a=(b)", "a=b() { :; }", "echo @(a|b)", "a[", "echo )", "[[ a b ]]", "for", "case x", "<<", ">", "a | ! b",
    "echo \"$(echo \"$(echo \"a\")\")\" \"`echo \"b\"`\"", "export A=(1 2); local b=c; readonly d", "((i++))", "let i++",
]

TOKEN = re.compile(r"\s+|\w+|&&|\|\||;;|<<-?|>>|\$\(\(|\$\(|\$\{|[^\w\s]")
POOL = ["&&", "||", ";", ";;", ";&", "&", "|", "|&", "(", ")", "((", "))", "{", "}", "[[", "]]", "!", "if", "then", "fi",
        "else", "elif", "do", "done", "for", "in", "while", "until", "case", "esac", "select", "function", "coproc",
        "time", "<", ">", ">>", "<<", "<<<", "<<-", "&>", ">&", "<&", "<>", ">|", "$(", "$((", "${", "}", "`", "'", '"',
        "$'", "\\", "\n", " ", "\t", "#", "=", "=(", "x=(", "f()", "a", "2", "$x", "<(", ">(", "@(", "*", "?", "[", "]",
        "EOF", "<<EOF\n", "\nEOF\n", "-f", "==", "=~", "<<'E'\nx\nE\n", "\\\n", "~", "+=", ":", "$", "-"]


def mutate(text, other, random):
    tokens = TOKEN.findall(text)
    for _ in range(random.choice([1, 1, 2, 3, 5])):
        kind = random.randrange(7)
        at = random.randrange(len(tokens) + 1)
        if kind == 0 and tokens:
            del tokens[min(at, len(tokens) - 1)]
        elif kind == 1 and tokens:
            tokens.insert(at, random.choice(tokens))
        elif kind in (2, 3):
            pad = random.choice(["", " "])
            tokens.insert(at, pad + random.choice(POOL) + pad)
        elif kind == 4 and len(tokens) > 1:
            one = random.randrange(len(tokens) - 1)
            tokens[one], tokens[one + 1] = tokens[one + 1], tokens[one]
        elif kind == 5:
            joined = "".join(tokens)
            cut = random.randrange(len(joined) + 1)
            drop = random.randrange(2)
            tokens = TOKEN.findall(joined[:cut] + joined[cut + drop:] if drop else joined[:cut])
        else:
            tokens.insert(at, random.choice([";", "\n", " | ", " && ", " "]) + other)
    return "".join(tokens)


def corpus(folder):
    texts = []
    for path in sorted(pathlib.Path(folder).glob("command.*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            texts.extend(json.loads(line)["input"] for line in lines)
    return [text for text in texts if isinstance(text, str)]


def comparable(text):
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return False
    return "\0" not in text and size <= LONGEST


def bash_accepts(program, text):
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    done = subprocess.run([program, "-n", "-c", "--", text], stdin=subprocess.DEVNULL, capture_output=True, env=environment)
    said = done.stderr.decode(errors="replace")
    # A warning may quote several lines; what is refused in `[[ ]]` alone does not change the exit code.
    refused = re.search(r"syntax error|unexpected|conditional|expected", re.sub(r".*warning:.*", "", said))
    return done.returncode == 0 and not refused, said


def drops_silently(program, text, said):
    """Whether bash stops at this text without a word: then it does not see what is wrong behind it either."""
    if "here-document" in said:
        return False
    return bash_accepts(program, text + "\n)")[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpora", default=os.environ.get("AGSEC_CORPORA"))
    parser.add_argument("--checks", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--probe", default=ROOT / "target/debug/examples/shell_probe")
    parser.add_argument("--bash", default="bash")
    parser.add_argument("--show", type=int, default=20)
    parser.add_argument("--rows", help="write the texts with bash's answer to this file, for benches/shells")
    parser.add_argument("--allow", type=float, default=0.001)
    options = parser.parse_args()

    texts = [text for text in CASES]
    if options.corpora:
        texts += corpus(options.corpora)
    else:
        print("WITHOUT CORPORA: only the cases of this script and mutations of them are compared", file=sys.stderr)
    texts = [text for text in texts if comparable(text)]
    generator = random.Random(options.seed)
    generator.shuffle(texts)
    short = [text for text in texts if len(text) < 2_000]
    texts = texts[:options.checks // 2]
    originals = len(texts)
    while len(texts) < options.checks:
        text = mutate(generator.choice(short), generator.choice(short), generator)
        if comparable(text):
            texts.append(text)

    lines = "".join(json.dumps(text) + "\n" for text in texts)
    probe = subprocess.run([options.probe], input=lines, capture_output=True, text=True, check=True)
    ours = [json.loads(line) for line in probe.stdout.splitlines()]
    assert len(ours) == len(texts), "the probe answered each text"
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        theirs = list(pool.map(lambda text: bash_accepts(options.bash, text), texts))

    counts = collections.Counter()
    answers = []
    shown = 0
    for index, (text, answer, (accepts, said)) in enumerate(zip(texts, ours, theirs)):
        kind = "original" if index < originals else "mutation"
        if accepts and not answer["ok"] and drops_silently(options.bash, text, said):
            counts[kind, "dropped without a word"] += 1
            accepts = False
        answers.append({"text": text, "bash": accepts})
        counts[kind, "accepted" if accepts else "refused"] += 1
        if answer["ok"] != accepts:
            counts[kind, "different"] += 1
            if shown < options.show:
                shown += 1
                print(json.dumps({"text": text, "ours": answer, "bash": accepts, "said": said[:300]}))
    if options.rows:
        pathlib.Path(options.rows).write_text("".join(json.dumps(answer) + "\n" for answer in answers))
    different = sum(count for (_, what), count in counts.items() if what == "different")
    for (kind, what), count in sorted(counts.items()):
        print(f"{kind:10} {what:24} {count}")
    print(f"{different} of {len(texts)} differ ({100 * different / len(texts):.3f} %)")
    return 1 if different > options.allow * len(texts) else 0


if __name__ == "__main__":
    sys.exit(main())
