#!/usr/bin/env python3
"""Times what has to be fast however things stand: a halted hook, `agsec halt` itself, and payloads of 10 MB.

    scripts/install.sh --prefix target/installed && python3 benches/extremes.py target/installed/bin

In: a folder with `agsec` and `agsec-hook`. Out: a table in Markdown: median and slowest time of whole processes, started by
`posix_spawn` in changing order, and what each answered. Everything happens in a temporary home; `TMPDIR=/dev/shm` leaves
the disk out.
"""
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time

ROUNDS = 200
MEGABYTE = 1_000_000


def payload(tool, given):
    return json.dumps({
        "session_id": "s", "transcript_path": "/dev/null", "cwd": os.getcwd(), "permission_mode": "default",
        "hook_event_name": "PreToolUse", "tool_name": tool, "tool_input": given, "tool_use_id": "t",
    })


def source(size):
    """Text as programs are: lines of words, numbers and quotes."""
    random.seed(1)
    words = ["let", "value", "=", "self.read(&path)?;", "// and so on", "if", "count", "<", "17", "{", "}", '"text"', "return"]
    lines, length = [], 0
    while length < size:
        lines.append("    " + " ".join(random.choices(words, k=8)))
        length += len(lines[-1]) + 1
    return "\n".join(lines)


def run(words, given, environment):
    """Microseconds and the exit code of one process; its answer goes to nobody."""
    null = os.open(os.devnull, os.O_WRONLY)
    stdin = os.open(given, os.O_RDONLY)
    actions = [(os.POSIX_SPAWN_DUP2, stdin, 0), (os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)]
    start = time.perf_counter_ns()
    child = os.posix_spawn(words[0], words, environment, file_actions=actions)
    _, status = os.waitpid(child, 0)
    took = (time.perf_counter_ns() - start) / 1000
    os.close(null)
    os.close(stdin)
    return took, os.waitstatus_to_exitcode(status)


def measure(title, rows, environment, rounds):
    """Rows are (name, words, file on standard input); prints one line for each."""
    times = {name: [] for name, _, _ in rows}
    codes = {}
    for _ in range(rounds):
        for name, words, given in random.sample(rows, len(rows)):
            took, codes[name] = run(words, given, environment)
            times[name].append(took)
    print(f"\n| {title} | median µs | slowest µs | exit code |\n|---|---:|---:|---:|")
    for name, _, _ in rows:
        print(f"| {name} | {statistics.median(times[name]):.0f} | {max(times[name]):.0f} | {codes[name]} |")


def main():
    binaries = os.path.abspath(sys.argv[1])
    agsec, hook = os.path.join(binaries, "agsec"), os.path.join(binaries, "agsec-hook")
    with tempfile.TemporaryDirectory() as home:
        environment = {"HOME": home, "PATH": os.environ["PATH"]}
        os.chdir(home)
        state = os.path.join(home, ".agsec")
        check = [hook, "check", "--format=claude-code", f"--state-dir={state}"]

        def quietly(*words):
            subprocess.run([agsec, *words], env=environment, check=True, capture_output=True)

        def file(name, text):
            with open(name, "w", encoding="utf-8") as to:
                to.write(text)
            return os.path.join(home, name)

        quietly("init")
        quietly("compile", "policies")
        small = file("small.json", payload("Bash", {"command": "ls -la"}))
        text = source(10 * MEGABYTE)
        large = [
            ("Write of a source file", payload("Write", {"file_path": f"{home}/a.rs", "content": text})),
            ("Write of one line", payload("Write", {"file_path": f"{home}/a.txt", "content": "a" * 10 * MEGABYTE})),
            ("Write of a script", payload("Write", {"file_path": f"{home}/a.sh", "content": "echo a\n" * (10 * MEGABYTE // 7)})),
            ("Edit, old and new text", payload("Edit", {"file_path": f"{home}/a.rs", "old_string": text[: len(text) // 2], "new_string": text[len(text) // 2:]})),
            ("Bash, a here-document", payload("Bash", {"command": f"cat > a.rs <<'END'\n{text}\nEND\n"})),
            ("MCP, one argument", payload("mcp__a__b", {"body": text})),
        ]
        rows = [(f"{name}, 10 MB", check, file(f"large{number}.json", body)) for number, (name, body) in enumerate(large)]
        measure("payload", rows, environment, 7)
        true = ("`/bin/true`", ["/bin/true"], os.devnull)
        measure("not halted", [true, ("hook, `ls -la`", check, small)], environment, ROUNDS)
        # By itself: what it has written to the disk would be waited for by others.
        measure("putting a halt in force", [("`agsec halt`", [agsec, "halt"], os.devnull)], environment, ROUNDS)
        measure("halted", [true, ("hook, `ls -la`", check, small)], environment, ROUNDS)
        for bundle in os.listdir(os.path.join(state, "bundles")):
            file(os.path.join(state, "bundles", bundle), "damaged")
        measure("halted, every bundle damaged", [true, ("hook, `ls -la`", check, small)], environment, ROUNDS)



main()
